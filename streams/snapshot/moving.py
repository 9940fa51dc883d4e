"""A state and its log on another log: which offsets stand in it, and what they become. Pure.

What is laid into an empty log gets other offsets there. Of each partition all offsets from its tail
on move by the same number, its shift, and the order of offsets stays.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec

from streams.contract import topics, wire
from streams.contract.derived import LinkBatch, LinkEvents, PassedTick
from streams.contract.errors import RecordRefusedError
from streams.domain.observed.tables import QUEUE
from streams.domain.stages.roadstate import SOURCES, InputPosition
from streams.state.keys import POSITIONS

Place = tuple[str, int]
Shifts = Mapping[Place, int]
"""Partition -> what is taken off its offsets; of one that is missing they stay."""
_SOURCE = msgspec.json.Decoder(InputPosition)


def place_of(name: str) -> Place:
    """The partition of "topic/partition"."""
    topic, _, partition = name.rpartition("/")
    return topic, int(partition)


def moved(place: Place, offset: int, shifts: Shifts) -> int:
    return offset - shifts.get(place, 0)


def moved_rows(name: str, rows: Mapping[bytes, bytes], shifts: Shifts) -> dict[bytes, bytes]:
    """The fields of a hash of a partition; what holds no offset is as it was."""
    if not shifts or name not in _MOVES:
        return dict(rows)
    return dict(_MOVES[name](field.decode(), value, shifts) for field, value in rows.items())


def _position(field: str, value: bytes, shifts: Shifts) -> tuple[bytes, bytes]:
    return field.encode(), b"%d" % moved(place_of(field), int(value), shifts)


def _source(field: str, value: bytes, shifts: Shifts) -> tuple[bytes, bytes]:
    row = _SOURCE.decode(value)
    row = row._replace(offset=moved(place_of(field), row.offset, shifts))
    return field.encode(), msgspec.json.encode(row)


def _queued(field: str, value: bytes, shifts: Shifts) -> tuple[bytes, bytes]:
    """The name of a queued row is "time topic/partition offset": rows are taken by it."""
    at_ms, place, offset = field.split(" ")
    return f"{at_ms} {place} {moved(place_of(place), int(offset), shifts):012d}".encode(), value


_MOVES: dict[str, Any] = {POSITIONS: _position, SOURCES.name: _source, QUEUE.name: _queued}


def moved_message(topic: str, payload: bytes | None, shifts: Shifts) -> bytes | None:
    """A message for the other log: what the inputs derived names their offsets, nothing else does.

    One that nobody can read stays as it is: it is refused there too.
    """
    if topic != topics.LINK_EVENTS.name or not shifts:
        return payload
    try:
        message = wire.read(payload, (LinkBatch,), topic)
    except RecordRefusedError:
        return payload
    if not isinstance(message, LinkBatch):
        return payload
    return wire.encode(LinkBatch(tuple(moved_part(part, shifts) for part in message.parts)))


def moved_part(part: LinkEvents, shifts: Shifts) -> LinkEvents:
    """Derived records with the offsets that their input's messages have on the other log."""
    shift = shifts.get((part.origin.topic, part.origin.partition), 0)
    return replace(
        part,
        origin=replace(part.origin, offset=part.origin.offset - shift),
        speeds=replace(part.speeds, offsets=tuple(x - shift for x in part.speeds.offsets)),
        ticks=tuple(PassedTick(x.offset - shift, x.at_ms) for x in part.ticks),
    )
