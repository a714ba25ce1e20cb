"""A source of kind `rest` over a server on this machine: fetched alone, or taken in by the whole pipeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from etl import pipeline
from etl.report import LoadReport
from etl.sources import SOURCE_KINDS
from etl.sources.incoming import Failure, FetchContext, Incoming
from ioc.config import Config, load_config
from ioc.store.warehouse import open_warehouse
from tests.empty_store import with_empty_store

NOW = datetime(2026, 9, 30, 8, 0)
INTERFACE: dict[str, Any] = {
    "kind": "rest",
    "path": "/stat",
    "query": {"from": "{period_start}", "to": "{period_end}"},
    "records_path": "data",
    "unit_path": "unit",
    "fields": {"received_total": "total", "done_total": "done"},
    "periods": ["2026-08"],
    "min_delay_s": 0,
    "retries": 0,
}
"""A small interface of nobody's."""
CROSSWALK = """\
system,source_unit_code,unit_code,name
electronic_id,H24.101,11446,
electronic_id,H24.102,11629,
electronic_id,H24.103,11542,
"""


@dataclass(frozen=True)
class Source:
    """A configured source with a store of its own."""

    config: Config

    def fetch(self, *, now: datetime = NOW) -> list[Incoming | Failure]:
        """What the source hands over."""
        settings = self.config.sources["source"]
        kind = SOURCE_KINDS[settings.kind]
        return list(kind.fetch(FetchContext("source", settings, self.config, lambda: now, lambda _sha256: False)))

    def take_in(self, *, now: datetime = NOW) -> tuple[LoadReport, ...]:
        """The loads of one run without a build."""
        return pipeline.run(self.config, sources=["source"], clock=lambda: now, is_building=False).sources[0].loads

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the warehouse answers."""
        with open_warehouse(self.config.store.path) as connection:
            return connection.rows(query)

    def facts(self, *columns: str) -> list[tuple[Any, ...]]:
        """Columns of the current statistics, in the order of the answer."""
        return self.rows(f"select {', '.join(columns)} from facts.dossier_stats order by period_start, row_no")

    def refused(self) -> list[tuple[Any, ...]]:
        """Row, field and first reason of every refused row."""
        return self.rows("select row_no, field, reason from quarantine order by load_id, row_no")


def configured(folder: Path, base_url: str, settings: dict[str, Any]) -> Source:
    """A configuration with one source over that address."""
    content = {
        "site": {"name": "Thử nghiệm", "unit": "31"},
        "units": {"crosswalks": ["crosswalk.csv"]},
        "sources": {"source": {**settings, "base_url": base_url}},
    }
    (folder / "crosswalk.csv").write_text(CROSSWALK, encoding="utf-8")
    file = folder / "config.yaml"
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return Source(with_empty_store(load_config(file, environ={})))


def failures(items: Sequence[Incoming | Failure]) -> list[str]:
    """The error class of each item; empty for one that came."""
    return [str(item.error.error_class) if isinstance(item, Failure) else "" for item in items]
