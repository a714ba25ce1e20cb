"""The pipeline's side of the Data page: uploads, refused rows, corrections, runs."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from etl import corrections, pipeline, uploads
from etl.harmless_values import date_columns, is_harmless
from etl.kept import is_masked
from etl.landing import landing_name, write_landing
from etl.report import RunReport
from etl.sources import kind_of
from etl.sources.incoming import Failure, FetchContext, Incoming, SourceKind
from etl.suggestions import site_units, suggest_units
from ioc.clock import Clock, now
from ioc.config import Config
from ioc.errors import StoreError
from ioc.intake import (
    Alias,
    Confirmed,
    Correctable,
    CorrectedRow,
    Correction,
    IntakeError,
    LandedLoad,
    Preview,
    Recorded,
    RefusedAgainError,
    RefusedRow,
    RunRequest,
    UnitSuggestion,
    UploadSource,
)
from ioc.processes import own_command
from ioc.store.control import is_scheduler_alive, open_control
from ioc.units import REFERENCE, Unit, Units, load_units
from ioc.words import gettext as _

WHOLE_ROW: Final = "row"
"""The field of a fault that is of the whole row."""
NAMES: Final = ("unit_name", "processing_unit_name", "department_name")
BY_WEB: Final = "web"


class IntakeDesk:
    """The port over one installation; keeps nothing but the units."""

    def __init__(self, config: Config, *, clock: Clock = now) -> None:
        self._config = config
        self._clock = clock

    @cached_property
    def _units(self) -> Units:
        return load_units(REFERENCE, crosswalks=self._config.units.crosswalks)

    @cached_property
    def _site_units(self) -> tuple[Unit, ...]:
        return site_units(self._units, self._config.site.unit)

    @property
    def _site(self) -> uploads.Site:
        return uploads.Site(self._config, self._units.xref, self._clock)

    def upload_sources(self) -> tuple[UploadSource, ...]:
        """The sources that take files."""
        return tuple(UploadSource(name, self._config.sources[name].kind) for name in uploads.file_sources(self._config))

    def limit_bytes(self) -> int:
        """The largest file that is taken."""
        return uploads.LIMIT_BYTES

    def units(self) -> tuple[UnitSuggestion, ...]:
        """The units of the site, in the order of the alphabet."""
        return tuple(UnitSuggestion(unit.unit_code, unit.name, 100) for unit in self._site_units)

    def preview(self, source_id: str, name: str, content: bytes) -> Preview:
        """What a load of this file would do."""
        return uploads.preview(self._site, source_id, name, content)

    def confirm(self, source_id: str, name: str, content: bytes, *, sha256: str) -> Confirmed:
        """Puts the previewed bytes into the inbox and asks for a run."""
        if not uploads.is_same_file(content, sha256):
            raise IntakeError(_("this is not the file that was previewed; look at the preview of this one first"))
        placed = uploads.put_into_inbox(self._site, source_id, name, content)
        return Confirmed(source_id, placed, self.request_run(source_id))

    def request_run(self, source_id: str) -> RunRequest:
        """The scheduler's next task where one works, else a process of its own."""
        settings = self._config.sources.get(source_id)
        if settings is None or not settings.enabled:
            raise IntakeError(_("the source “{source}” is not there or is switched off").format(source=source_id))
        at = self._clock()
        try:
            url = self._config.control.url.get_secret_value()
            with closing(open_control(url, store=self._config.store.path)) as control:
                if is_scheduler_alive(control, at=at):
                    control.request_run(source_id, by=BY_WEB, at=at)
                    return RunRequest(source_id, at, by_scheduler=True)
        except StoreError:
            # the run itself does not need the control database
            pass
        self._start("run", source_id)
        return RunRequest(source_id, at, by_scheduler=False)

    def refused_row(self, load: LandedLoad, row_no: int) -> RefusedRow:
        """What was kept of a refused row, what the contract says now, and what may be meant."""
        kind = self._kind(load.source_id)
        landed = self._landed(load, row_no)
        # what a source says lands as text; numbers and flags are the program's own counts of it
        kept = {name: str(value) for name, value in landed.items() if value is not None and not isinstance(value, int)}
        problems = self._judge(kind, load, pa.Table.from_pylist([landed], schema=self._schema(load)))
        return RefusedRow(
            load=load,
            row_no=row_no,
            kept={name: text for name, text in kept.items() if name != "fault"},
            problems=tuple(self._correctable(problem, kept, list(landed)) for problem in problems),
            not_correctable=_why_not(problems, list(landed)),
        )

    def correct(self, correction: Correction, loads: Sequence[LandedLoad]) -> Recorded:
        """Writes the correction down and starts its run, once the contract accepts what it says."""
        self.expect_good(correction, loads)
        at = self._clock()
        correction_id = corrections.state(self._config.store.path, correction, at=at)
        self._start("correct", "--waiting")
        return Recorded(correction_id, len(correction.rows), RunRequest(correction.source_id, at, by_scheduler=False))

    def expect_good(self, correction: Correction, loads: Sequence[LandedLoad]) -> None:
        """Refuses a correction whose rows the contract would refuse, or whose values may name somebody."""
        known = {load.load_id: load for load in loads}
        kind = self._kind(correction.source_id)
        for row in correction.rows:
            self._expect_good_row(kind, known[row.load_id], row)
        for alias in correction.aliases:
            self._units.find(alias.unit_code)

    def aliases_of(self, row: RefusedRow, values: Mapping[str, str]) -> tuple[Alias, ...]:
        """The spelling of this row that is to mean the given unit: its code, or its name where it has no code."""
        column = next((name for name in values if name in corrections.UNIT_COLUMNS), None)
        if column is None:
            return ()
        code = row.kept.get(column)
        text = code or row.kept.get(NAMES[0])
        if text is None or is_masked(text):
            return ()
        return (Alias(text, self._units.find(values[column]).unit_code, is_name=code is None),)

    def _expect_good_row(self, kind: SourceKind, load: LandedLoad, row: CorrectedRow) -> None:
        """A corrected row is one that the contract accepts, and its values name nobody."""
        landed = self._landed(load, row.row_no)
        schema = self._schema(load)
        dates = date_columns(kind.contract)
        with uploads.open_scratch(self._site, load.source_id) as asked:
            for column, value in row.changes.items():
                field = corrections.field_of(column, kind.contract)
                if column not in landed or not pa.types.is_string(schema.field(column).type):
                    raise IntakeError(_("the file has no column {column}").format(column=field))
                if not is_harmless(asked, value, is_date=column in dates):
                    message = _("the value of {column} looks like personal data or is too long; it was not kept")
                    raise IntakeError(message.format(column=field))
        problems = self._judge(kind, load, pa.Table.from_pylist([{**landed, **row.changes}], schema=schema))
        if problems:
            message = _("with these values the row would be refused again ({faults}); correct those fields too")
            raise RefusedAgainError(message, [(problem["field"], problem["reason"]) for problem in problems])

    def _judge(self, kind: SourceKind, load: LandedLoad, table: pa.Table) -> list[Mapping[str, Any]]:
        """What the contract says against one row."""
        store = self._config.store.path
        with uploads.scratch_folder(store) as folder, uploads.open_scratch(self._site, load.source_id) as asked:
            write_landing(folder / "row.parquet", table)
            corrections.view_landed(asked, folder / "row.parquet", source_id=load.source_id)
            corrections.judge(asked, kind, source_id=load.source_id, fetched_at=load.fetched_at, into="judged")
            return list(asked.row("select problems from judged")[0])

    def _correctable(self, problem: Mapping[str, Any], kept: Mapping[str, str], columns: Sequence[str]) -> Correctable:
        column = corrections.column_of(problem["field"], columns)
        suggestions: tuple[UnitSuggestion, ...] = ()
        if problem["reason"] == corrections.UNKNOWN_UNIT or column in corrections.UNIT_COLUMNS:
            name = next((kept[one] for one in NAMES if one in kept), None)
            suggestions = suggest_units(self._site_units, code=kept.get(column), name=name)
        return Correctable(problem["field"], column, problem["reason"], problem["value"], suggestions)

    def _landed(self, load: LandedLoad, row_no: int) -> dict[str, Any]:
        found = corrections.read_landed(self._expect_landing(load), [row_no]).to_pylist()
        if not found:
            raise IntakeError(_("row {row} of {origin} is not there").format(row=row_no, origin=load.origin))
        return dict(found[0])

    def _schema(self, load: LandedLoad) -> pa.Schema:
        return corrections.read_landed(self._expect_landing(load), []).schema

    def _expect_landing(self, load: LandedLoad) -> Path:
        path = self._config.store.path / "landing" / load.source_id / landing_name(load.sha256, load.origin)
        if not path.is_file():
            message = _("the landing file of {origin} is gone; hand in the file again")
            raise IntakeError(message.format(origin=load.origin))
        return path

    def _kind(self, source_id: str) -> SourceKind:
        settings = self._config.sources.get(source_id)
        if settings is None:
            raise IntakeError(_("the source “{source}” is not there or is switched off").format(source=source_id))
        return kind_of(settings)

    def _start(self, *arguments: str) -> None:
        """A process of the program that outlives this one; it waits for its turn to write."""
        shared = ("--config", str(self._config.file), "--store", str(self._config.store.path))
        process = subprocess.Popen(
            own_command(*shared, *arguments),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        # nobody else asks how it ended, and the system keeps what is not asked for
        threading.Thread(target=process.wait, daemon=True).start()


def _why_not(problems: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> str | None:
    if any(problem["field"] == WHOLE_ROW for problem in problems):
        return _("the row itself could not be read; correct it in the file and hand that in")
    missing = [
        problem["field"] for problem in problems if corrections.column_of(problem["field"], columns) not in columns
    ]
    if missing:
        return _("{fields} can only be corrected in the file; hand that in").format(fields=", ".join(missing))
    return None


def load_waiting(config: Config, *, clock: Clock = now) -> RunReport | None:
    """Takes in the corrections that wait, without asking the sources themselves; None where none wait."""
    sources = [name for name in corrections.waiting_sources(config.store.path) if name in config.sources]
    if not sources:
        return None
    return pipeline.run(
        config, sources=sources, clock=clock, trigger="correction", fetches=dict.fromkeys(sources, _fetch_nothing)
    )


def _fetch_nothing(_context: FetchContext) -> Iterator[Incoming | Failure]:
    return iter(())
