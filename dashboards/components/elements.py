"""Plain elements: what the browser is sent for a component, without a Python object for every cell.

A page with hundreds of cells costs twenty times less this way than with `dash.html`; large parts use it. In the
browser, whatever no callback can reach is drawn by assets/parts.js as one component: Dash would keep books on every
element.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any, cast

from dash.development.base_component import Component

NAMESPACE = "ioc_parts"
"""Where assets/parts.js registers what it draws."""
HTML, CORE = "dash_html_components", "dash_core_components"
LINK_PROPERTIES = frozenset({"children", "href", "className", "title"})
"""Those of links that parts.js knows; a link with others is left to Dash."""

Element = dict[str, Any]
Child = Element | Component | str | None
Children = Child | Sequence[Child]


@dataclass(frozen=True)
class Column:
    """A column of a table; on a phone its label stands beside each cell."""

    label: str
    class_name: str = ""


def element(kind: str, children: Children = None, class_name: str = "", **properties: Any) -> Element:
    """An HTML element such as `element("Td", "12", "number")`."""
    props: dict[str, Any] = {"children": children, **properties}
    if class_name:
        props["className"] = class_name
    return {"type": kind, "namespace": HTML, "props": props}


def plain(part: Any) -> Any:
    """The same part as it is sent: without Python objects, and what no callback can reach as one component.

    Only children are walked: a component in another property is left to Dash, which then walks everything.
    """
    made, is_free = _sent(part)
    return _drawn([made])[0] if is_free and isinstance(made, dict) else made


def _sent(part: Any) -> tuple[Any, bool]:
    """A part as it is sent, and whether it is free of anything that Dash must know."""
    if isinstance(part, (list, tuple)):
        return _sent_each([_sent(child) for child in part])
    # Dash does not type this one
    made = cast("Any", part).to_plotly_json() if isinstance(part, Component) else part
    if not isinstance(made, dict) or "props" not in made:
        return made, made is None or isinstance(made, (str, int, float))
    inner, is_free = _sent(made["props"].get("children"))
    if is_free and not _needs_no_callback(made):
        is_free, inner = False, _drawn(inner) if isinstance(inner, list) else _drawn([inner])[0]
    return {**made, "props": {**made["props"], "children": inner}}, is_free


def _sent_each(children: Sequence[tuple[Any, bool]]) -> tuple[list[Any], bool]:
    """Children in a row; beside one that Dash must know, its free neighbours are drawn together."""
    if all(is_free for _child, is_free in children):
        return [child for child, _is_free in children], True
    sent: list[Any] = []
    for is_free, run in groupby(children, key=itemgetter(1)):
        parts = [child for child, _is_free in run]
        sent += _drawn(parts) if is_free else parts
    return sent, False


def _drawn(parts: list[Any]) -> list[Any]:
    """Parts that the browser draws as one; mere words need no component."""
    if not any(isinstance(part, (dict, list)) for part in parts):
        return parts
    return [{"type": "Parts", "namespace": NAMESPACE, "props": {"tree": parts}}]


def _needs_no_callback(part: Element) -> bool:
    """An HTML element or a plain link that no callback can name."""
    properties = part["props"]
    if part.get("namespace") == HTML:
        return "id" not in properties
    return part.get("type") == "Link" and part.get("namespace") == CORE and properties.keys() <= LINK_PROPERTIES


def link(words: Children, href: str, class_name: str = "", **properties: Any) -> Element:
    """A link to another view of this application, without loading the page anew."""
    props = {"children": words, "href": href, "className": class_name, **properties}
    return {"type": "Link", "namespace": CORE, "props": props}


def picture(source: str, words: str, class_name: str = "") -> Element:
    """A small picture with a name for assistive technology; nothing without a source."""
    if not source:
        return element("Span", class_name=class_name)
    return element("Img", None, class_name, src=source, alt=words)


def table(columns: Sequence[Column], rows: Sequence[Element], *, caption: str, class_name: str = "") -> Element:
    """A table of rows made by `row`, which scrolls sideways in its frame."""
    head = [element("Th", column.label, column.class_name, scope="col") for column in columns]
    parts = [
        element("Caption", caption, "unseen"),
        element("Thead", element("Tr", head)),
        element("Tbody", list(rows)),
    ]
    return element(
        "Div",
        element("Table", parts, f"table {class_name}".strip()),
        "lean-frame",
        tabIndex="0",
        role="region",
        **{"aria-label": caption},
    )


def row(columns: Sequence[Column], cells: Sequence[Children], class_name: str = "") -> Element:
    """One row; the first cell names it."""
    made = [
        element(
            "Th" if place == 0 else "Td",
            cell,
            column.class_name,
            **({"scope": "row"} if place == 0 else {"data-label": column.label}),
        )
        for place, (column, cell) in enumerate(zip(columns, cells, strict=True))
    ]
    return element("Tr", made, class_name)


def crumbs(steps: Sequence[tuple[str, str | None]], *, label: str) -> Element:
    """Where one is within a drill-down: each step with its address, the last one without."""
    items = [
        element("Li", link(words, href) if href else element("Span", words, **{"aria-current": "page"}))
        for words, href in steps
    ]
    return element("Nav", element("Ol", items), "crumbs", **{"aria-label": label})
