"""Source kind `portal_procedures`: the national portal's list of administrative procedures, page after page."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final, cast

import pyarrow as pa

from etl.http import Answer, Manners, PoliteClient
from etl.kept import keep_matching, scrubbed
from etl.landing import write_landing
from etl.portal_protocol import PATH
from etl.sources.incoming import Fact, Failure, FetchContext, Incoming, SourceKind
from ioc.config import PortalProceduresSettings
from ioc.errors import ErrorClass, SourceError
from ioc.names import nfc
from ioc.words import gettext as _

ORIGIN: Final = "formalities"
MAX_PAGES: Final = 2000
CLOCKS_MAY_DIFFER_BY: Final = timedelta(days=1)
LANDED: Final = ("procedure_code", "name", "state")
ENDED: Final = "INACTIVE"
_keep_code = keep_matching(r"(?=.*[0-9])[A-Za-z0-9._/-]{1,50}")
_keep_state = keep_matching(r"[A-Z_]{1,30}")

Item = dict[str, str | None]


@dataclass
class _Reading:
    """What has been read so far; of each item only what is kept."""

    sha256: Any
    items: dict[str, Item]
    size_bytes: int = 0
    pages: int = 0
    total: int | None = None
    stated_at: datetime | None = None

    def add(self, answer: Answer) -> bool:
        """Takes in one page; answers whether another can be asked for."""
        self.sha256.update(answer.body)
        self.size_bytes += len(answer.body)
        self.pages += 1
        self.stated_at = self.stated_at or answer.stated_at
        items, self.total = _read(answer.body)
        fresh = {key: item for key, item in items.items() if key not in self.items}
        self.items |= fresh
        is_short = self.total is None or len(self.items) < self.total
        return bool(fresh) and is_short and self.pages < MAX_PAGES

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the portal promised and did not give."""
        if self.total is None or len(self.items) >= self.total:
            return ()
        message = _("the portal names {total} procedures and gave {n}")
        return (message.format(total=self.total, n=len(self.items)),)


def fetch(context: FetchContext) -> Iterator[Incoming | Failure]:
    """The whole list as one item: half of it would look as if the rest had been abolished."""
    settings = cast(PortalProceduresSettings, context.settings)
    reading = _Reading(hashlib.sha256(), {})
    url = settings.base_url.rstrip("/")
    try:
        with PoliteClient(url if url.endswith(PATH) else url + PATH, _manners(settings)) as client:
            while reading.add(client.post(ORIGIN, _question(settings, page=reading.pages + 1))):
                pass
        if not reading.items:
            raise SourceError(ErrorClass.EMPTY, _("the portal gave no procedures; check `query`"))
    except SourceError as error:
        whole = (reading.sha256.hexdigest(), reading.size_bytes) if reading.size_bytes else ("", 0)
        yield Failure(ORIGIN, error, *whole)
        return
    fetched_at = context.clock()
    is_plausible = reading.stated_at is not None and reading.stated_at <= fetched_at + CLOCKS_MAY_DIFFER_BY
    yield Incoming(
        origin=ORIGIN,
        sha256=reading.sha256.hexdigest(),
        size_bytes=reading.size_bytes,
        fetched_at=fetched_at,
        as_of=reading.stated_at if is_plausible else fetched_at,
        land=partial(_land, _ended_first(reading.items.values())),
        warnings=reading.warnings,
    )


KIND: Final = SourceKind(
    name="portal_procedures",
    fact=Fact("procedure", ("procedure_base",)),
    contract="portal_procedure",
    states_anew=True,
    fetch=fetch,
)


def _manners(settings: PortalProceduresSettings) -> Manners:
    return Manners(
        user_agent=settings.user_agent,
        timeout_s=settings.timeout_s,
        min_delay_s=settings.min_delay_s,
        # no delay is allowed for our own machine only, which needs no jitter either
        jitter_s=settings.jitter_s if settings.min_delay_s else 0,
        max_retries=settings.max_retries,
    )


def _question(settings: PortalProceduresSettings, *, page: int) -> Mapping[str, str | int]:
    asked: dict[str, str | int] = {} if settings.query is None else {"q": settings.query}
    return asked | {"currentPage": page, "pageSize": settings.page_size}


def _read(body: bytes) -> tuple[dict[str, Item], int | None]:
    """The items of a page by their identity, and how many there are in all."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise SourceError(ErrorClass.NOT_JSON, _("the answer is not JSON, or it is cut off")) from error
    if not isinstance(answer, dict) or answer.get("code") != "OK":
        raise SourceError(ErrorClass.SCHEMA, _("the portal's answer is not marked as OK; nothing of it was taken"))
    data = answer.get("data")
    if not isinstance(data, dict) or not isinstance(data.get("items"), list):
        raise _no_items()
    items = data["items"]
    if not all(isinstance(item, dict) and "code" in item for item in items):
        raise _no_items()
    pagination = data.get("pagination")
    total = pagination.get("total") if isinstance(pagination, dict) else None
    return {_identity(item): _keep(item) for item in items}, total if type(total) is int else None


def _no_items() -> SourceError:
    return SourceError(ErrorClass.SCHEMA, _("the portal's answer has no list of procedures; nothing of it was taken"))


def _identity(item: Mapping[str, object]) -> str:
    return str(item.get("id") or item.get("code"))


def _keep(item: Mapping[str, object]) -> Item:
    code, name, state = (" ".join(nfc(str(item.get(key) or "")).split()) for key in ("code", "name", "state"))
    return {
        "procedure_code": _keep_code(code) if code else None,
        "name": scrubbed(name) or None,
        "state": _keep_state(state) if state else None,
    }


def _ended_first(items: Iterable[Item]) -> tuple[Item, ...]:
    """Where a code comes twice, its last row counts: the one that is in force."""
    return tuple(sorted(items, key=lambda item: item["state"] != ENDED))


def _land(items: tuple[Item, ...], path: Path) -> None:
    columns: dict[str, pa.Array] = {
        "row_no": pa.array(range(1, len(items) + 1), pa.int64()),
        "fault": pa.nulls(len(items), pa.string()),
    }
    for name in LANDED:
        columns[name] = pa.array([item[name] for item in items], pa.string())
    write_landing(path, pa.table(columns))
