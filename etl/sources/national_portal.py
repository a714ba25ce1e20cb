"""The national portal's evaluation figures: seven questions a period, asked one after the other."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import pyarrow as pa
import structlog

from etl.http import Answer, Manners, PoliteClient
from etl.landing import write_landing
from etl.portal_answer import PortalAnswer, PublishedUnit, read_answer
from etl.portal_protocol import ENDPOINTS, PAGE, PATH, PERIOD_KINDS, Endpoint, question
from etl.sources.incoming import Fact, Failure, FetchContext, Incoming, SourceKind
from ioc.clock import Clock
from ioc.config import PortalSettings
from ioc.errors import BlockedError, ErrorClass, SourceError, UsageError
from ioc.periods import Period, parse_period
from ioc.units import REFERENCE, Units, load_units
from ioc.words import gettext as _

log = structlog.get_logger(__name__)

CLOCKS_MAY_DIFFER_BY = timedelta(days=1)
NAMED_IN_WARNING = 3
METRIC_PARTS = (
    "code",
    "numerator",
    "denominator",
    "ratio",
    "points",
    "max_points",
    "quality_status",
    "quality_message",
)
LANDING = pa.schema(
    [
        ("row_no", pa.int64()),
        ("fault", pa.string()),
        ("endpoint", pa.string()),
        ("period", pa.string()),
        ("department_id", pa.string()),
        ("department_code", pa.string()),
        ("department_name", pa.string()),
        ("department_type", pa.string()),
        ("metrics", pa.list_(pa.struct([(part, pa.string()) for part in METRIC_PARTS]))),
    ]
)


@dataclass(frozen=True)
class _Said:
    """A whole answer: all its pages, and what was read from them."""

    sha256: str
    size_bytes: int
    fetched_at: datetime
    stated_at: datetime | None
    units: tuple[PublishedUnit, ...]
    """With the root, once."""
    warnings: tuple[str, ...]


class _UnreadableError(Exception):
    """An answer came, but it cannot be taken; its bytes are still told by their hash."""

    def __init__(self, error: SourceError, pages: list[Answer]) -> None:
        super().__init__(str(error))
        self.error = error
        self.sha256, self.size_bytes = _fingerprint(pages)


def fetch(context: FetchContext) -> Iterator[Incoming | Failure]:
    """One item for each period and endpoint; a refusal by the portal is the last item."""
    settings = cast(PortalSettings, context.settings)
    today = context.clock().date()
    with PoliteClient(_origin(settings.base_url), _manners(settings)) as client:
        inquiry = _Inquiry(client, settings, context.clock, _Crosswalk(context))
        for period_text in settings.periods:
            try:
                period = _askable(period_text, today=today)
            except SourceError as error:
                yield Failure(f"evaluation {period_text}", error)
                continue
            for endpoint in ENDPOINTS if period is not None else ():
                yield inquiry.ask(endpoint, cast(Period, period))
                if client.is_blocked:
                    return


KIND = SourceKind(
    name="national_portal",
    fact=Fact("portal", ("endpoint", "period", "department_id")),
    contract="portal",
    states_anew=True,
    fetch=fetch,
)


def _askable(text: str, *, today: date) -> Period | None:
    """The period, or None for a month that the portal does not answer for until it is over."""
    try:
        period = parse_period(text)
    except UsageError as error:
        raise SourceError(ErrorClass.VALUE, str(error)) from error
    if period.kind not in PERIOD_KINDS or period.calendar != "gregorian":
        message = _("the portal knows months, quarters and years (2026-08, 2026-Q3, 2026), not {period}")
        raise SourceError(ErrorClass.VALUE, message.format(period=text))
    if period.start > today:
        message = _("{period} has not begun; the portal is not asked for the future")
        raise SourceError(ErrorClass.VALUE, message.format(period=text))
    if period.kind == "month" and period.end >= today:
        log.warning("month_not_over", period=text, message=_("the portal gives a month only after its end"))
        return None
    return period


def _origin(base_url: str) -> str:
    """The address that the endpoints' paths are put behind, whether or not it was given with the interface's path."""
    url = base_url.rstrip("/").removesuffix("/evaluation")
    return url if url.endswith(PATH) else url + PATH


def _manners(settings: PortalSettings) -> Manners:
    return Manners(
        user_agent=settings.user_agent,
        timeout_s=settings.timeout_s,
        min_delay_s=settings.min_delay_s,
        # no delay is allowed for our own machine only, which needs no jitter either
        jitter_s=settings.jitter_s if settings.min_delay_s else 0,
        max_retries=settings.max_retries,
    )


class _Inquiry:
    """Asks the questions and remembers which code belongs to which department."""

    def __init__(self, client: PoliteClient, settings: PortalSettings, clock: Clock, crosswalk: _Crosswalk) -> None:
        self._client = client
        self._settings = settings
        self._clock = clock
        self._crosswalk = crosswalk
        self._codes: dict[str, str] = {}
        address = urlsplit(settings.base_url)
        site = f"{address.scheme}://{address.netloc}"
        self._headers = {"Origin": site, "Referer": site + PAGE}

    def ask(self, endpoint: Endpoint, period: Period) -> Incoming | Failure:
        """The answer of one endpoint for one period, or why there is none."""
        origin = f"{endpoint.path} {period.id}"
        try:
            said = self._hear(endpoint, period)
        except _UnreadableError as unreadable:
            return Failure(origin, unreadable.error, unreadable.sha256, unreadable.size_bytes)
        except BlockedError as error:
            log.warning("portal_refuses", origin=origin, message=str(error))
            return Failure(origin, error)
        except SourceError as error:
            return Failure(origin, error)
        as_of, doubts = _check_moment(said)
        return Incoming(
            origin=origin,
            sha256=said.sha256,
            size_bytes=said.size_bytes,
            fetched_at=said.fetched_at,
            as_of=as_of,
            land=partial(_land, endpoint=endpoint, period=period, units=said.units),
            warnings=(*said.warnings, *self._crosswalk.doubts(said.units), *doubts),
        )

    def _hear(self, endpoint: Endpoint, period: Period) -> _Said:
        pages: list[Answer] = []
        answers: list[PortalAnswer] = []
        units: dict[str, PublishedUnit] = {}
        while True:
            pages.append(self._post(endpoint, period, page=len(pages) + 1))
            try:
                answers.append(read_answer(endpoint, pages[-1].body))
                _check_root(answers[-1], self._settings.root_department_id)
            except SourceError as error:
                raise _UnreadableError(error, pages) from error
            fresh = {unit.department_id: unit for unit in answers[-1].units if unit.department_id not in units}
            units |= fresh
            if not fresh or not _has_more(answers[-1], pages_read=len(pages), units_read=len(units)):
                break
        return self._summarise(pages, answers, units)

    def _post(self, endpoint: Endpoint, period: Period, *, page: int) -> Answer:
        root = self._settings.root_department_id
        body = question(endpoint, period, root_department_id=root, page=page, page_size=self._settings.page_size)
        return self._client.post(endpoint.path, body, headers=self._headers)

    def _summarise(self, pages: list[Answer], answers: list[PortalAnswer], units: dict[str, PublishedUnit]) -> _Said:
        first = answers[0]
        warnings = dict.fromkeys(warning for answer in answers for warning in answer.warnings)
        if first.total is not None and len(units) < first.total:
            message = _("the portal names {total} units and gave {n}")
            warnings[message.format(total=first.total, n=len(units))] = None
        sha256, size_bytes = _fingerprint(pages)
        everyone = ([first.root] if first.root else []) + list(units.values())
        return _Said(
            sha256=sha256,
            size_bytes=size_bytes,
            fetched_at=self._clock(),
            stated_at=pages[0].stated_at,
            units=tuple(self._with_code(unit) for unit in everyone),
            warnings=tuple(warnings),
        )

    def _with_code(self, unit: PublishedUnit) -> PublishedUnit:
        """Some endpoints name the unit without its code; others of the same fetch have told it."""
        if unit.department_code is None:
            return replace(unit, department_code=self._codes.get(unit.department_id))
        self._codes[unit.department_id] = unit.department_code
        return unit


class _Crosswalk:
    """Whom the portal should name, by our own tables of units; read when first needed."""

    def __init__(self, context: FetchContext) -> None:
        self._context = context
        self._units: Units | None = None

    def doubts(self, published: tuple[PublishedUnit, ...]) -> tuple[str, ...]:
        """Units that the portal names and we do not know, and communes of ours that it does not name."""
        if not published:
            return ()
        known = [self._find(unit) for unit in published]
        strangers = [
            unit.department_code or unit.department_id
            for unit, unit_code in zip(published, known, strict=True)
            if unit_code is None
        ]
        absent = sorted(self._communes(known[0]).difference(known)) if known[0] else []
        doubts = []
        if strangers:
            message = _("{n} units are not in the crosswalk: {codes}")
            doubts.append(message.format(n=len(strangers), codes=_some(strangers)))
        if absent:
            message = _("{n} communes are not in the answer: {codes}")
            doubts.append(message.format(n=len(absent), codes=_some(absent)))
        return tuple(doubts)

    def _tables(self) -> Units:
        if self._units is None:
            self._units = load_units(REFERENCE, crosswalks=self._context.config.units.crosswalks)
        return self._units

    def _find(self, unit: PublishedUnit) -> str | None:
        xref = self._tables().xref
        return xref.get(unit.department_code or "") or xref.get(unit.department_id.upper())

    def _communes(self, root_code: str) -> set[str]:
        return {
            unit.unit_code
            for unit in self._tables().children(root_code)
            if unit.level == "commune" and unit.valid_to is None
        }


def _some(codes: list[str]) -> str:
    shown = ", ".join(codes[:NAMED_IN_WARNING])
    return shown if len(codes) <= NAMED_IN_WARNING else f"{shown}, …"


def _check_root(answer: PortalAnswer, asked_id: str | None) -> None:
    """The portal has been seen to answer for another unit than the one asked for."""
    if asked_id is None or answer.root is None or answer.root.department_id == asked_id.lower():
        return
    message = _("asked for the root unit {asked}, the portal answered for {came}; nothing of it was taken")
    raise SourceError(ErrorClass.INTEGRITY, message.format(asked=asked_id, came=answer.root.department_id))


def _has_more(answer: PortalAnswer, *, pages_read: int, units_read: int) -> bool:
    if answer.total is None or units_read >= answer.total:
        return False
    return answer.total_pages is None or pages_read < answer.total_pages


def _check_moment(said: _Said) -> tuple[datetime | None, tuple[str, ...]]:
    """The portal's own time, unless its clock or ours is plainly wrong."""
    if said.stated_at is not None and said.stated_at > said.fetched_at + CLOCKS_MAY_DIFFER_BY:
        message = _("the portal says that it is {stated_at}, our clock says {fetched_at}; its time was not taken")
        return None, (message.format(stated_at=said.stated_at, fetched_at=said.fetched_at),)
    return said.stated_at, ()


def _fingerprint(pages: list[Answer]) -> tuple[str, int]:
    whole = hashlib.sha256()
    for page in pages:
        whole.update(page.body)
    return whole.hexdigest(), sum(len(page.body) for page in pages)


def _land(path: Path, *, endpoint: Endpoint, period: Period, units: tuple[PublishedUnit, ...]) -> None:
    """Writes one row for each unit of an answer."""
    rows = [
        {
            "row_no": row_no,
            "fault": None,
            "endpoint": endpoint.name,
            "period": period.id,
            "department_id": unit.department_id,
            "department_code": unit.department_code,
            "department_name": unit.department_name,
            "department_type": unit.department_type,
            "metrics": [{part: getattr(metric, part) for part in METRIC_PARTS} for metric in unit.metrics],
        }
        for row_no, unit in enumerate(units, start=1)
    ]
    write_landing(path, pa.Table.from_pylist(rows, schema=LANDING))
