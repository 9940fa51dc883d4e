"""The same log folded offline, in order, without Kafka, Faust or Redis; and the differences."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from streams.audit.fold import plain, plain_state, stored
from streams.audit.rows import PlainRoads
from streams.contract import topics, wire
from streams.contract.derived import LinkBatch, Origin
from streams.contract.errors import RecordRefusedError
from streams.contract.settings import Settings
from streams.domain.stage import Effects, State, apply, empty_state
from streams.geo.network import Network
from streams.state.kinds import hash_of
from streams.topology.stages import stages
from tests.cities.worlds import Sent

Rows = dict[str, Any]


class Oracle:
    """Folds messages as they are sent; a refused one is counted under its topic and code."""

    def __init__(self, network: Network, settings: Settings) -> None:
        self._stages = stages(settings, network, PlainRoads)
        self._states: dict[tuple[topics.Topic, int], State] = {}
        self._next: Counter[tuple[topics.Topic, int]] = Counter()
        self._lost: dict[str, tuple[int, int]] = {}
        self.refused: Counter[str] = Counter()
        self.counts: Counter[str] = Counter()
        self.alerts: Counter[str] = Counter()

    def without(self, lost: Mapping[str, tuple[int, int]]) -> "Oracle":
        """Leave out these offsets (first to last) of these topics and partitions."""
        self._lost = dict(lost)
        return self

    def fold(self, log: Iterable[Sent]) -> "Oracle":
        for topic, partition, payload in log:
            self._take(topic, partition, payload)
        return self

    def _take(self, topic: topics.Topic, partition: int, payload: bytes) -> None:
        offset = self._next[topic, partition]
        self._next[topic, partition] += 1
        first, last = self._lost.get(f"{topic.name}/{partition}", (0, -1))
        if first <= offset <= last:
            return
        stage = self._stages[topic]
        state = self._states.setdefault((topic, partition), empty_state(stage))
        try:
            message = wire.read(payload, stage.takes, topic.name)
            effects = stage.step(state, message, Origin(topic.name, partition, offset))
        except RecordRefusedError as refusal:
            self.refused[f"{topic.name} {refusal.code}"] += 1
            return
        self._settle(state, effects)

    def _settle(self, state: State, effects: Effects) -> None:
        apply(state, effects.changes)
        self.refused.update(effects.refused)
        self.counts.update(effects.counts)
        self.alerts.update(alert.id for alert in effects.alerts)
        for target, parts in effects.derived.items():
            self._take(topics.LINK_EVENTS, target, wire.encode(LinkBatch(tuple(parts))))

    @property
    def messages(self) -> int:
        """How many messages of the log it has folded."""
        return sum(n for (topic, _), n in self._next.items() if topic is not topics.LINK_EVENTS)

    def hashes(self) -> dict[str, Rows]:
        """What should stand in Redis: hash -> row id -> plain JSON value; empty ones left out."""
        found: dict[str, Rows] = {}
        for (topic, partition), state in self._states.items():
            rows = plain_state(state)
            for table in self._stages[topic].tables:
                if table.name in rows:
                    name = hash_of(table, partition)
                    found.setdefault(name, {}).update(plain(rows[table.name]))
        return {name: rows for name, rows in found.items() if rows}


def live(store: Any, names: Iterable[str]) -> dict[str, Rows]:
    """What does stand in Redis under these hashes."""
    found: dict[str, Rows] = stored({name: store.hgetall(name) for name in names})
    return found


def differences(expected: dict[str, Rows], found: dict[str, Rows]) -> list[str]:
    """Each row that differs, in words; an empty list when the states are identical."""
    lines = []
    for name in sorted(expected):
        for row in sorted({*expected[name], *found.get(name, {})}):
            want, have = expected[name].get(row), found.get(name, {}).get(row)
            if want != have:
                lines.append(f"{name} {row}: expected {want}, found {have}")
    return lines
