"""Figures that somebody wrote down: named by the catalogue, of units of the past too, and never added up."""

import csv
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl import pipeline
from etl.mart_tables import mart_sql, put_rows
from etl.period_words import read_period
from etl.public_text import keep_public_text
from etl.sources.reported_values import reportables, to_landing
from ioc.catalog.load import load_catalog
from ioc.catalog.model import Catalog
from ioc.config import Config, load_config
from ioc.periods import month_of, period_of, quarter_of, year_of
from ioc.store.engine import Connection, open_memory
from ioc.store.warehouse import open_warehouse, read_sql
from ioc.units import REFERENCE, former_code, load_units

PROJECT = Path(__file__).parents[2]
FOUNDING_FACTS = PROJECT / "data" / "sample" / "reported" / "founding_facts.csv"
LOADED_AT = datetime(2026, 11, 1, 6, 30)
AN_LAO, PHU_LIEN, BAC_NINH, HO_CHI_MINH = "11629", "11446", "27@2024-12-31", "79@2024-12-31"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(PROJECT / "data" / "catalog", indices=["qd766_portal_2026"])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("27@2024", "27@2024-12-31"),
        ("27@2024-10-10", "27@2024-12-31"),
        ("79@2023-05", "79@2024-12-31"),
        ("27@2025-06-30", "27@2024-12-31"),
        ("27@2025-07-01", "27"),
        ("11629@2026", "11629"),
        (" 1@2024", "01@2024-12-31"),
        ("517@2024", "517@2024-12-31"),
        ("4@2024", "04@2024-12-31"),
        ("27@2025", "27@2025"),
        ("27@2024-02-30", "27@2024-02-30"),
        ("27@0000", "27@0000"),
        ("11446", "11446"),
    ],
)
def test_a_unit_of_the_past_is_named_by_its_date(text: str, code: str) -> None:
    assert former_code(text) == code


def test_every_former_unit_can_be_named_by_its_year() -> None:
    former = [unit.unit_code for unit in load_units(REFERENCE).all if unit.is_former]
    assert len(former) > 10_000
    assert [code for code in former if former_code(code.split("@")[0] + "@2024") != code] == []


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("2025-09", "2025-09"),
        ("Tháng 9/2025", "2025-09"),
        ("tháng 9 năm 2025", "2025-09"),
        ("T9/2025", "2025-09"),
        ("09/2025", "2025-09"),
        ("Quý III/2025", "2025-Q3"),
        ("quý 3 năm 2025", "2025-Q3"),
        ("6 tháng đầu năm 2025", "2025-H1"),
        ("6 tháng cuối năm 2025", "2025-H2"),
        ("Năm 2024", "2024"),
        ("2024", "2024"),
        ("01/08/2025 - 30/09/2025", "2025-08-01..2025-09-30"),
        ("Từ ngày 01/08/2025 đến ngày 31/08/2025", "2025-08"),
        ("2025-01-01..2025-12-31", "2025"),
        ("vpcp:2025-09", "vpcp:2025-09"),
        ("2025-09-01", "2025-09-01"),
    ],
)
def test_a_period_is_known_by_its_best_name(text: str, period: str) -> None:
    found = read_period(text)
    assert found is not None
    assert found.id == period


@pytest.mark.parametrize(
    "text", ["", "2025-13", "Quý V/2025", "31/02/2025 - 01/03/2025", "2025-09-30..2025-09-01", "sớm"]
)
def test_what_is_no_period_is_none(text: str) -> None:
    assert read_period(text) is None


@given(st.dates(date(1991, 1, 1), date(2098, 12, 31)), st.sampled_from([month_of, quarter_of, year_of]))
def test_the_days_of_a_period_are_the_period(day: date, kind: object) -> None:
    assert callable(kind)
    period = kind(day)
    for text in (period.id, f"{period.start}..{period.end}", f"{period.start:%d/%m/%Y} đến {period.end:%d/%m/%Y}"):
        assert read_period(text) == period_of(period.start, period.end) == period


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Báo cáo số 12/BC-UBND ngày 05/10/2025", "Báo cáo số 12/BC-UBND ngày 05/10/2025"),
        ("Ông Trần Sáo gọi 0912 345 678", "Ông ••• gọi •••"),
        ("do Nguyễn Văn Sáo cung cấp", "do ••• cung cấp"),
        ("đường Lê Thánh Tông, phường Phù Liễn", "đường Lê Thánh Tông, phường Phù Liễn"),
    ],
)
def test_a_public_text_names_nobody(text: str, kept: str) -> None:
    assert keep_public_text(text) == kept


def test_what_may_be_reported_is_what_the_catalogue_measures(catalog: Catalog) -> None:
    known = {one.metric: one for one in reportables(catalog)}
    metrics = {measure.metric for measure in catalog.measures if measure.fact == "reported"}
    assert known.keys() == metrics
    assert known["online_submission_simple"].needs_whole
    assert (known["survey_satisfaction"].has_whole, known["survey_satisfaction"].needs_whole) == (True, False)
    assert not known["community_support_actions"].has_whole
    assert known["digital_economy_share"].measure_unit == "percent"


def test_the_nearest_name_is_suggested(tmp_path: Path) -> None:
    lines = "unit_code,period,measure,value,source_document\n11446,2025-09,comunity_suport_action,5,BC 12\n"
    config = put_source(tmp_path, lines.encode())
    pipeline.run(config, clock=lambda: LOADED_AT, is_building=False)
    with open_warehouse(config.store.path) as connection:
        assert connection.rows("select field, reason, value from quarantine") == [
            ("measure", "VALUE", "•••(22) ≈ community_support_actions")
        ]


@pytest.mark.parametrize(
    ("mark", "text", "value"), [(",", "1.234", "1234"), (".", "1.234", "1.234"), (",", "1.234,5", "1234.5")]
)
def test_an_operator_may_declare_the_decimal_mark(tmp_path: Path, mark: str, text: str, value: str) -> None:
    lines = f"unit_code;period;measure;value;source_document\n31;2025;ioc_cost;{text};BC 12\n"
    config = put_source(tmp_path, lines.encode(), f', decimal: "{mark}"')
    pipeline.run(config, clock=lambda: LOADED_AT, is_building=False)
    with open_warehouse(config.store.path) as connection:
        assert connection.rows("select value from facts.reported_values") == [(Decimal(value),)]


def test_the_landing_holds_no_names(catalog: Catalog, tmp_path: Path) -> None:
    canary = "Trần Thị Chim"
    names = ["unit_code", "period", "measure", "value", "bound", "measure_unit"]
    content = ",".join([*names, "source_document"]) + "\n" + ",".join([canary] * len(names)) + f",Bà {canary}\n"
    table, _warnings = to_landing(content.encode(), known=reportables(catalog))
    assert canary not in str(table.to_pylist())


def put_source(folder: Path, content: bytes, settings: str = "") -> Config:
    """A configuration with one source of reported values that has one file."""
    (folder / "inbox").mkdir()
    (folder / "inbox" / "values.csv").write_bytes(content)
    (folder / "config.yaml").write_text(
        f"site: {{name: T, unit: '31'}}\nsources:\n  reported: {{kind: reported_values, path: inbox{settings}}}\n",
        encoding="utf-8",
    )
    return load_config(folder / "config.yaml", environ={})


@pytest.fixture(scope="module")
def founding(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """The shipped founding facts, loaded."""
    config = put_source(tmp_path_factory.mktemp("founding"), FOUNDING_FACTS.read_bytes())
    (load,) = pipeline.run(config, clock=lambda: LOADED_AT, is_building=False).sources[0].loads
    assert load.error_class is None
    assert (load.buckets.loaded, load.buckets.quarantined, load.warnings) == (load.buckets.rows_in, 0, ())
    return config


def test_each_founding_fact_has_its_document_and_names_its_assumption() -> None:
    with FOUNDING_FACTS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 25
    assert [
        row for row in rows if not row["source_document"] or row["bound"] not in ("exact", "at_least", "about")
    ] == []
    assert [row["measure"] for row in rows if "ả định" not in row["note"]] == ["digital_economy_share"]


@pytest.fixture
def stated(founding: Config, catalog: Catalog) -> Iterator[Connection]:
    """The founding facts as the mart takes them up."""
    with open_warehouse(founding.store.path) as connection:
        columns = dict.fromkeys(("measure", "fact", "metric", "part"), "varchar")
        rows = [(one.id, one.fact, one.metric, one.part) for one in catalog.measures]
        put_rows(connection, "catalog_measures", columns, rows)
        put_rows(
            connection, "source_promises", {"source_id": "varchar", "fresh_within_s": "bigint"}, [("reported", 86400)]
        )
        connection.execute(f"create temp table stated as {mart_sql('reported_values')}")
        yield connection


@pytest.mark.parametrize(
    ("unit", "period", "metric", "figures", "bound"),
    [
        (
            AN_LAO,
            "2025-09-22..2025-10-26",
            "online_submission_simple",
            {"denominator": 1142, "numerator": 1048},
            "exact",
        ),
        (PHU_LIEN, "2025-08-01..2025-09-30", "community_support_actions", {"numerator": 5000}, "at_least"),
        (PHU_LIEN, "2025-08-01..2025-09-30", "community_support_dossiers", {"numerator": 1000}, "at_least"),
        (PHU_LIEN, "2025-08-01..2025-09-30", "community_support_transactions", {"numerator": 400}, "exact"),
        (BAC_NINH, "2024", "digital_economy_share", {"ratio": 56.83}, "exact"),
        (BAC_NINH, "2024", "dti_rank", {"numerator": 7}, "exact"),
        (BAC_NINH, "2024", "public_signatures", {"numerator": 50000}, "at_least"),
        (HO_CHI_MINH, "2024", "official_signatures", {"numerator": 11777}, "exact"),
        (HO_CHI_MINH, "2024", "agency_signatures", {"numerator": 1950}, "exact"),
        (HO_CHI_MINH, "2024", "individual_signatures", {"numerator": 470000}, "about"),
        (HO_CHI_MINH, "2023", "digital_economy_share", {"ratio": 18.66}, "exact"),
        ("517@2024-12-31", "2024", "community_team_coverage", {"denominator": 17, "numerator": 17}, "exact"),
        ("517@2024-12-31", "2024", "community_team_members", {"numerator": 37}, "exact"),
    ],
)
def test_the_founding_facts_come_out_as_they_were_written(
    stated: Connection, unit: str, period: str, metric: str, figures: dict[str, float], bound: str
) -> None:
    rows = stated.rows(
        """
        select catalog_measures.part, stated.value, stated.bound
        from stated inner join catalog_measures using (measure)
        where unit_code = ? and period = ? and metric = ?
        """,
        [unit, period, metric],
    )
    assert {part: float(value) for part, value, _bound in rows} == figures
    assert {found for _part, _value, found in rows} == {bound}


def test_nothing_is_stated_of_anybody_else(stated: Connection) -> None:
    units = {code for (code,) in stated.rows("select distinct unit_code from stated")}
    assert units == {AN_LAO, PHU_LIEN, BAC_NINH, HO_CHI_MINH, "517@2024-12-31"}
    assert stated.row("select count(*), count(distinct (unit_code, period, measure)) from stated") == (36, 36)


def test_what_was_said_of_a_period_that_was_over_does_not_go_stale(stated: Connection) -> None:
    assert stated.rows("select distinct fresh_until from stated") == [(None,)]
    assert stated.row("select as_of from stated where unit_code = ?", [AN_LAO]) == (datetime(2025, 10, 26, 23, 59, 59),)


def test_of_two_statements_the_newer_counts(catalog: Catalog) -> None:
    connection = open_memory()
    connection.execute(read_sql("ioc.store", "warehouse.sql"))
    put_rows(connection, "source_promises", {"source_id": "varchar", "fresh_within_s": "bigint"}, [("b", 86400)])
    columns = dict.fromkeys(("measure", "fact", "metric", "part"), "varchar")
    parts = [
        ("n", "reported", "survey", "numerator"),
        ("d", "reported", "survey", "denominator"),
        ("r", "reported", "survey", "ratio"),
    ]
    put_rows(connection, "catalog_measures", columns, parts)
    for load_id, source, value, whole in ((1, "a", 90, 100), (2, "b", Decimal("95.5"), None)):
        connection.execute(
            "insert into loads select ?, 'run', ?, 'reported_values', 'f', 'x', 1, ?, null, null, 1, 1, 0, 0, 0, "
            "'loaded', null, null, [], 0",
            [load_id, source, datetime(2026, 9, 15, 8)],
        )
        connection.execute(
            "insert into facts.reported_value_versions values (?, ?, 1, ?, '31', '31', '2026-09', '2026-09-01', "
            "'2026-09-30', 'survey', ?, ?, 'exact', 'percent', 'BC', null)",
            [load_id, load_id, source, value, whole],
        )
    found = connection.rows(f"select measure, value, as_of, fresh_until from ({mart_sql('reported_values')})")
    # the month was not over: as of the load, and to be renewed
    assert found == [("r", Decimal("95.5000"), datetime(2026, 9, 15, 8), datetime(2026, 9, 16, 8))]
    connection.close()


def test_the_same_file_again_changes_nothing(founding: Config) -> None:
    (again,) = pipeline.run(founding, clock=lambda: LOADED_AT, is_building=False).sources[0].loads
    assert not again.is_new
    assert {path.suffix for path in (founding.store.path / "landing" / "reported").iterdir()} == {".parquet"}
    (landing,) = (founding.store.path / "landing" / "reported").iterdir()
    assert pq.read_table(landing).num_rows == again.buckets.rows_in
