"""The fuzz of every kind of file: `make fuzz` spoils the fixtures 2,000 times for each and says what came of it.

Each few hundred files are taken in by a process of their own, which may have a gigabyte and whose end is noticed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.fuzz.mutations import mutate
from tests.fuzz.spoiled_intake import KINDS, seeds_of

PROJECT: Final = Path(__file__).parents[2]
FILES_EACH: Final = 2_000
FILES_OF_A_CHILD: Final = 250
CHILDREN_AT_ONCE: Final = 2
CHILD_LIMIT_S: Final = 3_600.0
SHOWN_FAULTS: Final = 20


@dataclass
class KindReport:
    """What came of a kind's mutations, over all children."""

    kind: str
    files: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    rows_in: int = 0
    quarantined: int = 0
    duration_s: float = 0.0
    slowest_s: float = 0.0
    peak_bytes: int = 0
    faults: list[str] = field(default_factory=list)

    def add(self, told: dict[str, Any]) -> None:
        """Adds what one child found."""
        self.files += told["files"]
        for name, n in told["refused"].items():
            self.refused[name] = self.refused.get(name, 0) + n
        self.rows_in += told["rows_in"]
        self.quarantined += told["quarantined"]
        self.duration_s += told["duration_s"]
        self.slowest_s = max(self.slowest_s, told["slowest_s"])
        self.peak_bytes = max(self.peak_bytes, told["peak_bytes"])
        self.faults += [
            f"{fault['number']} {fault['name']} ({', '.join(fault['changes'])}): {fault['what']}"
            for fault in told["faults"]
        ]

    def line(self) -> str:
        """The report as a person reads it."""
        refused = ", ".join(f"{name} {n}" for name, n in sorted(self.refused.items()))
        return (
            f"{self.kind}: {self.files} files in {self.duration_s:.0f} s; refused: {refused or 'none'}; "
            f"{self.rows_in} rows, {self.quarantined} of them refused; slowest {self.slowest_s:.1f} s of CPU; "
            f"peak {self.peak_bytes / 1e6:.0f} MB; {len(self.faults)} faults"
        )


def fuzz(kinds: Sequence[str], *, first: int, files: int) -> dict[str, KindReport]:
    """The kinds' mutations of these numbers, in one process; a process that dies is a fault of the file it was at."""
    reports = {kind: KindReport(kind) for kind in kinds}
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "tests.fuzz.spoiled_intake", ",".join(kinds), str(first), str(files), folder]
        with (Path(folder) / "out").open("w+b") as out, (Path(folder) / "err").open("w+b") as err:
            try:
                code = subprocess.run(
                    command, cwd=PROJECT, stdout=out, stderr=err, timeout=CHILD_LIMIT_S, check=False
                ).returncode
            except subprocess.TimeoutExpired:
                code = None
            out.seek(0)
            err.seek(0)
            for line in out.read().splitlines():
                told = json.loads(line)
                reports[told["kind"]].add(told)
            if code != 0:
                _blame(Path(folder), reports, code, err.read().decode("utf-8", "replace")[:300])
    return reports


def _blame(folder: Path, reports: dict[str, KindReport], code: int | None, said: str) -> None:
    ended = f"hung for {CHILD_LIMIT_S:.0f} s" if code is None else f"ended with {code}"
    at_kind = folder / "kind"
    kind = at_kind.read_text() if at_kind.exists() else next(iter(reports))
    at = folder / kind / "at"
    number = at.read_text() if at.exists() else "at the start"
    reports[kind].faults.append(f"{number}: the process {ended}: {said}")


def _in_pieces(kinds: Sequence[str], *, first: int, files: int) -> Iterator[dict[str, KindReport]]:
    with ThreadPoolExecutor(CHILDREN_AT_ONCE) as pool:
        running = [
            pool.submit(fuzz, [kind], first=start, files=min(FILES_OF_A_CHILD, first + files - start))
            for start in range(first, first + files, FILES_OF_A_CHILD)
            for kind in kinds
        ]
        for done in as_completed(running):
            yield done.result()


def main() -> int:
    """Runs, prints a line for each kind and every fault; 1 if there was one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kinds", nargs="*", default=list(KINDS), help="by default all")
    parser.add_argument("--files", type=int, default=FILES_EACH, help="mutations of each kind")
    parser.add_argument("--first", type=int, default=0, help="number of the first mutation")
    parser.add_argument("--keep", type=Path, help="write the first mutation of each kind into this folder, and stop")
    options = parser.parse_args()
    if options.keep is not None:
        for kind in options.kinds:
            mutation = mutate(seeds_of(kind), number=options.first, kind=kind)
            (options.keep / f"{options.first}-{mutation.name}").write_bytes(mutation.content)
        return 0
    totals = {kind: KindReport(kind) for kind in options.kinds}
    for piece in _in_pieces(options.kinds, first=options.first, files=options.files):
        for kind, report in piece.items():
            _merge(totals[kind], report)
            print(totals[kind].line(), flush=True)
            for fault in report.faults[:SHOWN_FAULTS]:
                print(f"  {fault}", flush=True)
    print("\n".join(("", *(total.line() for total in totals.values()))))
    return int(any(total.faults for total in totals.values()))


def _merge(total: KindReport, report: KindReport) -> None:
    total.add({**vars(report), "faults": []})
    total.faults += report.faults


if __name__ == "__main__":
    sys.exit(main())
