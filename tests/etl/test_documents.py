"""Reports of documents sent, received and signed: periods, figures that disagree, parents and their units."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from etl import pipeline
from etl.mart_tables import mart_sql
from etl.report import LoadReport
from etl.sources.document_periods import find_stretch, read_stretch
from etl.sources.document_rows import FIGURES, keep_count
from etl.sources.documents import KIND, to_landing
from ioc.config import Config, load_config
from ioc.errors import ConfigError, ErrorClass, SourceError
from ioc.store.engine import Connection
from ioc.store.warehouse import open_warehouse
from tests.empty_store import with_empty_store

NOW = datetime(2026, 11, 1, 6, 30)
AUGUST = (date(2026, 8, 1), date(2026, 8, 31))
HEADINGS = "Mã đơn vị;Từ ngày;Đến ngày;Số văn bản đi;Đã ký số\n"
PROVINCE, COMMUNE, OTHER = "52", "23614", "23617"
ROLLUP = ((COMMUNE, PROVINCE), (OTHER, PROVINCE), (PROVINCE, PROVINCE), (COMMUNE, COMMUNE), (OTHER, OTHER))
CANARIES = ("Trần Thị Chim Hoàng Yến", "001084012345", "0912345678", "chim.hoangyen@phulien.gov.vn")


class Store:
    """A store with one source of documents, or several."""

    def __init__(self, folder: Path, *, settings: Mapping[str, object] | None = None, count: int = 1) -> None:
        self.folder = folder
        names = ["documents", *(f"documents_{number}" for number in range(2, count + 1))]
        sources = {name: {"kind": "documents", "path": name, **(settings or {})} for name in names}
        content = {"site": {"name": "Thử", "unit": PROVINCE}, "sources": sources}
        (folder / "config.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
        self.config: Config = with_empty_store(load_config(folder / "config.yaml", environ={}))
        for name in names:
            (folder / name).mkdir()

    def put(self, name: str, content: str | bytes | object, *, source: str = "documents") -> None:
        """Puts a file into the inbox; what is neither text nor bytes as JSON."""
        data = content if isinstance(content, str | bytes) else json.dumps(content, ensure_ascii=False)
        (self.folder / source / name).write_bytes(data.encode() if isinstance(data, str) else data)

    def run(self) -> list[LoadReport]:
        """Takes in what is new."""
        report = pipeline.run(self.config, clock=lambda: NOW, is_building=False)
        return [load for source in report.sources for load in source.loads]

    def values(self) -> dict[tuple[str, date, date, str], Decimal]:
        """The mart's figures by unit, stretch and measure."""
        with open_warehouse(self.config.store.path) as connection:
            prepare(connection, list(self.config.sources))
            rows = connection.rows(
                f"select unit_code, start_date, end_date, measure, value from ({mart_sql('document_values')})"
            )
        found = {(unit, start, end, measure): value for unit, start, end, measure, value in rows}
        assert len(found) == len(rows)
        return found

    def august(self, measure: str) -> dict[str, int]:
        """A measure's figures of August by unit."""
        return {unit: int(value) for (unit, *days, name), value in self.values().items() if name == measure and days}


def prepare(connection: Connection, sources: Sequence[str]) -> None:
    """The relations that the build has ready."""
    connection.execute(
        "create or replace temp table rollup (unit_code varchar, ancestor_code varchar, "
        "first_day date default '0001-01-01', last_day date default '9999-12-31')"
    )
    for pair in ROLLUP:
        connection.execute("insert into rollup (unit_code, ancestor_code) values (?, ?)", list(pair))
    connection.execute("create or replace temp table source_promises (source_id varchar, fresh_within_s bigint)")
    for source in sources:
        connection.execute("insert into source_promises values (?, 86400)", [source])


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    yield Store(tmp_path)


PERIODS = {
    "Từ ngày 01/08/2026 đến ngày 31/08/2026": AUGUST,
    "(Từ ngày 01 tháng 8 năm 2026 đến ngày 31 tháng 8 năm 2026)": AUGUST,
    "Kỳ 15/10/2026 - 14/11/2026": (date(2026, 10, 15), date(2026, 11, 14)),
    "ThongKeVanBan_01082026-31082026": AUGUST,
    "ThongKeVanBan_20260801-20260831": AUGUST,
    "detail?fromDate=01-08-2026&toDate=31-08-2026": AUGUST,
    "Tháng 5 Năm 2023": (date(2023, 5, 1), date(2023, 5, 31)),
    "BÁO CÁO THÁNG 8/2026, Pleiku, ngày 05 tháng 9 năm 2026": AUGUST,
    "van-ban-2026-08": AUGUST,
    "Quý I/2026": (date(2026, 1, 1), date(2026, 3, 31)),
    "Quý 4 năm 2026": (date(2026, 10, 1), date(2026, 12, 31)),
    "6 tháng đầu năm 2026": (date(2026, 1, 1), date(2026, 6, 30)),
    "9 tháng năm 2026": (date(2026, 1, 1), date(2026, 9, 30)),
    "6 tháng cuối năm 2026": (date(2026, 7, 1), date(2026, 12, 31)),
    "Từ tháng 11/2025 đến hết tháng 2/2026": (date(2025, 11, 1), date(2026, 2, 28)),
    "Năm 2026": (date(2026, 1, 1), date(2026, 12, 31)),
}


@pytest.mark.parametrize("text", PERIODS)
def test_the_stretch_of_days_is_found_in_words(text: str) -> None:
    found = find_stretch(text)
    assert found is not None
    assert (found.start, found.end) == PERIODS[text]


@pytest.mark.parametrize(
    "text",
    [
        "Pleiku, ngày 05 tháng 9 năm 2026",
        "Tháng 7/2026 và Tháng 8/2026",
        "Từ ngày 31/08/2026 đến ngày 01/08/2026",
        "từ tháng 9 đến tháng 7 năm 2026",
        "Tháng 13/2026",
        "Công văn số 12 08 26",
        "",
    ],
)
def test_what_names_no_stretch_or_several_names_none(text: str) -> None:
    assert find_stretch(text) is None


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_any_two_days_in_order_are_a_stretch_however_they_are_written(first: date, last: date) -> None:
    first, last = sorted((first, last))
    for form in ("%d/%m/%Y", "%d-%m-%Y", "%Y-%m-%d", "%d%m%Y", "%Y%m%d"):
        found = find_stretch(f"{first.strftime(form)} _ {last.strftime(form)}")
        assert found is not None
        assert (found.start, found.end) == (first, last)


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading_of_periods(text: str) -> None:
    found = read_stretch(text)
    assert found is None or found.start <= found.end


@given(st.integers(0, 99_999_999))
def test_a_count_is_the_same_with_separators_and_zeros(number: int) -> None:
    assert keep_count(str(number)) == str(number)
    assert keep_count(f"{number}.0") == str(number)
    if number >= 1000:
        assert keep_count(f"{number:,}") == keep_count(f"{number:,}".replace(",", ".")) == str(number)


def test_days_in_the_row_come_before_the_title_and_the_title_before_the_name() -> None:
    row = "Mã đơn vị;Tháng;Văn bản đi\n23614;07/2026;1\n23617;;2\n".encode()
    table, warnings = to_landing("Tháng 8/2026\n".encode() + row, name="thang_6_2026.csv", default="2026-05")
    assert table.column("period_start").to_pylist() == ["2026-07-01", "2026-08-01"]
    assert "2026-06-01" in warnings[0]
    table, warnings = to_landing(row, name="2026-06/van ban.csv", default="2026-05")
    assert table.column("period_start").to_pylist() == ["2026-07-01", "2026-06-01"]
    table, warnings = to_landing(row, name="van ban.csv", default="2026-05")
    assert table.column("period_start").to_pylist() == ["2026-07-01", "2026-05-01"]
    assert warnings == ()


def test_a_period_of_the_settings_must_be_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="period"):
        Store(tmp_path, settings={"period": "tháng trước"})


def test_the_same_file_again_changes_nothing_and_under_another_name_it_speaks_of_another_month(store: Store) -> None:
    answer = [{"organDomain": "H21.100", "sent": 0, "received": 0}]
    store.put("2026-07.json", answer)
    assert [load.buckets.loaded for load in store.run()] == [1]
    store.put("2026-08.json", answer)
    assert [load.is_new for load in store.run()] == [False, True]
    assert {days for _unit, *days_, _measure in store.values() for days in [tuple(days_)]} == {
        AUGUST,
        (date(2026, 7, 1), date(2026, 7, 31)),
    }


def test_a_later_report_takes_the_place_of_an_earlier_one(store: Store) -> None:
    store.put("1.csv", HEADINGS + "23614;01/08/2026;31/08/2026;100;50\n")
    store.run()
    store.put("2.csv", HEADINGS + "23614;01/08/2026;31/08/2026;100;60\n")
    store.run()
    assert store.august("documents_signed") == {COMMUNE: 60}


def parent(*children: tuple[str, int], sent: int, code: str = "H21") -> dict[str, object]:
    inside = [{"organDomain": child, "sent": count, "received": 0, "childOrgan": []} for child, count in children]
    return {"organDomain": code, "sent": sent, "received": 0, "childOrgan": inside}


def test_a_topmost_parent_speaks_for_itself_and_its_units_for_themselves(store: Store) -> None:
    store.put("2026-08.json", [parent(("H21.100", 10), ("H21.999", 7), sent=17)])
    (load,) = store.run()
    assert (load.buckets.loaded, load.buckets.quarantined) == (2, 1)
    assert store.august("documents_sent") == {PROVINCE: 17, COMMUNE: 10}


def test_a_parent_below_the_top_is_not_added_to_its_own_units(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put("2026-08.json", [parent(("H21.101", 10), sent=12, code="H21.100")])
    store.run()
    assert store.august("documents_sent") == {COMMUNE: 12, OTHER: 10}
    with open_warehouse(store.config.store.path) as connection:
        prepare(connection, ["documents"])
        # were the one commune above the other
        connection.execute("insert into rollup (unit_code, ancestor_code) values (?, ?)", [OTHER, COMMUNE])
        rows = connection.rows(
            f"select unit_code, value from ({mart_sql('document_values')}) where measure = 'documents_sent'"
        )
    assert rows == [(OTHER, Decimal(10))]


def test_two_codes_of_one_unit_add_up_but_not_a_parent_with_its_part(store: Store, tmp_path: Path) -> None:
    crosswalk = tmp_path / "crosswalk.csv"
    crosswalk.write_text(
        "system,source_unit_code,unit_code,name,level\n"
        "local,H21.100.1,23614,Văn phòng,\nlocal,H21.100.2,23614,Một cửa,\n",
        encoding="utf-8",
    )
    content = yaml.safe_load((tmp_path / "config.yaml").read_text())
    content["units"] = {"crosswalks": [str(crosswalk)]}
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(content))
    store.config = load_config(tmp_path / "config.yaml", environ={})
    store.put("2026-08.json", [parent(("H21.100.1", 3), sent=3, code="H21.101")])
    store.put("2026-07.json", [{"organDomain": f"H21.100.{number}", "sent": 2, "received": 0} for number in (1, 2)])
    store.put("2026-06.json", [parent(("H21.100.1", 3), ("H21.100.2", 4), sent=9, code="H21.100")])
    store.run()
    sent = {
        (unit, start): int(value)
        for (unit, start, _end, name), value in store.values().items()
        if name == "documents_sent"
    }
    assert sent == {
        (COMMUNE, date(2026, 8, 1)): 3,
        (OTHER, date(2026, 8, 1)): 3,
        (COMMUNE, date(2026, 7, 1)): 4,
        (COMMUNE, date(2026, 6, 1)): 9,
    }


def test_who_does_not_count_signatures_is_in_neither_part_of_the_rate(store: Store) -> None:
    store.put("1.csv", HEADINGS + "23614;01/08/2026;31/08/2026;120;115\n23617;01/08/2026;31/08/2026;300;\n")
    store.run()
    assert store.august("documents_sent") == {COMMUNE: 120, OTHER: 300}
    assert store.august("documents_signed_of") == {COMMUNE: 120}
    assert store.august("documents_signed") == {COMMUNE: 115}


def test_a_rate_alone_is_kept_and_never_becomes_counts(store: Store) -> None:
    store.put("1.csv", "Mã đơn vị;Tháng;Tỷ lệ ký số (%)\n23614;8/2026;95,8\n")
    store.run()
    assert {measure: value for (*_rest, measure), value in store.values().items()} == {
        "documents_sign_rate": Decimal("95.8")
    }


def test_of_two_sources_the_one_that_spoke_last_counts(tmp_path: Path) -> None:
    store = Store(tmp_path, count=2)
    store.put("1.csv", HEADINGS + "23614;01/08/2026;31/08/2026;100;50\n")
    store.put("1.csv", HEADINGS + "23614;01/08/2026;31/08/2026;90;45\n", source="documents_2")
    store.run()
    assert store.august("documents_sent") == {COMMUNE: 90}


def test_what_only_one_of_two_sources_states_is_taken_from_it(tmp_path: Path) -> None:
    store = Store(tmp_path, count=2)
    store.put("1.csv", HEADINGS + "23614;01/08/2026;31/08/2026;100;50\n")
    store.put("2026-08.json", [{"organDomain": "H21.100", "sent": 104, "received": 7}], source="documents_2")
    store.run()
    assert store.august("documents_sent") == {COMMUNE: 104}
    assert store.august("documents_received") == {COMMUNE: 7}
    assert (store.august("documents_signed"), store.august("documents_signed_of")) == ({COMMUNE: 50}, {COMMUNE: 100})


def test_nobody_is_named_in_the_landing(store: Store) -> None:
    rows = [
        {"organDomain": canary, "organName": canary, "sent": canary, "lastUpdate": canary, "signer": canary}
        for canary in CANARIES
    ]
    store.put("2026-08.json", rows)
    headings = "Mã đơn vị;Tên đơn vị;Người ký;Tháng;Văn bản đi;Tỷ lệ ký số;Ghi chú\n"
    store.put("a.csv", headings + "".join(";".join([canary] * 7) + "\n" for canary in CANARIES))
    store.run()
    landed = [str(pq.read_table(path).to_pylist()) for path in store.config.store.path.rglob("*.parquet")]
    with open_warehouse(store.config.store.path) as connection:
        refused = str(connection.rows("select * from quarantine"))
    assert len(landed) == 2
    assert not [canary for canary in CANARIES if canary in "".join(landed) or canary in refused]


ANSWERS = {
    "[1, 2": ErrorClass.NOT_JSON,
    "{}": ErrorClass.SCHEMA,
    '{"data": 5}': ErrorClass.SCHEMA,
    '[{"x": 1}]': ErrorClass.SCHEMA,
    "[" * 100_000: ErrorClass.NOT_JSON,
    json.dumps([{"organDomain": "H21"}])[:-2] + ', "childOrgan": [' * 12: ErrorClass.NOT_JSON,
}


@pytest.mark.parametrize("text", ANSWERS, ids=lambda text: text[:12])
def test_an_answer_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(SourceError) as refused:
        to_landing(text.encode())
    assert refused.value.error_class is ANSWERS[text]


def test_units_nested_without_end_are_refused() -> None:
    entry: dict[str, object] = {"organDomain": "H21"}
    for _level in range(11):
        entry = {"organDomain": "H21", "childOrgan": [entry]}
    with pytest.raises(SourceError, match="10"):
        to_landing(json.dumps([entry]).encode())


CELLS = st.sampled_from(["", "-", "0", "12", "1.234", "12,5", "-1", "x", "H21.100", "31/08/2026", *CANARIES])


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(dict.fromkeys(("organDomain", "sent", "received", "total", "signed"), CELLS)), max_size=6
    )
)
def test_no_entry_is_lost_whatever_it_holds(entries: list[dict[str, str]]) -> None:
    table, _warnings = to_landing(json.dumps(entries).encode(), default="2026-08")
    assert table.column("row_no").to_pylist() == list(range(1, len(entries) + 1))
    assert not [canary for canary in CANARIES if canary in str(table.to_pylist())]


def test_the_contract_gives_the_columns_of_the_facts(store: Store) -> None:
    store.put("1.csv", HEADINGS + "23614;01/08/2026;31/08/2026;100;50\n")
    store.run()
    with open_warehouse(store.config.store.path) as connection:
        names = [name for (name,) in connection.rows("select column_name from (describe facts.document_stats)")]
    assert set(FIGURES) < set(names)
    assert set(KIND.fact.key) < set(names)
