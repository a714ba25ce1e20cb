"""A PostgreSQL server of our own: started in a folder of its own, by somebody who is not root, gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

BINARIES = Path("/usr/lib/postgresql")
PASSWORD = "a password of the tests only"
UNPRIVILEGED = ("postgres", "nobody")
SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "32MB"}


@dataclass(frozen=True)
class PostgresServer:
    """Where the server listens, and how its owner gets in."""

    port: int

    def url(self, *, user: str = "postgres", password: str = PASSWORD, database: str = "postgres") -> str:
        """For SQLAlchemy."""
        return f"postgresql+psycopg://{user}:{password.replace(' ', '%20')}@127.0.0.1:{self.port}/{database}"

    def connect(self) -> psycopg.Connection:
        """A connection of the owner; each statement by itself."""
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user="postgres", password=PASSWORD, dbname="postgres", autocommit=True
        )


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """A running server; the test is skipped where PostgreSQL is not installed."""
    bin_folder = _find_binaries()
    user = _unprivileged_user()
    folder = Path(tempfile.mkdtemp(prefix="ioc-postgres-"))
    try:
        (folder / "password").write_text(PASSWORD)
        _give_away(folder, user)
        port = _free_port()
        start = [str(bin_folder / "pg_ctl"), "-D", str(folder / "data"), "-l", str(folder / "log"), "-w"]
        _run([str(bin_folder / "initdb"), "-D", str(folder / "data"), "-U", "postgres", "-A", "scram-sha-256",
              "--pwfile", str(folder / "password"), "-E", "UTF8", "--no-locale", "--no-sync"], user)  # fmt: skip
        options = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
        _run([*start, "-o", f"-h 127.0.0.1 -p {port} -k {folder} {options}", "start"], user)
        try:
            yield PostgresServer(port)
        finally:
            _run([*start, "-m", "immediate", "stop"], user)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _find_binaries() -> Path:
    found = sorted(BINARIES.glob("*/bin/initdb"))
    if not found:
        pytest.skip("PostgreSQL is not installed: run .ci/postgresql")
    return found[-1].parent


def _unprivileged_user() -> str | None:
    """Who the server runs as; None: as ourselves, which PostgreSQL allows to anybody but root."""
    if os.getuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in UNPRIVILEGED if name in known)


def _give_away(folder: Path, user: str | None) -> None:
    if user is not None:
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, user)


def _run(command: list[str], user: str | None) -> None:
    # the server inherits what it is started with: pipes would never be closed
    done = subprocess.run(
        command, user=user, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        cwd="/", check=False,
    )  # fmt: skip
    assert done.returncode == 0, command


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
