"""How a source stands after a run: only what was read lifts a halt or counts as a success."""

from __future__ import annotations

from datetime import datetime, timedelta

from ioc.errors import ErrorClass
from ioc.standing import SourceFault, Standing, standing_after

AT = datetime(2026, 11, 2, 8, 0)
LATER = AT + timedelta(hours=1)
REFUSED = SourceFault(str(ErrorClass.AUTH), "status 401", is_whole=True)


def halted() -> Standing:
    found = standing_after(None, [REFUSED], source_id="mc", at=AT)
    assert found.halted_at == AT
    return found


def test_a_run_that_read_nothing_neither_lifts_a_halt_nor_counts_as_a_success() -> None:
    broken = SourceFault(str(ErrorClass.NOT_JSON), "not JSON", is_whole=True)
    found = standing_after(halted(), [broken], source_id="mc", at=LATER)
    assert (found.halted_at, found.succeeded_at) == (AT, None)


def test_a_halt_keeps_its_reason_whatever_fails_after_it() -> None:
    unreached = SourceFault(str(ErrorClass.TRANSPORT), "status 500", is_whole=True)
    found = standing_after(halted(), [unreached], source_id="mc", at=LATER)
    assert (found.error_class, found.error) == (str(ErrorClass.AUTH), "status 401")


def test_one_broken_file_among_others_is_a_success() -> None:
    broken = SourceFault(str(ErrorClass.UNREADABLE), "half a file", is_whole=False)
    found = standing_after(halted(), [broken], source_id="mc", at=LATER)
    assert (found.halted_at, found.succeeded_at) == (None, LATER)
