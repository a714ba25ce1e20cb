"""What an administrator decides of boundaries: how divided units are apportioned, and regions of one's own."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from ioc.words import gettext as _

Name = Annotated[str, Field(min_length=1)]


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)


class BoundariesSettings(_Settings):
    """By what the figures of a divided former unit are apportioned to the present ones."""

    basis: Literal["dossiers", "area", "shares"] = "dossiers"
    """dossiers: what the successors received in the first 12 months; area: their km²; shares: a table of the site's."""
    shares: Path | None = None
    """CSV of old_code, new_code, share; the shares of each divided unit make 1."""

    @model_validator(mode="after")
    def _shares_where_wanted(self) -> "BoundariesSettings":
        if (self.basis == "shares") != (self.shares is not None):
            raise ValueError(_("basis: shares together with shares: a CSV file, or neither of them"))
        return self


class RegionSettings(_Settings):
    """Provinces, communes or departments that an operator wants to see as one."""

    code: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,35}$")]
    name: Name
    units: tuple[Name, ...]

    @field_validator("units")
    @classmethod
    def _some(cls, units: tuple[str, ...]) -> tuple[str, ...]:
        if not units:
            raise ValueError(_("at least one code of a province, commune or department"))
        return units
