"""Whether attachments hold a PDF with a signature: looked at in memory, and nothing of them is kept."""

import base64
import io
import lzma
import struct
import zipfile
import zlib
from typing import IO, Final

MOST_UNPACKED_BYTES: Final = 256 * 1024 * 1024
MOST_ENTRIES: Final = 1_000
CHUNK_BYTES: Final = 1 << 20
DAMAGED: Final = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    # the module takes offsets and sizes of the archive at their word; a password is a RuntimeError
    RuntimeError,
    NotImplementedError,
    ValueError,
    LookupError,
    EOFError,
    OSError,
)
"""What reading a damaged or locked archive may raise."""
_MARK: Final = b"/ByteRange"
_PDF, _ZIP = b"%PDF", b"PK\x03\x04"


class SignatureFinder:
    """Sees the attachments of one message pass by."""

    def __init__(self) -> None:
        self.is_signed: bool | None = None
        """Whether any PDF has a signature; None where there is no PDF to look into."""
        self.has_unreadable = False
        self._parts: list[str] = []

    def begin(self) -> None:
        """An attachment begins."""
        self._parts.clear()

    def add(self, text: str) -> None:
        """A part of its text in base64."""
        self._parts.append(text)

    def end(self) -> None:
        """Looks into the attachment, then forgets it."""
        text = "".join(self._parts).translate(_WHITE)
        self._parts.clear()
        if not text:
            return
        try:
            found = _find(base64.b64decode(text, validate=True))
        except DAMAGED:
            # so does base64 that is none, with a ValueError
            self.has_unreadable = True
            return
        if found is not None:
            self.is_signed = bool(self.is_signed) or found


_WHITE: Final = dict.fromkeys(map(ord, " \t\r\n"))


def _find(content: bytes) -> bool | None:
    """Whether a PDF, or one in an archive, has a signature; None where there is none."""
    if content.startswith(_PDF):
        return _MARK in content
    if not content.startswith(_ZIP):
        return None
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > MOST_UNPACKED_BYTES:
            raise zipfile.BadZipFile
        answers = [answer for entry in entries if (answer := _find_in_entry(archive, entry)) is not None]
    return any(answers) if answers else None


def _find_in_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool | None:
    with archive.open(entry) as stream:
        if stream.read(len(_PDF)) != _PDF:
            return None
        return _contains(stream, _MARK)


def _contains(stream: IO[bytes], mark: bytes) -> bool:
    end = b""
    while chunk := stream.read(CHUNK_BYTES):
        if mark in end + chunk:
            return True
        end = chunk[-len(mark) :]
    return False
