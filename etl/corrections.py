"""Refused rows put right: what somebody states of them is a source of its own, loaded like a file.

A statement of corrections waits as a small file in the store until a run of its source takes it in. The rows come again
from their landing file, with the values that were given, through the same contract; they speak with the time of the
load that refused them, so that a later statement of the same key stands.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
import structlog

from etl.landing import write_landing
from etl.sources import KINDS_IN_LEDGER
from etl.sources.incoming import CorrectedLoad, Fact, Failure, FetchContext, Incoming, SourceKind
from ioc.errors import ErrorClass, SourceError
from ioc.intake import Alias, CorrectedRow, Correction
from ioc.store.engine import Connection, Row, quoted
from ioc.store.files import write_whole
from ioc.store.warehouse import read_sql
from ioc.units import resolve_code
from ioc.words import gettext as _

log = structlog.get_logger(__name__)
FOLDER: Final = "corrections"
ALIASES: Final = "aliases"
ROWS_NAMED: Final = 8
"""How many rows an origin names before it counts the rest."""
UNKNOWN_UNIT: Final = ErrorClass.UNKNOWN_UNIT.value
UNIT_COLUMNS: Final = ("unit_code", "unit_code_field", "source_unit_code", "ma_don_vi")
"""Columns of landings that hold a unit's code."""
DOSSIER_COLUMNS: Final = {
    "MaHoSo": "dossier_code",
    "MaTTHC": "procedure_code",
    "MaLinhVuc": "field_code",
    "KenhThucHien": "channel",
    "LoaiDoiTuong": "applicant_type",
    "TrangThaiHoSo": "status",
    "MaDonVi": "unit_code_field",
    "NgayNopHoSo": "submitted_at",
    "NgayTiepNhan": "received_at",
    "NgayHenTra": "due_at",
    "NgayKetThucXuLy": "finished_at",
    "NgayTra": "returned_at",
    "NgayTuChoi": "rejected_at",
    "HinhThuc": "return_method",
    "NoiNopHoSo": "submitted_via",
    "DuocThanhToanTrucTuyen": "paid_online",
    "NgayBoSung": "supplement_requested_at",
    "NgayTiepNhanBoSung": "supplement_received_at",
}
"""Where a field of the national interface lies in the landing."""
_DOSSIER_FIELDS: Final = {column: field for field, column in DOSSIER_COLUMNS.items()}


@dataclass(frozen=True)
class Stated:
    """A correction that waits in the store."""

    correction_id: str
    at: datetime
    correction: Correction
    path: Path


@dataclass(frozen=True)
class RefusedLoad:
    """A load of the ledger that refused rows."""

    load_id: int
    statement_load_id: int
    origin: str
    fetched_at: datetime
    as_of: datetime | None
    landing: Path


@dataclass(frozen=True)
class _Noted:
    """One line of the table of corrections."""

    row_no: int
    field: str
    old_value: str | None
    new_value: str | None
    reason: str


def state(store: Path, correction: Correction, *, at: datetime) -> str:
    """Writes a correction down where the next run of its source finds it; its id."""
    correction_id = f"{at:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:8]}"
    path = store / FOLDER / correction.source_id / f"{correction_id}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, json.dumps({"at": at.isoformat(), **asdict(correction)}, ensure_ascii=False))
    return correction_id


def waiting(store: Path, source_id: str) -> list[Stated]:
    """The corrections of a source that no run has taken in yet, the oldest first."""
    found = (_read(path) for path in sorted((store / FOLDER / source_id).glob("*.json")))
    return [stated for stated in found if stated is not None]


def waiting_sources(store: Path) -> list[str]:
    """The sources for which corrections wait."""
    return sorted({path.parent.name for path in (store / FOLDER).glob("*/*.json")})


def _read(path: Path) -> Stated | None:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        correction = Correction(
            source_id=str(told["source_id"]),
            by=str(told["by"]),
            rows=tuple(CorrectedRow(int(row["load_id"]), int(row["row_no"]), row["changes"]) for row in told["rows"]),
            aliases=tuple(Alias(str(one["text"]), str(one["unit_code"]), one["is_name"]) for one in told["aliases"]),
            is_replay=bool(told["is_replay"]),
        )
        return Stated(path.stem, datetime.fromisoformat(told["at"]), correction, path)
    except (OSError, ValueError, KeyError, TypeError):
        log.warning("correction_unreadable", file=path.name)
        return None


def use_aliases(connection: Connection, store: Path, *, source_id: str) -> None:
    """Puts the spellings that this source writes for units beside the crosswalk, and takes away another source's."""
    for stated in waiting(store, source_id):
        note_aliases(connection, source_id, stated.correction.aliases, at=stated.at, by=stated.correction.by)
    if int(connection.row("select count(*) from unit_aliases")[0]) == 0:
        return
    apply_aliases(connection, source_id=source_id)
    known = connection.rows(
        "select spelling, unit_code, is_name from unit_aliases where source_id = ? order by all", [source_id]
    )
    _mirror_aliases(store, source_id, json.dumps(known, ensure_ascii=False))


def note_aliases(connection: Connection, source_id: str, aliases: Sequence[Alias], *, at: datetime, by: str) -> None:
    """Writes down what spellings of a source mean; a later word replaces an earlier one."""
    for alias in aliases:
        spelling = alias.text if alias.is_name else resolve_code(alias.text)
        connection.execute(
            "insert or replace into unit_aliases values (?, ?, ?, ?, ?, ?)",
            [source_id, spelling, alias.is_name, alias.unit_code, at, by],
        )


def apply_aliases(connection: Connection, *, source_id: str) -> None:
    """The crosswalk with the codes that this source writes."""
    connection.execute("create temp table if not exists site_unit_xref as select * from unit_xref")
    connection.execute(
        """
        create or replace temp table unit_xref as
        with own as (
            select spelling as source_unit_code, unit_code from unit_aliases where source_id = ? and not is_name
        )
        select * from site_unit_xref anti join own using (source_unit_code)
        union all by name
        select * from own
        """,
        [source_id],
    )


def _mirror_aliases(store: Path, source_id: str, text: str) -> None:
    """Copies the spellings to where a preview reads them, which must not open the warehouse."""
    path = store / ALIASES / f"{source_id}.json"
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text)


def read_aliases(store: Path, source_id: str) -> tuple[Alias, ...]:
    """The spellings of a source, as its last run knew them, and those that wait."""
    path = store / ALIASES / f"{source_id}.json"
    known = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
    stated = [alias for one in waiting(store, source_id) for alias in one.correction.aliases]
    return (*(Alias(text, unit_code, is_name=is_name) for text, unit_code, is_name in known), *stated)


def view_landed(connection: Connection, landing: Path, *, source_id: str, rows: Sequence[int] | None = None) -> None:
    """The relation `landed` of a landing file, with the code of a unit where somebody said which one a name means."""
    file = f"read_parquet({quoted(landing)})"
    if rows is not None:
        file = f"(select * from {file} where row_no in ({', '.join(map(str, rows))}))"
    named = connection.rows(
        "select spelling, unit_code from unit_aliases where source_id = ? and is_name order by all", [source_id]
    )
    if named and {"unit_name", "unit_code"} <= set(_columns(connection, landing)):
        names = ", ".join(f"({quoted(spelling)}, {quoted(code)})" for spelling, code in named)
        file = f"""(
            select file.* replace (coalesce(file.unit_code, known.unit_code) as unit_code)
            from {file} as file
            left join (values {names}) as known (unit_name, unit_code) on known.unit_name = file.unit_name
        )"""
    connection.execute(f"create or replace temp view landed as select * from {file}")


def _columns(connection: Connection, landing: Path) -> list[str]:
    return [str(name) for name, *_rest in connection.rows(f"describe select * from read_parquet({quoted(landing)})")]


def later_statements(fact: Fact, restated: Sequence[int] | None) -> str:
    """The statement that leaves out of a correction what a later load has said, within merge.sql; of a file, none."""
    if restated is None:
        return ""
    return read_sql("etl.facts", "merge_corrected.sql").format(
        fact=fact.name, key=", ".join(fact.key), restated=", ".join(map(str, (-1, *restated)))
    )


def fetch_corrections(
    context: FetchContext, *, connection: Connection, kind: SourceKind
) -> Iterator[Incoming | Failure]:
    """What waits for this source, one item for each load whose rows come again."""
    for stated in waiting(context.config.store.path, context.source_id):
        yield from _take_up(stated, connection, context.config.store.path, kind)


def _take_up(stated: Stated, connection: Connection, store: Path, kind: SourceKind) -> Iterator[Incoming | Failure]:
    source_id = stated.correction.source_id
    changes: dict[int, dict[int, Mapping[str, str]]] = {}
    for row in stated.correction.rows:
        changes.setdefault(row.load_id, {})[row.row_no] = row.changes
    retried = open_rows(connection, source_id, reason=UNKNOWN_UNIT) if stated.correction.is_replay else {}
    for load_id in sorted({*changes, *retried}):
        load = find_refused_load(connection, store, source_id=source_id, load_id=load_id)
        if load is None:
            continue
        try:
            rows = _open_changes(connection, load, changes.get(load_id, {}))
            again = [row for row in retried.get(load_id, ()) if row not in rows]
            accepted = accepted_rows(connection, kind, load, source_id=source_id, rows=again)
            rows |= {row: {} for row in accepted}
            if rows:
                yield _incoming(stated, load, connection, store=store, kind=kind, changes=rows)
        except SourceError as error:
            yield Failure(_origin(load.origin, sorted(changes.get(load_id, {}))), error)


def open_rows(connection: Connection, source_id: str, *, reason: str) -> dict[int, list[int]]:
    """The refused rows of a source that wait and have this reason among theirs, by load."""
    found: dict[int, list[int]] = {}
    for load_id, row_no in connection.rows(
        """
        select load_id, row_no from quarantine_desk
        where source_id = ? and resolved_by is null
            and list_contains(list_transform(problems, lambda it: it.reason), ?)
        order by load_id, row_no
        """,
        [source_id, reason],
    ):
        found.setdefault(int(load_id), []).append(int(row_no))
    return found


def find_refused_load(connection: Connection, store: Path, *, source_id: str, load_id: int) -> RefusedLoad | None:
    """The ledger's line of a load whose rows are to come again."""
    found = connection.rows(
        """
        select coalesce(correcting_loads.statement_load_id, loads.load_id), origin, fetched_at, as_of, landing
        from loads
        left join correcting_loads using (load_id)
        where load_id = ? and source_id = ? and landing is not null
        """,
        [load_id, source_id],
    )
    if not found:
        return None
    statement_load_id, origin, fetched_at, as_of, landing = found[0]
    return RefusedLoad(load_id, int(statement_load_id), origin, fetched_at, as_of, store / "landing" / landing)


def _open_changes(
    connection: Connection, load: RefusedLoad, changes: Mapping[int, Mapping[str, str]]
) -> dict[int, Mapping[str, str]]:
    """Those of the corrected rows that still wait."""
    still = connection.rows(
        "select row_no from quarantine_desk where load_id = ? and resolved_by is null", [load.load_id]
    )
    return {int(row_no): changes[int(row_no)] for (row_no,) in still if int(row_no) in changes}


def accepted_rows(
    connection: Connection, kind: SourceKind, load: RefusedLoad, *, source_id: str, rows: Sequence[int]
) -> list[int]:
    """Those of a load's rows that the contract accepts now."""
    if not rows:
        return []
    _expect(load)
    view_landed(connection, load.landing, source_id=source_id, rows=rows)
    judge(connection, kind, source_id=source_id, fetched_at=load.fetched_at, into="tried_again")
    found = connection.rows("select row_no from tried_again where len(problems) = 0 order by row_no")
    return [int(row_no) for (row_no,) in found]


def judge(connection: Connection, kind: SourceKind, *, source_id: str, fetched_at: datetime, into: str) -> None:
    """The contract's verdict on the relation `landed`, as a temporary table."""
    contract = read_sql("etl.facts", f"{kind.contract}.sql").rstrip().rstrip(";")
    values = {"source_id": source_id, "fetched_at": fetched_at}
    (statement,) = connection.statements(f"create or replace temp table {into} as select * from (\n{contract}\n)")
    connection.execute(statement.sql, {name: values[name] for name in statement.parameters})


def _incoming(
    stated: Stated,
    load: RefusedLoad,
    connection: Connection,
    *,
    store: Path,
    kind: SourceKind,
    changes: Mapping[int, Mapping[str, str]],
) -> Incoming:
    _expect(load)
    said = {"correction": stated.correction_id, "load_id": load.load_id, "rows": {k: dict(changes[k]) for k in changes}}
    content = json.dumps(said, ensure_ascii=False, sort_keys=True).encode()
    noted = _noted(connection, load, changes)
    return Incoming(
        origin=_origin(load.origin, sorted(changes)),
        sha256=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
        # judged by the clock of the load that refused the rows, and no fresher than it
        fetched_at=load.fetched_at,
        as_of=load.as_of if kind.states_anew else None,
        land=partial(_land, load.landing, changes),
        corrects=CorrectedLoad(
            load.load_id,
            load.statement_load_id,
            partial(
                restated_rows,
                connection,
                kind,
                load,
                store=store,
                source_id=stated.correction.source_id,
                changes=changes,
            ),
            partial(_note, stated, load, noted),
        ),
    )


def restated_rows(
    connection: Connection,
    kind: SourceKind,
    load: RefusedLoad,
    *,
    store: Path,
    source_id: str,
    changes: Mapping[int, Mapping[str, str]],
) -> tuple[int, ...]:
    """The corrected rows whose keys a later load has repeated unchanged: only its landing file knows.

    Asked only where the key was known before the refused row: such rows are few, and reading files again is dear.
    """
    key = ", ".join(kind.fact.key)
    connection.register("landed_again", _change(read_landed(load.landing, list(changes)), changes))
    connection.execute("create or replace temp table corrected as select * from landed_again")
    connection.unregister("landed_again")
    connection.execute("create or replace temp view landed as select * from corrected")
    judge(connection, kind, source_id=source_id, fetched_at=load.fetched_at, into="tried_again")
    connection.execute(
        f"create or replace temp table known_before as select tried_again.row_no, {key} "
        f"from tried_again inner join facts.{kind.fact.name}s as current using ({key}) where len(problems) = 0"
    )
    later = _later_loads(connection, kind, load) if connection.rows("select 1 from known_before limit 1") else []
    found: set[int] = set()
    for source, kind_name, fetched_at, landing in later:
        if (store / "landing" / landing).is_file():
            view_landed(connection, store / "landing" / landing, source_id=source)
            judge(connection, KINDS_IN_LEDGER[kind_name], source_id=source, fetched_at=fetched_at, into="told_later")
            rows = connection.rows(
                f"select known_before.row_no from known_before inner join told_later using ({key}) "
                "where len(problems) = 0"
            )
            found |= {int(row_no) for (row_no,) in rows}
    return tuple(sorted(found))


def _later_loads(connection: Connection, kind: SourceKind, load: RefusedLoad) -> list[Row]:
    kinds = [name for name, other in KINDS_IN_LEDGER.items() if other.fact == kind.fact]
    return connection.rows(
        """
        select loads.source_id, loads.kind, loads.fetched_at, loads.landing
        from loads
        left join correcting_loads using (load_id)
        where coalesce(correcting_loads.statement_load_id, load_id) > ? and unchanged > 0 and landing is not null
            and list_contains(?, loads.kind)
        order by load_id
        """,
        [load.statement_load_id, kinds],
    )


def _expect(load: RefusedLoad) -> None:
    if not load.landing.is_file():
        message = _("the landing file of {origin} is gone; hand in the file again").format(origin=load.origin)
        raise SourceError(ErrorClass.UNREADABLE, message)


def _origin(origin: str, rows: Sequence[int]) -> str:
    """`staff.csv#3,7`: the corrected file and its rows."""
    named = ",".join(map(str, rows[:ROWS_NAMED])) + (f",+{len(rows) - ROWS_NAMED}" if len(rows) > ROWS_NAMED else "")
    return f"{origin.partition('#')[0]}#{named}"


def _land(landing: Path, changes: Mapping[int, Mapping[str, str]], path: Path) -> None:
    """The rows as they landed, with the values that somebody gave."""
    write_landing(path, _change(read_landed(landing, list(changes)), changes))


def _change(table: pa.Table, changes: Mapping[int, Mapping[str, str]]) -> pa.Table:
    rows = table.column("row_no").to_pylist()
    for column in sorted({name for row in changes.values() for name in row}):
        place = table.schema.get_field_index(column)
        if place < 0:
            raise SourceError(ErrorClass.SCHEMA, _("the file has no column {column}").format(column=column))
        before = table.column(column).to_pylist()
        values = [changes[row_no].get(column, text) for row_no, text in zip(rows, before, strict=True)]
        table = table.set_column(place, column, pa.array(values, table.schema.field(place).type))
    return table


def read_landed(landing: Path, rows: Sequence[int]) -> pa.Table:
    """Some rows of a landing file."""
    return pq.read_table(landing, filters=[("row_no", "in", list(rows))])


def _noted(connection: Connection, load: RefusedLoad, changes: Mapping[int, Mapping[str, str]]) -> list[_Noted]:
    """What the table of corrections will say; the old value as harmless as in quarantine."""
    lines: list[_Noted] = []
    for row_no, reason, problems in connection.rows(
        "select row_no, reason, problems from quarantine where load_id = ? order by row_no", [load.load_id]
    ):
        if row_no not in changes:
            continue
        faults = {problem["field"]: problem for problem in problems}
        if not changes[row_no]:
            lines.append(_Noted(row_no, "", None, None, reason))
        for column, value in changes[row_no].items():
            fault: Mapping[str, Any] = next((faults[name] for name in faults if column_of(name) == column), {})
            lines.append(_Noted(row_no, column, fault.get("value"), value, fault.get("reason") or reason))
    return lines


def column_of(field: str, landed: Sequence[str] = ()) -> str:
    """The landing's column that a field of a contract's verdict is read from."""
    if field in DOSSIER_COLUMNS:
        return DOSSIER_COLUMNS[field]
    if field in ("unit_name", *UNIT_COLUMNS):
        # a name never decides: who knows what it means gives the code
        return next((name for name in UNIT_COLUMNS if name in landed), "unit_code")
    return field


def field_of(column: str, contract: str) -> str:
    """The source's own name for what lies in a column of its landing."""
    return _DOSSIER_FIELDS.get(column, column) if contract == "dossier" else column


def _note(stated: Stated, load: RefusedLoad, lines: Sequence[_Noted], connection: Connection, load_id: int) -> None:
    for line in lines:
        connection.execute(
            "insert into corrections values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                stated.correction_id, stated.correction.source_id, load.load_id, line.row_no, line.field,
                line.old_value, line.new_value, line.reason, stated.at, stated.correction.by, load_id,
            ],
        )  # fmt: skip
    connection.execute("insert into correcting_loads values (?, ?, ?)", [load_id, load.load_id, load.statement_load_id])


def forget_recorded(connection: Connection, store: Path, *, source_id: str) -> None:
    """Removes the statements that were taken in; what could not be stays for the next run."""
    for stated in waiting(store, source_id):
        still = [
            row
            for row in stated.correction.rows
            if connection.rows(
                "select 1 from quarantine_desk where load_id = ? and row_no = ? and resolved_by is null",
                [row.load_id, row.row_no],
            )
        ]
        if not still:
            stated.path.unlink(missing_ok=True)
