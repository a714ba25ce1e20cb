"""What units state themselves: forms II.06a, documents, petitions; and figures and tasks that people wrote down."""

from __future__ import annotations

import calendar
import html
import shutil
from collections.abc import Iterable
from pathlib import Path

from etl.sample.places import INPUTS, PROVINCE_NAME
from etl.sample.workshop import Workshop

WRITTEN_DOWN = ("reported", "plan")
"""Folders of the sample's inputs that are inbox files as they are."""
_FORM = """\
<html><head><meta charset="utf-8"></head><body><table border="1">
<tr><td colspan="5">{office}</td><td colspan="9">CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM</td></tr>
<tr><td colspan="14">Biểu số II.06a/VPCP/KSTT</td></tr>
<tr><td colspan="14">TÌNH HÌNH, KẾT QUẢ GIẢI QUYẾT TTHC TẠI CƠ QUAN, ĐƠN VỊ TRỰC TIẾP GIẢI QUYẾT TTHC</td></tr>
<tr><td colspan="14">(Từ ngày {first} đến ngày {last})</td></tr>
<tr><td rowspan="3">STT</td><td rowspan="3">Đơn vị</td><td rowspan="3">Mã định danh</td>
<td colspan="4">Số hồ sơ nhận giải quyết</td><td colspan="4">Số hồ sơ đã giải quyết</td>
<td colspan="3">Số hồ sơ đang giải quyết</td></tr>
<tr><td rowspan="2">Tổng số</td><td colspan="3">Trong đó</td><td rowspan="2">Tổng số</td><td colspan="3">Trong đó</td>
<td rowspan="2">Tổng số</td><td colspan="2">Trong đó</td></tr>
<tr><td>Trực tuyến</td><td>Trực tiếp, dịch vụ bưu chính</td><td>Từ kỳ trước</td>
<td>Trước hạn</td><td>Đúng hạn</td><td>Quá hạn</td><td>Trong hạn</td><td>Quá hạn</td></tr>
<tr>{numbers}</tr>
{rows}
{total}
<tr><td colspan="7">NGƯỜI LẬP BIỂU</td><td colspan="7">THỦ TRƯỞNG ĐƠN VỊ</td></tr>
</table></body></html>
"""
_COLUMNS = 14


def write_statements(workshop: Workshop, folder: Path) -> None:
    """Writes the statements of every full month, the petitions, and the figures and tasks of data/sample."""
    workshop.run("statements")
    for (month,) in workshop.rows("select strftime(month, '%Y-%m') from full_month order by month"):
        workshop.set("stated_month", month)
        _write_form(workshop, folder / "forms" / f"II.06a-{month}.xls", month=month, question="form_rows")
        workshop.copy_table("document_rows", folder / "documents" / f"van-ban-{month}.csv")
    workshop.copy_table("petition_rows", folder / "petitions" / f"pakn-{workshop.recipe.as_of}.csv")
    for name in WRITTEN_DOWN:
        shutil.copytree(INPUTS / name, folder / name, dirs_exist_ok=True)
    year = workshop.recipe.as_of.year
    workshop.copy_table("dti_rows", folder / "reported" / f"chuyen-doi-so-{year}.csv")
    workshop.copy_table("reported_rows", folder / "reported" / f"bao-cao-nam-{year}.csv")


def write_history(workshop: Workshop, folder: Path) -> None:
    """Writes what the communes before the reform stated of its last six months."""
    workshop.run("history")
    for (month,) in workshop.rows("select distinct strftime(month, '%Y-%m') from history_month order by all"):
        workshop.set("stated_month", month)
        _write_form(workshop, folder / f"II.06a-{month}.xls", month=month, question="history_rows")


def _write_form(workshop: Workshop, path: Path, *, month: str, question: str) -> None:
    """The form as one-stop systems give it: a table of HTML under a spreadsheet's name."""
    year, number = map(int, month.split("-"))
    rows = workshop.answer(question)
    sums = [sum(column) for column in zip(*(row[3:] for row in rows), strict=True)]
    path.parent.mkdir(parents=True, exist_ok=True)
    text = _FORM.format(
        office=PROVINCE_NAME.upper(),
        first=f"01/{number:02}/{year}",
        last=f"{calendar.monthrange(year, number)[1]:02}/{number:02}/{year}",
        numbers=_cells(f"({place})" for place in range(1, _COLUMNS + 1)),
        rows="\n".join(f"<tr>{_cells(map(_written, row))}</tr>" for row in rows),
        total=f"<tr>{_cells(['', 'Tổng số', '', *map(_written, sums)])}</tr>",
    )
    path.write_text(text, encoding="utf-8")


def _cells(texts: Iterable[str]) -> str:
    return "".join(f"<td>{html.escape(text)}</td>" for text in texts)


def _written(value: object) -> str:
    """A number as officials write it, with points between thousands."""
    return f"{value:,}".replace(",", ".") if isinstance(value, int) else str(value)
