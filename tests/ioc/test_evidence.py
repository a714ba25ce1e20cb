"""Every reading can be followed back to the rows that it counts, and each row to its file."""

from __future__ import annotations

import csv
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from etl.pipeline import run
from etl.portal_replay import ReplayServer
from etl.sample import HOLDER_KEY_VARIABLE, PROVINCE_CODE, write_config, write_sample
from ioc.access import Scope
from ioc.catalog.load import load_catalog
from ioc.catalog.model import Catalog, Indicator
from ioc.cli import app
from ioc.config import Config, load_config
from ioc.errors import UsageError
from ioc.evidence_rows import evidence_sentences
from ioc.periods import parse_period
from ioc.store.engine import open_writer
from ioc.store.evidence import Evidence, evidence
from ioc.store.snapshots import OpenSnapshot, Reader, current_name
from ioc.units import REFERENCE, load_units
from ioc.words import use_language
from tests.etl.test_edxml import message, receipt

AS_OF = date(2026, 10, 31)
RUN_AT = datetime(2026, 11, 2, 8, 0)
SCALE = 0.004
BUILT_WHEN_ASKED = "2026-08-03..2026-08-17"
AXIS = """
  axis: {kind: edxml, path: inbox/edxml}
"""


@dataclass(frozen=True)
class Loaded:
    folder: Path
    config: Config
    config_file: Path
    catalog: Catalog
    snapshot: OpenSnapshot
    communes: tuple[str, ...]
    """The two with the most dossiers."""
    scored: str
    """One that the portal gives figures of."""

    def indicator(self, name: str) -> Indicator:
        return next(found for found in self.catalog.indicators if found.id == name)

    def ask(self, name: str, unit: str, period: str, **more: object) -> Evidence:
        return evidence(
            self.snapshot,
            Scope.everything(),
            catalog=self.catalog,
            indicator=self.indicator(name),
            period=parse_period(period),
            unit=unit,
            **more,  # type: ignore[arg-type]  # the tests name what they ask
        )


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    folder = tmp_path_factory.mktemp("evidence")
    write_sample(folder, as_of=AS_OF, scale=SCALE, units=load_units(REFERENCE).all)
    write_messages(folder)
    with ReplayServer(folder / "portal", stated_at=datetime.combine(AS_OF, time(17))) as portal:
        file = write_config(folder, catalog=REFERENCE.parent / "catalog", periods=["2026"], portal_url=portal.base_url)
        file.write_text(file.read_text(encoding="utf-8") + AXIS, encoding="utf-8")
        config = load_config(file, environ={**os.environ, HOLDER_KEY_VARIABLE: "k" * 32})
        report = run(config, clock=lambda: RUN_AT)
    assert not report.failed, report
    snapshot = Reader(config.store.path).current()
    assert snapshot is not None
    communes = snapshot.connection.rows(
        "select unit_code from readings where indicator = 'ontime_766' and series = 'dossiers' "
        "and period = '2026' and level = 'commune' and boundary = 'current' "
        "order by denominator desc, unit_code limit 2"
    )
    (scored,) = snapshot.connection.row(
        "select unit_code from readings where indicator = 'score_766_own' and level = 'commune' and period = '2026' "
        "order by numerator desc, unit_code limit 1"
    )
    catalog = load_catalog(config.catalog.path, indices=config.catalog.indices)
    yield Loaded(folder, config, file, catalog, snapshot, tuple(code for (code,) in communes), scored)
    snapshot.connection.close()


def write_messages(folder: Path) -> None:
    """Documents of two communes on the axis: unsigned, with paper, revoked, and one that came as two copies."""
    with (folder / "crosswalk.csv").open(encoding="utf-8-sig", newline="") as handle:
        rows = csv.DictReader(line for line in handle if not line.startswith("#"))
        one, other = [row["source_unit_code"] for row in rows if len(row["unit_code"]) == 5][:2]
    inbox = folder / "inbox" / "edxml"
    inbox.mkdir(parents=True)
    first, second = (f"{one},2026/08/03,{number}/UBND" for number in (1, 2))
    texts = [
        message(first, sender=one, receivers=(other,)),
        message(first, sender=one, receivers=(one,), sent="2026/08/04 08:00:00"),
        message(second, sender=one, receivers=(other,), is_signed=False),
        message(f"{one},2026/08/05,3/UBND", sender=one, receivers=(other,), paper="1"),
        message(f"{other},2026/08/06,4/UBND", sender=other, receivers=(one,)),
        message(f"{other},2026/08/07,5/UBND", sender=other, receivers=(one,), business=1),
        receipt(first, sender=other),
    ]
    for number, text in enumerate(texts):
        (inbox / f"{number}.edxml").write_text(text, encoding="utf-8")


@dataclass(frozen=True)
class Asked:
    """A reading that exists."""

    indicator: str
    series: str
    unit: str
    period: str


def telling_readings(loaded: Loaded) -> list[Asked]:
    """Of every indicator and series a commune and the province, a month and a year; those that count the most."""
    rows = loaded.snapshot.connection.rows(
        """
        with placed as (
            select
                readings.*,
                row_number() over (
                    partition by indicator, series, level = 'commune'
                    -- a month of a commune, a year of the province, where there is one
                    order by
                        level = 'province' desc, periods.kind = if(level = 'commune', 'month', 'year') desc,
                        numerator desc nulls last, unit_code, period
                ) as place
            from readings
            inner join periods using (period)
            where boundary = if(unit_code like '%@%', 'reported', 'current')
        )
        select indicator, series, unit_code, period from placed where place = 1 order by all
        """
    )
    return [Asked(*row) for row in rows]


def test_the_rows_of_every_reading_add_up_to_its_numerator_and_denominator(loaded: Loaded) -> None:
    asked = telling_readings(loaded)
    every = set(loaded.snapshot.connection.rows("select distinct indicator, series from readings"))
    assert {(found.indicator, found.series) for found in asked} == every
    assert {series for _indicator, series in every} >= {
        "dossiers", "certificates", "form_06a", "documents", "edxml", "petitions", "plan", "reported", "portal",
        "quality",
    }  # fmt: skip
    parts = [
        (found, part)
        for found in asked
        for part in loaded.ask(found.indicator, found.unit, found.period, series=found.series, limit=0).parts
    ]
    assert [(found, part) for found, part in parts if part.counted != part.stated and part.part != "criteria"] == []
    assert sum(part.rows > 0 for _found, part in parts) > 350


def test_the_dossiers_of_a_stretch_of_days_that_nobody_built_add_up_too(loaded: Loaded) -> None:
    asked = {found.indicator for found in telling_readings(loaded) if found.series == "dossiers"}
    counted = [found for found in asked if not reads_the_register(loaded.indicator(found), loaded.catalog)]
    assert len(counted) >= 25
    for indicator in counted:
        for part in loaded.ask(indicator, PROVINCE_CODE, BUILT_WHEN_ASKED, series="dossiers", limit=0).parts:
            assert part.counted == part.stated, (indicator, part)


@pytest.mark.parametrize("indicator", ["full_online_coverage", "tthc_idle_rate", "pop_data_tthc"])
def test_what_the_register_tells_is_not_counted_for_any_stretch_of_days(loaded: Loaded, indicator: str) -> None:
    with pytest.raises(UsageError, match=BUILT_WHEN_ASKED):
        loaded.ask(indicator, PROVINCE_CODE, BUILT_WHEN_ASKED)
    assert loaded.ask(indicator, PROVINCE_CODE, "2026-08", limit=0).parts


@pytest.mark.parametrize("period", ["2026-11", "2027-03", "2026-11-01..2026-11-20"])
def test_days_that_the_data_do_not_reach_are_refused_not_zero(loaded: Loaded, period: str) -> None:
    with use_language("vi"), pytest.raises(UsageError, match=r"mới có đến ngày 31/10/2026.*hiện có: .*2026-10"):
        loaded.ask("online_submission_766", PROVINCE_CODE, period)


def test_days_that_have_begun_are_counted_as_far_as_the_data_reach(loaded: Loaded) -> None:
    begun = loaded.ask("online_submission_766", PROVINCE_CODE, "2026-10-20..2026-11-20", limit=0).reading
    reached = loaded.ask("online_submission_766", PROVINCE_CODE, "2026-10-20..2026-10-31", limit=0).reading
    assert begun.denominator == reached.denominator
    assert begun.denominator


def test_a_period_that_only_other_sources_reach_has_no_zeros_of_dossiers(loaded: Loaded, tmp_path: Path) -> None:
    snapshot = loaded.snapshot
    copy = tmp_path / "later.duckdb"
    copy.write_bytes((snapshot.store / "snapshots" / f"{current_name(snapshot.store)}.duckdb").read_bytes())
    connection = open_writer(copy)
    connection.execute("insert into periods values ('2026-11', 'month', '2026-11-01', '2026-11-30', 'gregorian')")
    later = replace(loaded, snapshot=replace(snapshot, connection=connection))
    with closing(connection), pytest.raises(UsageError, match="ioc values"):
        later.ask("online_submission_766", PROVINCE_CODE, "2026-11")


def reads_the_register(indicator: Indicator, catalog: Catalog) -> bool:
    facts = {measure.id: measure.fact for measure in catalog.measures}
    series = next(found for found in indicator.series if found.id == "dossiers")
    return any(facts[measure] == "procedures" for measure in series.numerator + series.denominator)


def test_a_row_leads_to_its_line_in_a_file_that_can_be_told_by_its_hash(loaded: Loaded) -> None:
    found = loaded.ask("online_submission_766", loaded.communes[0], "2026-08")
    numerator = [row for row in found.rows if row.part == "numerator"]
    assert found.reading.numerator == len(numerator) > 0
    for row in found.rows:
        assert row.file is not None and row.row is not None
        file = loaded.folder / "inbox" / "dossiers" / row.file
        assert hashlib.sha256(file.read_bytes()).hexdigest() == row.sha256
        assert json.loads(file.read_text(encoding="utf-8").splitlines()[row.row - 1])["MaHoSo"] == row.dossier_code
        assert row.unit_code == loaded.communes[0]


def test_the_rule_is_told_in_the_words_of_the_catalogue(loaded: Loaded) -> None:
    rules = {row.rule for row in loaded.ask("ontime_766", PROVINCE_CODE, "2026-08", part="numerator").rows}
    assert "Hồ sơ kết thúc trước hạn hoặc đúng hạn" in rules


def test_a_dossier_on_time_ended_before_its_due_time(loaded: Loaded) -> None:
    rows = loaded.ask("ontime_766", PROVINCE_CODE, "2026-08", part="numerator").rows
    ended = [row for row in rows if row.measure == "on_time_766_final"]
    assert ended
    assert all(row.ended_at and row.due_until and row.ended_at <= row.due_until for row in ended)


def test_fewer_rows_may_be_shown_than_there_are(loaded: Loaded) -> None:
    found = loaded.ask("online_submission_766", PROVINCE_CODE, "2026-08", part="denominator", limit=3)
    assert len(found.rows) == 3
    (part,) = found.parts
    assert part.rows == part.counted == found.reading.denominator


def test_a_stretch_of_days_that_nobody_built_has_its_rows_too(loaded: Loaded) -> None:
    found = loaded.ask("supplement_rate", PROVINCE_CODE, "2026-08-03..2026-08-17")
    assert [part.counted for part in found.parts] == [found.reading.numerator, found.reading.denominator]
    received = [row.received_at.date() for row in found.rows if row.received_at]
    assert date(2026, 8, 3) <= min(received) and max(received) <= date(2026, 8, 17)


def test_procedures_count_once_with_the_first_dossier_that_has_them(loaded: Loaded) -> None:
    found = loaded.ask("pop_data_tthc", PROVINCE_CODE, "2026-10", part="numerator")
    counted = [row.procedure for row in found.rows if row.counted]
    assert len(counted) == len(set(counted)) == found.reading.numerator
    assert {row.procedure for row in found.rows} == set(counted)


def test_a_certificate_is_told_by_its_file_and_row_and_the_end_of_its_number(loaded: Loaded) -> None:
    found = loaded.ask("cert_active_rate", loaded.communes[0], "2026-10", part="numerator")
    assert len(found.rows) == found.reading.numerator > 0  # type: ignore[operator]  # the reading has one
    (file,) = (loaded.folder / "inbox" / "certificates").iterdir()
    with file.open(encoding="utf-8-sig", newline="") as handle:
        lines = list(csv.reader(handle))
    for row in found.rows:
        assert (row.file, row.sha256) == (file.name, hashlib.sha256(file.read_bytes()).hexdigest())
        assert row.row is not None and row.item is not None
        assert any(cell.endswith(row.item.removeprefix("…")) for cell in lines[row.row - 1])


def test_no_holder_can_be_told_by_the_kept_rows(loaded: Loaded) -> None:
    path = loaded.snapshot.fact_file("certificates")
    assert path is not None
    kept = pq.read_table(path)
    assert not {"holder_key", "serial_number"} & set(kept.column_names)
    holders = kept.column("holder_no").to_pylist()
    assert set(holders) == set(range(1, max(holders) + 1))


def test_a_holder_counts_once_with_the_first_certificate(loaded: Loaded) -> None:
    rows = loaded.ask("cert_coverage_staff", PROVINCE_CODE, "2026-10", part="numerator").rows
    assert {row.counted for row in rows} == {0, 1}


def test_a_year_is_made_of_the_rows_of_the_months_that_were_stated(loaded: Loaded) -> None:
    found = loaded.ask("ontime_completed", loaded.communes[0], "2026", series="form_06a", part="denominator")
    assert len({row.file for row in found.rows}) == len({row.day for row in found.rows}) == 10
    assert all(row.row and row.sha256 and row.statement and row.statement.startswith("2026-") for row in found.rows)


def test_a_province_is_the_sum_of_what_its_communes_wrote_down(loaded: Loaded) -> None:
    found = loaded.ask("dti_identity_adults", PROVINCE_CODE, "2026", part="denominator")
    assert len({row.unit_code for row in found.rows}) == len(found.rows) == 114
    assert {row.file for row in found.rows} == {"chuyen-doi-so-2026.csv"}


def test_a_document_of_the_axis_counts_once_with_its_last_message(loaded: Loaded) -> None:
    found = loaded.ask("edoc_signed_rate", PROVINCE_CODE, "2026-08", series="edxml")
    numerator = {row.item: row.file for row in found.rows if row.part == "numerator"}
    assert sorted(file for file in numerator.values() if file) == ["1.edxml", "4.edxml"]
    assert found.reading.denominator == 4


def test_a_figure_of_the_portal_is_one_answer_and_its_metric(loaded: Loaded) -> None:
    found = loaded.ask("ontime_766", loaded.scored, "2026", series="portal", part="numerator")
    (row,) = found.rows
    assert row.counted == found.reading.numerator
    assert row.item == "TOTAL_ON_TIME"
    assert row.file and row.file.startswith("evaluation/") and row.file.endswith(" 2026") and row.sha256 and row.run


def test_what_differs_from_the_portal_is_its_answer_against_the_dossiers(loaded: Loaded) -> None:
    found = loaded.ask("reconcile_gap", PROVINCE_CODE, "2026")
    of_portal, *dossiers = (row for row in found.rows if row.measure == "portal_gap")
    assert (of_portal.source, of_portal.item) == ("portal", "TOTAL_RECEIVED")
    assert {(row.counted or 0) * (of_portal.counted or 0) < 0 for row in dossiers} == {True}
    assert found.reading.numerator == sum(row.counted or 0 for row in found.rows) > 0


def test_the_age_of_the_data_names_the_load_that_it_is_counted_from(loaded: Loaded) -> None:
    (row,) = loaded.ask("data_freshness", loaded.communes[0], "2026").rows
    assert row.source == "one_stop" and row.load and row.sha256


def test_a_snapshot_of_before_says_what_it_does_not_hold(loaded: Loaded) -> None:
    before = replace(loaded.snapshot, manifest=replace(loaded.snapshot.manifest, facts={}))
    found = replace(loaded, snapshot=before).ask("cert_coverage_leader", PROVINCE_CODE, "2026-10")
    assert len(found.missing) == 2 and not found.rows
    assert [part.counted for part in found.parts] == [None, None]
    assert any("ioc publish" in sentence for sentence in evidence_sentences(found))


@pytest.mark.parametrize("indicator", ["score_766_total", "score_766_own"])
def test_a_score_is_the_sum_of_the_points_of_its_criteria(loaded: Loaded, indicator: str) -> None:
    found = loaded.ask(indicator, loaded.scored, "2026")
    (part,) = found.parts
    assert part.counted == part.stated == sum(row.counted or 0 for row in found.rows)
    further = {row.measure: row.statement for row in found.rows}
    assert further["2.1"] and "--series portal" in further["2.1"]


def test_nobody_gets_rows_of_a_unit_beyond_the_scope(loaded: Loaded) -> None:
    mine, other = loaded.communes
    asked = {"catalog": loaded.catalog, "indicator": loaded.indicator("ontime_766"), "period": parse_period("2026-08")}
    scope = Scope(detail=frozenset({mine}), compare=None)
    assert evidence(loaded.snapshot, scope, unit=mine, **asked).rows  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=other):
        evidence(loaded.snapshot, scope, unit=other, **asked)  # type: ignore[arg-type]


def test_a_unit_without_a_reading_is_said(loaded: Loaded) -> None:
    with pytest.raises(UsageError, match="ioc values"):
        loaded.ask("ontime_766", "01", "2026-08")


def ask_program(loaded: Loaded, *arguments: str) -> tuple[list[str], str]:
    result = CliRunner().invoke(
        app,
        ["--config", str(loaded.config_file), "evidence", *arguments],
        env={HOLDER_KEY_VARIABLE: "k" * 32},
        catch_exceptions=False,
    )
    assert result.exit_code == 0, result.output
    return result.stdout.splitlines(), result.stderr


def test_the_program_writes_every_row_for_scripts(loaded: Loaded) -> None:
    lines, said = ask_program(
        loaded, "--indicator", "ontime_completed", "--period", "2026-08", "--unit", PROVINCE_CODE, "--format", "csv"
    )
    rows = list(csv.DictReader(lines))
    reading = loaded.ask("ontime_completed", PROVINCE_CODE, "2026-08", limit=1).reading
    parts = [row["part"] for row in rows]
    assert parts.count("numerator") == reading.numerator
    assert parts.count("denominator") == reading.denominator
    assert {"measure", "rule", "dossier_code", "file", "row", "sha256", "load", "loaded_at", "run"} <= rows[0].keys()
    assert "mẫu số" in said


def test_a_table_shows_the_first_rows_of_each_part(loaded: Loaded) -> None:
    lines, said = ask_program(
        loaded, "--indicator", "ontime_completed", "--period", "2026-01-01..2026-10-31", "--unit", PROVINCE_CODE,
        "--part", "numerator", "--lang", "en",
    )  # fmt: skip
    assert 50 < len(lines) < 60
    assert "add up to" in said
