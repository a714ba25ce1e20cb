"""Examines an installation: what is wrong, why it matters, and how to mend it. Nothing is changed by looking."""

from __future__ import annotations

import os
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from etl.scheduler import scheduler_lock
from ioc.access import Scope
from ioc.boundary_shares import read_shares
from ioc.catalog.load import load_catalog
from ioc.clock import ZONE, Clock
from ioc.config import Config, RegisterSettings, find_catalog, missing_folders
from ioc.diagnosis import Finding, Verdict
from ioc.errors import ConfigError, IocError
from ioc.regions import read_units
from ioc.store import intake_questions
from ioc.store.control import ALIVE_FOR, SCHEDULER, Control, open_known_control
from ioc.store.health import (
    Holder,
    control_revisions,
    downloaded_extensions,
    duckdb_version,
    find_holder,
)
from ioc.store.snapshots import OpenSnapshot, Reader
from ioc.units import load_units
from ioc.words import gettext as _

LEAST_PYTHON = (3, 11)
LEAST_DUCKDB, FIRST_BAD_DUCKDB = (1, 5, 6), (2, 0, 0)
LEAST_FREE_BYTES, ENOUGH_FREE_BYTES = 1 << 30, 5 << 30
CLOCKS_MAY_DIFFER_BY = timedelta(minutes=5)
DRIVERS = {"postgresql+psycopg": "psycopg", "mysql+pymysql": "pymysql", "mariadb+pymysql": "pymysql",
           "mssql+pyodbc": "pyodbc"}  # fmt: skip
EXTRAS = {"psycopg": "postgresql", "pymysql": "mysql", "pyodbc": "sqlserver"}
SHOWN_CODES = 5
SHOWN_REFUSED = 100_000


@dataclass(frozen=True)
class _Patient:
    """What is examined, once its configuration could be read."""

    config: Config
    clock: Clock
    snapshot: OpenSnapshot | None
    control: Control | None


def examine(file: Path, *, environ: Mapping[str, str], load: Callable[[], Config], clock: Clock) -> list[Finding]:
    """Everything that was looked at, in an order that makes sense to read."""
    findings = [*_versions(), *_zone()]
    try:
        config = load()
    except ConfigError as error:
        return [*findings, *_config_problems(error), *_tables(file, None, environ)]
    except (IocError, OSError) as error:
        return [*findings, _wrong("config", str(error), _("without it nothing works"), "ioc check")]
    findings += [_fine("config", _("{file} is in order").format(file=config.file)), *_tables(file, config, environ)]
    findings += [*_folders(config), *_disk(config), *_keys(config), *_drivers(config), *_locks(config)]
    return [*findings, *_stored(config, clock)]


# each of these looks at one thing


def _versions() -> Iterator[Finding]:
    python, database = sys.version_info[:3], duckdb_version()
    numbers = tuple(int(part) for part in database.split(".")[:3] if part.isdigit())
    what = _("Python {python}, DuckDB {duckdb}").format(python=".".join(map(str, python)), duckdb=database)
    if python >= LEAST_PYTHON and LEAST_DUCKDB <= numbers < FIRST_BAD_DUCKDB:
        yield _fine("versions", what)
    else:
        why = _("Python from 3.11 and DuckDB from 1.5.6 below 2 are needed: others answer wrongly or not at all")
        yield _wrong("versions", what, why, _("install the locked packages again"))
    extensions = downloaded_extensions()
    if extensions:
        what = _("DuckDB has extensions from elsewhere: {names}").format(names=", ".join(extensions))
        why = _("nothing is downloaded at run time; the product uses none of them")
        yield _warning("extensions", what, why, _("remove the folder .duckdb/extensions of this user"))
    else:
        yield _fine("extensions", _("DuckDB works without downloaded extensions"))


def _zone() -> Iterator[Finding]:
    try:
        ZoneInfo("Asia/Ho_Chi_Minh")
    except ZoneInfoNotFoundError:
        why = _("every time of the product is local time of Vietnam")
        yield _wrong("zone", _("the system does not know Asia/Ho_Chi_Minh"), why, _("install tzdata"))


def _config_problems(error: ConfigError) -> Iterator[Finding]:
    for problem in error.problems:
        yield _wrong("config", str(problem), _("without it nothing works"), _("correct it, then `ioc check`"))


def _tables(file: Path, config: Config | None, environ: Mapping[str, str]) -> Iterator[Finding]:
    place = find_catalog(file, environ=environ) if config is None else config.catalog
    for check, read in (
        ("catalog", lambda: load_catalog(place.path, indices=place.indices)),
        ("units", lambda: load_units() if config is None else read_units(config)),
        ("boundaries", lambda: () if config is None else read_shares(config)),
    ):
        try:
            read()
        except ConfigError as error:
            for problem in error.problems:
                yield _wrong(check, str(problem), _("without it nothing is published"), _("correct this line"))
        else:
            yield _fine(check, _("the tables can be read"))


def _folders(config: Config) -> Iterator[Finding]:
    for problem in missing_folders(config):
        yield _warning("inbox", str(problem), _("each run of this source fails"), _("create it, or correct the path"))
    for name, settings in config.sources.items():
        folder = getattr(settings, "path", None)
        if (
            settings.enabled
            and isinstance(folder, Path)
            and folder.is_dir()
            and not os.access(folder, os.R_OK | os.X_OK)
        ):
            what = _("{folder} of {source} cannot be read by this user").format(folder=folder, source=name)
            yield _wrong("inbox", what, _("its files are never taken in"), f"chmod u+rX {folder}")
    store = config.store.path
    nearest = next(path for path in (store, *store.parents) if path.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        what = _("{folder} cannot be written by this user").format(folder=nearest)
        yield _wrong("store", what, _("nothing can be loaded or published"), f"chown -R $USER {nearest}")
    elif nearest == store and store.stat().st_mode & 0o002:
        what = _("{folder} can be written by everybody").format(folder=store)
        yield _warning("store", what, _("anybody on this machine could change the figures"), f"chmod o-w {store}")
    else:
        yield _fine("store", _("{folder} can be written").format(folder=nearest))


def _disk(config: Config) -> Iterator[Finding]:
    store = config.store.path
    nearest = next(path for path in (store, *store.parents) if path.exists())
    free = shutil.disk_usage(nearest).free
    warehouse = store / "warehouse.duckdb"
    wanted = max(ENOUGH_FREE_BYTES, 2 * warehouse.stat().st_size if warehouse.exists() else 0)
    what = _("{n} GB free").format(n=f"{free / (1 << 30):.1f}")
    why = _("a load that finds no room fails, and nothing new is published")
    mend = _("free some space, or move store.path to a larger disk")
    if free < LEAST_FREE_BYTES:
        yield _wrong("disk", what, why, mend)
    elif free < wanted:
        yield _warning("disk", what, why, mend)
    else:
        yield _fine("disk", what)


def _keys(config: Config) -> Iterator[Finding]:
    registers = [
        name
        for name, settings in config.sources.items()
        if settings.enabled and isinstance(settings, RegisterSettings) and settings.kind == "certificates"
    ]
    if not registers:
        return
    if config.privacy.holder_key is None:
        what = _("privacy.holder_key is not set, and {sources} is switched on").format(sources=", ".join(registers))
        why = _("rows that name their holder only by a person's identity are not loaded")
        yield _warning("holder_key", what, why, _("set IOC_HOLDER_KEY in the environment, and keep it safe"))
    else:
        yield _fine("holder_key", _("the key for holders of certificates is set"))


def _drivers(config: Config) -> Iterator[Finding]:
    for name, settings in config.sources.items():
        secret = getattr(settings, "url", None)
        if not settings.enabled or secret is None:
            continue
        scheme = str(secret.get_secret_value()).split(":", 1)[0]
        driver = DRIVERS.get(scheme)
        if driver is None or find_spec(driver) is not None:
            yield _fine("driver", _("{source}: the driver of {scheme} is there").format(source=name, scheme=scheme))
        else:
            what = _("{source}: the driver {driver} is not installed").format(source=name, driver=driver)
            yield _wrong("driver", what, _("each run of this source fails"), f"pip install 'ioc[{EXTRAS[driver]}]'")


def _locks(config: Config) -> Iterator[Finding]:
    writer = find_holder(config.store.path / "writer.lock")
    if writer is None:
        yield _fine("writer", _("nobody is writing"))
    else:
        yield _fine("writer", _("a run is going on: {who}").format(who=_who(writer)))
    keeper = find_holder(scheduler_lock(config))
    if keeper is not None:
        yield _fine("scheduler", _("a scheduler works: {who}").format(who=_who(keeper)))
    elif any(settings.enabled and settings.schedule for settings in config.sources.values()):
        why = _("sources with a schedule are not fetched, and overdue dossiers do not move at night")
        yield _warning("scheduler", _("no scheduler works on this store"), why, "ioc up")


# what only a store that has been run can tell


def _stored(config: Config, clock: Clock) -> Iterator[Finding]:
    yield from _migrations(config)
    snapshot, fault = _open_snapshot(config)
    if fault is not None:
        yield fault
    control = None
    try:
        control = open_known_control(config.control.url.get_secret_value(), store=config.store.path)
        patient = _Patient(config, clock, snapshot, control)
        if fault is None:
            yield from _snapshot(patient)
        yield from _clock_findings(patient)
        yield from _heartbeat(patient)
        yield from _halted(patient)
        yield from _coverage(patient)
    except IocError as error:
        yield _wrong("control", str(error), _("runs are not written down"), _("see control.url in config.yaml"))
    finally:
        if control is not None:
            control.close()


def _migrations(config: Config) -> Iterator[Finding]:
    url = config.control.url.get_secret_value()
    if url == "sqlite" and not (config.store.path / "control.sqlite").exists():
        return
    current, head = control_revisions(url, store=config.store.path)
    if current == head:
        yield _fine("control", _("the control database is at revision {revision}").format(revision=current))
    elif current is None:
        what = _("the control database cannot be read, or has no tables yet")
        yield _wrong("control", what, _("runs are not written down"), _("see control.url in config.yaml"))
    else:
        what = _("the control database is at revision {current}, this version needs {head}")
        why = _("it is brought up to date when a run opens it; a newer one belongs to a newer version")
        yield _warning("control", what.format(current=current, head=head), why, "ioc run")


def _open_snapshot(config: Config) -> tuple[OpenSnapshot | None, Finding | None]:
    try:
        return Reader(config.store.path).current(), None
    except (IocError, OSError) as error:
        return None, _wrong("snapshot", str(error), _("pages show nothing"), "ioc publish")


def _snapshot(patient: _Patient) -> Iterator[Finding]:
    if patient.snapshot is None:
        what = _("nothing has been published yet")
        yield _warning("snapshot", what, _("pages show nothing"), "ioc run")
        return
    facts = patient.snapshot.store / "facts"
    lost = [file.file for file in patient.snapshot.manifest.files() if not (facts / file.file).is_file()]
    if lost:
        what = _("files of the published snapshot are gone: {files}").format(files=", ".join(lost[:SHOWN_CODES]))
        yield _wrong("snapshot", what, _("dossiers behind figures cannot be shown"), "ioc publish")
    else:
        at = patient.snapshot.published_at
        yield _fine("snapshot", _("published at {at}, and readable").format(at=at))


def _clock_findings(patient: _Patient) -> Iterator[Finding]:
    at = patient.clock()
    newest = {
        _("newest data"): patient.snapshot.manifest.as_of if patient.snapshot else None,
        _("newest snapshot"): patient.snapshot.published_at if patient.snapshot else None,
        _("newest run"): max((run.started_at for run in patient.control.runs(limit=1)), default=None)
        if patient.control
        else None,
    }
    ahead = {what: moment for what, moment in newest.items() if moment and moment > at + CLOCKS_MAY_DIFFER_BY}
    for what, moment in ahead.items():
        message = _("{what} is of {moment}, but the clock says {at}").format(what=what, moment=moment, at=at)
        why = _("data from the future are counted at the wrong time, and schedules wait for it")
        yield _wrong(
            "clock", message, why, _("set the clock of this machine (timedatectl), or look for the wrong data")
        )
    if not ahead:
        offset = f"{datetime.now(tz=ZONE):%z}"
        yield _fine("clock", _("it is {at} in Vietnam ({offset})").format(at=at, offset=offset))


def _heartbeat(patient: _Patient) -> Iterator[Finding]:
    if patient.control is None or find_holder(scheduler_lock(patient.config)) is None:
        return
    beat = patient.control.last_beat(SCHEDULER)
    if beat is None or patient.clock() - beat > ALIVE_FOR:
        what = _("the scheduler holds its lock, but has not been heard of since {at}").format(at=beat)
        yield _wrong("scheduler", what, _("sources are not fetched"), _("end it and start it again"))


def _halted(patient: _Patient) -> Iterator[Finding]:
    standings = patient.control.standings() if patient.control else {}
    for name, standing in standings.items():
        if standing.is_halted and name in patient.config.sources:
            what = _("{source} has been halted since {at}: {error}")
            what = what.format(source=name, at=standing.halted_at, error=standing.error)
            why = _("the other side refused us; asking again by ourselves would make it worse")
            yield _wrong("halted", what, why, f"ioc run {name}")


def _coverage(patient: _Patient) -> Iterator[Finding]:
    if patient.snapshot is None:
        return
    rows = intake_questions.quarantine_rows(patient.snapshot.connection, Scope.everything(), limit=SHOWN_REFUSED)
    unknown = Counter(row.value or "?" for row in rows if row.reason == "UNKNOWN_UNIT")
    if not unknown:
        yield _fine("crosswalk", _("every unit code that came is known"))
        return
    most = ", ".join(f"{code} ({n})" for code, n in unknown.most_common(SHOWN_CODES))
    what = _("{codes} unit codes are not known, in {rows} rejected rows; most often: {most}")
    what = what.format(codes=len(unknown), rows=unknown.total(), most=most)
    yield _warning("crosswalk", what, _("these rows are counted nowhere"), _("add them to a file of units.crosswalks"))


def _who(holder: Holder) -> str:
    if holder.process_id is None:
        return _("a process that the system does not name")
    return _("process {id} ({command})").format(id=holder.process_id, command=holder.command)


def _fine(check: str, what: str) -> Finding:
    return Finding(check, Verdict.FINE, what)


def _warning(check: str, what: str, why: str, mend: str) -> Finding:
    return Finding(check, Verdict.WARNING, what, why, mend)


def _wrong(check: str, what: str, why: str, mend: str) -> Finding:
    return Finding(check, Verdict.WRONG, what, why, mend)
