"""Which figure an address names, and a page of the rows behind it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from dashboards.filters import Filters
from dashboards.pages.unit_card import chosen_unit
from dashboards.view import View
from ioc.catalog.model import Catalog, Indicator
from ioc.errors import UsageError
from ioc.periods import parse_period
from ioc.store.evidence import Evidence, EvidenceRow, PartEvidence, evidence
from ioc.words import gettext as _

PAGE_ROWS = 50


@dataclass(frozen=True)
class EvidencePage:
    """A page of the rows of one part of a figure, with what is known of the figure."""

    indicator: Indicator
    found: Evidence
    part: PartEvidence | None
    """The one whose rows are shown; None where a figure has none."""
    number: int
    """From 1."""

    @property
    def count(self) -> int:
        """How many pages there are, at least one."""
        rows = 0 if self.part is None else self.part.rows
        return max(1, -(-rows // PAGE_ROWS))

    @property
    def rows(self) -> list[EvidenceRow]:
        return [row for row in self.found.rows if self.part is not None and row.part == self.part.part]


def asked_for(view: View, filters: Filters) -> Filters:
    """The same question with unit and period named, whatever the address leaves open."""
    newest = None if filters.period else view.period(filters)
    period = filters.period or (newest.period if newest else None)
    if period is None:
        raise UsageError(_("There are no figures for {period}.").format(period=filters.span or ""))
    return filters.with_(unit=chosen_unit(view, filters), period=period)


def read_page(view: View, asked: Filters) -> EvidencePage:
    """The page that is asked for, or the last one where there are not so many."""
    number = int(asked.page) if asked.page and asked.page.isdecimal() and int(asked.page) else 1
    page = _read_page(view, asked, number)
    return page if number <= page.count else _read_page(view, asked, page.count)


def _read_page(view: View, asked: Filters, number: int) -> EvidencePage:
    found = read_evidence(view, asked, limit=PAGE_ROWS, offset=(number - 1) * PAGE_ROWS)
    part = next((one for one in found.parts if one.part == asked.part), found.parts[0] if found.parts else None)
    return EvidencePage(named_indicator(view, asked), found, part, number)


def read_evidence(view: View, asked: Filters, *, limit: int, offset: int = 0) -> Evidence:
    """The rows behind a figure whose unit and period are named: at most so many of each part."""
    indicator = named_indicator(view, asked)
    if view.stored is None:
        raise UsageError(_("This server has no store whose rows could be read."))
    # temporary relations are made on it, and others ask the snapshot meanwhile
    connection = view.stored.connection.cursor()
    try:
        return evidence(
            replace(view.stored, connection=connection),
            view.scope,
            catalog=_catalog(view),
            indicator=indicator,
            period=parse_period(asked.period or ""),
            unit=asked.unit or "",
            series=asked.series,
            limit=limit,
            offset=offset,
        )
    finally:
        connection.close()


def named_indicator(view: View, filters: Filters) -> Indicator:
    """The indicator of the address with its series; a UsageError where there is none of that name."""
    if filters.indicator is None:
        raise UsageError(_("Choose a figure on the page of a unit: each has a link to its evidence."))
    for indicator in _catalog(view).indicators:
        if indicator.id == filters.indicator:
            return indicator
    words = _("There is no indicator {indicator}; the page of methods names them all.")
    raise UsageError(words.format(indicator=filters.indicator))


def _catalog(view: View) -> Catalog:
    if view.settings.catalog is None:
        raise UsageError(_("The catalogue cannot be read; `ioc check` says why."))
    return view.settings.catalog
