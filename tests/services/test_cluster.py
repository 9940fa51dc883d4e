"""A Redis Cluster of three nodes under worker, map server and dispatcher."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from local import held
from local.stack import Stack
from local.waiting import wait_until
from streams.contract.enums import AlertEvent
from streams.delivery.deciding.keys import STATE, endpoint_key
from streams.state.keys import OUTBOX, REBUILDING, parts_of
from tests import redis_cluster
from tests.cities import worlds
from tests.faults import load
from tests.receivers import ENV, Receiver, alert, in_order, put, subscribe, subscription
from tests.services.site import DEADLINE_S, get_json, stream

SEED = 7


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[str]:
    with redis_cluster.running(tmp_path / "cluster") as url:
        yield url


@pytest.fixture
def load_city(stack: Stack) -> Stack:
    """A stack with the road of the load, and the topics."""
    return worlds.lay(stack, load.network())


def folded(city: Stack, log: list[worlds.Sent], name: str) -> bytes:
    """The state and the alerts of a log that one worker folded."""
    worker = city.start_worker(name)
    worlds.wait_drained(city, worlds.last_tick_ms(log))
    store = worlds.redis_of(city)
    worker.wait_until(lambda: not store.exists(REBUILDING), "the end of the mark")
    state = worlds.dump(city)
    worker.stop()
    return state


async def test_a_cluster_shows_the_state_of_one_redis(load_city: Stack, cluster: str) -> None:
    city = load_city
    log = load.day(SEED, 40)
    worlds.publish(city, log)
    one = folded(city, log, "worker-one")
    city.env["BOMNAE_REDIS"] = cluster
    assert folded(city, log, "worker-many") == one
    store = worlds.redis_of(city)
    slots = {parts_of(name.decode())[1] for name in store.scan_iter("*")}
    assert slots == {"0", "1", "2", "3", "city"}
    assert len({store.keyslot(f"{{{slot}}}") * 3 // 16_384 for slot in slots}) > 1  # several nodes
    assert worlds.audited(city)
    base = city.start_map()
    city.start_worker("worker-again")
    async with aiohttp.ClientSession() as http:
        shown = await _shown(http, base)
        async with stream(http, base, shown["id"]) as events:
            worlds.publish(city, worlds.tick(worlds.last_tick_ms(log) + 60_000))
            told_id = shown["id"]
            while told_id == shown["id"]:
                told_id, _, told = await events.next()
        assert told["prev"] == shown["id"]
        async with stream(http, base, "", **{"Last-Event-ID": shown["id"]}) as events:
            _, name, again = await events.next()
        assert (name, again["prev"]) == ("d", shown["id"])


async def _shown(http: aiohttp.ClientSession, base: str) -> dict[str, Any]:
    """The snapshot, once the store is read."""
    shown: dict[str, Any] = {}
    async with asyncio.timeout(DEADLINE_S):
        while shown.get("store") != "ok" or shown["id"] == "0-0":
            shown = await get_json(http, f"{base}/api/v1/snapshot")
    return shown


def test_alerts_of_all_partitions_are_sent_once_and_in_order(city: Stack, cluster: str) -> None:
    city.env |= {**ENV, "BOMNAE_REDIS": cluster}
    store = worlds.redis_of(city)
    words = (AlertEvent.BEGIN, AlertEvent.END)
    alerts = [
        (partition, alert(f"work:W{partition}", number, word))
        for number, word in enumerate(words, 1)
        for partition in range(worlds.PARTITIONS)
    ]
    due = {each.id for _, each in alerts}
    with Receiver() as receiver:
        subscribe(store, subscription("ep_a", receiver.url("ep_a")))
        for life in range(2):
            first = city.python(f"dispatch{life}", "streams", "dispatch")
            first.wait_said("dispatcher started")
            for partition, each in alerts[life * 6 : life * 6 + 6]:
                put(store, [each], partition=partition)
            begun = {each.id for _, each in alerts[: life * 6 + 6]}
            wait_until(lambda: set(receiver.ids("ep_a")), "the alerts", lambda seen: begun <= seen)  # noqa: B023
            first.stop()
        assert len(held.entries(store, OUTBOX, worlds.PARTITIONS)) == len(due)
        assert sorted(receiver.ids("ep_a")) == sorted(due)
        assert in_order(receiver.ids("ep_a"))
    kept = json.loads(store.get(endpoint_key(STATE, "ep_a")))
    assert kept["cursor"].count("~") == worlds.PARTITIONS
