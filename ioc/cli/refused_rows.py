"""Commands about rows that were refused: list them, try them again, correct them."""

from __future__ import annotations

import getpass
import logging
from typing import Annotated

import typer

from ioc.answer_rows import RefusedRow, SuggestedRow, refused_row
from ioc.answers import AnswerFormat, write_answer
from ioc.cli.allowed import expect
from ioc.cli.front import TranslatedCommand
from ioc.cli.messages import log_to_stderr
from ioc.cli.options import FormatOption, SourcesArgument
from ioc.cli.run_report import conclude_run
from ioc.config import Config
from ioc.errors import UsageError
from ioc.words import gettext as _
from ioc.words import mark

commands = typer.Typer()


@commands.command(cls=TranslatedCommand, help=mark("Lists rejected rows with their reasons."))
def quarantine(
    context: typer.Context,
    source: Annotated[str | None, typer.Argument(help=mark("Only this source."))] = None,
    limit: Annotated[int, typer.Option(help=mark("At most so many rows, the newest."), min=1)] = 5000,
    suggest: Annotated[
        bool, typer.Option("--suggest", help=mark("Name the units that may be meant by unknown codes and names."))
    ] = False,
    answer_format: FormatOption = AnswerFormat.TABLE,
) -> None:
    from etl.quarantine import list_refused, suggest_for

    config = context.obj.load()
    if source is not None:
        expect(source, config.sources, _("source"))
    found = list_refused(config.store.path, source=source, limit=limit)
    if suggest:
        write_answer(SuggestedRow, suggest_for(config, found), answer_format=answer_format)
    else:
        write_answer(RefusedRow, [refused_row(row) for row in found], answer_format=answer_format)


@commands.command(cls=TranslatedCommand, help=mark("Tries rejected rows again whose unit is known by now."))
def replay(
    context: typer.Context, sources: SourcesArgument = None, answer_format: FormatOption = AnswerFormat.TABLE
) -> None:
    from etl.quarantine import state_replay

    config = context.obj.load()
    for name in sources or ():
        expect(name, config.sources, _("source"))
    log_to_stderr(logging.INFO)
    state_replay(config, sources or list(config.sources), by=_who())
    _load_corrections(config, answer_format)


@commands.command(cls=TranslatedCommand, help=mark("Gives a rejected row other values and loads it again."))
def correct(
    context: typer.Context,
    source: Annotated[str | None, typer.Argument(help=mark("The source that the row came from."))] = None,
    load: Annotated[int | None, typer.Option(help=mark("Number of the load, as `ioc quarantine` has it."))] = None,
    row: Annotated[int | None, typer.Option(help=mark("Number of the row."))] = None,
    values: Annotated[
        list[str] | None, typer.Option("--set", help=mark("FIELD=VALUE; may be given several times."))
    ] = None,
    remember: Annotated[
        bool, typer.Option("--remember", help=mark("Take the unit for this spelling from now on, in every file."))
    ] = False,
    waiting: Annotated[
        bool, typer.Option("--waiting", help=mark("Load the corrections that wait, and no more."))
    ] = False,
    answer_format: FormatOption = AnswerFormat.TABLE,
) -> None:
    from etl.quarantine import state_correction

    config = context.obj.load()
    log_to_stderr(logging.INFO)
    if not waiting:
        if source is None or load is None or row is None or not values:
            raise UsageError(_("say which row and what it should say: ioc correct SOURCE --load N --row N --set F=V"))
        expect(source, config.sources, _("source"))
        pairs = [text.partition("=") for text in values]
        state_correction(
            config,
            source_id=source,
            load_id=load,
            row_no=row,
            changes={name: value for name, _sign, value in pairs},
            is_remembered=remember,
            by=_who(),
        )
    _load_corrections(config, answer_format)


def _load_corrections(config: Config, answer_format: AnswerFormat) -> None:
    from etl.intake_desk import load_waiting

    report = load_waiting(config)
    if report is None:
        typer.echo(_("No corrections wait."), err=True)
        return
    conclude_run(report, answer_format)


def _who() -> str:
    """Who states a correction, as this machine knows them."""
    return getpass.getuser()
