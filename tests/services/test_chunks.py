"""Many single messages, fetched in chunks: as one by one, whoever dies and whoever joins."""

from functools import partial

from kafka import KafkaAdminClient

from local import held
from local.stack import Stack
from local.waiting import wait_until
from streams.contract import topics
from streams.state.keys import POSITIONS
from tests.cities import worlds
from tests.cities.worlds import PARTITIONS

BUSES = 300


def carried(city: Stack) -> int:
    """Messages of bus-positions whose effects are in Redis."""
    store = worlds.redis_of(city)
    names = [f"{topics.BUS_POSITIONS.name}/{p}".encode() for p in range(PARTITIONS)]
    return sum(
        int(at) + 1
        for at in map(held.rows(store, POSITIONS, PARTITIONS).get, names)
        if at is not None
    )


def committed(city: Stack) -> dict[str, int]:
    """What Kafka believes of the group, by place: the offset after the last that was carried."""
    admin = KafkaAdminClient(bootstrap_servers=city.env["BOMNAE_KAFKA"])
    try:
        groups = admin.list_group_offsets({topics.GROUP: None})
    finally:
        admin.close()
    return {f"{tp.topic}/{tp.partition}": at.offset for tp, at in groups[topics.GROUP].items()}


def test_singles_in_chunks_through_a_rebalance_and_a_kill_are_as_one_by_one(city: Stack) -> None:
    log = worlds.drive(BUSES, worlds.STOPS, s_between=200)
    ends = {f"{topic}/{partition}": at for topic, partition, at, _ in worlds.numbered(log)}
    third = len(log) // 3
    worlds.publish(city, log[:third])
    first = city.start_worker()
    wait_until(lambda: carried(city), "the first chunks", lambda seen: seen > 0)
    second = city.python("worker-second", "streams", "worker")
    second.wait_said("worker started")
    worlds.publish(city, log[third : 2 * third])
    begin = carried(city)
    wait_until(lambda: carried(city), "chunks of both", lambda seen: seen > begin)
    first.kill()
    city.processes.pop("worker", None)
    city.python("worker-third", "streams", "worker")
    worlds.publish(city, log[2 * third :])
    worlds.wait_drained(city, worlds.last_tick_ms(log))
    found = held.numbers(worlds.redis_of(city), POSITIONS, worlds.PARTITIONS)
    assert {name: found[name] for name in ends} == ends
    assert worlds.audited(city)
    is_told = partial(told, city, ends)
    wait_until(is_told, "the committed offsets")


def told(city: Stack, ends: dict[str, int]) -> bool:
    """Whether what is committed is where the state stands, in every partition of the inputs."""
    at = committed(city)
    return {name: at.get(name) for name in ends} == {name: end + 1 for name, end in ends.items()}
