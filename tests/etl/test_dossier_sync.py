"""Files of the national synchronisation format: their forms, their dialects, and what becomes of each row."""

import json
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.inbox import inbox_files
from etl.sources import dossier_sync
from etl.sources.incoming import Failure, Incoming
from ioc.errors import ErrorClass, SourceError
from tests.etl.register_intake import Inbox, TypedRow

Fields = dict[str, Any]


def dossier(number: int = 1, **fields: Any) -> Fields:
    """A dossier of H24.101, received online, finished and handed over; fields replace its own."""
    return {
        "MaHoSo": f"H24.101-260803-{number:04}",
        "MaTTHC": "1.001193.000.00.00.H24",
        "TenTTHC": "Đăng ký khai sinh",
        "MaLinhVuc": "G15-TP08",
        "TenLinhVuc": "Hộ tịch",
        "KenhThucHien": "2",
        "LoaiDoiTuong": "1",
        "NgayNopHoSo": "20260803080000",
        "NgayTiepNhan": "20260803083000",
        "NgayHenTra": "20260806170000",
        "NgayKetThucXuLy": "20260805100000",
        "NgayTra": "20260806090000",
        "NgayTuChoi": "",
        "TrangThaiHoSo": "10",
        "HinhThuc": "0",
        "DonViXuLy": "UBND phường Mẫu",
        "NoiNopHoSo": "1",
        "DuocThanhToanTrucTuyen": "1",
        **fields,
    }


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path, dossier_sync.KIND)


def read(inbox: Inbox, *rows: Fields) -> list[TypedRow]:
    inbox.put("a.ndjson", "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    return inbox.rows()


def read_one(inbox: Inbox, **fields: Any) -> TypedRow:
    (row,) = read(inbox, dossier(**fields))
    return row


def read_each(inbox: Inbox, name: str, values: Iterable[object], **fields: Any) -> dict[str, TypedRow]:
    """One file with a dossier for each value of a field; the rows by the value's spelling."""
    spelled = {repr(value): value for value in values}
    rows = read(inbox, *(dossier(number, **{**fields, name: value}) for number, value in enumerate(spelled.values())))
    return dict(zip(spelled, rows, strict=True))


# the outer form of a file


def as_lines(rows: list[Fields]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def as_lines_of_windows(rows: list[Fields]) -> bytes:
    return b"\xef\xbb\xbf" + b"\r\n\r\n".join(json.dumps(row, ensure_ascii=False).encode() for row in rows)


def as_array(rows: list[Fields]) -> bytes:
    return b"\xef\xbb\xbf" + json.dumps(rows).encode()


def as_array_of_lines(rows: list[Fields]) -> bytes:
    return b"[\n" + b",\n".join(json.dumps(row).encode() for row in rows) + b"\n]\n"


def as_printed_array(rows: list[Fields]) -> bytes:
    return json.dumps(rows, indent=2).encode()


def as_envelope(rows: list[Fields]) -> bytes:
    return json.dumps({"session": "s", "madonvi": "H24", "isUpdating": "True", "data": rows}).encode()


def as_printed_envelope(rows: list[Fields]) -> bytes:
    head, tail = b'{\n"service": "DongBoHoSoMC",\n"data": [\n', b'\n],\n"isUpdating": "False"\n}\n'
    return head + b",\n".join(json.dumps(row).encode() for row in rows) + tail


FORMS = [
    as_lines,
    as_lines_of_windows,
    as_array,
    as_array_of_lines,
    as_printed_array,
    as_envelope,
    as_printed_envelope,
]


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_dossiers(inbox: Inbox, form: Callable[[list[Fields]], bytes]) -> None:
    inbox.put("a.json", form([dossier(number, MaDonVi="H24.101") for number in range(1, 6)]))
    rows = inbox.rows()
    assert [row.payload["dossier_code"] for row in rows] == [f"H24.101-260803-{number:04}" for number in range(1, 6)]
    assert all(row.problems == () for row in rows)


def test_a_single_dossier_is_a_file_of_one(inbox: Inbox) -> None:
    inbox.put("a.json", json.dumps(dossier(), indent=1))
    assert inbox.row().payload["unit_code"] == "11533"


def test_an_empty_list_is_a_file_of_none(inbox: Inbox) -> None:
    inbox.put("a.json", '{"data": []}')
    assert inbox.rows() == []


def test_rows_are_numbered_as_lines_of_the_file_and_blank_lines_are_none(inbox: Inbox) -> None:
    inbox.put("a.ndjson", f"\n{json.dumps(dossier(1))}\n   \r\n\t\n{json.dumps(dossier(2))}")
    assert [row.row_no for row in inbox.rows()] == [2, 5]


def test_broken_lines_are_refused_alone(inbox: Inbox) -> None:
    broken = [
        '{"MaHoSo": "H24.101-1',
        "không phải JSON",
        '{"MaHoSo": "H24.101-1",}',
        '{"TaiLieuNop": [{"DuocSoHoa": "1"}, ], "MaHoSo": "1"}',
        "[1, 2]",
        '"text"',
        "7",
        "null",
        '{"MaHoSo": "a"} {"MaHoSo": "b"}',
    ]
    inbox.put("a.ndjson", "".join(f"{json.dumps(dossier(number))}\n{line}\n" for number, line in enumerate(broken)))
    rows = inbox.rows()
    assert [row.problems for row in rows[::2]] == [()] * len(broken)
    refused = {"field": "row", "reason": "NOT_JSON", "value": None}
    assert [row.problems for row in rows[1::2]] == [(refused,)] * len(broken)
    assert {row.payload["dossier_code"] for row in rows[1::2]} == {None}


def test_a_broken_first_line_does_not_hide_that_there_is_a_dossier_per_line(inbox: Inbox) -> None:
    inbox.put("a.ndjson", f'{{"MaHoSo": "H24,\n{json.dumps(dossier(2))}\n{json.dumps(dossier(3))}\n')
    assert [len(row.problems) for row in inbox.rows()] == [1, 0, 0]


def test_commas_before_brackets_within_texts_are_harmless(inbox: Inbox) -> None:
    assert read_one(inbox, TenLinhVuc='a,] b,} c, } "d,]"').problems == ()


def test_a_line_in_another_encoding_is_refused_alone(inbox: Inbox) -> None:
    lines = [
        json.dumps(dossier(1)).encode(),
        b'{"TenTTHC": "H\xf4 t\xeech"}',
        json.dumps(dossier(3)).encode(),
    ]
    inbox.put("a.ndjson", b"\n".join(lines))
    assert [[problem["reason"] for problem in row.problems] for row in inbox.rows()] == [[], ["ENCODING"], []]


def test_an_element_that_is_no_object_is_refused_alone(inbox: Inbox) -> None:
    inbox.put("a.json", json.dumps([dossier(1), "text", 5, None, [], dossier(6)]))
    assert [row.row_no for row in inbox.rows() if row.reasons() == {"row": "NOT_JSON"}] == [2, 3, 4, 5]


def test_more_lines_than_a_slice_are_all_there(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("etl.sources.dossier_lines.BATCH_BYTES", 1000)
    monkeypatch.setattr("etl.sources.dossier_sync.SLICE_BATCHES", 3)
    for form in (as_lines, as_array):
        inbox.put("a.json", form([dossier(number) for number in range(1, 60)]))
        rows = inbox.rows()
        assert [row.row_no for row in rows] == list(range(1, 60))
        assert [row.payload["dossier_code"][-4:] for row in rows] == [f"{number:04}" for number in range(1, 60)]


# files that cannot be read at all


def fail(inbox: Inbox, content: bytes) -> SourceError:
    inbox.put("a.json", content)
    with pytest.raises(SourceError) as caught:
        inbox.rows()
    assert (inbox.folder / "a.json").read_bytes() == content
    return caught.value


def test_a_truncated_array_names_the_place(inbox: Inbox) -> None:
    content = as_array([dossier(1), dossier(2)])[:-40]
    error = fail(inbox, content)
    assert error.error_class == ErrorClass.UNREADABLE
    assert str(len(content)) in str(error)


def test_a_fault_behind_an_endless_text_is_found_soon(inbox: Inbox) -> None:
    content = b'[{"MaHoSo": "' + b"9" * 1_500_000 + b'"},]'
    started = time.process_time()
    error = fail(inbox, content)
    assert error.error_class is ErrorClass.UNREADABLE
    assert str(len(content) - 1) in str(error)
    assert time.process_time() - started < 5


def test_a_comma_too_many_names_the_place(inbox: Inbox) -> None:
    content = as_array([dossier(number) for number in range(300)])
    broken = content[:-1] + b",]"
    error = fail(inbox, broken)
    assert error.error_class == ErrorClass.UNREADABLE
    assert str(len(broken) - 1) in str(error)


@pytest.mark.parametrize(
    ("content", "error_class"),
    [
        (as_envelope([dossier()])[:-2], ErrorClass.UNREADABLE),
        (as_array([dossier()]) + b"x", ErrorClass.UNREADABLE),
        (b"<html>Request Rejected</html>", ErrorClass.UNREADABLE),
        (json.dumps(dossier()).encode("utf-16"), ErrorClass.UNREADABLE),
        (b'[{"TenTTHC": "H\xf4 t\xeech"}]', ErrorClass.UNREADABLE),
        (b"", ErrorClass.EMPTY),
        (b"\xef\xbb\xbf \r\n", ErrorClass.EMPTY),
        (b'{"items": [1]}', ErrorClass.SCHEMA),
        (b'{"data": {"MaHoSo": "1"}}', ErrorClass.SCHEMA),
    ],
)
def test_a_file_that_is_unreadable_says_how(inbox: Inbox, content: bytes, error_class: ErrorClass) -> None:
    assert fail(inbox, content).error_class == error_class


def test_a_file_that_changed_since_it_was_listed_waits(inbox: Inbox, tmp_path: Path) -> None:
    inbox.put("a.ndjson", as_lines([dossier(1)]))
    (item,) = inbox.fetch()
    inbox.put("a.ndjson", as_lines([dossier(1), dossier(2)]))
    assert isinstance(item, Incoming)
    with pytest.raises(SourceError) as caught:
        item.land(tmp_path / "out.parquet")
    assert caught.value.error_class == ErrorClass.INTEGRITY


# the inbox


def test_files_come_in_natural_order_without_those_not_yet_there(inbox: Inbox) -> None:
    (inbox.folder / "2026").mkdir()
    (inbox.folder / ".cache").mkdir()
    for name in ("10.json", "2.json", "~$2.json", ".hidden", "3.json.part", "2026/1.json", ".cache/1.json", "A.json"):
        inbox.put(name, name)
    assert [file.name for file in inbox_files(inbox.folder)] == ["2.json", "10.json", "2026/1.json", "A.json"]


def test_an_incoming_file_is_known_by_its_bytes(inbox: Inbox) -> None:
    inbox.put("a.ndjson", "abc")
    (item,) = inbox.fetch()
    assert isinstance(item, Incoming)
    assert (item.origin, item.size_bytes, item.as_of) == ("a.ndjson", 3, None)
    assert item.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_file_that_cannot_be_opened_does_not_stop_the_others(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox.put("1.json", as_array([dossier()]))
    inbox.put("2.json", as_array([dossier()]))
    real = Path.open

    def refuse(path: Path, *args: Any, **kwargs: Any) -> Any:
        if path.name == "1.json":
            raise PermissionError(path)
        return real(path, *args, **kwargs)

    monkeypatch.setattr(Path, "open", refuse)
    first, second = inbox.fetch()
    assert isinstance(first, Failure)
    assert isinstance(second, Incoming)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="nowhere"):
        inbox_files(tmp_path / "nowhere")


# fields


def test_a_dossier_is_typed(inbox: Inbox) -> None:
    row = read_one(inbox)
    assert row.problems == ()
    assert row.event_at == datetime(2026, 8, 6, 9)
    payload = dict(row.payload)
    assert payload == {
        "dossier_code": "H24.101-260803-0001",
        "unit_code": "11533",
        "source_unit_code": "H24.101",
        "processing_unit_name": "UBND phường Mẫu",
        "procedure_code": "1.001193.000.00.00.H24",
        "procedure_base": "1.001193",
        "procedure_name": "Đăng ký khai sinh",
        "field_code": "G15-TP08",
        "field_name": "Hộ tịch",
        "channel": 2,
        "channel_imputed": False,
        "applicant_type": 1,
        "status_code": 10,
        "submitted_at": datetime(2026, 8, 3, 8),
        "received_at": datetime(2026, 8, 3, 8, 30),
        "due_at": datetime(2026, 8, 6, 17),
        "finished_at": datetime(2026, 8, 5, 10),
        "returned_at": datetime(2026, 8, 6, 9),
        "rejected_at": None,
        "return_method": "0",
        "submitted_via": "1",
        "paid_online": 1,
        "has_digitised_component": None,
        "vneid_verified": None,
        "attachment_count": None,
        "digitised_count": None,
        "reused_count": None,
        "from_store_count": None,
        "database_codes": None,
        "fee_total": None,
        "has_result_file": None,
        "supplement_count": 0,
        "supplement_requested_at": None,
        "supplement_received_at": None,
        "service_level_code": None,
        "has_fee_obligation": None,
        "is_result_signed": None,
        "is_deleted": False,
        "issues": [],
    }


def test_codes_come_as_texts_and_as_numbers(inbox: Inbox) -> None:
    spellings = ["1", "01", 1, 1.0, " 1 ", "1.0"]
    rows = read(inbox, *(dossier(number, **dict.fromkeys(CODES, text)) for number, text in enumerate(spellings)))
    assert [[row.payload[column] for column in CODES.values()] for row in rows] == [[1, 1, 1, 1]] * 6


CODES = {
    "TrangThaiHoSo": "status_code",
    "KenhThucHien": "channel",
    "DuocThanhToanTrucTuyen": "paid_online",
    "LoaiDoiTuong": "applicant_type",
}


def test_all_ten_states_are_taken_and_no_other(inbox: Inbox) -> None:
    taken = read_each(inbox, "TrangThaiHoSo", range(1, 11))
    assert [(row.problems, row.payload["status_code"]) for row in taken.values()] == [((), n) for n in range(1, 11)]
    refused = read_each(inbox, "TrangThaiHoSo", ["0", "11", "-1", "Đang xử lý", "1.5", "true", 999])
    assert [row.reasons() for row in refused.values()] == [{"TrangThaiHoSo": "VALUE"}] * 7


def test_the_three_channels_are_taken_and_no_other(inbox: Inbox) -> None:
    taken = read_each(inbox, "KenhThucHien", ["1", "2", "3"])
    assert [row.payload["channel"] for row in taken.values()] == [1, 2, 3]
    assert not any(row.payload["channel_imputed"] for row in taken.values())
    refused = read_each(inbox, "KenhThucHien", ["0", "4", "Trực tuyến"])
    assert [row.reasons() for row in refused.values()] == [{"KenhThucHien": "VALUE"}] * 3


def test_no_channel_is_the_counter_and_says_so(inbox: Inbox) -> None:
    for row in read_each(inbox, "KenhThucHien", [None, "", "-"]).values():
        assert (row.problems, row.payload["channel"], row.payload["channel_imputed"]) == ((), 1, True)
        assert row.payload["issues"] == ["channel_imputed"]


def test_a_channel_that_was_never_mentioned_is_told_apart(inbox: Inbox) -> None:
    fields = dossier()
    del fields["KenhThucHien"]
    (row,) = read(inbox, fields)
    assert (row.payload["channel"], row.payload["issues"]) == (1, ["channel_imputed", "channel_key_missing"])


@pytest.mark.parametrize("name", ["MaHoSo", "MaTTHC", "TrangThaiHoSo", "NgayTiepNhan"])
def test_what_must_be_there(inbox: Inbox, name: str) -> None:
    rows = read_each(inbox, name, [None, "", " "], MaDonVi="H24.101")
    assert [row.reasons() for row in rows.values()] == [{name: "MISSING"}] * 3


def test_what_was_not_accepted_needs_no_receipt(inbox: Inbox) -> None:
    for row in read_each(inbox, "TrangThaiHoSo", ["1", "3"], NgayTiepNhan="").values():
        assert (row.problems, row.payload["received_at"]) == ((), None)


DATES = {
    "NgayNopHoSo": "submitted_at",
    "NgayTiepNhan": "received_at",
    "NgayHenTra": "due_at",
    "NgayKetThucXuLy": "finished_at",
    "NgayTra": "returned_at",
    "NgayTuChoi": "rejected_at",
}


def read_dates(inbox: Inbox, *texts: object) -> list[TypedRow]:
    """For each text a dossier with that text in each of its dates."""
    return read(inbox, *(dossier(n, **dict.fromkeys(DATES, text), TrangThaiHoSo="1") for n, text in enumerate(texts)))


def test_every_date_in_every_dialect(inbox: Inbox) -> None:
    dialects = ["202608041530", "04/08/2026 15:30:00", "2026-08-04T08:30:00Z", "2026-08-04T15:30:00+07:00"]
    rows = read_dates(inbox, "20260804153000", 20260804153000, *dialects)
    assert [row.problems for row in rows] == [()] * 6
    assert {row.payload[column] for row in rows for column in DATES.values()} == {datetime(2026, 8, 4, 15, 30)}


def test_dates_that_mean_none(inbox: Inbox) -> None:
    rows = read_dates(inbox, "0001-01-01T00:00:00", "19000101000000", "N/A", "–", "", None)
    assert [row.problems for row in rows] == [()] * 6
    assert {row.payload[column] for row in rows for column in DATES.values()} == {None}


def test_an_unreadable_date_refuses_the_row(inbox: Inbox) -> None:
    rows = read_dates(inbox, "20261305", "32/01/2026", "2026-02-30", "hôm nay", 12345)
    assert [row.reasons() for row in rows] == [dict.fromkeys(DATES, "VALUE")] * 5


def test_the_unit_is_found(inbox: Inbox) -> None:
    rows = read(
        inbox,
        dossier(1, MaDonVi="H24.102"),
        dossier(2, madonvi=" h24.102 "),
        dossier(3, MaHoSo="000.00.102.H24-260803-0003"),
        dossier(4, MaHoSo="H24.102-260803-0001-8f3a2b"),
        dossier(5, MaDonVi="", MaHoSo="H24.102"),
    )
    found = [(row.problems, row.payload["source_unit_code"], row.payload["unit_code"]) for row in rows]
    assert found == [((), "H24.102", "11536")] * 5


@pytest.mark.parametrize("where", ["before", "behind"])
def test_the_envelope_tells_the_unit_where_neither_row_nor_number_does(inbox: Inbox, where: str) -> None:
    unit = {"madonvi": "H24.102"}
    data = {
        "data": [
            dossier(1, MaHoSo="H24.999-260803-0001", MaDonVi="H24.101"),
            dossier(2, MaHoSo="H24.101-260803-0002"),
            dossier(3, MaHoSo="H24.999-260803-0003"),
            dossier(4, MaHoSo="HS-260803-0004"),
        ]
    }
    inbox.put("a.json", json.dumps({**unit, **data} if where == "before" else {**data, **unit}))
    assert [row.payload["unit_code"] for row in inbox.rows()] == ["11533", "11533", "11536", "11536"]


@pytest.mark.parametrize(
    ("fields", "envelope", "refused"),
    [
        ({"MaDonVi": "H24.998"}, {"madonvi": "H24.102"}, "H24.998"),
        ({"MaHoSo": "H24.999-260803-0001"}, {"madonvi": "H24.997"}, "H24.997"),
        ({"MaHoSo": "H24.999-260803-0001"}, {}, "H24.999"),
    ],
)
def test_an_unknown_unit_is_refused_under_the_code_that_told_it(
    inbox: Inbox, fields: Fields, envelope: Fields, refused: str
) -> None:
    inbox.put("a.json", json.dumps({**envelope, "data": [dossier(1, **fields)]}))
    assert inbox.row().problems == ({"field": "MaDonVi", "reason": "UNKNOWN_UNIT", "value": refused},)


def test_an_unknown_unit_is_refused_with_its_code(inbox: Inbox) -> None:
    row = read_one(inbox, MaHoSo="H24.999-260803-0001")
    assert row.problems == ({"field": "MaDonVi", "reason": "UNKNOWN_UNIT", "value": "H24.999"},)


def test_a_code_that_may_be_a_person_is_refused_unseen(inbox: Inbox) -> None:
    codes = ["0912345678", "001085012345", "Nguyễn Văn A", "0912.345.678", "khongso", "x" * 51]
    rows = read_each(inbox, "MaHoSo", codes, MaDonVi="H24.101")
    shown = [({"field": "MaHoSo", "reason": "VALUE", "value": f"•••({len(code)})"},) for code in codes]
    assert [row.problems for row in rows.values()] == shown


def test_flags_come_as_digits_and_as_words(inbox: Inbox) -> None:
    spellings = {"1": True, True: True, "true": True, "0": False, "False": False, "": None}
    for name, column in (
        ("HoSoCoThanhPhanSoHoa", "has_digitised_component"),
        ("TaiKhoanDuocXacThucVoiVNeID", "vneid_verified"),
    ):
        rows = read_each(inbox, name, spellings)
        assert [row.payload[column] for row in rows.values()] == list(spellings.values())


def test_the_way_of_return_in_both_spellings(inbox: Inbox) -> None:
    rows = read(inbox, dossier(1, HinhThuc="1"), dossier(2, HinhThuc="", HinhThucTra=1), dossier(3, HinhThucTra="1"))
    assert [row.payload["return_method"] for row in rows] == ["1", "1", "1"]


def test_attachments_are_counted(inbox: Inbox) -> None:
    papers = [
        {"DuocSoHoa": "1", "DuocTaiSuDung": "0", "DuocLayTuKhoDMQG": "0"},
        {"DuocSoHoa": 1, "DuocTaiSuDung": 1},
        {"DuocSoHoa": "0", "DuocTaiSuDung": "2", "DuocLayTuKhoDMQG": "1"},
        {"DuocSoHoa": "1", "DuocLayTuKhoDMQG": "1"},
        {"DuocSoHoa": "1", "MaKetQuaThayThe": "KQ-1"},
        {"DuocSoHoa": "1"},
        {"DuocSoHoa": "1", "DuocTaiSuDung": "1", "IsDeleted": "True"},
        {"DuocSoHoa": "1", "DuocTaiSuDung": "1", "IsDeleted": True},
    ]
    payload = read_one(inbox, TaiLieuNop=papers).payload
    names = ("attachment_count", "digitised_count", "reused_count", "from_store_count")
    assert [payload[name] for name in names] == [6, 5, 4, 2]


def test_fees_are_summed_and_unknown_is_not_free(inbox: Inbox) -> None:
    cases: list[tuple[object, int | None, list[str]]] = [
        ([{"Gia": "8000"}, {"Gia": "5.000"}], 13000, []),
        ([{"Gia": 8000}, {"Gia": 0.0}], 8000, []),
        ([{"Gia": "0"}, {"Gia": "0"}], 0, []),
        ([], 0, []),
        (None, None, []),
        ([{"Gia": "Theo quy định"}, {"Gia": "8000"}], None, ["fee_unreadable"]),
    ]
    rows = read_each(inbox, "DanhSachLePhi", [fees for fees, _total, _issues in cases])
    found = [(row.payload["fee_total"], row.payload["issues"]) for row in rows.values()]
    assert found == [(None if total is None else Decimal(total), issues) for _fees, total, issues in cases]


def test_a_result_is_there_when_a_file_is_named(inbox: Inbox) -> None:
    named = [{"DuongDanTepTinKetQua": ""}, {"DuongDanTepTinKetQua": "/kq/1.pdf"}]
    unnamed = [[], [{"TenGiayTo": "Kết quả"}], [{"DuongDanTepTinKetQua": " "}]]
    rows = read_each(inbox, "DanhSachGiayToKetQua", [None, *unnamed, named])
    assert [row.payload["has_result_file"] for row in rows.values()] == [None, False, False, False, True]


def test_of_supplements_the_latest_counts_whatever_its_dialect(inbox: Inbox) -> None:
    supplements = [
        {"NgayBoSung": "05/08/2026 09:00:00", "NgayTiepNhanBoSung": ""},
        {"NgayBoSung": "20260804090000", "NgayTiepNhanBoSung": "20260804150000"},
    ]
    payload = read_one(inbox, DanhSachHoSoBoSung=supplements).payload
    assert payload["supplement_count"] == 2
    assert (payload["supplement_requested_at"], payload["supplement_received_at"]) == (datetime(2026, 8, 5, 9), None)


def test_a_supplement_with_an_unreadable_date_refuses_the_row(inbox: Inbox) -> None:
    supplements = [{"NgayBoSung": "20260804090000"}, {"NgayBoSung": "20261304090000"}]
    assert read_one(inbox, DanhSachHoSoBoSung=supplements).reasons() == {"NgayBoSung": "VALUE"}


def test_databases_are_named_by_code(inbox: Inbox) -> None:
    databases = [{"MaCSDL": "CSDLQGDC"}, {"MaCSDL": ""}, {"MaCSDL": "01"}, {"MaCSDL": "Trần Thị Bình"}]
    payload = read_one(inbox, DSKetNoiCSDL=databases).payload
    assert (payload["database_codes"], payload["issues"]) == (["CSDLQGDC", "01"], ["database_code_unreadable"])


def test_oddities_are_noted_and_the_row_kept(inbox: Inbox) -> None:
    rows = read(
        inbox,
        dossier(1, NgayHenTra="20260802170000"),
        dossier(2, NgayKetThucXuLy="20260803082900"),
        dossier(3, NgayTiepNhan="20260903083000", NgayHenTra="", NgayKetThucXuLy=""),
        dossier(4, LoaiDoiTuong="7"),
    )
    assert [row.problems for row in rows] == [()] * 4
    assert [row.payload["issues"] for row in rows] == [
        ["due_before_received"],
        ["finished_before_received"],
        ["received_in_future"],
        ["applicant_type_unknown"],
    ]


def test_a_due_time_of_midnight_is_the_end_of_its_day(inbox: Inbox) -> None:
    assert read_one(inbox, NgayHenTra="20260803000000").payload["issues"] == []


def test_the_newest_event_is_none_of_the_future(inbox: Inbox) -> None:
    assert read_one(inbox, NgayTra="20301231090000").event_at == datetime(2026, 8, 5, 10)


def test_texts_are_composed_and_bare(inbox: Inbox) -> None:
    payload = read_one(
        inbox, TenLinhVuc=" Ho\u0302\u0323 ti\u0323ch ", DonViXuLy="Uỷ ban nhân dân xã Mẫu - tỉnh Mẫu"
    ).payload
    assert (payload["field_name"], payload["processing_unit_name"]) == ("Hộ tịch", "Uỷ ban nhân dân xã Mẫu - tỉnh Mẫu")


def test_titles_and_offices_keep_the_names_of_places(inbox: Inbox) -> None:
    offices = [
        "UBND xã Nguyễn Việt Khê",
        "Trung tâm Phục vụ hành chính công phường Lê Chân",
        "Sở Lao động - Thương binh và Xã hội",
    ]
    assert [row.payload["processing_unit_name"] for row in read_each(inbox, "DonViXuLy", offices).values()] == offices
    titles = [
        "ĐĂNG KÝ KHAI SINH",
        "Cấp Giấy xác nhận là người gốc Việt Nam",
        "Người Việt Nam định cư ở nước ngoài",
        "Thủ tục thuộc tỉnh Bà Rịa - Vũng Tàu",
    ]
    assert [row.payload["procedure_name"] for row in read_each(inbox, "TenTTHC", titles).values()] == titles


def test_lists_that_are_no_lists_say_nothing(inbox: Inbox) -> None:
    row = read_one(
        inbox, TaiLieuNop="", DanhSachLePhi={}, DanhSachHoSoBoSung="x", DSKetNoiCSDL=5, DanhSachGiayToKetQua=[None, 3]
    )
    assert row.problems == ()
    assert (row.payload["attachment_count"], row.payload["fee_total"], row.payload["supplement_count"]) == (
        None,
        None,
        0,
    )


def test_strange_json_is_still_json(inbox: Inbox) -> None:
    deep = "[" * 500 + "]" * 500
    lines = [
        f'{{"MaHoSo": "H24.101-1", "MaHoSo": "H24.102-2", "MaTTHC": "1.1", "TrangThaiHoSo": "1", "x": {deep}}}',
        '{"MaHoSo": "H24.101-3", "MaTTHC": "1.1", "TrangThaiHoSo": "1", "x": 123456789012345678901234567890}',
        '{"MaHoSo": "H24.101\\u00004", "MaTTHC": "1.1", "TrangThaiHoSo": "1"}',
    ]
    inbox.put("a.ndjson", "\n".join(lines))
    assert [row.reasons() for row in inbox.rows()] == [{}, {}, {"MaHoSo": "VALUE"}]
    inbox.put("a.ndjson", "[" + ",".join(lines) + "]")
    assert [row.reasons() for row in inbox.rows()] == [{}, {}, {"MaHoSo": "VALUE"}]


# law: rows in the file = good rows + refused rows

VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-9999, 9999).map(lambda number: number / 100),
    st.text(max_size=12),
    st.sampled_from(["1", "2", "10", "20260803083000", "03/08/2026", "H24.101", "", "-", [], [{}], {"Gia": "1"}]),
)
RECORDS = st.dictionaries(st.sampled_from([*dossier(), "TaiLieuNop", "DanhSachLePhi", "DanhSachHoSoBoSung"]), VALUES)
ROWS = st.lists(st.one_of(RECORDS.map(lambda fields: dossier(**fields)), RECORDS, VALUES), max_size=60)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
def test_no_row_is_lost_and_forms_agree(tmp_path_factory: pytest.TempPathFactory, rows: list[Any]) -> None:
    folder = tmp_path_factory.mktemp("law")
    inbox = Inbox(folder, dossier_sync.KIND)
    inbox.put("a.json", json.dumps(rows))
    of_array = inbox.rows()
    assert [row.row_no for row in of_array] == list(range(1, len(rows) + 1))
    # a whole object first, so that the form is plain
    inbox.put("a.json", "\n".join(json.dumps(row) for row in [dossier(9999), *rows, dossier(9999)]))
    of_lines = inbox.rows()[1:-1]
    assert [(row.problems, row.payload) for row in of_lines] == [(row.problems, row.payload) for row in of_array]
