"""Another system's interface by configuration alone: asked, paged, trusted and refused; on a real server."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pyarrow.parquet as pq
import pytest
import structlog

from etl.sources.incoming import Failure, Incoming
from ioc.errors import ErrorClass
from tests.etl.loopback import Answering, Asked, Loopback, Reply
from tests.etl.rest_source import INTERFACE, NOW, Source, configured, failures

TOKEN = "eyJhbGciOi.never-to-be.seen"
RECORDS = [{"unit": "H24.101", "total": 10, "done": 7}, {"unit": "H24.102", "total": 20, "done": 15}]
FINE = Reply({"data": RECORDS})

Over = Callable[..., Source]


@pytest.fixture
def over(tmp_path: Path) -> Over:
    """A source over a server, with some settings of its own."""

    def build(server: Loopback, **settings: Any) -> Source:
        return configured(tmp_path, server.url, {**INTERFACE, **settings})

    return build


def always(reply: Reply) -> Answering:
    return lambda _asked: reply


def in_turn(*replies: Reply) -> Answering:
    """One reply after the other, the last one for ever."""
    waiting = list(replies)
    return lambda _asked: waiting.pop(0) if len(waiting) > 1 else waiting[0]


def landed(item: Incoming | Failure, folder: Path) -> list[dict[str, Any]]:
    """The rows that an answer lands."""
    assert isinstance(item, Incoming), item
    item.land(folder / "landed.parquet")
    rows: list[dict[str, Any]] = pq.read_table(folder / "landed.parquet").to_pylist()
    return rows


# what is asked


def test_a_period_is_asked_by_the_templates(over: Over) -> None:
    with Loopback(always(FINE)) as server:
        source = over(
            server,
            query={"from": "{period_start:%Y-%m-%dT00:00:00.000Z}", "month": "{month:02d}", "all": True, "id": [1, 2]},
            headers={"Accept-Language": "vi"},
        )
        items = source.fetch()
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("GET", "/stat")
    assert asked.query == {"from": "2026-08-01T00:00:00.000Z", "month": "08", "all": "true", "id": "2"}
    assert asked.headers["Accept-Language"] == "vi"
    assert asked.headers["User-Agent"].startswith("ioc/")
    assert [item.origin for item in items] == ["stat 2026-08"]


def test_a_body_is_json_with_numbers(over: Over) -> None:
    with Loopback(always(FINE)) as server:
        over(server, method="POST", query={}, body={"Year": "{year}", "Range": {"To": "{period_end}"}}).fetch()
    (asked,) = server.asked
    assert asked.json == {"Year": 2026, "Range": {"To": "2026-08-31"}}
    assert asked.headers["Content-Type"] == "application/json"


def test_a_form_is_sent_as_one(over: Over) -> None:
    with Loopback(always(FINE)) as server:
        over(server, method="POST", query={}, body_encoding="form", form={"thang": "{month}", "ten": "Xã"}).fetch()
    assert server.asked[0].form == {"thang": "8", "ten": "Xã"}


def test_a_form_field_may_hold_the_body_as_json(over: Over) -> None:
    """The way of the national portal's legacy gateway."""
    with Loopback(always(FINE)) as server:
        over(server, method="POST", query={}, body_encoding="form_json_field", body={"p_nam": "{year}"}).fetch()
    assert json.loads(server.asked[0].form["params"]) == {"p_nam": 2026}


def test_a_path_may_name_the_period(over: Over) -> None:
    with Loopback(always(FINE)) as server:
        over(server, path="/stat/{year}/{month:02d}").fetch()
    assert server.asked[0].path == "/stat/2026/08"


def test_the_last_months_are_asked_for_and_the_future_is_not(over: Over) -> None:
    with Loopback(always(FINE)) as server:
        last = over(server, periods={"last": 3, "of": "month"}).fetch()
        assert [item.origin for item in last] == ["stat 2026-07", "stat 2026-08", "stat 2026-09"]
        closed = over(server, periods={"last": 1, "of": "month", "current": False}).fetch()
        assert [item.origin for item in closed] == ["stat 2026-08"]
        assert failures(over(server, periods=["2027-01", "2026-08"]).fetch()) == ["VALUE", ""]
    assert len(server.asked) == 5


def test_an_interface_of_months_is_not_asked_for_a_quarter(over: Over) -> None:
    with Loopback(always(FINE)) as server:
        assert failures(over(server, periods=["2026-Q3", "2026-08"], period_kinds=["month"]).fetch()) == ["VALUE", ""]
    assert len(server.asked) == 1


def test_requests_keep_their_distance(over: Over) -> None:
    with Loopback(always(FINE)) as server:
        source = over(server, periods=["2026-07", "2026-08"], min_delay_s=0.2)
        started_s = monotonic()
        source.fetch()
        assert monotonic() - started_s >= 0.2


# who asks


def test_a_token_of_the_environment_is_borne(over: Over, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IOC_TEST_TOKEN", TOKEN)
    with Loopback(always(FINE)) as server:
        over(server, auth={"type": "bearer_env", "env": "IOC_TEST_TOKEN"}).fetch()
        over(server, auth={"type": "header_env", "env": "IOC_TEST_TOKEN", "header": "X-API-Key"}).fetch()
    assert server.asked[0].headers["Authorization"] == f"Bearer {TOKEN}"
    assert server.asked[1].headers["X-API-Key"] == TOKEN
    assert "Authorization" not in server.asked[1].headers


def test_a_password_of_the_environment_is_borne(over: Over, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IOC_TEST_PAIR", "ioc:mật-khẩu".encode().decode("ascii", "ignore"))
    with Loopback(always(FINE)) as server:
        over(server, auth={"type": "basic_env", "env": "IOC_TEST_PAIR"}).fetch()
    sent = server.asked[0].headers["Authorization"].removeprefix("Basic ")
    assert base64.b64decode(sent).startswith(b"ioc:")


@pytest.mark.parametrize("value", [None, "", "two\nlines", "chữ Việt"])
def test_a_token_that_cannot_be_used_is_an_auth_fault(
    value: str | None, over: Over, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("IOC_TEST_TOKEN", raising=False)
    if value is not None:
        monkeypatch.setenv("IOC_TEST_TOKEN", value)
    with Loopback(always(FINE)) as server:
        (item,) = over(server, auth={"type": "bearer_env", "env": "IOC_TEST_TOKEN"}).fetch()
    assert isinstance(item, Failure)
    assert item.error.error_class is ErrorClass.AUTH
    assert "IOC_TEST_TOKEN" in str(item.error)
    assert not value or value not in str(item.error)
    assert server.asked == []


def oauth(token: Reply, *answers: Reply) -> Answering:
    """A token service and an interface that wants its tokens."""
    answer = in_turn(*(answers or (FINE,)))
    return lambda asked: token if asked.path == "/oauth/token" else answer(asked)


def _with_oauth(server: Loopback) -> dict[str, Any]:
    names = {"client_id_env": "IOC_TEST_CLIENT", "env": "IOC_TEST_SECRET"}
    return {"type": "oauth2_client_credentials", "token_url": f"{server.url}/oauth/token", "scope": "stat", **names}


@pytest.fixture
def _client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IOC_TEST_CLIENT", "ioc")
    monkeypatch.setenv("IOC_TEST_SECRET", "never/shown")


@pytest.mark.usefixtures("_client")
def test_a_token_is_fetched_once_for_all_periods(over: Over) -> None:
    with Loopback(oauth(Reply({"access_token": TOKEN, "expires_in": 300}))) as server:
        source = over(server, auth=_with_oauth(server), periods=["2026-07", "2026-08"])
        assert failures(source.fetch()) == ["", ""]
    token, *asked = server.asked
    assert token.form == {"grant_type": "client_credentials", "scope": "stat"}
    assert base64.b64decode(token.headers["Authorization"].removeprefix("Basic ")) == b"ioc:never%2Fshown"
    assert [one.headers["Authorization"] for one in asked] == [f"Bearer {TOKEN}"] * 2


@pytest.mark.usefixtures("_client")
def test_a_token_that_expired_is_fetched_anew_once(over: Over) -> None:
    expired = Reply("", status=401)
    with Loopback(oauth(Reply({"access_token": TOKEN}), expired, FINE)) as server:
        assert failures(over(server, auth=_with_oauth(server)).fetch()) == [""]
    assert [asked.path for asked in server.asked] == ["/oauth/token", "/stat", "/oauth/token", "/stat"]
    with Loopback(oauth(Reply({"access_token": TOKEN}), expired)) as server:
        assert failures(over(server, auth=_with_oauth(server)).fetch()) == ["AUTH"]
    assert len(server.asked) == 4


@pytest.mark.usefixtures("_client")
@pytest.mark.parametrize(
    "token",
    [
        Reply({"error": "invalid_client"}, status=400),
        Reply("", status=401),
        Reply({"token": TOKEN}),
        Reply({"access_token": "a\nb"}),
        Reply("no json"),
    ],
)
def test_a_token_service_that_gives_none_is_an_auth_fault(token: Reply, over: Over) -> None:
    with Loopback(oauth(token)) as server:
        (item,) = over(server, auth=_with_oauth(server)).fetch()
    assert isinstance(item, Failure)
    assert item.error.error_class is ErrorClass.AUTH
    assert TOKEN not in str(item.error)
    assert len(server.asked) == 1


@pytest.mark.usefixtures("_client")
@pytest.mark.parametrize(("status", "error_class"), [(401, "AUTH"), (403, "BLOCKED")])
def test_a_token_service_that_refuses_is_not_asked_for_the_next_period(
    status: int, error_class: str, over: Over
) -> None:
    with Loopback(oauth(Reply("", status=status))) as server:
        source = over(server, auth=_with_oauth(server), periods=["2026-07", "2026-08"])
        assert failures(source.fetch()) == [error_class]
    assert len(server.asked) == 1


def test_a_refused_login_ends_the_asking(over: Over) -> None:
    with Loopback(always(Reply("", status=401))) as server:
        assert failures(over(server, periods=["2026-07", "2026-08"]).fetch()) == ["AUTH"]
    assert len(server.asked) == 1


def test_a_token_is_in_no_evidence(over: Over, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither where the server repeats it, nor in what is logged, recorded or written."""
    monkeypatch.setenv("IOC_TEST_TOKEN", TOKEN)
    replies = in_turn(
        Reply({"fault": TOKEN}, status=400), Reply(TOKEN), Reply({"error": TOKEN}), Reply({"data": RECORDS})
    )
    with Loopback(replies) as server, structlog.testing.capture_logs() as logs:
        source = over(
            server,
            auth={"type": "bearer_env", "env": "IOC_TEST_TOKEN"},
            query={"session": TOKEN},
            periods=["2026-05", "2026-06", "2026-07", "2026-08"],
        )
        loads = source.take_in()
    assert [str(load.error_class) for load in loads] == ["SCHEMA", "NOT_JSON", "SCHEMA", "None"]
    assert TOKEN not in str(loads)
    assert TOKEN not in str(logs)
    written = [path for path in source.config.store.path.rglob("*") if path.is_file()]
    assert len(written) > 1
    assert [path for path in written if TOKEN.encode() in path.read_bytes()] == []


# pages


def paged(records: list[dict[str, Any]], *, size: int = 2, total: object = None) -> Answering:
    """An interface of pages counted from one."""

    def answer(asked: Asked) -> Reply:
        start = (int(asked.query["page"]) - 1) * size
        return Reply({"data": records[start : start + size], "total": total})

    return answer


FIVE = [{"unit": f"H24.10{number}", "total": number, "done": 0} for number in range(1, 6)]
PAGES = {"type": "page", "size_param": "size", "size": 2}


@pytest.mark.parametrize(
    ("paging", "pages"),
    [
        ({"stop": "empty"}, 4),
        ({"stop": "no_progress"}, 4),
        ({"stop": "short"}, 3),
        ({"stop": "total_path", "total_path": "total"}, 3),
    ],
)
def test_pages_are_read_to_the_end(paging: dict[str, Any], pages: int, over: Over, tmp_path: Path) -> None:
    with Loopback(paged(FIVE, total=5)) as server:
        (item,) = over(server, query={}, paging={**PAGES, **paging}).fetch()
    assert [row["unit_code"] for row in landed(item, tmp_path)] == [record["unit"] for record in FIVE]
    assert [asked.query for asked in server.asked] == [{"page": str(n), "size": "2"} for n in range(1, pages + 1)]


def test_offsets_grow_by_the_size(over: Over, tmp_path: Path) -> None:
    def answer(asked: Asked) -> Reply:
        start = int(asked.query["offset"])
        return Reply({"data": FIVE[start : start + 2]})

    with Loopback(answer) as server:
        (item,) = over(server, query={}, paging={"type": "offset", "size": 2, "stop": "short"}).fetch()
    assert [asked.query["offset"] for asked in server.asked] == ["0", "2", "4"]
    assert len(landed(item, tmp_path)) == 5


def test_pages_may_be_asked_for_in_the_body(over: Over) -> None:
    with Loopback(always(FINE)) as server:
        over(server, method="POST", query={}, paging={**PAGES, "page_param": "PageNumber"}).fetch()
    assert [asked.json for asked in server.asked] == [{"PageNumber": 1, "size": 2}, {"PageNumber": 2, "size": 2}]


def test_a_server_that_ignores_the_page_is_asked_twice_only(over: Over, tmp_path: Path) -> None:
    with Loopback(always(FINE)) as server:
        (item,) = over(server, paging=PAGES).fetch()
    assert len(server.asked) == 2
    assert len(landed(item, tmp_path)) == 2


def test_fewer_records_than_promised_are_told(over: Over) -> None:
    with Loopback(paged(FIVE, total="7")) as server:
        (item,) = over(server, query={}, paging={**PAGES, "stop": "total_path", "total_path": "total"}).fetch()
    assert isinstance(item, Incoming)
    (warning,) = item.warnings
    assert "7" in warning
    assert "5" in warning


def test_half_of_the_pages_are_not_taken(over: Over) -> None:
    replies = in_turn(Reply({"data": FIVE[:2]}), Reply("gone", status=404))
    with Loopback(replies) as server:
        source = over(server, paging=PAGES)
        (load,) = source.take_in()
        assert str(load.error_class) == "SCHEMA"
        assert source.facts("unit_code") == []


# what goes wrong


@pytest.mark.parametrize(
    ("reply", "error_class", "is_last"),
    [
        (Reply("<html><title>Request Rejected</title>"), "BLOCKED", True),
        (Reply("", status=403), "BLOCKED", True),
        (Reply("", status=429), "BLOCKED", True),
        (Reply("", status=500), "TRANSPORT", False),
        (Reply("", status=302, headers={"Location": "/login"}), "TRANSPORT", False),
        (Reply(FINE.body, status=201), "SCHEMA", False),
        (Reply(FINE.body[:-10]), "NOT_JSON", False),
        (Reply(b"\xff\xfe{}"), "NOT_JSON", False),
        (Reply('{"data": [{"total": NaN}]}'), "NOT_JSON", False),
        (Reply("[" * 100_000), "NOT_JSON", False),
        (Reply(""), "NOT_JSON", False),
        (Reply({"items": RECORDS}), "SCHEMA", False),
        (Reply({"data": {"H24.101": 5}}), "SCHEMA", False),
        (Reply({"data": [{"code": "H24.101", "total": 1, "done": 1}]}), "SCHEMA", False),
        (Reply({"data": []}), "EMPTY", False),
        (Reply({"data": None}), "EMPTY", False),
    ],
)
def test_a_fault_has_its_class(reply: Reply, error_class: str, is_last: bool, over: Over) -> None:
    with Loopback(in_turn(reply, FINE)) as server:
        items = over(server, periods=["2026-07", "2026-08"]).fetch()
    assert failures(items) == ([error_class] if is_last else [error_class, ""])
    assert len(server.asked) == len(items)


def test_a_status_may_be_tried_again(over: Over) -> None:
    with Loopback(in_turn(Reply("", status=429), Reply("", status=503), FINE)) as server:
        assert failures(over(server, retries=2, retry_on=[429]).fetch()) == [""]
    assert len(server.asked) == 3


def test_a_slow_server_is_not_waited_for(over: Over) -> None:
    def slowly(_asked: Asked) -> Reply:
        sleep(1)
        return FINE

    with Loopback(slowly) as server:
        assert failures(over(server, timeout_s=0.2).fetch()) == ["TRANSPORT"]


def test_a_list_may_stand_alone_or_be_wrapped(over: Over, tmp_path: Path) -> None:
    for content in (RECORDS, {"data": RECORDS}, {"content": RECORDS}):
        with Loopback(always(Reply(content))) as server:
            (item,) = over(server, records_path=["$", "data", "content"]).fetch()
        assert len(landed(item, tmp_path)) == 2


def test_an_answer_about_somebody_else_is_not_taken(over: Over) -> None:
    expect = {"root.code": "H24", "ok": True}
    for root, error_class in (({"code": "H24"}, ""), ({"code": "H99"}, "INTEGRITY"), ({}, "SCHEMA")):
        with Loopback(always(Reply({"ok": True, "root": root, "data": RECORDS}))) as server:
            assert failures(over(server, expect=expect).fetch()) == [error_class]


def test_sums_over_others_are_left_out_and_told(over: Over, tmp_path: Path) -> None:
    records = [
        {**RECORDS[0], "month": 8},
        {**RECORDS[0], "month": 0, "total": 99},
        {"unit": None, "month": 8, "total": 1},
    ]
    with Loopback(always(Reply({"data": records}))) as server:
        (item,) = over(server, only={"month": "{month}", "unit": "*"}).fetch()
        assert [row["received_total"] for row in landed(item, tmp_path)] == ["10"]
        assert isinstance(item, Incoming)
        assert "2" in item.warnings[0]
        assert failures(over(server, only={"month": [1, 2]}).fetch()) == ["EMPTY"]


def test_a_figure_that_vanished_is_told(over: Over) -> None:
    with Loopback(always(Reply({"data": [{"unit": "H24.101", "total": 1}]}))) as server:
        (item,) = over(server).fetch()
        assert isinstance(item, Incoming)
        assert "done" in item.warnings[0]
        required = {"received_total": "total", "done_total": {"path": "done", "required": True}}
        assert failures(over(server, fields=required).fetch()) == ["SCHEMA"]


# what is kept


def test_only_mapped_fields_are_landed(over: Over, tmp_path: Path) -> None:
    record = {**RECORDS[0], "name": "Nguyễn Thị Mẫu", "leader": {"phone": "0912345678"}, "note": "gọi 0912345678"}
    with Loopback(always(Reply({"data": [record]}))) as server:
        (item,) = over(server, fields={"received_total": "total", "unit_name": "name", "done_total": "leader"}).fetch()
    (row,) = landed(item, tmp_path)
    assert (row["received_total"], row["unit_code"]) == ("10", "H24.101")
    content = (tmp_path / "landed.parquet").read_bytes()
    assert not any(text.encode() in content for text in ("0912345678", "Nguyễn", "Mẫu", "phone"))


@pytest.mark.parametrize(
    ("value", "rule", "kept"),
    [
        (12, {}, "12"),
        (0, {}, "0"),
        (Decimal("12.0"), {}, "12"),
        ("1.234", {}, "1234"),
        (" 1 234 ", {}, "1234"),
        ("1.234", {"decimal": "comma"}, "1234"),
        ("1.234", {"decimal": "point"}, "1.2340"),
        ("1,234", {"decimal": "point"}, "1234"),
        ("12.0", {"decimal": "point"}, "12"),
        (Decimal("1.234"), {}, "1.2340"),
        (Decimal("98.7"), {}, "98.7"),
        (None, {}, None),
        ("", {}, None),
        ("-", {}, None),
        ("N/A", {}, None),
        (-1, {"null_values": ["-1"]}, None),
        ("sáu mươi", {}, "•••(8)"),
        (912345678, {}, "•••(9)"),
        (True, {}, "•••(4)"),
        ([1, 2], {}, "•••(6)"),
    ],
)
def test_a_number_is_read_by_its_rule(
    value: object, rule: dict[str, Any], kept: str | None, over: Over, tmp_path: Path
) -> None:
    written = str(value) if isinstance(value, Decimal) else json.dumps(value)
    with Loopback(always(Reply(f'{{"data": [{{"unit": "H24.101", "total": {written}, "done": 1}}]}}'))) as server:
        (item,) = over(server, fields={"received_total": {"path": "total", **rule}, "done_total": "done"}).fetch()
    assert landed(item, tmp_path)[0]["received_total"] == kept


@pytest.mark.parametrize(
    ("parts", "total"), [((7, "1.000"), "1007"), ((7, None), None), ((7, 1.5), "1.5"), ((0, 0), "0")]
)
def test_a_figure_in_parts_is_their_sum(
    parts: tuple[object, object], total: str | None, over: Over, tmp_path: Path
) -> None:
    record = {"unit": "H24.101", "a": parts[0], "b": parts[1]}
    with Loopback(always(Reply({"data": [record]}))) as server:
        (item,) = over(server, fields={"received_total": ["a", "b"]}).fetch()
    assert landed(item, tmp_path)[0]["received_total"] == total


@pytest.mark.parametrize(
    ("system", "code", "kept", "fault"),
    [
        ("electronic_id", "H24.101", "H24.101", None),
        ("electronic_id", " h24.101 ", "h24.101", None),
        ("electronic_id", "000.00.101.H24", "000.00.101.H24", None),
        ("electronic_id", 11446, None, "UNKNOWN_UNIT"),
        ("local", "29", None, "UNKNOWN_UNIT"),
        ("local", "X-7", "H24.102", None),
        ("portal_id", "398126", "398126", None),
        ("statistical", 11446, "11446", None),
        ("statistical", 4, "04", None),
        ("statistical", "7900", "07900", None),
        ("electronic_id", None, None, None),
        ("electronic_id", "Nguyễn Thị Mẫu", "•••(12)", None),
        ("electronic_id", "0912345678", "•••(10)", None),
    ],
)
def test_a_unit_is_named_by_the_declared_system(
    system: str, code: object, kept: str | None, fault: str | None, over: Over, tmp_path: Path
) -> None:
    with Loopback(always(Reply({"data": [{"unit": code, "total": 1, "done": 1}]}))) as server:
        (item,) = over(server, unit_code_system=system, unit_codes={"X-7": "H24.102"}).fetch()
    (row,) = landed(item, tmp_path)
    assert (row["unit_code"], row["fault"]) == (kept, fault)


def test_an_interface_of_one_unit_needs_no_codes(over: Over, tmp_path: Path) -> None:
    with Loopback(always(Reply({"data": [{"total": 5, "done": 1}]}))) as server:
        (item,) = over(server, unit_path=None, unit_code="11446").fetch()
    assert landed(item, tmp_path)[0]["unit_code"] == "11446"


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026-08", "2026-08-01", "2026-08-31"),
        ("8/2026", "2026-08-01", "2026-08-31"),
        ("2026-Q1", "2026-01-01", "2026-03-31"),
        ("vpcp:2026-08", "2026-07-15", "2026-08-14"),
        ("2026-13", "2026-13", "2026-13"),
        ("tháng Tám", "•••(9)", "•••(9)"),
        (None, None, None),
    ],
)
def test_a_record_may_say_its_own_period(text: str | None, start: str, end: str, over: Over, tmp_path: Path) -> None:
    with Loopback(always(Reply({"data": [{"unit": "H24.101", "total": 1, "ky": text}]}))) as server:
        (item,) = over(server, query={}, fields={"period": "ky", "received_total": "total"}).fetch()
    assert item.origin == "stat"
    (row,) = landed(item, tmp_path)
    assert (row["period_start"], row["period_end"]) == (start, end)


# from the answer to the facts


def test_figures_become_facts(over: Over) -> None:
    with Loopback(always(FINE)) as server:
        source = over(server)
        (load,) = source.take_in()
    assert (load.buckets.rows_in, load.buckets.loaded, load.as_of) == (2, 2, NOW)
    assert source.facts("unit_code", "period_start", "period_end", "field_name", "received_total", "done_total") == [
        ("11446", date(2026, 8, 1), date(2026, 8, 31), "", 10, 7),
        ("11629", date(2026, 8, 1), date(2026, 8, 31), "", 20, 15),
    ]


def test_the_answers_own_time_counts(over: Over) -> None:
    for header, as_of in (
        ("Tue, 29 Sep 2026 18:00:00 GMT", datetime(2026, 9, 30, 1, 0)),
        ("Tue, 06 Oct 2026 18:00:00 GMT", NOW),
    ):
        with Loopback(always(FINE), date=header) as server:
            (item,) = over(server).fetch()
        assert isinstance(item, Incoming)
        assert item.as_of == as_of
        assert len(item.warnings) == (as_of == NOW)


def test_a_closed_month_is_stated_anew(over: Over) -> None:
    """The same answer confirms its figures, another one replaces them, and one that returns counts again."""
    later = Reply({"data": [{**RECORDS[0], "done": 8}, RECORDS[1]]})
    with Loopback(in_turn(FINE, FINE, later, FINE)) as server:
        source = over(server)
        counts = []
        for day in (1, 2, 3, 4):
            (load,) = source.take_in(now=datetime(2026, 10, day))
            counts.append((load.buckets.loaded, load.buckets.unchanged))
            assert load.as_of == datetime(2026, 10, day)
    assert counts == [(2, 0), (0, 2), (1, 1), (1, 1)]
    assert source.facts("done_total") == [(7,), (15,)]
    assert source.rows("select count(*) from facts.dossier_stat_versions") == [(4,)]


def test_one_period_says_nothing_of_another(over: Over) -> None:
    """Two months of the same figures are two statements."""
    with Loopback(always(FINE)) as server:
        source = over(server, periods=["2026-07", "2026-08"])
        assert [load.buckets.loaded for load in source.take_in()] == [2, 2]
    assert source.facts("month(period_end)") == [(7,), (7,), (8,), (8,)]
