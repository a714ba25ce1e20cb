"""A process killed at any durable step: the last snapshot is still served, and the next run completes the work."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from etl.pipeline import run
from ioc.config import Config
from ioc.failpoints import POINTS
from ioc.store.snapshots import Reader
from ioc.store.warehouse import open_warehouse
from tests.dossier_files import dossier, make_site, write_lines

AT = datetime(2026, 8, 31, 18, 0)
RUN = """
import sys
from datetime import datetime
from pathlib import Path
from etl.pipeline import run
from ioc.config import load_config
run(load_config(Path(sys.argv[1]), environ={}), clock=lambda: datetime(2026, 8, 31, 18, 0))
"""
BEFORE = [dossier(n) for n in range(1, 6)]
AFTER = [dossier(n, KenhThucHien="1") for n in range(4, 9)]
"""Two dossiers change their channel, three are new."""

Facts = list[tuple[object, ...]]


def _site(folder: Path) -> Config:
    config = make_site(folder)
    write_lines(folder / "inbox" / "dossiers" / "1.ndjson", BEFORE)
    run(config, clock=lambda: AT)
    write_lines(folder / "inbox" / "dossiers" / "2.ndjson", AFTER)
    return config


def _facts(config: Config) -> tuple[Facts, Facts, Facts]:
    with open_warehouse(config.store.path) as connection:
        current = connection.rows("select dossier_code, channel from facts.dossiers order by 1")
        versions = connection.rows("select dossier_code, count(*) from facts.dossier_versions group by 1 order by 1")
        buckets = connection.rows(
            "select origin, rows_in, loaded, unchanged, superseded, quarantined from loads order by 1"
        )
    return current, versions, buckets


def _served(config: Config) -> tuple[str, Facts]:
    snapshot = Reader(config.store.path).current()
    assert snapshot is not None
    readings = snapshot.connection.rows(
        "select indicator, unit_code, period, numerator, denominator from readings order by all"
    )
    rows = snapshot.connection.rows(f"select dossier_code, channel from ({snapshot.dossiers_sql()}) order by 1")
    snapshot.connection.close()
    return snapshot.id, readings + rows


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[tuple[Facts, Facts, Facts], tuple[str, Facts]]:
    config = _site(tmp_path_factory.mktemp("undisturbed"))
    run(config, clock=lambda: AT)
    return _facts(config), _served(config)


@pytest.mark.parametrize("point", POINTS)
def test_killed_at(
    point: str, tmp_path: Path, undisturbed: tuple[tuple[Facts, Facts, Facts], tuple[str, Facts]]
) -> None:
    config = _site(tmp_path)
    before = _served(config)
    killed = subprocess.run(
        [sys.executable, "-c", RUN, str(config.file)],
        env={**os.environ, "IOC_FAILPOINT": point, "PYTHONPATH": str(Path(__file__).parent.parent.parent)},
        capture_output=True,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()[-2000:]
    assert _served(config) in (before, undisturbed[1])

    report = run(config, clock=lambda: AT)

    assert not report.failed
    assert _facts(config) == undisturbed[0]
    assert _served(config) == undisturbed[1]
    assert not list(config.store.path.rglob("*.part"))
