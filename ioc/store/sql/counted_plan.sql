-- One row per unit at each level, period and task of a plan that had begun by the day of judgement (the period's end or the day on which
-- the plan was last taken in, whichever is earlier); per measure a column of what the task adds, null where it is not counted.
-- How far a task was on a day is what its newest news of or before that day said. Reads plan_facts, periods, rollup.
with

tasks as (select * from plan_facts where is_current),

-- of two statements with the same day the later one counts
news as (
    select source_id, task_id, updated_on, progress_percent, state
    from plan_facts
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
        tasks.*,
        periods.period,
        done.done_on as ended_on,
        coalesce(states.state, tasks.state) as known_state,
        states.moved_on,
        tasks.due_on < periods.judged_on and coalesce(done.done_on > periods.judged_on, true) as is_overdue,
        coalesce(
            states.state = 'in_progress' and periods.judged_on - states.moved_on >= tasks.stagnation_days, false
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
    where coalesce(states.state, tasks.state) <> 'cancelled'
        and coalesce(tasks.start_on, tasks.due_on) <= periods.judged_on
)

select
    rollup.ancestor_code as unit_code,
    judged.period,
    judged.unit_code as own_unit_code,
    judged.source_id,
    judged.load_id,
    judged.row_no,
    judged.task_id as item,
    judged.due_on as day,
    judged.ended_on::timestamp as ended_at,
    concat_ws('; ', 'title=' || judged.title, 'state=' || judged.known_state, 'moved_on=' || judged.moved_on) as statement,
    judged.is_estimate,
    1 as plan_tasks,
    case when judged.is_done then 1 end as plan_tasks_done,
    case when judged.is_overdue then 1 end as plan_tasks_overdue,
    case when judged.is_stagnating then 1 end as plan_tasks_stagnating,
    case when judged.is_due then 1 end as plan_tasks_due,
    case when judged.is_due and judged.is_punctual then 1 end as plan_tasks_punctual
from judged
inner join rollup on rollup.unit_code = judged.unit_code
