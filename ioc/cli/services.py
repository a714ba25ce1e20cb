"""Commands that run until they are stopped: scheduler, web server, both together, both over a sample."""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ioc.answers import AnswerFormat
from ioc.cli.choices import Choices
from ioc.cli.front import TranslatedCommand
from ioc.cli.messages import log_to_stderr
from ioc.cli.run_report import conclude_run
from ioc.clock import now
from ioc.config import Config
from ioc.processes import answers, check_port, keep_running, own_command, refuse_open_address, stop_signal
from ioc.words import gettext as _
from ioc.words import mark

if TYPE_CHECKING:
    from ioc.intake import IntakePort

DEMO_FOLDER = Path("data/store/demo")
DEMO_PORT = 8050

PortOption = Annotated[int | None, typer.Option(help=mark("Another port than the configured one."))]

commands = typer.Typer()


@commands.command(cls=TranslatedCommand, help=mark("Runs the scheduler until it is stopped."))
def schedule(context: typer.Context) -> None:
    from etl.scheduler import run_scheduler

    config = context.obj.load()
    log_to_stderr(logging.INFO)
    with stop_signal() as stop:
        run_scheduler(config, is_stopping=stop)


@commands.command(cls=TranslatedCommand, help=mark("Serves the dashboard until it is stopped."))
def serve(context: typer.Context, port: PortOption = None) -> None:
    from dashboards.serving import serve as serve_web

    config = _with_port(context.obj.load(), port)
    serve_web(config, intake=lambda: _intake(config))


@commands.command(cls=TranslatedCommand, help=mark("Runs scheduler and web server together."))
def up(context: typer.Context, port: PortOption = None) -> None:
    _run_both(_with_port(context.obj.load(), port))


@commands.command(cls=TranslatedCommand, help=mark("Shows the product with sample data in a store of its own."))
def demo(
    context: typer.Context,
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help=mark("Last day of the sample; default: of last month.")),
    ] = None,
    seed: Annotated[int, typer.Option(help=mark("Another seed gives another sample."))] = 1,
    port: Annotated[int, typer.Option(help=mark("The port that is served."))] = DEMO_PORT,
    scale: Annotated[
        float, typer.Option(help=mark("Size of the sample; 1 is about 300 dossiers a commune and month."))
    ] = 1,
    only_load: Annotated[bool, typer.Option("--only-load", help=mark("Load the sample and end."))] = False,
) -> None:
    from etl.demo import load_demo, open_demo

    choices: Choices = context.obj
    if not only_load:
        # before minutes of work, not after
        check_port("127.0.0.1", port)
    log_to_stderr(logging.INFO)
    folder = (choices.store or DEMO_FOLDER).absolute()
    typer.echo(_("Preparing the sample in {folder}").format(folder=folder), err=True)
    last_day = last_month_end(now().date()) if as_of is None else as_of.date()
    with open_demo(folder, as_of=last_day, seed=seed, scale=scale, port=port) as opened:
        if not opened.is_loaded:
            conclude_run(load_demo(opened, clock=now), AnswerFormat.TABLE)
        if not only_load:
            _run_both(opened.config)


def last_month_end(today: date) -> date:
    """The last day of the last full month."""
    return today.replace(day=1) - timedelta(days=1)


def _intake(config: Config) -> IntakePort:
    from etl.intake_desk import IntakeDesk

    return IntakeDesk(config)


def _with_port(config: Config, port: int | None) -> Config:
    if port is None:
        return config
    return config.model_copy(update={"web": config.web.model_copy(update={"port": port})})


def _run_both(config: Config) -> None:
    refuse_open_address(config)
    check_port(config.web.host, config.web.port)
    address = f"http://{config.web.host}:{config.web.port}/"
    shared = ("--config", str(config.file), "--store", str(config.store.path))
    keep_running(
        {
            "scheduler": own_command(*shared, "schedule"),
            "web": own_command(*shared, "serve", "--port", str(config.web.port)),
        },
        is_ready=lambda: answers(f"{address}healthz"),
        on_ready=lambda: typer.echo(_("Ready: {address} (Ctrl-C stops)").format(address=address)),
    )
