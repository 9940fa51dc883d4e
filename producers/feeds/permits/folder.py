"""A folder of permit files: its files together are the list. A file counts once it stopped
growing.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import quote

from producers.feeds.feed import Asker, PollUnderWay
from producers.feeds.permits.rows import NAME
from producers.reading.answers import NO_FILE_URL, Exchange
from producers.reading.bodies import MAX_FILE_BYTES
from streams.contract.times import now_ms
from streams.people import without_people

LISTS = frozenset(
    {".csv", ".txt", ".tsv", ".psv", ".json", ".jsonl", ".ndjson", ".geojson", ".xml"}
    | {".html", ".htm", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"}
)
DOCUMENTS = frozenset(
    (".hwp", ".hwpx", ".pdf", ".doc", ".docx", ".rtf", ".zip", ".gz", ".7z", ".png", ".jpg")
)
"""What offices send instead of a list: said by name that it cannot be read, not passed over."""
SUFFIXES = LISTS | DOCUMENTS
MAX_PROJECTION_BYTES = 4000
PROJECTION = ".prj"  # beside a list of the same name: the reference system of its coordinates
Signature = tuple[tuple[str, int, int], ...]
"""(name, mtime ns, size) of every file, oldest first."""


def signature(folder: Path) -> Signature:
    """What lies in the folder; () when it is missing or holds no list. Hidden files do not count,
    nor those that a spreadsheet lays beside one that is open.
    """
    try:
        found = [p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES | {PROJECTION}]
        seen = [p for p in found if not p.name.startswith((".", "~$"))]
        rows = [(p.name, p.stat().st_mtime_ns, p.stat().st_size) for p in seen]
    except OSError:
        return ()
    if all(Path(name).suffix.lower() == PROJECTION for name, _, _ in rows):
        return ()
    return tuple(sorted(rows, key=lambda row: (row[1], row[0])))


@dataclass(slots=True)
class FolderWatch:
    """Says when a folder has changed and come to rest: the same twice, and not what was read.

    `recorded` is what a recording holds of it already.
    """

    seen: Signature | None = None
    read: Signature | None = None
    recorded: Signature | None = None

    def is_ripe(self, now: Signature) -> bool:
        is_still = now == self.seen
        self.seen = now
        return is_still and now != self.read


@dataclass(slots=True)
class PermitFolder(Asker):
    """Reads every file of a folder; one that changed is read before the period is over."""

    folder: Path
    watch: FolderWatch = field(default_factory=FolderWatch)
    scan_s = 1.0

    async def ask(self, poll: PollUnderWay) -> None:
        files = await asyncio.to_thread(signature, self.folder)
        self.watch.read, is_known = files, files == self.watch.recorded
        exchanges = exchanges_of(self.folder, files, now_ms())
        while (exchange := await asyncio.to_thread(next, exchanges, None)) is not None:
            await poll.take(exchange, is_known=is_known)
        is_whole = not files or all(exchange.status for exchange in poll.exchanges)
        self.watch.recorded = files if is_whole else None

    async def has_news(self) -> bool:
        return self.watch.is_ripe(await asyncio.to_thread(signature, self.folder))


def exchanges_of(folder: Path, files: Signature, at_ms: int) -> Iterator[Exchange]:
    """One exchange a file, oldest first, all of one moment; status 0 for one that cannot be
    read. Each is read as it is asked for: together they may be larger than the memory.
    """
    names = [name for name, _, _ in files if Path(name).suffix.lower() != PROJECTION]
    if not names:
        yield Exchange(NAME, at_ms, NO_FILE_URL, 0, b"")
    shown: set[str] = set()
    for name in names:
        exchange = exchange_of(folder / name, at_ms)
        if exchange.url in shown:  # two names with a person in each
            exchange = replace(exchange, url=f"file:{len(shown)}-{exchange.url[5:]}")
        shown.add(exchange.url)
        yield exchange


def exchange_of(path: Path, at_ms: int) -> Exchange:
    """The exchange of one file. Its URL names the file (without people) and, behind #crs=, the
    system of the `.prj` beside it, so that a recording holds both.
    """
    url = f"file:{quote(without_people(path.name))}"
    try:
        with path.open("rb") as stream:
            body = stream.read(MAX_FILE_BYTES + 1)
    except OSError:
        return Exchange(NAME, at_ms, url, 0, b"")
    crs = _projection(path)
    return Exchange(NAME, at_ms, f"{url}#crs={quote(crs)}" if crs else url, 200, body)


def _projection(path: Path) -> str:
    """The text of the `.prj` beside a list, "" without one."""
    try:
        with path.with_suffix(PROJECTION).open("rb") as stream:
            return stream.read(MAX_PROJECTION_BYTES).decode("utf-8", "replace").strip()
    except OSError:
        return ""
