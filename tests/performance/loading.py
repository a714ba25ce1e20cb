"""Loading a million dossiers, against DuckDB's own reading of the same columns."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from etl.demo import CATALOG
from etl.pipeline import run
from etl.sample import write_sample
from ioc.clock import now
from ioc.config import load_config
from ioc.store.engine import open_writer
from ioc.units import REFERENCE, load_units
from tests.dossier_files import CONFIG
from tests.performance.figures import Figure

DOSSIERS = 1_000_000
SAMPLE_DOSSIERS = 621_000
"""At scale 1."""

TYPED = """
    {MaHoSo: 'VARCHAR', MaTTHC: 'VARCHAR', TenTTHC: 'VARCHAR', MaLinhVuc: 'VARCHAR', TenLinhVuc: 'VARCHAR',
     KenhThucHien: 'TINYINT', LoaiDoiTuong: 'TINYINT', TrangThaiHoSo: 'TINYINT', NgayNopHoSo: 'TIMESTAMP',
     NgayTiepNhan: 'TIMESTAMP', NgayHenTra: 'TIMESTAMP', NgayKetThucXuLy: 'TIMESTAMP', NgayTra: 'TIMESTAMP',
     NgayTuChoi: 'TIMESTAMP', HinhThuc: 'VARCHAR', DonViXuLy: 'VARCHAR', NoiNopHoSo: 'VARCHAR',
     DuocThanhToanTrucTuyen: 'TINYINT', HoSoCoThanhPhanSoHoa: 'TINYINT', TaiKhoanDuocXacThucVoiVNeID: 'TINYINT',
     TaiLieuNop: 'STRUCT(IsDeleted VARCHAR, DuocSoHoa TINYINT, DuocTaiSuDung TINYINT, DuocLayTuKhoDMQG TINYINT)[]',
     DSKetNoiCSDL: 'STRUCT(MaCSDL VARCHAR)[]', DanhSachLePhi: 'STRUCT(Gia BIGINT)[]',
     DanhSachGiayToKetQua: 'STRUCT(DuongDanTepTinKetQua VARCHAR)[]',
     DanhSachHoSoBoSung: 'STRUCT(NgayBoSung TIMESTAMP, NgayTiepNhanBoSung TIMESTAMP)[]'}
"""


def bench_load(folder: Path, *, as_of: date) -> Figure:
    """A million dossiers landed, validated, built and published against DuckDB's own reading of the same columns."""
    write_sample(folder, as_of=as_of, scale=DOSSIERS / SAMPLE_DOSSIERS, units=load_units(REFERENCE).all)
    files = sorted((folder / "inbox" / "dossiers").iterdir())
    floors = [_raw_seconds(folder, files, attempt) for attempt in range(2)]
    (folder / "config.yaml").write_text(
        CONFIG.format(catalog=CATALOG) + "units: {crosswalks: [crosswalk.csv]}\n", encoding="utf-8"
    )
    config = load_config(folder / "config.yaml", environ={})
    started = time.perf_counter()
    report = run(config, clock=now)
    seconds = time.perf_counter() - started
    assert not report.failed, report
    rows = sum(source.rows_in for source in report.sources)
    detail = f"{rows:,} dossiers in {seconds:.1f} s, raw create table as {floors[-1]:.1f} s"
    return Figure("load, validate, publish", seconds / floors[-1], None, detail)


def _raw_seconds(folder: Path, files: Sequence[Path], attempt: int) -> float:
    connection = open_writer(folder / f"floor-{attempt}.duckdb", threads=2)
    names = ", ".join(f"'{path}'" for path in files)
    started = time.perf_counter()
    connection.execute(
        f"create table raw as select * from read_json([{names}], format = 'newline_delimited', "
        f"timestampformat = '%Y%m%d%H%M%S', ignore_errors = true, columns = {TYPED})"
    )
    seconds = time.perf_counter() - started
    connection.close()
    return seconds
