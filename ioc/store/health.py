"""What can be told of the stored data from outside, without disturbing whoever works on it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.exc import SQLAlchemyError

from ioc.store.control import MIGRATIONS, control_url
from ioc.store.engine import open_memory
from ioc.store.lock import FileLock

BUILT_IN = ("BUILTIN", "STATICALLY_LINKED")


@dataclass(frozen=True)
class Holder:
    """Who holds a lock; the process is None where the system does not tell."""

    process_id: int | None
    command: str


def duckdb_version() -> str:
    return duckdb.__version__


def downloaded_extensions() -> list[str]:
    """Extensions of DuckDB that came from elsewhere: the product needs none."""
    connection = open_memory(threads=1, memory_limit="64MB")
    try:
        rows = connection.rows("select extension_name, install_mode from duckdb_extensions() where installed")
    finally:
        connection.close()
    return sorted(str(name) for name, mode in rows if mode not in BUILT_IN)


def control_revisions(url: str, *, store: Path) -> tuple[str | None, str | None]:
    """The revision that the control database is at, and the one of this version; nothing is changed."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(MIGRATIONS))
    head = ScriptDirectory.from_config(config).get_current_head()
    engine = create_engine(control_url(url, store=store))
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision(), head
    except SQLAlchemyError:
        return None, head
    finally:
        engine.dispose()


def find_holder(path: Path) -> Holder | None:
    """Who holds the lock of this file; None where nobody does."""
    if not path.exists():
        return None
    with FileLock(path) as lock:
        if lock.try_acquire():
            return None
    process_id = _holding_process(path)
    return Holder(process_id, "" if process_id is None else _command(process_id))


def _holding_process(path: Path) -> int | None:
    """As Linux lists it: number, kind, mode, access, process, device and inode, range."""
    inode = str(path.stat().st_ino)
    try:
        lines = Path("/proc/locks").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    for line in lines:
        fields = line.split()
        if len(fields) > 5 and fields[1] == "FLOCK" and fields[5].rpartition(":")[2] == inode:
            return int(fields[4]) if int(fields[4]) > 0 else None
    return None


def _command(process_id: int) -> str:
    try:
        raw = Path(f"/proc/{process_id}/cmdline").read_bytes()
    except OSError:
        return ""
    return raw.replace(b"\0", b" ").decode(errors="replace").strip()[:120]
