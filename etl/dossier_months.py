"""What is kept of dossiers between two builds: their counts by day, and which month's Parquet file tells what.

It lies in the warehouse's schema `months` and is moved on by the loads since the last build, so that merging knows
nothing of it. Counts add up: those of a version that came are added, those of a version that went are taken away.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Final

from etl.mart_tables import mart_sql
from etl.month_files import CAME, WENT, FactRows, Month, read_months, told_months
from ioc.catalog.model import Measure
from ioc.store.engine import CORES, Connection
from ioc.store.measures import daily_queries
from ioc.store.warehouse import read_sql

BATCH_ROWS: Final = 600_000
"""How many dossiers are in memory at a time."""
COUNT_ANEW_SHARE: Final = 5
"""Everything is counted anew where more than one in so many versions came or went."""
LAYOUT: Final = "one row per key"
"""How the counts are kept; those that were kept otherwise are made anew."""
OWN_QUERIES: Final = ("received_cells", "received_days", "procedure_names")
"""What is counted beside the measures: queries of etl/marts."""
MOVED: Final = {1: CAME, -1: WENT}
"""What the facts of the versions of a step are called."""


@dataclass(frozen=True)
class Counted:
    """What the dossiers were counted for, and since when the counts are others than before."""

    facts: FactRows
    load_id: int
    """The newest load that is counted."""
    former_load_id: int
    """The newest load that was counted before."""
    day: date
    """As of which day."""
    former_day: date
    """As of which day it was counted before."""
    changed_since: date
    """The first day of which any figure can be another one now; date.max where none can."""


@dataclass(frozen=True)
class _Counting:
    """How dossiers are counted in this build."""

    facts: FactRows
    queries: Mapping[str, str]
    """By name of the table; each reads dossier_facts, and adds up along its whole numbers."""
    as_of: datetime

    @property
    def shape(self) -> str:
        return _hash(LAYOUT, self.facts.rules, *self.queries.values())


@dataclass(frozen=True)
class _Progress:
    """How far the last build came."""

    load_id: int = 0
    shape: str | None = None
    counted_on: date | None = None
    moves: int = 0


def refresh_counts(connection: Connection, measures: Sequence[Measure], *, as_of: datetime, folder: Path) -> Counted:
    """Brings the counts up to the newest load; what is counted otherwise now stays in the relations moved_<counts>."""
    connection.execute("create or replace temp view dossier_rows as select * from facts.dossiers")
    facts_sql = read_sql("ioc.store", "sql/dossier_facts.sql")
    facts = FactRows(facts_sql, _rules(connection, facts_sql), folder)
    queries = daily_queries(measures, keys="unit_code") | {name: mart_sql(name) for name in OWN_QUERIES}
    counting = _Counting(facts, queries, as_of)
    before = _progress(connection)
    until = connection.row("select coalesce(max(load_id), 0) from loads")[0]
    values = {"since": before.load_id, "until": until}
    connection.execute(f"create or replace temp table moved_versions as {mart_sql('moved_versions')}", values)
    now = _Progress(until, counting.shape, as_of.date(), before.moves + 1)
    changed_since = date.max
    if not _can_move(connection, counting, before):
        _count_anew(connection, counting, until=until)
        changed_since = date.min
    elif before != replace(now, moves=before.moves):
        steps = {step for (step,) in connection.rows("select distinct step from moved_versions")}
        told = frozenset(month.month for month in told_months(connection, facts))
        are_all_told = len(told) == connection.row("select count(*) from months.dossiers")[0]
        moved = frozenset(MOVED[step] for step in steps)
        facts = replace(facts, told=told, are_all_told=are_all_told, moved=moved)
        changed_since = _move(connection, counting, progress=now)
    else:
        _count_moved(connection, counting, ())
    connection.execute(f"create or replace temp view dossier_facts as {facts_sql}")
    return Counted(facts, until, before.load_id, as_of.date(), before.counted_on or date.min, changed_since)


def _rules(connection: Connection, facts_sql: str) -> str:
    """Tells everything that makes dossier facts of dossiers: the query, the register, the macros, the calendar."""
    register = connection.row(
        "select count(*), coalesce(bit_xor(md5_number(version_id::varchar)), 0)::varchar from facts.procedures"
    )
    # by their texts: DuckDB may print a stored macro otherwise than a new one
    macros = (read_sql("ioc.store", "warehouse.sql"), read_sql("etl.facts", "macros.sql"))
    calendar = connection.rows("select md5(working_days::varchar) from working_calendar")
    return _hash(facts_sql, repr(register), *macros, repr(calendar))


def _hash(*texts: str) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def _progress(connection: Connection) -> _Progress:
    rows = connection.rows("select load_id, shape, counted_on, moves from months.progress")
    return _Progress(*rows[0]) if rows else _Progress()


def _can_move(connection: Connection, counting: _Counting, before: _Progress) -> bool:
    """Whether the former counts can be moved on: counted in the same way, as of no later day, and mostly still true."""
    if before.shape != counting.shape or before.counted_on is None or before.counted_on > counting.as_of.date():
        return False
    moved = connection.row("select count(*) from moved_versions")[0]
    kept = connection.row("select coalesce(sum(versions), 0) from months.dossiers")[0]
    return bool(moved * COUNT_ANEW_SHARE <= kept)


def _move(connection: Connection, counting: _Counting, *, progress: _Progress) -> date:
    """Adds the counts of what came, takes away those of what went, all of it or nothing; the first day that differs."""
    steps = [step for step in MOVED if _gather_moved(connection, counting, step=step)]
    connection.execute("begin")
    try:
        _count_moved(connection, counting, steps)
        for name in counting.queries:
            _add_moved(connection, name)
        _follow(connection)
        _put_progress(connection, progress)
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise
    return connection.row(mart_sql("changed_since"))[0] or date.max


def _count_moved(connection: Connection, counting: _Counting, steps: Sequence[int]) -> None:
    """The relations moved_<counts>: by how much each differs from before; a version's twin cancels it out."""
    for name in counting.queries:
        connection.execute(f"create or replace temp table moves_{name} as select * from months.{name} limit 0")
    for step in steps:
        connection.execute(f"create or replace temp view dossier_facts as select * from moved.{MOVED[step]}")
        for name in counting.queries:
            _insert_counts(connection, counting, name, into=f"moves_{name}", step=step)
    for name in counting.queries:
        sums = _sums(connection, name, of=f"moves_{name}")
        connection.execute(f"create or replace temp table moved_{name} as {sums}")


def _add_moved(connection: Connection, name: str) -> None:
    """Adds moved_<name> to months.<name>, which keeps one row per key."""
    keys, _counts = _columns(connection, name)
    same = " and ".join(f'kept."{key}" is not distinct from moved."{key}"' for key in keys)
    both = f"""(
        select * from moved_{name}
        union all by name
        select kept.* from months.{name} as kept semi join moved_{name} as moved on {same}
    )"""
    connection.execute(f"create or replace temp table added_up as {_sums(connection, name, of=both)}")
    connection.execute(f"delete from months.{name} as kept using moved_{name} as moved where {same}")
    connection.execute(f"insert into months.{name} by name select * from added_up")


def _gather_moved(connection: Connection, counting: _Counting, *, step: int) -> bool:
    """The facts of the versions that came or went, where all connections see them; whether there are any."""
    if not connection.row("select count(*) from moved_versions where step = ?", [step])[0]:
        return False
    # temporary tables are of one connection alone
    connection.execute("attach if not exists ':memory:' as moved")
    connection.execute(
        "create or replace temp view dossier_rows as select * from facts.dossier_versions "
        f"where version_id in (select version_id from moved_versions where step = {step})"
    )
    connection.execute(f"create or replace table moved.{MOVED[step]} as {counting.facts.sql}")
    connection.execute("create or replace temp view dossier_rows as select * from facts.dossiers")
    return True


def _insert_counts(connection: Connection, counting: _Counting, name: str, *, into: str, step: int = 1) -> None:
    query = counting.queries[name]
    _keys, counts = _columns(connection, name)
    columns = ", ".join(f'{step} * "{column}" as "{column}"' for column in counts)
    values = {"as_of": counting.as_of} if "$as_of" in query else None
    signed = "*" if step == 1 else f"* replace ({columns})"
    connection.execute(f"insert into {into} by name select {signed} from (\n{query}\n)", values)


def _columns(connection: Connection, name: str) -> tuple[Sequence[str], Sequence[str]]:
    """The columns of a table of counts: those that name a row, and those that add up, its whole numbers."""
    columns = connection.rows("select name, type = 'BIGINT' from pragma_table_info(?)", [f"months.{name}"])
    keys, counts = ([column for column, is_count in columns if is_count == wanted] for wanted in (False, True))
    return keys, counts


def _sums(connection: Connection, name: str, *, of: str) -> str:
    """The counts of a relation that is like months.<name>, added up."""
    keys, counts = _columns(connection, name)
    named = ", ".join(f'"{key}"' for key in keys)
    sums = ", ".join(f'sum("{column}")::bigint as "{column}"' for column in counts)
    some = " or ".join(f'sum("{column}") <> 0' for column in counts)
    return f"select {named}, {sums} from {of} group by {named} having {some}"


def _follow(connection: Connection) -> None:
    """Moves the content of each month on by the versions that came and went."""
    connection.execute(f"create or replace temp table months_now as {mart_sql('months_now')}")
    connection.execute("delete from months.dossiers")
    connection.execute("insert into months.dossiers by name select * from months_now where versions > 0")


def _put_progress(connection: Connection, progress: _Progress) -> None:
    connection.execute("delete from months.progress")
    connection.execute(
        "insert into months.progress values (?, ?, ?, ?)",
        [progress.load_id, progress.shape, progress.counted_on, progress.moves],
    )


def _count_anew(connection: Connection, counting: _Counting, *, until: int) -> None:
    """Counts all months in batches; without a shape until it is done."""
    connection.use_threads(CORES)
    connection.execute(f"create or replace temp view dossier_facts as {counting.facts.sql}")
    connection.execute("begin")
    for name, query in counting.queries.items():
        values = {"as_of": counting.as_of} if "$as_of" in query else None
        connection.execute(f"create or replace table months.{name} as select * from (\n{query}\n) limit 0", values)
    _follow(connection)
    _put_progress(connection, _Progress(until))
    connection.execute("commit")
    for batch in _batches(read_months(connection, counting.facts)):
        _take_batch(connection, batch, counting.facts.sql)
        for name in counting.queries:
            _insert_counts(connection, counting, name, into=f"months.{name}")
    for name in counting.queries:
        # what happens in a month is told by dossiers of several batches
        connection.execute(f"create or replace table months.{name} as {_sums(connection, name, of=f'months.{name}')}")
    connection.execute("drop view dossier_facts; drop table if exists batch_facts")
    _put_progress(connection, _Progress(until, counting.shape, counting.as_of.date()))


def _batches(months: Sequence[Month]) -> Iterator[tuple[Month, ...]]:
    batch: list[Month] = []
    for month in months:
        if batch and sum(other.versions for other in batch) + month.versions > BATCH_ROWS:
            yield tuple(batch)
            batch = []
        batch.append(month)
    if batch:
        yield tuple(batch)


def _take_batch(connection: Connection, batch: Sequence[Month], facts_sql: str) -> None:
    """The facts of some months as dossier_facts."""
    wanted = " or ".join(month.condition for month in batch)
    connection.execute(f"create or replace temp table batch_facts as select * from (\n{facts_sql}\n) where {wanted}")
    connection.execute("create or replace temp view dossier_facts as select * from batch_facts")
