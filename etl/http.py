"""Asking another house's server politely: one request at a time, slowly, and never again once it refuses us."""

from __future__ import annotations

import json
import random
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
import tenacity

from ioc.clock import to_local
from ioc.config import is_loopback
from ioc.errors import BlockedError, ErrorClass, SourceError, TransientSourceError
from ioc.words import gettext as _

MAX_ANSWER_BYTES = 32 * 1024 * 1024
SUCCESS_STATUSES = frozenset({200, 201})
BLOCKING_STATUSES = frozenset({403, 429})

Json = Mapping[str, str | int]


@dataclass(frozen=True)
class Manners:
    """How a server is asked."""

    user_agent: str
    timeout_s: float
    """For a whole answer, not only for its next bytes."""
    min_delay_s: float
    """Between the end of one answer and the next request, repeated tries included."""
    jitter_s: float
    """At most this much is added to each delay, at random."""
    max_retries: int
    """Of transport faults and 5xx only."""
    max_answer_bytes: int = MAX_ANSWER_BYTES
    ok_statuses: frozenset[int] = SUCCESS_STATUSES
    retry_statuses: frozenset[int] = frozenset()
    """Further statuses that another try may cure, beside 5xx."""


@dataclass(frozen=True)
class Request:
    """What is asked; kept out of every message, for it may hold a secret."""

    path: str
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


@dataclass(frozen=True)
class Answer:
    """What a server said."""

    body: bytes
    stated_at: datetime | None
    """The answer's Date header as naive local time."""


class PoliteClient:
    """Asks for JSON; after a refusal it sends nothing more."""

    def __init__(self, origin: str, manners: Manners, *, tls_ca_file: Path | None = None) -> None:
        self._manners = manners
        self._refusal: str | None = None
        self._quiet_until = 0.0
        self._client = httpx.Client(
            base_url=_checked_url(origin),
            headers={b"User-Agent": manners.user_agent.encode(), b"Accept": b"application/json"},
            timeout=manners.timeout_s,
            follow_redirects=False,
            verify=_trusted(tls_ca_file),
            # a proxy of the environment must not stand between us and our own machine
            trust_env=not is_loopback(httpx.URL(origin).host),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    @property
    def is_blocked(self) -> bool:
        """Whether the server has refused us, so that nothing more will be sent."""
        return self._refusal is not None

    def post(self, path: str, content: Json, *, headers: Mapping[str, str] | None = None) -> Answer:
        """The answer to a JSON body; transport faults and 5xx are tried again, a refusal ends everything."""
        body = json.dumps(content).encode()
        return self.ask(Request(path, headers={"Content-Type": "application/json", **(headers or {})}, body=body))

    def ask(self, request: Request) -> Answer:
        """The answer to a request; transport faults and 5xx are tried again, a refusal ends everything."""
        tries = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(self._manners.max_retries + 1),
            wait=tenacity.wait_exponential(multiplier=self._manners.min_delay_s, max=60),
            retry=tenacity.retry_if_exception_type(TransientSourceError),
            sleep=time.sleep,
            reraise=True,
        )
        return tries(self._ask_once, request)

    def _ask_once(self, request: Request) -> Answer:
        if self._refusal is not None:
            raise BlockedError(self._refusal)
        self._wait_for_turn()
        try:
            return self._send(request)
        except BlockedError as refusal:
            self._refusal = str(refusal)
            raise
        finally:
            delay_s = self._manners.min_delay_s + random.uniform(0, self._manners.jitter_s)
            self._quiet_until = time.monotonic() + delay_s

    def _wait_for_turn(self) -> None:
        remaining_s = self._quiet_until - time.monotonic()
        if remaining_s > 0:
            time.sleep(remaining_s)

    def _send(self, request: Request) -> Answer:
        deadline = time.monotonic() + self._manners.timeout_s
        try:
            with self._client.stream(
                request.method, request.path, content=request.body, headers=dict(request.headers)
            ) as response:
                _check_status(response.status_code, self._manners)
                received = self._read(response, deadline=deadline)
        except httpx.TransportError as error:
            raise TransientSourceError(ErrorClass.TRANSPORT, _describe(error)) from error
        except httpx.RequestError as error:
            raise SourceError(ErrorClass.TRANSPORT, _describe(error)) from error
        _check_not_a_page(received)
        return Answer(received, _stated_at(response.headers.get("Date")))

    def _read(self, response: httpx.Response, *, deadline: float) -> bytes:
        chunks: list[bytes] = []
        size_bytes = 0
        for chunk in response.iter_bytes():
            size_bytes += len(chunk)
            if size_bytes > self._manners.max_answer_bytes:
                limit = self._manners.max_answer_bytes
                raise SourceError(ErrorClass.SCHEMA, _("the answer is larger than {limit} bytes").format(limit=limit))
            if time.monotonic() > deadline:
                raise httpx.ReadTimeout("the answer was not complete in time")
            chunks.append(chunk)
        return b"".join(chunks)


def _checked_url(origin: str) -> str:
    try:
        url = httpx.URL(origin)
    except httpx.InvalidURL as error:
        raise SourceError(ErrorClass.TRANSPORT, f"{origin!r}: {error}") from error
    if url.scheme not in {"http", "https"} or not url.host:
        message = _("{url} is no address of a server; it must begin with http:// or https://")
        raise SourceError(ErrorClass.TRANSPORT, message.format(url=repr(origin)))
    return origin


def _trusted(tls_ca_file: Path | None) -> ssl.SSLContext:
    """Certificates are always verified: by the known authorities or, where one is named, by a private one as well."""
    trusted = httpx.create_ssl_context()
    if tls_ca_file is None:
        return trusted
    try:
        trusted.load_verify_locations(cafile=tls_ca_file)
    except (OSError, ssl.SSLError) as error:
        message = _("the file of the certificate authority, {path}, cannot be read; give a PEM file")
        raise SourceError(ErrorClass.TRANSPORT, message.format(path=tls_ca_file)) from error
    return trusted


def _check_status(status: int, manners: Manners) -> None:
    if status in manners.ok_statuses:
        return
    if status in BLOCKING_STATUSES and status not in manners.retry_statuses:
        message = _("the server refuses us with status {status}; nothing more was asked")
        raise BlockedError(message.format(status=status))
    if status >= 500 or status in manners.retry_statuses:
        message = _("the server failed with status {status}")
        raise TransientSourceError(ErrorClass.TRANSPORT, message.format(status=status))
    if status == 401:
        raise SourceError(ErrorClass.AUTH, _("the server wants us to log in (status 401)"))
    if 300 <= status < 400:
        message = _("the server sends us elsewhere (status {status}), which is not followed; check base_url")
        raise SourceError(ErrorClass.TRANSPORT, message.format(status=status))
    message = _("the server answered with status {status}; {allowed} is allowed")
    allowed = ", ".join(map(str, sorted(manners.ok_statuses)))
    raise SourceError(ErrorClass.SCHEMA, message.format(status=status, allowed=allowed))


def _check_not_a_page(body: bytes) -> None:
    """A web page where JSON was asked for is a firewall's refusal, whatever its status says."""
    if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise BlockedError(_("a web page came instead of JSON (a firewall's refusal); nothing more was asked"))


def _stated_at(date_header: str | None) -> datetime | None:
    if date_header is None:
        return None
    try:
        moment = parsedate_to_datetime(date_header)
    except ValueError:
        return None
    # a header without a zone does not say which moment it means
    return to_local(moment) if moment.tzinfo is not None else None


def _describe(error: httpx.RequestError) -> str:
    if isinstance(error, httpx.TimeoutException):
        return _("no complete answer came in time ({kind})").format(kind=type(error).__name__)
    if isinstance(error, httpx.LocalProtocolError):
        # its text quotes the header that it does not like
        return _("the connection failed: {error}").format(error=type(error).__name__)
    return _("the connection failed: {error}").format(error=str(error) or type(error).__name__)
