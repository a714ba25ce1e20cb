-- One row per row of a source that adds to the figure of one measure of a unit and period: its own word or that of the units below it, for
-- just these days or for the months that make them. Reads stated_counted, stated_speakers, stated_stretches, asked.
select
    counted.value as counted,
    counted.measure,
    counted.unit_code as own_unit_code,
    counted.source_id,
    counted.load_id,
    counted.row_no,
    counted.item,
    counted.end_date as day,
    concat_ws('; ', counted.start_date || '..' || counted.end_date, counted.statement) as statement
from stated_stretches as stretches
inner join asked on asked.asked_unit = stretches.unit_code and asked.asked_period = stretches.period
inner join stated_speakers as speakers
    on speakers.series = stretches.series and speakers.unit_code = stretches.unit_code and speakers.measure = stretches.measure
    and speakers.start_date = stretches.start_date and speakers.end_date = stretches.end_date
inner join stated_counted as counted
    on counted.unit_code = speakers.speaker_code and counted.measure = speakers.measure
    and counted.start_date = speakers.start_date and counted.end_date = speakers.end_date
where stretches.is_added
