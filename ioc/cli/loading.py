"""Commands that bring facts in: check what they rest on, run the sources, publish."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable
from typing import TypeVar

import typer

from ioc.answers import AnswerFormat
from ioc.cli.choices import Choices
from ioc.cli.front import TranslatedCommand
from ioc.cli.messages import log_to_stderr, say_failure
from ioc.cli.options import FormatOption, SourcesArgument
from ioc.cli.run_report import conclude_run, say_published
from ioc.clock import now
from ioc.config import Config, find_catalog, missing_folders
from ioc.errors import ConfigError, Problem, UsageError
from ioc.words import gettext as _
from ioc.words import mark

Loaded = TypeVar("Loaded")

commands = typer.Typer()


@commands.command(cls=TranslatedCommand, help=mark("Validates the configuration and the whole catalogue."))
def check(context: typer.Context) -> None:
    from ioc.boundary_shares import read_shares
    from ioc.catalog.load import load_catalog
    from ioc.regions import read_units
    from ioc.units import load_units

    choices: Choices = context.obj
    problems: list[Problem] = []
    config = _or_problems(choices.load, problems)
    # with a faulty configuration the rest is still checked
    place = find_catalog(choices.config, environ=os.environ) if config is None else config.catalog
    catalog = None
    if config is not None or place.path.is_dir():
        catalog = _or_problems(lambda: load_catalog(place.path, indices=place.indices), problems)
    units = _or_problems(lambda: load_units() if config is None else read_units(config), problems)
    if config is not None:
        _or_problems(lambda: read_shares(config), problems)
    if problems or config is None or catalog is None or units is None:
        raise ConfigError(problems)
    for warning in missing_folders(config):
        say_failure(_("warning: {problem}").format(problem=warning))
    typer.echo(
        _("In order: {sources} sources, {indicators} indicators, {indices} indices, {units} units.").format(
            sources=len(config.sources),
            indicators=len(catalog.indicators),
            indices=len(catalog.indices),
            units=len(units.all),
        )
    )


@commands.command(
    cls=TranslatedCommand, help=mark("Fetches and loads the sources, builds, and publishes what changed.")
)
def run(
    context: typer.Context, sources: SourcesArgument = None, answer_format: FormatOption = AnswerFormat.TABLE
) -> None:
    from etl import pipeline

    config = context.obj.load()
    _refuse_disabled(config, sources or ())
    log_to_stderr(logging.INFO)
    conclude_run(pipeline.run(config, sources=sources or None, clock=now, trigger="manual"), answer_format)


@commands.command(cls=TranslatedCommand, help=mark("Builds and publishes from the facts already there."))
def publish(context: typer.Context) -> None:
    from etl import pipeline

    config = context.obj.load()
    log_to_stderr(logging.INFO)
    say_published(pipeline.publish(config, clock=now))


def _or_problems(load: Callable[[], Loaded], problems: list[Problem]) -> Loaded | None:
    try:
        return load()
    except ConfigError as error:
        problems.extend(error.problems)
        return None


def _refuse_disabled(config: Config, named: Iterable[str]) -> None:
    """A source that is switched off stays off, also when it is named: it may ask another system's servers."""
    disabled = [name for name in named if name in config.sources and not config.sources[name].enabled]
    if disabled:
        message = _("switched off in {file}: {sources}; write enabled: true there to fetch them")
        raise UsageError(message.format(file=config.file, sources=", ".join(disabled)))
