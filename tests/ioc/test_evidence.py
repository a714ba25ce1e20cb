"""Every reading can be followed back to the rows that it counts, and each row to its file."""

from __future__ import annotations

import csv
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

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
from ioc.periods import parse_period
from ioc.store.evidence import Evidence, evidence
from ioc.store.snapshots import OpenSnapshot, Reader
from ioc.units import REFERENCE, load_units

AS_OF = date(2026, 10, 31)
RUN_AT = datetime(2026, 11, 2, 8, 0)
SCALE = 0.004
PERIODS = ("2026-08", "2026-10", "2026-01-01..2026-10-31")


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
    with ReplayServer(folder / "portal", stated_at=datetime.combine(AS_OF, time(17))) as portal:
        file = write_config(folder, catalog=REFERENCE.parent / "catalog", periods=["2026"], portal_url=portal.base_url)
        config = load_config(file, environ={**os.environ, HOLDER_KEY_VARIABLE: "k" * 32})
        sources = ["one_stop", "register", "staff", "procedures", "portal"]
        report = run(config, sources=sources, clock=lambda: RUN_AT)
    assert not report.failed, report
    snapshot = Reader(config.store.path).current()
    assert snapshot is not None
    communes = snapshot.connection.rows(
        "select unit_code from readings where indicator = 'ontime_766' and series = 'dossiers' "
        "and period = '2026' and level = 'commune' "
        "order by denominator desc, unit_code limit 2"
    )
    (scored,) = snapshot.connection.row(
        "select unit_code from readings where indicator = 'score_766_own' and level = 'commune' and period = '2026' "
        "order by numerator desc, unit_code limit 1"
    )
    catalog = load_catalog(config.catalog.path, indices=config.catalog.indices)
    yield Loaded(folder, config, file, catalog, snapshot, tuple(code for (code,) in communes), scored)
    snapshot.connection.close()


def counted_readings(loaded: Loaded) -> list[tuple[str, str, str]]:
    """Everything that was counted from dossiers, for two communes and the province."""
    rows: list[tuple[str, str, str]] = loaded.snapshot.connection.rows(
        "select indicator, unit_code, period from readings "
        "where series = 'dossiers' and list_contains($units, unit_code) "
        "and list_contains($periods, period) order by all",
        {"units": [PROVINCE_CODE, *loaded.communes], "periods": list(PERIODS)},
    )
    return rows


def test_the_rows_of_every_reading_add_up_to_its_numerator_and_denominator(loaded: Loaded) -> None:
    asked = counted_readings(loaded)
    assert len({indicator for indicator, _unit, _period in asked}) >= 25
    differing = []
    judged = 0
    for indicator, unit, period in asked:
        for part in loaded.ask(indicator, unit, period, series="dossiers", limit=1).parts:
            if part.counted is not None:
                judged += 1
                if part.counted != part.stated:
                    differing.append((indicator, unit, period, part))
    assert not differing
    assert judged > 300


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


def test_where_the_rows_are_elsewhere_the_files_are_named_and_the_lack_is_said(loaded: Loaded) -> None:
    found = loaded.ask("cert_active_rate", loaded.communes[0], "2026-10")
    assert found.missing
    assert [part.counted for part in found.parts] == [None] * len(found.parts)
    inbox = {path.name: path for path in (loaded.folder / "inbox" / "certificates").iterdir()}
    assert {row.file for row in found.rows} == set(inbox)
    assert all(hashlib.sha256(inbox[row.file or ""].read_bytes()).hexdigest() == row.sha256 for row in found.rows)


def test_a_figure_of_the_portal_names_the_answers_for_its_period(loaded: Loaded) -> None:
    found = loaded.ask("ontime_766", loaded.scored, "2026", series="portal", part="numerator")
    assert found.reading.series == "portal"
    assert len(found.rows) == 7
    assert all(row.file and row.file.startswith("evaluation/") and row.file.endswith(" 2026") for row in found.rows)
    assert all(row.sha256 and row.run and row.counted is None for row in found.rows)


@pytest.mark.parametrize("indicator", ["score_766_total", "score_766_own"])
def test_a_score_is_the_sum_of_the_points_of_its_criteria(loaded: Loaded, indicator: str) -> None:
    found = loaded.ask(indicator, loaded.scored, "2026")
    (part,) = found.parts
    assert part.counted == part.stated == sum(row.counted or 0 for row in found.rows)
    assert "2.1" in {row.measure for row in found.rows}


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
