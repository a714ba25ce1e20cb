-- The numbers of a course (or node), a unit (or group of peers) and a period in one, and back again.
create or replace temp macro in_one(course_no, unit_no, period_no) as
    (course_no::bigint * {units} + unit_no) * {periods} + period_no;
create or replace temp macro course_of(number) as number // {periods} // {units};
create or replace temp macro unit_of(number) as (number // {periods} % {units})::integer;
create or replace temp macro period_of(number) as (number % {periods})::smallint;
