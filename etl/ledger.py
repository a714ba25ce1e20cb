"""The load ledger: what was taken in, kept in the same transaction as the facts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from etl.report import Buckets
from etl.sources.incoming import Failure, Incoming
from ioc.errors import ErrorClass, SourceError
from ioc.store.engine import Connection


@dataclass(frozen=True)
class KnownLoad:
    """An earlier load of the same bytes."""

    buckets: Buckets
    as_of: datetime | None
    origin: str = ""
    is_newest: bool = True
    """Whether the source has brought nothing else since."""


def next_load_id(connection: Connection) -> int:
    """Load ids grow by one; they are the order in which versions win."""
    return int(connection.row("select coalesce(max(load_id), 0) + 1 from loads")[0])


class KnownLoads:
    """What a source has loaded before; read once for all files of a run, and kept up with its loads."""

    def __init__(self, connection: Connection, source_id: str, *, by_origin: bool) -> None:
        """By the bytes of a file, or by the request (the origin) whose newest answer alone counts.

        A file that is as it was before the newest load of its name has gone back, and counts anew.
        """
        self._by_origin = by_origin
        newest = connection.rows(
            "select origin, arg_max(sha256, load_id), max(load_id) from loads "
            "where source_id = ? and state = 'loaded' group by origin",
            [source_id],
        )
        self._newest: dict[str, str] = {origin: sha256 for origin, sha256, _load_id in newest}
        newest_load = max((load_id for _origin, _sha256, load_id in newest), default=0)
        rows = connection.rows(
            """
            select origin, sha256, rows_in, loaded + unchanged, superseded, quarantined, as_of, load_id
            from loads
            where source_id = $source_id and state = 'loaded'
            qualify case
                when $by_origin then row_number() over (partition by origin order by load_id desc)
                else row_number() over (partition by sha256 order by load_id desc)
            end = 1
            """,
            {"source_id": source_id, "by_origin": by_origin},
        )
        self._known: dict[str, tuple[str, KnownLoad]] = {}
        for origin, sha256, rows_in, unchanged, superseded, quarantined, as_of, load_id in rows:
            buckets = Buckets(rows_in, 0, unchanged, superseded, quarantined)
            load = KnownLoad(buckets, as_of, origin, is_newest=load_id == newest_load)
            self._known[self._key(origin, sha256)] = sha256, load

    def find(self, incoming: Incoming) -> KnownLoad | None:
        """The earlier load of the same bytes, if it says as much as this one."""
        sha256, load = self._known.get(self._key(incoming.origin, incoming.sha256), ("", None))
        if load is None or sha256 != incoming.sha256:
            return None
        if self._newest.get(incoming.origin, sha256) != sha256:
            return None
        return load if load.as_of == (incoming.as_of or load.as_of) else None

    def add(self, incoming: Incoming, buckets: Buckets, as_of: datetime | None) -> None:
        """Remembers a load of this run."""
        now_unchanged = Buckets(
            buckets.rows_in, 0, buckets.loaded + buckets.unchanged, buckets.superseded, buckets.quarantined
        )
        self._known[self._key(incoming.origin, incoming.sha256)] = (
            incoming.sha256,
            KnownLoad(now_unchanged, as_of, incoming.origin),
        )
        self._newest[incoming.origin] = incoming.sha256

    def _key(self, origin: str, sha256: str) -> str:
        return origin if self._by_origin else sha256


def is_loaded(connection: Connection, source_id: str, sha256: str) -> bool:
    """Whether a source has loaded these bytes."""
    query = "select count(*) from loads where source_id = ? and sha256 = ? and state = 'loaded'"
    return bool(connection.row(query, [source_id, sha256])[0])


def record_load(
    connection: Connection,
    *,
    load_id: int,
    run_id: str,
    source_id: str,
    kind: str,
    incoming: Incoming,
    landing: str | None,
    buckets: Buckets,
    as_of: datetime | None,
    warnings: Sequence[str],
    duration_s: float,
) -> None:
    """Writes one taken-in file or answer."""
    connection.execute(
        "insert into loads values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'loaded', null, null, ?, ?)",
        [
            load_id, run_id, source_id, kind, incoming.origin, incoming.sha256, incoming.size_bytes,
            incoming.fetched_at, as_of, landing,
            buckets.rows_in, buckets.loaded, buckets.unchanged, buckets.superseded, buckets.quarantined,
            list(warnings), duration_s,
        ],
    )  # fmt: skip


def read_watermark(connection: Connection, source_id: str) -> str | None:
    """How far a source has been read; None before its first load."""
    found = connection.rows("select watermark from watermarks where source_id = ?", [source_id])
    return str(found[0][0]) if found else None


class LedgerView:
    """What a fetch that goes on beside the merges may ask of the ledger, until it is left alone."""

    def __init__(self, connection: Connection, source_id: str) -> None:
        self._source_id = source_id
        self._turn = Lock()
        self._connection: Connection | None = connection.cursor()

    def is_loaded(self, sha256: str) -> bool:
        """Whether a load with these bytes is in the ledger."""
        with self._turn:
            return is_loaded(self._open(), self._source_id, sha256)

    def watermark(self) -> str | None:
        """How far the source has been read; None before its first load."""
        with self._turn:
            return read_watermark(self._open(), self._source_id)

    def close(self) -> None:
        """Ends it; whoever asks afterwards is told so."""
        with self._turn:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _open(self) -> Connection:
        if self._connection is None:
            raise SourceError(ErrorClass.TRANSPORT, "the fetch was given up")
        return self._connection


def record_watermark(connection: Connection, *, source_id: str, watermark: str, load_id: int) -> None:
    """Notes how far a source has been read, within the transaction of its load."""
    connection.execute("insert or replace into watermarks values (?, ?, ?)", [source_id, watermark, load_id])


def record_failure(
    connection: Connection, *, run_id: str, source_id: str, kind: str, failure: Failure, at: datetime
) -> None:
    """Writes a file or request that failed, unless the ledger already ends with the same failure."""
    message = str(failure.error)
    last = connection.rows(
        "select state, sha256, message from loads where source_id = ? and origin = ? order by load_id desc limit 1",
        [source_id, failure.origin],
    )
    if last == [("failed", failure.sha256, message)]:
        return
    connection.execute(
        "insert into loads values (?, ?, ?, ?, ?, ?, ?, ?, null, null, 0, 0, 0, 0, 0, 'failed', ?, ?, [], 0)",
        [
            next_load_id(connection), run_id, source_id, kind, failure.origin, failure.sha256, failure.size_bytes,
            at, str(failure.error.error_class), message,
        ],
    )  # fmt: skip
