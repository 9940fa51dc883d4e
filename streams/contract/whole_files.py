"""Files that others read are written whole or not at all."""

import os
import secrets
from pathlib import Path


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
