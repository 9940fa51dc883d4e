"""Small worlds for tests: a road of stops, its messages, and the log folded in plain Python."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import msgspec
import redis
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from local import held
from local.stack import Stack
from local.waiting import wait_until
from producers.network.importing import write_network
from producers.publishing.topic_setup import ensure_topics
from streams.audit.fold import fold_log, plain, stored
from streams.audit.rows import PlainRoads
from streams.contract import topics, wire
from streams.contract.arrival import REPLAY
from streams.contract.grammars import CLUSTER
from streams.contract.records import BusPosition, PositionBatch, Tick
from streams.contract.settings import Settings
from streams.geo.network import Network
from streams.state.keys import (
    COUNTS,
    DEAD_LETTERS,
    DELTAS,
    OUTBOX,
    PAST,
    POSITIONS,
    REBUILDING,
    key,
    parts_of,
)
from streams.state.tables import read_columns
from streams.topology.stages import stages
from tests.cities.builder import both_ways, city, in_a_row, route

PARTITIONS = 4
STOPS = 12  # of the service tests' road
STEP_DEG = 0.004  # about 352 m of longitude at 37.88 N
T0_MS = 1_795_305_600_000  # 2026-11-22 00:00 UTC

Sent = tuple[topics.Topic, int, bytes]


def road(stops: int = 20, *, length_m: int = 350) -> Network:
    """One straight road of stops S0, S1, ... with sections both ways and the route R1 along it."""
    along = in_a_row((f"정류장{n}" for n in range(stops)), step_deg=STEP_DEG)
    usual = {"road_name": "중앙로", "length_m": length_m, "length_source": "geometry"}
    return city(
        *both_ways(along, **usual),
        stops=along,
        routes=(route("R1", "1", along),),
        is_simulated=True,
    )


def lay(stack: Stack, network: Network | None = None) -> Stack:
    """Gives a stack a network (None: the road of the service tests), and the topics."""
    folder = stack.folder / "network"
    write_network(network or road(STOPS), folder)
    stack.env["BOMNAE_NETWORK"] = str(folder)
    ensure_topics(settings_of(stack))
    return stack


def settings_of(stack: Stack) -> Settings:
    """What a stack's processes are set to."""
    return Settings.from_env({k: v for k, v in stack.env.items() if k.startswith("BOMNAE_")})


def at_stop(vehicle: str, order: int, observed_ms: int) -> BusPosition:
    """A bus of route R1 exactly at a stop."""
    lon = 127.70 + STEP_DEG * (order - 1)
    return BusPosition(vehicle, "R1", "1", f"S{order - 1}", order, observed_ms, lon, 37.88)


def positions(*rows: BusPosition, partitions: int = PARTITIONS) -> Iterable[Sent]:
    """The messages of one answer with these buses."""
    for row in rows:
        partition = topics.partition_of(row.vehicle, partitions)
        batch = PositionBatch("tago.positions", row.observed_ms, (row,))
        yield topics.BUS_POSITIONS, partition, wire.encode(batch)


def tick(tick_ms: int, *, partitions: int = PARTITIONS) -> Iterable[Sent]:
    """A tick in every input partition."""
    for topic in topics.TICKED:
        for partition in range(topic.partitions(partitions)):
            yield topic, partition, wire.encode(Tick(tick_ms))


def drive(
    vehicles: int, stops: int, *, s_between: int = 40, partitions: int = PARTITIONS
) -> list[Sent]:
    """Buses that pass a stop every `s_between` s, a bus-specific shade slower each, with ticks."""
    log: list[Sent] = []
    for order in range(1, stops + 1):
        for vehicle in range(vehicles):
            observed_ms = T0_MS + order * (s_between + vehicle) * 1000
            log += positions(at_stop(f"v{vehicle}", order, observed_ms), partitions=partitions)
        log += tick(T0_MS + order * s_between * 1000, partitions=partitions)
    end_ms = T0_MS + (stops + 1) * (s_between + vehicles) * 1000
    return [*log, *tick(end_ms, partitions=partitions)]


_PUBLISHED: WeakKeyDictionary[Stack, dict[str, dict[str, int]]] = WeakKeyDictionary()
"""By stack, broker and place: the offset of the last message of a folded topic published here."""


def published_to(stack: Stack) -> dict[str, int]:
    """Where what was published here ends, by "topic/partition", as the broker said."""
    return _PUBLISHED.setdefault(stack, {}).setdefault(stack.env["BOMNAE_KAFKA"], {})


def publish(stack: Stack, log: Iterable[Sent]) -> None:
    """Write messages to Kafka in order and wait for the broker; their time is another day's."""
    producer = KafkaProducer(bootstrap_servers=stack.env["BOMNAE_KAFKA"], acks="all")
    sent = {}
    try:
        for topic, partition, payload in log:
            sent[topic, partition] = producer.send(
                topic.name, value=payload, partition=partition, headers=[(REPLAY, b"1")]
            )
        producer.flush(120)
        published_to(stack).update(
            {
                f"{t.name}/{p}": last.get(120).offset
                for (t, p), last in sent.items()
                if t in topics.FOLDED
            }
        )
    finally:
        producer.close()


def redis_of(stack: Stack) -> Any:
    scheme, _, nodes = stack.env["BOMNAE_REDIS"].partition(CLUSTER)
    if nodes:
        return redis.RedisCluster.from_url(f"{scheme}://{nodes.partition(',')[0]}")
    return redis.Redis.from_url(stack.env["BOMNAE_REDIS"])


def wait_drained(stack: Stack, tick_ms: int, *, within_s: float = 120) -> None:
    """Wait until all that was published here has been folded, and the tick that ends every input
    partition by all roads; and until positions stand still, for what else writes to the log.

    A log's end offset would be simpler, but the embedded broker understates it.
    """
    store = redis_of(stack)
    partitions = settings_of(stack).partitions
    due = published_to(stack)
    seen: list[dict[bytes, bytes]] = []

    def is_drained() -> bool:
        clocks = held.numbers(store, "clock", partitions).values()
        seen.append(held.rows(store, POSITIONS, partitions))
        is_in = all(int(seen[-1].get(name.encode(), -1)) >= at for name, at in due.items())
        still = len(seen) > 10 and all(at == seen[-1] for at in seen[-10:])  # 0.5 s
        return is_in and len(clocks) == partitions and min(clocks) >= tick_ms and still

    try:
        wait_until(is_drained, "the worker at the end of the log", within_s=within_s)
    finally:
        store.close()


def audited(stack: Stack) -> bool:
    """Whether the audit ends well and says that the live state is the log's, whatever it logs."""
    return "identical" in stack.run("audit", "streams", "audit").splitlines()


def empty(stack: Stack) -> None:
    """Empty Redis under its workers, and wait until they have folded all of it again."""
    partitions = settings_of(stack).partitions
    with redis_of(stack) as store:
        before = held.rows(store, POSITIONS, partitions)
        store.flushall()

        def is_made_again() -> bool:
            now = held.rows(store, POSITIONS, partitions)
            is_in = all(int(now.get(name, -1)) >= int(at) for name, at in before.items())
            return is_in and not store.exists(REBUILDING)

        wait_until(is_made_again, "the state made again")


def replayed_to_ms(stack: Stack) -> int:
    """The tick that ends every input partition of a log which a replay wrote."""
    place = TopicPartition(topics.BUS_POSITIONS.name, 0)
    found: list[Any] = []
    with closing(KafkaConsumer(bootstrap_servers=stack.env["BOMNAE_KAFKA"])) as consumer:
        consumer.assign([place])
        end = consumer.end_offsets([place])[place]  # the embedded broker's last batch begins here
        consumer.seek(place, end - 1)

        def is_read() -> bool:
            found.extend(consumer.poll(500).get(place, []))
            return bool(found)

        wait_until(is_read, "the end of the log")
    return last_tick_ms([(topics.BUS_POSITIONS, 0, found[-1].value)])


def last_tick_ms(log: Iterable[Sent]) -> int:
    """The tick that ends a log."""
    message = wire.decode(list(log)[-1][2])
    if not isinstance(message, Tick):
        raise TypeError(f"the log must end with a tick, ends with {message}")
    return message.tick_ms


UNCOMPARED = {  # what is said of a state, and of the cluster it came from, is no state
    DELTAS,
    COUNTS,
    DEAD_LETTERS,
    OUTBOX,  # compared by its alerts
    "generation",
}
OF_LINKS = ("links", "folds")


def dump(stack: Stack) -> bytes:
    """Every state and alert in Redis in a fixed order, without deltas and counts; of links what
    their pages say, for which link stands in which place is no state.
    """
    store = redis_of(stack)
    kept: dict[str, Any] = {}
    for name in sorted(name.decode() for name in store.scan_iter("bomnae:*")):
        kind, slot = parts_of(name)
        if slot.isdigit() and kind not in UNCOMPARED and not kind.startswith(PAST):
            kept[name] = sorted(store.hgetall(name).items())
    links = {name: dict(rows) for name, rows in kept.items() if parts_of(name)[0] in OF_LINKS}
    for name, rows in stored(links).items():
        kept[name] = [(k.encode(), msgspec.json.encode(v)) for k, v in sorted(rows.items())]
    of_roads = topics.LINK_EVENTS.name.encode()  # how records are batched there is no state
    for partition in range(PARTITIONS):
        rows = kept.get(key(POSITIONS, partition), [])
        kept[key(POSITIONS, partition)] = [x for x in rows if not x[0].startswith(of_roads)]
    alerts = sorted(fields[b"a"] for _, fields in held.entries(store, OUTBOX, PARTITIONS))
    return repr((sorted(kept.items()), alerts)).encode()


def links_in(stack: Stack) -> dict[str, Any]:
    """The link views in Redis by link id."""
    store = redis_of(stack)
    views: dict[str, Any] = {}
    for partition in range(PARTITIONS):
        views |= plain(read_columns(store.hgetall(key("links", partition))))
    return views


@dataclass
class Offline:
    """The log folded by the product's own oracle, without Kafka, Faust or Redis."""

    network: Network
    settings: Settings

    def fold(self, log: Iterable[Sent]) -> dict[str, Any]:
        """Fold a log; returns the link views by link id as plain JSON values."""
        tables = fold_log(stages(self.settings, self.network, PlainRoads), numbered(log))
        return {
            link_id: view
            for partition in range(self.settings.partitions)
            for link_id, view in tables.get(key("links", partition), {}).items()
        }


def numbered(log: Iterable[Sent]) -> Iterator[tuple[str, int, int, bytes]]:
    """The log with the offsets that an empty cluster gives it."""
    ends: Counter[tuple[str, int]] = Counter()
    for topic, partition, payload in log:
        yield topic.name, partition, ends[topic.name, partition], payload
        ends[topic.name, partition] += 1
