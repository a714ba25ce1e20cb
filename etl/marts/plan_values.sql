-- One row per unit, period and measure of plans, judged at the period's end or when the plan was last taken in, whichever is earlier.
-- How far a task was on a day is what its newest news of or before that day said; news come from every version ever loaded.
with

tasks as (select * from facts.tasks),

-- of two statements with the same day the later one counts
news as (
    select source_id, task_id, updated_on, progress_percent, state
    from facts.task_versions
    qualify row_number() over (partition by source_id, task_id, updated_on order by version_id desc) = 1
),

moved as (
    select
        *,
        coalesce(
            progress_percent is distinct from lag(progress_percent) over task_news or state <> lag(state) over task_news, true
        ) as is_move
    from news
    window task_news as (partition by source_id, task_id order by updated_on)
),

followed as (
    select
        * exclude (is_move),
        max(case when is_move then updated_on end) over (
            partition by source_id, task_id order by updated_on rows between unbounded preceding and current row
        ) as moved_on
    from moved
),

-- state, last news and last move of each task on the day of each period's judgement
states as (
    select
        tasks.source_id,
        tasks.task_id,
        periods.period,
        max_by(followed.state, followed.updated_on) as state,
        max_by(followed.moved_on, followed.updated_on) as moved_on
    from tasks
    inner join followed using (source_id, task_id)
    inner join periods on followed.updated_on <= periods.judged_on
    group by all
),

done as (
    select source_id, task_id, coalesce(any_value(tasks.done_on), min(followed.updated_on)) as done_on
    from tasks
    inner join followed using (source_id, task_id)
    where tasks.state = 'done' and followed.state = 'done'
    group by all
),

judged as (
    select
        tasks.unit_code,
        periods.period,
        tasks.due_on < periods.judged_on and coalesce(done.done_on > periods.judged_on, true) as is_overdue,
        coalesce(
            states.state = 'in_progress'
            and periods.judged_on - states.moved_on >= coalesce(source_rules.stagnation_days, 14),
            false
        ) as is_stagnating,
        coalesce(done.done_on <= periods.judged_on, false) as is_done,
        tasks.due_on between periods.start_date and periods.judged_on as is_due,
        coalesce(done.done_on <= tasks.due_on, false) as is_punctual,
        -- before the first news only the dates are known
        states.state is null as is_estimate
    from tasks
    cross join periods
    left join states using (source_id, task_id, period)
    left join done using (source_id, task_id)
    left join source_rules using (source_id)
    where coalesce(states.state, tasks.state) <> 'cancelled'
        and coalesce(tasks.start_on, tasks.due_on) <= periods.judged_on
),

counted as (
    select
        rollup.ancestor_code as unit_code,
        judged.period,
        count(*) as plan_tasks,
        count(*) filter (where is_done) as plan_tasks_done,
        count(*) filter (where is_overdue) as plan_tasks_overdue,
        count(*) filter (where is_stagnating) as plan_tasks_stagnating,
        count(*) filter (where is_due) as plan_tasks_due,
        count(*) filter (where is_due and is_punctual) as plan_tasks_punctual,
        bool_or(is_estimate) as is_estimate
    from judged
    inner join rollup on rollup.unit_code = judged.unit_code
    group by all
)

select unit_code, period, measure, value::decimal(24, 4) as value, is_estimate
from counted
unpivot (
    value for measure in (
        plan_tasks, plan_tasks_done, plan_tasks_overdue, plan_tasks_stagnating, plan_tasks_due, plan_tasks_punctual
    )
)
