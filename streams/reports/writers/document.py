"""A report as a tree of plain values: what all four writers write. Pure.

A number is rounded once, when a table is made; what a cell shows is said here and nowhere else, so
that no two files of a report differ.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from streams.statistics.figure import ChartKind

Cell = str | int | float | None
NOTHING = "–"
"""What a cell without a value shows: there are no data, which is not zero."""


@dataclass(frozen=True, slots=True)
class BlockColumn:
    """A column of a table; one with `places` holds numbers, rounded to so many of them. Its name
    states the unit where a head needs one, as on the page of statistics; `unit` is of its values.
    """

    name: str
    unit: str = ""
    places: int | None = None

    @property
    def is_number(self) -> bool:
        return self.places is not None


def rounded(cell: Cell, column: BlockColumn) -> Cell:
    """The cell as its column keeps it: halves go away from zero, as offices round."""
    if column.places is None or cell is None:
        return cell if cell is None else str(cell)
    if isinstance(cell, str):
        return cell
    exact = Decimal(repr(cell)).quantize(Decimal(1).scaleb(-column.places), ROUND_HALF_UP)
    return float(exact) + 0.0 if column.places else int(exact)  # no minus before a zero


def shown(cell: Cell, column: BlockColumn) -> str:
    """The text of a cell: `1,234.5`, or a dash where there is no value."""
    if cell is None:
        return NOTHING
    if isinstance(cell, str):
        return cell
    return f"{cell:,.{column.places or 0}f}"


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a sentence."""

    text: str
    is_strong: bool = False


class Mark(StrEnum):
    """What a line of the text begins with: an item of the first, second or third rank, or a note;
    a plain line begins with nothing.
    """

    PLAIN = ""
    ITEM = "○"
    SUB_ITEM = "-"
    DETAIL = "·"
    NOTE = "※"

    @property
    def depth(self) -> int:
        return {"": 0, "○": 1, "-": 2, "·": 3, "※": 2}[self.value]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the first (`Ⅰ.`) or second rank (`□`); `number` is its whole mark."""

    level: int
    mark: str
    text: str

    @property
    def whole(self) -> str:
        return f"{self.mark} {self.text}"


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence or an item."""

    mark: Mark
    runs: tuple[Run, ...]

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)

    @property
    def whole(self) -> str:
        return f"{self.mark} {self.text}" if self.mark else self.text


@dataclass(frozen=True, slots=True)
class TableBlock:
    """A numbered table; its rows hold what `rounded` made of each cell."""

    label: str
    caption: str
    columns: tuple[BlockColumn, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return f"{self.label} {self.caption}".strip()

    def texts(self) -> list[list[str]]:
        """The table as it is read: its heads, then each row."""
        heads = [column.name for column in self.columns]
        return [heads, *([*map(shown, row, self.columns)] for row in self.rows)]


def table(
    label: str,
    caption: str,
    columns: Sequence[BlockColumn],
    rows: Iterable[Sequence[Cell]],
    notes: Sequence[str] = (),
) -> TableBlock:
    """A table with every cell rounded; ValueError for a row that has another number of cells."""
    kept = tuple(tuple(map(rounded, row, columns)) for row in rows)
    if any(len(row) != len(columns) for row in kept):
        raise ValueError(f"a row of {caption!r} has not {len(columns)} cells")
    return TableBlock(label, caption, tuple(columns), kept, tuple(notes))


@dataclass(frozen=True, slots=True)
class Series:
    """A line, a set of bars or points, or a row of a heat map: a value or None for each label, and
    where there are any the ends between which each lies.
    """

    name: str
    values: tuple[float | None, ...]
    bounds: tuple[tuple[float, float] | None, ...] = ()


@dataclass(frozen=True, slots=True)
class ChartBlock:
    """A numbered chart. `alt` says what it shows to somebody who does not see it."""

    label: str
    caption: str
    kind: ChartKind
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str
    places: int
    alt: str

    @property
    def title(self) -> str:
        return f"{self.label} {self.caption}".strip()


Block = Heading | Line | TableBlock | ChartBlock


@dataclass(frozen=True, slots=True)
class Document:
    """A report. `facts` are the pairs of its head (period, office ...), `approvals` the boxes that
    are signed; `made_ms` is the time of its figures and what every file is dated with.
    """

    title: str
    subtitle: str
    city: str
    number: str
    facts: tuple[tuple[str, str], ...]
    approvals: tuple[str, ...]
    blocks: tuple[Block, ...]
    closing: tuple[str, ...]
    language: str
    made_ms: int

    @property
    def tables(self) -> tuple[TableBlock, ...]:
        return tuple(block for block in self.blocks if isinstance(block, TableBlock))

    @property
    def charts(self) -> tuple[ChartBlock, ...]:
        return tuple(block for block in self.blocks if isinstance(block, ChartBlock))
