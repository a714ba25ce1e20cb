"""JSON Schemas of the catalogue's YAML, so that editors complete it and mark mistakes; made from the shapes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter

from ioc.catalog.shapes import IndexShape, IndicatorShape, MeasureShape

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
SHAPES: Final[Mapping[str, TypeAdapter[Any]]] = {
    "measures": TypeAdapter(list[MeasureShape]),
    "indicators": TypeAdapter(list[IndicatorShape]),
    "index": TypeAdapter(IndexShape),
}
"""By the name of the schema: what a file holds."""


def schema_texts() -> dict[str, str]:
    """The text of each schema's file, by the file's name."""
    return {
        f"{name}.schema.json": json.dumps(
            {"$schema": DIALECT} | adapter.json_schema(mode="validation"), ensure_ascii=False, indent=2, sort_keys=True
        )
        + "\n"
        for name, adapter in SHAPES.items()
    }


def write_schemas(folder: Path) -> list[Path]:
    """Writes the schemas into the folder; their files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in schema_texts().items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in schema_texts()]
