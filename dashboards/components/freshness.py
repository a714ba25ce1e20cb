"""Whether the sources are fresh, and what needs attention."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.components.states import state_mark
from dashboards.formats import format_age, format_moment, format_number
from dashboards.source_names import source_word
from dashboards.view import View
from ioc.store.intake_questions import SourceRow
from ioc.words import gettext as _


@dataclass(frozen=True)
class Concern:
    """One line of the attention list: a state, what is the matter, and where to look."""

    status: str
    words: str
    href: str | None = None


SHOWN = 8
"""How many concerns stand open; the others unfold."""


def attention_list(concerns: Sequence[Concern]) -> Component:
    """What needs somebody; an empty list says that nothing does."""
    if not concerns:
        return html.P([state_mark("on_target"), _("Nothing needs attention.")], className="calm")
    first = html.Ul([_concern(concern) for concern in concerns[:SHOWN]], className="attention")
    others = concerns[SHOWN:]
    if not others:
        return first
    rest = html.Ul([_concern(concern) for concern in others], className="attention")
    words = _("{n} more").format(n=format_number(len(others)))
    return html.Div([first, html.Details([html.Summary(words), rest], className="more")])


def _concern(concern: Concern) -> Component:
    words = dcc.Link(concern.words, href=concern.href) if concern.href else html.Span(concern.words)
    return html.Li([state_mark(concern.status), words])


def source_rows(view: View) -> Component:
    """Each source with the time of its data and whether that is fresh."""
    return html.Ul([_source(row, view) for row in view.cover.sources], className="sources")


def _source(row: SourceRow, view: View) -> Component:
    is_stale = view.is_stale(row.fresh_until) or row.as_of is None
    word = _("stale") if is_stale else _("fresh")
    return html.Li(
        [
            html.Span(source_word(view, row.source_id), className="source-name"),
            html.Span(format_moment(row.as_of), className="source-time", title=format_age(row.as_of, view.now)),
            html.Span(
                [state_mark("at_risk" if is_stale else "on_target"), word],
                className=f"state state-{'at_risk' if is_stale else 'on_target'}",
            ),
        ]
    )
