"""Speeds of traffic centres: which links of the network a measured link covers."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple, TypeVar

from streams.contract.derived import LinkEvents, Origin, PassedTick, SpeedColumns
from streams.contract.records import Message, SpeedBatch, Tick
from streams.contract.times import DAY_MS
from streams.contract.topics import partition_of
from streams.domain.stage import Effects, StageTable, State, Taken
from streams.geo.network import Network

T = TypeVar("T")
MAX_OLD_MS = DAY_MS
"""A speed or a bus seen this long before its answer came is no longer of now: late. So is a speed
of 1970-01-01 00:00, which is no time but a field that nobody filled in.
"""
NOWHERE = -1


class SpeedsStage:
    """link-speeds -> speeds of links, or of the sections over what is no link of the network."""

    takes = (SpeedBatch, Tick)
    tables: tuple[StageTable[None], ...] = ()

    def __init__(self, network: Network, *, partitions: int) -> None:
        self._sections_of = network.sections_of
        self._homes = _Homes(network, partitions)
        self._partitions = partitions

    def step(self, state: State, message: Message, origin: Origin) -> Effects:
        return self.step_run(state, [Taken(message, origin)])

    def step_run(self, _state: State, run: Sequence[Taken]) -> Effects:
        """What is measured up to the last tick goes on as one part a partition with the ticks, what
        is measured after it as another.
        """
        effects = Effects()
        batches: list[_Batch] = []
        ticks: list[PassedTick] = []
        for message, origin in run:
            if isinstance(message, SpeedBatch):
                batches.append((message, origin))
            elif isinstance(message, Tick):
                ticks.append(PassedTick(origin.offset, message.tick_ms))
        columns = self._columns(effects, batches)
        for partition in range(self._partitions) if ticks else sorted(columns):
            speeds = columns.get(partition, _NO_SPEEDS)
            for part in _parts(run[0].origin, speeds, ticks):
                effects.derive(partition, part)
        return effects

    def _columns(self, effects: Effects, batches: Sequence["_Batch"]) -> dict[int, SpeedColumns]:
        """Speeds by the partition of the links they speak for."""
        rows = _in_time(batches, effects)
        homes = list(map(self._homes.__getitem__, rows.links))
        if not homes:
            return {}
        one = homes[0]
        if one != NOWHERE and homes.count(one) == len(homes):
            return {one: SpeedColumns(*rows[:3], offsets=rows.offsets)}
        shared = self._shared(rows, homes, effects)
        return {partition: _columns(shares) for partition, shares in shared.items()}

    def _shared(
        self, rows: "_Measured", homes: Iterable[int], effects: Effects
    ) -> dict[int, list["_Share"]]:
        """What each speed says of links, by partition: of its own, or where the network has none
        such, of the sections over it. A section's speed is that of buses.
        """
        found: dict[int, list[_Share]] = defaultdict(list)
        for link_id, kmh, observed_ms, offset, home in zip(*rows, homes, strict=True):
            if home != NOWHERE:
                found[home].append(_Share(link_id, kmh, observed_ms, link_id, 1.0, offset))
                continue
            pairs = self._sections_of.get(link_id, ())
            if not pairs:
                effects.count("speeds unknown_link")
            for pair in pairs:
                share = _Share(pair.section_id, kmh, observed_ms, link_id, pair.share, offset)
                found[partition_of(pair.section_id, self._partitions)].append(share)
        return found


class _Homes(dict[str, int]):
    """The partition of each link of the network that was asked for; of all else it is NOWHERE."""

    def __init__(self, network: Network, partitions: int) -> None:
        super().__init__()
        self._links = network.columns
        self._partitions = partitions

    def __missing__(self, link_id: str) -> int:
        place = self._links.place.get(link_id)
        if place is None:
            return NOWHERE  # not kept: such names never end
        home = self[self._links.ids[place]] = partition_of(link_id, self._partitions)
        return home


_Batch = tuple[SpeedBatch, Origin]


class _Measured(NamedTuple):
    """The rows of several messages, a column each; `offsets` are their messages'."""

    links: tuple[str, ...]
    speeds_kmh: tuple[float, ...]
    observed_ms: tuple[int, ...]
    offsets: tuple[int, ...]


class _Share(NamedTuple):
    """A row of `SpeedColumns`, its fields in that order."""

    link_id: str
    speed_kmh: float
    observed_ms: int
    via: str
    share: float
    offset: int


def _in_time(batches: Sequence[_Batch], effects: Effects) -> _Measured:
    """The rows of all messages in order; those that are late are counted and left out."""
    rows = _measured(batches)
    if not rows.links:
        return rows
    newest_ms = max([batch.received_ms for batch, _ in batches])
    if min(rows.observed_ms) > max(newest_ms - MAX_OLD_MS, 0):
        return rows
    kept = _measured([(_fresh(batch), origin) for batch, origin in batches])
    if late := len(rows.links) - len(kept.links):
        effects.count("speeds late", late)
    return kept


def _measured(batches: Sequence[_Batch]) -> _Measured:
    if len(batches) == 1:
        batch, origin = batches[0]
        offsets = (origin.offset,) * len(batch.links)
        return _Measured(batch.links, batch.speeds_kmh, batch.observed_ms, offsets)
    return _Measured(
        _joined([batch.links for batch, _ in batches]),
        _joined([batch.speeds_kmh for batch, _ in batches]),
        _joined([batch.observed_ms for batch, _ in batches]),
        _joined([(origin.offset,) * len(batch.links) for batch, origin in batches]),
    )


def _joined(columns: Iterable[tuple[T, ...]]) -> tuple[T, ...]:
    rows: list[T] = []
    for column in columns:
        rows += column
    return tuple(rows)


def _fresh(batch: SpeedBatch) -> SpeedBatch:
    """The rows of an answer that it had within a day, without their flags."""
    rows = zip(batch.links, batch.speeds_kmh, batch.observed_ms, strict=True)
    since_ms = max(batch.received_ms - MAX_OLD_MS, 0)
    kept = [row for row in rows if row[2] > since_ms]
    links, speeds_kmh, observed_ms = zip(*kept, strict=True) if kept else ((), (), ())
    return SpeedBatch(batch.feed, batch.received_ms, links, speeds_kmh, observed_ms)


def _columns(shares: Sequence[_Share]) -> SpeedColumns:
    """Columns of rows; what all have by default is left out."""
    columns = SpeedColumns(*zip(*shares, strict=True))
    if all(share.via == share.link_id and share.share == 1 for share in shares):
        return replace(columns, vias=(), shares=())
    return columns


_NO_SPEEDS = SpeedColumns()


def _parts(
    origin: Origin, speeds: SpeedColumns, ticks: Sequence[PassedTick]
) -> Iterator[LinkEvents]:
    """What one partition gets of an input (that of `origin`): up to the last tick, and after it."""
    if ticks:
        last = ticks[-1]
        at = bisect_left(speeds.offsets, last.offset)
        before, speeds = speeds.rows_of(0, at), speeds.rows_of(at, len(speeds))
        origin = replace(origin, offset=last.offset)
        yield LinkEvents(origin, last.at_ms, speeds=before, ticks=tuple(ticks[:-1]))
    if speeds.offsets:
        first, end = speeds.offsets[0], speeds.offsets[-1]
        if first == end:
            speeds = replace(speeds, offsets=())
        yield LinkEvents(replace(origin, offset=end), 0, speeds=speeds)
