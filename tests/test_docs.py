"""What the documents promise is there: commands, options, examples, packages, build steps."""

import itertools
import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import typer.main
import yaml

from etl import pipeline
from etl.report import RunReport
from etl.sample import PROVINCE_CODE
from etl.sources import certificates, document_rows, petitions, plan, procedures, reported_values, staff
from etl.sources.sql_statistics import STATISTICS
from etl.sources.sql_view import DOSSIERS
from etl.tables import Layout
from ioc.cli import app
from ioc.config import SOURCE_KINDS, Config, SourceSettings, load_config
from ioc.store.warehouse import open_warehouse
from ioc.units import load_units
from ioc.words import gettext, use_language
from tests.etl.loopback import Loopback, Reply
from tests.postgres import postgres_server

PROJECT = Path(__file__).parents[1]
OPERATORS = PROJECT / "docs" / "operators"
USERS = PROJECT / "docs" / "users"
EXAMPLES = OPERATORS / "examples"
DOCUMENTS = sorted([*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")])
TARGETS = ("run", "test", "check", "bench", "fuzz", "help")
AT = datetime(2026, 10, 1, 8)
SITE = 'site: {name: Thành phố Hải Phòng, unit: "31"}\n'
ENVIRONMENT = {"ONE_STOP_URL": "postgresql+psycopg://reader@database/one_stop", "IOC_HOLDER_KEY": "a key of tests only"}
LAYOUTS: Mapping[str, Layout] = {
    "certificates": certificates.LAYOUT,
    "staff": staff.LAYOUT,
    "procedures": procedures.LAYOUT,
    "documents": document_rows.LAYOUT,
    "petitions": petitions.LAYOUT,
    "reported_values": reported_values.LAYOUT,
    "plan": plan.LAYOUT,
}


def read(name: str) -> str:
    return (PROJECT / name).read_text(encoding="utf-8")


def guide() -> str:
    """Every page of the operators' guide."""
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(OPERATORS.glob("*.md")))


def page_of(kind: str) -> str:
    return (OPERATORS / f"{kind}.md").read_text(encoding="utf-8")


def blocks(language: str, text: str) -> list[str]:
    """The fenced examples of one language."""
    return [str(found) for found in re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)]


def shown(path: Path) -> str:
    return str(path.relative_to(PROJECT))


def links(path: Path) -> Iterator[str]:
    for target in re.findall(r"\]\(([^)]+)\)", path.read_text(encoding="utf-8")):
        if not urlsplit(target).scheme:
            yield target.split("#")[0]


@pytest.mark.parametrize("path", DOCUMENTS, ids=shown)
def test_links_lead_somewhere(path: Path) -> None:
    assert [target for target in links(path) if target and not (path.parent / target).exists()] == []


@pytest.mark.parametrize("command", sorted(typer.main.get_command(app).commands))  # type: ignore[attr-defined]  # a group
def test_every_command_is_documented(command: str) -> None:
    assert f"`ioc {command}" in read("docs/operators/README.md")


@pytest.mark.parametrize("path", sorted(USERS.glob("*.md")), ids=shown)
def test_users_are_told_how_commands_reach_the_sample_and_units_that_it_has(path: Path) -> None:
    page = path.read_text(encoding="utf-8")
    if re.search(r"^ioc ", page, re.MULTILINE):
        assert "--store data/store/demo" in page.split("```")[0]
    sampled = {unit.unit_code for unit in load_units().all if PROVINCE_CODE in (unit.unit_code, unit.parent_code)}
    assert set(re.findall(r"--(?:unit|versus) (\d+)\b(?!@)", page)) <= sampled


@pytest.mark.parametrize("page", ["docs/users/officers.md", "docs/operators/quarantine.md"])
def test_the_button_that_takes_a_file_is_called_by_its_name(page: str) -> None:
    with use_language("vi"):
        assert f"**{gettext('Take this file in')}**" in read(page)


@pytest.mark.parametrize("option", ["--config", "--store", "--lang", "--format", "--port"])
def test_common_options_are_documented(option: str) -> None:
    assert option in guide()


@pytest.mark.parametrize("kind", sorted(SOURCE_KINDS))
def test_every_kind_of_source_is_documented(kind: str) -> None:
    assert re.search(rf"^# .*`{kind}`$", page_of(kind), re.MULTILINE)
    assert f"({kind}.md)" in read("docs/operators/README.md")
    assert f"`{kind}`" in read("README.md")


@pytest.mark.parametrize("kind", sorted(SOURCE_KINDS))
def test_every_setting_of_a_kind_is_on_its_page(kind: str) -> None:
    shared = set(SourceSettings.model_fields) - {"kind"}
    page = page_of(kind)
    missing = [name for name in SOURCE_KINDS[kind].model_fields if not re.search(rf"\b{name}\b", page)]
    assert set(missing) <= shared
    assert all(re.search(rf"\b{name}\b", guide()) for name in shared)


@pytest.mark.parametrize("kind", sorted(LAYOUTS))
def test_every_heading_that_is_understood_is_on_the_page(kind: str) -> None:
    page = page_of(kind)
    for column in LAYOUTS[kind].columns:
        row = next(line for line in page.splitlines() if line.startswith(f"| `{column.name}` |"))
        headings = row.split("|")[3].strip()
        assert headings == (" · ".join(column.headings) or "—")


@pytest.mark.parametrize("path", sorted(OPERATORS.glob("*.md")), ids=shown)
def test_every_configuration_shown_is_valid(path: Path, tmp_path: Path) -> None:
    for text in blocks("yaml", path.read_text(encoding="utf-8")):
        file = tmp_path / "config.yaml"
        file.write_text((SITE if "site:" not in text else "") + text, encoding="utf-8")
        load_config(file, environ=ENVIRONMENT)


def test_every_block_that_is_commented_out_of_the_configuration_is_valid_and_every_kind_is_there(
    tmp_path: Path,
) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(
        re.sub(r"^  # ((?:  )?[a-z_]+:)", r"  \1", read("config.yaml"), flags=re.MULTILINE), encoding="utf-8"
    )
    sources = load_config(file, environ=ENVIRONMENT).sources
    assert {settings.kind for settings in sources.values()} == set(SOURCE_KINDS)


def test_the_files_shown_are_those_that_ship() -> None:
    pages = guide()
    unlike = [
        shown(path)
        for path in EXAMPLES.rglob("*")
        if path.suffix in {".csv", ".json", ".xml", ".edxml", ".sql"}
        and path.stem not in {"mysql", "sqlserver"}
        and path.read_text(encoding="utf-8").strip() not in pages
    ]
    assert unlike == []
    assert [shown(path) for path in EXAMPLES.rglob("*.*") if f"]({path.relative_to(OPERATORS)})" not in pages] == [
        "docs/operators/examples/config.yaml"
    ]


@pytest.mark.parametrize(("given", "said"), [(["PORT=8061"], "ioc demo --port 8061"), ([], "ioc demo")])
def test_make_run_passes_a_port_on(given: list[str], said: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PORT"}
    command = ["make", "--no-print-directory", "--dry-run", "run", *given]
    result = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=True)
    assert result.stdout.rstrip().endswith(said)


def test_the_readme_names_the_make_targets() -> None:
    for target in TARGETS:
        assert f"make {target}" in read("README.md")
        assert re.search(rf"^{target}:.*## ", read("Makefile"), re.MULTILINE)


def test_make_help_lists_every_target() -> None:
    listed = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout
    assert sorted(line.split()[1] for line in listed.splitlines()) == sorted(TARGETS)


def test_every_direct_dependency_has_its_reason() -> None:
    project = tomllib.loads(read("pyproject.toml"))["project"]
    page = read("docs/decisions/0002-dependencies.md")
    rows = set(re.findall(r"^\| ([\w-]+) \|", page, re.MULTILINE)) - {"Package"}
    assert rows == {re.split(r"[<>=]", requirement)[0] for requirement in project["dependencies"]}
    for requirement in itertools.chain(*project["optional-dependencies"].values()):
        assert re.split(r"[<>=\[]", requirement)[0] in page


def test_decisions_are_numbered_without_gaps_and_complete() -> None:
    pages = sorted((PROJECT / "docs" / "decisions").glob("*.md"))
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert text.startswith(f"# {int(page.name[:4])}. ")
        for part in ("**Context.**", "**Decision.**", "**Consequences.**"):
            assert part in text, f"{page.name} lacks {part}"


def pip_steps(text: str) -> list[str]:
    """What pip is told to install, without the option that only spares an image its cache."""
    steps = re.findall(r" -m pip (.* install .*)", text)
    return [step.replace(" --no-cache-dir", "").strip() for step in steps]


def test_the_image_is_built_by_the_steps_of_make() -> None:
    make = shutil.which("make")
    assert make is not None
    steps = subprocess.run(
        [make, "--dry-run", "--always-make", "--no-print-directory", ".venv/.installed"],
        cwd=PROJECT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    dockerfile = read("Dockerfile")
    assert pip_steps(steps) == pip_steps(dockerfile)
    assert len(pip_steps(steps)) == 2
    assert "-m venv .venv" in steps
    assert "-m venv .venv" in dockerfile


def test_the_image_runs_without_root_and_is_watched() -> None:
    dockerfile = read("Dockerfile")
    assert re.search(r"^FROM python:3\.\d+-slim", dockerfile, re.MULTILINE)
    assert re.search(r"^USER (?!0\b|root\b)\S+", dockerfile, re.MULTILINE)
    assert "HEALTHCHECK" in dockerfile
    assert "/healthz" in dockerfile


def run(config: Config) -> RunReport:
    report = pipeline.run(config, clock=lambda: AT)
    assert not report.failed, [load.message for source in report.sources for load in source.failures] + [*report.errors]
    return report


def test_every_row_of_the_examples_loads_without_a_doubt(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES, tmp_path / "examples")
    config = load_config(tmp_path / "examples" / "config.yaml", environ={})
    report = run(config)
    assert {source.source_id: (source.loaded, source.rows_in) for source in report.sources} == {
        "one_stop": (2, 2), "forms": (4, 4), "register": (3, 3), "staff": (1, 1), "procedures": (1, 1),
        "documents": (5, 5), "edxml": (2, 2), "petitions": (3, 3), "reported": (3, 3), "plan": (2, 2),
    }  # fmt: skip
    assert [warning for source in report.sources for load in source.loads for warning in load.warnings] == []
    assert {settings.kind for settings in config.sources.values()} == {
        kind for kind, settings in SOURCE_KINDS.items() if "path" in settings.model_fields and kind != "rest"
    }
    assert report.published is not None


def only(folder: Path, source: Mapping[str, object]) -> Config:
    """A configuration of one source and no other."""
    content = {"site": {"name": "Hải Phòng", "unit": "31"}, "sources": {"source": source}}
    (folder / "config.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    return load_config(folder / "config.yaml", environ=os.environ)


def test_the_long_examples_of_the_sample_load_whole(tmp_path: Path) -> None:
    samples = {"reported": "reported_values", "plan": "plan", "petitions": "petitions"}
    for folder, kind in samples.items():
        place = tmp_path / kind
        shutil.copytree(PROJECT / "data" / "sample" / folder, place / "inbox")
        config = only(place, {"kind": kind, "path": "inbox"})
        report = pipeline.run(config, clock=lambda: datetime(2026, 11, 21, 8), is_building=False)
        (load,) = report.sources[0].loads
        assert (load.buckets.loaded, load.warnings) == (load.buckets.rows_in, ()), kind


def test_the_interface_shown_reads_the_answer_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IOC_ONE_STOP_TOKEN", "token")
    (block,) = [yaml.safe_load(text) for text in blocks("yaml", page_of("rest")) if "one_stop_months" in text]
    answer = (EXAMPLES / "rest" / "answer.json").read_bytes()
    with Loopback(lambda asked: Reply(answer)) as server:
        settings = block["sources"]["one_stop_months"] | {"base_url": server.url, "min_delay_s": 0}
        config = only(tmp_path, settings)
        (load,) = pipeline.run(config, clock=lambda: AT, is_building=False).sources[0].loads
    assert (server.asked[0].path, server.asked[0].query["tu"]) == ("/api/thong-ke/2026/08", "01/08/2026")
    assert (load.message, load.buckets.loaded, load.buckets.rows_in) == (None, 2, 2)
    with open_warehouse(config.store.path) as connection:
        rows = connection.rows("select unit_code, received_in_period, done_late from facts.dossier_stats order by 1")
    assert rows == [("11446", 66, 0), ("11629", 108, 4)]


@pytest.mark.parametrize("name", ["postgresql", "mysql", "sqlserver"])
def test_a_view_shown_has_the_columns_that_are_read(name: str) -> None:
    text = (EXAMPLES / "sql_view" / f"{name}.sql").read_text(encoding="utf-8")
    assert set(re.findall(r" as (\w+),?\n", text)) - {"dv", "tt", "hs"} == set(DOSSIERS.names)
    assert re.search(r"^grant select on (ioc|motcua)\.v_ioc_dossier to ", text, re.MULTILINE)


SYSTEM = """
create schema motcua;
create table motcua.don_vi (id int primary key, ma_dinh_danh varchar(50), ten varchar(255));
create table motcua.thu_tuc (
    id int primary key, ma varchar(50), ten text, ma_linh_vuc varchar(50), linh_vuc text, muc_do varchar(5)
);
create table motcua.ho_so (
    so_ho_so varchar(50), don_vi_id int, thu_tuc_id int, kenh varchar(2), trang_thai varchar(5), ngay_nop timestamp,
    ngay_tiep_nhan timestamp, ngay_hen_tra timestamp, ngay_xong timestamp, ngay_tra timestamp, ngay_bo_sung timestamp,
    ngay_tu_choi timestamp, so_giay_to_so_hoa int, so_giay_to_tai_su_dung int, so_giay_to_tu_kho int,
    co_ket_qua_dien_tu boolean, ket_qua_ky_so boolean, thanh_toan varchar(2), co_phi boolean, cap_nhat_luc timestamp,
    da_xoa boolean, chu_ho_so text
);
insert into motcua.don_vi values (1, '11629', 'UBND xã An Lão');
insert into motcua.thu_tuc values (1, '1.001193', 'Đăng ký khai sinh', 'G15-TP08', 'Hộ tịch', '4');
insert into motcua.ho_so (so_ho_so, don_vi_id, thu_tuc_id, kenh, trang_thai, ngay_tiep_nhan, ngay_hen_tra, cap_nhat_luc)
values ('H31.11629-260803-0001', 1, 1, '2', '4', '2026-08-03 08:30', '2026-08-04 17:00', '2026-08-03 08:30');
create table motcua.bao_cao_06a (
    ma_don_vi varchar(50), linh_vuc text, tu_ngay date, den_ngay date, tong_nhan int, truc_tuyen int, truc_tiep int,
    ky_truoc int, tong_xong int, truoc_han int, dung_han int, qua_han int, tong_dang int, dang_trong int, dang_qua int
);
insert into motcua.bao_cao_06a
values ('11629', null, '2026-08-01', '2026-08-31', 128, 92, 16, 20, 110, 70, 36, 4, 18, 17, 1);
"""
"""A one-stop system as the examples suppose it."""


def test_the_views_shown_can_be_made_and_read_by_the_login_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with postgres_server() as server:
        with server.connect() as connection:
            for text in (
                SYSTEM,
                *((EXAMPLES / "sql_view" / f"{name}.sql").read_text() for name in ("postgresql", "statistics")),
            ):
                connection.execute(text.encode())
        monkeypatch.setenv("ONE_STOP_URL", server.url(user="ioc_reader", password="DOI-MAT-KHAU-NAY"))
        for text in blocks("yaml", page_of("sql_view")):
            (settings,) = yaml.safe_load(text)["sources"].values()
            place = tmp_path / settings["view"]
            place.mkdir()
            report = pipeline.run(only(place, settings), clock=lambda: AT, is_building=False)
            assert [load.message for load in report.sources[0].failures] == []
            assert report.sources[0].loaded == 1, settings["view"]
    assert set(STATISTICS.required) <= set(
        re.findall(r" as (\w+)", (EXAMPLES / "sql_view" / "statistics.sql").read_text())
    )
