"""Files that others read are written whole or not at all, and changed by one process at a time."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from streams.contract.errors import SettingsError


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Whoever changes files of a folder together waits here for another who does. Raises
    SettingsError where the folder is not there. The folder itself is locked: nothing is left in it.
    """
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise SettingsError(f"{folder}: {error.strerror}") from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def write_whole(path: Path, raw: bytes, *, mode: int, owner: os.stat_result | None = None) -> None:
    """Put `raw` in the place of a file, on the disk when this returns; raises OSError.

    `mode` holds whatever the umask is. `owner` is whose it shall be; None: whoever writes.
    """
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            if owner is not None:
                os.fchown(handle, owner.st_uid, owner.st_gid)
            os.fchmod(handle, mode)
            file.write(raw)
            file.flush()
            os.fsync(handle)
        new.replace(path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
