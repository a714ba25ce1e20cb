"""The sample: seeded, deterministic source files of a made-up Hải Phòng, in the real formats.

Communes and their codes are real; every other figure, identifier and person is invented.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from etl.sample.crosswalk import write_crosswalk
from etl.sample.demo_config import HOLDER_KEY_VARIABLE, write_config
from etl.sample.dossiers import write_dossiers
from etl.sample.places import (
    AN_LAO_ONE_STOP,
    FIRST_DAY,
    PHU_LIEN,
    PROVINCE_CODE,
    list_places,
    list_predecessors,
    root_department_id,
)
from etl.sample.portal import write_portal
from etl.sample.registers import write_registers
from etl.sample.statements import write_history, write_statements
from etl.sample.workshop import Recipe, Workshop
from ioc.errors import UsageError
from ioc.units import Unit
from ioc.words import gettext as _

__all__ = [
    "AN_LAO_ONE_STOP",
    "DEFAULT_SEED",
    "HOLDER_KEY_VARIABLE",
    "PHU_LIEN",
    "PROVINCE_CODE",
    "SampleFiles",
    "last_full_month_end",
    "root_department_id",
    "write_config",
    "write_sample",
]

DEFAULT_SEED = 766


@dataclass(frozen=True)
class SampleFiles:
    """Where the sample was written."""

    folder: Path
    as_of: date
    inbox: Path
    dossiers: tuple[Path, ...]
    portal: Path
    """A folder for each period with an answer for each endpoint."""
    periods: tuple[str, ...]
    """Those that the portal answers for."""
    crosswalk: Path
    root_department_id: str


def last_full_month_end(today: date) -> date:
    """The last day of the month before."""
    return today.replace(day=1) - timedelta(days=1)


def write_sample(
    folder: Path, *, as_of: date, units: Sequence[Unit], seed: int = DEFAULT_SEED, scale: float = 1.0
) -> SampleFiles:
    """Writes all source files as they stood at the end of `as_of`; the same arguments give the same bytes.

    `scale` shrinks the number of dossiers; the founding figures are exact at scale 1 only.
    """
    if as_of < FIRST_DAY or scale <= 0:
        message = _("as_of {as_of}, scale {scale}: the sample begins on {first} and needs a scale above 0")
        raise UsageError(message.format(as_of=as_of, scale=scale, first=FIRST_DAY))
    places = list_places(units)
    crosswalk, inbox, portal = folder / "crosswalk.csv", folder / "inbox", folder / "portal"
    workshop = Workshop(Recipe(as_of, seed, scale), places, list_predecessors(units))
    try:
        dossiers = write_dossiers(workshop, inbox / "dossiers")
        write_registers(workshop, inbox)
        write_statements(workshop, inbox)
        write_history(workshop, inbox / "history")
        periods = write_portal(workshop, portal)
    finally:
        workshop.close()
    write_crosswalk(crosswalk, places)
    return SampleFiles(
        folder=folder,
        as_of=as_of,
        inbox=inbox,
        dossiers=tuple(dossiers),
        portal=portal,
        periods=tuple(periods),
        crosswalk=crosswalk,
        root_department_id=root_department_id(),
    )
