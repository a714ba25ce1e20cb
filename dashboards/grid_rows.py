"""`/rows/<name>.json`: the rows of a long grid that its page does not send at once, under the address of the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from flask import Flask, Response, jsonify, request

from dashboards.filters import Filters, read_filters
from dashboards.pages.data_checks import NAME as CHECKS
from dashboards.pages.data_checks import rest_of_checks
from dashboards.view import Desk, View
from ioc.words import use_language

Maker = Callable[[View, Filters], Sequence[Mapping[str, Any]]]
GRIDS: Mapping[str, Maker] = MappingProxyType({CHECKS: rest_of_checks})
"""By the name in the address."""


def register(server: Flask, desk: Desk) -> None:
    """Adds the rows to the server; a grid that nobody knows has none, and neither has a store without a snapshot."""

    @server.get("/rows/<name>.json")
    def rows(name: str) -> Response:
        filters, maker = read_filters(request.args), GRIDS.get(name)
        with use_language(filters.lang or desk.settings.language):
            found = [] if maker is None else _read(desk, maker, filters)
        answer = jsonify({"rows": found})
        answer.headers["Cache-Control"] = "no-store"
        return answer


def _read(desk: Desk, maker: Maker, filters: Filters) -> Sequence[Mapping[str, Any]]:
    """Through the scope of whoever asks."""
    view = desk.view()
    if view is None:
        return []
    try:
        return maker(view, filters)
    finally:
        view.connection.close()
