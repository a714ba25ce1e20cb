"""Why people are not content: dossiers and petitions by field and reason."""

from __future__ import annotations

from datetime import datetime

from etl.mart_passes import set_today
from etl.mart_periods import judge_periods
from etl.mart_tables import mart_sql, replace_by_view
from ioc.store.engine import Connection


def write_satisfaction(connection: Connection) -> None:
    """mart.satisfaction on today's boundaries: a view over cells of dossiers, and over petitions as of their newest."""
    as_of: datetime | None = connection.row(
        "select max(as_of) from loads where kind = 'petitions' and state = 'loaded'"
    )[0]
    if as_of is not None:
        set_today(connection)
        judge_periods(connection, as_of)
        connection.execute(
            f"insert into mart.petition_satisfaction by name select * from (\n{mart_sql('petition_satisfaction')}\n) "
            "order by period, unit_code"
        )
    dossiers = mart_sql("dossier_satisfaction")
    united = f"select * from (\n{dossiers}\n)\nunion all by name\nselect * from petition_satisfaction"
    replace_by_view(connection, "satisfaction", united)
