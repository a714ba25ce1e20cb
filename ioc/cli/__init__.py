"""The command line: the front door, and the one part of `ioc` that may import the other packages.

Imports that take long (DuckDB, pandas, the scheduler, the web side) stand inside the commands that need them, so that
`--help` and a wrong word are answered at once. A module per group of commands, each with a Typer of its own called
`commands`; `program` puts them together.
"""

from ioc.cli.front import hoist
from ioc.cli.program import app, main

__all__ = ["app", "hoist", "main"]
