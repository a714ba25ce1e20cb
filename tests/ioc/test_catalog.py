"""The catalogue: what ships is complete and consistent, and every mistake is found with its line."""

import json
import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from ioc.catalog.load import load_catalog
from ioc.catalog.model import Catalog, Evidence
from ioc.catalog.schema import schema_texts, write_schemas
from ioc.errors import ConfigError
from ioc.words import use_language

SHIPPED = Path(__file__).parents[2] / "data" / "catalog"
QD766 = "qd766_portal_2026"
PACKS = (QD766, "qd766_draft_2026", "dti_commune_template", "dti_province_example")
SLUGS = """
    tthc_publish_on_time tthc_update_on_time tthc_content_full dossier_sync_rate ontime_766 ontime_completed early_rate
    overdue_completed_rate open_overdue_count open_overdue_rate avg_processing_time carried_over_rate due_soon_count
    supplement_rate supplement_multi_rate rejected_rate apology_rate online_coverage full_online_coverage
    service_with_dossier online_submission_766 online_submission_simple full_online_dossier_all
    full_online_dossier_eligible direct_rate postal_rate channel_missing_rate online_ontime cross_boundary_rate
    tthc_idle_rate pay_tthc_integrated pay_tthc_transacted pay_dossier_online pay_amount_online e_result_rate
    digitized_rate reuse_rate share_store_rate pop_data_dossier pop_data_tthc e_certified_copy signed_result_rate
    petition_on_time petition_satisfaction dossier_satisfaction survey_satisfaction petition_tthc_share
    petition_staff_share petition_overdue_count score_766_total score_766_own edoc_signed_rate edoc_personal_signed
    edoc_org_signed edoc_exchange_rate work_file_online cert_coverage_leader cert_coverage_staff cert_active_rate
    cert_expiring citizen_signature data_freshness reconcile_gap
"""
"""The catalogue's first 63 indicators in the order of their numbers."""
Edit = Callable[[str, str, str], list[str]]


@pytest.fixture(autouse=True)
def _english() -> None:
    use_language("en")


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(SHIPPED, indices=[QD766])


@pytest.fixture
def edited(tmp_path: Path) -> Edit:
    """Replaces a text in a copy of the shipped catalogue and gives the problems that follow."""

    def edit(file: str, old: str, new: str) -> list[str]:
        shutil.copytree(SHIPPED, tmp_path / "catalog")
        path = tmp_path / "catalog" / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        line = text[: text.index(old)].count("\n") + 1
        with pytest.raises(ConfigError) as caught:
            load_catalog(tmp_path / "catalog", indices=[QD766])
        assert any(problem.file == path for problem in caught.value.problems)
        return [f"{problem.line - line:+d} {problem.where}: {problem.message}" for problem in caught.value.problems]

    return edit


@pytest.fixture
def edited_catalog(tmp_path: Path) -> Callable[[str, str, str], Catalog]:
    """The catalogue with a text replaced."""

    def edit(file: str, old: str, new: str) -> Catalog:
        shutil.copytree(SHIPPED, tmp_path / "catalog")
        path = tmp_path / "catalog" / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return load_catalog(tmp_path / "catalog", indices=[QD766])

    return edit


def test_all_indicators_have_their_numbers_and_names(catalog: Catalog) -> None:
    assert [indicator.id for indicator in catalog.indicators if indicator.number <= 63] == SLUGS.split()
    assert [indicator.number for indicator in catalog.indicators][:63] == list(range(1, 64))


def test_online_and_on_time_rates_are_counted_apart(catalog: Catalog) -> None:
    parts = {
        indicator.id: (indicator.series[0].numerator, indicator.series[0].denominator)
        for indicator in catalog.indicators
        if indicator.series
    }
    online = (
        "online_submission_766",
        "online_submission_simple",
        "full_online_dossier_all",
        "full_online_dossier_eligible",
    )
    assert len({parts[name] for name in online}) == 4
    assert parts["ontime_766"] != parts["ontime_completed"]


def test_a_threshold_may_hold_a_state(edited_catalog: Callable[[str, str, str], Catalog]) -> None:
    changed = edited_catalog("indicators/progress.yaml", "  hysteresis: 0.005\n", "  hysteresis: 0.01\n")
    held = {item.id: item.hysteresis for item in changed.indicators}
    assert held["ontime_766"] == Decimal("0.01")


def test_only_a_target_that_leaves_room_holds_a_state(catalog: Catalog) -> None:
    held = [item for item in catalog.indicators if item.hysteresis]
    assert len(held) > 5
    # what falls short of 100 %, or is more than none, has missed the target
    assert all(item.target and 0 < item.target.value < 1 for item in held)
    assert all(item.target and item.hysteresis < item.target.at_risk_within for item in held)


def test_what_open_dossiers_can_still_do_to_a_rate(catalog: Catalog) -> None:
    moves = {item.id: str(item.while_open) for item in catalog.indicators if item.while_open}
    assert moves["ontime_766"] == "may_fall"
    assert moves["online_submission_766"] == "may_rise"


def test_own_dossiers_lead_where_there_are_any(catalog: Catalog) -> None:
    orders = {tuple(series.id for series in indicator.series) for indicator in catalog.indicators}
    assert {order[0] for order in orders if "dossiers" in order} == {"dossiers"}
    # what a system counted comes before what somebody wrote down
    assert all(
        order.index("dossiers") < order.index("reported") for order in orders if {"dossiers", "reported"} <= {*order}
    )
    assert ("dossiers", "form_06a", "reported") in orders


def test_every_text_is_in_both_languages_and_composed(catalog: Catalog) -> None:
    texts = [text for item in catalog.indicators for text in (item.name, item.formula, item.legal_source)]
    texts += [measure.name for measure in catalog.measures]
    texts += [criterion.rule_text for group in catalog.indices[0].groups for criterion in group.criteria]
    assert all(text.vi.strip() and text.en.strip() for text in texts)
    assert not [text for text in texts if any("\u0300" <= letter <= "\u0323" for letter in text.vi)]


def test_examples_are_not_passed_off_as_official_targets(catalog: Catalog) -> None:
    statuses = {item.id: item.target.status for item in catalog.indicators if item.target}
    assert statuses["ontime_766"] == statuses["ontime_completed"] == Evidence.LOCAL
    assert {name for name, status in statuses.items() if status is Evidence.OFFICIAL} == {
        "e_result_rate", "digitized_rate", "cert_coverage_leader", "cert_coverage_staff", "work_file_online",
        "full_online_coverage", "survey_satisfaction",
    }  # fmt: skip


def test_the_portals_figures_add_along_nothing(catalog: Catalog) -> None:
    portal = [measure for measure in catalog.measures if measure.fact == "portal"]
    assert portal
    assert {(measure.kind, measure.adds) for measure in portal} == {("published", frozenset())}
    assert all(measure.id == f"portal_{str(measure.metric).lower()}_{measure.part}" for measure in portal)


def test_the_index_has_its_groups_and_maxima(catalog: Catalog) -> None:
    index = catalog.indices[0]
    assert {group.node: group.max_points for group in index.groups} == {
        "CKMB": 18, "TDGQ": 20, "CLGQ": 12, "TTTT": 10, "MDSH": 22, "MDHL": 18,
    }  # fmt: skip
    assert index.max_points == 100
    assert [group.published for group in index.groups] == [
        f"portal_{name}_points" for name in ("ckmb", "tdgq", "clgq", "tttt", "mdsh", "mdhl")
    ]


def test_the_criteria_have_their_rules(catalog: Catalog) -> None:
    criteria = {criterion.node: criterion for group in catalog.indices[0].groups for criterion in group.criteria}
    assert {node: str(criterion.max_points) for node, criterion in criteria.items()} == {
        "1.1": "6", "1.2": "4", "1.3": "2", "1.4": "6", "2.1": "20", "3.1": "2", "3.2": "4", "3.3": "6",
        "3.5": "2", "3.5b": "2", "3.6": "6", "4.1": "6", "4.2": "4", "4.3": "2", "4.4": "4", "4.5a": "2", "4.5b": "2",
        "4.6": "2", "5.2": "6", "5.3": "6", "5.4": "6",
    }  # fmt: skip
    assert {node: criterion.cap for node, criterion in criteria.items() if criterion.cap} == {
        "3.1": Decimal("0.8"), "3.3": Decimal("0.5"), "3.5": Decimal("0.8"), "3.5b": Decimal("0.8"),
        "4.3": Decimal("0.8"), "5.4": Decimal("0.9"),
    }  # fmt: skip
    assert {node for node, criterion in criteria.items() if criterion.inherited} == {"1.1", "1.2", "1.3"}
    assert {node for node, criterion in criteria.items() if criterion.zero == "full"} == {"5.2", "5.3"}
    assert {node for node, criterion in criteria.items() if criterion.rounding == "percent"} == {
        "3.1", "3.2", "3.3", "3.5", "3.5b", "3.6",
    }  # fmt: skip


def test_bands_that_no_source_confirms_say_so(catalog: Catalog) -> None:
    assert [(band.name.vi, int(band.from_points), str(band.evidence)) for band in catalog.indices[0].bands] == [
        ("Xuất sắc", 90, "official"), ("Tốt", 80, "draft"), ("Khá", 70, "draft"),
        ("Trung bình", 50, "draft"), ("Yếu", 0, "official"),
    ]  # fmt: skip


def test_an_unknown_key_is_answered_with_the_nearest(edited: Edit) -> None:
    found = edited("indicators/progress.yaml", "  direction: up", "  directoin: up")
    assert [problem for problem in found if "did you mean “direction”" in problem and problem.startswith("+0 ")]
    assert [problem for problem in found if problem.startswith("-") and "ontime_766.direction" in problem]


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("indicators/progress.yaml", "on_time_766_final", "on_time_766_finl", "did you mean “on_time_766_final”"),
        ("indicators/progress.yaml", "id: early_rate", "id: ontime_766", "already used in progress.yaml:"),
        ("indicators/progress.yaml", "number: 7", "number: 6", "already used in progress.yaml:"),
        ("indicators/progress.yaml", "value: 0.95", "value: 95", "0.95 for 95 %"),
        ("indicators/composite.yaml", "score_index: qd766_portal_2026", "score_index: qd76", "qd766_portal_2026"),
        ("indices/qd766_portal_2026.yaml", "max_points: 100", "max_points: 99", "max_points 100,"),
        ("indices/qd766_portal_2026.yaml", "max_points: 18", "max_points: 17", "max_points 18,"),
        ("indices/qd766_portal_2026.yaml", "        cap: 0.8\n", "", "cap with the rule capped"),
        ("indices/qd766_portal_2026.yaml", "from_points: 80", "from_points: 95", "from the best to the worst"),
        ("indices/qd766_portal_2026.yaml", 'node: "1.2"', 'node: "1.1"', "occur once"),
        ("indices/qd766_portal_2026.yaml", "portal_tdgq_points", "portal_tdqg_points", "“portal_tdgq_points”"),
        ("indices/qd766_portal_2026.yaml", "indicator: ontime_766", "indicator: ontime", "did you mean “ontime_766”"),
        ("indices/qd766_portal_2026.yaml", "zero: full", "zero: max", "Allowed: null, zero, full"),
        ("indices/qd766_portal_2026.yaml", "        rule: linear", "        rule: steps", "steps with the rule steps"),
        ("indices/qd766_portal_2026.yaml", 'version: "2026"\nvalid', 'version: "2027"\nvalid', "is the version 2027"),
        ("indices/qd766_portal_2026.yaml", "    max_points: 18\n", "    max_points: 18\n    pillar: x\n", "see ['x']"),
        ("indices/qd766_portal_2026.yaml", "bands:\n", "pillars: [{id: total, name: {vi: x, en: y}}]\nbands:\n", "see"),
        ("measures/portal.yaml", ", part: numerator", ", part: top", "Allowed: numerator"),
        ("measures/portal.yaml", ", metric: PUBLISH_ON_TIME", "", "metric, part"),
        ("measures/dossiers.yaml", "adds: [units, time]", "adds: [space]", "Allowed: units, time"),
    ],
)  # fmt: skip
def test_a_mistake_is_found(edited: Edit, file: str, old: str, new: str, words: str) -> None:
    found = edited(file, old, new)
    assert [problem for problem in found if words in problem], found


def test_mistakes_of_several_files_come_at_once(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED, tmp_path / "catalog")
    for file in ("measures/portal.yaml", "indicators/online.yaml"):
        path = tmp_path / "catalog" / file
        path.write_text(path.read_text(encoding="utf-8") + "\n- {id: Wrong Id}\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_catalog(tmp_path / "catalog", indices=[QD766, "dti"])
    assert {problem.file.name for problem in caught.value.problems} == {"portal.yaml", "online.yaml", "dti.yaml"}


def test_the_fingerprint_follows_the_meaning_and_not_the_comments(tmp_path: Path, catalog: Catalog) -> None:
    shutil.copytree(SHIPPED, tmp_path / "catalog")
    path = tmp_path / "catalog" / "indicators" / "progress.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text + "\n# nothing\n", encoding="utf-8")
    assert load_catalog(tmp_path / "catalog", indices=[QD766]).fingerprint == catalog.fingerprint
    path.write_text(text.replace("value: 0.95", "value: 0.96", 1), encoding="utf-8")
    assert load_catalog(tmp_path / "catalog", indices=[QD766]).fingerprint != catalog.fingerprint


def test_every_pack_loads_and_shares_out_100_points() -> None:
    packs = load_catalog(SHIPPED, indices=PACKS).indices
    assert [(pack.id, int(pack.max_points)) for pack in packs] == [(name, 100) for name in PACKS]
    assert all(pack.changelog and pack.changelog[0].version == pack.version for pack in packs)
    texts = [criterion.rule_text for pack in packs for group in pack.groups for criterion in group.criteria]
    assert all(text.vi.strip() and text.en.strip() for text in texts)


def test_the_commune_template_has_eight_groups_and_says_what_it_is() -> None:
    (pack,) = load_catalog(SHIPPED, indices=["dti_commune_template"]).indices
    assert [int(group.max_points) for group in pack.groups] == [10, 10, 10, 10, 10, 20, 15, 15]
    assert {group.pillar for group in pack.groups} == {pillar.id for pillar in pack.pillars}
    assert len(pack.pillars) == 3
    branches = [(pillar.id if pillar else None, [group.node for group in groups]) for pillar, groups in pack.branches]
    assert branches == [
        ("digital_government", ["NTS", "TCS", "NLS", "ATS", "CQS"]),
        ("digital_economy", ["KTS"]),
        ("digital_society", ["HTS", "XHS"]),
    ]
    assert "mẫu, chưa phải bộ chỉ số chính thức" in pack.name.vi
    assert pack.all_series == ("reported", "certificates", "dossiers", "documents")


def test_the_example_of_a_province_has_steps_and_halves() -> None:
    (pack,) = load_catalog(SHIPPED, indices=["dti_province_example"]).indices
    steps = {
        criterion.node: [(str(step.at), str(step.points)) for step in criterion.steps]
        for group in pack.groups
        for criterion in group.criteria
        if criterion.steps
    }
    assert steps["A1"] == [("4", "20"), ("3", "15"), ("2", "10"), ("1", "5")]
    assert steps["A2"] == [("1", "10"), ("0.5", "5")]
    assert steps["B1"] == [("1", "10")]
    assert set(steps) == {"A1", "A2", "B1", "B2", "C1"}


def yaml_files() -> list[Path]:
    return sorted(path for kind in ("measures", "indicators", "indices") for path in (SHIPPED / kind).glob("*.yaml"))


def schema_of(file: Path) -> tuple[Path, dict[str, Any]]:
    """The schema that a file names in its first line, for editors."""
    first = file.read_text(encoding="utf-8").partition("\n")[0]
    path = (file.parent / first.removeprefix("# yaml-language-server: $schema=")).resolve()
    return path, json.loads(path.read_text(encoding="utf-8"))


def as_json(text: str) -> Any:
    """A YAML text as an editor's validator sees it: days are texts."""
    return json.loads(json.dumps(yaml.safe_load(text), default=str))


def test_the_schemas_are_those_of_the_shapes(tmp_path: Path) -> None:
    kept = {path.name: path.read_text(encoding="utf-8") for path in (SHIPPED / "schema").iterdir()}
    assert kept == schema_texts()
    assert {path.name for path in write_schemas(tmp_path / "new")} == set(kept)


@pytest.mark.parametrize("file", yaml_files(), ids=lambda path: path.name)
def test_each_file_fits_the_schema_it_names(file: Path) -> None:
    path, schema = schema_of(file)
    assert path.parent == SHIPPED / "schema"
    Draft202012Validator.check_schema(schema)
    assert list(Draft202012Validator(schema).iter_errors(as_json(file.read_text(encoding="utf-8")))) == []


def test_a_schema_marks_an_unknown_key_and_a_wrong_word() -> None:
    file = SHIPPED / "indicators" / "progress.yaml"
    validator = Draft202012Validator(schema_of(file)[1])
    text = file.read_text(encoding="utf-8")
    for wrong in (
        text.replace("  direction: up", "  directoin: up", 1),
        text.replace("direction: up", "direction: left", 1),
    ):
        assert list(validator.iter_errors(as_json(wrong)))


def test_a_criterion_is_fed_by_its_own_series_in_each_index() -> None:
    packs = {index.id: index for index in load_catalog(SHIPPED, indices=PACKS).indices}
    assert packs[QD766].series_of("4.2") == "portal"
    assert packs["dti_commune_template"].series_of("4.2") == "certificates"
    assert packs["dti_commune_template"].series_of("total") == packs["dti_commune_template"].series
