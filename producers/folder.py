"""A folder of permit files: its files together are the list. A file counts once it stopped
growing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from producers.formats.answers import NO_FILE_URL, Exchange
from producers.formats.permit_files import MAX_FILE_BYTES
from producers.formats.permits import FEED

SUFFIXES = frozenset({".csv", ".txt", ".tsv", ".json", ".xml"})
Signature = tuple[tuple[str, int, int], ...]
"""(name, mtime ns, size) of every file, oldest first."""


def signature(folder: Path) -> Signature:
    """What lies in the folder; () when it is missing or holds no list. Hidden files do not
    count.
    """
    try:
        found = [path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES]
        rows = [(p.name, p.stat().st_mtime_ns, p.stat().st_size) for p in found if p.name[0] != "."]
    except OSError:
        return ()
    return tuple(sorted(rows, key=lambda row: (row[1], row[0])))


@dataclass(slots=True)
class Watch:
    """Tells when a folder has changed and come to rest: the same twice, and not what was read."""

    seen: Signature | None = None
    read: Signature | None = None

    def is_ripe(self, now: Signature) -> bool:
        is_still = now == self.seen
        self.seen = now
        return is_still and now != self.read


def exchanges_of(folder: Path, files: Signature, at_ms: int) -> Iterator[Exchange]:
    """One exchange a file, oldest first, all of one moment; status 0 for one that cannot be
    read. Each is read as it is asked for: together they may be larger than the memory.
    """
    if not files:
        yield Exchange(FEED, at_ms, NO_FILE_URL, 0, b"")
    for name, _, _ in files:
        yield _exchange(folder / name, at_ms)


def _exchange(path: Path, at_ms: int) -> Exchange:
    url = f"file:{quote(path.name)}"
    try:
        with path.open("rb") as stream:
            return Exchange(FEED, at_ms, url, 200, stream.read(MAX_FILE_BYTES + 1))
    except OSError:
        return Exchange(FEED, at_ms, url, 0, b"")
