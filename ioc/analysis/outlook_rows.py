"""The rows of `ioc forecast`, and the sentence below them: field names are the columns that scripts rely on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from ioc.analysis.forecast import Course, Expected
from ioc.analysis.outlook import PERCENT, Outlook, Silence
from ioc.catalog.model import Indicator
from ioc.scoring.advice_words import in_words, number
from ioc.words import gettext as _
from ioc.words import mark

_COURSES = MappingProxyType(
    {
        Course.ON_COURSE: mark("on course"),
        Course.AT_RISK: mark("at risk"),
        Course.OUT_OF_REACH: mark("out of reach"),
    }
)
_SILENCES = MappingProxyType(
    {
        Silence.NO_TARGET: mark("the indicator has no target"),
        Silence.NO_DATE: mark("the target has no date"),
        Silence.DATE_REACHED: mark("the target's date is reached: the reading itself tells"),
        Silence.SHORT: mark("fewer than 8 months without a gap are known"),
        Silence.BOUNDARY: mark("fewer than 8 months are known since the unit's boundary changed"),
        Silence.UNFORESEEN: mark("fewer than a third of this unit's own past months came as forecast"),
    }
)


@dataclass(frozen=True)
class OutlookRow:
    """What is expected of one unit at the target's date, or why nothing is."""

    unit_code: str
    unit_name: str
    indicator: str
    series: str
    months: int
    value: float
    target: float | None
    due: date | None
    expected: float | None
    low: float | None
    high: float | None
    course: str | None
    """on_course, at_risk or out_of_reach."""
    silent: str | None
    tried: int
    covered: int


def outlook_row(outlook: Outlook) -> OutlookRow:
    """An outlook as scripts read it."""
    expected = outlook.expected
    return OutlookRow(
        unit_code=outlook.unit_code,
        unit_name=outlook.unit_name,
        indicator=outlook.indicator,
        series=outlook.series,
        months=outlook.months,
        value=outlook.last_value,
        target=outlook.target,
        due=outlook.due,
        expected=expected and expected.value,
        low=expected and expected.low,
        high=expected and expected.high,
        course=outlook.course,
        silent=outlook.silence,
        tried=outlook.tried,
        covered=outlook.covered,
    )


def course_words(course: Course) -> str:
    """On course, at risk, out of reach."""
    return _(_COURSES[course])


def silence_words(silence: Silence) -> str:
    """Why nothing is forecast."""
    return _(_SILENCES[silence])


def outlook_sentence(outlook: Outlook, indicator: Indicator) -> str:
    """What is expected, in words."""
    name = in_words(indicator.name)
    expected = outlook.expected
    if expected is None or outlook.course is None or outlook.due is None or outlook.target is None:
        message = _("{indicator}, {unit}: no forecast, for {reason}.")
        reason = silence_words(outlook.silence or Silence.SHORT)
        return message.format(indicator=name, unit=outlook.unit_name, reason=reason)
    message = _(
        "{indicator}, {unit}: {expected} expected by {due} (in 8 of 10 cases {low} to {high}), "
        "target {target}: {course}."
    )
    if outlook.is_doubtful:
        message = _(
            "{indicator}, {unit}: {expected} expected by {due} ({low} to {high}; of {tried} forecasts of its own past "
            "only {covered} came within such bounds), target {target}: {course}."
        )
    return message.format(
        indicator=name,
        unit=outlook.unit_name,
        due=f"{outlook.due:%d/%m/%Y}",
        target=_shown(outlook.target, indicator),
        course=course_words(outlook.course),
        tried=outlook.tried,
        covered=outlook.covered,
        **_bounds(expected, indicator),
    )


def _bounds(expected: Expected, indicator: Indicator) -> dict[str, str]:
    return {
        "expected": _shown(expected.value, indicator),
        "low": _shown(expected.low, indicator),
        "high": _shown(expected.high, indicator),
    }


def _shown(value: float, indicator: Indicator) -> str:
    if indicator.measure_unit == PERCENT:
        return _("{value} %").format(value=number(value * 100, 1))
    return number(value, indicator.decimals)
