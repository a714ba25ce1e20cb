"""Each preset against a server that answers like the vendor: from a short block of configuration to facts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from ioc.config import RestSettings, load_config
from ioc.rest_settings import PRESETS, preset_names
from tests.etl.loopback import Asked, Loopback, Reply
from tests.etl.rest_source import NOW, Source, configured

COUNTS = (
    "received_total",
    "received_in_period",
    "received_online",
    "received_direct_postal",
    "received_carried",
    "done_total",
    "done_early",
    "done_on_time",
    "done_late",
    "open_total",
    "open_in_time",
    "open_overdue",
    "withdrawn",
    "returned",
    "supplement",
)


def figures(source: Source) -> dict[tuple[str, str], dict[str, int]]:
    """The counts that are known, by unit and field."""
    rows = source.facts("unit_code", "field_name", *COUNTS)
    return {
        (unit, field): {name: count for name, count in zip(COUNTS, counts, strict=True) if count is not None}
        for unit, field, *counts in rows
    }


def igate_record(code: str, name: str) -> dict[str, Any]:
    agency = {"id": "5f3b8c0e9d1a2b3c4d5e6f70", "name": name, "code": code, "level": {"id": "5f39f42d5224cf235e134c5a"}}
    counts = {"received": 100, "receivedOnline": 80, "receivedDirect": 20, "resolved": 90, "resolvedEarly": 50}
    late = {
        "resolvedOnTime": 30,
        "resolvedOverdue": 10,
        "unresolved": 25,
        "unresolvedOnTime": 20,
        "unresolvedOverdue": 5,
    }
    return {"agency": agency, **counts, **late, "cancelled": 2}


def test_igate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IOC_IGATE_TOKEN", "jwt")
    records = [igate_record("H24.101", "UBND Phường Phù Liễn - tỉnh Mẫu"), igate_record("H24.102", "UBND Xã An Lão")]
    block = {
        "kind": "rest",
        "preset": "igate",
        "auth": {"env": "IOC_IGATE_TOKEN"},
        "query": {"agency-id": "5f3b8c0e9d1a2b3c4d5e6f70"},
        "periods": ["2026-07"],
        "min_delay_s": 0,
    }
    with Loopback(lambda _asked: Reply(records)) as server:
        source = configured(tmp_path, server.url, block)
        (load,) = source.take_in()
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("GET", "/pa/dossier-statistic/--statistic-agency-kgg")
    assert asked.query == {
        "from-date": "2026-07-01T00:00:00.000Z",
        "to-date": "2026-07-31T23:59:59.999Z",
        "agency-id": "5f3b8c0e9d1a2b3c4d5e6f70",
    }
    assert asked.headers["Authorization"] == "Bearer jwt"
    assert (load.buckets.loaded, load.buckets.quarantined, load.warnings) == (2, 0, ())
    assert figures(source)["11446", ""] == {
        "received_total": 115,
        "received_in_period": 100,
        "received_online": 80,
        "received_direct_postal": 20,
        "done_total": 90,
        "done_early": 50,
        "done_on_time": 30,
        "done_late": 10,
        "open_total": 25,
        "open_in_time": 20,
        "open_overdue": 5,
        "withdrawn": 2,
    }
    assert source.facts("on_time_includes_early") == [(False,), (False,)]


def test_tandan_for_ioc(tmp_path: Path) -> None:
    record = {
        "maDonVi": "H24.102",
        "tenDonVi": "UBND xã An Lão",
        "hsTiepNhanTong": 115,
        "hsTiepNhanTrucTuyen": 80,
        "hsTrucTiepVaBCCI": 20,
        "hsTiepNhan": 100,
        "hsTiepNhanKyTruoc": 15,
        "hsDaXuLyTong": 90,
        "hsDaXLDungHan": 80,
        "hsDaXLQuaHan": 10,
        "hsDangXuLyTong": 25,
        "hsDangXLTrongHan": 20,
        "hsDangXLQuaHan": 5,
        "hsBoSung": 3,
        "hsTraLai": 4,
    }
    with Loopback(lambda _asked: Reply({"data": [record]})) as server:
        block = {"kind": "rest", "preset": "tandan_ioc", "periods": ["2026-08", "2026-Q3"], "min_delay_s": 0}
        source = configured(tmp_path, server.url, block)
        loads = source.take_in()
    (asked,) = server.asked
    assert (asked.path, asked.query) == ("/api/v1/ThongKeIOCs/ThongKeThangChiTiet", {"Month": "8", "Year": "2026"})
    assert [str(load.error_class) for load in loads] == ["None", "VALUE"]
    assert figures(source) == {
        ("11629", ""): {
            "received_total": 115,
            "received_in_period": 100,
            "received_online": 80,
            "received_direct_postal": 20,
            "received_carried": 15,
            "done_total": 90,
            "done_on_time": 80,
            "done_late": 10,
            "open_total": 25,
            "open_in_time": 20,
            "open_overdue": 5,
            "returned": 4,
            "supplement": 3,
        }
    }
    assert source.facts("on_time_includes_early") == [(True,)]


def form_06a_record(code: str) -> dict[str, Any]:
    return {
        "maThongKe": code,
        "tenThongKe": "UBND xã Mẫu",
        "catalog": "xa-phuong",
        "tongSo": 115,
        "tiepNhanKyTruoc": 15,
        "tiepNhanTrucTiepVaBCCI": 20,
        "tiepNhanQuaMang": 80,
        "daXuLyVaTraLai": 90,
        "daXuLyTruocHan": 50,
        "daXuLyDungHanVaTraLai": 30,
        "daXuLyQuaHan": 10,
        "dangXuLyVaBoSung": 25,
        "dangXuLyTrongHanVaBoSung": 20,
        "dangXuLyQuaHan": 5,
    }


def test_tandan_form_06a(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IOC_TANDAN_TOKEN", "token")
    block = {
        "kind": "rest",
        "preset": "tandan_06a",
        "auth": {"type": "bearer_env", "env": "IOC_TANDAN_TOKEN"},
        "body": {"MaDinhDanhCha": "H24", "ChiBaoGomDonViCon": True},
        "periods": ["vpcp:2026-08"],
        "paging": {"size": 2},
        "min_delay_s": 0,
    }
    codes = ["H24.101", "H24.102", "H24.103"]

    def answer(asked: Asked) -> Reply:
        start = (asked.json["PageNumber"] - 1) * asked.json["PageSize"]
        return Reply({"data": [form_06a_record(code) for code in codes[start : start + 2]]})

    with Loopback(answer) as server:
        source = configured(tmp_path, server.url, block)
        (load,) = source.take_in()
    assert [asked.json for asked in server.asked] == [
        {
            "TuNgay": "2026-07-15",
            "DenNgay": "2026-08-14",
            "MaDinhDanhCha": "H24",
            "ChiBaoGomDonViCon": True,
            "PageNumber": page,
            "PageSize": 2,
        }
        for page in (1, 2)
    ]
    assert (load.buckets.loaded, load.buckets.quarantined, load.warnings) == (3, 0, ())
    assert figures(source)["11629", ""] == {
        "received_total": 115,
        "received_in_period": 100,
        "received_online": 80,
        "received_direct_postal": 20,
        "received_carried": 15,
        "done_total": 90,
        "done_early": 50,
        "done_on_time": 30,
        "done_late": 10,
        "open_total": 25,
        "open_in_time": 20,
        "open_overdue": 5,
    }
    assert source.facts("period_start::varchar", "period_end::varchar", "issues")[0] == ("2026-07-15", "2026-08-14", [])


def opencps_record(month: int, agency: str | None, domain: str | None, received: int) -> dict[str, Any]:
    return {
        "month": month,
        "year": 2026,
        "govAgencyCode": agency,
        "govAgencyName": "UBND Phường Phù Liễn" if agency else None,
        "domainCode": "G15" if domain else "",
        "domainName": domain or "",
        "remainingCount": 3,
        "receivedCount": received,
        "onlineCount": 6,
        "undueCount": 2,
        "overdueCount": 1,
        "ontimeCount": 9,
        "overtimeCount": 1,
        "administrationLevel": "xa",
        "reporting": True,
    }


def test_opencps_without_its_sums_over_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IOC_OPENCPS_ACCOUNT", "ioc:password")
    records = [
        opencps_record(8, "UBND-XA-01", None, 10),
        opencps_record(8, "UBND-XA-01", "Hộ tịch", 4),
        opencps_record(8, "UBND-XA-01", "Đất đai", 6),
        opencps_record(0, "UBND-XA-01", None, 99),
        opencps_record(8, None, None, 500),
    ]
    block = {
        "kind": "rest",
        "preset": "opencps",
        "auth": {"env": "IOC_OPENCPS_ACCOUNT"},
        "unit_codes": {"UBND-XA-01": "H24.101"},
        "periods": ["2026-08"],
        "min_delay_s": 0,
    }
    with Loopback(lambda _asked: Reply({"total": 5, "data": records})) as server:
        source = configured(tmp_path, server.url, block)
        (load,) = source.take_in()
    (asked,) = server.asked
    assert (asked.path, asked.query) == ("/o/rest/v2/statistics/dossiers", {"month": "8", "year": "2026"})
    assert asked.headers["Authorization"] == "Basic aW9jOnBhc3N3b3Jk"
    assert load.buckets.rows_in == load.buckets.loaded == 3
    assert "2" in load.warnings[0]
    found = figures(source)
    assert set(found) == {("11446", ""), ("11446", "Hộ tịch"), ("11446", "Đất đai")}
    assert found["11446", ""] == {
        "received_total": 13,
        "received_in_period": 10,
        "received_online": 6,
        "received_carried": 3,
        "done_on_time": 9,
        "done_late": 1,
        "open_in_time": 2,
        "open_overdue": 1,
    }


def test_ckan_with_the_tables_own_columns(tmp_path: Path) -> None:
    records = [
        {"_id": 1, "ma_don_vi": 11446, "ky": "2026-08", "tong_tiep_nhan": "1.234", "da_giai_quyet": "1.200"},
        {"_id": 2, "ma_don_vi": 11446, "ky": "07/2026", "tong_tiep_nhan": "900", "da_giai_quyet": ""},
        {"_id": 3, "ma_don_vi": 11629, "ky": "2026-Q2", "tong_tiep_nhan": "10", "da_giai_quyet": "10"},
    ]

    def answer(asked: Asked) -> Reply:
        start = int(asked.query["offset"])
        return Reply({"success": True, "result": {"total": 3, "records": records[start : start + 2]}})

    block = {
        "kind": "rest",
        "preset": "ckan",
        "query": {"resource_id": "0b9a0c52"},
        "paging": {"size": 2},
        "unit_path": "ma_don_vi",
        "unit_code_system": "statistical",
        "fields": {
            "period": "ky",
            "received_total": {"path": "tong_tiep_nhan", "required": True},
            "done_total": "da_giai_quyet",
        },
        "min_delay_s": 0,
    }
    with Loopback(answer) as server:
        source = configured(tmp_path, server.url, block)
        (load,) = source.take_in()
    assert [asked.query for asked in server.asked] == [
        {"resource_id": "0b9a0c52", "offset": offset, "limit": "2"} for offset in ("0", "2")
    ]
    assert (load.buckets.loaded, load.origin, load.as_of) == (3, "api/3/action/datastore_search", NOW)
    assert source.facts("unit_code", "period_start::varchar", "received_total", "done_total") == [
        ("11629", "2026-04-01", 10, 10),
        ("11446", "2026-07-01", 900, None),
        ("11446", "2026-08-01", 1234, 1200),
    ]


def example_of(preset: str) -> dict[str, Any]:
    """The complete example in a preset's comments."""
    lines = (PRESETS / f"{preset}.yaml").read_text(encoding="utf-8").splitlines()
    start = lines.index("#   sources:")
    end = next(index for index, line in enumerate(lines) if index > start and not line.startswith("#   "))
    sources = yaml.safe_load("\n".join(line.removeprefix("#   ") for line in lines[start:end]))["sources"]
    (block,) = sources.values()
    return dict(block)


@pytest.mark.parametrize("preset", preset_names())
def test_a_presets_example_is_a_whole_configuration(preset: str, tmp_path: Path) -> None:
    block = example_of(preset)
    file = tmp_path / "config.yaml"
    content = {"site": {"name": "Thử", "unit": "31"}, "sources": {"source": block}}
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    settings = load_config(file, environ={}).sources["source"]
    assert isinstance(settings, RestSettings)
    assert settings.preset == preset
    assert "received_total" in settings.fields


def test_every_vendor_is_tested() -> None:
    tested = Path(__file__).read_text(encoding="utf-8")
    assert [name for name in preset_names() if f'"preset": "{name}"' not in tested] == []
