"""The command line says what scripts and people rely on: columns, formats, exit codes, messages."""

import csv
import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ioc.cli import app, hoist
from ioc.clock import now
from ioc.standing import Standing
from ioc.store.control import JobRecord, Outcome, RunRecord, open_control
from ioc.store.engine import open_writer
from ioc.store.snapshots import Manifest, publish_mart
from ioc.store.warehouse import read_sql
from ioc.words import use_language

PROJECT = Path(__file__).parents[2]

CONFIG = """
site: {name: Hải Phòng, unit: "31", language: en}
store: {path: store}
catalog: {path: %s}
sources:
  one_stop: {kind: dossier_sync, path: inbox}
  register: {kind: certificates, path: register, enabled: false}
"""

MART = """
insert into units (unit_code, name, short_name, level, kind, parent_code, sort_key, search_key) values
    ('31', 'Thành phố Hải Phòng', 'Hải Phòng', 'province', 'thanh_pho', null, 'a', 'hai phong'),
    ('11824', 'Xã An Lão', 'An Lão', 'commune', 'xa', '31', 'b', 'an lao');
insert into units (unit_code, name, short_name, level, valid_to, sort_key, search_key) values
    ('11653@2024-12-31', 'Xã An Thắng', 'An Thắng', 'former_commune', '2025-06-30', 'c', 'an thang');
insert into lineage values ('11653@2024-12-31', '11824', 'whole', true, 1, 'whole');
insert into periods values ('2026-08', 'month', '2026-08-01', '2026-08-31', 'gregorian');
insert into indicators (indicator, number, name_vi, name_en, measure_unit, direction, decimals, target) values
    ('online_submission_766', 22, 'Tỷ lệ nộp trực tuyến', 'Online', 'percent', 'up', 2, 0.9);
insert into readings (
    indicator, unit_code, level, parent_code, period, series, is_leading, numerator, denominator, value, target,
    status, flags, rank, rank_of, previous_value, last_year_value, as_of, fresh_until
) values
    ('online_submission_766', '11824', 'commune', '31', '2026-08', 'dossiers', true, 1048, 1142, 1048 / 1142, 0.9,
     'on_target', ['small_n'], 12, 114, null, null, '2026-08-31 17:00:00', '2026-09-01 17:00:00'),
    ('online_submission_766', '11824', 'commune', '31', '2026-08', 'portal', false, null, null, 0.9, 0.9,
     'on_target', [], null, null, null, null, '2026-08-31 17:00:00', null);
insert into index_nodes (index_id, node, kind, parent_node, position, name_vi, name_en, max_points, is_inherited) values
    ('qd766_portal_2026', 'total', 'total', null, 0, 'Tổng', 'Total', 100, false),
    ('qd766_portal_2026', '5.1', 'criterion', 'MDHL', 1, 'x', 'x', 12, false);
insert into scores (
    index_id, unit_code, level, parent_code, period, node, kind, points, max_points, basis, published_points,
    scorable_points, numerator, denominator, rank, rank_of, previous_points, flags, as_of, fresh_until
) values
    ('qd766_portal_2026', '11824', 'commune', '31', '2026-08', 'total', 'total', 87.5, 100, 'computed', 87.50, 100,
     null, null, 1, 1, null, [], '2026-08-31 17:00:00', null),
    ('qd766_portal_2026', '11824', 'commune', '31', '2026-08', '5.1', 'criterion', null, 12, null, null, null,
     null, null, null, null, null, [], '2026-08-31 17:00:00', null);
insert into quarantine (load_id, source_id, origin, row_no, field, reason, value) values
    (1, 'one_stop', 'a.json', 17, 'NgayTiepNhan', 'VALUE', '31/02/2026');
"""


VALUE_COLUMNS = (
    "unit_code,unit_name,level,period,indicator,series,numerator,denominator,value,measure_unit,"
    "target,status,flags,rank,of,as_of,boundary,bound,rank_best,rank_worst,range_low,range_high"
)
SCORE_COLUMNS = (
    "unit_code,unit_name,level,period,index,node,points,max_points,basis,published_points,as_of,rank,of,"
    "flags,boundary,points_low,points_high"
)


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("IOC_CONFIG", "IOC_STORE", "IOC_LANG"):
        monkeypatch.delenv(name, raising=False)
    path = tmp_path / "config.yaml"
    path.write_text(CONFIG % (PROJECT / "data" / "catalog"), encoding="utf-8")
    return path


@pytest.fixture
def published(config: Path) -> Path:
    """The configuration of a store that has a small snapshot."""
    store = config.parent / "store"
    (store / "snapshots").mkdir(parents=True)
    mart = store / "snapshots" / "building.part.duckdb"
    connection = open_writer(mart)
    connection.execute(read_sql("ioc.store", "mart.sql"))
    connection.execute(MART)
    fresh_until = now() + timedelta(hours=1)
    connection.execute(
        "insert into sources values ('one_stop', 'dossier_sync', ?, ?, 93600, ?, 10, 7, 1, 1, 1, 2, 1)",
        [datetime(2026, 8, 31, 18, 0), datetime(2026, 8, 31, 17, 0), fresh_until],
    )
    connection.close()
    publish_mart(store, mart, Manifest("abc12345", datetime(2026, 9, 1), "abc12345", None, "", {}))
    return config


def invoke(*arguments: str) -> Result:
    with use_language("vi"):
        return CliRunner().invoke(app, arguments)


def ask(config: Path, *arguments: str) -> Result:
    return invoke("--config", str(config), *arguments)


def csv_rows(result: Result) -> list[dict[str, str]]:
    assert result.exit_code == 0, result.stderr
    return list(csv.DictReader(io.StringIO(result.stdout)))


def test_values_as_csv_have_the_promised_columns(published: Path) -> None:
    (row,) = csv_rows(
        ask(published, "values", "--indicator", "online_submission_766", "--period", "2026-08", "--format", "csv")
    )
    assert ",".join(row) == VALUE_COLUMNS
    assert (row["numerator"], row["denominator"]) == ("1048", "1142")
    assert float(row["value"]) == 1048 / 1142
    assert row["flags"] == "small_n;stale"
    assert (row["rank"], row["of"], row["as_of"]) == ("12", "114", "2026-08-31T17:00:00")


def test_a_rate_of_few_cases_may_be_left_without_a_place(published: Path) -> None:
    question = ("values", "--indicator", "online_submission_766", "--period", "2026-08", "--format", "csv")
    (row,) = csv_rows(ask(published, *question, "--without-small"))
    assert (row["flags"], row["rank"], row["of"], row["rank_best"]) == ("small_n;stale", "", "", "")


def test_inherited_points_may_be_left_out(published: Path) -> None:
    question = ("scores", "--index", "qd766_portal_2026", "--period", "2026-08", "--format=csv")
    (row,) = csv_rows(ask(published, *question, "--without-inherited"))
    # this index inherits nothing
    assert (row["points"], row["rank"], row["of"]) == ("87.50", "1", "1")


def test_values_as_json_have_numbers_and_nulls(published: Path) -> None:
    result = ask(
        published, "values", "--indicator", "online_submission_766", "--period", "2026-08",
        "--unit", "11824", "--series", "portal", "--format", "json",
    )  # fmt: skip
    (row,) = json.loads(result.stdout)
    assert row["unit_name"] == "Xã An Lão"
    assert (row["value"], row["numerator"], row["rank"], row["flags"]) == (0.9, None, None, [])


def test_scores_keep_two_decimals(published: Path) -> None:
    (row,) = csv_rows(ask(published, "scores", "--index", "qd766_portal_2026", "--period", "2026-08", "--format=csv"))
    assert ",".join(row) == SCORE_COLUMNS
    assert (row["points"], row["max_points"], row["basis"]) == ("87.50", "100.00", "computed")


def test_scores_of_criteria_leave_unknown_points_empty(published: Path) -> None:
    (row,) = csv_rows(
        ask(published, "scores", "--index", "qd766_portal_2026", "--period", "2026-08", "--nodes", "criteria",
            "--format", "csv")
    )  # fmt: skip
    assert (row["node"], row["points"], row["basis"]) == ("5.1", "", "")


def test_sources_tell_fresh_from_disabled(published: Path) -> None:
    one_stop, register = csv_rows(ask(published, "sources", "--format", "csv"))
    assert (one_stop["state"], one_stop["rows"], one_stop["rejects"], one_stop["failed_loads"]) == (
        "fresh", "10", "1", "2",
    )  # fmt: skip
    assert datetime.fromisoformat(one_stop["next_run"]) > now() - timedelta(minutes=1)
    assert (register["state"], register["next_run"]) == ("disabled", "")


def test_sources_are_told_before_the_first_run(config: Path) -> None:
    one_stop, _register = csv_rows(ask(config, "sources", "--format", "csv"))
    assert (one_stop["state"], one_stop["last_success"]) == ("never", "")


def test_sources_tell_what_halted_them_and_resume_lets_go(published: Path) -> None:
    control = open_control("sqlite", store=published.parent / "store")
    at = now()
    control.set_standing(Standing("one_stop", at, halted_at=at, error_class="BLOCKED", error_at=at, error="status 403"))
    one_stop, _register = csv_rows(ask(published, "sources", "--format", "csv"))
    assert (one_stop["state"], one_stop["halted_reason"], one_stop["last_error_class"]) == (
        "late", "status 403", "BLOCKED",
    )  # fmt: skip
    assert "status 403" in ask(published, "sources").stdout
    assert ask(published, "resume", "one_stop").exit_code == 0
    one_stop, _register = csv_rows(ask(published, "sources", "--format", "csv"))
    assert (one_stop["halted_since"], one_stop["last_error"]) == ("", "status 403")
    assert ask(published, "resume", "one_stopp").exit_code == 2
    control.close()


def test_the_timeline_has_runs_and_what_was_not_run(published: Path) -> None:
    assert csv_rows(ask(published, "sources", "--timeline", "--format", "csv")) == []
    control = open_control("sqlite", store=published.parent / "store")
    morning = datetime(2026, 8, 31, 6, 0)
    control.mirror_run(RunRecord("r1", "schedule", morning, morning, "done"), sources=[("one_stop", 2, 1)])
    missed = JobRecord("source:one_stop", datetime(2026, 8, 30, 6, 0), Outcome.MISSED, reason="no scheduler")
    done = JobRecord("source:one_stop", morning, Outcome.DONE, morning, morning)
    control.record_jobs([missed, done])
    control.close()
    newest, older = csv_rows(ask(published, "sources", "--timeline", "--format", "csv"))
    assert (newest["at"], newest["outcome"], newest["files"]) == ("2026-08-31T06:00:00", "failed", "2")
    assert (older["outcome"], older["reason"]) == ("missed", "no scheduler")
    assert len(csv_rows(ask(published, "sources", "--timeline", "--limit", "1", "--format", "csv"))) == 1


def test_check_warns_of_folders_that_are_not_there(config: Path) -> None:
    result = ask(config, "check")
    assert result.exit_code == 0
    assert "sources.one_stop.path" in result.stderr
    (config.parent / "inbox").mkdir()
    assert ask(config, "check").stderr == ""


def test_quarantine_names_file_row_and_reason(published: Path) -> None:
    (row,) = csv_rows(ask(published, "quarantine", "one_stop", "--format", "csv"))
    assert row == {
        "source": "one_stop", "file": "a.json", "row": "17", "field": "NgayTiepNhan", "reason": "VALUE",
        "value": "31/02/2026", "load_id": "1",
    }  # fmt: skip


def test_a_table_is_for_people(published: Path) -> None:
    result = ask(published, "values", "--indicator", "online_submission_766", "--period", "2026-08")
    assert result.exit_code == 0
    assert "Xã An Lão" in result.stdout
    assert "\x1b" not in result.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("values", "--indicator", "online_submision_766", "--period", "2026-08"), "online_submission_766"),
        (("values", "--indicator", "online_submission_766", "--period", "august"), "august"),
        (("values", "--indicator", "online_submission_766", "--period", "2026-07"), "2026-08"),
        (("values", "--indicator", "online_submission_766", "--period", "2026-08", "--unit", "999"), "999"),
        (("values", "--indicator", "online_submission_766", "--period", "2026-08", "--level", "city"), "province"),
        (("values", "--indicator", "online_submission_766", "--period", "2026-08", "--boundary", "x"), "current"),
        (("scores", "--index", "dti", "--period", "2026-08"), "qd766_portal_2026"),
        (("quarantine", "one_stopp"), "one_stop"),
        (("run", "one_stopp"), "one_stop"),
        (("values",), "--indicator"),
        (("--format", "xml", "sources"), "--format"),
        (("sources", "--format", "xml"), "xml"),
        (("fly",), "fly"),
    ],
)
def test_wrong_usage_is_told_and_exits_with_2(published: Path, arguments: tuple[str, ...], said: str) -> None:
    result = ask(published, *arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.output


def test_the_nearest_indicators_are_named_before_the_list(published: Path) -> None:
    result = ask(published, "forecast", "--indicator", "Online_Submision_766", "--lang", "vi")
    assert result.exit_code == 2
    assert "có phải ý là “online_submission_766”, “" in result.stderr
    assert len(result.stderr) < 600


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("one_stopp", "không có nguồn “one_stopp”; có phải ý là “one_stop”? Được phép: one_stop, register"),
        ("nosuch", "không có nguồn “nosuch”; được phép: one_stop, register"),
    ],
)
def test_an_unknown_source_is_told_in_vietnamese(config: Path, name: str, said: str) -> None:
    result = ask(config, "run", name, "--lang", "vi")
    assert result.exit_code == 2
    assert said in result.stderr


def test_an_indicator_may_be_named_in_any_case(published: Path) -> None:
    asked = ("--period", "2026-08", "--format", "csv")
    upper = csv_rows(ask(published, "values", "--indicator", "ONLINE_SUBMISSION_766", *asked))
    assert upper == csv_rows(ask(published, "values", "--indicator", "online_submission_766", *asked))


@pytest.mark.parametrize(
    "arguments", [("values", "--indicator", "online_submission_766", "--period", "2026-08"), ("lineage",)]
)
def test_a_code_of_before_the_reform_is_told_as_it_is_written(published: Path, arguments: tuple[str, ...]) -> None:
    result = ask(published, *arguments, "--unit", "11653", "--lang", "vi")
    assert result.exit_code == 2
    for named in ("Xã An Thắng", "11653@2024-12-31", "Xã An Lão (11824)"):
        assert named in result.stderr


def test_without_a_snapshot_it_says_what_to_do(config: Path) -> None:
    result = ask(config, "values", "--indicator", "x", "--period", "2026")
    assert result.exit_code == 1
    assert "ioc run" in result.stderr


def test_check_passes_on_the_project_itself() -> None:
    result = ask(PROJECT / "config.yaml", "--lang", "en", "check")
    assert result.exit_code == 0, result.stderr
    assert "In order" in result.stdout


def test_check_reports_every_problem_with_its_line(config: Path) -> None:
    config.write_text("site: {nam: x}\nwebb: {}\n", encoding="utf-8")
    result = ask(config, "check")
    assert result.exit_code == 1
    assert f"{config}:1:" in result.stderr
    assert f"{config}:2:" in result.stderr
    assert "Traceback" not in result.output


def test_a_missing_configuration_is_told(tmp_path: Path) -> None:
    result = ask(tmp_path / "nowhere.yaml", "sources")
    assert result.exit_code == 1
    assert "nowhere.yaml" in result.stderr


def test_options_of_the_program_may_stand_anywhere() -> None:
    assert hoist(["run", "a", "--config", "f", "--lang=en"]) == ["--config", "f", "--lang=en", "run", "a"]
    assert hoist(["run", "--", "--config"]) == ["run", "--", "--config"]
    assert hoist(["run", "--store"]) == ["--store", "run"]


def test_another_store_is_looked_at(published: Path, tmp_path: Path) -> None:
    result = ask(published, "quarantine", "--store", str(tmp_path / "other"))
    assert result.exit_code == 1
    assert "other" in result.stderr


def test_a_store_with_its_own_configuration_is_asked_by_it(
    published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = published.parent
    published.write_text(published.read_text(encoding="utf-8").replace("path: store}", "path: .}"), encoding="utf-8")
    published.rename(folder / "store" / "config.yaml")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    store = str(folder / "store")
    asked = ["quarantine", "one_stop", "--format", "csv"]
    assert csv_rows(invoke("--store", store, *asked))[0]["row"] == "17"
    named = invoke("--config", "other.yaml", "--store", store, *asked)
    assert named.exit_code == 1
    assert "other.yaml" in named.stderr
    monkeypatch.setenv("IOC_STORE", store)
    assert csv_rows(invoke(*asked))[0]["row"] == "17"


def test_a_source_that_is_switched_off_is_not_fetched_by_name(config: Path) -> None:
    result = ask(config, "run", "register", "--lang", "en")
    assert result.exit_code == 2
    assert "register" in result.stderr
    assert "enabled: true" in result.stderr


def test_an_unknown_series_is_refused(published: Path) -> None:
    asked = ["values", "--indicator", "online_submission_766", "--period", "2026-08", "--lang", "en", "--format", "csv"]
    refused = ask(published, *asked, "--series", "dosiers")
    assert refused.exit_code == 2
    assert "dossiers" in refused.stderr
    assert csv_rows(ask(published, *asked, "--series", "certificates")) == []


def test_a_missing_total_is_explained_beside_the_answer(published: Path) -> None:
    mart = next((published.parent / "store" / "snapshots").rglob("*.duckdb"))
    connection = open_writer(mart)
    connection.execute("update scores set points = null, basis = null, scorable_points = 38 where kind = 'total'")
    connection.close()
    result = ask(
        published, "scores", "--index", "qd766_portal_2026", "--period", "2026-08", "--format", "csv", "--lang", "en"
    )
    assert [row["points"] for row in csv_rows(result)] == [""]
    assert "of 100 points 38" in result.stderr


def test_the_catalogue_is_checked_though_the_configuration_is_faulty(config: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    config.write_text('site: {name: A, unit: "31", levl: x}\ncatalog: {path: mine}\n', encoding="utf-8")
    result = ask(config, "check", "--lang", "en")
    assert result.exit_code == 1
    assert f"{config}:1: site.levl" in result.stderr
    assert str(tmp_path / "mine") in result.stderr


def test_messages_come_in_both_languages(config: Path) -> None:
    english = ask(config, "quarantine", "--lang", "en").stderr
    vietnamese = ask(config, "quarantine", "--lang", "vi").stderr
    assert "holds no data yet" in english
    assert "chưa có dữ liệu" in vietnamese
    assert "Validates" not in ask(config, "--lang", "vi", "--help").stdout


def test_it_refuses_to_serve_other_machines(config: Path) -> None:
    config.write_text(config.read_text(encoding="utf-8") + "web: {host: 0.0.0.0}\n", encoding="utf-8")
    for command in ("serve", "up"):
        result = ask(config, command)
        assert result.exit_code == 1
        assert "web.allow_open" in result.stderr


def test_a_port_in_use_is_told(config: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = ask(config, "up", "--port", str(port))
    assert result.exit_code == 1
    assert str(port) in result.stderr
    assert "web.port" in result.stderr


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_whoever_stops_reading_is_not_told_of_a_fault(published: Path) -> None:
    command = [sys.executable, "-m", "ioc.cli", "--config", str(published), "values", "--indicator",
               "online_submission_766", "--period", "2026-08", "--format", "csv"]  # fmt: skip
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""


def test_up_serves_and_stops_cleanly(published: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "ioc.cli", "--config", str(published), "up", "--port", str(port)]
    with subprocess.Popen(
        command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ.copy()
    ) as process:
        assert process.stdout is not None
        ready = process.stdout.readline()
        if f"http://127.0.0.1:{port}/" not in ready:
            process.terminate()
            pytest.fail(process.communicate()[1])
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as response:
            assert response.status == 200
        process.send_signal(signal.SIGTERM)
        _out, errors = process.communicate(timeout=30)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2)


def test_up_ends_when_one_process_dies(published: Path) -> None:
    port = free_port()
    # the control database cannot be opened, so that the scheduler ends at once
    (published.parent / "store" / "control.sqlite").mkdir()
    command = [sys.executable, "-m", "ioc.cli", "--config", str(published), "up", "--port", str(port)]
    started = time.monotonic()
    ended = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert "scheduler" in ended.stderr
    assert time.monotonic() - started < 50
