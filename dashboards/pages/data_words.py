"""The words of the data page: reasons, fields, series and what is compared."""

from __future__ import annotations

import re

from dashboards.formats import basis_word, in_language, source_kind_word
from dashboards.view import View
from ioc.words import gettext as _

UPLOAD_FOLDER = re.compile(r"^upload-[0-9a-f]{12}/")


def reason_word(reason: str | None) -> str:
    """Why a row was refused or a load failed."""
    words = {
        "NOT_JSON": _("not readable as JSON"),
        "VALUE": _("impossible value"),
        "UNKNOWN_UNIT": _("unknown unit"),
        "FORMER_UNIT": _("another unit bore this code before 1 July 2025: write CODE@2024-12-31"),
        "MISSING": _("required field is missing"),
        "ENCODING": _("damaged text encoding"),
        "DUPLICATE": _("given twice with different content"),
        "INTEGRITY": _("contradicts itself"),
        "TRANSPORT": _("the other side did not answer"),
        "BLOCKED": _("the other side refuses us"),
        "AUTH": _("login refused"),
        "SCHEMA": _("unexpected structure"),
        "EMPTY": _("empty"),
        "STALE": _("out of date"),
        "UNREADABLE": _("file cannot be read"),
    }
    return words.get(reason or "", reason or "")


def load_state_word(state: str) -> str:
    """What became of a load or run."""
    words = {
        "loaded": _("loaded"),
        "done": _("done"),
        "failed": _("failed"),
        "unchanged": _("unchanged"),
        "running": _("running"),
    }
    return words.get(state, state)


def trigger_word(trigger: str) -> str:
    """What started a run."""
    words = {
        "schedule": _("by schedule"),
        "command": _("by hand"),
        "manual": _("by hand"),
        "demo": _("sample"),
        "correction": _("correction"),
        "request": _("on request"),
        "retry": _("tried again"),
    }
    return words.get(trigger, trigger)


def warning_word(warning: str) -> str:
    """What a source says against its own figures, or was noticed in a file, its class (`INTEGRITY: …`) in words."""
    words = {"TEMP_NATIONAL_REPORT_DENOMINATOR": _("provisional denominator")}
    name, sign, rest = warning.partition(": ")
    if sign and reason_word(name) != name:
        return f"{reason_word(name)}: {rest}"
    return words.get(warning, warning)


def origin_word(origin: str) -> str:
    """The name of a file as it was handed in: an upload lies in a folder that is named by its bytes."""
    return UPLOAD_FOLDER.sub("", origin)


def series_word(series: str) -> str:
    """Whose figure it is."""
    words = {
        "dossiers": source_kind_word("dossier_sync"),
        "portal": source_kind_word("national_portal"),
        "reported": source_kind_word("reported_values"),
        "reported_rate": source_kind_word("reported_values"),
        "quality": _("Counted from the data themselves"),
    }
    if series in ("computed", "published"):
        return basis_word(series)
    return words.get(series, source_kind_word(series))


def subject_word(view: View, subject: str) -> str:
    """What is compared: an indicator, or a node of an index (`qd766_portal_2026 · CKMB`)."""
    indicator = view.cover.indicators.get(subject)
    if indicator is not None:
        return in_language(indicator.name_vi, indicator.name_en)
    index, _dot, node = subject.rpartition(" · ")
    found = view.cover.nodes.get((index or view.index_id, node))
    if found is None:
        return subject
    name = in_language(found.name_vi, found.name_en)
    return name if found.kind == "total" else f"{found.node} {name}"
