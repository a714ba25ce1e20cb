"""Which snapshot is served: the tiny answer that walls ask for every few seconds."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, jsonify, request

from dashboards.view import Desk

PATH = "/api/v1/version"


def register(server: Flask, desk: Desk) -> None:
    """Adds `/api/v1/version`."""

    def version() -> Response:
        snapshot = desk.snapshot()
        body: dict[str, Any] = {"snapshot_id": None, "published_at": None, "data_as_of": None}
        if snapshot is not None:
            body = {
                "snapshot_id": snapshot.id,
                "published_at": snapshot.published_at.isoformat(),
                "data_as_of": _data_as_of(desk),
            }
        response = jsonify(body)
        response.set_etag(snapshot.id if snapshot else "none")
        response.headers["Cache-Control"] = "no-cache"
        return response.make_conditional(request)  # type: ignore[return-value]  # werkzeug types it as its own base

    server.add_url_rule(PATH, "api_version", version)


def _data_as_of(desk: Desk) -> str | None:
    view = desk.view()
    if view is None:
        return None
    view.connection.close()
    as_of = view.cover.info.as_of
    return as_of.isoformat() if as_of else None
