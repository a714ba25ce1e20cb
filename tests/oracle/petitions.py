"""Petitions of people and firms: in time, content, and why not."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, time
from functools import cached_property
from pathlib import Path

from tests.oracle.raw import PROVINCE, Answers, Span, is_counted_in, moment, read_tables
from tests.oracle.terms import add_working_days, is_before, moment_judged

DEADLINE_WORKING_DAYS = 15
OPEN_STATES = ("received", "in_progress")
FIELDS = {"Đất đai", "Hộ tịch", "Môi trường", "Xây dựng"}
"""Of the sample's those on the list of usual fields; any other counts as another."""
OTHER_FIELD = "Khác"


@dataclass(eq=False)
class Petition:
    unit: str
    field: str
    subject: str
    received: datetime
    handled: datetime | None
    state: str
    satisfied: bool | None
    reopened: int

    @cached_property
    def due(self) -> datetime:
        return datetime.combine(add_working_days(self.received.date(), DEADLINE_WORKING_DAYS), time())

    @property
    def end(self) -> datetime | None:
        return None if self.state in OPEN_STATES else self.handled

    def is_in_period(self, span: Span, as_of: datetime) -> bool:
        return span.start <= self.received.date() <= min(span.end, as_of.date())

    def is_late(self, at: datetime) -> bool:
        return is_before(self.due, min(self.end or at, at))

    def reason(self, at: datetime) -> str | None:
        """Why nobody can be content with it: the first that holds."""
        if self.is_late(at):
            return "overdue"
        if self.satisfied is False:
            return "disliked"
        return "repeated" if self.reopened else None


def read_petitions(folder: Path, units: dict[str, str]) -> list[Petition]:
    found = {}
    for row in read_tables(folder):
        received = moment(row["received_at"])
        assert received is not None
        found[row["petition_code"]] = Petition(
            unit=units[row["source_unit_code"].upper()],
            field=row["field"] if row["field"] in FIELDS else OTHER_FIELD,
            subject=row["class"],
            received=received,
            handled=moment(row["handled_at"]),
            state=row["state"],
            satisfied={"true": True, "false": False}.get(row["satisfied"]),
            reopened=int(row["reopened"] or 0),
        )
    # one that is over, nobody knows since when, cannot be judged
    return [one for one in found.values() if one.state in OPEN_STATES or one.handled]


def newest_petition(petitions: list[Petition]) -> datetime:
    return max(at for one in petitions for at in (one.received, one.handled) if at)


def count_petitions(petitions: list[Petition], spans: list[Span]) -> Answers:
    answers: Answers = defaultdict(dict)
    as_of, first = newest_petition(petitions), min(one.received.date() for one in petitions)
    for unit in {PROVINCE, *(one.unit for one in petitions)}:
        mine = [one for one in petitions if is_counted_in(one.unit, unit)]
        for span in (one for one in spans if one.start <= as_of.date() and one.end >= first):
            at, key = moment_judged(span, as_of), (unit, span.name)
            received = [one for one in mine if one.is_in_period(span, as_of)]
            in_time = [one for one in received if not one.is_late(at)]
            content = [one for one in received if one.reason(at) is None]
            overdue = [
                one
                for one in mine
                if one.received.date() <= at.date() and is_before(one.due, at) and (one.end is None or one.end > at)
            ]
            subjects = Counter(one.subject for one in received if one.subject)
            answers["petition_on_time", "petitions"][key] = (len(in_time), len(received))
            answers["petition_satisfaction", "petitions"][key] = (len(content), len(received))
            answers["petition_tthc_share", "petitions"][key] = (subjects["tthc"], subjects.total())
            answers["petition_staff_share", "petitions"][key] = (subjects["staff"], subjects.total())
            answers["petition_overdue_count", "petitions"][key] = (len(overdue), None)
    return answers


Discontent = dict[tuple[str, str, str, str], Counter[str]]
"""(unit, period, field, class) → cases by reason; those that are content under `content`."""


def count_discontent(petitions: list[Petition], spans: list[Span]) -> Discontent:
    found: Discontent = defaultdict(Counter)
    as_of = newest_petition(petitions)
    for span in (one for one in spans if one.start <= as_of.date()):
        at = moment_judged(span, as_of)
        for one in petitions:
            if one.is_in_period(span, as_of):
                for unit in (one.unit, PROVINCE):
                    found[unit, span.name, one.field, one.subject][one.reason(at) or "content"] += 1
    return found
