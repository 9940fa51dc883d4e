"""Files that others read are written whole or not at all, and changed by one process at a time."""

import fcntl
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from streams.contract.errors import SettingsError

LOCK = "lock"


@contextmanager
def alone(folder: Path) -> Iterator[Path]:
    """Whoever changes files of a folder together waits here for another who does. Raises
    SettingsError where the folder is not there. The folder itself is locked: nothing is left in it.
    """
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise SettingsError(f"{folder}: {error.strerror}") from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield folder
    finally:
        os.close(handle)


@contextmanager
def only_one(folder: Path, setting: str = "BOMNAE_HISTORY") -> Iterator[Callable[[], None]]:
    """Whoever writes a folder is alone; SettingsError where another does, or it cannot be.

    Gives what raises SettingsError once another folder stands in its place, which somebody else may
    write, and OSError while none does.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o640)
    except OSError as error:
        raise SettingsError(f"{setting} {folder}: {error.strerror}") from None

    def check() -> None:
        folder.stat()
        try:
            is_ours = os.path.samestat((folder / LOCK).lstat(), os.fstat(handle))
        except FileNotFoundError:
            is_ours = False
        if not is_ours:
            raise SettingsError(f"{setting} {folder}: another folder stands there now; start anew")

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise SettingsError(f"{setting} {folder}: another process writes there") from None
    try:
        yield check
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
    except BaseException as error:
        new.unlink(missing_ok=True)
        if isinstance(error, OSError):
            error.filename = str(path)  # of a full disk the system names none
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
