"""Source kind `petitions`: what people and firms complain of or propose (PAKN, hotline 1022), as counted cases only.

Neither the text of a petition nor who sent it is read; a field is kept only where it is one of a known list.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

import pyarrow.compute as pc
import pyarrow.parquet as pq

from etl.json_tables import read_any_table
from etl.kept import Keep, keep, keep_date, keep_matching, keep_number, keep_unit_code, keep_word, vocabulary
from etl.sources.incoming import Fact, Failure, FetchContext, Incoming, SourceKind
from etl.sources.registers import fetch_register
from etl.tables import Column, Landed, Layout, TableRow, keep_cells, landing_table
from ioc.config import PetitionSettings
from ioc.words import gettext as _

OTHER_FIELD = "Khác"
FIELDS: Final = (
    "An ninh, trật tự",
    "An toàn thực phẩm",
    "Bảo hiểm xã hội",
    "Cán bộ, công chức",
    "Cây xanh, công viên",
    "Chiếu sáng",
    "Cấp nước",
    "Công nghệ thông tin",
    "Dịch vụ công trực tuyến",
    "Du lịch",
    "Đất đai",
    "Điện lực",
    "Đô thị",
    "Đường bộ",
    "Giáo dục",
    "Giáo dục và Đào tạo",
    "Giao thông",
    "Giao thông vận tải",
    "Hạ tầng kỹ thuật",
    "Hộ tịch",
    "Khoa học và công nghệ",
    "Lao động, việc làm",
    "Môi trường",
    "Nông nghiệp",
    "Nông nghiệp và Môi trường",
    "Phòng cháy, chữa cháy",
    "Quốc phòng",
    "Tài chính, ngân sách",
    "Tài nguyên và Môi trường",
    "Thanh toán trực tuyến",
    "Thoát nước, ngập úng",
    "Thông tin và truyền thông",
    "Thuế, phí",
    "Thủ tục hành chính",
    "Trật tự đô thị",
    "Trật tự xây dựng",
    "Văn hóa, thể thao",
    "Vệ sinh môi trường",
    "Viễn thông",
    "Xây dựng",
    "Y tế",
    OTHER_FIELD,
)
"""Usual fields of hotlines; an operator adds its own."""
CLASSES: Final = vocabulary(
    {
        "tthc": ("thủ tục hành chính", "quy định hành chính", "quy định, thủ tục hành chính", "về thủ tục hành chính"),
        "staff": (
            "cán bộ",
            "cán bộ, công chức",
            "hành vi cán bộ",
            "hành vi hành chính",
            "hành vi của cán bộ, công chức",
            "về hành vi cán bộ",
        ),
        "other": ("khác", "nội dung khác", "phản ánh khác"),
    }
)
CHANNELS: Final = vocabulary(
    {
        "portal": (
            "cổng",
            "cổng dvcqg",
            "cổng dịch vụ công",
            "cổng dịch vụ công quốc gia",
            "website",
            "cổng thông tin",
        ),
        "hotline": ("1022", "tổng đài", "đường dây nóng", "điện thoại", "tổng đài 1022"),
        "app": ("ứng dụng", "ứng dụng di động", "zalo", "mobile", "vneid"),
        "direct": ("trực tiếp", "tại chỗ", "bộ phận một cửa", "văn bản", "bưu chính"),
    }
)
STATES: Final = vocabulary(
    {
        "received": ("tiếp nhận", "đã tiếp nhận", "mới", "mới tiếp nhận", "chờ xử lý", "chưa xử lý"),
        "in_progress": ("đang xử lý", "đã phân công", "đang giải quyết"),
        "answered": ("đã trả lời", "đã xử lý", "hoàn thành", "chờ công khai", "đã công khai", "đã giải quyết"),
        "refused": ("từ chối", "từ chối tiếp nhận", "không tiếp nhận", "trả lại"),
        "transferred": ("chuyển", "đã chuyển", "chuyển đơn vị khác", "chuyển cơ quan khác", "đã chuyển xử lý"),
        "closed": ("đóng", "đã đóng", "kết thúc"),
    }
)
SATISFACTIONS: Final = vocabulary(
    {
        "true": ("hài lòng", "rất hài lòng", "có", "1", "yes", "đúng"),
        "false": ("không hài lòng", "chưa hài lòng", "không", "0", "no", "sai"),
        "unknown": ("chưa đánh giá", "không đánh giá", "không ý kiến"),
    }
)

LAYOUT: Final = Layout(
    columns=(
        Column(
            "petition_code",
            ("mã phản ánh", "mã pakn", "mã phản ánh kiến nghị", "mã số phản ánh", "mã phiếu", "số phiếu"),
            keep_matching(r"(?=.*[0-9])[A-Za-z0-9._/-]{1,50}"),
        ),
        Column(
            "source_unit_code",
            ("unit_code", "mã đơn vị", "mã định danh", "mã cơ quan", "mã đơn vị xử lý", "mã cơ quan xử lý"),
            keep_unit_code,
        ),
        Column("field", ("lĩnh vực", "lĩnh vực phản ánh")),
        Column("class", ("phân loại", "loại phản ánh", "loại pakn", "nhóm phản ánh"), keep_word(CLASSES)),
        Column("channel", ("kênh", "kênh tiếp nhận", "nguồn tiếp nhận"), keep_word(CHANNELS)),
        Column(
            "received_at",
            ("ngày tiếp nhận", "thời gian tiếp nhận", "thời điểm tiếp nhận", "ngày nhận"),
            keep_date,
            is_date=True,
        ),
        Column("due_at", ("hạn xử lý", "hạn trả lời", "thời hạn xử lý", "ngày hẹn trả"), keep_date, is_date=True),
        Column(
            "handled_at",
            ("ngày xử lý", "ngày trả lời", "ngày hoàn thành", "thời gian xử lý xong", "ngày xử lý xong"),
            keep_date,
            is_date=True,
        ),
        Column("state", ("trạng thái", "tình trạng", "trạng thái xử lý"), keep_word(STATES)),
        Column("satisfied", ("hài lòng", "mức độ hài lòng", "đánh giá hài lòng"), keep_word(SATISFACTIONS)),
        Column("reopened", ("số lần phản ánh lại", "phản ánh lại", "số lần mở lại"), keep_number),
        Column("as_of", ("ngày số liệu", "thời điểm số liệu", "số liệu đến ngày"), keep_date, is_date=True),
        # Known so that they are not taken for something else.
        Column("title", ("tiêu đề", "tiêu đề phản ánh")),
        Column("content", ("nội dung", "nội dung phản ánh", "nội dung phản ánh kiến nghị")),
        Column("answer", ("kết quả xử lý", "nội dung trả lời", "nội dung xử lý")),
        Column("unit_name", ("đơn vị xử lý", "cơ quan xử lý", "tên đơn vị", "đơn vị")),
        Column("sender", ("người gửi", "người phản ánh", "họ tên", "họ và tên")),
        Column("telephone", ("số điện thoại", "điện thoại", "điện thoại người gửi")),
        Column("address", ("địa chỉ", "địa điểm phản ánh", "địa chỉ người gửi")),
        Column("mail", ("email", "thư điện tử")),
    ),
    required=(("petition_code",), ("source_unit_code",), ("field",), ("received_at",), ("state",)),
    key="petition_code",
)
LANDED: Final = (
    "petition_code", "source_unit_code", "field", "class", "channel", "received_at", "due_at", "handled_at", "state",
    "satisfied", "reopened", "as_of",
)  # fmt: skip


def to_landing(content: bytes, *, fields: Sequence[str]) -> Landed:
    """The landing's rows of one export of petitions; `fields` are the operator's own beside the known ones."""
    table = read_any_table(content, LAYOUT)
    rule = keep_word(vocabulary(dict.fromkeys((*FIELDS, *fields), ())))
    rows = [(row, _keep_row(row, rule, stated_day=table.stated_day)) for row in table.rows]
    return landing_table(LANDED, rows), table.warnings


def _keep_row(row: TableRow, field_rule: Keep, *, stated_day: str) -> dict[str, str | None]:
    kept = keep_cells(row, LAYOUT)
    return kept | {"field": keep(row.cell("field"), field_rule), "as_of": kept["as_of"] or stated_day or None}


def fetch(context: FetchContext) -> Iterator[Incoming | Failure]:
    """The exports of the inbox folder."""
    fields = context.settings.fields if isinstance(context.settings, PetitionSettings) else ()
    for item in fetch_register(context, to_landing=partial(to_landing, fields=fields)):
        yield item if isinstance(item, Failure) else replace(item, land=partial(_land, item))


def _land(item: Incoming, path: Path) -> tuple[str, ...]:
    """Lands a file and tells how many fields nobody knows."""
    warnings = tuple(item.land(path) or ())
    unlisted = pc.sum(pc.starts_with(pq.read_table(path, columns=["field"])["field"], "•••(")).as_py() or 0
    if not unlisted:
        return warnings
    return (
        *warnings,
        _(
            "VALUE: {n} petitions have a field that is not on the list and count as “{other}”; add it to `fields`"
        ).format(n=unlisted, other=OTHER_FIELD),
    )


KIND: Final = SourceKind(
    name="petitions", fact=Fact("petition", ("source_id", "petition_code")), contract="petition", fetch=fetch
)
