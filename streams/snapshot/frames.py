"""What a snapshot holds, frame by frame, in MessagePack."""

from typing import Final

import msgspec

FORM: Final = 1  # of the file; another one is refused


class Head(msgspec.Struct, tag="head", frozen=True, kw_only=True):
    """The first frame: of what city, network and version the state is.

    `schema` is the layout of the state in Redis. `folded_by` are the settings it is a function of,
    the rules among them. `topic_ids` say of which cluster the offsets are ({}: it tells none);
    `laid` is the id of the snapshot that this log was laid from ("": from none).
    """

    form: int = FORM
    id: str
    schema: int
    made_ms: int
    city: str
    province: str
    network: str
    partitions: int
    generation: int = 0
    folded_by: dict[str, str] = {}
    topic_ids: dict[str, str] = {}
    laid: str = ""


class Hash(msgspec.Struct, tag="hash", frozen=True):
    """Some fields of a hash: name, value, name, value ..."""

    slot: str
    name: str
    flat: list[bytes]


class Text(msgspec.Struct, tag="text", frozen=True):
    """A key that is one value."""

    slot: str
    name: str
    value: bytes


class Scores(msgspec.Struct, tag="scores", frozen=True):
    """Some members of a sorted set."""

    slot: str
    name: str
    members: list[tuple[bytes, float]]


class Entries(msgspec.Struct, tag="entries", frozen=True):
    """The next entries of a stream: id, and field, value, field, value ..."""

    slot: str
    name: str
    rows: list[tuple[bytes, list[bytes]]]


class Stretch(msgspec.Struct, tag="stretch", frozen=True):
    """What follows of a partition of the log. The state contains it up to `position` (-1: nothing).

    From `tail` on every message up to the one before `end` is here; of those before it the ones
    that people told.
    """

    topic: str
    partition: int
    position: int
    tail: int
    end: int


class Messages(msgspec.Struct, tag="messages", frozen=True):
    """The next messages of a partition of the log: offset, value. `stamps` are their times in it
    (ms, 0: none), of which their retention is counted; [] in files of before.
    """

    topic: str
    partition: int
    rows: list[tuple[int, bytes | None]]
    stamps: list[int] = []


class Part(msgspec.Struct, frozen=True):
    """A part of the file: how many frames and bytes it is, and their SHA-256 in hex."""

    name: str
    frames: int
    bytes: int
    sha256: str


class End(msgspec.Struct, tag="end", frozen=True):
    """The last frame: every part, signed."""

    parts: list[Part]
    key_id: str
    signature: bytes


Body = Head | Hash | Text | Scores | Entries | Stretch | Messages
Frame = Body | End


def part_of(frame: Body) -> str:
    """The name of the part that a frame belongs to: `head`, `state 3`, `log calls/0`."""
    if isinstance(frame, Head):
        return "head"
    if isinstance(frame, (Stretch, Messages)):
        return f"log {frame.topic}/{frame.partition}"
    return f"state {frame.slot}"
