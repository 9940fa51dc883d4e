"""What the API's rows are made of: types with their units, and a row filled from a domain row."""

import dataclasses
from collections.abc import Callable, Iterable
from functools import cache
from typing import Annotated, Any, TypeVar, cast, get_type_hints

import msgspec
from msgspec import Meta

from maps.picture.text import shown

Ms = Annotated[int, Meta(description="Unix ms, UTC")]
Lon = Annotated[float, Meta(description="degrees east, WGS84")]
Lat = Annotated[float, Meta(description="degrees north, WGS84")]
Kmh = Annotated[float, Meta(description="km/h")]
Metres = Annotated[float, Meta(description="m")]
LinkIndexes = Annotated[list[int], Meta(description="places of links in the arrays of the network")]
Flags = Annotated[tuple[str, ...], Meta(description="codes of what is doubtful in its source")]


class Row(msgspec.Struct, omit_defaults=True):
    """A body of the API or a part of one; a field that has its default is left out."""


R = TypeVar("R", bound=msgspec.Struct)
T = TypeVar("T")


def with_shown(kind: type[Any]) -> Callable[[type[R]], type[R]]:
    """A row with the fields of a domain row that are `shown`; each is left out at its default."""
    types = get_type_hints(kind)
    extras = [
        (
            each.name,
            Annotated[types[each.name], Meta(description=each.metadata["text"])],
            each.default,
        )
        for each in dataclasses.fields(kind)
        if "text" in each.metadata
    ]

    def extended(row: type[R]) -> type[R]:
        own = {"__doc__": row.__doc__}
        made = msgspec.defstruct(
            row.__name__, extras, bases=(row,), module=row.__module__, namespace=own, kw_only=True
        )
        return cast("type[R]", made)

    return extended


def filled(kind: type[R], *sources: object, **own: Any) -> R:
    """A row of a kind: what is given, the rest from the first source that has a field of its name.

    Texts of feeds become harmless to show; nothing (0, "", None) leaves a field at its default.
    """
    for name, source, is_required in _origins(kind, tuple(map(type, sources))):
        if name not in own:
            value = getattr(sources[source], name)
            if is_required or value:
                own[name] = shown(value) if type(value) is str else value
    return kind(**own)


@cache
def _origins(
    kind: type[msgspec.Struct], types: tuple[type[Any], ...]
) -> tuple[tuple[str, int, bool], ...]:
    """For each field that one of the types has: which is the first, and whether it is required."""
    found = []
    for name, is_required in fields_of(kind):
        having = (number for number, each in enumerate(types) if name in _names(each))
        if (source := next(having, None)) is not None:
            found.append((name, source, is_required))
    return tuple(found)


def _names(kind: type[Any]) -> frozenset[str]:
    """What an object of a type has by name: fields of a dataclass or a Struct, and properties."""
    fields = dataclasses.fields(kind) if dataclasses.is_dataclass(kind) else ()
    return frozenset((*dir(kind), *(each.name for each in fields)))


@cache
def fields_of(kind: type[msgspec.Struct]) -> tuple[tuple[str, bool], ...]:
    """The names of its fields, and whether each is always there."""
    return tuple((each.name, each.required) for each in msgspec.structs.fields(kind))


def gaps(pairs: Iterable[tuple[int, T]]) -> tuple[int | T, ...]:
    """Pairs in the order of their index, flat, each index as the step from the one before (the
    first from 0): small numbers compress better, and these pairs are most of what goes over the
    wire.
    """
    flat: list[int | T] = []
    last = 0
    for place, value in pairs:
        flat += (place - last, value)
        last = place
    return tuple(flat)
