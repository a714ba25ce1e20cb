"""Reads one message of the document axis as a stream: only named fields are looked at, all other text passes unread.

Elements are known by their local names, whatever their namespace or prefix. A document type declaration ends the
reading: with it go entities, external files and addresses. Attachments pass by, unless a sink asks for their text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol
from xml.parsers import expat

from ioc.errors import ErrorClass, SourceError
from ioc.words import gettext as _

CHUNK_BYTES: Final = 1 << 16
DEEPEST_LEVEL: Final = 64
MOST_ELEMENTS: Final = 100_000
MOST_TOKEN_BYTES: Final = 1 << 20
"""Of a single tag or comment: a parser reads an unfinished one again with every chunk."""
MOST_TEXT: Final = 4_000
"""Of a field; whatever is longer is no code, date or name."""
MOST_VALUES: Final = 2_000
"""Of a field that repeats, such as the receivers."""

FIELDS: Final[Mapping[tuple[str, str], str]] = {
    ("from", "organid"): "from_code",
    ("messageheader", "from"): "from_code",
    ("from", "organname"): "from_name",
    ("to", "organid"): "to_codes",
    ("messageheader", "to"): "to_codes",
    ("messageheader", "documentid"): "document_id",
    ("messageheader", "code"): "code",
    ("code", "codenumber"): "code_number",
    ("code", "codenotation"): "code_notation",
    ("messageheader", "codenumber"): "code_number",
    ("messageheader", "codenotation"): "code_notation",
    ("promulgationinfo", "promulgationdate"): "promulgation_date",
    ("messageheader", "promulgationdate"): "promulgation_date",
    ("documenttype", "typename"): "doc_type",
    ("messageheader", "documenttype"): "doc_type",
    ("bussiness", "bussinessdoctype"): "business_type",
    ("business", "businessdoctype"): "business_type",
    ("messageheader", "bussinessdoctype"): "business_type",
    ("bussiness", "paper"): "paper",
    ("business", "paper"): "paper",
    ("messageheader", "paper"): "paper",
    ("replacementinfo", "documentid"): "concerned_ids",
    ("documentinfo", "documentid"): "concerned_ids",
    ("responsefor", "organid"): "response_organ",
    ("responsefor", "code"): "response_code",
    ("responsefor", "promulgationdate"): "response_date",
    ("responsefor", "documentid"): "response_id",
    ("messageheader", "statuscode"): "status_code",
    ("messageheader", "timestamp"): "header_timestamp",
    ("messageheader", "sentdate"): "header_timestamp",
    ("traceheader", "organid"): "trace_organ",
    ("traceheader", "timestamp"): "trace_timestamp",
    ("x509data", "x509subjectname"): "signer_subject",
    ("reference", "contenttype"): "reference_type",
    ("reference", "attachmentname"): "reference_name",
    ("attachment", "contenttype"): "attachment_type",
    ("attachment", "filetype"): "attachment_type",
    ("attachment", "attachmentname"): "attachment_name",
    ("attachment", "filename"): "attachment_name",
}
"""The fields that are read, by the names of their parent and their own. Subjects, contents, people are not here."""
SIGNATURE_VALUE: Final = "signaturevalue"
GROUPS: Final = frozenset({"responsefor", "traceheader", "reference", "attachment"})
"""Elements that repeat and whose fields belong together."""
CONTENTS: Final = frozenset({("attachment", "contenttransferencoded"), ("attachment", "content")})
HEADER: Final = "messageheader"


class Source(Protocol):
    """A file or an entry of an archive."""

    def read(self, size: int, /) -> bytes:
        """The next bytes; none at the end."""


class ContentSink(Protocol):
    """What wants to see the text of attachments."""

    def begin(self) -> None:
        """An attachment begins."""

    def add(self, text: str) -> None:
        """A part of its text."""

    def end(self) -> None:
        """It is over."""


@dataclass
class RawMessage:
    """The texts of a message's named fields, in their order."""

    root: str = ""
    fields: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    groups: dict[str, list[dict[str, str]]] = field(default_factory=lambda: defaultdict(list))
    has_header: bool = False
    has_signature: bool = False

    def first(self, name: str) -> str:
        """The first text of a field that says something; empty where there is none."""
        return next((text for text in self.fields.get(name, ()) if text), "")


def read_message(source: Source, *, max_bytes: int, contents: ContentSink | None = None) -> RawMessage:
    """The named fields of one message; SourceError where it is no message or is dangerous."""
    reader = _Reader(contents)
    try:
        _feed_whole(reader, source, max_bytes=max_bytes)
        return reader.close()
    finally:
        reader.let_go()


def _feed_whole(reader: _Reader, source: Source, *, max_bytes: int) -> None:
    fed_bytes = 0
    is_begun = False
    while chunk := source.read(CHUNK_BYTES):
        fed_bytes += len(chunk)
        if fed_bytes > max_bytes:
            raise _unreadable(_("the message is larger than {limit} bytes").format(limit=max_bytes))
        if not is_begun:
            # an XML declaration must be first, and some systems write empty lines before it
            chunk = chunk.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
            is_begun = bool(chunk)
        if chunk:
            reader.feed(chunk)
    if not is_begun:
        raise _unreadable(_("the file is empty; export it again"))


class _Reader:
    """A parser with its place in the document."""

    def __init__(self, contents: ContentSink | None) -> None:
        self._message = RawMessage()
        self._contents = contents
        self._path: list[str] = []
        self._open_groups: list[tuple[int, dict[str, str]]] = []
        self._texts: list[str] = []
        self._text_length = 0
        self._element_count = 0
        self._fed_bytes = 0
        self._parser = self._new_parser()

    def _new_parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.EntityDeclHandler = _refuse_entity
        parser.ExternalEntityRefHandler = _refuse_external
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        return parser

    def feed(self, chunk: bytes) -> None:
        """Reads the next bytes."""
        self._parse(chunk, is_final=False)
        self._fed_bytes += len(chunk)
        if self._fed_bytes - self._parser.CurrentByteIndex > MOST_TOKEN_BYTES:
            raise _unreadable(_("a single tag or comment is larger than {limit} bytes").format(limit=MOST_TOKEN_BYTES))

    def close(self) -> RawMessage:
        """The message, now that all of it was read."""
        self._parse(b"", is_final=True)
        if not self._message.has_header:
            raise SourceError(
                ErrorClass.SCHEMA,
                _("the file is XML, but no edXML message: it has no MessageHeader"),
            )
        return self._message

    def let_go(self) -> None:
        """Frees the parser at once: it and its handlers hold each other, and an archive has thousands of messages."""
        self._parser.StartElementHandler = None
        self._parser.EndElementHandler = None
        self._parser.CharacterDataHandler = None

    def _parse(self, chunk: bytes, *, is_final: bool) -> None:
        try:
            self._parser.Parse(chunk, is_final)
        except expat.ExpatError as error:
            raise _unreadable(
                _("the message is not whole XML: line {line}: {reason}").format(
                    line=error.lineno, reason=expat.ErrorString(error.code)
                )
            ) from None
        except (LookupError, ValueError, UnicodeError):
            raise _unreadable(_("the message is in an encoding that is not known; save it as UTF-8")) from None

    def _start(self, tag: str, _attributes: Mapping[str, str]) -> None:
        name = tag.rpartition(":")[2].lower()
        self._element_count += 1
        if len(self._path) >= DEEPEST_LEVEL or self._element_count > MOST_ELEMENTS:
            raise SourceError(
                ErrorClass.SCHEMA,
                _("the message is nested too deeply or has too many elements; it is no message of the axis"),
            )
        self._path.append(name)
        self._message.has_header = self._message.has_header or name == HEADER
        if name in GROUPS:
            group: dict[str, str] = {}
            self._open_groups.append((len(self._path), group))
            self._message.groups[name].append(group)
        self._listen(name)

    def _listen(self, name: str) -> None:
        """Hears the text of the element just opened if it is a named field, or content that somebody asked for."""
        place = (self._parent(), name)
        self._texts.clear()
        self._text_length = 0
        handler: Callable[[str], None] | None = None
        if place in FIELDS or name == SIGNATURE_VALUE:
            handler = self._hear
        elif place in CONTENTS and self._contents is not None:
            self._contents.begin()
            handler = self._contents.add
        self._parser.CharacterDataHandler = handler

    def _hear(self, text: str) -> None:
        if self._text_length <= MOST_TEXT:
            self._texts.append(text)
            self._text_length += len(text)

    def _end(self, _tag: str) -> None:
        name = self._path.pop()
        place = (self._path[-1] if self._path else "", name)
        if place in CONTENTS and self._contents is not None and self._parser.CharacterDataHandler is not None:
            self._contents.end()
        elif self._parser.CharacterDataHandler is not None:
            self._note(place, " ".join("".join(self._texts).split()))
        self._parser.CharacterDataHandler = None
        if self._open_groups and self._open_groups[-1][0] == len(self._path) + 1:
            self._open_groups.pop()

    def _note(self, place: tuple[str, str], text: str) -> None:
        if not text:
            return
        if place[1] == SIGNATURE_VALUE:
            self._message.has_signature = self._message.has_signature or self._is_of_message()
            return
        name = FIELDS[place]
        text = text if len(text) <= MOST_TEXT else ""
        if self._open_groups:
            self._open_groups[-1][1].setdefault(name, text)
        if len(self._message.fields[name]) < MOST_VALUES:
            self._message.fields[name].append(text)

    def _is_of_message(self) -> bool:
        """Whether a signature is the message's own, not that of something within an attachment."""
        return "attachment" not in self._path

    def _parent(self) -> str:
        return self._path[-2] if len(self._path) > 1 else ""


def _refuse_doctype(_name: str, _system: str | None, _public: str | None, _has_subset: bool) -> None:
    raise SourceError(
        ErrorClass.SCHEMA,
        _("the message has a document type (DOCTYPE), which edXML does not have and which can hide an attack; refused"),
    )


def _refuse_entity(*_declaration: object) -> None:
    _refuse_doctype("", None, None, False)


def _refuse_external(*_reference: object) -> int:
    _refuse_doctype("", None, None, False)
    return 0


def _unreadable(message: str) -> SourceError:
    return SourceError(ErrorClass.UNREADABLE, message)


def extensions(names: Sequence[str]) -> list[str]:
    """The kinds of files by the ends of their names, such as pdf."""
    ends = (name.rpartition(".")[2].strip().lower() for name in names if "." in name)
    return [end for end in ends if end.isascii() and end.isalnum() and 1 < len(end) <= 5 and not end.isdigit()]
