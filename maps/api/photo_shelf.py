"""The photos of crews in one folder: `{SHA-256 of the work's id}/{photo id}.jpg`.

A photo may show people: twenty a work at most, and none seven days after its work is over. The map
server sees to that while it runs (`due`, every ten minutes); one that is off deletes when it
comes back.
"""

import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from aiohttp import web

from streams.contract.errors import SettingsError
from streams.contract.photo_folders import KEEP_MS, folder_of, is_folder
from streams.contract.times import HOUR_MS

MOST = 20
ABSENT_MS = HOUR_MS  # a work must be missing so long: an emptied store is no end of all works
_MODE = 0o700


class Shelf:
    """Photos by work. Blocking: call it in a thread. Names must have been checked (UUIDs)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._absent_ms: dict[str, int] = {}  # folder -> since when its work is missing

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

    def due(self, over_ms: Mapping[str, int | None], now_ms: int) -> list[Path]:
        """The folders of works that are to be deleted.

        `over_ms` has every work that is known, with when it was over (None: it is not). Call it
        only with a picture that is whole and of now.
        """
        known = {folder_of(work): at_ms for work, at_ms in over_ms.items()}
        return [each for each in self._folders() if self._is_due(each.name, known, now_ms)]

    def delete(self, folders: Iterable[Path]) -> None:
        """Delete folders with all that is in them."""
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)
            self._absent_ms.pop(folder.name, None)

    def _is_due(self, name: str, known: Mapping[str, int | None], now_ms: int) -> bool:
        if name in known:
            self._absent_ms.pop(name, None)
            at_ms = known[name]
            return at_ms is not None and now_ms > at_ms + KEEP_MS
        since_ms = self._absent_ms.setdefault(name, now_ms)
        return now_ms >= since_ms + ABSENT_MS

    def _folders(self) -> list[Path]:
        try:
            return [Path(e.path) for e in os.scandir(self._folder) if _is_ours(e)]
        except OSError:
            return []


SHELF = web.AppKey("photo_shelf", Shelf)


def _is_ours(entry: os.DirEntry[str]) -> bool:
    return is_folder(entry.name) and entry.is_dir(follow_symlinks=False)
