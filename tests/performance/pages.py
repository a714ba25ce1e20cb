"""Every callback of every page, against a callback that does nothing under the same gunicorn."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median

import httpx
from playwright.sync_api import Request, sync_playwright

from etl.demo import Demo, load_demo, open_demo
from ioc.clock import now
from tests.performance.figures import Figure

ROOT = Path(__file__).parent.parent.parent
PAGES = ("/", "/?kiosk=1", "/indices/qd766_portal_2026", "/units/11629", "/data")
ROUNDS, WARM_UP_ROUNDS = 15, 3
SETTLE_S = 3
UNCACHED_LIMIT, PAGE_LIMIT, CACHED_LIMIT = 15.0, 45.0, 3.0
CALLBACK_PATH = "/_dash-update-component"
CHROMIUM_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@dataclass(frozen=True)
class Question:
    """What a browser asks for one callback of a page."""

    name: str
    path: str
    """With the query that Dash adds."""
    body: bytes


@dataclass(frozen=True)
class Timing:
    """Seconds of one callback."""

    name: str
    first: float
    """The first time in a new process: it opens the snapshot and asks it."""
    uncached: float
    cached: float
    size: int
    """Bytes of the answer."""


@dataclass(frozen=True)
class PageTimings:
    page: str
    floor: float
    callbacks: Sequence[Timing]

    def figures(self) -> Iterator[Figure]:
        detail = f"{len(self.callbacks)} callbacks, floor {self.floor * 1000:.2f} ms"
        uncached = [timing.uncached / self.floor for timing in self.callbacks]
        cached = [timing.cached / self.floor for timing in self.callbacks]
        yield Figure(f"{self.page} slowest callback, uncached", max(uncached), UNCACHED_LIMIT, detail)
        yield Figure(f"{self.page} all callbacks, uncached", sum(uncached), PAGE_LIMIT, detail)
        yield Figure(f"{self.page} slowest callback, cached", max(cached), CACHED_LIMIT, detail)

    def table(self) -> str:
        head = f"{self.page}  (floor {self.floor * 1000:.2f} ms)"
        lines = [f"{head:44}{'first':>9}{'uncached':>10}{'cached':>9}{'ms':>8}{'kB':>7}"]
        for one in [*self.callbacks, self._sum()]:
            ratios = f"{one.first / self.floor:8.1f}×{one.uncached / self.floor:9.1f}×{one.cached / self.floor:8.1f}×"
            lines.append(f"  {one.name:42}{ratios}{one.uncached * 1000:8.1f}{one.size / 1000:7.1f}")
        return "\n".join(lines)

    def _sum(self) -> Timing:
        every = self.callbacks
        return Timing(
            "the whole page",
            first=sum(one.first for one in every),
            uncached=sum(one.uncached for one in every),
            cached=sum(one.cached for one in every),
            size=sum(one.size for one in every),
        )


def bench_pages(folder: Path, *, as_of: date, scale: float = 1.0) -> Iterator[PageTimings]:
    """Every callback of every page: first, uncached and cached, against a callback that does nothing."""
    with open_demo(folder, as_of=as_of, seed=766, scale=scale, port=free_port()) as demo:
        if not demo.is_loaded:
            assert not load_demo(demo, clock=now).failed
        with _serving_nothing(demo) as empty, _serving_demo(demo) as url:
            (nothing,) = browser_questions(empty, "/")
            asked = {page: browser_questions(url, page) for page in PAGES}
        for page, questions in asked.items():
            assert questions, f"{page} asked nothing"
            # a new process for each page: what was asked for another one is not remembered
            with _serving_nothing(demo) as empty, _serving_demo(demo) as url, httpx.Client() as client:
                yield _bench_page(client, url, empty, page, nothing, questions)


def _bench_page(
    client: httpx.Client, url: str, empty: str, page: str, nothing: Question, questions: Sequence[Question]
) -> PageTimings:
    """Floor and callbacks in turn, so that whatever else the machine does slows both."""
    # the first worker answers while the others are still coming up
    time.sleep(SETTLE_S)
    first = [_seconds(client, url, question) for question in questions]
    floors: list[float] = []
    uncached: list[list[float]] = [[] for _question in questions]
    cached: list[list[float]] = [[] for _question in questions]
    for number in range(1, WARM_UP_ROUNDS + ROUNDS + 1):
        floors.append(_seconds(client, empty, nothing, blanks=number))
        for place, question in enumerate(questions):
            uncached[place].append(_seconds(client, url, question, blanks=number))
            cached[place].append(_seconds(client, url, question))
    sizes = [len(_answer(client, url, question).content) for question in questions]
    timings = [
        Timing(question.name, first[place], _middle(uncached[place]), _middle(cached[place]), sizes[place])
        for place, question in enumerate(questions)
    ]
    return PageTimings(page, _middle(floors), timings)


def _middle(seconds: Sequence[float]) -> float:
    return median(seconds[WARM_UP_ROUNDS:])


def _seconds(client: httpx.Client, url: str, question: Question, *, blanks: int = 0) -> float:
    """The time of an answer; blanks at the end make it another question of the same words, that no kept answer fits."""
    started = time.perf_counter()
    _answer(client, url, question, blanks=blanks)
    return time.perf_counter() - started


def _answer(client: httpx.Client, url: str, question: Question, *, blanks: int = 0) -> httpx.Response:
    headers = {"Content-Type": "application/json"}
    answer = client.post(url + question.path, content=question.body + b" " * blanks, headers=headers)
    assert answer.status_code in (200, 204), answer.text[:500]
    return answer


def browser_questions(url: str, page: str) -> list[Question]:
    """What a browser asks when it opens a page."""
    questions: list[Question] = []

    def note(request: Request) -> None:
        path = request.url.removeprefix(url)
        if path.startswith(CALLBACK_PATH) and (body := request.post_data_buffer):
            questions.append(Question(_name(body), path, body))

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("IOC_CHROMIUM", "/usr/bin/chromium"), args=CHROMIUM_FLAGS
        )
        tab = browser.new_page()
        tab.on("request", note)
        tab.goto(url + page)
        tab.wait_for_load_state("networkidle")
        tab.wait_for_timeout(1000)
        browser.close()
    return questions


def _name(body: bytes) -> str:
    outputs = json.loads(body)["outputs"]
    first = outputs[0] if isinstance(outputs, list) else outputs
    return f"{first['id']}.{first['property']}"


@contextmanager
def _serving_demo(demo: Demo) -> Iterator[str]:
    command = [sys.executable, "-m", "ioc.cli", "--config", str(demo.config.file), "serve"]
    with _serving(command, demo.config.web.port) as url:
        yield url


@contextmanager
def _serving_nothing(demo: Demo) -> Iterator[str]:
    """The same configuration, so as many workers and threads, on a port of its own."""
    port = free_port()
    config = demo.folder / "empty.yaml"
    text = demo.config.file.read_text(encoding="utf-8")
    config.write_text(text.replace(f"port: {demo.config.web.port}", f"port: {port}"), encoding="utf-8")
    with _serving([sys.executable, "-m", "tests.performance.empty_server", str(config)], port) as url:
        yield url


@contextmanager
def _serving(command: Sequence[str], port: int) -> Iterator[str]:
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
    try:
        _wait_until_up(url, process)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_until_up(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(url + "/_dash-dependencies").raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError(f"{url} did not come up")


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
