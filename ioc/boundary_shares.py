"""Shares of divided former units that a site knows: a CSV of old_code, new_code, share."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from ioc.config import Config
from ioc.errors import ConfigError, Problem
from ioc.units import FORMER_SUFFIX, Succession, TableRow, former_code, load_lineage, read_rows
from ioc.words import gettext as _

COLUMNS = ("old_code", "new_code", "share")
PLACES = Decimal("0.000000000001")
"""As finely as shares are kept."""


@dataclass(frozen=True)
class Share:
    """What part of a former unit's cases counts for a present one."""

    old_code: str
    new_code: str
    share: Decimal


def read_shares(config: Config) -> tuple[Share, ...]:
    """The shares that a site knows; none where it names no table."""
    path = config.boundaries.shares
    return () if path is None else load_shares(path, load_lineage())


def load_shares(path: Path, lineage: Iterable[Succession]) -> tuple[Share, ...]:
    """The table of shares; a ConfigError with every faulty row, and with each unit whose shares do not make 1."""
    divided: dict[str, set[str]] = defaultdict(set)
    for row in lineage:
        if not row.is_whole:
            divided[row.old_code].add(row.new_code)
    problems: list[Problem] = []
    found: dict[tuple[str, str], Share] = {}
    last: dict[str, TableRow] = {}
    for line in read_rows(path, COLUMNS, problems):
        share = _read(line, divided, problems)
        if share is None:
            continue
        if (share.old_code, share.new_code) in found:
            problems.append(line.problem("new_code", _("the pair is there twice")))
        found[share.old_code, share.new_code] = share
        last[share.old_code] = line
    problems += _incomplete(found.values(), divided, last)
    if problems:
        raise ConfigError(problems)
    return tuple(found.values())


def _read(row: TableRow, divided: dict[str, set[str]], problems: list[Problem]) -> Share | None:
    bare_or_dated = row["old_code"]
    old = former_code(bare_or_dated) if "@" in bare_or_dated else bare_or_dated + FORMER_SUFFIX
    if old not in divided:
        problems.append(row.problem("old_code", _("{code} is no divided former unit").format(code=bare_or_dated)))
        return None
    if row["new_code"] not in divided[old]:
        allowed = ", ".join(sorted(divided[old]))
        message = _("{code} took nothing of {old}; its successors are {allowed}")
        problems.append(row.problem("new_code", message.format(code=row["new_code"], old=old, allowed=allowed)))
        return None
    try:
        share = Decimal(row["share"])
    except InvalidOperation:
        share = Decimal(-1)
    if not 0 <= share <= 1 or share != share.quantize(PLACES):
        message = _("share {share!r}: a number from 0 to 1 with a decimal point and at most 12 decimals")
        problems.append(row.problem("share", message.format(share=row["share"])))
        return None
    return Share(old, row["new_code"], share)


def _incomplete(shares: Iterable[Share], divided: dict[str, set[str]], last: dict[str, TableRow]) -> Iterable[Problem]:
    by_unit: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for one in shares:
        by_unit[one.old_code][one.new_code] = one.share
    for code, known in by_unit.items():
        missing = sorted(divided[code] - known.keys())
        total = sum(known.values())
        if missing:
            message = _("{code}: the share of {missing} is missing").format(code=code, missing=", ".join(missing))
            yield last[code].problem("new_code", message)
        elif total != 1:
            yield last[code].problem(
                "share", _("{code}: the shares make {total}, not 1").format(code=code, total=total)
            )
