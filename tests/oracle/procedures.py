"""The register of procedures: which are offered online, which were used."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tests.oracle.raw import Parts, day, read_tables

YES = {"có", "true", "1", "x", "yes"}
SUBJECTS = {"cá nhân": "person", "doanh nghiệp": "business", "cả hai": "both"}
LEVELS = {"cấp tỉnh": "province", "tỉnh": "province", "cấp xã": "commune", "xã": "commune"}
UNITS = {"giờ làm việc": "working_hours", "ngày làm việc": "working_days", "ngày": "days", "tháng": "months"}


@dataclass(frozen=True)
class Procedure:
    code: str
    field: str | None
    level: str | None
    service_level: str | None
    is_eligible: bool | None
    has_fee: bool | None
    returns_document: bool | None
    subject: str | None
    max_time: float | None
    max_unit: str | None
    valid_from: date
    valid_to: date

    @property
    def is_for_persons(self) -> bool:
        return self.subject in ("person", "both")

    @property
    def is_online(self) -> bool:
        return self.service_level in ("partial", "full")


def _yes(text: str) -> bool | None:
    folded = text.strip().lower()
    return None if not folded else folded in YES


def read_procedures(folder: Path) -> dict[str, Procedure]:
    """By the first two parts of the code."""
    found = {}
    for row in read_tables(folder):
        code = ".".join(row["procedure_code"].split(".")[:2])
        found[code] = Procedure(
            code=code,
            field=row["field_name"] or None,
            level=LEVELS.get(row["authority_level"].lower(), row["authority_level"] or None),
            service_level=row["service_level"] or None,
            is_eligible=_yes(row["eligible_full"]),
            has_fee=_yes(row["has_fee"]),
            returns_document=_yes(row["returns_document"]),
            subject=SUBJECTS.get(row["subject"].lower(), row["subject"] or None),
            max_time=float(row["max_time"]) if row["max_time"] else None,
            max_unit=UNITS.get(row["max_time_unit"].lower(), row["max_time_unit"] or None),
            valid_from=day(row["valid_from"]) or date.min,
            valid_to=day(row["valid_to"]) or date.max,
        )
    return found


def procedures_of(procedures: Iterable[Procedure], *, level: str, on: date) -> list[Procedure]:
    """Those in force on a day: of a commune its own, of everybody else all."""
    return [
        one
        for one in procedures
        if one.valid_from <= on <= one.valid_to and (level != "commune" or one.level in (None, "commune"))
    ]


def count_procedures(
    own: list[Procedure], *, received: set[str], online: set[str], with_fee: set[str], paid: set[str]
) -> dict[str, Parts]:
    """Indicators of procedures; the sets name those with any dossier of a kind in the period."""
    could = [one for one in own if one.is_eligible]
    services = [one for one in own if one.is_online]
    costly = [one for one in own if one.has_fee]
    return {
        "online_coverage": (len(services), len([one for one in own if one.service_level])),
        "full_online_coverage": (len([one for one in could if one.service_level == "full"]), len(could)),
        "service_with_dossier": (len([one for one in services if one.code in online]), len(services)),
        "tthc_idle_rate": (len([one for one in own if one.code not in received]), len(own)),
        "pay_tthc_integrated": (len([one for one in costly if one.code in with_fee]), len(costly)),
        "pay_tthc_transacted": (len([one for one in costly if one.code in paid]), len(costly)),
    }
