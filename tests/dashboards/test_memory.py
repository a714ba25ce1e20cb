"""A snapshot is asked each question once, and the scope is part of the question."""

from __future__ import annotations

from dashboards.memory import RememberingConnection, RowMemory
from ioc.access import Scope
from ioc.store import questions
from ioc.store.engine import open_memory
from tests.sample_mart import OpenMart


def test_an_answer_is_remembered() -> None:
    connection = open_memory()
    connection.execute("create sequence calls")
    remembering = RememberingConnection(connection, RowMemory())
    sql = "select nextval('calls') + $more"
    assert remembering.rows(sql, {"more": 0}) == remembering.rows(sql, {"more": 0}) == [(1,)]
    assert remembering.rows(sql, {"more": 10}) == [(12,)]


def test_what_one_scope_was_told_another_is_not(mart: OpenMart) -> None:
    remembering = RememberingConnection(mart.connection.cursor(), RowMemory())
    wide = questions.readings(remembering, Scope.everything(), period="2026-10")
    narrow = questions.readings(remembering, Scope(detail=frozenset({"31"}), compare=frozenset()), period="2026-10")
    assert {row.unit_code for row in narrow} == {"31"}
    assert len(wide) > len(narrow)


def test_old_answers_make_room() -> None:
    memory = RowMemory(max_rows=3)
    memory.put("first", [(1,), (2,)])
    memory.put("second", [(3,), (4,)])
    assert memory.get("first") is None
    assert memory.get("second") == [(3,), (4,)]
