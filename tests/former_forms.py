"""Tiny reports II.06a of units before and after the reform, for builds over its boundary."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ioc.config import Config, load_config
from tests.dossier_files import CATALOG

CONFIG = """
site: {{name: Hải Phòng, unit: "31"}}
store: {{path: store}}
catalog: {{path: "{catalog}", indices: [{indices}]}}
{more}
sources:
  one_stop: {{kind: dossier_sync, path: inbox/dossiers}}
  forms: {{kind: form_06a, path: inbox/forms}}
  reported: {{kind: reported_values, path: inbox/reported}}
  petitions: {{kind: petitions, path: inbox/petitions}}
"""
HEADINGS = (
    "STT,Đơn vị,Mã đơn vị,Nhận giải quyết: Tổng số,Nhận giải quyết: Trực tuyến,Nhận giải quyết: Trực tiếp,"
    "Nhận giải quyết: Từ kỳ trước,Đã giải quyết: Tổng số,Đã giải quyết: Trước hạn,Đã giải quyết: Đúng hạn,"
    "Đã giải quyết: Quá hạn,Đang giải quyết: Tổng số,Đang giải quyết: Trong hạn,Đang giải quyết: Quá hạn\n"
)


@dataclass(frozen=True)
class Month:
    """What one unit took in of a month: all of it is settled early but what stays open, past its day."""

    received: int
    online: int
    carried: int = 0
    open_at_end: int = 0

    def cells(self) -> str:
        """The form's columns from the third on."""
        done = self.received + self.carried - self.open_at_end
        counter = self.received - self.online
        return f"{self.received + self.carried},{self.online},{counter},{self.carried},{done},{done},0,0," + (
            f"{self.open_at_end},0,{self.open_at_end}"
        )


def write_form(folder: Path, month: str, figures: Mapping[str, Month]) -> Path:
    """A report of one month, a row for each unit by its code."""
    year, number = map(int, month.split("-"))
    last = monthrange(year, number)[1]
    title = f"Từ ngày 01/{number:02}/{year} đến ngày {last:02}/{number:02}/{year}\n"
    rows = [f"{place},Xã,{code},{one.cells()}\n" for place, (code, one) in enumerate(figures.items(), start=1)]
    path = folder / "inbox" / "forms" / f"06a_{month}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(title + HEADINGS + "".join(rows), encoding="utf-8")
    return path


def make_office(
    folder: Path, *, more: str = "", catalog: Path = CATALOG, indices: Sequence[str] = ("qd766_portal_2026",)
) -> Config:
    """A site in Hải Phòng with empty sources of dossiers, forms, values and petitions; `more` is further YAML."""
    for name in ("dossiers", "forms", "reported", "petitions"):
        (folder / "inbox" / name).mkdir(parents=True, exist_ok=True)
    file = folder / "config.yaml"
    file.write_text(CONFIG.format(catalog=catalog, indices=", ".join(indices), more=more), encoding="utf-8")
    return load_config(file, environ={})
