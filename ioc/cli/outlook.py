"""The command that looks ahead: whether an indicator will meet its target."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from ioc.access import Scope
from ioc.answers import AnswerFormat, write_answer
from ioc.cli.allowed import expect
from ioc.cli.front import TranslatedCommand
from ioc.cli.opened import asked_view, check_place, published_snapshot
from ioc.cli.options import BoundaryOption, FormatOption, IndicatorOption, LevelOption, UnitOption
from ioc.words import gettext as _
from ioc.words import mark

commands = typer.Typer()


@commands.command(
    cls=TranslatedCommand, help=mark("Whether an indicator will meet its dated target, with an interval.")
)
def forecast(
    context: typer.Context,
    indicator: IndicatorOption,
    unit: UnitOption = None,
    level: LevelOption = None,
    due: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help=mark("Another date than the target's."))
    ] = None,
    boundary: BoundaryOption = None,
    is_tried: Annotated[
        bool, typer.Option("--backtest", help=mark("Instead: how well the past would have been foreseen."))
    ] = False,
    answer_format: FormatOption = AnswerFormat.TABLE,
) -> None:
    from ioc.analysis import outlook, outlook_rows
    from ioc.catalog.load import load_catalog
    from ioc.store import questions

    config = context.obj.load()
    catalog = load_catalog(config.catalog.path, indices=config.catalog.indices)
    known = {found.id: found for found in catalog.indicators}
    expect(indicator, known, _("indicator"))
    connection = published_snapshot(config).connection
    check_place(connection, unit=unit, level=level)
    view = asked_view(connection, boundary, unit=unit, level=level)
    rows = questions.units(
        connection,
        Scope.everything(),
        level=level,
        codes=None if unit is None else [unit],
        with_former=view != questions.CURRENT,
    )
    units = [row.unit_code for row in rows]
    if is_tried:
        trials = outlook.back_test(
            connection, Scope.everything(), indicator=known[indicator], units=units, boundary=view
        )
        write_answer(outlook.Trial, trials, answer_format=answer_format)
        return
    found = outlook.foresee(
        connection,
        Scope.everything(),
        indicator=known[indicator],
        units=units,
        due=None if due is None else due.date(),
        boundary=view,
    )
    write_answer(outlook_rows.OutlookRow, [outlook_rows.outlook_row(one) for one in found], answer_format=answer_format)
    if len(found) == 1:
        typer.echo(outlook_rows.outlook_sentence(found[0], known[indicator]), err=True)
