-- What of a dossier's field may be landed: the text where it has the field's harmless shape, otherwise its length. After etl/facts/macros.sql.

create or replace temp macro is_yes(text) as coalesce(regexp_full_match(text, '\s*(0*1(\.0+)?|[Tt]rue|TRUE)\s*'), false);

-- An attachment that was used again: said so (1, 2), or, where nothing is said, taken from the store or replaced by an earlier result.
create or replace temp macro is_reused(attachment) as (
    case
        when null_if_blank(attachment.DuocTaiSuDung) is not null
            then regexp_full_match(attachment.DuocTaiSuDung, '\s*(0*[12](\.0+)?|[Tt]rue|TRUE)\s*')
        else is_yes(attachment.DuocLayTuKhoDMQG) or null_if_blank(attachment.MaKetQuaThayThe) is not null
    end
);

create or replace temp macro landed_code(text) as (
    list_transform([null_if_blank(text)], lambda it: case when it is null or is_code(it) then it else masked(it) end)[1]
);

-- A code that may be a short word in capitals as well.
create or replace temp macro landed_word(text) as (
    list_transform(
        [null_if_blank(text)],
        lambda it: case when it is null or is_code(it) or regexp_full_match(it, '[A-Z]{1,5}') then it else masked(it) end
    )[1]
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
        when regexp_full_match(text, '20\d{12}') then text
        else list_transform([null_if_no_date(text)], lambda it: case when it is null or is_date_shaped(it) then it else masked(it) end)[1]
    end
);

-- The name of an office: begins with a word for an office, and ends before a person's name set after a mark.
create or replace temp macro landed_organisation(text) as (
    list_transform(
        [scrub(text)],
        lambda it: case
            when regexp_matches(
                it,
                '^(?i:ubnd|[uủ][yỷ] ban|uỷ ban|hđnd|sở|phòng|trung tâm|tt|bộ phận|xã|phường|đặc khu|chi nhánh|chi cục|cục|ban (quản lý|tiếp|dân|chỉ huy)|công an|văn phòng|thanh tra|bộ|tỉnh|thành phố|quận|huyện|thị xã|thị trấn|bảo hiểm|thuế|kho bạc|tòa án|toà án)(\PL|$)'
            ) then case
                when regexp_matches(it, '[-–(:;,/]')
                    then regexp_replace(
                        it,
                        '\s*[-–(:;,/]+\s*(nguyễn|trần|lê|phạm|hoàng|huỳnh|phan|vũ|võ|đặng|bùi|đỗ|hồ|ngô|dương|lý|trịnh|đinh|đoàn|lương|mai|tô|cao|hà|tạ|đào|trương|lâm|phùng|vương|châu|thái|quách|ông|bà|đ/c|đồng chí)(\PL.*)?$',
                        '', 'i'
                    )
                else it
            end
        end
    )[1]
);
