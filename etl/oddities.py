"""What is odd about dossiers although they are taken in: told beside the load, since figures rest on it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from ioc.store.engine import Connection
from ioc.store.warehouse import read_sql
from ioc.words import gettext as _
from ioc.words import mark

WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "finished_before_received": mark(
            "{n} dossiers were finished before they were received; they count as they are"
        ),
        "due_before_received": mark("{n} dossiers were due before they were received; they count as they are"),
        "received_in_future": mark(
            "{n} dossiers are received on a day that lies in the future; they count from then on"
        ),
        "finished_in_future": mark(
            "{n} dossiers are finished on a day that lies in the future; they are open until then"
        ),
        "updated_in_future": mark("{n} dossiers were changed at a moment that lies in the future"),
    }
)


def dossier_oddities(connection: Connection, *, fetched_at: datetime) -> tuple[str, ...]:
    """A sentence for each oddity of the dossiers that are being merged; reads the relation staged."""
    query = read_sql("etl.facts", "dossier_oddities.sql")
    found: dict[str, int] = dict(connection.rows(query, {"fetched_at": fetched_at}))
    return tuple(_(words).format(n=found[oddity]) for oddity, words in WORDS.items() if oddity in found)
