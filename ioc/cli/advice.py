"""Commands about points that could be: with other counts, and by how many more cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ioc.access import Scope
from ioc.answers import AnswerFormat, write_answer
from ioc.cli.allowed import expect
from ioc.cli.front import TranslatedCommand
from ioc.cli.opened import asked_view, built_period, check_place, published_snapshot
from ioc.cli.options import BoundaryOption, FormatOption, IndexOption, PeriodOption, RequiredUnitOption
from ioc.config import Config
from ioc.words import gettext as _
from ioc.words import mark

if TYPE_CHECKING:
    from ioc.scoring.what_if import ScoreStanding

commands = typer.Typer()


@commands.command(cls=TranslatedCommand, help=mark("Points, band and rank of a unit if its counts were others."))
def whatif(
    context: typer.Context,
    index: IndexOption,
    period: PeriodOption,
    unit: RequiredUnitOption,
    changes: Annotated[
        list[str],
        typer.Option(
            "--set",
            help=mark("MEASURE=450, MEASURE=+37, or for a criterion's cases 3.3=+37; may be given several times."),
        ),
    ],
    boundary: BoundaryOption = None,
    answer_format: FormatOption = AnswerFormat.TABLE,
) -> None:
    from ioc.scoring.advice_rows import WhatIfRow, what_if_rows
    from ioc.scoring.what_if import read_change, refuse_other_rules, rule_calculator, what_if

    standing = _standing(context.obj.load(), index=index, period=period, unit=unit, boundary=boundary)
    with rule_calculator() as calculator:
        refuse_other_rules(calculator, standing)
        outcome = what_if(calculator, standing, dict(read_change(text) for text in changes))
    write_answer(WhatIfRow, list(what_if_rows(standing, outcome)), answer_format=answer_format)
    _say_estimate(standing)


@commands.command(cls=TranslatedCommand, help=mark("How many more cases bring a unit the next points of an index."))
def advise(
    context: typer.Context,
    index: IndexOption,
    period: PeriodOption,
    unit: RequiredUnitOption,
    boundary: BoundaryOption = None,
    answer_format: FormatOption = AnswerFormat.TABLE,
) -> None:
    from ioc.scoring.advice import next_best
    from ioc.scoring.advice_rows import AdviceRow, advice_rows
    from ioc.scoring.advice_words import band_sentence
    from ioc.scoring.what_if import refuse_other_rules, rule_calculator

    config = context.obj.load()
    standing = _standing(config, index=index, period=period, unit=unit, boundary=boundary)
    with rule_calculator() as calculator:
        refuse_other_rules(calculator, standing)
        advice = next_best(calculator, published_snapshot(config).connection, Scope.everything(), standing=standing)
    write_answer(AdviceRow, list(advice_rows(standing, advice)), answer_format=answer_format)
    typer.echo(band_sentence(advice), err=True)
    _say_estimate(standing)


def _standing(config: Config, *, index: str, period: str, unit: str, boundary: str | None) -> ScoreStanding:
    from ioc.catalog.load import load_catalog
    from ioc.scoring.what_if import read_standing

    known = {found.id: found for found in load_catalog(config.catalog.path, indices=config.catalog.indices).indices}
    expect(index, known, _("index"))
    connection = published_snapshot(config).connection
    check_place(connection, unit=unit, level=None)
    view = asked_view(connection, boundary, unit=unit)
    built = built_period(connection, period)
    return read_standing(connection, Scope.everything(), index=known[index], unit=unit, period=built, boundary=view)


def _say_estimate(standing: ScoreStanding) -> None:
    """That the counts are not all reports; to standard error, so that the answer stays what scripts rely on."""
    if any("estimate" in node.flags for node in standing.nodes.values()):
        typer.echo(_("some of these counts are estimates, such as shares of divided units; see `ioc scores`"), err=True)
