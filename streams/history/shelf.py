"""The history's folder as the archive writes it: rows by day, each day's manifest, then the fold.

A day's manifest names its files and says how far of the log they reach (`covered`). It is written
by a rename, after its files. So whatever ends the archive in between, the fold goes on from where
it was kept, gives the same rows again, and a day takes those alone that its manifest does not
cover: none is lost, and none stands twice.
"""

import hashlib
import logging
import secrets
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from streams.contract.failpoints import FailAt
from streams.contract.times import day_text, kst_day, now_ms
from streams.contract.whole_files import write_whole
from streams.domain.links.columns import CLOSURES, LEVELS
from streams.history.files import (
    COPIES,
    DAYS,
    VERSION,
    DayManifest,
    HistoryFile,
    HistoryFileError,
    manifests,
)
from streams.history.fold import LinkRows, Mark
from streams.history.rows import Row
from streams.history.tables import BY_NAME, TABLES, HistoryTable
from streams.history.writing import packed, schema_of, whole

log = logging.getLogger(__name__)
MOST_PARTS = 24
"""So many files of a table and day are made one while the day goes on; after it, two are."""
MODE = 0o640
REMOVED = "removed.jsonl"
"""Which files with rows went, when and why: a line each."""
REMOVED_BEFORE, MOST_REMOVED_BYTES = "removed.1.jsonl", 4 << 20
"""A full one, some years of lines, is kept beside until the next is."""
LINKS = BY_NAME["link_minutes"]


class Shelf:
    """Rows that wait, and the files of the days."""

    def __init__(self, folder: Path, fail: FailAt = None) -> None:
        """HistoryFileError where a manifest is of another version."""
        self.folder = folder
        self._fail = fail or (lambda _: None)
        (folder / DAYS / COPIES).mkdir(parents=True, exist_ok=True)
        found = manifests(folder)
        self.manifests: dict[str, DayManifest] = found.days
        self.spoilt, self.lost = found.spoilt, found.lost
        self._rows: dict[tuple[str, str], list[tuple[Any, ...]]] = defaultdict(list)
        self._links: dict[str, list[pa.RecordBatch]] = defaultdict(list)
        self.count = 0  # of rows that wait
        self._stale: list[Path] = []  # files that a merge has replaced, until the next

    # ---- what comes

    def add(self, row: Row, mark: Mark) -> None:
        """Take a row, unless its day has it."""
        day = day_text(kst_day(row.at_ms))
        if not self._has(day, mark):
            self._rows[day, row.table].append(row.row)
            self.count += 1

    def add_links(self, rows: LinkRows, mark: Mark) -> None:
        """Take a minute of links, unless its day has it."""
        day = day_text(kst_day(rows.minute_ms))
        if not self._has(day, mark):
            self._links[day].append(_batch(rows))
            self.count += len(rows.links)

    def _has(self, day: str, mark: Mark) -> bool:
        known = self.manifests.get(day)
        return known is not None and mark.at < known.covered.get(mark.place, 0)

    # ---- what is written

    def commit(self, covered: Mapping[str, int]) -> None:
        """Write all that waits, day by day; raises OSError, and goes on there when called again."""
        for day in sorted({day for day, _ in self._rows} | self._links.keys()):
            self._commit_day(day, covered)
            for table in TABLES:
                self._rows.pop((day, table.name), None)
            self._links.pop(day, None)
        self.count = 0

    def _commit_day(self, day: str, covered: Mapping[str, int]) -> None:
        known = self.manifests.get(day) or DayManifest(VERSION, day, {}, {})
        furthest = {x: max(at, known.covered.get(x, 0)) for x, at in covered.items()}
        written: dict[str, HistoryFile] = {}
        try:
            for table in TABLES:
                rows = self._waiting(day, table)
                if rows is not None:
                    written[table.name] = self._write(table, day, rows)
            files = {x: [*known.files.get(x, ()), file] for x, file in written.items()}
            covered = known.covered | furthest
            self.put(msgspec.structs.replace(known, files=known.files | files, covered=covered))
        except OSError:
            for file in written.values():  # as on a full disk: the next try begins anew
                (self.folder / file.name).unlink(missing_ok=True)
            raise
        self._fail("after_manifest")

    def _waiting(self, day: str, table: HistoryTable) -> pa.Table | None:
        schema = schema_of(table)
        if table is LINKS and (batches := self._links.get(day)):
            return pa.Table.from_batches(batches, schema)
        if rows := self._rows.get((day, table.name)):
            columns = zip(*rows, strict=True)
            arrays = [pa.array(x, field.type) for x, field in zip(columns, schema, strict=True)]
            return pa.Table.from_arrays(arrays, schema=schema)
        return None

    def _write(self, table: HistoryTable, day: str, rows: pa.Table) -> HistoryFile:
        raw = packed(table, rows)
        folder = self.folder / table.name / f"day={day}"
        folder.mkdir(parents=True, exist_ok=True)
        number = max((int(x.name.partition("-")[0]) for x in _parts(folder)), default=0) + 1
        path = folder / f"{number:06d}-{secrets.token_hex(4)}.parquet"
        write_whole(path, raw, mode=MODE)
        self._fail("after_file")
        name = str(path.relative_to(self.folder))
        return HistoryFile(name, rows.num_rows, len(raw), hashlib.sha256(raw).hexdigest())

    def put(self, manifest: DayManifest) -> None:
        """Write a day's manifest, whole or not at all, after its copy."""
        raw = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
        for place in (self.folder / DAYS / COPIES, self.folder / DAYS):
            write_whole(place / f"{manifest.day}.json", raw, mode=MODE)
        self.manifests[manifest.day] = manifest

    def uncover(self, ends: Mapping[str, int]) -> None:
        """Take back what days have of places beyond these ends, of a log that was before."""
        for known in [*self.manifests.values()]:
            covered = {x: at for x, at in known.covered.items() if at <= ends.get(x, at)}
            if covered != known.covered:
                self.put(msgspec.structs.replace(known, covered=covered))

    def tell(self, day: str, names: Iterable[str], why: str) -> None:
        """Write down that files with rows go, before they do."""
        at_ms = now_ms()
        lines = [{"at_ms": at_ms, "day": day, "name": name, "why": why} for name in names]
        path = self.folder / REMOVED
        if path.exists() and path.stat().st_size >= MOST_REMOVED_BYTES:
            path.replace(self.folder / REMOVED_BEFORE)
        with path.open("ab") as file:
            file.write(b"".join(msgspec.json.encode(line) + b"\n" for line in lines))

    # ---- few files, and none that nobody names

    def merge(self, over_before: str) -> None:
        """Make one file of the many of a table and day; days before this one are over."""
        self._sweep()
        for day, known in sorted(self.manifests.items()):
            least = 2 if day < over_before else MOST_PARTS
            if any(len(files) >= least for files in known.files.values()):
                self._merge_day(known, least)

    def _merge_day(self, known: DayManifest, least: int) -> None:
        files = dict(known.files)
        for name, parts in known.files.items():
            if len(parts) >= least:
                rows = pa.concat_tables([self._read(BY_NAME[name], part) for part in parts])
                files[name] = [self._write(BY_NAME[name], known.day, rows)]
                self._stale += [self.folder / part.name for part in parts]
        self.put(msgspec.structs.replace(known, files=files))
        self._fail("after_merge")

    def _read(self, table: HistoryTable, file: HistoryFile) -> pa.Table:
        path = self.folder / file.name
        try:
            return whole(table, pq.ParquetFile(path).read())
        except (OSError, pa.ArrowException) as error:
            raise HistoryFileError(f"{path}: {type(error).__name__}") from None

    def adopt(self, other: "Shelf", day: str, table: str) -> str:
        """Take a table of a day as another shelf has it; says how many rows before and now."""
        known, made = self.manifests[day], other.manifests.get(day)
        old = known.files.get(table, [])
        parts = made.files.get(table, []) if made else []
        new: list[HistoryFile] = []
        if parts:
            own = BY_NAME[table]
            rows = pa.concat_tables([other._read(own, part) for part in parts])  # noqa: SLF001 - a shelf's
            new = [self._write(BY_NAME[table], day, rows)]
        damaged = [each for each in known.damaged if each != table]
        files = known.files | {table: new}
        self.tell(day, (file.name for file in old), "made again")
        self.put(msgspec.structs.replace(known, files=files, damaged=damaged))
        for file in old:
            (self.folder / file.name).unlink(missing_ok=True)
        before, now = (sum(file.rows for file in files) for files in (old, new))
        return f"{day} {table}: {before} rows before, {now} now"

    def _sweep(self) -> None:
        """Take away what a merge before this one replaced: who reads has had time to let go."""
        for path in self._stale:
            path.unlink(missing_ok=True)
        self._stale = []

    def forget(self, before: str) -> list[str]:
        """Take away the days before this one, each manifest first; which they were."""
        gone = sorted(day for day in self.manifests if day < before)
        for day in gone:
            names = [x.name for files in self.manifests[day].files.values() for x in files]
            self.tell(day, names, "its time is over")
            del self.manifests[day]
            for place in (self.folder / DAYS / COPIES, self.folder / DAYS):
                (place / f"{day}.json").unlink(missing_ok=True)
            for name in names:
                (self.folder / name).unlink(missing_ok=True)
        return gone

    def tidy(self) -> int:
        """Take away files that no manifest names, as an end in between leaves them; how many. A
        manifest without its copy, as a version before wrote it, gets one.
        """
        for day in self.manifests.keys() - self.spoilt.keys():
            if not (self.folder / DAYS / COPIES / f"{day}.json").exists():
                self.put(self.manifests[day])
        named = {x.name for m in self.manifests.values() for fs in m.files.values() for x in fs}
        count = 0
        for table in TABLES:
            for path in (self.folder / table.name).glob("day=*/*"):
                is_ours = path.suffix == ".parquet" or path.name.startswith(".")
                is_known = path.parent.name.removeprefix("day=") not in self.lost
                if is_ours and is_known and str(path.relative_to(self.folder)) not in named:
                    path.unlink()
                    count += 1
        return count


def _parts(folder: Path) -> Iterable[Path]:
    return (path for path in folder.glob("*.parquet") if path.name[:6].isdigit())


def _batch(rows: LinkRows) -> pa.RecordBatch:
    count, views = len(rows.links), rows.views
    level = [LEVELS[code].value for code in views.level.tolist()]
    closure = [CLOSURES[code].value for code in views.closure.tolist()]
    columns = (
        np.full(count, rows.minute_ms, np.int64),
        pa.array(rows.links, pa.string()),
        pa.array(views.speed_kmh, pa.float32(), from_pandas=True),
        pa.array(level, pa.string()),
        pa.array(closure, pa.string()),
        pa.array(np.asarray(rows.passages, np.int32)),
        pa.array(views.is_measured),
    )
    return pa.RecordBatch.from_arrays([pa.array(x) for x in columns], schema=schema_of(LINKS))
