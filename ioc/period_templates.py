"""Texts that name a period by placeholders, as in `{period_start:%Y-%m-%d}`: checked once, filled for each period."""

import string
from collections.abc import Mapping
from datetime import date

from ioc.errors import UsageError
from ioc.periods import Period, parse_period
from ioc.words import gettext as _

PLACEHOLDERS = ("period", "period_start", "period_end", "year", "quarter", "month")
_EXAMPLE = parse_period("2026-08")


def check_template(value: object) -> None:
    """Raises ValueError if a text, or a text anywhere within maps and lists, has an unknown or broken placeholder."""
    try:
        fill(value, _EXAMPLE)
    except (ValueError, KeyError, IndexError, TypeError, UsageError) as error:
        known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        message = _("placeholders {known}, with a format such as {{period_start:%Y-%m-%d}}; other braces doubled")
        raise ValueError(message.format(known=known)) from error


def has_placeholders(value: object) -> bool:
    """Whether any text within says something of the period."""
    if isinstance(value, Mapping):
        return any(map(has_placeholders, value.values()))
    if isinstance(value, list | tuple):
        return any(map(has_placeholders, value))
    return isinstance(value, str) and any(name is not None for _text, name, *_rest in _parts(value))


def fill(value: object, period: Period | None) -> object:
    """The value with each placeholder filled in; a text that is nothing but a number's placeholder becomes a number."""
    if isinstance(value, Mapping):
        return {key: fill(item, period) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [fill(item, period) for item in value]
    return _fill_text(value, period) if isinstance(value, str) else value


def fill_text(text: str, period: Period | None) -> str:
    """The text with each placeholder filled in."""
    return str(_fill_text(text, period))


def _fill_text(text: str, period: Period | None) -> str | int:
    parts = _parts(text)
    meanings = _meanings(period)
    if [(before, spec, conversion) for before, _name, spec, conversion in parts] == [("", "", None)] and parts[0][1]:
        return _whole_or_text(meanings[parts[0][1]])
    filled = ""
    for before, name, spec, conversion in parts:
        if conversion or "{" in (spec or ""):
            raise ValueError(text)
        filled += before + (format(meanings[name], spec or "") if name is not None else "")
    return filled


def _parts(text: str) -> list[tuple[str, str | None, str | None, str | None]]:
    return list(string.Formatter().parse(text))


def _whole_or_text(meaning: str | int | date) -> str | int:
    return meaning if isinstance(meaning, int) else str(meaning)


def _meanings(period: Period | None) -> Mapping[str, str | int | date]:
    if period is None:
        return {}
    return {
        "period": period.id,
        "period_start": period.start,
        "period_end": period.end,
        "year": period.year,
        "quarter": (period.end.month + 2) // 3,
        "month": period.end.month,
    }
