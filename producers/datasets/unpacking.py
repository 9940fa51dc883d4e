"""A zip that holds a dataset's file: the one that is meant, unpacked within bounds."""

import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO

from streams.people.text import is_persons

SHAPES, TABLES = (".shp",), (".csv", ".tsv", ".xlsx", ".xlsm", ".xls", ".geojson", ".json", ".xml")
TEXTS = (".txt", ".psv")
COMPANIONS = (".dbf", ".shx", ".prj", ".cpg")
MAX_ENTRIES = 2_000
MAX_BYTES = 1 << 30
MAX_RATIO = 200
"""How many bytes may come of one, beyond the first `_FREE_BYTES`: texts come to some 20."""
_FREE_BYTES = 16 << 20
_PIECE = 1 << 20
_SHOWN = 8
_UTF8_NAME = 0x800
_LOCKED = 0x1
_WORKBOOKS = frozenset({"[Content_Types].xml", "mimetype", "content.xml", "Index/Document.iwa"})
_BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError)


class UnpackingError(Exception):
    """A zip that is not read; the text says why."""


def unpacked(path: Path, inside: str, stack: ExitStack) -> Path:
    """The file of a dataset that a zip holds, until the stack ends; the path itself of what is no
    zip, or a workbook. `inside` names the one that is meant of several.
    """
    if not zipfile.is_zipfile(path):
        return path
    try:
        archive = stack.enter_context(zipfile.ZipFile(path))
        parts = {_name(part): part for part in archive.infolist() if not part.is_dir()}
        if _WORKBOOKS & {part.filename for part in parts.values()}:
            return path
        if len(parts) > MAX_ENTRIES:
            raise UnpackingError(f"a zip of {len(parts)} files, at most {MAX_ENTRIES}")
        chosen = _chosen(list(parts), inside)
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="bomnae-")))
        left = MAX_BYTES
        for name in (chosen, *_companions(chosen, parts)):
            target = folder / f"rows{PurePosixPath(name).suffix.lower()}"
            left -= _write(archive, parts[name], target, left)
    except _BROKEN:
        raise UnpackingError("a broken or locked zip") from None
    return folder / f"rows{PurePosixPath(chosen).suffix.lower()}"


def _name(part: zipfile.ZipInfo) -> str:
    """The name of a file in a zip: Windows writes Korean ones in CP949 and does not say so."""
    if part.flag_bits & _UTF8_NAME:
        return part.filename
    try:
        return part.filename.encode("cp437").decode("cp949")
    except UnicodeError:
        return part.filename


def _chosen(names: Sequence[str], inside: str) -> str:
    """The file that is meant: a shapefile before a table, a table before a text."""
    if inside:
        found = [name for name in names if inside in (name, PurePosixPath(name).name)]
        if len(found) != 1:
            raise UnpackingError(f"the zip holds no file {inside!r}: {_shown(names)}")
        return found[0]
    for suffixes in (SHAPES, TABLES, TEXTS):
        found = [name for name in names if name.lower().endswith(suffixes)]
        if len(found) > 1:
            raise UnpackingError(f"the zip holds several files: {_shown(found)} (inside = one)")
        if found:
            return found[0]
    raise UnpackingError(f"the zip holds no file of a known form: {_shown(names)}")


def _companions(chosen: str, names: Sequence[str] | dict[str, zipfile.ZipInfo]) -> Iterator[str]:
    """What lies beside a shapefile and belongs to it, by its name without the ending."""
    if not chosen.lower().endswith(SHAPES):
        return
    stem = chosen[: -len(".shp")].lower()
    for suffix in COMPANIONS:
        yield from [name for name in names if name.lower() == stem + suffix][:1]


def _write(archive: zipfile.ZipFile, part: zipfile.ZipInfo, target: Path, left: int) -> int:
    """Unpack a file; how large it is. What a zip says of its sizes is not believed."""
    if part.flag_bits & _LOCKED:
        raise UnpackingError("a zip with a password")
    most = min(left, max(_FREE_BYTES, part.compress_size * MAX_RATIO))
    with archive.open(part) as stream, target.open("wb") as file:
        size = _copied(stream, file, most)
    if size > most:
        why = f"{MAX_RATIO} times its size" if most < left else f"{MAX_BYTES} bytes"
        raise UnpackingError(f"a zip that unpacks to more than {why}")
    return size


def _copied(stream: IO[bytes], file: IO[bytes], most: int) -> int:
    size = 0
    while size <= most and (piece := stream.read(_PIECE)):
        size += len(piece)
        file.write(piece)
    return size


def _shown(names: Sequence[str]) -> str:
    """Names of files; of one that may be a person's its ending."""
    shown = [f"*{PurePosixPath(name).suffix}" if is_persons(name) else name for name in names]
    more = ", ..." if len(shown) > _SHOWN else ""
    return ", ".join(shown[:_SHOWN]) + more
