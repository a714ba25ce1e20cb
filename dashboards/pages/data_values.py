"""The words for the values that are kept of a row: codes of the program, and moments as systems write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from types import MappingProxyType

from dashboards.components.elements import Children, element
from dashboards.formats import format_moment, measure_unit_word
from ioc.words import gettext as _
from ioc.words import mark

TRUTHS: Mapping[str, str] = MappingProxyType({"true": mark("yes"), "false": mark("no")})
STATES: Mapping[str, str] = MappingProxyType(
    {
        "received": mark("taken in"),
        "not_started": mark("not begun"),
        "in_progress": mark("being handled"),
        "answered": mark("answered"),
        "done": mark("completed"),
        "refused": mark("turned down"),
        "transferred": mark("passed on"),
        "closed": mark("closed"),
        "cancelled": mark("cancelled"),
    }
)
VALUES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "authority_level": {"province": mark("provincial level"), "commune": mark("commune level")},
        "service_level": {
            "full": mark("fully online"),
            "partial": mark("partly online"),
            "information": mark("information only"),
            "none": mark("not online"),
        },
        "eligible_full": TRUTHS,
        "has_fee": TRUTHS,
        "returns_document": TRUTHS,
        "satisfied": {**TRUTHS, "unknown": mark("not judged")},
        "subject": {
            "person": mark("citizens"),
            "business": mark("businesses"),
            "both": mark("citizens and businesses"),
        },
        "max_time_unit": {
            "working_hours": mark("working hours"),
            "working_days": mark("working days"),
            "days": mark("days"),
            "months": mark("months"),
        },
        "class": {
            "tthc": mark("on administrative procedures"),
            "staff": mark("on the conduct of officials"),
            "other": mark("other"),
        },
        "channel": {
            "portal": mark("portal"),
            "hotline": mark("hotline"),
            "app": mark("mobile app"),
            "direct": mark("in person"),
        },
        "state": STATES,
        "phase": {"urgent": mark("urgent phase"), "breakthrough": mark("breakthrough phase")},
        "pillar": {
            "institutions": mark("institutions"),
            "infrastructure": mark("infrastructure"),
            "data": mark("digital data"),
            "platforms": mark("platforms"),
            "people": mark("human resources"),
            "finance": mark("funding"),
        },
        "holder_type": {
            "person": mark("a person"),
            "co_quan": mark("an organisation"),
            "thiet_bi_dich_vu": mark("a device or service"),
        },
        "position_group": {"leader": mark("leaders"), "staff": mark("civil servants"), "other": mark("other")},
        "device_type": {"TOKEN": "USB Token", "SOFT": mark("in software"), "RSSP": mark("remote signing")},
        "status": {
            "active": mark("in force"),
            "expiring": mark("about to expire"),
            "expired": mark("expired"),
            "revoked": mark("revoked"),
            "to_be_revoked": mark("to be revoked"),
            "suspended": mark("suspended"),
            "not_yet_valid": mark("not yet in force"),
        },
        "bound": {"exact": mark("exact"), "at_least": mark("at least"), "about": mark("about")},
    }
)
"""By column; what a source writes lands as one of these codes, so they are nobody's own words."""

DATE_NAME = re.compile(r"(_at|_on|_from|_to|_date|_start|_end|last_update)$|^as_of$|_as_of$|Ngay|ThoiDiem|ThoiGian")
COMPACT = MappingProxyType({8: "%Y%m%d", 14: "%Y%m%d%H%M%S"})
"""How systems write a day and a moment, by length."""


def value_word(column: str, text: str) -> str:
    """A code of ours in words; anything else stays as the source wrote it."""
    if column == "measure_unit":
        return measure_unit_word(text)
    word = VALUES.get(column, {}).get(text)
    return text if word is None else _(word)


def read_moment(column: str, text: str) -> datetime | None:
    """The day or moment that a system's way of writing stands for; None where people write it so or it is none."""
    if not DATE_NAME.search(column):
        return None
    with suppress(ValueError):
        if text.isdecimal():
            return datetime.strptime(text, COMPACT[len(text)]) if len(text) in COMPACT else None
        return datetime.fromisoformat(text)
    return None


def kept_value(column: str, text: str) -> Children:
    """A value in words; a moment as people write it over what the source wrote."""
    moment = read_moment(column, text)
    if moment is None:
        return value_word(column, text)
    return [format_moment(moment), element("Div", text, "muted small")]


def value_line(column: str, text: str) -> str:
    """What the source wrote with its meaning in brackets: `20260803081500 (08:15 03/08/2026)`."""
    moment = read_moment(column, text)
    return value_word(column, text) if moment is None else f"{text} ({format_moment(moment)})"
