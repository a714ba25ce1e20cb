"""Commands that say where something comes from: a reading from its rows, a unit from those before it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from ioc.access import Scope
from ioc.answers import AnswerFormat, write_answer
from ioc.cli.allowed import expect
from ioc.cli.front import TranslatedCommand
from ioc.cli.opened import asked_view, check_place, published_snapshot
from ioc.cli.options import BoundaryOption, FormatOption, IndicatorOption, PeriodOption, RequiredUnitOption
from ioc.periods import parse_period
from ioc.words import gettext as _
from ioc.words import mark

EVIDENCE_ROWS_IN_TABLE = 50

commands = typer.Typer()


class EvidencePart(StrEnum):
    """A part of a reading."""

    NUMERATOR = "numerator"
    DENOMINATOR = "denominator"


@commands.command(cls=TranslatedCommand, help=mark("The rows, files, hashes and loads behind a reading."))
def evidence(
    context: typer.Context,
    indicator: IndicatorOption,
    period: PeriodOption,
    unit: RequiredUnitOption,
    part: Annotated[EvidencePart | None, typer.Option(help=mark("Only the rows of this part; default: both."))] = None,
    series: Annotated[str | None, typer.Option(help=mark("A series; default: the leading one."))] = None,
    limit: Annotated[
        int | None,
        typer.Option(help=mark("At most so many rows of each part; default: all, in a table the first 50."), min=1),
    ] = None,
    boundary: BoundaryOption = None,
    answer_format: FormatOption = AnswerFormat.TABLE,
) -> None:
    from ioc.catalog.load import load_catalog
    from ioc.evidence_rows import evidence_sentences, write_evidence
    from ioc.store.evidence import open_evidence

    config = context.obj.load()
    snapshot = published_snapshot(config)
    meaning = load_catalog(config.catalog.path, indices=config.catalog.indices)
    known = {found.id: found for found in meaning.indicators}
    expect(indicator, known, _("indicator"))
    check_place(snapshot.connection, unit=unit, level=None)
    view = asked_view(snapshot.connection, boundary, unit=unit)
    is_table = answer_format is AnswerFormat.TABLE
    with open_evidence(
        snapshot,
        Scope.everything(),
        catalog=meaning,
        indicator=known[indicator],
        period=parse_period(period),
        unit=unit,
        series=series,
        part=None if part is None else str(part),
        limit=EVIDENCE_ROWS_IN_TABLE if limit is None and is_table else limit,
        boundary=view,
    ) as found:
        write_evidence(found.rows, answer_format=answer_format)
        for sentence in evidence_sentences(found):
            typer.echo(sentence, err=True)


@commands.command(cls=TranslatedCommand, help=mark("What a unit was formed from on 1 July 2025, or what became of it."))
def lineage(context: typer.Context, unit: RequiredUnitOption, answer_format: FormatOption = AnswerFormat.TABLE) -> None:
    from ioc.store import questions

    connection = published_snapshot(context.obj.load()).connection
    check_place(connection, unit=unit, level=None)
    rows = questions.lineage(connection, Scope.everything(), unit=unit)
    write_answer(questions.LineageRow, rows, answer_format=answer_format)
    if not rows:
        message = _("nothing is known of {unit}: the snapshot has the lineage of the site's area and of former units "
                    "with figures")  # fmt: skip
        typer.echo(message.format(unit=unit), err=True)
