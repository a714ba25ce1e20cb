-- One row per boundary view, index, unit, period and node: score_rows, with the age of its data.
with

ages as (
{shown_ages}
),

aged as (
    select
        found.*,
        periods.end_date,
        greatest(found.as_of, case when found.is_of_dossiers then ages.as_of end) as data_as_of,
        least(found.fresh_until, case when found.is_of_dossiers then ages.fresh_until end) as data_fresh_until
    from score_rows as found
    inner join periods on periods.period = found.period
    cross join ages
)

select
    * exclude (end_date, data_as_of, data_fresh_until, is_of_dossiers, is_whole) replace (
        data_as_of as as_of,
        -- a period that was over when the data were taken does not go stale
        case when end_date >= data_as_of::date then data_fresh_until end as fresh_until
    )
from aged
