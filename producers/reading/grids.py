"""Rows out of a grid of cells, as a spreadsheet, a CSV or an HTML table holds them: where the
header is, what its columns are called, and which lines are no rows.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from producers.reading.answers import unknown
from producers.reading.permit_columns import DATES, ENDS_OF_LINES, WHO, known_columns, meaning_of

Grid = Sequence[Sequence[str]]
EXCEL_ROWS = frozenset({65_535, 65_536, 1_048_575, 1_048_576})
"""Rows at which a spreadsheet cuts a list without a word."""
HEADER_WITHIN = 30
_HEADER_LINES = 3
_SPOT = (
    frozenset(["place", "lon", "lat", "x", "y", "point", "geometry", "link_ids"]) | ENDS_OF_LINES
)
_OF_A_SPOT = frozenset(["length_m", "width_m", "depth_m", "area_m2"])
_TOTAL = re.compile(
    r"(?:총|합|소|누|중|월|연)?계[:(\[]*\d*[건개소]*[)\]]*|총합계|총\d+건|평균|(?:SUB|GRAND)?TOTAL:?"
)
_NOTE = re.compile(
    r"\s*(?:[※*☞◎◆■□○◇●▶▷-]|주\s*[:)1-9]|비고\s*[:)]|참고|자료\s*[:)]|출처|작성|문의|단위|범례|이하\s*여백|끝\b)"
    r"|.*(?:니다|한다|된다|바람|참조)\.?\s*$"
)
_UNIT = re.compile(r"[(\[].*[)\]]")
_BRACKETS = re.compile(r"[(\[（].*?[)\]）]")
_DATE = re.compile(r"\W*\d{2,4}\D{0,3}\d{1,2}\D{0,3}\d{1,2}[^~∼～〜]*")


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a list, `numbers` their places among its lines (1 is the first below the header).

    `broken` are rows that cannot be used, each with its number, its code and why; `skipped` counts
    totals, notes and repeated headers. `crs` is the reference system the file states, "" for none.
    """

    rows: tuple[dict[str, Any], ...]
    numbers: tuple[int, ...] = ()
    broken: tuple[tuple[int, dict[str, Any], str, str], ...] = ()
    skipped: int = 0
    is_partial: bool = False
    total: int | None = None
    flags: tuple[str, ...] = ()
    crs: str = ""


def table_of_grid(grid: Grid, *, is_ragged: bool) -> Table:
    """The rows below the header. `is_ragged`: lines may have lost cells (a CSV), so that one of
    another length is broken, and the last one a sign that the file was cut (R013).

    Raises R004 for a grid without the columns of a permit list.
    """
    names, first = header_of(grid)
    body = [line for line in grid[first:] if any(map(str.strip, line))]
    rows: dict[int, dict[str, Any]] = {}
    broken: list[tuple[int, dict[str, Any], str, str]] = []
    known = [at for at, name in enumerate(names) if meaning_of(name)]
    skipped, fill = 0, _Fill(names)
    for number, line in enumerate(body, start=1):
        if _is_no_row(line, names, known):
            skipped += 1
        elif is_ragged and not _has_length(line, len(names)):
            code = "R013" if number == len(body) else "R005"
            why = f"row {number} has {len(line)} columns, the header {len(names)}"
            broken.append((number, _row(names, line), code, why))
        else:
            rows[number] = fill.row(_row(names, line))
    is_cut = any(code == "R013" for *_, code, _ in broken) or len(body) in EXCEL_ROWS
    return Table(
        tuple(rows.values()),
        tuple(rows),
        tuple(broken),
        skipped,
        is_partial=is_cut,
        flags=("truncated_file",) if is_cut else (),
    )


def header_of(grid: Grid) -> tuple[list[str], int]:
    """The names of the columns, and the line that follows them; raises R004 without any."""
    # the first and shortest header of the most columns
    found = max(_candidates(grid), key=lambda c: (c[0], -c[1], -c[2]), default=None)
    if found is None:
        raise unknown("R004", f"no columns of a permit list in the first {HEADER_WITHIN} lines")
    names, first = found[3], found[2] + found[1]
    return _dated_pairs(names, [line for line in grid[first:] if any(map(str.strip, line))]), first


def is_total(cell: str) -> bool:
    """Whether a line that begins with this cell is a total."""
    return _TOTAL.fullmatch(re.sub(r"\s", "", cell[:20]).upper()) is not None


def score(grid: Grid) -> int:
    """How many columns of a permit list the best header in the grid has, 0 for none."""
    return max((s for s, *_ in _candidates(grid)), default=0)


def _candidates(grid: Grid) -> Iterator[tuple[int, int, int, list[str]]]:
    """(columns known, lines of the header, its first line, names) of every possible header."""
    for first in range(min(HEADER_WITHIN, len(grid))):
        names: list[str] = []
        for depth, line in enumerate(grid[first : first + _HEADER_LINES], start=1):
            if depth > 1 and not all(map(_is_name, line)):
                break
            names = _below(names, line) if names else list(line)
            if known := known_columns(names):
                yield known, depth, first, names


def _is_name(cell: str) -> bool:
    bare = _BRACKETS.sub("", cell)
    return len(bare) <= 25 and not re.search(r"\d", bare)


def _below(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """The names of two lines together: an upper one reaches over the blank cells at its right, and
    stands before the lower one where both together, or neither alone, say something.
    """
    names, over = [], ""
    for at in range(max(len(upper), len(lower))):
        above = upper[at].strip() if at < len(upper) else ""
        below = lower[at].strip() if at < len(lower) else ""
        over = above or over
        both = f"{over} {below}"
        if not below or below == above:
            names.append(above)
        elif meaning_of(both) or not meaning_of(below):
            names.append(both.strip())
        else:
            names.append(below)
    return names


def _dated_pairs(names: list[str], body: Grid) -> list[str]:
    """A period twice, or with a nameless column behind it, is its begin and its end when both
    columns hold single dates.
    """
    names = list(names)
    for at in range(len(names) - 1):
        known = meaning_of(names[at])
        if known is None or not known[0].endswith("period"):
            continue
        is_pair = names[at + 1].strip() in {"", names[at].strip()}
        if is_pair and _are_dates(body, at) and _are_dates(body, at + 1):
            names[at : at + 2] = [f"{names[at]} 시작", f"{names[at]} 종료"]
    return names


def _are_dates(body: Grid, at: int) -> bool:
    cells = [line[at].strip() for line in body[:200] if at < len(line) and line[at].strip()]
    return bool(cells) and sum(bool(_DATE.fullmatch(cell)) for cell in cells) * 2 >= len(cells)


def _row(names: Sequence[str], line: Sequence[str]) -> dict[str, Any]:
    """The line by column; of a name that stands twice the first cell that is not blank."""
    row: dict[str, Any] = {}
    for name, cell in zip(names, line, strict=False):
        if name and not row.get(name, "").strip():
            row[name] = cell
    return row


def _has_length(line: Sequence[str], width: int) -> bool:
    """Whether no cell is lost; a spreadsheet may leave empty ones behind the last column."""
    return len(line) == width or (len(line) > width and not any(map(str.strip, line[width:])))


def _is_no_row(line: Sequence[str], names: Sequence[str], known: Sequence[int]) -> bool:
    """Whether the line is a total, a note, a heading between rows, units, a header again, or says
    nothing in the `known` columns, as lines do that are only numbered.
    """
    filled = [cell for cell in line if cell.strip()]
    if is_total(filled[0]):
        return True
    is_whole = len(line) == len(names) > 2
    if is_whole and not any(line[at].strip() for at in known):
        return True
    if len(filled) > 1:
        is_header = all(map(_is_name, filled)) and known_columns(filled) >= 3
        return is_header or all(_UNIT.fullmatch(cell.strip()) for cell in filled)
    at = list(line).index(filled[0])
    found = meaning_of(names[at]) if at < len(names) else None
    if found is not None and found[0] in _SPOT:
        return False
    is_heading = is_whole and not re.search(r"\d", filled[0])
    return len(names) > 2 and (is_heading or _NOTE.match(filled[0]) is not None)


class _Fill:
    """Merged cells as CSV writes them: a value in the first row of a group alone."""

    def __init__(self, names: Sequence[str]) -> None:
        known = [(name, found[0]) for name in names if (found := meaning_of(name))]
        self._who = [name for name, meaning in known if meaning in WHO]
        self._has_number = any(meaning == "permit_id" for _, meaning in known)
        self._dates = [name for name, meaning in known if meaning in DATES]
        self._spot = [name for name, meaning in known if meaning in _SPOT]
        alone = {*self._dates, *self._spot, *(n for n, m in known if m in _OF_A_SPOT)}
        self._shared = [name for name, _ in known if name not in alone]
        self._last: Mapping[str, Any] = {}

    def row(self, row: dict[str, Any]) -> dict[str, Any]:
        """The row, with what it leaves out taken from the one above where it goes on: it has a
        spot, but neither number nor title, and (in a list without numbers) no dates of its own.
        """
        is_dateless = not _is_any(row, self._dates)
        if (
            self._who
            and self._last
            and not _is_any(row, self._who)
            and _is_any(row, self._spot)
            and (is_dateless or self._has_number)
        ):
            names = [*self._shared, *(self._dates if is_dateless else ())]
            blank = [name for name in names if not row.get(name, "").strip()]
            row = {**row, **{name: self._last.get(name, "") for name in blank}}
        self._last = row
        return row


def _is_any(row: Mapping[str, Any], names: Sequence[str]) -> bool:
    return any(row.get(name, "").strip() for name in names)


def joined(tables: Sequence[Table]) -> Table:
    """The tables of several sheets as one; its numbers go on from sheet to sheet."""
    rows: dict[int, dict[str, Any]] = {}
    broken: list[tuple[int, dict[str, Any], str, str]] = []
    base = 0
    for table in tables:
        rows.update({base + n: row for n, row in zip(table.numbers, table.rows, strict=True)})
        broken += [(base + number, *rest) for number, *rest in table.broken]  # type: ignore[misc]
        base += len(table.rows) + len(table.broken) + table.skipped
    return Table(
        tuple(rows.values()),
        tuple(rows),
        tuple(broken),
        sum(table.skipped for table in tables),
        is_partial=any(table.is_partial for table in tables),
        flags=tuple(dict.fromkeys(flag for table in tables for flag in table.flags)),
    )
