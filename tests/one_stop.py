"""Dossiers as a one-stop system's own database has them, and a site that reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from etl import pipeline
from etl.report import SourceReport
from ioc.config import Config, SqlViewSettings, load_config
from ioc.errors import ErrorClass
from ioc.store.warehouse import open_warehouse
from tests.dossier_files import CATALOG
from tests.empty_store import with_empty_store

AT = datetime(2026, 11, 20, 9, 0)
COLUMNS: Mapping[str, str] = {
    "ma_ho_so": "char(50)",
    "ma_don_vi": "varchar(50)",
    "ten_don_vi": "varchar(255)",
    "ma_tthc": "varchar(50)",
    "ten_tthc": "varchar(500)",
    "ma_linh_vuc": "varchar(50)",
    "ten_linh_vuc": "varchar(255)",
    "kenh_thuc_hien": "varchar(2)",
    "muc_do": "varchar(5)",
    "trang_thai": "varchar(5)",
    "ngay_nop": "timestamp",
    "ngay_tiep_nhan": "timestamp",
    "ngay_hen_tra": "timestamp",
    "ngay_ket_thuc_xu_ly": "timestamp",
    "ngay_tra": "timestamp",
    "ngay_yeu_cau_bo_sung": "timestamp",
    "ngay_tu_choi": "timestamp",
    "co_so_hoa": "integer",
    "co_tai_su_dung": "integer",
    "lay_tu_kho_dmqg": "integer",
    "co_ket_qua_dien_tu": "boolean",
    "ket_qua_ky_so": "boolean",
    "thanh_toan_truc_tuyen": "varchar(2)",
    "co_nghia_vu_tai_chinh": "boolean",
    "ngay_cap_nhat": "timestamp",
    "da_xoa": "boolean",
    "chu_ho_so": "varchar(100)",
}
"""Of the system's own table; the last one must never leave it."""


def dossier(number: int, **fields: Any) -> dict[str, Any]:
    """A dossier of An Bình ward, received online on 3 November 2026, in time; fields replace its own."""
    return {
        "ma_ho_so": f"H21.100-261103-{number:04}",
        "ma_don_vi": "H21.100",
        "ten_don_vi": "UBND phường An Bình",
        "ma_tthc": "1.001193",
        "ten_tthc": "Đăng ký khai sinh",
        "ma_linh_vuc": "G15-TP08",
        "ten_linh_vuc": "Hộ tịch",
        "kenh_thuc_hien": "2",
        "muc_do": "4",
        "trang_thai": "9",
        "ngay_tiep_nhan": "2026-11-03 08:30:00",
        "ngay_hen_tra": "2026-11-06 17:00:00",
        "ngay_ket_thuc_xu_ly": "2026-11-05 10:00:00",
        "co_nghia_vu_tai_chinh": True,
        "ngay_cap_nhat": f"2026-11-{3 + number // 1440:02} {number // 60 % 24:02}:{number % 60:02}:00",
        "chu_ho_so": "Nguyễn Văn Người Nộp",
        **fields,
    }


@dataclass(frozen=True)
class Site:
    """A site with one database for a source."""

    folder: Path
    url: str
    settings: Mapping[str, object] = field(default_factory=dict)

    def config(self, **settings: Any) -> Config:
        """Its configuration; settings replace those of the source."""
        content = {
            "site": {"name": "Gia Lai", "unit": "52"},
            "store": {"path": "store"},
            "catalog": {"path": str(CATALOG)},
            "sources": {"database": {"kind": "sql_view", "url": "${DATABASE}", **self.settings, **settings}},
        }
        file = self.folder / "config.yaml"
        file.write_text(yaml.safe_dump(content), encoding="utf-8")
        return with_empty_store(load_config(file, environ={"DATABASE": self.url}))

    def run(self, *, at: datetime = AT, **settings: Any) -> SourceReport:
        """One run without a build."""
        report = pipeline.run(self.config(**settings), clock=lambda: at, is_building=False)
        return report.sources[0]

    def facts(self, columns: str, *, order: str = "dossier_code") -> list[tuple[Any, ...]]:
        """These columns of the current dossiers."""
        return self.ask(f"select {columns} from facts.dossiers order by {order}")

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """A question to the warehouse."""
        with open_warehouse(self.folder / "store") as connection:
            return connection.rows(sql)

    def error(self, **settings: Any) -> ErrorClass | None:
        """The class of the failure that ends a run."""
        return self.run(**settings).loads[-1].error_class

    def source(self, **settings: Any) -> SqlViewSettings:
        """The settings of the source."""
        found = self.config(**settings).sources["database"]
        assert isinstance(found, SqlViewSettings)
        return found
