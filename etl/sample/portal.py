"""The portal's answers about the sample's dossiers, one file per period and endpoint."""

from __future__ import annotations

from pathlib import Path

from etl.sample.places import PROVINCE_ID, PROVINCE_NAME, root_department_id
from etl.sample.workshop import Workshop


def write_portal(workshop: Workshop, folder: Path) -> list[str]:
    """Writes `<period>/<endpoint>.json` for every closed month, every quarter and year; returns the periods."""
    workshop.set("province_id", PROVINCE_ID)
    workshop.set("province_name", PROVINCE_NAME)
    workshop.set("root_department_id", root_department_id())
    workshop.run("portal")
    for period, endpoint, body in workshop.answer("portal_answers"):
        path = folder / str(period) / f"{endpoint}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(str(body).encode())
    return [str(period) for (period,) in workshop.rows("select period from period order by kind, period")]
