-- One row per view, unit and figure that its only counterpart of the other time reported: of a unit that stayed the same even what does not add.
with

twins as (
    select forth.boundary, forth.unit_code, forth.reported_code
    from mart.boundary_parts as forth
    inner join mart.boundary_parts as back
        on back.unit_code = forth.reported_code and back.reported_code = forth.unit_code and back.boundary <> forth.boundary
    where not forth.is_estimate and not back.is_estimate
)

select twins.unit_code, own.* exclude (unit_code), twins.boundary
from own_values as own
inner join twins on twins.reported_code = own.unit_code
inner join mart.units as units on units.unit_code = twins.unit_code
anti join all_values as known
    on known.boundary = twins.boundary and known.unit_code = twins.unit_code and known.period = own.period
    and known.series = own.series and known.measure = own.measure
where units.level <> 'former_commune' or own.series in (select series from apart_series)
