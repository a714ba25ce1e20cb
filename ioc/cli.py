"""The command line: the front door, and the one module of `ioc` that may import the other packages.

Imports that take long (DuckDB, pandas, the scheduler, the web side) stand inside the commands that need them, so that
`--help` and a wrong word are answered at once.
"""

from __future__ import annotations

import getpass
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
    SuggestedRow,
    ValueRow,
    refused_row,
    score_row,
    value_row,
)
from ioc.answers import AnswerFormat, write_answer
from ioc.clock import now
from ioc.config import Config, find_catalog, load_config, missing_folders
from ioc.diagnosis import Finding
from ioc.errors import ConfigError, IocError, Problem, StoreError, UsageError
from ioc.periods import parse_period
from ioc.processes import answers, check_port, keep_running, own_command, refuse_open_address, stop_signal
from ioc.source_rows import SourceBrief, SourceState, SourceTimes, TimelineRow, source_state, timeline
from ioc.standing import LATE_AFTER, Standing
from ioc.words import gettext as _
from ioc.words import mark, use_language

if TYPE_CHECKING:
    from etl.report import RunReport
    from ioc.intake import IntakePort
    from ioc.scoring.what_if import ScoreStanding
    from ioc.store.control import Control
    from ioc.store.engine import Connection
    from ioc.store.snapshots import OpenSnapshot

CONFIG_NAME = "config.yaml"
DEMO_FOLDER = Path("data/store/demo")
DEMO_PORT = 8050
HOISTED = ("--config", "--store", "--lang")
"""Options of the whole program that may also stand after the command's name."""
LEVELS = ("country", "province", "department", "commune", "region",
          "former_province", "former_district", "former_commune")  # fmt: skip
EVERY_SERIES = "all"
EVIDENCE_ROWS_IN_TABLE = 50
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
    PILLARS = "pillars"
    GROUPS = "groups"
    CRITERIA = "criteria"


NODE_KINDS = {Nodes.TOTAL: "total", Nodes.PILLARS: "pillar", Nodes.GROUPS: "group", Nodes.CRITERIA: "criterion"}


class SatisfactionWay(StrEnum):
    """By what satisfaction is taken apart."""

    FIELD = "field"
    REASON = "reason"
    CLASS = "class"


class EvidencePart(StrEnum):
    """A part of a reading."""

    NUMERATOR = "numerator"
    DENOMINATOR = "denominator"


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


def _named_unit(text: str | None) -> str | None:
    """A unit's code as the snapshot writes it; CODE@DATE names the one that bore the code then."""
    from ioc.units import former_code

    return text if text is None or "@" not in text else former_code(text)


UnitOption = Annotated[str | None, typer.Option(help=mark("Only the unit with this code."), callback=_named_unit)]
LevelOption = Annotated[
    str | None,
    typer.Option(
        help=mark(
            "Only units of this level: province, department, commune, region, former_province, former_district, "
            "former_commune."
        )
    ),
]
BoundaryOption = Annotated[
    str | None,
    typer.Option(
        help=mark(
            "Boundaries: current (today's units with their history), reported (each unit as it reported), former "
            "(units before 1 July 2025); default: current, for a former unit reported."
        )
    ),
]


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
        _say_failure(_("warning: {problem}").format(problem=warning))
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

    config = _with_port(context.obj.load(), port)
    serve_web(config, intake=lambda: _intake(config))


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
def sources(
    context: typer.Context,
    answer_format: FormatOption = AnswerFormat.TABLE,
    is_timeline: Annotated[
        bool, typer.Option("--timeline", help=mark("The newest runs of each source, and the times it was not run."))
    ] = False,
    limit: Annotated[int, typer.Option(help=mark("With --timeline: at most so many of each source."), min=1)] = 20,
) -> None:
    config = context.obj.load()
    if is_timeline:
        write_answer(TimelineRow, _timeline(config, limit=limit), answer_format=answer_format)
        return
    states = _source_states(config)
    if answer_format is AnswerFormat.TABLE:
        write_answer(SourceBrief, [state.brief() for state in states], answer_format=answer_format)
        _say_troubles(states)
    else:
        write_answer(SourceState, states, answer_format=answer_format)


@app.command(cls=TranslatedCommand, help=mark("Lets the scheduler ask a halted source again."))
def resume(
    context: typer.Context, source: Annotated[str, typer.Argument(help=mark("The source's name in config.yaml."))]
) -> None:
    config = context.obj.load()
    _expect(source, config.sources, _("source"))
    control = _control(config)
    is_resumed = control is not None and control.resume(source)
    message = _("{source} is asked again at its next time.") if is_resumed else _("{source} was not halted.")
    typer.echo(message.format(source=source))


@app.command(cls=TranslatedCommand, help=mark("Says what is wrong with this installation, and how to mend it."))
def doctor(context: typer.Context, answer_format: FormatOption = AnswerFormat.TABLE) -> None:
    from etl.doctor import examine

    choices: Choices = context.obj
    findings = examine(choices.config, environ=os.environ, load=choices.load, clock=now)
    write_answer(Finding, findings, answer_format=answer_format)
    if any(finding.is_wrong for finding in findings):
        raise typer.Exit(FAILED)


@app.command(cls=TranslatedCommand, help=mark("Lists rejected rows with their reasons."))
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
        _expect(source, config.sources, _("source"))
    found = list_refused(config.store.path, source=source, limit=limit)
    if suggest:
        write_answer(SuggestedRow, suggest_for(config, found), answer_format=answer_format)
    else:
        write_answer(RefusedRow, [refused_row(row) for row in found], answer_format=answer_format)


@app.command(cls=TranslatedCommand, help=mark("Tries rejected rows again whose unit is known by now."))
def replay(
    context: typer.Context, sources: SourcesArgument = None, answer_format: FormatOption = AnswerFormat.TABLE
) -> None:
    from etl.quarantine import state_replay

    config = context.obj.load()
    for name in sources or ():
        _expect(name, config.sources, _("source"))
    _log_to_stderr(logging.INFO)
    state_replay(config, sources or list(config.sources), by=_who())
    _load_corrections(config, answer_format)


@app.command(cls=TranslatedCommand, help=mark("Gives a rejected row other values and loads it again."))
def correct(
    context: typer.Context,
    source: Annotated[str | None, typer.Argument(help=mark("The source that the row came from."))] = None,
    load: Annotated[
        int | None, typer.Option(help=mark("Number of the load, as `ioc quarantine --suggest` has it."))
    ] = None,
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
    _log_to_stderr(logging.INFO)
    if not waiting:
        if source is None or load is None or row is None or not values:
            raise UsageError(_("say which row and what it should say: ioc correct SOURCE --load N --row N --set F=V"))
        _expect(source, config.sources, _("source"))
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


@app.command(cls=TranslatedCommand, help=mark("Readings of an indicator."))
def values(
    context: typer.Context,
    indicator: Annotated[str, typer.Option(help=mark("The indicator's name in the catalogue."))],
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
    snapshot = _snapshot(config)
    catalogue = {row.indicator: row for row in questions.indicators(snapshot.connection)}
    _expect(indicator, catalogue, _("indicator"))
    _check_series(config, series)
    _check_place(snapshot.connection, unit=unit, level=level)
    view = _view(snapshot.connection, boundary, unit=unit, level=level)
    if view == questions.REPORTED and unit is not None:
        refuse_other_bearers(snapshot.connection, [unit], period=parse_period(period))
    meaning = load_catalog(config.catalog.path, indices=config.catalog.indices)
    _expect(indicator, [known.id for known in meaning.indicators], _("indicator"))
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


@app.command(cls=TranslatedCommand, help=mark("Points of an index."))
def scores(
    context: typer.Context,
    index: Annotated[str, typer.Option(help=mark("The index's name in the catalogue."))],
    period: PeriodOption,
    unit: UnitOption = None,
    level: LevelOption = None,
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
    from ioc.store import questions

    config = context.obj.load()
    connection = _snapshot(config).connection
    _expect(index, dict.fromkeys(node.index_id for node in questions.index_nodes(connection)), _("index"))
    _check_place(connection, unit=unit, level=level)

    def ask(index_id: str) -> list[questions.Score]:
        return questions.scores(
            connection,
            Scope.everything(),
            index=index_id,
            period=_built_period(connection, period),
            kind=NODE_KINDS[nodes],
            units=None if unit is None else [unit],
            level=level,
            without_inherited=without_inherited,
        )

    found = ask(index)
    if compare is not None:
        _expect(compare, dict.fromkeys(node.index_id for node in questions.index_nodes(connection)), _("index"))
        write_answer(CompareRow, compare_rows(found, ask(compare)), answer_format=answer_format)
        return
    if nodes is not Nodes.TOTAL:
        # a unit's nodes together, in the order of the index; totals stay in the order of their ranks
        place = {row.node: row.position for row in questions.index_nodes(connection) if row.index_id == index}
        found = sorted(found, key=lambda score: (score.unit_code, place[score.node]))
    rows = [score_row(score) for score in found]
    write_answer(ScoreRow, rows, answer_format=answer_format, names={"rank_of": "of"})
    if not found:
        typer.echo(
            _("No points for this choice: nothing that feeds the index is known of this period; see `ioc sources`"),
            err=True,
        )
    _say_unscored([score.scorable_points for score in found if score.kind == "total" and score.points is None])


@app.command(cls=TranslatedCommand, help=mark("The rows, files, hashes and loads behind a reading."))
def evidence(
    context: typer.Context,
    indicator: Annotated[str, typer.Option(help=mark("The indicator's name in the catalogue."))],
    period: PeriodOption,
    unit: Annotated[
        str, typer.Option(help=mark("The unit's code; CODE@2024-12-31 names a former one."), callback=_named_unit)
    ],
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
    snapshot = _snapshot(config)
    meaning = load_catalog(config.catalog.path, indices=config.catalog.indices)
    known = {found.id: found for found in meaning.indicators}
    _expect(indicator, known, _("indicator"))
    _check_place(snapshot.connection, unit=unit, level=None)
    view = _view(snapshot.connection, boundary, unit=unit)
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


@app.command(cls=TranslatedCommand, help=mark("What a unit was formed from on 1 July 2025, or what became of it."))
def lineage(
    context: typer.Context,
    unit: Annotated[
        str, typer.Option(help=mark("The unit's code; CODE@2024-12-31 names a former one."), callback=_named_unit)
    ],
    answer_format: FormatOption = AnswerFormat.TABLE,
) -> None:
    from ioc.store import questions

    connection = _snapshot(context.obj.load()).connection
    _check_place(connection, unit=unit, level=None)
    rows = questions.lineage(connection, Scope.everything(), unit=unit)
    write_answer(questions.LineageRow, rows, answer_format=answer_format)
    if not rows:
        message = _("nothing is known of {unit}: the snapshot has the lineage of the site's area and of former units "
                    "with figures")  # fmt: skip
        typer.echo(message.format(unit=unit), err=True)


@app.command("catalog-schema", cls=TranslatedCommand, help=mark("Writes the JSON Schemas of the catalogue's YAML."))
def catalog_schema(
    folder: Annotated[Path, typer.Argument(help=mark("Where the schemas are written."))] = Path("data/catalog/schema"),
) -> None:
    from ioc.catalog.schema import write_schemas

    for file in write_schemas(folder):
        typer.echo(str(file))


@app.command(cls=TranslatedCommand, help=mark("Points, band and rank of a unit if its counts were others."))
def whatif(
    context: typer.Context,
    index: Annotated[str, typer.Option(help=mark("The index's name in the catalogue."))],
    period: PeriodOption,
    unit: Annotated[str, typer.Option(help=mark("The unit's code."))],
    changes: Annotated[
        list[str],
        typer.Option(
            "--set",
            help=mark("MEASURE=450, MEASURE=+37, or for a criterion's cases 3.3=+37; may be given several times."),
        ),
    ],
    answer_format: FormatOption = AnswerFormat.TABLE,
) -> None:
    from ioc.scoring.advice_rows import WhatIfRow, what_if_rows
    from ioc.scoring.what_if import read_change, refuse_other_rules, rule_calculator, what_if

    standing = _standing(context.obj.load(), index=index, period=period, unit=unit)
    with rule_calculator() as calculator:
        refuse_other_rules(calculator, standing)
        outcome = what_if(calculator, standing, dict(read_change(text) for text in changes))
    write_answer(WhatIfRow, list(what_if_rows(standing, outcome)), answer_format=answer_format)


@app.command(cls=TranslatedCommand, help=mark("How many more cases bring a unit the next points of an index."))
def advise(
    context: typer.Context,
    index: Annotated[str, typer.Option(help=mark("The index's name in the catalogue."))],
    period: PeriodOption,
    unit: Annotated[str, typer.Option(help=mark("The unit's code."))],
    answer_format: FormatOption = AnswerFormat.TABLE,
) -> None:
    from ioc.scoring.advice import next_best
    from ioc.scoring.advice_rows import AdviceRow, advice_rows
    from ioc.scoring.advice_words import band_sentence
    from ioc.scoring.what_if import refuse_other_rules, rule_calculator

    config = context.obj.load()
    standing = _standing(config, index=index, period=period, unit=unit)
    with rule_calculator() as calculator:
        refuse_other_rules(calculator, standing)
        advice = next_best(calculator, _snapshot(config).connection, Scope.everything(), standing=standing)
    write_answer(AdviceRow, list(advice_rows(standing, advice)), answer_format=answer_format)
    typer.echo(band_sentence(advice), err=True)


@app.command(cls=TranslatedCommand, help=mark("Why a figure moved between two periods, or differs between two units."))
def explain(
    context: typer.Context,
    to: Annotated[str, typer.Option("--to", help=mark("The later period, such as 2026-08."))],
    unit: Annotated[str, typer.Option(help=mark("The unit's code."))],
    since: Annotated[
        str | None, typer.Option("--from", help=mark("The earlier period; default: the one before --to."))
    ] = None,
    indicator: Annotated[str | None, typer.Option(help=mark("The indicator's name in the catalogue."))] = None,
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

    connection = _snapshot(context.obj.load()).connection
    if (indicator is None) == (index is None) or (versus is not None and since not in (None, to)):
        raise UsageError(_("say either --indicator or --index, and with --versus one period only"))
    for code in (unit, versus):
        _check_place(connection, unit=code, level=None)
    view = _view(connection, boundary, unit=unit)
    after = Place(unit, _built_period(connection, to), view)
    before = Place(versus or unit, _built_period(connection, since or _before(to, is_same=versus is not None)), view)
    if index is not None:
        points = explain_points(connection, Scope.everything(), index=index, before=before, after=after)
        write_answer(change_rows.PointsRow, list(change_rows.points_rows(points)), answer_format=answer_format)
        typer.echo(change_rows.points_sentence(points), err=True)
        return
    assert indicator is not None
    _expect(indicator, _indicators(connection), _("indicator"))
    way = ways_of(indicator)[0] if by is None else by
    _expect(way, [str(known) for known in Way], "--by")
    change = explain_reading(
        connection, Scope.everything(), indicator=indicator, before=before, after=after, way=Way(way)
    )
    write_answer(change_rows.EffectRow, list(change_rows.effect_rows(change)), answer_format=answer_format)
    typer.echo(change_rows.change_sentence(change), err=True)


@app.command(cls=TranslatedCommand, help=mark("Why people are not content with dossiers and petitions of a unit."))
def satisfaction(
    context: typer.Context,
    period: PeriodOption,
    unit: UnitOption = None,
    by: Annotated[
        SatisfactionWay, typer.Option(help=mark("By field, by reason, or petitions by class."))
    ] = SatisfactionWay.FIELD,
    answer_format: FormatOption = AnswerFormat.TABLE,
) -> None:
    from ioc import satisfaction_rows as made
    from ioc.store import questions

    config = context.obj.load()
    connection = _snapshot(config).connection
    _check_place(connection, unit=unit, level=None)
    named, built, everything = unit or config.site.unit, _built_period(connection, period), Scope.everything()
    if by is SatisfactionWay.REASON:
        reasons = questions.satisfaction_reasons(connection, everything, unit=named, period=built)
        rows = [made.reason_row(reason, unit=named, period=built) for reason in reasons]
        write_answer(made.ReasonRow, rows, answer_format=answer_format)
    else:
        parts = questions.satisfaction(connection, everything, unit=named, period=built, by=str(by))
        shown = [made.part_row(part, unit=named, period=built) for part in parts]
        write_answer(made.PartRow, shown, answer_format=answer_format)


@app.command(cls=TranslatedCommand, help=mark("Whether an indicator will meet its dated target, with an interval."))
def forecast(
    context: typer.Context,
    indicator: Annotated[str, typer.Option(help=mark("The indicator's name in the catalogue."))],
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
    _expect(indicator, known, _("indicator"))
    connection = _snapshot(config).connection
    _check_place(connection, unit=unit, level=level)
    view = _view(connection, boundary, unit=unit, level=level)
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


def _before(period: str, *, is_same: bool) -> str:
    """What a period is compared with unless another is named: with another unit's, the same one."""
    return period if is_same else parse_period(period).previous().id


def _indicators(connection: Connection) -> list[str]:
    from ioc.store import questions

    return [row.indicator for row in questions.indicators(connection)]


def _standing(config: Config, *, index: str, period: str, unit: str) -> ScoreStanding:
    from ioc.catalog.load import load_catalog
    from ioc.scoring.what_if import read_standing

    known = {found.id: found for found in load_catalog(config.catalog.path, indices=config.catalog.indices).indices}
    _expect(index, known, _("index"))
    connection = _snapshot(config).connection
    _check_place(connection, unit=unit, level=None)
    built = _built_period(connection, period)
    return read_standing(connection, Scope.everything(), index=known[index], unit=unit, period=built)


def _load_corrections(config: Config, answer_format: AnswerFormat) -> None:
    from etl.intake_desk import load_waiting

    report = load_waiting(config)
    if report is None:
        typer.echo(_("No corrections wait."), err=True)
        return
    _show_run(report, answer_format)
    if report.failed:
        raise typer.Exit(FAILED)


def _intake(config: Config) -> IntakePort:
    from etl.intake_desk import IntakeDesk

    return IntakeDesk(config)


def _who() -> str:
    """Who states a correction, as this machine knows them."""
    return getpass.getuser()


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


def _source_states(config: Config) -> list[SourceState]:
    from ioc.store import questions

    snapshot = _current(config)
    known = {} if snapshot is None else {row.source_id: row for row in questions.sources(snapshot.connection)}
    control, at = _control(config), now()
    standings: dict[str, Standing] = {} if control is None else control.standings()
    times = _source_times(config, control, at=at)
    return [
        source_state(name, settings, known=known.get(name), standing=standings.get(name), times=times[name], at=at)
        for name, settings in config.sources.items()
    ]


def _source_times(config: Config, control: Control | None, *, at: datetime) -> dict[str, SourceTimes]:
    from etl.duties import source_job, times_of

    kept = {} if control is None else control.kept_jobs()

    def times(name: str) -> SourceTimes:
        schedule, job = times_of(config, name), kept.get(source_job(name))
        if schedule is None:
            return SourceTimes()
        due_at, next_run = schedule.newest_slot(before=at - LATE_AFTER), schedule.next_start(after=at)
        return SourceTimes(due_at, next_run, None if job is None else job.retry_at)

    return {name: times(name) for name in config.sources}


def _timeline(config: Config, *, limit: int) -> list[TimelineRow]:
    from etl.duties import source_job

    control = _control(config)
    if control is None:
        return []
    jobs = [job for name in config.sources for job in control.jobs(job_id=source_job(name), limit=limit * 5)]
    return timeline(control.source_runs(limit=limit), jobs, sources=config.sources, limit=limit)


def _say_troubles(states: Iterable[SourceState]) -> None:
    """Below the table: why a source is halted, or what its last run failed of."""
    for state in states:
        if state.halted_since is not None:
            message = _("{source}: halted since {at}: {reason}. Mend the cause, then `ioc run {source}`")
            typer.echo(message.format(source=state.source, at=state.halted_since, reason=state.halted_reason))
        elif state.last_error_at is not None and state.last_error_at == state.last_run:
            message = _("{source}: {at}: {error_class}: {error}")
            typer.echo(
                message.format(
                    source=state.source, at=state.last_error_at, error_class=state.last_error_class,
                    error=state.last_error,
                )
            )  # fmt: skip


def _control(config: Config) -> Control | None:
    """The control database, where there is one: asking does not create it."""
    from ioc.store.control import open_known_control

    return open_known_control(config.control.url.get_secret_value(), store=config.store.path)


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


def _built_periods(connection: Connection) -> list[str]:
    from ioc.store import questions

    return [row.period for row in questions.periods(connection)]


def _built_period(connection: Connection, text: str) -> str:
    """The id of a period that the snapshot has figures for."""
    from ioc.store.asked import not_built

    period = parse_period(text)
    built = _built_periods(connection)
    if period.id not in built:
        raise UsageError(not_built(period, built))
    return period.id


def _check_place(connection: Connection, *, unit: str | None, level: str | None) -> None:
    from ioc.store import questions

    if level is not None:
        _expect(level, LEVELS, _("level"))
    if unit is not None and not questions.units(connection, Scope.everything(), codes=[unit], with_former=True):
        message = _("the unit {unit} is not known; a unit is named by its statistical code, such as 31 or 11824")
        raise UsageError(message.format(unit=unit))


def _view(connection: Connection, boundary: str | None, *, unit: str | None, level: str | None = None) -> str:
    """The view of the boundaries that is asked for; a unit or level that it does not have is refused."""
    from ioc.store import questions

    is_former = _is_former(unit, level)
    if boundary is None:
        return questions.REPORTED if is_former else questions.CURRENT
    _expect(boundary, questions.BOUNDARIES, _("boundary"))
    if is_former is not None and boundary != questions.REPORTED and is_former != (boundary == questions.FORMER):
        asked = unit or level
        message = (
            _("{asked} is of before 1 July 2025: ask for --boundary reported or former")
            if is_former
            else _(
                "{asked} is of today: ask for --boundary current or reported; former units are written CODE@2024-12-31"
            )
        )
        raise UsageError(message.format(asked=asked))
    if boundary == questions.FORMER and not questions.has_views(connection):
        raise UsageError(
            _(
                "no former unit has figures, so that there are none on former boundaries; load some under codes such "
                "as 11629@2024-12-31, or ask for --boundary current"
            )
        )
    return boundary


def _is_former(unit: str | None, level: str | None) -> bool | None:
    """Whether former units are asked for; None where all are."""
    if unit is not None:
        return "@" in unit
    return None if level is None else level.startswith("former")


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
