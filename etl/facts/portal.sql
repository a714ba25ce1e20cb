-- One row per unit of an answer of the portal: its figures typed, or what is wrong with them.
with

landed_units as (select * from landed),

unit_codes as (
    select upper(source_unit_code) as code, any_value(unit_code) as unit_code
    from unit_xref
    group by all
),

typed as (
    select
        landed_units.* replace (
            nullif(upper(trim(department_code)), '') as department_code,
            nullif(trim(department_name), '') as department_name
        ),
        list_transform(metrics, lambda metric: {
            'code': metric.code,
            'numerator': try_cast(metric.numerator as decimal(20, 4)),
            'denominator': try_cast(metric.denominator as decimal(20, 4)),
            'ratio': try_cast(metric.ratio as decimal(9, 4)),
            'points': try_cast(metric.points as decimal(9, 4)),
            'max_points': try_cast(metric.max_points as decimal(9, 4)),
            'quality_status': metric.quality_status,
            'quality_message': metric.quality_message
        }) as figures
    from landed_units
),

-- what came beside what it became: null that was not null came as something else than a number
compared as (
    select
        *,
        flatten(list_transform(metrics, lambda metric, position: [
            {'field': metric.code || '.numerator', 'text': metric.numerator, 'figure': figures[position].numerator},
            {'field': metric.code || '.denominator', 'text': metric.denominator, 'figure': figures[position].denominator},
            {'field': metric.code || '.ratio', 'text': metric.ratio, 'figure': figures[position].ratio},
            {'field': metric.code || '.points', 'text': metric.points, 'figure': figures[position].points},
            {'field': metric.code || '.max_points', 'text': metric.max_points, 'figure': figures[position].max_points}
        ])) as parts,
        list_transform(metrics, lambda metric: metric.code) as codes
    from typed
),

judged as (
    select
        *,
        (
            if(fault is null, [], [{'field': 'row', 'reason': fault, 'value': null::varchar}])
            || if(department_id is null, [{'field': 'departmentId', 'reason': 'MISSING', 'value': null::varchar}], [])
            || if(department_name is null, [{'field': 'departmentName', 'reason': 'MISSING', 'value': null::varchar}], [])
            || list_transform(
                list_filter(parts, lambda part: part.text is not null and (part.figure is null or part.figure < 0)),
                lambda part: {'field': part.field, 'reason': 'VALUE', 'value': safe_value(part.text)}
            )
            || list_transform(
                list_filter(figures, lambda figure: figure.points > figure.max_points),
                lambda figure: {
                    'field': figure.code || '.points', 'reason': 'VALUE', 'value': safe_value(figure.points::varchar)
                }
            )
            || if(
                len(codes) = len(list_distinct(codes)),
                [],
                [{'field': 'metrics', 'reason': 'DUPLICATE', 'value': null::varchar}]
            )
        )::struct(field varchar, reason varchar, value varchar)[] as problems
    from compared
),

final as (
    select
        judged.row_no,
        judged.problems,
        null::timestamp as event_at,
        judged.endpoint,
        judged.period,
        judged.department_id,
        judged.department_code as source_unit_code,
        -- an unknown unit keeps its published figures under its electronic identifier
        coalesce(
            by_code.unit_code, by_id.unit_code, judged.department_code, 'portal:' || judged.department_id
        ) as unit_code,
        judged.department_name,
        judged.department_type,
        -- the order in which metrics come says nothing, and must not make a new version
        list_sort(judged.figures) as metrics
    from judged
    left join unit_codes as by_code on judged.department_code = by_code.code
    left join unit_codes as by_id on upper(judged.department_id) = by_id.code
)

select * from final
