"""The catalogue of procedures, in the words that officials write."""

from datetime import date, datetime
from pathlib import Path

import pytest

from etl.sources.procedures import KIND
from ioc.errors import ErrorClass, SourceError
from tests.etl.register_intake import Inbox, workbook
from tests.etl.test_certificates import fact_columns

HEADINGS = (
    "procedure_code;name;field_code;field_name;authority_level;service_level;eligible_full;has_fee;"
    "max_time;max_time_unit;returns_document;subject;valid_from;valid_to\n"
)


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path, KIND)


def test_the_template_is_typed(inbox: Inbox) -> None:
    inbox.put(
        "procedures.csv",
        f"{HEADINGS}1.001193;Đăng ký khai sinh;G03-GD10;Hộ tịch;"
        "commune;full;true;false;1;working_days;true;person;2025-07-01;\n",
    )
    row = inbox.row()
    assert (row.problems, row.event_at) == ((), datetime(2025, 7, 1))
    assert row.payload == {
        "procedure_base": "1.001193",
        "name": "Đăng ký khai sinh",
        "field_code": "G03-GD10",
        "field_name": "Hộ tịch",
        "authority_level": "commune",
        "service_level": "full",
        "eligible_full": True,
        "has_fee": False,
        "max_time": 1.0,
        "max_time_unit": "working_days",
        "returns_document": True,
        "subject": "person",
        "valid_from": date(2025, 7, 1),
        "valid_to": None,
    }
    assert list(row.payload) == fact_columns("procedure_versions")


def test_the_words_of_officials_are_understood(inbox: Inbox) -> None:
    headings = [
        "Mã TTHC",
        "Tên thủ tục",
        "Cấp thực hiện",
        "Mức độ",
        "Phí, lệ phí",
        "Thời hạn giải quyết",
        "Đối tượng",
        "Có kết quả",
    ]
    inbox.put(
        "procedures.xlsx",
        workbook(
            [
                headings,
                ["1.001193.000.00.00.H24", "Một", "Cấp xã", "Toàn trình", "Không", "7 ngày làm việc", "Công dân", "x"],
                ["2.000815", "Hai", "Tỉnh", "Một phần", "Có", "24 giờ", "Tổ chức, cá nhân", "Có"],
                ["2.000816", "Ba", "", "Cung cấp thông tin", 0, "1,5 tháng", "Doanh nghiệp", ""],
                ["2.000817", "Bốn", "", "Không cung cấp", 1, "-", "", "Không có"],
            ]
        ),
    )
    rows = inbox.rows()
    assert [row.problems for row in rows] == [()] * 4
    columns = (
        "procedure_base",
        "authority_level",
        "service_level",
        "has_fee",
        "max_time",
        "max_time_unit",
        "subject",
        "returns_document",
    )
    assert [tuple(row.payload[column] for column in columns) for row in rows] == [
        ("1.001193", "commune", "full", False, 7.0, "working_days", "person", True),
        ("2.000815", "province", "partial", True, 24.0, "working_hours", "both", True),
        ("2.000816", None, "information", False, 1.5, "months", "business", None),
        ("2.000817", None, "none", True, None, None, None, False),
    ]


def breach(code: str = "1.001193", name: str = "Tên", **cells: str) -> str:
    names = HEADINGS.strip().split(";")
    return ";".join({"procedure_code": code, "name": name, **cells}.get(column, "") for column in names) + "\n"


BREACHES: tuple[tuple[str, dict[str, str]], ...] = (
    (breach(code="", subject="person"), {"procedure_code": "MISSING"}),
    (breach(code="1.00119"), {"procedure_code": "VALUE"}),
    (breach(code="001084012345"), {"procedure_code": "VALUE"}),
    (breach(name="", subject="person"), {"name": "MISSING"}),
    (breach(authority_level="huyện"), {"authority_level": "VALUE"}),
    (breach(service_level="lưng chừng"), {"service_level": "VALUE"}),
    (breach(has_fee="tùy"), {"has_fee": "VALUE"}),
    (breach(max_time="lâu"), {"max_time": "VALUE"}),
    (breach(max_time="0", max_time_unit="days"), {"max_time": "VALUE"}),
    (breach(max_time="5"), {"max_time_unit": "MISSING"}),
    (breach(max_time="5", max_time_unit="tuần trăng"), {"max_time_unit": "VALUE"}),
    (breach(subject="người ngoài"), {"subject": "VALUE"}),
    (breach(valid_from="2026-02-30"), {"valid_from": "VALUE"}),
    (breach(valid_from="2026-02-03", valid_to="2026-02-02"), {"valid_to": "INTEGRITY"}),
)


def test_a_row_that_breaks_the_contract_says_why(inbox: Inbox) -> None:
    inbox.put("procedures.csv", HEADINGS + "".join(line for line, _reasons in BREACHES))
    assert [row.reasons() for row in inbox.rows()] == [reasons for _line, reasons in BREACHES]


def test_numbers_and_addresses_of_people_are_cut_out_of_names(inbox: Inbox) -> None:
    inbox.put(
        "a.csv", HEADINGS + breach(name="Thủ tục (hỏi 0912 345 678, an@hp.vn)", field_name="Hộ tịch 001084012345")
    )
    row = inbox.row()
    assert row.payload["name"] == "Thủ tục (hỏi •••, •••"
    assert row.payload["field_name"] == "Hộ tịch •••"


def test_a_code_that_a_sheet_took_for_a_number_is_refused(inbox: Inbox) -> None:
    inbox.put("a.xlsx", workbook([["Mã TTHC", "Tên TTHC"], [1.00119, "Đăng ký khai sinh"]]))
    assert inbox.row().reasons() == {"procedure_code": "VALUE"}


def test_a_table_without_names_is_refused(inbox: Inbox) -> None:
    inbox.put("a.csv", "Mã TTHC;Lĩnh vực\n1.001193;Hộ tịch\n")
    with pytest.raises(SourceError, match="tên thủ tục") as refused:
        inbox.landings()
    assert refused.value.error_class is ErrorClass.SCHEMA
