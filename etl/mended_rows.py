"""Refused rows that a corrected file brings again: they leave the desk as resolved by its load.

A file of the same name is taken for a corrected one only row by row, because many systems give each day's changes the
same name. A refused row is mended where the new load states its key well, or where it has a new good row that differs
from it in the refused fields only. One that the new load has again unchanged, and refuses again, waits as the newest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from etl.corrections import column_of, judge, view_landed
from etl.sources.incoming import SourceKind
from ioc.store.engine import Connection, quoted
from ioc.store.warehouse import read_sql


@dataclass(frozen=True)
class _Refused:
    """An earlier load of a file of the same name, and its rows that wait."""

    load_id: int
    fetched_at: datetime
    landing: Path
    fields: Mapping[int, frozenset[str]]
    """By row: what it was refused for."""


def resolve_mended(
    connection: Connection, kind: SourceKind, *, source_id: str, origin: str, load_id: int, landing: Path
) -> None:
    """Notes which rows of earlier files of this name the load has brought again; within the transaction of its merge.

    Reads the table staged of the merge; replaces the relation landed.
    """
    for refused in _waiting(connection, source_id, origin=origin, load_id=load_id, folder=landing.parent.parent):
        view_landed(connection, refused.landing, source_id=source_id, rows=sorted(refused.fields))
        judge(connection, kind, source_id=source_id, fetched_at=refused.fetched_at, into="refused_again")
        key = ", ".join(kind.fact.key)
        found = connection.rows(read_sql("etl.facts", "mended_by_key.sql").format(key=key))
        mended = {int(row_no) for (row_no,) in found} | set(_same_but_refused(connection, refused, landing))
        mended |= set(_refused_still(connection, refused, landing))
        connection.execute(
            "insert into mended_rows select $refused, unnest($rows::bigint[]), $load",
            {"refused": refused.load_id, "rows": sorted(mended), "load": load_id},
        )


def _waiting(connection: Connection, source_id: str, *, origin: str, load_id: int, folder: Path) -> Iterator[_Refused]:
    rows = connection.rows(
        """
        with names as (
            -- a file that is handed in on a page gets a folder of its own; a correction is named by its file and rows
            select load_id, fetched_at, landing, regexp_extract(split_part(origin, '#', 1), '[^/]*$') as name
            from loads
            where source_id = $source_id and load_id < $load_id and landing is not null
        )
        select load_id, fetched_at, landing, desk.row_no, list_transform(desk.problems, lambda it: it.field) as fields
        from quarantine_desk as desk
        inner join names using (load_id)
        where desk.resolved_by is null and names.name = regexp_extract($origin, '[^/]*$')
        order by load_id, desk.row_no
        """,
        {"source_id": source_id, "load_id": load_id, "origin": origin},
    )
    by_load: dict[tuple[int, datetime, str], dict[int, frozenset[str]]] = defaultdict(dict)
    for refused_by, fetched_at, landing, row_no, fields in rows:
        by_load[refused_by, fetched_at, landing][int(row_no)] = frozenset(fields)
    for (refused_by, fetched_at, landing), fields_of_rows in by_load.items():
        if (folder / landing).is_file():
            yield _Refused(refused_by, fetched_at, folder / landing, fields_of_rows)


def _same_but_refused(connection: Connection, refused: _Refused, landing: Path) -> Iterator[int]:
    """The refused rows that the new file has with other values in the refused fields only."""
    known = _columns(connection, landing)
    columns = [name for name in _columns(connection, refused.landing) if name in known]
    by_fields: dict[frozenset[str], list[int]] = defaultdict(list)
    for row_no, fields in refused.fields.items():
        by_fields[frozenset(column_of(field, columns) for field in fields)].append(row_no)
    for fields, rows in by_fields.items():
        others = [name for name in columns if name not in fields]
        if others and len(others) < len(columns):
            found = connection.rows(_content_query(refused, landing, columns=columns, others=others, rows=rows))
            yield from (int(row_no) for (row_no,) in found)


def _refused_still(connection: Connection, refused: _Refused, landing: Path) -> Iterator[int]:
    """The refused rows that the new file has again as they were, and that are refused again."""
    columns = _columns(connection, refused.landing)
    if columns == _columns(connection, landing):
        query = read_sql("etl.facts", "refused_still.sql").format(
            landing=quoted(landing),
            columns=", ".join(f'"{name}"' for name in columns),
            all_same=_same("still", "earlier", columns),
            rows=", ".join(map(str, refused.fields)),
        )
        yield from (int(row_no) for (row_no,) in connection.rows(query))


def _content_query(
    refused: _Refused, landing: Path, *, columns: Sequence[str], others: Sequence[str], rows: Sequence[int]
) -> str:
    return read_sql("etl.facts", "mended_by_content.sql").format(
        landing=quoted(landing),
        earlier=quoted(refused.landing),
        all_same=_same("good", "earlier", columns),
        others_same=_same("landed", "came_new", others),
        rows=", ".join(map(str, rows)),
        tells_something=" or ".join(f'landed."{name}" is not null' for name in others),
    )


def _same(left: str, right: str, columns: Sequence[str]) -> str:
    return " and ".join(f'{left}."{name}" is not distinct from {right}."{name}"' for name in columns)


def _columns(connection: Connection, landing: Path) -> list[str]:
    found = connection.rows(f"describe select * exclude (row_no) from read_parquet({quoted(landing)})")
    return [str(name) for name, *_rest in found]
