"""What is sent for a part of a page: components that callbacks name, and everything between them as one."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from dashboards.components.elements import element, plain
from tests.component_tree import walk, words


def known_to_dash(sent: Any) -> list[str]:
    """The types that Dash keeps books on: those outside of the trees that the browser draws by itself."""
    if isinstance(sent, list):
        return [name for child in sent for name in known_to_dash(child)]
    if not isinstance(sent, dict):
        return []
    return [sent["type"], *known_to_dash(sent["props"].get("children"))]


def test_a_table_of_a_thousand_cells_is_one_component() -> None:
    rows = [html.Tr([html.Td(str(number)) for number in range(10)]) for _row in range(100)]
    sent = plain(html.Table([html.Caption("Bảng"), html.Tbody(rows)]))
    assert known_to_dash(sent) == ["Parts"]
    assert len([node for node in walk(sent) if node["type"] == "Td"]) == 1000


def test_what_a_callback_can_name_is_left_to_dash_with_its_neighbours_drawn_together() -> None:
    sent = plain(html.Div([html.B("một"), html.P("hai"), html.Div("năm", id="named"), html.I("ba"), "bốn"]))
    assert known_to_dash(sent) == ["Div", "Parts", "Div", "Parts"]
    assert words(sent) == "một hai năm ba bốn"


def test_components_other_than_plain_html_are_left_to_dash() -> None:
    sent = plain(html.Section([html.H2("Kỳ"), html.Div(dmc.Select(label="Kỳ")), html.P("hết")]))
    assert known_to_dash(sent) == ["Section", "Parts", "Div", "Select", "Parts"]


def test_a_plain_link_is_drawn_and_one_with_more_to_it_is_left_to_dash() -> None:
    assert known_to_dash(plain(dcc.Link("Về", href="/", className="action"))) == ["Parts"]
    assert known_to_dash(plain(dcc.Link("Về", href="/", target="_blank"))) == ["Link"]


def test_words_alone_need_no_component() -> None:
    assert plain(html.Div(["một", None, "hai"], id="named"))["props"]["children"] == ["một", None, "hai"]
    assert plain("một") == "một"


def test_cells_of_several_parts_keep_their_order() -> None:
    sent = plain(element("Td", [element("B", "5,88"), "trên", element("Span", "6")]))
    assert words(sent) == "5,88 trên 6"
