"""From a figure to how it is made."""

from __future__ import annotations

from dash import dcc
from dash.development.base_component import Component

from ioc.words import DEFAULT_LANGUAGE, current_language
from ioc.words import gettext as _


def method_link(anchor: str) -> Component:
    """A link to a place on the method page, such as an indicator's, in the reader's language."""
    language = current_language()
    query = "" if language == DEFAULT_LANGUAGE else f"?lang={language}"
    found: Component = dcc.Link(_("How it is counted"), href=f"/method{query}#{anchor}", className="action")
    return found
