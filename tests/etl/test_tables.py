"""Tables are found by their headings in whatever form people save them, and no row goes missing."""

import csv
import io
import time
import unicodedata
import zipfile
from datetime import date, datetime

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from etl.grids import cell_text, read_grids
from etl.kept import Keep, is_masked, keep_date, keep_number, keep_organisation, keep_unit_code, masked, scrubbed
from etl.tables import Column, Layout, Table, landing_table, read_table
from ioc.errors import ErrorClass, SourceError
from tests.etl.register_intake import workbook

LAYOUT = Layout(
    columns=(
        Column("code", ("mã số",)),
        Column("old_code", ("mã số cũ",)),
        Column("unit", ("đơn vị",)),
        Column("begins_on", ("hiệu lực từ",), is_date=True),
        Column("ends_on", ("hiệu lực đến",), is_date=True),
    ),
    required=(("code",), ("unit",), ("begins_on",)),
    key="code",
    filled_down=("unit",),
)
CSV = "Mã số,Đơn vị,Hiệu lực từ\nA1,Xã An Lão,01/03/2024\nA2,Xã Kiến Thụy,02/03/2024\n"


def codes(table: Table) -> list[tuple[int, str]]:
    return [(row.row_no, row.cell("code")) for row in table.rows]


@pytest.mark.parametrize(
    "content",
    [
        CSV.encode(),
        CSV.encode("utf-8-sig"),
        CSV.encode("utf-16"),
        CSV.replace(",", ";").encode("utf-8-sig"),
        CSV.replace(",", "\t").encode("utf-16"),
        CSV.replace("\n", "\r\n").encode(),
        CSV.rstrip("\n").encode(),
        CSV.replace(",", "|").encode(),
    ],
    ids=["plain", "bom", "utf-16", "semicolon", "unicode text of Excel", "crlf", "no last newline", "pipe"],
)
def test_csv_is_read_in_each_of_its_forms(content: bytes) -> None:
    table = read_table(content, LAYOUT)
    assert codes(table) == [(2, "A1"), (3, "A2")]
    assert table.rows[0].cell("unit") == "Xã An Lão"


def test_a_declared_delimiter_and_decomposed_letters_are_understood() -> None:
    text = unicodedata.normalize("NFD", "sep=;\n" + CSV.replace(",", ";"))
    table = read_table(text.encode(), LAYOUT)
    assert codes(table) == [(3, "A1"), (4, "A2")]
    assert table.rows[0].cell("unit") == "Xã An Lão"


def test_headings_with_commas_do_not_mislead_about_the_delimiter() -> None:
    text = (
        "Mã số (bắt buộc, dạng chữ);Đơn vị (cấp 1, cấp 2);Hiệu lực từ (ngày, tháng, năm)\nA1;Xã B, huyện C;01/03/2024\n"
    )
    assert codes(read_table(text.encode(), LAYOUT)) == [(2, "A1")]


def test_quoted_cells_hold_delimiters_quotes_and_new_lines_and_rows_keep_their_line() -> None:
    text = 'Mã số,Đơn vị,Hiệu lực từ\nA1,"Xã ""An"",\nLão",01/03/2024\nA2,Xã B,02/03/2024\n'
    table = read_table(text.encode(), LAYOUT)
    assert codes(table) == [(2, "A1"), (4, "A2")]
    assert table.rows[0].cell("unit") == 'Xã "An", Lão'


def test_an_open_quotation_mark_refuses_the_file_instead_of_swallowing_its_rows() -> None:
    text = 'Mã số,Đơn vị,Hiệu lực từ\nA1,"Xã An,01/03/2024\nA2,Xã B,02/03/2024\n'
    with pytest.raises(SourceError, match="2") as refused:
        read_table(text.encode(), LAYOUT)
    assert refused.value.error_class is ErrorClass.UNREADABLE


@pytest.mark.parametrize(
    ("content", "error_class"),
    [
        (b"", ErrorClass.UNREADABLE),
        (b" \n", ErrorClass.UNREADABLE),
        (CSV.replace("Mã số", "Ma so").encode("cp1258", errors="ignore"), ErrorClass.UNREADABLE),
        ("<html><table>Mã số</table></html>".encode(), ErrorClass.UNREADABLE),
        ("\ufeff<table>".encode(), ErrorClass.UNREADABLE),
        (b"PK\x03\x04 not a workbook", ErrorClass.UNREADABLE),
        (b"\xd0\xcf\x11\xe0" + b"0" * 600, ErrorClass.UNREADABLE),
        (b"%PDF-1.7", ErrorClass.UNREADABLE),
        (CSV.encode("utf-16-le"), ErrorClass.UNREADABLE),
        (b"A1,Xa B,01/03/2024\n", ErrorClass.SCHEMA),
    ],
    ids=[
        "empty",
        "blank",
        "cp1258",
        "html",
        "html with mark",
        "zip",
        "ole",
        "pdf",
        "utf-16 without mark",
        "no headings",
    ],
)
def test_what_is_not_a_table_is_refused_with_its_fault(content: bytes, error_class: ErrorClass) -> None:
    with pytest.raises(SourceError) as refused:
        read_table(content, LAYOUT)
    assert refused.value.error_class is error_class


def test_a_missing_column_is_named_with_the_headings_that_are_understood() -> None:
    with pytest.raises(SourceError, match=r"code.*begins_on / hiệu lực từ") as refused:
        read_table("Mã số,Tên riêng Lê Thị Bí Mật,Đơn vị\nA1,x,Xã B\n".encode(), LAYOUT)
    assert refused.value.error_class is ErrorClass.SCHEMA
    assert "Bí Mật" not in str(refused.value)


def test_the_table_may_begin_below_titles_which_may_state_its_day() -> None:
    text = "UBND THÀNH PHỐ\nNgày số liệu: 31/08/2026\n\n" + CSV
    table = read_table(text.encode(), LAYOUT)
    assert table.stated_day == "31/08/2026"
    assert codes(table) == [(5, "A1"), (6, "A2")]
    sheet = workbook(
        [["DANH SÁCH"], ["Ngày số liệu:", date(2026, 8, 31)], ["Mã số", "Đơn vị", "Hiệu lực từ"], ["A1", "Xã", "1"]]
    )
    assert read_table(sheet, LAYOUT).stated_day == "2026-08-31"


def test_totals_notes_numbering_blank_rows_and_repeated_headings_are_no_rows() -> None:
    text = (
        "TT;Mã số;Đơn vị;Hiệu lực từ\n(1);(2);(3);(4)\n1;A1;Xã An;01/03/2024\n;;;\nTT;Mã số;Đơn vị;Hiệu lực từ\n"
        "2;A2;Tổng cục B;02/03/2024\n;Tổng;;\n;;Tổng cộng: 2;\nCộng;;2;\nTổng số mã: 2;;;\n;Ghi chú: hết;;\n"
        ";;Hải Phòng, ngày 31 tháng 8 năm 2026;\n;;Người lập biểu;Thủ trưởng đơn vị\n"
    )
    assert codes(read_table(text.encode(), LAYOUT)) == [(3, "A1"), (6, "A2")]


@pytest.mark.parametrize("place", ["A20260231250000", "a20260231250000", "XFDXFD2", " A20260231"])
def test_a_cell_at_an_impossible_place_is_refused_before_its_reader_asks_for_memory(place: str) -> None:
    spoiled = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook([["Mã số", "Đơn vị", "Hiệu lực từ"], ["A1", "Xã An", "x"]]))) as whole,
        zipfile.ZipFile(spoiled, "w") as archive,
    ):
        for name in whole.namelist():
            archive.writestr(name, whole.read(name).replace(b'r="A2"', f'r="{place}"'.encode()))
    with pytest.raises(SourceError) as refusal:
        read_table(spoiled.getvalue(), LAYOUT)
    assert refusal.value.error_class is ErrorClass.UNREADABLE


def test_a_row_of_very_many_cells_takes_no_longer_than_it_must() -> None:
    wide = ",".join(f"c{n}" for n in range(300_000))
    started = time.process_time()
    table = read_table(f"{wide}\nMã số,Đơn vị,Hiệu lực từ\nA1,Xã An,01/03/2024\n{wide}\n".encode(), LAYOUT)
    assert [(row.row_no, row.fault) for row in table.rows] == [(3, None), (4, "INTEGRITY")]
    assert time.process_time() - started < 5


def test_a_row_without_its_key_is_a_row_all_the_same() -> None:
    text = "Mã số,Đơn vị,Hiệu lực từ\n,Tổng công ty Điện lực,01/03/2024\n,Xã An,01/03/2024\n"
    assert codes(read_table(text.encode(), LAYOUT)) == [(2, ""), (3, "")]


def test_cells_that_no_heading_stands_over_make_the_row_faulty_and_nothing_of_it_is_kept() -> None:
    (row,) = read_table("Mã số,Đơn vị,Hiệu lực từ\nA1,Xã An, Lão,01/03/2024\n".encode(), LAYOUT).rows
    assert (row.fault, row.cells) == ("INTEGRITY", {})


def test_a_file_that_ends_within_a_row_makes_that_row_faulty() -> None:
    table = read_table("Mã số,Đơn vị,Hiệu lực từ\nA1,Xã An,01/03/2024\nA2,Xã".encode(), LAYOUT)
    assert [row.fault for row in table.rows] == [None, "INTEGRITY"]


def test_the_exact_heading_wins_over_one_that_contains_it_and_the_longest_within_wins() -> None:
    text = "Mã số cũ (nếu có),Mã số thẻ,Mã số,Tên đơn vị,Hiệu lực từ ngày\nCU,THE,A1,Xã An,01/03/2024\n"
    (row,) = read_table(text.encode(), LAYOUT).rows
    assert dict(row.cells) == {"old_code": "CU", "code": "A1", "unit": "Xã An", "begins_on": "01/03/2024"}


def test_a_heading_over_two_rows_is_read_by_its_path() -> None:
    sheet = workbook(
        [
            ["Mã số", "Đơn vị", "", ""],
            ["", "", "Từ", "Đến"],
            ["A1", "Xã An", date(2024, 3, 1), date(2029, 3, 1)],
        ],
        merged=[(0, 2, 0, 3, "Hiệu lực"), (0, 0, 1, 0, "Mã số"), (0, 1, 1, 1, "Đơn vị")],
    )
    (row,) = read_table(sheet, LAYOUT).rows
    assert (row.row_no, row.cell("begins_on"), row.cell("ends_on")) == (3, "2024-03-01", "2029-03-01")


def test_merged_cells_of_a_sheet_hold_for_all_their_rows_but_not_those_of_a_text_file() -> None:
    rows = [["Mã số", "Đơn vị", "Hiệu lực từ"], ["A1", "", "x"], ["A2", "", "x"], ["A3", "Xã B", "x"], ["A4", "", "x"]]
    sheet = workbook(rows, merged=[(1, 1, 2, 1, "Xã A"), (3, 1, 4, 1, "Xã B")])
    assert [row.cell("unit") for row in read_table(sheet, LAYOUT).rows] == ["Xã A", "Xã A", "Xã B", "Xã B"]
    text = "Mã số,Đơn vị,Hiệu lực từ\nA1,Xã A,x\nA2,,x\n"
    assert [row.cell("unit") for row in read_table(text.encode(), LAYOUT).rows] == ["Xã A", ""]


def test_days_are_iso_also_where_the_sheet_holds_a_bare_number() -> None:
    sheet = workbook([["Mã số", "Đơn vị", "Hiệu lực từ"], ["A1", "Xã", date(2024, 3, 1)], ["A2", "Xã", 45352]])
    assert [row.cell("begins_on") for row in read_table(sheet, LAYOUT).rows] == ["2024-03-01", "2024-03-01"]


def test_two_sheets_with_the_table_are_refused_and_other_sheets_do_not_matter() -> None:
    rows = [["Mã số", "Đơn vị", "Hiệu lực từ"], ["A1", "Xã", "x"]]
    assert len(read_table(workbook(rows, further={"Danh mục": [["Mã số"], ["A9"]]}), LAYOUT).rows) == 1
    with pytest.raises(SourceError, match="2"):
        read_table(workbook(rows, further={"Tháng 8": rows}), LAYOUT)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (12.0, "12"),
        (0.5, "0.5"),
        (123456789012345.0, "123456789012345"),
        (5.4e15, "5.4E+15"),
        (1.00119, "1.00119"),
        (True, "true"),
        (datetime(2026, 8, 31), "2026-08-31"),
        (datetime(2026, 8, 31, 7, 5), "2026-08-31 07:05:00"),
        ("\u00a0 a\u200b  b ", "a b"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_sheets_cell_is_the_text_that_a_person_would_have_typed(value: object, text: str) -> None:
    assert cell_text(value) == text


@pytest.mark.parametrize(
    "text", ["Nguyễn Văn An", "001084012345", "0912345678", "0912 345 678", "an@phulien.vn", "123456789", "12345678901"]
)
def test_what_may_be_personal_is_kept_in_no_column_of_codes_dates_or_numbers(text: str) -> None:
    assert {rule(text) for rule in (keep_date, keep_number, keep_unit_code, keep_organisation)} == {masked(text)}


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (keep_date, "1/3/24"),
        (keep_date, "20260831"),
        (keep_date, "2026-08-31T10:00:00+07:00"),
        (keep_date, "31/08/2026 10:00"),
        (keep_number, "1.234"),
        (keep_number, "12,5"),
        (keep_unit_code, "000.00.19.H26"),
        (keep_unit_code, "019d2be3-6a85-74ec-a33c-a7c04919ba00"),
        (keep_organisation, "UBND xã Mẫu A"),
    ],
)
def test_what_has_the_columns_shape_is_kept_as_it_came(rule: Keep, text: str) -> None:
    assert rule(text) == text


def test_numbers_and_addresses_of_people_are_cut_out_of_names() -> None:
    kept = scrubbed("Thủ tục của 0912 345 678, 001084012345, an@hp.vn theo 766/QĐ-TTg")
    assert kept == "Thủ tục của •••, •••, ••• theo 766/QĐ-TTg"


def test_an_endless_word_is_looked_through_once() -> None:
    endless = "x" * 1_000_000
    started = time.process_time()
    assert scrubbed(f"an@hp.vn {endless} @ a@ @b") == f"••• {endless} @ a@ @b"
    assert scrubbed(f"{endless}@b") == "•••"
    assert time.process_time() - started < 5


CELL = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), max_size=12).map(str.strip)


@given(st.lists(st.tuples(st.integers(1, 10**8), CELL, CELL), max_size=12), st.sampled_from(",;\t"))
def test_every_row_with_a_key_is_read_once_whatever_else_it_holds(
    rows: list[tuple[int, str, str]], delimiter: str
) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(["Mã số", "Đơn vị", "Hiệu lực từ"])
    writer.writerows([(f"K{key}", unit, day) for key, unit, day in rows])
    table = read_table(text.getvalue().encode(), LAYOUT)
    assert [row.cell("code") for row in table.rows] == [f"K{key}" for key, _unit, _day in rows]
    assert landing_table(["code"], [(row, {}) for row in table.rows]).num_rows == len(rows)


def test_a_masked_text_says_no_more_than_its_length() -> None:
    assert masked("Nguyễn Văn An") == "•••(13)"
    assert is_masked(masked("x"))
    assert not is_masked("A1")


def test_hidden_sheets_are_not_read() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        book.add_worksheet("Hiện").write(0, 0, "x")
        book.add_worksheet("Ẩn").hide()
    assert [grid.name for grid in read_grids(buffer.getvalue(), recognise=len)] == ["Hiện"]
