"""What pages are handed to answer from: the current snapshot through somebody's eyes at a moment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import structlog
from dash import html
from dash.development.base_component import Component

from dashboards.components.elements import Element, plain
from dashboards.components.states import message
from dashboards.filters import Filters, read_filters
from dashboards.memory import RememberingConnection, RowMemory
from dashboards.runs import RunLog
from dashboards.spans import choose_period, newest, trend_kind
from ioc.access import Scope
from ioc.catalog.model import Catalog
from ioc.clock import Clock, now
from ioc.errors import IocError
from ioc.intake import IntakePort
from ioc.store import intake_questions, questions, score_questions
from ioc.store.engine import Connection
from ioc.store.snapshots import OpenSnapshot as StoredSnapshot
from ioc.words import gettext as _
from ioc.words import use_language

log = structlog.get_logger(__name__)


class OpenSnapshot(Protocol):
    """A snapshot that is open for reading."""

    @property
    def id(self) -> str: ...
    @property
    def published_at(self) -> datetime: ...
    @property
    def connection(self) -> Connection: ...


class SnapshotReader(Protocol):
    """Follows the store's pointer to the current snapshot."""

    def current(self) -> OpenSnapshot | None: ...


@dataclass(frozen=True)
class Settings:
    """What the web side needs to know of the site."""

    site_name: str
    site_unit: str
    index_ids: tuple[str, ...] = ()
    language: str = "vi"
    is_simulated: bool = False
    is_open: bool = False
    """Bound beyond loopback without login, for a trial."""
    run_log: RunLog | None = None
    """What the control database says of runs; None where there is none."""
    intake: IntakePort | None = None
    """Takes files, corrections and wishes for runs; None where nobody may hand in anything."""
    is_intake_closed: bool = False
    """It could, but other machines can reach this server and there is no login."""
    catalog: Catalog | None = None
    """The rules, for what is computed when it is asked; None where they cannot be read."""


@dataclass(frozen=True)
class Cover:
    """What every page needs of a snapshot, read once per snapshot."""

    info: questions.Info
    indicators: Mapping[str, questions.IndicatorRow]
    periods: tuple[questions.PeriodRow, ...]
    nodes: Mapping[tuple[str, str], score_questions.IndexNode]
    bands: Mapping[str, tuple[score_questions.Band, ...]]
    sources: tuple[intake_questions.SourceRow, ...]
    units: Mapping[str, questions.UnitRow]
    """Every unit of today, in alphabetical order: no secret; what a scope may see of them is asked by questions."""

    def newest_month(self) -> questions.PeriodRow | None:
        """The newest calendar month that is over by the data's own time."""
        return newest(self.periods, self.info.as_of)

    def band_of(self, index: str, points: Any) -> score_questions.Band | None:
        """The band that holds these points."""
        if points is None:
            return None
        return next((band for band in self.bands.get(index, ()) if points >= band.from_points), None)


@dataclass(frozen=True)
class View:
    """The current snapshot through the eyes of a scope at a moment."""

    connection: Connection
    snapshot_id: str
    published_at: datetime
    scope: Scope
    now: datetime
    settings: Settings
    cover: Cover
    stored: StoredSnapshot | None = None
    """The snapshot with its files of rows; None where only the mart is at hand."""

    @property
    def site_unit(self) -> str:
        return self.cover.info.site_unit or self.settings.site_unit

    @property
    def index_id(self) -> str:
        """The index that leads: the first configured one that the snapshot has."""
        known = dict.fromkeys(index for index, _node in self.cover.nodes)
        return next((index for index in self.settings.index_ids if index in known), next(iter(known), ""))

    def period(self, filters: Filters) -> questions.PeriodRow | None:
        """The chosen period, or the newest month; a chosen one without readings is None."""
        return choose_period(self.cover.periods, name=filters.period, span=filters.span, as_of=self.cover.info.as_of)

    def trend(self, period: questions.PeriodRow, *, indicators: Sequence[str], unit: str) -> list[questions.TrendPoint]:
        """The last thirteen periods of the same kind and calendar up to one, oldest first; months where none follow."""
        kind, calendar = trend_kind(period)
        return questions.trend(
            self.connection,
            self.scope,
            indicators=indicators,
            units=[unit],
            until=period.end_date,
            kind=kind,
            calendar=calendar,
        )

    def unit_name(self, code: str) -> str:
        unit = self.cover.units.get(code)
        return unit.name if unit else code

    def is_stale(self, fresh_until: datetime | None) -> bool:
        """Judged by the clock, now: nothing in a snapshot can know how long it will be looked at."""
        return fresh_until is not None and self.now > fresh_until

    def flags(self, row: questions.Reading | score_questions.Score | score_questions.NodeScore) -> list[str]:
        """A figure's flags with `stale` first where it is so."""
        return (["stale"] if self.is_stale(row.fresh_until) else []) + [flag for flag in row.flags if flag != "stale"]


Body = Callable[[View, Filters], Component]


class Desk:
    """Where pages get their view from; remembers nothing but what the newest snapshot answered."""

    def __init__(
        self,
        reader: SnapshotReader,
        settings: Settings,
        *,
        clock: Clock = now,
        scope_of: Callable[[], Scope] = Scope.everything,
    ) -> None:
        self.settings = settings
        self.clock = clock
        self._reader = reader
        self._scope_of = scope_of
        self._lock = threading.Lock()
        self._known: tuple[str, Cover, RowMemory] | None = None

    def snapshot(self) -> OpenSnapshot | None:
        """The current snapshot, if anything was ever published."""
        return self._reader.current()

    def view(self) -> View | None:
        """A view for one request, with a cursor of its own; None before the first snapshot."""
        snapshot = self.snapshot()
        if snapshot is None:
            return None
        cover, memory = self._know(snapshot)
        return View(
            connection=RememberingConnection(snapshot.connection.cursor(), memory),
            snapshot_id=snapshot.id,
            published_at=snapshot.published_at,
            scope=self._scope_of(),
            now=self.clock(),
            settings=self.settings,
            cover=cover,
            stored=snapshot if isinstance(snapshot, StoredSnapshot) else None,
        )

    def show(self, query: Mapping[str, Any] | None, body: Body) -> Element:
        """What a page's callback returns: the body, or in its place a message in the reader's language."""
        shown: Element = plain(self._show(query, body))
        return shown

    def _show(self, query: Mapping[str, Any] | None, body: Body) -> Component:
        filters = read_filters(query or {})
        with use_language(filters.lang or self.settings.language):
            view = self.view()
            if view is None:
                words = _("The first load has not been published. This page fills by itself.")
                return message(_("No data yet"), words, kind="waiting")
            try:
                return body(view, filters)
            except IocError as error:
                return message(_("This view cannot be shown"), str(error))
            except Exception:
                # A screen on a wall must never show a stack trace; the log has it.
                log.exception("page_failed", query=dict(query or {}))
                return message(_("This part failed"), _("The fault has been written down. The other parts still hold."))
            finally:
                view.connection.close()

    def _know(self, snapshot: OpenSnapshot) -> tuple[Cover, RowMemory]:
        """What is remembered of this snapshot; that of the former one is forgotten."""
        with self._lock:
            known = self._known
            if known is None or known[0] != snapshot.id:
                known = (snapshot.id, read_cover(snapshot.connection.cursor()), RowMemory())
                self._known = known
            return known[1], known[2]


def read_cover(connection: Connection) -> Cover:
    """The parts of a snapshot that every page needs."""
    nodes = score_questions.index_nodes(connection)
    indices = dict.fromkeys(node.index_id for node in nodes)
    return Cover(
        info=questions.info(connection),
        indicators={row.indicator: row for row in questions.indicators(connection)},
        periods=tuple(questions.periods(connection)),
        nodes={(node.index_id, node.node): node for node in nodes},
        bands={index: tuple(score_questions.bands(connection, index=index)) for index in indices},
        sources=tuple(intake_questions.sources(connection)),
        units={row.unit_code: row for row in questions.units(connection, Scope.everything())},
    )


def nothing() -> Component:
    """A part of a page that has nothing to say."""
    return html.Div(hidden=True)
