"""A first descriptor of a file: what can be seen in it, and what a person must decide.

What looks like a person's data is dropped, the grade is internal, and metres of a plane lie
nowhere, until somebody has decided. Of the file's values only the words for a total stand in it.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from producers.datasets.descriptor import Column, Format, Place, Treatment, ValueType
from producers.datasets.layouts import (
    VALUE,
    Head,
    WideTable,
    filled_down,
    head_of,
    is_sum_of,
    totals_in,
    wide_of,
)
from producers.datasets.loading import FIELDS, looks_personal
from producers.datasets.opening import GEOMETRY, Opening, Raw, UnreadableFileError, heading
from producers.datasets.placing import Placing
from producers.datasets.values import (
    MEASURES,
    NO,
    YES,
    ValueRefusedError,
    is_nothing,
    measure_of,
    value_of,
)
from producers.reading.encodings import sayable
from producers.reading.grids import HEADER_WITHIN, is_total
from streams.people.text import is_persons, without_people

NAMES = "names"
LOOKED_AT = 2_000
"""Rows that a draft looks at."""
_CODE = re.compile(r"번호|코드|_?CD$|_?ID$|_?NO$|CODE|식별자", re.IGNORECASE)
_DAY = re.compile(
    r"일자|날짜|일시|년월|연월|기준일|[가-힣]일$|date|Dd$|_?YMD$|_?DE$|_?DT$", re.IGNORECASE
)
_DETAIL = re.compile(
    r"상세 ?주소|세부 ?주소|나머지 ?주소|동 ?호수|주민|차량번호|계좌|여권|면허|"
    r"사업자(?: ?등록)? ?번호|대표자|대표이사|소유(?:자|주|인)|건축주|"
    r"BIZ_?R?_?NO|BRNO|(?:DTL|DETAIL)_?(?:ADDR|ADRES)|"
    r"(?:ADDR|ADRES)\w*_?(?:DTL|DETAIL)|OWNE?R|RPRSV|(?<![A-Z])CEO(?![A-Z])",
    re.IGNORECASE,
)
_OF_SOMEBODY = re.compile(
    r"성명|이름$|민원인|신청인|신고자|소유(?:자|주|인)|건축주|운전자|가입자|대상자|OWNE?R",
    re.IGNORECASE,
)
_FLAT = re.compile(r"(?:[가-힣A-Z\d]+동\s*)?(?:지하\s*)?[A-Z]?\d+(?:-\d+)?호", re.IGNORECASE)
_ADDRESS = re.compile(r"주소|거주지|addr|adres", re.IGNORECASE)
_RESIDENT = re.compile(r"\d{6}\s*[-–]?\s*[1-8]\d{6}")
_PHONE = re.compile(r"0\d{1,2}[-) .]?\d{3,4}[- .]?\d{4}")
_LON = re.compile(r"경도|^lon|longitude|(?:^|[\d/_.])l(?:on|ng)$|_?LOT$|_?LO$", re.IGNORECASE)
_LAT = re.compile(r"위도|^lat|latitude|_?LAT$|_?LA$", re.IGNORECASE)
_X = re.compile(r"^x|x$|\(x\)|x ?좌표|좌표 ?x|_X_|xpos", re.IGNORECASE)
_Y = re.compile(r"^y|y$|\(y\)|y ?좌표|좌표 ?y|_Y_|ypos", re.IGNORECASE)
_CLOCK = re.compile(r"시각|시간$|T(?:ME|M|IME)$", re.IGNORECASE)
_UNIT = re.compile(r"\((?P<unit>[^\d()]{1,8})\)$")
_PLANES = (
    "EPSG:5186",
    "EPSG:5174",
    "EPSG:5181",
    "EPSG:2097",
    "EPSG:5179",
    "EPSG:5178",
    "EPSG:5187",
)
_ALIKE = 0.5
"""From here on two columns are taken for one; a person decides."""
_COAST_LON = 129.7
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_DATES = (ValueType.MOMENT, ValueType.DATE, ValueType.MONTH, ValueType.TIME)


@dataclass(frozen=True, slots=True)
class Guess:
    """A column: what it is read as, and whether each row has a value of its own."""

    column: Column
    is_filled: bool
    is_unique: bool
    is_empty: bool
    why: str = ""  # it looks like a person's
    is_flats: bool = False  # most of its cells are 동 and 호
    asks: str = ""  # what a person must decide of it


@dataclass(frozen=True, slots=True)
class Plane:
    """A reference system that would put the rows into Korea, and where it puts one of them."""

    crs: str
    lon: float
    lat: float


class _TheseColumns:
    """The columns of the sheet that has most of them: a draft takes what a file has."""

    order: tuple[str, ...] = ()
    required = 0

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._names = frozenset(names)

    def count(self, names: Iterable[str]) -> int:
        return sum(bool(name) and (not self._names or name in self._names) for name in names)

    def lacking(self, names: Iterable[str]) -> list[Column]:
        return [Column(name=name) for name in sorted(self._names.difference(names))]


@dataclass(frozen=True, slots=True)
class _Layout:
    """What a draft says beside the columns: lines of names, what [long] makes, rows of totals."""

    lines: int = 1
    wide: WideTable | None = None
    filled: Sequence[str] = ()
    totals: Mapping[str, Sequence[str]] = field(default_factory=dict)
    has_quotes: bool = True


@dataclass(frozen=True, slots=True)
class _File:
    """What a draft sees of a file: the names of its columns, its rows, how it is to be read."""

    names: tuple[str, ...]
    rows: Sequence[Raw]
    lines: int
    has_quotes: bool
    has_shape: bool

    def cells(self, name: str) -> list[str]:
        return [_words(row.get(name)) for row in self.rows]


def _seen(path: Path) -> _File:
    try:
        return _looked_at(path)
    except UnreadableFileError as error:
        raise UnreadableFileError(f"{sayable(path.name)}: {error}") from None


def _looked_at(path: Path) -> _File:
    with ExitStack() as stack:
        quotes = not _are_letters(Opening(_TheseColumns(), Format(quotes=False)).heads(path, stack))
        heads = Opening(_TheseColumns(), Format(quotes=quotes)).heads(path, stack)
        head = max(map(head_of, heads), key=lambda each: each.count, default=Head())
        if heads and not head.count:
            raise UnreadableFileError(f"no line of names in the first {HEADER_WITHIN} lines")
        asked = _TheseColumns(each for each in head.names if each)
        opened = Opening(asked, Format(header_lines=head.lines, quotes=quotes)).open(path, stack)
        rows = [raw for _, raw in islice(opened.rows, LOOKED_AT)]
    has_shape = any(isinstance(row.get(GEOMETRY), dict) for row in rows)
    names = [each for each in opened.names if each and not (has_shape and each == GEOMETRY)]
    if any("[" in without_people(each) and "[" not in each for each in names):
        raise UnreadableFileError("the line of names has a person's data: write one above it")
    return _File(tuple(names), rows, head.lines, quotes, has_shape)


def draft_of(path: Path, name: str = "", others: Sequence[Path] = ()) -> str:
    """The text of a descriptor, of a file and others of the same dataset, which may call its
    columns otherwise. Raises UnreadableFileError, naming the file, and OSError.
    """
    seen = _seen(path)
    names, rows = seen.names, seen.rows
    place = [*_shape(rows)] if seen.has_shape else [*_places(names, rows)]
    kept = [each for each in names if not any(_quoted(each) in line for line in place)]
    layout, cells = _laid_out(seen.lines, kept, rows)
    columns = _guarded([guess_of(each, words) for each, words in cells.items()])
    made = [*_made(layout.wide, rows)] if layout.wide else []
    columns = [_filling(each, layout) for each in columns]
    for other in others:
        called = _called(seen, _seen(other), [*_taken(layout.wide)])
        columns = [_otherwise(each, called, other.name) for each in columns]
        place = [_placed_otherwise(line, called) for line in place]
    undeclared = [each for each in names if each not in cells]
    lines = [*_head(path, name, len(rows)), *_key(columns, layout.wide), *_columns(columns, made)]
    layout = replace(layout, has_quotes=seen.has_quotes)
    return "\n".join([*lines, *place, *_said_layout(layout, undeclared), *_END]) + "\n"


def _called(seen: _File, other: _File, apart: Sequence[str]) -> dict[str, str]:
    """What another file calls the columns that it lacks under their names; "" where it has none
    like it. Of one kind, and alike by their cells, their names or their place in the line.
    """
    there, here = set(map(heading, other.names)), set(map(heading, seen.names))
    free = [name for name in other.names if heading(name) not in here]
    found: dict[str, str] = {}
    for name in (x for x in seen.names if heading(x) not in there and x not in apart):
        likely = [(_alike(seen, name, other, each), each) for each in free]
        score, best = max(likely, default=(0.0, ""))
        found[name] = best if score >= _ALIKE else ""
        free = [each for each in free if each != found[name]]
    return found


def _alike(seen: _File, name: str, other: _File, called: str) -> float:
    """How much a column of another file is like one, from 0 to 1."""
    mine, theirs = seen.cells(name), other.cells(called)
    guess = guess_of(called, theirs)
    if guess.why or guess_of(name, mine).column.type is not guess.column.type:
        return 0.0
    common = len(set(mine) & set(theirs)) / max(1, min(len(set(mine)), len(set(theirs))))
    is_there = seen.names.index(name) == other.names.index(called)
    return max(common * 0.9, SequenceMatcher(None, name, called).ratio(), _ALIKE * is_there)


def _otherwise(each: Guess, called: Mapping[str, str], file: str) -> Guess:
    """A column with the name that another file has for it; without one it may lack there."""
    name = called.get(each.column.name)
    if name is None or each.why:
        return each
    if not name:
        column = msgspec.structs.replace(each.column, is_optional=True)
        return replace(each, column=column, asks=f"not in {sayable(file)}")
    aliases = tuple(dict.fromkeys([*each.column.aliases, name]))
    column = msgspec.structs.replace(each.column, aliases=aliases)
    return replace(each, column=column, asks=f"called so in {sayable(file)}")


def _placed_otherwise(line: str, called: Mapping[str, str]) -> str:
    """A line of [[place]] with the name that another file has for its column."""
    for name, other in called.items():
        if other and _quoted(name) in line and _quoted(other) not in line and line.endswith("]"):
            line = line.replace("]", f", {_quoted(other)}]", 1)
    return line


def _are_letters(heads: Sequence[Sequence[Sequence[str]]]) -> bool:
    """Whether a `"` in a table is a letter (inches): a cell has one of no pair, and no line has
    more cells or fewer than most for not heeding them.
    """
    lines = [line for head in heads for line in head if len(line) > 1]
    cells = [cell for line in lines for cell in line]
    widths = Counter(map(len, lines))
    return len(widths) == 1 and any(cell.count('"') % 2 for cell in cells)


def _laid_out(
    lines: int, names: Sequence[str], rows: Sequence[Raw]
) -> tuple[_Layout, dict[str, list[str]]]:
    """How the rows are laid out, and the cells of the columns that stay columns."""
    cells = {name: [_words(row.get(name)) for row in rows] for name in names}
    totals = {name: found for name, words in cells.items() if (found := totals_in(words))}
    wide = _apart(wide_of(names, cells), names)
    filled = filled_down({name: cells[name] for name in names if name not in _taken(wide)})
    counted = [at for at in range(len(rows)) if not any(cells[x][at] in totals[x] for x in totals)]
    own = {
        name: [cells[name][at] for at in counted]
        for name in names
        if name not in _taken(wide) and not (wide and _is_their_sum(name, wide, cells))
    }
    return _Layout(lines, wide, filled, totals), own


def _apart(wide: WideTable | None, names: Sequence[str]) -> WideTable | None:
    """A wide table whose columns are called as no other of the file is; else none."""
    if wide is None:
        return None
    made = {heading(each) for each in (*(x.name for x in wide.made), *wide.measures)}
    others = {heading(each) for each in names if each not in wide.headings}
    return None if made & others else wide


def _taken(wide: WideTable | None) -> Mapping[str, str]:
    return wide.headings if wide else {}


def _is_their_sum(name: str, wide: WideTable, cells: Mapping[str, Sequence[str]]) -> bool:
    """Whether a column beside those that are counted off is their total."""
    parts = [cells[each] for each in wide.headings]
    return is_total(name) or (not wide.has_measure and is_sum_of(cells[name], parts))


def _words(cell: Any) -> str:
    return "" if cell is None else str(cell).strip()


def _made(wide: WideTable, rows: Sequence[Raw]) -> Iterator[Guess]:
    """The columns that [long] makes: those of its braces, then those of its numbers."""
    for column in wide.made:
        yield Guess(column, is_filled=True, is_unique=False, is_empty=False)
    for measure, headings in wide.measures.items():
        cells = [_words(row.get(name)) for name in headings for row in rows]
        yield guess_of(measure, cells)


def _guarded(columns: list[Guess]) -> list[Guess]:
    """The columns; beside somebody's name an address, and a flat, is somebody's too."""
    if not any(map(_is_somebody, columns)):
        return columns
    return [
        replace(each, column=_dropped(each.column), why="an address beside a name")
        if not each.why and (each.is_flats or _ADDRESS.search(each.column.name))
        else each
        for each in columns
    ]


def _is_somebody(each: Guess) -> bool:
    """Whether a column names people."""
    return each.why == NAMES or bool(each.why and _OF_SOMEBODY.search(each.column.name))


def _dropped(column: Column) -> Column:
    return Column(name=column.name, personal=Treatment.DROP)


def _filling(each: Guess, layout: _Layout) -> Guess:
    """A column whose blank cells say what stands above; dropped ones say nothing anyway."""
    if each.why or each.column.name not in layout.filled:
        return each
    return replace(each, column=msgspec.structs.replace(each.column, is_filled=True))


def guess_of(name: str, cells: Sequence[Any]) -> Guess:
    """What the cells of a column say of it."""
    words = [_words(cell) for cell in cells]
    said = [each for each in words if not is_nothing(each)]
    unit = match["unit"] if (match := _UNIT.search(name)) else ""
    type_ = _type(name, said)
    why = _why_personal(name, type_, said)
    number = type_ in (ValueType.WHOLE, ValueType.NUMBER) and not why
    unit, units = _measures(unit, said) if number else ("", {})
    column = Column(
        name=name,
        type=ValueType.TEXT if why else type_,
        unit=unit,
        units=units,
        personal=Treatment.DROP if why else None,
    )
    is_unique = bool(said) and len(set(said)) == len(words)
    is_flats = sum(bool(_FLAT.fullmatch(each)) for each in said) * 2 > len(said)
    return Guess(column, len(said) == len(words), is_unique, not said, why, is_flats)


def _measures(unit: str, said: Sequence[str]) -> tuple[str, dict[str, float]]:
    """The unit of a column, and others of its kind that its cells have: metres, and some km."""
    found = Counter(filter(None, map(measure_of, said)))
    own = unit or (found.most_common(1)[0][0] if found else "")
    kind = next((each for each in MEASURES if own.lower() in each), {})
    of_own = kind.get(own.lower(), 1.0)
    return own, {x: kind[x] / of_own for x in found if x in kind and x != own.lower()}


def _type(name: str, said: Sequence[str]) -> ValueType:
    """The narrowest type that takes every cell."""
    if not said or any(not isinstance(each, str) for each in said):
        return ValueType.TEXT
    has_zeros = any(re.fullmatch(r"0\d+", each) for each in said)
    if _CLOCK.search(name) and _are_times(said):
        return ValueType.TIME
    if _CODE.search(name) or (has_zeros and not _DAY.search(name)):
        return ValueType.CODE
    flags = {each.upper() for each in said}
    if len(flags) <= 2 and flags <= (YES | NO) - {"0", "1"}:
        return ValueType.FLAG
    looks_dated = _DAY.search(name) or any(re.search(r"\d[-./년:]\s?\d", each) for each in said)
    tried = (*(_DATES if looks_dated else ()), ValueType.WHOLE, ValueType.NUMBER)
    if looks_dated and not _DAY.search(name):
        tried = (ValueType.WHOLE, ValueType.NUMBER, *_DATES)
    return next((each for each in tried if _takes(each, said)), ValueType.TEXT)


def _are_times(said: Sequence[str]) -> bool:
    """Whether cells are times of day, and no minutes: 0900 and 9:00, but not 90 and 120."""
    return all(re.fullmatch(r"\d{4}|.*[:시].*", x) for x in said) and _takes(ValueType.TIME, said)


def _takes(type_: ValueType, said: Sequence[str]) -> bool:
    column = Column(name="x", type=type_)
    try:
        return all(value_of(each, column) is not None for each in said)
    except ValueRefusedError:
        return False


def _why_personal(name: str, type_: ValueType, said: Sequence[str]) -> str:
    """Why a column looks like a person's, whatever it holds; "" where it does not."""
    if looks_personal(Column(name=name)) or _DETAIL.search(name):
        return "by its name"
    some = said[:200]
    if any(_RESIDENT.fullmatch(each) for each in some):
        return "numbers as of residents"
    if sum(bool(_PHONE.fullmatch(each)) for each in some) * 2 > len(some):
        return "numbers as of telephones"
    if type_ is ValueType.TEXT:
        if sum(map(is_persons, some)) * 2 > len(some):
            return NAMES
        lines = [" ".join(each.split()) for each in some]
        if sum(without_people(each) != each for each in lines) * 5 > len(some):
            return "names, numbers or addresses of people in its texts"
    return ""


def _head(path: Path, name: str, count: int) -> Iterator[str]:
    stem = re.sub(r"[^a-z0-9_]+", "_", path.stem.lower()).lstrip("_0123456789").rstrip("_")
    id_ = name or (stem if re.fullmatch(r"[a-z][a-z0-9_]{1,62}", stem) else "my_dataset")
    looked = f"its first {count} rows" if count == LOOKED_AT else f"its {count} rows"
    yield f"# A draft, made of {_quoted(path.name)} and {looked}. What is marked DECIDE is yours."
    yield f"# Guide: docs/datasets.md. Check: python -m producers datasets check {id_}.toml FILE"
    yield ""
    yield f'id = "{id_}"  # DECIDE: a-z, 0-9 and _; it stays'
    yield f"name = {_quoted(path.stem)}  # DECIDE: what people call it"
    yield f"field = {_quoted(FIELDS[6])}  # DECIDE: {', '.join(FIELDS)}, or your own"
    yield 'owner = ""  # DECIDE: who answers for it'
    yield 'licence = ""  # DECIDE: the terms that it came with; without them nobody may pass it on'
    yield 'grade = "internal"  # DECIDE: open (everybody), internal, personal (counted alone)'
    yield 'period = "year"  # DECIDE: live, hour, day, week, month, quarter, half-year, year, once'


def _key(columns: Sequence[Guess], wide: WideTable | None) -> Iterator[str]:
    """The column that names a row: each has another value. [long] makes several rows of one."""
    found = [x.column.name for x in columns if x.is_unique and x.is_filled and not x.why]
    best = [name for name in found if _CODE.search(name)] or [
        x.column.name for x in columns if x.column.name in found and not x.column.is_number
    ]
    if best:
        more = f"; also each their own: {', '.join(map(_quoted, best[1:4]))}" if best[1:] else ""
        names = [best[0], *(x.name for x in (wide.made if wide else ()))]
        yield f"key = [{', '.join(map(_quoted, names))}]  # DECIDE: names a row for ever?{more}"
    else:
        yield '# key = ["..."]  # DECIDE: no column names a row by itself; several together?'


def _columns(columns: Sequence[Guess], made: Sequence[Guess]) -> Iterator[str]:
    yield "column = [  # only what stands here leaves; delete what nobody needs"
    for each in columns:
        yield f"  {{ {', '.join(_parts(each))} }},{_said(each)}"
    for each in made:
        asks = f"  # {_OF_LONG}" + ("" if each.column.name != VALUE else _WHAT_NUMBERS)
        yield f"  {{ {', '.join(_parts(each))} }},{asks}"
    yield "]"


def _parts(each: Guess) -> Iterator[str]:
    """The keys of a column."""
    column = each.column
    yield f"name = {_quoted(column.name)}"
    yield from (f"aliases = [{', '.join(map(_quoted, x))}]" for x in (column.aliases,) if x)
    if column.type is not ValueType.TEXT:
        yield f'type = "{column.type}"'
    if column.unit:
        yield f"unit = {_quoted(column.unit)}"
    if column.units:
        yield f"units = {{ {', '.join(f'{_quoted(x)} = {n:g}' for x, n in column.units.items())} }}"
    if column.is_number and not column.is_summed:
        yield "summed = false"
    yield from (key for key, holds in _switches(column).items() if holds)
    if each.why:
        yield 'personal = "drop", optional = true'


def _switches(column: Column) -> dict[str, bool]:
    return {"fill = true": column.is_filled, "optional = true": column.is_optional}


def _said(each: Guess) -> str:
    if each.why:
        choices = ", ".join(Treatment)
        return f"  # DECIDE: looks like a person's ({each.why}); {choices}"
    if each.asks:
        return f"  # DECIDE: {each.asks}"
    if each.is_empty:
        return "  # no row has a value"
    if each.column.is_filled:
        return f"  # {_GOES_DOWN}"
    is_strange = re.fullmatch(r"[\x20-\x7e]+", each.column.name) is not None
    return '  # DECIDE: meaning = "..."' if is_strange else ""


def _said_layout(layout: _Layout, undeclared: Sequence[str]) -> Iterator[str]:
    """What is said of the lines of names, of wide tables and of totals, each with its reason."""
    if layout.lines > 1:
        yield ""
        yield f"# 열 이름이 {layout.lines}줄에 걸쳐 있다: 위아래를 /로 잇는다."
        yield f"# The names stand in {layout.lines} lines: upper and lower are joined by /."
        yield from ("[format]", f"header_lines = {layout.lines}")
    if not layout.has_quotes:
        yield ""
        yield '# 따옴표(")가 글자로 쓰였다(인치 따위). A " is a letter here, as of inches.'
        yield from (() if layout.lines > 1 else ("[format]",))
        yield "quotes = false"
    rules = {name: list(words) for name, words in layout.totals.items()}
    if (wide := layout.wide) is not None:
        yield from _said_long(wide)
        for name, words in _sums(wide, undeclared).items():
            rules[name] = [*rules.get(name, ()), *words]
    for name, words in rules.items():
        yield ""
        yield "# 다른 값을 더한 것이다: 함께 두면 두 번 센다."
        yield "# The sum of others: beside them it would count twice."
        yield "[[leave_out]]"
        yield from (f"column = {_quoted(name)}", f"is = [{', '.join(map(_quoted, words))}]")


def _said_long(wide: WideTable) -> Iterator[str]:
    korean, english = wide.what
    yield ""
    count = len(wide.headings)
    yield f"# {korean}마다 열이 따로 있다(모두 {count}열): 열 하나를 줄 하나로 바꾼다."
    yield f"# {count} columns count off {english}: each becomes a row of its own."
    yield from ("[long]", f"columns = {_quoted(wide.pattern)}")
    if not wide.has_measure:
        yield f"value = {_quoted(VALUE)}"


def _sums(wide: WideTable, undeclared: Sequence[str]) -> dict[str, list[str]]:
    """Of each brace what stands there and is none of its kind: sums, and other headings."""
    found = {name: list(words) for name, words in wide.sums.items()}
    last = wide.made[-1]
    if wide.pattern == f"{{{last.name}}}" and last.type is ValueType.TEXT:
        others = [each for each in undeclared if each not in wide.headings]
        found |= {last.name: others} if others else {}
    return found


def _shape(rows: Sequence[Raw]) -> Iterator[str]:
    kinds = " ".join(str((row.get(GEOMETRY) or {}).get("type", "")) for row in rows)
    drawn = "area" if "Polygon" in kinds else "line" if "Line" in kinds else "point"
    yield f'draw = "{drawn}"  # its own shapes, in the system that the file states'


def _places(names: Sequence[str], rows: Sequence[Raw]) -> Iterator[str]:
    """Where a row lies: degrees as they are; of metres every system that is possible."""
    pairs = [_pair(names, _LON, _LAT), _pair(names, _X, _Y)]
    pairs = [(first, second) for first, second in pairs if first and second]
    for lon, lat in pairs:
        if _lies(Place(lon=(lon,), lat=(lat,)), rows):
            yield from ("", "[[place]]", f"lon = [{_quoted(lon)}]", f"lat = [{_quoted(lat)}]")
            return
    for x, y in pairs:
        both = [((a, b), list(_planes(a, b, rows))) for a, b in ((x, y), (y, x))]
        found = [(names, planes) for names, planes in both if planes]
        on_land = [(names, own) for names, planes in found if (own := [*filter(_is_land, planes)])]
        if found:
            (first, second), planes = (on_land or found)[0]
            yield from _said_planes(first, second, planes)
            return
    yield '# no [[place]]: no two columns of the file lie in Korea; draw = "none"'


def _pair(names: Sequence[str], first: re.Pattern[str], second: re.Pattern[str]) -> tuple[str, str]:
    a = next((name for name in names if first.search(name)), "")
    return a, next((name for name in names if second.search(name) and name != a), "")


def _planes(x: str, y: str, rows: Sequence[Raw]) -> Iterator[Plane]:
    for crs in _PLANES:
        if found := _lies(Place(x=(x,), y=(y,), crs=crs), rows):
            yield Plane(crs, *found)


def _is_land(plane: Plane) -> bool:
    """Whether a place may be on land: east of the coast there are two islands and nothing else."""
    return plane.lon < _COAST_LON or 37.1 < plane.lat < 37.6


def _said_planes(x: str, y: str, planes: Sequence[Plane]) -> Iterator[str]:
    yield ""
    yield "# DECIDE: metres of a plane. Look a row up on a map, and keep the system that fits: some"
    yield "# lie 20 to 300 m apart. The first row lies, by each (latitude, longitude):"
    yield from (f"#   {each.crs}: {each.lat:.5f}, {each.lon:.5f}" for each in planes)
    yield "# [[place]]"
    yield from (f"# x = [{_quoted(x)}]", f"# y = [{_quoted(y)}]", f'# crs = "{planes[0].crs}"')


def _lies(place: Place, rows: Sequence[Raw]) -> tuple[float, float] | None:
    """Where the first row with a place lies, if most rows with a value lie in Korea."""
    placing = Placing([place], "")
    named: list[Mapping[str, Any]] = [{heading(k): v for k, v in row.items()} for row in rows]
    wanted = [heading(name) for name in (*place.lon, *place.lat, *place.x, *place.y)]
    filled = [x for x in named if all(not is_nothing(str(x.get(k) or "").strip()) for k in wanted)]
    found = [x for x in map(placing.placed, filled) if x.is_known]
    if not found or len(found) * 2 < len(filled):
        return None
    first = found[0]
    return first.lon or 0.0, first.lat or 0.0


def _quoted(words: str) -> str:
    """A text of TOML, in one line."""
    plain = " ".join(sayable(words).split()).replace("\\", "\\\\").replace('"', '\\"')
    escaped = _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", plain)
    return f'"{escaped}"'


_GOES_DOWN = "빈칸은 위 칸과 같다(합친 칸). A blank cell says what the one above says."
_OF_LONG = "[long]에서 나온다. Made by [long]."
_WHAT_NUMBERS = " DECIDE: what the numbers are, and their unit"
_END = (
    "",
    "# DECIDE: an example that you have looked up by hand; the check holds every file to it.",
    "# [[example]]",
    '# where = { "..." = "..." }',
    '# expect = { "..." = 1 }',
)
