-- How the text of a source becomes a value: shared by what lands the dossiers and by the contracts. Nothing here reads a table.
-- An unreadable text gives null, never an error; whoever calls tells it from a text that says "nothing" by null_if_blank and null_if_no_date.
-- The first branch of many a macro is the usual spelling, there for speed only; `list_transform([x], lambda it: …)[1]` names a value once
-- (DuckDB compiles the patterns within a lambda anew for every 2,048 rows: dear ones stand outside).

-- The text without outer white space (no-break spaces and byte order marks too); null for the ways in which sources write "nothing".
create or replace temp macro null_if_blank(text) as (
    case
        when text is null then null
        when not regexp_matches(text, '^$|^[ \t\r\n\x{a0}\x{feff}–—nNkK-]|[ \t\r\n\x{a0}\x{feff}]$') then text
        else list_transform(
            [trim(text, ' ' || chr(9) || chr(10) || chr(13) || chr(160) || chr(65279))],
            lambda it: case when lower(it) in ('', '-', '–', '—', 'n/a', 'null', 'none', 'không có') then null else it end
        )[1]
    end
);

-- As null_if_blank, and null for the dates that mean "no date": the first day of the year 1, of 1900, the last of 9999.
create or replace temp macro null_if_no_date(text) as (
    list_transform(
        [null_if_blank(text)],
        lambda it: case
            when regexp_matches(it, '^(0001-?01-?01|1900-?01-?01|9999-?12-?31|0?1/0?1/(0001|1900)|31/12/9999)') then null else it
        end
    )[1]
);

-- Whether a text has the shape of a date, right or wrong: 8, 12, 14 digits, day first, ISO.
create or replace temp macro is_date_shaped(text) as coalesce(
    regexp_full_match(
        text,
        '(0001|19\d\d|20\d\d|9999)\d{4}(\d{4}(\d\d)?)?'
        '|\d{1,2}[/-]\d{1,2}[/-](\d\d|0001|19\d\d|20\d\d|9999)([ T]+\d{1,2}:\d\d(:\d\d(\.\d{1,9})?)?)?'
        '|(0001|19\d\d|20\d\d|9999)[-/]\d{1,2}[-/]\d{1,2}([ T]+\d{1,2}:\d\d(:\d\d(\.\d{1,9})?)?)?( ?(Z|[+-]\d\d:?\d\d))?'
    ),
    false
);

-- A moment of ISO shape with its zone, as naive local time of Vietnam. The cast alone would drop the zone.
create or replace temp macro parse_zoned_timestamp(text) as (
    try_cast(regexp_replace(text, ' ?(Z|[+-]\d\d:?\d\d)$', '') as timestamp)
    + to_minutes(
        420 - case when ends_with(text, 'Z') then 0 else
            (case when regexp_matches(text, '-\d\d:?\d\d$') then -1 else 1 end)
            * (60 * regexp_extract(text, '(\d\d):?\d\d$', 1)::integer + regexp_extract(text, '(\d\d)$', 1)::integer)
        end
    )
);

-- Whether a text is a moment of this century in fourteen digits, the usual spelling; cheaper than by a regular expression.
create or replace temp macro is_usual_moment(text) as (
    text glob '20[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]'
);

-- A moment in any dialect that sources use, as naive local time; day before month always; a two-digit year is of this century.
create or replace temp macro parse_timestamp(text) as (
    case when text is null or text = '' then null when is_usual_moment(text) then try_strptime(text, '%Y%m%d%H%M%S') else list_transform(
        [null_if_no_date(text)],
        lambda it: case
            when it is null then null
            when regexp_full_match(it, '\d{14}') then try_strptime(it, '%Y%m%d%H%M%S')
            when regexp_full_match(it, '\d{12}') then try_strptime(it, '%Y%m%d%H%M')
            when regexp_full_match(it, '\d{8}') then try_strptime(it, '%Y%m%d')
            when not is_date_shaped(it) then null
            when regexp_matches(it, '^\d{1,2}[/-]\d{1,2}[/-]\d\d($|[ T])') then try_strptime(
                regexp_replace(replace(it, '-', '/'), '[ T]+', ' '), ['%d/%m/%y', '%d/%m/%y %H:%M:%S', '%d/%m/%y %H:%M']
            )
            when regexp_matches(it, '^\d{1,2}[/-]') then try_strptime(
                regexp_replace(replace(it, '-', '/'), '[ T]+', ' '),
                ['%d/%m/%Y', '%d/%m/%Y %H:%M:%S', '%d/%m/%Y %H:%M', '%d/%m/%Y %H:%M:%S.%f']
            )
            when regexp_matches(it, ':\d\d(:\d\d)?(\.\d+)? ?(Z|[+-]\d\d:?\d\d)$') then parse_zoned_timestamp(it)
            else try_cast(regexp_replace(it, '[ T]+', ' ') as timestamp)
        end
    )[1] end
);

-- The day of a moment in any dialect.
create or replace temp macro parse_date(text) as (parse_timestamp(text)::date);

-- A decimal number: of points and commas the last is the decimal mark, a mark that comes again separates thousands.
create or replace temp macro parse_decimal(text) as (
    list_transform(
        [regexp_replace(null_if_blank(text), '[ \x{a0}%]', '', 'g')],
        lambda it: try_cast(case
            when not regexp_full_match(it, '[+-]?\d[\d.,]*') then null
            when regexp_full_match(it, '[+-]?\d+([.,]\d+)?') then replace(it, ',', '.')
            when regexp_full_match(it, '[+-]?\d{1,3}([.]\d{3}){2,}|[+-]?\d{1,3}([,]\d{3}){2,}') then regexp_replace(it, '[.,]', '', 'g')
            when regexp_full_match(it, '[+-]?\d{1,3}([.]\d{3})+,\d+') then replace(replace(it, '.', ''), ',', '.')
            when regexp_full_match(it, '[+-]?\d{1,3}([,]\d{3})+[.]\d+') then replace(it, ',', '')
        end as decimal(28, 6))
    )[1]
);

-- A whole number; points, commas and spaces before groups of three separate thousands; "01" and "2.0" are whole too.
create or replace temp macro parse_integer(text) as (
    case when regexp_full_match(text, '\d{1,18}') then text::bigint else list_transform(
        [replace(replace(null_if_blank(text), ' ', ''), chr(160), '')],
        lambda it: try_cast(case
            when regexp_full_match(it, '[+-]?\d+') then it
            when regexp_full_match(it, '[+-]?[1-9]\d{0,2}([.]\d{3})+|[+-]?[1-9]\d{0,2}([,]\d{3})+') then regexp_replace(it, '[.,]', '', 'g')
            when regexp_full_match(it, '[+-]?\d+[.,]0+') then regexp_replace(it, '[.,]0+$', '')
        end as bigint)
    )[1] end
);

-- An amount of money in dong. Refuses what looks like an identity number or a telephone: a leading zero, more than eleven digits.
create or replace temp macro parse_amount(text) as (
    case when regexp_full_match(text, '[1-9]\d{0,9}') then text::decimal(13, 2) else list_transform(
        [regexp_replace(lower(null_if_blank(text)), '[ \x{a0}]|(đồng|vnđ|vnd|đ)$', '', 'g')],
        lambda it: case
            when regexp_full_match(it, '0+([.,]0+)?') then 0::decimal(18, 2)
            when regexp_full_match(it, '[1-9]\d{0,2}([.]\d{3})+|[1-9]\d{0,2}([,]\d{3})+')
                then try_cast(regexp_replace(it, '[.,]', '', 'g') as decimal(13, 2))
            when regexp_matches(it, '^[1-9]') then try_cast(parse_decimal(it) as decimal(13, 2))
        end
    )[1] end
);

-- What may be shown of a text that must not be shown: its length.
create or replace temp macro masked(text) as ('•••(' || length(text) || ')');

-- Whether a text may be a code: few letters beside digits, and no identity number or telephone, bare or within.
create or replace temp macro is_code(text) as (
    case
        when regexp_full_match(text, '(?:\d{1,3}\.){0,3}[A-Z]\d{1,8}(?:[.-]\d{1,8}){0,3}|[1-9]\.\d{6}(?:\.\d{2,3}){0,3}(?:\.[A-Z]\d\d)?|[A-Z]\d\d-[A-Z]{2}\d\d') then true
        when text is null or not regexp_full_match(text, '[A-Za-z0-9._/-]{1,50}') or not regexp_matches(text, '\d') then false
        when regexp_matches(text, '^(\d{9,12}|(0|84)\d[\d./-]{7,12})$|(^|\D)(0\d{11}|(0|84)[35789]\d{8})(\D|$)') then false
        when not regexp_matches(text, '([A-Za-z][^A-Za-z]*){5}') then true
        else length(regexp_replace(text, '[^A-Za-z]', '', 'g')) <= length(regexp_replace(text, '\D', '', 'g')) + 4
    end
);

-- The text where it can only be a code, a date or a number and holds no run of 9 to 12 digits; otherwise its length.
create or replace temp macro safe_value(text) as (
    list_transform(
        [null_if_blank(text)],
        lambda it: case
            when it is null then null
            when regexp_full_match(it, '•••\(\d+\)') then it
            when regexp_matches(it, '(^|\D)\d{9,12}(\D|$)') then masked(it)
            when is_date_shaped(it) or regexp_full_match(it, '[+-]?\d{1,8}([.,]\d{1,6})?%?') then it
            when is_code(it) and not regexp_matches(it, '[A-Za-z]{5}') then it
            else masked(it)
        end
    )[1]
);

-- What is to be written instead of a bare code for days on which another unit bore it.
create or replace temp macro former_spelling(code) as (code || ' → ' || code || '@2024-12-31');

-- Those of a row's possible problems that have a reason, with as much of the value as may be shown.
create or replace temp macro shown_problems(problems) as (
    list_transform(
        list_filter(problems, lambda it: it.reason is not null),
        lambda it: {
            'field': it.field,
            'reason': it.reason,
            'value': case when it.reason = 'FORMER_UNIT' then former_spelling(it.value) else safe_value(it.value) end
        }
    )
);

-- A free text without what could name a person: runs of nine or more digits, e-mail addresses, names after a form of address.
create or replace temp macro scrub(text) as (
    case
        when text is null or text = '' then null
        when not regexp_matches(
            text,
            '^[ \t\r\n\x{a0}\x{feff}–—-]|[ \t\r\n\x{a0}\x{feff}]$|^(?i:n/a|null|none|không có)$|[\x{0300}-\x{036f}@]|\d(?:[ .-]{0,3}\d){8}'
            '|(?:[Ôô]ng|[Bb]à|[Đđ]/[Cc]|[Đđ]ồng chí|[Tt]ên):? +\p{Lu}'
        ) then text
        else regexp_replace(
            regexp_replace(
                regexp_replace(nfc_normalize(null_if_blank(text)), '\+?\d(?:[ .-]{0,3}\d){8,}', '•••', 'g'),
                '\S+@\S+', '•••', 'g'
            ),
            '(^|\PL)([Ôô]ng|[Bb]à|[Đđ]/[Cc]|[Đđ]ồng chí|[Hh]ọ (?:và )?tên):?((?: +\p{Lu}\pL*){2,})',
            '\1\2 •••', 'g'
        )
    end
);

-- A unit's electronic identifier as the product writes it: upper case, no spaces, and the former order turned round
-- (000.00.19.H26, the highest level last and empty levels as zeros, is H26.19). A statistical code with a date names who bore it then:
-- CODE@2024-12-31 before the reform, else the code alone; with a date that holds days of both times it stays as it is and names nobody.
create or replace temp macro unit_identifier(text) as (
    case when regexp_full_match(text, '[A-Z]\d{1,8}(?:\.\d{1,8}){0,4}') then text else list_transform(
        [upper(replace(null_if_blank(text), ' ', ''))],
        lambda it: case
            when regexp_full_match(it, '\d+(\.\d+)*\.[A-Z]\d{1,2}') then array_to_string(
                list_reverse(string_split(regexp_replace(it, '^(0+\.)+', ''), '.')), '.'
            )
            when not contains(it, '@') then it
            when regexp_full_match(it, '\d{2,5}@20\d\d(-(0[1-9]|1[0-2])(-\d\d)?)?')
                and (length(split_part(it, '@', 2)) < 10 or try_cast(split_part(it, '@', 2) as date) is not null)
            then case
                when split_part(it, '@', 2) <= '2025-06-30'[:length(split_part(it, '@', 2))] and split_part(it, '@', 2) <> '2025'
                    then split_part(it, '@', 1) || '@2024-12-31'
                when split_part(it, '@', 2) >= '2025-07-01'[:length(split_part(it, '@', 2))] and split_part(it, '@', 2) <> '2025'
                    then split_part(it, '@', 1)
                else it
            end
            else it
        end
    )[1] end
);

-- A yes or no: 1, 0, true, false.
create or replace temp macro parse_flag(text) as (
    case
        when regexp_full_match(text, '0*1(\.0+)?|(?i:true)') then true
        when regexp_full_match(text, '0+(\.0+)?|(?i:false)') then false
    end
);

-- VALUE where a text that says something became no value.
create or replace temp macro value_fault(text, value) as (case when text is not null and value is null then 'VALUE' end);

-- Whether a moment lies before another; one at 00:00 stands for its whole day.
create or replace temp macro is_before(moment, other) as (
    case when moment = date_trunc('day', moment) then moment::date < other::date else moment < other end
);
