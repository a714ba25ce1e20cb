"""Official points rank as they are published: on two decimals."""

from __future__ import annotations

from decimal import Decimal

from etl.mart_figures import number_figures
from etl.mart_tables import mart_sql
from ioc.catalog.load import load_catalog
from ioc.scoring.score import score_index
from ioc.store.engine import open_memory
from tests.dossier_files import CATALOG

ON_TIME, RECEIVED = "portal_total_on_time_numerator", "portal_total_received_numerator"


def test_points_that_are_published_alike_share_a_place() -> None:
    connection = open_memory()
    connection.execute(
        """
        attach ':memory:' as mart;
        create table mart.units (unit_code varchar, level varchar, parent_code varchar);
        insert into mart.units values ('a', 'commune', '31'), ('b', 'commune', '31'), ('c', 'commune', '31');
        create temp view units as select * from mart.units;
        create temp table kept_periods (period_no smallint, period varchar, end_date date);
        create table mart.score_rows (
            index_id varchar, node varchar, unit_code varchar, period varchar, points decimal(9, 2),
            boundary varchar, is_whole boolean
        );
        create table mart.periods as
        select
            '2026-09' as period, date '2026-09-01' as start_date, date '2026-09-30' as end_date, 'month' as kind,
            'gregorian' as calendar;
        create schema months;
        create table months.received_days (day date, dossiers bigint);
        create temp table period_parts (period varchar, end_date date);
        create temp table period_links (
            period varchar, until date, previous_period varchar, last_year_period varchar, previous_part varchar,
            last_year_part varchar
        );
        create temp table indicator_parts (
            indicator varchar, series varchar, series_rank integer, part varchar, scale double, is_counted boolean
        );
        create temp table score_values (indicator varchar, series varchar);
        create temp table catalog_indicators (
            indicator varchar, direction varchar, measure_unit varchar, target double, at_risk_within double,
            hysteresis double, zero_policy varchar
        );
        create temp table all_values as
        select
            unit_code, '2026-09' as period, 'portal' as series, unnest($names) as measure,
            unnest([n, 100000])::decimal(24, 4) as value, timestamp '2026-10-01' as as_of, null::date as covered_until,
            null::timestamp as fresh_until, false as has_source_flag, 'current' as boundary, false as is_estimate,
            false as is_shared, null::decimal(24, 4) as least_value, null::decimal(24, 4) as most_value
        from (values ('a', 83333), ('b', 83334), ('c', 83000)) as counts (unit_code, n);
        """.replace("$names", f"['{ON_TIME}', '{RECEIVED}']")
    )
    for view in ("scored_values", "measure_values"):
        connection.execute(f"create temp view {view} as select * from all_values")
    (index,) = load_catalog(CATALOG, indices=["qd766_portal_2026"]).indices
    score_index(connection, index)
    number_figures(connection)
    connection.execute(f"create temp table score_times as {mart_sql('score_times')}")
    scores = mart_sql("score_rows")
    found = connection.rows(
        f"select unit_code, points, \"rank\", rank_of from ({scores}\n) where node = '2.1' order by unit_code"
    )
    # 16.6666 and 16.6668 of 20
    assert found == [("a", Decimal("16.67"), 1, 3), ("b", Decimal("16.67"), 1, 3), ("c", Decimal("16.60"), 3, 3)]
