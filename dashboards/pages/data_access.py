"""Who may hand in anything: only this machine, from a page of this server, until there is a login."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Request, has_request_context, request

from dashboards.view import Settings
from ioc.config import is_loopback
from ioc.intake import IntakePort
from ioc.words import gettext as _

ACTION_HEADER = "X-Ioc-Action"
"""A page of another site cannot send it without asking first, and nobody is allowed to."""
FORWARDING_HEADERS = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")


def why_closed(settings: Settings, request: Request | None) -> str | None:
    """Why nothing can be handed in from there, in a sentence; None where it can."""
    if settings.intake is None and not settings.is_intake_closed:
        return _("Handing in files is not set up on this server.")
    if settings.intake is None or (request is not None and not _is_near(request)):
        return _(
            "Files and corrections are taken only on the server's own machine, because there is no login yet; "
            "put files into the source's inbox folder."
        )
    return None


def open_port(settings: Settings, request: Request | None) -> IntakePort | None:
    """The port, for whoever may use it."""
    return None if why_closed(settings, request) else settings.intake


def asked_from() -> Request | None:
    """The request that is being answered; None outside of one."""
    return request if has_request_context() else None


def is_own_page(request: Request) -> bool:
    """Whether the request comes from a page that this server made."""
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    is_same = origin is None or urlsplit(origin).netloc == request.host
    return request.headers.get(ACTION_HEADER) == "1" and is_same and site == "same-origin"


def _is_near(request: Request) -> bool:
    """From this machine under its own name, and by nobody's hand: a proxy's visitors may be anywhere."""
    is_forwarded = any(name in request.headers for name in FORWARDING_HEADERS)
    return not is_forwarded and is_loopback(request.remote_addr) and is_loopback(urlsplit(f"//{request.host}").hostname)
