"""Several processes of the product kept running together: all, or none."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType

from ioc.config import Config, is_loopback
from ioc.errors import IocError
from ioc.words import gettext as _

TICK_S = 0.2
GRACE_S = 20.0
"""How long a process may take to stop before it is ended; a killed run loses nothing."""

Commands = Mapping[str, Sequence[str]]


class StopSignal:
    """Remembers that the process was told to stop; asking is a call."""

    def __init__(self) -> None:
        self._number: int | None = None

    def __call__(self) -> bool:
        return self._number is not None

    def remember(self, number: int, _frame: FrameType | None) -> None:
        """The signals' handler: only notes it down, because it may come in the middle of anything."""
        self._number = number


@contextmanager
def stop_signal() -> Iterator[StopSignal]:
    """Turns SIGTERM and SIGINT into a question that loops may ask."""
    stop = StopSignal()
    before = {number: signal.signal(number, stop.remember) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def keep_running(commands: Commands, *, is_ready: Callable[[], bool], on_ready: Callable[[], None]) -> None:
    """Starts all commands and waits for a signal; if one process ends by itself, the others are stopped too."""
    with stop_signal() as stop:
        processes = {name: _start(command) for name, command in commands.items()}
        try:
            _watch(processes, stop, is_ready=is_ready, on_ready=on_ready)
        finally:
            _stop_all(list(processes.values()))


def refuse_open_address(config: Config) -> None:
    """There is no login yet: without an explicit word nobody but this machine is served."""
    if is_loopback(config.web.host) or config.web.allow_open:
        return
    message = _(
        "web.host is {host}, which other machines can reach, and there is no login yet: anybody could read everything. "
        "Allowed: 127.0.0.1, ::1, localhost. Put a server with a login in front of it, "
        "or for a trial set web.allow_open: true; every page then says that it is open"
    )
    raise IocError(message.format(host=config.web.host))


def check_port(host: str, port: int) -> None:
    """Says in plain words that an address cannot be listened on, before a server fails on it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            message = _(
                "cannot listen on {host}:{port} ({reason}): stop the program that uses this port, "
                "or choose another one with web.port in config.yaml or --port"
            )
            raise IocError(message.format(host=host, port=port, reason=error.strerror)) from error


def answers(url: str) -> bool:
    """Whether a server of ours answers there."""
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def own_command(*arguments: str) -> list[str]:
    """This program with other arguments."""
    return [sys.executable, "-m", "ioc.cli", *arguments]


def _start(command: Sequence[str]) -> subprocess.Popen[bytes]:
    # its own session: Ctrl-C reaches only us, and we stop the children in order
    return subprocess.Popen(command, start_new_session=True, env=os.environ.copy())


def _watch(
    processes: Mapping[str, subprocess.Popen[bytes]],
    stop: StopSignal,
    *,
    is_ready: Callable[[], bool],
    on_ready: Callable[[], None],
) -> None:
    said = False
    while not stop():
        for name, process in processes.items():
            if process.poll() is not None:
                message = _("the process “{name}” ended by itself (exit code {code}); the others were stopped too")
                raise IocError(message.format(name=name, code=process.returncode))
        if not said and is_ready():
            said = True
            on_ready()
        time.sleep(TICK_S)


def _stop_all(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + GRACE_S
    for process in processes:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
