"""Source kind `rest`: dossier statistics of another system, by an interface that the configuration describes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final, cast
from urllib.parse import urlencode

from etl.http import Answer, Manners, PoliteClient, Request
from etl.landing import write_landing
from etl.sources.incoming import Fact, Failure, FetchContext, Incoming, SourceKind
from etl.sources.rest_answer import Page, read_page
from etl.sources.rest_auth import Credentials
from etl.sources.rest_rows import Kept, keep_rows
from ioc.clock import Clock
from ioc.config import RestSettings
from ioc.errors import ErrorClass, SourceError
from ioc.period_templates import fill, fill_text
from ioc.periods import Period
from ioc.words import gettext as _

MAX_PAGES: Final = 1000
CLOCKS_MAY_DIFFER_BY: Final = timedelta(days=1)
_FINAL = frozenset({ErrorClass.BLOCKED, ErrorClass.AUTH})
"""Whoever refuses us for one period, the token service too, is not asked for the next."""


@dataclass(frozen=True)
class _Said:
    """All pages of one period."""

    sha256: str
    size_bytes: int
    stated_at: datetime | None
    records: tuple[object, ...]
    warnings: tuple[str, ...]


class _UnreadableError(Exception):
    """An answer came, but it cannot be taken; its bytes are still told by their hash."""

    def __init__(self, error: SourceError, sha256: str, size_bytes: int) -> None:
        super().__init__(str(error))
        self.error = error
        self.sha256, self.size_bytes = sha256, size_bytes


def fetch(context: FetchContext) -> Iterator[Incoming | Failure]:
    """One item for each period; a refusal is the last item."""
    settings = cast(RestSettings, context.settings)
    manners = _manners(settings)
    with PoliteClient(settings.base_url, manners, tls_ca_file=settings.tls_ca_file) as client:
        inquiry = _Inquiry(client, settings, Credentials(settings, manners), context.clock)
        for period in _periods(settings, context.clock()):
            item = inquiry.ask(period)
            yield item
            if isinstance(item, Failure) and item.error.error_class in _FINAL:
                return


KIND: Final = SourceKind(
    name="rest",
    fact=Fact("dossier_stat", ("source_id", "unit_code", "period_start", "period_end", "field_name")),
    contract="dossier_stat",
    # a month that is over is asked for again: what it says then is a new statement
    states_anew=True,
    fetch=fetch,
)


def _periods(settings: RestSettings, now: datetime) -> tuple[Period | None, ...]:
    """The periods to ask for; one question without a period where each record says its own."""
    return (None,) if "period" in settings.fields else settings.periods.on(now.date())


def _manners(settings: RestSettings) -> Manners:
    return Manners(
        user_agent=settings.user_agent,
        timeout_s=settings.timeout_s,
        min_delay_s=settings.min_delay_s,
        jitter_s=settings.jitter_s,
        max_retries=settings.retries,
        ok_statuses=frozenset(settings.ok_statuses),
        retry_statuses=frozenset(settings.retry_on),
    )


class _Inquiry:
    """Asks for periods, page by page."""

    def __init__(self, client: PoliteClient, settings: RestSettings, credentials: Credentials, clock: Clock) -> None:
        self._client = client
        self._settings = settings
        self._credentials = credentials
        self._clock = clock

    def ask(self, period: Period | None) -> Incoming | Failure:
        """What the interface says of a period, or why there is nothing."""
        # without query and body: they may hold what is secret
        origin = " ".join(filter(None, [self._settings.path.lstrip("/"), period.id if period else None]))
        try:
            _check_askable(period, self._settings, self._clock())
            said = self._hear(period)
            kept = _keep(said, self._settings, period)
        except _UnreadableError as unreadable:
            return Failure(origin, unreadable.error, unreadable.sha256, unreadable.size_bytes)
        except SourceError as error:
            return Failure(origin, error)
        fetched_at = self._clock()
        as_of, doubts = _as_of(said, fetched_at)
        return Incoming(
            origin=origin,
            sha256=said.sha256,
            size_bytes=said.size_bytes,
            fetched_at=fetched_at,
            as_of=as_of,
            land=partial(_land, kept),
            warnings=(*said.warnings, *kept.warnings, *doubts),
        )

    def _hear(self, period: Period | None) -> _Said:
        answers: list[Answer] = []
        pages: list[Page] = []
        seen: set[str] = set()
        while True:
            answers.append(self._send(period, page=len(answers)))
            try:
                page = read_page(answers[-1].body, self._settings, period)
                _check_count(pages, page)
            except SourceError as error:
                raise _UnreadableError(error, *_fingerprint(answers)) from error
            if seen.issuperset(page.fingerprint):
                break
            seen.update(page.fingerprint)
            pages.append(page)
            if not self._has_more(pages):
                break
        return _summarise(answers, pages)

    def _has_more(self, pages: list[Page]) -> bool:
        paging, last = self._settings.paging, pages[-1]
        if paging.type == "none":
            return False
        if paging.stop == "short":
            return len(last.fingerprint) >= paging.size
        if paging.stop == "total_path" and last.total is not None:
            return _count(pages) < last.total
        return True

    def _send(self, period: Period | None, *, page: int) -> Answer:
        request = build_request(self._settings, period, page=page)
        headers = self._credentials.headers()
        try:
            return self._client.ask(_with_headers(request, headers))
        except SourceError as error:
            if error.error_class is not ErrorClass.AUTH or not self._credentials.renew():
                raise
        return self._client.ask(_with_headers(request, self._credentials.headers()))


def build_request(settings: RestSettings, period: Period | None, *, page: int = 0) -> Request:
    """The request for a page (counted from nought) of a period."""
    place = settings.paging.place or ("query" if settings.method == "GET" else "body")
    turn = _turn(settings, page)
    query = _filled(settings.query, period) | (turn if place == "query" else {})
    body = _filled(settings.body, period) | (turn if place == "body" else {})
    form = _filled(settings.form, period) | (turn if place == "form" else {})
    path = fill_text(settings.path, period).lstrip("/")
    content, content_type = _encode(settings, body=body, form=form)
    return Request(
        path=f"{path}?{urlencode(_pairs(query))}" if query else path,
        method=settings.method,
        headers={**settings.headers, **({"Content-Type": content_type} if content is not None else {})},
        body=content,
    )


def _turn(settings: RestSettings, page: int) -> dict[str, object]:
    """Which page is asked for, in the interface's words."""
    paging = settings.paging
    if paging.type == "none":
        return {}
    first = paging.start if paging.start is not None else int(paging.type == "page")
    number = first + (page if paging.type == "page" else page * paging.size)
    size: dict[str, object] = {} if paging.size_param is None else {paging.size_param: paging.size}
    return {paging.page_param or paging.type: number} | size


def _encode(
    settings: RestSettings, *, body: Mapping[str, object], form: Mapping[str, object]
) -> tuple[bytes | None, str]:
    if settings.method == "GET":
        return None, ""
    if settings.body_encoding == "json":
        return json.dumps(body, ensure_ascii=False).encode(), "application/json"
    if settings.body_encoding == "form_json_field":
        form = {**form, settings.json_field: json.dumps(body, ensure_ascii=False)}
    else:
        form = {**form, **body}
    return urlencode(_pairs(form)).encode(), "application/x-www-form-urlencoded; charset=utf-8"


def _filled(values: Mapping[str, object], period: Period | None) -> dict[str, object]:
    return cast(dict[str, object], fill(values, period))


def _pairs(values: Mapping[str, object]) -> list[tuple[str, str]]:
    """A list repeats its key; truth is written as JSON writes it."""
    return [
        (key, str(item).lower() if isinstance(item, bool) else str(item))
        for key, value in values.items()
        for item in (value if isinstance(value, list) else [value])
        if item is not None
    ]


def _with_headers(request: Request, headers: Mapping[str, str]) -> Request:
    return Request(request.path, request.method, {**request.headers, **headers}, request.body)


def _check_askable(period: Period | None, settings: RestSettings, now: datetime) -> None:
    if period is None:
        return
    if period.start > now.date():
        message = _("{period} has not begun; nothing is asked about the future")
        raise SourceError(ErrorClass.VALUE, message.format(period=period.id))
    if settings.period_kinds and period.kind not in settings.period_kinds:
        message = _("{period}: this interface can only be asked for: {kinds}")
        raise SourceError(
            ErrorClass.VALUE, message.format(period=period.id, kinds=", ".join(map(str, settings.period_kinds)))
        )


def _check_count(pages: list[Page], page: Page) -> None:
    if not pages and not page.fingerprint:
        message = _("the interface gave no records; check the unit and the period asked for")
        raise SourceError(ErrorClass.EMPTY, message)
    if len(pages) >= MAX_PAGES:
        message = _("more than {n} pages came; check the paging")
        raise SourceError(ErrorClass.SCHEMA, message.format(n=MAX_PAGES))


def _keep(said: _Said, settings: RestSettings, period: Period | None) -> Kept:
    try:
        if not said.records:
            message = _("none of the records is of the kind asked for; check `only`")
            raise SourceError(ErrorClass.EMPTY, message)
        return keep_rows(said.records, settings, period)
    except SourceError as error:
        raise _UnreadableError(error, said.sha256, said.size_bytes) from error


def _summarise(answers: list[Answer], pages: list[Page]) -> _Said:
    sha256, size_bytes = _fingerprint(answers)
    records = tuple(record for page in pages for record in page.records)
    return _Said(sha256, size_bytes, answers[0].stated_at, records, tuple(_doubts(pages)))


def _doubts(pages: list[Page]) -> Iterator[str]:
    count, total = _count(pages), pages[-1].total
    if total is not None and count < total:
        yield _("the interface names {total} records and gave {n}").format(total=total, n=count)
    left_out = sum(page.left_out for page in pages)
    if left_out:
        yield _("{n} records are not of the kind asked for (`only`) and were left out").format(n=left_out)


def _count(pages: list[Page]) -> int:
    return sum(len(page.fingerprint) for page in pages)


def _as_of(said: _Said, fetched_at: datetime) -> tuple[datetime, tuple[str, ...]]:
    """The interface's own time, unless its clock or ours is plainly wrong."""
    if said.stated_at is None:
        return fetched_at, ()
    if said.stated_at > fetched_at + CLOCKS_MAY_DIFFER_BY:
        message = _("the interface says that it is {stated_at}, our clock says {fetched_at}; its time was not taken")
        return fetched_at, (message.format(stated_at=said.stated_at, fetched_at=fetched_at),)
    return said.stated_at, ()


def _fingerprint(answers: list[Answer]) -> tuple[str, int]:
    whole = hashlib.sha256()
    for answer in answers:
        whole.update(answer.body)
    return whole.hexdigest(), sum(len(answer.body) for answer in answers)


def _land(kept: Kept, path: Path) -> None:
    write_landing(path, kept.table())
