"""The table of codes of the sample: electronic identifiers and portal ids that no authority gave."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from etl.sample.places import PROVINCE_CODE, PROVINCE_ID, PROVINCE_NAME, Place, root_department_id
from ioc.units import Level

HEADER = ("system", "source_unit_code", "unit_code", "name", "level", "parent_code")
COMMENT = "# DỮ LIỆU MÔ PHỎNG: mã định danh và mã Cổng DVCQG trong tệp này do chương trình đặt ra, không phải mã thật"


def write_crosswalk(path: Path, places: Sequence[Place]) -> None:
    """Writes the codes of the departments and communes; its first line after the header says that they are made up."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(HEADER)
        file.write(COMMENT + "\n")
        table.writerows(_rows(places))


def _rows(places: Sequence[Place]) -> Iterable[tuple[str, ...]]:
    for place in places:
        parent = PROVINCE_CODE if place.level == Level.DEPARTMENT else ""
        described = (place.unit_code, place.name, place.level, parent)
        yield ("electronic_id", place.electronic_id, *described)
        yield ("portal_id", place.department_id, *described)
    yield ("portal_id", root_department_id(), PROVINCE_CODE, PROVINCE_NAME, Level.PROVINCE.value, "")
    yield ("electronic_id", PROVINCE_ID, PROVINCE_CODE, PROVINCE_NAME, Level.PROVINCE.value, "")
