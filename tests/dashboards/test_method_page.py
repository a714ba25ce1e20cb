"""The method page tells of every figure how it is defined, counted, judged and scored, in both languages."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from dashboards.app import create_app
from dashboards.components.method_link import method_link
from dashboards.pages import method
from dashboards.view import Desk
from ioc.catalog.load import load_catalog
from ioc.catalog.model import Catalog
from ioc.words import use_language
from tests.component_tree import as_sent, walk
from tests.dashboards.conftest import NOW, SETTINGS
from tests.sample_mart import PROJECT, OneMart

SENT_BYTES = 450_000
"""Before compression, which makes a tenth of it."""


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(PROJECT / "data" / "catalog", indices=("qd766_portal_2026", "dti_commune_template"))


@pytest.fixture
def shown(reader: OneMart, catalog: Catalog) -> Callable[..., Any]:
    """The page as the browser is sent it."""
    desk = Desk(reader, replace(SETTINGS, catalog=catalog), clock=lambda: NOW)
    return lambda **query: desk.show(query, method.show_method)


def texts(tree: Any) -> Iterator[str]:
    """Every word that is shown."""
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, list):
        for child in tree:
            yield from texts(child)
    elif isinstance(tree, dict) and "props" in tree:
        yield from texts(tree["props"].get("children"))
        yield from texts(tree["props"].get("tree"))


def elements_of(tree: Any, kind: str) -> list[dict[str, Any]]:
    return [node for node in walk(tree) if node["type"] == kind]


def test_every_indicator_and_index_has_a_place_that_an_address_can_name(
    shown: Callable[..., Any], catalog: Catalog
) -> None:
    names = [node["props"]["name"] for node in elements_of(shown(), "A") if "name" in node["props"]]
    assert len(names) == len(set(names))
    assert {indicator.id for indicator in catalog.indicators} <= set(names)
    assert {index.id for index in catalog.indices} <= set(names)


def test_every_link_within_the_page_leads_to_one_of_its_places(shown: Callable[..., Any]) -> None:
    anchors = elements_of(shown(), "A")
    places = {f"#{node['props']['name']}" for node in anchors if "name" in node["props"]}
    links = {node["props"]["href"] for node in anchors if "href" in node["props"]}
    assert links
    assert links <= places


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_an_indicator_is_defined_in_the_readers_language(
    shown: Callable[..., Any], catalog: Catalog, lang: str
) -> None:
    indicator = next(found for found in catalog.indicators if found.id == "overdue_completed_rate")
    measures = {measure.id: measure for measure in catalog.measures}
    articles = elements_of(shown(lang=lang), "Article")
    article = next(one for one in articles if indicator.id in texts(one))
    said = " ".join(texts(article))
    assert indicator.target is not None
    for text in (indicator.name, indicator.formula, indicator.legal_source, indicator.target.source):
        assert getattr(text, lang) in said
    for series in indicator.series:
        for name in (*series.numerator, *series.denominator):
            assert getattr(measures[name].name, lang) in said


def test_a_scored_indicator_names_the_criterion_its_points_and_rule(
    shown: Callable[..., Any], catalog: Catalog
) -> None:
    index = catalog.indices[0]
    criterion = next(one for group in index.groups for one in group.criteria if one.indicator)
    article = next(one for one in elements_of(shown(), "Article") if criterion.indicator in texts(one))
    said = " ".join(texts(article))
    assert index.name.vi in said
    assert criterion.rule_text.vi in said


def test_an_index_tells_its_changes_bands_and_criteria(shown: Callable[..., Any], catalog: Catalog) -> None:
    said = " ".join(texts(shown()))
    for index in catalog.indices:
        for revision in index.changelog:
            assert revision.what.vi in said
        for band in index.bands:
            assert band.name.vi in said
        for group in index.groups:
            for criterion in group.criteria:
                assert criterion.name.vi in said


def test_boundaries_ranks_and_forecast_have_an_example_each(shown: Callable[..., Any]) -> None:
    sections = elements_of(shown(), "Section")
    for anchor in ("boundaries", "ranks", "forecast"):
        section = next(
            one for one in sections if any(node["props"].get("name") == anchor for node in elements_of(one, "A"))
        )
        assert "Ví dụ" in texts(section)


def test_the_browser_is_sent_one_component(shown: Callable[..., Any]) -> None:
    sent = shown()
    assert (sent["type"], sent["namespace"]) == ("Parts", "ioc_parts")
    assert len(json.dumps(sent, ensure_ascii=False).encode()) < SENT_BYTES


def test_without_a_catalogue_the_page_says_so(reader: OneMart) -> None:
    desk = Desk(reader, SETTINGS, clock=lambda: NOW)
    assert "ioc check" in " ".join(texts(desk.show({}, method.show_method)))


def test_the_page_has_an_address_of_its_own(reader: OneMart, catalog: Catalog) -> None:
    client = create_app(reader, replace(SETTINGS, catalog=catalog), clock=lambda: NOW).server.test_client()
    assert client.get("/method").status_code == 200


def test_a_figure_leads_to_how_it_is_counted() -> None:
    with use_language("en"):
        assert as_sent(method_link("ontime_766"))["props"]["href"] == "/method?lang=en#ontime_766"
    assert as_sent(method_link("ontime_766"))["props"]["href"] == "/method#ontime_766"
