"""What the webhooks rows run on: incidents through Kafka and a worker, receivers, dispatchers."""

import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from kafka import KafkaProducer

from local.services import Process
from local.waiting import wait_until
from streams.contract import topics, wire
from streams.contract.enums import Closure, IncidentKind
from streams.contract.records import Incident, IncidentBatch
from streams.contract.subscription import Subscription
from streams.contract.times import now_ms
from streams.delivery.deciding.keys import LEASE, endpoint_key
from tests.faults import load
from tests.faults.figures import Figures
from tests.faults.rig import Rig
from tests.receivers import ENV, Receiver, in_order, subscription

LINKS = [link.id for link in load.network().links]


class Webhooks:
    """A worker, endpoints and dispatchers on a rig; incidents begin and end, each told twice."""

    def __init__(self, rig: Rig, receiver: Receiver) -> None:
        rig.env |= ENV
        self.rig = rig
        self.receiver = receiver
        self._born = 0
        self._incidents = 0
        self._producer = KafkaProducer(bootstrap_servers=rig.env["BOMNAE_KAFKA"], acks="all")

    def close(self) -> None:
        self._producer.close()

    def begin(self, *names: str, **fields: Any) -> None:
        """Start a worker and a dispatcher, and wait until it serves these endpoints."""
        self.rig.crew(1)
        self.subscribe(*(subscription(each, self.receiver.url(each), **fields) for each in names))
        self.dispatch()
        self.wait_served(*names)

    def subscribe(self, *rows: Subscription) -> None:
        for row in rows:
            self._send(topics.SUBSCRIPTIONS, wire.encode(row))
        self._producer.flush(120)

    def dispatch(self, **env: str) -> Process:
        """One more dispatcher."""
        self._born += 1
        return self.rig.python(f"dispatch-{self._born}", "streams", "dispatch", env=env)

    def wait_served(self, *names: str) -> None:
        def are_served() -> bool:
            with self.rig.store() as store:
                return all(store.exists(endpoint_key(LEASE, each)) for each in names)

        wait_until(are_served, "leases of the endpoints")

    def close_links(self, count: int, *, per_s: float = 10.0, lasting_s: float = 1.0) -> None:
        """Incidents that close links, so many a second; each ends after a while. Returns then."""
        due: list[tuple[float, Callable[[], None]]] = []
        for number in range(self._incidents, self._incidents + count):
            at_s = (number - self._incidents) / per_s
            due += [
                (at_s, self._word(number)),
                (at_s + lasting_s, self._word(number, is_over=True)),
            ]
        self._incidents += count
        start = time.monotonic()
        for at_s, act in sorted(due, key=lambda each: each[0]):
            time.sleep(max(0.0, start + at_s - time.monotonic()))
            act()

    def _word(self, number: int, *, is_over: bool = False) -> Callable[[], None]:
        def say() -> None:
            at_ms = now_ms()
            row = Incident(
                f"its-{number}",  # as the feed names its own
                IncidentKind.ACCIDENT,  # each a story of its own: works on one road are one
                f"통제 {number}",
                at_ms - 60_000,
                ends_ms=at_ms if is_over else None,
                closure=Closure.FULL,
                link_id=LINKS[number % len(LINKS)],
            )
            batch = IncidentBatch("its.events", at_ms, is_complete=False, rows=(row,))
            self._send(topics.INCIDENTS, wire.encode(batch))
            self._producer.flush(120)

        return say

    def _send(self, topic: topics.Topic, payload: bytes) -> None:
        self._producer.send(topic.name, value=payload, partition=0)

    def wait_told(self, *names: str, within_s: float = 300) -> float:
        """Wait until each endpoint has confirmed every alert there is; how long it took, s."""
        begin = time.monotonic()
        self.rig.wait_drained()

        def is_told() -> bool:
            due = set(self.rig.outbox())
            return all(due <= set(self.receiver.ids(each)) for each in names)

        wait_until(is_told, "every alert at every endpoint", within_s=within_s)
        return time.monotonic() - begin

    def judge(self, figures: Figures, *names: str) -> None:
        """Nothing lost, no second id for a fact, everything in order, at these endpoints."""
        due = set(self.rig.outbox())
        assert len(due) == 2 * self._incidents, f"{len(due)} alerts of {self._incidents} incidents"
        lost = sum(len(due - set(self.receiver.ids(each))) for each in names)
        facts: Counter[tuple[str, str, str]] = Counter()
        for endpoint, _, subject, word in {
            (each.endpoint, each.id, each.body["subject"], each.body["word"])
            for each in self.receiver.confirmed()
        }:
            facts[endpoint, subject, word] += 1
        figures.noted |= {"messages": len(due), "POSTs": len(self.receiver.got)}
        figures.exactly("alerts lost", lost, 0)
        figures.exactly("second ids for one fact", sum(facts.values()) - len(facts), 0)
        disorder = sum(not in_order(self.receiver.ids(each)) for each in names)
        figures.exactly("endpoints out of order", disorder, 0)
        figures.noted["verdict"] = "all told"
