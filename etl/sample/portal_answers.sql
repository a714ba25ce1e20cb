-- One row per period and endpoint: the text that the portal would answer, keys in its order.
with

units as (
    select
        0 as unit_no,
        getvariable('province_id') as electronic_id,
        getvariable('root_department_id') as department_id,
        getvariable('province_name') as name,
        'PROVINCE' as type,
        'PROVINCE' as level,
        'level_1' as agency_level
    union all
    select
        unit_no,
        electronic_id,
        department_id,
        case when level = 'department' then concat(name, ' - Thành phố Hải Phòng') else name end,
        case when level = 'department' then 'PROVINCIAL_DEPARTMENT' else 'COMMUNE_PEOPLE_COMMITTEE' end,
        case when level = 'department' then 'PROVINCE' else 'COMMUNE' end,
        'level_2'
    from unit
),

numbered as (
    select *, case when unit_no = 0 then 1 else row_number() over (partition by unit_no = 0 order by electronic_id) end as stt
    from units
),

maxima as (
    select * from (values ('CKMB', 18), ('TDGQ', 20), ('CLGQ', 12), ('TTTT', 10), ('MDSH', 22), ('MDHL', 18)) as maxima(group_code, max_points)
),

standing as (
    select
        group_points.period_no,
        group_points.group_code,
        maxima.max_points,
        group_points.points,
        half_up(group_points.points * 100, maxima.max_points) as ratio,
        numbered.*
    from group_points
    inner join numbered using (unit_no)
    inner join maxima using (group_code)
),

metrics as (
    select
        period_no,
        unit_no,
        group_code,
        to_json(list(
            case
                when quality_status is null then to_json({
                    'code': code, 'name': name, 'numerator': n, 'denominator': d, 'ratio': json_number(ratio), 'score': json_number(points),
                    'maxScore': max_points
                })
                else to_json({
                    'code': code, 'name': name, 'numerator': n, 'denominator': d, 'ratio': json_number(ratio), 'score': json_number(points),
                    'maxScore': max_points,
                    'dataQualityStatus': quality_status,
                    'dataQualityMessage': case quality_status
                        when 'NO_NATIONAL_REPORT_DATA' then 'Không có dữ liệu báo cáo tổng hợp.'
                        else 'Mẫu số BCQG/GRIS đang dùng số tạm, cần thay bằng dữ liệu crawl hệ thống cũ.'
                    end
                })
            end
            order by place
        )) as metrics
    from metric
    group by period_no, unit_no, group_code
),

averages as (
    select period_no, half_up(sum(points), count(*)) as average
    from standing
    where group_code = 'CKMB' and unit_no > 0
    group by period_no
),

chart_months as (
    select
        asked.period_no,
        lpad(months.number::varchar, 2, '0') as label,
        months.number between month(asked.from_day) and month(asked.to_day) and chart.period is not null as is_asked,
        tally.*
    from period as asked
    cross join range(1, 13) as months(number)
    left join period as chart
        on chart.kind = 'month' and year(chart.from_day) = year(asked.from_day) and month(chart.from_day) = months.number
    left join tally on tally.period_no = chart.period_no and tally.unit_no = 0
),

charts as (
    select
        period_no,
        to_json(list({
            'month': label,
            'onTimePct': json_number(case when is_asked then coalesce(ratio_of(on_time, received), 0) else 0 end),
            'overduePct': json_number(case when is_asked and received > 0 then 10000 - ratio_of(on_time, received) else 0 end)
        } order by label)) as progress,
        to_json(list({
            'label': label,
            'onlineDossierPct': json_number(case when is_asked then coalesce(ratio_of(online, received), 0) else 0 end)
        } order by label)) as online
    from chart_months
    group by period_no
),

paging as (
    select {'total': count(*), 'currentPage': 1, 'pageSize': 200, 'totalPages': 1} as pagination from unit
),

rows as (
    select
        standing.period_no,
        standing.group_code,
        standing.unit_no,
        standing.electronic_id,
        case standing.group_code
            when 'CKMB' then to_json({
                'stt': stt, 'departmentId': department_id, 'departmentName': name, 'departmentType': type, 'departmentLevel': level,
                'agencyLevel': agency_level, 'totalScore': json_number(points), 'totalMaxScore': max_points, 'ratio': json_number(ratio),
                'scoreDelta': null, 'metrics': metrics.metrics
            })
            when 'MDHL' then to_json({
                'stt': stt, 'departmentId': department_id, 'departmentName': name, 'departmentType': type, 'departmentLevel': level,
                'agencyLevel': agency_level, 'totalScore': json_number(points), 'totalMaxScore': max_points, 'ratio': json_number(ratio),
                'scoreDelta': null, 'metrics': metrics.metrics, 'totalPetitions': petitions, 'classifiedPetitions': petitions,
                'totalDossiers': received, 'averageScore': null
            })
            when 'MDSH' then to_json({
                'stt': stt, 'departmentId': department_id, 'departmentName': name, 'departmentCode': electronic_id, 'departmentType': type,
                'departmentLevel': level, 'agencyLevel': agency_level, 'totalScore': json_number(points), 'totalMaxScore': max_points,
                'ratio': json_number(ratio), 'metrics': metrics.metrics, 'scoreDelta': null
            })
            when 'TDGQ' then case when standing.unit_no = 0
                then to_json({
                    'departmentId': department_id, 'departmentName': name, 'departmentCode': electronic_id, 'totalReceived': received,
                    'totalOnTime': on_time, 'totalCompleted': completed, 'avgProcessingDays': json_number(average_days(minutes, completed)),
                    'ratio': json_number(coalesce(ratio_of(on_time, received), 0)), 'totalScore': json_number(points), 'totalMaxScore': max_points
                })
                else to_json({
                    'departmentId': department_id, 'departmentName': name, 'departmentCode': electronic_id, 'level': level,
                    'totalReceived': received, 'totalOnTime': on_time, 'totalOverdue': received - on_time,
                    'avgProcessingDays': json_number(average_days(minutes, completed)),
                    'ratio': json_number(coalesce(ratio_of(on_time, received), 0)), 'score': json_number(points), 'maxScore': max_points,
                    'scoreDelta': null
                })
            end
            when 'CLGQ' then case when standing.unit_no = 0
                then to_json({
                    'departmentId': department_id, 'departmentName': name, 'departmentCode': electronic_id, 'totalScore': json_number(points),
                    'totalMaxScore': max_points, 'ratio': json_number(ratio), 'authorityCount': authority, 'partialCount': partial_services,
                    'fullCount': full_services, 'onlineDossierCount': procedures_online, 'onlineServiceTotal': services,
                    'channelOnlineSum': online, 'channelDirectSum': received - online - postal, 'channelPostalSum': postal,
                    'channelTotalSum': received, 'onlineOnTimeSum': online_on_time, 'onlineOverdueSum': online - online_on_time
                })
                else to_json({
                    'departmentId': department_id, 'departmentName': name, 'departmentCode': electronic_id, 'level': level,
                    'totalScore': json_number(points), 'totalMaxScore': max_points, 'ratio': json_number(ratio), 'scoreDelta': null
                })
            end
            else case when standing.unit_no = 0
                then to_json({
                    'departmentId': department_id, 'departmentName': name, 'departmentCode': electronic_id, 'totalMaxScore': max_points,
                    'totalScore': json_number(points), 'totalDossierOnlinePaymentSuccess': paid, 'totalDossierFinancialObligation': owing,
                    'totalDossierOnlineFormalityPaymentSuccess': procedures_paid_online, 'totalFeeDossierFormalityDistinct': fee_procedures,
                    'totalFeeDossierFormality': procedures_fee_synced, 'totalFeeFormality': fee_procedures, 'ratio': json_number(ratio)
                })
                else to_json({
                    'departmentId': department_id, 'departmentName': name, 'departmentCode': electronic_id, 'level': level,
                    'totalMaxScore': max_points, 'ratio': json_number(ratio), 'totalScore': json_number(points),
                    'totalDossierOnlinePaymentSuccess': paid, 'totalDossierFinancialObligation': owing,
                    'totalDossierOnlineFormalityPaymentSuccess': procedures_paid_online, 'totalFeeDossierFormalityDistinct': fee_procedures,
                    'totalFeeDossierFormality': procedures_fee_synced, 'totalFeeFormality': fee_procedures, 'scoreDelta': null
                })
            end
        end as body
    from standing
    inner join tally using (period_no, unit_no)
    left join metrics using (period_no, unit_no, group_code)
),

by_group as (
    select
        period_no,
        group_code,
        any_value(body) filter (where unit_no = 0) as root,
        to_json(list(body order by electronic_id) filter (where unit_no > 0)) as children
    from rows
    group by period_no, group_code
),

summaries as (
    select
        period_no,
        unit_no,
        electronic_id,
        to_json({
            'departmentId': any_value(department_id), 'departmentName': any_value(name), 'departmentCode': electronic_id,
            'totalScore': json_number(sum(points)::bigint), 'scoreDelta': null,
            'childGroup': case any_value(agency_level) when 'level_2' then any_value(type) end,
            'groupScores': {
                'CKMB': json_number(any_value(points) filter (where group_code = 'CKMB')),
                'TDGQ': json_number(any_value(points) filter (where group_code = 'TDGQ')),
                'CLGQ': json_number(any_value(points) filter (where group_code = 'CLGQ')),
                'MDSH': json_number(any_value(points) filter (where group_code = 'MDSH')),
                'MDHL': json_number(any_value(points) filter (where group_code = 'MDHL')),
                'TTTT': json_number(any_value(points) filter (where group_code = 'TTTT'))
            }
        }) as body
    from standing
    group by period_no, unit_no, electronic_id
),

answers as (
    select
        period_no,
        case group_code
            when 'CKMB' then 'transparency'
            when 'MDHL' then 'handling-satisfaction'
            when 'MDSH' then 'dossier-digitized'
            when 'TDGQ' then 'dvc-progress-tree'
            when 'CLGQ' then 'provide-online-tree'
            else 'formality-online-payment-tree'
        end as endpoint,
        case group_code
            when 'CKMB' then to_json({
                'overview': json_merge_patch(root, json_object('averageScore', json_number(average))), 'monthlyChart': [], 'evaluation': children,
                'pagination': pagination, 'source': 'simulated'
            })
            when 'MDHL' then to_json({'overview': root, 'evaluation': children, 'pagination': pagination, 'source': 'simulated'})
            when 'MDSH' then to_json({'overview': root, 'evaluation': children, 'pagination': pagination, 'source': 'simulated'})
            when 'TDGQ' then to_json({'parent': root, 'children': children, 'monthlyChart': charts.progress})
            when 'CLGQ' then to_json({'parent': root, 'children': children, 'monthlyChart': charts.online})
            else to_json({'parent': root, 'children': children})
        end as data
    from by_group
    inner join charts using (period_no)
    inner join averages using (period_no)
    cross join paging
    union all
    select
        period_no,
        'service-results',
        to_json({
            'overview': any_value(body) filter (where unit_no = 0),
            'evaluation': list(body order by electronic_id) filter (where unit_no > 0),
            'growthPercent': null,
            'radar': []
        })
    from summaries
    group by period_no
)

select period.period, answers.endpoint, to_json({'code': 'OK', 'data': answers.data, 'message': 'OK'})::varchar as body
from answers
inner join period using (period_no)
order by period.period, answers.endpoint
