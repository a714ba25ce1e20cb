"""Time as the product keeps it: naive local time of Vietnam, and one place that asks the clock."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")

Clock = Callable[[], datetime]
"""Answers the present moment as naive local time; tests hand in their own."""


def now() -> datetime:
    """The present moment in Vietnam, without zone, to the second."""
    return datetime.now(tz=ZONE).replace(tzinfo=None, microsecond=0)


def to_local(moment: datetime) -> datetime:
    """A moment with a zone as naive local time."""
    return moment.astimezone(ZONE).replace(tzinfo=None)
