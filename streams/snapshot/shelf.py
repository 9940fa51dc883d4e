"""The snapshots of a folder, by their names: `bomnae-20261128T080000Z.snapshot`."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from streams.contract.errors import SettingsError, SnapshotError
from streams.contract.times import HOUR_MS
from streams.snapshot.file import Checked, checked, head_of

AHEAD_MS = HOUR_MS
_NAME = re.compile(r"bomnae-[0-9]{8}T[0-9]{6}Z\.snapshot")


def new_name(at_ms: int) -> str:
    """What a snapshot of a time is called; later ones sort behind."""
    return f"bomnae-{datetime.fromtimestamp(at_ms / 1000, UTC):%Y%m%dT%H%M%SZ}.snapshot"


def made_ms(path: Path) -> int:
    """When a snapshot was begun, by its name."""
    at = datetime.strptime(path.name, "bomnae-%Y%m%dT%H%M%SZ.snapshot").replace(tzinfo=UTC)
    return int(at.timestamp() * 1000)


def snapshots_in(folder: Path) -> list[Path]:
    """Those of a folder, the oldest first; other files, and names whose date is none, are left
    alone. SettingsError for a folder that cannot be read.
    """
    try:
        return sorted(x for x in folder.iterdir() if _NAME.fullmatch(x.name) and _has_date(x))
    except OSError as error:
        raise SettingsError(f"{folder}: cannot be read: {error.strerror}") from None


def _has_date(path: Path) -> bool:
    try:
        made_ms(path)
    except ValueError:
        return False
    return True


def ahead_of(paths: list[Path], at_ms: int) -> list[Path]:
    """Those of a clock that was ahead; two machines' clocks differ by less. Pure."""
    return [path for path in paths if made_ms(path) > at_ms + AHEAD_MS]


def made_until(paths: list[Path], at_ms: int) -> list[Path]:
    """Those that are not dated after a time, as by a clock that was ahead. Pure."""
    return [path for path in paths if made_ms(path) <= at_ms]


class Newest(NamedTuple):
    """The newest of a folder that begins as a snapshot does, None where none does; what is wrong
    with those of a later name, which are passed over, the dated ahead among them.
    """

    path: Path | None
    faults: list[str]


def newest_in(folder: Path, at_ms: int) -> Newest:
    """The newest of a folder by its name, as of a time. Its head alone is read."""
    found = snapshots_in(folder)
    faults = [
        f"{path}: is dated ahead of the clock, and is not counted"
        for path in ahead_of(found, at_ms)
    ]
    for path in reversed(made_until(found, at_ms)):
        if not (fault := _fault_of(path)):
            return Newest(path, faults)
        faults.append(fault)
    return Newest(None, faults)


def _fault_of(path: Path) -> str:
    """Why a file is no snapshot, by its head; "" where it may be one."""
    try:
        head_of(path)
    except SnapshotError as error:
        return str(error)
    return ""


def newest_checked(folder: Path, keys: Mapping[str, Ed25519PublicKey], at_ms: int) -> Checked:
    """The newest as of a time that is whole and signed; SnapshotError, with why each is not, where
    none is.
    """
    faults: list[str] = []
    for path in reversed(made_until(snapshots_in(folder), at_ms)):
        try:
            return checked(path, keys)
        except SnapshotError as error:
            faults.append(str(error))
    raise SnapshotError("; ".join(faults) or f"{folder}: has no snapshot")


def surplus(paths: list[Path], keep: int, at_ms: int) -> list[Path]:
    """Those that may go where the newest so many as of a time are kept: what is no snapshot by its
    head counts for none, and goes with those of its age. What a clock dated ahead counts for none
    either, and goes once so many stand without it: all of these were made after it, or the clock is
    behind now, and it goes in its turn.
    """
    made = sorted(made_until(paths, at_ms), reverse=True)
    good = [path for path in made if not _fault_of(path)][:keep]
    if len(good) < keep:
        return []
    return [*(path for path in reversed(made) if path < good[-1]), *ahead_of(paths, at_ms)]
