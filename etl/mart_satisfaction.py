"""Why people are not content: dossiers and petitions by field and reason."""

from __future__ import annotations

from datetime import datetime

from etl.mart_passes import passes
from etl.mart_periods import judge_periods
from etl.mart_tables import mart_sql, replace_by_view
from ioc.store.engine import Connection


def write_satisfaction(connection: Connection) -> None:
    """mart.satisfaction: a view over cells of dossiers, and over petitions as of their newest."""
    as_of: datetime | None = connection.row(
        "select max(as_of) from loads where kind = 'petitions' and state = 'loaded'"
    )[0]
    if as_of is not None:
        judge_periods(connection, as_of)
        for counted in passes(connection, "petitions", ends_today=True):
            connection.execute(
                f"insert into mart.petition_satisfaction by name select *, {counted.boundary} as boundary "
                f"from (\n{mart_sql('petition_satisfaction')}\n) order by period, unit_code"
            )
    dossiers = mart_sql("dossier_satisfaction")
    united = f"select * from (\n{dossiers}\n)\nunion all by name\nselect * from petition_satisfaction"
    replace_by_view(connection, "satisfaction", united)
