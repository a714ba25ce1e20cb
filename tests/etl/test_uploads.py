"""Files handed in: a preview that stores nothing, and the way into the inbox."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
import yaml

from etl import corrections, pipeline, uploads
from etl.sources.incoming import Failure, FetchContext, Incoming
from etl.understood import column_letter
from etl.uploads import Site, file_sources, preview, put_into_inbox
from ioc.config import Config, load_config
from ioc.intake import Alias, Correction, IntakeError
from ioc.store.warehouse import open_warehouse
from ioc.units import REFERENCE, load_units
from tests.etl.register_intake import workbook

NOW = datetime(2026, 11, 1, 6, 30)
INTAKE = Path(__file__).parent.parent / "intake"
XREF = load_units(REFERENCE).xref
HEADINGS = ("TT", "Mã đơn vị", "Đơn vị", "Ngày số liệu", "Số lãnh đạo", "Số CBCC")
SHEET = workbook(
    [
        ["UBND THÀNH PHỐ HẢI PHÒNG"],
        list(HEADINGS),
        [1, "11560", "Phường Thủy Nguyên", "31/10/2026", 7, 60],
        [2, "H24.999", "Phường Lạ", "31/10/2026", 5, 41],
        [3, "11629", "Xã An Lão", "31/10/2026", 5, "bốn mốt"],
        [4, "11629", "Xã An Lão", "31/10/2026", 5, 40],
        [5, "11629", "Xã An Lão", "31/10/2026", 6, 41],
    ]
)
PERSON = "Nguyễn Văn Canari"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    kinds = {"staff": "staff", "register": "certificates", "one_stop": "dossier_sync", "procedures": "procedures"}
    blocks = "".join(f"  {name}: {{kind: {kind}, path: in/{name}}}\n" for name, kind in kinds.items())
    off = "  off: {kind: staff, path: in/off, enabled: false}\n"
    (tmp_path / "config.yaml").write_text(
        f"site: {{name: Thử, unit: '31'}}\nprivacy: {{holder_key: '${{KEY}}'}}\nsources:\n{blocks}{off}"
    )
    config: Config = load_config(tmp_path / "config.yaml", environ={"KEY": "a key of the tests only"})
    return Site(config, XREF, lambda: NOW)


def files_below(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_preview_tells_what_was_understood_and_which_cells_are_wrong(site: Site) -> None:
    found = preview(site, "staff", "Cán bộ tháng 10.xlsx", SHEET)
    assert (found.rows_in, found.good, found.repeated, found.refused) == (5, 2, 1, 2)
    assert found.reasons == {"UNKNOWN_UNIT": 1, "VALUE": 1}
    assert [(one.cell, one.field, one.value) for one in found.refusals] == [
        ("B4", "unit_code", "H24.999"),
        ("F5", "staff_required", "•••(7)"),
    ]
    columns = {column.name: (column.heading, column.letter, column.filled) for column in found.columns}
    assert columns["staff_required"] == ("Số CBCC", "F", 5)
    assert found.typed_rows[0][0] == 3
    assert dict(zip(["row_no", *found.typed_columns], found.typed_rows[0], strict=True))["staff_required"] == 60
    assert found.about == ("trang tính Danh sách", "số liệu ngày 31/10/2026")


def test_a_preview_stores_nothing(site: Site) -> None:
    preview(site, "staff", "a.xlsx", SHEET)
    assert files_below(site.config.store.path) == []
    assert not (site.config.file.parent / "in").exists()


def test_what_a_preview_says_is_what_the_load_does(site: Site) -> None:
    found = preview(site, "staff", "a.xlsx", SHEET)
    name = put_into_inbox(site, "staff", "a.xlsx", SHEET)
    report = pipeline.run(site.config, sources=["staff"], clock=lambda: NOW, is_building=False)
    (load,) = report.sources[0].loads
    assert load.origin == name
    assert (load.buckets.rows_in, load.buckets.loaded, load.buckets.superseded, load.buckets.quarantined) == (
        found.rows_in, found.good, found.repeated, found.refused,
    )  # fmt: skip
    with open_warehouse(site.config.store.path) as connection:
        assert connection.rows("select row_no, field, reason from quarantine order by 1") == [
            (one.row_no, one.field, one.reason) for one in found.refusals
        ]


def test_a_preview_names_nobody(site: Site) -> None:
    content = workbook(
        [
            ["Họ và tên", "Số CCCD", "Mã đơn vị", "Số hiệu chứng thư số", "Đối tượng",
             "Hiệu lực từ", "Hiệu lực đến", "Ngày số liệu"],
            [PERSON, "031199012345", "11560", "5401AB77", "Cá nhân", "01/01/2026", "01/01/2028", "31/10/2026"],
            [PERSON, "031199012345", PERSON, "031199012345", PERSON, PERSON, "01/01/2028", "31/10/2026"],
        ]
    )  # fmt: skip
    found = preview(site, "register", "đăng ký.xlsx", content)
    assert (found.rows_in, found.good, found.refused) == (2, 1, 1)
    assert "Canari" not in repr(found)
    assert "031199012345" not in repr(found)


@pytest.mark.parametrize(
    ("content", "error_class"),
    [(b"%PDF-1.7", "UNREADABLE"), (b"PK\x03\x04broken", "UNREADABLE"), (b"x;y\n1;2\n", "SCHEMA")],
)
def test_a_file_that_cannot_be_read_says_why(site: Site, content: bytes, error_class: str) -> None:
    found = preview(site, "staff", "a.xlsx", content)
    assert found.error_class == error_class
    assert found.error


def test_dossiers_are_previewed_as_any_other_file(site: Site) -> None:
    line = (
        '{"MaHoSo": "H24.11560-261001-0001", "MaTTHC": "1.000001", "TrangThaiHoSo": "%s", "KenhThucHien": "2",'
        f' "NgayTiepNhan": "20261001080000", "MaDonVi": "11560", "ChuHoSo": "{PERSON}"}}'
    )
    found = preview(site, "one_stop", "a.json", "\n".join([line % "9", line % "77", "{"]).encode())
    assert (found.rows_in, found.good, found.refused) == (3, 1, 2)
    assert found.reasons == {"NOT_JSON": 1, "VALUE": 1}
    assert "Canari" not in repr(found)
    # what the file says, and nothing that the program counted or concluded
    said = ["dossier_code", "procedure_code", "channel", "status", "received_at", "unit_code_field"]
    assert [column.name for column in found.columns] == said
    assert [*found.typed_columns] == [
        "dossier_code", "unit_code", "source_unit_code", "procedure_code", "channel", "status_code", "received_at",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "..\\..\\a.csv", "/a.csv", ".hidden.csv", "~$a.csv", "a.part", "", "x" * 300 + ".csv"]
)
def test_no_name_leads_out_of_the_inbox_or_is_passed_over(site: Site, name: str) -> None:
    inbox = site.config.file.parent / "in" / "staff"
    placed = put_into_inbox(site, "staff", name, SHEET)
    assert files_below(site.config.file.parent / "in") == [f"staff/{placed}"]
    assert (inbox / placed).read_bytes() == SHEET
    report = pipeline.run(site.config, sources=["staff"], clock=lambda: NOW, is_building=False)
    assert [load.origin for load in report.sources[0].loads] == [placed]


def test_two_files_of_one_name_are_two_files_and_the_same_bytes_are_one(site: Site) -> None:
    first = put_into_inbox(site, "staff", "a.xlsx", SHEET)
    assert put_into_inbox(site, "staff", "a.xlsx", SHEET) == first
    assert put_into_inbox(site, "staff", "a.xlsx", SHEET + b"\n") != first
    assert len(files_below(site.config.file.parent / "in")) == 2


def test_a_name_keeps_what_it_says_of_the_period(site: Site) -> None:
    assert put_into_inbox(site, "staff", "Tháng 9 năm 2026.XLSX", SHEET).endswith("/Tháng 9 năm 2026.xlsx")


def test_only_sources_that_take_files_do(site: Site) -> None:
    assert file_sources(site.config) == ["staff", "register", "one_stop", "procedures"]
    for source in ("off", "nowhere"):
        with pytest.raises(IntakeError, match="staff, register"):
            preview(site, source, "a.csv", b"x")


def test_an_empty_or_huge_file_is_not_taken(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(IntakeError):
        preview(site, "staff", "a.csv", b"")
    monkeypatch.setattr(uploads, "LIMIT_BYTES", 10)
    with pytest.raises(IntakeError):
        put_into_inbox(site, "staff", "a.xlsx", SHEET)
    assert files_below(site.config.file.parent) == ["config.yaml"]


def test_columns_are_named_as_spreadsheets_do() -> None:
    assert [column_letter(place) for place in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_a_preview_knows_the_spellings_that_were_remembered(site: Site) -> None:
    alias = Alias("H24.999", "11560")
    corrections.state(site.config.store.path, Correction("staff", "nobody", aliases=(alias,)), at=NOW)
    assert preview(site, "staff", "a.xlsx", SHEET).reasons == {"VALUE": 1}
    pipeline.run(site.config, sources=["staff"], clock=lambda: NOW, is_building=False, fetches={"staff": nothing})
    assert corrections.waiting(site.config.store.path, "staff") == []
    assert preview(site, "staff", "a.xlsx", SHEET).reasons == {"VALUE": 1}


def nothing(_context: FetchContext) -> Iterator[Incoming | Failure]:
    return iter(())


def test_the_bytes_that_were_previewed_are_the_ones_taken(site: Site) -> None:
    assert uploads.is_same_file(SHEET, hashlib.sha256(SHEET).hexdigest())
    assert not uploads.is_same_file(SHEET + b"x", hashlib.sha256(SHEET).hexdigest())


@pytest.fixture
def forms(tmp_path: Path) -> Site:
    (tmp_path / "config.yaml").write_text(
        "site: {name: Thử, unit: '31'}\nsources: {forms: {kind: form_06a, path: in}}\n"
    )
    return Site(load_config(tmp_path / "config.yaml", environ={}), XREF, lambda: NOW)


def test_a_report_names_the_cells_of_what_is_refused_and_of_sums_that_disagree(forms: Site) -> None:
    unknown = preview(forms, "forms", "a.xlsx", (INTAKE / "form_06a" / "unknown_units.xlsx").read_bytes())
    assert [one.cell for one in unknown.refusals] == ["B11", "B12", "B13"]
    assert "kỳ từ 01/10/2026 đến 31/10/2026" in unknown.about
    disagreeing = preview(forms, "forms", "a.xlsx", (INTAKE / "form_06a" / "sums_disagree.xlsx").read_bytes())
    assert any("C11" in warning for warning in disagreeing.warnings)
    headings = {column.name: column.heading for column in disagreeing.columns}
    assert headings["done_total"]


KINDS = sorted(path.parent.name for path in INTAKE.glob("*/expected.yaml"))


@pytest.mark.parametrize("kind", KINDS)
def test_the_preview_of_every_kind_says_what_its_load_would_do(kind: str, tmp_path: Path) -> None:
    described = yaml.safe_load((INTAKE / kind / "expected.yaml").read_text(encoding="utf-8"))
    settings = {"kind": kind, "path": "inbox", **described.get("settings", {})}
    content = {
        "site": {"name": "Thử nghiệm", "unit": "31"},
        "privacy": {"holder_key": "${HOLDER_KEY}"},
        "sources": {"source": settings},
    }
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    config = load_config(tmp_path / "config.yaml", environ={"HOLDER_KEY": "a key of the tests only"})
    site = Site(config, XREF, lambda: datetime(2026, 11, 1, 6, 30))
    told, expected = {}, {}
    for name, case in described["files"].items():
        content_bytes = (INTAKE / kind / name).read_bytes()
        if not content_bytes:
            continue
        found = preview(site, "source", name, content_bytes)
        told[name] = found.error_class or (found.good, found.repeated, found.refused)
        loaded = case.get("loaded", 0) + case.get("unchanged", 0)
        refused = len(case.get("quarantined", []))
        expected[name] = case.get("error") or (loaded, case.get("superseded", 0), refused)
    assert told == expected
