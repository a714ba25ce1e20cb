"""What no case tells and a rule does is marked as such, and takes no place from those that have cases."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from etl.pipeline import run
from ioc.access import Scope
from ioc.store import questions
from ioc.store.snapshots import OpenSnapshot, Reader
from tests.dossier_files import CONFIG, make_site

AT = datetime(2026, 10, 31, 18, 0)
SITE = CONFIG + "  petitions: {{kind: petitions, path: inbox/petitions}}\n"
BUSY, QUIET = "23614", "23611"
HEADINGS = "Mã phản ánh,Mã đơn vị,Lĩnh vực,Ngày tiếp nhận,Trạng thái,Ngày trả lời\n"


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> OpenSnapshot:
    """In September both wards had forty petitions, in October one of them had none."""
    folder: Path = tmp_path_factory.mktemp("ruled")
    config = make_site(folder, text=SITE)
    (folder / "inbox" / "petitions").mkdir()
    rows = [
        f"PA-{month}-{unit}-{number},{unit},Giao thông,05/{month}/2026,Đã trả lời,08/{month}/2026\n"
        for month, units in (("09", (BUSY, QUIET)), ("10", (BUSY,)))
        for unit in units
        for number in range(40)
    ]
    (folder / "inbox" / "petitions" / "1.csv").write_text(HEADINGS + "".join(rows), encoding="utf-8")
    found = run(config, clock=lambda: AT)
    assert not found.failed, found
    opened = Reader(config.store.path).current()
    assert opened is not None
    return opened


def test_full_marks_without_a_case_are_marked_and_need_not_be_ranked(snapshot: OpenSnapshot) -> None:
    def ask(**more: bool) -> dict[str, questions.Reading]:
        found = questions.readings(
            snapshot.connection, Scope.everything(), period="2026-10", indicators=["petition_on_time"], **more
        )
        return {one.unit_code: one for one in found if one.level == "commune"}

    everyone, counted = ask(), ask(without_small=True)
    quiet, busy = everyone[QUIET], everyone[BUSY]
    assert (quiet.denominator, quiet.value, quiet.flags) == (0, 1.0, ["by_rule"])
    assert "by_rule" not in busy.flags
    assert (quiet.rank, busy.rank) == (1, 1)
    assert (counted[QUIET].rank, counted[BUSY].rank, counted[BUSY].rank_of) == (None, 1, 1)
