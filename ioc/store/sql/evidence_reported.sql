-- One row per statement that adds to the reported figure of one measure of a unit and period: its own, or those of the units below it.
-- Reads reported, reported_speakers, asked.
select
    reported.value as counted,
    reported.measure,
    reported.unit_code as own_unit_code,
    reported.source_id,
    reported.load_id,
    reported.row_no,
    reported.item,
    reported.day,
    reported.statement
from reported_speakers as speakers
inner join asked on asked.asked_unit = speakers.unit_code and asked.asked_period = speakers.period
inner join reported
    on reported.unit_code = speakers.speaker_code and reported.period = speakers.period and reported.measure = speakers.measure
