"""How is each figure defined, counted, judged and scored? Generated from the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash import Dash, Output, html
from dash.development.base_component import Component

from dashboards.components.elements import Children, Column, Element, element, row, table
from dashboards.components.states import message
from dashboards.filters import Filters
from dashboards.formats import (
    evidence_word,
    format_change,
    format_date,
    format_number,
    format_value,
    in_language,
    measure_unit_word,
)
from dashboards.pages.method_words import Explanation, explanations
from dashboards.pages.unit_figures import GROUPS, group_word
from dashboards.shell import QUERY, VERSION
from dashboards.view import Desk, Settings, View
from ioc.catalog.model import Catalog, Criterion, Index, Indicator, IndicatorSeries, Measure, Target, Text
from ioc.words import gettext as _

NAME = "method"
PATH = "/method"
ANCHORED = "anchored"


@dataclass(frozen=True)
class Scored:
    """A criterion that is fed by an indicator, and its index."""

    index: Index
    criterion: Criterion


def title() -> str:
    return _("Method")


def navigation(settings: Settings) -> dict[str, str] | None:
    return {}


def layout(**query: Any) -> Component:
    """One place that fills by itself."""
    parts = [html.H1(title(), className="unseen"), html.Div(id=f"{NAME}-body")]
    return html.Div(parts, className="page page-method-body")


def register(app: Dash, desk: Desk) -> None:
    """The one callback of the page."""

    def fill(query: Mapping[str, Any] | None, _version: Any) -> Element:
        return desk.show(query or {}, show_method)

    app.callback(Output(f"{NAME}-body", "children"), QUERY, VERSION, prevent_initial_call=True)(fill)


def show_method(view: View, filters: Filters) -> Any:
    """The whole page; everything on it can be found by words and reached by an address."""
    catalog = view.settings.catalog
    if catalog is None:
        return message(_("No method to show"), _("The catalogue cannot be read; `ioc check` says why."))
    groups = _grouped(catalog.indicators)
    return element(
        "Div",
        [
            _head(catalog, groups),
            *(_explained(found) for found in explanations()),
            *(_group(catalog, group, found) for group, found in groups.items()),
            *(_pack(index) for index in catalog.indices),
        ],
        "method",
    )


def _grouped(indicators: Iterable[Indicator]) -> dict[str, list[Indicator]]:
    """By theme in the order of the screens; within each in that of the catalogue."""
    found: dict[str, list[Indicator]] = {}
    for indicator in sorted(indicators, key=lambda one: (group_place(one.group), one.number)):
        # themes without a word of their own share one
        key = indicator.group if indicator.group in GROUPS else "other"
        found.setdefault(key, []).append(indicator)
    return found


def group_place(group: str) -> int:
    """The place of a theme; the unknown ones come last."""
    return GROUPS.index(group) if group in GROUPS else len(GROUPS)


def _head(catalog: Catalog, groups: Mapping[str, Sequence[Indicator]]) -> Element:
    said = _(
        "{indicators} indicators, {indices} indices; generated from the catalogue that the figures are counted by."
    )
    search = element(
        "Input",
        type="search",
        className="method-search",
        placeholder=_("Find an indicator, a rule, a document…"),
        **{"aria-label": _("Find on this page")},
    )
    places = [
        *((found.anchor, found.title) for found in explanations()),
        *((f"group-{group}", group_word(group)) for group in groups),
        *((index.id, words(index.name)) for index in catalog.indices),
    ]
    items = [element("Li", element("A", name, href=f"#{anchor}")) for anchor, name in places]
    return element(
        "Section",
        [
            element("H2", _("How the figures are made")),
            element("P", said.format(indicators=len(catalog.indicators), indices=len(catalog.indices)), "panel-about"),
            search,
            element("P", _("Nothing on this page has these words."), "method-none", hidden=True, role="status"),
            element("Nav", element("Ul", items), "method-places", **{"aria-label": _("On this page")}),
        ],
        "panel method-head",
    )


def anchor(name: str) -> Element:
    """A place that `#name` leads to; an id would make Dash keep books on it."""
    return element("A", None, ANCHORED, name=name)


def _explained(found: Explanation) -> Element:
    example = element("P", [element("B", _("Example")), f": {found.example}"], "method-example")
    return element(
        "Section",
        [anchor(found.anchor), element("H2", found.title), *(element("P", rule) for rule in found.rules), example],
        "panel method-entry",
    )


def _group(catalog: Catalog, group: str, indicators: Sequence[Indicator]) -> Element:
    measures = {measure.id: measure for measure in catalog.measures}
    entries = [_indicator(found, measures, _scored(catalog.indices, found)) for found in indicators]
    return element(
        "Section", [anchor(f"group-{group}"), element("H2", group_word(group)), *entries], "panel method-group"
    )


def _scored(indices: Iterable[Index], indicator: Indicator) -> list[Scored]:
    return [
        Scored(index, criterion)
        for index in indices
        for group in index.groups
        for criterion in group.criteria
        if criterion.indicator == indicator.id
    ]


def _indicator(indicator: Indicator, measures: Mapping[str, Measure], scored: Sequence[Scored]) -> Element:
    code = element("Code", indicator.id)
    head = element("H3", [element("A", words(indicator.name), href=f"#{indicator.id}"), " ", code])
    facts = [*_meaning(indicator), *_sources(indicator, measures), *_judgement(indicator), *_points(scored)]
    return element("Article", [anchor(indicator.id), head, _facts(facts)], "method-entry")


def _facts(facts: Iterable[tuple[str, Children]]) -> Element:
    parts = [part for name, value in facts for part in (element("Dt", name), element("Dd", value))]
    return element("Dl", parts, "method-facts")


def _meaning(indicator: Indicator) -> Iterator[tuple[str, Children]]:
    yield _("Formula"), words(indicator.formula)
    yield _("Counted in"), measure_unit_word(indicator.measure_unit)
    yield _("Founded on"), f"{words(indicator.legal_source)} ({evidence_word(str(indicator.evidence))})"


def _sources(indicator: Indicator, measures: Mapping[str, Measure]) -> Iterator[tuple[str, Children]]:
    if indicator.score_index:
        yield _("Series"), _("Points of the index {index}").format(index=indicator.score_index)
    for place, series in enumerate(indicator.series, start=1):
        yield _("Series {n}: {name}").format(n=place, name=series_word(series.id)), _parts(series, measures)


def _parts(series: IndicatorSeries, measures: Mapping[str, Measure]) -> str:
    numerator, denominator = (
        " + ".join(words(measures[name].name) for name in names) for names in (series.numerator, series.denominator)
    )
    return f"{numerator} / {denominator}" if denominator else numerator


def _judgement(indicator: Indicator) -> Iterator[tuple[str, Children]]:
    yield _("Better is"), direction_word(str(indicator.direction))
    if any(series.denominator for series in indicator.series):
        yield _("If the denominator is 0"), zero_word(str(indicator.zero))
    if indicator.target is not None:
        yield _("Target"), _target(indicator, indicator.target)


def _target(indicator: Indicator, target: Target) -> str:
    sign = "≥" if str(indicator.direction) == "up" else "≤"
    value = format_value(target.value, indicator.measure_unit, 2 if (target.value * 100) % 1 else 0)
    due = _(" by {day}").format(day=format_date(target.due)) if target.due else ""
    within = format_change(target.at_risk_within, indicator.measure_unit, 0)
    risk = _("at risk up to {within} short of it").format(within=within)
    return f"{sign} {value}{due}: {words(target.source)} ({evidence_word(str(target.status))}); {risk}"


def _points(scored: Sequence[Scored]) -> Iterator[tuple[str, Children]]:
    if scored:
        yield _("Scored in"), element("Ul", [element("Li", _score_line(one)) for one in scored])


def _score_line(one: Scored) -> list[Element | str | Component | None]:
    criterion = one.criterion
    said = _("criterion {node}, {points} points: {rule}").format(
        node=criterion.node, points=format_number(criterion.max_points, 2), rule=words(criterion.rule_text)
    )
    return [element("A", words(one.index.name), href=f"#{one.index.id}"), f": {said}"]


def _pack(index: Index) -> Element:
    valid = _("from {day}").format(day=format_date(index.valid_from))
    if index.valid_to:
        valid = _("{from_day} to {to_day}").format(
            from_day=format_date(index.valid_from), to_day=format_date(index.valid_to)
        )
    facts: list[tuple[str, Children]] = [
        (_("Version"), f"{index.version} ({evidence_word(str(index.evidence))})"),
        (_("In force"), valid),
        (_("Legal source"), words(index.legal_source)),
        (_("Points"), format_number(index.max_points)),
    ]
    if index.bands:
        facts.append((_("Bands"), "; ".join(_band_words(index))))
    if index.changelog:
        facts.append((_("Changes"), element("Ul", [element("Li", line) for line in _changes(index)])))
    parts = [anchor(index.id), element("H2", words(index.name)), _facts(facts), _criteria(index)]
    return element("Section", parts, "panel method-entry")


def _band_words(index: Index) -> Iterator[str]:
    for band in index.bands:
        said = _("{band} from {points}")
        yield said.format(band=words(band.name), points=format_number(band.from_points))


def _changes(index: Index) -> Iterator[str]:
    for revision in index.changelog:
        yield f"{revision.version}, {format_date(revision.since)}: {words(revision.what)}"


def _criteria(index: Index) -> Element:
    columns = [
        Column(_("Criterion")),
        Column(_("Rule")),
        Column(_("Points"), "number"),
        Column(_("Founded on")),
    ]
    rows = [
        row(
            columns,
            [
                f"{criterion.node} {words(criterion.name)}",
                words(criterion.rule_text),
                format_number(criterion.max_points, 2),
                f"{criterion.legal_source} ({evidence_word(str(criterion.evidence))})",
            ],
        )
        for group in index.groups
        for criterion in group.criteria
    ]
    return table(columns, rows, caption=words(index.name), class_name="method-criteria")


def words(text: Text) -> str:
    """A text of the catalogue in the reader's language."""
    return in_language(text.vi, text.en)


def direction_word(direction: str) -> str:
    """Which way is better."""
    return {"up": _("higher"), "down": _("lower")}.get(direction, _("neither: the figure only informs"))


def zero_word(policy: str) -> str:
    """What a rate is when its denominator is zero."""
    known = {"zero": _("0 %"), "full": _("100 %")}
    return known.get(policy, _("no value, which is not 0 %"))


def series_word(series: str) -> str:
    """Where a series' figures come from."""
    known = {
        "dossiers": _("own dossiers"),
        "portal": _("published by the national portal"),
        "form_06a": _("form II.06a"),
        "certificates": _("register of certificates"),
        "documents": _("document reports"),
        "edxml": _("messages of the document axis"),
        "petitions": _("register of petitions"),
        "plan": _("plan of tasks"),
        "reported": _("reported figures"),
        "reported_rate": _("reported rates"),
        "quality": _("the data themselves"),
    }
    return known.get(series, series)
