"""The sample in its own folder and store: written once, loaded through the real sources, then reused."""

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
from etl.sample import write_config, write_sample
from ioc.clock import Clock
from ioc.config import Config, load_config
from ioc.errors import UsageError
from ioc.store.files import write_whole
from ioc.store.snapshots import current_name
from ioc.units import REFERENCE, load_units
from ioc.words import gettext as _

PORTAL_URL = "IOC_DEMO_PORTAL_URL"
HOLDER_KEY = "IOC_HOLDER_KEY"
MARK = "sample.json"
"""Says which sample is in the folder, once it is whole."""
BEGUN = ".sample"
SAMPLE_VERSION = "1"
"""Changes when the sample's generator says something else, so that an older demo folder is written anew."""


@dataclass(frozen=True)
class Demo:
    """A demo folder whose sample is there; the portal answers while the context is open."""

    config: Config
    folder: Path
    is_loaded: bool
    """Whether its store already serves a snapshot of this sample."""


@contextmanager
def open_demo(folder: Path, *, as_of: date, seed: int, scale: float = 1.0, port: int | None = None) -> Iterator[Demo]:
    """Writes the sample unless it is there already, and starts the portal's stand-in for as long as it is needed."""
    _write_files(folder, as_of=as_of, seed=seed, scale=scale)
    write_config(folder, port=port if port is not None else 8050)
    with ReplayServer(folder / "portal", stated_at=datetime.combine(as_of, time(17))) as portal:
        # simulated people need no secret; the key only has to be the same at each start
        key = hashlib.sha256(f"simulated data {seed}".encode()).hexdigest()
        os.environ.update({PORTAL_URL: portal.base_url, HOLDER_KEY: key})
        config = load_config(folder / "config.yaml", environ=os.environ)
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
    for name in ("inbox", "portal", "store"):
        shutil.rmtree(folder / name, ignore_errors=True)


def load_demo(demo: Demo, *, clock: Clock) -> RunReport:
    """Takes in the sample's files and the portal's answers through the real sources."""
    return run(demo.config, clock=clock, trigger="demo")
