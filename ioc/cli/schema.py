"""The command that writes down the form of the catalogue's files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ioc.cli.front import TranslatedCommand
from ioc.words import mark

commands = typer.Typer()


@commands.command(
    "catalog-schema", cls=TranslatedCommand, help=mark("Writes the JSON Schemas of the catalogue's YAML.")
)
def catalog_schema(
    folder: Annotated[Path, typer.Argument(help=mark("Where the schemas are written."))] = Path("data/catalog/schema"),
) -> None:
    from ioc.catalog.schema import write_schemas

    for file in write_schemas(folder):
        typer.echo(str(file))
