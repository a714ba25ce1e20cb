"""Landing files: what a source kept of one file or answer, as Parquet."""

import hashlib
import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ioc.store.engine import CORES

ROW_GROUP_ROWS = 100_000


def landing_name(sha256: str, origin: str) -> str:
    """The name of the landing file of some bytes of an origin."""
    return f"{sha256[:24]}-{hashlib.sha256(origin.encode()).hexdigest()[:8]}.parquet"


def reading_threads(path: Path) -> int:
    """How many threads find something to do in a landing file: each takes whole row groups."""
    groups: int = pq.read_metadata(path).num_row_groups
    return min(CORES, max(1, groups))


def write_landing(path: Path, table: pa.Table) -> None:
    """Writes a table as Parquet (zstd) that is on the disk when this returns."""
    with path.open("wb") as file:
        pq.write_table(table, file, compression="zstd", row_group_size=ROW_GROUP_ROWS)
        file.flush()
        os.fsync(file.fileno())
