-- A snapshot's mart: small, immutable, read-only once published. Times are naive local time of Asia/Ho_Chi_Minh.

-- one row per property of the snapshot: id, content_hash, published_at, as_of, simulated, site_name, site_unit, ...
create table if not exists info (key varchar primary key, value varchar);

-- one row per unit and validity (the key is unit_code; former units carry CODE@2024-12-31)
create table if not exists units (
    unit_code varchar primary key, name varchar, short_name varchar, level varchar, kind varchar,
    parent_code varchar, valid_from date, valid_to date, electronic_id varchar,
    sort_key varchar, search_key varchar, latitude double, longitude double, area_km2 double
);

-- one row per former unit and present unit that took of its territory, at the level of communes and above; extent: whole | part
create table if not exists lineage (old_code varchar, new_code varchar, extent varchar, is_main boolean, share decimal(13, 12), basis varchar);

-- one row per boundary view, unit and unit of another time whose figures count for it: all of them, or the slices of them (each from
-- `since` up to `upto` of 1); only for units with figures
create table if not exists boundary_parts (
    boundary varchar, unit_code varchar, reported_code varchar, share decimal(13, 12), basis varchar, is_estimate boolean,
    slices struct(since decimal(13, 12), upto decimal(13, 12))[]
);

-- one row per unit within a region that the operator defined, and region
create table if not exists region_units (unit_code varchar, region_code varchar);

-- one row per present unit and series whose readings as it reported itself stand apart; of the others they are the current ones
create table if not exists boundary_units (unit_code varchar, series varchar);

-- the same of points: one row per present unit and index whose points as it reported itself stand apart, and indicator that is points of it
create table if not exists boundary_points (unit_code varchar, index_id varchar, indicator varchar);

-- one row per period for which readings were built; kind: month | quarter | half | year | ytd | rolling | day | range; calendar: gregorian | vpcp
create table if not exists periods (period varchar primary key, kind varchar, start_date date, end_date date, calendar varchar);

-- one row per indicator of the catalogue
create table if not exists indicators (
    indicator varchar primary key, number integer, name_vi varchar, name_en varchar, indicator_group varchar,
    formula_vi varchar, formula_en varchar, measure_unit varchar, direction varchar, decimals tinyint,
    target double, at_risk_within double, zero_policy varchar, target_status varchar, target_source varchar, evidence varchar,
    hysteresis double,  -- how far past a threshold a figure must go back before its state does
    while_open varchar,  -- may_rise | may_fall: what the cases of a period that are still open can do to it
    target_due date  -- by when the target is to be reached
);

-- one row per boundary view, indicator, unit, period and series. The build makes it a view over reading_rows and the tables after it.
create table if not exists readings (
    indicator varchar, unit_code varchar, level varchar, parent_code varchar, period varchar, series varchar, is_leading boolean,
    numerator decimal(24, 4), denominator decimal(24, 4), value double,
    target double, status varchar, flags varchar[], "rank" integer, rank_of integer,
    previous_value double, last_year_value double,
    as_of timestamp, fresh_until timestamp,
    bound varchar,  -- of a reported figure: exact | at_least | about
    rank_best integer, rank_worst integer,  -- places that the number of cases allows (Wilson, 95 %); rates with counted cases only
    compared_previous varchar, compared_last_year varchar,  -- of a period that is not over: the part of the earlier one it is compared with
    -- on whose boundaries: current | reported | former; the figure lies between the two ends, however a divided unit's cases were spread
    boundary varchar default 'current', range_low double, range_high double
);

-- the same with numbers for names: a third of the work to write; flag_bits: 1 estimate, 2 small_n, 4 unreconciled, 8 source_flag;
-- bound_no: 1 exact, 2 at_least, 3 about
create table if not exists reading_rows (
    course_no smallint, unit_no integer, period_no smallint, is_leading boolean,
    numerator decimal(24, 4), denominator decimal(24, 4), value double, status_no tinyint, flag_bits tinyint,
    rank_place integer, rank_of integer, previous_value double, last_year_value double, as_of timestamp, fresh_until timestamp, bound_no tinyint,
    rank_best integer, rank_worst integer, compared_previous varchar, compared_last_year varchar, range_low double, range_high double,
    is_of_dossiers boolean,  -- as_of and fresh_until are those of what else is in it: the dossiers' own age stands in sources
    is_whole boolean  -- known to the end of its period
);
create table if not exists reading_courses (course_no smallint, boundary varchar, indicator varchar, series varchar, target double);
create table if not exists reading_units (unit_no integer, unit_code varchar, level varchar, parent_code varchar);
create table if not exists reading_periods (
    period_no smallint, period varchar, end_date date,
    is_begun_late boolean  -- the dossiers begin more than a week within it
);

-- one row per indicator, unit and day: for sparklines and drill-down; only where the measures add along time, or are daily stocks.
-- The build makes it a view over daily_measures (one row per unit and day, a column per measure), a twentieth of the rows.
create table if not exists daily (indicator varchar, unit_code varchar, day date, numerator decimal(24, 4), denominator decimal(24, 4));

-- one row per node of an index: index 'qd766_portal_2026', node 'total' | 'CKMB' | '1.1'; kind: total | pillar | group | criterion
create table if not exists index_nodes (
    index_id varchar, node varchar, kind varchar, parent_node varchar, position integer,
    name_vi varchar, name_en varchar, max_points decimal(9, 2), rule_vi varchar, rule_en varchar,
    is_inherited boolean, indicator varchar, evidence varchar, legal_source varchar,
    whole decimal(9, 2)  -- of a criterion without a denominator, what stands for one: 1 of a plain number, 100 of a published percent
);

-- one row per band of an index, best first; a band holds points >= from_points
create table if not exists index_bands (index_id varchar, band varchar, name_vi varchar, name_en varchar, from_points decimal(9, 2), evidence varchar);

-- one row per boundary view, index, unit, period and node. The build makes it a view over score_rows.
create table if not exists scores (
    index_id varchar, unit_code varchar, level varchar, parent_code varchar, period varchar, node varchar, kind varchar,
    points decimal(9, 2), max_points decimal(9, 2), basis varchar, published_points decimal(9, 2), scorable_points decimal(9, 2),
    numerator decimal(24, 4), denominator decimal(24, 4), "rank" integer, rank_of integer, previous_points decimal(9, 2),
    flags varchar[], as_of timestamp, fresh_until timestamp,
    compared_previous varchar,  -- as in readings
    boundary varchar default 'current', points_low decimal(9, 2), points_high decimal(9, 2)  -- as in readings: the two ends
);

-- the same, but for is_of_dossiers and is_whole, which are those of reading_rows
create table if not exists score_rows (
    index_id varchar, unit_code varchar, level varchar, parent_code varchar, period varchar, node varchar, kind varchar,
    points decimal(9, 2), max_points decimal(9, 2), basis varchar, published_points decimal(9, 2), scorable_points decimal(9, 2),
    numerator decimal(24, 4), denominator decimal(24, 4), "rank" integer, rank_of integer, previous_points decimal(9, 2),
    flags varchar[], as_of timestamp, fresh_until timestamp,
    compared_previous varchar, boundary varchar default 'current', points_low decimal(9, 2), points_high decimal(9, 2),
    is_of_dossiers boolean, is_whole boolean
);

-- one row per boundary view, unit, period, field and procedure: where and why dossiers are not submitted online.
-- The build makes it a view over breakdown_cells and the tables after it, which sums a unit's period when it is asked for.
create table if not exists breakdown (
    unit_code varchar, period varchar, field_name varchar, procedure_base varchar, procedure_name varchar,
    received bigint, online bigint, counter bigint, postal bigint, on_time bigint, judged bigint,
    online_766 bigint,  -- with an electronic result where a document is due
    online_on_time bigint, online_judged bigint, counter_on_time bigint, counter_judged bigint,
    postal_on_time bigint, postal_judged bigint,
    supplemented_more bigint,  -- more than one request for a supplement: late whatever was due
    fee_bearing bigint, paid_online bigint,
    boundary varchar default 'current'  -- as in readings; divided units are in nobody's but their own
);

-- one row per unit of the dossiers, cell (its first day), procedure and time until which those that are open are in time
create table if not exists breakdown_cells (
    unit_code varchar, cell date, procedure_base varchar, open_until timestamp,
    received bigint, online bigint, counter bigint, postal bigint, ended_on_time bigint, still_open bigint, judged bigint,
    online_766 bigint, online_ended_on_time bigint, online_still_open bigint, online_judged bigint,
    postal_ended_on_time bigint, postal_still_open bigint, postal_judged bigint,
    supplemented_more bigint, fee_bearing bigint, paid_online bigint
);
-- one row per boundary view, unit of the cells and unit that it counts for; per period; per procedure
create table if not exists breakdown_units (unit_code varchar, ancestor_code varchar, boundary varchar default 'current');
create table if not exists breakdown_periods (period varchar, start_date date, judged_on date, judged_at timestamp);
create table if not exists breakdown_procedures (procedure_base varchar, procedure_name varchar, field_name varchar);

-- one row per boundary view, unit, period, kind (dossiers | petitions), field and class of petitions (tthc | staff | other): all cases that can be
-- judged, those without any reason to be discontent, and the others, each under the first reason that holds, in the order of the columns.
-- The build makes it a view over breakdown_cells and petition_satisfaction.
create table if not exists satisfaction (
    unit_code varchar, period varchar, kind varchar, field_name varchar, class varchar,
    cases bigint, content bigint, supplements bigint, overdue bigint, disliked bigint, repeated bigint,
    boundary varchar default 'current'  -- as in breakdown
);
create table if not exists petition_satisfaction (
    unit_code varchar, period varchar, kind varchar, field_name varchar, class varchar,
    cases bigint, content bigint, supplements bigint, overdue bigint, disliked bigint, repeated bigint,
    boundary varchar default 'current'  -- as in breakdown
);

-- one row per source, as of the build; quarantined: all that its loads refused, waiting: those rows that nothing has mended yet
create table if not exists sources (
    source_id varchar primary key, kind varchar, last_load_at timestamp, as_of timestamp, fresh_within_s bigint, fresh_until timestamp,
    rows_in bigint, loaded bigint, unchanged bigint, superseded bigint, quarantined bigint, failed_loads bigint, waiting bigint
);

-- one row per load (a copy of the ledger) and per refused row (at most the newest 5,000)
create table if not exists loads (
    load_id bigint, run_id varchar, source_id varchar, kind varchar, origin varchar, sha256 varchar, size_bytes bigint,
    fetched_at timestamp, as_of timestamp, rows_in bigint, loaded bigint, unchanged bigint, superseded bigint, quarantined bigint,
    state varchar, error_class varchar, message varchar, warnings varchar[], duration_s double
);
create table if not exists quarantine (
    load_id bigint, source_id varchar, origin varchar, row_no bigint, field varchar, reason varchar, value varchar
);

-- one row per value that somebody gave a refused row (at most the newest 1,000); an empty field: it was tried again as it was
create table if not exists corrections (
    source_id varchar, origin varchar, row_no bigint, field varchar, old_value varchar, new_value varchar, reason varchar,
    corrected_at timestamp, corrected_by varchar, by_load_id bigint, is_accepted boolean
);

-- one row per comparison of two series of one indicator, or of computed with published points
create table if not exists reconciliations (
    subject varchar, unit_code varchar, period varchar, left_series varchar, left_value double,
    right_series varchar, right_value double, difference double, agrees boolean,
    left_denominator decimal(24, 4), right_denominator decimal(24, 4)
);
