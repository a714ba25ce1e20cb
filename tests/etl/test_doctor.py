"""The doctor finds what is wrong, says why it matters and how to mend it, and changes nothing by looking."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from typer.testing import CliRunner

from etl.doctor import examine
from etl.pipeline import run
from ioc.cli import app
from ioc.config import Config, load_config
from ioc.diagnosis import Finding, Verdict
from ioc.standing import Standing
from ioc.store.control import migrate, open_control
from ioc.store.snapshots import Reader
from tests.dossier_files import CATALOG, dossier, make_site, write_lines

AT = datetime(2026, 8, 31, 18, 0)
HOLDING = """
import sys, time
from pathlib import Path
from ioc.store.lock import FileLock
lock = FileLock(Path(sys.argv[1]))
print(lock.try_acquire(), flush=True)
time.sleep(60)
"""


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site that has published, with one row whose unit nobody knows."""
    site = tmp_path_factory.mktemp("healthy")
    config = make_site(site)
    rows = [dossier(1), dossier(2), dossier(3, MaHoSo="H99.1-260803-0003", MaDonVi="H99.1")]
    write_lines(site / "inbox/dossiers/a.ndjson", rows)
    assert run(config, clock=lambda: AT).published
    return site


@pytest.fixture
def site(healthy: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy that may be damaged."""
    place = tmp_path / "site"
    shutil.copytree(healthy, place)
    yield place


def look(site: Path, *, at: datetime = AT) -> list[Finding]:
    def load() -> Config:
        return load_config(site / "config.yaml", environ={})

    return examine(site / "config.yaml", environ={}, load=load, clock=lambda: at)


def found(findings: list[Finding], check: str) -> Finding:
    """The one finding of a check."""
    (finding,) = [finding for finding in findings if finding.check == check]
    return finding


def wrongs(findings: list[Finding]) -> dict[str, str]:
    return {finding.check: finding.what for finding in findings if finding.is_wrong}


def rewrite(site: Path, sources: str, *, more: str = "") -> None:
    head = f'site: {{name: Gia Lai, unit: "52"}}\nstore: {{path: store}}\ncatalog: {{path: "{CATALOG}"}}\n'
    (site / "config.yaml").write_text(f"{head}{more}sources:\n{sources}", encoding="utf-8")


def test_a_healthy_site_has_nothing_wrong(site: Path) -> None:
    findings = look(site)
    assert wrongs(findings) == {}
    assert {"versions", "extensions", "config", "catalog", "units", "store", "disk", "writer", "control", "snapshot",
            "clock"} <= {finding.check for finding in findings if finding.verdict is Verdict.FINE}  # fmt: skip
    assert all(finding.why and finding.mend for finding in findings if finding.verdict is not Verdict.FINE)


def test_looking_changes_nothing(tmp_path: Path) -> None:
    make_site(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    look(tmp_path)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_broken_configuration_is_told_line_by_line_and_the_rest_is_looked_at(site: Path) -> None:
    rewrite(site, "  one_stop: {kind: dossier_snyc, path: inbox/dossiers}\n", more="webb: {}\n")
    findings = look(site)
    problems = [finding.what for finding in findings if finding.check == "config"]
    assert len(problems) == 2
    assert all("config.yaml:" in problem for problem in problems)
    assert found(findings, "catalog").verdict is Verdict.FINE


def test_a_missing_inbox_is_a_warning_with_its_line(site: Path) -> None:
    shutil.rmtree(site / "inbox")
    inbox = found(look(site), "inbox")
    assert inbox.verdict is Verdict.WARNING
    assert "config.yaml:6:" in inbox.what


def test_a_store_that_cannot_be_written_is_wrong(site: Path) -> None:
    # a file in its place: not even root can write below it
    shutil.rmtree(site / "store")
    (site / "store").touch()
    assert "store" in wrongs(look(site))


def test_a_store_open_to_everybody_is_a_warning(site: Path) -> None:
    (site / "store").chmod(0o777)
    assert found(look(site), "store").verdict is Verdict.WARNING


def test_a_missing_driver_names_the_extra(site: Path) -> None:
    rewrite(site, '  database: {kind: sql_view, url: "mssql+pyodbc://reader@db/onestop"}\n')
    driver = found(look(site), "driver")
    if not driver.is_wrong:
        pytest.skip("this machine has pyodbc")
    assert "ioc[sqlserver]" in driver.mend


def test_a_driver_that_is_there_is_fine(site: Path) -> None:
    rewrite(site, '  database: {kind: sql_view, url: "postgresql+psycopg://reader@db/onestop"}\n')
    assert found(look(site), "driver").verdict is Verdict.FINE


def test_certificates_without_a_key_are_a_warning(site: Path) -> None:
    rewrite(site, "  register: {kind: certificates, path: inbox}\n")
    assert "register" in found(look(site), "holder_key").what


def test_data_from_the_future_are_wrong(site: Path) -> None:
    yesterday = look(site, at=AT - timedelta(days=1))
    clock = [finding for finding in yesterday if finding.check == "clock"]
    assert clock
    assert all(finding.is_wrong for finding in clock)
    assert "2026-08-31 18:00:00" in str([finding.what for finding in clock])


def test_lost_fact_files_are_wrong(site: Path) -> None:
    snapshot = Reader(site / "store").current()
    assert snapshot is not None
    snapshot.dossier_files()[0].unlink()
    snapshot.connection.close()
    assert "snapshot" in wrongs(look(site))


def test_a_snapshot_that_cannot_be_read_is_wrong(site: Path) -> None:
    for mart in (site / "store" / "snapshots").glob("*.duckdb"):
        mart.write_bytes(b"not a database")
    assert found(look(site), "snapshot").is_wrong


def test_unknown_codes_are_counted(site: Path) -> None:
    crosswalk = found(look(site), "crosswalk")
    assert crosswalk.verdict is Verdict.WARNING
    assert "H99.1 (1)" in crosswalk.what


def test_a_halted_source_is_wrong(site: Path) -> None:
    control = open_control("sqlite", store=site / "store")
    control.set_standing(Standing("one_stop", AT, halted_at=AT, error="status 403"))
    control.close()
    halted = found(look(site), "halted")
    assert halted.is_wrong
    assert "status 403" in halted.what
    assert halted.mend == "ioc run one_stop"


def test_an_older_control_database_is_told_and_not_touched(site: Path) -> None:
    database = site / "store" / "control.sqlite"
    for path in database.parent.glob("control.sqlite*"):
        path.unlink()
    engine = create_engine(f"sqlite:///{database}")
    with engine.begin() as connection:
        migrate(connection, revision="0001")
    engine.dispose()
    control = found(look(site), "control")
    assert control.verdict is Verdict.WARNING
    assert "0001" in control.what


def test_who_holds_a_lock_is_named(site: Path) -> None:
    path = site / "store" / "scheduler.lock"
    with subprocess.Popen([sys.executable, "-c", HOLDING, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "True"
        findings = [finding for finding in look(site) if finding.check == "scheduler"]
        process.kill()
    works, is_silent = findings
    assert works.verdict is Verdict.FINE
    assert str(process.pid) in works.what
    # it has never said that it is alive
    assert is_silent.is_wrong


def test_no_scheduler_is_a_warning(site: Path) -> None:
    assert found(look(site), "scheduler").verdict is Verdict.WARNING


def test_the_command_answers_in_json_and_says_by_its_exit_code_whether_something_is_wrong(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("IOC_CONFIG", "IOC_STORE", "IOC_LANG"):
        monkeypatch.delenv(name, raising=False)
    asked = ["--config", str(site / "config.yaml"), "doctor", "--format", "json"]
    well = CliRunner().invoke(app, asked)
    assert well.exit_code == 0, well.stderr
    assert {"check", "verdict", "what", "why", "mend"} == set(json.loads(well.stdout)[0])
    (site / "config.yaml").write_text("sources: 5\n", encoding="utf-8")
    ill = CliRunner().invoke(app, asked)
    assert ill.exit_code == 1
    assert "wrong" in {row["verdict"] for row in json.loads(ill.stdout)}
