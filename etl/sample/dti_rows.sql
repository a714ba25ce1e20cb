-- one row per commune and figure that it reports of its digital transformation in the year of as_of
with

measures as (
    select *
    from (
        values
            ('dti_training_share', 0.55, 1.00, 'officials'),
            ('dti_fibre_households', 0.70, 0.99, 'households'),
            ('dti_security_level', 0.30, 1.00, 'systems'),
            ('dti_endpoint_protection', 0.60, 1.00, 'officials'),
            ('dti_shops_online', 0.15, 0.75, 'shops'),
            ('dti_firms_digital', 0.30, 0.90, 'firms'),
            ('dti_cashless_places', 0.30, 1.00, 'places'),
            ('citizen_signature', 0.12, 0.62, 'adults'),
            ('dti_identity_adults', 0.70, 0.97, 'adults'),
            ('dti_health_records', 0.25, 0.85, 'people')
    ) as listed(measure, least_rate, greatest_rate, whole)
),

communes as (
    select
        office.unit_code,
        office.electronic_id,
        office.officials,
        low_word(random_bits(concat('dti|', office.electronic_id, '|size'))) as size,
        high_word(random_bits(concat('dti|', office.electronic_id, '|size'))) as zeal,
        low_word(random_bits(concat('dti|', office.electronic_id, '|words'))) as words
    from office
    where office.level = 'commune'
),

peopled as (select *, 9000 + whole_draw(size, 0, 26000) as people from communes),

wholes as (
    select *
    from (
        select
            unit_code,
            electronic_id,
            zeal,
            officials::bigint as officials,
            people::bigint as people,
            floor(people * 0.72)::bigint as adults,
            floor(people / 3.4)::bigint as households,
            (120 + whole_draw(size, 1, 700))::bigint as shops,
            (25 + whole_draw(size, 2, 220))::bigint as firms,
            (9 + whole_draw(size, 3, 14))::bigint as places,
            (3 + whole_draw(zeal, 3, 4))::bigint as systems
        from peopled
    )
    unpivot (amount for whole in (officials, people, adults, households, shops, firms, places, systems))
),

shares as (
    select
        wholes.unit_code,
        measures.measure,
        wholes.amount,
        -- a commune that is eager in one thing is eager in others
        least(1, measures.least_rate + (measures.greatest_rate - measures.least_rate) * (
            0.5 * draw(wholes.zeal, 0)
            + 0.5 * draw(low_word(random_bits(concat('dti|', wholes.electronic_id, '|', measures.measure))), 0)
        )) as rate
    from wholes
    inner join measures on measures.whole = wholes.whole
),

statements as (
    select unit_code, measure, floor(amount * rate)::bigint::varchar as value, amount::varchar as "of" from shares
    union all
    select unit_code, 'dti_leader_steering', ['1', '1', '1', '0.5', '0'][1 + whole_draw(words, 0, 5)], '' from communes
    union all
    select unit_code, 'dti_meetings', whole_draw(words, 1, 6)::varchar, '' from communes
    union all
    select unit_code, 'dti_plan_issued', (draw(words, 2) < 0.85)::integer::varchar, '' from communes
    union all
    select unit_code, 'dti_data_rules_issued', (draw(words, 3) < 0.5)::integer::varchar, '' from communes
)

select
    unit_code,
    year(getvariable('as_of')::date)::varchar as period,
    measure,
    value,
    "of",
    'exact' as bound,
    'Báo cáo chuyển đổi số của xã (mô phỏng)' as source_document,
    'Số liệu mô phỏng' as note
from statements
order by unit_code, measure
