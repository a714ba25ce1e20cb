"""Registers of certificates as people keep them, and never the people."""

import importlib.resources
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl import pipeline
from etl.report import Buckets
from etl.sources.certificates import KIND, LANDED, group_position
from etl.sources.holders import is_staff_code
from etl.sources.incoming import Failure, Incoming
from ioc.config import load_config
from ioc.errors import ErrorClass, SourceError
from ioc.store.engine import open_memory
from ioc.store.warehouse import open_warehouse
from tests.etl.register_intake import FETCHED_AT, KEY, Inbox, TypedRow, type_rows, workbook

HEADINGS = (
    "Số hiệu chứng thư",
    "Loại đối tượng",
    "Mã cán bộ",
    "Chức vụ",
    "Mã định danh",
    "Thiết bị",
    "Hiệu lực từ",
    "Hiệu lực đến",
    "Trạng thái",
    "Ngày thu hồi",
    "Lần ký gần nhất",
    "Ngày số liệu",
)
GOOD = {
    "Số hiệu chứng thư": "54AB12CD",
    "Loại đối tượng": "ca_nhan",
    "Mã cán bộ": "CB-0123",
    "Chức vụ": "Chuyên viên",
    "Mã định danh": "H24.101",
    "Hiệu lực từ": "01/03/2024",
    "Hiệu lực đến": "01/03/2029",
    "Ngày số liệu": "31/08/2026",
}
CANARIES = (
    "Trần Thị Chim Hoàng Yến",
    "001084012345",
    "1084012345",
    "012345678",
    "0912345678",
    "0912 345 678",
    "+84912345678",
    "chim.hoangyen@phulien.gov.vn",
    "B1234567",
)


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[Inbox]:
    yield Inbox(tmp_path, KIND)


def register(*rows: dict[str, str], delimiter: str = ",") -> str:
    """A register of rows that differ from the good one."""
    lines = [HEADINGS, *(tuple((GOOD | row).get(heading, "") for heading in HEADINGS) for row in rows)]
    return "".join(delimiter.join(cells) + "\n" for cells in lines)


def landed_text(path: Path) -> str:
    return "\n".join(str(row) for row in pq.read_table(path).to_pylist())


def test_a_certificate_is_typed(inbox: Inbox) -> None:
    inbox.put(
        "phu_lien.csv",
        register(
            {
                "Số hiệu chứng thư": "54ab 12:cd",
                "Chức vụ": "Phó Bí thư Đảng ủy, Chủ tịch UBND phường",
                "Mã định danh": "h24.101",
                "Thiết bị": "Sim PKI",
                "Trạng thái": "Đã thu hồi",
                "Ngày thu hồi": "2026-08-15",
                "Lần ký gần nhất": "14/08/2026 16:45:10",
            },
            delimiter=";",
        ),
    )
    row = inbox.row()
    assert row.problems == ()
    assert row.event_at == datetime(2026, 8, 31)
    assert row.payload == {
        "serial_number": "54AB12CD",
        "unit_code": "11533",
        "source_unit_code": "H24.101",
        "holder_type": "ca_nhan",
        "holder_key": "CB-0123",
        "position_group": "leader",
        "issuer": None,
        "device_type": "SIM",
        "valid_from": date(2024, 3, 1),
        "valid_to": date(2029, 3, 1),
        "revoked_at": date(2026, 8, 15),
        "stated_status": "revoked",
        "last_used_at": datetime(2026, 8, 14, 16, 45, 10),
        "register_as_of": date(2026, 8, 31),
    }


def test_the_payload_is_the_facts_columns_in_their_order(inbox: Inbox) -> None:
    inbox.put("a.csv", register({}))
    assert list(inbox.row().payload) == fact_columns("certificate_versions")


def fact_columns(table: str) -> list[str]:
    """The payload columns of a fact."""
    connection = open_memory()
    connection.execute((importlib.resources.files("ioc.store") / "warehouse.sql").read_text())
    rows = connection.rows(
        "select column_name from duckdb_columns() where table_name = ? order by column_index", [table]
    )
    connection.close()
    names = [name for (name,) in rows]
    return names[names.index("source_id") + 1 :]


def test_the_template_of_the_cipher_committee_is_read_without_its_people(inbox: Inbox) -> None:
    headings = [
        "STT",
        "Họ tên (bắt buộc)",
        "Ngày sinh (bắt buộc, để dạng dd/MM/YYYY)",
        "CCCC (Căn cước công dân, bắt buộc)",
        "Nơi cấp",
        "Ngày cấp (bắt buộc, để dạng dd/MM/YYYY)",
        "Địa chỉ thư điện tử công vụ (bắt buộc)",
        "Tổ chức cấp 1 (bắt buộc)",
        "Tổ chức cấp 2",
        "Chức vụ (Bắt buộc)",
        "Điện thoại",
        "Serial CTS cũ",
        "Loại thiết bị (nếu không ghi sẽ là token; TOKEN, SIM, SOFT, RSSP, HSM; RSSP là ký số tập trung)",
        "Serial CTS",
        "Loại đối tượng",
        "Mã định danh đơn vị",
        "Ngày hiệu lực",
        "Ngày hết hạn",
    ]
    row = [
        1,
        CANARIES[0],
        date(1984, 5, 6),
        CANARIES[1],
        "Cục CSQLHC",
        date(2021, 1, 1),
        CANARIES[7],
        "UBND thành phố",
        "UBND phường Phù Liễn",
        "Phó Chủ tịch",
        CANARIES[4],
        "AA11",
        "",
        "00AB12CD",
        "Cá nhân",
        "H24.101",
        date(2024, 3, 1),
        date(2029, 3, 1),
    ]
    inbox.put("vgca.xlsx", workbook([["Tính đến hết ngày 31/08/2026"], headings, row]))
    (landing,) = inbox.landings(holder_key=KEY)
    text = landed_text(landing)
    assert not [canary for canary in CANARIES if canary in text]
    assert "1984" not in text
    typed = inbox.row(holder_key=KEY)
    assert typed.problems == ()
    assert typed.row_no == 3
    assert typed.payload["serial_number"] == "00AB12CD"
    assert typed.payload["device_type"] == "TOKEN"
    assert typed.payload["position_group"] == "leader"
    assert typed.payload["register_as_of"] == date(2026, 8, 31)
    assert pq.read_table(landing).to_pylist()[0]["unit_name"] == "UBND phường Phù Liễn"


def test_both_days_in_one_cell_are_told_apart(inbox: Inbox) -> None:
    inbox.put(
        "a.csv",
        "Số hiệu chứng thư;Đối tượng;Mã đơn vị;Hiệu lực (từ - đến);Ngày số liệu\n"
        "00AB12;Cơ quan;H24.101;01/03/2024 - 01/03/2029;31/08/2026\n",
    )
    assert inbox.row().problems == ()
    assert inbox.row().payload["valid_to"] == date(2029, 3, 1)


SERIALS = {
    "0x54AB12CD": "54AB12CD",
    "0054AB12CD": "0054AB12CD",
    "54:AB:12:CD": "54AB12CD",
    "54-ab-12-ce": "54AB12CE",
    "54 ab 12 cf": "54AB12CF",
    "5401010203040506": "5401010203040506",
    "54E12": "54E12",
}


def test_serials_are_written_in_one_way_and_keep_their_zeros(inbox: Inbox) -> None:
    inbox.put("a.csv", register(*({"Số hiệu chứng thư": serial} for serial in SERIALS)))
    rows = inbox.rows()
    assert [row.payload["serial_number"] for row in rows] == list(SERIALS.values())
    assert [row.problems for row in rows] == [()] * len(SERIALS)


NO_SERIALS = (
    "5.4E+15",
    "5,4E+15",
    "5E+15",
    "001084012345",
    "1084012345",
    "0912345678",
    "B1234567",
    "Nguyễn Văn A",
    "XYZ",
)


def test_what_is_no_serial_is_refused(inbox: Inbox) -> None:
    inbox.put("a.csv", register(*({"Số hiệu chứng thư": serial} for serial in NO_SERIALS), delimiter=";"))
    assert [row.reasons() for row in inbox.rows()] == [{"serial_number": "VALUE"}] * len(NO_SERIALS)


def test_a_serial_that_a_spreadsheet_took_for_a_number_is_refused(inbox: Inbox) -> None:
    good = [GOOD.get(heading, "") for heading in HEADINGS[1:]]
    inbox.put("a.xlsx", workbook([list(HEADINGS), [5401020304050607.0, *good], ["54AB12CD", *good]]))
    refused, taken = inbox.rows()
    assert refused.reasons() == {"serial_number": "VALUE"}
    assert refused.problems[0]["value"] is not None
    assert taken.problems == ()


BREACHES: tuple[tuple[dict[str, str], dict[str, str]], ...] = (
    ({"Số hiệu chứng thư": ""}, {"serial_number": "MISSING"}),
    ({"Loại đối tượng": ""}, {"holder_type": "MISSING"}),
    ({"Loại đối tượng": "con mèo"}, {"holder_type": "VALUE"}),
    ({"Mã định danh": ""}, {"unit_code": "MISSING"}),
    ({"Mã định danh": "H24.999"}, {"unit_code": "UNKNOWN_UNIT"}),
    ({"Hiệu lực từ": ""}, {"valid_from": "MISSING"}),
    ({"Hiệu lực từ": "32/01/2024"}, {"valid_from": "VALUE"}),
    ({"Hiệu lực đến": "–"}, {"valid_to": "MISSING"}),
    ({"Hiệu lực đến": "28/02/2024"}, {"valid_to": "INTEGRITY"}),
    ({"Trạng thái": "lạ lẫm"}, {"status": "VALUE"}),
    ({"Thiết bị": "máy cày"}, {"device_type": "VALUE"}),
    ({"Ngày thu hồi": "hôm qua"}, {"revoked_at": "VALUE"}),
    ({"Lần ký gần nhất": "gần đây"}, {"last_used_at": "VALUE"}),
    ({"Ngày số liệu": ""}, {"as_of": "MISSING"}),
    ({"Ngày số liệu": "31/08/2027"}, {"as_of": "VALUE"}),
    ({"Mã cán bộ": "001084012345"}, {"holder_ref": "VALUE"}),
)


def test_a_row_that_breaks_the_contract_says_why(inbox: Inbox) -> None:
    serials = [{"Số hiệu chứng thư": f"54AB{index:04}"} for index in range(len(BREACHES))]
    inbox.put(
        "a.csv", register(*(serial | changed for serial, (changed, _reasons) in zip(serials, BREACHES, strict=True)))
    )
    assert [row.reasons() for row in inbox.rows()] == [reasons for _changed, reasons in BREACHES]


def test_everything_wrong_with_a_row_is_said_at_once(inbox: Inbox) -> None:
    inbox.put("a.csv", register({"Số hiệu chứng thư": "", "Mã định danh": "H24.999", "Hiệu lực đến": "x"}))
    assert set(inbox.row().reasons()) == {"serial_number", "unit_code", "valid_to"}


def test_a_name_alone_does_not_make_a_known_unit(inbox: Inbox) -> None:
    inbox.put(
        "a.csv",
        "Serial,Đối tượng,Đơn vị,Hiệu lực từ,Hiệu lực đến,Ngày số liệu\n"
        "54AB12,Cơ quan,UBND xã An Lão,01/03/2024,01/03/2029,31/08/2026\n",
    )
    assert inbox.row().problems == ({"field": "unit_name", "reason": "UNKNOWN_UNIT", "value": "UBND xã An Lão"},)


UNIT_CODES = {"11533": "11533", " h24.101 ": "11533", "7900": "07900", "1": "01"}


def test_a_unit_is_known_by_any_of_its_codes(inbox: Inbox) -> None:
    inbox.put("a.csv", register(*({"Mã định danh": code} for code in UNIT_CODES)))
    assert [row.payload["unit_code"] for row in inbox.rows()] == list(UNIT_CODES.values())


def test_days_are_read_day_first_in_each_dialect(inbox: Inbox) -> None:
    days = ("31/08/2026", "31-08-26", "31-08-2026", "2026-08-31", "20260831", "31/8/26")
    inbox.put("a.csv", register(*({"Ngày số liệu": day} for day in days)))
    assert {row.payload["register_as_of"] for row in inbox.rows()} == {date(2026, 8, 31)}


def test_semicolons_and_marks_totals_and_merged_units_are_survived(inbox: Inbox) -> None:
    rows = register({}, {"Số hiệu chứng thư": "54AB12CE"}, delimiter=";")
    inbox.put("a.csv", ("\ufeff" + rows + ";Tổng cộng;;;;2;;;;;;\n").encode())
    assert [row.problems for row in inbox.rows()] == [(), ()]


def test_merged_unit_cells_hold_for_each_of_their_rows(inbox: Inbox) -> None:
    good = [GOOD.get(heading, "") for heading in HEADINGS]
    serials = ["54AB12C1", "54AB12C2", "54AB12C3"]
    rows = [[serial, *good[1:4], "", *good[5:]] for serial in serials]
    merged = [(1, 4, 2, 4, "H24.101"), (3, 4, 4, 4, "H24.102")]
    inbox.put("a.xlsx", workbook([list(HEADINGS), *rows], merged=merged))
    assert [row.payload["unit_code"] for row in inbox.rows()] == ["11533", "11533", "11536"]


def test_several_devices_of_one_person_are_several_certificates_of_one_holder(inbox: Inbox) -> None:
    inbox.put(
        "a.csv",
        register(
            {}, {"Số hiệu chứng thư": "54AB12CE", "Thiết bị": "SIM"}, {"Số hiệu chứng thư": "54AB", "Mã cán bộ": "CB-9"}
        ),
    )
    for key in (None, KEY):
        holders = [row.payload["holder_key"] for row in inbox.rows(holder_key=key)]
        assert holders[0] == holders[1] != holders[2]


def take_in(inbox: Inbox) -> tuple[list[Buckets], list[tuple[date, date]]]:
    """A run over the inbox: the buckets of its files, and the days that count of each certificate."""
    config = load_config(inbox.folder.parent / "config.yaml", environ={})
    report = pipeline.run(config, clock=lambda: FETCHED_AT, is_building=False)
    with open_warehouse(config.store.path) as connection:
        days = connection.rows("select register_as_of, valid_to from facts.certificates order by serial_number")
    return [load.buckets for load in report.sources[0].loads], days


@pytest.mark.parametrize("newer_first", [True, False])
def test_of_two_rows_of_one_serial_the_renewed_one_stays(inbox: Inbox, newer_first: bool) -> None:
    older: dict[str, str] = {"Mã định danh": "11533"}
    newer = older | {"Hiệu lực đến": "01/03/2031"}
    inbox.put("a.csv", register(*([newer, older] if newer_first else [older, newer])))
    inbox.fetch()
    assert take_in(inbox) == (
        [Buckets(rows_in=2, loaded=1, superseded=1)],
        [(date(2026, 8, 31), date(2031, 3, 1))],
    )


def test_an_older_register_never_wins_however_late_it_comes(inbox: Inbox) -> None:
    july = {"Mã định danh": "11533", "Ngày số liệu": "31/07/2026"}
    august = july | {"Ngày số liệu": "31/08/2026", "Hiệu lực đến": "01/03/2028"}
    only_in_july = july | {"Số hiệu chứng thư": "77EE"}
    inbox.put("1.csv", register(august))
    inbox.fetch()
    take_in(inbox)
    inbox.put("2.csv", register(july, only_in_july))
    buckets, days = take_in(inbox)
    assert buckets[1] == Buckets(rows_in=2, loaded=1, superseded=1)
    assert days == [(date(2026, 8, 31), date(2028, 3, 1)), (date(2026, 7, 31), date(2029, 3, 1))]


def test_a_register_of_the_same_day_corrects_the_one_before(inbox: Inbox) -> None:
    inbox.put("1.csv", register({"Mã định danh": "11533", "Hiệu lực đến": "01/03/2031"}))
    inbox.fetch()
    take_in(inbox)
    inbox.put("2.csv", register({"Mã định danh": "11533", "Hiệu lực đến": "01/03/2030"}))
    buckets, days = take_in(inbox)
    assert buckets[1] == Buckets(rows_in=1, loaded=1)
    assert days == [(date(2026, 8, 31), date(2030, 3, 1))]


def test_of_several_sources_the_newest_register_counts(inbox: Inbox) -> None:
    inbox.put("1.csv", register({"Mã định danh": "11533", "Hiệu lực đến": "01/03/2028"}))
    inbox.fetch()
    other = inbox.folder.parent / "other"
    other.mkdir()
    older = register({"Mã định danh": "11533", "Ngày số liệu": "30/06/2026"})
    (other / "1.csv").write_text(older, encoding="utf-8")
    with (inbox.folder.parent / "config.yaml").open("a", encoding="utf-8") as file:
        file.write("  second: {kind: certificates, path: other}\n")
    assert take_in(inbox)[1] == [(date(2026, 8, 31), date(2028, 3, 1))]


NAMED = "Serial,Đối tượng,Họ và tên,Ngày sinh,CCCD,Mã đơn vị,Hiệu lực từ,Hiệu lực đến,Ngày số liệu\n"


def named(serial: str, name: str, birthday: str, citizen_id: str) -> str:
    return f"{serial},Cá nhân,{name},{birthday},{citizen_id},H24.101,01/03/2024,01/03/2029,31/08/2026\n"


def test_no_key_no_load(inbox: Inbox) -> None:
    inbox.put("a.csv", NAMED + named("54AB12", CANARIES[0], "06/05/1984", CANARIES[1]))
    with pytest.raises(SourceError, match="IOC_HOLDER_KEY") as refused:
        inbox.landings()
    assert refused.value.error_class is ErrorClass.SCHEMA
    assert not [canary for canary in CANARIES if canary in str(refused.value)]


def test_a_register_without_people_needs_no_key(inbox: Inbox) -> None:
    inbox.put("a.csv", NAMED + named("54AB12", "", "", "-"))
    row = inbox.row()
    assert (row.problems, row.payload["holder_key"]) == ((), None)


def test_a_named_person_without_staff_code_is_refused_where_others_have_one(inbox: Inbox) -> None:
    text = register({}, {"Số hiệu chứng thư": "54AB12CE", "Mã cán bộ": ""}).replace("Thiết bị", "Người sử dụng")
    inbox.put("a.csv", text.replace(",H24.101,,", f",H24.101,{CANARIES[0]},"))
    assert [row.reasons() for row in inbox.rows()] == [{}, {"holder_ref": "MISSING"}]


def test_a_person_is_one_holder_however_the_number_or_the_name_is_written(inbox: Inbox) -> None:
    inbox.put(
        "a.csv",
        NAMED
        + named("54AB12C1", "Trần Thị An", "06/05/1984", "001084012345")
        + named("54AB12C2", "TRAN THI AN", "6/5/1984", "1084012345")
        + named("54AB12C3", "Trần  Thị An", "06/05/1984", "")
        + named("54AB12C4", "tran thi an", "06-05-1984", "")
        + named("54AB12C5", "Trần Thị An", "07/05/1984", "")
        + named("54AB12C6", "Trần Thị An", "", ""),
    )
    keys = [row.payload["holder_key"] for row in inbox.rows(holder_key=KEY)]
    assert keys[2] == keys[3]
    assert len({keys[0], keys[2], keys[4]}) == 3
    assert keys[5] is None
    assert {len(key) for key in keys[:5]} == {32}


def test_another_key_makes_other_pseudonyms(inbox: Inbox) -> None:
    inbox.put("a.csv", register({}))
    one, other = (inbox.row(holder_key=key).payload["holder_key"] for key in (KEY, KEY + "!"))
    assert one != other
    assert "CB-0123" not in (one, other)


@pytest.mark.parametrize("text", ["CB-0123", "HP.CB.00123", "NV12", "cb0123".upper()])
def test_staff_codes_are_pseudonyms_already(text: str) -> None:
    assert is_staff_code(text)


@pytest.mark.parametrize(
    "text", ["001084012345", "B1234567", "NGUYENVANA1984", "NGUYEN VAN A", "ABC", "A123456789", "0912345678"]
)
def test_what_could_tell_who_somebody_is_is_no_staff_code(text: str) -> None:
    assert not is_staff_code(text)


@pytest.mark.parametrize(
    ("title", "group"),
    [
        ("Chủ tịch UBND xã", "leader"),
        ("Phó Chủ tịch HĐND phường", "leader"),
        ("Q. Giám đốc Sở", "leader"),
        ("PCT UBND", "leader"),
        ("Ủy viên BTV - Phó Bí thư Đảng ủy", "leader"),
        ("Lãnh đạo", "leader"),
        ("leader", "leader"),
        ("Chủ tịch Hội đồng nhân dân", "leader"),
        ("Chủ tịch Hội Nông dân", "staff"),
        ("Bí thư Đoàn xã", "staff"),
        ("Thư ký Chủ tịch", "staff"),
        ("Trưởng phòng Kinh tế", "staff"),
        ("Công chức tư pháp - hộ tịch", "staff"),
        ("staff", "staff"),
        ("Lao động hợp đồng", "other"),
        ("Khác", "other"),
        ("", "other"),
        ("Nguyễn Văn A", "other"),
    ],
)
def test_heads_of_the_unit_and_their_deputies_are_its_leaders(title: str, group: str) -> None:
    assert group_position(title) == group


@pytest.mark.parametrize("holder_key", [None, KEY])
def test_a_canary_in_any_column_is_landed_nowhere(inbox: Inbox, holder_key: str | None) -> None:
    lines = register(*(GOOD | {heading: canary} for heading in HEADINGS for canary in CANARIES)).splitlines()
    with_unknown = [f"{lines[0]},Ghi chú,Cột lạ", *(f"{line},{','.join(CANARIES[:2])}" for line in lines[1:])]
    broken = [line for canary in CANARIES for line in (f"{canary}{',' * 14}{canary}", f"54AB12CD,{canary}")]
    inbox.put("a.csv", "\n".join([*with_unknown, *broken]))
    (landing,) = inbox.landings(holder_key=holder_key)
    rows = type_rows(landing, KIND)
    assert len(rows) == len(CANARIES) * (len(HEADINGS) + 2)
    assert not [canary for canary in CANARIES if canary in landed_text(landing) or canary in str(rows)]


@pytest.mark.parametrize(
    "content", [CANARIES[0], f"{CANARIES[0]},{CANARIES[1]}\n", NAMED.replace("Serial", CANARIES[0])]
)
def test_a_refusal_does_not_quote_what_came(inbox: Inbox, content: str) -> None:
    inbox.put("a.csv", content)
    with pytest.raises(SourceError) as refused:
        inbox.landings(holder_key=KEY)
    assert not [canary for canary in CANARIES if canary in str(refused.value)]


def test_lock_files_are_passed_over_and_one_bad_file_does_not_stop_the_others(inbox: Inbox) -> None:
    inbox.put("~$a.xlsx", b"\x05user")
    inbox.put("a.xlsx", "<table>Serial</table>")
    inbox.put("b.csv", register({}))
    items = inbox.fetch()
    assert [item.origin for item in items] == ["a.xlsx", "b.csv"]
    web_page, good = items
    assert isinstance(web_page, Incoming) and isinstance(good, Incoming)
    with pytest.raises(SourceError) as refused:
        web_page.land(inbox.folder.parent / "a.parquet")
    assert refused.value.error_class is ErrorClass.UNREADABLE
    good.land(inbox.folder.parent / "b.parquet")
    assert not (inbox.folder.parent / "a.parquet").exists()


def test_a_file_that_changes_under_the_hand_is_left_for_the_next_run(inbox: Inbox) -> None:
    inbox.put("a.csv", register({}))
    (item,) = inbox.fetch()
    assert not isinstance(item, Failure)
    inbox.put("a.csv", register({}, {"Số hiệu chứng thư": "54AB12CE"}))
    with pytest.raises(SourceError) as refused:
        item.land(inbox.folder.parent / "a.parquet")
    assert refused.value.error_class is ErrorClass.INTEGRITY


def test_the_landing_has_the_kept_columns_and_no_other(inbox: Inbox) -> None:
    inbox.put("a.csv", register({}))
    (landing,) = inbox.landings()
    assert pq.read_schema(landing).names == ["row_no", "fault", *LANDED]


# A row of one cell without a serial is a note between the rows.
NEVER_BLANK = ("Loại đối tượng", "Ngày số liệu")


@given(
    st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                heading: st.sampled_from(
                    ["", "-", "54AB12CD", "H24.101", "31/08/2026", "Cá nhân", "lạ", "12345", *CANARIES]
                )
                for heading in HEADINGS
                if heading not in NEVER_BLANK
            },
        ),
        max_size=8,
    )
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_row_is_good_or_says_why_it_is_not(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, str]]
) -> None:
    inbox = Inbox(tmp_path_factory.mktemp("law"), KIND)
    inbox.put("a.csv", register(*rows))
    typed = inbox.rows()
    assert [row.row_no for row in typed] == list(range(2, len(rows) + 2))
    assert not [canary for canary in CANARIES if canary in str(typed)]
    assert all(row.problems or _is_complete(row) for row in typed)


def _is_complete(row: TypedRow) -> bool:
    optional = {"holder_key", "issuer", "revoked_at", "stated_status", "last_used_at"}
    return all(value is not None for name, value in row.payload.items() if name not in optional)
