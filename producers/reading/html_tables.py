"""The tables of an HTML page as grids of texts: many offices' systems save one under `.xls`."""

from html.parser import HTMLParser

from producers.reading.answers import unknown

MAX_CELLS = 5_000_000
_MAX_SPAN = 200


def is_html(words: str) -> bool:
    """Whether a file's text is a page or a bare table."""
    head = words[:4000].lower()
    is_table = "<table" in head and "<tr" in head  # a data set in XML may call its rows Table
    return is_table or "<html" in head or "<!doctype html" in head


def grids_of(words: str) -> list[list[list[str]]]:
    """A grid for each table; a cell that spans several places stands in each of them."""
    reader = _Reader()
    reader.feed(words)
    reader.close()
    return reader.grids


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.grids: list[list[list[str]]] = []
        self._cell: list[str] | None = None
        self._span = (1, 1)
        self._hanging: dict[int, tuple[int, str]] = {}  # column: rows still to fill, with what
        self._cells = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"table", "tr", "td", "th"}:
            self._end_cell()
        if tag == "table":
            self.grids.append([])
            self._hanging = {}
        elif tag == "tr" and self.grids:
            self.grids[-1].append([])
        elif tag in {"td", "th"} and self.grids and self.grids[-1]:
            spans = dict(attrs)
            self._span = (_span(spans.get("rowspan")), _span(spans.get("colspan")))
            self._cell = []
        elif tag == "br" and self._cell is not None:
            self._cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th", "tr", "table"}:
            self._end_cell()
        if tag == "tr" and self.grids and self.grids[-1]:
            self._fill_hanging(self.grids[-1][-1])

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def _end_cell(self) -> None:
        if self._cell is None:
            return
        words, self._cell = " ".join("".join(self._cell).split()), None
        row = self.grids[-1][-1]
        self._fill_hanging(row)
        rows, columns = self._span
        for _ in range(columns):
            if rows > 1:
                self._hanging[len(row)] = (rows - 1, words)
            row.append(words)
        self._cells += columns
        if self._cells > MAX_CELLS:
            raise unknown("R002", f"more than {MAX_CELLS} cells")

    def _fill_hanging(self, row: list[str]) -> None:
        """The cells of earlier rows that reach down to where this row now stands."""
        while (column := len(row)) in self._hanging:
            left, words = self._hanging.pop(column)
            if left > 1:
                self._hanging[column] = (left - 1, words)
            row.append(words)
            self._cells += 1


def _span(value: str | None) -> int:
    return min(int(value), _MAX_SPAN) if value and value.isdecimal() and int(value) else 1
