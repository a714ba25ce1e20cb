-- What of a dossier's field may be landed: the text where it has the field's harmless shape, otherwise its length. After etl/facts/macros.sql.

create or replace temp macro is_yes(text) as (
    case
        when text is null or text = '0' then false
        when text = '1' then true
        else regexp_full_match(text, '\s*(0*1(\.0+)?|[Tt]rue|TRUE)\s*')
    end
);

-- An attachment that was used again: said so (1, 2), or, where nothing is said, taken from the store or replaced by an earlier result.
create or replace temp macro is_reused(attachment) as (
    case
        when attachment.DuocTaiSuDung in ('0', '1', '2') then attachment.DuocTaiSuDung <> '0'
        when null_if_blank(attachment.DuocTaiSuDung) is not null
            then regexp_full_match(attachment.DuocTaiSuDung, '\s*(0*[12](\.0+)?|[Tt]rue|TRUE)\s*')
        else is_yes(attachment.DuocLayTuKhoDMQG) or null_if_blank(attachment.MaKetQuaThayThe) is not null
    end
);

create or replace temp macro landed_code(text) as (
    case
        when text is null or text = '' then null
        when is_code(text) then text
        else list_transform([null_if_blank(text)], lambda it: case when it is null or is_code(it) then it else masked(it) end)[1]
    end
);

-- A unit's code, also one with the day on which it was borne: 23551@2024-12-31.
create or replace temp macro landed_unit(text) as (
    case when regexp_full_match(text, '\d{2,5}@20\d\d(-\d\d){0,2}') then text else landed_code(text) end
);

-- A code that may be a short word in capitals as well.
create or replace temp macro landed_word(text) as (
    case when is_code(text) then text when regexp_full_match(text, '[A-Z]{1,5}') then null_if_blank(text) else landed_code(text) end
);

create or replace temp macro landed_database(text) as (
    list_transform(
        [null_if_blank(text)],
        lambda it: case
            when it is null or regexp_full_match(it, '\d{1,6}|CSDL[A-Z0-9_.-]{0,16}|[A-Z]{1,6}') then it else masked(it)
        end
    )[1]
);

create or replace temp macro landed_digit(text) as (
    case
        when text is null or text = '' then null
        when strlen(text) = 1 and text between '0' and '9' then text
        when regexp_full_match(text, '\d{1,3}') then text
        else list_transform(
            [null_if_blank(text)],
            lambda it: case when it is null or regexp_full_match(it, '\d{1,3}(\.0{1,2})?|(?i:true|false)') then it else masked(it) end
        )[1]
    end
);

create or replace temp macro landed_date(text) as (
    case
        when text is null or text = '' then null
        when is_usual_moment(text) then text
        else list_transform([null_if_no_date(text)], lambda it: case when it is null or is_date_shaped(it) then it else masked(it) end)[1]
    end
);

-- Marks the two first words of a place's name after a word for places, so that they are not taken for a person's.
create or replace temp macro with_places_marked(text) as (
    regexp_replace(
        replace(text, 'Việt Nam', 'Việt¦Nam'),
        '((?i:xã|phường|đặc khu|thị trấn|quận|huyện|thành phố|tỉnh) \p{Lu}\pL*) (\p{Lu}\pL*)', '\1¦\2', 'g'
    )
);

-- A scrubbed title without names of people: without runs of three and more words that all begin in capitals, or are all in capitals
-- behind a family name, or are written as one. Titles are written as sentences; where nothing is left there was none.
create or replace temp macro landed_title(text) as (
    case
        when text is null or not regexp_matches(text, '(?:\p{Lu}\pL* ){2}\p{Lu}|(?:\p{Lu}\p{Ll}+){3}') then text
        else nullif(
            trim(replace(
                regexp_replace(
                    with_places_marked(text),
                    '(^|\PL)(?:(?:\p{Lu}\p{Ll}* ){2,}\p{Lu}\p{Ll}*|(?:\p{Lu}\p{Ll}+){3,}'
                    '|(?:NGUYỄN|TRẦN|LÊ|PHẠM|HOÀNG|HUỲNH|PHAN|VŨ|VÕ|ĐẶNG|BÙI|ĐỖ|HỒ|NGÔ|DƯƠNG) (?:\p{Lu}+ )+\p{Lu}+)',
                    '\1•••', 'g'
                ),
                '¦', ' '
            )),
            '•••'
        )
    end
);

-- The scrubbed name of an office: begins with a word for an office, and ends before what may be the name of somebody in it.
create or replace temp macro landed_organisation(text) as (
    case
        when not regexp_matches(
            text,
            '^(?i:ubnd|[uủ][yỷ] ban|uỷ ban|hđnd|sở|phòng|trung tâm|tt|bộ phận|xã|phường|đặc khu|chi nhánh|chi cục|cục'
            '|ban (quản lý|tiếp|dân|chỉ huy)|công an|văn phòng|thanh tra|bộ|tỉnh|thành phố|quận|huyện|thị xã|thị trấn|bảo hiểm|thuế'
            '|kho bạc|tòa án|toà án)(\PL|$)'
        ) then null
        when not regexp_matches(text, '[-–(:;,/]|(?:\p{Lu}\pL* ){2}\p{Lu}') then text
        else replace(
            regexp_replace(
                with_places_marked(text),
                '\s*[-–(:;,/]+\s*(?i:nguyễn|trần|lê|phạm|hoàng|huỳnh|phan|vũ|võ|đặng|bùi|đỗ|hồ|ngô|dương|lý|trịnh|đinh|đoàn|lương|mai|tô'
                '|cao|hà|tạ|đào|trương|lâm|phùng|vương|châu|thái|quách|ông|bà|đ/c|đồng chí)(\PL.*)?$'
                '|\s+(?i:nguyễn|trần|lê|phạm|hoàng|huỳnh|phan|vũ|võ|đặng|bùi|đỗ|hồ|ngô|dương|lý|trịnh|đinh|đoàn|trương)( \p{Lu}\pL*){2}.*$',
                ''
            ),
            '¦', ' '
        )
    end
);

-- Whether scrub and landed_title leave a title as it is for certain: nothing is there that they look for, where each letter (¤) counts
-- as a capital that is not known to be none. Cheap for the many titles that are plain.
create or replace temp macro is_plain_title(text) as (
    not regexp_matches(
        text,
        replace(
            '^$|^[ \t\r\n\x{a0}\x{feff}–—-]|[ \t\r\n\x{a0}\x{feff}]$|^(?:[nN][/uUoO]|[kK][hH][ôÔ])|[\x{0300}-\x{036f}@]|\d(?:[ .-]{0,3}\d){8}'
            '|(?:[Ôô]ng|[Bb]à|/[Cc]|ồng chí|[Tt]ên):? +¤|(?:¤[^ ]* ){2}¤|(?:¤[^ A-Z]+){2}¤',
            '¤',
            '[^\x00-@\[-\x7fß-ÿăđĩũơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ–“”]'
        )
    )
);

-- Whether scrub and landed_organisation leave an office's name as it is for certain: a committee and the name of its place.
create or replace temp macro is_plain_office(text) as (
    regexp_full_match(
        text, '(?:UBND|Ủy ban nhân dân) (?:xã|phường|đặc khu)(?: [A-ZÀ-ÖÙ-ÝĂĐĨŨƠƯ][a-zà-öù-ýăđĩũơưẠ-ỹ]*){1,4}'
    )
    and not contains(text, ' Ông ') and not contains(text, ' Bà ')
);
