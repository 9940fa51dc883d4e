"""Files with a key: the rule, and those who read or check them by it."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from streams.contract.ed25519 import make_key, private_key
from streams.contract.errors import SettingsError
from streams.contract.key_file import load, save
from streams.contract.keys import keys_of_settings
from streams.contract.private_files import check_private, open_to_others
from streams.contract.settings import Settings
from streams.doctor.measuring import _files

NOBODY = 65_534
OURS = {0o400, 0o600, 0o700}
OF_ANOTHER = {*OURS, 0o440, 0o640}


@pytest.mark.parametrize("mode", [*OF_ANOTHER, 0o444, 0o604, 0o620, 0o644, 0o660, 0o666])
def test_who_may_read_a_key(mode: int) -> None:
    """Docker mounts 0644 and Kubernetes 0440, both read-only."""

    def is_well(*, is_ours: bool, is_read_only: bool = False) -> bool:
        return not open_to_others(mode, is_ours=is_ours, is_read_only=is_read_only)

    assert is_well(is_ours=True) == (mode in OURS)
    assert is_well(is_ours=False) == (mode in OF_ANOTHER)
    assert is_well(is_ours=True, is_read_only=True)
    assert is_well(is_ours=False, is_read_only=True)


def read_keys(path: Path) -> None:
    load(path)


def read_private(path: Path) -> None:
    private_key(str(path), "BOMNAE_RECORDS_KEY", "somebody")


def of_doctor(path: Path) -> None:
    for fact in _files(Settings(records_key=str(path), network=str(path.parent))):
        if fact.fault:
            raise SettingsError(f"{fact.path}: {fact.fault}")


def make_keys(path: Path) -> None:
    save(path, keys_of_settings("a master key for tests, 32 or longer", ""))


@pytest.mark.parametrize(
    ("make", "read"),
    [(make_keys, read_keys), (make_key, read_private), (make_key, of_doctor)],
)
def test_all_who_read_a_key_go_by_the_rule(
    tmp_path: Path, make: Callable[[Path], object], read: Callable[[Path], None]
) -> None:
    path = tmp_path / "key"
    make(path)
    read(path)
    path.chmod(0o644)
    with pytest.raises(SettingsError, match=rf"{path}: must be its owner's alone .*is 644"):
        read(path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives a file away")
def test_a_group_may_read_the_file_of_another_user(tmp_path: Path) -> None:
    path = tmp_path / "key"
    make_key(path)
    os.chown(path, NOBODY, 0)
    path.chmod(0o440)
    read_private(path)
    path.chmod(0o444)
    with pytest.raises(SettingsError, match=rf"{path}: must be closed to others .*is 444"):
        read_private(path)


MOUNTED = """
set -e
mount --bind "$1" "$1"
mount -o remount,bind,ro "$1"
exec "$2" -c 'import sys
from pathlib import Path
from streams.contract.private_files import check_private
check_private(Path(sys.argv[1]), "key")' "$1/key"
"""


def can_mount() -> bool:
    asked = ["unshare", "-m", "true"]
    return os.geteuid() == 0 and subprocess.run(asked, check=False).returncode == 0


@pytest.mark.skipif(not can_mount(), reason="no mounts here")
def test_a_secret_that_is_mounted_read_only_is_guarded_by_who_mounts_it(tmp_path: Path) -> None:
    make_key(tmp_path / "key")
    (tmp_path / "key").chmod(0o644)
    command = ["unshare", "-m", "sh", "-c", MOUNTED, "sh", str(tmp_path), sys.executable]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with pytest.raises(SettingsError):
        check_private(tmp_path / "key", "key")
