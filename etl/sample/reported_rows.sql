-- One row per commune and figure that no system gives and that it reports for the year of as_of; of nothing it reports nothing.
with

counted as (
    select
        unit_no,
        count(*) filter (where finished_at::date > due_at::date) as late,
        count(*) as received,
        count(*) filter (where fee_vnd > 0) as fee_bearing,
        count(*) // 8 as answers
    from dossier
    where is_received and year(received_at) = year(getvariable('as_of')::date)
    group by all
),

measures as (
    select *
    from (
        values
            ('apology_rate', 'late', 0.35, 1.00),
            ('cross_boundary_rate', 'received', 0.00, 0.06),
            ('e_receipt_rate', 'fee_bearing', 0.55, 1.00),
            ('survey_satisfaction', 'answers', 0.86, 1.00)
    ) as listed(measure, whole, least_rate, greatest_rate)
),

wholes as (
    select unit_no, whole, amount::bigint as amount
    from counted
    unpivot (amount for whole in (late, received, fee_bearing, answers))
)

select
    office.unit_code,
    year(getvariable('as_of')::date)::varchar as period,
    measures.measure,
    floor(wholes.amount * between_draw(
        low_word(random_bits(concat('reported|', office.electronic_id, '|', measures.measure))), 0, measures.least_rate, measures.greatest_rate
    ))::bigint::varchar as value,
    wholes.amount::varchar as "of",
    'exact' as bound,
    'Báo cáo năm của xã (mô phỏng)' as source_document,
    'Số liệu mô phỏng' as note
from wholes
inner join measures on measures.whole = wholes.whole
inner join office on office.unit_no = wholes.unit_no
where office.level = 'commune' and wholes.amount > 0
order by office.unit_code, measures.measure
