-- One row per unit, period and measure of plans, judged at the period's end or when the plan was last taken in, whichever is earlier.
with

plan_facts as (
{plan_facts}
),

plan_counted as (
{counted_plan}
),

counted as (
    select
        unit_code,
        period,
        count(plan_tasks) as plan_tasks,
        count(plan_tasks_done) as plan_tasks_done,
        count(plan_tasks_overdue) as plan_tasks_overdue,
        count(plan_tasks_stagnating) as plan_tasks_stagnating,
        count(plan_tasks_due) as plan_tasks_due,
        count(plan_tasks_punctual) as plan_tasks_punctual,
        bool_or(is_estimate) as is_estimate
    from plan_counted
    group by all
)

select unit_code, period, measure, value::decimal(24, 4) as value, is_estimate
from counted
unpivot (
    value for measure in (
        plan_tasks, plan_tasks_done, plan_tasks_overdue, plan_tasks_stagnating, plan_tasks_due, plan_tasks_punctual
    )
)
