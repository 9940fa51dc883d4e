"""Which descriptors are in use: of the files as they lie now, and of what was in use before.

A file counts once it has come to rest. One that lies leaves the version before it in use; of two of
one id the one in use stays; one that is gone takes its dataset along. A folder that is away, or of
which all has gone at once, is not believed.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from producers.datasets.descriptor import Descriptor, SourceKind
from producers.datasets.loading import SHIPPED, DescriptorError, Fault, load
from producers.datasets.sources import DatasetFolder
from streams.contract.dataset import MAX_DATASETS

Mark = tuple[int, ...]
"""What is another value once a file is changed, another one's, or has other rights."""
NO_MARK: Mark = ()
AWAY = "the folder is away or empty; the descriptors before stay in use"
STAYS = "the version before stays in use"


@dataclass(frozen=True, slots=True)
class DatasetEntry:
    """A descriptor in use: its file, the folder where what it reads may lie, and what is wrong with
    the file as it lies now ("": nothing).
    """

    descriptor: Descriptor
    home: Path
    path: Path = Path()
    fault: str = ""

    def is_same(self, other: "DatasetEntry") -> bool:
        """Whether it reads the same from the same place, whatever is wrong with its file."""
        return (self.descriptor, self.home) == (other.descriptor, other.home)

    @property
    def folder(self) -> DatasetFolder | None:
        """The folder of its files; None where its source is another."""
        source = self.descriptor.source
        if source.kind is not SourceKind.FOLDER:
            return None
        return DatasetFolder(self.home / (source.path or self.descriptor.id), source.files)


@dataclass(frozen=True, slots=True)
class DescriptorFile:
    """A file as it was read: its descriptor, or its faults."""

    path: Path
    descriptor: Descriptor | None
    faults: tuple[Fault, ...] = ()


Used = Mapping[str, DatasetEntry]
"""The datasets in use, by id."""


def in_use(
    before: Used, files: Sequence[DescriptorFile], home: Path
) -> tuple[dict[str, DatasetEntry], list[Fault]]:
    """The datasets to poll, and the faults of files that are not used. Pure."""
    used, faults = dict[str, DatasetEntry](), list[Fault]()
    by_path = {entry.path: entry for entry in before.values()}
    by_id: dict[str, list[DescriptorFile]] = {}
    for each in files:
        if each.descriptor is not None:
            by_id.setdefault(each.descriptor.id, []).append(each)
        elif (known := by_path.get(each.path)) is not None:
            name = known.descriptor.id
            used[name] = replace(known, fault=each.faults[0].words())
            faults += (replace(x, why=f"{x.why} ({STAYS})", dataset=name) for x in each.faults)
        else:
            faults += each.faults
    for name, own in sorted(by_id.items()):
        first = used.get(name) or _first(own, before.get(name), home)
        if first is not None:
            used[name] = first
        faults += _twins(name, own, first)
    return _bounded(used, faults)


def _first(
    own: Sequence[DescriptorFile], known: DatasetEntry | None, home: Path
) -> DatasetEntry | None:
    """Of files of one id the one that is in use; a shipped one gives way; of two new ones none."""
    found = [each for each in own if each.path.parent != SHIPPED] or own
    if len(found) > 1:
        found = [each for each in found if known and each.path == known.path]
    for each in found:
        if each.descriptor is not None:
            where = home if each.path.parent == SHIPPED else each.path.parent
            return DatasetEntry(each.descriptor, where, each.path)
    return None


def _twins(name: str, own: Sequence[DescriptorFile], first: DatasetEntry | None) -> Iterator[Fault]:
    """The faults of files whose id another has."""
    found = [each.path for each in own if each.path.parent != SHIPPED]
    others = ", ".join(path.name for path in found)
    for path in found:
        if first is None:
            yield Fault(path.name, 1, 1, f"id {name!r} stands in {others}", name)
        elif path != first.path:
            why = f"id {name!r} stands in {first.path.name}, which stays in use"
            yield Fault(path.name, 1, 1, why, name)


def _bounded(
    used: dict[str, DatasetEntry], faults: list[Fault]
) -> tuple[dict[str, DatasetEntry], list[Fault]]:
    """A city's own first, then the shipped; what is beyond the bound is named."""
    order = sorted(used, key=lambda name: (used[name].path.parent == SHIPPED, name))
    why = f"more than {MAX_DATASETS} datasets: not used"
    faults += [Fault(used[x].path.name, 1, 1, why, x) for x in order[MAX_DATASETS:]]
    return {name: used[name] for name in order[:MAX_DATASETS]}, faults


@dataclass(slots=True)
class Descriptors:
    """The files of descriptors, looked at again and again: those that are named, else those of
    `home` and the shipped ones. `used` and `faults` are what came of the last look.
    """

    home: Path
    named: Sequence[Path] = ()
    used: dict[str, DatasetEntry] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    _seen: dict[Path, Mark] = field(default_factory=dict)
    _counted: dict[Path, Mark] = field(default_factory=dict)
    _read: dict[Path, tuple[Mark, DescriptorFile]] = field(default_factory=dict)
    _begun: bool = False

    def look(self) -> bool:
        """Look at the files; whether what is in use, or a fault, is another now."""
        marks, before = dict(_marks(self._paths())), (self.used, self.faults)
        is_away = not self.named and self._is_away(marks)
        if is_away:
            marks = self._counted | marks
        self._counted = dict(self._at_rest(marks)) if self._begun else marks
        self._seen, self._begun = marks, True
        files = [self._file(path, mark) for path, mark in self._counted.items()]
        self.used, self.faults = in_use(self.used, files, self.home)
        if is_away:
            self.faults.append(Fault(self.home.name, 1, 1, AWAY))
        return before != (self.used, self.faults)

    def _paths(self) -> list[Path]:
        if self.named:
            return [x if x.suffix else SHIPPED / f"{x.name}.toml" for x in self.named]
        return [*sorted(self.home.glob("*.toml")), *sorted(SHIPPED.glob("*.toml"))]

    def _is_away(self, marks: Iterable[Path]) -> bool:
        """Whether the folder is none, or nothing is left of several: an empty mount looks so."""
        own = [path for path in self._counted if path.parent != SHIPPED]
        is_left = any(path.parent != SHIPPED for path in marks)
        is_there = os.path.isdir(self.home) and os.access(self.home, os.R_OK | os.X_OK)  # noqa: PTH112 - never raises
        return not is_there or (len(own) > 1 and not is_left)

    def _at_rest(self, marks: Mapping[Path, Mark]) -> Iterator[tuple[Path, Mark]]:
        """Of each file the mark that counts: what was seen twice, else the one before."""
        for path in dict.fromkeys((*self._seen, *marks)):
            mark = marks.get(path)
            if mark is not None and mark == self._seen.get(path):
                yield path, mark
            elif path in self._counted:
                yield path, self._counted[path]

    def _file(self, path: Path, mark: Mark) -> DescriptorFile:
        """A file as it lies; what was read before with this mark is not read again."""
        known = self._read.get(path)
        if known is None or known[0] != mark:
            known = self._read[path] = mark, _read(path)
        return known[1]


def _marks(paths: Iterable[Path]) -> Iterator[tuple[Path, Mark]]:
    for path in paths:
        try:
            stat = path.stat()
        except OSError:
            yield path, NO_MARK  # reading it says why
        else:
            yield path, (stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size, stat.st_ino)


def _read(path: Path) -> DescriptorFile:
    if path.exists() and not path.is_file():
        why = "no file: a folder, a pipe or a device"  # which may never say a byte
        return DescriptorFile(path, None, (Fault(path.name, 1, 1, why),))
    try:
        return DescriptorFile(path, load(path))
    except DescriptorError as error:
        return DescriptorFile(path, None, tuple(error.faults))
    except OSError as error:
        return DescriptorFile(path, None, (Fault(path.name, 1, 1, str(error.strerror)),))
    except Exception as error:  # noqa: BLE001 - one file takes no dataset along
        why = f"cannot be read: {type(error).__name__}"
        return DescriptorFile(path, None, (Fault(path.name, 1, 1, why),))
