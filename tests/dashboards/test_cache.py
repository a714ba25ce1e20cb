"""Answers are kept for a snapshot and a minute, within their room."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from dashboards.app import create_app
from dashboards.cache import HEADER, AnswerCache
from tests.dashboards.conftest import NOW, SETTINGS, Ask
from tests.sample_mart import OneMart, OpenMart


def ask_figures(client: FlaskClient) -> str:
    inputs = [
        {"id": "shell-query", "property": "data", "value": {}},
        {"id": "shell-version", "property": "data", "value": None},
    ]
    body = {
        "output": "overview-figures.children",
        "outputs": {"id": "overview-figures", "property": "children"},
        "inputs": inputs,
        "changedPropIds": ["shell-query.data"],
    }
    return client.post("/_dash-update-component", json=body).headers.get(HEADER, "none")


def test_the_same_question_is_answered_once_a_minute(mart: OpenMart) -> None:
    moment = [NOW]
    client = create_app(OneMart(mart), SETTINGS, clock=lambda: moment[0]).server.test_client()
    assert [ask_figures(client), ask_figures(client)] == ["miss", "hit"]
    moment[0] += timedelta(seconds=61)
    assert ask_figures(client) == "miss"


def test_another_snapshot_is_another_answer(mart: OpenMart) -> None:
    reader = OneMart(mart)
    client = create_app(reader, SETTINGS, clock=lambda: NOW).server.test_client()
    assert ask_figures(client) == "miss"
    reader.mart = OpenMart("ioc-other", datetime(2026, 11, 2), mart.connection)
    assert ask_figures(client) == "miss"


def test_nothing_is_kept_before_the_first_snapshot(mart: OpenMart) -> None:
    client = create_app(OneMart(None), SETTINGS, clock=lambda: NOW).server.test_client()
    assert ask_figures(client) == "none"


def test_another_question_is_another_answer(ask: Ask) -> None:
    first, second = ask("overview-figures"), ask("overview-figures", period="2026-09")
    assert second.headers[HEADER] == "miss"
    assert first.data != second.data


@given(st.lists(st.tuples(st.text(max_size=2), st.binary(max_size=30)), max_size=60))
def test_never_holds_more_than_its_room(puts: list[tuple[str, bytes]]) -> None:
    cache = AnswerCache(max_bytes=100)
    for key, answer in puts:
        cache.put(key, answer)
    kept = [answer for key in {key for key, _ in puts} if (answer := cache.get(key)) is not None]
    assert sum(map(len, kept)) <= 100
    if puts:
        assert cache.get(puts[-1][0]) == puts[-1][1]
