"""How far the figures themselves can be trusted."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, time, timedelta

from tests.oracle.portal import Portal
from tests.oracle.raw import Answers, Span

Gaps = dict[tuple[str, str], tuple[int, int]]
"""(unit, period) → what the form's columns are apart, dossiers received."""


ONE_HOUR = timedelta(hours=1)


def count_quality(
    gaps: Gaps, portal: Portal, spans: list[Span], *, dossiers_loaded: list[datetime], newest_load: datetime
) -> Answers:
    """Age of the dossiers in whole hours, and gaps."""
    answers: Answers = defaultdict(dict)
    ends = {span.name: datetime.combine(span.end + timedelta(days=1), time()) for span in spans}
    for key, (gap, received) in gaps.items():
        published = portal[key].fields.get("totalReceived") if key in portal else None
        apart = abs(received - published) if published is not None else 0
        answers["reconcile_gap", "quality"][key] = (gap + apart, None)
        judged = min(ends[key[1]], newest_load)
        # a period that was over before the first load cannot tell
        before = [at for at in dossiers_loaded if at <= judged]
        if before:
            answers["data_freshness", "quality"][key] = ((judged - max(before)) // ONE_HOUR, None)
    return answers
