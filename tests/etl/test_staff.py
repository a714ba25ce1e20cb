"""Staff figures: the denominators of the coverage by certificates."""

from datetime import date, datetime
from pathlib import Path

import pytest

from etl.sources.staff import KIND
from ioc.errors import ErrorClass, SourceError
from tests.etl.register_intake import Inbox, workbook
from tests.etl.test_certificates import fact_columns

HEADINGS = "Mã đơn vị;Tên đơn vị;Ngày số liệu;Số lãnh đạo;Số CBCC;Có máy tính;Có thư điện tử công vụ\n"


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path, KIND)


def test_a_units_figures_are_typed(inbox: Inbox) -> None:
    inbox.put("staff.csv", ("\ufeff" + HEADINGS + "H24.101;Phường Phù Liễn;31/08/2026;7;1.234;60;-\n").encode())
    row = inbox.row()
    assert (row.problems, row.event_at) == ((), datetime(2026, 8, 31))
    assert row.payload == {
        "unit_code": "11533",
        "source_unit_code": "H24.101",
        "register_as_of": date(2026, 8, 31),
        "leaders_required": 7,
        "staff_required": 1234,
        "with_computer": 60,
        "with_official_email": None,
    }
    assert list(row.payload) == fact_columns("staff_versions")


def test_nothing_and_zero_are_not_the_same(inbox: Inbox) -> None:
    inbox.put("staff.csv", "unit_code,as_of,leaders_required,staff_required\n11533,2026-08-31,0,\n")
    assert inbox.row().payload["leaders_required"] == 0
    assert inbox.row().payload["staff_required"] is None


BREACHES: tuple[tuple[str, dict[str, str]], ...] = (
    (";;31/08/2026;7;60;60;60", {"unit_code": "MISSING"}),
    ("H24.999;;31/08/2026;7;60;60;60", {"unit_code": "UNKNOWN_UNIT"}),
    ("H24.101;;;7;60;60;60", {"as_of": "MISSING"}),
    ("H24.101;;31/02/2026;7;60;60;60", {"as_of": "VALUE"}),
    ("H24.101;;31/08/2030;7;60;60;60", {"as_of": "VALUE"}),
    ("H24.101;;31/08/2026;-1;60;60;60", {"leaders_required": "VALUE"}),
    (
        "H24.101;;31/08/2026;7;sáu mươi;6,5;0912345678",
        dict.fromkeys(("staff_required", "with_computer", "with_official_email"), "VALUE"),
    ),
    ("H24.101;;31/08/2026;7;60;60;60;60", {"row": "INTEGRITY"}),
)


def test_a_row_that_breaks_the_contract_says_why(inbox: Inbox) -> None:
    inbox.put("staff.csv", HEADINGS + "".join(f"{line}\n" for line, _reasons in BREACHES))
    rows = inbox.rows()
    assert [row.reasons() for row in rows] == [reasons for _line, reasons in BREACHES]
    assert "0912345678" not in str(rows)
    assert "sáu" not in str(rows)


def test_a_sheet_with_title_numbering_and_total_is_read(inbox: Inbox) -> None:
    inbox.put(
        "staff.xlsx",
        workbook(
            [
                ["UBND THÀNH PHỐ HẢI PHÒNG"],
                ["Số liệu tính đến ngày 31/08/2026"],
                [],
                ["TT", "Đơn vị", "Mã định danh", "Lãnh đạo cần chứng thư số", "Người cần chứng thư số"],
                ["(1)", "(2)", "(3)", "(4)", "(5)"],
                [1, "Phường Phù Liễn", "H24.101", 7, 60],
                [2, "Xã An Lão", 11536, 5, 41],
                ["", "Tổng số", "", 12, 101],
            ]
        ),
    )
    rows = inbox.rows()
    assert [row.row_no for row in rows] == [6, 7]
    assert [row.payload["unit_code"] for row in rows] == ["11533", "11536"]
    assert {row.payload["register_as_of"] for row in rows} == {date(2026, 8, 31)}


def test_a_table_without_unit_codes_is_refused(inbox: Inbox) -> None:
    inbox.put("staff.csv", "Tên đơn vị;Ngày số liệu;Số lãnh đạo\nPhường A;31/08/2026;7\n")
    with pytest.raises(SourceError, match="mã đơn vị") as refused:
        inbox.landings()
    assert refused.value.error_class is ErrorClass.SCHEMA


def test_a_table_without_rows_is_legal(inbox: Inbox) -> None:
    inbox.put("staff.csv", HEADINGS)
    assert inbox.rows() == []
