"""The units of a site: those of the country, and the regions that its operator defines."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from ioc.config import Config
from ioc.errors import ConfigError, Problem
from ioc.located_yaml import read_document
from ioc.names import nfc
from ioc.units import REFERENCE, Level, Unit, Units, load_units, resolve_code
from ioc.words import gettext as _

KIND = "vung"
MEMBER_LEVELS = (Level.PROVINCE, Level.COMMUNE, Level.DEPARTMENT)


def read_units(config: Config) -> Units:
    """All units with the site's crosswalks and regions; a ConfigError with every fault of them."""
    return add_regions(load_units(REFERENCE, crosswalks=config.units.crosswalks), config)


def unit_tables(config: Config) -> tuple[Path, ...]:
    """The files that tell the site's units, what they were formed from and how divided ones are shared."""
    shares = config.boundaries.shares
    return (*sorted(REFERENCE.glob("*.csv")), *config.units.crosswalks, *([] if shares is None else [shares]))


def add_regions(units: Units, config: Config) -> Units:
    """The units with the operator's regions; a ConfigError names each one that cannot be, with file and line."""
    problems = list(_problems(units, config))
    if problems:
        raise ConfigError(problems)
    regions = [_region(one.code, one.name) for one in config.regions]
    members = {
        one.code: tuple(dict.fromkeys(units.xref[resolve_code(code)] for code in one.units)) for one in config.regions
    }
    own = {resolve_code(region.unit_code): region.unit_code for region in regions}
    return replace(units, all=(*units.all, *regions), xref={**units.xref, **own}, members=members)


def _region(code: str, name: str) -> Unit:
    return Unit(
        unit_code=code,
        name=nfc(name),
        short_name=nfc(name),
        level=Level.REGION,
        kind=KIND,
        parent_code=None,
        valid_from=None,
        valid_to=None,
        electronic_id=None,
    )


def _problems(units: Units, config: Config) -> Iterator[Problem]:
    if not config.regions:
        return
    document = read_document(config.file)
    for place, region in enumerate(config.regions):
        if resolve_code(region.code) in units.xref:
            message = _("the code {code} is that of the unit {unit}; give the region another one")
            name = units.find(region.code).name
            yield document.problem(("regions", place, "code"), message.format(code=region.code, unit=name))
        for position, code in enumerate(region.units):
            found = units.xref.get(resolve_code(code))
            if found is None or units.by_code[found].level not in MEMBER_LEVELS:
                message = _("{code} is no province, commune or department of today; see data/reference")
                yield document.problem(("regions", place, "units", position), message.format(code=code))
