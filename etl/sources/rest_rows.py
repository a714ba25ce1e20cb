"""The rows that are kept of an interface's records: only mapped fields, each in a shape that cannot be personal."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import pyarrow as pa

from etl.kept import is_blank, keep, keep_date, keep_number, keep_organisation, keep_unit_code, masked, scrubbed
from etl.sources.rest_answer import MISSING, find, text_of
from ioc.errors import ErrorClass, SourceError, UsageError
from ioc.periods import Period, parse_period
from ioc.rest_settings import FIELD_TYPES, RestField, RestInterface
from ioc.words import gettext as _

LANDED: Final = (
    "unit_code",
    "period_start",
    "period_end",
    "on_time_includes_early",
    *(name for name in FIELD_TYPES if name != "period"),
)
"""The landing's columns after row_no and fault; all of them text."""
_WHOLE = re.compile(r"[+-]?[0-9]{1,8}")
"""A longer number is no count of dossiers but may be somebody's telephone."""
_AMBIGUOUS_CODE = re.compile(r"[0-9]{1,5}")
_LACKING = "MISSING"
_MONTH_FIRST = re.compile(r"(0?[1-9]|1[0-2])/(20[0-9]{2})")
_PERIOD = re.compile(r"(vpcp:)?[0-9]{4}(-(H[12]|Q[1-4]|[0-9]{2}))?")
_MARKS = {"point": (",", "."), "comma": (".", ",")}
"""Thousands' and decimal mark, by the declared decimal mark."""

Row = dict[str, str | None]


@dataclass(frozen=True)
class Kept:
    """What is landed of an answer."""

    rows: tuple[Row, ...]
    warnings: tuple[str, ...]

    def table(self) -> pa.Table:
        """The landing's rows, numbered as the records came."""
        columns: dict[str, pa.Array] = {"row_no": pa.array(range(1, len(self.rows) + 1), pa.int64())}
        for name in ("fault", *LANDED):
            columns[name] = pa.array([row.get(name) for row in self.rows], pa.string())
        return pa.table(columns)


def keep_rows(records: Sequence[object], interface: RestInterface, period: Period | None) -> Kept:
    """The rows of all records; SourceError where what is required is in none of them."""
    absent = [path for path in _paths(interface) if all(find(record, path) is MISSING for record in records)]
    required = {path for field in interface.fields.values() if field.required for path in field.paths}
    lost = [path for path in absent if path in required or path == interface.unit_path]
    if lost:
        message = _("no record has {paths}; check unit_path and the required fields")
        raise SourceError(ErrorClass.SCHEMA, message.format(paths=", ".join(lost)))
    rows = tuple(_keep_row(record, interface, period) for record in records)
    return Kept(rows, tuple(_doubts(absent, rows, interface)))


def _paths(interface: RestInterface) -> list[str]:
    mapped = [path for field in interface.fields.values() for path in field.paths]
    return list(dict.fromkeys([*([interface.unit_path] if interface.unit_path else []), *mapped]))


def _doubts(absent: Sequence[str], rows: Sequence[Row], interface: RestInterface) -> Iterator[str]:
    if absent:
        yield _("no record has {paths}; those figures stay empty").format(paths=", ".join(absent))
    incomplete = sum(row.get("fault") == _LACKING for row in rows)
    if incomplete:
        names = ", ".join(name for name, field in interface.fields.items() if field.required)
        yield _("{n} records lack a required field ({names}) and were refused").format(n=incomplete, names=names)


def _keep_row(record: object, interface: RestInterface, period: Period | None) -> Row:
    if not isinstance(record, dict):
        return {"fault": ErrorClass.SCHEMA.value}
    kept = {name: _keep_field(record, name, field) for name, field in interface.fields.items()}
    if any(field.required and kept[name] is None for name, field in interface.fields.items()):
        return {"fault": _LACKING}
    row = kept | _keep_period(kept.pop("period", None), period) | _keep_unit(record, interface)
    includes_early = interface.on_time_includes_early
    row["on_time_includes_early"] = None if includes_early is None else str(includes_early).lower()
    return row


def _keep_unit(record: object, interface: RestInterface) -> Row:
    """The unit as our crosswalk may know it; a number of the interface's own is never taken for a statistical code."""
    if interface.unit_path is None:
        return {"unit_code": interface.unit_code}
    code = "".join(text_of(find(record, interface.unit_path)).split())
    if code in interface.unit_codes:
        return {"unit_code": interface.unit_codes[code]}
    is_number = _AMBIGUOUS_CODE.fullmatch(code) is not None
    if is_number and interface.unit_code_system != "statistical":
        return {"unit_code": None, "fault": ErrorClass.UNKNOWN_UNIT.value}
    if is_number:
        # a number has lost its leading zeros: provinces have two digits, communes five
        code = code.zfill(2 if len(code) <= 2 else 5)
    return {"unit_code": keep(code, keep_unit_code)}


def _keep_period(stated: str | None, asked: Period | None) -> Row:
    if asked is not None and stated is None:
        return {"period_start": asked.start.isoformat(), "period_end": asked.end.isoformat()}
    try:
        period = parse_period(_MONTH_FIRST.sub(lambda found: f"{found[2]}-{int(found[1]):02}", stated or ""))
    except UsageError:
        return {"period_start": stated, "period_end": stated}
    return {"period_start": period.start.isoformat(), "period_end": period.end.isoformat()}


def _keep_field(record: object, name: str, field: RestField) -> str | None:
    kind = field.type or FIELD_TYPES[name]
    if kind == "int":
        return _keep_sum([_keep_whole(find(record, path), field) for path in field.paths])
    text = " ".join(text for path in field.paths if (text := text_of(find(record, path))))
    if text in field.null_values or is_blank(text):
        return None
    if kind == "date":
        return keep(text, keep_date)
    if kind == "period":
        return text if _PERIOD.fullmatch(text) or _MONTH_FIRST.fullmatch(text) else masked(text)
    return keep(text, keep_organisation if name == "unit_name" else scrubbed)


def _keep_sum(parts: Sequence[str | None]) -> str | None:
    """The sum of the parts; nothing where one is unknown, the part itself where it is no number."""
    if len(parts) == 1 or None in parts:
        return parts[0] if len(parts) == 1 else None
    texts = [part or "" for part in parts]
    strange = next((text for text in texts if not _WHOLE.fullmatch(text)), None)
    return strange or str(sum(map(int, texts)))


def _keep_whole(value: object, field: RestField) -> str | None:
    """Digits where the value is a whole number; otherwise something that the contract cannot take for one."""
    text = text_of(value)
    if isinstance(value, Decimal):
        digits = text.partition(".")[0]
        return digits if value == value.to_integral_value() and _WHOLE.fullmatch(digits) else _not_whole(text)
    if text in field.null_values or is_blank(text):
        return None
    thousands, decimal = _MARKS.get(field.decimal or "", (".,", ""))
    grouped = re.fullmatch(rf"[+-]?[1-9][0-9]{{0,2}}([{thousands} ][0-9]{{3}})+", text)
    digits = re.sub(r"[., ]", "", text) if grouped else text
    if decimal:
        digits = re.sub(rf"{re.escape(decimal)}0+$", "", digits)
    if not _WHOLE.fullmatch(digits):
        return _not_whole(text)
    return digits


def _not_whole(text: str) -> str:
    kept = keep_number(text)
    # “1.234” that is not one thousand two hundred and thirty-four
    return f"{kept}0" if re.fullmatch(r".*[.,][0-9]{3}", kept) else kept
