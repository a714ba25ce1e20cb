"""A store in which nothing has been loaded yet, made once and copied: quicker than making its databases each time."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from ioc.config import Config
from ioc.store.control import open_control
from ioc.store.warehouse import open_warehouse


def with_empty_store(config: Config) -> Config:
    """The configuration, whose store has its databases now, unless it had them before."""
    if not config.store.path.exists():
        shutil.copytree(_empty_store(), config.store.path)
    return config


@cache
def _empty_store() -> Path:
    store = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, store)
    with open_warehouse(store):
        pass
    open_control("sqlite", store=store).close()
    return store
