"""`python -m streams audit`: read the log up to where the live state is, fold it, compare."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from streams.audit import fold as audit
from streams.audit import tally as audit_tally
from streams.audit.rows import PlainRoads
from streams.audit.tally import Past, RoadsLog, Tally
from streams.contract import topics
from streams.contract.errors import LogError, SettingsError
from streams.contract.settings import Settings
from streams.contract.times import DAY_MS
from streams.domain.alerts import Alert
from streams.domain.stage import Stage
from streams.geo.network import Network
from streams.kafka.cluster import LogReader, Place, inputs
from streams.state.gate import roads_from
from streams.state.keys import (
    COUNTS,
    DEAD_LETTERS,
    META,
    OUTBOX,
    PAST,
    POSITIONS,
    home_of,
    key,
    past_key,
)
from streams.state.redis_login import moment
from streams.state.store import Store
from streams.topology.stages import stages

PAUSE_S = 0.1
PAST_CHUNK = 200  # subjects whose history is read at a time


class LiveState(NamedTuple):
    """The live state of one moment: how far it is, and every row."""

    positions: dict[Place, int]
    tables: audit.Tables


class AuditResult(NamedTuple):
    """What the audit found; `unsettled` is why there is nothing to compare yet."""

    messages: int
    unsettled: str = ""
    differences: tuple[audit.Difference, ...] = ()


async def run_audit(settings: Settings, network: Network, *, within_s: float) -> AuditResult:
    """Compare the live state with the log; waits so long for the roads to follow their inputs.

    Raises LogError when the log no longer reaches back to its beginning, or ends too early.
    """
    by_topic = stages(settings, network, PlainRoads)
    store = Store.connect(settings)
    try:
        await _check_network(store.client, network)
        async with LogReader(settings) as reader:
            oracle = _Oracle(by_topic, reader)
            roads = [(topics.LINK_EVENTS.name, p) for p in range(settings.partitions)]
            begun = await roads_from(store.client)
            await oracle.begin(
                inputs(settings.partitions), {place: begun.get(place, 0) for place in roads}
            )
            verdict = await _compare(store, oracle, audit.table_names(by_topic), within_s)
            if verdict.unsettled:
                return verdict
            past = await past_differences(store, oracle.tally.past, settings.history_days)
            return verdict._replace(differences=(*verdict.differences, *past))
    finally:
        await store.close()


async def _compare(
    store: Store, oracle: "_Oracle", tables: list[str], within_s: float
) -> AuditResult:
    clock = asyncio.get_running_loop().time
    deadline: float | None = None
    while True:
        live = await live_state(store, tables)
        await oracle.follow(live.positions)
        deadline = deadline or clock() + within_s  # the first fold may take long
        due = oracle.fold.tables() | oracle.tally.tables()
        if not (reason := audit.unsettled(live.tables, due)):
            found = audit.differences(live.tables, due)
            return AuditResult(oracle.messages, differences=tuple(found))
        if clock() > deadline:
            return AuditResult(oracle.messages, unsettled=reason)
        await asyncio.sleep(PAUSE_S)


async def live_state(store: Store, tables: list[str]) -> LiveState:
    """Positions and every row of these tables; of each partition all is of one moment."""
    live = LiveState({}, {})
    totals: dict[str, Counter[str]] = {COUNTS: Counter(), DEAD_LETTERS: Counter()}
    alerts: list[Alert] = []
    kinds = [POSITIONS, *totals, *tables]
    for partition in range(store.partitions):
        names = [key(kind, partition) for kind in kinds]
        rows, outbox = await moment(store.client, names, key(OUTBOX, partition))
        positions, *held = rows
        found = dict(zip(names[1:], held, strict=True))
        for kind, total in totals.items():
            counted = found.pop(key(kind, partition))
            total.update({name.decode(): int(value) for name, value in counted.items()})
        live.positions.update({_place_of(x.decode()): int(at) for x, at in positions.items()})
        live.tables.update(audit.stored({name: rows for name, rows in found.items() if rows}))
        alerts += [msgspec.json.decode(entry[b"a"], type=Alert) for _, entry in outbox]
    live.tables.update({kind: dict(total) for kind, total in totals.items() if total})
    if alerts:
        live.tables[OUTBOX] = audit.plain(audit.alerts_by_id(alerts))
    return live


async def past_differences(store: Store, past: Past, history_days: int) -> list[audit.Difference]:
    """What differs in the history; it may go on meanwhile."""
    wide = store.partitions
    found: list[audit.Difference] = []
    for begin in range(0, len(past.subjects), PAST_CHUNK):
        chunk = past.subjects[begin : begin + PAST_CHUNK]
        async with store.client.pipeline(transaction=False) as together:
            for subject in chunk:
                together.xrange(past_key(subject, home_of(subject, wide)))
            for partition in range(wide):
                together.zrange(key(PAST, partition), -1, -1, withscores=True)
            found_runs = await together.execute()
        runs, newest = found_runs[: len(chunk)], found_runs[len(chunk) :]
        latest_ms = max(past.latest_ms, *(int(each[0][1]) for each in newest if each), 0)
        kept_from_ms = latest_ms - history_days * DAY_MS
        for subject, run in zip(chunk, runs, strict=True):
            live = [(_entry_of(name.decode()), fields[b"v"]) for name, fields in run]
            due = past.entries(subject)
            found += audit_tally.past_differences(subject, due, live, kept_from_ms)
    return found


def _entry_of(name: str) -> audit_tally.Entry:
    ms, _, number = name.partition("-")
    return int(ms), int(number)


class _Oracle:
    """A fold that follows the live state through the log."""

    def __init__(self, by_topic: Mapping[topics.Topic, Stage], reader: LogReader) -> None:
        self.tally = Tally()
        self.fold = audit.Fold(by_topic, self.tally.add)
        self._roads = RoadsLog(by_topic[topics.LINK_EVENTS], self.tally)
        self._reader = reader
        self._places: list[Place] = []
        self._waiting: dict[Place, list[Any]] = {}

    @property
    def messages(self) -> int:
        """How many messages of the input topics were folded."""
        return sum(self.fold.taken.get(place, 0) for place in self._places)

    async def begin(self, places: list[Place], roads: Mapping[Place, int]) -> None:
        """Go to the beginning of every log; LogError where retention has taken it.

        `roads`: from where the state is folded of each partition of their own log.
        """
        self._roads.taken |= roads
        starts = await self._reader.starts([*places, *roads])
        if cut := {p: first for p, first in starts.items() if first > roads.get(p, 0)}:
            named = ", ".join(f"{t}/{p} begins at offset {cut[t, p]}" for t, p in sorted(cut))
            raise LogError(f"the log no longer reaches back to its beginning: {named}")
        self._places = places
        self._reader.begin({**starts, **roads})

    async def follow(self, positions: Mapping[Place, int]) -> None:
        """Fold every input partition up to its position, the one furthest behind in time first."""
        while behind := [
            p for p in self._places if self.fold.taken.get(p, 0) <= positions.get(p, -1)
        ]:
            place = min(behind, key=lambda p: (self.fold.ticks_ms.get(p, 0), p))
            waiting = self._waiting.get(place) or await self._reader.next_of(place)
            due = [record for record in waiting if record.offset <= positions[place]]
            self._waiting[place] = waiting[len(due) :]
            for record in due:
                self.fold.take(*record)
        for place in list(self._roads.taken):
            await self._follow_roads(place, positions.get(place, -1))

    async def _follow_roads(self, place: Place, position: int) -> None:
        """Fold a partition of the roads' own log up to its position."""
        while self._roads.taken[place] <= position:
            waiting = self._waiting.get(place) or await self._reader.next_of(place)
            due = [record for record in waiting if record.offset <= position]
            self._waiting[place] = waiting[len(due) :]
            for record in due:
                self._roads.take(*record[:4])


async def _check_network(client: Any, network: Network) -> None:
    """SettingsError when the live state is folded with another network."""
    live = await client.hget(META, "network")
    if live is not None and live.decode() != network.version:
        raise SettingsError(
            f"BOMNAE_NETWORK is network {network.version}, the live state is folded with "
            f"{live.decode()}"
        )


def _place_of(name: str) -> Place:
    topic, _, partition = name.rpartition("/")
    return topic, int(partition)
