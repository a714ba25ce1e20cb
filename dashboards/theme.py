"""The colours: tokens for light and for dark, used by the style sheet, the figures and the sparklines."""

from __future__ import annotations

from dataclasses import dataclass, fields
from types import MappingProxyType

FONT = 'system-ui, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, sans-serif'


@dataclass(frozen=True)
class Theme:
    """A token's field name is its name in the style sheet: `ink_muted` is `--ink-muted`.

    The states are Okabe-Ito hues. On white they are darkened until text in them reaches 4.5:1.
    """

    ground: str
    surface: str
    surface_raised: str
    line: str
    grid: str
    ink: str
    ink_muted: str
    accent: str
    accent_soft: str
    header: str
    header_ink: str
    header_ink_muted: str
    on_target: str
    on_target_soft: str
    at_risk: str
    at_risk_soft: str
    off_target: str
    off_target_soft: str
    not_assessed: str
    not_assessed_soft: str
    banner: str
    banner_ink: str


LIGHT = Theme(
    ground="#f3f5f9",
    surface="#ffffff",
    surface_raised="#f8fafc",
    line="#d9e0ea",
    grid="#e6ebf2",
    ink="#16233a",
    ink_muted="#51617a",
    accent="#005a8f",
    accent_soft="#dcebf5",
    header="#0d2b4b",
    header_ink="#ffffff",
    header_ink_muted="#b9cbe0",
    on_target="#00694a",
    on_target_soft="#dcf3ea",
    at_risk="#8a5700",
    at_risk_soft="#fdf0d5",
    off_target="#b03a00",
    off_target_soft="#fde6da",
    not_assessed="#56647a",
    not_assessed_soft="#e9edf3",
    banner="#f0e442",
    banner_ink="#2b2800",
)

DARK = Theme(
    ground="#0b1220",
    surface="#131d2f",
    surface_raised="#1a2740",
    line="#2a3853",
    grid="#233049",
    ink="#eaf0f9",
    ink_muted="#a6b6ce",
    accent="#56b4e9",
    accent_soft="#163450",
    header="#0a1a30",
    header_ink="#ffffff",
    header_ink_muted="#a9bdd6",
    on_target="#2fd0a0",
    on_target_soft="#0f3a33",
    at_risk="#f0b429",
    at_risk_soft="#40320f",
    off_target="#ff8a4c",
    off_target_soft="#47230f",
    not_assessed="#a3b1c6",
    not_assessed_soft="#2a3650",
    banner="#f0e442",
    banner_ink="#2b2800",
)

THEMES = MappingProxyType({"light": LIGHT, "dark": DARK})

STATE_SYMBOLS = MappingProxyType(
    {"on_target": "circle", "at_risk": "triangle-up", "off_target": "square", "not_assessed": "circle-open"}
)
"""Shapes of the states in figures; the style sheet draws the same ones."""


def state_colour(theme: Theme, status: str) -> str:
    """The colour of a state; an unknown one is not assessed."""
    return str(getattr(theme, status if status in STATE_SYMBOLS else "not_assessed"))


def tokens_css() -> str:
    """The tokens as CSS custom properties, light by default and dark by the attribute that Mantine sets."""
    dark = _properties(DARK)
    return f":root{{--font:{FONT};{_properties(LIGHT)}}}[data-mantine-color-scheme=dark]{{{dark}}}"


def _properties(theme: Theme) -> str:
    return "".join(f"--{field.name.replace('_', '-')}:{getattr(theme, field.name)};" for field in fields(theme))
