"""The rules of the house, so that the picture of it stays true."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

PROJECT = Path(__file__).parents[1]
PACKAGES = ("ioc", "etl", "dashboards")
MODULES = sorted(path for package in PACKAGES for path in (PROJECT / package).rglob("*.py"))
SQL_FILES = sorted(path for package in PACKAGES for path in (PROJECT / package).rglob("*.sql"))
NAMELESS = {"utils", "util", "helpers", "helper", "common", "misc"}
MACHINE_PATHS = re.compile(r"/(work|tmp|home/\w+|root)/")
DDL_COLUMNS = re.compile(r"\b(SELECT|FROM|WHERE|GROUP BY|ORDER BY|CREATE|INSERT|JOIN|WITH)\b")


def shown(path: Path) -> str:
    return str(path.relative_to(PROJECT))


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            yield node


def test_who_may_import_whom() -> None:
    assert lint_imports(config_filename=str(PROJECT / "pyproject.toml"), no_cache=True) == 0


@pytest.mark.parametrize("path", MODULES, ids=shown)
def test_a_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), f"{shown(path)} has no docstring"


def test_files_are_named_for_what_they_define() -> None:
    assert [shown(path) for path in MODULES if path.stem in NAMELESS] == []


def test_functions_stay_small() -> None:
    too_long = {
        f"{shown(path)}:{function.lineno} {function.name}"
        for path in MODULES
        if "migrations" not in path.parts
        for function in functions(path)
        if (function.end_lineno or 0) - function.lineno > 60
    }
    assert too_long == set()


@pytest.mark.parametrize("path", SQL_FILES, ids=shown)
def test_sql_is_lower_case_and_states_its_grain_first(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith("--"), f"{shown(path)} does not begin with a comment that states the grain"
    code = "\n".join(line.split("--")[0] for line in text.splitlines())
    assert DDL_COLUMNS.findall(re.sub(r"'[^']*'", "", code)) == []


def test_no_sql_and_no_database_in_the_web_side() -> None:
    assert list((PROJECT / "dashboards").rglob("*.sql")) == []
    query = re.compile(r"\bselect\s[^\"']*\sfrom\s|\binsert\s+into\s|\bread_parquet\(", re.IGNORECASE)
    found = [
        shown(path) for path in (PROJECT / "dashboards").rglob("*.py") if query.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_nothing_reaches_outside_the_project() -> None:
    suffixes = {".py", ".sql", ".yaml", ".toml", ".css", ".js", ".md"}
    files = [path for package in PACKAGES for path in (PROJECT / package).rglob("*") if path.suffix in suffixes]
    files += [PROJECT / name for name in ("Makefile", "Dockerfile", "config.yaml", "pyproject.toml", ".ci/run")]
    wrong = [
        shown(path)
        for path in files
        if "../shared" in path.read_text(encoding="utf-8") or MACHINE_PATHS.search(path.read_text(encoding="utf-8"))
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "name", ["requirements.lock", "requirements-dev.lock", "Makefile", "Dockerfile", "pyproject.toml"]
)
def test_no_registry_address_is_written_down(name: str) -> None:
    text = (PROJECT / name).read_text(encoding="utf-8")
    assert not re.search(r"index-url|find-links|trusted-host|https?://(?!127\.0\.0\.1)", text)


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_every_locked_package_has_a_version_and_hashes(name: str) -> None:
    text = (PROJECT / name).read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=[A-Za-z0-9])", "\n" + text)
    packages = [block for block in blocks if re.match(r"[A-Za-z0-9]", block)]
    assert len(packages) > 20
    assert [
        block.split()[0]
        for block in packages
        if not re.match(r"[\w.-]+(\[[\w,-]+\])?==\S+ \\\n\s+--hash=sha256:", block)
    ] == []
    assert "not pinned" not in text


def test_modules_can_be_imported_without_side_effects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is opened, read from the working folder or served while a module is imported."""
    import importlib

    monkeypatch.chdir(tmp_path)
    for path in MODULES:
        parts = path.relative_to(PROJECT).with_suffix("").parts
        if "migrations" not in parts:
            importlib.import_module(".".join(parts).removesuffix(".__init__"))
    assert list(tmp_path.iterdir()) == []
