"""What a command that starts a run says of it."""

from __future__ import annotations

from datetime import datetime

import pytest

from etl.report import Buckets, LoadReport, RunReport, SourceReport
from ioc.answers import AnswerFormat
from ioc.cli.run_report import WARNINGS_SHOWN, conclude_run

NOON = datetime(2026, 10, 31, 12)


def report(*loads: LoadReport) -> RunReport:
    source = SourceReport("forms", "form_06a", loads)
    return RunReport("r", "manual", NOON, NOON, (source,), "0a1b2c3d", ())


def test_what_new_files_say_against_themselves_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    warned = LoadReport("10.xlsx", Buckets(), warnings=("INTEGRITY: ô C8 là 121, các phần cộng lại là 120",))
    known = LoadReport("9.xlsx", Buckets(), is_new=False, warnings=("INTEGRITY: ô C9",))
    conclude_run(report(warned, known), AnswerFormat.CSV)
    said = capsys.readouterr().err
    assert "forms: 10.xlsx: INTEGRITY: ô C8 là 121, các phần cộng lại là 120\n" in said
    assert "C9" not in said, "known files have been told of before"


def test_of_many_warnings_the_first_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    conclude_run(report(LoadReport("a", Buckets(), warnings=tuple(f"w{n}" for n in range(50)))), AnswerFormat.CSV)
    said = capsys.readouterr().err
    assert said.count("forms: a: w") == WARNINGS_SHOWN
    assert "30" in said.splitlines()[WARNINGS_SHOWN]
