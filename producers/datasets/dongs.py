"""The table of a city's 동 (its smallest administrative areas): every code and name of each.

A 동 has another code with each office: ten digits, eight, seven, others before 2023-06. A longer
code is no shorter one with digits behind it, and a 법정동 is no 행정동: only a table joins them.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from producers.datasets.descriptor import Descriptor, ValueType
from producers.datasets.loading import MAX_BYTES, SHIPPED, DescriptorError, Fault
from producers.datasets.opening import heading

FILE = "dong_codes.csv"
CODE, DONG = "코드", "동"
MAX_CELL = 100


@dataclass(frozen=True, slots=True)
class Dongs:
    """Code or name -> the name of the 동."""

    names: Mapping[str, str] = field(default_factory=dict)

    def name(self, words: str) -> str | None:
        """The 동 that a code or a name means; None where the table has neither."""
        return self.names.get(_folded(words))


def has_dong(descriptor: Descriptor) -> bool:
    """Whether some column is joined by the table."""
    return any(column.type is ValueType.DONG for column in descriptor.columns)


def dongs_of(folders: Iterable[Path]) -> Dongs:
    """The table of the first folder that has one, else the shipped one.

    Raises DescriptorError with each fault and its line; OSError.
    """
    paths = (folder / FILE for folder in folders)
    path = next((path for path in paths if path.is_file()), SHIPPED / FILE)
    with path.open("rb") as stream:
        return parsed(path.name, stream.read(MAX_BYTES + 1))


def parsed(file: str, body: bytes) -> Dongs:
    """The table in a CSV with the columns 코드 and 동; others are for people."""
    if len(body) > MAX_BYTES:
        raise DescriptorError([Fault(file, 1, 1, f"more than {MAX_BYTES} bytes")])
    rows = csv.reader(io.StringIO(_text(file, body), newline=""))
    head = [heading(name) for name in next(rows, [])]
    if missing := [name for name in (CODE, DONG) if name not in head]:
        raise DescriptorError([Fault(file, 1, 1, f"no column {', '.join(missing)}")])
    at = head.index(CODE), head.index(DONG)
    names: dict[str, str] = {}
    try:
        faults = [Fault(file, rows.line_num, 1, why) for x in rows for why in _taken(names, x, at)]
    except csv.Error as error:  # a cell beyond all bounds
        raise DescriptorError([Fault(file, rows.line_num, 1, str(error))]) from None
    if not names and not faults:
        faults = [Fault(file, 1, 1, "no row")]
    if faults:
        raise DescriptorError(faults)
    return Dongs(names)


def _taken(names: dict[str, str], row: list[str], at: tuple[int, int]) -> Iterator[str]:
    """Enter a row; why it cannot be."""
    if not any(cell.strip() for cell in row):
        return
    code, dong = (row[n].strip() if n < len(row) else "" for n in at)
    if not code or not dong:
        yield f"a row without {CODE if not code else DONG}"
        return
    for words in (code, dong):
        if len(words) > MAX_CELL:
            yield f"a cell of {len(words)} letters, at most {MAX_CELL}: is a quote open?"
            return
        if (known := names.setdefault(_folded(words), dong)) != dong:
            yield f"{words!r} stands for {known!r} and for {dong!r}"


def _text(file: str, body: bytes) -> str:
    for encoding in ("utf-8-sig", "cp949"):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise DescriptorError([Fault(file, 1, 1, "neither UTF-8 nor CP949")])


def _folded(words: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", words))
