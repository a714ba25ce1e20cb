"""What an operator decides per source and the figures are judged by."""

from __future__ import annotations

from etl.mart_tables import put_rows
from ioc.config import Config, PetitionSettings, PlanSettings
from ioc.store.engine import Connection


def write_source_rules(connection: Connection, config: Config) -> None:
    """source_rules: within how many working days petitions are due, after how many days a task stagnates."""
    columns = {"source_id": "varchar", "deadline_working_days": "integer", "stagnation_days": "integer"}
    rows = [
        (
            source_id,
            settings.deadline_working_days if isinstance(settings, PetitionSettings) else None,
            settings.stagnation_days if isinstance(settings, PlanSettings) else None,
        )
        for source_id, settings in config.sources.items()
    ]
    put_rows(connection, "source_rules", columns, rows)
