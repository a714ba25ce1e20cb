"""The parts of a figure, whether its rows add up to it, and a page of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from dash.development.base_component import Component

from dashboards.components.downloads import download_links
from dashboards.components.elements import Child, Children, Column, Element, element, link, row, table
from dashboards.components.evidence_link import PATH, criterion_series, evidence_address
from dashboards.components.marks import flag_tags, state_tag
from dashboards.components.method_link import method_link
from dashboards.components.panels import panel
from dashboards.components.states import message
from dashboards.filters import Filters
from dashboards.formats import format_date, format_moment, format_number, format_value, in_language
from dashboards.pages.data_words import series_word
from dashboards.pages.evidence_asked import PAGE_ROWS, EvidencePage
from dashboards.source_names import source_word
from dashboards.view import View
from ioc.store.evidence import EvidenceRow, PartEvidence
from ioc.words import gettext as _

EXPORTED_ROWS = 50_000
"""Of each part, in a file of this page; the command line gives all."""
SHOWN_OF_HASH = 12


def part_word(part: str) -> str:
    """A part of a figure."""
    return {"numerator": _("Numerator"), "denominator": _("Denominator"), "criteria": _("Criteria")}[part]


def channel_word(channel: int | None) -> str:
    """How a dossier came in."""
    return {1: _("at the counter"), 2: _("online"), 3: _("by post")}.get(channel or 0, "")


def figure_panel(view: View, asked: Filters, page: EvidencePage) -> Component:
    """The figure, whose it is, and for each part whether its rows add up to it."""
    reading, indicator = page.found.reading, page.indicator
    value = format_value(reading.value, indicator.measure_unit, indicator.decimals)
    facts: list[tuple[str, str, Children]] = [
        (_("Value"), value, flag_tags(view.flags(reading))),
        *(_part_fact(part) for part in page.found.parts),
        (_("Series"), series_word(reading.series), ""),
        (_("Data as of"), format_moment(reading.as_of), ""),
    ]
    made = [
        element("Div", [element("Dt", name), element("Dd", [element("B", told), element("Span", note)])])
        for name, told, note in facts
    ]
    formula = in_language(indicator.formula.vi, indicator.formula.en)
    return panel(
        _("The figure"), element("Dl", made, "facts"), about=formula, actions=[method_link(indicator.id)], name="figure"
    )


def _part_fact(part: PartEvidence) -> tuple[str, str, Children]:
    counted = _("{n} rows add up to {counted}").format(n=format_number(part.rows), counted=amount(part.counted))
    if part.counted is None:
        counted = _("{n} rows, which do not tell a number").format(n=format_number(part.rows))
    is_equal = part.counted is not None and part.counted == part.stated
    state = state_tag("on_target", _("agrees")) if is_equal else state_tag("not_assessed", _("does not tell"))
    if part.counted is not None and not is_equal:
        state = state_tag("at_risk", _("differs"))
    return part_word(part.part), amount(part.stated), [counted, " ", state]


def amount(value: Decimal | None) -> str:
    """A number with the decimals that it has, at most four."""
    if value is None:
        return "—"
    exponent = value.normalize().as_tuple().exponent
    return format_number(value, min(4, max(0, -exponent)) if isinstance(exponent, int) else 0)


def rows_panel(view: View, asked: Filters, page: EvidencePage) -> Component:
    """A page of the rows of the chosen part, with the way to the other part, the other pages and the file."""
    whole = asked.with_(page=None, part=None, span=None)
    actions = download_links(whole, "evidence")
    name = _("The rows behind it")
    body: list[Child] = [_parts(asked, page), *_missing(page)]
    rows = page.rows
    if not rows:
        body.append(_nothing(page))
        return panel(name, body, actions=actions, name="evidence-rows")
    columns = _columns(view, asked, rows, index=page.indicator.score_index)
    made = [row([one.column for one in columns], [one.cell(line) for one in columns]) for line in rows]
    body += [
        *_rules(rows),
        table([one.column for one in columns], made, caption=name, class_name="evidence"),
        _pages(asked, page),
        *_beyond(asked, page),
    ]
    about = _("No personal data is kept, so none can be shown.")
    return panel(name, body, about=about, actions=actions, name="evidence-rows")


def _parts(asked: Filters, page: EvidencePage) -> Element | None:
    """Numerator and denominator side by side, the chosen one marked."""
    if len(page.found.parts) < 2:
        return None
    items = []
    for one in page.found.parts:
        words = f"{part_word(one.part)} ({format_number(one.rows)})"
        is_here = page.part is not None and one.part == page.part.part
        shown = element("Span", words, "here", **{"aria-current": "page"}) if is_here else None
        items.append(element("Li", shown or link(words, asked.link(PATH, part=one.part, page=None))))
    return element("Nav", element("Ul", items), "evidence-parts", **{"aria-label": _("Parts of the figure")})


def _missing(page: EvidencePage) -> list[Element]:
    if not page.found.missing:
        return []
    words = _("This snapshot was made before snapshots held the rows of: {what}.")
    return [element("P", words.format(what="; ".join(page.found.missing)), "muted")]


def _nothing(page: EvidencePage) -> Component:
    if page.part is not None and page.part.stated is None:
        return message(_("No rows"), _("The figure is unknown, so no row was counted."))
    return message(_("No rows"), _("Nothing was counted here: the figure is zero."))


def _rules(rows: Sequence[EvidenceRow]) -> list[Element]:
    """The one rule that counted all rows of the page; several stand beside their rows."""
    rules = {line.rule for line in rows}
    if len(rules) > 1:
        return []
    return [element("P", [element("B", _("Counted by the rule")), f": {rules.pop()}"], "evidence-rule")]


@dataclass(frozen=True)
class _ShownColumn:
    column: Column
    cell: Callable[[EvidenceRow], Children]


def _columns(view: View, asked: Filters, rows: Sequence[EvidenceRow], *, index: str | None) -> list[_ShownColumn]:
    """What these rows have: dossiers other things than statements of a form or answers of the portal."""

    def has(name: str) -> bool:
        return any(getattr(line, name) is not None for line in rows)

    several_units = {line.unit_code for line in rows} - {asked.unit, None}
    several_rules = len({line.rule for line in rows}) > 1
    columns = [
        (True, Column(_("Dossier or item"), "evidence-item"), _item),
        (bool(several_units), Column(_("Unit")), lambda line: line.unit_name or line.unit_code),
        (several_rules, Column(_("Rule"), "evidence-wide"), lambda line: _rule(view, asked, line, index=index)),
        (has("procedure"), Column(_("Procedure")), lambda line: line.procedure),
        (has("received_at"), Column(_("Received")), lambda line: format_moment(line.received_at)),
        (has("due_until"), Column(_("Due"), ""), lambda line: format_moment(line.due_until)),
        (has("ended_at"), Column(_("Ended")), lambda line: format_moment(line.ended_at)),
        (has("channel"), Column(_("Channel")), lambda line: channel_word(line.channel)),
        (has("day"), Column(_("Day")), lambda line: format_date(line.day)),
        (has("statement") and has("file"), Column(_("States"), "evidence-wide"), lambda line: line.statement),
        (True, Column(_("Counted"), "number"), lambda line: amount(line.counted)),
        (has("file"), Column(_("File and row"), "evidence-file"), lambda line: _file(view, line)),
        (has("loaded_at"), Column(_("Loaded at")), _load),
    ]  # fmt: skip
    return [_ShownColumn(column, cell) for is_shown, column, cell in columns if is_shown]


def _item(line: EvidenceRow) -> Children:
    return line.dossier_code or line.item or line.measure


def _rule(view: View, asked: Filters, line: EvidenceRow, *, index: str | None) -> Children:
    """The rule in words; of a criterion that has rows of its own, the way to them."""
    if line.part != "criteria" or line.item is None or line.statement is None:
        return line.rule
    series = criterion_series(view.settings.catalog, index, line.measure)
    href = evidence_address(asked, line.item, unit=asked.unit or "", period=asked.period or "", series=series)
    return link(line.rule, href)


def _file(view: View, line: EvidenceRow) -> Children:
    place = "" if line.row is None else _("row {n}").format(n=format_number(line.row))
    name = element("Span", line.file, title=f"SHA-256 {line.sha256}" if line.sha256 else "")
    source = source_word(view, line.source) if line.source else ""
    return [element("Div", [name, f" · {place}" if place else None]), element("Div", source, "muted small")]


def _load(line: EvidenceRow) -> Children:
    number = "" if line.load is None else _("load {n}").format(n=line.load)
    return [element("Div", format_moment(line.loaded_at)), element("Div", number, "muted small", title=line.run or "")]


def _pages(asked: Filters, page: EvidencePage) -> Element:
    """Which rows these are, and the neighbouring pages."""
    first = (page.number - 1) * PAGE_ROWS + 1
    total = 0 if page.part is None else page.part.rows
    words = _("Rows {first}–{last} of {all}").format(
        first=format_number(first), last=format_number(first + len(page.rows) - 1), all=format_number(total)
    )
    steps = [
        (page.number > 1, _("First page"), 1),
        (page.number > 1, _("Earlier rows"), page.number - 1),
        (page.number < page.count, _("Further rows"), page.number + 1),
        (page.number < page.count, _("Last page"), page.count),
    ]
    links = [
        link(label, asked.link(PATH, page=None if number == 1 else str(number)), "action")
        for is_there, label, number in steps
        if is_there
    ]
    return element("Nav", [element("Span", words), *links], "evidence-pages", **{"aria-label": _("Pages of rows")})


def _beyond(asked: Filters, page: EvidencePage) -> list[Element]:
    """How to get what a file of this page does not hold."""
    if all(part.rows <= EXPORTED_ROWS for part in page.found.parts):
        return []
    series = f" --series {asked.series}" if asked.series else ""
    command = (
        f"ioc evidence --indicator {asked.indicator} --period {asked.period} --unit {asked.unit}{series} --format csv"
    )
    words = _("The file has the first {n} rows of each part; all of them are given by").format(
        n=format_number(EXPORTED_ROWS)
    )
    return [element("P", [words, " ", element("Code", command)], "muted small")]
