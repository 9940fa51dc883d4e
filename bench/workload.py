"""What every throughput row is measured with, and the oracle of what must come out.

A made network of standard links; reports of a traffic centre over all of them in rounds, their
times up to 5 s off their order; works that close some links; ticks once a second, as the clock
writes them. The same numbers give the same bytes. The oracle is numpy over whole columns, written
from what `streams/domain/links` promises and not from its code.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from streams.contract import topics, wire
from streams.contract.enums import Closure
from streams.contract.records import Permit, PermitBatch, SpeedBatch, Tick
from streams.geo.network import Link, Network

Column = np.ndarray[Any, np.dtype[Any]]
PARTITIONS = 4
T0_MS = 1_795_305_630_000  # half past a minute, so that a short run crosses one too
WARM_MS = 10_000  # a moment after the end of a log
DISORDER_MS = 5_000
PER_EVENT_S = 1_667  # 2,000,000 in 20 minutes
MINUTE_MS = 60_000
CLOSING_MS = 2 * MINUTE_MS  # the last round comes so much later: it closes every window before
FRESH_MS, HALF_MS = 1_080_000, 120_000  # the product's defaults: fresh_ms, report_half_ms
FIRST_DEVIATION = 0.25
LISTED = 1_000  # permits in a message, half of what one may hold
CLASSES = ("city", "metropolitan", "national", "express")
LEVELS_KMH = {"city": (15, 25), "metropolitan": (15, 25), "national": (15, 25), "express": (30, 50)}
FEED = "its.speeds"
Place = tuple[str, int]
"""Topic and partition."""
Log = dict[Place, list[bytes]]
"""Payloads by place, in order."""


class Work(NamedTuple):
    """A work that closes one link from `starts_ms` until long after the run."""

    link_id: str
    starts_ms: int
    closure: Closure


class Columns(NamedTuple):
    """Observations in order of arrival: link's index, km/h in tenths, event time, arrival; ms."""

    links: Column
    speeds_kmh: Column
    observed_ms: Column
    arrived_ms: Column

    def __len__(self) -> int:
        return len(self.links)


def made_network(count: int) -> Network:
    """A square grid of `count` standard links with ids and lengths as the node-link has them."""
    side = math.ceil(math.sqrt(count))
    return Network("가온시", "2026-11-01", tuple(_link(n, side) for n in range(count)))


def _link(number: int, side: int) -> Link:
    lon, lat = 127.4 + 0.7 * (number % side) / side, 37.6 + 0.6 * (number // side) / side
    return Link(
        id=f"{2_500_000_000 + number}",
        kind="standard",
        name="",
        road_name="",
        road_class=CLASSES[number % len(CLASSES)],
        length_m=120 + number * 37 % 900,
        length_source="standard",
        bearing_deg=90,
        free_flow_kmh=50.0,
        geometry=((round(lon, 6), round(lat, 6)), (round(lon + 0.4 / side, 6), round(lat, 6))),
    )


def made_works(network: Network, count: int) -> tuple[Work, ...]:
    """Works of `count` different links, spread over the network; a hundred begin in the first ten
    seconds of the run, the others stand.
    """
    step = max(1, len(network.links) // max(1, count))
    return tuple(
        Work(
            network.links[n * step].id,
            T0_MS + n % 50 * 200 if n % 2 == 0 and n < 200 else T0_MS - 3_600_000,
            Closure.FULL if n % 3 else Closure.PARTIAL,
        )
        for n in range(min(count, len(network.links)))
    )


@dataclass
class Workload:
    """A made city and what its centre reports, phase after phase; keeps what the oracles need."""

    network: Network
    works: tuple[Work, ...] = ()
    seed: int = 1
    per_event_s: float = PER_EVENT_S
    partitions: int = PARTITIONS  # of the wide topics
    at_ms: int = T0_MS  # event time up to which phases have been made
    taken: list[Columns] = field(default_factory=list)
    watermarks: list[Column] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = np.random.default_rng(self.seed)
        count = len(self.network.links)
        self.ids = [link.id for link in self.network.links]
        self.partition = np.array(
            [topics.partition_of(name, self.partitions) for name in self.ids], dtype=np.int8
        )
        self._usual_kmh = self._random.uniform(12, 70, count)
        self._next = np.empty(0, dtype=np.int64)
        self._ticked_ms = dict.fromkeys(range(self.partitions), 0)

    def observations(self, count: int) -> Columns:
        """The next `count` observations: all links in an order of each round's own."""
        links = self._places(count)
        arrived = self.at_ms + np.arange(count) * 1000 / self.per_event_s
        return self._observed(links, arrived.astype(np.int64))

    def closing_round(self) -> Columns:
        """Every link once, two minutes later."""
        self.at_ms += CLOSING_MS
        links = np.arange(len(self.ids))
        arrived = self.at_ms + np.arange(len(links)) * 1000 / self.per_event_s
        return self._observed(links, arrived.astype(np.int64))

    def _places(self, count: int) -> Column:
        while len(self._next) < count:
            round_of_all = self._random.permutation(len(self.ids))
            self._next = np.concatenate([self._next, round_of_all])
        links, self._next = self._next[:count], self._next[count:]
        return links

    def _observed(self, links: Column, arrived: Column) -> Columns:
        count = len(links)
        drift = 1 + 0.3 * np.sin(arrived / 240_000 + links)
        noise = self._random.normal(1, 0.08, count)
        speeds = np.clip(self._usual_kmh[links] * drift * noise, 2, 110).round(1)
        off = self._random.integers(-DISORDER_MS, DISORDER_MS + 1, count)
        if count:
            self.at_ms = int(arrived[-1]) + 1
        return Columns(links, speeds, arrived + off, arrived)

    def log(self, columns: Columns, size: int) -> Log:
        """The product's own messages of these observations, `size` in each, and the ticks between.

        The last message everywhere is a tick 6 s later; `end_ms` is its time.
        """
        begin_ms, self.end_ms = int(columns.arrived_ms[0]), _next_second(self.at_ms) + 6_000
        seconds = range(_next_second(begin_ms), self.end_ms + 1, 1000)
        ticks = {at_ms: wire.encode(Tick(at_ms)) for at_ms in seconds}
        log: Log = {
            (topic.name, partition): list(ticks.values())
            for topic in topics.TICKED
            for partition in range(topic.partitions(self.partitions))
        }
        watermarks = np.zeros(len(columns), dtype=np.int64)
        for partition in range(self.partitions):
            rows = np.flatnonzero(self.partition[columns.links] == partition)
            messages, seen_ms = [], self._ticked_ms[partition]
            left = iter(ticks.items())
            tick_ms, tick = next(left)
            for begin in range(0, len(rows), size):
                part = rows[begin : begin + size]
                arrived_ms = int(columns.arrived_ms[part[-1]])
                while tick_ms < arrived_ms:
                    messages.append(tick)
                    seen_ms = tick_ms
                    tick_ms, tick = next(left)
                watermarks[part] = seen_ms
                messages.append(self._message(columns, part, arrived_ms + DISORDER_MS))
            messages += [tick, *(each for _, each in left)]
            log[topics.LINK_SPEEDS.name, partition] = messages
            self._ticked_ms[partition] = self.end_ms
        self.taken.append(columns)
        self.watermarks.append(watermarks)
        self.at_ms = self.end_ms
        return log

    def _message(self, columns: Columns, rows: Column, received_ms: int) -> bytes:
        names = self.ids
        speeds = columns.speeds_kmh[rows].tolist()
        times = columns.observed_ms[rows].tolist()
        links = tuple(names[link] for link in columns.links[rows].tolist())
        return wire.encode(SpeedBatch(FEED, received_ms, links, tuple(speeds), tuple(times)))

    def permits(self) -> Log:
        """The works as a permit source lists them; with each message clashes are found anew."""
        rows = [
            Permit(
                f"2026-굴착-{n}",
                f"굴착 {n}",
                work.starts_ms,
                T0_MS + 30 * 86_400_000,
                closure=work.closure,
                link_ids=(work.link_id,),
            )
            for n, work in enumerate(self.works)
        ]
        parts = [rows[at : at + LISTED] for at in range(0, len(rows), LISTED)]
        made = [PermitBatch("permits", T0_MS, is_complete=False, rows=tuple(p)) for p in parts]
        return {(topics.PERMITS.name, 0): [wire.encode(batch) for batch in made]}

    def singles(self, columns: Columns) -> Iterator[tuple[int, bytes, bytes]]:
        """Partition, key and JSON of each observation, as who sends one a message would."""
        self.taken.append(columns)
        names, partition = self.ids, self.partition.tolist()
        rows = zip(
            columns.links.tolist(),
            columns.speeds_kmh.tolist(),
            columns.observed_ms.tolist(),
            strict=True,
        )
        for link, speed, at_ms in rows:
            name = names[link]
            text = f'{{"link_id":"{name}","speed_kmh":{speed},"observed_ms":{at_ms}}}'
            yield partition[link], name.encode(), text.encode()

    def columns(self) -> Columns:
        """All that was taken so far, in order."""
        return Columns(*(np.concatenate(parts) for parts in zip(*self.taken, strict=True)))

    def view_speeds(self) -> Column:
        """What each link must show in the end, km/h to a tenth; NaN: nothing that is fresh."""
        return shown_speeds(
            self.columns(), np.concatenate(self.watermarks), len(self.ids), self.end_ms
        )

    def closures(self) -> dict[str, Closure]:
        """What closes which link in the end; the others: none."""
        return {work.link_id: work.closure for work in self.works}

    def minutes(self) -> "Minutes":
        """The last minute of each link that is closed in the end: not that of the last round."""
        return last_minutes(self.columns(), len(self.ids))


def _next_second(at_ms: int) -> int:
    return -(-at_ms // 1000) * 1000


def shown_speeds(columns: Columns, watermarks: Column, links: int, now_ms: int) -> Column:
    """Each link's mean of a centre's reports as the dictionary defines it (`report`): the newest
    by event time leads, an older one changes nothing, weights halve every two minutes.
    """
    seen_ms = np.zeros(links, dtype=np.int64)
    last, mean, spread = (np.zeros(links) for _ in range(3))
    for each in _occurrences(columns.links, links):
        link, value, at_ms = (
            columns.links[each],
            columns.speeds_kmh[each],
            columns.observed_ms[each],
        )
        known_ms = seen_ms[link]
        is_same = (known_ms == at_ms) & (last[link] == value)
        taken = (at_ms > watermarks[each] - FRESH_MS) & (known_ms <= at_ms) & ~is_same
        link, value, at_ms, known_ms = link[taken], value[taken], at_ms[taken], known_ms[taken]
        since_ms = watermarks[each][taken] - FRESH_MS
        follows = (known_ms > since_ms) & (known_ms > 0) & (known_ms < at_ms)
        part = 1 - 0.5 ** (-(-(at_ms - known_ms) // 1000) * 1000 / HALF_MS)  # whole seconds
        away = value - mean[link]
        moved = (mean[link] + part * away).round(3)
        doubt = ((1 - part) * (spread[link] + part * away * away)).round(3)
        mean[link] = np.where(follows, moved, value)
        spread[link] = np.where(follows, doubt, (FIRST_DEVIATION * value) ** 2)
        seen_ms[link], last[link] = at_ms, value
    shown = mean.round(1)
    shown[seen_ms <= now_ms - FRESH_MS] = np.nan
    return shown


def _occurrences(links: Column, count: int) -> Iterator[Column]:
    """The rows of each link's first observation, then of each one's second, and so on."""
    order = np.argsort(links, kind="stable")
    counts = np.bincount(links, minlength=count)
    begins = np.concatenate([[0], np.cumsum(counts)[:-1]])
    rank = np.arange(len(links)) - np.repeat(begins, counts)
    by_rank = np.argsort(rank, kind="stable")
    ends = np.cumsum(np.bincount(rank))
    for begin, end in zip(np.concatenate([[0], ends[:-1]]), ends, strict=True):
        yield order[by_rank[begin:end]]


class Minutes(NamedTuple):
    """By link: the begin of its last closed minute, ms, the mean speed in it, how many there."""

    start_ms: Column
    mean_kmh: Column
    samples: Column


def last_minutes(columns: Columns, links: int) -> Minutes:
    """Of each link the minute before the one it was last observed in."""
    minutes = columns.observed_ms // MINUTE_MS
    base = int(minutes.min())
    span = int(minutes.max()) - base + 1
    cell = columns.links * span + (minutes - base)
    counts = np.bincount(cell, minlength=links * span).reshape(links, span)
    sums = np.bincount(cell, weights=columns.speeds_kmh, minlength=links * span)
    sums = sums.reshape(links, span)
    newest = span - 1 - np.argmax(counts[:, ::-1] > 0, axis=1)
    before = np.where(np.arange(span) < newest[:, None], counts, 0)
    chosen = span - 1 - np.argmax(before[:, ::-1] > 0, axis=1)
    at = np.arange(links), chosen
    return Minutes((base + chosen) * MINUTE_MS, sums[at] / np.maximum(counts[at], 1), counts[at])
