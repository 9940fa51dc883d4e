"""How many observations a second one worker folds: link speeds, 250 a message, from Kafka to Redis.

    python -m bench.throughput [--messages 800] [--kafka embedded|apache]

No goal: a figure to compare machines and versions by. Every link's last speed is checked in Redis.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import msgspec
import redis
from kafka import KafkaProducer

from local.services import wait_until
from local.stack import Stack
from producers.network.importing import write_network
from producers.simulator.city import build_city
from streams.contract import topics, wire
from streams.contract.records import SpeedBatch
from streams.geo.network import Network

ROWS = 250
PARTITIONS = 4
T0_MS = 1_795_305_600_000


def messages(network: Network, count: int) -> list[tuple[int, bytes]]:
    """Batches of speeds, round after round over the links of each partition, 1 to 90 km/h."""
    shares: list[list[str]] = [[] for _ in range(PARTITIONS)]
    for link in network.links:
        shares[topics.partition_of(link.id, PARTITIONS)].append(link.id)
    made = []
    for number in range(count):
        partition = number % PARTITIONS
        names = shares[partition]
        links = tuple(names[(number * ROWS + i) % len(names)] for i in range(ROWS))
        speeds_kmh, observed_ms = (1.0 + number % 90,) * ROWS, (T0_MS + number,) * ROWS
        batch = SpeedBatch("its.speeds", T0_MS + number, links, speeds_kmh, observed_ms)
        made.append((partition, wire.encode(batch)))
    return made


def measure(folder: Path, kafka: str, count: int) -> float:
    """Observations a second between the first and the last message's position in Redis."""
    network = build_city()
    write_network(network, folder)
    made = messages(network, count)
    with Stack(folder, kafka=kafka, env={"BOMNAE_NETWORK": str(folder)}) as stack:
        stack.run("topics", "producers", "topics")
        producer = KafkaProducer(bootstrap_servers=stack.env["BOMNAE_KAFKA"], acks="all")
        for partition, payload in made:
            producer.send(topics.LINK_SPEEDS.name, value=payload, partition=partition)
        producer.flush(60)
        producer.close()
        store: Any = redis.Redis.from_url(stack.env["BOMNAE_REDIS"])
        stack.start_worker()
        wait_until(lambda: folded(store) > 0, "the first message")
        start = time.monotonic()
        wait_until(lambda: folded(store) == count, "the last message", within_s=600)
        wait_until(lambda: last_seen_ms(store) >= T0_MS + count - 1, "the last view", within_s=60)
        seconds = time.monotonic() - start
        store.close()
    return count * ROWS / seconds


def folded(store: Any) -> int:
    """Messages of link-speeds whose effects have been sent on."""
    names = [f"{topics.LINK_SPEEDS.name}/{partition}" for partition in range(PARTITIONS)]
    return sum(int(at) + 1 for at in store.hmget("bomnae:positions", names) if at is not None)


def last_seen_ms(store: Any) -> int:
    """The newest observation in the views."""
    views = [v for p in range(PARTITIONS) for v in store.hvals(f"bomnae:links:{p}")]
    return max((msgspec.json.decode(view)["observed_ms"] or 0 for view in views), default=0)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.throughput", description=__doc__)
    parser.add_argument("--messages", type=int, default=800)
    parser.add_argument("--kafka", choices=("embedded", "apache"), default="embedded")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bomnae-bench-") as folder:
        per_s = measure(Path(folder), options.kafka, options.messages)
    print(f"one worker, {options.kafka} broker: {per_s:,.0f} observations/s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
