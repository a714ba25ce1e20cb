"""What is landed of one message: codes, dates and flags, no subject, content, name or telephone."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from etl.kept import (
    is_blank,
    is_masked,
    keep,
    keep_date,
    keep_organisation,
    keep_unit_code,
    looks_like_identity,
    masked,
    words_of,
)
from etl.sources.edxml_attachments import SignatureFinder
from etl.sources.edxml_reader import RawMessage, extensions
from ioc.names import nfc
from ioc.units import resolve_code

LANDED: Final = (
    "message_kind",
    "from_code",
    "from_name",
    "to_codes",
    "document_id",
    "code_number",
    "code_notation",
    "promulgation_date",
    "doc_type",
    "business_type",
    "concerned_ids",
    "paper",
    "has_xml_signature",
    "signer_kind",
    "attachment_count",
    "attachment_types",
    "attachment_pdf_signed",
    "status_code",
    "status_at",
    "response_for",
    "sent_at",
    "issues",
)
SEPARATOR: Final = "\n"
"""Between the values of a column that has several: no kept text holds a line's end."""
ORGANISATION: Final = "organisation"
PERSON: Final = "person"
MOST_CODES: Final = 2_000

_UUID = re.compile(r"\{?[0-9A-Fa-f]{8}(-?[0-9A-Fa-f]{4}){3}-?[0-9A-Fa-f]{12}\}?")
_DOCUMENT_ID = re.compile(r"(?=.*[0-9])[\w.,/&()-]{1,120}")
_LONG_DIGITS = re.compile(r"[0-9]{9,}")
_LOWER_RUN = re.compile(r"[a-zà-ỹ]{4,}")
_NUMBER = re.compile(r"(?=.*[0-9])[0-9A-Za-z./-]{1,12}")
_NOTATION = re.compile(r"[0-9A-ZĐĂÂÊÔƠƯ][0-9A-Za-zđĐĂÂÊÔƠƯ./&-]{0,39}")
_COMMON_NAME = re.compile(r"(?:^|[,/+;\s])CN\s*=\s*(\"[^\"]*\"|[^,/+;]*)", re.IGNORECASE)
_PERSONAL_PARTS = re.compile(r"CMND|CCCD|CITIZEN|(?:^|[,/+;\s])(?:SN|SURNAME|G|GIVENNAME|T|TITLE)\s*=", re.IGNORECASE)
_SIGN = re.compile(r"[,;\s]+")
_FILLERS = frozenset({"", "0", "n/a", "null", "none", "-"})
_DOCUMENT_TYPES: Final = (
    "Nghị quyết",
    "Quyết định",
    "Chỉ thị",
    "Quy chế",
    "Quy định",
    "Thông cáo",
    "Thông báo",
    "Hướng dẫn",
    "Chương trình",
    "Kế hoạch",
    "Phương án",
    "Đề án",
    "Dự án",
    "Báo cáo",
    "Biên bản",
    "Tờ trình",
    "Hợp đồng",
    "Công văn",
    "Công điện",
    "Bản ghi nhớ",
    "Bản thỏa thuận",
    "Giấy ủy quyền",
    "Giấy mời",
    "Giấy giới thiệu",
    "Giấy nghỉ phép",
    "Phiếu gửi",
    "Phiếu chuyển",
    "Phiếu báo",
    "Thư công",
    "Luật",
    "Pháp lệnh",
    "Nghị định",
    "Thông tư",
    "Thông tư liên tịch",
    "Lệnh",
    "Công hàm",
    "Công thư",
    "Văn bản",
)
"""The kinds of documents of Decree 30/2020, and the legal ones."""
_TYPES_BY_WORDS: Final = {words_of(name): name for name in _DOCUMENT_TYPES}
_MIME_ENDS: Final = {
    "application/pdf": "pdf",
    "application/msword": "doc",
    "application/zip": "zip",
    "application/x-zip-compressed": "zip",
    "application/octet-stream": "",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.ms-excel": "xls",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/xml": "xml",
    "text/xml": "xml",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/tiff": "tiff",
}


def keep_message(message: RawMessage, *, finder: SignatureFinder | None) -> dict[str, str | None]:
    """The landing's columns of one message."""
    is_status = not _is_filler(message.first("status_code"), zero_too=False)
    values = _keep_parties(message, is_status=is_status) | _keep_attachments(message, finder)
    number, notation = _code(message)
    values |= {
        "message_kind": "status" if is_status else "edoc",
        "document_id": None if is_status else keep(message.first("document_id"), keep_document_id),
        "code_number": _or_nothing(keep_number_of_code(number)),
        "code_notation": _or_nothing(keep_notation(notation)),
        "promulgation_date": _kept_date(message.first("promulgation_date")),
        "doc_type": _TYPES_BY_WORDS.get(words_of(message.first("doc_type"))),
        "business_type": _small_number(message.first("business_type")),
        "concerned_ids": _joined(_concerned_ids(message)),
        "paper": _small_number(message.first("paper")),
        "has_xml_signature": str(message.has_signature).lower(),
        "signer_kind": signer_kind(message.first("signer_subject")),
        "status_code": _small_number(message.first("status_code")) if is_status else None,
        "status_at": _kept_date(message.first("header_timestamp")) if is_status else None,
        "response_for": _joined(_response_ids(message)),
        "sent_at": _kept_date(_sent_at(message, is_status=is_status)),
    }
    return values | {"issues": " ".join(_issues(message, values, finder)) or None}


def keep_document_id(text: str) -> str:
    """Keeps the identifier of a document: a UUID, or sender, date and number with commas."""
    compact = _one_spelling(re.sub(r"\s*([,/])\s*", r"\1", nfc(text)))
    if _UUID.fullmatch(compact):
        return compact.strip("{}").lower()
    is_harmless = (
        _DOCUMENT_ID.fullmatch(compact)
        and not _LONG_DIGITS.search(compact)
        and not _LOWER_RUN.search(compact)
        and not looks_like_identity(compact)
    )
    return compact if is_harmless else masked(text)


def _one_spelling(text: str) -> str:
    """Sender, date and number with the sender's code and the date as everywhere: receipts spell them in other ways."""
    parts = text.split(",")
    if len(parts) != len(("sender", "date", "number")):
        return text
    sender, day, number = parts
    return f"{resolve_code(sender)},{day.replace('-', '/')},{number}"


def keep_number_of_code(text: str) -> str:
    """Keeps the number of a document."""
    return text if _NUMBER.fullmatch(text) and not looks_like_identity(text) else masked(text)


def keep_notation(text: str) -> str:
    """Keeps the notation of a document, such as UBND-VP: mostly capitals, no words."""
    compact = nfc(text).replace(" ", "")
    return compact if _NOTATION.fullmatch(compact) and not _LOWER_RUN.search(compact) else masked(text)


def signer_kind(subject: str) -> str | None:
    """Whether a certificate's subject is an organisation or a person; the subject itself goes no further."""
    named = _COMMON_NAME.search(subject)
    if named is None:
        return None
    name = named[1].strip(' "')
    if not name:
        return None
    if _PERSONAL_PARTS.search(subject):
        return PERSON
    return PERSON if is_masked(keep_organisation(name)) else ORGANISATION


def _keep_parties(message: RawMessage, *, is_status: bool) -> dict[str, str | None]:
    sender = message.first("from_code")
    receivers = [group.get("response_organ", "") for group in message.groups["responsefor"]] if is_status else []
    receivers += message.fields["to_codes"]
    codes = [part for text in receivers for part in _SIGN.split(text) if not _is_filler(part)]
    kept = dict.fromkeys(keep_unit_code(code) for code in codes[:MOST_CODES])
    return {
        "from_code": None if _is_filler(sender) else keep(sender, keep_unit_code),
        "from_name": _or_nothing(keep_organisation(message.first("from_name"))),
        "to_codes": _joined(kept),
    }


def _keep_attachments(message: RawMessage, finder: SignatureFinder | None) -> dict[str, str | None]:
    listed, enclosed = message.groups["reference"], message.groups["attachment"]
    found = listed or enclosed
    types = [group.get("reference_type") or group.get("attachment_type", "") for group in found]
    names = [group.get("reference_name") or group.get("attachment_name", "") for group in found]
    ends = {end for end in (*extensions(names), *map(_end_of_type, types)) if end}
    is_signed = finder.is_signed if finder is not None else None
    return {
        "attachment_count": str(max(len(listed), len(enclosed))),
        "attachment_types": _joined(sorted(ends)),
        "attachment_pdf_signed": None if is_signed is None else str(is_signed).lower(),
    }


def _end_of_type(text: str) -> str:
    plain = text.strip().lower()
    return _MIME_ENDS.get(plain) or next(iter(extensions([f"x.{plain.lstrip('.')}"])), "")


def _code(message: RawMessage) -> tuple[str, str]:
    """Number and notation; where they stand in one text, taken apart."""
    number, notation = message.first("code_number"), message.first("code_notation")
    if number or notation:
        return number, notation
    first, _slash, rest = message.first("code").partition("/")
    return first.strip(), rest.strip()


def _concerned_ids(message: RawMessage) -> Iterator[str]:
    for text in (*message.fields["concerned_ids"], *message.fields["response_id"]):
        if not _is_filler(text):
            yield keep_document_id(text)


def _response_ids(message: RawMessage) -> Iterator[str]:
    """The documents that a receipt is for; without an identifier it is made of sender, date and number."""
    for group in message.groups["responsefor"]:
        named = group.get("response_id", "")
        if not _is_filler(named):
            yield keep_document_id(named)
            continue
        parts = [group.get(name, "") for name in ("response_organ", "response_date", "response_code")]
        if not any(map(_is_filler, parts)):
            yield keep_document_id(",".join(parts))


def _sent_at(message: RawMessage, *, is_status: bool) -> str:
    """When the sender let the message go: its own trace, else the first one."""
    sender = resolve_code(message.first("from_code"))
    traces = [group for group in message.groups["traceheader"] if group.get("trace_timestamp")]
    own = [group for group in traces if resolve_code(group.get("trace_organ", "")) == sender]
    chosen = (own or traces)[:1]
    if chosen:
        return chosen[0]["trace_timestamp"]
    return "" if is_status else message.first("header_timestamp")


def _issues(message: RawMessage, values: Mapping[str, str | None], finder: SignatureFinder | None) -> Iterator[str]:
    is_status = values["message_kind"] == "status"
    if finder is not None and finder.has_unreadable:
        yield "attachment_unreadable"
    if message.first("signer_subject") and values["signer_kind"] is None:
        yield "signer_unreadable"
    if is_status and any(not group for group in message.groups["responsefor"]):
        yield "empty_response"
    if not is_status and values["attachment_count"] == "0":
        yield "no_attachment"
    if message.first("doc_type") and values["doc_type"] is None:
        yield "doc_type_unknown"


def _is_filler(text: str, *, zero_too: bool = True) -> bool:
    """Whether a text only fills a field that must not be empty: N/A, 0."""
    words = text.strip().lower()
    return words in _FILLERS if zero_too else words in _FILLERS - {"0"}


def _small_number(text: str) -> str | None:
    if is_blank(text):
        return None
    return text if re.fullmatch("[0-9]{1,2}", text) else masked(text)


def _kept_date(text: str) -> str | None:
    return None if _is_filler(text) else keep(text.strip(), keep_date)


def _or_nothing(kept: str) -> str | None:
    return None if is_masked(kept) else kept


def _joined(texts: Sequence[str] | Iterator[str] | Mapping[str, None]) -> str | None:
    return SEPARATOR.join(dict.fromkeys(texts)) or None
