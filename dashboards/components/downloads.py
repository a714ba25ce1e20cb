"""The links that give what is shown as a file."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboards.components.panels import action_link
from dashboards.filters import Filters
from ioc.words import gettext as _


def download_links(filters: Filters, name: str) -> list[Component]:
    """The same rows for programs and for a spreadsheet; what only changes the looks is left out."""
    wanted = filters.with_(theme=None, view=None, kiosk=None)
    href = wanted.link(f"/exports/{name}.csv")
    spreadsheet = f"{href}{'&' if '?' in href else '?'}for=excel"
    return [
        action_link(_("CSV"), href, is_download=True),
        action_link(_("For Excel"), spreadsheet, is_download=True),
    ]
