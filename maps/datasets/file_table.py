"""The rows of a dataset as the files and charts are made of them."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

Cell = str | int | float | bool | Mapping[str, Any] | None
"""A value as it left the edge; a mapping is a range, and says itself as `or_text`."""


class TableColumn(NamedTuple):
    """A column: its type is a word of a descriptor (`whole`, `date` ...)."""

    name: str
    type: str = "text"
    unit: str = ""
    meaning: str = ""

    @property
    def is_number(self) -> bool:
        return self.type in ("whole", "number")

    @property
    def heading(self) -> str:
        """Its name with its unit, unless the name says that already."""
        is_said = not self.unit or f"({self.unit})" in self.name
        return self.name if is_said else f"{self.name} ({self.unit})"


class TableRow(NamedTuple):
    """A row, and where it lies: a GeoJSON geometry in degrees, None where nowhere."""

    cells: Sequence[Cell]
    geometry: Mapping[str, Any] | None = None


class Table(NamedTuple):
    """A dataset as it is now. `at_ms`: when it was read."""

    id: str
    title: str
    columns: Sequence[TableColumn]
    rows: Sequence[TableRow]
    at_ms: int = 0


def plain(value: Cell) -> str | int | float | bool | None:
    """A value as one cell: a range is its words."""
    return str(value.get("or_text", "")) if isinstance(value, Mapping) else value
