"""The program's outer shell: its own options anywhere, help in the chosen language, failures as messages."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from ioc.cli.messages import say_failure
from ioc.errors import IocError, UsageError
from ioc.words import gettext as _

HOISTED = ("--config", "--store", "--lang")
"""Options of the whole program that may also stand after the command's name."""
FAILED, WRONG_USAGE = 1, 2


class TranslatedCommand(TyperCommand):
    """A command whose help is in the chosen language."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        _translate(self)
        super().format_help(ctx, formatter)


class Front(TyperGroup):
    """The program: takes its own options anywhere, and ends failures with a message instead of a traceback."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, hoist(args))

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except UsageError as error:
            say_failure(str(error))
            raise typer.Exit(WRONG_USAGE) from error
        except BrokenPipeError:
            # whoever read has enough, as `| head` does; nothing may be written when Python ends either
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(FAILED) from None
        except (IocError, OSError) as error:
            say_failure(str(error))
            raise typer.Exit(FAILED) from error

    def format_help(self, ctx: Any, formatter: Any) -> None:
        _translate(self)
        for command in self.commands.values():
            _translate(command)
        super().format_help(ctx, formatter)


def hoist(arguments: Sequence[str]) -> list[str]:
    """Moves the program's own options before the command's name: `ioc run --config F` is `ioc --config F run`."""
    front: list[str] = []
    rest: list[str] = []
    waiting = iter(arguments)
    for argument in waiting:
        if argument == "--":
            rest += [argument, *waiting]
        elif argument in HOISTED:
            front += [argument, *_next(waiting)]
        elif argument.split("=", 1)[0] in HOISTED:
            front.append(argument)
        else:
            rest.append(argument)
    return [*front, *rest]


def _next(waiting: Iterable[str]) -> list[str]:
    for argument in waiting:
        return [argument]
    return []


def _translate(command: Any) -> None:
    command.help = _(command.help) if command.help else command.help
    for parameter in command.params:
        if getattr(parameter, "help", None):
            parameter.help = _(parameter.help)
