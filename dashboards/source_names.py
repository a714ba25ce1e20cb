"""How a source is called: by its kind, and by its own name where several are of one kind."""

from __future__ import annotations

from dashboards.components.elements import Children, element
from dashboards.formats import source_kind_word
from dashboards.view import View


def source_word(view: View, source: str) -> str:
    """`Biểu II.06a`, or `Biểu II.06a (history)` beside another of the kind; its own name where it is not known."""
    kinds = {row.source_id: row.kind for row in view.cover.sources}
    kind = kinds.get(source)
    if kind is None:
        return source
    is_alone = sum(other == kind for other in kinds.values()) == 1
    return source_kind_word(kind) if is_alone else f"{source_kind_word(kind)} ({source})"


def source_cell(view: View, source: str) -> Children:
    """The name of a source over the one it has in the configuration, which is said once."""
    words = source_word(view, source)
    own = None if f"({source})" in words else element("Div", source, "muted small")
    return [element("B", words), own]
