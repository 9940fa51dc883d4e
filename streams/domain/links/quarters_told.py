"""What the history is told of a quarter hour that is over: how fast each link was, its passages.

An entry a quarter hour and partition, when what is usual is learned: the speed that each link was
judged to have at its end, closed or not, and how many buses drove all of it. So a day of a link is
held against what is usual at the same grain. A link is told by its place, as the history of the
links tells it (`links/history.py`), which names it too.

The first byte of an entry says its form; what follows is deflated: the number of the quarter hour,
two bytes a link for its speed in tenths of km/h, one for its passages.
"""

import struct
import zlib
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from streams.domain.links.history import EntryError, inflated
from streams.domain.links.quarters import QUARTER_MS

FORM = b"\x01"
MOST_DKMH, MOST_PASSAGES = 0xFFFF, 0xFF
_NUMBER = struct.Struct("<i")
_A_LINK = 3
_FAST = 1


class LinkQuarter(NamedTuple):
    """A link in a quarter hour: its speed, None where none was known, and the passages."""

    kmh: float | None
    passages: int


class QuarterEntry(NamedTuple):
    """An entry: the quarter hour, and by place the speeds (0: none) and the passages."""

    number: int
    dkmh: tuple[int, ...]
    passages: tuple[int, ...]

    @property
    def ends_ms(self) -> int:
        return (self.number + 1) * QUARTER_MS

    def of(self, place: int) -> LinkQuarter:
        """A link by its place; one that was not heard of by then has nothing."""
        if not 0 <= place < len(self.dkmh):
            return LinkQuarter(None, 0)
        dkmh = self.dkmh[place]
        return LinkQuarter(dkmh / 10 if dkmh else None, self.passages[place])


def quarters_of(partition: int | str) -> str:
    """The subject of the quarter hours of a partition's links."""
    return f"quarters/{partition}"


def entry_of(
    number: int,
    speeds_dkmh: Mapping[str, int],
    passages: Mapping[str, int],
    places: Mapping[str, int],
) -> QuarterEntry | None:
    """The entry of a quarter hour; None where nothing is known of any link. Links without a place
    are left out: nobody could name them.
    """
    dkmh = {places[x]: min(max(1, kmh), MOST_DKMH) for x, kmh in speeds_dkmh.items() if x in places}
    driven = {places[x]: min(n, MOST_PASSAGES) for x, n in passages.items() if x in places and n}
    known = dkmh.keys() | driven.keys()
    if not known:
        return None
    count = max(known) + 1
    return QuarterEntry(
        number,
        tuple(dkmh.get(place, 0) for place in range(count)),
        tuple(driven.get(place, 0) for place in range(count)),
    )


def packed_quarter(entry: QuarterEntry) -> bytes:
    """The bytes of an entry."""
    dkmh = np.array(entry.dkmh, "<u2").tobytes()
    body = _NUMBER.pack(entry.number) + dkmh + np.array(entry.passages, "u1").tobytes()
    return FORM + zlib.compress(body, _FAST)


def read_quarter(value: bytes) -> QuarterEntry:
    """The entry of these bytes; EntryError where they are none, or one of a later version."""
    if value[:1] != FORM:
        raise EntryError(f"entry of form {value[:1].hex() or 'nothing'}")
    try:
        body = inflated(value[1:])
    except zlib.error as error:
        raise EntryError(str(error)) from None
    count, rest = divmod(len(body) - _NUMBER.size, _A_LINK)
    if count < 0 or rest:
        raise EntryError(f"{len(body)} bytes are no quarter hour")
    (number,) = _NUMBER.unpack_from(body)
    dkmh = np.frombuffer(body, "<u2", count, _NUMBER.size).tolist()
    passages = np.frombuffer(body, "u1", count, _NUMBER.size + 2 * count).tolist()
    return QuarterEntry(number, tuple(dkmh), tuple(passages))
