"""What the Data page does: previews, files taken in, corrections, runs. Plain requests, never answered from a cache."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import unquote

import structlog
from flask import Flask, Response, jsonify, request

from dashboards.components.elements import Element, element, plain
from dashboards.components.marks import state_tag
from dashboards.formats import format_number
from dashboards.pages.data_access import is_own_page, open_port, why_closed
from dashboards.pages.data_desk import LOADS_SEARCHED, find_load, read_row_name, still_refused
from dashboards.pages.data_upload import show_confirmed, show_preview, show_run
from dashboards.runs import Run
from dashboards.view import Desk
from ioc.errors import IocError
from ioc.intake import CorrectedRow, Correction, IntakeError, IntakePort, Preview, RefusedAgainError
from ioc.store import intake_questions
from ioc.words import LANGUAGES, use_language
from ioc.words import gettext as _

log = structlog.get_logger(__name__)
FILE_NAME_HEADER = "X-Ioc-File"
BY = "web"
RUNS_LOOKED_AT = 20

Action = Callable[[Desk, IntakePort], Element]


def register(server: Flask, desk: Desk) -> None:
    """The addresses of the actions."""
    actions: Mapping[str, Action] = {
        "preview": _preview,
        "confirm": _confirm,
        "correct": _correct,
        "replay": _replay,
        "run": _run,
        "state": _state,
    }
    for name, action in actions.items():

        def act(action: Action = action) -> tuple[Response, int]:
            with use_language(_language(desk)):
                return _act(desk, action)

        server.add_url_rule(f"/data/actions/{name}", f"data-{name}", act, methods=["POST"])


def _language(desk: Desk) -> str:
    asked = request.args.get("lang", "")
    return asked if asked in LANGUAGES else desk.settings.language


def _act(desk: Desk, action: Action) -> tuple[Response, int]:
    """The answer of an action: what the page shows, and why if it was refused."""
    port = open_port(desk.settings, request)
    if port is None:
        return _refuse(why_closed(desk.settings, request) or "", 403)
    if not is_own_page(request):
        return _refuse(_("This was not sent by a page of this server."), 403)
    try:
        shown = action(desk, port)
        return jsonify(children=plain(shown), done="data-done" in shown["props"]), 200
    except RefusedAgainError as error:
        return _refuse(still_refused(error), 422)
    except IntakeError as error:
        return _refuse(str(error), 422)
    except IocError as error:
        return _refuse(str(error), 409)
    except Exception:
        log.exception("action_failed", path=request.path)
        return _refuse(_("The fault has been written down; nothing was taken in."), 500)


def _refuse(words: str, status: int) -> tuple[Response, int]:
    shown = element("P", [state_tag("off_target", _("refused")), f" {words}"], "refused", role="alert")
    return jsonify(children=shown, message=words), status


def _file(port: IntakePort) -> tuple[str, str, bytes]:
    """Source, name and bytes of the file; one that is too large is not even read."""
    limit = port.limit_bytes()
    if request.content_length is None or request.content_length > limit:
        message = _("the file is larger than {n} MB, or its size is not known; put it into the inbox folder")
        raise IntakeError(message.format(n=format_number(limit // 1_000_000)))
    content = request.stream.read(limit + 1)
    return request.args.get("source", ""), unquote(request.headers.get(FILE_NAME_HEADER, "")), content


def _preview(desk: Desk, port: IntakePort) -> Element:
    source, name, content = _file(port)
    found = port.preview(source, name, content)
    return show_preview(replace(found, loaded_at=_loaded_at(desk, found)))


def _loaded_at(desk: Desk, found: Preview) -> datetime | None:
    """When the same bytes were taken in before, as far as the snapshot tells."""
    view = desk.view()
    if view is None:
        return None
    loads = intake_questions.loads(view.connection, view.scope, source=found.source_id, limit=LOADS_SEARCHED)
    return next((one.fetched_at for one in loads if one.sha256 == found.sha256 and one.state == "loaded"), None)


def _confirm(_desk: Desk, port: IntakePort) -> Element:
    source, name, content = _file(port)
    return show_confirmed(port.confirm(source, name, content, sha256=request.args.get("sha256", "")))


def _told() -> dict[str, Any]:
    told = request.get_json(silent=True)
    if not isinstance(told, dict):
        raise IntakeError(_("the request says nothing"))
    return told


def _correct(desk: Desk, port: IntakePort) -> Element:
    told = _told()
    named = read_row_name(str(told.get("row", "")))
    given = told.get("changes")
    changes = {str(name): str(value).strip() for name, value in (given if isinstance(given, dict) else {}).items()}
    changes = {name: value for name, value in changes.items() if value}
    view = desk.view()
    load = find_load(view, named[0]) if view is not None and named is not None else None
    if named is None or load is None or not changes:
        raise IntakeError(_("say what the row should contain"))
    row = port.refused_row(load, named[1])
    aliases = port.aliases_of(row, changes) if told.get("remember") else ()
    correction = Correction(
        load.source_id, BY, (CorrectedRow(named[0], named[1], changes),), tuple(aliases), is_replay=bool(aliases)
    )
    done = port.correct(correction, [load])
    return show_run(done.run, _("The correction has been recorded."))


def _replay(_desk: Desk, port: IntakePort) -> Element:
    source = str(_told().get("source", ""))
    done = port.correct(Correction(source, BY, is_replay=True), [])
    return show_run(done.run, _("The refused rows are tried again."))


def _run(_desk: Desk, port: IntakePort) -> Element:
    return show_run(port.request_run(str(_told().get("source", ""))))


def _state(desk: Desk, _port: IntakePort) -> Element:
    """How the run goes that was asked for since a moment."""
    told = _told()
    source = str(told.get("source", ""))
    try:
        since = datetime.fromisoformat(str(told.get("since", "")))
    except ValueError:
        raise IntakeError(_("the request says nothing")) from None
    runs = desk.settings.run_log.newest(RUNS_LOOKED_AT) if desk.settings.run_log else ()
    for run in runs:
        # the run may have begun within the same second as the wish
        if run.record.started_at >= since.replace(microsecond=0) and run.record.finished_at is not None:
            loads = [load for load in run.loads if load.source_id == source]
            if loads or not run.loads:
                return _finished(run, source)
    return element("P", [state_tag("not_assessed", _("waiting")), " ", _("The run has not ended yet.")], "run-wait")


def _finished(run: Run, source: str) -> Element:
    loads = [load for load in run.loads if load.source_id == source and (load.is_new or load.error_class)]
    faults = [load for load in loads if load.error_class]
    message = _(
        "{n} files or answers were new: {loaded} rows loaded, {unchanged} unchanged, {superseded} superseded, "
        "{quarantined} refused."
    )
    counts = {
        name: format_number(sum(getattr(load, name) for load in loads))
        for name in ("loaded", "unchanged", "superseded", "quarantined")
    }
    words = message.format(n=format_number(len(loads)), **counts)
    tag = state_tag("off_target" if faults else "on_target", _("failed") if faults else _("done"))
    notes = [element("Li", load.message or "") for load in faults]
    return element("Div", [tag, f" {words}", element("Ul", notes) if notes else None], "run-done", **{"data-done": "1"})
