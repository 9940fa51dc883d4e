"""Files of one folder are changed by one process at a time."""

import subprocess
import sys
from pathlib import Path

import pytest

from streams.contract.errors import SettingsError
from streams.contract.whole_files import alone, only_one

WITHIN_S = 20
WAITS = """
import sys
from pathlib import Path
from streams.contract.whole_files import alone
folder = Path(sys.argv[1])
print("asks", flush=True)
with alone(folder):
    (folder / "second").write_text((folder / "first").read_text())
"""


def test_who_changes_a_folders_files_waits_for_another_process(tmp_path: Path) -> None:
    with alone(tmp_path):
        other = subprocess.Popen(
            [sys.executable, "-c", WAITS, str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        try:
            assert other.stdout is not None
            assert other.stdout.readline() == "asks\n"
            with pytest.raises(subprocess.TimeoutExpired):
                other.wait(0.3)  # it would have ended, and without `first` in an error
            (tmp_path / "first").write_text("made by the first")
        except BaseException:
            other.kill()
            raise
    assert other.wait(WITHIN_S) == 0
    other.stdout.close()
    assert (tmp_path / "second").read_text() == "made by the first"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["first", "second"]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none: No such file"), alone(tmp_path / "none"):
        pass


def test_whoever_writes_a_folder_sees_that_another_stands_in_its_place(tmp_path: Path) -> None:
    folder = tmp_path / "ours"
    with only_one(folder, "SETTING") as check:
        check()
        with pytest.raises(SettingsError, match="another process"), only_one(folder, "SETTING"):
            pass
        folder.rename(tmp_path / "away")
        with pytest.raises(FileNotFoundError):
            check()
        (tmp_path / "away").rename(folder)
        check()
        folder.rename(tmp_path / "away")
        folder.mkdir()
        with pytest.raises(SettingsError, match="another folder"):
            check()


def test_a_lock_is_made_nowhere_else(tmp_path: Path) -> None:
    (tmp_path / "lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SettingsError, match="SETTING"), only_one(tmp_path, "SETTING"):
        pass
    assert not (tmp_path / "elsewhere").exists()
