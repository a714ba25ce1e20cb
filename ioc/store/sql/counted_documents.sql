-- One row per unit, stretch of days, measure of documents and row of a source that adds to the figure; a parent's figures and those
-- of its units never both. A measure ends in _of where it is the whole of a part: counted only where the part is stated.
-- Reads documents_facts, rollup, and statements' relations.
with

statements as (
{statements}
),

measured as (
    select
        unit_code,
        source_unit_code,
        period_start as start_date,
        period_end as end_date,
        source_id,
        load_id,
        row_no,
        is_parent,
        is_flagged,
        regexp_full_match(source_unit_code, '\d+') as is_statistical,
        unnest([
            {'measure': 'documents_sent', 'value': sent_total},
            {'measure': 'documents_received', 'value': received_total},
            {'measure': 'documents_signed', 'value': case when sent_total is not null then sent_signed end},
            {'measure': 'documents_signed_of', 'value': case when sent_signed is not null then sent_total end},
            {'measure': 'documents_signed_personal', 'value': case when sent_total is not null then sent_signed_personal end},
            {'measure': 'documents_signed_personal_of', 'value': case when sent_signed_personal is not null then sent_total end},
            {'measure': 'documents_signed_org', 'value': case when sent_total is not null then sent_signed_org end},
            {'measure': 'documents_signed_org_of', 'value': case when sent_signed_org is not null then sent_total end},
            {'measure': 'documents_electronic', 'value': case when sent_total is not null then sent_electronic end},
            {'measure': 'documents_electronic_of', 'value': case when sent_electronic is not null then sent_total end},
            {'measure': 'work_files_online', 'value': case when work_files_total is not null then work_files_online end},
            {'measure': 'work_files_of', 'value': case when work_files_online is not null then work_files_total end},
            -- a rate without its counts stands alone: nothing adds up to it
            {'measure': 'documents_sign_rate', 'value': case when sent_signed is null or sent_total is null then sign_rate end}
        ], recursive := true)
    from documents_facts
),

-- of several sources that speak of a figure the one that spoke last; of its two kinds of codes likewise
chosen as (
    select *
    from measured
    where value is not null
    window newest_first as (partition by unit_code, start_date, end_date, measure order by load_id desc, source_id)
    qualify
        source_id = first_value(source_id) over newest_first and is_statistical = first_value(is_statistical) over newest_first
),

-- a parent is left out where units below it speak for themselves, but for the topmost, whose own word is the whole
has_ancestor as (select distinct unit_code from rollup where unit_code <> ancestor_code),

spoken_below as (
    select distinct rollup.ancestor_code as unit_code, chosen.start_date, chosen.end_date, chosen.measure
    from chosen
    inner join rollup on rollup.unit_code = chosen.unit_code and rollup.ancestor_code <> chosen.unit_code
),

weighed as (
    select
        chosen.*,
        is_parent and spoken_below.unit_code is not null and has_ancestor.unit_code is not null as is_spoken_for
    from chosen
    left join spoken_below using (unit_code, start_date, end_date, measure)
    left join has_ancestor using (unit_code)
),

-- where a parent stands for its unit, it holds whatever else bears the unit's code; of nested ones the outermost
standing as (
    select *
    from weighed
    where not is_spoken_for
    window of_figure as (partition by unit_code, start_date, end_date, measure)
    qualify
        not bool_or(is_parent) over of_figure
        or row_number() over (of_figure order by not is_parent, length(source_unit_code), source_unit_code) = 1
)

select
    standing.unit_code,
    standing.start_date,
    standing.end_date,
    standing.measure,
    standing.value::decimal(24, 4) as value,
    standing.source_id,
    standing.load_id,
    standing.row_no,
    standing.source_unit_code as item,
    'source_unit_code=' || standing.source_unit_code as statement,
    standing.is_flagged or standing.measure = 'documents_sign_rate' as is_flagged,
    statements.as_of,
    statements.fresh_until
from standing
left join statements on statements.load_id = standing.load_id
qualify
    standing.measure <> 'documents_sign_rate'
    or count(*) over (partition by standing.unit_code, standing.start_date, standing.end_date, standing.measure) = 1
