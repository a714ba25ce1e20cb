"""What if, and the next best point: what is promised is what the rules give when it is done."""

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from ioc.access import Scope
from ioc.catalog.model import Criterion, Index, Moves
from ioc.catalog.model import Step as StepAt
from ioc.cli import app
from ioc.errors import UsageError
from ioc.scoring.advice import Advice, Experience, Feasibility, Goal, Reason, Step, most_cases, next_best
from ioc.scoring.advice_words import band_sentence, experience_sentence, number, reason_words, step_sentence
from ioc.scoring.score import TOTAL
from ioc.scoring.what_if import (
    Calculator,
    Change,
    Outcome,
    ScoreStanding,
    known_measures,
    read_change,
    read_standing,
    refuse_other_rules,
    rule_calculator,
    what_if,
)
from ioc.store.engine import Connection, open_memory, open_reader
from ioc.store.snapshots import Manifest, publish_mart
from ioc.words import use_language
from tests.advised_mart import (
    ADVISED,
    COMMUNES,
    IDLE,
    INDEX,
    MONTH,
    PROJECT,
    RECEIVED,
    Values,
    counts,
    index,
    score_counts,
    write_advised_mart,
)

EVERYTHING = Scope.everything()
ONLINE, ALL_CHANNELS = "portal_channel_online_sum_numerator", "portal_channel_total_sum_numerator"
Points = dict[str, Decimal | None]


@pytest.fixture(scope="module")
def mart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    path: Path = tmp_path_factory.mktemp("advised") / "mart.duckdb"
    write_advised_mart(path)
    connection = open_reader(path)
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def calculator() -> Iterator[Calculator]:
    with rule_calculator() as connection:
        yield connection


@pytest.fixture(scope="module")
def standing(mart: Connection) -> ScoreStanding:
    return read_standing(mart, EVERYTHING, index=index(), unit=ADVISED, period=MONTH)


@pytest.fixture(scope="module")
def advice(calculator: Calculator, mart: Connection, standing: ScoreStanding) -> Advice:
    return next_best(calculator, mart, EVERYTHING, standing=standing)


@pytest.fixture(scope="module")
def scorer() -> Iterator[Connection]:
    """Where altered facts are scored anew, as the build does it."""
    connection = open_memory()
    connection.execute("create table units as select '31' as unit_code, 'province' as level")
    yield connection
    connection.close()


def rescored(scorer: Connection, altered: Values) -> dict[str, Points]:
    """The points of every unit in the month after altering its counts."""
    month = {key: value for key, value in {**counts(), **altered}.items() if key[1] == MONTH}
    score_counts(scorer, month)
    found: dict[str, Points] = {}
    for unit, node, points in scorer.rows("select unit_code, node, points from scores_raw"):
        found.setdefault(unit, {})[node] = points
    return found


def with_differences(differences: dict[str, Decimal], *, unit: str = ADVISED) -> Values:
    return {
        (unit, MONTH, measure): counts()[unit, MONTH, measure] + difference
        for measure, difference in differences.items()
    }


def after(outcome: Outcome) -> Points:
    return {node: found.after for node, found in outcome.nodes.items()}


def more(count: int | str) -> Change:
    return Change(Decimal(count), is_difference=True)


def criterion(node: str) -> Criterion:
    return next(found for group in index().groups for found in group.criteria if found.node == node)


def step_for(advice: Advice, node: str, goal: Goal) -> Step:
    return next(step for step in advice.steps if step.criterion.node == node and step.goal is goal)


# What if.
def test_nothing_changed_is_what_was_published(calculator: Calculator, standing: ScoreStanding) -> None:
    outcome = what_if(calculator, standing, {})
    assert after(outcome) == {node.node: node.points for node in standing.nodes.values()}
    assert [one.node for one in outcome.changed] == [TOTAL]
    assert (outcome.rank_after, outcome.band_after) == (outcome.rank_before, outcome.band_before)


def test_more_online_dossiers_move_their_criterion_group_total_and_rank(
    calculator: Calculator, standing: ScoreStanding
) -> None:
    outcome = what_if(calculator, standing, {ONLINE: more(40)})
    assert [one.node for one in outcome.changed] == [TOTAL, "CLGQ", "3.3"]
    assert {one.gain for one in outcome.changed} == {outcome.nodes["3.3"].gain}
    assert outcome.nodes["3.3"].parts.denominator == RECEIVED
    gain = outcome.nodes["3.3"].gain
    assert gain is not None and gain > 0


MEASURES = sorted(
    {name for group in index().groups for found in group.criteria for name in (*found.numerator, *found.denominator)}
)


@settings(max_examples=25, deadline=None)
@given(differences=st.dictionaries(st.sampled_from(MEASURES), st.integers(-20, 200).map(Decimal), max_size=5))
def test_what_if_equals_scoring_the_altered_facts(
    calculator: Calculator, scorer: Connection, standing: ScoreStanding, differences: dict[str, Decimal]
) -> None:
    changes = {measure: Change(difference, is_difference=True) for measure, difference in differences.items()}
    try:
        outcome = what_if(calculator, standing, changes)
    except UsageError:
        # impossible counts are refused, see below
        return
    scored = rescored(scorer, with_differences(dict(outcome.differences)))
    assert after(outcome) == scored[ADVISED]
    totals = [found[TOTAL] for unit, found in scored.items() if found[TOTAL] is not None]
    assert outcome.rank_after == 1 + sum((total or 0) > (outcome.total.after or 0) for total in totals)


def test_the_best_of_everything_is_the_first_band_and_the_first_place(
    calculator: Calculator, standing: ScoreStanding
) -> None:
    everything = {
        found.node: more(most_cases(found, standing.nodes[found.node]))
        for found in standing.criteria
        if found.lever and found.lever.moves is not Moves.NEITHER
    }
    outcome = what_if(calculator, standing, everything)
    assert outcome.total.after == Decimal(99)
    assert outcome.band_after is not None and outcome.band_after.id == "excellent"
    assert (outcome.rank_after, outcome.rank_of) == (1, standing.nodes[TOTAL].rank_of)


def test_a_value_may_be_said_instead_of_a_difference(calculator: Calculator, standing: ScoreStanding) -> None:
    was = known_measures(standing)[ONLINE]
    said = what_if(calculator, standing, {ONLINE: Change(was + 40, is_difference=False)})
    assert after(said) == after(what_if(calculator, standing, {"3.3": more(40)}))


def test_dossiers_received_count_in_every_criterion_that_counts_them(
    calculator: Calculator, standing: ScoreStanding, scorer: Connection
) -> None:
    outcome = what_if(calculator, standing, {"portal_total_received_numerator": more(100)})
    fallen = {one.node for one in outcome.nodes.values() if one.kind == "criterion" and (one.gain or 0) < 0}
    assert {"2.1", "3.3", "4.1", "4.2", "4.5b", "5.4"} <= fallen
    assert after(outcome) == rescored(scorer, with_differences(dict(outcome.differences)))[ADVISED]


def test_what_was_said_of_a_companion_is_kept(calculator: Calculator, standing: ScoreStanding) -> None:
    changes = {"portal_total_received_numerator": more(100), ALL_CHANNELS: more(0)}
    outcome = what_if(calculator, standing, changes)
    assert outcome.nodes["3.3"].gain == 0
    assert outcome.differences[ALL_CHANNELS] == 0


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        (ONLINE, more(RECEIVED), "không thể lớn hơn mẫu số"),
        (ONLINE, more(-RECEIVED), "nhỏ hơn 0"),
        (ALL_CHANNELS, Change(Decimal(10), is_difference=False), "không thể lớn hơn mẫu số"),
        ("portal_full_count_numerator", Change(Decimal(10), is_difference=False), "=+n"),
        ("4.6", more(1), "4.6=+n"),
        ("9.9", more(1), "3.3"),
    ],
)
def test_what_cannot_be_is_refused(
    calculator: Calculator, standing: ScoreStanding, name: str, change: Change, said: str
) -> None:
    with pytest.raises(UsageError, match=said.replace("+", r"\+").replace(".", r"\.")):
        what_if(calculator, standing, {name: change})


def test_a_published_group_moves_by_what_its_criteria_move(calculator: Calculator, standing: ScoreStanding) -> None:
    nodes = dict(standing.nodes)
    nodes["3.1"] = replace(nodes["3.1"], numerator=None, denominator=None, points=None, basis=None)
    nodes["CLGQ"] = replace(nodes["CLGQ"], basis="published", points=Decimal("7.50"))
    outcome = what_if(calculator, replace(standing, nodes=nodes), {"3.3": more(40)})
    assert outcome.nodes["CLGQ"].after == Decimal("7.50") + (outcome.nodes["3.3"].gain or 0)


def test_a_criterion_without_cases_counts_from_its_first_case(
    calculator: Calculator, mart: Connection, scorer: Connection
) -> None:
    idle = read_standing(mart, EVERYTHING, index=index(), unit=IDLE, period=MONTH)
    said = {
        "portal_original_result_available_denominator": more(4),
        "portal_original_result_available_numerator": more(3),
    }
    outcome = what_if(calculator, idle, said)
    assert (outcome.nodes["4.1"].before, outcome.nodes["4.1"].after) == (None, Decimal("4.50"))
    altered = with_differences(dict(outcome.differences), unit=IDLE)
    assert after(outcome) == rescored(scorer, altered)[IDLE]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a=450", Change(Decimal(450), is_difference=False)),
        ("a=99.5", Change(Decimal("99.5"), is_difference=False)),
        ("a=+37", more(37)),
        ("a=-2", more(-2)),
    ],
)
def test_changes_are_read_as_they_are_written(text: str, expected: Change) -> None:
    assert read_change(text) == ("a", expected)


@pytest.mark.parametrize("text", ["a", "=3", "a=", "a=x", "a=1e9", "a=++1", "a=NaN"])
def test_what_is_not_a_change_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"3\.3"):
        read_change(text)


def test_a_unit_without_points_is_refused(mart: Connection) -> None:
    with pytest.raises(UsageError, match="31"):
        read_standing(mart, EVERYTHING, index=index(), unit="31", period=MONTH)


def test_a_unit_outside_the_scope_has_no_points(mart: Connection) -> None:
    scope = Scope(detail=frozenset({COMMUNES[0]}), compare=None)
    with pytest.raises(UsageError, match=ADVISED):
        read_standing(mart, scope, index=index(), unit=ADVISED, period=MONTH)


def test_rules_that_have_changed_since_are_refused(calculator: Calculator, standing: ScoreStanding) -> None:
    refuse_other_rules(calculator, standing)
    with pytest.raises(UsageError, match="ioc publish"):
        refuse_other_rules(calculator, replace(standing, index=_with_cap(standing.index)))


def _with_cap(index: Index) -> Index:
    groups = [
        replace(group, criteria=tuple(replace(found, cap=Decimal("0.7")) for found in group.criteria))
        for group in index.groups
    ]
    return replace(index, groups=tuple(groups))


# The next best point.
def test_each_step_brings_its_points_and_one_case_fewer_does_not(scorer: Connection, advice: Advice) -> None:
    assert len(advice.steps) > 20
    altered: Values = {}
    for place, step in enumerate(advice.steps):
        # each step is tried on a unit of its own, all in one scoring
        altered |= _like_advised(f"done-{place}", step, step.count) | _like_advised(
            f"almost-{place}", step, step.count - 1
        )
    scored = rescored(scorer, altered)
    for place, step in enumerate(advice.steps):
        gain = {Goal.TENTH: Decimal("0.1"), Goal.POINT: Decimal(1), Goal.BAND: advice.points_to_band}[step.goal]
        reached, missed = (scored[f"{name}-{place}"][step.criterion.node] for name in ("done", "almost"))
        assert gain is not None and reached is not None and missed is not None
        assert missed < step.points_before + gain <= reached
        assert (step.points_after, step.total_after) == (reached, scored[f"done-{place}"][TOTAL])
    assert {step.goal for step in advice.steps} == set(Goal)


def _like_advised(unit: str, step: Step, count: int) -> Values:
    """The counts of the advised commune under another name, with so many more cases of the step's criterion."""
    own = {measure: value for (code, month, measure), value in counts().items() if (code, month) == (ADVISED, MONTH)}
    own[step.criterion.numerator[0]] += count
    return {(unit, MONTH, measure): value for measure, value in own.items()}


def test_a_step_to_the_band_reaches_it(advice: Advice) -> None:
    steps = [step for step in advice.steps if step.goal is Goal.BAND]
    assert steps and advice.next_band is not None
    for step in steps:
        assert step.band == advice.next_band
        assert step.total_after is not None and step.total_after >= advice.next_band.from_points


def test_no_step_needs_more_cases_than_there_are(advice: Advice) -> None:
    assert all(step.numerator <= step.denominator for step in advice.steps)


def test_the_nearest_comes_first(advice: Advice) -> None:
    for goal in Goal:
        order = [(step.feasibility, step.count) for step in advice.steps if step.goal is goal]
        assert order == sorted(order)
    assert {step.feasibility for step in advice.steps} == set(Feasibility) - {Feasibility.UNTOLD}


def test_without_anything_to_compare_with_nobody_says_how_far_it_is() -> None:
    assert Experience().feasibility(0.5) is Feasibility.UNTOLD
    assert Experience(peer_quarter=0.4).feasibility(0.5) is Feasibility.BEYOND


def test_what_nothing_is_advised_for_says_why(advice: Advice) -> None:
    reasons = {found.criterion.node: found.reason for found in advice.left_out}
    assert reasons["1.4"] is Reason.FULL
    assert reasons["4.6"] is Reason.NO_COUNTS
    assert reasons["5.3"] is Reason.NO_CASES
    assert {node for node, reason in reasons.items() if reason is Reason.INHERITED} == {"1.1", "1.2", "1.3"}
    advised = {step.criterion.node for step in advice.steps}
    assert advised | reasons.keys() == {found.node for group in index().groups for found in group.criteria}
    assert not advised & reasons.keys()
    assert reason_words(Reason.INHERITED) == "điểm lấy theo tỉnh"


def test_an_idle_commune_is_advised_only_where_it_has_cases(calculator: Calculator, mart: Connection) -> None:
    idle = read_standing(mart, EVERYTHING, index=index(), unit=IDLE, period=MONTH)
    found = next_best(calculator, mart, EVERYTHING, standing=idle)
    assert {one.reason for one in found.left_out if one.criterion.node in ("2.1", "4.1", "3.6")} == {Reason.NO_CASES}
    assert {step.criterion.node for step in found.steps} == {"3.1", "3.2", "3.5", "3.5b", "4.5a", "5.2"}


def test_the_same_figures_give_the_same_advice(
    calculator: Calculator, mart: Connection, standing: ScoreStanding, advice: Advice
) -> None:
    assert next_best(calculator, mart, EVERYTHING, standing=standing) == advice


def test_experience_is_the_own_best_month_and_the_best_quarter_of_the_peers(advice: Advice) -> None:
    experience = step_for(advice, "3.3", Goal.TENTH).experience
    found = {key: value for key, value in counts().items() if key[2] == ONLINE}
    own = max(found[ADVISED, f"2026-{month:02d}", ONLINE] for month in range(1, 11))
    assert experience.own_best == float(own) / RECEIVED
    peers = sorted(found[unit, MONTH, ONLINE] for unit in COMMUNES if unit not in (ADVISED, IDLE))
    assert experience.peer_count == len(peers) == 6
    assert experience.peer_quarter == float(peers[4]) / RECEIVED


def test_peers_outside_the_scope_are_not_compared_with(
    calculator: Calculator, mart: Connection, standing: ScoreStanding
) -> None:
    scope = Scope(detail=frozenset({ADVISED}), compare=frozenset({COMMUNES[0]}))
    found = next_best(calculator, mart, scope, standing=standing)
    assert {step.experience.peer_count for step in found.steps} == {1}


def test_a_case_that_is_new_makes_the_whole_larger(
    calculator: Calculator, mart: Connection, standing: ScoreStanding
) -> None:
    online = criterion("3.3")
    assert online.lever is not None
    new = replace(online, lever=replace(online.lever, moves=Moves.BOTH))
    groups = tuple(
        replace(group, criteria=tuple(new if found is online else found for found in group.criteria))
        for group in standing.index.groups
    )
    moved = replace(standing, index=replace(standing.index, groups=groups, together=()))
    step = step_for(next_best(calculator, mart, EVERYTHING, standing=moved), "3.3", Goal.TENTH)
    assert step.denominator == RECEIVED + step.count
    numerator, denominator = step.numerator - 1, step.denominator - 1
    fewer = calculator.points(new, numerator, denominator)
    assert fewer is not None and fewer < step.points_before + Decimal("0.1") <= step.points_after


def with_criterion(standing: ScoreStanding, new: Criterion, numerator: int, denominator: int) -> ScoreStanding:
    """The standing with another rule for one criterion, and the counts and no points that it then has."""
    groups = tuple(
        replace(group, criteria=tuple(new if found.node == new.node else found for found in group.criteria))
        for group in standing.index.groups
    )
    node = replace(
        standing.nodes[new.node],
        numerator=Decimal(numerator),
        denominator=Decimal(denominator),
        points=Decimal(0),
        basis="computed",
    )
    return replace(standing, index=replace(standing.index, groups=groups), nodes={**standing.nodes, new.node: node})


def test_steps_of_a_rate_are_climbed(calculator: Calculator, mart: Connection, standing: ScoreStanding) -> None:
    stairs = (StepAt(Decimal("0.5"), Decimal(6)), StepAt(Decimal("0.4"), Decimal(3)))
    online = replace(criterion("3.3"), rule="steps", cap=None, rounding="points", steps=stairs)
    found = next_best(calculator, mart, EVERYTHING, standing=with_criterion(standing, online, 160, RECEIVED))
    step = step_for(found, "3.3", Goal.TENTH)
    # 165 of 412 are 40.05 %, 164 are 39.81 %
    assert (step.count, step.points_after) == (5, Decimal("3.00"))


def test_steps_of_a_plain_number_are_climbed(calculator: Calculator, mart: Connection, standing: ScoreStanding) -> None:
    stairs = (StepAt(Decimal(4), Decimal(2)), StepAt(Decimal(3), Decimal("0.5")))
    events = replace(criterion("4.6"), rule="steps", steps=stairs, lever=None)
    asked = with_criterion(standing, events, 1, 1)
    found = next_best(calculator, mart, EVERYTHING, standing=asked)
    tenth, point = step_for(found, "4.6", Goal.TENTH), step_for(found, "4.6", Goal.POINT)
    assert [(step.count, step.points_after) for step in (tenth, point)] == [(2, Decimal("0.50")), (3, Decimal(2))]
    assert step_sentence(tenth).startswith("Có mới 2 trường hợp đạt yêu cầu thì mục 4.6 đạt 0,50 điểm")
    assert what_if(calculator, asked, {"4.6": more(9)}).nodes["4.6"].after == 2


# In words.
def test_a_step_is_said_in_a_sentence(advice: Advice) -> None:
    step = step_for(advice, "3.3", Goal.TENTH)
    assert step_sentence(step) == (
        f"Thêm {step.count} hồ sơ nộp trực tuyến trong 412 hồ sơ tiếp nhận thì mục 3.3 đạt "
        f"{number(step.points_after, 2)} điểm, tổng điểm tăng 0,{str(step.total_gain)[2:]}."
    )
    assert "Đơn vị đã từng đạt" in experience_sentence(step)


def test_a_step_to_the_band_names_it(advice: Advice) -> None:
    step = next(step for step in advice.steps if step.goal is Goal.BAND)
    assert step_sentence(step).endswith(" và lên loại Khá.")
    assert band_sentence(advice).endswith("là lên loại Khá.")
    with use_language("en"):
        assert step_sentence(step).endswith("and reaches the band Fair.")


def test_a_step_of_an_unknown_total_says_so(advice: Advice) -> None:
    step = replace(step_for(advice, "3.3", Goal.TENTH), total_after=None)
    assert step_sentence(step).endswith("điểm; chưa biết tổng điểm.")


def test_each_step_says_why_it_is_near_or_far(advice: Advice) -> None:
    said = {step.feasibility: experience_sentence(step) for step in advice.steps}
    assert "cùng cấp đạt từ" in said[Feasibility.PEERS]
    assert said[Feasibility.BEYOND].startswith("Vượt tháng tốt nhất")


# On the command line.
@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The configuration of a store whose snapshot is the advised one."""
    folder = tmp_path_factory.mktemp("store")
    part = folder / "store" / "snapshots" / "mart.duckdb"
    part.parent.mkdir(parents=True)
    write_advised_mart(part)
    publish_mart(folder / "store", part, Manifest("abc12345", datetime(2026, 11, 1), "abc12345", None, "", {}))
    path = folder / "config.yaml"
    path.write_text(
        'site: {name: Hải Phòng, unit: "31"}\nstore: {path: store}\n'
        f"catalog: {{path: {PROJECT / 'data' / 'catalog'}, indices: [{INDEX}]}}\nsources: {{}}\n",
        encoding="utf-8",
    )
    return path


def ask(config: Path, command: str, *arguments: str, period: str = MONTH, unit: str = ADVISED) -> Result:
    choices = ("--index", INDEX, "--period", period, "--unit", unit, "--format", "csv")
    with use_language("vi"):
        return CliRunner().invoke(app, [command, "--config", str(config), *choices, *arguments])


def table(result: Result) -> list[dict[str, str]]:
    assert result.exit_code == 0, result.output
    return list(csv.DictReader(io.StringIO(result.stdout)))


def test_the_command_line_answers_what_if(config: Path, calculator: Calculator, standing: ScoreStanding) -> None:
    rows = {row["node"]: row for row in table(ask(config, "whatif", "--set", "3.3=+40", "--set", "2.1=+5"))}
    outcome = what_if(calculator, standing, {"3.3": more(40), "2.1": more(5)})
    assert list(rows) == [one.node for one in outcome.changed]
    assert rows["total"]["new_points"] == str(outcome.total.after)
    assert rows["total"]["new_rank"] == str(outcome.rank_after)
    assert rows["3.3"]["denominator"] == str(RECEIVED)


def test_the_command_line_advises(config: Path, advice: Advice) -> None:
    result = ask(config, "advise")
    rows = table(result)
    assert len(rows) == len(advice.steps) + len(advice.left_out)
    assert rows[0]["advice"] == step_sentence(advice.steps[0])
    assert {row["because"] for row in rows if row["node"] == "1.1"} == {"điểm lấy theo tỉnh"}
    assert band_sentence(advice) in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"), [(("--set", "3.3"), "không phải là thay đổi"), (("--set", "3.3=+9999"), "mẫu số")]
)
def test_the_command_line_refuses_what_cannot_be(config: Path, arguments: tuple[str, ...], said: str) -> None:
    result = ask(config, "whatif", *arguments)
    assert (result.exit_code, said in result.stderr) == (2, True)
