-- one row per kind, field and class of the unit $unit and the period $period, with nothing of divided units; its dossiers are kept in the view
-- $dossiers_in, its petitions in $petitions_in
select
    kind, field_name, class, cases, content, supplements, overdue, disliked, repeated, false as is_estimate
from satisfaction
where
    unit_code = $unit
    and period = $period
    and boundary = case kind when 'dossiers' then $dossiers_in else $petitions_in end
    and (cast($detail as varchar[]) is null or list_contains(cast($detail as varchar[]), unit_code))
