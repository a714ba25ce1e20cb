"""The national portal's list of procedures: page after page, politely, and without what a register knows better."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from etl import pipeline
from etl.report import LoadReport
from ioc.config import load_config
from ioc.errors import ConfigError
from ioc.store.warehouse import open_warehouse
from tests.etl.loopback import Answering, Asked, Loopback, Reply

CAPTURED = Path(__file__).parents[3] / "shared" / "data" / "portal" / "formalities.page-1.json"
NOW = datetime(2026, 10, 4, 4, 0)
PATH = "/api/v1/reporting/formalities"


def formality(
    code: object, name: object = "Đăng ký khai sinh", state: object = "UPDATED", **more: object
) -> dict[str, Any]:
    return {"id": f"id-{code}-{state}", "code": code, "name": name, "state": state, "departmentId": "d", **more}


def page(items: list[dict[str, Any]], *, total: object) -> Reply:
    data = {"items": items, "pagination": {"total": total, "currentPage": 1, "pageSize": 2, "totalPages": 9}}
    return Reply({"code": "OK", "data": data, "message": "OK"}, status=201)


def listing(items: list[dict[str, Any]]) -> Answering:
    """A portal with these procedures."""

    def answer(asked: Asked) -> Reply:
        start = (asked.json["currentPage"] - 1) * asked.json["pageSize"]
        return page(items[start : start + asked.json["pageSize"]], total=len(items))

    return answer


class Site:
    """A configuration with the portal's list and a register of procedures."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "inbox").mkdir()

    def take_in(self, server: Loopback, *, now: datetime = NOW, **settings: object) -> LoadReport:
        """One run of the portal's list."""
        portal = {"kind": "portal_procedures", "enabled": True, "min_delay_s": 0, "page_size": 2, **settings}
        (load,) = self._run({**portal, "base_url": server.url}, now)
        return load

    def register(self, text: str) -> None:
        """Takes in a file of the register."""
        (self.folder / "inbox" / "procedures.csv").write_text(text, encoding="utf-8")
        self._run({"kind": "procedures", "path": "inbox"}, NOW)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the warehouse answers."""
        with open_warehouse(self.folder / "store") as connection:
            return connection.rows(query)

    def _run(self, source: dict[str, object], now: datetime) -> tuple[LoadReport, ...]:
        content = {
            "site": {"name": "Thử", "unit": "31"},
            "store": {"path": "store"},
            "sources": {str(source["kind"]): source},
        }
        file = self.folder / "config.yaml"
        file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
        config = load_config(file, environ={})
        return pipeline.run(config, clock=lambda: now, is_building=False).sources[0].loads


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_the_whole_list_is_read_page_after_page(site: Site) -> None:
    items = [formality(f"1.00000{number}", f"Thủ tục {number}") for number in range(1, 6)]
    with Loopback(listing(items)) as server:
        load = site.take_in(server)
    assert [(asked.method, asked.path, asked.json) for asked in server.asked] == [
        ("POST", PATH, {"currentPage": number, "pageSize": 2}) for number in (1, 2, 3)
    ]
    assert (load.origin, load.buckets.rows_in, load.buckets.loaded, load.warnings) == ("formalities", 5, 5, ())
    assert load.as_of == NOW
    assert site.rows("select procedure_base, name, valid_to from facts.procedures order by 1")[0] == (
        "1.000001",
        "Thủ tục 1",
        None,
    )


def test_a_part_of_the_list_may_be_asked_for(site: Site) -> None:
    with Loopback(listing([formality("2.000815")])) as server:
        site.take_in(server, query="2.000815")
    assert server.asked[0].json == {"q": "2.000815", "currentPage": 1, "pageSize": 2}


@pytest.mark.skipif(not CAPTURED.is_file(), reason="the captured answers in ../shared/data/portal are not here")
def test_a_captured_answer_is_understood(site: Site) -> None:
    captured = Reply(CAPTURED.read_bytes(), status=201)
    with Loopback(lambda _asked: captured) as server:
        load = site.take_in(server)
    assert len(server.asked) == 2
    assert (load.buckets.loaded, load.buckets.quarantined) == (3, 0)
    assert "5741" in load.warnings[0]
    assert [code for (code,) in site.rows("select procedure_base from facts.procedures order by 1")] == [
        "1.000010",
        "1.000016",
        "1.000025",
    ]


def test_what_a_register_knows_stays(site: Site) -> None:
    site.register(
        "procedure_code,name,service_level,has_fee,max_time,max_time_unit\n1.000001,Tên cũ,full,true,3,days\n"
    )
    with Loopback(listing([formality("1.000001", "Tên mới"), formality("1.000002")])) as server:
        load = site.take_in(server)
    assert load.buckets.loaded == 2
    assert site.rows("select name, service_level, has_fee, max_time from facts.procedures order by procedure_base") == [
        ("Tên mới", "full", True, 3.0),
        ("Đăng ký khai sinh", None, None, None),
    ]


def test_a_procedure_ends_on_the_day_it_was_first_seen_to_have_ended(site: Site) -> None:
    ends = "select valid_to from facts.procedures"
    with Loopback(listing([formality("1.000001", state="INACTIVE")])) as server:
        site.take_in(server)
        later = site.take_in(server, now=datetime(2026, 10, 11))
        assert (later.buckets.loaded, later.buckets.unchanged) == (0, 1)
        assert site.rows(ends) == [(date(2026, 10, 4),)]
    with Loopback(listing([formality("1.000001")])) as server:
        site.take_in(server, now=datetime(2026, 10, 18))
    assert site.rows(ends) == [(None,)]


def test_of_a_code_that_comes_twice_the_one_in_force_counts(site: Site) -> None:
    items = [formality("1.000001", "Đang dùng"), formality("1.000001", "Đã bãi bỏ", "INACTIVE")]
    with Loopback(listing(items)) as server:
        load = site.take_in(server)
    assert (load.buckets.loaded, load.buckets.superseded) == (1, 1)
    assert site.rows("select name, valid_to from facts.procedures") == [("Đang dùng", None)]


def test_items_that_break_the_contract_say_why(site: Site) -> None:
    items = [
        formality("1.10"),
        formality(None),
        formality("1.000003", ""),
        formality("1.000004", state="DELETED"),
        formality("1.000005", state=None),
        formality("0912345678"),
        formality("1.000007", "Liên hệ 0912 345 678 a@b.vn"),
    ]
    with Loopback(listing(items)) as server:
        load = site.take_in(server)
    assert site.rows("select row_no, field, reason from quarantine order by 1") == [
        (1, "procedure_code", "VALUE"),
        (2, "procedure_code", "MISSING"),
        (3, "name", "MISSING"),
        (4, "state", "VALUE"),
        (5, "state", "MISSING"),
        (6, "procedure_code", "VALUE"),
    ]
    assert load.buckets.loaded == 1
    files = [path for path in (site.folder / "store").rglob("*") if path.is_file()]
    assert [path for path in files if b"0912" in path.read_bytes()] == []


def wrong(content: object, status: int = 201) -> Reply:
    return Reply(content, status=status)


@pytest.mark.parametrize(
    ("reply", "error_class"),
    [
        (wrong("<html>Request Rejected"), "BLOCKED"),
        (wrong("", status=403), "BLOCKED"),
        (wrong('{"code": "OK", "da'), "NOT_JSON"),
        (wrong({"code": "ERROR", "data": None}), "SCHEMA"),
        (wrong({"code": "OK", "data": {"formalities": []}}), "SCHEMA"),
        (wrong({"code": "OK", "data": {"items": [{"ma": 1}]}}), "SCHEMA"),
        (page([], total=0), "EMPTY"),
    ],
)
def test_a_fault_has_its_class(reply: Reply, error_class: str, site: Site) -> None:
    with Loopback(lambda _asked: reply) as server:
        assert str(site.take_in(server).error_class) == error_class
    assert len(server.asked) == 1


def test_half_of_the_list_is_not_taken(site: Site) -> None:
    items = [formality(f"1.00000{number}") for number in range(1, 5)]

    def answer(asked: Asked) -> Reply:
        return Reply("", status=404) if asked.json["currentPage"] == 2 else listing(items)(asked)

    with Loopback(answer) as server:
        assert str(site.take_in(server).error_class) == "SCHEMA"
    assert site.rows("select * from facts.procedures") == []


def test_a_portal_that_repeats_itself_is_left(site: Site) -> None:
    same = page([formality("1.000001"), formality("1.000002")], total=100)
    with Loopback(lambda _asked: same) as server:
        load = site.take_in(server)
    assert len(server.asked) == 2
    assert load.buckets.loaded == 2
    assert "100" in load.warnings[0]


def test_the_portal_is_left_alone_unless_somebody_says_so(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(
        json.dumps({"site": {"name": "Thử", "unit": "31"}, "sources": {"list": {"kind": "portal_procedures"}}})
    )
    settings = load_config(file, environ={}).sources["list"]
    assert settings.enabled is False
    content = {"list": {"kind": "portal_procedures", "min_delay_s": 1}}
    file.write_text(json.dumps({"site": {"name": "Thử", "unit": "31"}, "sources": content}))
    with pytest.raises(ConfigError, match="3"):
        load_config(file, environ={})
