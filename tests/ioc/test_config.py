"""config.yaml: whole validation, and never a secret in a message."""

import itertools
import re
import typing
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import BaseModel

from ioc.config import (
    Config,
    DossierSyncSettings,
    PortalSettings,
    check_cron,
    find_catalog,
    load_config,
    read_duration,
)
from ioc.errors import ConfigError
from ioc.words import use_language

ROOT = Path(__file__).parents[2]
SITE = 'site: {name: Thử, unit: "01"}\n'
KEY = "0123456789abcdef-key"


@pytest.fixture(autouse=True)
def _english() -> None:
    use_language("en")


def write(folder: Path, text: str) -> Path:
    path = folder / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def problems_of(path: Path, **environ: str) -> list[str]:
    """Every problem as `line where: message`."""
    with pytest.raises(ConfigError) as caught:
        load_config(path, environ=environ)
    return [f"{problem.line} {problem.where}: {problem.message}" for problem in caught.value.problems]


def test_the_shipped_configuration_is_valid_and_leaves_the_portal_alone() -> None:
    config = load_config(ROOT / "config.yaml", environ={})
    assert config.sources["portal"].enabled is False
    assert config.store.path == ROOT / "data" / "store"
    assert config.privacy.holder_key is None


def test_every_key_is_in_the_shipped_configuration_and_explained() -> None:
    lines = (ROOT / "config.yaml").read_text(encoding="utf-8").splitlines()
    first: dict[str, str] = {}
    for before, line in itertools.pairwise(lines):
        if found := re.match(r" +([a-z_]+): ", line):
            first.setdefault(found.group(1), line if "#" in line else before)
    assert {key for key, line in first.items() if "#" not in line} == set()
    fields = {name for section in typing.get_type_hints(Config).values() for name in _fields(section)}
    assert fields | set(PortalSettings.model_fields) | set(DossierSyncSettings.model_fields) == set(first)


def _fields(section: object) -> list[str]:
    return list(section.model_fields) if isinstance(section, type) and issubclass(section, BaseModel) else []


def test_what_is_left_out_has_a_default(tmp_path: Path) -> None:
    config = load_config(write(tmp_path, SITE), environ={})
    assert (config.web.host, config.web.port, config.web.workers, config.web.threads) == ("127.0.0.1", 8050, 2, 8)
    assert config.control.url.get_secret_value() == "sqlite"
    assert config.catalog.indices == ("qd766_portal_2026",)
    assert config.sources == {}


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    text = SITE + "sources: {one_stop: {kind: dossier_sync, path: inbox/dossiers, fresh_within: 90m}}\n"
    source = load_config(write(tmp_path, text), environ={}).sources["one_stop"]
    assert isinstance(source, DossierSyncSettings)
    assert source.path == tmp_path / "inbox" / "dossiers"
    assert source.fresh_within == timedelta(minutes=90)


def test_another_store_can_be_named(tmp_path: Path) -> None:
    config = load_config(write(tmp_path, SITE), environ={})
    assert config.with_store(tmp_path / "other").store.path == tmp_path / "other"


def test_a_unit_code_with_a_leading_zero_stays_text(tmp_path: Path) -> None:
    assert load_config(write(tmp_path, "site: {name: Hà Nội, unit: 01}\n"), environ={}).site.unit == "01"


def test_all_problems_come_at_once_with_line_and_nearest_key(tmp_path: Path) -> None:
    text = (
        "site: {name: A, unit: 31, level: provnce}\n"
        "sit: 3\n"
        "web:\n"
        "  port: 99999\n"
        "  threds: 1\n"
        "sources:\n"
        "  a: {kind: dosier_sync}\n"
        "  b: {kind: sql_view, view: v}\n"
        "  c: {kind: dossier_sync, schedul: x}\n"
        "  d: {kind: dossier_sync, path: x, schedule: 0 6 * * 1-5, fresh_within: 3 weeks}\n"
    )
    found = problems_of(write(tmp_path, text))
    assert [problem.split(":")[0] for problem in found] == [
        "1 site.level", "2 sit", "4 web.port", "5 web.threds", "7 sources.a.kind", "8 sources.b.url",
        "9 sources.c.path", "9 sources.c.schedul", "10 sources.d.fresh_within", "10 sources.d.schedule",
    ]  # fmt: skip
    assert "did you mean “site”" in found[1]
    assert "99999" in found[2] and "at most 65535" in found[2]
    assert "did you mean “threads”" in found[3]
    assert "did you mean “dossier_sync”" in found[4]
    assert "required" in found[5]
    assert "did you mean “schedule”" in found[7]
    assert "26h" in found[8]


def test_a_source_that_is_switched_off_needs_no_secrets_yet(tmp_path: Path) -> None:
    database = 'database: {kind: sql_view, enabled: false, url: "${ONE_STOP_URL}", view: v, watermark: w}'
    text = SITE + f"sources:\n  {database}\n  one_stop: {{kind: dossier_sync, path: inbox}}\n"
    assert list(load_config(write(tmp_path, text), environ={}).sources) == ["one_stop"]
    known = load_config(write(tmp_path, text), environ={"ONE_STOP_URL": "postgresql+psycopg://db/one_stop"})
    assert list(known.sources) == ["database", "one_stop"]
    with pytest.raises(ConfigError, match="ONE_STOP_URL"):
        load_config(write(tmp_path, text.replace("false", "true")), environ={})


def test_the_catalogue_is_found_in_a_file_that_is_faulty_elsewhere(tmp_path: Path) -> None:
    path = write(tmp_path, "sit: 1\ncatalog: {path: mine, indices: [a]}\n")
    found = find_catalog(path, environ={})
    assert (found.path, found.indices) == (tmp_path / "mine", ("a",))
    shipped = find_catalog(tmp_path / "none.yaml", environ={}).path
    assert shipped == ROOT / "data" / "catalog"


def test_a_problem_names_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, "site: {name: A}\n")
    with pytest.raises(ConfigError) as caught:
        load_config(path, environ={})
    assert str(caught.value) == f"{path}:1: site.unit: this key is required; write it"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("site: {name: A, unit: 1}\nweb: {port: 1}\nweb: {port: 2}\n", 3, "occurs twice, first in line 2"),
        ("site: {name: A\nweb: [\n", 2, "not YAML"),
        ("- a\n- b\n", 1, "keys with values"),
        ("site: &a {name: A, unit: *a}\n", 1, "contains itself"),
        ("", 1, "keys with values"),
        ("site: {name: A, unit: 1}\nsources: [a]\n", 2, "mapping of name"),
    ],
)
def test_a_file_that_is_not_proper_yaml_says_where(tmp_path: Path, text: str, line: int, words: str) -> None:
    found = problems_of(write(tmp_path, text))
    assert any(problem.startswith(f"{line} ") and words in problem for problem in found)


def test_a_missing_file_is_a_problem_too(tmp_path: Path) -> None:
    assert "does not exist" in problems_of(tmp_path / "config.yaml")[0]


def test_a_secret_comes_from_the_environment_and_is_never_shown(tmp_path: Path) -> None:
    path = write(tmp_path, SITE + 'privacy: {holder_key: "${IOC_HOLDER_KEY}"}\n')
    config = load_config(path, environ={"IOC_HOLDER_KEY": KEY})
    assert config.privacy.holder_key is not None and config.privacy.holder_key.get_secret_value() == KEY
    assert KEY not in repr(config)
    assert load_config(path, environ={}).privacy.holder_key is None
    short = problems_of(path, IOC_HOLDER_KEY="tooshort")
    assert "at least 16" in short[0] and "tooshort" not in short[0]


@pytest.mark.parametrize(
    "text",
    [
        "privacy: {holder_key: plain-secret-in-the-file}\n",
        'control: {url: "postgresql+psycopg://ioc:plain-secret@db/ioc"}\n',
        'control: {url: "oracle://plain-secret"}\n',
    ],
)
def test_a_secret_in_the_file_is_refused_without_repeating_it(tmp_path: Path, text: str) -> None:
    found = problems_of(write(tmp_path, SITE + text))
    assert len(found) == 1
    assert "plain-secret" not in found[0]


def test_a_required_value_whose_variable_is_not_set_names_the_variable(tmp_path: Path) -> None:
    text = SITE + 'sources: {portal: {kind: national_portal, base_url: "${PORTAL_URL}", periods: [2026]}}\n'
    assert problems_of(write(tmp_path, text)) == [
        "2 sources.portal.base_url: the environment variable PORTAL_URL is not set; set it"
    ]


def portal(folder: Path, settings: str) -> Path:
    return write(folder, SITE + f"sources:\n  portal: {{kind: national_portal, {settings}}}\n")


def test_the_portal_is_off_until_somebody_turns_it_on(tmp_path: Path) -> None:
    source = load_config(portal(tmp_path, "periods: [2026, 2026-Q3, 2026-08]"), environ={}).sources["portal"]
    assert isinstance(source, PortalSettings)
    assert (source.enabled, source.min_delay_s, source.periods) == (False, 3, ("2026", "2026-Q3", "2026-08"))


def test_only_this_machine_may_be_asked_without_delay(tmp_path: Path) -> None:
    here = portal(tmp_path, "periods: [2026], base_url: 'http://127.0.0.1:8080/', min_delay_s: 0")
    source = load_config(here, environ={}).sources["portal"]
    assert isinstance(source, PortalSettings)
    assert (source.base_url, source.min_delay_s) == ("http://127.0.0.1:8080", 0)
    assert "at least 3 seconds" in problems_of(portal(tmp_path, "periods: [2026], min_delay_s: 2"))[0]


@pytest.mark.parametrize("address", ["http://dichvucong.gov.vn", "ftp://127.0.0.1", "dichvucong.gov.vn", "https://"])
def test_an_unsafe_address_of_the_portal_is_refused(tmp_path: Path, address: str) -> None:
    found = problems_of(portal(tmp_path, f"periods: [2026], base_url: '{address}'"))
    assert any("https://" in problem and "base_url" in problem for problem in found)


@pytest.mark.parametrize("period", ["2026-13", "2026-Q5", "26", "2026-8", "vpcp:2026-08"])
def test_a_period_that_the_portal_does_not_know_is_refused(tmp_path: Path, period: str) -> None:
    assert "sources.portal.periods.0" in problems_of(portal(tmp_path, f"periods: ['{period}']"))[0]


def test_a_crosswalk_must_be_there(tmp_path: Path) -> None:
    path = write(tmp_path, SITE + "units: {crosswalks: [codes.csv]}\n")
    assert "codes.csv" in problems_of(path)[0]
    (tmp_path / "codes.csv").write_text("system,source_unit_code,unit_code,name\n", encoding="utf-8")
    assert load_config(path, environ={}).units.crosswalks == (tmp_path / "codes.csv",)


@pytest.mark.parametrize(
    ("text", "seconds"), [("45s", 45), ("90m", 5400), ("26h", 93600), ("40d", 3456000), ("2 h", 7200)]
)
def test_durations(text: str, seconds: int) -> None:
    assert read_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["26", "h", "0h", "-1h", "1.5h", "1w", ""])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="26h"):
        read_duration(text)


@pytest.mark.parametrize("text", ["*/15 * * * *", "0 6 * * mon-fri", "5,35 7-17/2 1 jan,jul *", "0 0 31 12 sun"])
def test_schedules(text: str) -> None:
    assert check_cron(text) == text


@pytest.mark.parametrize(
    "text", ["", "* * * *", "60 * * * *", "0 24 * * *", "0 0 0 * *", "0 0 * 13 *", "0 0 * * 1", "0 0 * * fri-mon",
             "*/0 * * * *", "5-1 * * * *", "a * * * *", "@daily", "0 6 * * * *"]
)  # fmt: skip
def test_what_is_no_schedule(text: str) -> None:
    with pytest.raises(ValueError, match="cron"):
        check_cron(text)


def test_a_configuration_elsewhere_finds_the_catalogue_that_ships_with_the_product(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(SITE + "catalog: {path: data/catalog}\n", encoding="utf-8")
    assert load_config(file, environ={}).catalog.path == ROOT / "data" / "catalog"

    (tmp_path / "data" / "catalog").mkdir(parents=True)
    assert load_config(file, environ={}).catalog.path == tmp_path / "data" / "catalog"
