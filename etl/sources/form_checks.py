"""The sums of a report: what must agree with what, told with the cells' addresses and never corrected."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ioc.words import gettext as _

WARNINGS_SHOWN: Final = 20

Figures = Mapping[str, int]


@dataclass(frozen=True)
class Identity:
    """A figure that must be the sum of others; held only where all of them are there."""

    issue: str
    """How etl/facts/dossier_stat.sql names it."""
    total: str
    parts: tuple[str, ...]


IDENTITIES: Final = (
    Identity("received_sum", "received_total", ("received_online", "received_direct_postal", "received_carried")),
    Identity("received_sum", "received_total", ("received_in_period", "received_carried")),
    Identity("in_period_sum", "received_in_period", ("received_online", "received_direct_postal")),
    Identity("done_sum", "done_total", ("done_early", "done_on_time", "done_late")),
    Identity("open_sum", "open_total", ("open_in_time", "open_overdue")),
)
DONE_WITHOUT_EARLY: Final = Identity("done_sum", "done_total", ("done_on_time", "done_late"))
BALANCE: Final = Identity("balance", "received_total", ("done_total", "open_total"))
LEFT: Final = ("withdrawn", "returned", "supplement")
"""Where a report counts these apart, they may be neither done nor open."""


@dataclass(frozen=True)
class Checked:
    """What the checks need of a row: its figures and where they stand."""

    figures: Figures
    addresses: Mapping[str, str]
    on_time_includes_early: bool = False


def broken_identities(row: Checked) -> list[Identity]:
    """The sums of a row that do not agree."""
    identities = [*IDENTITIES, *((DONE_WITHOUT_EARLY,) if row.on_time_includes_early else ())]
    broken = [it for it in identities if _is_broken(it, row.figures)]
    left = sum(row.figures.get(name, 0) for name in LEFT)
    # Some systems count those within done and open, others beside them.
    if _is_broken(BALANCE, row.figures) and _difference(BALANCE, row.figures) != left:
        broken.append(BALANCE)
    return broken


def _is_broken(identity: Identity, figures: Figures) -> bool:
    is_whole = all(name in figures for name in (identity.total, *identity.parts))
    return is_whole and _difference(identity, figures) != 0


def _difference(identity: Identity, figures: Figures) -> int:
    return figures[identity.total] - sum(figures[name] for name in identity.parts)


def tell_identity(identity: Identity, row: Checked) -> str:
    """A broken sum with its cells: “C12 is 50, but D12 + E12 + F12 make 49”."""
    return _("INTEGRITY: {cell} is {value}, but {cells} make {total}").format(
        cell=row.addresses.get(identity.total, identity.total),
        value=row.figures[identity.total],
        cells=" + ".join(row.addresses.get(name, name) for name in identity.parts),
        total=sum(row.figures[name] for name in identity.parts),
    )


def tell_totals(total: Checked, rows: Sequence[Checked], *, since: Sequence[Checked]) -> Iterator[str]:
    """The columns whose sum is not that of the total row; a subtotal may speak only of the rows since the last one."""
    for name, value in total.figures.items():
        sums = [sum(row.figures.get(name, 0) for row in group) for group in (rows, since)]
        if rows and value not in sums:
            yield _("INTEGRITY: the total in {cell} is {value}, but the rows above make {total}").format(
                cell=total.addresses.get(name, name), value=value, total=sums[0]
            )


def tell_repeated(keys: Sequence[tuple[str, str, str]]) -> Iterator[str]:
    """Units (or fields) that a report names more than once: the last row counts."""
    counts = Counter((unit, field) for unit, field, _address in keys)
    for (unit, field), count in counts.items():
        if count > 1:
            places = ", ".join(address for one, other, address in keys if (one, other) == (unit, field))
            yield _("DUPLICATE: the rows at {cells} are of the same unit; the last one counts").format(cells=places)


def shortened(warnings: Sequence[str]) -> tuple[str, ...]:
    """The first warnings, and how many more there are."""
    if len(warnings) <= WARNINGS_SHOWN:
        return tuple(warnings)
    rest = len(warnings) - WARNINGS_SHOWN
    return (*warnings[:WARNINGS_SHOWN], _("{n} further warnings of this kind").format(n=rest))
