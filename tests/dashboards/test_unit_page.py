"""The page of one unit: score, indicators, online submission, peers, certificates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dashboards.components.columns import Border
from dashboards.filters import Filters
from dashboards.pages.unit_card import boundary_line, boundary_sentence
from dashboards.pages.unit_figures import Beside, figure_columns, figure_row, read_figures, value_cell
from dashboards.pages.unit_online import read_breakdown
from dashboards.pages.unit_peers import Figures, nearest, read_peers
from dashboards.theme import THEMES
from dashboards.view import Desk, View
from ioc.access import Scope
from ioc.store.questions import PeriodRow, TrendPoint
from ioc.words import use_language
from tests.component_tree import body_rows, of_type, with_class, words
from tests.sample_mart import SITE_UNIT, OneMart

Ask = Callable[..., TestResponse]
UNIT = "11557"


def show(ask: Ask, place: str, **query: Any) -> Any:
    return ask(f"unit-{place}", **{"unit": UNIT, **query}).get_json()["response"]


@pytest.fixture
def view(desk: Desk) -> View:
    view = desk.view()
    assert view is not None
    return view


@pytest.fixture
def month(view: View) -> PeriodRow:
    period = view.period(Filters())
    assert period is not None
    return period


def test_every_indicator_has_a_row_with_its_parts(ask: Ask, view: View, month: PeriodRow) -> None:
    rows = body_rows(show(ask, "figures"))
    readings = read_figures(view, Filters(unit=UNIT), month)
    assert len(rows) == len(readings) > 20
    online = next(row for row in rows if "Hồ sơ nộp trực tuyến (766)" in words(row))
    reading = next(one for one in readings if one.indicator == "online_submission_766")
    assert f"{reading.numerator:.0f} trên {reading.denominator:.0f} hồ sơ" in words(online)
    place = f"{reading.rank}/114 khoảng {reading.rank_best}–{reading.rank_worst}"
    assert place in words(online).replace("\u2060", "")


def test_units_with_few_cases_can_be_left_without_a_place(ask: Ask, view: View, month: PeriodRow) -> None:
    leaders = "Lãnh đạo có chứng thư số"
    small = {one.indicator for one in read_figures(view, Filters(unit=UNIT), month) if "small_n" in one.flags}
    assert "cert_coverage_leader" in small
    (ranked,) = [row for row in body_rows(show(ask, "figures")) if leaders in words(row)]
    (unranked,) = [row for row in body_rows(show(ask, "figures", without="small")) if leaders in words(row)]
    assert "/114" in words(ranked)
    assert "/114" not in words(unranked)


def test_a_running_period_says_what_its_change_is_against(view: View, month: PeriodRow) -> None:
    reading = read_figures(view, Filters(unit=UNIT), month)[0]
    running = replace(reading, previous_value=0.9, compared_previous="2026-10-01..2026-10-20")
    beside, columns = Beside(view, {}, THEMES["light"], None, Filters()), figure_columns()
    assert "so với 01–20/10/2026" in words(figure_row(columns, running, beside))
    assert "so với" not in words(figure_row(columns, replace(running, compared_previous=None), beside))


def test_themes_fold_and_on_a_phone_only_the_first_stands_open(ask: Ask) -> None:
    themes = with_class(show(ask, "figures"), "theme")
    assert ["data-narrow" in theme["props"] for theme in themes] == [False] + [True] * (len(themes) - 1)
    assert all(theme["props"]["open"] for theme in themes)
    told = [int(word) for word in words(with_class(themes, "theme-marks")).split() if word.isdigit()]
    assert sum(told) == len(body_rows(themes))


@pytest.mark.parametrize(
    ("bound", "shown"), [("at_least", "ít nhất 5.000 người"), ("about", "khoảng 5.000 người"), ("exact", "5.000 người")]
)
def test_a_reported_figure_without_parts_says_how_exact_it_is_and_what_it_counts(
    view: View, month: PeriodRow, bound: str, shown: str
) -> None:
    reading = replace(
        read_figures(view, Filters(unit=UNIT), month)[0], value=5000.0, numerator=None, denominator=None, bound=bound
    )
    indicator = replace(view.cover.indicators[reading.indicator], measure_unit="people", decimals=0)
    assert words(value_cell(reading, indicator, "/evidence")) == shown


def test_movements_are_grey_while_results_are_still_to_come(ask: Ask) -> None:
    total = with_class(show(ask, "card"), "score-head")[0]
    assert with_class(total, "change-flat")
    earlier = with_class(show(ask, "card", period="2026-08"), "score-head")[0]
    assert not with_class(earlier, "change-flat")


@pytest.mark.parametrize(("address", "status"), [(f"/units/{UNIT}", 200), ("/units/99999", 404)])
def test_the_address_of_an_unknown_unit_has_the_status_that_says_so(
    client: FlaskClient, address: str, status: int
) -> None:
    assert client.get(address).status_code == status


def test_a_state_is_told_by_shape_and_word(ask: Ask) -> None:
    for cell in with_class(show(ask, "figures"), "state-cell"):
        if cell["type"] == "Td":
            assert of_type(cell, "I")
            assert words(cell).strip()


def test_a_missing_value_is_never_a_number(ask: Ask, view: View, month: PeriodRow) -> None:
    rows = body_rows(show(ask, "figures", unit=SITE_UNIT))
    missing = next(row for row in rows if "Hài lòng tiếp nhận" in words(row))
    value = words(with_class(missing, "value")[0])
    assert not any(sign.isdigit() for sign in value)
    assert "mark-not_assessed" in str(missing)


def test_fields_come_with_the_most_dossiers_not_online_first(ask: Ask, view: View, month: PeriodRow) -> None:
    rows = read_breakdown(view, Filters(unit=UNIT), month)
    missing = [row.received - row.online for row in rows]
    assert missing == sorted(missing, reverse=True)
    shown = body_rows(show(ask, "online"))
    assert [words(of_type(row, "Link")[0]) for row in shown] == [row.name for row in rows]


def test_a_field_leads_to_its_procedures_and_back(ask: Ask) -> None:
    fields = show(ask, "online")
    link = of_type(body_rows(fields)[0], "Link")[0]
    field = words(link)
    assert link["props"]["href"].startswith(f"/units/{UNIT}?field=")
    procedures = show(ask, "online", field=field)
    assert len(body_rows(procedures)) == 3
    assert all(field in words(row) for row in body_rows(procedures))
    back = of_type(with_class(procedures, "crumbs")[0], "Link")
    assert [one["props"]["href"] for one in back] == [f"/units/{UNIT}"]


def test_satisfaction_is_told_by_field_and_reason(ask: Ask) -> None:
    shown = show(ask, "satisfaction")
    told = words(shown)
    assert "Đất đai" in told
    assert "6 trên 17 trường hợp có lý do không hài lòng: bị đánh giá không hài lòng 3; quá hạn 2" in told
    petitions, dossiers = with_class(shown, "satisfaction")
    assert [words(cell) for cell in of_type(body_rows(petitions)[0], "Td")] == ["12", "58,3 %", "2", "3", "0"]
    assert len(body_rows(dossiers)) == 6


def test_channels_of_a_dossier_add_up(view: View, month: PeriodRow) -> None:
    for row in read_breakdown(view, Filters(unit=UNIT), month):
        assert row.online + row.counter + row.postal == row.received


def test_channels_over_time_are_as_high_as_pointing_at_them_says(ask: Ask) -> None:
    columns = with_class(show(ask, "card"), "column")
    assert len(columns) == 13
    assert words(columns[-1]) == "10/2026"
    for column in columns:
        heights = [part["props"]["style"]["height"] for part in of_type(column, "Div") if "style" in part["props"]]
        assert len(heights) == 3
        for height, told in zip(heights, column["props"]["title"].splitlines()[1:], strict=True):
            assert f"{height.rstrip('%').replace('.', ',')}\u00a0%" in told


def test_the_channels_twin_table_says_the_same_as_the_chart(ask: Ask) -> None:
    newest = with_class(show(ask, "card"), "column")[-1]["props"]["title"]
    rows = body_rows(show(ask, "card", view="table"))
    assert len(rows) == 13
    shares = [words(cell) for cell in of_type(rows[0], "Td")]
    assert all(share in newest.replace("\u00a0", " ") for share in shares)


def test_peers_are_the_units_with_the_nearest_number_of_dossiers(view: View, month: PeriodRow) -> None:
    figures: Figures = read_peers(view, Filters(unit=UNIT), month)
    codes = nearest(figures, UNIT)
    volume = {code: int(figures[code]["online_submission_simple"].denominator or 0) for code in figures}
    assert UNIT in codes
    assert len(codes) == 7
    reach = max(abs(volume[code] - volume[UNIT]) for code in codes)
    assert all(abs(volume[code] - volume[UNIT]) >= reach for code in figures if code not in codes)


def test_without_counts_nobody_is_a_peer(reader: OneMart, desk: Desk, month: PeriodRow) -> None:
    scope = Scope(detail=frozenset(), compare=None)
    view = Desk(reader, desk.settings, clock=desk.clock, scope_of=lambda: scope).view()
    assert view is not None
    assert nearest(read_peers(view, Filters(unit=UNIT), month), UNIT) == []


def test_certificates_stand_with_their_parts(ask: Ask) -> None:
    items = of_type(with_class(show(ask, "peers"), "certificates")[0], "Li")
    assert len(items) == 4
    assert "Lãnh đạo có chứng thư số" in words(items)


def test_the_whole_site_has_no_peers_but_all_else(ask: Ask) -> None:
    assert not with_class(show(ask, "peers", unit=SITE_UNIT), "peers-panel")
    assert body_rows(show(ask, "online", unit=SITE_UNIT))


def test_an_unknown_unit_is_said_to_be_unknown_and_leaves_no_empty_tables(ask: Ask) -> None:
    assert with_class(show(ask, "card", unit="99999"), "message-missing")
    for place in ("figures", "online", "satisfaction", "peers"):
        assert not words(show(ask, place, unit="99999"))


def test_a_period_without_figures_has_an_empty_look(ask: Ask) -> None:
    assert with_class(show(ask, "card", period="2031-01"), "message-empty")


def test_a_period_without_breakdown_says_that_there_were_no_dossiers(ask: Ask) -> None:
    assert with_class(show(ask, "online", period="2026-09"), "message-empty")
    assert with_class(show(ask, "satisfaction", period="2026-09"), "message-empty")


def test_what_a_commune_was_formed_from_stands_by_district_whole_and_in_part(ask: Ask) -> None:
    card = show(ask, "origin")
    assert "Huyện Thủy Nguyên" in words(card)
    parts = [words(part) for part in with_class(card, "origin-part")]
    assert parts == ["Xã Hòa Bình (một phần, 40 %)"]
    assert "Toàn bộ 1 và một phần 1" in words(card)
    assert "diện tích" in words(card)


@pytest.mark.parametrize("unit", [SITE_UNIT, "11413"])
def test_a_unit_without_a_known_origin_has_no_such_card(ask: Ask, unit: str) -> None:
    assert words(show(ask, "origin", unit=unit)).strip() == ""


def point(period: str, indicator: str, value: float, **fields: Any) -> TrendPoint:
    start = date.fromisoformat(f"{period}-01")
    known = {"series": "form_06a", "numerator": None, "denominator": None, "target": None, "flags": []} | fields
    return TrendPoint(
        indicator=indicator, unit_code=UNIT, period=period, start_date=start, end_date=start, value=value,
        status="not_assessed", **known,
    )  # fmt: skip


def test_the_trend_marks_the_reform_and_says_what_is_an_estimate() -> None:
    later = [point("2025-07", "direct_rate", 0.3), point("2025-07", "online_submission_simple", 0.7)]
    before = [point("2025-06", "online_submission_simple", 0.6, flags=["estimate"], range_low=0.4, range_high=0.8)]
    points = [*later[:1], *before, *later[1:]]
    use_language("vi")
    assert boundary_line(points) == Border(1, "01/07/2025")
    assert "ước tính" in boundary_sentence(points)
    assert (boundary_line(later), boundary_sentence(later)) == (None, "")
    assert (boundary_line(before), "ước tính" in boundary_sentence(before)) == (None, True)
