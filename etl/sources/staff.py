"""Source kind `staff`: how many people of each unit need a certificate, have a computer, an official address."""

from collections.abc import Iterator
from typing import Final

from etl.kept import keep_date, keep_number, keep_organisation, keep_unit_code
from etl.sources.incoming import Fact, Failure, FetchContext, Incoming, SourceKind
from etl.sources.registers import fetch_register
from etl.tables import Column, Landed, Layout, keep_cells, landing_table, read_table

LAYOUT: Final = Layout(
    columns=(
        Column("unit_code", ("mã đơn vị", "mã định danh", "mã cơ quan", "mã định danh đơn vị"), keep_unit_code),
        # helps whoever looks for the unit behind an unknown code
        Column("unit_name", ("đơn vị", "tên đơn vị", "cơ quan", "tên cơ quan"), keep_organisation),
        Column("as_of", ("ngày số liệu", "thời điểm số liệu", "số liệu đến ngày"), keep_date, is_date=True),
        Column(
            "leaders_required",
            ("lãnh đạo cần chứng thư số", "số lãnh đạo cần chứng thư số", "số lãnh đạo", "lãnh đạo"),
            keep_number,
        ),
        Column(
            "staff_required",
            (
                "người cần chứng thư số",
                "số người cần chứng thư số",
                "cán bộ công chức cần chứng thư số",
                "cbcc cần chứng thư số",
                "số cán bộ công chức",
                "số cbcc",
                "cán bộ công chức",
            ),
            keep_number,
        ),
        Column("with_computer", ("có máy tính", "số người có máy tính", "được trang bị máy tính"), keep_number),
        Column(
            "with_official_email",
            ("có thư điện tử công vụ", "số người có thư điện tử công vụ", "có email công vụ", "email công vụ"),
            keep_number,
        ),
    ),
    required=(("unit_code",),),
    key="unit_code",
)
LANDED: Final = tuple(column.name for column in LAYOUT.columns if column.keep is not None)


def to_landing(content: bytes) -> Landed:
    """The landing's rows of one staff table."""
    table = read_table(content, LAYOUT)
    stated = {"as_of": table.stated_day or None}
    rows = [
        (row, stated | {name: kept for name, kept in keep_cells(row, LAYOUT).items() if kept is not None})
        for row in table.rows
    ]
    return landing_table(LANDED, rows), table.warnings


def fetch(context: FetchContext) -> Iterator[Incoming | Failure]:
    """The staff tables of the inbox folder."""
    return fetch_register(context, to_landing=to_landing)


KIND: Final = SourceKind(
    name="staff", fact=Fact("staff", ("unit_code", "register_as_of")), contract="staff", fetch=fetch
)
