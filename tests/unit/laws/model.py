"""A log, a store and workers in memory: Kafka, Redis and processes without either of them."""

import copy
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from streams.audit.fold import stored
from streams.contract import topics, wire
from streams.contract.derived import LinkEvents, Origin
from streams.contract.settings import Settings
from streams.domain.stage import Stage, State, Sum
from streams.geo.network import Network
from streams.state.gate import Gate, GateAnswer, GateResult
from streams.state.kinds import hash_of
from streams.state.tables import read, written
from streams.topology.stages import stages
from streams.worker.agents import Delivered, StageRunner
from tests.cities.worlds import PARTITIONS, Sent

Place = tuple[str, int]
SETTINGS = Settings(rules=str(Path(__file__).with_name("quick_rules.toml")))
NEVER = 10**9


class CrashError(Exception):
    """The worker's process is gone."""


@dataclass
class Log:
    """Partitions of bytes; what is in stays in."""

    records: dict[Place, list[bytes]] = field(default_factory=lambda: defaultdict(list))

    def append(self, topic: str, partition: int, payload: bytes) -> None:
        self.records[topic, partition].append(payload)


@dataclass
class Kept:
    """What Redis holds: positions, rows as JSON, counts."""

    positions: dict[Place, int] = field(default_factory=dict)
    hashes: dict[str, dict[bytes, bytes]] = field(default_factory=lambda: defaultdict(dict))
    counts: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    outbox: Counter[str] = field(default_factory=Counter)

    def rows(self) -> dict[str, dict[str, Any]]:
        return stored({name: rows for name, rows in self.hashes.items() if rows})


class Store:
    """One Redis; it can be rolled back to any earlier moment."""

    def __init__(self) -> None:
        self.now = Kept()
        self.moments: list[Kept] = [copy.deepcopy(self.now)]

    def remember(self) -> None:
        self.moments.append(copy.deepcopy(self.now))


class ModelGate:
    """The gate's contract in twenty lines: next, repeated, or a hole."""

    knows_repeats = knows_holes = True  # False: a broken gate, which the laws must find

    def __init__(self, store: Store) -> None:
        self._store = store
        self.epoch = 0

    def forget(self, *, is_next: bool = False) -> None:
        self.epoch += 1 if is_next else 2

    async def position(self, topic: str, partition: int) -> int | None:
        return self._store.now.positions.get((topic, partition))

    async def load_at(self, stage: Stage, topic: str, partition: int) -> tuple[int, State]:
        kept = self._store.now
        state: State = {}
        for table in stage.tables:
            state[table.name] = read(table, kept.hashes[hash_of(table, partition)])
        return kept.positions.get((topic, partition), -1), state

    async def apply(
        self, place: Place, first: int, last: int, *, stage: Stage, effects: Sum
    ) -> GateAnswer:
        kept = self._store.now
        at = kept.positions.get(place, -1)
        if first <= at and self.knows_repeats:
            return GateAnswer(GateResult.DUPLICATE, at)
        if first > at + 1 and self.knows_holes:
            return GateAnswer(GateResult.HOLE, at)
        for table in stage.tables:
            rows = kept.hashes[hash_of(table, place[1])]
            writes = written(effects.changes.get(table.name, {}))
            for name in writes.gone:
                rows.pop(name.encode(), None)
            rows |= {name.encode(): value for name, value in writes.kept.items()}
        kept.counts.update(effects.counts)
        kept.refused.update(effects.refused)
        kept.outbox.update(alert.id for alert in effects.alerts)
        kept.positions[place] = last
        return GateAnswer(GateResult.APPLIED, last)


class Worker:
    """A process: its runners, where it reads next, and the failpoint it dies at."""

    def __init__(self, log: Log, store: Store, network: Network) -> None:
        self._log, self._store = log, store
        self._network = network
        self.start()

    def start(self) -> None:
        """A new process, with nothing in its memory."""
        self.dies_at, self.dies_after = "", NEVER
        self.gate = ModelGate(self._store)
        self.reads_at: dict[Place, int] = {}
        self._runners = {
            topic.name: StageRunner(stage, cast(Gate, self.gate), self, self._rewind, self._passed)
            for topic, stage in stages(SETTINGS, self._network).items()
        }

    def seek(self, places: Iterable[Place]) -> None:
        """What a worker does after a rebalance: begin after the stored positions."""
        self.gate.forget(is_next=True)  # no state was lost: equal positions are equal rows
        for place in places:
            self.reads_at[place] = self._store.now.positions.get(place, -1) + 1

    async def read(self, place: Place, most: int) -> int:
        """Take up to so many messages of a partition as one run; how many there were."""
        begin = self.reads_at.setdefault(place, 0)
        payloads = self._log.records[place][begin : begin + most]
        self.reads_at[place] = begin + len(payloads)
        run = [Delivered(p, Origin(*place, n)) for n, p in enumerate(payloads, start=begin)]
        if run:
            await self._runners[place[0]].take(run)
        return len(run)

    async def send_derived(self, partition: int, parts: Sequence[LinkEvents]) -> None:
        for payload in wire.encode_parts(parts):
            self._log.append(topics.LINK_EVENTS.name, partition, payload)

    async def send_dead(self, payload: bytes, *, code: str, origin: Origin) -> None:
        self._log.append(topics.DEAD_LETTERS.name, 0, f"{code} {origin}".encode() + payload)

    async def _rewind(self, topic: str, partition: int, offset: int) -> None:
        self.reads_at[topic, partition] = offset

    def _passed(self, point: str) -> None:
        if point != self.dies_at:
            return
        self.dies_after -= 1
        if self.dies_after <= 0:
            raise CrashError(point)


def places() -> list[Place]:
    """Every partition of every topic that a stage reads."""
    return [(t.name, p) for t in topics.FOLDED for p in range(t.partitions(PARTITIONS))]


def publish(log: Log, sents: Iterable[Sent]) -> None:
    for topic, partition, payload in sents:
        log.append(topic.name, partition, payload)
