"""Snapshots: published marts with stamped names, and the pointer that says which one is served."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from ioc.errors import StoreError
from ioc.failpoints import reach
from ioc.store.engine import Connection, open_reader, quoted
from ioc.store.files import settle, write_whole

KEEP_LAST = 30
KEEP_DAILY_DAYS = 90


@dataclass(frozen=True)
class FactFile:
    """An immutable Parquet file of facts; its name tells its content."""

    file: str
    """Below the store's facts folder."""
    rows: int


@dataclass(frozen=True)
class Footing:
    """What the figures of a snapshot stand on: while it is the same, those of days that nothing touched are too."""

    load_id: int
    """The newest load whose dossiers are counted."""
    known_until: date
    """The day up to which everything was known: later ones were still to come or not over."""
    others: str
    """Tells the program, the catalogue, the configuration, the units, and the loads of other sources than dossiers."""
    ground: str
    """Tells who speaks of which units, and so which boundaries there are between them."""
    copies: int
    """How many snapshots in a row began as a copy of the one before."""


@dataclass(frozen=True)
class Manifest:
    """What a snapshot consists of."""

    snapshot_id: str
    published_at: datetime
    content_hash: str
    as_of: datetime | None
    catalog: str
    """Fingerprint of the catalogue that it was built by."""
    dossiers: Mapping[str, FactFile]
    """By month of reception; `none` holds those not received."""
    came: tuple[FactFile, ...] = ()
    """What came after the months' files were written."""
    went: tuple[FactFile, ...] = ()
    """The versions of dossiers that files tell and that hold no longer."""
    facts: Mapping[str, FactFile] = field(default_factory=dict)
    """The rows of the other facts, by the catalogue's name of the fact; none in snapshots that were made before."""
    footing: Footing | None = None
    """None in snapshots that were made before."""

    def files(self) -> tuple[FactFile, ...]:
        """All Parquet files that the snapshot reads."""
        return (*self.dossiers.values(), *self.came, *self.went, *self.facts.values())


@dataclass(frozen=True)
class OpenSnapshot:
    """A snapshot that can be asked; take a cursor of the connection per thread."""

    id: str
    published_at: datetime
    connection: Connection
    manifest: Manifest
    store: Path

    @property
    def has_dossiers(self) -> bool:
        """Whether there are files of dossiers."""
        return bool(self.dossier_files())

    def dossier_files(self) -> tuple[Path, ...]:
        """The Parquet files of dossiers: by month, then what came since."""
        months = [file for _, file in sorted(self.manifest.dossiers.items())]
        return tuple(self.store / "facts" / file.file for file in (*months, *self.manifest.came))

    def dossiers_sql(self) -> str:
        """The facts of all dossiers, as SQL; without files there are none to read."""
        found = f"select * from read_parquet([{_listed(self.dossier_files())}])"
        if not self.manifest.went:
            return found
        went = _listed(self.store / "facts" / file.file for file in self.manifest.went)
        return f"{found} where version_id not in (select version_id from read_parquet([{went}]))"

    def fact_file(self, fact: str) -> Path | None:
        """The Parquet file of another fact; None where the snapshot has none of it."""
        found = self.manifest.facts.get(fact)
        return None if found is None else self.store / "facts" / found.file


def _listed(files: Iterable[Path]) -> str:
    return ", ".join(map(quoted, files))


def snapshots_folder(store: Path) -> Path:
    return store / "snapshots"


def current_name(store: Path) -> str | None:
    """The file stem that CURRENT points to; None before the first publication."""
    try:
        return (snapshots_folder(store) / "CURRENT").read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None


def read_manifest(store: Path, name: str) -> Manifest:
    """The manifest of a published snapshot."""
    path = snapshots_folder(store) / f"{name}.json"
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise StoreError(f"cannot read {path}: {error}; run `ioc publish` to build a new snapshot") from error
    return Manifest(
        snapshot_id=fields["snapshot_id"],
        published_at=datetime.fromisoformat(fields["published_at"]),
        content_hash=fields["content_hash"],
        as_of=datetime.fromisoformat(fields["as_of"]) if fields["as_of"] else None,
        catalog=fields["catalog"],
        dossiers={month: FactFile(**file) for month, file in fields["dossiers"].items()},
        came=_read_files(fields, "came"),
        went=_read_files(fields, "went"),
        facts={fact: FactFile(**file) for fact, file in fields.get("facts", {}).items()},
        footing=_read_footing(fields.get("footing")),
    )


def _read_files(fields: Mapping[str, Any], name: str) -> tuple[FactFile, ...]:
    return tuple(FactFile(**file) for file in fields.get(name, ()))


def _read_footing(fields: Mapping[str, Any] | None) -> Footing | None:
    if fields is None:
        return None
    return Footing(**{**fields, "known_until": date.fromisoformat(fields["known_until"])})


def current_manifest(store: Path) -> Manifest | None:
    name = current_name(store)
    return None if name is None else read_manifest(store, name)


def publish_mart(store: Path, part: Path, manifest: Manifest) -> str:
    """Gives a finished mart its stamped name, writes its manifest, and moves CURRENT to it."""
    folder = snapshots_folder(store)
    name = f"ioc-{manifest.published_at:%Y%m%dT%H%M%S}-{manifest.snapshot_id}"
    settle(part, folder / f"{name}.duckdb")
    reach("mart_renamed")
    fields = asdict(manifest) | {
        "published_at": manifest.published_at.isoformat(),
        "as_of": manifest.as_of.isoformat() if manifest.as_of else None,
    }
    if manifest.footing is not None:
        fields["footing"] = asdict(manifest.footing) | {"known_until": manifest.footing.known_until.isoformat()}
    write_whole(folder / f"{name}.json", json.dumps(fields, indent=1, ensure_ascii=False))
    reach("manifest_written")
    write_whole(folder / "CURRENT", name + "\n")
    reach("current_moved")
    return name


def prune(store: Path, *, at: datetime) -> None:
    """Removes snapshots past keeping, what a killed build left, and fact files that nobody lists any more."""
    folder = snapshots_folder(store)
    names = sorted(path.stem for path in folder.glob("ioc-*.json"))
    keep = _worth_keeping(names, at=at) | {current_name(store)}
    listed: set[str] = set()
    for name in names:
        if name in keep:
            listed |= {file.file for file in read_manifest(store, name).files()}
        else:
            (folder / f"{name}.json").unlink(missing_ok=True)
    for mart in folder.glob("ioc-*.duckdb"):
        if mart.stem not in keep:
            mart.unlink(missing_ok=True)
    for left in [*folder.glob("*.part*"), *folder.glob("*.wal")]:
        left.unlink(missing_ok=True)
    for path in (store / "facts").glob("*"):
        if path.name not in listed:
            path.unlink(missing_ok=True)
    reach("pruned")


def _worth_keeping(names: list[str], *, at: datetime) -> set[str | None]:
    """The last 30, the last of each of 90 days, the last of each month."""
    keep: set[str | None] = set(names[-KEEP_LAST:])
    last_of_day = {name[4:12]: name for name in names}
    last_of_month = {name[4:10]: name for name in names}
    oldest = f"{at - timedelta(days=KEEP_DAILY_DAYS):%Y%m%d}"
    keep |= {name for day, name in last_of_day.items() if day >= oldest}
    return keep | set(last_of_month.values())


class Reader:
    """Follows CURRENT: hands out the newest snapshot, opened once per process and shared by its threads."""

    def __init__(self, store: Path, *, threads: int = 1, memory_limit: str = "1GB") -> None:
        self.store = store
        self._threads = threads
        self._memory_limit = memory_limit
        self._lock = threading.Lock()
        self._open: OpenSnapshot | None = None
        self._name: str | None = None
        self._stamp: tuple[int, int] | None = None

    def current(self) -> OpenSnapshot | None:
        """The snapshot that is served now; None before the first publication."""
        stamp = self._read_stamp()
        if stamp != self._stamp:
            with self._lock:
                if stamp != self._stamp:
                    self._follow()
                    self._stamp = stamp
        return self._open

    def _read_stamp(self) -> tuple[int, int] | None:
        try:
            found = (snapshots_folder(self.store) / "CURRENT").stat()
        except FileNotFoundError:
            return None
        return found.st_ino, found.st_mtime_ns

    def _follow(self) -> None:
        name = current_name(self.store)
        if name is None or name == self._name:
            return
        manifest = read_manifest(self.store, name)
        connection = open_reader(
            snapshots_folder(self.store) / f"{name}.duckdb", threads=self._threads, memory_limit=self._memory_limit
        )
        # the former connection is dropped, not closed: another thread may still be asking it
        self._open = OpenSnapshot(manifest.snapshot_id, manifest.published_at, connection, manifest, self.store)
        self._name = name
