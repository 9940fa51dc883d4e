"""Shapefiles as Korean offices publish them.

Their neighbours `.prj` and `.cpg` say how to read them; without them it is EPSG:5186 and CP949.
"""

import codecs
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import shapefile
from pyproj import CRS
from pyproj.exceptions import CRSError

from streams.contract.errors import NetworkError

EPSG = 5186


def reader_of(path: Path, stack: ExitStack) -> Any:
    """The open shapefile; the library, given a path, would follow a `.cpg` in its own way."""
    parts = {
        part: stack.enter_context(path.with_suffix(f".{part}").open("rb"))
        for part in ("shp", "shx", "dbf")
    }
    return shapefile.Reader(**parts, encoding=_encoding_of(path), encodingErrors="replace")


def system_of(path: Path) -> CRS:
    """The reference system of the `.prj`, EPSG:5186 without one."""
    prj = path.with_suffix(".prj")
    if not prj.is_file():
        return CRS.from_epsg(EPSG)
    try:
        return CRS.from_wkt(prj.read_text(encoding="utf-8", errors="replace"))
    except CRSError:
        raise NetworkError(f"{prj.name} names no reference system that is known") from None


def _encoding_of(path: Path) -> str:
    """The encoding of the `.cpg` ("UTF-8", "949", "EUC-KR"); without one UTF-8 where the table is
    sound in it, else CP949.
    """
    cpg = path.with_suffix(".cpg")
    named = cpg.read_text(encoding="ascii", errors="replace").strip() if cpg.is_file() else ""
    if not named:
        return "utf-8" if _is_utf8(path.with_suffix(".dbf")) else "cp949"
    for spelt in (named, f"cp{named}"):
        try:
            found = codecs.lookup(spelt).name
        except LookupError:
            continue
        return "cp949" if found == "euc_kr" else found  # CP949 holds all of EUC-KR, and more
    raise NetworkError(f"{cpg.name} names the encoding {named[:20]!r}, which is not known")


def _is_utf8(table: Path) -> bool:
    """Whether the first records of a table are UTF-8 and more than ASCII."""
    try:
        with table.open("rb") as stream:
            stream.seek(int.from_bytes(stream.read(10)[8:10], "little"))
            body = stream.read(1 << 16)
    except OSError:
        return False
    try:
        codecs.getincrementaldecoder("utf-8")().decode(body)  # the last letter may be cut
    except UnicodeDecodeError:
        return False
    return not body.isascii()
