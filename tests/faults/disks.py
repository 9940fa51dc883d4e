"""A small disk of its own, that a row may fill."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

_AS_ROOT = [] if os.geteuid() == 0 else ["sudo", "-n"]
CHUNK = b"\0" * (1 << 16)


class Disk:
    """A mounted tmpfs: what is full here is full for the system calls of whoever writes here."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"

    def fill(self) -> None:
        """Take all that is free, to the last byte."""
        with suppress(OSError), self._filler.open("ab", buffering=0) as filler:
            while filler.write(CHUNK):
                pass

    def free(self) -> None:
        """Give back what `fill` took."""
        self._filler.unlink(missing_ok=True)

    def close(self) -> None:
        """Take no more writes, as a disk with errors does."""
        subprocess.run([*_AS_ROOT, "mount", "-o", "remount,ro", self.folder], check=True)

    @property
    def used_mb(self) -> float:
        return shutil.disk_usage(self.folder).used / (1 << 20)


@contextmanager
def small_disk(folder: Path, size_mb: int) -> Iterator[Disk]:
    """A disk of so many MiB mounted at a new folder; the row is skipped where nobody may mount."""
    folder.mkdir()
    mount = [*_AS_ROOT, "mount", "-t", "tmpfs", "-o", f"size={size_mb}m,mode=777"]
    try:
        made = subprocess.run(
            [*mount, "tmpfs", folder], capture_output=True, text=True, check=False
        )
    except FileNotFoundError as error:
        pytest.skip(f"nobody may mount a small disk here: {error}")
    if made.returncode:
        pytest.skip(f"nobody may mount a small disk here: {made.stderr.strip()}")
    try:
        yield Disk(folder)
    finally:
        subprocess.run([*_AS_ROOT, "umount", "-l", folder], check=True)
