"""Commands that answer with figures: readings of indicators, points of indices."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

import typer

from ioc.access import Scope
from ioc.answer_rows import ScoreRow, ValueRow, score_row, value_row
from ioc.answers import AnswerFormat, write_answer
from ioc.cli.allowed import expect
from ioc.cli.front import TranslatedCommand
from ioc.cli.opened import asked_view, built_period, check_place, published_snapshot
from ioc.cli.options import (
    BoundaryOption,
    FormatOption,
    IndexOption,
    IndicatorOption,
    LevelOption,
    PeriodOption,
    UnitOption,
)
from ioc.clock import now
from ioc.config import Config
from ioc.periods import Calendar, parse_period
from ioc.words import gettext as _
from ioc.words import mark

EVERY_SERIES = "all"

commands = typer.Typer()


class Nodes(StrEnum):
    """A level of an index's tree."""

    TOTAL = "total"
    PILLARS = "pillars"
    GROUPS = "groups"
    CRITERIA = "criteria"


NODE_KINDS = {Nodes.TOTAL: "total", Nodes.PILLARS: "pillar", Nodes.GROUPS: "group", Nodes.CRITERIA: "criterion"}


@commands.command(cls=TranslatedCommand, help=mark("Readings of an indicator."))
def values(
    context: typer.Context,
    indicator: IndicatorOption,
    period: PeriodOption,
    unit: UnitOption = None,
    level: LevelOption = None,
    boundary: BoundaryOption = None,
    series: Annotated[str | None, typer.Option(help=mark("A series, or all; default: the leading one."))] = None,
    without_small: Annotated[
        bool,
        typer.Option("--without-small", help=mark("Ranks anew without the rates of few cases, which get no place.")),
    ] = False,
    answer_format: FormatOption = AnswerFormat.TABLE,
) -> None:
    from ioc.catalog.load import load_catalog
    from ioc.store import questions
    from ioc.store.asked import ask_readings
    from ioc.store.bearers import refuse_other_bearers

    config = context.obj.load()
    snapshot = published_snapshot(config)
    catalogue = {row.indicator: row for row in questions.indicators(snapshot.connection)}
    expect(indicator, catalogue, _("indicator"))
    _check_series(config, series)
    check_place(snapshot.connection, unit=unit, level=level)
    view = asked_view(snapshot.connection, boundary, unit=unit, level=level)
    if view == questions.REPORTED and unit is not None:
        refuse_other_bearers(snapshot.connection, [unit], period=parse_period(period))
    meaning = load_catalog(config.catalog.path, indices=config.catalog.indices)
    expect(indicator, [known.id for known in meaning.indicators], _("indicator"))
    found = [
        reading
        for reading in ask_readings(
            snapshot,
            Scope.everything(),
            catalog=meaning,
            indicator=next(known for known in meaning.indicators if known.id == indicator),
            period=parse_period(period),
            series=series,
            without_small=without_small,
            boundary=view,
        )
        if unit in (None, reading.unit_code) and level in (None, reading.level)
    ]
    measure_unit, at = catalogue[indicator].measure_unit, now()
    rows = [value_row(reading, measure_unit=measure_unit, at=at) for reading in found]
    write_answer(ValueRow, rows, answer_format=answer_format, names={"rank_of": "of"})


@commands.command(cls=TranslatedCommand, help=mark("Points of an index."))
def scores(
    context: typer.Context,
    index: IndexOption,
    period: PeriodOption,
    unit: UnitOption = None,
    level: LevelOption = None,
    boundary: BoundaryOption = None,
    nodes: Annotated[Nodes, typer.Option(help=mark("Level of the index's tree."))] = Nodes.TOTAL,
    compare: Annotated[
        str | None, typer.Option(help=mark("Another index of the catalogue, to be shown beside it."))
    ] = None,
    without_inherited: Annotated[
        bool,
        typer.Option(
            "--without-inherited", help=mark("Leaves out the points that units only inherit, and ranks by the others.")
        ),
    ] = False,
    answer_format: FormatOption = AnswerFormat.TABLE,
) -> None:
    from ioc.scoring.compare import CompareRow, compare_rows
    from ioc.store import score_questions

    config = context.obj.load()
    connection = published_snapshot(config).connection
    expect(index, dict.fromkeys(node.index_id for node in score_questions.index_nodes(connection)), _("index"))
    check_place(connection, unit=unit, level=level)
    view = asked_view(connection, boundary, unit=unit, level=level)

    def ask(index_id: str) -> list[score_questions.Score]:
        return score_questions.scores(
            connection,
            Scope.everything(),
            index=index_id,
            period=built_period(connection, period),
            kind=NODE_KINDS[nodes],
            units=None if unit is None else [unit],
            level=level,
            without_inherited=without_inherited,
            boundary=view,
        )

    found = ask(index)
    if compare is not None:
        expect(compare, dict.fromkeys(node.index_id for node in score_questions.index_nodes(connection)), _("index"))
        write_answer(CompareRow, compare_rows(found, ask(compare)), answer_format=answer_format)
        return
    if nodes is not Nodes.TOTAL:
        # a unit's nodes together, in the order of the index; totals stay in the order of their ranks
        place = {row.node: row.position for row in score_questions.index_nodes(connection) if row.index_id == index}
        found = sorted(found, key=lambda score: (score.unit_code, place[score.node]))
    at = now()
    rows = [score_row(score, at=at) for score in found]
    write_answer(ScoreRow, rows, answer_format=answer_format, names={"rank_of": "of"})
    if not found:
        typer.echo(
            _("No points for this choice: nothing that feeds the index is known of this period; see `ioc sources`"),
            err=True,
        )
    _say_unscored([score.scorable_points for score in found if score.kind == "total" and score.points is None])
    _say_calendar(period, is_known=bool(found) and all(score.points is not None for score in found))


def _check_series(config: Config, series: str | None) -> None:
    from ioc.catalog.load import load_catalog

    if series in (None, EVERY_SERIES):
        return
    catalog = load_catalog(config.catalog.path, indices=config.catalog.indices)
    known = dict.fromkeys(known.id for indicator in catalog.indicators for known in indicator.series)
    expect(str(series), [*known, EVERY_SERIES], _("series"))


def _say_unscored(scorable: Sequence[Decimal | None]) -> None:
    """Why a total is missing; to standard error, so that the answer stays what scripts rely on."""
    if scorable:
        points = [value or Decimal(0) for value in scorable]
        message = _("{n} units have no total, for parts are not known: of 100 points {least} to {most} could be scored")
        typer.echo(message.format(n=len(points), least=min(points), most=max(points)), err=True)


def _say_calendar(period: str, *, is_known: bool) -> None:
    """Why points are missing from the 15th to the 14th."""
    if not is_known and parse_period(period).calendar is Calendar.VPCP:
        message = _(
            "the national portal publishes by the calendar only: from the 15th to the 14th there are the points of "
            "what is counted, or stated for these days"
        )
        typer.echo(message, err=True)
