"""What a commune was formed from at the reform: its former communes, whole or in part."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from dash.development.base_component import Component

from dashboards.components.elements import Element, element
from dashboards.components.panels import panel
from dashboards.filters import Filters
from dashboards.formats import format_date, format_percent
from dashboards.pages.unit_card import chosen_unit, is_known
from dashboards.view import View, nothing
from ioc.store import questions
from ioc.store.questions import LineageRow
from ioc.units import REFORM
from ioc.words import gettext as _


def show_origin(view: View, filters: Filters) -> Component:
    """The former communes by their districts, in one compact card."""
    if not is_known(view, filters):
        return nothing()
    rows = [row for row in read_origin(view, filters) if row.level == "former_commune" or row.extent == "whole"]
    if not rows:
        return nothing()
    rows.sort(key=lambda row: row.parent_name or "")
    districts = [_district(name, list(group)) for name, group in groupby(rows, key=lambda row: row.parent_name)]
    title = _("Formed on {day} from").format(day=format_date(REFORM))
    return panel(title, [element("Ul", districts, "origin")], about=_about(rows), name="origin-panel")


def read_origin(view: View, filters: Filters) -> list[LineageRow]:
    """The former units below a district that the chosen commune took of; none of a province."""
    unit = view.cover.units.get(chosen_unit(view, filters))
    if unit is None or unit.level != "commune":
        return []
    rows = questions.lineage(view.connection, view.scope, unit=unit.unit_code)
    communes = [row for row in rows if row.level == "former_commune"]
    # an island district had no communes
    return communes or [row for row in rows if row.level == "former_district"]


def _district(name: str | None, rows: Sequence[LineageRow]) -> Element:
    units = [element("Li", _words(row), "origin-part" if row.extent == "part" else "") for row in rows]
    return element("Li", [element("Span", name or "", "muted"), element("Ul", units)])


def _words(row: LineageRow) -> str:
    """A former unit, with how much of it came here."""
    if row.extent == "whole":
        return row.unit_name
    if row.share is None:
        return _("{unit} (part)").format(unit=row.unit_name)
    return _("{unit} (part, {share})").format(unit=row.unit_name, share=format_percent(row.share, 0))


def _about(rows: Sequence[LineageRow]) -> str:
    whole = sum(row.extent == "whole" for row in rows)
    words = _("{whole} former communes as a whole, parts of {parts}.").format(whole=whole, parts=len(rows) - whole)
    bases = {row.basis for row in rows if row.extent == "part" and row.basis}
    if not bases:
        return words
    shares = _("Shares of divided communes are estimated by {basis}; figures from before the reform carry them.")
    return f"{words} {shares.format(basis=', '.join(sorted(_basis(basis) for basis in bases)))}"


def _basis(basis: str) -> str:
    """By what shares are estimated, in words."""
    words = {
        "shares": _("the site's own table"),
        "dossiers": _("the dossiers received afterwards"),
        "form_06a": _("the dossiers that form II.06a states afterwards"),
        "area": _("area"),
        "equal": _("equal parts"),
    }
    return words.get(basis, basis)
