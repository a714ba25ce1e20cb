"""Loading dossiers, against DuckDB's own reading of the same columns, and a day's delta against the full load."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path

from etl.demo import CATALOG
from etl.sample import write_sample
from ioc.store.engine import open_writer
from ioc.units import REFERENCE, load_units
from tests.dossier_files import CONFIG
from tests.performance.figures import Figure

DOSSIERS = 1_000_000
DELTA_BASE_DOSSIERS = 3_000_000
SAMPLE_DOSSIERS = 621_000
"""At scale 1."""
LOAD_LIMIT = 6.0
DELTA_LIMIT = 1 / 20
MEMORY_LIMIT_MB = 2000
NEW, CHANGED_THIS_MONTH, CHANGED_LAST_MONTH = 6000, 2500, 1500
"""A day's delta of 10,000: what came in, and what moved on among the dossiers of two months."""

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
RUN = """
import json, resource, sys, time
from pathlib import Path
from etl.pipeline import run
from ioc.config import load_config
config = load_config(Path(sys.argv[1]), environ={})
for _turn in sys.stdin:
    started, cpu_s = time.perf_counter(), time.process_time()
    report = run(config)
    seconds, cpu_s = time.perf_counter() - started, time.process_time() - cpu_s
    assert not report.failed, report
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(json.dumps([seconds, cpu_s, peak_mb, sum(source.rows_in for source in report.sources)]), flush=True)
"""
"""Runs the pipeline as often as it is given a line, as a scheduler does."""


@dataclass(frozen=True)
class _Run:
    """A run of the pipeline; the memory is that of its process so far."""

    seconds: float
    cpu_s: float
    peak_mb: int
    rows: int

    def __str__(self) -> str:
        return f"{self.rows:,} rows in {self.seconds:.1f} s ({self.cpu_s:.0f} s of CPU, at most {self.peak_mb:,} MB)"


def bench_load(folder: Path, *, as_of: date) -> Iterator[Figure]:
    """A million dossiers landed, validated, built and published against DuckDB's own reading of the same columns."""
    files = _write_dossiers(folder, as_of=as_of, dossiers=DOSSIERS)
    floors = [_raw_seconds(folder, files, attempt) for attempt in range(2)]
    loaded = _run(_write_config(folder))
    detail = f"{loaded}, raw create table as {floors[-1]:.1f} s"
    yield Figure("load, validate, publish", loaded.seconds / floors[-1], LOAD_LIMIT, detail)
    yield _memory("memory of a load", loaded)


def bench_delta(folder: Path, *, as_of: date) -> Iterator[Figure]:
    """A day's 10,000 dossiers published on top of three million, against loading all of them; by one process."""
    files = _write_dossiers(folder, as_of=as_of, dossiers=DELTA_BASE_DOSSIERS)
    config = _write_config(folder)
    with _scheduler(config) as scheduler:
        full = scheduler.run()
        _deliver_delta(folder, files)
        delta = scheduler.run()
    yield Figure("a delta against the full load", delta.seconds / full.seconds, DELTA_LIMIT, f"{delta}; {full}")


def _deliver_delta(folder: Path, files: Sequence[Path]) -> None:
    delta_file = folder / "inbox" / "dossiers" / "delta.ndjson"
    delta_file.write_text("".join(_delta_lines(files[-1], files[-2])), encoding="utf-8")
    for file in files:
        # whoever has delivered them takes them away again; to find them known would be hashing, not loading
        file.unlink()
    # a day later all of the full load has long been on the disk
    os.sync()


def bench_big_files(folder: Path, *, as_of: date) -> Iterator[Figure]:
    """A gigabyte in one file, as lines and as an envelope."""
    lines = _write_dossiers(folder / "sample", as_of=as_of, dossiers=DOSSIERS)
    for form in ("lines", "envelope"):
        site = folder / form
        (site / "inbox" / "dossiers").mkdir(parents=True)
        (site / "crosswalk.csv").write_bytes((folder / "sample" / "crosswalk.csv").read_bytes())
        file = site / "inbox" / "dossiers" / "big.json"
        _join_files(lines, file, is_envelope=form == "envelope")
        yield _memory(f"a file of {file.stat().st_size / 1e9:.2f} GB as {form}", _run(_write_config(site)))


def _memory(name: str, run: _Run) -> Figure:
    return Figure(f"{name}, of {MEMORY_LIMIT_MB:,} MB", run.peak_mb / MEMORY_LIMIT_MB, 1.0, str(run))


def _write_dossiers(folder: Path, *, as_of: date, dossiers: int) -> Sequence[Path]:
    write_sample(folder, as_of=as_of, scale=dossiers / SAMPLE_DOSSIERS, units=load_units(REFERENCE).all)
    return sorted((folder / "inbox" / "dossiers").iterdir())


def _write_config(folder: Path) -> Path:
    file = folder / "config.yaml"
    file.write_text(CONFIG.format(catalog=CATALOG) + "units: {crosswalks: [crosswalk.csv]}\n", encoding="utf-8")
    return file


@dataclass(frozen=True)
class _Scheduler:
    """A process of its own that runs the pipeline when it is told to."""

    process: subprocess.Popen[str]

    def run(self) -> _Run:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write("run\n")
        self.process.stdin.flush()
        # its log goes the same way
        line = next(line for line in self.process.stdout if line.startswith("["))
        return _Run(*json.loads(line))


@contextmanager
def _scheduler(config: Path) -> Iterator[_Scheduler]:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", RUN, str(config)], text=True, **pipes) as process:
        yield _Scheduler(process)
    assert process.returncode == 0


def _run(config: Path) -> _Run:
    """Runs the pipeline once; a process of its own tells what memory it took."""
    with _scheduler(config) as scheduler:
        return scheduler.run()


def _delta_lines(this_month: Path, last_month: Path) -> Iterator[str]:
    for row in _rows(this_month, skip=0, count=NEW):
        yield _line(row | {"MaHoSo": f"{row['MaHoSo']}9"})
    for file, count in ((this_month, CHANGED_THIS_MONTH), (last_month, CHANGED_LAST_MONTH)):
        for row in _rows(file, skip=20_000, count=count):
            yield _line(row | {"KenhThucHien": "1" if row.get("KenhThucHien") == "2" else "2"})


def _rows(file: Path, *, skip: int, count: int) -> Iterator[dict[str, object]]:
    with file.open(encoding="utf-8") as lines:
        for line in islice(lines, skip, skip + count):
            try:
                yield json.loads(line)
            except ValueError:
                # the sample has dirty lines too
                continue


def _line(row: dict[str, object]) -> str:
    return json.dumps(row, ensure_ascii=False) + "\n"


def _join_files(files: Iterable[Path], target: Path, *, is_envelope: bool) -> None:
    """All lines in one file; an envelope takes only those that are JSON, since one that is not would end it."""
    with target.open("w", encoding="utf-8") as joined:
        if not is_envelope:
            for file in files:
                joined.write(file.read_text(encoding="utf-8"))
            return
        joined.write('{"madonvi": "H24", "data": [')
        separator = ""
        for file in files:
            for line in file.read_text(encoding="utf-8").splitlines():
                if _is_json(line):
                    joined.write(separator + line)
                    separator = ",\n"
        joined.write("]}")


def _is_json(line: str) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


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
