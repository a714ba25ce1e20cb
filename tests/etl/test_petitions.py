"""Petitions become counted cases, judged by their deadlines, and nothing that could name somebody."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl import pipeline
from etl.mart_rules import write_source_rules
from etl.sources.incoming import Incoming
from etl.sources.petitions import FIELDS, KIND, to_landing
from ioc.config import load_config
from ioc.store.engine import open_memory
from tests.etl.judged_register import PROVINCE, judged, open_register, put_fact
from tests.etl.register_intake import Inbox

SAMPLE = Path(__file__).parents[2] / "data" / "sample" / "petitions" / "petitions.csv"
HEADINGS = "Mã phản ánh,Mã đơn vị,Lĩnh vực,Ngày tiếp nhận,Trạng thái,Nội dung,Người gửi,Số điện thoại"
CANARIES = ("Trần Thị Chim Hoàng Yến", "0912345678", "001084012345", "chim.hoangyen@phulien.gov.vn")
PETITION = {
    "petition_code": "PA-1",
    "unit_code": "11629",
    "source_unit_code": "11629",
    "field": "Giao thông",
    "class": "other",
    "received_at": datetime(2026, 9, 1, 8),
    "state": "answered",
    "handled_at": datetime(2026, 9, 10, 16),
    "satisfied": True,
    "reopened": 0,
}


def figures(*petitions: dict[str, Any], as_of: date = date(2026, 10, 31), days: int = 15) -> dict[str, dict[str, int]]:
    """The commune's measures in September and October 2026 where petitions differ so from the good one."""
    with open_register(
        as_of=as_of, periods=("2026-08", "2026-09", "2026-10"), deadline_working_days=days
    ) as connection:
        for number, petition in enumerate(petitions, start=1):
            put_fact(connection, "petition", number, PETITION | {"petition_code": f"PA-{number}"} | petition)
        commune = judged(connection, "petition_values")
        assert judged(connection, "petition_values", unit=PROVINCE) == commune
        return commune


def test_a_petition_counts_in_the_month_of_its_reception() -> None:
    found = figures({})
    assert found["2026-09"] == {
        "petitions_received": 1,
        "petitions_judged": 1,
        "petitions_on_time": 1,
        "petitions_content": 1,
        "petitions_classified": 1,
        "petitions_tthc": 0,
        "petitions_staff": 0,
        "petitions_overdue": 0,
    }
    assert found["2026-10"]["petitions_received"] == 0
    assert "2026-08" not in found


def test_fifteen_working_days_from_reception_unless_the_petition_says_otherwise() -> None:
    # Offices rest on 1 and 2 September 2026: fifteen working days later it is Wednesday the 23rd.
    on_time = [
        figures({"handled_at": datetime(2026, 9, day, 23), **more})["2026-09"]["petitions_on_time"]
        for day, more in [
            (23, {}),
            (24, {}),
            (24, {"due_at": datetime(2026, 9, 24)}),
            (10, {"due_at": datetime(2026, 9, 9)}),
        ]
    ]
    assert on_time == [1, 0, 1, 0]


def test_the_rule_is_the_operators() -> None:
    assert figures({}, days=5)["2026-09"]["petitions_on_time"] == 0


def test_a_due_time_within_a_day_is_a_moment() -> None:
    due = datetime(2026, 9, 10, 15, 30)
    assert figures({"due_at": due})["2026-09"]["petitions_on_time"] == 0
    assert figures({"due_at": due, "handled_at": due})["2026-09"]["petitions_on_time"] == 1


def test_an_open_petition_is_on_time_until_it_is_due_and_overdue_after() -> None:
    still_open = {"state": "in_progress", "handled_at": None, "satisfied": None}
    early = figures(still_open, as_of=date(2026, 9, 22))["2026-09"]
    assert (early["petitions_on_time"], early["petitions_overdue"]) == (1, 0)
    late = figures(still_open)
    assert [late[month]["petitions_on_time"] for month in ("2026-09", "2026-10")] == [0, 0]
    assert [late[month]["petitions_overdue"] for month in ("2026-09", "2026-10")] == [1, 1]


def test_what_was_overdue_then_stays_overdue_then() -> None:
    late = figures({"handled_at": datetime(2026, 10, 5)})
    assert [late[month]["petitions_overdue"] for month in ("2026-09", "2026-10")] == [1, 0]


def test_an_ended_petition_without_a_time_is_not_judged() -> None:
    found = figures({"handled_at": None})["2026-09"]
    assert (found["petitions_received"], found["petitions_judged"], found["petitions_overdue"]) == (1, 0, 0)


@pytest.mark.parametrize("more", [{"satisfied": False}, {"reopened": 1}, {"handled_at": datetime(2026, 9, 30)}])
def test_who_is_dissatisfied_comes_again_or_waits_too_long_is_not_content(more: dict[str, Any]) -> None:
    found = figures(more, {"satisfied": None})["2026-09"]
    assert (found["petitions_judged"], found["petitions_content"]) == (2, 1)


def test_a_petition_without_a_class_is_in_no_share() -> None:
    found = figures({"class": None}, {"class": "tthc"}, {"class": "staff"}, {})["2026-09"]
    assert [found[f"petitions_{name}"] for name in ("received", "classified", "tthc", "staff")] == [4, 3, 1, 1]


def test_rules_come_from_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(
        "site: {name: T, unit: '31'}\nsources:\n"
        "  a: {kind: petitions, path: a, deadline_working_days: 10}\n"
        "  b: {kind: plan, path: b}\n  c: {kind: staff, path: c}\n"
    )
    connection = open_memory()
    write_source_rules(connection, load_config(tmp_path / "config.yaml", environ={}))
    assert connection.rows("select * from source_rules order by 1") == [
        ("a", 10, None),
        ("b", None, 14),
        ("c", None, None),
    ]
    connection.close()


def test_nobody_can_be_named_from_what_is_landed(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path, KIND)
    rows = [
        f"PA-{place},11629,{canary},01/09/2026,Tiếp nhận,{canary},{canary},{canary}"
        for place, canary in enumerate(CANARIES)
    ]
    rows += [f"{canary},11629,Y tế,{canary},{canary},,," for canary in CANARIES]
    inbox.put("pakn.csv", "\n".join([HEADINGS, *rows]) + "\n")
    keys = ["petition_code", "source_unit_code", "field", "received_at", "state", "class", "noi_dung"]
    inbox.put("pakn.json", json.dumps([dict.fromkeys(keys, canary) for canary in CANARIES]))
    for landing in inbox.landings():
        text = str(pq.read_table(landing).to_pylist())
        assert not [canary for canary in CANARIES if canary in text]


def test_an_operator_adds_fields(tmp_path: Path) -> None:
    content = f"{HEADINGS}\nPA-1,11629,Nước mắm,01/09/2026,Tiếp nhận,,,\n".encode()
    assert to_landing(content, fields=["Nước mắm"])[0]["field"].to_pylist() == ["Nước mắm"]
    assert to_landing(content, fields=[])[0]["field"].to_pylist() == ["•••(8)"]


def test_the_shipped_example_loads_whole(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / SAMPLE.name).write_bytes(SAMPLE.read_bytes())
    (tmp_path / "config.yaml").write_text(
        "site: {name: T, unit: '31'}\nsources:\n  petitions: {kind: petitions, path: inbox}\n"
    )
    config = load_config(tmp_path / "config.yaml", environ={})
    (load,) = pipeline.run(config, is_building=False).sources[0].loads
    assert (load.error_class, load.warnings) == (None, ())
    assert load.buckets.loaded == load.buckets.rows_in == len(SAMPLE.read_text().splitlines()) - 1


def test_the_day_of_the_figures_is_that_of_the_title(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path, KIND)
    inbox.put("a.csv", f"Tính đến hết ngày 31/08/2026\n{HEADINGS}\nPA-1,01,Y tế,01/08/2026,Tiếp nhận,,,\n")
    (item,) = inbox.fetch()
    assert isinstance(item, Incoming)
    (landing,) = inbox.landings()
    assert pq.read_table(landing)["as_of"].to_pylist() == ["31/08/2026"]


cells = st.text(alphabet=st.sampled_from("0123456789/-.:TZ PAaạĐ@•\"'[]{},;\t"), max_size=25)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(cells, min_size=5, max_size=5), min_size=1, max_size=4))
def test_whatever_the_cells_hold_no_row_is_lost(rows: list[list[str]]) -> None:
    names = ["petition_code", "source_unit_code", "field", "received_at", "state"]
    content = json.dumps([dict(zip(names, row, strict=True)) for row in rows]).encode()
    assert to_landing(content, fields=FIELDS)[0].num_rows == len(rows)
