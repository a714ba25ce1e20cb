"""The command line: the front door, and the one module of `ioc` that may import the other packages.

Imports that take long (DuckDB, pandas, the scheduler, the web side) stand inside the commands that need them, so that
`--help` and a wrong word are answered at once.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import structlog
import typer
from typer.core import TyperCommand, TyperGroup

from ioc.access import Scope
from ioc.answer_rows import (
    RefusedRow,
    RunRow,
    ScoreRow,
    SourceState,
    ValueRow,
    refused_row,
    score_row,
    source_state,
    value_row,
)
from ioc.answers import AnswerFormat, write_answer
from ioc.clock import now
from ioc.config import Config, SourceSettings, find_catalog, load_config
from ioc.errors import ConfigError, IocError, Problem, StoreError, UsageError
from ioc.periods import Period, parse_period
from ioc.processes import answers, check_port, keep_running, own_command, refuse_open_address, stop_signal
from ioc.words import gettext as _
from ioc.words import mark, use_language

if TYPE_CHECKING:
    from etl.report import RunReport
    from ioc.store.engine import Connection
    from ioc.store.questions import Reading
    from ioc.store.snapshots import OpenSnapshot

CONFIG_NAME = "config.yaml"
DEMO_FOLDER = Path("data/store/demo")
DEMO_PORT = 8050
HOISTED = ("--config", "--store", "--lang")
"""Options of the whole program that may also stand after the command's name."""
LEVELS = ("country", "province", "department", "commune", "region",
          "former_province", "former_district", "former_commune")  # fmt: skip
EVERY_SERIES = "all"
FAILED, WRONG_USAGE = 1, 2

Loaded = TypeVar("Loaded")


class TranslatedCommand(TyperCommand):
    """A command whose help is in the chosen language."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        _translate(self)
        super().format_help(ctx, formatter)


class Front(TyperGroup):
    """The program: takes its own options anywhere, and ends failures with a message instead of a traceback."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, hoist(args))

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except UsageError as error:
            _say_failure(str(error))
            raise typer.Exit(WRONG_USAGE) from error
        except (IocError, OSError) as error:
            _say_failure(str(error))
            raise typer.Exit(FAILED) from error

    def format_help(self, ctx: Any, formatter: Any) -> None:
        _translate(self)
        for command in self.commands.values():
            _translate(command)
        super().format_help(ctx, formatter)


app = typer.Typer(
    cls=Front,
    help=mark("Analytics dashboard of an Intelligent Operations Centre."),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


class Nodes(StrEnum):
    """A level of an index's tree."""

    TOTAL = "total"
    GROUPS = "groups"
    CRITERIA = "criteria"


NODE_KINDS = {Nodes.TOTAL: "total", Nodes.GROUPS: "group", Nodes.CRITERIA: "criterion"}


class Language(StrEnum):
    """A language of messages."""

    VI = "vi"
    EN = "en"


@dataclass(frozen=True)
class Choices:
    """What was said before the command's name."""

    named_config: Path | None
    store: Path | None
    language: str | None

    @property
    def config(self) -> Path:
        """The named file; else that of a store which holds its own, as a demo's does; else the one of this folder."""
        if self.named_config is not None:
            return self.named_config
        own = None if self.store is None else self.store / CONFIG_NAME
        return own if own is not None and own.is_file() else Path(CONFIG_NAME)

    def load(self) -> Config:
        """The configuration, over the chosen store and in the chosen language."""
        config = load_config(self.config, environ=os.environ)
        if self.language is None:
            use_language(config.site.language)
        return config if self.store is None else config.with_store(self.store)


FormatOption = Annotated[AnswerFormat, typer.Option("--format", help=mark("How the answer is written."))]
SourcesArgument = Annotated[list[str] | None, typer.Argument(help=mark("Only these sources; default: all enabled."))]
PeriodOption = Annotated[str, typer.Option(help=mark("2026, 2026-H1, 2026-Q3, 2026-08, a day or a range A..B."))]
UnitOption = Annotated[str | None, typer.Option(help=mark("Only the unit with this code."))]
LevelOption = Annotated[str | None, typer.Option(help=mark("Only units of this level: province, department, commune."))]


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
        Language | None, typer.Option(envvar="IOC_LANG", is_eager=True, callback=lambda chosen: _speak(chosen),
                                      help=mark("Language of messages; default: the site's."))
    ] = None,
) -> None:  # fmt: skip
    context.obj = Choices(config, store, None if lang is None else str(lang))
    _log_to_stderr(logging.WARNING)


@app.command(cls=TranslatedCommand, help=mark("Validates the configuration and the whole catalogue."))
def check(context: typer.Context) -> None:
    from ioc.catalog.load import load_catalog
    from ioc.units import REFERENCE, load_units

    choices: Choices = context.obj
    problems: list[Problem] = []
    config = _or_problems(choices.load, problems)
    # with a faulty configuration the rest is still checked
    place = find_catalog(choices.config, environ=os.environ) if config is None else config.catalog
    crosswalks = () if config is None else config.units.crosswalks
    catalog = None
    if config is not None or place.path.is_dir():
        catalog = _or_problems(lambda: load_catalog(place.path, indices=place.indices), problems)
    units = _or_problems(lambda: load_units(REFERENCE, crosswalks=crosswalks), problems)
    if problems or config is None or catalog is None or units is None:
        raise ConfigError(problems)
    typer.echo(
        _("In order: {sources} sources, {indicators} indicators, {indices} indices, {units} units.").format(
            sources=len(config.sources),
            indicators=len(catalog.indicators),
            indices=len(catalog.indices),
            units=len(units.all),
        )
    )


@app.command(cls=TranslatedCommand, help=mark("Fetches and loads the sources, builds, and publishes what changed."))
def run(
    context: typer.Context, sources: SourcesArgument = None, answer_format: FormatOption = AnswerFormat.TABLE
) -> None:
    from etl import pipeline

    config = context.obj.load()
    _refuse_disabled(config, sources or ())
    _log_to_stderr(logging.INFO)
    report = pipeline.run(config, sources=sources or None, clock=now, trigger="manual")
    _show_run(report, answer_format)
    if report.failed:
        raise typer.Exit(FAILED)


@app.command(cls=TranslatedCommand, help=mark("Builds and publishes from the facts already there."))
def publish(context: typer.Context) -> None:
    from etl import pipeline

    config = context.obj.load()
    _log_to_stderr(logging.INFO)
    _say_published(pipeline.publish(config, clock=now))


@app.command(cls=TranslatedCommand, help=mark("Runs the scheduler until it is stopped."))
def schedule(context: typer.Context) -> None:
    from etl.scheduler import run_scheduler

    config = context.obj.load()
    _log_to_stderr(logging.INFO)
    with stop_signal() as stop:
        run_scheduler(config, is_stopping=stop)


@app.command(cls=TranslatedCommand, help=mark("Serves the dashboard until it is stopped."))
def serve(
    context: typer.Context,
    port: Annotated[int | None, typer.Option(help=mark("Another port than the configured one."))] = None,
) -> None:
    from dashboards.serving import serve as serve_web

    serve_web(_with_port(context.obj.load(), port))


@app.command(cls=TranslatedCommand, help=mark("Runs scheduler and web server together."))
def up(
    context: typer.Context,
    port: Annotated[int | None, typer.Option(help=mark("Another port than the configured one."))] = None,
) -> None:
    _run_both(_with_port(context.obj.load(), port))


@app.command(cls=TranslatedCommand, help=mark("Shows the product with sample data in a store of its own."))
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
    _log_to_stderr(logging.INFO)
    folder = (choices.store or DEMO_FOLDER).absolute()
    typer.echo(_("Preparing the sample in {folder}").format(folder=folder), err=True)
    last_day = last_month_end(now().date()) if as_of is None else as_of.date()
    with open_demo(folder, as_of=last_day, seed=seed, scale=scale, port=port) as opened:
        if not opened.is_loaded:
            report = load_demo(opened, clock=now)
            _show_run(report, AnswerFormat.TABLE)
            if report.failed:
                raise typer.Exit(FAILED)
        if not only_load:
            _run_both(opened.config)


@app.command(cls=TranslatedCommand, help=mark("Shows the state of each source."))
def sources(context: typer.Context, answer_format: FormatOption = AnswerFormat.TABLE) -> None:
    from ioc.store import questions

    config = context.obj.load()
    snapshot = _current(config)
    known = {} if snapshot is None else {row.source_id: row for row in questions.sources(snapshot.connection)}
    at = now()
    rows = [
        source_state(name, block, known.get(name), at=at, next_run=_next_run(block, after=at))
        for name, block in config.sources.items()
    ]
    write_answer(SourceState, rows, answer_format=answer_format)


@app.command(cls=TranslatedCommand, help=mark("Lists rejected rows with their reasons."))
def quarantine(
    context: typer.Context,
    source: Annotated[str | None, typer.Argument(help=mark("Only this source."))] = None,
    limit: Annotated[int, typer.Option(help=mark("At most so many rows, the newest."), min=1)] = 5000,
    answer_format: FormatOption = AnswerFormat.TABLE,
) -> None:
    from ioc.store import questions

    config = context.obj.load()
    if source is not None:
        _expect(source, config.sources, _("source"))
    found = questions.quarantine_rows(_snapshot(config).connection, Scope.everything(), source=source, limit=limit)
    write_answer(RefusedRow, [refused_row(row) for row in found], answer_format=answer_format)


@app.command(cls=TranslatedCommand, help=mark("Readings of an indicator."))
def values(
    context: typer.Context,
    indicator: Annotated[str, typer.Option(help=mark("The indicator's name in the catalogue."))],
    period: PeriodOption,
    unit: UnitOption = None,
    level: LevelOption = None,
    boundary: Annotated[str, typer.Option(help=mark("Boundaries of units: current."))] = "current",
    series: Annotated[str | None, typer.Option(help=mark("A series, or all; default: the leading one."))] = None,
    answer_format: FormatOption = AnswerFormat.TABLE,
) -> None:
    from ioc.store import questions

    _expect(boundary, ("current",), _("boundary"))
    config = context.obj.load()
    snapshot = _snapshot(config)
    catalogue = {row.indicator: row for row in questions.indicators(snapshot.connection)}
    _expect(indicator, catalogue, _("indicator"))
    _check_series(config, series)
    _check_place(snapshot.connection, unit=unit, level=level)
    asked = parse_period(period)
    if asked.id in _built_periods(snapshot.connection):
        found = questions.readings(
            snapshot.connection,
            Scope.everything(),
            period=asked.id,
            indicators=[indicator],
            units=None if unit is None else [unit],
            level=level,
            series=series,
        )
    else:
        found = _count_readings(config, snapshot, indicator, asked, series=series, unit=unit, level=level)
    measure_unit, at = catalogue[indicator].measure_unit, now()
    rows = [value_row(reading, measure_unit=measure_unit, boundary=boundary, at=at) for reading in found]
    write_answer(ValueRow, rows, answer_format=answer_format, names={"rank_of": "of"})


@app.command(cls=TranslatedCommand, help=mark("Points of an index."))
def scores(
    context: typer.Context,
    index: Annotated[str, typer.Option(help=mark("The index's name in the catalogue."))],
    period: PeriodOption,
    unit: UnitOption = None,
    level: LevelOption = None,
    nodes: Annotated[Nodes, typer.Option(help=mark("Level of the index's tree."))] = Nodes.TOTAL,
    answer_format: FormatOption = AnswerFormat.TABLE,
) -> None:
    from ioc.store import questions

    config = context.obj.load()
    connection = _snapshot(config).connection
    _expect(index, dict.fromkeys(node.index_id for node in questions.index_nodes(connection)), _("index"))
    _check_place(connection, unit=unit, level=level)
    found = questions.scores(
        connection,
        Scope.everything(),
        index=index,
        period=_built_period(connection, period),
        kind=NODE_KINDS[nodes],
        units=None if unit is None else [unit],
        level=level,
    )
    if nodes is not Nodes.TOTAL:
        # a unit's nodes together, in the order of the index; totals stay in the order of their ranks
        place = {row.node: row.position for row in questions.index_nodes(connection) if row.index_id == index}
        found = sorted(found, key=lambda score: (score.unit_code, place[score.node]))
    write_answer(ScoreRow, [score_row(score) for score in found], answer_format=answer_format)
    if not found:
        typer.echo(
            _("No points for this choice: an index is scored from the portal's figures; see `ioc sources`"), err=True
        )
    _say_unscored([score.scorable_points for score in found if score.kind == "total" and score.points is None])


def last_month_end(today: date) -> date:
    """The last day of the last full month."""
    return today.replace(day=1) - timedelta(days=1)


def main() -> None:
    """The program `ioc`."""
    try:
        app(prog_name="ioc")
    except Exception as error:
        # a fault of ours: people get a sentence, and on request the place
        if os.environ.get("IOC_DEBUG"):
            raise
        message = _("a fault in the program: {kind}: {error}; with IOC_DEBUG=1 it shows where")
        _say_failure(message.format(kind=type(error).__name__, error=error))
        sys.exit(FAILED)


def hoist(arguments: Sequence[str]) -> list[str]:
    """Moves the program's own options before the command's name: `ioc run --config F` is `ioc --config F run`."""
    front: list[str] = []
    rest: list[str] = []
    waiting = iter(arguments)
    for argument in waiting:
        if argument == "--":
            rest += [argument, *waiting]
        elif argument in HOISTED:
            front += [argument, *_next(waiting)]
        elif argument.split("=", 1)[0] in HOISTED:
            front.append(argument)
        else:
            rest.append(argument)
    return [*front, *rest]


def _next(waiting: Iterable[str]) -> list[str]:
    for argument in waiting:
        return [argument]
    return []


def _speak(language: Language | None) -> Language | None:
    if language is not None:
        use_language(str(language))
    return language


def _translate(command: Any) -> None:
    command.help = _(command.help) if command.help else command.help
    for parameter in command.params:
        if getattr(parameter, "help", None):
            parameter.help = _(parameter.help)


def _log_to_stderr(level: int) -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False),
            # the rich one prints local variables, which may be somebody's data
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            ),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        # asked anew each time: whoever runs commands in this process may have exchanged the stream
        logger_factory=lambda *_names: structlog.PrintLogger(sys.stderr),
    )


def _say_failure(message: str) -> None:
    typer.echo(message, err=True)


def _or_problems(load: Callable[[], Loaded], problems: list[Problem]) -> Loaded | None:
    try:
        return load()
    except ConfigError as error:
        problems.extend(error.problems)
        return None


def _show_run(report: RunReport, answer_format: AnswerFormat) -> None:
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
        )
        for source in report.sources
    ]
    write_answer(RunRow, rows, answer_format=answer_format)
    for source in report.sources:
        for load in source.failures:
            _say_failure(f"{source.source_id}: {load.origin}: {load.error_class}: {load.message}")
    for error in report.errors:
        _say_failure(error)
    if not report.errors:
        _say_published(report.published)


def _say_unscored(scorable: Sequence[Decimal | None]) -> None:
    """Why a total is missing; to standard error, so that the answer stays what scripts rely on."""
    if scorable:
        points = [value or Decimal(0) for value in scorable]
        message = _("{n} units have no total, for parts are not known: of 100 points {least} to {most} could be scored")
        typer.echo(message.format(n=len(points), least=min(points), most=max(points)), err=True)


def _say_published(snapshot: str | None) -> None:
    """To standard error: standard output belongs to the answer."""
    if snapshot is None:
        typer.echo(_("Nothing has changed; nothing was published."), err=True)
    else:
        typer.echo(_("Published: {snapshot}").format(snapshot=snapshot), err=True)


def _refuse_disabled(config: Config, named: Iterable[str]) -> None:
    """A source that is switched off stays off, also when it is named: it may ask another system's servers."""
    disabled = [name for name in named if name in config.sources and not config.sources[name].enabled]
    if disabled:
        message = _("switched off in {file}: {sources}; write enabled: true there to fetch them")
        raise UsageError(message.format(file=config.file, sources=", ".join(disabled)))


def _check_series(config: Config, series: str | None) -> None:
    from ioc.catalog.load import load_catalog

    if series in (None, EVERY_SERIES):
        return
    catalog = load_catalog(config.catalog.path, indices=config.catalog.indices)
    known = dict.fromkeys(known.id for indicator in catalog.indicators for known in indicator.series)
    _expect(str(series), [*known, EVERY_SERIES], _("series"))


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


def _next_run(settings: SourceSettings, *, after: datetime) -> datetime | None:
    from etl.scheduler import next_run

    if not settings.enabled or settings.schedule is None:
        return None
    return next_run(settings.schedule, after=after)


def _current(config: Config) -> OpenSnapshot | None:
    from ioc.store.snapshots import Reader

    return Reader(config.store.path).current()


def _snapshot(config: Config) -> OpenSnapshot:
    snapshot = _current(config)
    if snapshot is None:
        raise StoreError(
            _("{store} has no published snapshot yet; run `ioc run` first").format(store=config.store.path)
        )
    return snapshot


def _count_readings(
    config: Config,
    snapshot: OpenSnapshot,
    indicator: str,
    period: Period,
    *,
    series: str | None,
    unit: str | None,
    level: str | None,
) -> list[Reading]:
    """Readings of a stretch of days that was not built, counted now from the dossiers."""
    from ioc.catalog.load import load_catalog
    from ioc.store.ranges import SERIES, range_readings

    if not snapshot.manifest.dossiers:
        raise UsageError(_not_built(snapshot.connection, period))
    _expect(series or SERIES, (SERIES, EVERY_SERIES), _("series"))
    catalog = load_catalog(config.catalog.path, indices=config.catalog.indices)
    found = range_readings(snapshot, Scope.everything(), catalog=catalog, indicator_id=indicator, period=period)
    return [reading for reading in found if unit in (None, reading.unit_code) and level in (None, reading.level)]


def _built_periods(connection: Connection) -> list[str]:
    from ioc.store import questions

    return [row.period for row in questions.periods(connection)]


def _not_built(connection: Connection, period: Period) -> str:
    message = _("the period {period} has not been built; there are: {built}")
    return message.format(period=period.id, built=", ".join(_built_periods(connection)) or "—")


def _built_period(connection: Connection, text: str) -> str:
    """The id of a period that the snapshot has figures for."""
    period = parse_period(text)
    if period.id not in _built_periods(connection):
        raise UsageError(_not_built(connection, period))
    return period.id


def _check_place(connection: Connection, *, unit: str | None, level: str | None) -> None:
    from ioc.store import questions

    if level is not None:
        _expect(level, LEVELS, _("level"))
    if unit is not None and not questions.units(connection, Scope.everything(), codes=[unit], with_former=True):
        message = _("the unit {unit} is not known; a unit is named by its statistical code, such as 31 or 11824")
        raise UsageError(message.format(unit=unit))


def _expect(came: str, allowed: Iterable[str], what: str) -> None:
    """Refuses a word that is not in a list, and names the nearest one."""
    words = list(allowed)
    if came in words:
        return
    near = get_close_matches(came, words, n=1)
    hint = _("; did you mean “{word}”?").format(word=near[0]) if near else ""
    message = _("{what} “{came}” is not known; allowed: {allowed}{hint}")
    raise UsageError(message.format(what=what, came=came, allowed=", ".join(words) or "—", hint=hint))


if __name__ == "__main__":
    main()
