"""Files with a key: who else may read one, by one rule for all who read or check them.

- On a mount that is read-only, as Docker and Kubernetes hand secrets over, the mode is not looked
  at: it cannot be changed from here, and whoever mounts the file says who has it.
- A file of this process's own user is that user's alone: 0600 or less.
- A file of another user may be read by a group, never written by it: 0640 or less.
"""

import os
import stat
from pathlib import Path

from streams.contract.errors import SettingsError


def check_private(file: int | Path, source: str) -> None:
    """Raise SettingsError where others may read a file with a key; it names `source` and the mode.

    `file` is one that is open, or a path. Raises OSError where it cannot be looked at.
    """
    known = os.stat(file)  # noqa: PTH116 - a descriptor as well
    fault = open_to_others(
        known.st_mode,
        is_ours=known.st_uid == os.geteuid(),
        is_read_only=bool(os.statvfs(file).f_flag & os.ST_RDONLY),
    )
    if fault:
        raise SettingsError(f"{source}: {fault}")


def open_to_others(mode: int, *, is_ours: bool, is_read_only: bool) -> str:
    """What is wrong with a file's mode, "" where nothing is. Pure."""
    if is_read_only:
        return ""
    found = stat.S_IMODE(mode)
    if found & ~(0o700 if is_ours else 0o740) == 0:
        return ""
    bound = "its owner's alone (mode 600)" if is_ours else "closed to others (mode 640)"
    return f"must be {bound}, is {found:03o}"
