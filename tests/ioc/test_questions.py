"""What may be asked of a snapshot, and what a scope keeps back."""

from __future__ import annotations

import dataclasses
from datetime import date
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import pytest

from ioc.access import Scope
from ioc.errors import UsageError
from ioc.store import asking, case_questions, intake_questions, questions, score_questions
from ioc.store.engine import Connection
from tests.sample_mart import open_sample_mart, write_sample_mart

EVERYTHING = Scope.everything()
INDEX = "qd766_portal_2026"
PERIOD = "2026-10"
OF_UNIT = {"unit": "31", "period": PERIOD, "boundary": "current"}
OF_CASES = {"unit": "31", "period": PERIOD, "dossiers_in": "current", "petitions_in": "current"}


@pytest.fixture(scope="module")
def mart(tmp_path_factory: pytest.TempPathFactory) -> Connection:
    path: Path = tmp_path_factory.mktemp("mart") / "mart.duckdb"
    write_sample_mart(path)
    return open_sample_mart(path).connection


@pytest.fixture(scope="module")
def commune(mart: Connection) -> str:
    return questions.units(mart, EVERYTHING, level="commune")[0].unit_code


@pytest.mark.parametrize(
    ("name", "record", "parameters"),
    [
        (
            "units",
            questions.UnitRow,
            {"level": None, "parent": None, "units": None, "with_former": False, "compare": None},
        ),
        ("periods", questions.PeriodRow, {"kind": None, "calendar": None}),
        ("indicators", questions.IndicatorRow, {}),
        ("sources", intake_questions.SourceRow, {}),
        ("loads", intake_questions.LoadRow, {"source_id": None, "limit": 1}),
        ("load_days", intake_questions.LoadDay, {"since": date(2026, 1, 1)}),
        ("quarantine_rows", intake_questions.QuarantineRow, {"source_id": None, "load_id": None, "limit": 1}),
        ("reconciliation_counts", intake_questions.ReconciliationCounts, {"period": None}),
        ("index_nodes", score_questions.IndexNode, {"index_id": None}),
        ("bands", score_questions.Band, {"index_id": INDEX}),
        ("score_tree", score_questions.NodeScore, {"index_id": INDEX, **OF_UNIT}),
        ("breakdown_fields", case_questions.BreakdownRow, OF_UNIT),
        ("breakdown_procedures", case_questions.BreakdownRow, {**OF_UNIT, "field_name": None}),
        ("satisfaction_parts", case_questions.SatisfactionPart, {**OF_CASES, "by": "field"}),
        ("satisfaction_reasons", case_questions.SatisfactionReason, OF_CASES),
    ],
)
def test_a_record_has_the_fields_that_its_question_selects(
    mart: Connection, name: str, record: type, parameters: dict[str, object]
) -> None:
    cases = asking.read_question("satisfaction_of_view")
    sql = asking.read_question(name).replace("{found_cases}", cases)
    sql = score_questions.scores_in_view(sql, questions.CURRENT)
    scope = {"detail": None} if "$detail" in sql else {}
    columns = list(mart.frame(sql, {**scope, **parameters}).columns)
    assert columns == [field.name for field in dataclasses.fields(record)]


def test_every_question_file_says_its_grain_and_is_asked() -> None:
    folder = files("ioc.store").joinpath("sql")
    modules = [path for path in files("ioc.store").iterdir() if path.name.endswith("questions.py")]
    asked = "".join(path.read_text(encoding="utf-8") for path in modules)
    mine = [path for path in folder.iterdir() if f'"{path.name.removesuffix(".sql")}"' in asked]
    assert len(mine) > 20
    assert [path.name for path in mine if not path.read_text(encoding="utf-8").startswith("-- one row per ")] == []


def test_a_snapshot_says_what_it_is(mart: Connection) -> None:
    found = questions.info(mart)
    assert found.is_simulated
    assert found.site_unit == "31"
    assert found.as_of is not None
    assert found.as_of.isoformat() == "2026-10-31T17:00:00"


def test_communes_come_in_the_order_of_the_alphabet(mart: Connection) -> None:
    found = questions.units(mart, EVERYTHING, parent="31")
    assert len(found) == 114
    assert [unit.sort_key for unit in found] == sorted(unit.sort_key for unit in found)
    assert (found[0].short_name, found[-1].short_name) == ("Ái Quốc", "Yết Kiêu")


def test_a_reading_carries_its_parts(mart: Connection) -> None:
    (found,) = questions.readings(mart, EVERYTHING, period=PERIOD, indicators=["online_submission_766"], units=["31"])
    assert found.numerator is not None
    assert found.denominator is not None
    assert found.value == pytest.approx(float(found.numerator / found.denominator))
    assert found.unit_name == "Thành phố Hải Phòng"


def test_readings_by_level_and_parent_are_the_same_communes(mart: Connection) -> None:
    by_level = questions.readings(mart, EVERYTHING, period=PERIOD, indicators=["ontime_766"], level="commune")
    by_parent = questions.readings(mart, EVERYTHING, period=PERIOD, indicators=["ontime_766"], parent="31")
    assert by_level == by_parent
    assert len(by_level) == 114


def test_only_the_asked_series(mart: Connection) -> None:
    def count(series: str | None) -> int:
        return len(questions.readings(mart, EVERYTHING, period=PERIOD, units=["31"], series=series))

    assert count("portal") < count(None) == count(questions.ALL_SERIES)
    assert count("no_such") == 0


def test_a_trend_ends_where_it_should_and_begins_with_the_oldest(mart: Connection) -> None:
    points = questions.trend(
        mart, EVERYTHING, indicators=["ontime_766"], units=["31"], until=date(2026, 9, 30), count=6
    )
    assert [point.period for point in points] == ["2026-04", "2026-05", "2026-06", "2026-07", "2026-08", "2026-09"]


def test_days_of_loads_count_each_load_once(mart: Connection) -> None:
    loads = intake_questions.loads(mart, EVERYTHING, limit=10_000)
    days = intake_questions.load_days(mart, EVERYTHING, since=date(2000, 1, 1))
    assert sum(day.done + day.failed for day in days) == len(loads) > 0
    assert sum(day.failed for day in days) == sum(load.state == "failed" for load in loads) > 0
    newest = max(load.fetched_at.date() for load in loads)
    assert {day.day for day in intake_questions.load_days(mart, EVERYTHING, since=newest)} == {newest}
    some = Scope(detail=frozenset({"31"}), compare=None)
    assert intake_questions.load_days(mart, some, since=date(2000, 1, 1)) == []


def test_days_of_a_span_with_both_ends(mart: Connection) -> None:
    found = questions.daily(
        mart, EVERYTHING, indicators=["ontime_766"], unit="31", first_day=date(2026, 10, 5), last_day=date(2026, 10, 7)
    )
    assert [row.day.day for row in found] == [5, 6, 7]


def test_scores_come_by_rank(mart: Connection) -> None:
    found = score_questions.scores(mart, EVERYTHING, index=INDEX, period=PERIOD, kind="total", parent="31")
    points = [score.points for score in found if score.points is not None]
    assert len(points) == 114
    assert points == sorted(points, reverse=True)


def test_the_tree_of_a_unit_adds_up(mart: Connection, commune: str) -> None:
    nodes = score_questions.score_tree(mart, EVERYTHING, index=INDEX, unit=commune, period=PERIOD)
    total = next(node for node in nodes if node.kind == "total")
    groups = [node for node in nodes if node.kind == "group"]
    assert sum((node.points or Decimal(0)) for node in groups) == total.points
    assert total.lost_points == Decimal(100) - (total.points or 0)
    assert len(nodes) == 1 + 6 + 21


def test_a_unit_without_points_still_has_its_tree(mart: Connection) -> None:
    nodes = score_questions.score_tree(mart, EVERYTHING, index=INDEX, unit="no-such", period=PERIOD)
    assert len(nodes) == 28
    assert all(node.points is None and node.lost_points is None for node in nodes)


def test_procedures_of_a_field_add_up_to_it(mart: Connection, commune: str) -> None:
    (field, *_) = case_questions.breakdown(mart, EVERYTHING, unit=commune, period=PERIOD)
    procedures = case_questions.breakdown(
        mart, EVERYTHING, unit=commune, period=PERIOD, by="procedure", field=field.field_name
    )
    assert sum(row.received for row in procedures) == field.received
    with pytest.raises(UsageError, match="field, procedure"):
        case_questions.breakdown(mart, EVERYTHING, unit=commune, period=PERIOD, by="colour")


def test_discontent_has_one_reason_a_case(mart: Connection, commune: str) -> None:
    parts = case_questions.satisfaction(mart, EVERYTHING, unit=commune, period=PERIOD)
    assert {one.kind for one in parts} == {"dossiers", "petitions"}
    for one in parts:
        assert one.cases == one.content + one.supplements + one.overdue + one.disliked + one.repeated
    reasons = case_questions.satisfaction_reasons(mart, EVERYTHING, unit=commune, period=PERIOD)
    assert [(one.reason, one.cases, one.of_cases) for one in reasons if one.kind == "petitions"] == [
        ("disliked", 3, 17), ("overdue", 2, 17), ("repeated", 1, 17),
    ]  # fmt: skip
    assert {one.reason for one in reasons if one.kind == "dossiers"} == {"overdue", "supplements"}


def test_petitions_are_told_by_class_too(mart: Connection, commune: str) -> None:
    parts = case_questions.satisfaction(mart, EVERYTHING, unit=commune, period=PERIOD, by="class")
    assert [(one.kind, one.part, one.cases) for one in parts] == [
        ("petitions", "tthc", 9), ("petitions", "other", 5), ("petitions", "staff", 3),
    ]  # fmt: skip
    with pytest.raises(UsageError, match="field, class"):
        case_questions.satisfaction(mart, EVERYTHING, unit=commune, period=PERIOD, by="colour")


def test_disagreements_come_first(mart: Connection) -> None:
    found = intake_questions.reconciliations(mart, EVERYTHING)
    assert [row.agrees for row in found] == sorted(row.agrees for row in found)
    assert all(not row.agrees for row in intake_questions.reconciliations(mart, EVERYTHING, only_differing=True))


class TestScope:
    """An officer sees own rows, and of others what may be compared."""

    def test_rows_outside_never_come_back(self, mart: Connection, commune: str) -> None:
        scope = Scope(detail=frozenset({commune}), compare=frozenset({commune}))
        assert {row.unit_code for row in questions.readings(mart, scope, period=PERIOD)} == {commune}
        assert {row.unit_code for row in questions.units(mart, scope)} == {commune}
        assert {row.unit_code for row in score_questions.scores(mart, scope, index=INDEX, period=PERIOD)} == {commune}
        assert case_questions.breakdown(mart, scope, unit="31", period=PERIOD) == []
        assert case_questions.satisfaction(mart, scope, unit="31", period=PERIOD) == []
        assert case_questions.satisfaction_reasons(mart, scope, unit="31", period=PERIOD) == []
        assert questions.trend(mart, scope, indicators=["ontime_766"], units=["31"], until=date(2026, 10, 31)) == []
        assert intake_questions.reconciliations(mart, scope, unit="31") == []

    def test_peers_are_compared_without_their_counts(self, mart: Connection, commune: str) -> None:
        scope = Scope(detail=frozenset({commune}), compare=None)
        found = questions.readings(mart, scope, period=PERIOD, indicators=["ontime_766"], parent="31")
        own = next(row for row in found if row.unit_code == commune)
        others = [row for row in found if row.unit_code != commune]
        assert own.denominator is not None
        assert len(others) == 113
        assert all(row.denominator is None and row.value is not None for row in others)

    def test_nobody_sees_nothing(self, mart: Connection) -> None:
        scope = Scope.nothing()
        assert questions.units(mart, scope) == []
        assert questions.readings(mart, scope, period=PERIOD) == []
        assert (
            questions.daily(
                mart,
                scope,
                indicators=["ontime_766"],
                unit="31",
                first_day=date(2026, 10, 1),
                last_day=date(2026, 10, 9),
            )
            == []
        )

    def test_files_that_hold_any_unit_are_for_whoever_sees_all(self, mart: Connection, commune: str) -> None:
        scope = Scope(detail=frozenset({commune}), compare=None)
        assert intake_questions.loads(mart, scope) == []
        assert intake_questions.quarantine_rows(mart, scope) == []
        assert len(intake_questions.loads(mart, EVERYTHING, source="register")) == 2
        assert len(intake_questions.quarantine_rows(mart, EVERYTHING, load=5)) == 24
