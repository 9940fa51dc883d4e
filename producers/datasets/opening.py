"""The raw rows of a dataset's file, in whatever form. A CSV streams, others are bounded."""

import codecs
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from producers.datasets.descriptor import Column, Form, Format
from producers.datasets.lines import TableLines, is_note
from producers.datasets.unpacking import UnpackingError, unpacked
from producers.reading.answers import Exchange, UnknownAnswerError
from producers.reading.bodies import MAX_FILE_BYTES, MIB, tree_of
from producers.reading.encodings import decoded, sayable
from producers.reading.fields import number
from producers.reading.grids import EXCEL_ROWS, HEADER_WITHIN, is_total
from producers.reading.shapefiles import reader_of, system_of
from producers.reading.spreadsheets import is_workbook, sheets_of
from producers.reading.wrappings import TOTALS, crs_of
from streams.contract.errors import NetworkError
from streams.people.text import is_persons

GEOMETRY = "geometry"
"""What a row's shape is called beside its columns."""
_SUCCESS = frozenset(
    {"0", "00", "000", "0000", "INFO-000", "INFO-0", "INFO-00", "200", "OK", "SUCCESS"}
)
_CODES = frozenset({"resultCode", "CODE", "returnReasonCode", "errCd", "err"})
_HEAD_NAMES = 8  # a head says little more than its code; a row with such a column has more
_MAX_NODES = 2_000_000
MOST_COLUMNS = 20_000
"""Of a line; a workbook has 16,384."""
MOST_TAGS, MOST_VALUES = 2_000_000, 3_000_000
_DELIMITERS = "\t,;|"
_SHOWN_LINES = HEADER_WITHIN + 30
_MOST_ALIKE = 3  # so many lines with the same blank cells at their end are how a program writes
Raw = Mapping[str, Any]
_Grid = tuple[str, Iterable[list[str]]]


class Columns(Protocol):
    """The declared columns, as the names of a header are held against them."""

    order: tuple[str, ...]
    required: int

    def count(self, names: Iterable[str]) -> int: ...
    def lacking(self, names: Iterable[str]) -> list[Column]: ...


@lru_cache(maxsize=8192)
def heading(name: str) -> str:
    """A column's name as it is compared: without blanks, quotes and marks of order, in capitals."""
    return re.sub(r"[\s\ufeff\"'*]+", "", unicodedata.normalize("NFKC", name)).upper()


class UnreadableFileError(Exception):
    """A file that is nothing of the dataset; the text says why."""


@dataclass(slots=True)
class Opened:
    """The rows of one file, numbered from 1. `total`: how many its source says there are; `crs`:
    the system it states; `wrong`: lines that are no rows, with why; `left_out`: totals, notes;
    `is_cut`: it ends where something has cut it off; `is_empty`: it says that there is no row;
    `file`: its name, "" of an answer of a portal. `sheet`: of the row that came last, where there
    are several; `short`: the last row whose last cells were left off.
    """

    names: tuple[str, ...]
    rows: Iterator[tuple[int, Raw]]
    total: int | None = None
    crs: str = ""
    wrong: list[tuple[int, str]] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)
    is_cut: bool = False
    is_empty: bool = False
    file: str = ""
    sheet: str = ""
    short: int = 0

    def leave(self, why: str) -> None:
        self.left_out[why] = self.left_out.get(why, 0) + 1


@dataclass(slots=True)
class _Sheet:
    """A sheet of a workbook, or all of a CSV: the names of its header and the lines below."""

    name: str
    names: tuple[str, ...]
    lines: Iterator[list[str]]
    lacking: list[str]
    has_lines: bool
    width: int
    header: frozenset[str]  # the cells of its header: another line of them is a header again

    @property
    def is_whole(self) -> bool:
        return bool(self.names) and not self.lacking


@dataclass(frozen=True, slots=True)
class Opening:
    """What a descriptor says of its columns, and of the form of its files."""

    columns: Columns
    format: Format

    def open(self, path: Path, stack: ExitStack) -> Opened:
        """The rows of a file. Raises UnreadableFileError, OSError."""
        with _named_faults():
            read = unpacked(path, self.format.inside, stack)
            opened = self._opened(read, stack)
        opened.file = sayable(path.name) if path.suffix else ""
        return opened

    def heads(self, path: Path, stack: ExitStack) -> list[list[list[str]]]:
        """The first lines of each sheet, for who looks for its header; none of trees and shapes.
        Raises UnreadableFileError, OSError.
        """
        with _named_faults():
            read = unpacked(path, self.format.inside, stack)
            form = self.format.form or _form_of(read)
            if form is Form.CSV:
                return [list(islice(self._lines(read, stack).rows(), _SHOWN_LINES))]
            grids = _shown_sheets(read) if form is Form.XLSX else []
        return [grid[:_SHOWN_LINES] for _, grid in grids]

    def _opened(self, path: Path, stack: ExitStack) -> Opened:
        form = self.format.form or _form_of(path)
        if form is Form.SHAPEFILE:
            return _shapes(path, stack)
        if form is Form.XLSX:
            return self._grids(_shown_sheets(path), is_ragged=False)
        if form is Form.CSV:
            return self._table(path, stack)
        return self._tree(path)

    def _table(self, path: Path, stack: ExitStack) -> Opened:
        lines = self._lines(path, stack)
        try:
            opened = self._grids([("", lines.rows())], is_ragged=True)
        except UnreadableFileError as error:
            raise UnreadableFileError(lines.fault or str(error)) from None
        opened.rows = _to_the_end(opened, opened.rows, lines)
        return opened

    def _lines(self, path: Path, stack: ExitStack) -> TableLines:
        encoding = _encoding_of(path)
        stream = stack.enter_context(path.open(encoding=encoding, errors="replace", newline=""))
        head = [line for line in islice(stream, HEADER_WITHIN) if line.strip()]
        if not head:
            raise UnreadableFileError("the file is empty")
        if any("\x00" in line for line in head):
            raise UnreadableFileError("no text: a form that is not known")
        delimiter = self.format.delimiter or _delimiter_of(head)
        stream.seek(0)
        return TableLines(stream, delimiter, has_quotes=self.format.quotes)

    def _grids(self, grids: Sequence[_Grid], *, is_ragged: bool) -> Opened:
        """The rows of sheets, each by its own header."""
        opened = Opened((), iter(()))
        sheets = [self._sheet(name, grid) for name, grid in self._named(grids)]
        taken = list(self._taken(sheets, opened))
        own = [self.format.sheet_name] if self.format.sheet_name else []
        names = (name for sheet in taken for name in sheet.names)
        opened.names = tuple(dict.fromkeys([*names, *own]))
        opened.rows = self._numbered(opened, taken, is_ragged=is_ragged)
        return opened

    def _named(self, grids: Sequence[_Grid]) -> Sequence[_Grid]:
        """The sheets that the descriptor names; all where it names none."""
        wanted = self.format.sheets
        there = [name for name, _ in grids]
        if missing := [name for name in wanted if name not in there]:
            raise UnreadableFileError(f"no sheet {missing[0]!r}: there are {_shown_names(there)}")
        return [each for each in grids if each[0] in wanted] if wanted else grids

    def _sheet(self, name: str, grid: Iterable[list[str]]) -> _Sheet:
        lines = iter(grid)
        head = list(islice(lines, HEADER_WITHIN))
        if (most := max(map(len, head), default=0)) > MOST_COLUMNS:
            raise UnreadableFileError(f"a line of {most} cells, at most {MOST_COLUMNS}")
        names, first = self._header(head)
        start = first - self.format.header_lines
        cells = {cell.strip() for line in head[start:first] for cell in line} - {""}
        return _Sheet(
            name,
            names,
            chain(head[first:] if names else head, lines),
            self._lacking(names),
            any(cell.strip() for line in head for cell in line),
            _width(names, head[first:]),
            frozenset(cells),
        )

    def _lacking(self, names: Sequence[str]) -> list[str]:
        own = [self.format.sheet_name] if self.format.sheet_name else []
        return [column.name for column in self.columns.lacking([*names, *own])]

    def _taken(self, sheets: Sequence[_Sheet], opened: Opened) -> Iterator[_Sheet]:
        """The sheets that are read. One that lacks columns is left, and told; one that has most of
        them and lacks some is at fault, and so is the best where none has all.
        """
        if not any(sheet.is_whole for sheet in sheets):
            yield self._best(sheets)
            return
        last: _Sheet | None = None
        for at, sheet in enumerate(sheets, start=1):
            if sheet.is_whole:
                last = sheet
                yield sheet
            elif last is not None and not sheet.names and self.format.goes_on:
                yield replace(last, name=sheet.name, lines=sheet.lines)
            elif sheet.has_lines:
                self._leave(sheet, at, opened)

    def _leave(self, sheet: _Sheet, at: int, opened: Opened) -> None:
        shown = _shown_name(sheet.name, at)
        if not sheet.names:
            opened.leave(
                f"sheet {shown}: none of the declared columns (goes_on = true reads it on)"
            )
            return
        why = f"sheet {shown}: no column {', '.join(sheet.lacking)}"
        if self.format.sheets or len(sheet.lacking) * 2 < self.columns.required:
            opened.wrong.append((0, why))
        else:
            opened.leave(why)

    def _best(self, sheets: Sequence[_Sheet]) -> _Sheet:
        """The sheet that lacks least, where none has all."""
        found = min((each for each in sheets if each.names), key=_lacks, default=None)
        if found is None:
            raise UnreadableFileError(
                f"none of the declared columns in the first {HEADER_WITHIN} lines: other names, "
                "or no line of names (header_lines = 0)"
            )
        return found

    def _header(self, head: list[list[str]]) -> tuple[tuple[str, ...], int]:
        """The names of the columns and the line after them; none where no line has any of them."""
        depth = self.format.header_lines
        if not depth:
            return self.columns.order, 0
        best: tuple[int, tuple[str, ...], int] = (0, (), 0)
        for first in range(len(head)):
            names = joined_names(head[first : first + depth])
            if (found := self.columns.count(names)) > best[0]:
                best = found, names, first + depth
        return best[1], best[2]

    def _numbered(
        self, opened: Opened, sheets: Sequence[_Sheet], *, is_ragged: bool
    ) -> Iterator[tuple[int, Raw]]:
        count = 0
        for at, sheet in enumerate(sheets, start=1):
            own = {self.format.sheet_name: sheet.name} if self.format.sheet_name else {}
            opened.sheet = _shown_name(sheet.name, at) if len(sheets) > 1 else ""
            for line in self._body(sheet, opened):
                count += 1
                if is_ragged and (why := self._why_broken(line, sheet)):
                    opened.wrong.append((count, why))
                else:
                    opened.short = count if len(line) < sheet.width else opened.short
                    yield count, {**own, **dict(zip(sheet.names, line, strict=False))}
        if count in EXCEL_ROWS:
            opened.is_cut = True
            opened.wrong.append((count, f"{count} rows are where a spreadsheet cuts a list"))

    def _body(self, sheet: _Sheet, opened: Opened) -> Iterator[list[str]]:
        """The lines of a sheet that are rows. After a header further down its names hold."""
        lines = sheet.lines
        for line in lines:
            filled = [cell for cell in line if cell.strip()]
            if not filled:
                continue
            if is_note(filled):
                opened.leave("notes")
            elif is_total(filled[0]) and filled[0] == line[0]:
                opened.leave("totals")
            elif len(sheet.header.intersection(line)) * 2 > len(filled) > 1:
                if not self._turned(sheet, line, lines, opened):
                    return
            else:
                yield line

    def _why_broken(self, line: Sequence[str], sheet: _Sheet) -> str:
        """Why the cells of a line cannot be told apart; "" where they can."""
        is_short = len(line) < sheet.width
        if is_short and self.format.short_lines:
            return ""
        if len(line) == sheet.width and not any(x.strip() for x in line[len(sheet.names) :]):
            return ""
        hint = " (short_lines = true, if blank last cells were left off)" if is_short else ""
        return f"{len(line)} cells, the header has {len(sheet.names)}{hint}"

    def _turned(
        self, sheet: _Sheet, line: list[str], lines: Iterator[list[str]], opened: Opened
    ) -> bool:
        """Read on by a header that stands among the rows; False where it lacks columns."""
        names = joined_names([line, *islice(lines, self.format.header_lines - 1)])
        if lacking := self._lacking(names):
            opened.wrong.append((0, f"a second header without {', '.join(lacking)}"))
            return False
        sheet.names = names
        opened.leave("headers")
        return True

    def _tree(self, path: Path) -> Opened:
        _check_bytes(path, "JSON or XML")
        exchange = Exchange("dataset", 0, f"file:{path.name}", 200, path.read_bytes())
        _check_marks(exchange.body)
        tree = tree_of(decoded(exchange.body), exchange).tree
        _refuse_code(tree)
        if (grid := _grid_at(tree, self.format.rows)) is not None:
            return self._grids([("", grid)], is_ragged=True)
        rows, owner = self._listing(tree)
        if rows is None and _is_empty(tree):
            return Opened((), iter(()), _total(tree), is_empty=True)
        if rows is None:
            raise UnreadableFileError("no list of rows with a declared column")
        names = tuple(dict.fromkeys(name for row in rows for name in row))
        return Opened(
            names,
            iter(enumerate(rows, start=1)),
            _total(tree),
            crs_of(owner) if isinstance(owner, dict) else "",
        )

    def _listing(self, tree: Any) -> tuple[list[Raw] | None, Any]:
        """The list whose rows have most of the declared columns, and what it stands in."""
        if self.format.rows:
            return _rows_at(tree, self.format.rows.split(".")), tree
        best: tuple[int, int, Sequence[str] | None, Any] = (0, 0, None, tree)
        for owner, way, rows in _listings(tree):
            some = (cell for row in map(_flat, rows[:50]) for cell in row.items())
            found = self.columns.count(dict.fromkeys(x for x, y in some if not isinstance(y, list)))
            if (found, len(rows)) > best[:2]:
                best = found, len(rows), way, owner
        if best[0] and best[2] is not None:
            return _rows_at(best[3], best[2]), best[3]
        return ([] if tree == [] else None), tree


@contextmanager
def _named_faults() -> Iterator[None]:
    """What a file cannot be read for, as one error that says why."""
    try:
        yield
    except UnpackingError as error:
        raise UnreadableFileError(str(error)) from None
    except UnknownAnswerError as error:
        raise UnreadableFileError(error.answer.detail or error.answer.code) from None
    except NetworkError as error:
        raise UnreadableFileError(str(error)) from None


def _shown_sheets(path: Path) -> list[tuple[str, list[list[str]]]]:
    """The sheets of a workbook that are not hidden."""
    _check_bytes(path, "a workbook")
    return [(each.name, each.grid) for each in sheets_of(path.read_bytes()) if each.is_shown]


def _form_of(path: Path) -> Form:
    if path.suffix.lower() == ".shp":
        return Form.SHAPEFILE
    with path.open("rb") as stream:
        head = stream.read(4096)
    if is_workbook(head):
        return Form.XLSX
    bare = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if bare[:1] in (b"{", b"["):
        return Form.JSON
    return Form.XML if bare[:1] == b"<" else Form.CSV


def _check_bytes(path: Path, what: str) -> None:
    """Raises for a file that is held as a whole and is too large for that."""
    found, most = path.stat().st_size / MIB, MAX_FILE_BYTES // MIB
    if found > most:
        raise UnreadableFileError(f"{found:.1f} MiB of {what}, at most {most} MiB: use CSV")


def _check_marks(body: bytes) -> None:
    """Raises for a tree that would take more than some 400 MB, however few its bytes are."""
    if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        what, most, found = "tags of XML", MOST_TAGS, body.count(b"<")
    else:
        what, most = "values of JSON", MOST_VALUES
        found = body.count(b",") + body.count(b"{") + body.count(b"[")
    if found > most:
        raise UnreadableFileError(f"{found} {what}, at most {most}: use CSV")


def _encoding_of(path: Path) -> str:
    """UTF-16 by its mark, UTF-8 where all of it is, else CP949; in one pass and little memory."""
    with path.open("rb") as stream:
        head = stream.read(4)
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        stream.seek(0)
        reader = codecs.getincrementaldecoder("utf-8")()
        try:
            while piece := stream.read(1 << 20):
                reader.decode(piece)
            reader.decode(b"", final=True)
        except UnicodeDecodeError:
            return "utf-8-sig" if _begins_in_utf8(path) else "cp949"
    return "utf-8-sig"


def _begins_in_utf8(path: Path) -> bool:
    """Whether a file with a wrong byte is UTF-8 all the same: its begin is, and no plain ASCII."""
    with path.open("rb") as stream:
        head = stream.read(1 << 16)
    try:
        words = codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError as error:
        words = head[: error.start].decode("utf-8")
        words = words if error.start > len(head) // 2 else ""
    return any("가" <= letter <= "힣" for letter in words)


def _delimiter_of(head: list[str]) -> str:
    """The mark that stands most often in the line that has most of it, outside of quotes."""
    bare = [re.sub(r'"[^"]*"', "", line) for line in head]
    return max(_DELIMITERS, key=lambda mark: (max((x.count(mark) for x in bare), default=0), mark))


def _to_the_end(
    opened: Opened, rows: Iterator[tuple[int, Raw]], lines: TableLines
) -> Iterator[tuple[int, Raw]]:
    """The rows of a table; behind the last one it is known whether it was cut off."""
    yield from rows
    if fault := lines.cut(len(opened.names)):
        opened.is_cut = True
        opened.wrong.append((0, fault))


def _width(names: Sequence[str], lines: Sequence[list[str]]) -> int:
    """How many cells a line has: as many as the header, but where lines end in blank cells (or the
    header does), as most of the first lines have.
    """
    filled = max((at for at, name in enumerate(names, start=1) if name), default=0)
    counts = Counter(len(line) for line in lines if sum(bool(cell.strip()) for cell in line) > 1)
    most, often = max(counts.items(), key=lambda each: each[1], default=(0, 0))
    is_alike = often >= _MOST_ALIKE and often * 2 > counts.total()
    return most if is_alike and most >= filled else len(names)


def _lacks(sheet: _Sheet) -> int:
    return len(sheet.lacking)


def _shown_name(name: str, at: int) -> str:
    """The name of a sheet, its number where it is a person's."""
    return str(at) if is_persons(name) else name


def _shown_names(names: Sequence[str]) -> str:
    return ", ".join(_shown_name(name, at) for at, name in enumerate(names[:20], start=1))


def joined_names(lines: list[list[str]]) -> tuple[str, ...]:
    """The names of a header of some lines: an upper name reaches over the blanks at its right, and
    one that is repeated below itself is said once. The second of a name is `name (2)`.
    """
    width = max(map(len, lines), default=0)
    rows = [[cell.strip() for cell in line] + [""] * (width - len(line)) for line in lines]
    for row in rows[:-1]:
        for at in range(1, width):
            row[at] = row[at] or row[at - 1]
    names: list[str] = []
    seen: dict[str, int] = {}
    for cells in zip(*rows, strict=True):
        name = "/".join(dict.fromkeys(" ".join(cell.split()) for cell in cells if cell))
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 or not name else f"{name} ({seen[name]})")
    return tuple(names)


def _shapes(path: Path, stack: ExitStack) -> Opened:
    reader = reader_of(path, stack)
    names = tuple(str(each[0]) for each in reader.fields if each[0] != "DeletionFlag")
    return Opened(names, _features(reader), len(reader), system_of(path).to_wkt())


def _features(reader: Any) -> Iterator[tuple[int, Raw]]:
    for count, each in enumerate(reader.iterShapeRecords(), start=1):
        shape = each.shape.__geo_interface__ if each.shape.points else None
        yield count, {**each.record.as_dict(), GEOMETRY: shape}


class _Node(NamedTuple):
    """An object or list of a tree, with the names that lead to it, and whether a list holds it."""

    way: tuple[str, ...]
    value: Any
    is_inside: bool = False


def _ways(tree: Any) -> Iterator[_Node]:
    """Every object and list of a tree, from the top down."""
    level = [_Node((), tree)]
    seen = 0
    while level and seen < _MAX_NODES:
        yield from level
        seen += len(level)
        level = [each for node in level for each in _below(node)]


def _below(node: _Node) -> Iterator[_Node]:
    way, value = node.way, node.value
    if isinstance(value, list):
        return (_Node(way, x, is_inside=True) for x in value if isinstance(x, dict | list))
    return (_Node((*way, x), y) for x, y in value.items() if isinstance(y, dict | list))


def _nodes(tree: Any) -> Iterator[Any]:
    return (node.value for node in _ways(tree) if isinstance(node.value, dict | list))


def _is_empty(tree: Any) -> bool:
    """Whether a tree has lists, and no row in any."""
    lists = [node for node in islice(_nodes(tree), 1_000) if isinstance(node, list)]
    return bool(lists) and not any(lists)


def _total(tree: Any) -> int | None:
    """How many rows a source says it has."""
    return next((int(n) for n in map(number, _values(tree, TOTALS)) if n is not None), None)


def _listings(tree: Any) -> Iterator[tuple[Any, tuple[str, ...], list[Any]]]:
    """Where rows may stand: the ways to lists, those of one way together, and single objects where
    a gateway leaves the list away. Each with what it stands in, and the objects that are its rows:
    all of one walk, for a tree may have as many ways as rows.
    """
    rows: dict[tuple[str, ...], list[Any]] = defaultdict(list)
    found: list[tuple[Any, tuple[str, ...]]] = []
    seen = set[tuple[str, ...]]()
    for node in _ways(tree):
        if not isinstance(node.value, list):
            rows[node.way].append(node.value)
            if not node.is_inside:
                found.append((node.value, ()))
        elif node.way not in seen:
            seen.add(node.way)
            found.append((tree, node.way))
    for owner, way in found:
        yield owner, way, rows.get(way, []) if owner is tree and way in seen else [owner]


def _rows_at(tree: Any, way: Sequence[str]) -> list[Raw]:
    """The rows at the end of a way, with what stands beside their lists."""
    return [{**beside, **row} if beside else row for beside, row in _through(tree, way)]


def _through(
    node: Any, way: Sequence[str], at: str = "", beside: Raw = MappingProxyType({})
) -> Iterator[tuple[Raw, Raw]]:
    """The rows at the end of a way; lists on it are gone through. What an object of such a list
    holds beside the next one is a column of each row, by the name of its list: `regions/dong`.
    """
    if isinstance(node, list):
        for each in node:
            own = _beside(each, way[0], at) if way and isinstance(each, dict) else {}
            yield from _through(each, way, at, {**beside, **own} if own else beside)
    elif way and isinstance(node, dict):
        yield from _through(node.get(way[0]), way[1:], way[0], beside)
    elif not way and isinstance(row := _flat(node), dict):
        yield beside, row


def _beside(node: dict[str, Any], step: str, at: str) -> Raw:
    own = {name: each for name, each in node.items() if name != step}
    return {f"{at}/{x}": y for x, y in _level(own).items() if not isinstance(y, dict | list)}


def _grid_at(tree: Any, path: str) -> list[list[str]] | None:
    """The lines of a list of lists at `a.b.c`, as of a table without names of its own."""
    for step in path.split(".") if path else ():
        tree = tree.get(step) if isinstance(tree, dict) else None
    if not isinstance(tree, list) or not tree or not all(isinstance(x, list) for x in tree):
        return None
    if any(isinstance(cell, dict | list) for line in tree for cell in line):
        return None
    return [["" if cell is None else str(cell) for cell in line] for line in tree]


def _flat(row: Any) -> Any:
    """A row out of its wrapping: `{"item": {...}}`, a feature with its properties."""
    if not isinstance(row, dict):
        return None
    if len(row) == 1 and isinstance(inner := next(iter(row.values())), dict):
        return _flat(inner)
    inner = row.get("properties", row.get("attributes"))
    if isinstance(inner, dict):
        return {**_level(inner), GEOMETRY: row.get("geometry")}
    return _level(row)


def _level(row: dict[str, Any]) -> dict[str, Any]:
    """A row with what its objects hold: `{"site": {"name": ...}}` is a column `site/name`."""
    if not any(isinstance(value, dict) and name != GEOMETRY for name, value in row.items()):
        return row
    found: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, dict) and name != GEOMETRY:
            found |= {f"{name}/{inner}": each for inner, each in _level(value).items()}
        else:
            found[name] = value
    return found


def _values(tree: Any, names: Iterable[str]) -> Iterator[Any]:
    dicts = [node for node in islice(_nodes(tree), 10_000) if isinstance(node, dict)]
    for name in names:
        yield from (node[name] for node in dicts if name in node)


def _refuse_code(tree: Any) -> None:
    """Raises where the source says itself that it has refused."""
    heads = [node for node in islice(_nodes(tree), 200) if isinstance(node, dict)]
    for node in heads:
        for name in _CODES.intersection(node):
            if str(node[name]).upper() not in _SUCCESS and len(node) <= _HEAD_NAMES:
                raise UnreadableFileError(f"the source answers {name} {str(node[name])[:20]!r}")
