-- One row per word of a unit that is in the word of the one above it (of a former commune in its district's), and unit further up.
-- Reads stated, rollup.
select own.series, own.unit_code, own.start_date, own.end_date, own.measure, upward.ancestor_code
from stated as own
inner join rollup as low on low.unit_code = own.unit_code and low.ancestor_code <> own.unit_code
inner join stated as above
    on above.unit_code = low.ancestor_code and above.series = own.series and above.start_date = own.start_date
    and above.end_date = own.end_date and above.measure = own.measure
inner join rollup as upward on upward.unit_code = above.unit_code and upward.ancestor_code <> above.unit_code
