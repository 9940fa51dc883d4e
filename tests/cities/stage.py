"""A small city that tests direct: its state and its clock."""

import contextlib
import threading
import time
from collections.abc import Iterator
from typing import Any

import redis

from streams.contract.times import now_ms
from tests.cities import seed
from tests.cities.seed import link_view
from tests.cities.traffic import Traffic, fill

TICK_S = 0.4
REPORTS_S = 20.0  # the feed with the shortest limit is called late after two minutes


class City:
    """What the worker would write, on demand; `is_ticking` False stops its clock. While it runs,
    feeds that are well go on reporting, however long the tests take.
    """

    def __init__(self, client: redis.Redis, traffic: Traffic) -> None:
        self.client = client
        self.network = traffic.network
        self.is_ticking = True
        self._lock = threading.RLock()
        self._well = {*seed.FEEDS}
        self._reported_s = time.monotonic()
        fill(client, traffic)

    def say(self, **letters: Any) -> str:
        """Writes a delta with these letters; answers its id."""
        with self._lock:
            return seed.emit(self.client, {"at": now_ms(), **letters})

    def tick(self, clock_ms: int | None = None) -> str:
        """Moves the clock of every partition."""
        at = str(now_ms() if clock_ms is None else clock_ms)
        return self.say(k={str(partition): int(at) for partition in range(seed.PARTITIONS)})

    def set_speed(self, index: int, speed_kmh: float | None, **more: Any) -> str:
        link_id = self.network.links[index].id
        return self.say(l={link_id: link_view(speed_kmh, **more)})

    def set_work(self, permit_id: str, **more: Any) -> None:
        self.say(w={permit_id: seed.work(permit_id, **more)})

    def set_feed(self, name: str, *, changed_ms: int | None = None, **more: Any) -> None:
        """Reports a feed; `more` are fields of the report, `changed_ms` its last change. A feed of
        which nothing more is said is well, and stays so.
        """
        with self._lock:
            (self._well.discard if more or changed_ms is not None else self._well.add)(name)
            self._say_feed(name, changed_ms, **more)

    def _say_feed(self, name: str, changed_ms: int | None = None, **more: Any) -> None:
        received_ms = more.pop("received_ms", now_ms())
        state = seed.feed(name, received_ms, **more)
        if changed_ms is not None:
            state["last_change_ms"] = changed_ms
        self.say(f={name: state})

    def _go_on(self) -> None:
        self.tick()
        if time.monotonic() - self._reported_s > REPORTS_S:
            self._reported_s = time.monotonic()
            for name in sorted(self._well):
                self._say_feed(name)

    def hear_feeds(self) -> None:
        """Every feed answered just now."""
        for name in seed.FEEDS:
            self.set_feed(name)

    @contextlib.contextmanager
    def living(self) -> Iterator["City"]:
        """The city with its clock running, stopped at the end."""
        is_over = threading.Event()

        def run() -> None:
            while not is_over.wait(TICK_S):
                with self._lock:  # a clock that was stopped says nothing more
                    if self.is_ticking:
                        self._go_on()

        clock = threading.Thread(target=run, daemon=True)
        clock.start()
        try:
            yield self
        finally:
            is_over.set()
            clock.join()
