"""How a source stands: reached, unreachable for a while, or halted because the other side refused us."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from ioc.errors import ErrorClass

HALTING = frozenset({ErrorClass.BLOCKED, ErrorClass.AUTH})
"""Asking again by ourselves would make these worse: a person has to look first."""
LATE_AFTER = timedelta(hours=1)
"""How long a source may take over the run it was due for before it is called late."""


class Freshness(StrEnum):
    """What a source's age means, judged by the clock when somebody looks."""

    FRESH = "fresh"
    LATE = "late"
    """Its data keep their promise still, but the run it was due for has not succeeded."""
    STALE = "stale"
    NEVER = "never"


@dataclass(frozen=True)
class Standing:
    """How the last attempts at a source went."""

    source_id: str
    attempted_at: datetime
    succeeded_at: datetime | None = None
    """When it was last read to its end, single broken files apart."""
    transport_failures: int = 0
    """Runs in a row in which it could not be reached."""
    halted_at: datetime | None = None
    """Since when it is not asked by itself; None where it is."""
    error_class: str | None = None
    error_at: datetime | None = None
    error: str | None = None
    """The newest failure; kept after a success, as a memory."""

    @property
    def is_halted(self) -> bool:
        return self.halted_at is not None


@dataclass(frozen=True)
class SourceFault:
    """A failure of a run, as far as the standing of its source is concerned."""

    error_class: str
    message: str
    is_whole: bool
    """The source itself could not be read, or nothing of it; not one file or request among others."""


def standing_after(
    previous: Standing | None, faults: Sequence[SourceFault], *, source_id: str, at: datetime
) -> Standing:
    """How a source stands after a run in which these were its failures."""
    attempted = replace(previous or Standing(source_id, at), attempted_at=at)
    refusals = [fault for fault in faults if fault.error_class in HALTING]
    unreached = [fault for fault in faults if fault.error_class == ErrorClass.TRANSPORT]
    # whoever mends a halt must read why it was halted, whatever failed since
    told = refusals if attempted.is_halted else [*refusals, *unreached, *faults]
    noted = _with_error(attempted, told, at=at)
    if refusals:
        return replace(noted, halted_at=attempted.halted_at or at)
    if unreached:
        return replace(noted, transport_failures=attempted.transport_failures + 1)
    if any(fault.is_whole for fault in faults):
        return replace(noted, transport_failures=0)
    return replace(noted, transport_failures=0, halted_at=None, succeeded_at=at)


def judge_freshness(
    standing: Standing | None,
    *,
    last_load_at: datetime | None,
    fresh_until: datetime | None,
    due_at: datetime | None,
    at: datetime,
) -> Freshness:
    """A source's state now; `due_at` is the newest time at which it should have been run and ready."""
    if last_load_at is None:
        return Freshness.NEVER
    if fresh_until is not None and fresh_until < at:
        return Freshness.STALE
    if standing is None or due_at is None:
        return Freshness.FRESH
    is_on_time = standing.succeeded_at is not None and standing.succeeded_at >= due_at
    return Freshness.FRESH if is_on_time else Freshness.LATE


def _with_error(standing: Standing, faults: Sequence[SourceFault], *, at: datetime) -> Standing:
    """The gravest failure noted."""
    if not faults:
        return standing
    return replace(standing, error_class=str(faults[0].error_class), error_at=at, error=faults[0].message)
