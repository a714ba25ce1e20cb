"""Dossiers of the national synchronisation interface: every indicator that is counted from them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from pathlib import Path

from tests.oracle.procedures import Procedure, count_procedures, procedures_of
from tests.oracle.raw import PROVINCE, Answers, Parts, Span, level_of, moment, whole_number
from tests.oracle.terms import (
    END_OF_DAY,
    ONE_DAY,
    add_months,
    add_working_days,
    add_working_hours,
    moment_judged,
)

POPULATION = {"CSDLQGDC", "CSDLDC", "CSDLQGVDC"}
LAND = {"CSDLQGDD", "CSDLDD", "CSDLQGVDD"}
CIVIL_STATUS = {"CSDLHT", "CSDLHTDT", "CSDLQGHT"}
BUSINESS = {"CSDLDN", "CSDLQGDN", "CSDLQGDKDN", "CSDLDKDN"}
Register = dict[str, Procedure]
Condition = Callable[["Dossier"], bool]


@dataclass(eq=False)
class Dossier:
    code: str
    unit: str
    procedure: str
    state: int
    channel: int | None
    received: datetime | None
    due: datetime | None
    finished: datetime | None
    returned: datetime | None
    refused: datetime | None
    paid: int | None
    fee: Decimal | None
    component: bool
    vneid: bool
    reused: bool
    from_store: bool
    databases: set[str]
    result: bool
    supplements: list[tuple[datetime | None, datetime | None]] = field(default_factory=list)

    @cached_property
    def day(self) -> date:
        """Of its reception."""
        assert self.received is not None
        return self.received.date()

    @cached_property
    def settled_on(self) -> date | None:
        """When the form counts it as settled: not before it was received."""
        return max(self.end.date(), self.day) if self.state in (7, 9, 10) and self.end else None

    @property
    def end(self) -> datetime | None:
        return self.finished or self.returned or self.refused

    @property
    def costs(self) -> bool:
        return (self.fee or 0) > 0

    @property
    def is_paid_online(self) -> bool:
        return self.costs and self.paid in (1, 2)


def read_dossiers(files: Iterable[Path], units: dict[str, str]) -> list[Dossier]:
    """The current state of every dossier: of two records of one code the later one counts."""
    current: dict[str, Dossier] = {}
    for path in files:
        for line in path.read_text(encoding="utf-8").splitlines():
            found = read_dossier(json.loads(line), units) if line.strip() else None
            if found is not None:
                current[found.code] = found
    return list(current.values())


def read_dossier(row: dict[str, object], units: dict[str, str]) -> Dossier | None:
    """One raw record; None where the contract refuses it."""
    try:
        state = whole_number(row.get("TrangThaiHoSo"))
        code = str(row.get("MaHoSo") or "").strip()
        place = str(row.get("MaDonVi") or code.split("-")[0]).strip().upper()
        received = moment(row.get("NgayTiepNhan"))
        channel = whole_number(row.get("KenhThucHien"))
        if not code or not row.get("MaTTHC") or state not in range(1, 11) or place not in units:
            return None
        if (received is None and state not in (1, 3)) or channel not in (None, 1, 2, 3):
            return None
        return _dossier(row, code=code, unit=units[place], state=state, channel=channel, received=received)
    except ValueError:
        return None


def _dossier(
    row: dict[str, object], *, code: str, unit: str, state: int, channel: int | None, received: datetime | None
) -> Dossier:
    papers = [paper for paper in _list(row, "TaiLieuNop") if str(paper.get("IsDeleted")).lower() not in ("1", "true")]
    fees = [Decimal(str(fee.get("Gia"))) for fee in _list(row, "DanhSachLePhi")]
    return Dossier(
        code=code,
        unit=unit,
        procedure=".".join(str(row["MaTTHC"]).split(".")[:2]),
        state=state,
        channel=channel,
        received=received,
        due=moment(row.get("NgayHenTra")),
        finished=moment(row.get("NgayKetThucXuLy")),
        returned=moment(row.get("NgayTra")),
        refused=moment(row.get("NgayTuChoi")),
        paid=whole_number(row.get("DuocThanhToanTrucTuyen")),
        fee=sum(fees, Decimal(0)) if fees else None,
        component=str(row.get("HoSoCoThanhPhanSoHoa")) == "1" or any(str(p.get("DuocSoHoa")) == "1" for p in papers),
        vneid=str(row.get("TaiKhoanDuocXacThucVoiVNeID")) == "1",
        reused=any(str(paper.get("DuocTaiSuDung")) in ("1", "2") for paper in papers),
        from_store=any(str(paper.get("DuocLayTuKhoDMQG")) == "1" for paper in papers),
        databases={str(base.get("MaCSDL")) for base in _list(row, "DSKetNoiCSDL")},
        result=any(str(p.get("DuongDanTepTinKetQua") or "").strip() for p in _list(row, "DanhSachGiayToKetQua")),
        supplements=[
            (moment(one.get("NgayBoSung")), moment(one.get("NgayTiepNhanBoSung")))
            for one in _list(row, "DanhSachHoSoBoSung")
        ],
    )


def _list(row: dict[str, object], name: str) -> list[dict[str, object]]:
    found = row.get(name) or []
    assert isinstance(found, list)
    return found


def newest_event(dossiers: list[Dossier], *, not_after: datetime) -> datetime:
    """The time of the data: the newest thing that happened."""
    times = [
        at
        for d in dossiers
        for at in (d.received, d.finished, d.returned, d.refused, *(t for pair in d.supplements for t in pair))
        if at is not None and at <= not_after
    ]
    return max(times)


# the rules


def due_end(d: Dossier, register: Register) -> datetime | None:
    """Until when the dossier is in time, without the pause of a supplement."""
    due = d.due or longest_end(d, register.get(d.procedure))
    if due is not None and due.time() == time():
        return datetime.combine(due.date(), END_OF_DAY)
    return due


def longest_end(d: Dossier, procedure: Procedure | None) -> datetime | None:
    """When the maximum time of its procedure is over, in the unit that it is given in."""
    if procedure is None or procedure.max_time is None or d.received is None:
        return None
    term, unit = procedure.max_time, procedure.max_unit
    whole = int(term) + (term > int(term))
    if unit == "working_hours":
        return add_working_hours(d.received, term)
    if unit == "working_days" and whole != term:
        return add_working_hours(d.received, term * 8)
    ends = {"working_days": add_working_days(d.day, whole), "days": d.day + timedelta(days=whole)}
    return datetime.combine(ends.get(str(unit)) or add_months(d.day, whole), time())


def pause(d: Dossier) -> timedelta:
    """For one supplement the clock stands still until it is answered."""
    if len(d.supplements) != 1 or d.state == 5:
        return timedelta()
    asked, answered = d.supplements[0]
    return answered - asked if asked and answered and answered > asked else timedelta()


def on_time(d: Dossier, span: Span, as_of: datetime, register: Register) -> bool | None:
    """Decision 766, 2.1; None where nothing tells."""
    if len(d.supplements) > 1:
        return False
    due = due_end(d, register)
    if due is None:
        return None
    end = d.end if d.state in (9, 10, 8, 3, 7) else None
    if d.state == 5 and len(d.supplements) == 1:
        end = d.supplements[0][0]
    return (end or moment_judged(span, as_of)) <= due + pause(d)


def is_open(d: Dossier, day: date) -> bool:
    return d.day <= day and (d.settled_on is None or d.settled_on > day)


def is_in_work(d: Dossier, day: date) -> bool:
    """Open and neither waiting for the citizen nor stopped: only such a dossier can be overdue or due soon."""
    if not is_open(d, day) or d.due is None or d.state in (6, 8):
        return False
    if d.state == 5:
        asked = max((one[0] for one in d.supplements if one[0]), default=None)
        return asked is not None and day < asked.date()
    return True


def days_taken(d: Dossier) -> int:
    """Days of the calendar from reception to the end, without those of one supplement."""
    assert d.settled_on is not None
    waited = 0
    if pause(d):
        asked, answered = d.supplements[0]
        assert asked is not None
        assert answered is not None
        waited = (answered.date() - asked.date()).days
    return max(0, (d.settled_on - d.day).days - waited)


def uses_population_data(d: Dossier) -> bool:
    return d.vneid or d.from_store or bool(POPULATION & d.databases)


# the counting


@dataclass(frozen=True)
class Cases:
    """The dossiers of one unit in one period, sorted out once."""

    span: Span
    last: date
    received: list[Dossier]
    done: list[Dossier]
    open_now: list[Dossier]
    carried: list[Dossier]

    @property
    def in_work(self) -> list[Dossier]:
        return [d for d in self.open_now if is_in_work(d, self.last)]

    def share(self, condition: Condition) -> Parts:
        """How many of those received."""
        return len([d for d in self.received if condition(d)]), len(self.received)


def sort_out(mine: list[Dossier], span: Span, as_of: datetime) -> Cases:
    last = min(span.end, as_of.date())
    return Cases(
        span=span,
        last=last,
        received=[d for d in mine if span.start <= d.day <= last],
        done=[d for d in mine if d.settled_on and span.start <= d.settled_on <= last],
        open_now=[d for d in mine if is_open(d, last)],
        carried=[d for d in mine if is_open(d, span.start - ONE_DAY)],
    )


def count_progress(cases: Cases, as_of: datetime, register: Register) -> dict[str, Parts]:
    """Decision 766, item 2.1, and form II.06a."""
    received, done, in_work, last = cases.received, cases.done, cases.in_work, cases.last
    verdicts = {d.code: on_time(d, cases.span, as_of, register) for d in received}
    judged = [verdict for verdict in verdicts.values() if verdict is not None]
    online = [v for d in received if d.channel == 2 and (v := verdicts[d.code]) is not None]
    dated = [(d.settled_on, d.due.date()) for d in done if d.state != 7 and d.due and d.settled_on]
    late = [end for end, due in dated if end > due]
    early = [end for end, due in dated if end < due]
    overdue = [d for d in in_work if d.due and d.due.date() < last]
    soon = [d for d in in_work if d.due and last <= d.due.date() <= last + timedelta(days=3)]
    processed = [d for d in done if d.state in (9, 10)]
    return {
        "ontime_766": (sum(judged), len(judged)),
        "online_ontime": (sum(online), len(online)),
        "unjudged_rate": (len(received) - len(judged), len(received)),
        "ontime_completed": (len(done) - len(late), len(done)),
        "early_rate": (len(early), len(done)),
        "overdue_completed_rate": (len(late), len(done)),
        "open_overdue_count": (len(overdue), None),
        "open_overdue_rate": (len(overdue), len(cases.open_now)),
        "avg_processing_time": (sum(map(days_taken, processed)), len(processed)),
        "carried_over_rate": (len(cases.carried), len(cases.carried) + len(received)),
        "due_soon_count": (len(soon), None),
        "supplement_rate": cases.share(lambda d: len(d.supplements) >= 1),
        "supplement_multi_rate": cases.share(lambda d: len(d.supplements) > 1),
        "rejected_rate": cases.share(lambda d: d.state == 7 or d.refused is not None),
    }


def count_online(cases: Cases, register: Register) -> dict[str, Parts]:
    """The four online rates, each by its own definition, and the channels."""

    def must_return(d: Dossier) -> bool:
        return d.procedure in register and register[d.procedure].returns_document is True

    def is_full(d: Dossier) -> bool:
        return d.channel == 2 and register[d.procedure].service_level == "full"

    known = [d for d in cases.received if d.procedure in register and register[d.procedure].service_level]
    eligible = [d for d in known if register[d.procedure].is_eligible]
    return {
        "online_submission_766": cases.share(lambda d: d.channel == 2 and (not must_return(d) or d.result)),
        "online_submission_simple": cases.share(lambda d: d.channel == 2),
        "full_online_dossier_all": (len([d for d in known if is_full(d)]), len(known)),
        "full_online_dossier_eligible": (len([d for d in eligible if is_full(d)]), len(eligible)),
        "direct_rate": cases.share(lambda d: d.channel in (1, None)),
        "postal_rate": cases.share(lambda d: d.channel == 3),
        "channel_missing_rate": cases.share(lambda d: d.channel is None),
    }


def count_data(cases: Cases, register: Register) -> dict[str, Parts]:
    """Payment, digitisation, and the databases that were used."""

    def returns(d: Dossier) -> bool | None:
        return register[d.procedure].returns_document if d.procedure in register else None

    fees = [d for d in cases.received if d.costs]
    paid = [d for d in fees if d.is_paid_online]
    papers = [d for d in cases.received if returns(d) is not False]
    return {
        "pay_dossier_online": (len(paid), len(fees)),
        "pay_amount_online": (sum(d.fee or 0 for d in paid), sum(d.fee or 0 for d in fees)),
        "e_result_rate": (len([d for d in papers if d.result]), len(papers)),
        # the interface says nothing of signatures: of no result is it known
        "signed_result_rate": (0, 0),
        "digitized_rate": cases.share(lambda d: d.component and (returns(d) is not True or d.result)),
        "reuse_rate": cases.share(lambda d: d.reused),
        "share_store_rate": cases.share(lambda d: d.from_store),
        "pop_data_dossier": cases.share(uses_population_data),
        "population_database_use": cases.share(lambda d: bool(POPULATION & d.databases)),
        "land_database_use": cases.share(lambda d: bool(LAND & d.databases)),
        "civil_status_database_use": cases.share(lambda d: bool(CIVIL_STATUS & d.databases)),
        "business_database_use": cases.share(lambda d: bool(BUSINESS & d.databases)),
    }


def count_of_procedures(cases: Cases, register: Register, level: str) -> dict[str, Parts]:
    """Of how many procedures there were dossiers of a kind."""

    def of(condition: Condition) -> set[str]:
        return {d.procedure for d in cases.received if condition(d)}

    own = procedures_of(register.values(), level=level, on=cases.last)
    persons = {code for code in of(uses_population_data) if code in register and register[code].is_for_persons}
    found = count_procedures(
        own,
        received=of(lambda d: True),
        online=of(lambda d: d.channel == 2),
        with_fee=of(lambda d: d.costs),
        paid=of(lambda d: d.is_paid_online),
    )
    return found | {"pop_data_tthc": (len(persons), len([one for one in own if one.is_for_persons]))}


def by_unit(dossiers: list[Dossier]) -> dict[str, list[Dossier]]:
    """The dossiers that count, of each unit and of the province: states 1 and 3 never do."""
    found: dict[str, list[Dossier]] = defaultdict(list)
    for d in dossiers:
        if d.state not in (1, 3) and d.received is not None:
            found[d.unit].append(d)
            found[PROVINCE].append(d)
    return found


Sorted = dict[tuple[str, str], Cases]
"""(unit, period) → its dossiers."""


def sort_out_all(dossiers: list[Dossier], spans: list[Span], as_of: datetime) -> Sorted:
    """For every unit that has any, and for the province."""
    return {
        (unit, span.name): sort_out(mine, span, as_of) for unit, mine in by_unit(dossiers).items() for span in spans
    }


def count_dossiers(cases: Sorted, as_of: datetime, register: Register) -> Answers:
    """Every indicator of dossiers."""
    answers: Answers = defaultdict(dict)
    for key, mine in cases.items():
        found = count_progress(mine, as_of, register) | count_online(mine, register)
        found |= count_data(mine, register) | count_of_procedures(mine, register, level_of(key[0]))
        for indicator, parts in found.items():
            answers[indicator, "dossiers"][key] = parts
    return answers


def balance_gaps(cases: Sorted) -> dict[tuple[str, str], tuple[int, int]]:
    """(unit, period) → what columns 3, 7 and 11 of the form are apart, and how many were received."""
    return {
        key: (
            abs(len(mine.received) + len(mine.carried) - len(mine.done) - len(mine.open_now)),
            len(mine.received),
        )
        for key, mine in cases.items()
    }


Discontent = dict[tuple[str, str, str | None], tuple[int, int, int, int]]
"""(unit, period, field) → judged, in time, more than one supplement, otherwise late."""


def count_discontent(cases: Sorted, as_of: datetime, register: Register) -> Discontent:
    """Dossiers that cannot have pleased anybody, by field."""
    found: dict[tuple[str, str, str | None], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for key, mine in cases.items():
        for d in mine.received:
            verdict = on_time(d, mine.span, as_of, register)
            if verdict is not None:
                cell = found[(*key, register[d.procedure].field)]
                cell[0] += 1
                cell[1 if verdict else 2 if len(d.supplements) > 1 else 3] += 1
    return {key: (cell[0], cell[1], cell[2], cell[3]) for key, cell in found.items()}
