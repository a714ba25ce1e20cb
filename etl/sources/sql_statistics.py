"""A view of counts, as form II.06a has them: small, and read whole each time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from etl.sources.incoming import Failure, FetchContext, Incoming
from etl.sources.sql_kept import Keeper
from etl.sources.sql_pages import Reading, Shape, find_view, read_pages
from etl.sources.sql_session import Database
from ioc.config import SqlViewSettings
from ioc.errors import ErrorClass, SourceError
from ioc.words import gettext as _

STATISTICS: Final = Shape(
    required=(
        "unit_code", "ky_tu", "ky_den", "received_total", "done_total", "done_on_time", "done_late",
        "open_total", "open_in_time", "open_overdue",
    ),
    optional=(
        "unit_or_field_name", "field_name", "received_in_period", "received_online", "received_direct_postal",
        "received_carried", "done_early", "withdrawn", "returned", "supplement", "on_time_includes_early",
    ),
)  # fmt: skip


def fetch_statistics(
    context: FetchContext, settings: SqlViewSettings, database: Database
) -> Iterator[Incoming | Failure]:
    """All rows of the view; those that say nothing new are known by their page."""
    view = find_view(database, settings.view, STATISTICS)
    now = context.clock()
    with Keeper("sql_statistic_landing.sql", says="sql_statistic_says.sql") as keeper:
        for page in read_pages(database, view, Reading(order=("unit_code",)), page_rows=settings.page_rows):
            if page.rows.num_rows == 0:
                yield Failure(settings.view, SourceError(ErrorClass.EMPTY, _("the view has no rows")))
                return
            kept = keeper.keep(page.rows, fetched_at=now)
            yield Incoming(
                origin=f"{settings.view} #{page.number}",
                sha256=kept.sha256,
                size_bytes=len(kept.content),
                fetched_at=now,
                as_of=None,
                land=kept.land,
                warnings=kept.doubts(),
            )
