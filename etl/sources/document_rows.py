"""What a table or an answer says of a unit's documents: columns, figures, and whether they agree with each other."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Final

from etl.kept import is_blank, is_masked, keep, keep_date, keep_number, keep_organisation, keep_unit_code, masked
from etl.sources.document_periods import Stretch, month_of_first_day, read_stretch
from etl.tables import Column, Layout
from ioc.clock import to_local
from ioc.units import resolve_code
from ioc.words import gettext as _

FIGURES: Final = (
    "sent_total",
    "received_total",
    "sent_signed",
    "sent_unsigned",
    "sent_signed_org",
    "sent_signed_personal",
    "sent_electronic",
    "sent_with_paper",
    "work_files_total",
    "work_files_online",
)
LANDED: Final = (
    "unit_code",
    "unit_name",
    "period_start",
    "period_end",
    *FIGURES,
    "sign_rate",
    "is_parent",
    "issues",
    "last_update",
)
PARTS: Final = (
    ("sent_signed", "sent_total"),
    ("sent_unsigned", "sent_total"),
    ("sent_signed_org", "sent_total"),
    ("sent_signed_personal", "sent_total"),
    ("sent_electronic", "sent_total"),
    ("sent_with_paper", "sent_total"),
    ("work_files_online", "work_files_total"),
)
"""A part, and what it is a part of."""
RATE_TOLERANCE: Final = 0.1
"""In percentage points: what rounding explains."""
WHOLE_PERCENT: Final = 100
SHOWN_ROWS: Final = 8

LAYOUT: Final = Layout(
    columns=(
        Column(
            "unit_code",
            ("mã đơn vị", "mã định danh", "mã cơ quan", "mã định danh đơn vị", "mã định danh cơ quan", "organ domain"),
            keep_unit_code,
        ),
        Column("unit_name", ("đơn vị", "tên đơn vị", "cơ quan", "tên cơ quan", "cơ quan đơn vị", "organ name")),
        Column("from_day", ("từ ngày", "ngày bắt đầu", "from date", "period start"), is_date=True),
        Column("to_day", ("đến ngày", "ngày kết thúc", "to date", "period end"), is_date=True),
        Column("period", ("tháng", "kỳ", "kỳ báo cáo", "kỳ số liệu", "thời kỳ")),
        Column("year", ("năm",)),
        Column(
            "sent_total",
            (
                "sent",
                "số văn bản đi",
                "văn bản đi",
                "tổng số văn bản đi",
                "văn bản đi tổng số",
                "văn bản đi tổng",
                "đã gửi",
                "văn bản đã gửi",
                "văn bản gửi",
                "số văn bản gửi",
                "văn bản phát hành",
                "total sent",
            ),
            keep_number,
        ),
        Column(
            "received_total",
            (
                "received",
                "văn bản đến",
                "số văn bản đến",
                "tổng số văn bản đến",
                "văn bản đến tổng số",
                "văn bản đến tổng",
                "đã nhận",
                "văn bản đã nhận",
                "văn bản nhận",
                "total received",
            ),
            keep_number,
        ),
        Column(
            "sent_signed",
            (
                "signed",
                "đã ký số",
                "ký số",
                "văn bản đi ký số",
                "văn bản đi đã ký số",
                "số văn bản đi ký số",
                "số văn bản đi đã ký số",
                "văn bản ký số",
                "văn bản đã ký số",
                "số văn bản ký số",
                "số văn bản đã ký số",
                "signed count",
            ),
            keep_number,
        ),
        Column(
            "sent_unsigned",
            (
                "unsigned",
                "chưa ký số",
                "ký giấy",
                "văn bản đi ký giấy",
                "văn bản đi chưa ký số",
                "văn bản đi không ký số",
                "số văn bản đi ký giấy",
                "số văn bản đi chưa ký số",
                "số văn bản chưa ký số",
                "văn bản chưa ký số",
                "văn bản ký giấy",
                "unsigned count",
            ),
            keep_number,
        ),
        Column(
            "sent_signed_org",
            (
                "ký số cơ quan",
                "chữ ký số cơ quan",
                "văn bản đi ký số cơ quan",
                "văn bản đi có chữ ký số cơ quan",
                "số văn bản ký số cơ quan",
                "ký số tổ chức",
                "chữ ký số tổ chức",
            ),
            keep_number,
        ),
        Column(
            "sent_signed_personal",
            (
                "ký số cá nhân",
                "ký số cá nhân lãnh đạo",
                "chữ ký số cá nhân",
                "chữ ký số cá nhân lãnh đạo",
                "văn bản đi ký số cá nhân",
                "văn bản đi ký số cá nhân lãnh đạo",
                "văn bản đi có chữ ký số cá nhân",
                "văn bản đi có chữ ký số cá nhân lãnh đạo",
                "số văn bản ký số cá nhân",
                "ký số lãnh đạo",
            ),
            keep_number,
        ),
        Column(
            "sent_electronic",
            (
                "gửi điện tử",
                "văn bản đi gửi điện tử",
                "văn bản đi điện tử",
                "số văn bản gửi điện tử",
                "văn bản gửi điện tử",
                "gửi qua trục",
                "gửi trên trục liên thông",
            ),
            keep_number,
        ),
        Column(
            "sent_with_paper",
            (
                "kèm bản giấy",
                "gửi kèm bản giấy",
                "văn bản đi kèm bản giấy",
                "văn bản đi gửi kèm bản giấy",
                "gửi song song bản giấy",
                "song song bản giấy",
            ),
            keep_number,
        ),
        Column(
            "work_files_total",
            (
                "hồ sơ công việc",
                "tổng số hồ sơ công việc",
                "số hồ sơ công việc",
                "hồ sơ công việc tổng số",
                "hồ sơ công việc tổng",
            ),
            keep_number,
        ),
        Column(
            "work_files_online",
            (
                "hồ sơ công việc trên môi trường mạng",
                "hồ sơ công việc xử lý trên môi trường mạng",
                "hồ sơ công việc điện tử",
                "hồ sơ công việc trực tuyến",
                "xử lý trên môi trường mạng",
            ),
            keep_number,
        ),
        Column(
            "sign_rate",
            (
                "tỷ lệ ký số",
                "tỷ lệ văn bản ký số",
                "tỷ lệ văn bản đi ký số",
                "tỷ lệ văn bản xử lý và ký số",
                "tỉ lệ ký số",
                "sign rate",
                "signed rate",
            ),
        ),
        # Known so that they are not taken for something else.
        Column("grand_total", ("tổng", "tổng số", "tổng cộng", "total")),
        Column(
            "cumulative",
            (
                "lũy kế",
                "lũy kế từ đầu năm",
                "văn bản đi lũy kế",
                "văn bản đến lũy kế",
                "lũy kế văn bản đi",
                "lũy kế văn bản đến",
            ),
        ),
        Column("signer", ("người ký", "họ tên", "họ và tên", "người ký số")),
        Column("note", ("ghi chú",)),
    ),
    required=(("unit_code", "unit_name"), ("sent_total", "sign_rate", "work_files_total")),
    key="unit_code",
    filled_down=("unit_code", "unit_name"),
)

_COUNT = re.compile(r"[+-]?[0-9]{1,9}")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}([., ][0-9]{3})+")
_WITH_ZEROS = re.compile(r"([+-]?[0-9]{1,9})[.,]0+")
_RATE = re.compile(r"([0-9]{1,3}(?:[.,][0-9]{1,6})?) ?(%?)")
_STATED_RATE = re.compile(r"[0-9]{1,3}\.[0-9]{4}")
_EPOCH = re.compile(r"1[0-9]{9}([0-9]{3})?")
_MOMENTS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d",
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%d/%m/%Y",
    "%d-%m-%Y %H:%M:%S",
    "%d-%m-%Y",
)


@dataclass(frozen=True)
class Statement:
    """One row of a report, as read."""

    row_no: int
    cells: Mapping[str, str]
    fault: str | None = None
    children: "tuple[Statement, ...]" = ()
    """The units below, whose figures this row's hold already."""


@dataclass(frozen=True)
class Kept:
    """What is landed of a statement, and what is odd about it."""

    row_no: int
    fault: str | None
    values: Mapping[str, str | None]
    issues: tuple[str, ...] = ()
    is_parent: bool = False

    def count(self, name: str) -> int | None:
        """A figure that could be read; None where there is none."""
        text = self.values.get(name)
        return int(text) if text is not None and _COUNT.fullmatch(text) else None

    def rate(self) -> float | None:
        """The stated rate in percent, where it can be one."""
        text = self.values.get("sign_rate") or ""
        is_rate = _STATED_RATE.fullmatch(text) is not None and float(text) <= WHOLE_PERCENT
        return float(text) if is_rate else None

    def landed(self) -> dict[str, str | None]:
        """The landing's columns."""
        return {**self.values, "is_parent": str(self.is_parent).lower(), "issues": " ".join(self.issues) or None}


def keep_statements(statements: Sequence[Statement], *, stretch: Stretch | None) -> tuple[Kept, ...]:
    """The statements as they are landed; `stretch` is that of the whole file, for rows that name none."""
    are_fractions = _are_fractions([statement.cells.get("sign_rate", "") for statement in statements])
    kept = [_keep(one, stretch=stretch, rate_is_fraction=are_fractions) for one in statements]
    return tuple(_settle_repetitions(kept))


def describe_issues(rows: Sequence[Kept]) -> tuple[str, ...]:
    """A warning for each kind of disagreement, with its rows."""
    sentences = {
        "signed_sum": _("INTEGRITY: signed and unsigned do not make the documents sent, in rows {rows}"),
        "part_exceeds_total": _("INTEGRITY: a part is larger than its whole, in rows {rows}"),
        "total_differs": _("INTEGRITY: sent and received do not make the total, in rows {rows}"),
        "children_differ": _("INTEGRITY: the units below do not make their parent's figures, in rows {rows}"),
        "rate_differs": _("INTEGRITY: the stated rate is not that of the counts, in rows {rows}; the counts are used"),
        "repeated": _("DUPLICATE: units that come again with other figures, in rows {rows}; the newest counts"),
    }
    found = {issue: [row.row_no for row in rows if issue in row.issues] for issue in sentences}
    return tuple(sentences[issue].format(rows=_shown(numbers)) for issue, numbers in found.items() if numbers)


def moment_text(text: str) -> str:
    """A moment in ISO form, also from the milliseconds since 1970; what is none stays as it came."""
    if _EPOCH.fullmatch(text):
        seconds = int(text[:10])
        return to_local(datetime.fromtimestamp(seconds, tz=UTC)).isoformat(sep=" ", timespec="seconds")
    plain = text.replace("T", " ").split(".")[0] if re.match(r"20[0-9]{2}-", text) else text
    for form in _MOMENTS:
        try:
            return datetime.strptime(plain, form).isoformat(sep=" ")
        except ValueError:
            continue
    return text


def _shown(numbers: Sequence[int]) -> str:
    more = len(numbers) - SHOWN_ROWS
    return ", ".join(map(str, numbers[:SHOWN_ROWS])) + (f" (+{more})" if more > 0 else "")


def _keep(statement: Statement, *, stretch: Stretch | None, rate_is_fraction: bool) -> Kept:
    cells = statement.cells
    own = _own_stretch(cells)
    start, end = own if own is not None else (_iso(stretch, "start"), _iso(stretch, "end"))
    values: dict[str, str | None] = {
        "unit_code": keep(cells.get("unit_code", "").strip(" ."), keep_unit_code),
        "unit_name": keep(cells.get("unit_name", ""), keep_organisation),
        "period_start": start,
        "period_end": end,
        **{name: keep(cells.get(name, ""), keep_count) for name in FIGURES},
        "sign_rate": _keep_rate(cells.get("sign_rate", ""), is_fraction=rate_is_fraction),
        "last_update": keep(moment_text(cells.get("last_update", "")), keep_date),
    }
    row = Kept(statement.row_no, statement.fault, values, is_parent=bool(statement.children))
    return replace(row, issues=tuple(_issues(row, statement)))


def _own_stretch(cells: Mapping[str, str]) -> tuple[str | None, str | None] | None:
    """The days that a row states itself, as texts; what cannot be read is kept as such."""
    first, last = cells.get("from_day", ""), cells.get("to_day", "")
    if not (is_blank(first) and is_blank(last)):
        return keep(first, keep_date), keep(last, keep_date)
    period, year = cells.get("period", ""), cells.get("year", "")
    if is_blank(period):
        return None
    month = f"tháng {period}" if period.isdecimal() and len(period) <= 2 else period
    named = month_of_first_day(period) or read_stretch(f"{month} năm {year}" if year else month)
    return (named.start.isoformat(), named.end.isoformat()) if named else (masked(period), masked(period))


def _iso(stretch: Stretch | None, end: str) -> str | None:
    day: date | None = getattr(stretch, end, None)
    return None if day is None else day.isoformat()


def keep_count(text: str) -> str:
    """A whole number in plain digits; what is none is kept only where its shape is harmless."""
    if _COUNT.fullmatch(text):
        return str(int(text)) if not is_masked(keep_number(text)) else masked(text)
    if _GROUPED.fullmatch(text):
        return keep_count(re.sub("[., ]", "", text))
    if with_zeros := _WITH_ZEROS.fullmatch(text):
        return keep_count(with_zeros[1])
    return keep_number(text)


def _are_fractions(rates: Sequence[str]) -> bool:
    """Whether a column of rates holds 0.95 for 95 %: as a spreadsheet does with percents."""
    found = [rate for text in rates if (rate := _RATE.fullmatch(text))]
    numbers = [float(rate[1].replace(",", ".")) for rate in found]
    return (
        bool(numbers) and not any(rate[2] for rate in found) and max(numbers) <= 1 and any(0 < n < 1 for n in numbers)
    )


def _keep_rate(text: str, *, is_fraction: bool) -> str | None:
    """A rate in percent; of a column of percents a fraction is refused: nobody knows what it means."""
    if is_blank(text):
        return None
    found = _RATE.fullmatch(text)
    if found is None:
        return masked(text)
    number = float(found[1].replace(",", "."))
    if is_fraction:
        return format(number * WHOLE_PERCENT, ".4f")
    is_mixed = 0 < number < 1 and not found[2]
    # with its comma it is shown, and is no number for the contract
    return keep_number(text).replace(".", ",") if is_mixed else format(number, ".4f")


def _issues(row: Kept, statement: Statement) -> Iterator[str]:
    sent, signed, unsigned = row.count("sent_total"), row.count("sent_signed"), row.count("sent_unsigned")
    if sent is not None and signed is not None and unsigned is not None and signed + unsigned != sent:
        yield "signed_sum"
    pairs = ((row.count(part), row.count(whole)) for part, whole in PARTS)
    if any(part is not None and whole is not None and part > whole for part, whole in pairs):
        yield "part_exceeds_total"
    total, received = _plain(statement.cells.get("grand_total", "")), row.count("received_total")
    if total is not None and sent is not None and received is not None and total != sent + received:
        yield "total_differs"
    if statement.children and any(_differs(row, statement, name) for name in ("sent_total", "received_total")):
        yield "children_differ"
    rate = row.rate()
    if sent and signed is not None and rate is not None and abs(rate - WHOLE_PERCENT * signed / sent) > RATE_TOLERANCE:
        yield "rate_differs"


def _plain(text: str) -> int | None:
    kept = keep_count(text)
    return int(kept) if _COUNT.fullmatch(kept) else None


def _differs(row: Kept, statement: Statement, name: str) -> bool:
    own, parts = row.count(name), [_plain(child.cells.get(name, "")) for child in statement.children]
    known = [part for part in parts if part is not None]
    return own is not None and len(known) == len(parts) and own != sum(known)


def _settle_repetitions(rows: Sequence[Kept]) -> Iterator[Kept]:
    """Of a unit that comes again with other figures the newest statement counts; the same again is no harm."""
    groups: dict[tuple[object, ...], list[Kept]] = defaultdict(list)
    for row in rows:
        groups[_key_of(row)].append(row)
    for row in rows:
        twins = groups[_key_of(row)]
        newest = max(twins, key=lambda twin: (twin.values["last_update"] or "", twin.row_no))
        settled = replace(row, is_parent=any(twin.is_parent for twin in twins))
        if _figures_of(row) != _figures_of(newest):
            yield replace(settled, fault=row.fault or "DUPLICATE", issues=(*row.issues, "repeated"))
        else:
            yield settled


def _key_of(row: Kept) -> tuple[object, ...]:
    code = row.values.get("unit_code")
    if row.fault is not None or code is None or is_masked(code):
        return (row.row_no,)
    return resolve_code(code), row.values["period_start"], row.values["period_end"]


def _figures_of(row: Kept) -> tuple[str | None, ...]:
    return tuple(row.values.get(name) for name in (*FIGURES, "sign_rate"))
