"""Options and arguments that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

from ioc.answers import AnswerFormat
from ioc.words import mark


def _named_unit(text: str | None) -> str | None:
    """A unit's code as the snapshot writes it; CODE@DATE names the one that bore the code then."""
    from ioc.units import former_code

    return text if text is None or "@" not in text else former_code(text)


def _named_indicator(text: str | None) -> str | None:
    """An indicator's name as the catalogue writes it: always in lower case."""
    return None if text is None else text.strip().lower()


FormatOption = Annotated[AnswerFormat, typer.Option("--format", help=mark("How the answer is written."))]
SourcesArgument = Annotated[list[str] | None, typer.Argument(help=mark("Only these sources; default: all enabled."))]
IndicatorOption = Annotated[
    str, typer.Option(help=mark("The indicator's name in the catalogue."), callback=_named_indicator)
]
OptionalIndicatorOption = Annotated[
    str | None, typer.Option(help=mark("The indicator's name in the catalogue."), callback=_named_indicator)
]
IndexOption = Annotated[str, typer.Option(help=mark("The index's name in the catalogue."))]
PeriodOption = Annotated[str, typer.Option(help=mark("2026, 2026-H1, 2026-Q3, 2026-08, a day or a range A..B."))]
UnitOption = Annotated[str | None, typer.Option(help=mark("Only the unit with this code."), callback=_named_unit)]
RequiredUnitOption = Annotated[
    str, typer.Option(help=mark("The unit's code; CODE@2024-12-31 names a former one."), callback=_named_unit)
]
LevelOption = Annotated[
    str | None,
    typer.Option(
        help=mark(
            "Only units of this level: province, department, commune, region, former_province, former_district, "
            "former_commune."
        )
    ),
]
BoundaryOption = Annotated[
    str | None,
    typer.Option(
        help=mark(
            "Boundaries: current (today's units with their history), reported (each unit as it reported), former "
            "(units before 1 July 2025); default: current, for a former unit reported."
        )
    ),
]
