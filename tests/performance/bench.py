"""Speed as ratios to floors measured in the same run: `make bench` prints them and exits 1 over a limit."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median

import httpx
from playwright.sync_api import Request, sync_playwright

from etl.demo import CATALOG, load_demo, open_demo
from etl.pipeline import run
from etl.sample import write_sample
from ioc.clock import now
from ioc.config import load_config
from ioc.store.engine import open_writer
from ioc.units import REFERENCE, load_units
from tests.dossier_files import CONFIG

ROOT = Path(__file__).parent.parent.parent
AS_OF = date(2026, 10, 31)
DOSSIERS = 1_000_000
SAMPLE_DOSSIERS = 621_000
"""At scale 1."""
PAGES = ("/", "/?kiosk=1", "/indices/qd766_portal_2026", "/units/11629", "/data")
REPEATS = 15
UNCACHED_LIMIT, PAGE_LIMIT, CACHED_LIMIT = 15.0, 45.0, 3.0
CALLBACK_PATH = "/_dash-update-component"
CHROMIUM_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@dataclass(frozen=True)
class Figure:
    name: str
    ratio: float
    limit: float | None
    detail: str

    @property
    def is_over(self) -> bool:
        return self.limit is not None and self.ratio > self.limit

    def __str__(self) -> str:
        limit = "no limit yet" if self.limit is None else f"limit {self.limit:g}×"
        return f"{'OVER' if self.is_over else 'ok':4}  {self.ratio:7.2f}×  ({limit})  {self.name}: {self.detail}"


# -- loading --------------------------------------------------------------------------------------------------------

TYPED = """
    {MaHoSo: 'VARCHAR', MaTTHC: 'VARCHAR', TenTTHC: 'VARCHAR', MaLinhVuc: 'VARCHAR', TenLinhVuc: 'VARCHAR',
     KenhThucHien: 'TINYINT', LoaiDoiTuong: 'TINYINT', TrangThaiHoSo: 'TINYINT', NgayNopHoSo: 'TIMESTAMP',
     NgayTiepNhan: 'TIMESTAMP', NgayHenTra: 'TIMESTAMP', NgayKetThucXuLy: 'TIMESTAMP', NgayTra: 'TIMESTAMP',
     NgayTuChoi: 'TIMESTAMP', HinhThuc: 'VARCHAR', DonViXuLy: 'VARCHAR', NoiNopHoSo: 'VARCHAR',
     DuocThanhToanTrucTuyen: 'TINYINT', HoSoCoThanhPhanSoHoa: 'TINYINT', TaiKhoanDuocXacThucVoiVNeID: 'TINYINT',
     TaiLieuNop: 'STRUCT(IsDeleted VARCHAR, DuocSoHoa TINYINT, DuocTaiSuDung TINYINT, DuocLayTuKhoDMQG TINYINT)[]',
     DSKetNoiCSDL: 'STRUCT(MaCSDL VARCHAR)[]', DanhSachLePhi: 'STRUCT(Gia BIGINT)[]',
     DanhSachGiayToKetQua: 'STRUCT(DuongDanTepTinKetQua VARCHAR)[]',
     DanhSachHoSoBoSung: 'STRUCT(NgayBoSung TIMESTAMP, NgayTiepNhanBoSung TIMESTAMP)[]'}
"""


def bench_load(folder: Path) -> Figure:
    """A million dossiers landed, validated, built and published against DuckDB's own reading of the same columns."""
    write_sample(folder, as_of=AS_OF, scale=DOSSIERS / SAMPLE_DOSSIERS, units=load_units(REFERENCE).all)
    files = sorted((folder / "inbox" / "dossiers").iterdir())
    floors = [_raw_seconds(folder, files, attempt) for attempt in range(2)]
    (folder / "config.yaml").write_text(
        CONFIG.format(catalog=CATALOG) + "units: {crosswalks: [crosswalk.csv]}\n", encoding="utf-8"
    )
    config = load_config(folder / "config.yaml", environ={})
    started = time.perf_counter()
    report = run(config, clock=now)
    seconds = time.perf_counter() - started
    assert not report.failed, report
    rows = sum(source.rows_in for source in report.sources)
    detail = f"{rows:,} dossiers in {seconds:.1f} s, raw create table as {floors[-1]:.1f} s"
    return Figure("load, validate, publish", seconds / floors[-1], None, detail)


def _raw_seconds(folder: Path, files: Sequence[Path], attempt: int) -> float:
    connection = open_writer(folder / f"floor-{attempt}.duckdb", threads=2)
    names = ", ".join(f"'{path}'" for path in files)
    started = time.perf_counter()
    connection.execute(
        f"create table raw as select * from read_json([{names}], format = 'newline_delimited', "
        f"timestampformat = '%Y%m%d%H%M%S', ignore_errors = true, columns = {TYPED})"
    )
    seconds = time.perf_counter() - started
    connection.close()
    return seconds


# -- pages ----------------------------------------------------------------------------------------------------------


def bench_pages(folder: Path) -> Iterator[Figure]:
    """Every callback of every page, uncached and cached, against a callback that does nothing."""
    with open_demo(folder, as_of=AS_OF, seed=766, port=_free_port()) as demo:
        if not demo.is_loaded:
            assert not load_demo(demo, clock=now).failed
        file = demo.config.file
        empty_config = folder / "empty.yaml"
        empty_port = _free_port()
        text = file.read_text(encoding="utf-8").replace(f"port: {demo.config.web.port}", f"port: {empty_port}")
        empty_config.write_text(text, encoding="utf-8")
        with (
            _serving([sys.executable, "-m", "ioc.cli", "--config", str(file), "serve"], demo.config.web.port) as url,
            _serving([sys.executable, "-m", "tests.performance.empty_server", str(empty_config)], empty_port) as empty,
            httpx.Client() as client,
        ):
            floor = _seconds(client, empty, _empty_question(client, empty), vary=True)
            for page in PAGES:
                yield from _bench_page(client, url, page, floor)


def _bench_page(client: httpx.Client, url: str, page: str, floor: float) -> Iterator[Figure]:
    questions = _questions(url, page)
    assert questions, f"{page} asked nothing"
    uncached = [_seconds(client, url, question, vary=True) for question in questions]
    cached = [_seconds(client, url, question, vary=False) for question in questions]
    detail = f"{len(questions)} callbacks, floor {floor * 1000:.1f} ms"
    yield Figure(f"{page} slowest callback, uncached", max(uncached) / floor, UNCACHED_LIMIT, detail)
    yield Figure(f"{page} all callbacks, uncached", sum(uncached) / floor, PAGE_LIMIT, detail)
    yield Figure(f"{page} slowest callback, cached", max(cached) / floor, CACHED_LIMIT, detail)


def _seconds(client: httpx.Client, url: str, body: bytes, *, vary: bool) -> float:
    """The median time of an answer; `vary` adds blanks so that no answer was kept for the very same question."""
    times = []
    for attempt in range(REPEATS + 3):
        content = body + b" " * (attempt + 1 if vary else 0)
        started = time.perf_counter()
        answer = client.post(url + CALLBACK_PATH, content=content, headers={"Content-Type": "application/json"})
        times.append(time.perf_counter() - started)
        assert answer.status_code in (200, 204), answer.text[:500]
    return median(times[3:])


def _empty_question(client: httpx.Client, url: str) -> bytes:
    known = client.get(url + "/_dash-dependencies").json()
    assert known[0]["output"] == "out.children"
    question = {
        "output": "out.children",
        "outputs": {"id": "out", "property": "children"},
        "inputs": [{"id": "in", "property": "children", "value": None}],
        "changedPropIds": [],
        "parsedChangedPropsIds": [],
    }
    return json.dumps(question).encode()


def _questions(url: str, page: str) -> list[bytes]:
    """What a browser asks when it opens a page."""
    bodies: list[bytes] = []

    def note(request: Request) -> None:
        if request.url.endswith(CALLBACK_PATH) and request.post_data_buffer:
            bodies.append(request.post_data_buffer)

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
    return bodies


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


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def main() -> int:
    """Prints each figure; 1 if any is over its limit."""
    with tempfile.TemporaryDirectory(prefix="ioc-bench-") as scratch:
        figures = []
        for figure in bench_pages(Path(scratch) / "demo"):
            print(figure, flush=True)
            figures.append(figure)
        figures.append(bench_load(Path(scratch) / "load"))
        print(figures[-1], flush=True)
    return int(any(figure.is_over for figure in figures))


if __name__ == "__main__":
    sys.exit(main())
