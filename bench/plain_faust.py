"""The same job written the plain way: a Faust agent and a table. What does a fault cost it?

    python -m bench.plain_faust [--messages 1000]

Each message carries a number of its own, and the job adds one to that number's row of a table. In
the end every row must be 1: no row is a lost message, 2 is a message with two effects. The faults
are those of `tests/faults`: an exception in the agent, one in a `take` batch, and kill -9. Faust
lets no one write a table inside `take`: there each effect is a message to a topic, and counted.
"""

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition

from local.services import Process, start_apache_kafka
from local.stack import JARS, ROOT

PARTITIONS = 4
SEED = 5
QUIET_S = 20.0  # no new row for so long: the job does no more
MODES = {
    "agent": "the agent raises at 1 % of messages",
    "take": "take(10): the body raises at 1 % of messages",
    "kill": "kill -9, 5 times",
}


def run_worker(mode: str, kafka: str, folder: str) -> None:
    """The job itself, until it is killed."""
    import faust  # noqa: PLC0415 - the harness needs none of it

    app: Any = faust.App(
        f"plain-{mode}",
        broker=f"kafka://{kafka}",
        value_serializer="json",
        key_serializer="raw",
        web_enabled=False,
        datadir=folder,
        topic_partitions=PARTITIONS,
        topic_replication_factor=1,
        broker_session_timeout=6,
        broker_heartbeat_interval=1,
        broker_rebalance_timeout=6,
    )
    rows = app.Table("rows", default=int, partitions=PARTITIONS)
    numbers = app.topic(f"numbers-{mode}", value_serializer="json", key_serializer="raw")
    effects = app.topic("effects", value_serializer="json", key_serializer="raw")
    chance = random.Random(os.getpid())

    def fail() -> None:
        if mode != "kill" and chance.random() < 0.01:
            raise RuntimeError("a bug")

    async def add_batches(stream: Any) -> None:
        async for batch in stream.take(10, within=0.2):
            for number in batch:
                fail()
                await effects.send(value=number)

    async def add(stream: Any) -> None:
        async for number in stream:
            fail()
            rows[number] += 1

    app.agent(numbers)(add_batches if mode == "take" else add)
    faust.Worker(app, loglevel="WARNING").execute_from_commandline()


def measure(mode: str, kafka: str, folder: Path, messages: int) -> Counter[int]:
    """How many rows stand at 0, 1, 2 ... after a fault."""
    admin = KafkaAdminClient(bootstrap_servers=kafka)
    wanted = [f"numbers-{mode}", *(["effects"] if mode == "take" else [])]
    admin.create_topics(
        {name: {"num_partitions": PARTITIONS, "replication_factor": 1} for name in wanted}
    )
    admin.wait_for_topics(wanted)
    admin.close()
    command = [sys.executable, "-m", "bench.plain_faust", "--worker", mode, "--kafka", kafka]
    command += ["--folder", str(folder)]
    worker = Process(f"plain-{mode}", command, folder, {"PYTHONPATH": str(ROOT)}).start()
    try:
        _publish(mode, kafka, messages)
        for _ in range(5 if mode == "kill" else 0):
            before = sum(_rows(mode, kafka).values())
            _wait_for_rows(mode, kafka, before + 50)
            worker.kill()
            worker.stop()
            worker.start()
        rows = _settled(mode, kafka, worker)
    finally:
        worker.kill()
        worker.stop()
    return Counter(rows.get(number, 0) for number in range(messages))


def _publish(mode: str, kafka: str, messages: int) -> None:
    producer = KafkaProducer(bootstrap_servers=kafka, acks="all")
    for number in range(messages):
        value = json.dumps(number).encode()
        producer.send(f"numbers-{mode}", value=value, key=value, partition=number % PARTITIONS)
    producer.flush(30)
    producer.close()


def _rows(mode: str, kafka: str) -> dict[int, int]:
    """The table as its changelog has it, the last value of each key; with `take` the effects."""
    topic = "effects" if mode == "take" else f"plain-{mode}-rows-changelog"
    consumer = KafkaConsumer(bootstrap_servers=kafka, group_id=None, enable_auto_commit=False)
    rows: dict[int, int] = {}
    try:
        if topic not in consumer.topics():
            return rows
        pairs = [TopicPartition(topic, p) for p in range(PARTITIONS)]
        consumer.assign(pairs)
        consumer.seek_to_beginning(*pairs)
        ends = consumer.end_offsets(pairs)
        while any(consumer.position(pair) < end for pair, end in ends.items()):
            for batch in consumer.poll(500).values():
                for record in batch:
                    number = int(json.loads(record.value))
                    if mode == "take":
                        rows[number] = rows.get(number, 0) + 1
                    else:
                        rows[int(json.loads(record.key))] = number
    finally:
        consumer.close()
    return rows


def _wait_for_rows(mode: str, kafka: str, total: int) -> None:
    deadline = time.monotonic() + 60
    while sum(_rows(mode, kafka).values()) < total and time.monotonic() < deadline:
        time.sleep(0.2)


def _settled(mode: str, kafka: str, worker: Process) -> dict[int, int]:
    """The table once nothing has changed for `QUIET_S`; a worker that ended is started anew."""
    rows, since = _rows(mode, kafka), time.monotonic()
    while time.monotonic() - since < QUIET_S:
        if worker.exit_code is not None:
            worker.stop()
            worker.start()
        time.sleep(1)
        if (now := _rows(mode, kafka)) != rows:
            rows, since = now, time.monotonic()
    return rows


def main() -> int:
    """Print one line a fault; 0 whatever it shows."""
    parser = argparse.ArgumentParser(prog="python -m bench.plain_faust", description=__doc__)
    parser.add_argument("--messages", type=int, default=1000)
    parser.add_argument("--only", choices=tuple(MODES))
    parser.add_argument("--worker", choices=tuple(MODES), help=argparse.SUPPRESS)
    parser.add_argument("--kafka", help=argparse.SUPPRESS)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        sys.argv[1:] = []
        run_worker(options.worker, options.kafka, options.folder)
        return 0
    with tempfile.TemporaryDirectory(prefix="bomnae-plain-") as name:
        folder = Path(name)
        broker, address = start_apache_kafka(folder, JARS)
        try:
            for mode in [options.only] if options.only else MODES:
                found = measure(mode, address, folder, options.messages)
                twice = sum(n for row, n in found.items() if row > 1)
                print(
                    f"{MODES[mode]:45} of {options.messages}: "
                    f"lost {found[0]}, two effects or more {twice}",
                    flush=True,
                )
        finally:
            broker.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
