"""Which columns of a file are a dataset's, by the names of a header. Pure."""

import re
from collections.abc import Iterable, Iterator

from producers.datasets.descriptor import Column, Descriptor, Treatment
from producers.datasets.opening import heading
from producers.datasets.values import ValueRefusedError, value_of

MEASURE = "measure"
MOST_NAMES = 100_000
"""More than a line has."""


class Wide:
    """The headings of a wide table that become rows: `{기준월}_{measure}` and the like.

    A heading is one of them where it fits the pattern, is no declared column's own name, and holds
    at each brace a value of the column that is called so.
    """

    def __init__(self, descriptor: Descriptor, columns: str, value: str) -> None:
        self._pattern = _pattern(columns)
        self._value = value
        self._own = {heading(name) for column in descriptor.columns for name in column.sources}
        self._columns = {
            group: [column for column in descriptor.columns if group in column.sources]
            for group in self._pattern.groupindex
        }
        self._known: dict[str, dict[str, str] | None] = {}

    def parts(self, name: str) -> dict[str, str] | None:
        """What a heading says at each brace, with its measure; None where it is no such heading."""
        if name not in self._known:
            self._known[name] = self._parts(name)
        return self._known[name]

    def _parts(self, name: str) -> dict[str, str] | None:
        match = self._pattern.fullmatch(name)
        if match is None or heading(name) in self._own:
            return None
        found = match.groupdict()
        is_fit = all(_fits(words, self._columns[group]) for group, words in found.items())
        return {MEASURE: self._value, **found} if is_fit else None

    def made(self, names: Iterable[str]) -> set[str]:
        """The columns that it makes of some names, as they are compared."""
        made = (*self._pattern.groupindex, *self.measures(names))
        return {heading(name) for name in made if name}

    def measures(self, names: Iterable[str]) -> list[str]:
        """The columns of values that it finds among some names."""
        found = (parts[MEASURE] for name in names if (parts := self.parts(name)) is not None)
        return list(dict.fromkeys(found))


def _fits(words: str, columns: Iterable[Column]) -> bool:
    try:
        for column in columns:
            value_of(words, column)
    except ValueRefusedError:
        return False
    return True


class Wanted:
    """The columns that a descriptor declares, against the names of a header."""

    def __init__(self, descriptor: Descriptor) -> None:
        self._columns = descriptor.columns
        self._names = {heading(name) for column in descriptor.columns for name in column.sources}
        long = descriptor.long
        self.wide = Wide(descriptor, long.columns, long.value) if long is not None else None
        self.order = tuple(column.name for column in descriptor.columns)
        self.required = sum(map(_is_required, descriptor.columns))

    def count(self, names: Iterable[str]) -> int:
        """How many of them are declared, or become rows: a pattern may fit any words, a title's
        too, so that one declared name outweighs all that fit.
        """
        there = [name for name in names if name]
        declared = sum(heading(name) in self._names for name in there)
        return declared * MOST_NAMES + sum(map(self.is_wide, there))

    def is_wide(self, name: str) -> bool:
        return self.wide is not None and self.wide.parts(name) is not None

    def lacking(self, names: Iterable[str]) -> list[Column]:
        """The columns that must be there and stand under no name."""
        return list(self._lacking(list(names)))

    def column(self, name: str) -> Column | None:
        """The declared column that is called so."""
        return next((column for column in self._columns if column.name == name), None)

    def _lacking(self, names: list[str]) -> Iterator[Column]:
        known = {heading(name) for name in names}
        if self.wide is not None:
            known |= self.wide.made(names)
        for column in self._columns:
            found = [heading(name) in known for name in column.sources]
            is_there = all(found) if column.parts else any(found)
            if not is_there and _is_required(column):
                yield column


def _is_required(column: Column) -> bool:
    return not column.is_optional and column.personal is not Treatment.DROP


def _pattern(words: str) -> re.Pattern[str]:
    """`{기준월}_{measure}` as a pattern with the parts as its groups."""
    pieces = re.split(r"\{([^{}]+)\}", words)
    made = [f"(?P<{x}>.+?)" if at % 2 else re.escape(x) for at, x in enumerate(pieces)]
    return re.compile("".join(made))
