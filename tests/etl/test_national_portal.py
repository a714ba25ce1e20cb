"""The national portal's figures: from a real server on this machine to typed facts.

The answers are spoilt on the way, since they come over HTTP and not as files. What tests/intake holds of other kinds
are here the forty and more cases of `test_an_answer_that_is_not_understood_is_not_taken`,
`test_a_refusal_stops_everything`, `test_an_impossible_figure_refuses_its_row_alone`,
`test_an_unusual_answer_says_the_same` and the tests around them.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from etl.portal_protocol import ENDPOINTS, PATH, asked_period, question
from etl.portal_replay import Question, ReplayServer, Reply
from etl.sources.incoming import Failure, FetchContext, Incoming
from etl.sources.national_portal import KIND
from ioc.config import Config, load_config
from ioc.errors import BlockedError, ErrorClass
from ioc.periods import parse_period
from ioc.store.engine import Connection, open_memory

SHARED = Path(__file__).parents[3] / "shared" / "data" / "portal"
STATED_AT = datetime(2026, 9, 27, 1, 14, 39)
NOW = datetime(2026, 9, 30, 8, 0, 0)
ROOT = "019d2be3-6a88-732b-8b17-b68020c8553a"
VIET_TRI = "019d2be3-6ab4-74ce-8a81-1708de733a98"
NAMES = [endpoint.name for endpoint in ENDPOINTS]
needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the captured answers in ../shared/data/portal are not here"
)

Json = dict[str, Any]
Answering = Callable[[Question, Reply], Reply]


class FaultyPortal(ReplayServer):
    """A replay server whose answers of some endpoints are spoilt."""

    def __init__(self, folder: Path, *, spoil: dict[str, Answering] | None = None) -> None:
        super().__init__(folder, stated_at=STATED_AT)
        self._spoil = spoil or {}

    def answer(self, question: Question) -> Reply:
        reply = super().answer(question)
        spoil = self._spoil.get(question.endpoint.name) if question.endpoint else None
        return spoil(question, reply) if spoil else reply

    @property
    def asked(self) -> list[str]:
        return [question.path.rpartition("/")[2] for question in self.questions]


def changed(change: Callable[[Json], None]) -> Answering:
    """The answer with its `data` changed."""

    def spoil(_question: Question, reply: Reply) -> Reply:
        content = json.loads(reply.body)
        change(content["data"])
        return Reply(201, json.dumps(content).encode())

    return spoil


def recoded(write: Callable[[str], bytes]) -> Answering:
    """The same answer, written in another way."""
    return lambda _question, reply: Reply(201, write(json.dumps(json.loads(reply.body), ensure_ascii=False)))


def always(reply: Reply) -> Answering:
    return lambda _question, _reply: reply


# a small portal: one province of two communes and a department


def _unit(number: int, name: str) -> Json:
    return {"departmentId": f"u-{number}", "departmentName": name, "departmentCode": f"H99.{100 + number}"}


def _metric(code: str, numerator: float | None, denominator: float | None, score: float | None, maximum: int) -> Json:
    parts = {"numerator": numerator, "denominator": denominator, "ratio": None, "score": score, "maxScore": maximum}
    return {"code": code, "name": "…", **parts}


def _listed(codes: dict[str, int], unit: Json, *, has_code: bool, **more: int) -> Json:
    metrics = [_metric(code, 1, 2, maximum / 2, maximum) for code, maximum in codes.items()]
    own = {key: value for key, value in unit.items() if has_code or key != "departmentCode"}
    maximum = sum(codes.values())
    return {**own, "totalScore": maximum / 2, "totalMaxScore": maximum, "ratio": 50, "metrics": metrics, **more}


ROOT_UNIT = {"departmentId": "u-0", "departmentName": "UBND tỉnh Mẫu", "departmentCode": "H99"}
UNITS = [_unit(1, "UBND xã Mẫu A"), _unit(2, " UBND  xã Mẫu B - tỉnh Mẫu"), _unit(3, "Sở Mẫu - Tỉnh Mẫu")]
TRANSPARENCY = {"PUBLISH_ON_TIME": 6, "PUBLIC_UPDATE_ON_TIME": 4, "PUBLIC_CONTENT_FULL": 2, "DOSSIER_SYNC": 6}
SATISFACTION = {
    "PETITION_CLASSIFICATION_TTHC": 0,
    "PETITION_CLASSIFICATION_STAFF": 0,
    "DOSSIER_RECEIVING_SATISFACTION": 6,
    "PETITION_PROCESSING_ON_TIME": 6,
    "PETITION_HANDLING_SATISFACTION": 6,
}
DIGITISED = {
    "ORIGINAL_RESULT_AVAILABLE": 6,
    "SO_HOA_GIAY_TO_GIAI_QUYET": 4,
    "REUSED_DIGITIZED_DATA": 2,
    "SYNCED_WITH_DVCQG_PERSONAL_STORAGE": 4,
    "CITIZEN_DATA_CONNECTED_DOSSIER": 2,
    "CITIZEN_DATA_CONNECTED_FORMALITY": 2,
    "ELECTRONIC_CERTIFIED_COPY": 2,
}


def _list_answer(codes: dict[str, int], *, has_code: bool, **more: int) -> Json:
    evaluation = [_listed(codes, unit, has_code=has_code, **more) for unit in UNITS]
    pagination = {"total": len(UNITS), "currentPage": 1, "pageSize": 200, "totalPages": 1}
    overview = _listed(codes, ROOT_UNIT, has_code=has_code, **more)
    return {"overview": overview, "evaluation": evaluation, "pagination": pagination}


def _tree(parent: Json, child: Json) -> Json:
    return {"parent": {**ROOT_UNIT, **parent}, "children": [{**unit, "level": "COMMUNE", **child} for unit in UNITS]}


def _small_answers() -> dict[str, Json]:
    groups = {"CKMB": 9, "TDGQ": 18.5, "CLGQ": 6.5, "MDSH": 11, "MDHL": 9, "TTTT": 6.25}
    progress = {"totalReceived": 100, "totalOnTime": 90, "avgProcessingDays": 4.2, "ratio": 90}
    payment = {
        "totalDossierOnlinePaymentSuccess": 5,
        "totalDossierFinancialObligation": 10,
        "totalDossierOnlineFormalityPaymentSuccess": 1,
        "totalFeeFormality": 4,
        "totalFeeDossierFormality": None,
        "totalScore": 6.25,
        "totalMaxScore": 10,
    }
    online = {"totalScore": 6.5, "totalMaxScore": 12, "ratio": 54.17}
    counts = {"authorityCount": 89, "partialCount": 31, "fullCount": 21, "onlineDossierCount": 516}
    sums = {"onlineServiceTotal": 1884, "channelOnlineSum": 589496, "channelTotalSum": 597894}
    total = {"totalScore": 60.25, "scoreDelta": None, "childGroup": None, "groupScores": groups}
    return {
        "dvc-progress-tree": _tree(
            {**progress, "totalScore": 18, "totalMaxScore": 20, "totalCompleted": 95},
            {**progress, "score": 18, "maxScore": 20, "totalOverdue": 10},
        ),
        "dossier-digitized": _list_answer(DIGITISED, has_code=True),
        "provide-online-tree": _tree({**online, **counts, **sums}, online),
        "formality-online-payment-tree": _tree(payment, payment),
        "service-results": {
            "overview": {**ROOT_UNIT, **total},
            "evaluation": [{**unit, **total} for unit in UNITS],
            "growthPercent": None,
        },
        "transparency": _list_answer(TRANSPARENCY, has_code=False),
        "handling-satisfaction": _list_answer(SATISFACTION, has_code=False, totalPetitions=4, totalDossiers=100),
    }


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A folder of the seven answers of August 2026."""
    folder = tmp_path / "portal"
    (folder / "2026-08").mkdir(parents=True)
    for name, data in _small_answers().items():
        content = json.dumps({"code": "OK", "data": data, "message": "OK"}, ensure_ascii=False)
        (folder / "2026-08" / f"{name}.json").write_text(content, encoding="utf-8")
    return folder


@dataclass(frozen=True)
class Fetched:
    """What a fetch yielded."""

    items: tuple[Incoming | Failure, ...]

    @property
    def loads(self) -> dict[str, Incoming]:
        return {item.origin: item for item in self.items if isinstance(item, Incoming)}

    @property
    def failures(self) -> dict[str, Failure]:
        return {item.origin: item for item in self.items if isinstance(item, Failure)}


Fetcher = Callable[..., Fetched]


@pytest.fixture
def fetch(tmp_path: Path) -> Fetcher:
    """Fetches from a replay server with a real configuration."""

    def run(
        server: ReplayServer, *periods: str, now: datetime = NOW, root: str | None = "u-0", **more: object
    ) -> Fetched:
        settings = {"base_url": server.base_url, "periods": list(periods or ["2026-08"]), "min_delay_s": 0, **more}
        if root is not None:
            settings["root_department_id"] = root
        config = _config(tmp_path, {"kind": "national_portal", "enabled": True, **settings})
        context = FetchContext("portal", config.sources["portal"], config, lambda: now, lambda _sha256: False)
        return Fetched(tuple(KIND.fetch(context)))

    return run


def _config(folder: Path, source: Json) -> Config:
    file = folder / "config.yaml"
    content = {
        "site": {"name": "Mẫu", "unit": "25"},
        "catalog": {"path": "catalog", "indices": []},
        "sources": {"portal": source},
    }
    file.write_text(json.dumps(content), encoding="utf-8")
    return load_config(file, environ={})


def facts(incoming: Incoming, folder: Path, codes: dict[str, str] | None = None) -> list[Json]:
    """The contract's answer over one landed answer, with figures as numbers."""
    landing = folder / f"{incoming.sha256[:8]}.parquet"
    incoming.land(landing)
    connection = open_memory()
    try:
        _prepare(connection, landing, codes or {})
        contract = files("etl.facts").joinpath("portal.sql").read_text(encoding="utf-8")
        connection.execute(f"create table typed as {contract}")
        columns = [str(name) for name, *_ in connection.rows("describe typed")]
        return [dict(zip(columns, row, strict=True)) for row in connection.rows("from typed order by row_no")]
    finally:
        connection.close()


def _prepare(connection: Connection, landing: Path, codes: dict[str, str]) -> None:
    connection.execute(files("etl.facts").joinpath("macros.sql").read_text(encoding="utf-8"))
    connection.execute("create table unit_xref (source_unit_code varchar, unit_code varchar)")
    for source_unit_code, unit_code in codes.items():
        connection.execute("insert into unit_xref values (?, ?)", [source_unit_code, unit_code])
    connection.execute(f"create view landed as select * from read_parquet('{landing}')")


def figures(row: Json) -> dict[str, Json]:
    """A fact's metrics by their code."""
    return {metric["code"]: metric for metric in row["metrics"]}


# what is asked


def test_asks_seven_questions_in_order(small: Path, fetch: Fetcher) -> None:
    with FaultyPortal(small) as portal:
        fetched = fetch(portal, user_agent="Sở KH&CN (mẫu)")
    assert portal.asked == NAMES
    assert list(fetched.loads) == [f"evaluation/{name} 2026-08" for name in NAMES]
    assert {question.headers["User-Agent"].encode("latin-1").decode() for question in portal.questions} == {
        "Sở KH&CN (mẫu)"
    }
    assert {question.headers["Accept"] for question in portal.questions} == {"application/json"}


@needs_shared
def test_asks_exactly_as_the_portals_own_page() -> None:
    """Every captured request without a procedure filter is built the same, and understood by the replay server."""
    captured = json.loads((SHARED / "requests.json").read_text(encoding="utf-8"))["requests"]
    by_path = {f"{PATH}/{endpoint.path}": endpoint for endpoint in ENDPOINTS}
    periods = {"year": "2026", "quarter": "2026-Q3", "month": "2026-08"}
    evaluations = [request for request in captured if request["scope"] == "all"]
    assert len(evaluations) == 18
    for request in evaluations:
        endpoint, period = by_path[request["path"]], periods[request["period"]]
        assert question(endpoint, parse_period(period), root_department_id=ROOT) == request["body"]
        assert asked_period(endpoint, request["body"]) == period


def test_the_summary_is_asked_for_all_units(small: Path, fetch: Fetcher) -> None:
    with FaultyPortal(small) as portal:
        fetch(portal)
    asked = next(question.content for question in portal.questions if question.path.endswith("service-results"))
    assert asked == {
        "timeType": "month",
        "year": 2026,
        "month": 8,
        "rootDepartmentId": "u-0",
        "departmentType": "ADMINISTRATIVE_UNIT",
    }


@pytest.mark.parametrize(
    ("period", "now", "is_asked"),
    [
        ("2026-08", datetime(2026, 8, 31, 23, 59), False),
        ("2026-08", datetime(2026, 9, 1, 0, 0), True),
        ("2026-Q3", datetime(2026, 7, 1), True),
        ("2026", datetime(2026, 1, 1), True),
    ],
)
def test_a_month_is_asked_for_after_its_end(
    period: str, now: datetime, is_asked: bool, small: Path, fetch: Fetcher
) -> None:
    with FaultyPortal(small) as portal:
        fetched = fetch(portal, period, now=now)
    assert len(portal.questions) == (7 if is_asked else 0)
    assert len(fetched.items) == (7 if is_asked else 0)


def test_the_future_is_refused_and_the_rest_goes_on(small: Path, fetch: Fetcher) -> None:
    with FaultyPortal(small) as portal:
        fetched = fetch(portal, "2027", "2026-08")
    assert fetched.failures["evaluation 2027"].error.error_class is ErrorClass.VALUE
    assert len(fetched.loads) == 7
    assert portal.asked == NAMES


def test_an_unknown_period_is_a_failure_of_each_endpoint(small: Path, fetch: Fetcher) -> None:
    with FaultyPortal(small) as portal:
        fetched = fetch(portal, "2026-07")
    assert [failure.error.error_class for failure in fetched.failures.values()] == [ErrorClass.SCHEMA] * 7
    assert len(portal.questions) == 7


# what becomes of the answers


def test_figures_become_facts(small: Path, fetch: Fetcher, tmp_path: Path) -> None:
    with FaultyPortal(small) as portal:
        fetched = fetch(portal)
    rows = facts(fetched.loads["evaluation/dvc-progress-tree 2026-08"], tmp_path, {"H99.101": "00001"})
    assert [(row["department_name"], row["unit_code"]) for row in rows] == [
        ("UBND tỉnh Mẫu", "H99"),
        ("UBND xã Mẫu A", "00001"),
        ("UBND xã Mẫu B", "H99.102"),
        ("Sở Mẫu", "H99.103"),
    ]
    assert all(row["problems"] == [] and row["event_at"] is None for row in rows)
    parent, child = figures(rows[0]), figures(rows[1])
    assert set(parent) == {"TDGQ", "TOTAL_RECEIVED", "TOTAL_ON_TIME", "TOTAL_COMPLETED", "AVG_PROCESSING_DAYS"}
    assert set(child) == {"TDGQ", "TOTAL_RECEIVED", "TOTAL_ON_TIME", "TOTAL_OVERDUE", "AVG_PROCESSING_DAYS"}
    # the parent says totalScore, the children say score
    assert parent["TDGQ"]["points"] == child["TDGQ"]["points"] == 18
    assert child["TDGQ"]["max_points"] == 20
    assert child["AVG_PROCESSING_DAYS"]["numerator"] == Decimal("4.2")


def test_the_summary_never_overwrites_a_groups_own_answer(small: Path, fetch: Fetcher, tmp_path: Path) -> None:
    with FaultyPortal(small) as portal:
        fetched = fetch(portal)
    rows = facts(fetched.loads["evaluation/service-results 2026-08"], tmp_path)
    metrics = figures(rows[1])
    assert set(metrics) == {
        "TOTAL",
        *(f"SERVICE_{group}" for group in ("CKMB", "TDGQ", "CLGQ", "TTTT", "MDHL", "MDSH")),
    }
    assert metrics["TOTAL"]["points"] == Decimal("60.25")
    assert metrics["SERVICE_TTTT"]["points"] == Decimal("6.25")


def test_the_summary_says_when_its_groups_do_not_add_up(small: Path, fetch: Fetcher) -> None:
    def raise_total(data: Json) -> None:
        data["evaluation"][1]["totalScore"] += 0.06

    with FaultyPortal(small, spoil={"service-results": changed(raise_total)}) as portal:
        fetched = fetch(portal)
    warnings = fetched.loads["evaluation/service-results 2026-08"].warnings
    assert any("u-2" in warning for warning in warnings)


def test_codes_are_taken_from_the_answers_that_tell_them(small: Path, fetch: Fetcher, tmp_path: Path) -> None:
    with FaultyPortal(small) as portal:
        fetched = fetch(portal)
    rows = facts(fetched.loads["evaluation/transparency 2026-08"], tmp_path, {"H99.102": "00002"})
    assert [row["source_unit_code"] for row in rows] == ["H99", "H99.101", "H99.102", "H99.103"]
    assert rows[2]["unit_code"] == "00002"


def test_a_unit_without_any_code_is_known_by_its_id_or_kept_under_it(
    small: Path, fetch: Fetcher, tmp_path: Path
) -> None:
    gone = always(Reply(404, b""))
    with FaultyPortal(small, spoil=dict.fromkeys(NAMES[:5], gone)) as portal:
        fetched = fetch(portal)
    assert len(fetched.failures) == 5
    rows = facts(fetched.loads["evaluation/transparency 2026-08"], tmp_path, {"U-1": "00001"})
    assert [row["unit_code"] for row in rows] == ["portal:u-0", "00001", "portal:u-2", "portal:u-3"]


def test_null_stays_null_and_zero_stays_zero(small: Path, fetch: Fetcher, tmp_path: Path) -> None:
    def empty(data: Json) -> None:
        nothing = _metric("PUBLISH_ON_TIME", 0, 0, None, 6)
        data["evaluation"][0]["metrics"][0] = nothing

    with FaultyPortal(small, spoil={"transparency": changed(empty)}) as portal:
        fetched = fetch(portal)
    metric = figures(facts(fetched.loads["evaluation/transparency 2026-08"], tmp_path)[1])["PUBLISH_ON_TIME"]
    assert (metric["numerator"], metric["denominator"], metric["ratio"], metric["points"]) == (0, 0, None, None)
    payment = figures(facts(fetched.loads["evaluation/formality-online-payment-tree 2026-08"], tmp_path)[1])
    assert payment["TOTAL_FEE_DOSSIER_FORMALITY"]["numerator"] is None
    assert "TOTAL_FEE_DOSSIER_FORMALITY_DISTINCT" not in payment


def test_the_flags_of_quality_are_kept(small: Path, fetch: Fetcher, tmp_path: Path) -> None:
    def flag(data: Json) -> None:
        data["evaluation"][0]["metrics"][3] |= {
            "dataQualityStatus": "NO_NATIONAL_REPORT_DATA",
            "dataQualityMessage": "…",
        }

    with FaultyPortal(small, spoil={"transparency": changed(flag)}) as portal:
        fetched = fetch(portal)
    metric = figures(facts(fetched.loads["evaluation/transparency 2026-08"], tmp_path)[1])["DOSSIER_SYNC"]
    assert (metric["quality_status"], metric["quality_message"]) == ("NO_NATIONAL_REPORT_DATA", "…")


@pytest.mark.parametrize(
    ("key", "value", "field"),
    [
        ("score", 20.01, "TDGQ.points"),
        ("score", -1, "TDGQ.points"),
        ("score", "Nguyễn Văn A", "TDGQ.points"),
        ("totalReceived", True, "TOTAL_RECEIVED.numerator"),
        ("totalReceived", 10**30, "TOTAL_RECEIVED.numerator"),
        ("departmentName", " ", "departmentName"),
    ],
)
def test_an_impossible_figure_refuses_its_row_alone(
    key: str, value: object, field: str, small: Path, fetch: Fetcher, tmp_path: Path
) -> None:
    def spoil(data: Json) -> None:
        data["children"][1][key] = value

    with FaultyPortal(small, spoil={"dvc-progress-tree": changed(spoil)}) as portal:
        fetched = fetch(portal)
    rows = facts(fetched.loads["evaluation/dvc-progress-tree 2026-08"], tmp_path)
    assert [[problem["field"] for problem in row["problems"]] for row in rows] == [[], [], [field], []]
    assert "Nguyễn" not in str(rows[2]["problems"])


def test_nothing_but_numbers_lands_where_numbers_belong(small: Path, fetch: Fetcher, tmp_path: Path) -> None:
    def plant(data: Json) -> None:
        child = data["children"][0]
        child |= {"totalReceived": "Nguyễn Văn A", "contact": "0912345678", "departmentName": "Xã Mẫu 001095012345"}

    with FaultyPortal(small, spoil={"dvc-progress-tree": changed(plant)}) as portal:
        fetched = fetch(portal)
    landing = tmp_path / "landing.parquet"
    fetched.loads["evaluation/dvc-progress-tree 2026-08"].land(landing)
    landed = str(pq.read_table(landing).to_pylist())
    assert "Xã Mẫu" in landed
    assert not [canary for canary in ("Nguyễn", "0912345678", "001095012345") if canary in landed]


def test_the_order_of_metrics_says_nothing(small: Path, fetch: Fetcher, tmp_path: Path) -> None:
    def turn(data: Json) -> None:
        data["evaluation"][0]["metrics"].reverse()

    with FaultyPortal(small) as portal, FaultyPortal(small, spoil={"transparency": changed(turn)}) as turned:
        origin = "evaluation/transparency 2026-08"
        straight, reverse = (facts(fetch(server).loads[origin], tmp_path)[1] for server in (portal, turned))
    assert straight["metrics"] == reverse["metrics"]


def test_a_metric_named_twice_refuses_its_row(small: Path, fetch: Fetcher, tmp_path: Path) -> None:
    def double(data: Json) -> None:
        data["evaluation"][0]["metrics"].append(data["evaluation"][0]["metrics"][0])

    with FaultyPortal(small, spoil={"transparency": changed(double)}) as portal:
        fetched = fetch(portal)
    rows = facts(fetched.loads["evaluation/transparency 2026-08"], tmp_path)
    assert [problem["reason"] for problem in rows[1]["problems"]] == ["DUPLICATE"]


def test_the_root_counts_once(small: Path, fetch: Fetcher, tmp_path: Path) -> None:
    def list_root_too(data: Json) -> None:
        data["evaluation"].insert(0, data["overview"])

    with FaultyPortal(small, spoil={"transparency": changed(list_root_too)}) as portal:
        fetched = fetch(portal)
    rows = facts(fetched.loads["evaluation/transparency 2026-08"], tmp_path)
    assert [row["department_id"] for row in rows] == ["u-0", "u-1", "u-2", "u-3"]


def test_the_portal_says_of_when_its_figures_are(small: Path, fetch: Fetcher) -> None:
    with FaultyPortal(small) as portal:
        fetched = fetch(portal)
    assert {item.as_of for item in fetched.loads.values()} == {STATED_AT}
    assert {item.fetched_at for item in fetched.loads.values()} == {NOW}


def test_a_clock_that_is_plainly_wrong_is_not_believed(small: Path, fetch: Fetcher) -> None:
    with FaultyPortal(small) as portal:
        fetched = fetch(portal, now=datetime(2026, 9, 20))
    assert {item.as_of for item in fetched.loads.values()} == {None}
    assert all(item.warnings for item in fetched.loads.values())


# what goes wrong

WALL = Reply(200, b"<html><head><title>Request Rejected</title></head></html>", content_type="text/html")


@pytest.mark.parametrize("refusal", [WALL, Reply(403, b"{}"), Reply(429, b"{}", headers=(("Retry-After", "1"),))])
def test_a_refusal_stops_everything(refusal: Reply, small: Path, fetch: Fetcher) -> None:
    with FaultyPortal(small, spoil={"dossier-digitized": always(refusal)}) as portal:
        fetched = fetch(portal, "2026-08", "2026")
    assert portal.asked == NAMES[:2]
    assert list(fetched.loads) == ["evaluation/dvc-progress-tree 2026-08"]
    assert isinstance(fetched.failures["evaluation/dossier-digitized 2026-08"].error, BlockedError)


def test_a_fault_of_the_server_is_tried_again(small: Path, fetch: Fetcher) -> None:
    faults = [Reply(500, b""), Reply(503, b"<html>")]

    def recover(_question: Question, reply: Reply) -> Reply:
        return faults.pop(0) if faults else reply

    with FaultyPortal(small, spoil={"dossier-digitized": recover}) as portal:
        fetched = fetch(portal)
    assert len(fetched.loads) == 7
    assert Counter(portal.asked) == Counter(NAMES) + Counter({"dossier-digitized": 2})


@pytest.mark.parametrize("max_retries", [0, 2])
def test_a_lasting_fault_costs_its_endpoint_only(max_retries: int, small: Path, fetch: Fetcher) -> None:
    with FaultyPortal(small, spoil={"dossier-digitized": always(Reply(500, b""))}) as portal:
        fetched = fetch(portal, max_retries=max_retries)
    assert len(fetched.loads) == 6
    assert fetched.failures["evaluation/dossier-digitized 2026-08"].error.error_class is ErrorClass.TRANSPORT
    assert Counter(portal.asked)["dossier-digitized"] == max_retries + 1


def _without(*path: str | int) -> Answering:
    def remove(data: Json) -> None:
        found: Any = data
        for step in path[:-1]:
            found = found[step]
        del found[path[-1]]

    return changed(remove)


def _cut(_question: Question, reply: Reply) -> Reply:
    return Reply(201, reply.body[: len(reply.body) // 2])


@pytest.mark.parametrize(
    ("endpoint", "spoil", "error_class"),
    [
        ("transparency", always(Reply(404, b"{}")), ErrorClass.SCHEMA),
        ("transparency", always(Reply(201, b"")), ErrorClass.NOT_JSON),
        ("transparency", _cut, ErrorClass.NOT_JSON),
        ("transparency", always(Reply(201, b'{"code": "OK", "data": {"x": NaN}}')), ErrorClass.NOT_JSON),
        ("transparency", always(Reply(201, b"[" * 100_000)), ErrorClass.NOT_JSON),
        ("transparency", always(Reply(201, b"[]")), ErrorClass.SCHEMA),
        ("transparency", recoded(lambda text: f"[{text}]".encode()), ErrorClass.SCHEMA),
        ("transparency", recoded(lambda text: text.encode("utf-16")), ErrorClass.NOT_JSON),
        ("transparency", recoded(lambda text: text.encode("utf-8") + b"\x00"), ErrorClass.NOT_JSON),
        ("transparency", recoded(lambda text: text.encode("utf-8").replace(b"\xc3", b"")), ErrorClass.NOT_JSON),
        ("transparency", recoded(lambda text: f"{text}{text}".encode()), ErrorClass.NOT_JSON),
        ("transparency", always(Reply(201, b'{"code": "ERROR", "data": null, "message": "no"}')), ErrorClass.SCHEMA),
        ("transparency", _without("evaluation"), ErrorClass.SCHEMA),
        ("transparency", _without("overview"), ErrorClass.SCHEMA),
        ("transparency", _without("evaluation", 1, "departmentId"), ErrorClass.SCHEMA),
        ("transparency", _without("evaluation", 1, "totalScore"), ErrorClass.SCHEMA),
        ("transparency", _without("evaluation", 1, "metrics", 0, "numerator"), ErrorClass.SCHEMA),
        ("dvc-progress-tree", _without("children"), ErrorClass.SCHEMA),
        ("dvc-progress-tree", _without("children", 2, "score"), ErrorClass.SCHEMA),
        ("dvc-progress-tree", _without("children", 2, "totalOnTime"), ErrorClass.SCHEMA),
        ("provide-online-tree", _without("parent", "channelOnlineSum"), ErrorClass.SCHEMA),
        ("service-results", _without("evaluation", 0, "groupScores", "MDSH"), ErrorClass.SCHEMA),
    ],
)
def test_an_answer_that_is_not_understood_is_not_taken(
    endpoint: str, spoil: Answering, error_class: ErrorClass, small: Path, fetch: Fetcher
) -> None:
    with FaultyPortal(small, spoil={endpoint: spoil}) as portal:
        fetched = fetch(portal)
    assert fetched.failures[f"evaluation/{endpoint} 2026-08"].error.error_class is error_class
    assert len(fetched.loads) == 6
    assert portal.asked == NAMES


def _with_more_keys(data: Json) -> None:
    data["weather"] = {"in": ["Hà Nội"]}
    for unit in data["evaluation"]:
        unit |= {"officer": "Nguyễn Văn A", "rank": 1}


def _with_texts_for_numbers(data: Json) -> None:
    for unit in data["evaluation"]:
        unit |= {"totalScore": f" {unit['totalScore']} ", "totalMaxScore": str(unit["totalMaxScore"])}


def _with_units_in_another_order(data: Json) -> None:
    data["evaluation"].reverse()


@pytest.mark.parametrize(
    "spoil",
    [
        recoded(lambda text: text.encode("utf-8-sig")),
        recoded(lambda text: json.dumps(json.loads(text), indent=4).replace("\n", "\r\n").encode()),
        changed(_with_more_keys),
        changed(_with_texts_for_numbers),
        changed(_with_units_in_another_order),
    ],
    ids=["marked", "printed", "more keys", "texts for numbers", "another order"],
)
def test_an_unusual_answer_says_the_same(spoil: Answering, small: Path, fetch: Fetcher, tmp_path: Path) -> None:
    def said(portal: FaultyPortal) -> dict[str, Json]:
        rows = facts(fetch(portal).loads["evaluation/transparency 2026-08"], tmp_path)
        assert [row["problems"] for row in rows] == [[]] * 4
        return {row["department_id"]: figures(row) for row in rows}

    with FaultyPortal(small) as portal, FaultyPortal(small, spoil={"transparency": spoil}) as unusual:
        assert said(unusual) == said(portal)


def test_a_unit_under_another_name_keeps_its_code(small: Path, fetch: Fetcher, tmp_path: Path) -> None:
    def rename(data: Json) -> None:
        data["children"][0]["departmentName"] = "UBND phường Mẫu A"

    with FaultyPortal(small, spoil={"dvc-progress-tree": changed(rename)}) as portal:
        rows = facts(fetch(portal).loads["evaluation/dvc-progress-tree 2026-08"], tmp_path)
    assert (rows[1]["department_id"], rows[1]["source_unit_code"]) == ("u-1", "H99.101")


def test_no_units_below_the_root_is_legal(small: Path, fetch: Fetcher, tmp_path: Path) -> None:
    with FaultyPortal(small, spoil={"dvc-progress-tree": changed(lambda data: data["children"].clear())}) as portal:
        fetched = fetch(portal)
    assert len(facts(fetched.loads["evaluation/dvc-progress-tree 2026-08"], tmp_path)) == 1


def _only_named(data: Json, key: str) -> None:
    data[key] = {name: data[key][name] for name in ("departmentId", "departmentName")}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data, key: data.update({key: None}),
        lambda data, key: data.update({key: {}}),
        _only_named,
    ],
    ids=["null", "empty", "only named"],
)
@pytest.mark.parametrize(("endpoint", "key"), [("dvc-progress-tree", "parent"), ("transparency", "overview")])
def test_a_root_without_figures_does_not_hide_the_units_below(
    endpoint: str, key: str, spoil: Callable[[Json, str], None], small: Path, fetch: Fetcher, tmp_path: Path
) -> None:
    def below(fetched: Fetched) -> list[tuple[str, Json]]:
        rows = facts(fetched.loads[f"evaluation/{endpoint} 2026-08"], tmp_path)
        return [(row["department_id"], figures(row)) for row in rows if row["department_id"] != "u-0"]

    with FaultyPortal(small) as portal:
        whole = below(fetch(portal))
    with FaultyPortal(small, spoil={endpoint: changed(lambda data: spoil(data, key))}) as portal:
        fetched = fetch(portal)
    assert fetched.failures == {}
    assert below(fetched) == whole != []
    assert any(f"data.{key}" in warning for warning in fetched.loads[f"evaluation/{endpoint} 2026-08"].warnings)


def test_an_answer_for_another_root_is_not_taken(small: Path, fetch: Fetcher) -> None:
    def other_root(data: Json) -> None:
        data["parent"]["departmentId"] = "u-9"

    with FaultyPortal(small, spoil={"provide-online-tree": changed(other_root)}) as portal:
        fetched = fetch(portal)
    failure = fetched.failures["evaluation/provide-online-tree 2026-08"]
    assert failure.error.error_class is ErrorClass.INTEGRITY
    assert len(failure.sha256) == 64
    assert failure.size_bytes > 0
    assert len(fetched.loads) == 6


def test_pages_are_read_while_there_are_more(small: Path, fetch: Fetcher, tmp_path: Path) -> None:
    def one_a_page(question: Question, reply: Reply) -> Reply:
        content = json.loads(reply.body)
        page = int(str((question.content or {})["currentPage"]))
        content["data"]["evaluation"] = content["data"]["evaluation"][page - 1 : page]
        content["data"]["pagination"] = {"total": 3, "currentPage": page, "pageSize": 1, "totalPages": 3}
        return Reply(201, json.dumps(content).encode())

    with FaultyPortal(small, spoil={"transparency": one_a_page}) as portal:
        fetched = fetch(portal)
    rows = facts(fetched.loads["evaluation/transparency 2026-08"], tmp_path)
    assert [row["department_id"] for row in rows] == ["u-0", "u-1", "u-2", "u-3"]
    assert Counter(portal.asked)["transparency"] == 3


@pytest.mark.parametrize(("total_pages", "asked"), [(1, 1), (None, 2)])
def test_a_short_list_is_said_and_not_asked_for_without_end(
    total_pages: int | None, asked: int, small: Path, fetch: Fetcher
) -> None:
    def promise_more(data: Json) -> None:
        data["pagination"] |= {"total": 163, "totalPages": total_pages}

    with FaultyPortal(small, spoil={"transparency": changed(promise_more)}) as portal:
        fetched = fetch(portal)
    warnings = fetched.loads["evaluation/transparency 2026-08"].warnings
    assert any("163" in warning for warning in warnings)
    assert Counter(portal.asked)["transparency"] == asked


def test_units_outside_the_crosswalk_are_named(small: Path, fetch: Fetcher) -> None:
    with FaultyPortal(small) as portal:
        fetched = fetch(portal)
    warnings = fetched.loads["evaluation/dvc-progress-tree 2026-08"].warnings
    assert any("H99.101" in warning for warning in warnings)


def test_the_address_may_name_the_interface(small: Path, fetch: Fetcher) -> None:
    with FaultyPortal(small) as portal:
        fetched = fetch(portal, base_url=portal.base_url + PATH + "/")
    assert len(fetched.loads) == 7


# the real answers


@pytest.fixture
def captured(tmp_path: Path) -> Path:
    """The captured answers as a replay folder: the year 2026 and its August."""
    folder = tmp_path / "captured"
    for period, part in (("2026", "year"), ("2026-08", "month")):
        (folder / period).mkdir(parents=True)
        for file in SHARED.glob(f"*.{part}.json"):
            (folder / period / f"{file.name.removesuffix(f'.{part}.json')}.json").write_bytes(file.read_bytes())
    return folder


@needs_shared
def test_every_captured_figure_becomes_a_fact(captured: Path, fetch: Fetcher, tmp_path: Path) -> None:
    """Each number of each row of the captured answers is in the facts, and nothing else is."""
    with FaultyPortal(captured) as portal:
        fetched = fetch(portal, "2026", "2026-08", root=ROOT)
    # the summary was not captured
    assert list(fetched.failures) == [f"evaluation/service-results {p}" for p in ("2026", "2026-08")]
    assert len(portal.questions) == 14
    rows = 0
    for endpoint in (name for name in NAMES if name != "service-results"):
        for period in ("2026", "2026-08"):
            published = json.loads((captured / period / f"{endpoint}.json").read_bytes(), parse_float=Decimal)["data"]
            stored = facts(fetched.loads[f"evaluation/{endpoint} {period}"], tmp_path)
            units = [
                published.get("overview") or published["parent"],
                *published.get("evaluation", ()),
                *published.get("children", ()),
            ]
            assert [_stated(row) for row in stored] == [_expected(endpoint, unit) for unit in units]
            assert all(row["problems"] == [] for row in stored)
            assert {(row["endpoint"], row["period"]) for row in stored} == {(endpoint, period)}
            rows += len(stored)
    assert rows == 2 * (5 * 13 + 26)


PARTS = ("numerator", "denominator", "ratio", "points", "max_points")
Stated = dict[str, tuple[Any, ...]]


def _stated(row: Json) -> tuple[str, Stated]:
    return row["department_id"], {code: tuple(metric[part] for part in PARTS) for code, metric in figures(row).items()}


def _expected(endpoint: str, unit: Json) -> tuple[str, Stated]:
    """What the facts of a published unit must be, said as simply as can be."""
    group = next(str(known.group) for known in ENDPOINTS if known.name == endpoint)
    points = unit["score"] if "score" in unit else unit["totalScore"]
    maximum = unit["maxScore"] if "maxScore" in unit else unit["totalMaxScore"]
    expected: Stated = {group: (None, None, unit["ratio"], points, maximum)}
    for metric in unit.get("metrics", ()):
        keys = ("numerator", "denominator", "ratio", "score", "maxScore")
        expected[metric["code"]] = tuple(metric[key] for key in keys)
    for key, value in unit.items():
        is_score = key in (
            "stt",
            "ratio",
            "score",
            "maxScore",
            "totalScore",
            "totalMaxScore",
            "averageScore",
            "scoreDelta",
        )
        if not is_score and isinstance(value, int | Decimal):
            code = "".join("_" + letter if letter.isupper() else letter.upper() for letter in key)
            expected[code] = (value, None, None, None, None)
    return unit["departmentId"], expected


@needs_shared
def test_captured_units_find_their_codes_names_and_flags(captured: Path, fetch: Fetcher, tmp_path: Path) -> None:
    with FaultyPortal(captured) as portal:
        fetched = fetch(portal, "2026-08", root=ROOT)
    rows = {row["department_id"]: row for row in facts(fetched.loads["evaluation/transparency 2026-08"], tmp_path)}
    assert rows[VIET_TRI]["source_unit_code"] == "H44.100"
    assert rows[VIET_TRI]["department_type"] == "COMMUNE_PEOPLE_COMMITTEE"
    assert rows[ROOT]["department_name"] == "UBND tỉnh Phú Thọ"
    assert "Sở Công Thương" in {row["department_name"] for row in rows.values()}
    statuses = Counter(figures(row)["DOSSIER_SYNC"]["quality_status"] for row in rows.values())
    assert statuses == {"TEMP_NATIONAL_REPORT_DENOMINATOR": 12, "NO_NATIONAL_REPORT_DATA": 1}
