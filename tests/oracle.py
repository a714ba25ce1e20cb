"""A slow, plain computation of every dossier and certificate figure, straight from raw files and the written rules.

It shares no code with the product: it reads JSON and CSV with the standard library and counts with loops, so that a
mistake in the product's SQL and one here would have to be the same mistake to go unnoticed.
"""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

import holidays

HOLIDAYS = holidays.country_holidays("VN", years=range(2024, 2028))
NULLS = {"", "-", "–", "n/a", "null", "none"}
END_OF_DAY = time(23, 59, 59, 999999)
Counts = dict[tuple[str, str], tuple[float | None, float | None]]
"""(unit, period) → numerator, denominator."""


@dataclass(frozen=True)
class Span:
    """A period: its name and both its days."""

    name: str
    start: date
    end: date


@dataclass
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
    fee: float | None
    component: bool
    vneid: bool
    reused: bool
    from_store: bool
    databases: list[str]
    result: bool
    supplements: list[tuple[datetime | None, datetime | None]] = field(default_factory=list)


@dataclass(frozen=True)
class Procedure:
    returns_document: bool | None
    subject: str | None
    level: str | None
    max_time: float | None
    max_unit: str | None


def moment(text: object) -> datetime | None:
    """A time in the spelling of the national interface."""
    if text is None or str(text).strip().lower() in NULLS:
        return None
    clean = str(text).strip()
    for pattern in ("%Y%m%d%H%M%S", "%Y%m%d%H%M", "%Y%m%d", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y", "%Y-%m-%d %H:%M:%S"):
        try:
            found = datetime.strptime(clean, pattern)
        except ValueError:
            continue
        return None if found.year <= 1900 else found
    raise ValueError(clean)


def number(text: object) -> int | None:
    if text is None or str(text).strip().lower() in NULLS:
        return None
    return int(float(str(text)))


def read_dossier(row: dict[str, object], units: dict[str, str]) -> Dossier | None:
    """One raw record; None where the contract refuses it."""
    try:
        state = number(row.get("TrangThaiHoSo"))
        code = str(row.get("MaHoSo") or "").strip()
        place = str(row.get("MaDonVi") or code.split("-")[0]).strip().upper()
        if not code or not row.get("MaTTHC") or state not in range(1, 11) or place not in units:
            return None
        received = moment(row.get("NgayTiepNhan"))
        if received is None and state not in (1, 3):
            return None
        channel = number(row.get("KenhThucHien"))
        if channel not in (None, 1, 2, 3):
            return None
        papers = [p for p in row.get("TaiLieuNop") or [] if str(p.get("IsDeleted")).lower() not in ("1", "true")]
        fees = [str(f.get("Gia")) for f in row.get("DanhSachLePhi") or []]
        return Dossier(
            code=code,
            unit=units[place],
            procedure=".".join(str(row["MaTTHC"]).split(".")[:2]),
            state=state,
            channel=channel,
            received=received,
            due=moment(row.get("NgayHenTra")),
            finished=moment(row.get("NgayKetThucXuLy")),
            returned=moment(row.get("NgayTra")),
            refused=moment(row.get("NgayTuChoi")),
            paid=number(row.get("DuocThanhToanTrucTuyen")),
            fee=sum(float(f) for f in fees) if fees else None,
            component=str(row.get("HoSoCoThanhPhanSoHoa")) == "1"
            or any(str(p.get("DuocSoHoa")) == "1" for p in papers),
            vneid=str(row.get("TaiKhoanDuocXacThucVoiVNeID")) == "1",
            reused=any(str(p.get("DuocTaiSuDung")) in ("1", "2") for p in papers),
            from_store=any(str(p.get("DuocLayTuKhoDMQG")) == "1" for p in papers),
            databases=[str(d.get("MaCSDL")) for d in row.get("DSKetNoiCSDL") or []],
            result=any(str(g.get("DuongDanTepTinKetQua") or "").strip() for g in row.get("DanhSachGiayToKetQua") or []),
            supplements=[
                (moment(s.get("NgayBoSung")), moment(s.get("NgayTiepNhanBoSung")))
                for s in row.get("DanhSachHoSoBoSung") or []
            ],
        )
    except ValueError:
        return None


def read_dossiers(files: Iterable[Path], units: dict[str, str]) -> list[Dossier]:
    """The current state of every dossier: of two records of one code the later one counts."""
    current: dict[str, Dossier] = {}
    for path in files:
        for line in path.read_text(encoding="utf-8").splitlines():
            found = read_dossier(json.loads(line), units) if line.strip() else None
            if found is not None:
                current[found.code] = found
    return list(current.values())


def newest_event(dossiers: list[Dossier], *, not_after: datetime) -> datetime:
    """The time of the data: the newest thing that happened."""
    times = [
        at
        for d in dossiers
        for at in (d.received, d.finished, d.returned, d.refused, *(t for pair in d.supplements for t in pair))
        if at is not None and at <= not_after
    ]
    return max(times)


def is_working(day: date) -> bool:
    """Offices work from Monday to Friday but on holidays, and on the days of rest that are exchanged for others."""
    return day in HOLIDAYS.weekend_workdays or (day.isoweekday() <= 5 and day not in HOLIDAYS)


def due_end(d: Dossier, procedures: dict[str, Procedure]) -> datetime | None:
    """Until when the dossier is in time, without the pause of a supplement."""
    due = d.due
    known = procedures.get(d.procedure)
    if due is None and known is not None and known.max_time is not None and d.received is not None:
        days = known.max_time / 8 if known.max_unit == "working_hours" else known.max_time
        whole = int(days) + (days > int(days))
        start = d.received.date()
        if known.max_unit == "days":
            due = datetime.combine(start + timedelta(days=whole), time())
        elif known.max_unit in ("working_days", "working_hours"):
            while not is_working(start):
                start -= timedelta(days=1)
            while whole > 0:
                start += timedelta(days=1)
                whole -= is_working(start)
            due = datetime.combine(start, time())
        else:
            raise NotImplementedError(known.max_unit)
    if due is not None and due.time() == time():
        return datetime.combine(due.date(), END_OF_DAY)
    return due


def on_time(d: Dossier, span: Span, as_of: datetime, procedures: dict[str, Procedure]) -> bool | None:
    """Decision 766, 2.1; None where nothing tells."""
    if len(d.supplements) > 1:
        return False
    due = due_end(d, procedures)
    if due is None:
        return None
    end = None
    if d.state in (9, 10, 8, 3, 7):
        end = d.finished or d.returned or d.refused
    if d.state == 5 and len(d.supplements) == 1:
        end = d.supplements[0][0]
    elif len(d.supplements) == 1 and None not in d.supplements[0] and d.supplements[0][1] > d.supplements[0][0]:
        due += d.supplements[0][1] - d.supplements[0][0]
    if end is None:
        end = min(datetime.combine(span.end, END_OF_DAY), as_of)
    return end <= due


def finished_day(d: Dossier) -> date | None:
    """When the form counts a dossier as settled."""
    if d.state not in (7, 9, 10):
        return None
    end = d.finished or d.returned or d.refused
    return end.date() if end else None


def is_open(d: Dossier, day: date) -> bool:
    done = finished_day(d)
    return d.received.date() <= day and (done is None or done > day)


def is_in_work(d: Dossier, day: date) -> bool:
    """Open and neither waiting for the citizen nor stopped: only such a dossier can be overdue or due soon."""
    if not is_open(d, day) or d.due is None or d.state in (6, 8):
        return False
    if d.state == 5:
        asked = max((s[0] for s in d.supplements if s[0]), default=None)
        return asked is not None and day < asked.date()
    return True


def count_unit(
    mine: list[Dossier], span: Span, as_of: datetime, procedures: dict[str, Procedure], level: str
) -> dict[str, tuple[float | None, float | None]]:
    """Every dossier indicator of one unit in one period, as numerator and denominator."""
    last = min(span.end, as_of.date())
    received = [d for d in mine if span.start <= d.received.date() <= last]
    done = [d for d in mine if (day := finished_day(d)) is not None and span.start <= day <= last]
    open_now = [d for d in mine if is_open(d, last)]
    in_work = [d for d in mine if is_in_work(d, last)]
    carried = [d for d in mine if is_open(d, span.start - timedelta(days=1))]
    overdue = [d for d in in_work if d.due.date() < last]
    soon = [d for d in in_work if last <= d.due.date() <= last + timedelta(days=3)]
    judged = [verdict for d in received if (verdict := on_time(d, span, as_of, procedures)) is not None]
    late = [d for d in done if d.state != 7 and d.due and finished_day(d) > d.due.date()]
    early = [d for d in done if d.state != 7 and d.due and finished_day(d) < d.due.date()]
    fees = [d for d in received if (d.fee or 0) > 0]

    def must_return(d: Dossier) -> bool | None:
        known = procedures.get(d.procedure)
        return known.returns_document if known else None

    def persons(d: Dossier) -> bool:
        known = procedures.get(d.procedure)
        return known is not None and known.subject in ("person", "both")

    def population(d: Dossier) -> bool:
        return d.vneid or d.from_store or bool({"CSDLQGDC", "CSDLDC", "CSDLQGVDC"} & set(d.databases))

    def of(condition: Callable[[Dossier], bool], base: list[Dossier]) -> tuple[float, float]:
        return len([d for d in base if condition(d)]), len(base)

    papers = [d for d in received if must_return(d) is not False]
    subject_procedures = [
        p
        for p in procedures.values()
        if p.subject in ("person", "both") and (level != "commune" or p.level in (None, "commune"))
    ]
    return {
        "ontime_766": (sum(judged), len(judged)),
        "ontime_completed": (len(done) - len(late), len(done)),
        "early_rate": (len(early), len(done)),
        "overdue_completed_rate": (len(late), len(done)),
        "open_overdue_count": (len(overdue), None),
        "open_overdue_rate": (len(overdue), len(open_now)),
        "carried_over_rate": (len(carried), len(carried) + len(received)),
        "due_soon_count": (len(soon), None),
        "supplement_rate": of(lambda d: len(d.supplements) >= 1, received),
        "supplement_multi_rate": of(lambda d: len(d.supplements) > 1, received),
        "rejected_rate": of(lambda d: d.state == 7 or d.refused is not None, received),
        "online_submission_766": of(lambda d: d.channel == 2 and (must_return(d) is not True or d.result), received),
        "online_submission_simple": of(lambda d: d.channel == 2, received),
        "direct_rate": of(lambda d: d.channel in (1, None), received),
        "postal_rate": of(lambda d: d.channel == 3, received),
        "channel_missing_rate": of(lambda d: d.channel is None, received),
        "pay_dossier_online": of(lambda d: d.paid in (1, 2), fees),
        "e_result_rate": of(lambda d: d.result, papers),
        "digitized_rate": of(lambda d: d.component and (must_return(d) is not True or d.result), received),
        "reuse_rate": of(lambda d: d.reused, received),
        "share_store_rate": of(lambda d: d.from_store, received),
        "pop_data_dossier": of(population, received),
        "pop_data_tthc": (
            len({d.procedure for d in received if population(d) and persons(d)}),
            len(subject_procedures) if procedures else None,
        ),
    }


def months(first: date, last: date) -> list[Span]:
    """Months, quarters, half-years and years of both calendars, years to date and rolling years of the days between."""
    spans: dict[str, Span] = {}
    for day in (first + timedelta(days=number) for number in range((last - first).days + 1)):
        year, month = day.year, day.month
        following = (year + month // 12, month % 12 + 1)
        ends = date(*following, 1) - timedelta(days=1)
        reported = following if day.day >= 15 else (year, month)
        found = [
            *_named("", year, month, first_day=1),
            *_named("vpcp:", *reported, first_day=15),
            Span(f"{year}-01-01..{ends}", date(year, 1, 1), ends),
        ]
        begins = date(following[0] - 1, following[1], 1)
        if begins >= first.replace(day=1) and ends <= last and month != 12:
            found.append(Span(f"{begins}..{ends}", begins, ends))
        spans |= {span.name: span for span in found}
    return list(spans.values())


def _named(prefix: str, year: int, month: int, *, first_day: int) -> list[Span]:
    """The month with its quarter, half-year and year; where months begin on the 15th, the one before is meant."""
    found = []
    for length, name in ((1, "-{n:02}"), (3, "-Q{n}"), (6, "-H{n}"), (12, "")):
        number = (month - 1) // length + 1
        last_month = number * length
        before = 12 * year + last_month - length - 1 + (first_day == 1)
        after = before + length
        start = date(before // 12, before % 12 + 1, first_day)
        end = date(after // 12, after % 12 + 1, first_day) - timedelta(days=1)
        found.append(Span(f"{prefix}{year}{name.format(n=number)}", start, end))
    return found


def count_dossiers(
    dossiers: list[Dossier], spans: list[Span], as_of: datetime, procedures: dict[str, Procedure], *, province: str
) -> dict[str, Counts]:
    """indicator → (unit, period) → parts, for every unit with dossiers and for the province."""
    counted = [d for d in dossiers if d.state not in (1, 3) and d.received is not None]
    by_unit: dict[str, list[Dossier]] = defaultdict(list)
    for d in counted:
        by_unit[d.unit].append(d)
        by_unit[province].append(d)
    answer: dict[str, Counts] = defaultdict(dict)
    for unit, mine in by_unit.items():
        level = "province" if unit == province else "commune" if unit.isdigit() else "department"
        for span in spans:
            for indicator, parts in count_unit(mine, span, as_of, procedures, level).items():
                answer[indicator][unit, span.name] = parts
    return answer


def read_table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))
