"""Source kind `certificates`: the register of digital certificates, without the people who hold them."""

import re
from collections.abc import Iterator
from functools import partial
from typing import Final

from etl.kept import (
    is_blank,
    keep,
    keep_date,
    keep_organisation,
    keep_unit_code,
    keep_word,
    looks_like_identity,
    masked,
    vocabulary,
    words_of,
)
from etl.sources.holders import PERSON, identify_holder, names_somebody
from etl.sources.incoming import Fact, Failure, FetchContext, Incoming, SourceKind
from etl.sources.registers import fetch_register
from etl.tables import Column, Landed, Layout, Table, TableRow, keep_cells, landing_table, read_table
from ioc.errors import ErrorClass, SourceError
from ioc.words import gettext as _

HOLDER_TYPES: Final = vocabulary(
    {
        PERSON: ("cá nhân", "người", "cán bộ", "cbcc"),
        "co_quan": ("cơ quan", "tổ chức", "cơ quan, tổ chức", "cơ quan tổ chức", "đơn vị"),
        "thiet_bi_dich_vu": ("thiết bị", "dịch vụ", "phần mềm", "thiết bị, dịch vụ", "thiết bị, dịch vụ, phần mềm"),
    }
)
DEVICES: Final = vocabulary(
    {
        "TOKEN": ("usb token", "pki token", "token mật", "usb"),
        "SIM": ("sim pki", "sim ký số"),
        "SOFT": ("phần mềm", "software", "p12"),
        "RSSP": ("ký số tập trung", "tập trung", "ký số từ xa", "remote signing", "smartca", "mysign"),
        "HSM": (),
    }
)
STATUSES: Final = vocabulary(
    {
        "active": (
            "đang hiệu lực",
            "còn hiệu lực",
            "hiệu lực",
            "hợp lệ",
            "đang sử dụng",
            "đang hoạt động",
            "hoạt động",
        ),
        "expiring": ("sắp hết hạn", "sắp hết hiệu lực"),
        "expired": ("hết hạn", "hết hiệu lực", "đã hết hạn", "hết hạn chờ gia hạn"),
        "revoked": ("thu hồi", "đã thu hồi", "bị thu hồi"),
        "to_be_revoked": ("cần thu hồi",),
        "suspended": ("tạm dừng", "tạm khóa", "đang tạm dừng", "bị khóa"),
        "not_yet_valid": ("chưa hiệu lực", "chưa có hiệu lực"),
    }
)
_HEADS: Final = re.compile(
    r"(q |quyen )?((pho |pct |ct |pgd |gd |pbt )?(chu tich|bi thu|giam doc)|pct|ct|pgd|gd|pbt|lanh dao|leader)\b"
    # of a mass organisation or a party cell, not of the unit
    r"(?! (hoi(?! dong)|doan|chi doan|chi bo|cong doan|mat tran|mttq|uy ban mat tran|uy ban mttq|ubmttq))"
)
_OFFICIALS: Final = re.compile(
    r"\b(staff|cong chuc|vien chuc|can bo|cbcc|cbccvc|chuyen vien|nhan vien|truong|pho|chanh|chu tich|bi thu|ke toan"
    r"|van thu|thu ky|dia chinh|tu phap|ho tich|van phong|van hoa|chi huy|thanh tra|cong an|quan su|kiem soat"
    r"|giao vien|uy vien|thu quy|tro ly)\b"
)
_OTHERS: Final = re.compile(r"\b(other|khac|hop dong|cong tac vien|khong chuyen trach|thuc tap)\b")
_ISSUER_WORD: Final = (
    r"(ban|co|yeu|chinh|phu|cuc|chung|thuc|so|va|bao|mat|thong|tin|vgca|root|gca|cong|vu|ca|ca2|gov|vn|ky|vnpt|smartca"
    r"|viettel|mysign|fpt|misa|esign|bkav|nacencomm|newtel|newca|cyberlotus|efy|softdreams|easyca|trustca|intrust|fastca"
    r"|winca|cmc|tap|doan|tong|ty|tnhh|cp|phan|buu|vien|quan|doi|viet|nam)"
)
_ISSUER: Final = re.compile(rf"{_ISSUER_WORD}( {_ISSUER_WORD})*")
_HEX: Final = re.compile(r"(?=.*[0-9])[0-9A-F]{4,64}")
_SCIENTIFIC: Final = re.compile(r"[0-9]([.,][0-9]{1,14})?E\+?[0-9]{1,3}", re.IGNORECASE)
_SERIAL_SEPARATORS: Final = re.compile(r"^0[xX]|[\s:.\-]")
_RANGE_DAY: Final = re.compile(r"\d{1,2}[/-]\d{1,2}[/-]\d{2,4}|\d{4}-\d{2}-\d{2}")


def keep_serial(text: str) -> str:
    """Keeps a serial number as it came: hexadecimal digits, or what a spreadsheet made of them."""
    digits = _SERIAL_SEPARATORS.sub("", text.upper())
    if looks_like_identity(digits) or looks_like_identity(text):
        return masked(text)
    return text if _HEX.fullmatch(digits) or _SCIENTIFIC.fullmatch(text) else masked(text)


def keep_issuer(text: str) -> str:
    """Keeps the name of an authority that issues certificates: only the words of such names."""
    return text if _ISSUER.fullmatch(words_of(text)) else masked(text)


LAYOUT: Final = Layout(
    columns=(
        Column(
            "serial_number",
            (
                "số hiệu chứng thư số",
                "số hiệu chứng thư",
                "số hiệu cts",
                "serial",
                "serial cts",
                "số seri",
                "số serial",
            ),
            keep_serial,
        ),
        Column("former_serial", ("serial cts cũ", "serial cũ", "số hiệu chứng thư cũ", "số hiệu chứng thư số cũ")),
        Column("holder_type", ("loại đối tượng", "đối tượng", "loại chủ thể"), keep_word(HOLDER_TYPES)),
        Column("holder_ref", ("mã cán bộ", "mã nhân viên", "mã công chức", "mã cbcc", "mã số cán bộ")),
        Column("position_group", ("chức vụ", "chức danh", "nhóm chức vụ", "position")),
        Column(
            "unit_code",
            ("mã định danh", "mã đơn vị", "mã cơ quan", "mã định danh đơn vị", "mã định danh cơ quan"),
            keep_unit_code,
        ),
        Column(
            "unit_name",
            (
                "đơn vị",
                "tên đơn vị",
                "tên cơ quan-tổ chức công tác",
                "đơn vị công tác",
                "cơ quan công tác",
                "tên cơ quan",
                "phòng ban",
            ),
        ),
        *(Column(f"unit_level_{level}", (f"tổ chức cấp {level}",)) for level in (1, 2, 3, 4)),
        Column(
            "issuer",
            (
                "tổ chức cung cấp",
                "issuer cn",
                "nhà cung cấp",
                "tổ chức cấp chứng thư",
                "đơn vị cung cấp",
                "đơn vị cấp chứng thư",
            ),
            keep_issuer,
        ),
        Column("device_type", ("loại thiết bị", "thiết bị"), keep_word(DEVICES)),
        Column(
            "valid_from",
            (
                "ngày hiệu lực",
                "hiệu lực từ",
                "hiệu lực từ ngày",
                "ngày có hiệu lực",
                "ngày bắt đầu hiệu lực",
                "ngày cấp chứng thư",
            ),
            keep_date,
            is_date=True,
        ),
        Column(
            "valid_to",
            (
                "ngày hết hiệu lực",
                "ngày hết hạn",
                "hiệu lực đến",
                "hiệu lực đến ngày",
                "hết hiệu lực",
                "hết hạn",
                "hạn sử dụng",
            ),
            keep_date,
            is_date=True,
        ),
        Column("validity", ("hiệu lực", "hiệu lực từ đến", "thời gian hiệu lực", "thời hạn hiệu lực")),
        Column("status", ("trạng thái", "tình trạng"), keep_word(STATUSES)),
        Column("revoked_at", ("ngày thu hồi", "thời điểm thu hồi"), keep_date, is_date=True),
        Column(
            "last_used_at",
            ("lần ký gần nhất", "ngày ký gần nhất", "thời điểm ký gần nhất", "lần sử dụng gần nhất"),
            keep_date,
            is_date=True,
        ),
        Column("as_of", ("ngày số liệu", "thời điểm số liệu", "số liệu đến ngày"), keep_date, is_date=True),
        Column(
            "citizen_id",
            (
                "cccd",
                "cccc",
                "cmnd",
                "căn cước",
                "căn cước công dân",
                "số định danh",
                "số định danh cá nhân",
                "mã định danh cá nhân",
                "hộ chiếu",
            ),
        ),
        Column(
            "person_name",
            ("họ tên", "họ và tên", "người sử dụng", "tên người sử dụng", "chủ thể", "tên chủ thể", "holder name"),
        ),
        Column("birthday", ("ngày sinh", "ngày tháng năm sinh", "năm sinh", "date of birth")),
        # Known so that they are not taken for something else.
        Column("card_issued_on", ("ngày cấp",)),
        Column("card_issued_by", ("nơi cấp",)),
        Column("telephone", ("điện thoại", "số điện thoại", "di động")),
        Column("mail", ("email", "thư điện tử", "địa chỉ thư điện tử công vụ")),
        Column("note", ("ghi chú",)),
    ),
    required=(
        ("serial_number",),
        ("holder_type",),
        ("unit_code", "unit_name", "unit_level_1"),
        ("valid_from", "validity"),
        ("valid_to", "validity"),
    ),
    key="serial_number",
    filled_down=("unit_code", "unit_name", "unit_level_1", "unit_level_2", "unit_level_3", "unit_level_4"),
)
LANDED: Final = (
    "serial_number",
    "holder_type",
    "holder_key",
    "holder_problem",
    "position_group",
    "unit_code",
    "unit_name",
    "issuer",
    "device_type",
    "valid_from",
    "valid_to",
    "status",
    "revoked_at",
    "last_used_at",
    "as_of",
)
_UNIT_NAMES_DEEPEST_FIRST: Final = ("unit_level_4", "unit_level_3", "unit_level_2", "unit_name", "unit_level_1")


def to_landing(content: bytes, *, secret: str | None) -> Landed:
    """The landing's rows of one register; `secret` makes pseudonyms of its people."""
    table = read_table(content, LAYOUT)
    _refuse_names_without_key(table, secret)
    rows = [(row, _keep_row(row, stated_day=table.stated_day, secret=secret)) for row in table.rows]
    return landing_table(LANDED, rows), table.warnings


def _refuse_names_without_key(table: Table, secret: str | None) -> None:
    if secret is None and "holder_ref" not in table.columns and any(map(names_somebody, table.rows)):
        raise SourceError(
            ErrorClass.SCHEMA,
            _(
                "the register names people and there is no key to hide them: set IOC_HOLDER_KEY (privacy.holder_key in "
                "config.yaml), or give a column of staff codes (mã cán bộ) instead of names and identity numbers"
            ),
        )


def _keep_row(row: TableRow, *, stated_day: str, secret: str | None) -> dict[str, str | None]:
    kept = keep_cells(row, LAYOUT)
    holder = identify_holder(row, holder_type=kept["holder_type"], secret=secret)
    first_day, last_day = _split_validity(row.cell("validity"))
    return kept | {
        "holder_key": holder.key,
        "holder_problem": holder.problem,
        "position_group": group_position(row.cell("position_group")),
        "unit_name": keep(_unit_name(row), keep_organisation),
        "valid_from": kept["valid_from"] or first_day,
        "valid_to": kept["valid_to"] or last_day,
        "as_of": kept["as_of"] or stated_day or None,
    }


def group_position(title: str) -> str:
    """leader (head of a unit or a deputy), staff or other; of several posts the highest counts."""
    posts = [words_of(post) for post in re.split(r"[,;/–-]| kiêm ", title)]
    if any(_HEADS.match(post) for post in posts):
        return "leader"
    words = words_of(title)
    return "staff" if _OFFICIALS.search(words) and not _OTHERS.search(words) else "other"


def _unit_name(row: TableRow) -> str:
    """The deepest organisation that is given."""
    names = (row.cell(column) for column in _UNIT_NAMES_DEEPEST_FIRST)
    return next((name for name in names if not is_blank(name)), "")


def _split_validity(text: str) -> tuple[str | None, str | None]:
    """Both days of “01/03/2024 - 01/03/2029”."""
    days = _RANGE_DAY.findall(text)
    return (days[0], days[1]) if len(days) == 2 else (None, None)


def fetch(context: FetchContext) -> Iterator[Incoming | Failure]:
    """The registers of the inbox folder."""
    key = context.config.privacy.holder_key
    secret = key.get_secret_value() if key is not None else None
    return fetch_register(context, to_landing=partial(to_landing, secret=secret))


KIND: Final = SourceKind(
    name="certificates",
    # of one day the one that is valid for longest: a renewal under the same number
    fact=Fact("certificate", ("serial_number",), newer_by=("register_as_of", "valid_to")),
    contract="certificate",
    fetch=fetch,
)
