"""Sessions of a foreign database that can only read, wait a bounded time, and fail in our own words."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import tenacity
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchTableError
from sqlalchemy.pool import NullPool

from etl.sources.sql_faults import explain
from ioc.config import SqlViewSettings
from ioc.errors import ErrorClass, SourceError, TransientSourceError
from ioc.words import gettext as _

Answer = TypeVar("Answer")

CONNECT_TIMEOUT_S: Final = 10
GRACE_S: Final = 30
"""How long the network may be silent beyond a statement's own time."""
RETRY_PAUSE_S: Final = 0.5
STEPS_BETWEEN_LOOKS: Final = 10_000
"""Of SQLite's machine, between two looks at the clock."""
EXTRAS: Final = {"psycopg": "postgresql", "pymysql": "mysql", "pyodbc": "sqlserver"}
"""The extra of the package that brings a driver."""


@dataclass(frozen=True)
class Database:
    """A foreign database, asked in short sessions: none is held open between two pages."""

    engine: Engine
    statement_timeout_s: float
    max_retries: int

    @property
    def dialect(self) -> str:
        """Which SQL it speaks: postgresql, mysql, mariadb, mssql, sqlite."""
        return self.engine.dialect.name

    def ask(self, question: Callable[[Connection], Answer]) -> Answer:
        """The answer to a question in a session of its own; what another try may cure is tried again."""
        tries: Callable[..., Answer] = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(self.max_retries + 1),
            wait=tenacity.wait_exponential(multiplier=RETRY_PAUSE_S, max=30),
            retry=tenacity.retry_if_exception_type(TransientSourceError),
            reraise=True,
        )
        return tries(self._ask_once, question)

    def _ask_once(self, question: Callable[[Connection], Answer]) -> Answer:
        try:
            with self.session() as connection:
                return question(connection)
        except DBAPIError as error:
            # the driver's own words may quote the address, the password or a row
            raise explain(error, dialect=self.dialect) from None
        except NoSuchTableError as error:
            message = _("the database has no view {view} that this login may see; create it or mend the name")
            raise SourceError(ErrorClass.SCHEMA, message.format(view=error)) from None
        except UnicodeDecodeError:
            message = _("the view gives text in an unknown encoding; let it give Unicode")
            raise SourceError(ErrorClass.VALUE, message) from None

    @contextmanager
    def session(self) -> Iterator[Connection]:
        """A connection that reads only; whatever was begun is rolled back."""
        with self.engine.connect() as connection:
            for statement in _session_statements(connection, self.statement_timeout_s):
                connection.exec_driver_sql(statement)
            if self.dialect != "postgresql":
                # what they set holds for the next transaction
                connection.commit()
            _limit_in_driver(connection, self.statement_timeout_s)
            try:
                yield connection
            finally:
                if not connection.invalidated:
                    connection.rollback()


def open_database(settings: SqlViewSettings) -> Database:
    """The database of a source; nothing is connected yet. A driver that is not installed is a SourceError."""
    url = _read_url(settings)
    try:
        engine = create_engine(
            _only_reading(url),
            poolclass=NullPool,
            hide_parameters=True,
            connect_args=_connect_arguments(url.get_driver_name(), settings.statement_timeout_s),
        )
    except ImportError:
        raise SourceError(ErrorClass.UNREADABLE, _missing_driver(url.get_driver_name())) from None
    return Database(engine, settings.statement_timeout_s, settings.max_retries)


def _read_url(settings: SqlViewSettings) -> URL:
    try:
        return make_url(settings.url.get_secret_value())
    except ArgumentError:
        message = _("the url is no address of a database; write it as postgresql+psycopg://user:password@host/database")
        raise SourceError(ErrorClass.UNREADABLE, message) from None


def _missing_driver(driver: str) -> str:
    message = _("the driver {driver} is not installed; install the product with its extra: pip install ioc[{extra}]")
    return message.format(driver=driver, extra=EXTRAS.get(driver, driver))


def _only_reading(url: URL) -> URL:
    """A SQLite file is opened so that it is neither created nor written."""
    if url.get_backend_name() != "sqlite" or not url.database:
        return url
    return url.set(database=Path(url.database).absolute().as_uri(), query={"mode": "ro", "uri": "true"})


def _connect_arguments(driver: str, statement_timeout_s: float) -> dict[str, Any]:
    silence_s = int(statement_timeout_s) + GRACE_S
    arguments: dict[str, dict[str, Any]] = {
        "psycopg": {
            "connect_timeout": CONNECT_TIMEOUT_S,
            "keepalives_idle": GRACE_S,
            "tcp_user_timeout": silence_s * 1000,
            "application_name": "ioc",
            "prepare_threshold": None,
        },
        "pymysql": {"connect_timeout": CONNECT_TIMEOUT_S, "read_timeout": silence_s, "charset": "utf8mb4"},
        "pyodbc": {"timeout": CONNECT_TIMEOUT_S},
        "pysqlite": {"timeout": min(CONNECT_TIMEOUT_S, statement_timeout_s)},
    }
    return arguments.get(driver, {})


def _session_statements(connection: Connection, timeout_s: float) -> tuple[str, ...]:
    """What makes a session read only, local in time and impatient, in the words of its dialect."""
    timeout_ms = max(1, int(timeout_s * 1000))
    dialect = connection.dialect.name
    if dialect == "postgresql":
        return (
            # of this transaction only: behind a pooler the session may be somebody else's next
            "set transaction read only",
            f"set local statement_timeout = {timeout_ms}",
            f"set local lock_timeout = {timeout_ms}",
            "set local timezone = 'Asia/Ho_Chi_Minh'",
            "set local datestyle = 'ISO, YMD'",
        )
    if dialect in ("mysql", "mariadb"):
        is_mariadb = getattr(connection.dialect, "is_mariadb", dialect == "mariadb")
        patience = f"max_statement_time = {timeout_s:g}" if is_mariadb else f"max_execution_time = {timeout_ms}"
        return "set session transaction read only", f"set session {patience}", "set time_zone = '+07:00'"
    if dialect == "mssql":
        # it has no session that only reads: the login must have no more than SELECT on the view
        return f"set lock_timeout {timeout_ms}", "set deadlock_priority low"
    return ("pragma query_only = on",)


def _limit_in_driver(connection: Connection, timeout_s: float) -> None:
    """The statement's time limit where it is no statement of SQL."""
    raw: Any = connection.connection.driver_connection
    if connection.dialect.name == "mssql":
        raw.timeout = max(1, round(timeout_s))
    if connection.dialect.name == "sqlite":
        deadline = time.monotonic() + timeout_s
        raw.set_progress_handler(lambda: int(time.monotonic() > deadline), STEPS_BETWEEN_LOOKS)
