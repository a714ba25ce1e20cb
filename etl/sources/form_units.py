"""Units by their exact names, for reports that carry no codes: within the site, where only one bears the name."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final

from ioc.names import nfc, sort_key
from ioc.units import REFERENCE, Unit, Units, load_units

_OFFICE: Final = re.compile(
    r"(?:(?:đơn vị(?: báo cáo)?|tên đơn vị|cơ quan)\s*:\s*)?(?:hđnd và\s+|hội đồng nhân dân và\s+)?"
    r"(?:(?:ubnd|[uủ][yỷ] ban nhân dân|ủy ban nhân dân|uỷ ban nhân dân)\s+)?"
    r"(?:(?:trung tâm (?:phục vụ hành chính công|pvhcc)|ttpvhcc|bộ phận (?:một cửa|tiếp nhận và trả kết quả))\s+"
    r"(?:của\s+)?)?",
    re.IGNORECASE,
)
_WITHIN: Final = re.compile(r"\s*(?:[-–,]|\()\s*(?:tỉnh|thành phố|tp\.?|t\.)\s.*$", re.IGNORECASE)
_SHORT_KINDS: Final = (
    (re.compile(r"^x\.\s*", re.IGNORECASE), "Xã "),
    (re.compile(r"^p\.\s*", re.IGNORECASE), "Phường "),
    (re.compile(r"^tp\.?\s+", re.IGNORECASE), "Thành phố "),
    (re.compile(r"^đk\.\s*", re.IGNORECASE), "Đặc khu "),
)


@dataclass(frozen=True)
class SiteUnits:
    """The names of the site's unit and of those below it."""

    by_name: Mapping[str, str] = field(default_factory=dict)
    """Unit code by name in one spelling; names that two units bear are not in it."""
    root: str = ""
    """The site's own unit."""
    short_names: frozenset[str] = frozenset()
    """Names without the word for the kind: they decide nothing, but are no people's names."""

    def find(self, name: str) -> str | None:
        """The unit that bears exactly this name, wherever the tone mark stands and whatever office it names."""
        return self.by_name.get(name_key(name)) if name else None

    def is_short_name(self, name: str) -> bool:
        """Whether a text is a unit's name without its kind."""
        return name_key(name) in self.short_names


def load_site_units(root: str, crosswalks: tuple[Path, ...]) -> SiteUnits:
    """The names within a site; its unit may be given by a code of any system."""
    return _load(root, crosswalks)


@lru_cache(maxsize=4)
def _load(root: str, crosswalks: tuple[Path, ...]) -> SiteUnits:
    units = load_units(REFERENCE, crosswalks=crosswalks)
    return site_units(units, units.find(root).unit_code)


def site_units(units: Units, root: str) -> SiteUnits:
    """The names of a unit and of all that are below it today."""
    found: dict[str, set[str]] = {}
    below = list(_below(units, root))
    for unit in below:
        found.setdefault(name_key(unit.name), set()).add(unit.unit_code)
    by_name = {name: next(iter(codes)) for name, codes in found.items() if len(codes) == 1}
    return SiteUnits(by_name, root, frozenset(name_key(unit.short_name) for unit in below))


def _below(units: Units, root: str) -> Iterator[Unit]:
    yield units.by_code[root]
    for child in units.children(root):
        if not child.is_former:
            yield from _below(units, child.unit_code)


@lru_cache(maxsize=20_000)
def name_key(name: str) -> str:
    """A unit's name in one spelling: no office before it, no province behind it, the kind in full."""
    text = _WITHIN.sub("", " ".join(nfc(name).split()))
    text = _OFFICE.sub("", text, count=1).strip(" :.-–")
    for short, full in _SHORT_KINDS:
        text = short.sub(full, text)
    return sort_key(text)
