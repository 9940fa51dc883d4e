"""What the producers publish through their own publisher, and a judge of what the log has of it."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

from local.waiting import wait_until
from producers.publishing.publisher import Publisher
from streams.contract import topics, wire
from streams.contract.records import LinkSpeed, SpeedBatch
from streams.contract.settings import Settings
from tests.cities.worlds import PARTITIONS, Sent
from tests.faults import load
from tests.faults.figures import Figures
from tests.faults.rig import Rig

SEED = 31
LARGE = 120  # rows of a message that 3,000 bytes do not hold


class Load:
    """A day of the city and large answers between, published in a thread at a pace."""

    def __init__(self, address: str) -> None:
        self.publisher = Publisher(Settings(kafka=(address,), partitions=PARTITIONS))
        self.sent: list[Sent] = []
        self._told = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        for number, sent in enumerate(load.day(SEED, 100_000 // load.MESSAGES_PER_STEP)):
            if self._told.wait(0.01):
                return
            self._send(sent)
            if number % 40 == 0:
                self._send(large(number, load.event_time_ms(sent)))

    def _send(self, sent: Sent) -> None:
        self.sent.append(sent)
        self.publisher.send([(sent[0].name, sent[1], sent[2])])

    def more(self, count: int) -> None:
        """Wait until so many more messages were handed over."""
        due = len(self.sent) + count
        wait_until(lambda: len(self.sent), "more messages", lambda seen: seen >= due)

    def end(self) -> None:
        """Hand over no more, and wait until everything handed over is told of."""
        self._told.set()
        self._thread.join(120)
        assert not self._thread.is_alive(), "it still hands over"
        wait_until(
            lambda: self.publisher.waiting, "nothing waits", lambda seen: seen == 0, within_s=300
        )
        self.publisher.close()


def large(number: int, at_ms: int) -> Sent:
    """A message of link speeds that is its own: of links that nobody knows."""
    rows = [LinkSpeed(f"219{number:04d}{n:03d}", 30.0, at_ms) for n in range(LARGE)]
    batch = SpeedBatch.of("its.speeds", at_ms, rows)
    return topics.LINK_SPEEDS, number % PARTITIONS, wire.encode(batch)


@contextmanager
def published(rig: Rig) -> Iterator[Load]:
    running = Load(rig.broker.address)
    try:
        yield running
    finally:
        running._told.set()
        running.publisher.close(1.0)


def judged(rig: Rig, running: Load, figures: Figures, refused: int) -> None:
    """All but the refused messages stand in the log once and in order; the fold is identical."""
    publisher = running.publisher
    figures.noted |= {"messages": len(running.sent), "clients made anew": publisher.renewed}
    lost = twice = disorder = 0
    for topic in {topic.name: topic for topic, _, _ in running.sent}.values():
        for partition in range(topic.partitions(PARTITIONS)):
            due = [p for t, n, p in running.sent if t is topic and n == partition]
            found = [r.value for r in rig.broker.read(topic) if r.partition == partition]
            lost += sum((Counter(due) - Counter(found)).values())
            twice += sum(count - 1 for count in Counter(found).values() if count > 1)
            twice -= sum(count - 1 for count in Counter(due).values() if count > 1)
            known = set(due)
            disorder += order_of(due, [p for p in found if p in known])
    letters = [header(r, "code") for r in rig.broker.read(topics.DEAD_LETTERS)]
    figures.exactly("messages not in the log", lost, refused)
    figures.exactly("dead letters of them", letters.count(b"LOG-SIZE"), refused)
    figures.exactly("messages twice", twice, 0)
    figures.exactly("out of order", disorder, 0)
    figures.exactly("lost", publisher.lost.total(), 0)
    rig.crew(1)
    rig.wait_drained()
    assert "identical" in rig.run(f"audit-{time.monotonic_ns()}", "streams", "audit")


def order_of(due: list[bytes], found: list[bytes]) -> int:
    """How many messages stand before one that was sent earlier."""
    at = {payload: number for number, payload in reversed(list(enumerate(due)))}
    places = [at[payload] for payload in found]
    return sum(1 for a, b in pairwise(places) if a > b)


def header(record: Any, name: str) -> bytes:
    return bytes(dict(record.headers or ()).get(name, b""))
