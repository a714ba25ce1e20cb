"""Tiny dossiers in the format of the national synchronisation interface."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ioc.config import Config, load_config

CATALOG = Path(__file__).parent.parent / "data" / "catalog"
CONFIG = """
site: {{name: Gia Lai, unit: "52"}}
store: {{path: store}}
catalog: {{path: "{catalog}", indices: [qd766_portal_2026]}}
sources:
  one_stop: {{kind: dossier_sync, path: inbox/dossiers}}
"""


def dossier(number: int, **fields: Any) -> dict[str, Any]:
    """A dossier of An Bình ward, received online on 3 August 2026, in time and handed over; fields replace its own."""
    return {
        "MaHoSo": f"H21.100-260803-{number:04}",
        "MaTTHC": "1.001193.000.00.00.H21",
        "TenTTHC": "Đăng ký khai sinh",
        "MaLinhVuc": "G15-TP08",
        "TenLinhVuc": "Hộ tịch",
        "KenhThucHien": "2",
        "ChuHoSo": "Người nộp hồ sơ",
        "NgayTiepNhan": "20260803083000",
        "NgayHenTra": "20260806170000",
        "NgayKetThucXuLy": "20260805100000",
        "NgayTra": "20260806090000",
        "TrangThaiHoSo": "10",
        **fields,
    }


def write_lines(path: Path, rows: Iterable[dict[str, Any]]) -> Path:
    """One dossier a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def make_site(folder: Path, *, text: str = CONFIG) -> Config:
    """A site with one source of dossiers and an empty inbox."""
    (folder / "inbox" / "dossiers").mkdir(parents=True, exist_ok=True)
    file = folder / "config.yaml"
    file.write_text(text.format(catalog=CATALOG), encoding="utf-8")
    return load_config(file, environ={})
