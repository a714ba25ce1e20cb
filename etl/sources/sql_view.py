"""Source kind `sql_view`: a read-only view of a one-stop system's database, of dossiers or of their counts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, func, or_

from etl.sources.incoming import Fact, Failure, FetchContext, Incoming, SourceKind
from etl.sources.sql_kept import Keeper, KeptPage
from etl.sources.sql_pages import Moment, Page, Reading, Shape, View, find_view, moment_bound, read_pages
from etl.sources.sql_session import Database, open_database
from etl.sources.sql_statistics import fetch_statistics
from ioc.config import SqlViewSettings
from ioc.errors import ErrorClass, SourceError, UsageError
from ioc.words import gettext as _

CHANGED: Final = "ngay_cap_nhat"
KEY: Final = "ma_ho_so"
CLOSED: Final = ("3", "7", "9", "10")
"""States in which nothing more is expected: refused, withdrawn, processed, handed over."""
DOSSIERS: Final = Shape(
    required=(
        KEY, "ma_don_vi", "ma_tthc", "kenh_thuc_hien", "trang_thai", "ngay_tiep_nhan", "ngay_hen_tra",
        "ngay_ket_thuc_xu_ly", CHANGED,
    ),
    optional=(
        "ten_don_vi", "ten_tthc", "ma_linh_vuc", "ten_linh_vuc", "muc_do", "ngay_nop", "ngay_tra",
        "ngay_yeu_cau_bo_sung", "ngay_tu_choi", "co_so_hoa", "co_tai_su_dung", "lay_tu_kho_dmqg",
        "co_ket_qua_dien_tu", "ket_qua_ky_so", "thanh_toan_truc_tuyen", "co_nghia_vu_tai_chinh", "da_xoa",
    ),
)  # fmt: skip
_ISO_MOMENT: Final = re.compile(r"(\d{4}-\d\d-\d\d)(?:([ T])(\d\d:\d\d(?::\d\d)?)(?:\.\d+)?)?(.*)")


@dataclass(frozen=True)
class ReadSoFar:
    """How far a view has been read."""

    moment: Moment | None = None
    refreshed_at: datetime | None = None
    """When all open dossiers were read last."""

    @classmethod
    def parse(cls, text: str | None) -> ReadSoFar:
        """What `text()` wrote."""
        if text is None:
            return cls()
        told = json.loads(text)
        refreshed_at = told["refreshed_at"]
        return cls(told["moment"], datetime.fromisoformat(refreshed_at) if refreshed_at else None)

    def text(self) -> str:
        """For the watermark of a load."""
        refreshed_at = self.refreshed_at.isoformat() if self.refreshed_at else None
        return json.dumps({"moment": self.moment, "refreshed_at": refreshed_at})

    def advanced(self, moment: Moment | None) -> ReadSoFar:
        """Read on to a moment, never back."""
        return replace(self, moment=max(filter(None, (self.moment, moment)), default=None))


@dataclass(frozen=True)
class _Part:
    """One of the readings that a run is made of."""

    reading: Reading
    origin: str
    moves_on: bool = False
    """Whether its pages tell how far the view has been read."""
    ends_refresh: bool = False
    """Whether all open dossiers have been read when it ends."""


def fetch_view(context: FetchContext) -> Iterator[Incoming | Failure]:
    """The pages of the source's view; what is read later is not lost with a page that fails."""
    settings = context.settings
    if not isinstance(settings, SqlViewSettings):
        raise UsageError(_("source {source} has no database").format(source=context.source_id))
    try:
        fetch = fetch_statistics if settings.is_statistic else _fetch_dossiers
        yield from fetch(context, settings, open_database(settings))
    except SourceError as error:
        yield Failure(settings.view, error)


def _fetch_dossiers(
    context: FetchContext, settings: SqlViewSettings, database: Database
) -> Iterator[Incoming | Failure]:
    view = find_view(database, settings.view, replace(DOSSIERS, renamed={CHANGED: settings.watermark}))
    so_far = ReadSoFar.parse(context.watermark())
    now = context.clock()
    with Keeper("sql_dossier_landing.sql", says="sql_dossier_says.sql") as keeper:
        for part in _parts(settings, view, so_far, now):
            for page in read_pages(database, view, part.reading, page_rows=settings.page_rows):
                kept = keeper.keep(page.rows, fetched_at=now)
                so_far = _advance(so_far, part, page, kept, now)
                if page.rows.num_rows or (part.ends_refresh and so_far.moment):
                    yield _incoming(part, page, kept, so_far, now)
    if so_far.moment is None:
        yield Failure(settings.view, SourceError(ErrorClass.EMPTY, _("the view has no rows")))


def _parts(settings: SqlViewSettings, view: View, so_far: ReadSoFar, now: datetime) -> list[_Part]:
    """What is read: what changed; now and then also rows that never tell when they changed, and open dossiers."""
    is_whole = so_far.moment is None
    is_due = is_whole or _is_refresh_due(settings, so_far, now)
    changed = view.columns[CHANGED]
    since = None if so_far.moment is None else shift_back(so_far.moment, settings.overlap)
    news = _Part(
        Reading(order=(CHANGED, KEY), condition=changed.is_not(None), since=since),
        f"{settings.view} {settings.watermark} {since or '…'}",
        moves_on=True,
        ends_refresh=is_whole,
    )
    if not is_due:
        return [news]
    undated = _Part(Reading(order=(KEY,), condition=changed.is_(None)), f"{settings.view} {settings.watermark} ∅ {now}")
    if is_whole:
        return [undated, news]
    still_open = _Part(
        Reading(order=(CHANGED, KEY), condition=changed.is_not(None) & _is_open(view, settings, so_far)),
        f"{settings.view} trang_thai ∉ {{{', '.join(CLOSED)}}} {now}",
        ends_refresh=True,
    )
    return [undated, news, still_open]


def _is_refresh_due(settings: SqlViewSettings, so_far: ReadSoFar, now: datetime) -> bool:
    if settings.refresh_open is None:
        return False
    return so_far.refreshed_at is None or now - so_far.refreshed_at >= settings.refresh_open


def _is_open(view: View, settings: SqlViewSettings, so_far: ReadSoFar) -> ColumnElement[bool]:
    """Open now, or closed since all open ones were read last, without a word of it in the watermark."""
    finished: ColumnElement[Any] = view.columns["ngay_ket_thuc_xu_ly"]
    status = func.trim(view.text("trang_thai").element)
    conditions: list[ColumnElement[bool]] = [status.not_in(CLOSED), finished.is_(None)]
    if so_far.refreshed_at is not None:
        since = so_far.refreshed_at - settings.overlap
        conditions.append(finished >= moment_bound(finished, f"{since:%Y-%m-%d %H:%M:%S}", view.dialect))
    return or_(*conditions)


def _advance(so_far: ReadSoFar, part: _Part, page: Page, kept: KeptPage, now: datetime) -> ReadSoFar:
    if part.moves_on:
        so_far = so_far.advanced(kept.read_to)
    return replace(so_far, refreshed_at=now) if part.ends_refresh and page.is_last else so_far


def _incoming(part: _Part, page: Page, kept: KeptPage, so_far: ReadSoFar, now: datetime) -> Incoming:
    range_end = f" → {kept.read_to}" if part.moves_on and kept.read_to else ""
    return Incoming(
        origin=f"{part.origin}{range_end} #{page.number}",
        sha256=kept.sha256,
        size_bytes=len(kept.content),
        fetched_at=now,
        # a database that stands still has no newer word than its newest change
        as_of=None,
        land=kept.land,
        warnings=kept.doubts(),
        watermark=so_far.text() if so_far.moment else None,
    )


def shift_back(moment: Moment, overlap: timedelta) -> Moment:
    """An earlier moment in the same spelling, with the same zone."""
    if moment.isdecimal():
        spelling = "%Y%m%d%H%M%S" if len(moment) > len("20261101") else "%Y%m%d"
        return (datetime.strptime(moment, spelling) - overlap).strftime(spelling)
    found = _ISO_MOMENT.fullmatch(moment)
    if found is None:
        raise SourceError(ErrorClass.SCHEMA, _("the watermark {moment} is no moment").format(moment=moment))
    day, separator, time, zone = found.groups()
    earlier = datetime.fromisoformat(f"{day} {time}" if time else day) - overlap
    if separator is None:
        return f"{earlier:%Y-%m-%d}{zone}"
    return f"{earlier:%Y-%m-%d}{separator}{earlier:%H:%M:%S}{zone}"


KIND: Final = SourceKind(
    name="sql_view",
    fact=Fact("dossier", ("dossier_code",)),
    contract="dossier_view",
    fetch=fetch_view,
    states_anew=True,
)
STATISTIC_KIND: Final = SourceKind(
    name="sql_view_stat",
    fact=Fact("dossier_stat", ("source_id", "unit_code", "period_start", "period_end", "field_name")),
    contract="dossier_stat",
    fetch=fetch_view,
    states_anew=True,
)
