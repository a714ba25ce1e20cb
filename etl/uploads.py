"""Files that an officer hands in: what would come of them, and their way into the source's inbox.

A preview goes the whole way of a file, from fetch to contract, in a database in memory: what it shows is what a load
would do, and nothing of it stays.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

from etl.corrections import apply_aliases, judge, note_aliases, read_aliases, view_landed
from etl.sources import kind_of
from etl.sources.incoming import Failure, FetchContext, Incoming, SourceKind
from etl.understood import Understood, understand
from ioc.clock import Clock
from ioc.config import Config, FileSourceSettings
from ioc.errors import SourceError
from ioc.intake import IntakeError, Preview, PreviewColumn, RefusedField, TypedValue
from ioc.names import nfc
from ioc.store.engine import Connection, open_memory
from ioc.store.files import settle
from ioc.store.warehouse import read_sql, set_unit_codes
from ioc.words import gettext as _

LIMIT_BYTES: Final = 50_000_000
"""Larger files are put into the inbox by whoever keeps the server."""
ROWS_SHOWN: Final = 8
REFUSALS_SHOWN: Final = 200
FOLDER: Final = "previews"
LEFT_AFTER_S: Final = 3600
"""A preview's folder that is older was left by a process that was killed."""
NAME_LENGTH: Final = 80
NOT_SHOWN: Final = frozenset(
    {"row_no", "problems", "event_at", "source_id", "issues", "channel_imputed", "is_deleted", "procedure_base"}
)
"""Columns of verdicts that no source states."""
COUNTED: Final = frozenset({"BOOLEAN", "INTEGER", "BIGINT"})
"""Types of landed columns that the program itself counted; what a source says lands as text."""
_ENDING = re.compile(r"[A-Za-z0-9]{1,8}")
_NOT_IN_NAMES = re.compile(r"[^\w .,()+-]")


@dataclass(frozen=True)
class Site:
    """What judging a file needs to know of the installation."""

    config: Config
    xref: Mapping[str, str]
    clock: Clock


@contextmanager
def open_scratch(site: Site, source_id: str) -> Iterator[Connection]:
    """A database in memory in which contracts can be asked of a source's rows."""
    connection = open_memory(threads=1, memory_limit="1GB")
    try:
        connection.execute(read_sql("ioc.store", "warehouse.sql"))
        connection.execute(read_sql("etl.facts", "macros.sql"))
        set_unit_codes(connection, site.xref)
        aliases = read_aliases(site.config.store.path, source_id)
        note_aliases(connection, source_id, aliases, at=site.clock(), by="")
        apply_aliases(connection, source_id=source_id)
        yield connection
    finally:
        connection.close()


def file_settings(config: Config, source_id: str) -> FileSourceSettings:
    """The settings of a source that takes files; a refusal names those that do."""
    settings = config.sources.get(source_id)
    if isinstance(settings, FileSourceSettings) and settings.enabled:
        return settings
    message = _("no files can be handed in for “{source}”; allowed: {allowed}")
    raise IntakeError(message.format(source=source_id, allowed=", ".join(file_sources(config)) or "—"))


def file_sources(config: Config) -> list[str]:
    """The sources that take files."""
    return [
        name
        for name, settings in config.sources.items()
        if isinstance(settings, FileSourceSettings) and settings.enabled
    ]


def preview(site: Site, source_id: str, name: str, content: bytes) -> Preview:
    """What a load of this file would do; nothing of it is kept."""
    settings = file_settings(site.config, source_id)
    _check_size(content)
    kind = kind_of(settings)
    began = Preview(source_id, kind.name, name, hashlib.sha256(content).hexdigest(), len(content))
    with scratch_folder(site.config.store.path) as folder:
        inbox = folder / "inbox"
        file = inbox / _place(name, content)
        file.parent.mkdir(parents=True)
        file.write_bytes(content)
        context = FetchContext(
            source_id=source_id,
            settings=settings.model_copy(update={"path": inbox}),
            config=site.config,
            clock=site.clock,
            is_loaded=lambda _sha256: False,
        )
        try:
            items = list(kind.fetch(context))
            return _describe(site, began, kind, items, landing=folder / "landed.parquet", content=content)
        except SourceError as error:
            return replace(began, error=str(error), error_class=str(error.error_class))


def _describe(
    site: Site,
    began: Preview,
    kind: SourceKind,
    items: Sequence[Incoming | Failure],
    *,
    landing: Path,
    content: bytes,
) -> Preview:
    if not items:
        raise IntakeError(_("this file would be passed over; give it another name or save it in another form"))
    item = items[0]
    if isinstance(item, Failure):
        raise item.error
    warnings = (*item.warnings, *(item.land(landing) or ()))
    told = understand(began.kind, content, config=site.config, name=began.name)
    with open_scratch(site, began.source_id) as connection:
        view_landed(connection, landing, source_id=began.source_id)
        judge(connection, kind, source_id=began.source_id, fetched_at=item.fetched_at, into="judged")
        names, rows = _typed(connection)
        return replace(
            _count(connection, began, key=kind.fact.key),
            warnings=warnings,
            about=(*told.about, *_about(connection)),
            columns=_columns(connection, told),
            refusals=_refusals(connection, told),
            typed_columns=names,
            typed_rows=rows,
        )


def _count(connection: Connection, began: Preview, *, key: Sequence[str]) -> Preview:
    """Where the rows would go, were the store empty."""
    rows_in, good, kept = connection.row(
        "select count(*), count(*) filter (where len(problems) = 0), "
        f"count(distinct ({', '.join(key)}, 0)) filter (where len(problems) = 0) from judged"
    )
    reasons = connection.rows(
        "select problems[1].reason, count(*) as n from judged where len(problems) > 0 group by all order by n desc"
    )
    return replace(
        began,
        rows_in=int(rows_in),
        good=int(kept),
        repeated=int(good) - int(kept),
        refused=int(rows_in) - int(good),
        reasons={str(reason): int(count) for reason, count in reasons},
    )


def _about(connection: Connection) -> tuple[str, ...]:
    said = []
    names = _names(connection, "judged")
    if {"period_start", "period_end"} <= set(names):
        spans = connection.rows(
            "select distinct period_start, period_end from judged where len(problems) = 0 order by 1"
        )
        said += [_("period {start} to {end}").format(start=_day(start), end=_day(end)) for start, end in spans[:4]]
    elif "register_as_of" in names:
        days = connection.rows("select distinct register_as_of from judged where len(problems) = 0 order by 1 desc")
        said += [_("figures of {day}").format(day=_day(day)) for (day,) in days[:4]]
    elif (span := connection.row("select min(event_at), max(event_at) from judged where len(problems) = 0"))[0]:
        said.append(_("events from {start} to {end}").format(start=_day(span[0]), end=_day(span[1])))
    return tuple(said)


def _day(moment: object) -> str:
    return f"{moment:%d/%m/%Y}" if moment is not None else "—"


def _columns(connection: Connection, told: Understood) -> tuple[PreviewColumn, ...]:
    """What is kept of the file, by column; headings of what is read but not kept stay unnamed."""
    counted = _counted(connection)
    names = [name for name in _names(connection, "landed") if name != "fault" and name not in counted]
    counts = connection.row(f"select {', '.join(f'count({name})' for name in names)} from landed") if names else ()
    columns = []
    for name, filled in zip(names, counts, strict=True):
        heading = told.headings.get(name)
        if filled or heading is not None:
            text, letter = (heading.text or None, heading.letter) if heading is not None else (None, None)
            columns.append(PreviewColumn(name, text, letter, int(filled)))
    return tuple(columns)


def _refusals(connection: Connection, told: Understood) -> tuple[RefusedField, ...]:
    found = connection.rows(
        """
        select row_no, it.field, it.reason, it.value
        from (select row_no, unnest(problems) as it from judged where len(problems) > 0)
        order by row_no, it.field limit ?
        """,
        [REFUSALS_SHOWN],
    )
    return tuple(
        RefusedField(int(row_no), told.cell(int(row_no), field), field, reason, value)
        for row_no, field, reason, value in found
    )


def _typed(connection: Connection) -> tuple[list[str], list[tuple[TypedValue, ...]]]:
    """The first good rows as the contract types them, in the columns that say something."""
    hidden = NOT_SHOWN | _counted(connection)
    names = [name for name in _names(connection, "judged") if name not in hidden]
    connection.execute(
        "create or replace temp table shown as select * from judged where len(problems) = 0 order by row_no limit ?",
        [ROWS_SHOWN],
    )
    filled = connection.row(f"select {', '.join(f'count({name})' for name in names)} from shown")
    said = [name for name, count in zip(names, filled, strict=True) if count]
    rows = connection.rows(f"select {', '.join(['row_no', *said])} from shown order by row_no")
    return said, [tuple(map(_plain, row)) for row in rows]


def _plain(value: object) -> TypedValue:
    if value is None or isinstance(value, (str, int, float, Decimal, bool, date)):
        return value
    return str(value)


def _counted(connection: Connection) -> frozenset[str]:
    """What the program counted of each row, its number too."""
    columns = connection.rows("describe select * from landed")
    return frozenset(str(name) for name, kind, *_rest in columns if kind in COUNTED)


def _names(connection: Connection, relation: str) -> list[str]:
    return [str(name) for name, *_rest in connection.rows(f"describe select * from {relation}")]


@contextmanager
def scratch_folder(store: Path) -> Iterator[Path]:
    """A folder in the store that ends with the preview; those of processes that were killed are swept up."""
    parent = store / FOLDER
    parent.mkdir(parents=True, exist_ok=True)
    for left in parent.iterdir():
        if time.time() - left.stat().st_mtime > LEFT_AFTER_S:
            shutil.rmtree(left, ignore_errors=True)
    folder = Path(mkdtemp(dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def put_into_inbox(site: Site, source_id: str, name: str, content: bytes) -> str:
    """Writes a file whole into the inbox, in a folder named by its bytes; its name below the inbox."""
    inbox = file_settings(site.config, source_id).path
    _check_size(content)
    place = _place(name, content)
    final = inbox / place
    try:
        final.parent.mkdir(parents=True, exist_ok=True)
        part = final.with_name(f".{final.name}.part")
        part.write_bytes(content)
        settle(part, final)
    except OSError as error:
        message = _("the file cannot be written into {folder}: {reason}; ask whoever keeps the server")
        raise IntakeError(message.format(folder=inbox, reason=error.strerror or error)) from error
    return place


def _place(name: str, content: bytes) -> str:
    """Below the inbox: no other file has these bytes, and the name still says what it said of the period."""
    return f"upload-{hashlib.sha256(content).hexdigest()[:12]}/{_safe_name(name)}"


def _check_size(content: bytes) -> None:
    if not content:
        raise IntakeError(_("the file is empty"))
    if len(content) > LIMIT_BYTES:
        message = _(
            "the file has {n} MB; at most {limit} MB can be handed in here, larger ones go into the inbox folder"
        )
        raise IntakeError(message.format(n=len(content) // 1_000_000, limit=LIMIT_BYTES // 1_000_000))


def _safe_name(name: str) -> str:
    """A file's name without paths and without signs that a system could take for something else."""
    base = nfc(name.replace("\\", "/").rpartition("/")[2])
    stem, dot, ending = base.rpartition(".")
    # what ends in .part is still being written, and is passed over
    if not dot or not _ENDING.fullmatch(ending) or ending.lower() == "part":
        stem, ending = base.replace(".", "_"), ""
    plain = _NOT_IN_NAMES.sub("_", stem).strip(" ._~$")[:NAME_LENGTH]
    return (plain or "file") + (f".{ending.lower()}" if ending else "")


def is_same_file(content: bytes, sha256: str) -> bool:
    """Whether these are the bytes that were previewed."""
    return hashlib.sha256(content).hexdigest() == sha256
