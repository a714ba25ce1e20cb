"""The sample in a store of its own: written once, loaded through the real sources, then reused."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

from etl.pipeline import run
from etl.portal_replay import ReplayServer
from etl.report import RunReport
from etl.sample import HOLDER_KEY_VARIABLE, write_config, write_sample
from ioc.clock import Clock
from ioc.config import Config, load_config
from ioc.errors import UsageError
from ioc.store.files import write_whole
from ioc.store.snapshots import current_name
from ioc.units import REFERENCE, load_units
from ioc.words import gettext as _

CATALOG = REFERENCE.parent / "catalog"
MARK = "sample.json"
"""Says which sample is in the folder, once it is whole."""
BEGUN = ".sample"
SAMPLE_VERSION = "4"
"""Changes when the sample's generator says something else, so that an older demo folder is written anew."""


@dataclass(frozen=True)
class Demo:
    """A demo folder whose sample is there; the portal answers while the context is open."""

    config: Config
    folder: Path
    is_loaded: bool
    """Whether its store already serves a snapshot of this sample."""


@contextmanager
def open_demo(folder: Path, *, as_of: date, seed: int, scale: float = 1.0, port: int = 8050) -> Iterator[Demo]:
    """Writes the sample unless it is there already, and starts the portal's stand-in for as long as it is needed."""
    folder = folder.absolute()
    _write_files(folder, as_of=as_of, seed=seed, scale=scale)
    # simulated people need no secret; the key only has to be the same at each start
    os.environ.setdefault(HOLDER_KEY_VARIABLE, hashlib.sha256(f"simulated data {seed}".encode()).hexdigest())
    with ReplayServer(folder / "portal", stated_at=datetime.combine(as_of, time(17))) as portal:
        periods = sorted(path.name for path in (folder / "portal").iterdir())
        file = write_config(folder, catalog=CATALOG, periods=periods, portal_url=portal.base_url, port=port)
        config = load_config(file, environ=os.environ)
        yield Demo(config, folder, is_loaded=current_name(config.store.path) is not None)


def _write_files(folder: Path, *, as_of: date, seed: int, scale: float) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {"as_of": as_of.isoformat(), "seed": seed, "scale": scale, "version": SAMPLE_VERSION}
    mark = folder / MARK
    if mark.exists() and json.loads(mark.read_text(encoding="utf-8")) == wanted:
        return
    _clear(folder)
    write_sample(folder, as_of=as_of, seed=seed, scale=scale, units=load_units(REFERENCE).all)
    write_whole(mark, json.dumps(wanted))


def _clear(folder: Path) -> None:
    """Makes room for another sample; never in a folder that holds anything else."""
    if any(folder.iterdir()) and not (folder / MARK).exists() and not (folder / BEGUN).exists():
        raise UsageError(
            _("{folder} is not empty and holds no sample; name an empty folder for the demo").format(folder=folder)
        )
    (folder / BEGUN).touch()
    (folder / MARK).unlink(missing_ok=True)
    for name in ("inbox", "portal", "landing", "snapshots", "facts"):
        shutil.rmtree(folder / name, ignore_errors=True)
    for path in [*folder.glob("warehouse.duckdb*"), *folder.glob("control.sqlite*")]:
        path.unlink()


def load_demo(demo: Demo, *, clock: Clock) -> RunReport:
    """Takes in the sample's files and the portal's answers through the real sources."""
    return run(demo.config, clock=clock, trigger="demo")
