"""What the registers share: files of an inbox folder, each of them one table."""

import hashlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from etl.inbox import InboxFile, inbox_files
from etl.landing import write_landing
from etl.sources.incoming import Failure, FetchContext, Incoming
from etl.tables import Landed
from ioc.config import FileSourceSettings
from ioc.errors import ErrorClass, SourceError, UsageError
from ioc.words import gettext as _

ToLanding = Callable[[bytes], Landed]
"""The landing's rows of one file's bytes, and what is odd about it."""


def fetch_register(context: FetchContext, *, to_landing: ToLanding) -> Iterator[Incoming | Failure]:
    """Every file of the source's inbox folder."""
    if not isinstance(context.settings, FileSourceSettings):
        raise UsageError(_("source {source} has no path to a folder").format(source=context.source_id))
    for file in inbox_files(context.settings.path, memory=context.inbox_memory):
        if not file.sha256:
            message = _("the file cannot be read; check its permissions")
            yield Failure(file.name, SourceError(ErrorClass.UNREADABLE, message))
            continue
        yield Incoming(
            origin=file.name,
            sha256=file.sha256,
            size_bytes=file.size_bytes,
            fetched_at=context.clock(),
            # each row states its own day
            as_of=None,
            land=partial(_land, file, to_landing),
        )


def _land(file: InboxFile, to_landing: ToLanding, path: Path) -> tuple[str, ...]:
    try:
        content = file.path.read_bytes()
    except OSError:
        raise SourceError(ErrorClass.UNREADABLE, _("the file cannot be read; check its permissions")) from None
    if hashlib.sha256(content).hexdigest() != file.sha256:
        # Landed now, it would stand in the ledger under the hash of what it was before.
        raise SourceError(ErrorClass.INTEGRITY, _("the file changed while it was being read; the next run takes it"))
    table, warnings = to_landing(content)
    write_landing(path, table)
    return warnings
