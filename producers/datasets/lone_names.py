"""Columns of text whose cells look like people's names and nothing else. Pure; counts, no cell.

Nothing around such a cell gives it away, so that it leaves: whoever checks a descriptor is told.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from producers.datasets.descriptor import Descriptor, ValueType
from streams.people.text import is_name_alone

LOOKED_AT = 1_000
"""Rows that are looked at."""
_LEAST_CELLS, _LEAST_NAMES = 5, 3


@dataclass(slots=True)
class _Cells:
    said: int = 0
    named: int = 0
    names: set[str] = field(default_factory=set)

    @property
    def are_names(self) -> bool:
        is_enough = self.said >= _LEAST_CELLS and len(self.names) >= _LEAST_NAMES
        return is_enough and self.named * 2 > self.said


class LoneNames:
    """What was seen of each column of text that nobody has called personal, or no person's."""

    def __init__(self, descriptor: Descriptor) -> None:
        self._rows = 0
        self._columns = {
            column.name: _Cells()
            for column in descriptor.columns
            if column.type is ValueType.TEXT and column.personal is None and not column.codes
        }

    def look(self, values: Mapping[str, Any]) -> None:
        """Count a row as it leaves."""
        if self._rows >= LOOKED_AT:
            return
        self._rows += 1
        for name, cells in self._columns.items():
            value = values.get(name)
            if isinstance(value, str):
                cells.said += 1
                if is_name_alone(value):
                    cells.named += 1
                    cells.names.add(value)

    def found(self) -> Iterator[tuple[str, int, int]]:
        """Each column of names: how many of its cells look so, and how many say something."""
        for name, cells in self._columns.items():
            if cells.are_names:
                yield name, cells.named, cells.said
