"""What goes to standard error: the log and failures; standard output belongs to the answer."""

from __future__ import annotations

import sys

import structlog
import typer


def say_failure(message: str) -> None:
    """One line about what went wrong or deserves a look."""
    typer.echo(message, err=True)


def log_to_stderr(level: int) -> None:
    """Sets up the log of this process: one line per event, from this level up."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False),
            # the rich one prints local variables, which may be somebody's data
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            ),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        # asked anew each time: whoever runs commands in this process may have exchanged the stream
        logger_factory=lambda *_names: structlog.PrintLogger(sys.stderr),
    )
