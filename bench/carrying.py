"""What carrying a message costs: from Kafka through the consumer and a stage that does nothing.

    python -m bench.carrying [--messages 200000] [--quiet 200] [--kafka embedded|apache]

One message is one small JSON, one observation. Prints messages a second and the worker's CPU a
message under load, then with one message a partition every 50 ms the time from the send to the
last position in Redis.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import quantiles
from typing import Any

import redis
from kafka import KafkaProducer

from local import held
from local.services import Process
from local.stack import Stack
from local.waiting import wait_until
from producers.network.importing import write_network
from producers.simulator.city import build_city
from streams.contract import topics
from streams.contract.derived import Origin
from streams.contract.records import Message, SpeedBatch
from streams.domain.stage import Effects, State, Taken
from streams.state.keys import POSITIONS

PARTITIONS = 4
T0_MS = 1_795_305_600_000
TOPIC = topics.LINK_SPEEDS
FIRST = 2000  # messages before the clock starts: the group is formed, the code is warm


class Nothing:
    """A stage without an effect."""

    tables = ()
    takes = (SpeedBatch,)

    def step(self, _state: State, _message: Message, _origin: Origin) -> Effects:
        return Effects()

    def step_run(self, _state: State, _run: list[Taken]) -> Effects:
        return Effects()


def payload(number: int) -> bytes:
    """One observation, as a feed that sends one a message writes it."""
    return (
        f'{{"kind":"speeds","feed":"its.speeds","received_ms":{T0_MS + number},"rows":'
        f'[{{"link_id":"10600{number % 5000:05}","speed_kmh":{10 + number % 80}.0,'
        f'"observed_ms":{T0_MS + number}}}]}}'
    ).encode()


def work() -> int:
    """The worker itself, with the stage that does nothing on one topic."""
    import streams.worker.app  # noqa: PLC0415
    from streams.__main__ import main  # noqa: PLC0415

    streams.worker.app.stages = lambda *_: {TOPIC: Nothing()}  # type: ignore[attr-defined]
    return main(["worker"])


def cpu_s(worker: Process) -> float:
    """The CPU time of a process so far."""
    fields = Path(f"/proc/{worker.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_mb(worker: Process) -> float:
    """The most memory a process has had."""
    lines = Path(f"/proc/{worker.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def carried(store: Any) -> int:
    """Messages whose position is in Redis."""
    names = [f"{TOPIC.name}/{partition}" for partition in range(PARTITIONS)]
    found = held.numbers(store, POSITIONS, PARTITIONS)
    return sum(found[name] + 1 for name in names if name in found)


def measure(folder: Path, count: int, quiet: int, kafka: str) -> None:
    """Send, start the worker, look at the positions; print what came of it."""
    write_network(build_city(), folder)
    with Stack(folder, kafka=kafka, env={"BOMNAE_NETWORK": str(folder)}) as stack:
        stack.run("topics", "producers", "topics")
        producer = KafkaProducer(
            bootstrap_servers=stack.env["BOMNAE_KAFKA"],
            acks="all",
            linger_ms=20,
            batch_size=1 << 18,
        )
        for number in range(count):
            producer.send(TOPIC.name, value=payload(number), partition=number % PARTITIONS)
        producer.flush(120)
        store: Any = redis.Redis.from_url(stack.env["BOMNAE_REDIS"])
        worker = stack.python("worker", "bench.carrying", "--worker")
        worker.wait_until(lambda: carried(store) >= FIRST, "the first messages")
        begin, done, used_s = time.monotonic(), carried(store), cpu_s(worker)
        wait_until(
            lambda: carried(store), "the last message", lambda seen: seen >= count, within_s=600
        )
        passed_s, used_s, done = time.monotonic() - begin, cpu_s(worker) - used_s, count - done
        print(
            f"{done} messages: {done / passed_s:.0f} a second, "
            f"{used_s / done * 1e6:.1f} us of CPU a message, {done / used_s:.0f} a CPU second, "
            f"memory at most {peak_mb(worker):.0f} MB"
        )
        late_ms = latencies(store, producer, count, quiet)
        producer.close()
        store.close()
    if late_ms:
        cuts = quantiles(late_ms, n=100)
        print(
            f"{quiet} rounds of a message a partition: send to Redis p50 {cuts[49]:.1f} ms, "
            f"p95 {cuts[94]:.1f} ms, p99 {cuts[98]:.1f} ms"
        )


def latencies(store: Any, producer: KafkaProducer, known: int, rounds: int) -> list[float]:
    """From the send of a message to every partition to the last position in Redis, in ms."""
    late_ms = []
    for number in range(rounds):
        sent = time.monotonic()
        for partition in range(PARTITIONS):
            producer.send(TOPIC.name, value=payload(number), partition=partition)
        producer.flush(10)
        while carried(store) < known + (number + 1) * PARTITIONS:
            time.sleep(0.001)
        late_ms.append((time.monotonic() - sent) * 1000)
        time.sleep(0.05 + number % 7 * 0.003)
    return late_ms


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.carrying", description=__doc__)
    parser.add_argument("--messages", type=int, default=200_000)
    parser.add_argument("--quiet", type=int, default=200)
    parser.add_argument("--kafka", choices=("embedded", "apache"), default="embedded")
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        return work()
    with tempfile.TemporaryDirectory(prefix="bomnae-bench-") as folder:
        measure(Path(folder), options.messages, options.quiet, options.kafka)
    return 0


if __name__ == "__main__":
    sys.exit(main())
