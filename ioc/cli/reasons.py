"""Commands that give reasons: why a figure moved or differs, why people are not content."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, TypedDict

import typer

from ioc.access import Scope
from ioc.answers import AnswerFormat, write_answer
from ioc.cli.allowed import expect
from ioc.cli.front import TranslatedCommand
from ioc.cli.opened import asked_view, built_period, check_place, published_snapshot
from ioc.cli.options import (
    BoundaryOption,
    FormatOption,
    OptionalIndicatorOption,
    PeriodOption,
    RequiredUnitOption,
    UnitOption,
)
from ioc.errors import UsageError
from ioc.periods import parse_period
from ioc.words import gettext as _
from ioc.words import mark

if TYPE_CHECKING:
    from ioc.store.engine import Connection

commands = typer.Typer()


class Asked(TypedDict):
    """Whose cases, when, and on which boundaries."""

    unit: str
    period: str
    boundary: str


class SatisfactionWay(StrEnum):
    """By what satisfaction is taken apart."""

    FIELD = "field"
    REASON = "reason"
    CLASS = "class"


@commands.command(
    cls=TranslatedCommand, help=mark("Why a figure moved between two periods, or differs between two units.")
)
def explain(
    context: typer.Context,
    to: Annotated[str, typer.Option("--to", help=mark("The later period, such as 2026-08."))],
    unit: RequiredUnitOption,
    since: Annotated[
        str | None, typer.Option("--from", help=mark("The earlier period; default: the one before --to."))
    ] = None,
    indicator: OptionalIndicatorOption = None,
    index: Annotated[str | None, typer.Option(help=mark("Instead of an indicator: an index, by criterion."))] = None,
    versus: Annotated[
        str | None, typer.Option(help=mark("Another unit's code: why --unit differs from it in the period --to."))
    ] = None,
    by: Annotated[
        str | None, typer.Option(help=mark("procedure, field, channel or unit; default: the first that is possible."))
    ] = None,
    boundary: BoundaryOption = None,
    answer_format: FormatOption = AnswerFormat.TABLE,
) -> None:
    from ioc.analysis import change_rows
    from ioc.analysis.explain import Place, Way, explain_points, explain_reading, ways_of

    connection = published_snapshot(context.obj.load()).connection
    if (indicator is None) == (index is None) or (versus is not None and since not in (None, to)):
        raise UsageError(_("say either --indicator or --index, and with --versus one period only"))
    for code in (unit, versus):
        check_place(connection, unit=code, level=None)
    view = asked_view(connection, boundary, unit=unit)
    after = Place(unit, built_period(connection, to), view)
    before = Place(versus or unit, built_period(connection, since or _before(to, is_same=versus is not None)), view)
    if index is not None:
        points = explain_points(connection, Scope.everything(), index=index, before=before, after=after)
        write_answer(change_rows.PointsRow, list(change_rows.points_rows(points)), answer_format=answer_format)
        typer.echo(change_rows.points_sentence(points), err=True)
        return
    assert indicator is not None
    expect(indicator, _indicators(connection), _("indicator"))
    way = ways_of(indicator)[0] if by is None else by
    expect(way, [str(known) for known in Way], "--by")
    change = explain_reading(
        connection, Scope.everything(), indicator=indicator, before=before, after=after, way=Way(way)
    )
    write_answer(change_rows.EffectRow, list(change_rows.effect_rows(change)), answer_format=answer_format)
    typer.echo(change_rows.change_sentence(change), err=True)


@commands.command(cls=TranslatedCommand, help=mark("Why people are not content with dossiers and petitions of a unit."))
def satisfaction(
    context: typer.Context,
    period: PeriodOption,
    unit: UnitOption = None,
    by: Annotated[
        SatisfactionWay, typer.Option(help=mark("By field, by reason, or petitions by class."))
    ] = SatisfactionWay.FIELD,
    boundary: BoundaryOption = None,
    answer_format: FormatOption = AnswerFormat.TABLE,
) -> None:
    from ioc import satisfaction_rows as made
    from ioc.store import case_questions

    config = context.obj.load()
    connection = published_snapshot(config).connection
    named = unit or config.site.unit
    check_place(connection, unit=unit, level=None)
    view, built = asked_view(connection, boundary, unit=named), built_period(connection, period)
    asked = Asked(unit=named, period=built, boundary=view)
    if by is SatisfactionWay.REASON:
        reasons = case_questions.satisfaction_reasons(connection, Scope.everything(), **asked, with_estimates=True)
        rows = [made.reason_row(reason, **asked) for reason in reasons]
        write_answer(made.ReasonRow, rows, answer_format=answer_format)
    else:
        parts = case_questions.satisfaction(connection, Scope.everything(), **asked, by=str(by), with_estimates=True)
        shown = [made.part_row(part, **asked) for part in parts]
        write_answer(made.PartRow, shown, answer_format=answer_format)


def _before(period: str, *, is_same: bool) -> str:
    """What a period is compared with unless another is named: with another unit's, the same one."""
    return period if is_same else parse_period(period).previous().id


def _indicators(connection: Connection) -> list[str]:
    from ioc.store import questions

    return [row.indicator for row in questions.indicators(connection)]
