"""Points of all indices: as scores, and as figures of the indicators that are points."""

from __future__ import annotations

from etl.mart_periods import read_stand_ins
from etl.mart_tables import insert_mart, mart_sql, put_rows, replace_by_view
from ioc.catalog.model import Catalog
from ioc.scoring.score import is_apart, score_index
from ioc.store.engine import Connection


def score_indices(connection: Connection, catalog: Catalog) -> None:
    """Scores measure_values by every index into scores_raw, scores_own and scores_ranges; score_values are figures.

    mart.boundary_points names the present units whose points as they reported themselves stand apart.
    """
    connection.execute("create or replace temp view units as select * from mart.units")
    stand_ins = read_stand_ins(connection)
    apart = [series for (series,) in connection.rows("select series from apart_series")]
    for index in catalog.indices:
        score_index(connection, index, stand_ins=stand_ins, apart=apart)
    found = [(index.id,) for index in catalog.indices if is_apart(index, apart)]
    put_rows(connection, "apart_indices", {"index_id": "varchar"}, found)
    insert_mart(connection, "boundary_points")
    for table in ("score_times", "score_values"):
        connection.execute(f"create or replace temp table {table} as {mart_sql(table)}")


def write_scores(connection: Connection) -> None:
    """mart.scores: a view over score_rows, which need not be written anew where only the age of the data is another."""
    insert_mart(connection, "score_rows", order="period, node, unit_code")
    replace_by_view(connection, "scores", mart_sql("scores"))
