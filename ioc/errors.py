"""The errors of the product.

IocError
├── ConfigError        config.yaml or the catalogue is wrong; carries every problem found
├── UsageError         a question that cannot be asked (unknown unit, period, indicator)
├── StoreError         the store is missing, locked or damaged
└── SourceError        a source did not give what it should; `error_class` says of which kind
    ├── TransientSourceError   worth another try (time-out, 5xx)
    └── BlockedError           stop at once, no retry (403, 429, a firewall's page)
"""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class ErrorClass(StrEnum):
    """What went wrong with a source, in the words of the connector contracts."""

    TRANSPORT = "TRANSPORT"
    BLOCKED = "BLOCKED"
    AUTH = "AUTH"
    NOT_JSON = "NOT_JSON"
    SCHEMA = "SCHEMA"
    EMPTY = "EMPTY"
    VALUE = "VALUE"
    INTEGRITY = "INTEGRITY"
    DUPLICATE = "DUPLICATE"
    UNKNOWN_UNIT = "UNKNOWN_UNIT"
    STALE = "STALE"
    UNREADABLE = "UNREADABLE"


class IocError(Exception):
    """A failure whose message says what came, what is allowed and what to do."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong in a file that an administrator edits."""

    file: Path
    line: int
    where: str
    """The key's path, dotted: `sources.portal.kind`."""
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.where}: {self.message}"


class ConfigError(IocError):
    """Every problem of config.yaml or the catalogue at once."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class UsageError(IocError):
    """A question that cannot be asked as it stands."""


class StoreError(IocError):
    """The store is missing, locked by another process or damaged."""


class SourceError(IocError):
    """A source did not give what it should."""

    def __init__(self, error_class: ErrorClass, message: str) -> None:
        self.error_class = error_class
        super().__init__(message)


class TransientSourceError(SourceError):
    """A failure that another try may cure."""


class BlockedError(SourceError):
    """The other side refuses us; asking again would make it worse."""

    def __init__(self, message: str) -> None:
        super().__init__(ErrorClass.BLOCKED, message)
