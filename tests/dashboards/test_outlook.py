"""What a leader is told of a period whose dossiers are not all done, or in which nothing could be counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest
from dash import html

from dashboards.components.losses import unexplained_loss
from dashboards.components.score import score_notes
from dashboards.outlook import outlook_effect, outlook_sentence
from dashboards.view import Desk, View
from ioc.analysis.settling import Unsettled
from ioc.store import score_questions
from ioc.store.questions import PeriodRow
from ioc.store.score_questions import NodeScore
from tests.component_tree import as_sent, words

SEPTEMBER = PeriodRow("2026-09", "month", date(2026, 9, 1), date(2026, 9, 30))
OCTOBER = PeriodRow("2026-10", "month", date(2026, 10, 1), date(2026, 10, 31))
NOVEMBER = PeriodRow("2026-11", "month", date(2026, 11, 1), date(2026, 11, 30))


def view_at(desk: Desk, as_of: datetime | None) -> View:
    view = desk.view()
    assert view is not None
    info = replace(view.cover.info, as_of=as_of)
    return replace(view, cover=replace(view.cover, info=info, periods=(NOVEMBER, OCTOBER, SEPTEMBER)))


@pytest.mark.parametrize(
    ("as_of", "month"),
    [
        (datetime(2026, 10, 31, 17, 14), OCTOBER),
        (datetime(2026, 11, 3, 9), OCTOBER),
        (datetime(2026, 9, 10, 9), SEPTEMBER),
        (None, NOVEMBER),
    ],
    ids=["its last day", "few days into the next", "only one has begun", "nobody knows"],
)
def test_the_screen_opens_with_the_newest_month_that_is_over(
    desk: Desk, as_of: datetime | None, month: PeriodRow
) -> None:
    assert view_at(desk, as_of).cover.newest_month() == month


def test_many_open_dossiers_are_told_in_words_and_in_which_way_they_may_move_a_figure(desk: Desk) -> None:
    view = desk.view()
    assert view is not None
    indicators = view.cover.indicators
    outlook = Unsettled(open_count=8125, share=8125 / 47732)
    assert outlook_sentence(outlook).replace("\u00a0", " ") == (
        "Kỳ chưa đủ kết quả: cuối kỳ còn 8.125 hồ sơ đang giải quyết (17 % số hồ sơ phải giải quyết)."
    )
    assert outlook_effect(outlook, indicators["e_result_rate"]) == (
        "Còn có thể tăng khi hồ sơ đang giải quyết có kết quả."
    )
    assert outlook_effect(outlook, indicators["ontime_766"]) == (
        "Còn có thể giảm nếu hồ sơ đang giải quyết bị quá hạn."
    )
    assert outlook_effect(outlook, indicators["pay_dossier_online"]) == ""
    assert outlook_effect(None, indicators["ontime_766"]) == ""


@pytest.fixture
def criterion(desk: Desk) -> NodeScore:
    view = desk.view()
    assert view is not None
    nodes = score_questions.score_tree(view.connection, view.scope, index=view.index_id, unit="31", period="2026-10")
    found = next(node for node in nodes if node.kind == "criterion")
    return replace(found, node="1.1", max_points=Decimal(6))


def test_points_that_nobody_could_earn_are_named(criterion: NodeScore) -> None:
    empty = replace(criterion, points=None, numerator=Decimal(0), denominator=Decimal(0))
    notes = score_notes([empty, criterion], Unsettled(open_count=10, share=0.1))
    said = words(as_sent(notes or html.Div()))
    assert "6 điểm không chấm được trong kỳ: tiêu chí 1.1 không phát sinh số liệu" in said
    assert "còn 10 hồ sơ đang giải quyết (10 %" in said
    assert score_notes([replace(criterion, points=Decimal(0), denominator=Decimal(5))], None) is None


def test_points_lost_where_no_criteria_are_published_are_not_kept_silent(criterion: NodeScore) -> None:
    group = replace(criterion, kind="group", node="CLGQ", points=Decimal(7), max_points=Decimal(12))
    known = replace(criterion, points=Decimal(5), max_points=Decimal(6))
    assert unexplained_loss([group, known]) == " Thêm 4,00 điểm mất ở nhóm không công bố chi tiết tiêu chí."
    assert unexplained_loss([replace(group, points=Decimal(11)), known]) == ""
