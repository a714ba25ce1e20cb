"""A worker opens every page before it serves anybody."""

from __future__ import annotations

from flask import Flask, Response, request

from dashboards.app import create_app
from dashboards.cache import CALLBACK_PATH
from dashboards.warming import warm_up
from tests.dashboards.conftest import NOW, SETTINGS
from tests.sample_mart import OneMart, OpenMart


def note_places(server: Flask) -> dict[str, bytes]:
    """What each place of a page is answered with, from now on."""
    answers: dict[str, bytes] = {}

    def note(answer: Response) -> Response:
        if request.path == CALLBACK_PATH:
            answers[request.get_json()["output"]] = answer.get_data()
        return answer

    server.after_request(note)
    return answers


def test_every_page_has_been_asked_when_the_first_visitor_comes(mart: OpenMart) -> None:
    server = create_app(OneMart(mart), SETTINGS, clock=lambda: NOW).server
    answers = note_places(server)
    warm_up(server, SETTINGS)
    places = {name.split("-")[0] for name in answers}
    assert places == {"overview", "index", "unit", "data", "method"}
    assert all(b'"props"' in answer for answer in answers.values())


def test_an_empty_store_does_not_hinder_serving() -> None:
    server = create_app(OneMart(None), SETTINGS, clock=lambda: NOW).server
    warm_up(server, SETTINGS)
    assert server.test_client().get("/").status_code == 200


def test_scripts_are_served_to_whoever_comes_first(mart: OpenMart) -> None:
    server = create_app(OneMart(mart), SETTINGS, clock=lambda: NOW).server
    warm_up(server, SETTINGS)
    # Dash knows its scripts by the page that names them: a worker that has not shown it would refuse them
    script = server.test_client().get("/_dash-component-suites/plotly/package_data/plotly.min.js")
    assert script.status_code == 200
