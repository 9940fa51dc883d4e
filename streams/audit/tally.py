"""What the audit compares beside the rows: the counts, and the history of every subject.

Both depend on the order in which the roads took their inputs, so for the roads they are folded
from their own log, message by message as it stands there, repetitions too.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from streams.audit.fold import Difference, Tables
from streams.contract import wire
from streams.contract.derived import Origin
from streams.contract.errors import LogError, RecordRefusedError
from streams.domain.links.history import (
    FREE,
    KEPT,
    PLACE_SHIFT,
    EntryError,
    LinksEntry,
    certainty_of,
    learn_names,
    level_of,
    unpacked,
)
from streams.domain.links.quarters_told import quarters_of, read_quarter
from streams.domain.stage import Effects, HistoryRow, Stage, State, apply, empty_state
from streams.state.keys import COUNTS, DEAD_LETTERS, PACKED, home_of, past_key

Entry = tuple[int, int]
"""The id of an entry of the history: event time in ms, and its number at that time."""


class Past:
    """The history as the gate would keep it if it never forgot: 16 bytes an entry."""

    def __init__(self) -> None:
        self._times: dict[str, array[int]] = {}
        self._rows: dict[str, list[bytes]] = {}
        self._same: dict[bytes, bytes] = {}
        self._first: dict[
            str, int
        ] = {}  # the number of a subject's first entry, where not the usual

    def begin(self, subject: str, entries: Iterable[tuple[bytes, bytes]]) -> None:
        """Have the entries (id, row) of a stream before any other."""
        times = self._times.setdefault(subject, array("q"))
        for name, row in entries:
            ms, _, number = name.partition(b"-")
            if not times:
                self._first[subject] = int(number)
            times.append(int(ms))
            self._rows.setdefault(subject, []).append(self._same.setdefault(row, row))

    def add(self, remembered: Iterable[HistoryRow]) -> None:
        """Keep them in order; a subject's time never goes back, as in the gate."""
        for subject, known_ms, row in remembered:
            times = self._times.setdefault(subject, array("q"))
            times.append(max(known_ms, times[-1]) if times else known_ms)
            body = row if isinstance(row, bytes) else msgspec.json.encode(row)
            self._rows.setdefault(subject, []).append(self._same.setdefault(body, body))

    def forget(self, subject: str) -> None:
        """Let go of all that is kept of a subject."""
        self._times.pop(subject, None)
        self._rows.pop(subject, None)

    @property
    def subjects(self) -> list[str]:
        return sorted(self._times)

    @property
    def latest_ms(self) -> int:
        return max((times[-1] for times in self._times.values()), default=0)

    def entries(self, subject: str) -> Iterator[tuple[Entry, bytes]]:
        """Each entry's id and row."""
        before_ms, number, first = -1, 0, self._first.get(subject)
        for ms, row in zip(self._times.get(subject, ()), self._rows.get(subject, ()), strict=True):
            number = number + 1 if ms == before_ms else int(ms == 0)  # Redis has no entry 0-0
            if first is not None:
                number, first = first, None
            before_ms = ms
            yield (ms, number), row


class Tally:
    """Counts, dead letters and history of the messages of some stages."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.past = Past()

    def add(self, effects: Effects) -> None:
        self.counts.update(effects.counts)
        self.refused.update(effects.refused)
        for subject in effects.forgotten:
            self.past.forget(subject)
        self.past.add(effects.remembered)

    def tables(self) -> Tables:
        """The counts of all partitions together; without those that are empty."""
        found = {COUNTS: dict(self.counts), DEAD_LETTERS: dict(self.refused)}
        return {name: rows for name, rows in found.items() if rows}


class RoadsLog:
    """The roads folded from their own log into a tally that the inputs have a part in."""

    def __init__(self, stage: Stage, tally: Tally) -> None:
        self._stage = stage
        self._tally = tally
        self._states: dict[int, State] = {}
        self.taken: dict[tuple[str, int], int] = {}  # the next offset of each partition

    def begin(self, place: tuple[str, int], state: State, taken: int) -> None:
        """Go on from a partition's state, at the message of this offset."""
        self._states[place[1]] = state
        self.taken[place] = taken

    def take(self, topic: str, partition: int, offset: int, payload: bytes | None) -> None:
        """Fold the next message of link-events; LogError when one before it is missing."""
        due = self.taken.get((topic, partition), 0)
        if offset != due:
            raise LogError(f"{topic}/{partition} goes on at offset {offset}, the next one is {due}")
        self.taken[topic, partition] = offset + 1
        try:
            message = wire.read(payload, self._stage.takes, topic)
        except RecordRefusedError as refusal:
            self._tally.refused[f"{topic} {refusal.code}"] += 1
            return
        state = self._states.setdefault(partition, empty_state(self._stage))
        effects = self._stage.step(state, message, Origin(topic, partition, offset))
        apply(state, effects.changes)
        self._tally.add(effects)


def past_differences(
    subject: str,
    due: Iterable[tuple[Entry, bytes]],
    live: Sequence[tuple[Entry, bytes]],
    kept_from_ms: int,
) -> list[Difference]:
    """Entries of a subject that are missing, made up or other than in the log.

    What is older than `kept_from_ms` may be forgotten, from the oldest on. Live entries after the
    last due one are of messages the oracle has not folded.
    """
    here = dict(live)
    differs = _Entries(subject)
    kept_from = min((kept_from_ms, 0), live[0][0]) if live else (kept_from_ms, 0)
    found: list[Difference] = []
    there, last = set(), (-1, -1)
    for entry, row in due:
        there.add(entry)
        last = entry
        differs.name(row)
        if entry in here or entry >= kept_from:
            found += differs.of(entry, here.get(entry), row)
    made_up = (entry for entry in here if entry not in there and entry < last)
    return [*found, *(each for x in made_up for each in differs.of(x, here[x], None))]


class _Entries:
    """Compares the entries of a subject; those of links, which are packed, link by link."""

    def __init__(self, subject: str) -> None:
        self._table = past_key(subject, home_of(subject, 1))
        self._is_packed = subject.startswith(PACKED)
        self._is_quarters = subject.startswith(quarters_of(""))
        self._names: list[str] = []  # of links, by place

    def name(self, oracle: bytes) -> None:
        """Learn what links an entry names."""
        if self._is_packed and not self._is_quarters:
            learn_names(self._names, unpacked(oracle))

    def of(self, entry: Entry, live: bytes | None, oracle: bytes | None) -> Iterator[Difference]:
        """How an entry differs; None: there is none."""
        row_id = f"{entry[0]}-{entry[1]}"
        here, due = (None, None) if live == oracle else (self._plain(live), self._plain(oracle))
        if self._is_packed and isinstance(here, dict) and isinstance(due, dict):
            for name in sorted(here.keys() | due.keys()):
                if here.get(name) != due.get(name):
                    yield Difference(self._table, row_id, name, here.get(name), due.get(name))
        elif here != due:
            yield Difference(self._table, row_id, "", here, due)

    def _plain(self, row: bytes | None) -> Any:
        """A row as plain JSON; of links, by link and field."""
        if row is None:
            return None
        if not self._is_packed:
            return msgspec.json.decode(row)
        try:
            return dict(_quarters(row) if self._is_quarters else self._fields(unpacked(row)))
        except (EntryError, IndexError) as error:
            return f"unreadable: {error}"

    def _fields(self, entry: LinksEntry) -> Iterator[tuple[str, Any]]:
        if entry.names:
            yield "names", [entry.named_from, *entry.names]
        for number in entry.records:
            place = number >> PLACE_SHIFT
            name = self._names[place] if place < len(self._names) else f"link {place}"
            yield f"{name} level", level_of(number)
            yield f"{name} certainty", certainty_of(number)
            if not number & KEPT:
                closure, subjects = entry.obstructed.get(place, FREE)
                yield f"{name} closure", closure
                yield f"{name} subjects", list(subjects)


def _quarters(row: bytes) -> Iterator[tuple[str, Any]]:
    """A quarter hour's speeds and passages, link by link."""
    entry = read_quarter(row)
    yield "number", entry.number
    for place, quarter in enumerate(zip(entry.dkmh, entry.passages, strict=True)):
        yield f"link {place} dkmh, passages", list(quarter)
