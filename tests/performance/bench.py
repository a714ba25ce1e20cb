"""Speed as ratios to floors measured in the same run: `make bench` prints them and exits 1 over a limit."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from tests.performance.figures import Figure
from tests.performance.loading import bench_big_files, bench_delta, bench_load
from tests.performance.pages import bench_pages
from tests.performance.readings import bench_readings

AS_OF = date(2026, 10, 31)


def main() -> int:
    """Prints each figure; 1 if any is over its limit."""
    choices = _choices()
    with tempfile.TemporaryDirectory(prefix="ioc-bench-") as scratch:
        figures = []
        for figure in _measure(choices, Path(scratch)):
            print(figure, flush=True)
            figures.append(figure)
    return int(any(figure.is_over for figure in figures))


def _measure(choices: argparse.Namespace, scratch: Path) -> Iterator[Figure]:
    """What was asked for; if nothing was, everything but the big files."""
    everything = not (choices.pages or choices.load or choices.delta or choices.readings or choices.big)
    if choices.pages or everything:
        for timings in bench_pages(choices.demo or scratch / "demo", as_of=AS_OF, scale=choices.scale):
            print(timings.table(), flush=True)
            yield from timings.figures()
    if choices.load or everything:
        yield from bench_load(scratch / "load", as_of=AS_OF)
    if choices.delta or everything:
        yield from bench_delta(scratch / "delta", as_of=AS_OF)
    if choices.readings or everything:
        yield from bench_readings(scratch / "readings")
    if choices.big:
        yield from bench_big_files(scratch / "big", as_of=AS_OF)


def _choices() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.performance.bench", description=__doc__)
    parser.add_argument("--pages", action="store_true", help="measure the pages")
    parser.add_argument("--load", action="store_true", help="measure loading")
    parser.add_argument("--delta", action="store_true", help="measure a day's delta on three million dossiers")
    parser.add_argument("--readings", action="store_true", help="measure the making of all readings and scores")
    parser.add_argument("--big", action="store_true", help="measure the memory that files of a gigabyte need")
    parser.add_argument("--demo", type=Path, help="a folder that keeps the sample for the next time")
    parser.add_argument("--scale", type=float, default=1.0, help="of the sample for the pages")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
