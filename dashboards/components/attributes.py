"""Attributes whose names Python cannot write."""

from __future__ import annotations

from typing import Any


def aria(**values: str) -> dict[str, Any]:
    """`aria(label="Kỳ")` for `aria-label`: what assistive technology is told."""
    return {f"aria-{name}": value for name, value in values.items()}


def data(**values: str) -> dict[str, Any]:
    """`data(moment=…)` for `data-moment`: what the browser's script reads."""
    return {f"data-{name}": value for name, value in values.items()}
