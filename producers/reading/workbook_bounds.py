"""What a zipped workbook would unpack to, read once in small pieces before its reader gets it: the
reader holds the whole rectangle up to the last cell, and a few bytes can name a cell very far away.
"""

import io
import lzma
import re
import struct
import zipfile
import zlib

from producers.reading.answers import unknown

MAX_UNPACKED_BYTES = 256 << 20
MAX_CELLS = 2_000_000
_CHUNK_BYTES = 1 << 20
_CARRY_BYTES = 2000
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, NotImplementedError),
    *(RuntimeError, EOFError, OSError, ValueError, KeyError),
)
_EXCEL_CELL = re.compile(
    rb"<(?:\w+:)?c\s[^<>]*?\br\s*=\s*[\"']([A-Z]{1,3})(\d{1,7})[\"'][^<>]*?(/?)>"
)
_ODS_TAG = re.compile(rb"<(?:\w+:)?(table-row|table-cell)\b([^<>]*?)(/?)>")
_REPEATED = re.compile(rb"number-(?:columns|rows)-repeated\s*=\s*[\"'](\d{1,9})")


def refuse_bomb(body: bytes) -> None:
    """Raise R002 for more than 256 MiB unpacked or 2 million cells, R009 for a broken archive."""
    unpacked = 0
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            for part in archive.infolist():
                extent = _Extent()
                with archive.open(part) as stream:
                    while chunk := stream.read(_CHUNK_BYTES):
                        unpacked += len(chunk)
                        if unpacked > MAX_UNPACKED_BYTES:
                            raise unknown("R002", "a workbook of more than 256 MiB unpacked")
                        extent.take(chunk)
    except _BROKEN:
        raise unknown("R009", "a broken or locked workbook") from None


class _Extent:
    """How far the cells of a sheet reach that hold something, in Excel's words or
    OpenDocument's.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._columns = self._rows = 0
        self._row = self._column = 0

    def take(self, chunk: bytes) -> None:
        words = self._rest + chunk
        end = words.rfind(b">") + 1
        words, self._rest = words[:end], words[end:][-_CARRY_BYTES:]
        for column, row, is_empty in _EXCEL_CELL.findall(words):
            if not is_empty:
                self._reach(int(row), _number_of(column))
        for tag, attributes, is_empty in _ODS_TAG.findall(words):
            self._take_ods(tag, attributes, is_empty=bool(is_empty) and b"value" not in attributes)

    def _take_ods(self, tag: bytes, attributes: bytes, *, is_empty: bool) -> None:
        match = _REPEATED.search(attributes)
        times = int(match[1]) if match else 1
        if tag == b"table-row":
            self._row, self._column = self._row + times, 0
            return
        self._column += times
        if not is_empty:
            self._reach(self._row, self._column)

    def _reach(self, row: int, column: int) -> None:
        self._rows, self._columns = max(self._rows, row), max(self._columns, column)
        if self._rows * self._columns > MAX_CELLS:
            raise unknown(
                "R002", f"a sheet of {self._rows} x {self._columns} cells, at most {MAX_CELLS}"
            )


def _number_of(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
