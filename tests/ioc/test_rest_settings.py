"""What a source of kind `rest` may be told, and how a preset lies under it."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from ioc.config import RestSettings, load_config
from ioc.errors import ConfigError
from ioc.period_templates import check_template, fill, has_placeholders
from ioc.periods import parse_period
from ioc.rest_settings import RestPeriods, with_preset
from ioc.words import use_language

BLOCK: dict[str, Any] = {
    "kind": "rest",
    "base_url": "https://one-stop.example.gov.vn",
    "path": "/stat",
    "records_path": "data",
    "unit_path": "unit",
    "fields": {"received_total": "total"},
}
AUGUST = parse_period("2026-08")


@pytest.fixture(autouse=True)
def _english() -> None:
    use_language("en")


def settings(folder: Path, **more: Any) -> RestSettings:
    """The source as config.yaml describes it."""
    file = folder / "config.yaml"
    block = {key: value for key, value in {**BLOCK, **more}.items() if value is not ...}
    content = {"site": {"name": "Thử", "unit": "31"}, "sources": {"source": block}}
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    loaded = load_config(file, environ={"IOC_TOKEN": "a-secret-value"}).sources["source"]
    assert isinstance(loaded, RestSettings)
    return loaded


def problem(folder: Path, **more: Any) -> str:
    """The only problem of a source, with its place."""
    with pytest.raises(ConfigError) as caught:
        settings(folder, **more)
    (found,) = caught.value.problems
    return f"{found.where}: {found.message}"


def test_what_is_left_out_has_a_default(tmp_path: Path) -> None:
    source = settings(tmp_path)
    assert (source.method, source.auth.type, source.paging.type, source.ok_statuses) == ("GET", "none", "none", (200,))
    assert (source.target, source.enabled, source.retries, source.min_delay_s) == ("dossier_stat", True, 2, 1)
    assert (source.periods.last, source.periods.of) == (2, "month")
    assert source.records_path == ("data",)


def test_fields_have_short_forms(tmp_path: Path) -> None:
    fields = {"received_total": ["a", "b.c"], "done_total": "d", "done_late": {"path": "e", "required": True}}
    found = settings(tmp_path, fields=fields).fields
    assert [found[name].paths for name in fields] == [("a", "b.c"), ("d",), ("e",)]
    assert found["done_late"].required


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"base_url": "http://one-stop.example.gov.vn"}, ("base_url", "https://")),
        ({"path": "https://elsewhere.example/x"}, ("path",)),
        ({"path": "/stat?token=1"}, ("path",)),
        ({"path": "/stat/{yaer}"}, ("path", "{year}")),
        ({"query": {"from": "{period_begin}"}}, ("query.from", "{period_start}")),
        ({"body": {"range": [{"to": "{period_end.__class__}"}]}}, ("body.range", "{period_end}")),
        ({"query": {"from": "{period_start"}}, ("query.from",)),
        ({"records_path": "data..items"}, ("records_path", "dotted path")),
        ({"fields": {"recieved_total": "total"}}, ("fields", "received_total")),
        ({"fields": {"received_total": ["a"]}}, ("fields.received_total", "two paths")),
        ({"fields": {"received_total": {"path": "a", "sum": ["a", "b"]}}}, ("fields.received_total",)),
        ({"unit_path": ...}, ("unit_path or unit_code",)),
        ({"unit_code": "31"}, ("unit_path or unit_code",)),
        ({"auth": {"type": "bearer_env"}}, ("auth", "env")),
        ({"auth": {"type": "header_env", "env": "IOC_KEY"}}, ("auth", "header")),
        ({"auth": {"type": "oauth2_client_credentials", "env": "IOC_KEY"}}, ("client_id_env", "token_url")),
        ({"headers": {"Authorization": "Bearer abc"}}, ("headers", "header_env")),
        ({"paging": {"type": "page", "stop": "total_path"}}, ("paging", "total_path")),
        ({"periods": ["2026-13"]}, ("periods", "2026-13")),
        ({"periods": {"of": "month"}}, ("periods", "last")),
        ({"preset": "igat"}, ("preset", "igate")),
        ({"drop_paths": ["name"]}, ("drop_paths",)),
        ({"fields": {"period": "ky"}, "query": {"y": "{year}"}}, ("period",)),
    ],
)
def test_a_mistake_is_named_at_its_place(more: dict[str, Any], words: tuple[str, ...], tmp_path: Path) -> None:
    found = problem(tmp_path, **more)
    assert found.startswith("sources.source")
    assert [word for word in words if word not in found] == []


@pytest.mark.parametrize("pasted", ["eyJhbGciOiJIUzI1NiJ9.abc.def", "${IOC_TOKEN}"])
def test_a_token_pasted_into_the_file_is_not_repeated(pasted: str, tmp_path: Path) -> None:
    found = problem(tmp_path, auth={"type": "bearer_env", "env": pasted})
    assert "never its value" in found
    assert "eyJ" not in found
    assert "a-secret-value" not in found


def test_a_token_service_is_reached_safely(tmp_path: Path) -> None:
    auth = {
        "type": "oauth2_client_credentials",
        "client_id_env": "A",
        "env": "B",
        "token_url": "http://sso.example.vn/t",
    }
    assert "https://" in problem(tmp_path, auth=auth)


def test_own_keys_come_before_the_presets(tmp_path: Path) -> None:
    own = {
        "preset": "igate",
        "auth": {"env": "IOC_IGATE_TOKEN"},
        "path": "/pa/dossier-statistic/--statistic-agency",
        "query": {"agency-id": "5f", "to-date": None},
        "fields": {"withdrawn": None, "done_late": "late"},
    }
    block = {"records_path": ..., "unit_path": ..., **own}
    source = settings(tmp_path, **block)
    assert source.path == "/pa/dossier-statistic/--statistic-agency"
    assert source.query == {"from-date": "{period_start:%Y-%m-%dT00:00:00.000Z}", "agency-id": "5f"}
    assert (source.auth.type, source.auth.env) == ("bearer_env", "IOC_IGATE_TOKEN")
    assert source.fields["done_late"].paths == ("late",)
    assert source.fields["done_early"].paths == ("resolvedEarly",)
    assert "withdrawn" not in source.fields
    assert (source.timeout_s, source.retry_on) == (180, (429,))


def test_another_type_takes_nothing_over() -> None:
    joined = with_preset({"preset": "tandan_06a", "paging": {"type": "offset"}, "method": "GET"})
    assert joined["paging"] == {"type": "offset"}
    assert joined["method"] == "GET"
    assert joined["body"]["TuNgay"] == "{period_start:%Y-%m-%d}"


@pytest.mark.parametrize(
    ("told", "today", "asked"),
    [
        ({"last": 3}, date(2026, 11, 21), ["2026-09", "2026-10", "2026-11"]),
        ({"last": 2, "current": False}, date(2026, 1, 5), ["2025-11", "2025-12"]),
        ({"last": 2, "of": "quarter"}, date(2026, 1, 5), ["2025-Q4", "2026-Q1"]),
        ({"last": 1, "of": "year", "current": False}, date(2026, 1, 5), ["2025"]),
        ({"last": 2, "calendar": "vpcp"}, date(2026, 11, 14), ["vpcp:2026-10", "vpcp:2026-11"]),
        ({"last": 2, "calendar": "vpcp"}, date(2026, 11, 15), ["vpcp:2026-11", "vpcp:2026-12"]),
        ({"last": 1, "of": "year", "calendar": "vpcp"}, date(2026, 12, 20), ["vpcp:2027"]),
        (["2026-08", "2026-07-01..2026-07-14"], date(2026, 11, 21), ["2026-08", "2026-07-01..2026-07-14"]),
    ],
)
def test_the_last_periods_end_with_today(told: Any, today: date, asked: list[str]) -> None:
    periods = RestPeriods.model_validate(told).on(today)
    assert [period.id for period in periods] == asked
    assert isinstance(told, list) or periods[-1].contains(today) or "current" in told


def test_templates_are_filled_for_a_period() -> None:
    template = {"a": "{period_start:%d/%m/%Y}", "b": ["{year}", "{month:02d}", 7, True, None], "c": "{{x}} {period}"}
    assert fill(template, AUGUST) == {"a": "01/08/2026", "b": [2026, "08", 7, True, None], "c": "{x} 2026-08"}
    assert fill("{quarter}", parse_period("vpcp:2026-08")) == 3
    assert fill("{period_start}", AUGUST) == "2026-08-01"


@pytest.mark.parametrize(
    "text", ["{", "{unknown}", "{year.real}", "{year!r}", "{}", "{0}", "{year:{month}}", "{month:%Y}"]
)
def test_a_template_that_cannot_be_filled_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="period_start"):
        check_template({"deep": [text]})


def test_placeholders_are_found_within() -> None:
    assert has_placeholders({"a": ["plain", {"b": "{year}"}]})
    assert not has_placeholders({"a": ["plain", {"b": "{{year}}"}], "c": 1})
