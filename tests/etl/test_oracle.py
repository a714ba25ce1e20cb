"""Every figure of the sample, and every score, against a slow computation that shares no code with the product."""

from __future__ import annotations

import json
import os
import shutil
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from etl import build, mart_figures, mart_reuse
from etl.pipeline import publish, run
from etl.portal_replay import ReplayServer
from etl.report import RunReport
from etl.sample import HOLDER_KEY_VARIABLE, write_config, write_sample
from ioc.access import Scope
from ioc.catalog.load import load_catalog
from ioc.cli import app
from ioc.config import load_config
from ioc.scoring.advice import read_experiences
from ioc.scoring.what_if import read_standing
from ioc.store.snapshots import OpenSnapshot, Reader, current_manifest
from ioc.units import REFERENCE, load_units
from tests.oracle import certificates, dossiers, petitions, plan, portal, procedures, quality, reported, stated
from tests.oracle.packs import PACKS, Facts
from tests.oracle.raw import PROVINCE, Answers, Parts, Span, read_units
from tests.oracle.scores import Key, Score, score_pack
from tests.oracle.terms import days_of, standard_spans

AS_OF = date(2026, 10, 31)
FIRST_DAY = date(2025, 7, 1)
SCALE = 0.0133
"""About 8,000 dossiers."""
RUN_AT = datetime(2026, 11, 2, 8, 0)
CATALOG = REFERENCE.parent / "catalog"
PORTAL_PERIODS = ("2026", "2026-Q3", "2026-08")
YEAR = "2026"
SERIES = ("dossiers", "portal", "certificates", "form_06a", "documents", "petitions", "plan", "reported", "quality")
NOT_COVERED: dict[tuple[str, str], str] = {}
"""(indicator, series) with readings in the sample that the oracle does not count, each with its reason."""
PERCENT_WITHOUT_PARTS = {
    "e_certified_copy", "officials_with_signature_share", "officials_with_computer_share", "officials_with_email_share",
    "digital_economy_share", "online_services_integrated_share", "online_use_share",
}  # fmt: skip
"""Published as a percent, without what it was counted from."""
FULL_MARKS_FOR_NOTHING = {"petition_on_time", "petition_satisfaction"}
VALID: dict[str, tuple[date, date]] = {
    "qd766_portal_2026": (date(2022, 8, 1), date.max),
    "qd766_draft_2026": (date(2026, 1, 1), date.max),
    "dti_commune_template": (date(2025, 7, 1), date.max),
    "dti_province_example": (date(2026, 1, 1), date(2026, 12, 31)),
}
FED_BY: dict[str, tuple[str, ...]] = {
    "qd766_portal_2026": ("portal",),
    "qd766_draft_2026": ("portal", "dossiers"),
    "dti_commune_template": ("reported", "certificates", "dossiers", "documents"),
    "dti_province_example": ("reported", "dossiers", "documents"),
}
"""The series of each pack: whoever has a figure of one of them has a score, known or not."""
BY_THE_YEAR = {"dti_commune_template", "dti_province_example"}
AS_SERVED = "boundary = if(unit_code like '%@%', 'reported', 'current')"
"""Today's units with their history, former ones as they reported."""
Scores = dict[str, dict[tuple[str, str, str], Score]]
"""index → (unit, period, node) → score."""


@dataclass(frozen=True)
class Loaded:
    folder: Path
    config: Path
    report: RunReport
    snapshot: OpenSnapshot

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.snapshot.connection.rows(sql)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    folder = tmp_path_factory.mktemp("sample")
    write_sample(folder, as_of=AS_OF, scale=SCALE, units=load_units(REFERENCE).all)
    with ReplayServer(folder / "portal", stated_at=datetime.combine(AS_OF, time(17))) as server:
        file = write_config(folder, catalog=CATALOG, periods=PORTAL_PERIODS, portal_url=server.base_url)
        config = load_config(file, environ={**os.environ, HOLDER_KEY_VARIABLE: "k" * 32})
        # so slow that what is loaded first is hours old at the end
        minutes = count()
        # what former units stated, and the other views that come of it, are held to their own laws
        sources = [name for name in config.sources if name != "history"]
        report = run(config, sources=sources, clock=lambda: RUN_AT + timedelta(minutes=next(minutes)))
    assert not report.failed, report
    snapshot = Reader(config.store.path).current()
    assert snapshot is not None
    yield Loaded(folder, file, report, snapshot)
    snapshot.connection.close()


def test_the_age_of_the_data_is_not_that_of_what_bears_no_day(loaded: Loaded) -> None:
    taken_in = {kind for (kind,) in loaded.rows("select kind from sources where as_of >= '2026-11-01'")}
    assert "reported_values" in taken_in, "nothing is as of the day on which it was taken in"
    assert loaded.snapshot.manifest.as_of is not None
    assert loaded.snapshot.manifest.as_of.date() == AS_OF


def test_figures_made_the_long_way_are_the_same(loaded: Loaded, monkeypatch: pytest.MonkeyPatch) -> None:
    plain: list[Collection[str]] = []

    def none_plain(*place: Any) -> frozenset[str]:
        plain.append(mart_figures.plain_indicators(*place))
        return frozenset()

    monkeypatch.setattr(build, "plain_indicators", none_plain)
    monkeypatch.setattr(mart_reuse, "COPIES_KEPT", 0)
    config = load_config(loaded.config, environ={**os.environ, HOLDER_KEY_VARIABLE: "k" * 32})
    assert publish(config) is None, "nothing in the snapshot may differ"
    assert "online_submission_766" in plain[0], "it was not made the short way before"


def test_a_days_dossiers_make_what_a_build_of_everything_makes(
    loaded: Loaded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(loaded.folder, tmp_path, dirs_exist_ok=True)
    file = tmp_path / loaded.config.relative_to(loaded.folder)
    config = load_config(file, environ={**os.environ, HOLDER_KEY_VARIABLE: "k" * 32})
    (newest,) = (tmp_path / "inbox" / "dossiers").glob(f"{AS_OF:%Y-%m}.ndjson")
    lines = newest.read_text(encoding="utf-8").splitlines()[:40]
    delta = [line.replace('"KenhThucHien":"2"', '"KenhThucHien":"1"') for line in lines]
    newest.with_name("delta.ndjson").write_text("\n".join(delta), encoding="utf-8")
    report = run(config, sources=["one_stop"], clock=lambda: RUN_AT + timedelta(days=1))
    assert not report.failed and report.sources[0].loaded, report
    manifest = current_manifest(config.store.path)
    assert manifest is not None and manifest.footing is not None
    assert manifest.footing.copies > 0, "everything was made anew"
    monkeypatch.setattr(mart_reuse, "COPIES_KEPT", 0)
    assert publish(config) is None, "nothing in the snapshot may differ"


@pytest.fixture(scope="module")
def readings(loaded: Loaded) -> Answers:
    """As published."""
    found: Answers = defaultdict(dict)
    for indicator, series, unit, period, numerator, denominator in loaded.rows(
        f"select indicator, series, unit_code, period, numerator, denominator from readings where {AS_SERVED}"
    ):
        found[indicator, series][unit, period] = (numerator, denominator)
    return found


@pytest.fixture(scope="module")
def spans(loaded: Loaded) -> list[Span]:
    """The periods of the snapshot, by its own word."""
    return [Span(*row) for row in loaded.rows("select period, kind, start_date, end_date from periods")]


# what the oracle says


@dataclass(frozen=True)
class Raw:
    """The raw files, read once."""

    units: dict[str, str]
    register: dict[str, procedures.Procedure]
    cases: dossiers.Sorted
    petitions: list[petitions.Petition]
    portal: portal.Portal
    as_of: datetime
    """Of the dossiers."""
    own_spans: list[Span]
    """Those that dossiers and registers are counted for: a stretch that only somebody's statement speaks of is not."""


@pytest.fixture(scope="module")
def raw(loaded: Loaded, spans: list[Span]) -> Raw:
    inbox, units = loaded.folder / "inbox", read_units(loaded.folder)
    found = dossiers.read_dossiers(sorted((inbox / "dossiers").iterdir()), units)
    own_spans = [span for span in spans if span.kind != "range" and span.end >= FIRST_DAY]
    as_of = dossiers.newest_event(found, not_after=RUN_AT)
    return Raw(
        units=units,
        register=procedures.read_procedures(inbox / "procedures"),
        cases=dossiers.sort_out_all(found, own_spans, as_of),
        petitions=petitions.read_petitions(inbox / "petitions", units),
        portal=portal.read_portal(loaded.folder / "portal", PORTAL_PERIODS, units),
        as_of=as_of,
        own_spans=own_spans,
    )


@pytest.fixture(scope="module")
def counted(loaded: Loaded, spans: list[Span], raw: Raw) -> Answers:
    """Everything but the scores."""
    inbox = loaded.folder / "inbox"
    answers: Answers = {}
    answers |= dossiers.count_dossiers(raw.cases, raw.as_of, raw.register)
    answers |= portal.count_portal(raw.portal)
    answers |= certificates.count_certificates(
        certificates.read_certificates(inbox / "certificates", raw.units),
        certificates.read_staff(inbox / "staff", raw.units),
        raw.own_spans,
        certificates.register_day(inbox / "certificates"),
    )
    forms = stated.read_forms(inbox / "forms", raw.units)
    answers |= stated.count_stated(forms, spans, "form_06a", stated.FORM_INDICATORS)
    documents = stated.read_documents(inbox / "documents", raw.units)
    answers |= stated.count_stated(documents, spans, "documents", stated.DOCUMENT_INDICATORS)
    answers |= petitions.count_petitions(raw.petitions, spans)
    answers |= plan.count_tasks(plan.read_tasks(inbox / "plan"), spans, RUN_AT.date())
    answers |= reported.read_reported(inbox / "reported")
    gaps = dossiers.balance_gaps(raw.cases)
    loads = loaded.rows("select source_id, fetched_at from loads where state = 'loaded'")
    answers |= quality.count_quality(
        gaps,
        raw.portal,
        raw.own_spans,
        dossiers_loaded=[at for source, at in loads if source == "one_stop"],
        newest_load=max(at for _source, at in loads),
    )
    return answers


@pytest.fixture(scope="module")
def scored(counted: Answers, raw: Raw, spans: list[Span]) -> Scores:
    facts = Facts(defaultdict(dict, counted), raw.portal)
    return {
        index: score_pack(make(facts), sorted(_keys(index, counted, spans)), provinces={PROVINCE})
        for index, make in PACKS.items()
    }


def _keys(index: str, counted: Answers, spans: list[Span]) -> set[Key]:
    """Whom, and for which period, a pack is asked about."""
    first, last = VALID[index]
    periods = {
        span.name
        for span in spans
        if span.end >= first and span.start <= last and (index not in BY_THE_YEAR or span.kind == "year")
    }
    series = FED_BY[index]
    return {key for (_name, fed), counts in counted.items() if fed in series for key in counts if key[1] in periods}


@pytest.fixture(scope="module")
def expected(counted: Answers, scored: Scores) -> Answers:
    """Everything, with the points that are indicators too."""
    ruling, template = scored["qd766_portal_2026"], scored["dti_commune_template"]
    totals = {key[:2]: score for key, score in ruling.items() if key[2] == "total"}
    own = {}
    for (unit, period), total in totals.items():
        inherited = [ruling[unit, period, node].points or Decimal(0) for node in ("1.1", "1.2", "1.3")]
        if total.points is not None:
            own[unit, period] = (total.points - sum(inherited), 100 - (6 + 4 + 2))
    answers: Answers = dict(counted)
    answers["score_766_total", "portal"] = {key: (score.points, None) for key, score in totals.items()}
    answers["score_766_own", "portal"] = {**own}
    answers["score_dti_commune", "reported"] = {
        key[:2]: (score.points, None) for key, score in template.items() if key[2] == "total"
    }
    return answers


# the figures


def test_the_sample_is_large_enough_to_tell(loaded: Loaded) -> None:
    loads = [load for source in loaded.report.sources if source.source_id == "one_stop" for load in source.loads]
    assert sum(load.buckets.rows_in for load in loads) > 7_500


def test_periods_are_the_days_that_their_names_say(spans: list[Span]) -> None:
    found = {span.name: span for span in spans}
    for wanted in standard_spans(FIRST_DAY, AS_OF):
        assert found[wanted.name] == wanted
    stretches = [span for span in spans if span.kind == "range"]
    assert [(span.start, span.end) for span in stretches] == [days_of(span.name) for span in stretches]


def test_the_oracle_counts_everything_that_has_readings(readings: Answers, expected: Answers) -> None:
    assert set(readings) - set(expected) == set(NOT_COVERED)
    assert set(expected) <= set(readings)
    assert {series for _indicator, series in readings} == set(SERIES)


@pytest.mark.parametrize("series", SERIES)
def test_every_unit_and_period_agrees(series: str, readings: Answers, expected: Answers) -> None:
    names = [name for name, found in expected if found == series]
    for name in names:
        found, wanted = readings[name, series], expected[name, series]
        missing, more = set(wanted) - set(found), set(found) - set(wanted)
        assert not missing, (name, sorted(missing)[:5])
        assert not more, (name, sorted(more)[:5])
        wrong = {key: (found[key], parts) for key, parts in wanted.items() if found[key] != parts}
        assert not wrong, (name, dict(list(wrong.items())[:5]))
    assert any(parts[0] for name in names for parts in expected[name, series].values()), "nothing to compare"


def test_no_indicator_is_counted_of_nothing_but_those_that_the_sample_cannot_tell(expected: Answers) -> None:
    empty = {name for (name, _series), counts in expected.items() if not any(parts[0] for parts in counts.values())}
    assert empty == {
        "signed_result_rate",  # the interface for dossiers says nothing of signatures
        "unjudged_rate",  # each dossier of the sample has its day
    }


def test_what_the_sample_says_nothing_of(loaded: Loaded) -> None:
    rows = loaded.rows(
        "select indicator from indicators where number <= 63 "
        "and indicator not in (select indicator from readings where value is not null)"
    )
    assert rows == [("signed_result_rate",)]


def test_a_value_is_numerator_over_denominator(loaded: Loaded) -> None:
    rows = loaded.rows("select indicator, value, numerator, denominator from readings")
    assert {row[:2] for row in rows if row[1] != value_by_rule(row[0], (row[2], row[3]))} == set()


def value_by_rule(indicator: str, parts: Parts) -> float | None:
    numerator, denominator = parts
    if numerator is None:
        return None
    if denominator is None:
        return float(numerator) / 100 if indicator in PERCENT_WITHOUT_PARTS else float(numerator)
    if denominator == 0:
        return 1.0 if indicator in FULL_MARKS_FOR_NOTHING else None
    return float(numerator) / float(denominator)


def test_a_provinces_parts_are_the_sums_of_its_units(readings: Answers) -> None:
    for indicator in ("ontime_766", "online_submission_simple", "open_overdue_count", "pay_amount_online"):
        counts = readings[indicator, "dossiers"]
        for (unit, period), parts in counts.items():
            if unit == PROVINCE:
                below = [found for (code, name), found in counts.items() if name == period and code != PROVINCE]
                assert parts[0] == sum(found[0] or 0 for found in below), (indicator, period)
                assert (parts[1] or 0) == sum(found[1] or 0 for found in below), (indicator, period)


# what they are broken down by


def test_procedures_add_up_to_the_figures(loaded: Loaded, readings: Answers) -> None:
    pairs = {
        "ontime_766": ("on_time", "judged"),
        "online_ontime": ("online_on_time", "online_judged"),
        "online_submission_766": ("online_766", "received"),
        "online_submission_simple": ("online", "received"),
        "direct_rate": ("counter", "received"),
        "postal_rate": ("postal", "received"),
        "pay_dossier_online": ("paid_online", "fee_bearing"),
        "supplement_multi_rate": ("supplemented_more", "received"),
    }
    for indicator, (part, whole) in pairs.items():
        counts = readings[indicator, "dossiers"]
        rows = loaded.rows(
            f"select unit_code, period, sum({part}), sum({whole}) from breakdown where {AS_SERVED} group by all"
        )
        found = {(unit, period): (n, d) for unit, period, n, d in rows}
        assert found == {key: counts[key] for key in found}, indicator
    for column in ("on_time", "judged"):
        apart = f"{column} <> online_{column} + counter_{column} + postal_{column}"
        assert loaded.rows(f"select count(*) from breakdown where {apart}") == [(0,)]


def test_discontent_with_petitions_has_its_field_class_and_reason(loaded: Loaded, raw: Raw, spans: list[Span]) -> None:
    rows = loaded.rows(
        "select unit_code, period, field_name, class, cases, content, overdue, disliked, repeated, supplements "
        f"from satisfaction where kind = 'petitions' and {AS_SERVED}"
    )
    wanted = petitions.count_discontent(raw.petitions, spans)
    names = ("content", "overdue", "disliked", "repeated", "supplements")
    assert {row[:4]: row[4:] for row in rows} == {
        key: (reasons.total(), *(reasons[name] for name in names)) for key, reasons in wanted.items()
    }
    assert all(any(reasons[name] for reasons in wanted.values()) for name in names[:4])


def test_discontent_with_dossiers_has_its_field_and_reason(loaded: Loaded, raw: Raw) -> None:
    rows = loaded.rows(
        "select unit_code, period, field_name, cases, content, supplements, overdue from satisfaction "
        f"where kind = 'dossiers' and {AS_SERVED}"
    )
    wanted = dossiers.count_discontent(raw.cases, raw.as_of, raw.register)
    assert {row[:3]: row[3:] for row in rows} == wanted


# the packs


def test_every_pack_is_scored_by_hand(loaded: Loaded) -> None:
    rows = loaded.rows("select distinct index_id from index_nodes")
    assert {index for (index,) in rows} == set(PACKS) == set(VALID)
    assert {index for (index,) in loaded.rows("select distinct index_id from scores")} == set(PACKS)


@pytest.mark.parametrize("index", PACKS)
def test_every_node_has_its_points(index: str, loaded: Loaded, scored: Scores) -> None:
    rows = loaded.rows(
        f"select unit_code, period, node, points, basis, scorable_points from scores "
        f"where index_id = '{index}' and {AS_SERVED}"
    )
    found = {row[:3]: Score(*row[3:]) for row in rows}
    wanted = scored[index]
    assert set(found) == set(wanted)
    wrong = {key: (found[key], score) for key, score in wanted.items() if found[key] != score}
    assert not wrong, dict(list(wrong.items())[:5])
    assert any(score.points for key, score in wanted.items() if key[2] == "total"), "nothing to compare"


def test_units_of_a_level_are_ranked_at_every_pillar(loaded: Loaded) -> None:
    rows = loaded.rows(
        "select node, points, rank, rank_of from scores "
        f"where kind = 'pillar' and period = '{YEAR}' and level = 'commune' and points is not null and {AS_SERVED}"
    )
    by_pillar = defaultdict(list)
    for node, points, rank, rank_of in rows:
        by_pillar[node].append((points, rank, rank_of))
    assert set(by_pillar) == {"digital_government", "digital_economy", "digital_society"}
    for communes in by_pillar.values():
        assert len(communes) == 114
        points = [one[0] for one in communes]
        assert all((1 + sum(other > one for other in points), 114) == (rank, of) for one, rank, of in communes)


def test_a_pillar_is_between_the_total_and_its_groups(loaded: Loaded) -> None:
    rows = loaded.rows(
        "select node, kind, parent_node, max_points from index_nodes "
        "where index_id = 'dti_commune_template' and kind <> 'criterion' order by position"
    )
    assert [(node, kind, parent, int(points)) for node, kind, parent, points in rows] == [
        ("total", "total", None, 100),
        ("digital_government", "pillar", "total", 60),
        ("NTS", "group", "digital_government", 10),
        ("TCS", "group", "digital_government", 10),
        ("NLS", "group", "digital_government", 10),
        ("ATS", "group", "digital_government", 10),
        ("CQS", "group", "digital_government", 20),
        ("digital_economy", "pillar", "total", 15),
        ("KTS", "group", "digital_economy", 15),
        ("digital_society", "pillar", "total", 25),
        ("HTS", "group", "digital_society", 10),
        ("XHS", "group", "digital_society", 15),
    ]
    assert loaded.rows("select count(*) from index_nodes where kind = 'pillar'") == [(3,)]


def test_what_nobody_says_of_the_province_is_told(loaded: Loaded) -> None:
    rows = loaded.rows(
        "select index_id, points, scorable_points from scores "
        f"where unit_code = '{PROVINCE}' and period = '{YEAR}' and kind = 'total' and index_id like 'dti_%' "
        f"and {AS_SERVED} order by 1"
    )
    assert rows == [
        ("dti_commune_template", None, Decimal("80.00")),
        ("dti_province_example", None, Decimal("50.00")),
    ]


# what the command line makes of them


def ask(loaded: Loaded, monkeypatch: pytest.MonkeyPatch, *words: str) -> list[dict[str, Any]]:
    monkeypatch.setenv(HOLDER_KEY_VARIABLE, "k" * 32)
    answer = CliRunner().invoke(app, ["--config", str(loaded.config), *words, "--format", "json"])
    assert answer.exit_code == 0, answer.output
    rows: list[dict[str, Any]] = json.loads(answer.stdout)
    return rows


def test_two_packs_are_shown_side_by_side(loaded: Loaded, scored: Scores, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["--index", "qd766_portal_2026", "--compare", "qd766_draft_2026", "--period", YEAR, "--level", "commune"]
    rows = ask(loaded, monkeypatch, "scores", *words)
    assert len(rows) == 114
    for row in rows:
        pair = [scored[index][row["unit_code"], YEAR, "total"].points for index in words[1:4:2]]
        assert [Decimal(str(row["points"])), Decimal(str(row["other_points"]))] == pair
        assert Decimal(str(row["difference"])) == (pair[1] or 0) - (pair[0] or 0)


def test_pillars_can_be_asked_for(loaded: Loaded, scored: Scores, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["--index", "dti_commune_template", "--period", YEAR, "--unit", "11629", "--nodes", "pillars"]
    rows = ask(loaded, monkeypatch, "scores", *words)
    assert [row["node"] for row in rows] == ["digital_government", "digital_economy", "digital_society"]
    wanted = scored["dti_commune_template"]
    assert [Decimal(str(row["points"])) for row in rows] == [wanted["11629", YEAR, row["node"]].points for row in rows]
    assert ask(loaded, monkeypatch, "scores", "--index", "qd766_portal_2026", *words[2:]) == []


def test_periods_of_reports_have_the_points_of_what_is_counted(
    loaded: Loaded, scored: Scores, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft, month, before = "qd766_draft_2026", "vpcp:2026-09", "vpcp:2026-08"
    words = ["--index", draft, "--period", month, "--unit", "11629"]
    rows = {row["node"]: row for row in ask(loaded, monkeypatch, "scores", *words, "--nodes", "criteria")}
    wanted = scored[draft]["11629", month, "3"]
    assert (Decimal(str(rows["3"]["points"])), rows["3"]["basis"]) == (wanted.points, "computed")
    assert wanted.points
    # nobody publishes points for these days
    assert {(row["points"], row["basis"]) for node, row in rows.items() if node != "3"} == {(None, None)}
    assert [row["points"] for row in ask(loaded, monkeypatch, "scores", *words)] == [None]
    assert ask(loaded, monkeypatch, "scores", "--index", "qd766_portal_2026", *words[2:]) == []
    found = loaded.rows(
        "select node, previous_points from scores "
        f"where index_id = '{draft}' and unit_code = '11629' and period = '{month}' and previous_points is not null "
        f"and {AS_SERVED}"
    )
    assert dict(found) == {node: scored[draft]["11629", before, node].points for node in ("3", "CLGQ")}


def test_advice_for_days_of_reports_looks_back_to_months_of_reports(loaded: Loaded) -> None:
    (draft,) = load_catalog(CATALOG, indices=["qd766_draft_2026"]).indices
    for prefix in ("", "vpcp:"):
        standing = read_standing(
            loaded.snapshot.connection, Scope.everything(), index=draft, unit="11629", period=f"{prefix}2026-09"
        )
        experience = read_experiences(loaded.snapshot.connection, Scope.everything(), standing)["3"]
        assert experience.own_best_month is not None
        assert experience.own_best_month.startswith(f"{prefix}2026-")


@pytest.mark.parametrize("way", ["field", "reason", "class"])
def test_satisfaction_can_be_asked_for(
    way: str, loaded: Loaded, readings: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = ask(loaded, monkeypatch, "satisfaction", "--period", YEAR, "--unit", PROVINCE, "--by", way)
    content, cases = readings["petition_satisfaction", "petitions"][PROVINCE, YEAR]
    mine = [row for row in rows if row["kind"] == "petitions"]
    if way == "reason":
        assert {row["of"] for row in mine} == {cases}
        assert sum(row["cases"] for row in mine) == (cases or 0) - (content or 0)
    else:
        assert (sum(row["content"] for row in mine), sum(row["cases"] for row in mine)) == (content, cases)
    assert {row["kind"] for row in rows} == ({"petitions"} if way == "class" else {"petitions", "dossiers"})
