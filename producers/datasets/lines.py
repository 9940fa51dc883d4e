"""The lines of a table of text, row by row: whether it was cut off, or a quote swallows rows."""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from producers.reading.encodings import LOST
from producers.reading.grids import is_total

MAX_CELL = 1 << 20
MOST_LINES = 3
"""Lines of one row that are not looked at: a cell may have some."""
_NOTED = 50
_NOTE = re.compile(
    r"\s*(?:[※*☞◎◆■□○◇●▶▷]|주\s*[:)1-9]|비고\s*[:)]|참고\b|자료\s*[:)]|출처|문의|단위|이하\s*여백)"
)


def is_broken(line: Sequence[str], width: int) -> bool:
    """Whether a line has too few cells, or too many."""
    return len(line) < width - 1 or any(cell.strip() for cell in line[width:])


def is_note(filled: Sequence[str]) -> bool:
    """Whether the cells of a line that say something are a note below a table."""
    return len(filled) == 1 and _NOTE.match(filled[0]) is not None


@dataclass(slots=True)
class TableLines:
    """A table of text. `fault`: why its rows do not go on; `last`: the text of the row that was
    read last; `swallowed`: rows that hold many lines, as line, how many, marks in most of them.
    """

    stream: Iterable[str]
    delimiter: str
    has_quotes: bool = True
    fault: str = ""
    last: str = ""
    swallowed: list[tuple[int, int, int]] = field(default_factory=list)
    _held: list[str] = field(default_factory=list)

    def rows(self) -> Iterator[list[str]]:
        """The cells of each row."""
        csv.field_size_limit(MAX_CELL)
        reader = csv.reader(self._lines(), delimiter=self.delimiter, quoting=self._quoting)
        try:
            for row in reader:
                held, self._held = self._held, []
                self.last = held[-1] if len(held) == 1 else "".join(held)
                if len(held) > MOST_LINES and len(self.swallowed) < _NOTED:
                    self._note(reader.line_num, held)
                yield row
        except csv.Error:
            self.fault = f"a cell of more than {MAX_CELL} letters above line {reader.line_num}"

    @property
    def _quoting(self) -> Literal[0, 3]:
        return csv.QUOTE_MINIMAL if self.has_quotes else csv.QUOTE_NONE

    def _note(self, line: int, held: Sequence[str]) -> None:
        inner = Counter(each.count(self.delimiter) for each in held[1:-1])
        [(marks, count)] = inner.most_common(1)
        if count * 2 > len(held) - 2:
            self.swallowed.append((line, len(held), marks))

    def _lines(self) -> Iterator[str]:
        for line in self.stream:
            self._held.append(line)
            yield line

    def cut(self, width: int) -> str:
        """Why rows of a table of that width are missing, after its last row; "" where none is."""
        for line, count, marks in self.swallowed:
            if marks == width - 1 > 0:
                why = f"a quote is open above line {line}: one row holds {count} lines"
                return f'{why} (quotes = false, if a " is a letter)'
        return self.fault or self._cut_off(width)

    def _cut_off(self, width: int) -> str:
        """Whether it ends within a row."""
        if self.last.endswith(("\n", "\r")) and '"' not in self.last:
            return ""
        try:
            lines = csv.reader(
                [self.last], delimiter=self.delimiter, quoting=self._quoting, strict=True
            )
            row = next(lines, [])
        except csv.Error as error:
            return "the last quote is open" if "unexpected end" in str(error) else ""
        filled = [cell for cell in row if cell.strip()]
        is_row = bool(filled) and not is_note(filled) and not is_total(filled[0])
        if self.last.endswith(("\n", "\r")) or not is_row:
            return ""
        is_short = is_broken(row, width) or self.last.endswith(LOST)
        return "the file ends within its last row" if is_short else ""
