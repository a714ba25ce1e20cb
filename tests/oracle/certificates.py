"""The registers of certificates and of the staff who need one."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tests.oracle.raw import PROVINCE, Answers, Span, day, is_counted_in, needed_day, read_tables

LEADERS = (
    "Chủ tịch",
    "Phó Chủ tịch",
    "Bí thư",
    "Phó Bí thư",
    "Giám đốc",
    "Phó Giám đốc",
    "Chánh",
    "Phó Chánh",
    "Trưởng ban",
    "Phó Trưởng ban",
)
EXPIRES_WITHIN_DAYS = 30


@dataclass(frozen=True)
class Certificate:
    unit: str
    holder: str
    group: str
    is_person: bool
    valid_from: date
    valid_to: date
    revoked: date | None
    used: date | None

    def is_valid(self, on: date) -> bool:
        return self.valid_from <= on <= self.valid_to and (self.revoked is None or self.revoked > on)


@dataclass(frozen=True)
class Needed:
    """How many of a unit need a certificate, as of a day."""

    on: date
    leaders: int
    staff: int


def read_certificates(folder: Path, units: dict[str, str]) -> list[Certificate]:
    found = {}
    for row in read_tables(folder):
        found[row["serial_number"]] = Certificate(
            unit=units[row["unit_code"].upper()],
            holder=row["holder_ref"] or row["serial_number"],
            group=row["position_group"],
            is_person=row["holder_type"] == "ca_nhan",
            valid_from=needed_day(row["valid_from"]),
            valid_to=needed_day(row["valid_to"]),
            revoked=day(row["revoked_at"]),
            used=day(row["last_used_at"]),
        )
    return list(found.values())


def register_day(folder: Path) -> date:
    """As of when the register speaks."""
    return max(needed_day(row["as_of"]) for row in read_tables(folder))


def read_staff(folder: Path, units: dict[str, str]) -> dict[str, list[Needed]]:
    found: dict[str, list[Needed]] = defaultdict(list)
    for row in read_tables(folder):
        needed = Needed(needed_day(row["as_of"]), int(row["leaders_required"]), int(row["staff_required"]))
        found[units[row["unit_code"].upper()]].append(needed)
    return found


def needed_on(rows: list[Needed], on: date) -> Needed:
    """The last figures of or before the day; the first ones where there are none yet."""
    known = [row for row in rows if row.on <= on]
    return max(known, key=lambda row: row.on) if known else min(rows, key=lambda row: row.on)


def count_certificates(
    certificates: list[Certificate], staff: dict[str, list[Needed]], spans: list[Span], as_of: date
) -> Answers:
    answers: Answers = defaultdict(dict)
    for span in (one for one in spans if one.start <= as_of):
        on = min(span.end, as_of)
        valid: dict[str, list[Certificate]] = defaultdict(list)
        for one in certificates:
            if one.is_valid(on):
                valid[one.unit].append(one)
                valid[PROVINCE].append(one)
        for unit in {PROVINCE, *(one.unit for one in certificates)}:
            mine = valid[unit]
            needed = [needed_on(rows, on) for code, rows in staff.items() if is_counted_in(code, unit)]
            persons = [one for one in mine if one.is_person]
            leaders = {one.holder for one in persons if one.group.startswith(LEADERS)}
            used = [one for one in mine if one.used and span.start <= one.used <= span.end]
            soon = [one for one in mine if (one.valid_to - on).days <= EXPIRES_WITHIN_DAYS]
            key = (unit, span.name)
            answers["cert_coverage_leader", "certificates"][key] = (len(leaders), sum(row.leaders for row in needed))
            answers["cert_coverage_staff", "certificates"][key] = (
                len({one.holder for one in persons}),
                sum(row.staff for row in needed),
            )
            answers["cert_expiring", "certificates"][key] = (len(soon), None)
            # only the last use is known: a period before the register's day cannot tell
            active = len(used) if span.end >= as_of and mine else None
            answers["cert_active_rate", "certificates"][key] = (active, len(mine))
    return answers
