"""The files that wait in a source's inbox folder, in the order in which they are to be loaded."""

import hashlib
import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass
from pathlib import Path

from ioc.errors import ErrorClass, SourceError
from ioc.store.files import write_whole
from ioc.words import gettext as _

CHUNK_BYTES = 1 << 20
SETTLED_AFTER_S = 60
"""A file touched later than that may be touched again at what its system takes for the same moment."""


@dataclass(frozen=True)
class InboxFile:
    """One waiting file, identified by its bytes."""

    path: Path
    name: str
    """Posix path below the inbox folder, as evidence names it."""
    sha256: str
    """Empty where the file could not be read; reading it again tells why."""
    size_bytes: int


@dataclass(frozen=True)
class _Stamp:
    """What a file system says of a file: the same again means the same bytes, once the file has settled."""

    size_bytes: int
    modified_ns: int
    changed_ns: int
    inode: int


def inbox_files(folder: Path, *, memory: Path | None = None) -> Iterator[InboxFile]:
    """The waiting files below a folder in natural order of names (2 before 10); no lock, hidden or part files.

    Each is read for its hash only when it is its turn, while the ones before it are landed; not at all if it is as it
    was when `memory`, a file that is written at the end, noted its hash.
    """
    if not folder.is_dir():
        raise SourceError(
            ErrorClass.UNREADABLE,
            _("there is no folder {folder}; create it, or correct the source's path").format(folder=folder),
        )
    names = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    waiting = sorted(filter(_is_waiting, names), key=_natural_order)
    if memory is None:
        return (_describe(folder, name) for name in waiting)
    return _remembered(folder, waiting, memory)


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


def _remembered(folder: Path, names: list[str], memory: Path) -> Iterator[InboxFile]:
    known = _recall(memory)
    noted: dict[str, tuple[_Stamp, str]] = {}
    for name in names:
        stamp = _stamp(folder / name)
        before = known.get(name)
        if stamp is not None and before is not None and before[0] == stamp:
            noted[name] = before
            yield InboxFile(folder / name, name, before[1], stamp.size_bytes)
            continue
        file = _describe(folder, name)
        if file.sha256 and stamp is not None and stamp == _stamp(folder / name) and _is_settled(stamp):
            noted[name] = stamp, file.sha256
        yield file
    if noted != known:
        _note(memory, noted)


def _stamp(path: Path) -> _Stamp | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return _Stamp(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)


def _is_settled(stamp: _Stamp) -> bool:
    touched_s = max(stamp.modified_ns, stamp.changed_ns) / 1e9
    return time.time() - touched_s > SETTLED_AFTER_S


def _recall(memory: Path) -> dict[str, tuple[_Stamp, str]]:
    """What was noted; nothing where that cannot be read, since it can be made again."""
    try:
        told = json.loads(memory.read_text(encoding="utf-8"))
        return {name: (_Stamp(*map(int, stamp)), str(sha256)) for name, (*stamp, sha256) in told.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _note(memory: Path, noted: Mapping[str, tuple[_Stamp, str]]) -> None:
    told = {name: [*astuple(stamp), sha256] for name, (stamp, sha256) in noted.items()}
    try:
        memory.parent.mkdir(parents=True, exist_ok=True)
        write_whole(memory, json.dumps(told, ensure_ascii=False))
    except OSError:
        # a full disk costs the hashing of the next run only
        memory.unlink(missing_ok=True)
