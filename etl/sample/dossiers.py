"""The one-stop system's files: the dossiers of each month as lines of JSON, as they stand at the end of as_of."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

from etl.sample.workshop import Workshop

WRITERS = 2


def write_dossiers(workshop: Workshop, folder: Path) -> list[Path]:
    """Makes the dossiers and writes `<month>.ndjson` for each month of reception."""
    workshop.run("strata")
    workshop.run("dossiers")
    months = [str(month) for (month,) in workshop.rows("select distinct file_month from dossier order by file_month")]
    folder.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(WRITERS) as writers:
        return list(writers.map(lambda month: _write_month(workshop, folder, month), months))


def _write_month(workshop: Workshop, folder: Path, month: str) -> Path:
    path = folder / f"{month}.ndjson"
    with closing(workshop.beside()) as desk:
        desk.run("wires")
        desk.set("file_month", month)
        desk.copy_lines("dossier_lines", path)
    return path
