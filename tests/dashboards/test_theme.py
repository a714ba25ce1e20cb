"""Text can be read on its ground in both themes (WCAG 2.2 AA)."""

import pytest

from dashboards.theme import DARK, LIGHT, STATE_SYMBOLS, Theme, tokens_css

TEXT_RATIO, GRAPHIC_RATIO = 4.5, 3.0


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("status", list(STATE_SYMBOLS))
def test_states_can_be_read(theme: Theme, status: str) -> None:
    ink = getattr(theme, status)
    assert contrast(ink, theme.surface) >= TEXT_RATIO
    assert contrast(ink, getattr(theme, f"{status}_soft")) >= TEXT_RATIO


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_text_can_be_read(theme: Theme) -> None:
    pairs = [
        (theme.ink, theme.surface),
        (theme.ink, theme.ground),
        (theme.ink_muted, theme.surface),
        (theme.ink_muted, theme.ground),
        (theme.accent, theme.surface),
        (theme.accent, theme.accent_soft),
        (theme.header_ink, theme.header),
        (theme.header_ink_muted, theme.header),
        (theme.banner_ink, theme.banner),
        (theme.surface, theme.off_target),
    ]
    assert [pair for pair in pairs if contrast(*pair) < TEXT_RATIO] == []
    assert contrast(theme.accent, theme.grid) >= GRAPHIC_RATIO


def test_the_style_sheet_gets_every_token_of_both_themes() -> None:
    css = tokens_css()
    assert css.count("--off-target-soft:") == 2
    assert LIGHT.ink in css
    assert DARK.ink in css
