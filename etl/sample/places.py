"""The made-up province: Hải Phòng's real communes with invented identifiers, offices and working days."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ioc.errors import UsageError
from ioc.units import Level, Unit, load_lineage
from ioc.words import gettext as _

INPUTS = Path(__file__).parent.parent.parent / "data" / "sample"
"""Procedures, offices and holidays of the sample."""

PROVINCE_CODE = "31"
PROVINCE_ID = "H24"
PROVINCE_NAME = "UBND thành phố Hải Phòng"
FIRST_COMMUNE_NUMBER = 100
FIRST_DAY = date(2025, 7, 1)
"""The first day of the present communes; the sample begins with them."""

AN_LAO = "11629"
PHU_LIEN = "11446"

_KIND_ORDER = {"phuong": 0, "xa": 1, "dac_khu": 2}


@dataclass(frozen=True)
class FoundingFact:
    """A figure of the founding documents that the sample reproduces exactly."""

    unit_code: str
    from_day: date
    to_day: date
    received: int
    online: int


AN_LAO_ONE_STOP = FoundingFact(AN_LAO, date(2025, 9, 22), date(2025, 10, 26), received=1142, online=1048)
"""An Lão took 1,142 dossiers, 91.77 % of them online, in "a little over a month" before November 2025.

The days are an assumption: five full weeks that end before November."""


@dataclass(frozen=True)
class Place:
    """A unit of the sample as its sources name it."""

    unit_no: int
    unit_code: str
    electronic_id: str
    department_id: str
    name: str
    """As the one-stop system and the portal write it."""
    level: str
    kind: str
    area_km2: float
    dossiers_per_month: int
    """Of departments; a commune's follows from its kind."""
    officials: int
    """Of departments; a commune's is drawn."""


@dataclass(frozen=True)
class Predecessor:
    """A part of a former commune's territory and the present commune that took it."""

    old_code: str
    name: str
    new_code: str
    is_whole: bool
    is_main: bool


def root_department_id() -> str:
    """The portal's identifier of the sample's province."""
    return department_id(PROVINCE_ID)


def department_id(electronic_id: str) -> str:
    """An invented identifier of the portal's form (UUID, version 7), always the same for a unit."""
    digits = hashlib.md5(f"portal|{electronic_id}".encode(), usedforsecurity=False).hexdigest()
    return f"019d0000-{digits[:4]}-7{digits[4:7]}-8{digits[7:10]}-{digits[10:22]}"


def list_places(units: Sequence[Unit]) -> list[Place]:
    """The departments and communes of the sample, in the order of their identifiers."""
    communes = sorted(
        (unit for unit in units if unit.parent_code == PROVINCE_CODE and unit.level == Level.COMMUNE),
        key=lambda unit: (_KIND_ORDER[unit.kind], unit.sort_key, unit.unit_code),
    )
    if not communes:
        raise UsageError(_("the sample needs the communes of the province {code}").format(code=PROVINCE_CODE))
    departments = read_rows("departments.csv")
    return [
        *(_department(number, row) for number, row in enumerate(departments, start=1)),
        *(_commune(number, unit) for number, unit in enumerate(communes)),
    ]


def list_predecessors(units: Sequence[Unit]) -> list[Predecessor]:
    """The former communes that the sample's communes were formed from, a row for each part."""
    names = {unit.unit_code: unit.name for unit in units}
    communes = {unit.unit_code for unit in units if unit.parent_code == PROVINCE_CODE and unit.level == Level.COMMUNE}
    return [
        Predecessor(
            row.old_code, _office(names[row.old_code]), row.new_code, is_whole=row.is_whole, is_main=row.is_main
        )
        for row in load_lineage()
        if row.new_code in communes
    ]


def _office(name: str) -> str:
    """A unit's committee, as reports write it."""
    return f"UBND {name[0].lower()}{name[1:]}"


def read_rows(name: str) -> list[dict[str, str]]:
    """The rows of one of the sample's input tables."""
    with (INPUTS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _department(number: int, row: dict[str, str]) -> Place:
    code = row["electronic_id"]
    return Place(
        unit_no=number,
        unit_code=code,
        electronic_id=code,
        department_id=department_id(code),
        name=row["name"],
        level=Level.DEPARTMENT.value,
        kind="so_nganh",
        area_km2=0.0,
        dossiers_per_month=int(row["dossiers_per_month"]),
        officials=int(row["officials"]),
    )


def _commune(number: int, unit: Unit) -> Place:
    code = f"{PROVINCE_ID}.{FIRST_COMMUNE_NUMBER + number}"
    return Place(
        unit_no=FIRST_COMMUNE_NUMBER + number,
        unit_code=unit.unit_code,
        electronic_id=code,
        department_id=department_id(code),
        name=_office(unit.name),
        level=Level.COMMUNE.value,
        kind=unit.kind,
        area_km2=unit.area_km2 or 0.0,
        dossiers_per_month=0,
        officials=0,
    )
