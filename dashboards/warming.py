"""Opening every page once before anybody else does, so that nobody waits for what is only slow the first time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from dashboards.cache import CALLBACK_PATH
from dashboards.filters import fill_path, read_filters
from dashboards.pages import PAGES
from dashboards.shell import QUERY, VERSION
from dashboards.view import Settings

Question = dict[str, Any]


def warm_up(server: Flask, settings: Settings) -> None:
    """Asks what a browser asks that opens each page of the navigation.

    Dash sets itself up during its first request, and answers another one that comes meanwhile from a half-made state:
    a browser that asks for ten scripts at once would be refused some of them. So this has to end before others ask.
    """
    client = server.test_client()
    client.get("/")
    known: list[Question] = client.get("/_dash-dependencies").get_json()
    for page in PAGES:
        parts = page.navigation(settings)
        if parts is None:
            continue
        path = fill_path(page.PATH, read_filters(parts))
        for question in _questions(known, page.NAME, {**parts, "path": path}):
            _ask(client, question)


def _questions(known: Sequence[Question], page: str, query: Mapping[str, str]) -> Iterator[Question]:
    """The questions of a page's places: those callbacks that hang on the address."""
    values = {str(QUERY): dict(query), str(VERSION): None}
    for callback in known:
        inputs = [(each["id"], each["property"]) for each in callback["inputs"]]
        if callback["output"].startswith(f"{page}-") and all(".".join(each) in values for each in inputs):
            name, attribute = callback["output"].rsplit(".", 1)
            yield {
                "output": callback["output"],
                "outputs": {"id": name, "property": attribute},
                "inputs": [{"id": id_, "property": each, "value": values[f"{id_}.{each}"]} for id_, each in inputs],
                "changedPropIds": [str(QUERY)],
            }


def _ask(client: FlaskClient, question: Question) -> None:
    # a page that fails says so to whoever opens it, and to the log; it is no reason not to serve the others
    client.post(CALLBACK_PATH, json=question)
