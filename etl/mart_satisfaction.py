"""Why people are not content: dossiers and petitions by field and reason."""

from __future__ import annotations

from datetime import datetime

from etl.mart_passes import set_today
from etl.mart_periods import judge_periods
from etl.mart_tables import mart_sql
from ioc.store.engine import Connection


def write_satisfaction(connection: Connection) -> None:
    """mart.satisfaction on today's boundaries: of the breakdown of dossiers, of petitions as of their newest data."""
    queries = ["dossier_satisfaction"]
    as_of: datetime | None = connection.row(
        "select max(as_of) from loads where kind = 'petitions' and state = 'loaded'"
    )[0]
    if as_of is not None:
        set_today(connection)
        judge_periods(connection, as_of)
        queries.append("petition_satisfaction")
    united = "\nunion all by name\n".join(f"select * from (\n{mart_sql(query)})" for query in queries)
    connection.execute(f"insert into mart.satisfaction by name select * from (\n{united}\n) order by period, unit_code")
