"""The composition root of the web side: pages, callbacks, cache, headers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import structlog
from dash import Dash, html
from flask import Flask, Response, request

import dashboards.api.health
import dashboards.api.version
import dashboards.exports.routes
import dashboards.grid_rows
import dashboards.pages.data_actions
from dashboards import shell
from dashboards.cache import AnswerCache, keep_answers
from dashboards.filters import match_path
from dashboards.pages import PAGES
from dashboards.runs import ControlRunLog
from dashboards.theme import tokens_css
from dashboards.view import Desk, Settings, SnapshotReader
from ioc.catalog.load import load_catalog
from ioc.catalog.model import Catalog
from ioc.clock import Clock, now
from ioc.config import Config, is_loopback
from ioc.errors import ConfigError
from ioc.intake import PortFactory
from ioc.store.snapshots import Reader
from ioc.words import gettext as _
from ioc.words import use_language

log = structlog.get_logger(__name__)

ASSETS = Path(__file__).parent / "assets"
CATCH_ALL = "/<path:path>"


def create_server(config: Config) -> Flask:
    """The server of an installation, for gunicorn: opens its snapshots on the first request, after the fork."""
    server: Flask = create_app(Reader(config.store.path), read_settings(config)).server
    return server


def read_settings(config: Config, *, intake: PortFactory | None = None) -> Settings:
    """What the web side needs to know of the configuration; files are taken only where nobody else can reach it."""
    is_own = is_loopback(config.web.host)
    return Settings(
        site_name=config.site.name,
        site_unit=config.site.unit,
        index_ids=config.catalog.indices,
        language=config.site.language,
        is_simulated=config.site.simulated,
        is_open=config.web.allow_open and not is_loopback(config.web.host),
        run_log=ControlRunLog(config.control.url.get_secret_value(), store=config.store.path),
        intake=intake() if intake is not None and is_own else None,
        is_intake_closed=intake is not None and not is_own,
        catalog=_read_catalog(config),
    )


def _read_catalog(config: Config) -> Catalog | None:
    """The catalogue; a faulty one costs the advice, not the pages."""
    try:
        return load_catalog(config.catalog.path, indices=config.catalog.indices)
    except ConfigError as error:
        log.warning("catalogue_unreadable", problems=len(error.problems))
        return None


def create_app(reader: SnapshotReader, settings: Settings, *, clock: Clock = now) -> Dash:
    """The whole application over any reader of snapshots."""
    desk = Desk(reader, settings, clock=clock)
    cache = AnswerCache()
    server = Flask("dashboards")
    dashboards.api.version.register(server, desk)
    dashboards.api.health.register(server, desk, cache)
    dashboards.exports.routes.register(server, desk)
    dashboards.grid_rows.register(server, desk)
    dashboards.pages.data_actions.register(server, desk)
    app = Dash(
        "dashboards",
        # Dash takes a Flask server here, but types it away
        server=server,  # type: ignore[arg-type]
        assets_folder=str(ASSETS),
        serve_locally=True,
        title=settings.site_name,
        # None leaves the title alone; Dash types it as text only
        update_title=None,  # type: ignore[arg-type]
        index_string=index_page(settings),
        add_log_handler=False,
    )
    frame = shell.frame(settings)
    app.layout = frame
    with use_language(settings.language):
        # Dash types its own attribute as None
        app.validation_layout = html.Div([frame, *(page.layout() for page in PAGES)])  # type: ignore[assignment]
    shell.register(app, desk, PAGES)
    for page in PAGES:
        page.register(app, desk)
    keep_answers(server, desk, cache)
    server.after_request(_not_found_status)
    server.after_request(_security_headers(app))
    return app


def index_page(settings: Settings) -> str:
    """The HTML around the application: nothing in it comes from elsewhere."""
    with use_language(settings.language):
        needs_script = _("This page needs JavaScript.")
    return f"""<!DOCTYPE html>
<html lang="{settings.language}">
<head>
{{%metas%}}
<title>{{%title%}}</title>
{{%favicon%}}
<style>{tokens_css()}</style>
{{%css%}}
</head>
<body>
{{%app_entry%}}
<noscript>{needs_script}</noscript>
<footer>{{%config%}}{{%scripts%}}{{%renderer%}}</footer>
</body>
</html>"""


def _not_found_status(response: Response) -> Response:
    """Dash answers every address with its page; those that no page knows get the status that says so."""
    rule = request.url_rule
    if rule is not None and rule.rule == CATCH_ALL and not any(_fits(page.PATH) for page in PAGES):
        response.status_code = 404
    return response


def _fits(pattern: str) -> bool:
    return match_path(pattern, request.path) is not None


def _security_headers(app: Dash) -> Callable[[Response], Response]:
    """Headers for every answer; the only inline scripts are Dash's own, known by their hashes."""
    scripts = " ".join(["'self'", *app.csp_hashes()])
    policy = "; ".join(
        [
            "default-src 'self'",
            f"script-src {scripts}",
            # Mantine and Plotly write style elements of their own.
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'self'",
        ]
    )

    def add_headers(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("X-Frame-Options", "SAMEORIGIN")
        return response

    return add_headers
