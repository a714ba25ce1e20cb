"""Nothing of a person in a file of dossiers reaches the landing, the facts, the quarantine or a message."""

import json
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from etl.sources import dossier_sync
from ioc.errors import SourceError
from ioc.store.engine import Connection, open_memory
from tests.etl.register_intake import Inbox, type_rows

NAME = "Phạm Kim Hoàng Yến"
BARE_NAME = "PhamKimHoangYen"
IDENTITY = "079186012345"
OLD_IDENTITY = "273654891"
PHONE = "0987123654"
SPACED_PHONE = "0987 123 654"
DOTTED_PHONE = "0987.123.654"
MAIL = "hoangyen@canary.example"
CANARIES = (NAME, BARE_NAME, IDENTITY, OLD_IDENTITY, PHONE, SPACED_PHONE, DOTTED_PHONE, MAIL)
FREE = ("TenTTHC", "TenLinhVuc", "DonViXuLy")
KNOWN = [
    "MaHoSo",
    "MaTTHC",
    "TenTTHC",
    "MaLinhVuc",
    "TenLinhVuc",
    "KenhThucHien",
    "LoaiDoiTuong",
    "TrangThaiHoSo",
    "NgayNopHoSo",
    "NgayTiepNhan",
    "NgayHenTra",
    "NgayKetThucXuLy",
    "NgayTra",
    "NgayTuChoi",
    "HinhThuc",
    "HinhThucTra",
    "DonViXuLy",
    "MaDonVi",
    "madonvi",
    "NoiNopHoSo",
    "DuocThanhToanTrucTuyen",
    "HoSoCoThanhPhanSoHoa",
    "TaiKhoanDuocXacThucVoiVNeID",
]
DROPPED = [
    "ChuHoSo",
    "MaDoiTuong",
    "Email",
    "Fax",
    "SoDienThoai",
    "ThongTinKhac",
    "TrichYeuHoSo",
    "GhiChu",
    "ThongTinTra",
    "SoBienNhan",
    "TruongLa",
    "TenTepMoi",
]
NESTED = {
    "TaiLieuNop": [
        "IsDeleted",
        "DuocSoHoa",
        "DuocTaiSuDung",
        "DuocLayTuKhoDMQG",
        "MaKetQuaThayThe",
        "TenTepDinhKem",
        "DuongDanTaiTepTin",
    ],
    "DSKetNoiCSDL": ["MaCSDL", "Ten"],
    "DanhSachLePhi": ["TenPhiLePhi", "MaPhiLePhi", "HinhThucThu"],
    "DanhSachGiayToKetQua": ["DuongDanTepTinKetQua", "TenGiayTo", "MaGiayToKetQua"],
    "DanhSachHoSoBoSung": ["NgayBoSung", "NgayTiepNhanBoSung", "NguoiYeuCauBoSung", "NoiDungBoSung"],
    "DinhDanhCHS": ["LoaiDinhDanh", "SoDinhDanh"],
    "DanhSachLa": ["Ten"],
}


def dossier(**fields: Any) -> dict[str, Any]:
    return {
        "MaHoSo": "H24.101-260803-0001",
        "MaTTHC": "1.001193",
        "KenhThucHien": "2",
        "TrangThaiHoSo": "2",
        "NgayTiepNhan": "20260803083000",
        "ChuHoSo": NAME,
        **fields,
    }


def planted() -> list[dict[str, Any]]:
    """A dossier for each field and each canary in it, as a value, within a list, an object, and beside other words."""
    rows = [dossier(**{field: canary}) for field in (*KNOWN, *DROPPED) for canary in CANARIES]
    rows += [dossier(**{field: {"x": [canary]}}) for field in (*KNOWN, *DROPPED) for canary in (NAME, PHONE)]
    rows += [dossier(**{field: [canary, {"Ten": canary}]}) for field in (*NESTED, *KNOWN) for canary in (NAME, PHONE)]
    rows += [dossier(**{field: [{name: canary}]}) for field in NESTED for name in NESTED[field] for canary in CANARIES]
    rows += [dossier(**{field: f"H24.101-{canary}"}) for field in ("MaHoSo", "MaTTHC") for canary in (IDENTITY, PHONE)]
    rows += [dossier(DanhSachLePhi=[{"Gia": canary}]) for canary in (NAME, IDENTITY, PHONE, SPACED_PHONE, DOTTED_PHONE)]
    rows += [dossier(**{field: f"Phòng Tư pháp {canary}"}) for field in FREE for canary in CANARIES[2:]]
    rows += [dossier(**{field: f"Cấp giấy cho {NAME} và {NAME.upper()}"}) for field in ("TenTTHC", "TenLinhVuc")]
    rows += [dossier(**{canary: canary}) for canary in CANARIES]
    rows.append(dossier(TenTTHC=f"Đăng ký khai sinh cho bà {NAME}", DonViXuLy=f"UBND xã Mẫu (ông {NAME})"))
    rows.append(dossier(DonViXuLy="UBND xã Mẫu - Nguyễn Kim Hoàng Yến"))
    rows.append(dossier(DonViXuLy="Phòng Tư pháp Nguyễn Thị Hoàng Yến"))
    return rows


def as_lines(rows: list[dict[str, Any]]) -> bytes:
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()


def as_array(rows: list[dict[str, Any]]) -> bytes:
    return json.dumps(rows, ensure_ascii=False).encode()


def as_envelope(rows: list[dict[str, Any]]) -> bytes:
    return json.dumps({"madonvi": NAME, "session": PHONE, "data": rows}, ensure_ascii=False).encode()


def as_broken_lines(rows: list[dict[str, Any]]) -> bytes:
    """Every second line is cut or in another encoding."""
    lines = as_lines(rows).split(b"\n")
    cut = [line[:-7] if number % 2 else line for number, line in enumerate(lines)]
    return b"\n".join([line + b"\xff" if number % 5 == 4 else line for number, line in enumerate(cut)])


def found_in(text: str) -> list[str]:
    """The canaries in a text, also where separators were dropped or the case changed."""
    bare = text.lower()
    digits = "".join(letter for letter in text if letter not in " .-")
    words = ("hoàng yến", "hoangyen", "phamkim", "canary")
    return [word for word in words if word in bare] + [
        number for number in (IDENTITY, IDENTITY[1:], OLD_IDENTITY, PHONE, PHONE[1:]) if number in digits
    ]


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path, dossier_sync.KIND)


@pytest.mark.parametrize("form", [as_lines, as_array, as_envelope, as_broken_lines])
def test_canaries_are_in_no_landing_no_fact_and_no_quarantine(
    inbox: Inbox, form: Callable[[list[dict[str, Any]]], bytes]
) -> None:
    rows = planted()
    inbox.put("a.json", form(rows))
    (landing,) = inbox.landings()
    table = pq.read_table(landing)
    assert table.num_rows == len(rows)
    landed = [(name, str(value)) for name in table.column_names for value in table[name].to_pylist()]
    assert [(name, value) for name, value in landed if found_in(value)] == []
    # names of columns, statistics and other metadata
    assert found_in(str(pq.read_metadata(landing).to_dict())) == []
    typed = type_rows(landing, dossier_sync.KIND)
    assert [row for row in typed if found_in(f"{row.payload} {row.problems}")] == []


@pytest.mark.parametrize(
    "content",
    [
        as_array(planted())[:-30],
        as_envelope(planted())[:-3],
        as_array([dossier(ChuHoSo=NAME)]) + f" {NAME}".encode(),
        f'[{{"ChuHoSo": {NAME}}}]'.encode(),
        f'{{"ChuHoSo": "{NAME}"}}'.encode(),
        f'[{{"ChuHoSo": "{NAME}",}}]'.encode(),
        f"{NAME};{PHONE}".encode(),
        f'{{"ChuHoSo": "{NAME}'.encode("utf-16"),
    ],
)
def test_a_broken_file_is_not_quoted_in_its_message(inbox: Inbox, content: bytes) -> None:
    inbox.put("a.json", content)
    with pytest.raises(SourceError) as caught:
        inbox.landings()
    assert found_in("".join(traceback.format_exception(caught.value)).split("caught.value")[0]) == []
    assert found_in(str(caught.value)) == []


def test_nothing_of_the_lines_is_written_beside_the_landing(
    inbox: Inbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.chdir(scratch)
    monkeypatch.setenv("TMPDIR", str(scratch))
    inbox.put("a.json", as_lines(planted()))
    inbox.landings()
    assert list(scratch.iterdir()) == []


@pytest.fixture(scope="module")
def macros() -> Iterator[Connection]:
    connection = open_memory()
    for file in dossier_sync.MACROS:
        connection.execute(file.read_text(encoding="utf-8"))
    yield connection
    connection.close()


def test_no_commune_is_taken_for_a_person(macros: Connection) -> None:
    communes = Path(__file__).parents[2] / "data" / "reference" / "communes_2025.csv"
    changed = macros.rows(
        "select name from read_csv($file, all_varchar = true) "
        "where landed_organisation(scrub('UBND ' || name)) is distinct from 'UBND ' || name",
        {"file": str(communes)},
    )
    assert changed == []


def test_no_capital_of_any_script_escapes_the_quick_look_at_titles(macros: Connection) -> None:
    missed = macros.rows(
        r"""
        with letters as (
            select chr(number::integer) as it from range(32, 131072) as numbers(number)
            where number not between 55296 and 57343
        )
        select it from letters
        where regexp_matches(it, '^\p{Lu}$') and is_plain_title(it || 'a ' || it || 'a ' || it)
        """
    )
    assert missed == []


@pytest.mark.parametrize(
    ("is_plain", "landed"),
    [("is_plain_title", "landed_title"), ("is_plain_office", "landed_organisation")],
)
def test_what_is_plain_at_a_quick_look_is_left_alone_by_a_thorough_one(
    macros: Connection, is_plain: str, landed: str
) -> None:
    words = [
        *("UBND xã", "Ủy ban nhân dân phường", "Ông", "Bà", "tên:", "Đ/c", "đồng chí", "Nguyễn", "Đặng", "Ấp", "Rịa"),
        *(
            "TRẦN",
            "NguyễnVănAn",
            "đăng ký",
            "cấp lại",
            "CCCD",
            "không có",
            "N/A",
            "-",
            "0912 345 678",
            "a@b.vn",
            "số 12",
        ),
        *("Ia", "Иван", "e\u0302", "\u00a0", ""),
    ]
    query = f"""
        with texts as (
            select a || joint || b || joint || c || joint || d as text
            from unnest($words) as one(a), unnest($words) as two(b), unnest($words) as three(c),
                unnest($words) as four(d), unnest([' ', ', ']) as five(joint)
        )
        select count(*), list(text) filter (where {landed}(scrub(text)) is distinct from text)
        from texts where {is_plain}(text)
    """
    plain, changed = macros.row(query, {"words": words})
    assert plain > 0
    assert changed is None
