"""The program `ioc`: its groups of commands, in the order that its help lists them."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from ioc.cli import advice, figures, health, loading, origins, outlook, reasons, refused_rows, schema, services
from ioc.cli.choices import Choices, Language, speak
from ioc.cli.front import FAILED, Front
from ioc.cli.messages import log_to_stderr, say_failure
from ioc.words import gettext as _
from ioc.words import mark

app = typer.Typer(
    cls=Front,
    help=mark("Analytics dashboard of an Intelligent Operations Centre."),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for group in (loading, services, health, refused_rows, figures, origins, schema, advice, reasons, outlook):
    app.add_typer(group.commands)


@app.callback()
def choose(
    context: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(
            envvar="IOC_CONFIG", help=mark("The configuration file; default: config.yaml of the store, or here.")
        ),
    ] = None,
    store: Annotated[
        Path | None, typer.Option(envvar="IOC_STORE", help=mark("Another store than the configured one."))
    ] = None,
    lang: Annotated[
        Language | None, typer.Option(envvar="IOC_LANG", is_eager=True, callback=speak,
                                      help=mark("Language of messages; default: the site's."))
    ] = None,
) -> None:  # fmt: skip
    context.obj = Choices(config, store, None if lang is None else str(lang))
    log_to_stderr(logging.WARNING)


def main() -> None:
    """The program `ioc`."""
    try:
        app(prog_name="ioc")
    except Exception as error:
        # a fault of ours: people get a sentence, and on request the place
        if os.environ.get("IOC_DEBUG"):
            raise
        message = _("a fault in the program: {kind}: {error}; with IOC_DEBUG=1 it shows where")
        say_failure(message.format(kind=type(error).__name__, error=error))
        sys.exit(FAILED)
