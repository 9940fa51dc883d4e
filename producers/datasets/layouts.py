"""How a table is laid out, as its own lines show: several lines of names, months or ages that stand
as columns, cells that go on downwards, rows of totals. Pure; what is not plain is not said.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import prod

from producers.datasets.descriptor import Column, ValueType
from producers.datasets.opening import joined_names
from producers.datasets.values import is_nothing
from producers.datasets.wanted import MEASURE

VALUE = "값"
SEXES = "성별"
_NUMBER = re.compile(r"[-+△▲(]?[\d,.]+\)?")
_DIGITS = re.compile(r"\d[\d,]*(?:\.\d+)?")
_NEARLY = 0.5  # of a sum: its parts may be rounded
_TIMELY = re.compile(r"(?:19|20)\d\d(?:[.\-/]?(?:0?[1-9]|1[0-2])\.?)?")
_MOST_LINES = 5  # of a header
_LEAST = 3  # columns of a series, rows of a group, columns of numbers
_MARKS = ("_", "/", " ", "\n")
_SEX = re.compile(r"남|여|남자|여자|남성|여성|계|합계|전체|총계|소계")
_BOTH = ({"남", "여"}, {"남자", "여자"}, {"남성", "여성"})
_ALL = frozenset({"계", "합계", "전체", "총계", "소계", "누계"})


@dataclass(frozen=True, slots=True)
class Head:
    """The header of a sheet: the names of its columns, and how many lines they stand in."""

    names: tuple[str, ...] = ()
    lines: int = 1

    @property
    def count(self) -> int:
        return sum(bool(name) for name in self.names)


def head_of(lines: Sequence[Sequence[str]]) -> Head:
    """The header among the first lines of a sheet: where most columns have a name."""
    rows = [[cell.strip() for cell in line] for line in lines]
    found = [(top, _end_of(rows, top)) for top in range(len(rows))]
    top, end = max(
        found, key=lambda each: (_names_in(_joined(rows, *each)), -each[0]), default=(0, 0)
    )
    if not _names_in(_joined(rows, top, end)):
        return Head()
    while end - top > 1 and _says_one_thing(rows[top], rows[top + 1]):
        top += 1
    while end - top < _MOST_LINES and end < len(rows) and _is_of_names(rows, end):
        end += 1
    return Head(_joined(rows, top, end), end - top)


def _joined(rows: Sequence[Sequence[str]], top: int, end: int) -> tuple[str, ...]:
    return joined_names([list(row) for row in rows[top:end]])


def _names_in(cells: Sequence[str]) -> int:
    """How many cells may head a column: no number, no blank; but several years or months may."""
    words = sum(bool(cell) and not _NUMBER.fullmatch(cell) for cell in cells)
    times = sum(bool(_TIMELY.fullmatch(cell)) for cell in cells)
    return words + (times if times >= _LEAST else 0)


def _end_of(rows: Sequence[Sequence[str]], top: int) -> int:
    """The line behind those whose names stand under those of the line `top`."""
    above, below = _reaching(rows[top]), set[int]()
    end = top + 1
    if len(set(rows[top]) - {""}) < 2:
        return end
    for low in rows[end : top + _MOST_LINES]:
        found = below or set(_spanned(above, low))
        is_alone = all(cell in ("", above[at]) for at, cell in _beside(low, above, found))
        names = [low[at] for at in found if at < len(low) and low[at]]
        is_named = len(set(names)) > 1 and not any(map(_is_figure, names))
        if not (is_alone and is_named) or (below and len(found) == len(above)):
            break
        below, end = found, end + 1
    return end


def _beside(
    low: Sequence[str], above: Sequence[str], spanned: set[int]
) -> Iterator[tuple[int, str]]:
    return ((at, x) for at, x in enumerate(low[: len(above)]) if at not in spanned)


def _reaching(row: Sequence[str]) -> list[str]:
    """The names of a line, each over the blanks at its right."""
    names: list[str] = []
    for cell in row:
        names.append(cell or (names[-1] if names else ""))
    return names


def _spanned(above: Sequence[str], low: Sequence[str]) -> Iterator[int]:
    """The columns of each upper name that has several lower ones."""
    for name in set(above) - {""}:
        own = [at for at, each in enumerate(above) if each == name and at < len(low)]
        if len({low[at] for at in own} - {"", name}) > 1 or _is_year_over(name, own, low):
            yield from own


def _is_year_over(name: str, own: Sequence[int], low: Sequence[str]) -> bool:
    return len(own) > 1 and bool(_TIMELY.fullmatch(name)) and all(low[at] for at in own)


def _is_figure(cell: str) -> bool:
    return bool(_NUMBER.fullmatch(cell)) and not _TIMELY.fullmatch(cell)


def _says_one_thing(row: Sequence[str], below: Sequence[str]) -> bool:
    """Whether an upper line tells no column from another: a title, a year over all."""
    own = {cell for at, cell in enumerate(row) if cell and below[at : at + 1] != [cell]}
    return len(own) < 2 and all(map(_TIMELY.fullmatch, own))


def _is_of_names(rows: Sequence[Sequence[str]], at: int) -> bool:
    """Whether a line holds words wherever the lines below it hold numbers: English names, units."""
    low, below = rows[at], rows[at + 1 :]
    numbers = [n for n in range(len(low)) if _are_numbers([x[n] for x in below if n < len(x)])]
    words = [low[n] for n in numbers]
    is_plain = all(cell and not _NUMBER.fullmatch(cell) and not is_nothing(cell) for cell in words)
    return len(numbers) >= _LEAST and is_plain


def _are_numbers(cells: Iterable[str]) -> bool:
    said = [cell for cell in cells if not is_nothing(cell)]
    return len(said) >= _LEAST and _may_be_numbers(said)


@dataclass(frozen=True, slots=True)
class Series:
    """What headings may count off: the column it makes, its type, how it stands in the pattern of
    [long] and what one looks like. `what`: for people, in Korean and in English.
    """

    name: str
    type: ValueType
    pattern: str
    looks: re.Pattern[str]
    what: tuple[str, str]


def _series(name: str, type_: ValueType, end: str, looks: str, *what: str) -> Series:
    return Series(name, type_, f"{{{name}}}{end}", re.compile(looks), (what[0], what[1]))


_YEAR, _NTH = r"(?:19|20)\d\d", r"(?:0?[1-9]|1[0-2])"
_HOUR = r"(?:[01]?\d|2[0-4])"
_SERIES = (
    _series(
        "기준월",
        ValueType.MONTH,
        "",
        rf"{_YEAR}(?:\s*(?:년|[.\-/])\s*{_NTH}\s*(?:월|\.)?|0[1-9]|1[0-2])",
        "달",
        "months",
    ),
    _series("월", ValueType.WHOLE, "월", rf"{_NTH}\s*월", "달", "months"),
    _series("연도", ValueType.WHOLE, "년", rf"{_YEAR}\s*년", "해", "years"),
    _series("연도", ValueType.WHOLE, "년도", rf"{_YEAR}\s*년도", "해", "years"),
    _series("연도", ValueType.WHOLE, "", _YEAR, "해", "years"),
    _series("분기", ValueType.WHOLE, "분기", r"[1-4]\s*분기", "분기", "quarters"),
    _series("분기", ValueType.WHOLE, "/4분기", r"[1-4]\s*/4분기", "분기", "quarters"),
    _series("시간", ValueType.WHOLE, "시", rf"{_HOUR}\s*시", "시각", "hours"),
    _series(
        "시간대",
        ValueType.TEXT,
        "",
        rf"{_HOUR}(?::\d\d)?\s*시?\s*[~∼～〜-]\s*{_HOUR}(?::\d\d|\s*시)|{_HOUR}:\d\d",
        "시간대",
        "hours",
    ),
    _series("일", ValueType.WHOLE, "일", r"(?:0?[1-9]|[12]\d|3[01])\s*일", "날", "days"),
    _series(
        "연령",
        ValueType.TEXT,
        "",
        r"\d{1,3}(?:\s*[~∼～〜-]\s*\d{1,3})?\s*[세대](?:\s*(?:이상|이하|미만))?(?:/.*)?",
        "나이",
        "ages",
    ),
)


@dataclass(frozen=True, slots=True)
class WideTable:
    """Headings that are no columns but values: the pattern of [long], what its braces are, which
    headings it takes, each with its measure, and the words at a brace that are none of its kind.
    """

    pattern: str
    made: tuple[Column, ...]
    what: tuple[str, str]
    headings: Mapping[str, str]
    sums: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def measures(self) -> dict[str, list[str]]:
        """The headings of each measure; of one pattern without, those of the value."""
        found: dict[str, list[str]] = {}
        for name, measure in self.headings.items():
            found.setdefault(measure or VALUE, []).append(name)
        return found

    @property
    def has_measure(self) -> bool:
        return f"{{{MEASURE}}}" in self.pattern


def wide_of(names: Sequence[str], cells: Mapping[str, Sequence[str]]) -> WideTable | None:
    """The headings that count off months, years, hours or ages over numbers, if there are any."""
    numbers = [name for name in names if _may_be_numbers(cells[name])]
    found = [
        wide
        for mark in (*_MARKS, "")
        for series in _SERIES
        for at in range(4)
        if (wide := _counted_off(numbers, mark, series, at)) is not None
    ]
    return max(found, key=lambda wide: len(wide.headings), default=None)


def _may_be_numbers(cells: Sequence[str]) -> bool:
    """Whether nearly all cells that say something are numbers; blank ones say nothing against."""
    said = [cell for cell in cells if not is_nothing(cell)]
    fits = sum(bool(_NUMBER.fullmatch(cell)) for cell in said)
    return fits * 10 >= len(said) * 9


def _counted_off(names: Sequence[str], mark: str, series: Series, at: int) -> WideTable | None:
    """The headings whose part `at` is of a series; None where they are no grid of their parts."""
    split = {name: tuple(name.split(mark)) if mark else (name,) for name in names}
    counted = [x for x in split.values() if len(x) > at and series.looks.fullmatch(x[at].strip())]
    width = max(map(len, counted), default=0)
    counted = [x for x in counted if len(x) == width]
    words = [list(dict.fromkeys(parts[n] for parts in counted)) for n in range(width)]
    if len(counted) < _LEAST or len(words[at]) < 2 or len(counted) * 2 < prod(map(len, words)):
        return None
    own = {name: parts for name, parts in split.items() if _is_of_grid(parts, words, at)}
    words[at] = list(dict.fromkeys(parts[at] for parts in own.values()))
    return _patterned(own, words, mark, {at: series})


def _is_of_grid(parts: Sequence[str], words: Sequence[Sequence[str]], at: int) -> bool:
    """Whether a heading is one of those that are counted off, or beside them their sum."""
    fits = [part in each for part, each in zip(parts, words, strict=False)]
    is_as_wide = len(parts) == len(words) and all(map(str.strip, parts))
    return is_as_wide and (all(fits) or (len(parts) > 1 and fits.count(False) == (not fits[at])))


def _patterned(
    own: Mapping[str, tuple[str, ...]],
    words: Sequence[Sequence[str]],
    mark: str,
    known: Mapping[int, Series],
) -> WideTable | None:
    """The pattern of headings by what each of their parts is; at most one is a measure."""
    kinds = [known.get(at) or _kind(each) for at, each in enumerate(words)]
    free = [at for at, each in enumerate(words) if kinds[at] is None and len(each) > 1]
    made = [x for x in kinds if x is not None]
    is_sound = len(free) < 2 and len({x.name for x in made}) == len(made)
    is_sound = is_sound and not any(set("{}") & set(name) for name in own)
    if not is_sound or len(words[next(iter(known))]) < (2 if free else _LEAST):
        return None
    pieces = [
        kind.pattern if kind else f"{{{MEASURE}}}" if at in free else words[at][0]
        for at, kind in enumerate(kinds)
    ]
    sums = {
        kind.name: others
        for kind, each in zip(kinds, words, strict=True)
        if kind is not None
        and kind.type is ValueType.TEXT
        and (others := tuple(x for x in each if not _is_one_of(kind, x)))
    }
    headings = {name: parts[free[0]] if free else "" for name, parts in own.items()}
    columns = tuple(Column(name=kind.name, type=kind.type, is_summed=False) for kind in made)
    what = next(iter(known.values())).what
    return WideTable(mark.join(pieces), columns, what, headings, sums)


def _kind(words: Sequence[str]) -> Series | None:
    """What the words of a part are, beside the one that is counted off; of a part that says the
    same in all headings, whether it is the month or the year of the file.
    """
    if any(both <= set(words) for both in _BOTH) and all(map(_SEX.fullmatch, words)):
        return _series(SEXES, ValueType.TEXT, "", _SEX.pattern, "성별", "sexes")
    for series in _SERIES:
        is_told = len(words) > 1 or series.looks.pattern.startswith(_YEAR)
        if is_told and sum(bool(series.looks.fullmatch(x)) for x in words) * 2 > len(words):
            return series
    return None


def is_sum_of(cells: Sequence[str], parts: Sequence[Sequence[str]]) -> bool:
    """Whether a column is what others come to, in nearly all rows that have it."""
    rows = [[_figure(cell) for cell in row] for row in zip(cells, *parts, strict=True)]
    said = [row for row in rows if row[0] is not None]
    fits = sum(abs((row[0] or 0) - sum(x or 0 for x in row[1:])) < _NEARLY for row in said)
    return len(said) >= _LEAST and fits * 10 >= len(said) * 9


def _figure(cell: str) -> float | None:
    match = _DIGITS.search(cell)
    return float(match[0].replace(",", "")) if match else None


def _is_one_of(series: Series, words: str) -> bool:
    is_sum = series.name == SEXES and words in _ALL
    return bool(series.looks.fullmatch(words.strip())) and not is_sum


def filled_down(columns: Mapping[str, Sequence[str]]) -> list[str]:
    """The first columns whose blank cells say what the cell above says, as merged cells do.

    Each group is named once, on its first row; a column within another names its own anew there.
    """
    found: list[str] = []
    for name, cells in columns.items():
        outer = columns[found[-1]] if found else ()
        if _is_filled_down(cells, outer):
            found.append(name)
        elif not all(cell.isdecimal() for cell in cells):  # a number of order may stand before
            break
    return found


def _is_filled_down(cells: Sequence[str], outer: Sequence[str]) -> bool:
    said = [cell for cell in cells if cell]
    if len(said) < 2 or len(said) * 2 > len(cells) or not cells[0] or _may_be_numbers(said):
        return False
    if outer and not all(cell for cell, above in zip(cells, outer, strict=True) if above):
        return False
    is_once = len(set(said)) == len(said)
    return is_once or (bool(outer) and all(a != b for a, b in pairwise(said)))


def totals_in(cells: Sequence[str]) -> tuple[str, ...]:
    """The words of a column that say that a row is a total of others."""
    words = [cell for cell in cells if cell in _ALL]
    return tuple(dict.fromkeys(words)) if len(words) * 2 < len([x for x in cells if x]) else ()
