"""The headings of columns in words."""

from __future__ import annotations

from types import MappingProxyType

from ioc.words import gettext, mark

HEADINGS = MappingProxyType(
    {
        "unit_code": mark("Unit code"),
        "unit_name": mark("Unit"),
        "level": mark("Level"),
        "period": mark("Period"),
        "indicator": mark("Indicator code"),
        "series": mark("Series"),
        "numerator": mark("Numerator"),
        "denominator": mark("Denominator"),
        "value": mark("Value"),
        "measure_unit": mark("Measured in"),
        "target": mark("Target"),
        "status": mark("State"),
        "flags": mark("Notes"),
        "rank": mark("Rank"),
        "of": mark("Ranked among"),
        "rank_best": mark("Best place that the number of cases allows"),
        "rank_worst": mark("Worst place that the number of cases allows"),
        "compared_previous": mark("Part of the last period compared with"),
        "compared_last_year": mark("Part of last year compared with"),
        "previous_value": mark("Value of the last period"),
        "last_year_value": mark("Value of last year"),
        "as_of": mark("Data as of"),
        "index": mark("Index"),
        "node": mark("Criterion code"),
        "node_name": mark("Criterion"),
        "kind": mark("Kind"),
        "points": mark("Points"),
        "max_points": mark("Maximum points"),
        "lost_points": mark("Points lost"),
        "previous_points": mark("Points of the last period"),
        "published_points": mark("Published points"),
        "places_gained": mark("Places gained"),
        "band": mark("Band"),
        "total": mark("Total"),
        "basis": mark("Basis"),
        "is_inherited": mark("From the province"),
        "evidence": mark("Foundation"),
        "legal_source": mark("Legal source"),
        "field_name": mark("Field"),
        "procedure_base": mark("Procedure code"),
        "procedure_name": mark("Procedure"),
        "received": mark("Received"),
        "online": mark("Online"),
        "counter": mark("At the counter"),
        "postal": mark("By post"),
        "on_time": mark("On time"),
        "judged": mark("Judged"),
        "source_id": mark("Source"),
        "freshness": mark("Freshness"),
        "fresh_until": mark("Fresh until"),
        "last_load_at": mark("Last load"),
        "rows_in": mark("Rows in"),
        "loaded": mark("Loaded"),
        "unchanged": mark("Unchanged"),
        "superseded": mark("Superseded"),
        "quarantined": mark("Refused"),
        "failed_loads": mark("Failed loads"),
        "load_id": mark("Load"),
        "run_id": mark("Run"),
        "origin": mark("File or answer"),
        "sha256": "SHA-256",
        "size_bytes": mark("Size in bytes"),
        "fetched_at": mark("Fetched"),
        "state": mark("Result"),
        "error_class": mark("Kind of fault"),
        "message": mark("Message"),
        "warnings": mark("Warnings"),
        "duration_s": mark("Seconds"),
        "row_no": mark("Row"),
        "field": mark("Field in the file"),
        "reason": mark("Reason"),
        "subject": mark("Figure"),
        "left_series": mark("One side"),
        "left_value": mark("Value of one side"),
        "right_series": mark("Other side"),
        "right_value": mark("Value of the other side"),
        "difference": mark("Difference"),
        "agrees": mark("Agrees"),
    }
)
"""By the name that programs read; what is missing here stays as it is."""


def heading(column: str) -> str:
    """A column's name for people; codes such as `CKMB` stay as they are."""
    words = HEADINGS.get(column)
    return column if words is None else gettext(words)
