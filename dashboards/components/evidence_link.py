"""From a figure to the rows behind it."""

from __future__ import annotations

from dashboards.components.elements import Children, Element, link
from dashboards.filters import Filters
from ioc.catalog.model import Catalog
from ioc.words import gettext as _

PATH = "/evidence"


def evidence_address(filters: Filters, indicator: str, *, unit: str, period: str, series: str | None) -> str:
    """The address of the rows behind a figure, in the looks that were chosen."""
    kept = Filters(theme=filters.theme, lang=filters.lang)
    return kept.link(PATH, indicator=indicator, unit=unit, period=period, series=series)


def evidence_link(words: Children, address: str, class_name: str = "evidence-link") -> Element:
    """A figure that leads to its rows."""
    return link(words, address, class_name, title=_("The rows behind this figure"))


def criterion_series(catalog: Catalog | None, index: str | None, node: str) -> str | None:
    """From which series a criterion of an index is fed."""
    known = (found for found in (catalog.indices if catalog else ()) if found.id == index)
    return next((found.series_of(node) for found in known), None)
