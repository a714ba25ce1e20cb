"""Answers to callbacks, kept whole: a snapshot never changes, so the same question has the same answer for a minute.

The minute is there because freshness is judged by the clock.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, Response, g, request

from dashboards.view import Desk

CALLBACK_PATH = "/_dash-update-component"
BUCKET_S = 60
HEADER = "X-Answer"
"""`hit` or `miss`; for whoever wonders, and for tests."""


@dataclass
class CacheCounts:
    hits: int = 0
    misses: int = 0


class AnswerCache:
    """The most recently used answers, as many as fit into so many bytes; safe among threads."""

    def __init__(self, *, max_bytes: int = 64_000_000) -> None:
        self.counts = CacheCounts()
        self._max_bytes = max_bytes
        self._held_bytes = 0
        self._answers: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str) -> bytes | None:
        """The kept answer, which thereby becomes the most recently used one."""
        with self._lock:
            answer = self._answers.get(key)
            if answer is None:
                self.counts.misses += 1
                return None
            self._answers.move_to_end(key)
            self.counts.hits += 1
            return answer

    def put(self, key: str, answer: bytes) -> None:
        """Keeps an answer and drops the oldest ones that no longer fit; one larger than all room is not kept."""
        if len(answer) > self._max_bytes:
            return
        with self._lock:
            self._held_bytes += len(answer) - len(self._answers.pop(key, b""))
            self._answers[key] = answer
            while self._held_bytes > self._max_bytes:
                _, dropped = self._answers.popitem(last=False)
                self._held_bytes -= len(dropped)

    def __len__(self) -> int:
        return len(self._answers)


def keep_answers(server: Flask, desk: Desk, cache: AnswerCache, *, viewer: Callable[[], str] = lambda: "") -> None:
    """Puts the cache before the server's callbacks; `viewer` names whose scope an answer was made for."""

    def answer_from_cache() -> Response | None:
        if request.path != CALLBACK_PATH or request.method != "POST":
            return None
        key = _key(desk, viewer(), request.get_data(cache=True))
        if key is None:
            return None
        answer = cache.get(key)
        if answer is None:
            g.answer_key = key
            return None
        return Response(answer, mimetype="application/json", headers={HEADER: "hit"})

    def keep_answer(response: Response) -> Response:
        key = g.pop("answer_key", None)
        if key is None:
            return response
        if response.status_code == 200:
            cache.put(key, response.get_data())
        response.headers[HEADER] = "miss"
        return response

    server.before_request(answer_from_cache)
    server.after_request(keep_answer)


def _key(desk: Desk, viewer: str, body: bytes) -> str | None:
    """Snapshot, minute, viewer and the whole question (language and theme are in it); None before a snapshot."""
    snapshot = desk.snapshot()
    if snapshot is None:
        return None
    bucket = int(desk.clock().timestamp()) // BUCKET_S
    digest = hashlib.blake2b(body, digest_size=20).hexdigest()
    return f"{snapshot.id}|{bucket}|{viewer}|{digest}"
