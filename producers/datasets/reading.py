"""A descriptor over raw rows: what is taken, what is refused and why, what never leaves. Pure."""

import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from producers.datasets.agreement import Agreement, Verdict
from producers.datasets.city import NOWHERE, City
from producers.datasets.descriptor import (
    Column,
    Descriptor,
    Rows,
    Treatment,
    ValueType,
)
from producers.datasets.dongs import FILE as DONG_FILE
from producers.datasets.lone_names import LoneNames
from producers.datasets.marks import Marks
from producers.datasets.opening import GEOMETRY, Opened, Raw, heading
from producers.datasets.placing import Placed, Placing, ShapeNote
from producers.datasets.values import (
    SHORTEST_NUMBER,
    Value,
    ValueRefusedError,
    generalised,
    is_nothing,
    leaves,
    measure_of,
    part_of,
    value_of,
)
from producers.datasets.wanted import MEASURE, Wanted
from streams.contract.dataset import DatasetDraw, DatasetGrade
from streams.people.text import may_be_person, without_people, without_persons_numbers

MOST_SHOWN, MOST_KEYS, SAMPLED = 200, 6_000_000, 3
AGAIN = "the same again"
"""Why a row is left out that is one before, in all that leaves of it."""
_Rule = tuple[bool, Rows, Column | None]
"""Whether its rows are kept, the rule, and the declared column that it names."""
_JOINED_BY_DASH = frozenset({ValueType.DATE, ValueType.MONTH})


@dataclass(frozen=True, slots=True)
class Refused:
    """A row or a cell that does not fit; `row` None: the file as a whole."""

    row: int | None
    column: str | None
    value: str | None
    why: str


@dataclass(frozen=True, slots=True)
class Taken:
    """A row as it leaves, with where it lies; `raw` is kept for the examples alone."""

    number: int
    values: Mapping[str, Value]
    placed: Placed
    raw: Raw


@dataclass(slots=True)
class ShapeRows:
    """How many rows have a note on their shape, and the first of them."""

    count: int = 0
    first: list[int] = field(default_factory=list)

    def add(self, row: int) -> None:
        self.count += 1
        if len(self.first) < SAMPLED:
            self.first.append(row)


@dataclass(slots=True)
class Outcome:
    """What came of the files of a dataset."""

    rows: int = 0
    refused: list[Refused] = field(default_factory=list)
    refused_count: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    dropped: tuple[str, ...] = ()
    on_map: int = 0
    sums: dict[str, float | int] = field(default_factory=dict)
    sample: list[Taken] = field(default_factory=list)
    box: tuple[float, float, float, float] | None = None
    listed: int = 0
    total: int | None = None
    is_cut: bool = False
    unknown: dict[str, int] = field(default_factory=dict)
    verdicts: list[Verdict] = field(default_factory=list)
    shapes: dict[ShapeNote, ShapeRows] = field(default_factory=dict)

    @property
    def misplaced(self) -> Verdict | None:
        """The first file whose positions were read by a wrong system."""
        return next((each for each in self.verdicts if each.fits), None)

    @property
    def is_short(self) -> bool:
        """Whether the source says that it has more rows than came: never the whole."""
        return self.total is not None and self.listed < self.total

    def refuse(self, refused: Refused) -> None:
        self.refused_count += 1
        if len(self.refused) < MOST_SHOWN:
            self.refused.append(refused)

    def leave(self, why: str, count: int = 1) -> None:
        self.left_out[why] = self.left_out.get(why, 0) + count


class Reading:
    """The reading of a dataset's files; `key` makes pseudonyms, `city` knows addresses and 동."""

    def __init__(self, descriptor: Descriptor, key: bytes = b"", city: City = NOWHERE) -> None:
        self.descriptor = descriptor
        self.agreement = Agreement.of(descriptor, city.gazetteer)
        self._dongs = city.dongs
        self._file = ""
        self._at = ("", False)  # the sheet of the row, and whether its last cells were left off
        self.outcome = Outcome()
        self._key = key
        self._wanted = Wanted(descriptor)
        self._seen = Marks(MOST_KEYS)  # of each key its row: small marks, never the cells
        self._dropped: dict[str, None] = {}
        self.lost: list[tuple[str, int, str]] = []  # rules without a column: table, number, name
        self.is_nowhere = bool(descriptor.places)
        self.lone_names = LoneNames(descriptor)
        self._measures: dict[str, str] = {}  # the unit of a column that declares none

    def rows_of(self, opened: Opened) -> Iterator[Taken]:
        """The rows of one file as they leave; what does not fit is in the outcome."""
        outcome = self.outcome
        self._file = opened.file
        self._at = ("", False)
        self._note_dropped(opened.names)
        self._look_for_places(opened)
        if opened.total is not None:
            outcome.total = max(outcome.total or 0, opened.total)
        if not opened.is_empty and (missing := self._wanted.lacking(opened.names)):
            for column in missing:
                outcome.refuse(Refused(None, column.name, None, self._why_missing(column, opened)))
            return
        if not opened.is_empty and self._has_lost_rules(opened.names):
            return
        yield from self._each(opened)
        self._tell_wrong(opened)
        outcome.is_cut = outcome.is_cut or opened.is_cut
        for why, count in opened.left_out.items():
            outcome.leave(why, count)

    def _each(self, opened: Opened) -> Iterator[Taken]:
        is_shape = self.descriptor.drawn in {DatasetDraw.LINE, DatasetDraw.AREA}
        placing = Placing(self.descriptor.places, opened.crs, keeps_shapes=is_shape)
        before, after = self._rules(opened.names)
        filling, sheet = _Filling(self.descriptor.columns), ""
        for number, raw in opened.rows:
            self._tell_wrong(opened)
            self.outcome.listed += 1
            named = {heading(name): value for name, value in raw.items()}
            if opened.sheet != sheet:
                filling, sheet = _Filling(self.descriptor.columns), opened.sheet
            filling.fill(named)
            if self._is_left_out(named, before):
                continue
            self._at = opened.sheet, opened.short == number
            for one in self._lengthened(raw, named):
                if self._is_left_out(one, after):
                    continue
                if (taken := self._taken(number, one, placing)) is not None:
                    yield taken

    def _tell_wrong(self, opened: Opened) -> None:
        """The lines before this one that are no rows."""
        for number, why in opened.wrong:
            self._refuse(number or None, None, None, why)
        opened.wrong.clear()

    def _refuse(self, number: int | None, column: str | None, value: str | None, why: str) -> None:
        where = f" (sheet {self._at[0]})" if self._at[0] and number is not None else ""
        self.outcome.refuse(Refused(number, column, value, why + where))

    def _why_missing(self, column: Column, opened: Opened) -> str:
        """What stands in the file instead of a column."""
        also = f" (nor {', '.join(column.aliases)})" if column.aliases else ""
        wide = self._wanted.wide
        if wide is not None and (found := wide.measures(opened.names)):
            return f"no such column in the file{also}; [long] finds {', '.join(found[:8])}"
        near = get_close_matches(column.name, opened.names, 1)
        return f"no such column in the file{also}" + (f"; there is {near[0]}" if near else "")

    def _has_lost_rules(self, names: Iterable[str]) -> bool:
        """Whether a rule names a column that neither the file nor the result has; each is told."""
        known = {heading(name) for name in names} | self._made(names)
        self.lost = [
            (table, at, rule.column)
            for table, at, rule in self._each_rule()
            if heading(rule.column) not in known and self._wanted.column(rule.column) is None
        ]
        for table, _, column in self.lost:
            why = f"{table}: no such column in the file, and none is declared"
            self.outcome.refuse(Refused(None, column, None, why))
        return bool(self.lost)

    def _look_for_places(self, opened: Opened) -> None:
        """Whether some file has the columns of a place, or brings shapes."""
        known = {heading(name) for name in opened.names}
        for place in self.descriptor.places:
            pairs = (place.lat_lon, place.lat_lon), (place.lon, place.lat), (place.x, place.y)
            for pair in pairs:
                if all(any(heading(name) in known for name in names) for names in pair):
                    self.is_nowhere = False
        if opened.crs or GEOMETRY in opened.names:
            self.is_nowhere = False

    def _each_rule(self) -> Iterator[tuple[str, int, Rows]]:
        """Every rule, by its table and its number in it."""
        for at, rule in enumerate(self.descriptor.keep):
            yield "keep", at, rule
        for at, rule in enumerate(self.descriptor.leave_out):
            yield "leave_out", at, rule

    def _made(self, names: Iterable[str]) -> set[str]:
        return set() if self._wanted.wide is None else self._wanted.wide.made(names)

    def _rules(self, names: Iterable[str]) -> tuple[list[_Rule], list[_Rule]]:
        """The rules on what stands in the file, and those on what [long] makes."""
        made = self._made(names)
        split: tuple[list[_Rule], list[_Rule]] = ([], [])
        for table, _, rule in self._each_rule():
            column = self._wanted.column(rule.column)
            sources = (rule.column, *(column.sources if column else ()))
            is_after = any(heading(name) in made for name in sources)
            split[is_after].append((table == "keep", rule, column))
        return split

    def read(self, opened: Opened) -> Outcome:
        """The outcome of the files so far and this one."""
        for taken in self.rows_of(opened):
            self.count(taken)
        return self.outcome

    def count(self, taken: Taken) -> None:
        outcome = self.outcome
        outcome.rows += 1
        if len(outcome.sample) < SAMPLED:
            outcome.sample.append(taken)
        self.lone_names.look(taken.values)
        for column in self.descriptor.columns:
            self._sum(column, taken.values)
            if leaves(column) and taken.values.get(column.name) is None:
                outcome.unknown[column.name] = outcome.unknown.get(column.name, 0) + 1
        if taken.placed.is_known:
            outcome.on_map += 1
            outcome.box = taken.placed.widened(outcome.box)
        if taken.placed.note is not None:
            outcome.shapes.setdefault(taken.placed.note, ShapeRows()).add(taken.number)
        if self.agreement is not None:
            self.agreement.look(self._file, taken.number, taken.placed, taken.raw)

    def end(self) -> None:
        """After the last file: whether positions agree with their addresses."""
        if self.agreement is not None:
            self.outcome.verdicts = self.agreement.verdicts()
        for verdict in self.outcome.verdicts:
            if verdict.fits:
                self.outcome.refuse(Refused(None, None, None, verdict.words()))

    def _sum(self, column: Column, values: Mapping[str, Value]) -> None:
        """Of every number, to compare with the office's; `summed` says which a screen shows."""
        name, value = column.name, values.get(column.name)
        if not column.is_number or name in self.descriptor.key:
            return
        if column.personal is None and isinstance(value, int | float):
            total = self.outcome.sums.get(name, 0) + value
            self.outcome.sums[name] = round(total, 6) if isinstance(total, float) else total

    def _note_dropped(self, names: Iterable[str]) -> None:
        """The columns of the file that do not leave as they are."""
        columns = self.descriptor.columns
        leaving = {
            heading(name) for c in columns if c.personal is not Treatment.DROP for name in c.sources
        }
        for place in self.descriptor.places:
            leaving |= {
                heading(name)
                for x in (place.lon, place.lat, place.lat_lon, place.x, place.y)
                for name in x
            }
        for name in names:
            is_wide = self._wanted.is_wide(name)
            if name and name != GEOMETRY and heading(name) not in leaving and not is_wide:
                self._dropped[without_people(name)] = None
        self.outcome.dropped = tuple(self._dropped)

    def _is_left_out(self, named: Raw, rules: Iterable[_Rule]) -> bool:
        """Whether a row does not count; why is counted."""
        for is_kept, rule, column in rules:
            if _holds(rule, column, named) is not is_kept:
                words = ", ".join(rule.is_ or rule.begins or rule.ends)
                self.outcome.leave(
                    rule.why or f"{rule.column}{' is not' if is_kept else ':'} {words}"
                )
                return True
        return False

    def _lengthened(self, raw: Raw, named: Raw) -> Iterator[Raw]:
        """The row as it is; of a wide table one row for each heading that differs."""
        wide = self._wanted.wide
        if wide is None:
            yield named
            return
        rows: dict[tuple[tuple[str, str], ...], dict[str, Any]] = {}
        for name, value in raw.items():
            if (found := wide.parts(name)) is not None:
                parts = {part: words for part, words in found.items() if part != MEASURE}
                own = rows.setdefault(tuple(sorted(parts.items())), dict(named))
                own.update({heading(part): words for part, words in parts.items()})
                own[heading(found[MEASURE])] = value
        yield from rows.values()

    def _taken(self, number: int, named: Raw, placing: Placing) -> Taken | None:
        values: dict[str, Value] = {}
        for column in self.descriptor.columns:
            if column.personal is Treatment.DROP:
                continue
            raw = _raw(column, named)
            try:
                value = self._joined(value_of(raw, column), column)
                self._check_measure(raw, column)
                values[column.name] = self._treated(value, column)
            except ValueRefusedError as error:
                self._refuse(number, column.name, self._shown(raw, column), str(error))
                return None
        taken = Taken(number, values, placing.placed(named), named)
        return taken if self._has_own_key(taken) else None

    def _check_measure(self, raw: Any, column: Column) -> None:
        """Of a column without a unit: 350m and 1.2km are no numbers of one thing."""
        if not column.is_number or column.unit or not isinstance(raw, str):
            return
        if column.part is None and raw[-1:].isdecimal():
            return  # of plain numbers, which most are, nothing is read twice
        unit = measure_of(part_of(raw, column))
        first = self._measures.setdefault(column.name, unit) if unit else ""
        if unit != first:
            how = f'unit = "{first}", units = {{ "{unit}" = ... }}'
            raise ValueRefusedError(f"in {unit}, of rows before in {first}: {how}")

    def _joined(self, value: Value, column: Column) -> Value:
        """Of a 동 the name that the table has; any other value as it is."""
        if value is None or column.type is not ValueType.DONG:
            return value
        if (name := self._dongs.name(str(value))) is None:
            raise ValueRefusedError(f"no 동 of {DONG_FILE}")
        return name

    def _treated(self, value: Value, column: Column) -> Value:
        if value is None:
            return None
        if column.personal is Treatment.GENERALISE:
            return generalised(value)
        if column.personal is Treatment.PSEUDONYM:
            words = f"{self.descriptor.id}\n{column.name}\n{value}".encode()
            return hmac.new(self._key, words, hashlib.sha256).hexdigest()[:16]
        if column.personal is None and isinstance(value, str):
            return self._covered(value, column)
        return value

    def _covered(self, value: str, column: Column) -> str:
        """A text without people, a code without their numbers."""
        if column.type is ValueType.TEXT and not column.codes:
            return without_people(value)
        may_hold_one = column.type is ValueType.CODE and len(value) >= SHORTEST_NUMBER
        return without_persons_numbers(value) if may_hold_one else value

    def _shown(self, raw: Any, column: Column) -> str:
        """A refused value as it may be shown: its length alone where it may be a person's."""
        words = " ".join(str(raw).split())
        is_personal = column.personal is not None or self.descriptor.grade is DatasetGrade.PERSONAL
        may_have_slid = self._at[1] and re.search("[^\\W\\d]{2}", words) is not None
        if is_personal or may_have_slid or may_be_person(self._without_dongs(words, column)):
            return f"({len(words)} letters)"
        return words[:60]

    def _without_dongs(self, words: str, column: Column) -> str:
        """The words without those with which a 동 of the table begins: 석사 is no person there."""
        if column.type is not ValueType.DONG:
            return words
        return " ".join(
            word for word in words.split() if not any(x.startswith(word) for x in self._dongs.names)
        )

    def _has_own_key(self, taken: Taken) -> bool:
        """Whether no row before has its key; the same row again is left out, another refused."""
        if not self.descriptor.key:
            return True
        parts = [taken.values[name] for name in self.descriptor.key]
        name = "+".join(self.descriptor.key)
        if any(part is None for part in parts):
            self._refuse(taken.number, name, None, "a key without a value")
            return False
        at = taken.placed
        own = _mark((*taken.values.values(), at.lon, at.lat, at.box, at.drawn))
        before = self._seen.entered(_mark(parts), own)
        if before is None:
            return True
        if before == own:
            self.outcome.leave(AGAIN)
        else:
            self._refuse(taken.number, name, None, "a row before has this key, and other cells")
        return False


def _mark(what: object) -> int:
    """A short mark of some values; of two that differ it is the same once in 10^18."""
    return int.from_bytes(hashlib.blake2b(repr(what).encode(), digest_size=8).digest()) >> 4


class _Filling:
    """The cells above, of the columns with `fill`, in one file or sheet."""

    def __init__(self, columns: Iterable[Column]) -> None:
        filled = [column for column in columns if column.is_filled]
        self._names = [[heading(name) for name in column.sources] for column in filled]
        self._above: list[Any] = [None] * len(filled)

    def fill(self, named: dict[str, Any]) -> None:
        """Put the cell above into what is blank."""
        for at, names in enumerate(self._names):
            if (found := _first_said(names, named)) is not None:
                self._above[at] = found
            elif self._above[at] is not None:
                named[next((name for name in names if name in named), names[0])] = self._above[at]


def _first_said(names: Iterable[str], named: Raw) -> Any:
    """The first cell of some names that is not blank."""
    cells = (named.get(name) for name in names)
    return next((raw for raw in cells if raw is not None and str(raw).strip()), None)


def _raw(column: Column, named: Raw) -> Any:
    """The raw cell of a column: the first of its names that says something, or its parts."""
    names = [heading(name) for name in column.sources]
    if column.parts:
        found = [named.get(name) for name in names]
        if any(part is None or is_nothing(str(part).strip()) for part in found):
            return None
        mark = "-" if column.type in _JOINED_BY_DASH else " "
        return mark.join(str(part).strip() for part in found)
    return _first_said(names, named)


def _holds(rule: Rows, column: Column | None, named: Raw) -> bool:
    """Whether a row is one of a rule's: by the cell of the file, else by that of its column."""
    if heading(rule.column) in named or column is None:
        words = " ".join(str(named.get(heading(rule.column)) or "").split())
    else:
        words = " ".join(part_of(_raw(column, named), column).split())
    return (
        words in rule.is_
        or (bool(rule.begins) and words.startswith(rule.begins))
        or (bool(rule.ends) and words.endswith(rule.ends))
    )
