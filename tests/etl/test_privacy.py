"""Personal data never enter: what is planted in the sources is found nowhere in the store."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from etl.pipeline import run
from ioc.config import Config, load_config
from ioc.store.engine import open_reader
from tests.dossier_files import CATALOG, dossier, write_lines

AT = datetime(2026, 8, 31, 18, 0)
CANARIES = (
    "Trần Thị Kim Chim",
    "TRANTHIKIMCHIM",
    "031199008877",
    "0912345678",
    "0912 345 678",
    "chim@vidu.vn",
    "Kim Chim",
)
NAME, UPPER, IDENTITY, PHONE, SPACED, MAIL, SHORT = CANARIES
CONFIG = """
site: {{name: Gia Lai, unit: "52"}}
store: {{path: store}}
catalog: {{path: "{catalog}", indices: [qd766_portal_2026]}}
privacy: {{holder_key: "${{IOC_HOLDER_KEY}}"}}
sources:
  one_stop: {{kind: dossier_sync, path: inbox/dossiers}}
  register: {{kind: certificates, path: inbox/certificates}}
  staff: {{kind: staff, path: inbox/staff}}
"""
REGISTER_HEADINGS = (
    "Số hiệu chứng thư", "Loại đối tượng", "Họ tên", "CCCD", "Điện thoại", "Email", "Mã cán bộ", "Chức vụ",
    "Mã định danh", "Ngày hiệu lực", "Ngày hết hạn", "Ngày số liệu", "Ghi chú",
)  # fmt: skip
REGISTER_ROWS = (
    ("54AB12CD", "ca_nhan", NAME, IDENTITY, PHONE, MAIL, "CB-01", f"Chủ tịch UBND xã {NAME}",
     "H21.100", "01/03/2024", "01/03/2029", "31/07/2026", SPACED),
    (IDENTITY, NAME, NAME, IDENTITY, PHONE, MAIL, IDENTITY, NAME, NAME, PHONE, NAME, IDENTITY, NAME),
)  # fmt: skip


def _valid() -> dict[str, object]:
    return dossier(
        1,
        ChuHoSo=NAME, SoDienThoai=PHONE, Email=MAIL, TrichYeuHoSo=f"Hồ sơ của {NAME}", GhiChu=SPACED,
        DinhDanhCHS=[{"LoaiDinhDanh": "1", "SoDinhDanh": IDENTITY}], HoTenNguoiNopThay=NAME, custom={"so": IDENTITY},
        DonViXuLy=f"{NAME} xử lý", TenTTHC=f"Đăng ký khai sinh ({IDENTITY}, {SPACED}, {MAIL})",
        TaiLieuNop=[{"TenTepDinhKem": f"{NAME} {IDENTITY}.pdf", "DuongDanTepTin": f"/{UPPER}.pdf", "DuocSoHoa": "1"}],
        DanhSachHoSoBoSung=[{"NguoiYeuCauBoSung": NAME, "NoiDungBoSung": PHONE, "NgayBoSung": "20260804080000"}],
        DanhSachGiayToKetQua=[{"TenGiayTo": NAME, "DuongDanTepTinKetQua": f"/ketqua/{UPPER}_{IDENTITY}.pdf"}],
    )  # fmt: skip


def _broken() -> list[dict[str, object]]:
    """Personal data where a code, a date or a number is wanted."""
    return [
        dossier(2, TrangThaiHoSo=NAME),
        dossier(3, NgayTiepNhan=IDENTITY),
        dossier(4, KenhThucHien=PHONE),
        dossier(5, MaHoSo=IDENTITY),
        dossier(6, MaHoSo=UPPER),
        dossier(7, MaDonVi=NAME),
        dossier(8, MaTTHC=f"{UPPER} {PHONE}"),
        dossier(9, DanhSachLePhi=[{"Gia": PHONE, "TenPhiLePhi": NAME}]),
        dossier(10, MaLinhVuc=NAME),
    ]


def _plant(folder: Path) -> None:
    write_lines(folder / "inbox/dossiers/1 valid.ndjson", [_valid()])
    write_lines(folder / "inbox/dossiers/2 broken.ndjson", _broken())
    line = json.dumps(_valid(), ensure_ascii=False)
    (folder / "inbox/dossiers/3 cut.ndjson").write_text(line + "\n" + line[: len(line) // 2], encoding="utf-8")
    (folder / "inbox/dossiers/4 cut.json").write_text('{"data": [' + line + "," + line[:300], encoding="utf-8")
    (folder / "inbox/dossiers/5 pretty.json").write_text(
        json.dumps([_valid()], ensure_ascii=False, indent=1), encoding="utf-8"
    )
    (folder / "inbox/certificates").mkdir(parents=True)
    (folder / "inbox/certificates/register.csv").write_text(
        ";".join(REGISTER_HEADINGS) + "\n" + "".join(";".join(row) + "\n" for row in REGISTER_ROWS),
        encoding="utf-8",
    )
    (folder / "inbox/staff").mkdir(parents=True)
    (folder / "inbox/staff/staff.csv").write_text(
        f"unit_code,as_of,leaders_required,staff_required,note\nH21.100,31/07/2026,3,20,{NAME}\n{NAME},{IDENTITY},{PHONE},{NAME},x\n",
        encoding="utf-8",
    )


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    folder = tmp_path_factory.mktemp("privacy")
    _plant(folder)
    (folder / "config.yaml").write_text(CONFIG.format(catalog=CATALOG), encoding="utf-8")
    config = load_config(
        folder / "config.yaml", environ={**os.environ, "IOC_HOLDER_KEY": "a key of the test, long enough"}
    )
    report = run(config, clock=lambda: AT)
    assert [load.origin for source in report.sources for load in source.failures] == ["4 cut.json"]
    assert report.published
    return config


def _texts(config: Config) -> Iterator[tuple[str, str]]:
    """Every text that the store holds: raw bytes of each file, and what is inside of Parquet and DuckDB."""
    for path in sorted(config.store.path.rglob("*")):
        if not path.is_file():
            continue
        yield path.name, path.read_bytes().decode("utf-8", errors="replace")
        if path.suffix == ".parquet":
            yield path.name, json.dumps(pq.read_table(path).to_pylist(), default=str, ensure_ascii=False)
        if path.suffix == ".duckdb":
            connection = open_reader(path)
            tables = connection.rows(
                "select schema_name, table_name from duckdb_tables() where database_name <> 'system'"
            )
            for schema, table in tables:
                rows = connection.rows(f'select t::varchar from "{schema}"."{table}" as t')
                yield f"{path.name}:{table}", "\n".join(text for (text,) in rows)
            connection.close()


def test_the_store_holds_what_was_good(config: Config) -> None:
    connection = open_reader(config.store.path / "warehouse.duckdb")
    assert connection.row("select count(*) from facts.dossiers where dossier_code = 'H21.100-260803-0001'") == (1,)
    assert connection.row("select count(*) from facts.certificates") == (1,)
    assert connection.row("select count(*) from quarantine")[0] >= 9
    connection.close()


@pytest.mark.parametrize("canary", CANARIES)
def test_nothing_personal_is_found(config: Config, canary: str) -> None:
    found = [place for place, text in _texts(config) if canary in text]
    assert not found


def test_the_search_itself_finds_what_is_there(config: Config) -> None:
    assert any("H21.100-260803-0001" in text for place, text in _texts(config) if place.endswith(".parquet"))
    assert any("54AB12CD" in text for place, text in _texts(config) if "certificate" in place)


def test_logs_and_messages_name_nobody(config: Config, capfd: pytest.CaptureFixture[str]) -> None:
    report = run(config, clock=lambda: AT)
    said = capfd.readouterr()
    text = said.out + said.err + repr(report)
    assert "4 cut.json" in text
    assert not [canary for canary in CANARIES if canary in text]
