"""A bare code that another unit bore before the reform is refused for days before it, and says what to write."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from etl.pipeline import run
from etl.report import RunReport
from ioc.config import Config, load_config
from ioc.store.warehouse import open_warehouse
from tests.dossier_files import dossier, write_lines
from tests.former_forms import Month, make_office, write_form

AT = datetime(2026, 9, 1, 8, 0)
REUSED, FORMER = "11446", "11446@2024-12-31"
SPELLED = f"{REUSED} → {FORMER}"
PAST = {"NgayTiepNhan": "20250310083000", "NgayHenTra": "20250320170000", "NgayKetThucXuLy": "20250315100000",
        "NgayTra": "20250316090000"}  # fmt: skip
MORE = """
  papers: {kind: documents, path: inbox/papers}
  staff: {kind: staff, path: inbox/staff}
"""


def take_in(config: Config) -> RunReport:
    return run(config, clock=lambda: AT, is_building=False)


def office(folder: Path) -> Config:
    for name in ("papers", "staff"):
        (folder / "inbox" / name).mkdir(parents=True)
    config = make_office(folder)
    config.file.write_text(config.file.read_text(encoding="utf-8") + MORE, encoding="utf-8")
    return load_config(config.file, environ={})


def refused(config: Config) -> set[tuple[str, str, str]]:
    with open_warehouse(config.store.path) as connection:
        return set(connection.rows("select source_id, field, value from quarantine where reason = 'FORMER_UNIT'"))


def loaded(config: Config, table: str) -> list[str]:
    with open_warehouse(config.store.path) as connection:
        return [code for (code,) in connection.rows(f"select unit_code from facts.{table} order by all")]


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return office(tmp_path)


def test_forms_of_before_the_reform(config: Config) -> None:
    folder = config.file.parent
    write_form(folder, "2025-06", {REUSED: Month(5, 3), FORMER: Month(7, 4), "11440@2024": Month(9, 4)})
    write_form(folder, "2025-07", {REUSED: Month(5, 3)})
    take_in(config)
    assert refused(config) == {("forms", "unit_code", SPELLED)}
    assert loaded(config, "dossier_stats") == ["11440@2024-12-31", REUSED, FORMER]


def test_dossiers_that_ended_before_the_reform(config: Config) -> None:
    rows = [
        dossier(1, MaDonVi=REUSED, **PAST),
        dossier(2, MaDonVi=FORMER, **PAST),
        # handed over while it was open: the present unit's
        dossier(3, MaDonVi=REUSED, **{**PAST, "NgayKetThucXuLy": "20250710100000", "NgayTra": "20250711090000"}),
        dossier(4, MaDonVi=REUSED, **{**PAST, "NgayKetThucXuLy": "", "NgayTra": "", "TrangThaiHoSo": "4"}),
    ]
    write_lines(config.file.parent / "inbox" / "dossiers" / "1.ndjson", rows)
    take_in(config)
    assert refused(config) == {("one_stop", "MaDonVi", SPELLED)}
    assert loaded(config, "dossiers") == [REUSED, REUSED, FORMER]


def test_documents_petitions_staff_and_reported_figures(config: Config) -> None:
    inbox = config.file.parent / "inbox"
    (inbox / "papers" / "1.csv").write_text(
        "Mã đơn vị,Kỳ,Tổng số văn bản đi,Văn bản đi đã ký số\n"
        f"{REUSED},2025-05,10,5\n{FORMER},2025-05,10,5\n{REUSED},2025-08,10,5\n",
        encoding="utf-8",
    )
    (inbox / "petitions" / "1.csv").write_text(
        "Mã phản ánh,Mã đơn vị,Lĩnh vực,Ngày tiếp nhận,Ngày xử lý,Trạng thái\n"
        f"PA-1,{REUSED},Đất đai,02/03/2025,09/03/2025,Đã xử lý\n"
        f"PA-2,{FORMER},Đất đai,02/03/2025,09/03/2025,Đã xử lý\n"
        f"PA-3,{REUSED},Đất đai,02/06/2025,,Đang xử lý\n",
        encoding="utf-8",
    )
    (inbox / "staff" / "1.csv").write_text(
        "Mã đơn vị,Lãnh đạo cần chứng thư số,CBCC cần chứng thư số,Ngày số liệu\n"
        f"{REUSED},5,20,31/05/2025\n{FORMER},5,20,31/05/2025\n",
        encoding="utf-8",
    )
    (inbox / "reported" / "1.csv").write_text(
        "unit_code,period,measure,value,source_document\n"
        f"{REUSED},2024,digital_economy_share,40,Báo cáo\n{FORMER},2024,digital_economy_share,40,Báo cáo\n"
        f"{REUSED},2025,digital_economy_share,40,Báo cáo\n",
        encoding="utf-8",
    )
    report = take_in(config)
    assert not report.failed, report
    assert refused(config) == {
        ("papers", "unit_code", SPELLED),
        ("petitions", "source_unit_code", SPELLED),
        ("staff", "unit_code", SPELLED),
        ("reported", "unit_code", SPELLED),
    }
    assert loaded(config, "document_stats") == [REUSED, FORMER]
    assert loaded(config, "petitions") == [REUSED, FORMER]
    assert loaded(config, "staffs") == [FORMER]
    # a year that holds days of both times is the present unit's
    assert loaded(config, "reported_values") == [REUSED, FORMER]


def test_a_former_unit_states_nothing_after_its_end(config: Config) -> None:
    write_form(config.file.parent, "2025-08", {FORMER: Month(5, 3)})
    take_in(config)
    with open_warehouse(config.store.path) as connection:
        assert connection.rows("select field, reason from quarantine") == [("period_start", "INTEGRITY")]
