"""Files that are either whole or absent, whatever happens in between."""

import os
from pathlib import Path


def sync_file(path: Path) -> None:
    """Makes a file's bytes survive a power failure."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def settle(part: Path, final: Path) -> None:
    """Gives a finished part file its final name, durably and at once."""
    sync_file(part)
    part.replace(final)
    sync_file(final.parent)


def write_whole(path: Path, text: str) -> None:
    """Writes a small text file so that readers see the old or the new one, never half of it."""
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8")
    settle(part, path)
