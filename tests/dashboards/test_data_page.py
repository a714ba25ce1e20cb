"""The data page: freshness by the clock, accounts of rows, refused rows, newest runs, reconciliations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dashboards.formats import source_kind_word
from dashboards.pages.data_sources import account_tag, show_sources
from dashboards.pages.data_words import origin_word, reason_word, trigger_word, warning_word
from dashboards.runs import ControlRunLog
from dashboards.source_names import source_word
from dashboards.view import Desk
from ioc.store.control import LoadRecord, RunRecord, open_control
from tests.component_tree import as_sent, body_rows, with_class, with_id, words
from tests.sample_mart import OneMart, open_sample_mart, write_long_mart

Ask = Callable[..., TestResponse]
STARTED = datetime(2026, 11, 2, 8, 0)


def show(ask: Ask, place: str, **query: Any) -> Any:
    return ask(f"data-{place}", **query).get_json()["response"]


def grid_rows(ask: Ask, place: str, **query: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = with_id(show(ask, place, **query), f"data-{place}-grid")["props"]["rowData"]
    return rows


def test_a_source_is_stale_once_the_clock_has_passed_its_promise(reader: OneMart, desk: Desk) -> None:
    def states(moment: datetime) -> list[str]:
        page = Desk(reader, desk.settings, clock=lambda: moment).show({}, show_sources)
        return [words(with_class(row, "state")[0]) for row in body_rows(as_sent(page))]

    assert states(datetime(2026, 11, 1, 9, 0)) == ["mới"] * 4
    assert states(datetime(2027, 1, 1, 9, 0)) == ["cũ"] * 4


def test_each_source_accounts_for_its_rows(ask: Ask) -> None:
    rows = body_rows(show(ask, "sources"))
    assert len(rows) == 4
    text = words(rows[0])
    assert "41.231" in text
    assert "41.187" in text
    assert "mark-on_target" in str(with_class(rows[0], "source-account"))


def test_rows_that_do_not_add_up_are_called_out() -> None:
    assert "mark-off_target" in str(account_tag(100, 97))
    assert "3" in words(account_tag(100, 97))


def test_refused_rows_show_field_reason_in_words_and_masked_value(ask: Ask) -> None:
    rows = grid_rows(ask, "quarantine")
    assert len(rows) == 26
    first = rows[0]
    assert (first["field"], first["value"]) == ("NgayTiepNhan", "31/02/2026")
    assert first["reason"] == reason_word("VALUE") != "VALUE"


def test_refused_rows_are_filtered_by_source_and_reason(ask: Ask) -> None:
    assert len(grid_rows(ask, "quarantine", source="register")) == 2
    assert len(grid_rows(ask, "quarantine", source="register", reason="MISSING")) == 1
    assert len(grid_rows(ask, "quarantine", source="all", reason="all")) == 26


def test_refused_rows_that_were_mended_wait_no_more(mended: Ask) -> None:
    page = show(mended, "sources")
    first = words(body_rows(page)[0])
    assert "24" in first
    assert "không còn dòng chờ" in first
    assert "55.869 2 dòng bị loại chờ xử lý" in words(with_class(page, "facts")[0])
    assert with_class(show(mended, "quarantine", source="one_stop"), "message-good")


def test_a_source_without_refused_rows_says_so(ask: Ask) -> None:
    assert with_class(show(ask, "quarantine", source="staff"), "message-good")


def test_loads_tell_their_faults_in_words(ask: Ask) -> None:
    failed = [row for row in grid_rows(ask, "loads") if row["status"] == "off_target"]
    assert [row["notes"] for row in failed] == ["Tệp không đọc được"]
    assert len(grid_rows(ask, "loads", source="portal")) == 1


def test_a_warning_says_its_class_in_words() -> None:
    assert warning_word("INTEGRITY: ô C12: tổng không khớp") == f"{reason_word('INTEGRITY')}: ô C12: tổng không khớp"
    assert warning_word("lưu ý: ô C12") == "lưu ý: ô C12"


def test_an_upload_is_called_as_its_file_was() -> None:
    assert origin_word("upload-578c227ab012/biểu 06a.xlsx") == "biểu 06a.xlsx"
    assert origin_word("upload-2026/01.csv") == "upload-2026/01.csv"


@pytest.mark.parametrize("trigger", ["schedule", "manual", "demo", "correction", "request", "retry"])
def test_every_cause_of_a_run_has_words(trigger: str) -> None:
    assert trigger_word(trigger) != trigger


def test_sources_of_one_kind_are_told_apart_by_their_names(desk: Desk) -> None:
    view = desk.view()
    assert view is not None
    first, second, *_others = view.cover.sources
    assert source_word(view, first.source_id) == source_kind_word(first.kind)
    twins = replace(view, cover=replace(view.cover, sources=[first, replace(second, kind=first.kind)]))
    assert source_word(twins, first.source_id) == f"{source_kind_word(first.kind)} ({first.source_id})"
    assert source_word(twins, "elsewhere") == "elsewhere"


def test_a_phone_is_told_which_columns_of_a_long_grid_come_first(ask: Ask) -> None:
    options = with_id(show(ask, "checks", period="2026-10"), "data-checks-grid")["props"]["dashGridOptions"]
    first = options["context"]["narrow"]
    assert [one["colId"] for one in first] == ["unit", "subject", "left", "right", "difference"]
    # the grid of a page that is 390 px wide
    assert sum(one["width"] for one in first) <= 326


def test_reconciliations_of_the_chosen_period_put_differences_first(ask: Ask) -> None:
    rows = grid_rows(ask, "checks", period="2026-10")
    assert len(rows) == 8
    assert rows[0]["status"] == "at_risk"
    assert rows[0]["left"] == 94.0
    assert rows[-1]["status"] == "on_target"
    assert with_class(show(ask, "checks", period="2025-08"), "message-empty")


def test_a_long_grid_begins_with_its_first_rows_and_gives_the_others_when_asked(
    reader: OneMart, ask: Ask, client: FlaskClient, tmp_path: Path
) -> None:
    count = write_long_mart(tmp_path / "long.duckdb")
    reader.mart = open_sample_mart(tmp_path / "long.duckdb", snapshot_id="ioc-20261101T015000Z-long")
    page = show(ask, "checks", period="2026-10")
    first: list[dict[str, Any]] = with_id(page, "data-checks-grid")["props"]["rowData"]
    assert len(first) == 100 < count
    assert f"100 dòng đầu trong tổng số {count} dòng" in words(page)
    address = with_id(page, "data-checks-grid")["props"]["dashGridOptions"]["context"]["rest"]["href"]
    others = client.get(address).get_json()["rows"]
    assert len({(row["unit"], row["subject"]) for row in [*first, *others]}) == count
    differing = [row["status"] == "at_risk" for row in [*first, *others]]
    assert differing == sorted(differing, reverse=True)
    assert len(with_class(page, "panel-about")) == 1
    assert f"{count - sum(differing)} trên {count}" in words(with_class(page, "panel-about")[0])


def test_rows_of_no_grid_are_none(client: FlaskClient, reader: OneMart) -> None:
    assert client.get("/rows/secrets.json").get_json() == {"rows": []}
    assert client.get("/rows/reconciliations.json?period=1999-01").get_json() == {"rows": []}
    reader.mart = None
    assert client.get("/rows/reconciliations.json").get_json() == {"rows": []}


def test_the_newest_run_is_shown_even_if_it_published_nothing(reader: OneMart, desk: Desk, tmp_path: Path) -> None:
    control = open_control("sqlite", store=tmp_path)
    run = RunRecord("r1", "schedule", STARTED, STARTED + timedelta(seconds=3), "done")
    load = LoadRecord("r1", 1, "one_stop", "dossier_sync", "a.json", False, None, 1200, 0, 1200, 0, 0, None, None)
    control.mirror_run(run, [load])
    control.close()
    settings = replace(desk.settings, run_log=ControlRunLog("sqlite", store=tmp_path))
    page = Desk(reader, settings, clock=desk.clock).show({}, show_sources)
    panel = with_class(as_sent(page), "run-panel")[0]
    assert "08:00 02/11/2026" in words(panel)
    assert words(panel).count("1.200") == 2


def test_looking_for_runs_never_creates_a_control_database(tmp_path: Path) -> None:
    assert ControlRunLog("sqlite", store=tmp_path / "store").newest(5) == ()
    assert not (tmp_path / "store").exists()


def test_a_control_database_that_is_away_costs_only_its_own_part(tmp_path: Path) -> None:
    (tmp_path / "control.sqlite").write_text("this is no database")
    assert ControlRunLog("sqlite", store=tmp_path).newest(5) == ()
