"""What a run of the pipeline did, as the commands that start one tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from ioc.answer_rows import RunRow
from ioc.answers import AnswerFormat, write_answer
from ioc.cli.front import FAILED
from ioc.cli.messages import say_failure
from ioc.words import gettext as _

WARNINGS_SHOWN = 20

if TYPE_CHECKING:
    from etl.report import LoadReport, RunReport


def conclude_run(report: RunReport, answer_format: AnswerFormat) -> None:
    """Shows what each source brought, what failed and what was published; a failed run ends the program as failed."""
    rows = [
        RunRow(
            source=source.source_id,
            files=len(source.loads),
            rows_in=source.rows_in,
            loaded=source.loaded,
            unchanged=source.unchanged,
            superseded=source.superseded,
            quarantined=source.quarantined,
            failed_files=len(source.failures),
            new_files=len(source.new_loads),
            new_quarantined=sum(load.buckets.quarantined for load in source.new_loads),
        )
        for source in report.sources
    ]
    write_answer(RunRow, rows, answer_format=answer_format)
    for source in report.sources:
        for load in (one for one in source.loads if one.error_class is not None):
            say_failure(f"{source.source_id}: {load.origin}: {load.error_class}: {load.message}")
    _say_warnings(report)
    for error in report.errors:
        say_failure(error)
    if not report.errors:
        say_published(report.published)
    if report.failed:
        raise typer.Exit(FAILED)


def _say_warnings(report: RunReport) -> None:
    """What the files that came in say against themselves: sums that do not agree, old encodings, hidden rows."""
    found = [
        f"{source.source_id}: {load.origin}: {warning}"
        for source in report.sources
        for load in source.loads
        for warning in _told(load)
    ]
    for line in found[:WARNINGS_SHOWN]:
        say_failure(line)
    if len(found) > WARNINGS_SHOWN:
        words = _("{n} more warnings; the data page has all of them.")
        say_failure(words.format(n=len(found) - WARNINGS_SHOWN))


def _told(load: LoadReport) -> tuple[str, ...]:
    own = load.warnings if load.is_new else ()
    return (*own, load.passed_over) if load.passed_over else own


def say_published(snapshot: str | None) -> None:
    """Which snapshot was published, if any; to standard error: standard output belongs to the answer."""
    if snapshot is None:
        typer.echo(_("Nothing has changed; nothing was published."), err=True)
    else:
        typer.echo(_("Published: {snapshot}").format(snapshot=snapshot), err=True)
