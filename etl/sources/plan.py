"""Source kind `plan`: the tasks of a plan — who answers, what is to come of it, by when, and how far it is."""

from collections.abc import Iterator
from typing import Final

from etl.json_tables import read_any_table
from etl.kept import Keep, keep_date, keep_matching, keep_number, keep_unit_code, keep_word, vocabulary, words_of
from etl.public_text import keep_beginning, keep_public_text
from etl.sources.incoming import Fact, Failure, FetchContext, Incoming, SourceKind
from etl.sources.registers import fetch_register
from etl.tables import Column, Landed, Layout, keep_cells, landing_table

PHASES: Final = vocabulary(
    {
        "urgent": ("cấp bách", "giai đoạn cấp bách", "giai đoạn 1", "giai đoạn khẩn trương"),
        "breakthrough": ("bứt phá", "giai đoạn bứt phá", "giai đoạn 2", "tăng tốc, bứt phá"),
    }
)
PILLARS: Final = vocabulary(
    {
        "institutions": ("thể chế", "hoàn thiện thể chế"),
        "infrastructure": ("hạ tầng", "hạ tầng số"),
        "data": ("dữ liệu", "dữ liệu số"),
        "platforms": ("nền tảng", "nền tảng số", "ứng dụng, nền tảng", "nền tảng, ứng dụng"),
        "people": ("nhân lực", "nguồn nhân lực", "con người", "nhân lực số"),
        "finance": ("tài chính", "kinh phí", "nguồn lực tài chính"),
    }
)
STATES: Final = vocabulary(
    {
        "not_started": ("chưa thực hiện", "chưa bắt đầu", "chưa triển khai"),
        "in_progress": ("đang thực hiện", "đang triển khai", "đang làm"),
        "done": ("hoàn thành", "đã hoàn thành", "xong"),
        "cancelled": ("hủy", "đã hủy", "dừng", "dừng thực hiện", "không thực hiện"),
    }
)
_POST_WORDS: Final = (
    r"Q\.|Quyền|Phó|Trưởng|Chủ tịch|Bí thư|Giám đốc|Chánh|Tổ|Ủy viên|Thư ký|Thường trực|Chuyên viên|Lãnh đạo"
    r"|Viên chức|Văn phòng|Văn thư|Phòng|Ban|Sở|Trung tâm|UBND|HĐND|Ủy ban nhân dân|Hội đồng nhân dân|Bộ phận"
    r"|Một cửa|Kế toán|thành phố|tỉnh|xã|phường|đặc khu|cấp|công nghệ số|cộng đồng|chuyển đổi số|tổng hợp|nội vụ"
    r"|hành chính công|Phục vụ|Văn hóa - Xã hội|Kinh tế|hạ tầng và đô thị|Khoa học và Công nghệ|Tài chính|Tư pháp"
    r"|Xây dựng|Y tế|Giáo dục và Đào tạo"
)
_OWN_PHASE: Final = keep_matching(r"(?=.*[0-9])[^\W_][\w ./-]{0,39}|[a-z][a-z0-9_]{0,39}")

keep_post: Final = keep_beginning(_POST_WORDS)
"""Keeps a post as far as it consists of words of posts and offices: what follows may be somebody's name."""
keep_amount: Final = keep_matching(r"[+-]?\d{1,3}([., ]\d{3}){0,3}([.,]\d{1,6})? ?%?|[+-]?\d{1,12}([.,]\d{1,6})? ?%?")


def _keep_phase(text: str) -> str:
    return PHASES.get(words_of(text)) or _OWN_PHASE(text)


def _with_percent(rule: Keep) -> Keep:
    """The rule for the number before a percent sign, which stays."""
    return lambda text: rule(text.removesuffix("%").rstrip()) + ("%" if text.endswith("%") else "")


LAYOUT: Final = Layout(
    columns=(
        Column(
            "task_id",
            ("mã nhiệm vụ", "mã số nhiệm vụ", "số nhiệm vụ"),
            keep_matching(r"(?=.*[0-9])[A-Za-z0-9Đđ._/-]{1,50}"),
        ),
        Column("plan", ("kế hoạch", "số kế hoạch", "văn bản giao"), keep_public_text),
        Column("phase", ("giai đoạn",), _keep_phase),
        Column("pillar", ("trụ cột", "nhóm nhiệm vụ", "nhóm"), keep_word(PILLARS)),
        Column("title", ("tên nhiệm vụ", "nhiệm vụ", "nội dung nhiệm vụ"), keep_public_text),
        Column(
            "unit_code",
            ("mã đơn vị", "mã định danh", "mã cơ quan", "mã đơn vị chủ trì", "mã cơ quan chủ trì"),
            keep_unit_code,
        ),
        Column("owner_role", ("chức danh phụ trách", "chức vụ phụ trách", "người phụ trách", "phụ trách"), keep_post),
        Column("product", ("sản phẩm", "kết quả đầu ra", "sản phẩm đầu ra", "kết quả"), keep_public_text),
        Column("measure", ("chỉ số", "mã chỉ số", "số đo"), keep_matching(r"[a-z][a-z0-9_]{0,60}")),
        Column("target_value", ("chỉ tiêu", "mục tiêu", "giá trị mục tiêu"), keep_amount),
        Column("start_on", ("ngày bắt đầu", "bắt đầu"), keep_date, is_date=True),
        Column("due_on", ("hạn hoàn thành", "thời hạn", "thời hạn hoàn thành", "hạn"), keep_date, is_date=True),
        Column(
            "progress_percent",
            ("tiến độ", "tỷ lệ hoàn thành", "tiến độ phần trăm", "phần trăm"),
            _with_percent(keep_number),
        ),
        Column("state", ("trạng thái", "tình trạng"), keep_word(STATES)),
        Column("updated_on", ("ngày cập nhật", "cập nhật"), keep_date, is_date=True),
        Column("done_on", ("ngày hoàn thành", "ngày hoàn thành thực tế"), keep_date, is_date=True),
        Column("note", ("ghi chú", "vướng mắc"), keep_public_text),
        # Known so that they are not taken for something else.
        Column("unit_name", ("đơn vị chủ trì", "cơ quan chủ trì", "đơn vị", "tên đơn vị")),
        Column("partners", ("đơn vị phối hợp", "cơ quan phối hợp")),
        Column("telephone", ("điện thoại", "số điện thoại")),
    ),
    required=tuple(
        (name,)
        for name in (
            "task_id",
            "plan",
            "phase",
            "pillar",
            "title",
            "unit_code",
            "product",
            "due_on",
            "state",
            "updated_on",
        )
    ),
    key="task_id",
)
LANDED: Final = (*(column.name for column in LAYOUT.columns if column.keep is not None), "as_of")


def to_landing(content: bytes) -> Landed:
    """The landing's rows of one table of tasks."""
    table = read_any_table(content, LAYOUT)
    stated = {"as_of": table.stated_day or None}
    rows = [(row, keep_cells(row, LAYOUT) | stated) for row in table.rows]
    return landing_table(LANDED, rows), table.warnings


def fetch(context: FetchContext) -> Iterator[Incoming | Failure]:
    """The plans of the inbox folder."""
    return fetch_register(context, to_landing=to_landing)


KIND: Final = SourceKind(name="plan", fact=Fact("task", ("source_id", "task_id")), contract="task", fetch=fetch)
