"""What the bench says before it measures anything."""

import sys
from pathlib import Path

import pytest

from bench.__main__ import main
from bench.rows import ROWS


def said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What the bench says and ends with, of a wrong use."""
    monkeypatch.setattr(sys, "argv", ["bench", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    return capsys.readouterr().err


def test_a_folder_that_is_a_file_is_refused_before_anything_is_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "results.json"
    file.touch()
    assert f"--out {file}: " in said(monkeypatch, capsys, "--only", "history", "--out", str(file))


def test_a_row_that_there_is_not_is_refused_with_those_there_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    error = said(monkeypatch, capsys, "--only", "nosuch")
    assert all(name in error for name in ROWS)
