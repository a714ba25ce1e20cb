"""A foreign view read page by page, each page a short statement that begins where the last one ended."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Date,
    DateTime,
    Select,
    String,
    TableClause,
    Unicode,
    and_,
    bindparam,
    cast,
    column,
    func,
    inspect,
    literal_column,
    null,
    or_,
    select,
    table,
)
from sqlalchemy.exc import SAWarning

from etl.sources.sql_session import Database
from ioc.errors import ErrorClass, SourceError
from ioc.words import gettext as _

BATCH_ROWS: Final = 5_000
"""Rows that are Python objects at the same time."""
WIDEST_PAGE: Final = 64
"""Times the page's size that rows with one and the same watermark and key may fill."""

Moment = str
"""A moment as the database itself writes it: it comes back to the database unchanged, with all its digits."""


@dataclass(frozen=True)
class Shape:
    """The columns that a view may give."""

    required: tuple[str, ...]
    optional: tuple[str, ...]
    renamed: Mapping[str, str] = field(default_factory=dict)
    """What the view calls a column, where that is not our name."""

    @property
    def names(self) -> tuple[str, ...]:
        """All of them, in the order in which they are read."""
        return self.required + self.optional


@dataclass(frozen=True)
class View:
    """A view as the database has it."""

    relation: TableClause
    columns: Mapping[str, ColumnElement[Any]]
    """By our name; without those optional ones that it lacks."""
    dialect: str
    names: tuple[str, ...]

    def text(self, name: str) -> ColumnElement[Any]:
        """A column as text, the same from every driver; null where the view lacks it."""
        if name not in self.columns:
            return null().label(name)
        return _as_text(self.columns[name], self.dialect).label(name)


@dataclass(frozen=True)
class Reading:
    """Which rows of a view are read, and in which order."""

    order: tuple[str, ...]
    """The last of these columns is compared as text."""
    condition: ColumnElement[bool] | None = None
    since: Moment | None = None
    """Of the first column in the order: rows before it are left out."""


@dataclass(frozen=True)
class Page:
    """Rows of a view, all columns as text."""

    rows: pa.Table
    number: int
    is_last: bool


@dataclass(frozen=True)
class Place:
    """The last values of the ordering columns that were read."""

    values: tuple[str | None, ...]


def find_view(database: Database, name: str, shape: Shape) -> View:
    """The view and its columns; a missing required column is a SourceError that names it."""
    schema, _dot, bare = name.rpartition(".")
    return database.ask(lambda connection: _inspect(connection, schema or None, bare, shape))


def _inspect(connection: Connection, schema: str | None, name: str, shape: Shape) -> View:
    with warnings.catch_warnings():
        # a type that SQLAlchemy does not know (a geometry) is none of ours
        warnings.simplefilter("ignore", SAWarning)
        found = inspect(connection).get_columns(name, schema=schema)
    by_name = {str(entry["name"]).lower(): entry for entry in found}
    called = {wanted: shape.renamed.get(wanted, wanted).lower() for wanted in shape.names}
    missing = [called[wanted] for wanted in shape.required if called[wanted] not in by_name]
    if missing:
        message = _("the view {view} lacks the columns {columns}; add them to the view")
        raise SourceError(ErrorClass.SCHEMA, message.format(view=name, columns=", ".join(missing)))
    entries = {wanted: by_name[name] for wanted, name in called.items() if name in by_name}
    columns = {wanted: column(entry["name"], entry["type"]) for wanted, entry in entries.items()}
    relation = table(name, *columns.values(), schema=schema)
    return View(relation, columns, connection.dialect.name, shape.names)


def read_pages(database: Database, view: View, reading: Reading, *, page_rows: int) -> Iterator[Page]:
    """All rows of a reading, each exactly once; rows alike in what orders them are never torn apart."""
    place: Place | None = None
    limit, number = page_rows, 1
    while True:
        statement = page_statement(view, reading, after=place, limit=limit)
        rows = database.ask(partial(_read, statement=statement, names=view.names))
        if rows.num_rows < limit:
            yield Page(rows, number, is_last=True)
            return
        last = Place(tuple(rows[name][-1].as_py() for name in reading.order))
        complete = rows.num_rows - _count_alike(rows, reading.order, last)
        if complete == 0 or last == place:
            limit = _widen(limit, page_rows)
            continue
        yield Page(rows.slice(0, complete), number, is_last=False)
        place, limit, number = last, page_rows, number + 1


def _widen(limit: int, page_rows: int) -> int:
    if limit >= page_rows * WIDEST_PAGE:
        message = _(
            "more than {n} rows of the view have the same watermark and the same key; the view must tell them apart"
        )
        raise SourceError(ErrorClass.SCHEMA, message.format(n=limit))
    return limit * 2


def _count_alike(rows: pa.Table, order: Sequence[str], place: Place) -> int:
    """How many rows at the end share the last row's place."""
    alike = pa.repeat(True, rows.num_rows)
    for name, value in zip(order, place.values, strict=True):
        same = pc.is_null(rows[name]) if value is None else pc.fill_null(pc.equal(rows[name], value), False)
        alike = pc.and_(alike, same)
    return int(pc.sum(alike).as_py())


def _read(connection: Connection, *, statement: Select[Any], names: tuple[str, ...]) -> pa.Table:
    """The rows by a cursor on the server, turned into Arrow a few at a time."""
    schema = pa.schema([(name, pa.string()) for name in names])
    answer = connection.execution_options(stream_results=True, max_row_buffer=BATCH_ROWS).execute(statement)
    batches = [
        pa.RecordBatch.from_arrays([_texts(values) for values in zip(*rows, strict=True)], schema=schema)
        for rows in answer.partitions(BATCH_ROWS)
    ]
    return pa.Table.from_batches(batches, schema=schema).combine_chunks()


def _texts(values: Sequence[Any]) -> pa.Array:
    try:
        return pa.array(values, pa.string())
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return pa.array([None if value is None else _text_of(value) for value in values], pa.string())


def _text_of(value: Any) -> str:
    """What a driver gave that is no text; the unreadable letters of a broken encoding as question marks."""
    if isinstance(value, bytes):
        return value.decode(errors="replace").replace("\ufffd", "?")
    return str(value)


def page_statement(view: View, reading: Reading, *, after: Place | None, limit: int) -> Select[Any]:
    """One page: an explicit list of columns, from the place on, itself included."""
    ordering = [_ordering(view, reading, name) for name in reading.order]
    chosen = select(*(view.text(name) for name in view.names)).select_from(view.relation)
    for condition in (reading.condition, _since(view, reading), _from_place(view, reading, after)):
        if condition is not None:
            chosen = chosen.where(condition)
    return chosen.order_by(*ordering).limit(limit)


def _since(view: View, reading: Reading) -> ColumnElement[bool] | None:
    if reading.since is None:
        return None
    first = view.columns[reading.order[0]]
    return first >= moment_bound(first, reading.since, view.dialect)


def _from_place(view: View, reading: Reading, place: Place | None) -> ColumnElement[bool] | None:
    """`a > x or (a = x and b >= y)`, said so that an index on the first column helps."""
    if place is None:
        return None
    bounds = [
        (_ordering(view, reading, name), _bound(view, reading, name, value))
        for name, value in zip(reading.order, place.values, strict=True)
    ]
    (last, last_bound), *before = reversed(bounds)
    condition: ColumnElement[bool] = last >= last_bound
    for ordered, bound in before:
        condition = and_(ordered >= bound, or_(ordered > bound, condition))
    return condition


def _ordering(view: View, reading: Reading, name: str) -> ColumnElement[Any]:
    found = view.columns[name]
    if name != reading.order[-1]:
        return found
    return func.coalesce(_as_text(found, view.dialect), literal_column("''"))


def _bound(view: View, reading: Reading, name: str, value: str | None) -> ColumnElement[Any]:
    if name == reading.order[-1]:
        return _parameter(value or "")
    return moment_bound(view.columns[name], value or "", view.dialect)


def moment_bound(compared: ColumnElement[Any], moment: Moment, dialect: str) -> ColumnElement[Any]:
    """A moment as a parameter that the database can compare with a column."""
    parameter = _parameter(moment)
    if not isinstance(compared.type, DateTime | Date):
        return parameter
    if dialect == "postgresql":
        return cast(parameter, compared.type)
    if dialect == "mssql":
        return func.convert(literal_column(_moment_type(compared)), parameter, literal_column("121"))
    return parameter


def _parameter(value: str) -> BindParameter[str]:
    return bindparam(None, value, type_=String(), unique=True)


def _as_text(source: ColumnElement[Any], dialect: str) -> ColumnElement[Any]:
    """A column cast by the database: drivers differ, and stumble over years that Python does not have."""
    if dialect == "mssql" and isinstance(source.type, DateTime | Date):
        moment = func.convert(literal_column(_moment_type(source)), source)
        return func.convert(literal_column("nvarchar(34)"), moment, literal_column("121"))
    if dialect in ("mysql", "mariadb") and type(source.type).__name__ == "BIT":
        return cast(literal_column("0") + source, Unicode())
    return cast(source, Unicode())


def _moment_type(source: ColumnElement[Any]) -> str:
    """The type of SQL Server that keeps all digits of a moment."""
    return "datetimeoffset(7)" if type(source.type).__name__ == "DATETIMEOFFSET" else "datetime2(7)"
