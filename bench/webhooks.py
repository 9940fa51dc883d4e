"""From an event in Kafka to the POST at its endpoints, through worker, Redis and dispatcher.

20 incidents a second close a link each: 20 alerts a second. 200 endpoints want the alerts of their
own links, so that each alert goes to `EACH` of them: 10 mean 200 POSTs a second. The time is from
just before the event is written to the arrival of the signed POST. A POST that is missing, doubled
or wrongly signed is an error.
"""

import time
from collections import Counter
from pathlib import Path
from typing import Any

import redis
from kafka import KafkaProducer

from bench.results import Figure, percentile
from bench.rig import WrongResultError, resident_mb
from local.stack import Stack
from local.waiting import wait_until
from producers.network.importing import write_network
from producers.simulator.city import build_city
from streams.contract import topics, wire
from streams.contract.enums import Closure, IncidentKind
from streams.contract.records import Incident, IncidentBatch
from streams.contract.times import now_ms
from streams.delivery.deciding.keys import LEASE, endpoint_key
from streams.geo.network import Network
from tests.receivers import ENV, Got, Receiver, subscription

ENDPOINTS = 200
PER_S = 20
EACH = 10
WARM_UP_S = 3
GOAL_P95_MS, GOAL_P99_MS = 2_000.0, 5_000.0


def endpoints_of(number: int, each: int) -> list[str]:
    """The endpoints that want the alerts of a link."""
    return [f"ep_bench{(number * each + i) % ENDPOINTS:04d}" for i in range(each)]


def links_by_endpoint(network: Network, each: int) -> dict[str, list[str]]:
    """Endpoint -> the links it wants to hear of."""
    wanted: dict[str, list[str]] = {f"ep_bench{i:04d}": [] for i in range(ENDPOINTS)}
    for number in range(min(len(network.links), ENDPOINTS)):
        for name in endpoints_of(number, each):
            wanted[name].append(network.links[number].id)
    return wanted


def incident(network: Network, number: int) -> bytes:
    """The message of one incident that closes one link."""
    link = network.links[number % min(len(network.links), ENDPOINTS)]
    at_ms = now_ms()
    row = Incident(
        f"bench-{number}",
        IncidentKind.WORK,
        f"통제 {number}",
        at_ms - 60_000,  # a tick that is a moment older would begin it anew
        closure=Closure.FULL,
        link_id=link.id,
    )
    return wire.encode(IncidentBatch("its.events", at_ms, is_complete=False, rows=(row,)))


def run(stack: Stack, network: Network, receiver: Receiver, *, each: int, seconds: float) -> int:
    """Subscribe, start everything, publish 20 incidents a second; how many were published."""
    stack.run("topics", "producers", "topics")
    producer = KafkaProducer(bootstrap_servers=stack.env["BOMNAE_KAFKA"], acks="all")
    for name, links in links_by_endpoint(network, each).items():
        row = subscription(name, receiver.url(name), links=tuple(links))
        producer.send(topics.SUBSCRIPTIONS.name, value=wire.encode(row), partition=0)
    producer.flush(30)
    stack.start_worker()
    stack.python("clock", "producers", "clock")
    stack.python("dispatch", "streams", "dispatch")
    store: Any = redis.Redis.from_url(stack.env["BOMNAE_REDIS"])
    wait_until(
        lambda: len(store.keys(endpoint_key(LEASE, "*"))),
        "the endpoints",
        lambda seen: seen == ENDPOINTS,
    )
    count = round((seconds + WARM_UP_S) * PER_S)
    start = time.monotonic()
    for number in range(count):
        time.sleep(max(0.0, start + number / PER_S - time.monotonic()))
        payload = incident(network, number)
        producer.send(topics.INCIDENTS.name, value=payload, partition=0)
        producer.flush(10)
    wait_until(
        lambda: len(receiver.got), "the last POST", lambda seen: seen >= count * each, within_s=30
    )
    producer.close()
    store.close()
    return count


def measure(folder: Path, kafka: str, *, each: int, seconds: float) -> tuple[int, list[Got], float]:
    """Incidents published, POSTs received and the dispatcher's memory in MB."""
    network = build_city()
    write_network(network, folder)
    env = {"BOMNAE_NETWORK": str(folder), **ENV}
    with Receiver() as receiver, Stack(folder, kafka=kafka, env=env) as stack:
        count = run(stack, network, receiver, each=each, seconds=seconds)
        memory_mb = resident_mb(stack.processes["dispatch"].pid)
        return count, list(receiver.got), memory_mb


def faults(count: int, each: int, got: list[Got]) -> list[str]:
    """What is wrong with the POSTs besides their time."""
    arrived = Counter((post.endpoint, post.body["subject"]) for post in got)
    due = {(e, f"incident:bench-{n}") for n in range(count) for e in endpoints_of(n % 200, each)}
    unsigned = sum(post.generations != (1,) for post in got)
    found = {
        "missing": len(due - arrived.keys()),
        "not due": len(arrived.keys() - due),
        "doubled": sum(arrived.values()) - len(arrived),
        "wrongly signed": unsigned,
    }
    return [f"{number} POSTs {what}" for what, number in found.items() if number]


def figures(folder: Path, kafka: str, seconds: float) -> list[Figure]:
    """Percentiles of the way to 200 endpoints."""
    count, got, memory_mb = measure(folder, kafka, each=EACH, seconds=seconds)
    if wrong := faults(count, EACH, got):
        raise WrongResultError("; ".join(wrong))
    late = [p.at * 1000 - p.body["at_ms"] for p in got if _number(p) >= WARM_UP_S * PER_S]
    what = f"event to POST, {ENDPOINTS} endpoints, {PER_S * EACH} POSTs/s"
    return [
        Figure(f"{what}: p95", percentile(late, 95), "ms", GOAL_P95_MS),
        Figure(f"{what}: p99", percentile(late, 99), "ms", GOAL_P99_MS),
        Figure("dispatcher's memory", memory_mb, "MB"),
    ]


def _number(post: Got) -> int:
    return int(str(post.body["subject"]).rpartition("-")[2])
