"""Refused rows for the command line: listed, with the units that may be meant, put right, tried again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from etl import corrections
from etl.intake_desk import IntakeDesk
from ioc.access import Scope
from ioc.answer_rows import SuggestedRow
from ioc.clock import Clock, now
from ioc.config import Config
from ioc.errors import StoreError, UsageError
from ioc.intake import CorrectedRow, Correction, IntakeError, LandedLoad
from ioc.store import intake_questions
from ioc.store.engine import Connection
from ioc.store.intake_questions import QuarantineRow
from ioc.store.snapshots import Reader
from ioc.store.warehouse import open_warehouse
from ioc.words import gettext as _

PATIENCE_S = 5.0
"""How long whoever only looks waits for a run to end."""


def list_refused(store: Path, *, source: str | None, limit: int) -> list[QuarantineRow]:
    """The refused rows that wait, the newest load first; from the snapshot where a run holds the warehouse."""
    try:
        with _looking_into(store) as connection:
            return _read_refused(connection, source=source, limit=limit)
    except StoreError:
        snapshot = Reader(store).current()
        if snapshot is None:
            raise
        return intake_questions.quarantine_rows(snapshot.connection, Scope.everything(), source=source, limit=limit)


@contextmanager
def _looking_into(store: Path) -> Iterator[Connection]:
    if not (store / "warehouse.duckdb").is_file():
        raise StoreError(_("{store} holds no data yet; run `ioc run` first").format(store=store))
    with open_warehouse(store, wait_s=PATIENCE_S) as connection:
        yield connection


def _read_refused(connection: Connection, *, source: str | None, limit: int) -> list[QuarantineRow]:
    found = connection.rows(
        """
        select load_id, desk.source_id, loads.origin, desk.row_no, it.field, it.reason, it.value
        from (select *, unnest(problems) as it from quarantine_desk where resolved_by is null) as desk
        inner join loads using (load_id)
        where $source is null or desk.source_id = $source
        order by load_id desc, desk.row_no, it.field
        limit $limit
        """,
        {"source": source, "limit": limit},
    )
    return [QuarantineRow(*row) for row in found]


def suggest_for(config: Config, rows: Sequence[QuarantineRow]) -> list[SuggestedRow]:
    """Each refused row with the likeliest unit, where its unit is what is not known."""
    desk = IntakeDesk(config)
    loads = read_loads(config.store.path, {row.load_id for row in rows})
    return [_suggested(desk, row, loads) for row in rows]


def _suggested(desk: IntakeDesk, row: QuarantineRow, loads: Mapping[int, LandedLoad]) -> SuggestedRow:
    found = None
    if row.reason == corrections.UNKNOWN_UNIT and row.load_id in loads:
        try:
            problems = desk.refused_row(loads[row.load_id], row.row_no).problems
            found = next((one.suggestions[0] for one in problems if one.suggestions), None)
        except IntakeError:
            # its landing file is gone: the row is listed all the same
            found = None
    return SuggestedRow(
        source=row.source_id,
        load=row.load_id,
        file=row.origin,
        row=row.row_no,
        field=row.field,
        reason=row.reason,
        value=row.value,
        unit_code=found.unit_code if found else None,
        unit_name=found.name if found else None,
        score=found.score if found else None,
    )


def read_loads(store: Path, load_ids: set[int]) -> dict[int, LandedLoad]:
    """The ledger's lines of these loads."""
    with _looking_into(store) as connection:
        found = connection.rows(
            "select load_id, source_id, origin, sha256, fetched_at from loads where list_contains(?, load_id)",
            [sorted(load_ids)],
        )
    return {int(row[0]): LandedLoad(*row) for row in found}


def state_replay(config: Config, sources: Sequence[str], *, by: str, clock: Clock = now) -> None:
    """Writes down that the refused rows of these sources are to be tried again."""
    for source_id in sources:
        corrections.state(config.store.path, Correction(source_id, by, is_replay=True), at=clock())


def state_correction(
    config: Config,
    *,
    source_id: str,
    load_id: int,
    row_no: int,
    changes: Mapping[str, str],
    is_remembered: bool,
    by: str,
    clock: Clock = now,
) -> None:
    """Writes down what a refused row should say, once the contract accepts it."""
    loads = read_loads(config.store.path, {load_id})
    if load_id not in loads or loads[load_id].source_id != source_id:
        raise UsageError(_("source {source} has no load {load}").format(source=source_id, load=load_id))
    desk = IntakeDesk(config, clock=clock)
    row = desk.refused_row(loads[load_id], row_no)
    # what the contract did not blame may be named as the source names it
    columns = {**corrections.DOSSIER_COLUMNS, **{problem.field: problem.column for problem in row.problems}}
    values = {columns.get(field, field): value for field, value in changes.items()}
    aliases = desk.aliases_of(row, values) if is_remembered else ()
    correction = Correction(source_id, by, (CorrectedRow(load_id, row_no, values),), aliases, is_replay=bool(aliases))
    desk.expect_good(correction, [loads[load_id]])
    corrections.state(config.store.path, correction, at=clock())
