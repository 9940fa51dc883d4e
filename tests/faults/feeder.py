"""The load, on its way into Kafka."""

import threading
import time
from collections.abc import Sequence
from typing import Self

from kafka import KafkaProducer
from kafka.errors import KafkaError

from streams.contract.arrival import REPLAY
from tests.cities.worlds import Sent


class Feeder:
    """Publishes a log at a pace in a thread of its own; every message acknowledged, or an error."""

    def __init__(
        self, address: str, log: Sequence[Sent], per_s: float, *, is_replay: bool = True
    ) -> None:
        """A log whose time is another day's is a replay; one of now is held to the broker's."""
        self._headers = [(REPLAY, b"1")] if is_replay else []
        self._address = address
        self._log = log
        self._per_s = per_s
        self._errors: list[BaseException] = []
        self._thread = threading.Thread(target=self._run, name="feeder", daemon=True)
        self._told_to_stop = threading.Event()
        self.sent = 0

    def stop(self) -> None:
        """Publish no more: the row is over."""
        self._told_to_stop.set()
        self._thread.join(30)

    def start(self) -> Self:
        self._thread.start()
        return self

    def wait(self, within_s: float = 300) -> None:
        """Return when all is acknowledged; raises what went wrong."""
        self._thread.join(within_s)
        if self._thread.is_alive():
            raise TimeoutError(f"{self.sent} of {len(self._log)} sent within {within_s:.0f} s")
        if self._errors:
            raise self._errors[0]

    @property
    def is_done(self) -> bool:
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            self._publish()
        except (KafkaError, OSError) as error:
            self._errors.append(error)

    def _publish(self) -> None:
        producer = KafkaProducer(
            bootstrap_servers=self._address,
            acks="all",
            enable_idempotence=True,
            max_request_size=3 << 20,
            reconnect_backoff_max_ms=1_000,
        )
        futures = []
        begin = time.monotonic()
        try:
            for number, (topic, partition, payload) in enumerate(self._log):
                ahead_s = begin + number / self._per_s - time.monotonic()
                if self._told_to_stop.wait(max(0.0, ahead_s)):
                    break
                futures.append(
                    producer.send(
                        topic.name, value=payload, partition=partition, headers=self._headers
                    )
                )
                self.sent = number + 1
            producer.flush(120)
            for future in futures:
                future.get(1)
        finally:
            producer.close(5)
