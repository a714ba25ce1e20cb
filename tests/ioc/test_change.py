"""A difference is taken apart into parts that sum to it, by group and by criterion."""

from __future__ import annotations

import csv
import io
import math
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from ioc.access import Scope
from ioc.analysis.change import Effect, GroupCount, Points, Presence, split_change, split_points
from ioc.analysis.explain import Place, Way, explain_points, explain_reading, ways_of
from ioc.cli import app
from ioc.errors import UsageError
from ioc.store.engine import Connection, open_reader, open_writer
from ioc.store.snapshots import Manifest, publish_mart
from ioc.store.warehouse import read_sql
from ioc.words import use_language

PROJECT = Path(__file__).parents[2]
EVERYTHING = Scope.everything()
EXACT = 1e-12
FIRST, LAST = Place("31", "2026-08"), Place("31", "2026-09")

MART = """
insert into units (unit_code, name, short_name, level, kind, parent_code, sort_key, search_key) values
    ('31', 'Thành phố Hải Phòng', 'Hải Phòng', 'province', 'thanh_pho', null, 'a', 'hai phong'),
    ('11824', 'Xã An Lão', 'An Lão', 'commune', 'xa', '31', 'b', 'an lao'),
    ('11629', 'Xã An Khánh', 'An Khánh', 'commune', 'xa', '31', 'c', 'an khanh');
insert into periods values
    ('2026-08', 'month', '2026-08-01', '2026-08-31', 'gregorian'),
    ('2026-09', 'month', '2026-09-01', '2026-09-30', 'gregorian');
insert into indicators (indicator, number, name_vi, name_en, measure_unit, direction, decimals) values
    ('online_submission_simple', 22, 'Hồ sơ trực tuyến', 'Online', 'percent', 'up', 2),
    ('ontime_766', 5, 'Đúng hạn', 'On time', 'percent', 'up', 2),
    ('online_submission_766', 21, 'Hồ sơ trực tuyến (766)', 'Online (766)', 'percent', 'up', 2),
    ('online_ontime', 28, 'Trực tuyến đúng hạn', 'Online on time', 'percent', 'up', 2),
    ('e_result_rate', 35, 'Kết quả điện tử', 'Electronic results', 'percent', 'up', 2);
insert into breakdown (
    unit_code, period, field_name, procedure_base, procedure_name, received, online, counter, postal, on_time, judged
) values
    ('31', '2026-08', 'Hộ tịch', '1.0001', 'Khai sinh', 60, 30, 30, 0, 57, 60),
    ('31', '2026-08', 'Hộ tịch', '1.0002', 'Khai tử', 20, 10, 8, 2, 20, 20),
    ('31', '2026-08', 'Đất đai', '1.0003', 'Cấp đổi', 20, 2, 18, 0, 10, 20),
    ('31', '2026-09', 'Hộ tịch', '1.0001', 'Khai sinh', 90, 60, 30, 0, 88, 90),
    ('31', '2026-09', 'Đất đai', '1.0003', 'Cấp đổi', 20, 4, 15, 1, 12, 20),
    ('31', '2026-09', 'Xây dựng', '1.0004', 'Cấp phép', 10, 9, 1, 0, 8, 10);
-- one dossier of each procedure lacks the electronic result; the late ones came by post and to the counter
update breakdown set
    online_766 = online - 1,
    online_judged = online, counter_judged = counter, postal_judged = postal,
    online_on_time = least(online, on_time),
    counter_on_time = least(counter, on_time - least(online, on_time)),
    postal_on_time = on_time - least(online, on_time) - least(counter, on_time - least(online, on_time)),
    fee_bearing = received // 2, paid_online = online // 2;
insert into readings by name
select
    indicator, unit_code, 'commune' as level, nullif('31', unit_code) as parent_code, period,
    'dossiers' as series, true as is_leading, numerator, denominator, numerator / denominator as value, [] as flags
from (values
    ('online_submission_simple', '31', '2026-08', 42, 100), ('online_submission_simple', '31', '2026-09', 73, 120),
    ('ontime_766', '31', '2026-08', 87, 100), ('ontime_766', '31', '2026-09', 108, 120),
    ('online_submission_766', '31', '2026-08', 39, 100), ('online_submission_766', '31', '2026-09', 70, 120),
    ('online_ontime', '31', '2026-08', 42, 42), ('online_ontime', '31', '2026-09', 72, 73),
    ('e_result_rate', '31', '2026-08', 50, 100), ('e_result_rate', '31', '2026-09', 90, 120),
    ('e_result_rate', '11824', '2026-08', 40, 50), ('e_result_rate', '11824', '2026-09', 60, 80),
    ('e_result_rate', '11629', '2026-08', 5, 40), ('e_result_rate', '11629', '2026-09', 25, 30)
) as known (indicator, unit_code, period, numerator, denominator);
-- before the one-stop office delivered its dossiers, the monthly form told how many there were
insert into readings by name
select
    'online_submission_simple' as indicator, unit_code, 'commune' as level, nullif('31', unit_code) as parent_code,
    period, 'form_06a' as series, period = '2026-07' as is_leading, numerator, denominator,
    numerator / denominator as value, [] as flags
from (values
    ('31', '2026-07', 30, 100), ('31', '2026-08', 41, 100),
    ('11824', '2026-07', 20, 50), ('11824', '2026-08', 29, 60),
    ('11629', '2026-07', 10, 50), ('11629', '2026-08', 12, 40)
) as known (unit_code, period, numerator, denominator);
insert into index_nodes (index_id, node, kind, parent_node, position, name_vi, name_en, max_points, is_inherited) values
    ('qd766_portal_2026', 'total', 'total', null, 0, 'Tổng', 'Total', 100, false),
    ('qd766_portal_2026', 'A', 'group', 'total', 1, 'Nhóm A', 'Group A', 20, false),
    ('qd766_portal_2026', 'A.1', 'criterion', 'A', 2, 'Tiêu chí 1', 'Criterion 1', 10, false),
    ('qd766_portal_2026', 'A.2', 'criterion', 'A', 3, 'Tiêu chí 2', 'Criterion 2', 10, false),
    ('qd766_portal_2026', 'B', 'group', 'total', 4, 'Nhóm B', 'Group B', 18, false);
insert into scores by name
select
    'qd766_portal_2026' as index_id, '31' as unit_code, 'province' as level, period, node, 'x' as kind,
    points, 20 as max_points
from (values
    ('2026-08', 'total', 30), ('2026-08', 'A', 12), ('2026-08', 'A.1', 7), ('2026-08', 'A.2', null),
    ('2026-08', 'B', 18),
    ('2026-09', 'total', 33.5), ('2026-09', 'A', 17), ('2026-09', 'A.1', 9), ('2026-09', 'A.2', 8),
    ('2026-09', 'B', 16.5)
) as known (period, node, points);
"""


@pytest.fixture(scope="module")
def mart(tmp_path_factory: pytest.TempPathFactory) -> Connection:
    path = tmp_path_factory.mktemp("change") / "mart.duckdb"
    write_mart(path)
    return open_reader(path)


def write_mart(path: Path) -> None:
    connection = open_writer(path)
    connection.execute(read_sql("ioc.store", "mart.sql"))
    connection.execute(MART)
    connection.close()


def group(key: str, numerator: int, denominator: int) -> GroupCount:
    return GroupCount(key, key, numerator, denominator)


counts = st.integers(0, 5000).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole)))
sides = st.dictionaries(st.sampled_from("abcdefghijkl"), counts, min_size=1).filter(
    lambda side: any(whole for _part, whole in side.values())
)


def groups(side: dict[str, tuple[int, int]]) -> list[GroupCount]:
    return [group(key, *pair) for key, pair in side.items()]


@given(sides, sides)
def test_the_parts_sum_to_the_change(left: dict[str, tuple[int, int]], right: dict[str, tuple[int, int]]) -> None:
    change = split_change(groups(left), groups(right))
    whole = [
        sum(part for part, _ in side.values()) / sum(whole for _, whole in side.values()) for side in (left, right)
    ]
    assert abs(change.difference - (whole[1] - whole[0])) < EXACT
    assert abs(math.fsum(effect.total for effect in change.effects) - change.difference) < EXACT
    assert abs(math.fsum(effect.mix for effect in change.effects) - change.mix) < EXACT
    assert abs(math.fsum(effect.rate for effect in change.effects) - change.rate) < EXACT
    assert abs(change.mix + change.rate - change.difference) < EXACT


@given(sides, sides)
def test_neither_side_is_preferred(left: dict[str, tuple[int, int]], right: dict[str, tuple[int, int]]) -> None:
    there, back = split_change(groups(left), groups(right)), split_change(groups(right), groups(left))
    returned = {effect.key: effect for effect in back.effects}
    for effect in there.effects:
        assert effect.mix == -returned[effect.key].mix
        assert effect.rate == -returned[effect.key].rate


@given(sides)
def test_where_nothing_moved_nothing_has_an_effect(side: dict[str, tuple[int, int]]) -> None:
    change = split_change(groups(side), groups(side))
    assert {(effect.mix, effect.rate) for effect in change.effects} == {(0.0, 0.0)}


@given(sides, st.integers(2, 9))
def test_more_of_the_same_has_no_effect(side: dict[str, tuple[int, int]], times: int) -> None:
    change = split_change(groups(side), [group(key, a * times, b * times) for key, (a, b) in side.items()])
    assert change.difference == change.mix == change.rate == 0


def by_key(effects: tuple[Effect, ...]) -> dict[str, Effect]:
    return {effect.key: effect for effect in effects}


def test_equal_rates_within_the_groups_leave_only_mix() -> None:
    """Half of 50 % and half of 100 % become a quarter and three quarters: 75 % become 87.5 %."""
    change = split_change([group("a", 50, 100), group("b", 100, 100)], [group("a", 25, 50), group("b", 150, 150)])
    assert (change.before, change.after) == (0.75, 0.875)
    assert (change.mix, change.rate) == (0.125, 0.0)
    assert [effect.mix > 0 for effect in change.effects] == [True, True], "less of the worse one also helps"


def test_a_new_and_a_vanished_group_are_all_mix() -> None:
    change = split_change(
        [group("stays", 8, 10), group("goes", 1, 10)], [group("stays", 9, 10), group("comes", 10, 10)]
    )
    effects = by_key(change.effects)
    assert {key: effect.presence for key, effect in effects.items()} == {
        "stays": Presence.BOTH,
        "goes": Presence.VANISHED,
        "comes": Presence.NEW,
    }
    assert effects["comes"].rate == effects["goes"].rate == 0
    assert effects["stays"].rate == pytest.approx(0.05, abs=EXACT)
    assert effects["goes"].after is None
    assert effects["comes"].before is None


def test_a_group_without_cases_is_no_group() -> None:
    change = split_change([group("a", 1, 2), group("b", 0, 0)], [group("a", 2, 2)])
    assert list(by_key(change.effects)) == ["a"]


@pytest.mark.parametrize("wrong", [[], [group("a", 0, 0)], [group("a", 1, 0)], [group("a", 1, 2), group("a", 1, 2)]])
def test_what_cannot_be_counted_is_refused(wrong: list[GroupCount]) -> None:
    with pytest.raises(ValueError, match=r"cases|counted"):
        split_change(wrong, [group("a", 1, 2)])


points = st.none() | st.decimals(0, 20, places=2)


@given(
    st.lists(st.tuples(points, points), min_size=6, max_size=6),
    st.decimals(0, 100, places=2),
    st.decimals(0, 100, places=2),
)
def test_criteria_sum_to_the_change_of_the_total(
    known: list[tuple[Decimal | None, Decimal | None]], before: Decimal, after: Decimal
) -> None:
    """Whatever is not known below a node stays with the node."""
    places = [("A", "total"), ("B", "total"), ("A.1", "A"), ("A.2", "A"), ("B.1", "B"), ("B.2", "B")]

    def side(number: int, total: Decimal) -> list[Points]:
        rest = [Points(node, node, parent, pair[number]) for (node, parent), pair in zip(places, known, strict=True)]
        return [Points("total", "total", None, total), *rest]

    change = split_points(side(0, before), side(1, after), total="total")
    assert sum(effect.difference for effect in change.effects) == change.difference == after - before


def test_a_change_by_procedure_field_and_channel(mart: Connection) -> None:
    for way, keys in (
        (Way.PROCEDURE, {"1.0001", "1.0002", "1.0003", "1.0004"}),
        (Way.FIELD, {"Hộ tịch", "Đất đai", "Xây dựng"}),
        (Way.CHANNEL, {"online", "counter", "postal"}),
    ):
        change = explain_reading(
            mart, EVERYTHING, indicator="online_submission_simple", before=FIRST, after=LAST, way=way
        )
        assert set(by_key(change.effects)) == keys
        assert change.difference == pytest.approx(73 / 120 - 42 / 100, abs=EXACT)
        assert math.fsum(effect.total for effect in change.effects) == pytest.approx(change.difference, abs=EXACT)


def test_by_unit_a_change_is_told_by_the_series_that_both_sides_have(mart: Connection) -> None:
    before = Place("31", "2026-07")
    change = explain_reading(
        mart, EVERYTHING, indicator="online_submission_simple", before=before, after=FIRST, way=Way.UNIT
    )
    assert (change.before, change.after) == (pytest.approx(0.30), pytest.approx(0.41))
    assert math.fsum(effect.total for effect in change.effects) == pytest.approx(change.difference, abs=EXACT)


def test_what_dossiers_do_not_tell_is_said_to_be_told_by_others(mart: Connection) -> None:
    before = Place("31", "2026-07")
    with pytest.raises(UsageError, match=r"dossiers không có .* kỳ này có nguồn: form_06a; .*--by unit"):
        explain_reading(
            mart, EVERYTHING, indicator="online_submission_simple", before=before, after=FIRST, way=Way.FIELD
        )


def test_on_time_is_counted_of_judged_dossiers(mart: Connection) -> None:
    change = explain_reading(mart, EVERYTHING, indicator="ontime_766", before=FIRST, after=LAST, way=Way.FIELD)
    land = by_key(change.effects)["Đất đai"]
    assert land.before is not None
    assert (land.before.numerator, land.before.denominator, land.before.rate) == (10, 20, 0.5)
    assert change.after == pytest.approx(108 / 120)


@pytest.mark.parametrize(
    ("indicator", "counts"),
    [
        ("ontime_766", {"online": (72, 73), "counter": (36, 46), "postal": (0, 1)}),
        ("online_submission_766", {"online": (70, 73), "counter": (0, 46), "postal": (0, 1)}),
    ],
)
def test_each_channel_has_its_own_rate(mart: Connection, indicator: str, counts: dict[str, tuple[int, int]]) -> None:
    change = explain_reading(mart, EVERYTHING, indicator=indicator, before=FIRST, after=LAST, way=Way.CHANNEL)
    found = {
        effect.key: (effect.after.numerator, effect.after.denominator) for effect in change.effects if effect.after
    }
    assert found == counts
    assert math.fsum(effect.total for effect in change.effects) == pytest.approx(change.difference, abs=EXACT)


@pytest.mark.parametrize("indicator", ["online_ontime", "online_submission_766"])
def test_rates_of_online_dossiers_are_explained_by_procedure(mart: Connection, indicator: str) -> None:
    change = explain_reading(mart, EVERYTHING, indicator=indicator, before=FIRST, after=LAST, way=Way.PROCEDURE)
    assert set(by_key(change.effects)) >= {"1.0001", "1.0003", "1.0004"}
    assert math.fsum(effect.total for effect in change.effects) == pytest.approx(change.difference, abs=EXACT)


def test_any_counted_rate_is_explained_by_the_units_below(mart: Connection) -> None:
    change = explain_reading(mart, EVERYTHING, indicator="e_result_rate", before=FIRST, after=LAST, way=Way.UNIT)
    effects = by_key(change.effects)
    assert set(effects) == {"11824", "11629", "rest"}, "cases of no unit below are a part of their own"
    assert effects["rest"].before is not None
    assert (effects["rest"].before.numerator, effects["rest"].before.denominator) == (5, 10)
    assert math.fsum(effect.total for effect in change.effects) == pytest.approx(0.25, abs=EXACT)


def test_ways_that_the_snapshot_does_not_know_are_refused(mart: Connection) -> None:
    assert ways_of("e_result_rate") == (Way.UNIT,)
    assert Way.CHANNEL not in ways_of("online_ontime")
    with pytest.raises(UsageError, match="unit"):
        explain_reading(mart, EVERYTHING, indicator="e_result_rate", before=FIRST, after=LAST, way=Way.FIELD)
    with pytest.raises(UsageError):
        other = Place("11824", "2026-09")
        explain_reading(mart, EVERYTHING, indicator="e_result_rate", before=other, after=LAST, way=Way.UNIT)


def test_parts_that_do_not_fit_the_reading_are_refused(tmp_path: Path) -> None:
    write_mart(tmp_path / "mart.duckdb")
    connection = open_writer(tmp_path / "mart.duckdb")
    connection.execute("update breakdown set online = online + 50, received = received + 50 where period = '2026-09'")
    with pytest.raises(UsageError, match="online_submission_simple"):
        explain_reading(
            connection, EVERYTHING, indicator="online_submission_simple", before=FIRST, after=LAST, way=Way.FIELD
        )
    connection.close()


def test_a_score_criterion_by_criterion(mart: Connection) -> None:
    change = explain_points(mart, EVERYTHING, index="qd766_portal_2026", before=FIRST, after=LAST)
    assert [(effect.node, effect.difference, effect.is_rest) for effect in change.effects] == [
        ("A.1", Decimal("2.00"), False),
        ("A", Decimal("3.00"), True),
        ("B", Decimal("-1.50"), False),
    ]
    assert change.difference == Decimal("3.50")


def test_whoever_may_not_see_a_unit_gets_no_explanation_of_it(mart: Connection) -> None:
    scope = Scope(detail=frozenset({"11824"}), compare=frozenset({"31", "11824"}))
    with pytest.raises(UsageError):
        explain_reading(mart, scope, indicator="ontime_766", before=FIRST, after=LAST, way=Way.FIELD)


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("IOC_CONFIG", "IOC_STORE", "IOC_LANG"):
        monkeypatch.delenv(name, raising=False)
    path = tmp_path / "config.yaml"
    path.write_text(
        f'site: {{name: Hải Phòng, unit: "31", language: vi}}\nstore: {{path: store}}\n'
        f"catalog: {{path: {PROJECT / 'data' / 'catalog'}}}\nsources: {{}}\n",
        encoding="utf-8",
    )
    (tmp_path / "store" / "snapshots").mkdir(parents=True)
    building = tmp_path / "store" / "snapshots" / "building.part.duckdb"
    write_mart(building)
    publish_mart(tmp_path / "store", building, Manifest("abc12345", datetime(2026, 10, 1), "abc12345", None, "", {}))
    return path


def ask(config: Path, *arguments: str) -> Result:
    with use_language("vi"):
        return CliRunner().invoke(app, ["--config", str(config), *arguments])


def test_the_command_gives_parts_that_scripts_can_add(config: Path) -> None:
    arguments = ["--from", "2026-08", "--to", "2026-09", "--unit", "31", "--by", "field", "--format", "csv"]
    result = ask(config, "explain", "--indicator", "online_submission_simple", *arguments)
    assert result.exit_code == 0, result.stderr
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert math.fsum(float(row["effect"]) for row in rows) == pytest.approx(73 / 120 - 42 / 100, abs=EXACT)
    assert "Từ 42,00 % đến 60,83 %: +18,83 điểm phần trăm" in result.stderr


def test_the_command_explains_a_score_and_refuses_two_questions_at_once(config: Path) -> None:
    arguments = ["explain", "--index", "qd766_portal_2026", "--to", "2026-09", "--unit", "31"]
    result = ask(config, *arguments)
    assert result.exit_code == 0, result.stderr
    assert "Từ 30,00 đến 33,50 điểm: +3,50. Nhiều nhất: toàn nhóm A (+3,00)" in result.stderr
    assert ask(config, *arguments, "--indicator", "ontime_766").exit_code == 2
    assert ask(config, *arguments, "--versus", "11824", "--from", "2026-08").exit_code == 2
