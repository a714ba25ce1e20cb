"""Commands about the state of the sources and of the installation."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from ioc.answers import AnswerFormat, write_answer
from ioc.cli.allowed import expect
from ioc.cli.choices import Choices
from ioc.cli.front import FAILED, TranslatedCommand
from ioc.cli.opened import current_snapshot, known_control
from ioc.cli.options import FormatOption
from ioc.clock import now
from ioc.config import Config
from ioc.diagnosis import Finding
from ioc.source_rows import SourceBrief, SourceState, SourceTimes, TimelineRow, source_state, timeline
from ioc.standing import LATE_AFTER, Standing
from ioc.words import gettext as _
from ioc.words import mark

if TYPE_CHECKING:
    from ioc.store.control import Control

commands = typer.Typer()


@commands.command(cls=TranslatedCommand, help=mark("Shows the state of each source."))
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


@commands.command(cls=TranslatedCommand, help=mark("Lets the scheduler ask a halted source again."))
def resume(
    context: typer.Context, source: Annotated[str, typer.Argument(help=mark("The source's name in config.yaml."))]
) -> None:
    config = context.obj.load()
    expect(source, config.sources, _("source"))
    control = known_control(config)
    is_resumed = control is not None and control.resume(source)
    message = _("{source} is asked again at its next time.") if is_resumed else _("{source} was not halted.")
    typer.echo(message.format(source=source))


@commands.command(cls=TranslatedCommand, help=mark("Says what is wrong with this installation, and how to mend it."))
def doctor(context: typer.Context, answer_format: FormatOption = AnswerFormat.TABLE) -> None:
    from etl.doctor import examine

    choices: Choices = context.obj
    findings = examine(choices.config, environ=os.environ, load=choices.load, clock=now)
    write_answer(Finding, findings, answer_format=answer_format)
    if any(finding.is_wrong for finding in findings):
        raise typer.Exit(FAILED)


def _source_states(config: Config) -> list[SourceState]:
    from ioc.store import intake_questions

    snapshot = current_snapshot(config)
    known = {} if snapshot is None else {row.source_id: row for row in intake_questions.sources(snapshot.connection)}
    control, at = known_control(config), now()
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

    control = known_control(config)
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
