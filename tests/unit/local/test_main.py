"""What the demo leaves behind."""

import socket
import sys
from pathlib import Path

import pytest

from local.__main__ import clear, main


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "bomnae-x"
    (made / "appendonlydir").mkdir(parents=True)
    (made / "appendonlydir" / "a.aof").write_text("x", encoding="utf-8")
    for name in ("worker.log", "clock.log", "past.jsonl.gz"):
        (made / name).write_text("x", encoding="utf-8")
    return made


def test_a_demo_that_went_well_leaves_nothing(folder: Path) -> None:
    clear(folder, are_logs_kept=False)
    assert not folder.exists()


def test_one_that_failed_leaves_its_logs_and_names_their_folder(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clear(folder, are_logs_kept=True)
    assert sorted(path.name for path in folder.iterdir()) == ["clock.log", "worker.log"]
    assert str(folder) in capsys.readouterr().err


def test_a_port_that_another_program_has_is_named_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setattr(sys, "argv", ["local", "demo", "--port", str(port)])
        assert main() == 1
    said = capsys.readouterr()
    assert (said.out, said.err) == (
        "",
        f"demo: port {port} is taken; choose another: make demo PORT={port + 1}\n",
    )
