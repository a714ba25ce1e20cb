-- One row per view, unit and figure of a divided unit that a slice of goes to the unit, with the slices.
with

frame as (
    select period, start_date, end_date from period_frame
    union
    select period, start_date, end_date from period_parts
),

kinds as (select measure, any_value(kind) as kind from stated_measures group by all)

-- an opening or closing stock is that of who was there on its day
select
    parts.boundary, parts.unit_code, parts.slices, own.period, own.series, own.measure, own.value,
    own.as_of, own.covered_until, own.fresh_until, own.is_estimate, own.has_source_flag
from mart.boundary_parts as parts
inner join own_values as own on own.unit_code = parts.reported_code
inner join mart.units as sources on sources.unit_code = parts.reported_code
inner join frame on frame.period = own.period
left join kinds on kinds.measure = own.measure
where parts.is_estimate
    and (kinds.kind is distinct from 'opening' or coalesce(sources.valid_from <= frame.start_date, true))
    and (kinds.kind is distinct from 'closing' or coalesce(sources.valid_to >= frame.end_date, true))
    and (
        parts.boundary <> 'former' or own.series in (select series from apart_series)
        or parts.unit_code in (select unit_code from mart.units where level <> 'former_commune')
    )
