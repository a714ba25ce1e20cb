"""What an examination of an installation finds: each thing with why it matters and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How bad a finding is."""

    FINE = "fine"
    WARNING = "warning"
    """Worth a look; the product works."""
    WRONG = "wrong"
    """Something does not work, or will not for long."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    check: str
    verdict: Verdict
    what: str
    why: str = ""
    mend: str = ""

    @property
    def is_wrong(self) -> bool:
        return self.verdict is Verdict.WRONG
