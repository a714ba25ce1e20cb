"""Tasks of a plan: overdue, stagnating, done by their day, as of each period, from every version ever loaded."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from etl import pipeline
from etl.sources.plan import keep_post
from ioc.config import Config, load_config
from ioc.store.warehouse import open_warehouse
from tests.etl.judged_register import PROVINCE, judged, open_register, put_fact

SAMPLE = Path(__file__).parents[2] / "data" / "sample" / "plan" / "plan_02.csv"
MONTHS = ("2026-06", "2026-07", "2026-08")
TASK = {
    "task_id": "KH-1",
    "plan": "02-KH/BCĐTW",
    "phase": "urgent",
    "pillar": "data",
    "title": "Đối soát dữ liệu hộ tịch",
    "unit_code": "11629",
    "source_unit_code": "11629",
    "product": "100 % hồ sơ được đối soát",
    "start_on": date(2026, 5, 4),
    "due_on": date(2026, 7, 15),
    "progress_percent": 40,
    "state": "in_progress",
    "updated_on": date(2026, 6, 25),
    "done_on": None,
}


def figures(*versions: dict[str, Any], as_of: date = date(2026, 8, 31), days: int = 14) -> dict[str, dict[str, int]]:
    """The commune's measures from June to August 2026; versions of one task, each retiring the one before."""
    with open_register(as_of=as_of, periods=MONTHS, stagnation_days=days) as connection:
        for number, version in enumerate(versions, start=1):
            put_fact(connection, "task", number, TASK | version)
            connection.execute("insert into facts.task_retired values (?, ?)", [number - 1, number])
        commune = judged(connection, "plan_values")
        assert judged(connection, "plan_values", unit=PROVINCE) == commune
        return commune


def in_months(found: dict[str, dict[str, int]], measure: str) -> list[int | None]:
    """A measure along the three months."""
    return [found.get(month, {}).get(measure) for month in MONTHS]


def test_a_task_is_overdue_once_its_day_is_over() -> None:
    assert in_months(figures({}), "plan_tasks_overdue") == [0, 1, 1]
    assert in_months(figures({}, as_of=date(2026, 7, 15)), "plan_tasks_overdue") == [0, 0, None]


def test_a_task_done_later_was_overdue_until_then() -> None:
    late = figures(
        {}, {"state": "done", "progress_percent": 100, "updated_on": date(2026, 8, 3), "done_on": date(2026, 8, 3)}
    )
    assert in_months(late, "plan_tasks_overdue") == [0, 1, 0]
    assert in_months(late, "plan_tasks_done") == [0, 0, 1]
    assert in_months(late, "plan_tasks_due") == [0, 1, 0]
    assert in_months(late, "plan_tasks_punctual") == [0, 0, 0]


def test_a_task_done_by_its_day_is_punctual() -> None:
    done = {"state": "done", "progress_percent": 100, "updated_on": date(2026, 7, 20), "done_on": date(2026, 7, 15)}
    assert in_months(figures({}, done), "plan_tasks_punctual") == [0, 1, 0]


def test_without_a_day_of_its_own_a_task_was_done_when_that_was_first_said() -> None:
    done = {"state": "done", "updated_on": date(2026, 7, 10)}
    assert in_months(figures({}, done, done | {"updated_on": date(2026, 8, 10)}), "plan_tasks_punctual") == [0, 1, 0]


def test_a_task_without_news_stagnates() -> None:
    assert in_months(figures({}), "plan_tasks_stagnating") == [0, 1, 1]
    assert in_months(figures({}, days=5), "plan_tasks_stagnating") == [1, 1, 1]


def test_news_without_progress_are_no_progress() -> None:
    again = {"updated_on": date(2026, 7, 30)}
    assert in_months(figures({}, again), "plan_tasks_stagnating") == [0, 1, 1]
    assert in_months(figures({}, again | {"progress_percent": 55}), "plan_tasks_stagnating") == [0, 0, 1]


def test_only_tasks_in_progress_stagnate() -> None:
    assert in_months(figures({"state": "not_started"}), "plan_tasks_stagnating") == [0, 0, 0]


def test_a_cancelled_task_is_no_task_from_then_on() -> None:
    found = figures({}, {"state": "cancelled", "updated_on": date(2026, 7, 20)})
    assert in_months(found, "plan_tasks") == [1, None, None]


def test_a_task_not_yet_begun_is_not_counted() -> None:
    assert in_months(figures({"start_on": date(2026, 7, 1)}), "plan_tasks") == [None, 1, 1]


def test_a_correction_of_the_same_day_counts_instead() -> None:
    found = figures(
        {"progress_percent": 40}, {"progress_percent": 45}, {"updated_on": date(2026, 7, 30), "progress_percent": 45}
    )
    assert in_months(found, "plan_tasks_stagnating") == [0, 1, 1]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Chủ tịch UBND xã", "Chủ tịch UBND xã"),
        ("Phó Chủ tịch Trần Văn Sáo", "Phó Chủ tịch"),
        ("Chánh Văn phòng HĐND", "Chánh Văn phòng HĐND"),
        ("Trần Văn Sáo, Chủ tịch", ""),
        ("Bangladesh", ""),
    ],
)
def test_a_post_is_kept_and_a_name_is_not(text: str, kept: str) -> None:
    assert keep_post(text) == kept


@pytest.fixture
def config(tmp_path: Path) -> Config:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / SAMPLE.name).write_bytes(SAMPLE.read_bytes())
    (tmp_path / "config.yaml").write_text(
        "site: {name: T, unit: '31'}\nsources:\n  plan: {kind: plan, path: inbox}\n", encoding="utf-8"
    )
    return load_config(tmp_path / "config.yaml", environ={})


def test_the_shipped_plan_loads_whole_and_has_both_phases_and_six_pillars(config: Config) -> None:
    (first,) = pipeline.run(config, is_building=False).sources[0].loads
    assert (first.buckets.loaded, first.buckets.rows_in) == (
        first.buckets.rows_in,
        len(SAMPLE.read_text().splitlines()) - 1,
    )
    assert first.warnings == ()
    (second,) = pipeline.run(config, is_building=False).sources[0].loads
    assert not second.is_new
    with open_warehouse(config.store.path) as connection:
        found = connection.row(
            "select list_sort(list(distinct phase)), count(distinct pillar), count(*) from facts.tasks"
        )
    assert found == (["breakthrough", "urgent"], 6, first.buckets.rows_in)
