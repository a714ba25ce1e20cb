-- One row per unit of the month in question, in the columns of the register of documents.
select
    unit.electronic_id as unit_code,
    unit.name as unit_name,
    strftime(document_month.month, '%d/%m/%Y') as period_start,
    strftime(last_day(document_month.month), '%d/%m/%Y') as period_end,
    sent as sent_total,
    received as received_total,
    signed as sent_signed,
    sent - signed as sent_unsigned,
    signed_org as sent_signed_org,
    signed_personal as sent_signed_personal,
    electronic as sent_electronic,
    sent - electronic as sent_with_paper,
    work_files as work_files_total,
    work_files_online
from document_month
inner join unit using (unit_no)
where strftime(document_month.month, '%Y-%m') = getvariable('stated_month')
order by unit.unit_no
