"""The files that wait in a source's inbox folder, in the order in which they are to be loaded."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ioc.errors import ErrorClass, SourceError
from ioc.words import gettext as _

CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class InboxFile:
    """One waiting file, identified by its bytes."""

    path: Path
    name: str
    """Posix path below the inbox folder, as evidence names it."""
    sha256: str
    """Empty where the file could not be read; reading it again tells why."""
    size_bytes: int


def inbox_files(folder: Path) -> Iterator[InboxFile]:
    """The waiting files below a folder in natural order of names (2 before 10); no lock, hidden or part files.

    Each is read for its hash only when it is its turn, while the ones before it are landed.
    """
    if not folder.is_dir():
        raise SourceError(
            ErrorClass.UNREADABLE,
            _("there is no folder {folder}; create it, or correct the source's path").format(folder=folder),
        )
    names = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    return (_describe(folder, name) for name in sorted(filter(_is_waiting, names), key=_natural_order))


def _is_waiting(name: str) -> bool:
    return not name.endswith(".part") and not any(part.startswith((".", "~$")) for part in name.split("/"))


def _natural_order(name: str) -> tuple[list[tuple[int, int, str]], str]:
    # The capturing group makes texts and numbers alternate; the name itself settles 01 against 1.
    parts = re.split(r"([0-9]+)", name)
    return [(1, int(part), "") if part.isdigit() and part.isascii() else (0, 0, part) for part in parts], name


def _describe(folder: Path, name: str) -> InboxFile:
    path = folder / name
    digest, size_bytes = hashlib.sha256(), 0
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                digest.update(chunk)
                size_bytes += len(chunk)
    except OSError:
        return InboxFile(path, name, sha256="", size_bytes=0)
    return InboxFile(path, name, digest.hexdigest(), size_bytes)
