"""The select of one unit among the site and its communes."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboards.components.filter_bar import Option, filter_select
from dashboards.view import View
from ioc.words import gettext as _


def site_unit_select(view: View, chosen: str) -> Component:
    """The whole site first, then its communes by the Vietnamese alphabet; another chosen unit stays choosable."""
    units = view.cover.units.values()
    communes = [unit for unit in units if unit.level == "commune" and unit.parent_code == view.site_unit]
    options = [Option(view.site_unit, view.unit_name(view.site_unit))]
    options += [Option(unit.unit_code, unit.name) for unit in communes]
    if all(option.value != chosen for option in options):
        options.append(Option(chosen, view.unit_name(chosen)))
    return filter_select("unit", _("Unit"), options, chosen)
