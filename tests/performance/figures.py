"""What a measurement prints: a ratio to a floor of the same run, and the limit that it must not pass."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One ratio; without a limit it is only stated."""

    name: str
    ratio: float
    limit: float | None
    detail: str

    @property
    def is_over(self) -> bool:
        return self.limit is not None and self.ratio > self.limit

    def __str__(self) -> str:
        limit = "no limit yet" if self.limit is None else f"limit {self.limit:g}×"
        return f"{'OVER' if self.is_over else 'ok':4}  {self.ratio:7.2f}×  ({limit})  {self.name}: {self.detail}"
