"""What the documents promise is there: commands, options, examples, packages, build steps."""

import itertools
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import typer.main

from etl import pipeline
from ioc.cli import app
from ioc.config import SOURCE_KINDS, load_config

PROJECT = Path(__file__).parents[1]
OPERATORS = PROJECT / "docs" / "operators.md"
DOCUMENTS = sorted([*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")])
TARGETS = ("run", "test", "check", "bench", "help")


def read(name: str) -> str:
    return (PROJECT / name).read_text(encoding="utf-8")


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
    assert f"`ioc {command}" in OPERATORS.read_text(encoding="utf-8")


@pytest.mark.parametrize("option", ["--config", "--store", "--lang", "--format", "--port"])
def test_common_options_are_documented(option: str) -> None:
    assert option in OPERATORS.read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", sorted(SOURCE_KINDS))
def test_every_kind_of_source_is_documented(kind: str) -> None:
    assert re.search(rf"^### .*`{kind}`", OPERATORS.read_text(encoding="utf-8"), re.MULTILINE)
    assert f"`{kind}`" in read("README.md")


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
    plan = subprocess.run(
        [make, "--dry-run", "--always-make", "--no-print-directory", ".venv/.installed"],
        cwd=PROJECT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    dockerfile = read("Dockerfile")
    assert pip_steps(plan) == pip_steps(dockerfile)
    assert len(pip_steps(plan)) == 2
    assert "-m venv .venv" in plan
    assert "-m venv .venv" in dockerfile


def test_the_image_runs_without_root_and_is_watched() -> None:
    dockerfile = read("Dockerfile")
    assert re.search(r"^FROM python:3\.\d+-slim", dockerfile, re.MULTILINE)
    assert re.search(r"^USER (?!0\b|root\b)\S+", dockerfile, re.MULTILINE)
    assert "HEALTHCHECK" in dockerfile
    assert "/healthz" in dockerfile


def example(language: str, number: int = 0) -> str:
    found = re.findall(rf"^```{language}\n(.*?)^```", OPERATORS.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return str(found[number])


def test_the_examples_of_the_operators_guide_load_without_a_rejected_row(tmp_path: Path) -> None:
    shutil.copytree(PROJECT / "data" / "catalog", tmp_path / "data" / "catalog")
    files = {
        "config.yaml": example("yaml"),
        "inbox/dossiers/2026-08.json": example("json"),
        "inbox/certificates/2026-08.csv": example("csv", 0),
        "inbox/staff/2026-08.csv": example("csv", 1),
        "inbox/procedures/2026.csv": example("csv", 2),
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    config = load_config(tmp_path / "config.yaml", environ={})
    report = pipeline.run(config, clock=lambda: datetime(2026, 9, 1, 8))
    assert not report.failed, [load.message for source in report.sources for load in source.failures] + [*report.errors]
    loaded = {source.source_id: (source.loaded, source.quarantined) for source in report.sources}
    assert loaded == {"one_stop": (1, 0), "register": (3, 0), "staff": (1, 0), "procedures": (1, 0)}
    assert report.published is not None
