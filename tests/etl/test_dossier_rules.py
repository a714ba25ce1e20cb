"""The counting rules of dossiers by the book: form II.06a line by line, and the on-time rule of Decision 766."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.mart_tables import put_rows
from ioc.catalog.load import load_catalog
from ioc.store.engine import Connection
from ioc.store.measures import measure_dossiers
from ioc.store.warehouse import read_sql
from tests.dossier_files import CATALOG
from tests.etl.judged_register import COMMUNE, open_register, put_fact

PERIOD = "2026-08"
FROM, TO = date(2026, 8, 1), date(2026, 8, 31)
AS_OF = datetime(2026, 9, 15, 23, 59, 59)
TERMS = {
    "unknown": (None, None),
    "4 working hours": (4, "working_hours"),
    "half a working day": (0.5, "working_days"),
    "3 working days": (3, "working_days"),
    "3 days": (3, "days"),
    "1 month": (1, "months"),
}
"""What the register of procedures says of the maximum time; each term is a procedure of its own."""
IDS = (
    "received", "received_online", "received_counter", "received_postal", "carried_over", "done_total", "done_early",
    "done_on_time", "done_late", "open_total", "open_overdue", "judged_766", "unjudged_766", "on_time_766_final",
    "on_time_766_open",
)  # fmt: skip
MEASURES = tuple(one for one in load_catalog(CATALOG, indices=[]).measures if one.id in IDS)


def at(text: str) -> datetime:
    """`10` is 9:00 of 10 August, `10 14:30` another time of that day, `07-30` 9:00 of 30 July."""
    day, _space, clock = text.partition(" ")
    month, _dash, number = day.rpartition("-")
    return datetime.fromisoformat(f"2026-{month or '08'}-{int(number):02} {clock or '09:00'}")


@dataclass(frozen=True)
class Dossier:
    """A dossier as its source tells it."""

    status_code: int
    received_at: datetime | None = None
    due_at: datetime | None = None
    finished_at: datetime | None = None
    returned_at: datetime | None = None
    rejected_at: datetime | None = None
    channel: int = 1
    supplement_count: int = 0
    supplement_requested_at: datetime | None = None
    supplement_received_at: datetime | None = None
    is_deleted: bool = False
    procedure_base: str = "unknown"


COLUMNS = {
    "status_code": "tinyint", "received_at": "timestamp", "due_at": "timestamp", "finished_at": "timestamp",
    "returned_at": "timestamp", "rejected_at": "timestamp",
    "channel": "tinyint", "supplement_count": "integer", "supplement_requested_at": "timestamp",
    "supplement_received_at": "timestamp", "is_deleted": "boolean", "procedure_base": "varchar",
}  # fmt: skip


@pytest.fixture(scope="module")
def warehouse() -> Iterator[Connection]:
    with open_register(as_of=AS_OF.date(), periods=(PERIOD, "2026-09")) as connection:
        for number, (term, (time, unit)) in enumerate(TERMS.items(), start=1):
            said = {"procedure_base": term, "name": term, "max_time": time, "max_time_unit": unit}
            put_fact(connection, "procedure", number, said)
        yield connection


def count(connection: Connection, dossiers: Sequence[Dossier], *, period: str = PERIOD) -> dict[str, int]:
    """Measure → value of the commune that has these dossiers."""
    rows = [(f"H-{number}", COMMUNE, *astuple(dossier)) for number, dossier in enumerate(dossiers)]
    put_rows(connection, "told", {"dossier_code": "varchar", "unit_code": "varchar", **COLUMNS}, rows)
    connection.execute(
        "create or replace temp view dossier_rows as "
        "select * from (from facts.dossiers limit 0) union all by name select * from told"
    )
    facts = read_sql("ioc.store", "sql/dossier_facts.sql")
    connection.execute(f"create or replace temp table dossier_facts as {facts}")
    measure_dossiers(connection, MEASURES, as_of=AS_OF)
    found = connection.rows(
        "select measure, value from measure_values where unit_code = ? and period = ?", [COMMUNE, period]
    )
    return {measure: int(value) for measure, value in found}


# form II.06a: columns 3 to 13


@dataclass(frozen=True)
class FormRow:
    """A row of the form for the period."""

    c3: int = 0
    c4: int = 0
    c5: int = 0
    c6: int = 0
    c7: int = 0
    c8: int = 0
    c9: int = 0
    c10: int = 0
    c11: int = 0
    c12: int = 0
    c13: int = 0


def form_row(found: dict[str, int]) -> FormRow:
    """The form as the product fills it in."""
    return FormRow(
        c3=found["received"] + found["carried_over"],
        c4=found["received_online"],
        c5=found["received_counter"] + found["received_postal"],
        c6=found["carried_over"],
        c7=found["done_total"],
        c8=found["done_early"],
        c9=found["done_on_time"],
        c10=found["done_late"],
        c11=found["open_total"],
        c12=found["open_total"] - found["open_overdue"],
        c13=found["open_overdue"],
    )


FORM_RULES: list[tuple[str, Dossier, set[str]]] = [
    (
        "received in period: NgayTiepNhan date within the period; online: KenhThucHien = 2",
        Dossier(4, at("1 00:00"), at("09-05"), channel=2),
        {"c3", "c4", "c11", "c12"},
    ),
    (
        "counter + postal: KenhThucHien in (1, 3)",
        Dossier(4, at("31 23:59"), at("09-05"), channel=3),
        {"c3", "c5", "c11", "c12"},
    ),
    (
        "carried over: accepted before `from` and status in 2,4,5,6,8",
        Dossier(2, at("07-31 23:59"), at("09-05")),
        {"c3", "c6", "c11", "c12"},
    ),
    (
        "carried over: status in 7,9,10 with NgayKetThucXuLy >= `from`",
        Dossier(9, at("07-30"), at("3"), at("1 00:00")),
        {"c3", "c6", "c7", "c8"},
    ),
    ("carried over: not if it was finished before `from`", Dossier(9, at("07-01"), at("3"), at("07-31")), set()),
    (
        "done: status 10 and NgayKetThucXuLy within the period, not NgayTra",
        Dossier(10, at("10"), at("20"), at("31 17:00"), returned_at=at("09-02")),
        {"c3", "c5", "c7", "c10"},
    ),
    (
        "done early: finish date < due date",
        Dossier(9, at("10"), at("14 17:00"), at("13 23:00")),
        {"c3", "c5", "c7", "c8"},
    ),
    (
        "done on time: finish date = due date, at day precision",
        Dossier(9, at("10"), at("14 08:00"), at("14 16:30")),
        {"c3", "c5", "c7", "c9"},
    ),
    ("done on time: … or due is null", Dossier(9, at("10"), None, at("30")), {"c3", "c5", "c7", "c9"}),
    ("done late: finish date > due date", Dossier(9, at("10"), at("14"), at("15 00:10")), {"c3", "c5", "c7", "c10"}),
    (
        "done incl. returned: status 7 with finish date in the period (returned counts on time)",
        Dossier(7, at("10"), at("14"), at("25")),
        {"c3", "c5", "c7", "c9"},
    ),
    ("done incl. returned: also a refusal's day", Dossier(7, at("10"), rejected_at=at("25")), {"c3", "c5", "c7", "c9"}),
    ("processing: status 2,4 … overdue: due < `to`", Dossier(4, at("10"), at("30 17:00")), {"c3", "c5", "c11", "c13"}),
    ("in time: due >= `to`", Dossier(4, at("10"), at("31 08:00")), {"c3", "c5", "c11", "c12"}),
    ("in time: … or due null", Dossier(2, at("10")), {"c3", "c5", "c11", "c12"}),
    (
        "processing: 7, 9, 10 finished after `to`",
        Dossier(9, at("10"), at("20"), at("09-01")),
        {"c3", "c5", "c11", "c13"},
    ),
    (
        "processing: 5 with supplement requested after `to`",
        Dossier(5, at("10"), at("20"), supplement_count=1, supplement_requested_at=at("09-01")),
        {"c3", "c5", "c11", "c13"},
    ),
    (
        "supplement dossiers are counted in time",
        Dossier(5, at("10"), at("20"), supplement_count=1, supplement_requested_at=at("31")),
        {"c3", "c5", "c11", "c12"},
    ),
    (
        "stopped dossiers are counted in time: 6, fee obligation",
        Dossier(6, at("10"), at("20")),
        {"c3", "c5", "c11", "c12"},
    ),
    (
        "stopped dossiers are counted in time: 8, stopped",
        Dossier(8, at("10"), at("20"), at("15")),
        {"c3", "c5", "c11", "c12"},
    ),
    ("total: excluding status 1", Dossier(1, at("10"), at("20")), set()),
    ("total: excluding status 3", Dossier(3, at("10"), rejected_at=at("11")), set()),
    ("total: excluding soft-deleted", Dossier(9, at("10"), at("14"), at("13"), is_deleted=True), set()),
    ("accepted <= `to`", Dossier(4, at("09-01 00:00"), at("09-05")), set()),
    (
        "an end before the reception is a fault of the source: settled on the day of reception",
        Dossier(9, at("10"), at("14"), at("07-20")),
        {"c3", "c5", "c7", "c8"},
    ),
    (
        "an end without any day is not known: still open",
        Dossier(10, at("10"), at("31")),
        {"c3", "c5", "c11", "c12"},
    ),
]


@pytest.mark.parametrize(("dossier", "cells"), [rule[1:] for rule in FORM_RULES], ids=[rule[0] for rule in FORM_RULES])
def test_a_dossier_is_in_the_cells_that_the_rule_names(
    warehouse: Connection, dossier: Dossier, cells: set[str]
) -> None:
    # one that is in no cell leaves no feed: a bystander of state 2 makes sure that there is one
    bystander = Dossier(2, at("5"), at("09-30"), channel=2)
    alone, both = form_row(count(warehouse, [bystander])), form_row(count(warehouse, [bystander, dossier]))
    added = {cell for cell in COLUMNS_06A if getattr(both, cell) - getattr(alone, cell) == 1}
    assert added == cells


COLUMNS_06A = tuple(FormRow.__dataclass_fields__)
DAYS = st.datetimes(datetime(2026, 7, 20), datetime(2026, 9, 14)).map(lambda found: found.replace(microsecond=0))
MAYBE = st.none() | DAYS
DOSSIERS = st.builds(
    Dossier,
    status_code=st.integers(1, 10),
    received_at=DAYS,
    due_at=MAYBE,
    finished_at=MAYBE,
    returned_at=MAYBE,
    rejected_at=MAYBE,
    channel=st.sampled_from([1, 2, 3]),
    supplement_count=st.integers(0, 2),
    supplement_requested_at=MAYBE,
    supplement_received_at=MAYBE,
    is_deleted=st.sampled_from([False, False, False, True]),
)


def end_day(dossier: Dossier) -> date | None:
    """When a dossier of the states 7, 9, 10 was finished."""
    end = dossier.finished_at or dossier.returned_at or dossier.rejected_at
    assert dossier.received_at
    return max(end.date(), dossier.received_at.date()) if end and dossier.status_code in (7, 9, 10) else None


def form_by_rule(dossiers: Sequence[Dossier]) -> FormRow:
    """The form by the words of the rule: each column counted for itself, none from another."""
    cells = dict.fromkeys(COLUMNS_06A, 0)
    for dossier in dossiers:
        for cell in cells_by_rule(dossier):
            cells[cell] += 1
    return FormRow(**cells)


def cells_by_rule(dossier: Dossier) -> Iterator[str]:
    assert dossier.received_at
    state, accepted, end = dossier.status_code, dossier.received_at.date(), end_day(dossier)
    due = dossier.due_at.date() if dossier.due_at else None
    requested = dossier.supplement_requested_at.date() if dossier.supplement_requested_at else None
    if state in (1, 3) or dossier.is_deleted:
        return
    if FROM <= accepted <= TO:
        yield "c4" if dossier.channel == 2 else "c5"
    if accepted < FROM and (state in (2, 4, 5, 6, 8) or end is None or end >= FROM):
        yield "c6"
    is_done = state in (9, 10) and end is not None and FROM <= end <= TO
    is_returned = state == 7 and end is not None and FROM <= end <= TO
    is_processing = accepted <= TO and (
        state in (2, 4)
        or (state in (7, 9, 10) and (end is None or end > TO))
        or (state == 5 and requested is not None and requested > TO)
    )
    is_waiting = accepted <= TO and state == 5 and not is_processing
    is_stopped = accepted <= TO and state in (6, 8)
    if is_processing or is_waiting or is_stopped or is_done or is_returned:
        yield "c3"
    if is_done or is_returned:
        yield "c7"
    if is_done and due is not None and end is not None and end != due:
        yield "c8" if end < due else "c10"
    elif is_done or is_returned:
        yield "c9"
    if is_processing or is_waiting or is_stopped:
        yield "c11"
        yield "c13" if is_processing and due is not None and due < TO else "c12"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(dossiers=st.lists(DOSSIERS, min_size=1, max_size=40))
def test_whatever_the_dossiers_the_form_follows_its_rules_and_adds_up(
    warehouse: Connection, dossiers: list[Dossier]
) -> None:
    found = count(warehouse, dossiers)
    row = form_row(found) if found else FormRow()
    assert row == form_by_rule(dossiers)
    assert row.c3 == row.c4 + row.c5 + row.c6
    assert row.c7 == row.c8 + row.c9 + row.c10
    assert row.c11 == row.c12 + row.c13
    assert row.c3 == row.c7 + row.c11


# Decision 766, item 2.1


ON_TIME, LATE, NOT_JUDGED = "on time", "late", "not judged"
ON_TIME_RULES: list[tuple[str, Dossier, str]] = [
    ("on time if end time <= NgayHenTra", Dossier(9, at("10"), at("14 17:00"), at("14 17:00")), ON_TIME),
    ("… to the second", Dossier(9, at("10"), at("14 17:00"), at("14 17:00:01")), LATE),
    ("a NgayHenTra at 00:00 means the end of that day", Dossier(9, at("10"), at("14 00:00"), at("14 23:59")), ON_TIME),
    (
        "end time: processed (9) before returned (10)",
        Dossier(10, at("10"), at("14"), at("13"), returned_at=at("20")),
        ON_TIME,
    ),
    ("end time: returned, where nothing says processed", Dossier(10, at("10"), at("14"), returned_at=at("20")), LATE),
    ("end time: stopped (8)", Dossier(8, at("10"), at("14"), at("13")), ON_TIME),
    ("end time: withdrawn (7)", Dossier(7, at("10"), at("14"), rejected_at=at("15")), LATE),
    ("a finish after the period's end is still the end time", Dossier(9, at("10"), at("09-10"), at("09-09")), ON_TIME),
    ("no final state: the last day of the period", Dossier(4, at("10"), at("09-01 00:10")), ON_TIME),
    ("no final state: the last day of the period, overdue", Dossier(4, at("10"), at("31 17:00")), LATE),
    ("a final state's time of a dossier at work again is no end", Dossier(4, at("10"), at("20"), at("12")), LATE),
    (
        "the clock stops: answered − requested is subtracted",
        Dossier(9, at("10"), at("14 17:00"), at("17 17:00"), None, None, 1, 1, at("11"), at("14")),
        ON_TIME,
    ),
    (
        "the clock stops, and no longer than that",
        Dossier(9, at("10"), at("14 17:00"), at("17 17:01"), None, None, 1, 1, at("11"), at("14")),
        LATE,
    ),
    (
        "waiting after one request: the request date is the end time",
        Dossier(5, at("10"), at("14"), supplement_count=1, supplement_requested_at=at("13")),
        ON_TIME,
    ),
    (
        "waiting after one request that came too late",
        Dossier(5, at("10"), at("14"), supplement_count=1, supplement_requested_at=at("15")),
        LATE,
    ),
    (
        "more than one supplement request: counted overdue",
        Dossier(9, at("10"), at("14"), at("11"), supplement_count=2, supplement_requested_at=at("10 10:00")),
        LATE,
    ),
    (
        "no NgayHenTra: (end − NgayTiepNhan) <= 4 working hours",
        Dossier(9, at("10 08:30"), None, at("10 13:30"), procedure_base="4 working hours"),
        ON_TIME,
    ),
    (
        "no NgayHenTra: more than 4 working hours",
        Dossier(9, at("10 08:30"), None, at("10 13:31"), procedure_base="4 working hours"),
        LATE,
    ),
    (
        "no NgayHenTra: working hours run on the next morning",
        Dossier(9, at("10 16:00"), None, at("11 11:00"), procedure_base="4 working hours"),
        ON_TIME,
    ),
    (
        "no NgayHenTra: half a working day is four hours",
        Dossier(9, at("10 08:30"), None, at("10 14:00"), procedure_base="half a working day"),
        LATE,
    ),
    (
        "no NgayHenTra: 3 working days over a weekend (a Thursday to the end of Tuesday)",
        Dossier(9, at("13"), None, at("18 23:59"), procedure_base="3 working days"),
        ON_TIME,
    ),
    (
        "no NgayHenTra: 3 working days",
        Dossier(9, at("13"), None, at("19 00:01"), procedure_base="3 working days"),
        LATE,
    ),
    ("no NgayHenTra: 3 days", Dossier(9, at("13"), None, at("16 23:59"), procedure_base="3 days"), ON_TIME),
    ("no NgayHenTra: 3 days, over a weekend too", Dossier(9, at("13"), None, at("17"), procedure_base="3 days"), LATE),
    ("no NgayHenTra: 1 month", Dossier(9, at("3"), None, at("09-03 17:00"), procedure_base="1 month"), ON_TIME),
    ("no NgayHenTra: more than 1 month", Dossier(9, at("3"), None, at("09-04"), procedure_base="1 month"), LATE),
    (
        "no NgayHenTra: the supplement time is subtracted too",
        Dossier(9, at("13"), None, at("17"), None, None, 1, 1, at("14"), at("15"), procedure_base="3 days"),
        ON_TIME,
    ),
    ("no NgayHenTra and no maximum time: not judged", Dossier(9, at("13"), None, at("31")), NOT_JUDGED),
    (
        "no procedure that anybody knows: not judged",
        Dossier(9, at("13"), None, at("31"), procedure_base="?"),
        NOT_JUDGED,
    ),
    ("… but more than one request is late whatever was due", Dossier(4, at("13"), supplement_count=2), LATE),
]


@pytest.mark.parametrize(
    ("dossier", "verdict"), [rule[1:] for rule in ON_TIME_RULES], ids=[rule[0] for rule in ON_TIME_RULES]
)
def test_a_dossier_is_judged_as_the_rule_says(warehouse: Connection, dossier: Dossier, verdict: str) -> None:
    found = count(warehouse, [dossier])
    assert found["received"] == 1
    assert found["judged_766"] == (verdict != NOT_JUDGED)
    assert found["unjudged_766"] == (verdict == NOT_JUDGED)
    assert found["on_time_766_final"] + found["on_time_766_open"] == (verdict == ON_TIME)


def test_a_period_that_is_not_over_is_judged_as_of_the_newest_data(warehouse: Connection) -> None:
    soon, past = Dossier(4, at("09-02"), AS_OF + timedelta(seconds=1)), Dossier(4, at("09-02"), at("09-15 17:00"))
    found = count(warehouse, [soon, past], period="2026-09")
    assert (found["on_time_766_open"], found["judged_766"]) == (1, 2)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(dossiers=st.lists(DOSSIERS, min_size=1, max_size=40))
def test_whoever_was_received_is_judged_or_counted_apart(warehouse: Connection, dossiers: list[Dossier]) -> None:
    found = count(warehouse, [Dossier(2, at("5")), *dossiers])
    assert found["received"] == found["judged_766"] + found["unjudged_766"]
    assert found["on_time_766_final"] + found["on_time_766_open"] <= found["judged_766"]
