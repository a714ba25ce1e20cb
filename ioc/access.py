"""Who may see what: every question to the stored data takes a Scope."""

from dataclasses import dataclass
from typing import Self

Units = frozenset[str] | None
"""Unit codes; None means every unit."""


@dataclass(frozen=True)
class Scope:
    """The units whose rows and operational figures (`detail`), and whose published values (`compare`), may be seen.

    Whoever may see a unit in detail may also compare it.
    """

    detail: Units
    compare: Units

    def __post_init__(self) -> None:
        if self.compare is not None:
            widened = None if self.detail is None else self.compare | self.detail
            object.__setattr__(self, "compare", widened)

    @classmethod
    def everything(cls) -> Self:
        """Sees all units."""
        return cls(detail=None, compare=None)

    @classmethod
    def nothing(cls) -> Self:
        """Sees no unit."""
        return cls(detail=frozenset(), compare=frozenset())

    def may_see(self, unit_code: str) -> bool:
        """Whether the unit's rows and operational figures may be shown."""
        return self.detail is None or unit_code in self.detail

    def may_compare(self, unit_code: str) -> bool:
        """Whether the unit's name, rank and published values may be shown."""
        return self.compare is None or unit_code in self.compare
