"""Plain elements: what the browser is sent for a component, without a Python object for every cell.

A page with hundreds of cells costs twenty times less this way than with `dash.html`; large parts use it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from dash.development.base_component import Component

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
    return {"type": kind, "namespace": "dash_html_components", "props": props}


def plain(part: Any) -> Any:
    """The same part without Python objects of components, so that it is written to JSON at once.

    Only children are walked: a component in another property is left to Dash, which then walks everything.
    """
    if isinstance(part, (list, tuple)):
        return [plain(child) for child in part]
    # Dash does not type this one
    made = cast("Any", part).to_plotly_json() if isinstance(part, Component) else part
    if not isinstance(made, dict) or "props" not in made:
        return made
    children = made["props"].get("children")
    if children is None or isinstance(children, (str, int, float)):
        return made
    return {**made, "props": {**made["props"], "children": plain(children)}}


def link(words: Children, href: str, class_name: str = "", **properties: Any) -> Element:
    """A link to another view of this application, without loading the page anew."""
    props = {"children": words, "href": href, "className": class_name, **properties}
    return {"type": "Link", "namespace": "dash_core_components", "props": props}


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
