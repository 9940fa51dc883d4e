"""The files of the history: which there are, as each day's manifest says.

A folder has a folder a table, in it one a day (day=YYYY-MM-DD), and in `days` a manifest a day: a
file that no manifest names is not there yet, and is not read. Without `days` all files are read.
A manifest stands twice, in `days/copies` too: where one is spoilt, the other is believed.
"""

import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from streams.contract.errors import PlainError
from streams.history.tables import TABLES

DAYS = "days"
COPIES = "copies"
VERSION = 1


class HistoryFileError(PlainError):
    """A file of the history cannot be read."""

    exit_code = 7


class SpoiltManifestError(HistoryFileError):
    """A manifest is gone, or holds something else."""


class HistoryFile(msgspec.Struct, frozen=True):
    """A file as its manifest has it; the name is from the history's folder on."""

    name: str
    rows: int
    bytes: int
    sha256: str


class DayManifest(msgspec.Struct, frozen=True):
    """The files of a day by table, and of what the day has all rows: "topic/partition" -> the
    offset of the first message that is not in them. `damaged` are tables of which a file was set
    aside, and that are not made again yet.
    """

    version: int
    day: str
    files: dict[str, list[HistoryFile]]
    covered: dict[str, int]
    damaged: list[str] = []


class Manifests(NamedTuple):
    """The manifests by day. `spoilt` says of which days one is, and how; of those that are `lost`
    so is the copy.
    """

    days: dict[str, DayManifest]
    spoilt: dict[str, str]
    lost: frozenset[str]


class Files(NamedTuple):
    """The files that may be read, by table."""

    names: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def of(self, table: str) -> tuple[str, ...]:
        """The names of a table's files, by day."""
        return dict(self.names).get(table, ())


_MANIFEST = msgspec.json.Decoder(DayManifest)


def manifest_of(path: Path) -> DayManifest:
    """A day's manifest; HistoryFileError where it is of another version, SpoiltManifestError where
    it is none.
    """
    try:
        found = _MANIFEST.decode(path.read_bytes())
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise SpoiltManifestError(f"{path}: {type(error).__name__}: {error}") from None
    if found.version != VERSION:
        raise HistoryFileError(f"{path}: of version {found.version}, ours is {VERSION}")
    return found


def manifests(folder: Path) -> Manifests:
    """The manifests of all days, from their copies where these alone can be read."""
    found = Manifests({}, {}, frozenset())
    lost: set[str] = set()
    for day in days_in(folder):
        try:
            found.days[day] = manifest_of(folder / DAYS / f"{day}.json")
        except SpoiltManifestError as error:
            found.spoilt[day] = str(error)
            try:
                found.days[day] = manifest_on(folder, day)
            except SpoiltManifestError:
                lost.add(day)
    return found._replace(lost=frozenset(lost))


def days_in(folder: Path) -> list[str]:
    """The days that have a manifest, in order."""
    places = (folder / DAYS, folder / DAYS / COPIES)
    names = {path.stem for place in places for path in place.glob("*.json")}
    return sorted(filter(is_day, names))


def manifest_on(folder: Path, day: str) -> DayManifest:
    """The manifest of a day, from its copy where only that can be read; HistoryFileError."""
    try:
        return manifest_of(folder / DAYS / f"{day}.json")
    except SpoiltManifestError as error:
        try:
            return manifest_of(folder / DAYS / COPIES / f"{day}.json")
        except SpoiltManifestError:
            raise error from None


def stand_of(folder: Path) -> object:
    """What is another value once a manifest is; of a folder without `days`, once a file is."""
    is_managed = (folder / DAYS).is_dir()
    found = (folder / DAYS).glob("*.json") if is_managed else folder.glob("*/day=*/*.parquet")
    return tuple((x.name, (now := x.stat()).st_ino, now.st_mtime_ns) for x in sorted(found))


def files_of(folder: Path) -> Files:
    """The files that may be read now; HistoryFileError where of a day nobody knows."""
    if not (folder / DAYS).is_dir():
        found = {x.name: sorted((folder / x.name).glob("day=*/*.parquet")) for x in TABLES}
        return _files({t: [str(p.relative_to(folder)) for p in ps] for t, ps in found.items()})
    known = manifests(folder)
    if known.lost:
        raise HistoryFileError("; ".join(known.spoilt[day] for day in sorted(known.lost)))
    days = known.days.values()
    return _files({x.name: [f.name for m in days for f in m.files.get(x.name, ())] for x in TABLES})


def _files(names: dict[str, list[str]]) -> Files:
    return Files(tuple((table, tuple(files)) for table, files in names.items()))


class DayFiles(NamedTuple):
    """The files of a day by table. `damaged`: tables of which one is set aside, or is not as its
    manifest has it; of a manifest that cannot be read, all. `changed_ns`: when any was put there
    last, so that a file that was restored is read again.
    """

    files: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    damaged: frozenset[str] = frozenset()
    changed_ns: int = 0


def days_of(folder: Path) -> dict[str, DayFiles]:
    """The days that there are; a manifest that is damaged, and its copy too, costs its own day."""
    if (folder / DAYS).is_dir():
        return {day: _of_manifest(folder, day) for day in days_in(folder)}
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for table in TABLES:
        for path in sorted((folder / table.name).glob("day=*/*.parquet")):
            day = found.setdefault(path.parent.name.removeprefix("day="), {})
            day[table.name] = (*day.get(table.name, ()), str(path.relative_to(folder)))
    return {day: DayFiles(files) for day, files in sorted(found.items()) if is_day(day)}


def is_day(name: str) -> bool:
    """Whether a name is a day as the archive writes it."""
    try:
        return date.fromisoformat(name).isoformat() == name and name >= "2000"
    except ValueError:
        return False


def _of_manifest(folder: Path, day: str) -> DayFiles:
    try:
        known = manifest_on(folder, day)
    except HistoryFileError:
        return DayFiles(damaged=frozenset(x.name for x in TABLES))
    damaged, changed_ns = set(known.damaged), 0
    for table, files in known.files.items():
        for file in files:
            found = _stat(folder / file.name)
            changed_ns = max(changed_ns, found.st_ctime_ns if found else 0)
            if not found or found.st_size != file.bytes:
                damaged.add(table)
    whole = {t: tuple(x.name for x in fs) for t, fs in known.files.items() if t not in damaged}
    return DayFiles(whole, frozenset(damaged), changed_ns)


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None
