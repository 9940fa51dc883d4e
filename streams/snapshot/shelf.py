"""The snapshots of a folder, by their names: `bomnae-20261128T080000Z.snapshot`."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from streams.contract.errors import SettingsError, SnapshotError
from streams.snapshot.file import Checked, checked

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


def made_until(paths: list[Path], at_ms: int) -> list[Path]:
    """Those that are not dated after a time, as by a clock that was ahead. Pure."""
    return [path for path in paths if made_ms(path) <= at_ms]


def newest_in(folder: Path, at_ms: int) -> Path | None:
    """The newest of a folder by its name, as of a time; None where there is none."""
    return next(reversed(made_until(snapshots_in(folder), at_ms)), None)


def newest_checked(folder: Path, keys: Mapping[str, Ed25519PublicKey]) -> Checked:
    """The newest that is whole and signed; SnapshotError, with why each is not, where none is."""
    faults = []
    for path in reversed(snapshots_in(folder)):
        try:
            return checked(path, keys)
        except SnapshotError as error:
            faults.append(str(error))
    raise SnapshotError("; ".join(faults) or f"{folder}: has no snapshot")


def surplus(paths: list[Path], keep: int) -> list[Path]:
    """Those that may go where so many are kept, the newest ones. Pure."""
    return sorted(paths)[: max(0, len(paths) - keep)]
