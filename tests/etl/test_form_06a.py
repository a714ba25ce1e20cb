"""The report form 06a and its look-alikes: what is read, what is held in check, and what never gets in."""

import hashlib
import io
import shutil
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from random import Random

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from etl import pipeline
from etl.encodings import even_capitals
from etl.grids import read_grids
from etl.mart_tables import mart_sql
from etl.sources.form_06a import FIGURES, FormAsk, read_form, to_landing, whole_number
from etl.sources.form_checks import Checked, broken_identities
from etl.sources.form_headings import count_headings, find_header
from etl.sources.form_period import Stretch, find_impossible, find_made_at, find_named_stretch, find_stretch
from etl.sources.form_rows import keep_field, looks_like_person
from etl.sources.form_units import SiteUnits, load_site_units
from ioc.config import load_config
from ioc.errors import SourceError
from ioc.store.engine import Connection, open_memory
from ioc.store.warehouse import open_warehouse, read_sql
from ioc.words import use_language

FIXTURES = Path(__file__).parent.parent / "intake" / "form_06a"
AT = datetime(2026, 11, 1, 6, 30)
HEADINGS = (
    "STT,Đơn vị,Nhận giải quyết: Tổng số,Nhận giải quyết: Trực tuyến,Nhận giải quyết: Trực tiếp,"
    "Nhận giải quyết: Từ kỳ trước,Đã giải quyết: Tổng số,Đã giải quyết: Trước hạn,Đã giải quyết: Đúng hạn,"
    "Đã giải quyết: Quá hạn,Đang giải quyết: Tổng số,Đang giải quyết: Trong hạn,Đang giải quyết: Quá hạn\n"
)
OCTOBER = "Từ ngày 01/10/2026 đến ngày 31/10/2026\n"
GOOD = "120,80,30,10,100,60,35,5,20,18,2"


@pytest.fixture(scope="module")
def site() -> SiteUnits:
    return load_site_units("31", ())


def stretch(first: str, last: str) -> Stretch:
    return Stretch(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("(Từ ngày 15/10/2026 đến ngày 14/11/2026)", "2026-10-15", "2026-11-14"),
        ("Từ ngày: 01/10/2026 Đến hết ngày: 31/10/2026", "2026-10-01", "2026-10-31"),
        ("từ ngày 01 tháng 10 năm 2026 đến ngày 31 tháng 10 năm 2026", "2026-10-01", "2026-10-31"),
        ("Từ ngày 2026-10-01 đến ngày 2026-10-31", "2026-10-01", "2026-10-31"),
        ("Kỳ 15/10 - 14/11 năm 2026", "2026-10-15", "2026-11-14"),
        ("Kỳ 15/12 – 14/01/2026", "2025-12-15", "2026-01-14"),
        ("Tháng 5 Năm 2023", "2023-05-01", "2023-05-31"),
        ("BÁO CÁO THÁNG 02/2028", "2028-02-01", "2028-02-29"),
        ("Quý I/2026", "2026-01-01", "2026-03-31"),
        ("Quý 3 năm 2026", "2026-07-01", "2026-09-30"),
        ("6 tháng đầu năm 2026", "2026-01-01", "2026-06-30"),
        ("6 tháng cuối năm 2025", "2025-07-01", "2025-12-31"),
        ("9 tháng đầu năm 2026", "2026-01-01", "2026-09-30"),
        ("Năm 2026", "2026-01-01", "2026-12-31"),
        ("Báo cáo tháng 10 năm 2026 (từ ngày 15/09/2026 đến ngày 14/10/2026)", "2026-09-15", "2026-10-14"),
    ],
)
def test_the_title_tells_the_period(text: str, first: str, last: str) -> None:
    assert find_stretch([text]) == stretch(first, last)


@pytest.mark.parametrize(
    "text",
    [
        "Hải Phòng, ngày 20 tháng 11 năm 2026",
        "(Ban hành kèm theo Thông tư 01/2020/TT-VPCP ngày 21/10/2020)",
        "Kỳ 15/10 - 14/11",
        "Từ ngày 31/02/2026 đến ngày 31/03/2026",
        "",
    ],
)
def test_other_days_are_no_period(text: str) -> None:
    assert find_stretch([text]) is None


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Từ ngày 01/02/2026 đến ngày 31/02/2026", "01/02/2026 đến ngày 31/02/2026"),
        ("Kỳ 20/03/2026 - 10/03/2026", "20/03/2026 - 10/03/2026"),
        ("Báo cáo Tháng 13 năm 2026", "tháng 13"),
        ("Từ ngày 01/02/2026 đến ngày 28/02/2026", None),
        ("Báo cáo 18 tháng 3 năm 2026", None),
    ],
)
def test_days_that_no_calendar_has_are_named(text: str, named: str | None) -> None:
    assert find_impossible([text]) == named


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("impossible_day.csv", "31/02/2026"),
        ("stacked_untold.csv", "row 7 is the title of a further table, whose rows from row 8"),
        ("title_within.csv", "row 7 is the title of a further table, whose rows from row 8"),
        ("month_column_blank.csv", "“Tháng” is of the rows' own periods, but A4"),
        ("month_beyond_title.csv", "“Tháng” is of the rows' own periods, but A4"),
        ("firewall.xls", "web page “Yêu cầu bị chặn - Tường lửa”"),
    ],
)
def test_a_refusal_says_where_it_is(name: str, said: str, site: SiteUnits) -> None:
    with use_language("en"), pytest.raises(SourceError) as refused:
        read_form((FIXTURES / name).read_bytes(), FormAsk(site, name))
    assert said in str(refused.value)


def test_a_page_without_a_table_is_named() -> None:
    page = "<html><head><title>Đăng nhập</title></head><body><p>Hết phiên</p></body></html>"
    with pytest.raises(SourceError, match="Đăng nhập"):
        read_form(page.encode())


@pytest.mark.parametrize(
    ("columns", "cells", "month"),
    [
        ("Kỳ báo cáo", "Tháng 5/2026", 5),
        ("Kỳ", "2026-05", 5),
        ("Tháng,Năm", "5,2026", 5),
        ("Tháng/năm", "05/2026", 5),
        ("Quý,Tháng", "II,5", 5),
        ("Quý,Tháng", "I,5", None),
        ("Kỳ", "quý trước", None),
        ("Tháng,Năm", "5,2025", None),
        ("Từ ngày", "01/05/2026", None),
    ],
)
def test_columns_tell_the_rows_period_or_the_file_is_refused(columns: str, cells: str, month: int | None) -> None:
    rows = f"1,Xã A,{GOOD},{cells}\n"
    content = "Năm 2026\n" + HEADINGS.strip() + f",{columns}\n" + rows
    if month is None:
        with pytest.raises(SourceError):
            read_form(content.encode())
    else:
        (line,) = read_form(content.encode()).tables[0].lines
        assert line.stretch == stretch(f"2026-{month:02}-01", "2026-05-31")


def test_a_column_that_repeats_the_title_changes_nothing() -> None:
    content = OCTOBER + HEADINGS.strip() + f",Tháng,Năm\n1,Xã A,{GOOD},10,2026\n2,Xã B,{GOOD},10,2026\n"
    table = read_form(content.encode()).tables[0]
    assert [line.stretch for line in table.lines] == [None, None]
    assert table.stretch == stretch("2026-10-01", "2026-10-31")


@pytest.mark.parametrize(
    "between", ["", "Ngày in: 31/10/2026 08:30\n", "Trang 2/3 Tháng 10/2026\n", OCTOBER, "2,Xã B,,,,,,,,,,,\n"]
)
def test_headings_that_a_page_repeats_begin_no_table(between: str) -> None:
    row = f"1,Xã A,{GOOD}\n"
    form = read_form((OCTOBER + HEADINGS + row + between + HEADINGS + f"3,Xã C,{GOOD}\n").encode())
    names = ["Xã A", *(["Xã B"] if "Xã B" in between else []), "Xã C"]
    assert [line.unit_name for line in form.tables[0].lines] == names
    assert len(form.tables) == 1


def test_a_table_with_other_headings_below_is_read_by_its_own() -> None:
    fewer = "STT,Đơn vị,Đã giải quyết: Tổng số,Đã giải quyết: Đúng hạn,Đã giải quyết: Quá hạn\n"
    content = OCTOBER + fewer + "1,Xã A,7,5,2\n\nTháng 11 năm 2026\n" + HEADINGS + f"1,Xã A,{GOOD}\n"
    upper, lower = read_form(content.encode()).tables
    assert (upper.stretch, upper.lines[0].figures["done_total"]) == (stretch("2026-10-01", "2026-10-31"), "7")
    assert (lower.stretch, lower.lines[0].figures["done_total"]) == (stretch("2026-11-01", "2026-11-30"), "100")


@pytest.mark.parametrize("name", ["Tổng cộng", "Toàn thành phố", "Toàn tỉnh", "TOÀN XÃ", "Cộng tháng 5"])
def test_a_total_row_is_no_row_of_data(name: str) -> None:
    content = OCTOBER + HEADINGS + f"1,Xã A,{GOOD}\n,{name},{GOOD}\n"
    table = read_form(content.encode()).tables[0]
    assert (len(table.lines), len(table.totals)) == (1, 1)


def test_a_title_in_an_old_font_is_shown_in_capitals(site: SiteUnits) -> None:
    form = read_form((FIXTURES / "mixed_fonts.xlsx").read_bytes(), FormAsk(site))
    assert form.title == "TÌNH HÌNH, KẾT QUẢ GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH"
    assert even_capitals("UBND Tứ Kỳ") == "UBND Tứ Kỳ"


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("06a_thang_10_2026", "2026-10-01", "2026-10-31"),
        ("06a 2026-10", "2026-10-01", "2026-10-31"),
        ("T10-2026", "2026-10-01", "2026-10-31"),
        ("Quy3-2026", "2026-07-01", "2026-09-30"),
        ("10.2026", "2026-10-01", "2026-10-31"),
        ("Tháng 1", "2025-01-01", "2025-01-31"),
    ],
)
def test_the_name_of_a_sheet_or_file_tells_the_period(name: str, first: str, last: str) -> None:
    assert find_named_stretch(name, elsewhere=["Báo cáo năm 2025"]) == stretch(first, last)


def test_the_day_of_signing_is_when_it_was_made() -> None:
    assert find_made_at(["Hải Phòng, ngày 20 tháng 11 năm 2026"]) == datetime(2026, 11, 20)
    assert find_made_at(["Thời điểm xuất báo cáo: ngày 20/11/2026 08:30"]) == datetime(2026, 11, 20, 8, 30)
    assert find_made_at(["Thông tư số 01/2020/TT-VPCP ngày 21 tháng 10 năm 2020", OCTOBER]) is None


def test_a_column_is_known_by_its_path_not_by_its_last_word() -> None:
    (grid,) = read_grids((FIXTURES / "clean.xlsx").read_bytes(), recognise=count_headings)
    header = find_header(grid)
    assert header is not None
    assert header.paths["done_late"] == "Số hồ sơ đã giải quyết > Trong đó > Quá hạn"
    assert header.paths["open_overdue"] == "Số hồ sơ đang giải quyết > Trong đó > Quá hạn"
    assert (header.places["done_late"], header.places["open_overdue"]) == (9, 12)


def test_a_merge_whose_last_row_is_above_its_first_is_passed_over() -> None:
    (grid,) = read_grids((FIXTURES / "clean.xlsx").read_bytes(), recognise=count_headings)
    header = find_header(grid)
    assert header is not None
    turned = replace(grid, merges=(*grid.merges, (len(grid.rows) + 5, 0, header.last_row, 2)))
    assert find_header(turned) == header


def test_a_page_and_a_workbook_say_the_same(site: SiteUnits) -> None:
    names = ("page.xls", "binary.xls", "old_font.xlsx", "vni_font.xlsx", "code_page.csv", "mojibake.csv")
    said = [
        [(line.unit_code, dict(line.figures)) for line in read_form(content, FormAsk(site)).tables[0].lines]
        for content in ((FIXTURES / name).read_bytes() for name in names)
    ]
    assert all(lines == said[0] for lines in said)
    assert [code for code, _figures in said[0]] == ["11311", "11629"]


def test_the_preview_knows_each_cell(site: SiteUnits) -> None:
    form = read_form((FIXTURES / "months.xlsx").read_bytes(), FormAsk(site))
    assert [table.stretch for table in form.tables] == [
        stretch("2026-08-01", "2026-08-31"),
        stretch("2026-09-01", "2026-09-30"),
    ]
    line = form.tables[1].lines[0]
    assert (line.row_no, line.addresses["done_late"], line.figures["done_late"]) == (10_000_008, "'Tháng 9'!J8", "0")
    assert form.title.startswith("TỔNG HỢP")


def test_names_decide_only_within_the_site_and_only_whole(site: SiteUnits) -> None:
    assert site.find("UBND phường Hồng Bàng") == "11311"
    assert site.find("Trung tâm Phục vụ hành chính công xã An Lão") == "11629"
    assert site.find("Phường Thuỷ Nguyên - TP. Hải Phòng") == site.find("Phường Thủy Nguyên")
    assert site.find("Hồng Bàng") is None
    assert site.find("Phường Ba Đình") is None
    assert site.find("Phuong Hong Bang") is None


def test_a_name_that_two_units_bear_decides_nothing() -> None:
    units = load_site_units("01", ())
    assert all(len(code) in (2, 5) for code in units.by_name.values())
    assert SiteUnits({}).find("Phường Ba Đình") is None


@pytest.mark.parametrize("name", ["Nguyễn Thị Mẫu", "TRẦN VĂN THỬ", "Ông Lê An", "Hồ Văn Bốn"])
def test_a_persons_name_is_no_field(name: str) -> None:
    assert looks_like_person(name)
    assert keep_field(name).startswith("•••")


@pytest.mark.parametrize(
    "name",
    ["Đất đai", "HỘ TỊCH", "Lý lịch tư pháp", "Hồ sơ đất đai", "Bảo trợ xã hội", "Giáo dục và Đào tạo", "Mai táng"],
)
def test_a_field_is_no_person(name: str) -> None:
    assert keep_field(name) == name


def test_direct_and_postal_apart_are_one_figure() -> None:
    content = (
        (
            OCTOBER + "Mã đơn vị,Đơn vị,Tiếp nhận: Trực tuyến,Tiếp nhận: Trực tiếp,Tiếp nhận: Bưu chính,"
            "Đã giải quyết: Tổng số\n11311,Phường Hồng Bàng,5,1.200,34,7\n"
        )
        .replace("Đã giải quyết: Tổng số", "Đã giải quyết: Tổng số,Đã giải quyết: Quá hạn")
        .replace("34,7\n", "34,7,1\n")
    )
    (line,) = read_form(content.encode()).tables[0].lines
    assert line.figures["received_direct_postal"] == "1234"
    assert line.addresses["received_direct_postal"] == "D3 + E3"


def test_a_blank_is_zero_only_in_a_row_that_says_something() -> None:
    content = OCTOBER + HEADINGS + "1,Xã A,,5,-,–,,,,,,,\n2,Xã B,,,,,,,,,,,\n"
    first, second = read_form(content.encode()).tables[0].lines
    assert first.figures["received_direct_postal"] == "0"
    assert second.figures == {}


def test_many_warnings_are_counted() -> None:
    rows = "".join(f"{number},Xã {number},9,1,1,1,3,1,1,1,0,0,0\n" for number in range(60))
    form = read_form((OCTOBER + HEADINGS + rows).encode())
    assert len(form.warnings) == 21
    assert "C3" in form.warnings[0]
    assert "100" in form.warnings[-1]


@pytest.mark.parametrize("name", ["people.xlsx", "people_among_fields.xlsx", "clean.xlsx"])
def test_no_person_gets_beyond_the_file(name: str, tmp_path: Path) -> None:
    store = take_in(tmp_path, (FIXTURES / name).read_bytes(), name)
    written = b"".join(path.read_bytes() for path in store.rglob("*") if path.is_file())
    for secret in ("Nguyễn Thị Mẫu", "Trần Văn Thử", "031085012345"):
        assert secret.encode() not in written
    with open_warehouse(store) as connection:
        told = str(connection.rows("select * from quarantine")) + str(connection.rows("select * from loads"))
    assert "Mẫu" not in told
    assert "031085012345" not in told


def take_in(folder: Path, content: bytes, name: str = "06a.csv", *, at: datetime = AT) -> Path:
    """One more file through the pipeline, without a build; the store."""
    (folder / "inbox").mkdir(exist_ok=True)
    (folder / "inbox" / name).write_bytes(content)
    file = folder / "config.yaml"
    file.write_text(
        "site: {name: Thử, unit: '31'}\nsources:\n  forms: {kind: form_06a, path: inbox, fresh_within: 40d}\n",
        encoding="utf-8",
    )
    config = load_config(file, environ={})
    report = pipeline.run(config, clock=lambda: at, is_building=False)
    assert [load.error_class for load in report.sources[0].loads] == [None] * len(report.sources[0].loads)
    return config.store.path


def test_the_same_file_changes_nothing_and_a_new_statement_replaces(tmp_path: Path) -> None:
    line = f"1,Phường Hồng Bàng,{GOOD}\n"
    store = take_in(tmp_path, (OCTOBER + HEADINGS + line).encode(), "1.csv")
    take_in(tmp_path, (OCTOBER + HEADINGS + line).encode(), "2.csv")
    changed = line.replace(",5,20,", ",5,21,")
    take_in(tmp_path, (OCTOBER + HEADINGS + changed).encode(), "3.csv")
    with open_warehouse(store) as connection:
        assert connection.rows("select open_total, issues from facts.dossier_stats") == [(21, ["open_sum", "balance"])]
        assert connection.row("select count(*) from facts.dossier_stat_versions") == (2,)


def test_the_mart_sums_fields_where_the_unit_says_nothing_itself(tmp_path: Path) -> None:
    shutil.copytree(FIXTURES, tmp_path / "inbox", ignore=lambda _folder, names: set(names) - MART_FILES)
    store = take_in(tmp_path, (OCTOBER + HEADINGS + f"1,Phường Lê Chân,{GOOD}\n").encode())
    with open_warehouse(store) as connection:
        found = form_values(connection)
    # its own row, not its fields'
    assert found["11311", "2026-10-01", "form_done_total"] == 155
    # Đất đai and Hộ tịch; the parts of Đất đai are in it already
    assert found["11629", "2026-09-15", "form_done_total"] == 155 + 1100
    assert found["11629", "2026-09-15", "form_done_in_time"] == 150 + 1048
    assert found["11629", "2026-09-15", "form_received_in_period"] == 165 + 1100
    # "trước và trong hạn" tells no early ones
    assert found["11311", "2026-05-01", "form_done_in_time"] == 95
    assert ("11311", "2026-05-01", "form_done_early") not in found
    assert found["11383", "2026-10-01", "form_open_overdue"] == 2


MART_FILES = {"units_and_fields.xlsx", "parts_of_fields.xlsx", "land_registry.xlsx"}


def form_values(connection: Connection) -> dict[tuple[str, str, str], int]:
    """The mart's query over the warehouse; fresh as promised."""
    connection.execute("create temp table source_promises (source_id varchar, fresh_within_s bigint)")
    connection.execute("insert into source_promises values ('forms', 3456000)")
    rows = connection.rows(
        "select unit_code, start_date::varchar, measure, value::bigint, as_of, fresh_until "
        f"from ({mart_sql('form_values')})"
    )
    assert len({row[:3] for row in rows}) == len(rows)
    assert all((row[5] - row[4]).days == 40 for row in rows)
    return {(unit, start, measure): value for unit, start, measure, value, _as_of, _until in rows}


small = st.one_of(st.none(), st.integers(0, 6))


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(*[small] * len(FIGURES), st.booleans()), min_size=1, max_size=40))
def test_the_warnings_and_the_stored_issues_agree(rows: list[tuple[int | None, ...]]) -> None:
    connection = contract_connection()
    columns = ", ".join(f"{name} varchar" for name in (*FIGURES, "on_time_includes_early"))
    connection.execute(
        "create table landed (row_no bigint, fault varchar, unit_code varchar, unit_name varchar, "
        f"period_start varchar, period_end varchar, field_name varchar, stated_at varchar, {columns})"
    )
    expected = []
    for row_no, (*figures, flag) in enumerate(rows):
        told = {name: value for name, value in zip(FIGURES, figures, strict=True) if value is not None}
        includes_early = bool(flag) and "done_early" not in told
        expected.append(sorted({it.issue for it in broken_identities(Checked(told, {}, includes_early))}))
        connection.execute(
            f"insert into landed values (?, null, '1', null, '2026-10-01', '2026-10-31', '', null{', ?' * 16})",
            [row_no, *[None if value is None else str(value) for value in figures], str(includes_early).lower()],
        )
    values = {"source_id": "s", "fetched_at": AT}
    connection.execute(f"create temp table typed as {read_sql('etl.facts', 'dossier_stat.sql')}", values)
    found = [sorted(issues) for (issues,) in connection.rows("select issues from typed order by row_no")]
    connection.close()
    assert found == expected


@pytest.mark.parametrize(
    "text",
    [
        "12",
        "1.234",
        "1,234",
        "1 234",
        "12.345.678",
        "2.0",
        "007",
        "-5",
        "1.5",
        "12,5",
        "90%",
        "•••(3)",
        "0.123",
        "1.23",
    ],
)
def test_a_count_is_read_alike_for_the_sums_and_for_the_facts(text: str) -> None:
    connection = contract_connection()
    assert connection.row("select parse_integer(?)", [text])[0] == whole_number(text)
    connection.close()


def contract_connection() -> Connection:
    """A database with the macros and one unit."""
    connection = open_memory()
    connection.execute(read_sql("etl.facts", "macros.sql"))
    connection.execute("create table unit_xref as select '01' as source_unit_code, '01' as unit_code")
    return connection


@pytest.mark.parametrize("name", ["clean.xlsx", "page.xls", "portal_flat.csv", "mojibake.csv", "old_font.xlsx"])
def test_a_mutated_file_is_read_or_refused(name: str, site: SiteUnits) -> None:
    original = (FIXTURES / name).read_bytes()
    random = Random(hashlib.sha256(name.encode()).digest())
    for _attempt in range(40):
        content = bytearray(original)
        for _change in range(random.randint(1, 6)):
            place = random.randrange(len(content))
            content[place : place + random.choice((0, 1, 1, 30))] = random.randbytes(random.choice((0, 1, 1, 10)))
        try:
            form = read_form(bytes(content), FormAsk(site, "06a_2026-10.x"))
        except SourceError:
            continue
        assert to_landing(form).num_rows == sum(len(table.lines) for table in form.tables)


def test_two_cells_far_apart_do_not_fill_the_memory() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "x")
        sheet.write(1_048_575, 16_383, "y")
    with pytest.raises(SourceError, match="17179869184"):
        read_grids(buffer.getvalue(), recognise=len)
