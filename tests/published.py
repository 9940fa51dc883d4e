"""Datasets as offices publish them, read whole, and held against what each must come to.

What is right stands beside each file (`expected.json`), computed without the reader that is tried.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from producers.datasets.city import city_for
from producers.datasets.descriptor import Descriptor
from producers.datasets.loading import load
from producers.datasets.opening import Opening, heading
from producers.datasets.reading import Outcome, Reading, Taken
from producers.datasets.wanted import Wanted
from streams.geo.addresses import Gazetteer
from streams.geo.measures import distance_m


def read(descriptor: Path, files: Iterable[Path]) -> tuple[Descriptor, list[Taken], Outcome]:
    """All rows of all files, as they leave."""
    known = load(descriptor)
    opening = Opening(Wanted(known), known.format)
    reading = Reading(known, b"k" * 32, city_for(known, Gazetteer({}), []))
    taken = []
    for file in files:
        with ExitStack() as stack:
            for each in reading.rows_of(opening.open(file, stack)):
                reading.count(each)
                taken.append(each)
    reading.end()
    return known, taken, reading.outcome


def found(descriptor: Descriptor, taken: list[Taken], wanted: Mapping[str, Any]) -> Taken:
    """The one row that is meant: by its number, or by cells as they are or as they leave."""
    if "row" in wanted:
        number: int = wanted["row"]
        return taken[number - 1]
    where = wanted["where"].items()
    hits = [each for each in taken if all(_is_it(descriptor, each, *cell) for cell in where)]
    assert len(hits) == 1, wanted
    return hits[0]


def _is_it(descriptor: Descriptor, taken: Taken, name: str, right: Any) -> bool:
    told = valued(descriptor, taken, name)
    return is_same(told, right) or str(right) in (str(told), str(taken.raw.get(heading(name))))


def valued(descriptor: Descriptor, taken: Taken, name: str) -> Any:
    """A value by the name of its column, here or in the file; KeyError where it does not leave."""
    names = {source: column.name for column in descriptor.columns for source in column.sources}
    return taken.values[name if name in taken.values else names[name]]


def is_same(told: Any, right: Any) -> bool:
    """Whether a value is the right one, or one of several that are. Null is not 0, nor true 1; of a
    text blanks and line ends are one, of a range what is told counts.
    """
    if isinstance(right, dict):
        if "any_of" in right:
            return any(is_same(told, each) for each in right["any_of"])
        return isinstance(told, dict) and all(told.get(k) == right[k] for k in right)
    if isinstance(right, list):
        return isinstance(told, list | tuple) and list(told) == right
    if isinstance(right, str) and isinstance(told, str):
        return told.split() == right.split()
    if isinstance(right, bool) or isinstance(told, bool) or right is None or told is None:
        return told is right
    within = 0 if isinstance(told, int) and isinstance(right, int) else 1e-9
    return isinstance(told, int | float) and math.isclose(told, right, rel_tol=within)


def of_values(
    wanted: Mapping[str, Any], descriptor: Descriptor, taken: list[Taken]
) -> Iterator[str]:
    """What differs in the values that are told."""
    for each in wanted["values"]:
        row = found(descriptor, taken, each)
        for column, value in each["expect"].items():
            if not is_same(told := valued(descriptor, row, column), value):
                yield f"{each.get('where')}: {column} {told!r}, not {value!r}"


def of_places(
    wanted: Mapping[str, Any], descriptor: Descriptor, taken: list[Taken]
) -> Iterator[str]:
    """Positions; those which only an address gives are not asked for."""
    for each in wanted.get("positions", []):
        if each.get("only_if_geocoded"):
            continue
        placed = found(descriptor, taken, each).placed
        at = (placed.lon or 0.0, placed.lat or 0.0)
        if distance_m(at, (each["lon"], each["lat"])) > each["within_m"]:
            yield f"{each['where']}: lies at {at}"
