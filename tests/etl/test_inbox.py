"""The hashes of an inbox's files are remembered, and never trusted further than a file system tells."""

import hashlib
import json
from pathlib import Path

import pytest

from etl import inbox
from etl.inbox import inbox_files

REMEMBERED = "ab" * 32
"""No file's real hash: whoever gives it has not read the file."""


@pytest.fixture
def memory(tmp_path: Path) -> Path:
    return tmp_path / "store" / "source.json"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "inbox"
    (found / "2026").mkdir(parents=True)
    (found / "2026" / "a.csv").write_bytes(b"12345")
    return found


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if all files had lain there for long."""
    monkeypatch.setattr(inbox, "SETTLED_AFTER_S", -3600)


def hashes(folder: Path, memory: Path) -> dict[str, str]:
    return {file.name: file.sha256 for file in inbox_files(folder, memory=memory)}


def forge(memory: Path) -> None:
    """Puts another hash beside every stamp."""
    noted = json.loads(memory.read_text(encoding="utf-8"))
    forged = {name: [*stamp, REMEMBERED] for name, (*stamp, _sha256) in noted.items()}
    memory.write_text(json.dumps(forged), encoding="utf-8")


@pytest.mark.usefixtures("settled")
def test_a_file_that_lies_as_it_lay_is_not_read_again(folder: Path, memory: Path) -> None:
    assert hashes(folder, memory) == {"2026/a.csv": hashlib.sha256(b"12345").hexdigest()}
    forge(memory)
    assert hashes(folder, memory) == {"2026/a.csv": REMEMBERED}
    (file,) = inbox_files(folder, memory=memory)
    assert (file.path, file.size_bytes) == (folder / "2026" / "a.csv", 5)


@pytest.mark.usefixtures("settled")
def test_a_file_that_was_written_anew_is_read_though_it_is_as_long(folder: Path, memory: Path) -> None:
    hashes(folder, memory)
    forge(memory)
    (folder / "2026" / "a.csv").write_bytes(b"54321")
    assert hashes(folder, memory) == {"2026/a.csv": hashlib.sha256(b"54321").hexdigest()}


@pytest.mark.usefixtures("settled")
def test_a_file_under_another_name_is_read(folder: Path, memory: Path) -> None:
    hashes(folder, memory)
    forge(memory)
    (folder / "2026" / "a.csv").rename(folder / "b.csv")
    assert hashes(folder, memory) == {"b.csv": hashlib.sha256(b"12345").hexdigest()}
    assert set(json.loads(memory.read_text(encoding="utf-8"))) == {"b.csv"}


def test_a_file_that_was_touched_just_now_is_not_remembered(folder: Path, memory: Path) -> None:
    hashes(folder, memory)
    assert not memory.exists()


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"2026/a.csv": "x"}', '{"2026/a.csv": [1, 2]}', '{"2026/a.csv": 1}']
)
def test_a_damaged_memory_is_as_good_as_none(folder: Path, memory: Path, content: str) -> None:
    memory.parent.mkdir()
    memory.write_text(content, encoding="utf-8")
    assert hashes(folder, memory) == {"2026/a.csv": hashlib.sha256(b"12345").hexdigest()}
