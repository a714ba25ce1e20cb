"""Values as indices are scored by them: what a test does not say is exact and of today's boundaries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

VALUE = pa.decimal128(24, 4)


def scored_values(columns: Mapping[str, Any]) -> pa.Table:
    """The relation measure_values of some columns."""
    found = pa.table(dict(columns))
    plain = {
        "boundary": pa.array(["current"] * found.num_rows, pa.string()),
        "is_estimate": pa.array([False] * found.num_rows, pa.bool_()),
        "is_shared": pa.array([False] * found.num_rows, pa.bool_()),
        "least_value": pa.nulls(found.num_rows, VALUE),
        "most_value": pa.nulls(found.num_rows, VALUE),
    }
    for name, column in plain.items():
        if name not in found.column_names:
            found = found.append_column(name, column)
    return found
