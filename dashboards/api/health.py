"""Whether the server lives, can answer, and what it counted."""

from __future__ import annotations

from flask import Flask, Response, jsonify
from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

from dashboards.cache import AnswerCache
from dashboards.view import Desk
from ioc.errors import StoreError


def register(server: Flask, desk: Desk, cache: AnswerCache) -> None:
    """Adds `/healthz`, `/readyz` and `/metrics`; the figures are those of the process that answers."""
    registry = CollectorRegistry()
    requests = Counter("ioc_requests", "Answered requests", ["status"], registry=registry)
    answers = Gauge("ioc_kept_answers", "Callback answers in the cache", registry=registry)
    hits = Gauge("ioc_kept_answer_hits", "Callbacks answered from the cache", registry=registry)
    published = Gauge("ioc_snapshot_published_timestamp", "When the served snapshot was published", registry=registry)

    def alive() -> Response:
        return jsonify({"status": "alive"})

    def ready() -> tuple[Response, int]:
        try:
            view = desk.view()
        except StoreError as error:
            return _error("store", str(error)), 503
        if view is None:
            return _error("no_snapshot", "nothing has been published yet: run `ioc run`"), 503
        view.connection.close()
        return jsonify({"status": "ready", "snapshot_id": view.snapshot_id}), 200

    def metrics() -> Response:
        snapshot = desk.snapshot()
        answers.set(len(cache))
        hits.set(cache.counts.hits)
        if snapshot is not None:
            published.set(snapshot.published_at.timestamp())
        return Response(generate_latest(registry), mimetype="text/plain")

    def count(response: Response) -> Response:
        requests.labels(str(response.status_code)).inc()
        return response

    server.add_url_rule("/healthz", "healthz", alive)
    server.add_url_rule("/readyz", "readyz", ready)
    server.add_url_rule("/metrics", "metrics", metrics)
    server.after_request(count)


def _error(code: str, text: str) -> Response:
    return jsonify({"error": {"code": code, "message": text, "details": {}}})
