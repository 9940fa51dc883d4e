"""`python -m streams audit`: read the log up to where the live state is, fold it, compare."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from streams.audit import fold as audit
from streams.audit import tally as audit_tally
from streams.audit.begun import alerts_of, begin_with
from streams.audit.rows import PlainRoads
from streams.audit.tally import Past, RoadsLog, Tally
from streams.contract import topics
from streams.contract.errors import LogError, SettingsError
from streams.contract.settings import Settings
from streams.contract.times import DAY_MS, now_ms
from streams.domain.alerts import Alert
from streams.domain.stage import Stage
from streams.geo.network import Network
from streams.kafka.cluster import LogReader, Place, inputs
from streams.kafka.stretches import stretch
from streams.snapshot.file import checked
from streams.snapshot.held import HeldState, check_fits, held, shifts_for
from streams.snapshot.keys import keys_to_check
from streams.snapshot.moving import place_of
from streams.snapshot.shelf import newest_checked
from streams.state.gate import roads_from
from streams.state.keys import (
    COUNTS,
    DEAD_LETTERS,
    GENERATION,
    LAID,
    META,
    OUTBOX,
    PAST,
    POSITIONS,
    ROADS_FROM,
    TOPIC_IDS,
    home_of,
    key,
    past_key,
)
from streams.state.redis_login import moment
from streams.state.store import Store
from streams.topology.stages import stages

PAUSE_S = 0.1
OUTBOX_MS = 7 * DAY_MS  # so long the dispatchers keep an alert at least
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


class From(NamedTuple):
    """Where an audit may begin: a snapshot (None: the newest in BOMNAE_SNAPSHOTS, and only where
    the log does not reach back to the state's beginning), and a file with the public keys (None:
    that of BOMNAE_SNAPSHOT_KEY).
    """

    snapshot: Path | None = None
    public: Path | None = None


ANY = From()


async def run_audit(
    settings: Settings, network: Network, *, within_s: float, begin_from: From = ANY
) -> AuditResult:
    """Compare the live state with the log; waits so long for the roads to follow their inputs.

    Raises LogError when neither the log nor a snapshot reaches back, or the log ends too early;
    SnapshotError for a snapshot that is not to be believed.
    """
    by_topic = stages(settings, network, PlainRoads)
    store = Store.connect(settings)
    try:
        await _check_network(store.client, network)
        async with LogReader(settings) as reader:
            oracle = _Oracle(by_topic, reader, inputs(settings.partitions))
            state = await _held(settings, store, oracle, network, begin_from)
            if state is not None:
                await oracle.begin_from(state)
            verdict = await _compare(store, oracle, audit.table_names(by_topic), within_s)
            if verdict.unsettled:
                return verdict
            past = await past_differences(store, oracle.tally.past, settings.history_days)
            return verdict._replace(differences=(*verdict.differences, *past))
    finally:
        await store.close()


async def _held(
    settings: Settings, store: Store, oracle: "_Oracle", network: Network, begin_from: From
) -> HeldState | None:
    """The snapshot to begin from; None where the oracle has begun at the beginning of the log."""
    laid = await store.client.hgetall(LAID)
    if begin_from.snapshot is None:
        roads = [(topics.LINK_EVENTS.name, p) for p in range(settings.partitions)]
        begun = await roads_from(store.client)
        gone = "" if laid else await oracle.begin({place: begun.get(place, 0) for place in roads})
        if not laid and not gone:
            return None
        gone = gone or "a restore laid this log from a snapshot"
        if not settings.snapshots:
            raise LogError(
                f"{gone}. A snapshot of before would do: --from FILE, or BOMNAE_SNAPSHOTS"
            )
    keys = keys_to_check(settings, begin_from.public)
    if begin_from.snapshot is None:
        file = await asyncio.to_thread(newest_checked, Path(settings.snapshots), keys, now_ms())
    else:
        file = await asyncio.to_thread(checked, begin_from.snapshot, keys)
    check_fits(file.head, settings, network.version)
    generation = int(await store.client.hget(ROADS_FROM, GENERATION) or 0)
    if generation != file.head.generation:
        raise LogError(f"{file.path.name} is of before a refold: take another snapshot")
    ids = await store.client.hgetall(TOPIC_IDS)
    shifts = shifts_for(file.head, _text(laid), _text(ids))
    return await asyncio.to_thread(held, file, shifts)


def _text(rows: Mapping[bytes, bytes]) -> dict[str, str]:
    return {name.decode(): row.decode() for name, row in rows.items()}


async def _compare(
    store: Store, oracle: "_Oracle", tables: list[str], within_s: float
) -> AuditResult:
    clock = asyncio.get_running_loop().time
    ends = await oracle.ends()
    deadline: float | None = None
    while True:
        live = await live_state(store, tables)
        await oracle.follow(live.positions)
        oracle.have_alerts(live.tables.get(OUTBOX, {}))
        deadline = deadline or clock() + within_s  # the first fold may take long
        due = oracle.fold.tables() | oracle.tally.tables()
        reason = audit.nothing_folded(live.positions, ends) or audit.unsettled(live.tables, due)
        if not reason:
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
        live.positions.update({place_of(x.decode()): int(at) for x, at in positions.items()})
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

    def __init__(
        self, by_topic: Mapping[topics.Topic, Stage], reader: LogReader, places: list[Place]
    ) -> None:
        """`places`: every partition of the inputs."""
        self.tally = Tally()
        self.fold = audit.Fold(by_topic, self.tally.add)
        self._roads = RoadsLog(by_topic[topics.LINK_EVENTS], self.tally)
        self._reader = reader
        self._by_topic = by_topic
        self._places = places
        self._waiting: dict[Place, list[Any]] = {}
        self._held: HeldState | None = None
        self._begun: dict[Place, int] = {}

    @property
    def messages(self) -> int:
        """How many messages of the input topics were folded."""
        taken, begun = self.fold.taken, self._begun
        return sum(taken.get(place, 0) - begun.get(place, 0) for place in self._places)

    async def ends(self) -> list[int]:
        """The offset after the last message of each input."""
        return list((await self._reader.ends(self._places)).values())

    async def begin(self, roads: Mapping[Place, int]) -> str:
        """Go to the beginning of every log; why that cannot be where retention has taken it, else
        "". `roads`: from where the state is folded of each partition of their own log.
        """
        starts = await self._reader.starts([*self._places, *roads])
        if named := _cut(starts, roads):
            return f"the log no longer reaches back to its beginning: {named}"
        self._roads.taken |= roads
        self._reader.begin({**starts, **roads})
        return ""

    async def begin_from(self, state: HeldState) -> None:
        """Go to where a snapshot ends; LogError where retention has taken what came after it.

        What was on its way to the roads then is folded first: their inputs do not derive it again.
        """
        self._held = state
        begin_with(state, self._by_topic, self.fold, self._roads, self.tally)
        roads = list(self._roads.taken)
        self._begun = {place: state.taken.get(place, 0) for place in (*self._places, *roads)}
        starts = await self._reader.starts(self._begun)
        if named := _cut(starts, self._begun):
            raise LogError(f"the log no longer reaches back to the snapshot: {named}")
        for place in roads:
            end = state.ends.get(place, 0)
            async for records in stretch(self._reader, place, self._begun[place], end):
                for record in records:
                    if record.offset < end:
                        self.fold.take_derived(record.partition, record.offset, record.payload)
        self._reader.begin(self._begun)

    def have_alerts(self, kept: Mapping[str, Any]) -> None:
        """Have the alerts of the snapshot, without those that were trimmed since; once."""
        if self._held is not None:
            trimmed_ms = now_ms() - OUTBOX_MS
            self.fold.begin_alerts(alerts_of(self._held, kept, trimmed_ms))
            self._held = None

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
                self.fold.take(*record[:5])
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


def _cut(starts: Mapping[Place, int], due: Mapping[Place, int]) -> str:
    """Which logs begin after the offset that is due (0), "" where none does."""
    cut = {place: first for place, first in starts.items() if first > due.get(place, 0)}
    return ", ".join(f"{t}/{p} begins at offset {cut[t, p]}" for t, p in sorted(cut))


async def _check_network(client: Any, network: Network) -> None:
    """SettingsError when the live state is folded with another network."""
    live = await client.hget(META, "network")
    if live is not None and live.decode() != network.version:
        raise SettingsError(
            f"BOMNAE_NETWORK is network {network.version}, the live state is folded with "
            f"{live.decode()}"
        )
