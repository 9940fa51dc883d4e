"""A template with figures in its places: the document. Pure."""

import difflib
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from streams.contract.text import clean
from streams.reports import printing
from streams.reports.printing import PrintError
from streams.reports.template import Fault, Of, Piece, Place, Shown, Template, TemplateError, Text
from streams.reports.writers.document import (
    Block,
    BlockColumn,
    Cell,
    Document,
    Heading,
    Line,
    Mark,
    Run,
    rounded,
    shown,
)
from streams.statistics.figure import Figure, Unit
from streams.words.catalogue import word
from streams.words.particles import with_particle

LONGEST = 2000  # characters of a sentence
ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
_PICKS = ("first", "last", "sum", "max", "min", "count")
_SHOWN_OPTIONS = ("top", "columns")
MOST_TOP = 1000


class Facts(Protocol):
    """The figures of a report's period, and of the one before; each is computed once.

    `is_comparable`: the history reaches back to the first day of the period before. Where it does
    not, nothing counted there is no 0. `is_over`: it reaches to the end of the period too; what was
    counted until some day of it is compared with no whole one.
    """

    @property
    def ids(self) -> tuple[str, ...]: ...

    @property
    def is_comparable(self) -> bool: ...

    @property
    def is_over(self) -> bool: ...

    def figure(self, name: str, *, is_before: bool = False) -> Figure: ...


@dataclass(frozen=True, slots=True)
class About:
    """What a report says of itself: `names` fill the places without a statistic."""

    city: str
    names: Mapping[str, str]
    facts: tuple[tuple[str, str], ...]
    made_ms: int


@dataclass(slots=True)
class _Filler:
    template: Template
    facts: Facts
    about: About
    faults: list[Fault] = field(default_factory=list)
    tables: int = 0
    charts: int = 0
    headings: int = 0

    @property
    def language(self) -> str:
        return self.template.language

    def figure(self, line: int, near: str, name: str, of: Of = Of.NOW) -> Figure | None:
        if name in self.facts.ids:
            return self.facts.figure(name, is_before=of is Of.BEFORE)
        close = difflib.get_close_matches(name, self.facts.ids, 1)
        meant = f"meant {close[0]!r}?" if close else f"there are {', '.join(self.facts.ids)}"
        self.faults.append(Fault(line, f"no such statistic {name!r}; {meant}", near))
        return None

    def runs(self, pieces: Iterable[Piece]) -> tuple[Run, ...]:
        made = (
            Run(each.what if isinstance(each.what, str) else self.value(each.what), each.is_strong)
            for each in pieces
        )
        return tuple(run for run in made if run.text)

    def text(self, pieces: Iterable[Piece]) -> str:
        return clean("".join(run.text for run in self.runs(pieces)), LONGEST, "…")

    def value(self, place: Place) -> str:
        """What fills a place; "" after a fault."""
        try:
            text = self._value(place)
        except PrintError as error:
            self.faults.append(Fault(place.line, str(error), place.near))
            return ""
        return with_particle(text, place.particle) if place.particle else text

    def _value(self, place: Place) -> str:
        if not place.column:
            return self._name(place)
        found = self.figure(place.line, place.near, place.name, place.of)
        if found is None:
            return ""
        is_known = self.facts.is_comparable and (self.facts.is_over or place.of is not Of.CHANGE)
        if place.of is not Of.NOW and not is_known:
            lacks = "change.unknown" if place.of is Of.CHANGE else "unknown"
            return word(self.language, f"reports.{lacks}")
        if place.of is Of.CHANGE:
            before = self.facts.figure(place.name, is_before=True)
            return _change(_picked(found, place), _picked(before, place), self.language)
        cell, column = _printed(found, place, self.language)
        if cell is None:
            return word(self.language, "reports.unknown")
        code = "reports.value" if column.unit else "as_is"
        text = shown(cell, column)
        return word(self.language, code, text=text, unit=column.unit)

    def _name(self, place: Place) -> str:
        if place.of is Of.NOW and place.name in self.about.names and not place.options:
            return self.about.names[place.name]
        known = ", ".join(self.about.names)
        raise PrintError(f"no place; without a column there are {known}")

    def blocks(self) -> Iterator[Block]:
        """What the template's blocks come to; that nothing is known is said once."""
        before: Block | None = None
        for block in self.template.blocks:
            made = self.shown(block) if isinstance(block, Shown) else self.text_of(block)
            if made is not None and not (isinstance(made, Line) and made == before):
                yield made
                before = made

    def text_of(self, block: Text) -> Heading | Line | None:
        if block.only_if:
            found = self.figure(block.line, f"{{?{block.only_if}}}", block.only_if)
            if found is None or bool(found.table.rows) is block.is_unless:
                return None
        if not block.level:
            return Line(block.mark, self.runs(block.pieces))
        mark = "□"
        if block.level == 1:
            self.headings += 1
            at = self.headings
            mark = f"{ROMAN[at - 1] if at <= len(ROMAN) else at}."
        return Heading(block.level, mark, self.text(block.pieces))

    def shown(self, block: Shown) -> Block | None:
        found = self.figure(block.line, block.near, block.name)
        if found is None:
            return None
        caption = self.text(block.caption) or word(self.language, f"stats.{block.name}")
        try:
            top, columns, filters = _options(block.options)
            if block.is_chart:
                return self.chart(found, caption, top, filters)
            made = printing.chosen(found, columns, filters, top, self.language)
            if not made.rows:
                return self.nothing(caption)
        except PrintError as error:
            self.faults.append(Fault(block.line, str(error), block.near))
            return None
        self.tables += 1
        label = word(self.language, "reports.table", number=self.tables)
        notes = printing.notes_of(found, self.language)
        return printing.table_of(label, caption, made, notes, self.language)

    def chart(
        self, found: Figure, caption: str, top: int, filters: Mapping[str, str]
    ) -> Block | None:
        """The chart, or a note that nothing is known."""
        label = word(self.language, "reports.chart", number=self.charts + 1)
        made = printing.chart_of(
            label, caption, found, filters=filters, top=top, language=self.language
        )
        if made is None:
            return self.nothing(caption)
        self.charts += 1
        return made

    def nothing(self, caption: str) -> Line:
        text = word(self.language, "reports.nothing", caption=caption)
        return Line(Mark.NOTE, (Run(text),))

    def closing(self) -> tuple[str, ...]:
        """What is enclosed, as a letter of an office lists it: numbered where there are several."""
        texts = [self.text(pieces) for pieces in self.template.attachments]
        if not texts:
            return ()
        head = word(self.language, "reports.attached")
        numbered = texts if len(texts) == 1 else [f"{at}. {x}" for at, x in enumerate(texts, 1)]
        lines = [f"{head}  {numbered[0]}", *(f"{'　' * len(head)}  {x}" for x in numbered[1:])]
        return (*lines[:-1], f"{lines[-1]}  {word(self.language, 'reports.end')}".rstrip())


def fill(template: Template, facts: Facts, about: About) -> Document:
    """The document; TemplateError where the template names what there is not."""
    filler = _Filler(template, facts, about)
    blocks = tuple(filler.blocks())
    made = Document(
        title=filler.text(template.title),
        subtitle=filler.text(template.subtitle),
        city=about.city,
        number=filler.text(template.serial),
        facts=(*about.facts, *_office(template)),
        approvals=tuple(clean(each, 20) for each in template.approvals),
        blocks=blocks,
        closing=filler.closing(),
        language=template.language,
        made_ms=about.made_ms,
    )
    if filler.faults:
        raise TemplateError(template.name, filler.faults)
    return made


def _office(template: Template) -> tuple[tuple[str, str], ...]:
    if not template.office:
        return ()
    return ((word(template.language, "reports.office"), clean(template.office, 80)),)


def _options(given: Mapping[str, str]) -> tuple[int, tuple[str, ...], Mapping[str, str]]:
    """How many rows, which columns, and which rows pass."""
    top = given.get("top", "0")
    if not top.isdecimal() or int(top) > MOST_TOP:
        raise PrintError(f"top must be a number up to {MOST_TOP}, was {top[:20]!r}")
    names = tuple(name.strip() for name in given.get("columns", "").split(",") if name.strip())
    filters = {name: value for name, value in given.items() if name not in _SHOWN_OPTIONS}
    return int(top), names, filters


def _cells(found: Figure, place: Place) -> list[Cell]:
    """The cells of the place's column, of the rows that pass."""
    filters = {name: value for name, value in place.options.items() if name != "pick"}
    at = printing.place(found, place.column)
    return [row[at] for row in printing.filtered(found, filters)]


def _picked(found: Figure, place: Place) -> Cell:
    """One of the cells, or what they come to; None where nothing is known. No rows count as 0 of
    what is counted, and as nothing known of what is measured.
    """
    cells, pick = _cells(found, place), place.options.get("pick", "first")
    if pick == "count":
        return len(cells)
    if pick in {"first", "last"}:
        return (cells[0] if pick == "first" else cells[-1]) if cells else None
    if pick not in _COUNTED:
        raise PrintError(f"pick must be one of {', '.join(_PICKS)}, was {pick[:20]!r}")
    numbers = [cell for cell in cells if isinstance(cell, int | float)]
    if len(numbers) < sum(cell is not None for cell in cells):
        raise PrintError(f"{pick} needs numbers; {place.column} holds text")
    if numbers:
        return _COUNTED[pick](numbers)
    unit = found.table.columns[printing.place(found, place.column)].unit
    return 0 if pick == "sum" and unit == Unit.COUNT and not cells else None


_COUNTED: Mapping[str, Callable[[list[int | float]], int | float]] = {
    "sum": lambda numbers: (
        sum(map(int, numbers)) if all(isinstance(x, int) for x in numbers) else math.fsum(numbers)
    ),
    "max": max,
    "min": min,
}


def _printed(found: Figure, place: Place, language: str) -> tuple[Cell, BlockColumn]:
    """What is picked, as the table of the statistic would print it."""
    cell = _picked(found, place)
    if place.options.get("pick") == "count":
        return cell, BlockColumn("", places=0)
    given = found.table.columns[printing.place(found, place.column)]
    column = printing.column_of(given, language)
    return rounded(printing.cell_of(cell, given, language), column), column


def _change(now: Cell, before: Cell, language: str) -> str:
    """By how many per cent more or less than in the period before: `12.0% 증가`."""
    if not isinstance(now, int | float) or not isinstance(before, int | float):
        return word(language, "reports.change.unknown")
    if now == before:
        return word(language, "reports.change.same")
    if before == 0:
        return word(language, "reports.change.new")
    column = BlockColumn("", places=1)
    percent = shown(rounded(abs(now - before) / abs(before) * 100, column), column)
    return word(language, f"reports.change.{'up' if now > before else 'down'}", percent=percent)
