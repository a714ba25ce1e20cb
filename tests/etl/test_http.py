"""The polite client against a real server on this machine, byte by byte."""

from __future__ import annotations

import gzip
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from threading import Thread
from time import monotonic, sleep

import pytest

from etl.http import Manners, PoliteClient
from ioc.errors import BlockedError, ErrorClass, SourceError, TransientSourceError

QUICK = Manners(user_agent="ioc test", timeout_s=5, min_delay_s=0, jitter_s=0, max_retries=2)


def http(body: bytes, *, status: int = 201, headers: str = "", length: int | None = None) -> bytes:
    """A whole HTTP answer as bytes; `length` may lie."""
    said = len(body) if length is None else length
    head = f"HTTP/1.1 {status} Whatever\r\nContent-Length: {said}\r\nConnection: close\r\n{headers}\r\n"
    return head.encode() + body


FINE = http(b'{"code": "OK"}')


def read_request(connection: socket.socket) -> bytes:
    """A whole request: its head and body may come in two pieces."""
    came = b""
    while piece := connection.recv(65_536):
        came += piece
        head, end, body = came.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        if end and len(body) >= (int(length[1]) if length else 0):
            break
    return came


@dataclass
class Script:
    """A server's answers, one a connection, and what it was asked."""

    answers: list[bytes]
    pause_s: float = 0
    port: int = 0
    requests: list[bytes] = field(default_factory=list)
    times_s: list[float] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def serve(self, listener: socket.socket) -> None:
        """Answers until the listening socket is closed."""
        for answer in self.answers:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                self.times_s.append(monotonic())
                self.requests.append(read_request(connection))
                sleep(self.pause_s)
                try:
                    connection.sendall(answer)
                except OSError:
                    return


@contextmanager
def served(script: Script) -> Iterator[Script]:
    """The script, listening on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5)
        script.port = listener.getsockname()[1]
        thread = Thread(target=script.serve, args=(listener,), daemon=True)
        thread.start()
        yield script
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()


def ask(script: Script, manners: Manners = QUICK) -> bytes:
    with PoliteClient(script.url, manners) as client:
        return client.post("evaluation/x", {"year": 2026}).body


def fault_of(script: Script, manners: Manners = QUICK) -> SourceError:
    with pytest.raises(SourceError) as caught:
        ask(script, manners)
    return caught.value


@pytest.mark.parametrize("status", [200, 201])
def test_both_successes_are_successes(status: int) -> None:
    with served(Script([http(b"{}", status=status)])) as script:
        assert ask(script) == b"{}"


def test_says_who_asks_and_sends_json() -> None:
    with served(Script([FINE])) as script, PoliteClient(script.url + "/api", QUICK) as client:
        client.post("evaluation/x", {"year": 2026}, headers={"Referer": "https://portal.example/page"})
    request = script.requests[0].decode()
    assert request.startswith("POST /api/evaluation/x HTTP/1.1\r\n")
    assert "User-Agent: ioc test\r\n" in request
    assert "Content-Type: application/json\r\n" in request
    assert "Referer: https://portal.example/page\r\n" in request
    assert request.endswith('\r\n\r\n{"year": 2026}')


@pytest.mark.parametrize(
    "refusal", [http(b"", status=403), http(b"", status=429), http(b"<html>no</html>", status=200)]
)
def test_a_refusal_ends_all_asking(refusal: bytes) -> None:
    with served(Script([refusal, FINE])) as script, PoliteClient(script.url, QUICK) as client:
        for _ in range(2):
            with pytest.raises(BlockedError):
                client.post("x", {})
        assert client.is_blocked
    assert len(script.requests) == 1


def test_server_faults_are_tried_again() -> None:
    with served(Script([http(b"", status=500), http(b"<html>", status=502), FINE])) as script:
        assert ask(script) == b'{"code": "OK"}'
    assert len(script.requests) == 3


def test_gives_up_after_the_retries() -> None:
    with served(Script([http(b"", status=503)] * 4)) as script:
        fault = fault_of(script)
    assert isinstance(fault, TransientSourceError)
    assert fault.error_class is ErrorClass.TRANSPORT
    assert len(script.requests) == 3


@pytest.mark.parametrize(
    ("status", "error_class"),
    [(400, ErrorClass.SCHEMA), (401, ErrorClass.AUTH), (404, ErrorClass.SCHEMA), (302, ErrorClass.TRANSPORT)],
)
def test_other_statuses_fail_at_once(status: int, error_class: ErrorClass) -> None:
    answer = http(b"", status=status, headers="Location: https://elsewhere.example/\r\n")
    with served(Script([answer, FINE])) as script:
        assert fault_of(script).error_class is error_class
    assert len(script.requests) == 1


def test_a_connection_that_breaks_off_is_tried_again() -> None:
    with served(Script([http(b'{"co', length=100), FINE])) as script:
        assert ask(script) == b'{"code": "OK"}'
    assert len(script.requests) == 2


def test_a_slow_server_is_not_waited_for() -> None:
    impatient = Manners("ioc test", timeout_s=0.2, min_delay_s=0, jitter_s=0, max_retries=0)
    with served(Script([FINE], pause_s=1)) as script:
        started_s = monotonic()
        fault = fault_of(script, impatient)
    assert fault.error_class is ErrorClass.TRANSPORT
    assert monotonic() - started_s < 5


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert fault_of(Script([], port=port)).error_class is ErrorClass.TRANSPORT


def test_an_endless_answer_is_cut_off() -> None:
    narrow = Manners("ioc test", timeout_s=5, min_delay_s=0, jitter_s=0, max_retries=2, max_answer_bytes=1000)
    bomb = gzip.compress(b"0" * 1_000_000)
    with served(Script([http(bomb, headers="Content-Encoding: gzip\r\n"), FINE])) as script:
        assert fault_of(script, narrow).error_class is ErrorClass.SCHEMA
    assert len(script.requests) == 1


def test_requests_keep_their_distance() -> None:
    slow = Manners("ioc test", timeout_s=5, min_delay_s=0.3, jitter_s=0, max_retries=2)
    with served(Script([FINE, http(b"", status=500), FINE])) as script, PoliteClient(script.url, slow) as client:
        client.post("a", {})
        client.post("b", {})
    first, second, third = script.times_s
    assert second - first >= 0.3
    assert third - second >= 0.3


def test_the_date_header_is_local_time() -> None:
    dated = http(b"{}", headers="Date: Sat, 26 Sep 2026 18:14:39 GMT\r\n")
    with served(Script([dated])) as script, PoliteClient(script.url, QUICK) as client:
        assert client.post("x", {}).stated_at == datetime(2026, 9, 27, 1, 14, 39)


@pytest.mark.parametrize("header", ["", "Date: soon\r\n", "Date: Sat, 26 Sep 2026 18:14:39 -0000\r\n"])
def test_no_usable_date_is_no_statement(header: str) -> None:
    with served(Script([http(b"{}", headers=header)])) as script, PoliteClient(script.url, QUICK) as client:
        assert client.post("x", {}).stated_at is None


def test_an_address_must_be_one() -> None:
    with pytest.raises(SourceError, match=r"portal\.example"):
        PoliteClient("portal.example", QUICK)
