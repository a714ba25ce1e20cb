"""Tasks of plans, each as its only news tells of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tests.oracle.raw import PROVINCE, Answers, Span, day, is_counted_in, needed_day, read_tables

STAGNATION_DAYS = 14


@dataclass(frozen=True)
class Task:
    unit: str
    state: str
    start: date
    due: date
    updated: date
    done: date | None

    def is_known(self, on: date) -> bool:
        """Begun or due, and not cancelled as far as anybody knew."""
        return self.start <= on and self.state != "cancelled"

    def is_stagnating(self, on: date) -> bool:
        return self.state == "in_progress" and self.updated <= on and (on - self.updated).days >= STAGNATION_DAYS

    def is_done(self, on: date) -> bool:
        return self.done is not None and self.done <= on


def read_tasks(folder: Path) -> list[Task]:
    return [
        Task(
            unit=row["unit_code"],
            state=row["state"],
            start=day(row["start_on"]) or needed_day(row["due_on"]),
            due=needed_day(row["due_on"]),
            updated=needed_day(row["updated_on"]),
            done=(day(row["done_on"]) or needed_day(row["updated_on"])) if row["state"] == "done" else None,
        )
        for row in read_tables(folder)
    ]


def count_tasks(tasks: list[Task], spans: list[Span], as_of: date) -> Answers:
    """As of the day on which the plan was taken in."""
    answers: Answers = defaultdict(dict)
    for unit in {PROVINCE, *(task.unit for task in tasks)}:
        for span in (one for one in spans if one.start <= as_of):
            on, key = min(span.end, as_of), (unit, span.name)
            mine = [task for task in tasks if is_counted_in(task.unit, unit) and task.is_known(on)]
            if not mine:
                continue
            due = [task for task in mine if span.start <= task.due <= on]
            done = [task for task in mine if task.is_done(on)]
            overdue = [task for task in mine if task.due < on and not task.is_done(on)]
            stagnating = [task for task in mine if task.is_stagnating(on)]
            punctual = [task for task in due if task.is_done(task.due)]
            answers["plan_tasks_overdue_count", "plan"][key] = (len(overdue), None)
            answers["plan_tasks_stagnating_count", "plan"][key] = (len(stagnating), None)
            answers["plan_tasks_on_time_rate", "plan"][key] = (len(punctual), len(due))
            answers["plan_tasks_done_rate", "plan"][key] = (len(done), len(mine))
    return answers
