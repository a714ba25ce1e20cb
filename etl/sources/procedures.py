"""Source kind `procedures`: the catalogue of administrative procedures."""

import re
from collections.abc import Iterator
from typing import Final

from etl.kept import keep, keep_date, keep_matching, keep_number, keep_word, scrubbed, vocabulary
from etl.sources.incoming import Fact, Failure, FetchContext, Incoming, SourceKind
from etl.sources.registers import fetch_register
from etl.tables import Column, Landed, Layout, TableRow, keep_cells, landing_table, read_table

LEVELS: Final = vocabulary(
    {
        "province": ("tỉnh", "cấp tỉnh", "thành phố", "cấp thành phố"),
        "commune": ("xã", "cấp xã", "xã, phường, đặc khu"),
    }
)
SERVICE_LEVELS: Final = vocabulary(
    {
        "full": ("toàn trình", "dịch vụ công trực tuyến toàn trình", "dvctt toàn trình", "mức độ 4", "mức 4"),
        "partial": ("một phần", "dịch vụ công trực tuyến một phần", "dvctt một phần", "mức độ 3", "mức 3"),
        "information": ("cung cấp thông tin", "cung cấp thông tin trực tuyến", "dịch vụ công cung cấp thông tin"),
        "none": ("không", "chưa", "không cung cấp", "chưa cung cấp", "trực tiếp"),
    }
)
TRUTHS: Final = vocabulary(
    {
        "true": ("có", "x", "1", "yes", "đúng", "đủ", "đủ điều kiện"),
        "false": ("không", "0", "no", "sai", "không có", "không đủ", "không đủ điều kiện"),
    }
)
SUBJECTS: Final = vocabulary(
    {
        "person": ("cá nhân", "công dân", "người dân"),
        "business": ("doanh nghiệp", "tổ chức", "doanh nghiệp, tổ chức", "tổ chức, doanh nghiệp"),
        "both": (
            "cả hai",
            "cá nhân, tổ chức",
            "tổ chức, cá nhân",
            "cá nhân, doanh nghiệp",
            "công dân, doanh nghiệp",
            "người dân, doanh nghiệp",
            "cá nhân, tổ chức, doanh nghiệp",
            "cá nhân và tổ chức",
            "người dân và doanh nghiệp",
        ),
    }
)
TIME_UNITS: Final = vocabulary(
    {
        "working_hours": ("giờ", "giờ làm việc", "tiếng"),
        "working_days": ("ngày làm việc",),
        "days": ("ngày", "ngày lịch"),
        "months": ("tháng",),
    }
)
_TIME_WITH_UNIT = re.compile(r"([0-9]+(?:[.,][0-9]+)?) *(\D+)")

LAYOUT: Final = Layout(
    columns=(
        Column(
            "procedure_code",
            ("mã thủ tục", "mã tthc", "mã số tthc", "mã thủ tục hành chính"),
            keep_matching(r"(?=.*[0-9])[A-Za-z0-9._/-]{1,50}"),
        ),
        Column("name", ("tên thủ tục", "tên tthc", "tên thủ tục hành chính", "thủ tục hành chính"), scrubbed),
        Column("field_code", ("mã lĩnh vực",), keep_matching(r"[A-Za-z0-9._-]{1,50}")),
        Column("field_name", ("lĩnh vực", "tên lĩnh vực"), scrubbed),
        Column("authority_level", ("cấp thực hiện", "cấp giải quyết", "thẩm quyền"), keep_word(LEVELS)),
        Column(
            "service_level", ("mức độ", "mức độ dvc", "mức độ cung cấp", "loại dịch vụ công"), keep_word(SERVICE_LEVELS)
        ),
        Column("eligible_full", ("đủ điều kiện toàn trình", "đủ điều kiện cung cấp toàn trình"), keep_word(TRUTHS)),
        Column("has_fee", ("phí lệ phí", "có phí lệ phí", "có thu phí", "có phí"), keep_word(TRUTHS)),
        Column("max_time", ("thời hạn giải quyết", "thời gian giải quyết", "thời hạn")),
        Column("max_time_unit", ("đơn vị thời gian", "đơn vị tính thời hạn", "đơn vị tính")),
        Column("returns_document", ("có kết quả giấy tờ", "có kết quả", "trả kết quả giấy tờ"), keep_word(TRUTHS)),
        Column("subject", ("đối tượng", "đối tượng thực hiện"), keep_word(SUBJECTS)),
        Column("valid_from", ("ngày hiệu lực", "hiệu lực từ", "hiệu lực từ ngày"), keep_date, is_date=True),
        Column("valid_to", ("ngày hết hiệu lực", "hiệu lực đến", "hiệu lực đến ngày"), keep_date, is_date=True),
    ),
    required=(("procedure_code",), ("name",)),
    key="procedure_code",
)
LANDED: Final = tuple(column.name for column in LAYOUT.columns)


def to_landing(content: bytes) -> Landed:
    """The landing's rows of one table of procedures."""
    table = read_table(content, LAYOUT)
    rows = [(row, keep_cells(row, LAYOUT) | _keep_time(row)) for row in table.rows]
    return landing_table(LANDED, rows), table.warnings


def _keep_time(row: TableRow) -> dict[str, str | None]:
    """The longest time and its unit, also where both stand in one cell (“7 ngày làm việc”)."""
    time, unit = row.cell("max_time"), row.cell("max_time_unit")
    if not unit and (both := _TIME_WITH_UNIT.fullmatch(time)):
        time, unit = both.groups()
    return {
        "max_time": keep(time, keep_number),
        "max_time_unit": keep(unit, keep_word(TIME_UNITS)),
    }


def fetch(context: FetchContext) -> Iterator[Incoming | Failure]:
    """The tables of procedures of the inbox folder."""
    return fetch_register(context, to_landing=to_landing)


KIND: Final = SourceKind(
    name="procedures", fact=Fact("procedure", ("procedure_base",)), contract="procedure", fetch=fetch
)
