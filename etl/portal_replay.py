"""A small server on this machine that answers like the national portal, from a folder of stored answers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from time import monotonic
from types import TracebackType
from typing import Self

from etl.portal_protocol import ENDPOINTS, PATH, Endpoint, Shape, asked_period
from ioc.clock import ZONE

HOST = "127.0.0.1"
MAX_QUESTION_BYTES = 65_536
POLL_S = 0.05
_BY_PATH = {f"{PATH}/{endpoint.path}": endpoint for endpoint in ENDPOINTS}


@dataclass(frozen=True)
class Question:
    """A request that came."""

    path: str
    headers: dict[str, str]
    body: bytes
    came_at_s: float
    """On the clock that only runs forward."""

    @property
    def endpoint(self) -> Endpoint | None:
        """The endpoint asked; None for an unknown path."""
        return _BY_PATH.get(self.path)

    @property
    def content(self) -> dict[str, object] | None:
        """The body's JSON object; None if it is none."""
        try:
            parsed = json.loads(self.body)
        except ValueError:
            return None
        return parsed if isinstance(parsed, dict) else None

    @property
    def period(self) -> str | None:
        """The period asked for; None if it cannot be understood."""
        if self.endpoint is None or self.content is None:
            return None
        return asked_period(self.endpoint, self.content)


@dataclass(frozen=True)
class Reply:
    """What goes back."""

    status: int
    body: bytes
    content_type: str = "application/json; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()


class ReplayServer:
    """Serves `<folder>/<period>/<endpoint>.json` to the requests that the portal takes, as a context manager."""

    def __init__(self, folder: Path, *, stated_at: datetime | None = None) -> None:
        """`stated_at` (naive local time) is the Date that every answer bears; None: the present."""
        self._folder = folder
        self.stated_at = stated_at
        self.questions: list[Question] = []
        """Every request that came, in its order."""
        self._server = _Server((HOST, 0), _handler_of(self))
        self._thread = Thread(target=self._server.serve_forever, args=(POLL_S,), name="portal-replay", daemon=True)

    @property
    def base_url(self) -> str:
        """What to put into the source's `base_url`."""
        return f"http://{HOST}:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, question: Question) -> Reply:
        """The stored answer, or the refusal that a wrong question gets."""
        endpoint, content = question.endpoint, question.content
        if endpoint is None:
            return _refusal(404, "NOT_FOUND", "no such interface")
        if content is None:
            return _refusal(400, "BAD_REQUEST", "a JSON object is expected")
        fault = _find_fault(endpoint, content)
        if fault is not None or question.period is None:
            return _refusal(400, "BAD_REQUEST", fault or "the period is not understood")
        stored = self._folder / question.period / f"{endpoint.name}.json"
        if not stored.is_file():
            return _refusal(400, "BAD_REQUEST", f"there is nothing for the period {question.period}")
        return Reply(201, stored.read_bytes())


def _find_fault(endpoint: Endpoint, content: dict[str, object]) -> str | None:
    if endpoint.shape is Shape.SUMMARY:
        is_right = content.get("departmentType") == "ADMINISTRATIVE_UNIT"
        return None if is_right else "departmentType is ADMINISTRATIVE_UNIT"
    if not all(type(content.get(key)) is int for key in ("currentPage", "pageSize")):
        return "currentPage and pageSize are numbers"
    return None


def _refusal(status: int, code: str, message: str) -> Reply:
    return Reply(status, json.dumps({"code": code, "data": None, "message": message}).encode())


class _Server(ThreadingHTTPServer):
    # keep-alive connections must not hold back the end
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hung up is its own affair."""


def _handler_of(replay: ReplayServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            size_bytes = min(int(self.headers.get("Content-Length", 0)), MAX_QUESTION_BYTES)
            question = Question(self.path, dict(self.headers.items()), self.rfile.read(size_bytes), monotonic())
            replay.questions.append(question)
            self._send(replay.answer(question))

        def do_GET(self) -> None:
            self._send(_refusal(404, "NOT_FOUND", "ask with POST"))

        def _send(self, reply: Reply) -> None:
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(len(reply.body)))
            for name, value in reply.headers:
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)

        def date_time_string(self, timestamp: float | None = None) -> str:
            if replay.stated_at is None:
                return super().date_time_string(timestamp)
            # a Date header always speaks of Greenwich
            stated = replay.stated_at.replace(tzinfo=ZONE)
            return format_datetime(datetime.fromtimestamp(stated.timestamp(), tz=UTC), usegmt=True)

        def log_message(self, format: str, *values: object) -> None:  # noqa: A002 (the base class names it so)
            """Nothing is logged: `questions` holds what came."""

    return Handler
