"""The photos of crews in one folder: `{SHA-256 of the work's id}/{photo id}.jpg`.

A photo may show people: twenty a work at most. `python -m streams retention run` deletes those of
works that have been over for seven days.
"""

import os
from pathlib import Path

from aiohttp import web

from streams.contract.errors import SettingsError
from streams.contract.photo_folders import folder_of

MOST = 20
_MODE = 0o700


class Shelf:
    """Photos by work. Blocking: call it in a thread. Names must have been checked (UUIDs)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def prepare(self) -> None:
        """Make the folder; raises SettingsError when photos cannot be kept there."""
        try:
            self._folder.mkdir(mode=_MODE, parents=True, exist_ok=True)
            is_ours = os.access(self._folder, os.W_OK | os.X_OK)
        except OSError:
            is_ours = False
        if not is_ours:
            raise SettingsError(f"BOMNAE_PHOTOS must be a folder to write in, got {self._folder}")

    def put(self, work: str, name: str, jpeg: bytes) -> None:
        """Keep a photo; the same name again keeps the first. Raises OSError when it cannot."""
        folder = self._folder / folder_of(work)
        path = folder / f"{name}.jpg"
        if path.exists():
            return
        folder.mkdir(mode=_MODE, parents=True, exist_ok=True)
        half = folder / f".{name}.half"
        try:
            with half.open("wb") as file:
                file.write(jpeg)
                file.flush()
                os.fsync(file.fileno())
            half.replace(path)
        finally:
            half.unlink(missing_ok=True)
        for old in self.names(work)[MOST:]:
            (folder / f"{old}.jpg").unlink(missing_ok=True)

    def pushed_out_by(self, work: str, name: str) -> list[str]:
        """The photos that must go for this one, oldest last; none where it is kept already."""
        names = self.names(work)
        return [] if name in names else names[MOST - 1 :]

    def names(self, work: str) -> list[str]:
        """The photos of a work, newest first; an unreadable folder has none."""
        try:
            found = [
                (entry.stat().st_mtime_ns, entry.name.removesuffix(".jpg"))
                for entry in os.scandir(self._folder / folder_of(work))
                if entry.name.endswith(".jpg")
            ]
        except OSError:
            return []
        return [name for _, name in sorted(found, reverse=True)]

    def times_ms(self, work: str) -> list[tuple[str, int]]:
        """The photos of a work with when each came, newest first."""
        found = []
        for name in self.names(work):
            try:
                at_ns = (self._folder / folder_of(work) / f"{name}.jpg").stat().st_mtime_ns
            except OSError:  # taken away meanwhile
                continue
            found.append((name, at_ns // 1_000_000))
        return found

    def read(self, work: str, name: str) -> bytes | None:
        """A photo's bytes, None when there is no such photo."""
        try:
            return (self._folder / folder_of(work) / f"{name}.jpg").read_bytes()
        except OSError:
            return None


SHELF = web.AppKey("photo_shelf", Shelf)
