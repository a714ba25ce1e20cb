"""The registers: certificates, staff and procedures, in the columns of the templates."""

from __future__ import annotations

from pathlib import Path

from etl.sample.places import PHU_LIEN
from etl.sample.workshop import Workshop


def write_registers(workshop: Workshop, folder: Path) -> None:
    """Writes the three registers into their folders below the inbox."""
    day = workshop.recipe.as_of.isoformat()
    workshop.set("fully_certified", PHU_LIEN)
    workshop.run("registers")
    workshop.copy_table("certificate_rows", folder / "certificates" / f"chung-thu-so-{day}.csv")
    workshop.copy_table("staff_rows", folder / "staff" / "staff.csv")
    workshop.copy_table("procedure_rows", folder / "procedures" / "procedures.csv")
