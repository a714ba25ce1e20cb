"""An answer of an interface: the JSON it must be, what it says of itself, and the records in it."""

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, NoReturn

from etl.kept import keep_matching, masked
from ioc.errors import ErrorClass, SourceError
from ioc.names import nfc
from ioc.period_templates import fill
from ioc.periods import Period
from ioc.rest_settings import RestInterface, texts
from ioc.words import gettext as _

MISSING: Final = object()
"""What stands at a path that leads nowhere; null is something else."""
_ANY = "*"
_shown = keep_matching(r"[A-Za-z0-9._-]{1,40}")


@dataclass(frozen=True)
class Page:
    """One answer, read."""

    records: tuple[object, ...]
    """Those of the kind asked for."""
    left_out: int
    """Records of other kinds: sums over others, other periods."""
    fingerprint: tuple[str, ...]
    """Of each record as it came, to tell a page that was given before."""
    total: int | None
    """How many records the interface says there are in all."""


def read_page(body: bytes, interface: RestInterface, period: Period | None) -> Page:
    """The records of an answer; SourceError where it is not the answer asked for."""
    answer = _parse(body)
    _check_expected(answer, interface, period)
    records = _records(answer, interface)
    wanted = [record for record in records if _is_wanted(record, interface, period)]
    return Page(
        records=tuple(wanted),
        left_out=len(records) - len(wanted),
        fingerprint=tuple(json.dumps(record, sort_keys=True, default=str) for record in records),
        total=_total(answer, interface),
    )


def find(value: object, path: str) -> object:
    """What stands at a dotted path, MISSING if nothing does; below null there is null."""
    if path == "$":
        return value
    for part in path.split("."):
        if value is None:
            return None
        value = _step(value, part)
        if value is MISSING:
            return MISSING
    return value


def text_of(value: object) -> str:
    """A scalar of JSON as clean text: empty for null or nothing, a description for what is no scalar."""
    if value is None or value is MISSING:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return " ".join(nfc(str(value)).split()) if isinstance(value, str | int) else masked(str(value))


def _step(value: Any, part: str) -> object:
    if isinstance(value, dict):
        return value.get(part, MISSING)
    if isinstance(value, list) and part.isdecimal() and int(part) < len(value):
        return value[int(part)]
    return MISSING


def _parse(body: bytes) -> object:
    try:
        return json.loads(body.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        # the decoder's own words would quote the answer
        raise SourceError(ErrorClass.NOT_JSON, _("the answer is not JSON, or it is cut off")) from error


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(word)


def _check_expected(answer: object, interface: RestInterface, period: Period | None) -> None:
    for path, expected in interface.expect.items():
        came = find(answer, path)
        if came is MISSING:
            message = _("the answer has no {path}; check the address and `expect`")
            raise SourceError(ErrorClass.SCHEMA, message.format(path=path))
        allowed = texts(fill(expected, period))
        if text_of(came) not in allowed:
            message = _("the answer's {path} is {came}, expected was {expected}; nothing of it was taken")
            raise SourceError(
                ErrorClass.INTEGRITY,
                message.format(path=path, came=_shown(text_of(came)), expected=", ".join(allowed)),
            )


def _records(answer: object, interface: RestInterface) -> list[object]:
    for path in interface.records_path:
        found = find(answer, path)
        if isinstance(found, list):
            return found
        if found is None:
            return []
    message = _("the answer has no list of records at {paths}; check records_path")
    raise SourceError(ErrorClass.SCHEMA, message.format(paths=", ".join(interface.records_path)))


def _is_wanted(record: object, interface: RestInterface, period: Period | None) -> bool:
    return all(
        _is_allowed(text_of(find(record, path)), texts(fill(allowed, period)))
        for path, allowed in interface.only.items()
    )


def _is_allowed(text: str, allowed: Any) -> bool:
    return text in allowed or (_ANY in allowed and text != "")


def _total(answer: object, interface: RestInterface) -> int | None:
    if interface.paging.total_path is None:
        return None
    text = text_of(find(answer, interface.paging.total_path))
    return int(text) if text.isascii() and text.isdecimal() else None
