"""What the history is told of the links of a partition: an entry a look, packed.

The first byte of an entry says its form. SHORT: the records alone. LONG: deflated, a line of JSON
(`_Line`) and the records. A record is four bytes: a link's place, and how it was.

A link is told by its place, which is its number in the order in which the partition first heard of
its links: given once, and never to another. An entry names the links that no entry before it named.
One at the end of each hour is whole: it names and tells all. So what was known at a moment is read
from the last whole entry before it on, which is an hour at most on a clock that runs.
"""

import json
import struct
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from streams.contract.enums import Certainty, Closure, Level
from streams.contract.times import HOUR_MS
from streams.domain.links.columns import CERTAINTIES, LEVELS

WHOLE_MS = HOUR_MS
"""How often an entry is whole."""
SHORT, LONG = b"\x01", b"\x02"
LEVEL_BITS, CODE_BITS, PLACE_SHIFT = 0b111, 0xFF, 8
CERTAINTY_SHIFT = 3
KEPT = 0b1000_0000
"""What closes the link, and what works on it, is as it was told last."""
FAST = 1  # how hard to deflate: names and records are hardly less for more
MOST_BYTES = 64 << 20  # of an inflated entry: some millions of links


class Obstructed(NamedTuple):
    """What is taken from a link, and by which subjects."""

    closure: Closure = Closure.NONE
    subjects: tuple[str, ...] = ()


FREE = Obstructed()


class LinksEntry(NamedTuple):
    """An entry of the history. `names` are those of the places from `named_from` on;
    `obstructed` has, by place, the links whose record is without KEPT and that are not free.
    """

    records: Sequence[int]
    named_from: int = 0
    names: tuple[str, ...] = ()
    obstructed: Mapping[int, Obstructed] = MappingProxyType({})

    @property
    def is_whole(self) -> bool:
        """Whether it names and tells every link."""
        return self.named_from == 0 and 0 < len(self.names) == len(self.records)


class EntryError(ValueError):
    """An entry that is none of ours, or of a later version."""


def history_of(partition: int | str) -> str:
    """The subject of the history of a partition's links."""
    return f"links/{partition}"


def record(place: int, level: Level, certainty: Certainty, *, is_kept: bool) -> int:
    """How a link is, as one number."""
    code = CERTAINTIES.index(certainty) << CERTAINTY_SHIFT | LEVELS.index(level)
    return place << PLACE_SHIFT | (KEPT if is_kept else 0) | code


def level_of(number: int) -> Level:
    """The level in a record; IndexError for one of a later version."""
    return LEVELS[number & LEVEL_BITS]


def certainty_of(number: int) -> Certainty:
    """The certainty in a record; IndexError for one of a later version."""
    return CERTAINTIES[(number & CODE_BITS & ~KEPT) >> CERTAINTY_SHIFT]


def packed(entry: LinksEntry) -> bytes:
    """The bytes of an entry."""
    records = _layout(len(entry.records)).pack(*entry.records)
    if not entry.names and not entry.obstructed:
        return SHORT + records
    line: dict[str, Any] = {}
    if entry.names:
        line["from"], line["names"] = entry.named_from, entry.names
    if entry.obstructed:
        line["obstructed"] = {str(place): row for place, row in sorted(entry.obstructed.items())}
    head = json.dumps(line, ensure_ascii=False, separators=(",", ":"))
    return LONG + zlib.compress(head.encode() + b"\n" + records, FAST)


def unpacked(value: bytes) -> LinksEntry:
    """The entry of these bytes; EntryError where they are none, or one of a later version."""
    form, body = value[:1], value[1:]
    if form == SHORT:
        return LinksEntry(_records(body))
    if form != LONG:
        raise EntryError(f"entry of form {form.hex() or 'nothing'}")
    try:
        head, _, records = inflated(body).partition(b"\n")
        line = json.loads(head)
        rows = line.get("obstructed", {}).items()
        return LinksEntry(
            _records(records),
            int(line.get("from", 0)),
            tuple(map(str, line.get("names", ()))),
            {int(place): _obstructed(row) for place, row in rows},
        )
    except (AttributeError, KeyError, TypeError, ValueError, zlib.error) as error:
        raise EntryError(f"{type(error).__name__}: {error}") from None


def _records(body: bytes) -> tuple[int, ...]:
    _check_records(body)
    return _layout(len(body) // 4).unpack(body)


def _check_records(body: bytes) -> None:
    if len(body) % 4:
        raise EntryError(f"{len(body)} bytes of records of 4 each")


Told = LinksEntry | bytes
"""An entry; one without names as the bytes of its records, for a day has 17,000 of them."""
Run = Sequence[tuple[int, Told]]
"""Entries and their times, in order."""


def told(value: bytes) -> Told:
    """What these bytes tell; EntryError as of `unpacked`."""
    if value[:1] != SHORT:
        return unpacked(value)
    _check_records(value[1:])
    return value[1:]


def told_of(run: Run, places: Collection[int] | None) -> Iterator[tuple[int, LinksEntry]]:
    """The entries of a run in order; of those without names only what they tell of links at these
    places (None: all), and none that tells nothing of them.
    """
    bodies = [entry for _, entry in run if isinstance(entry, bytes)]
    found = iter(map(_records, bodies) if places is None else _records_of(bodies, places))
    for ms, entry in run:
        if isinstance(entry, LinksEntry):
            yield ms, entry
        elif records := next(found):
            yield ms, LinksEntry(records)


def _records_of(bodies: Sequence[bytes], places: Collection[int]) -> list[list[int]]:
    """The records of links at these places, a list a body."""
    numbers = np.frombuffer(b"".join(bodies), dtype="<u4")
    ends = np.cumsum([len(body) // 4 for body in bodies], dtype=np.int64)
    at = np.flatnonzero(np.isin(numbers >> PLACE_SHIFT, list(places)))
    found: list[list[int]] = [[] for _ in bodies]
    whose = np.searchsorted(ends, at, side="right")
    for body, number in zip(whose.tolist(), numbers[at].tolist(), strict=True):
        found[body].append(number)
    return found


@lru_cache(maxsize=1_000)
def _layout(records: int) -> struct.Struct:
    return struct.Struct(f"<{records}I")


def inflated(body: bytes) -> bytes:
    """What was deflated; EntryError where it is cut short or endless, zlib.error where none was."""
    inflater = zlib.decompressobj()
    found = inflater.decompress(body, MOST_BYTES)
    if not inflater.eof:
        raise EntryError(f"cut short, or of more than {MOST_BYTES} bytes")
    return found


def _obstructed(row: Any) -> Obstructed:
    closure, subjects = row
    return Obstructed(Closure(closure), tuple(map(str, subjects)))


Known = tuple[int, int, Obstructed]
"""Since when a link was so, ms; its record; what is taken from it."""


class LinksThen:
    """The links of a partition as entries told them, taken in order from a whole one on."""

    def __init__(self, only: Collection[int] | None = None) -> None:
        """`only` the links at these places; None: all."""
        self.known: dict[int, Known] = {}  # by place
        self._only = only

    def take(self, ms: int, entry: LinksEntry) -> list[int]:
        """Take the next entry, of this time; the places of which it is news. A link whose level,
        closure and subjects are told as they were is so since before.
        """
        known, obstructed, news = self.known, entry.obstructed, []
        for number in self._wanted(entry.records):
            place = number >> PLACE_SHIFT
            rest = obstructed.get(place, FREE)
            if (before := known.get(place)) is not None:
                since_ms, code, rest_before = before
                if number & KEPT:
                    rest = rest_before
                if (number ^ code) & LEVEL_BITS == 0 and rest == rest_before:
                    known[place] = since_ms, number, rest
                    continue
            known[place] = ms, number, rest
            news.append(place)
        return news

    def _wanted(self, records: Sequence[int]) -> Sequence[int]:
        only = self._only
        return records if only is None else [x for x in records if x >> PLACE_SHIFT in only]


def named(entries: Iterable[LinksEntry]) -> list[str]:
    """The links by place, as these entries name them; "" where none does."""
    names: list[str] = []
    for entry in entries:
        learn_names(names, entry)
    return names


def learn_names(names: list[str], entry: LinksEntry) -> None:
    """Add the links that an entry names to those known by place."""
    if entry.names:
        begin = entry.named_from
        names += [""] * (begin - len(names))
        names[begin : begin + len(entry.names)] = entry.names
