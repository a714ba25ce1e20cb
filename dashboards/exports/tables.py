"""The tables behind the downloads: exactly the rows that the page of the same address shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any

from dashboards.filters import Filters
from dashboards.pages.data_checks import read_checks
from dashboards.pages.data_loads import read_loads
from dashboards.pages.data_quarantine import read_quarantine
from dashboards.pages.data_sources import is_stale
from dashboards.pages.evidence_asked import asked_for, read_evidence
from dashboards.pages.evidence_parts import EXPORTED_ROWS
from dashboards.pages.index_scores import Ranked, chosen_index, group_nodes, read_ranking, read_tree
from dashboards.pages.overview import read_places
from dashboards.pages.unit_card import chosen_unit, read_channels
from dashboards.pages.unit_figures import read_figures
from dashboards.pages.unit_online import read_breakdown
from dashboards.pages.unit_satisfaction import read_satisfaction
from dashboards.view import View
from ioc.errors import UsageError
from ioc.store import intake_questions
from ioc.store.evidence import EvidenceRow
from ioc.store.intake_questions import LoadRow, QuarantineRow
from ioc.store.questions import PeriodRow, Reading
from ioc.words import gettext as _

Row = Sequence[Any]


@dataclass(frozen=True)
class Table:
    """Named columns and their rows."""

    columns: Sequence[str]
    rows: Sequence[Row]


def readings(view: View, filters: Filters) -> Table:
    """With an indicator: the communes of the unit, as on the map. Without: every indicator of the unit itself."""
    period = _period(view, filters)
    if filters.indicator is None:
        found = read_figures(view, filters, period)
    else:
        found = read_places(
            view, chosen_unit(view, filters), period, filters.indicator, without_small=filters.is_without_small
        )
    columns = (
        "unit_code", "unit_name", "level", "period", "indicator", "series", "numerator", "denominator", "value",
        "measure_unit", "target", "status", "flags", "rank", "of", "previous_value", "last_year_value", "as_of",
        "rank_best", "rank_worst", "compared_previous", "compared_last_year",
    )  # fmt: skip
    return Table(columns, [_reading(view, reading) for reading in found])


def _reading(view: View, one: Reading) -> Row:
    indicator = view.cover.indicators.get(one.indicator)
    measure_unit = indicator.measure_unit if indicator else None
    return (
        one.unit_code, one.unit_name, one.level, one.period, one.indicator, one.series, one.numerator, one.denominator,
        one.value, measure_unit, one.target, one.status, view.flags(one), one.rank, one.rank_of, one.previous_value,
        one.last_year_value, one.as_of, one.rank_best, one.rank_worst, one.compared_previous, one.compared_last_year,
    )  # fmt: skip


def scores(view: View, filters: Filters) -> Table:
    """The tree of one unit: groups and criteria in the order of the screen."""
    index, period = _index(view, filters), _period(view, filters)
    unit = chosen_unit(view, filters)
    columns = (
        "unit_code", "unit_name", "period", "index", "node", "node_name", "kind", "points", "max_points", "lost_points",
        "numerator", "denominator", "basis", "is_inherited", "published_points", "evidence", "legal_source", "flags",
        "as_of",
    )  # fmt: skip
    rows = [
        (
            unit, view.unit_name(unit), period.period, index, node.node, node.name_vi, node.kind, node.points,
            node.max_points, node.lost_points, node.numerator, node.denominator, node.basis, node.is_inherited,
            node.published_points, node.evidence, node.legal_source, view.flags(node), node.as_of,
        )
        for node in read_tree(view, filters, index, period)
        if node.kind != "total"
    ]  # fmt: skip
    return Table(columns, rows)


def ranking(view: View, filters: Filters) -> Table:
    """The communes by the chosen node, with the points of every group beside it."""
    index, period = _index(view, filters), _period(view, filters)
    groups = [group.node for group in group_nodes(view, index)]
    columns = (
        "rank", "of", "unit_code", "unit_name", "period", "index", "node", "points", "max_points", "previous_points",
        "places_gained", "band", "total", *groups, "flags", "as_of",
    )  # fmt: skip
    rows = [_ranked(view, groups, one) for one in read_ranking(view, filters, index, period)]
    return Table(columns, rows)


def _ranked(view: View, groups: Sequence[str], one: Ranked) -> Row:
    score, band = one.score, view.cover.band_of(one.score.index_id, one.total) if one.is_whole else None
    return (
        score.rank, score.rank_of, score.unit_code, score.unit_name, score.period, score.index_id, score.node,
        score.points, score.max_points, score.previous_points, one.moved, band.band if band else None, one.total,
        *(one.groups.get(group) for group in groups), view.flags(score), score.as_of,
    )  # fmt: skip


def breakdown(view: View, filters: Filters) -> Table:
    """Fields, or the procedures of the chosen one, by channel."""
    period = _period(view, filters)
    unit = chosen_unit(view, filters)
    columns = (
        "unit_code", "unit_name", "period", "field_name", "procedure_base", "procedure_name", "received", "online",
        "counter", "postal", "on_time", "judged",
    )  # fmt: skip
    rows = [
        (
            unit, view.unit_name(unit), period.period, one.field_name, one.procedure_base,
            one.name if one.procedure_base else None, one.received, one.online, one.counter, one.postal, one.on_time,
            one.judged,
        )
        for one in read_breakdown(view, filters, period)
    ]  # fmt: skip
    return Table(columns, rows)


def satisfaction(view: View, filters: Filters) -> Table:
    """Petitions and dossiers by field, with the reasons why some are not content."""
    period = _period(view, filters)
    unit = chosen_unit(view, filters)
    columns = (
        "unit_code", "unit_name", "period", "kind", "field_name", "cases", "content", "overdue", "supplements",
        "disliked", "repeated",
    )  # fmt: skip
    rows = [
        (
            unit, view.unit_name(unit), period.period, one.kind, one.part, one.cases, one.content, one.overdue,
            one.supplements, one.disliked, one.repeated,
        )
        for one in read_satisfaction(view, filters, period)
    ]  # fmt: skip
    return Table(columns, rows)


def channels(view: View, filters: Filters) -> Table:
    """Each channel's share over the periods of the chart."""
    period = _period(view, filters)
    columns = ("unit_code", "unit_name", "period", "indicator", "series", "numerator", "denominator", "value")
    rows = [
        (
            one.unit_code, view.unit_name(one.unit_code), one.period, one.indicator, one.series, one.numerator,
            one.denominator, one.value,
        )
        for one in read_channels(view, filters, period)
    ]  # fmt: skip
    return Table(columns, rows)


def sources(view: View, filters: Filters) -> Table:
    """Each source with its freshness, judged now."""
    columns = (
        "source_id", "kind", "freshness", "as_of", "fresh_until", "last_load_at", "rows_in", "loaded", "unchanged",
        "superseded", "quarantined", "failed_loads", "waiting",
    )  # fmt: skip
    rows = [
        (
            one.source_id, one.kind, "stale" if is_stale(view, one) else "fresh", one.as_of, one.fresh_until,
            one.last_load_at, one.rows_in, one.loaded, one.unchanged, one.superseded, one.quarantined, one.failed_loads,
            one.waiting,
        )
        for one in view.cover.sources
    ]  # fmt: skip
    return Table(columns, rows)


def loads(view: View, filters: Filters) -> Table:
    """The history of loads."""
    return _records(LoadRow, read_loads(view, filters))


def quarantine(view: View, filters: Filters) -> Table:
    """The refused rows of the chosen source and reason; their values are harmless already."""
    return _records(QuarantineRow, read_quarantine(view, filters))


def reconciliations(view: View, filters: Filters) -> Table:
    """The comparisons of a period."""
    return _records(intake_questions.Reconciliation, read_checks(view, _period(view, filters)))


def evidence(view: View, filters: Filters) -> Table:
    """The rows behind a figure, with all that is kept of them."""
    found = read_evidence(view, asked_for(view, filters), limit=EXPORTED_ROWS)
    return _records(EvidenceRow, [one for one in found.rows if filters.part in (None, one.part)])


def _records(kind: type[Any], found: Sequence[Any]) -> Table:
    names = tuple(field.name for field in fields(kind))
    return Table(names, [tuple(getattr(one, name) for name in names) for one in found])


def _period(view: View, filters: Filters) -> PeriodRow:
    period = view.period(filters)
    if period is None:
        known = ", ".join(one.period for one in view.cover.periods[:12])
        words = _("No figures for the period {period}. Allowed are: {known}")
        raise UsageError(words.format(period=filters.period or "", known=known))
    return period


def _index(view: View, filters: Filters) -> str:
    index = chosen_index(view, filters)
    if index is None:
        known = ", ".join(dict.fromkeys(name for name, _node in view.cover.nodes))
        raise UsageError(_("No index {index}. Allowed are: {known}").format(index=filters.index or "", known=known))
    return index


Maker = Callable[[View, Filters], Table]

TABLES: MappingProxyType[str, Maker] = MappingProxyType(
    {
        "readings": readings,
        "scores": scores,
        "ranking": ranking,
        "breakdown": breakdown,
        "satisfaction": satisfaction,
        "channels": channels,
        "sources": sources,
        "loads": loads,
        "quarantine": quarantine,
        "reconciliations": reconciliations,
        "evidence": evidence,
    }
)
"""By the name in the address."""
