"""Looking into what a callback sends to the browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import dash._utils
from dash.development.base_component import Component

Node = dict[str, Any]
ENCODE: Any = dash._utils.to_json


def as_sent(component: Component) -> Any:
    """A component as the browser is sent it."""
    return json.loads(ENCODE(component))


def walk(tree: Any) -> Iterator[Node]:
    """Every component of an answer, from the outside in."""
    if isinstance(tree, dict):
        if "type" in tree and "props" in tree:
            yield tree
        for value in tree.values():
            yield from walk(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from walk(value)


def with_id(tree: Any, name: Any) -> Node:
    """The component of this id."""
    return next(node for node in walk(tree) if node["props"].get("id") == name)


def with_class(tree: Any, name: str) -> list[Node]:
    """The components that bear a class."""
    return [node for node in walk(tree) if name in str(node["props"].get("className", "")).split()]


def of_type(tree: Any, name: str) -> list[Node]:
    """The components of a type, such as `Tr`."""
    return [node for node in walk(tree) if node["type"] == name]


def words(tree: Any) -> str:
    """All that can be read, in order."""
    return " ".join(_texts(tree)).replace("\u00a0", " ")


def _texts(tree: Any) -> Iterator[str]:
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, list):
        for part in tree:
            yield from _texts(part)
    elif isinstance(tree, dict):
        properties = tree.get("props", {})
        inner = [properties.get("children"), properties.get("tree")] if "props" in tree else tree.values()
        for part in inner:
            yield from _texts(part)


def body_rows(tree: Any) -> list[Node]:
    """The rows of a table's body that hold cells, headings of groups left out."""
    rows = [row for body in of_type(tree, "Tbody") for row in of_type(body, "Tr")]
    return [row for row in rows if of_type(row, "Td")]
