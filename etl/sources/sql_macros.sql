-- How a moment of a database becomes a text that may be landed. After etl/facts/macros.sql and dossier_macros.sql.

-- Null for the values with which databases fill a column that must not be null: their smallest and largest moments, the Unix epoch.
-- A zone of hours only gets its minutes.
create or replace temp macro view_moment(text) as (
    case
        when text is null or regexp_full_match(text, '20[0-6]\d-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,9})?') then text
        when regexp_matches(text, '^ *(0000-00-00|0001-|1753-01-01|1899-12-30|1900-01-01|1970-01-01|9999-|2079-06-06|-?infinity)| BC$')
            then null
        else landed_date(regexp_replace(text, '(:\d\d(?:\.\d+)?)([+-]\d\d)$', '\1\2:00'))
    end
);

-- A count that may be landed: a number of up to eight digits.
create or replace temp macro view_figure(text) as (
    list_transform(
        [null_if_blank(text)],
        lambda it: case when it is null or regexp_full_match(it, '[+-]?\d{1,8}([.,]\d{1,6})?') then it else masked(it) end
    )[1]
);
