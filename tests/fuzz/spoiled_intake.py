"""Spoiled files on their way through the pipeline: land each by itself, then contract and merge for many at once."""

from __future__ import annotations

import hashlib
import json
import resource
import signal
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path
from types import FrameType
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import structlog
import yaml

from etl import pipeline
from etl.landing import write_landing
from etl.sources import SOURCE_KINDS
from etl.sources.incoming import Failure, FetchContext, Incoming
from ioc.config import Config, load_config
from ioc.errors import SourceError
from tests.fuzz.mutations import Mutation, Seed, mutate

INTAKE: Final = Path(__file__).parent.parent / "intake"
KINDS: Final = (
    "dossier_sync",
    "form_06a",
    "certificates",
    "staff",
    "procedures",
    "documents",
    "edxml",
    "petitions",
    "reported_values",
    "plan",
)
FETCHED_AT: Final = datetime(2026, 11, 1, 6, 30)
FILES_AT_ONCE: Final = 100
ROWS_APART: Final = 10_000_000
"""Between the row numbers of two files that are merged together."""
CPU_LIMIT_S: Final = 10.0
MEMORY_LIMIT_BYTES: Final = 1 << 30
CANARIES: Final = ("001084012345", "0912345678")
"""Planted in the fixtures of every kind; wherever a mutation moves them, they are never landed."""


@dataclass(frozen=True)
class Fault:
    """A mutation that the product did not stand."""

    number: int
    name: str
    changes: tuple[str, ...]
    what: str


@dataclass
class Findings:
    """What became of a kind's mutations."""

    kind: str
    files: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    rows_in: int = 0
    loaded: int = 0
    quarantined: int = 0
    duration_s: float = 0.0
    slowest_s: float = 0.0
    peak_bytes: int = 0
    faults: list[Fault] = field(default_factory=list)

    def refuse(self, error: SourceError) -> None:
        """Counts a file that was refused as a whole."""
        name = str(error.error_class)
        self.refused[name] = self.refused.get(name, 0) + 1


@dataclass(frozen=True)
class _Landed:
    number: int
    mutation: Mutation
    table: pa.Table


class _TooSlowError(BaseException):
    """One file took more than its share; no `except Exception` may swallow this."""


def seeds_of(kind: str) -> list[Seed]:
    """The fixtures of a kind, clean and dirty; the clean one four times, since it lets most through."""
    paths = sorted(path for path in (INTAKE / kind).iterdir() if path.name != "expected.yaml")
    seeds = [Seed(path.name, path.read_bytes()) for path in paths]
    return [*seeds, *[seed for seed in seeds if seed.name.startswith("clean")] * 3]


def peak_bytes() -> int:
    """The most memory that this process had; the usage that the system counts may begin with its parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


def fuzz(kind: str, *, first: int, files: int, folder: Path) -> Findings:
    """Takes in the mutations of these numbers; `folder` is empty and ours."""
    findings, started = Findings(kind), time.monotonic()
    config, seeds = _configure(kind, folder), seeds_of(kind)
    for start in range(first, first + files, FILES_AT_ONCE):
        numbers = range(start, min(start + FILES_AT_ONCE, first + files))
        mutations = {number: mutate(seeds, number=number, kind=kind) for number in numbers}
        landed = list(_land_all(config, mutations, findings, folder))
        _merge(config, landed, findings)
    findings.files = files
    findings.duration_s = time.monotonic() - started
    findings.peak_bytes = peak_bytes()
    return findings


def _configure(kind: str, folder: Path) -> Config:
    (folder / "inbox").mkdir(parents=True)
    told = yaml.safe_load((INTAKE / kind / "expected.yaml").read_text(encoding="utf-8"))
    content = {
        "site": {"name": "Thử nghiệm", "unit": "31"},
        "privacy": {"holder_key": "${HOLDER_KEY}"},
        "sources": {"source": {"kind": kind, "path": "inbox", **told.get("settings", {})}},
    }
    (folder / "config.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return load_config(folder / "config.yaml", environ={"HOLDER_KEY": "a key of the tests only"})


def _land_all(config: Config, mutations: dict[int, Mutation], findings: Findings, folder: Path) -> Iterator[_Landed]:
    inbox = folder / "inbox"
    for number, mutation in mutations.items():
        # the name stays: some kinds read a period in it
        path = inbox / f"f{number:07}" / mutation.name
        path.parent.mkdir()
        path.write_bytes(mutation.content)
    kind = SOURCE_KINDS[findings.kind]
    context = FetchContext(
        source_id="source",
        settings=config.sources["source"],
        config=config,
        clock=lambda: FETCHED_AT,
        is_loaded=lambda _sha256: False,
    )
    for item in kind.fetch(context):
        number = int(item.origin.split("/")[0][1:])
        # whoever watches us names this file when we are gone
        (folder / "at").write_text(str(number))
        found = _land(item, mutations[number], number, findings, folder)
        if found is not None:
            yield found
    for number, mutation in mutations.items():
        (inbox / f"f{number:07}" / mutation.name).unlink()
        (inbox / f"f{number:07}").rmdir()


def _land(
    item: Incoming | Failure, mutation: Mutation, number: int, findings: Findings, folder: Path
) -> _Landed | None:
    if isinstance(item, Failure):
        findings.refuse(item.error)
        return None
    path, started = folder / "landing.parquet", time.process_time()
    signal.setitimer(signal.ITIMER_PROF, CPU_LIMIT_S)
    try:
        item.land(path)
        found: _Landed | None = _Landed(number, mutation, pq.read_table(path))
    except SourceError as error:
        signal.setitimer(signal.ITIMER_PROF, 0)
        findings.refuse(error)
        found = None
        _judge_refusal(error, mutation, number, findings)
    except BaseException as error:
        signal.setitimer(signal.ITIMER_PROF, 0)
        if isinstance(error, KeyboardInterrupt):
            raise
        found = None
        findings.faults.append(Fault(number, mutation.name, mutation.changes, _describe(error)))
    signal.setitimer(signal.ITIMER_PROF, 0)
    findings.slowest_s = max(findings.slowest_s, time.process_time() - started)
    if found is not None:
        _judge_landing(found, findings)
    return found


def _judge_refusal(error: SourceError, mutation: Mutation, number: int, findings: Findings) -> None:
    if len(str(error)) < 10 or any(canary in str(error) for canary in CANARIES):
        findings.faults.append(Fault(number, mutation.name, mutation.changes, f"refused with: {error}"))


def _judge_landing(landed: _Landed, findings: Findings) -> None:
    row_nos = landed.table["row_no"]
    wrong: list[str] = []
    if pc.count_distinct(row_nos).as_py() != len(row_nos) or row_nos.null_count:
        wrong.append("row numbers come again")
    texts = [column for column in landed.table.columns if pa.types.is_string(column.type)]
    wrong += [
        f"{canary} was landed"
        for canary in CANARIES
        if any(pc.any(pc.match_substring(column, canary)).as_py() for column in texts)
    ]
    findings.faults += [Fault(landed.number, landed.mutation.name, landed.mutation.changes, what) for what in wrong]


def _merge(config: Config, landed: Sequence[_Landed], findings: Findings) -> None:
    """Many landings as one load; where it fails, each half by itself, down to the file that did it."""
    if not landed:
        return
    table = _joined(landed)
    try:
        loads = _take_in(config, table)
    except Exception as error:
        what = _describe(error)
    else:
        load = loads
        if load.error_class is None and load.buckets.rows_in == table.num_rows:
            findings.rows_in += load.buckets.rows_in
            findings.loaded += load.buckets.loaded
            findings.quarantined += load.buckets.quarantined
            return
        what = f"{load.error_class}: {load.message}; {load.buckets} of {table.num_rows} rows"
    if len(landed) == 1:
        only = landed[0]
        findings.faults.append(Fault(only.number, only.mutation.name, only.mutation.changes, what))
        return
    middle = len(landed) // 2
    _merge(config, landed[:middle], findings)
    _merge(config, landed[middle:], findings)


def _joined(landed: Sequence[_Landed]) -> pa.Table:
    tables: list[pa.Table] = []
    for position, one in enumerate(landed):
        row_nos = pc.add(pc.cast(one.table["row_no"], pa.int64()), position * ROWS_APART)
        place = one.table.schema.get_field_index("row_no")
        tables.append(one.table.set_column(place, "row_no", row_nos))
    return pa.concat_tables(tables, promote_options="permissive")


_TURNS = count()


def _take_in(config: Config, table: pa.Table) -> pipeline.LoadReport:
    name = f"batch {next(_TURNS)}"
    incoming = Incoming(
        origin=name,
        sha256=hashlib.sha256(name.encode()).hexdigest(),
        size_bytes=table.nbytes,
        fetched_at=FETCHED_AT,
        as_of=None,
        land=lambda path: write_landing(path, table),
    )
    report = pipeline.run(
        config, clock=lambda: FETCHED_AT, fetches={"source": lambda _context: iter([incoming])}, is_building=False
    )
    (load,) = report.sources[0].loads
    return load


def _describe(error: BaseException) -> str:
    where = [frame for frame in traceback.extract_tb(error.__traceback__) if "/tests/" not in frame.filename]
    place = f" at {Path(where[-1].filename).name}:{where[-1].lineno}" if where else ""
    return f"{type(error).__name__}{place}: {str(error)[:300]}"


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise _TooSlowError(f"more than {CPU_LIMIT_S:g} s")


def _limit_memory() -> None:
    """A gigabyte more than the libraries have reserved already."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + MEMORY_LIMIT_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def main(arguments: Sequence[str]) -> None:
    """The child's work: kinds, first number, number of files, folder; findings as lines of JSON."""
    kinds, first, files, folder = arguments
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    signal.signal(signal.SIGPROF, _stop)
    _limit_memory()
    for kind in kinds.split(","):
        own = Path(folder) / kind
        own.mkdir()
        (Path(folder) / "kind").write_text(kind)
        findings = fuzz(kind, first=int(first), files=int(files), folder=own)
        print(json.dumps(asdict(findings), ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
