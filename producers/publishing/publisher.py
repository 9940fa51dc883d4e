"""Messages into Kafka: each is acknowledged by all replicas, or a dead letter, or still waits.

kafka-python's idempotent client is of no more use after one message that the broker refuses: it
fails every later one of every topic. So it is watched. When it breaks down, another one is made,
and what was under way goes out again, one message at a time, until the one that did it is known.

What is promised. No message is lost while the process lives, and those of a topic keep their order.
A message may stand in the log twice only if its answer was still on the way when the client broke
down: one request at a time is under way to a broker, so with one broker that takes a lost
connection as well. The folds take a repeated message as the same fact again.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial

from kafka import KafkaProducer
from kafka.errors import KafkaError, KafkaTimeoutError

from producers.publishing.client import TOPIC_MS, client_of, shut
from producers.publishing.lanes import Headers, Lanes, Parcel
from producers.publishing.messages import Output, Published, ticks
from producers.publishing.refused import (
    AHEAD,
    HELD,
    SendDecision,
    decision,
    is_tick,
    letter_of,
    report_of,
    shortened,
)
from streams.contract import topics
from streams.contract.retrying import blocking_attempts
from streams.contract.settings import Settings
from streams.contract.times import now_ms

log = logging.getLogger(__name__)
MAX_WAITING_BYTES = 64 << 20
MAX_WAITING = 100_000
ALONE_S = 30.0
RENEW_S, MOST_RENEW_S = 0.2, 5.0
REPORT_S = 10.0  # a feed is reported at most so often when Kafka takes nothing of it


class Publisher:
    """The one way to the log. Messages to one topic keep the order of the calls.

    What waits for the broker is bounded: callers ask `has_room` before they fetch more, so a broker
    that is away pauses the polls instead of losing their answers.
    """

    def __init__(
        self,
        settings: Settings,
        make: Callable[[Settings], KafkaProducer] = client_of,
        *,
        headers: Headers = (),
    ) -> None:
        """`headers` go with every message but the dead letters."""
        self._settings = settings
        self._headers = headers
        self._make = partial(make, settings)
        self._client: KafkaProducer | None = self._make()
        self._changed = threading.Condition()
        self._lanes = Lanes()
        self._error: BaseException | None = None  # why the client is of no more use
        self._is_closing = False
        self._reported_s: dict[str, float] = {}
        self.sent: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.lost: Counter[str] = Counter()
        self.renewed = 0
        self._pump = threading.Thread(target=self._run, name="publisher", daemon=True)
        self._pump.start()

    @property
    def has_room(self) -> bool:
        """Whether more may be published now."""
        with self._changed:
            lanes = self._lanes
            return lanes.count < MAX_WAITING and lanes.size_bytes < MAX_WAITING_BYTES

    def wait_for_room(self, timeout_s: float = 5.0) -> bool:
        """Wait at most that long for room; whether there is some."""
        with self._changed:
            return self._changed.wait_for(lambda: self.has_room, timeout_s)

    @property
    def waiting(self) -> int:
        """Messages handed over that are neither in the log nor refused."""
        with self._changed:
            return self._lanes.count

    @property
    def waiting_s(self) -> float:
        """How long the oldest of them has waited, s; 0 when none waits."""
        with self._changed:
            oldest_ms = self._lanes.oldest_ms
        return 0.0 if oldest_ms is None else max(0, now_ms() - oldest_ms) / 1000

    @property
    def waiting_bytes(self) -> int:
        """What they hold of the room for them, bytes."""
        with self._changed:
            return self._lanes.size_bytes

    def publish(self, output: Output) -> None:
        """Hand over the messages in order, then the dead letters."""
        self.send(output.messages)
        self._hand(
            shortened(
                Parcel(topics.DEAD_LETTERS.name, 0, letter.refusal.payload, tuple(letter.headers()))
            )
            for letter in output.letters
        )

    def send(self, messages: Iterable[Published]) -> None:
        """Hand over messages in order; never waits, never raises."""
        self._hand(Parcel(topic, at, payload, self._headers) for topic, at, payload in messages)

    def tick(self, tick_ms: int) -> None:
        """Write the tick to every partition of the ticked topics."""
        self.send(ticks(tick_ms, self._settings))

    def flush(self, timeout_s: float = 30.0) -> bool:
        """Wait until nothing waits; False when something still does, was lost or refused."""
        with self._changed:
            is_empty = self._changed.wait_for(lambda: self._lanes.count == 0, timeout_s)
        return is_empty and not (self.lost or self.refused)

    def close(self, timeout_s: float = 8.0) -> None:
        """Send what waits, within so many seconds, and end."""
        self.flush(timeout_s)
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
        self._pump.join(TOPIC_MS / 1000 + 1)
        if waiting := self.waiting:
            log.error("closing with messages unsent", extra={"waiting": waiting})
        if self._client is not None:
            shut(self._client, 0.0 if waiting else 1.0)

    def _hand(self, parcels: Iterable[Parcel]) -> None:
        at_ms = now_ms()
        with self._changed:
            for parcel in parcels:
                parcel.handed_ms = at_ms
                self._lanes.add(parcel)
            self._changed.notify_all()

    def _run(self) -> None:
        while not self._is_closing:
            try:
                self._turn()
            except Exception:  # the thread everything goes through must not end
                log.exception("publisher stumbled")
                time.sleep(RENEW_S)

    def _turn(self) -> None:
        """Send one message, or mend the client, or wait for either for a second at most."""
        if self._error is not None:
            self._renew()
            return
        with self._changed:
            parcel = self._lanes.next(time.monotonic())
            if parcel is None:
                self._changed.wait(self._lanes.wait_s(time.monotonic()))
                return
        if parcel.is_from_ahead(now_ms()):
            self._refuse(parcel, AHEAD)
        elif parcel.is_suspect:
            self._send_alone(parcel)
        else:
            self._send(parcel)

    def _send(self, parcel: Parcel) -> None:
        """Give a message to the client. What the client itself refuses was never sent."""
        client = self._client
        with self._changed:
            self._lanes.take(parcel)
        try:
            future = client.send(  # type: ignore[union-attr]
                parcel.topic,
                value=parcel.payload,
                partition=parcel.partition,
                headers=list(parcel.headers),
            )
        except (KafkaError, ValueError, AssertionError) as error:
            with self._changed:
                self._lanes.put_back(parcel)
            self._judge(parcel, error)
            return
        future.add_callback(self._acknowledged, parcel)
        future.add_errback(self._failed, client, parcel)

    def _send_alone(self, parcel: Parcel) -> None:
        """Send a suspect with nothing else under way: if the client breaks down, it was this."""
        if not self._until(lambda: not self._lanes.flying):
            self._lanes.lane(parcel).hold(time.monotonic())
            return
        self._send(parcel)
        if self._until(lambda: parcel.number not in self._lanes.flying):
            return
        with self._changed:
            error = self._error = self._error or KafkaTimeoutError(f"no answer in {ALONE_S:.0f} s")
        self._renew()
        self._judge(parcel, error)

    def _until(self, is_so: Callable[[], bool]) -> bool:
        """Wait for what the client's answers bring about; False when it breaks down before."""
        with self._changed:
            self._changed.wait_for(
                lambda: is_so() or self._error is not None or self._is_closing, ALONE_S
            )
            return is_so()

    def _acknowledged(self, parcel: Parcel, _record: object = None) -> None:
        with self._changed:
            self._lanes.settle(parcel)
            self.sent[parcel.topic] += 1
            self._changed.notify_all()

    def _failed(self, client: object, parcel: Parcel, error: BaseException) -> None:
        """The client gave a message up; it stays under way until there is another client."""
        with self._changed:
            if client is self._client and parcel.number in self._lanes.flying:
                self._error = self._error or error
                self._changed.notify_all()

    def _renew(self) -> None:
        """Another client in place of the broken one; all that was under way waits again."""
        self.renewed += 1
        error, old, self._client = self._error, self._client, None
        if old is not None:
            shut(old, 1.0)
        with self._changed:
            flying = len(self._lanes.flying)
            self._lanes.recall()
            self._error = None
        log.warning("Kafka client made anew", extra={"error": _shown(error), "under_way": flying})
        for attempt in blocking_attempts(self._is_away, (RENEW_S, MOST_RENEW_S)):
            if self._is_closing:
                return
            with attempt:
                self._client = self._make()

    def _is_away(self, error: Exception) -> bool:
        """Whether the broker is to be tried again."""
        if not isinstance(error, KafkaError | OSError):
            return False
        log.warning("Kafka does not answer", extra={"error": _shown(error)})
        return True

    def _judge(self, parcel: Parcel, error: BaseException) -> None:
        """A message at the head of its lane was not taken, and nothing else is to blame."""
        what, code = decision(error)
        if what is SendDecision.BURY:
            self._refuse(parcel, code)
            return
        fields = {"topic": parcel.topic, "partition": parcel.partition, "error": _shown(error)}
        log.warning("messages wait for their topic", extra=fields)
        with self._changed:
            self._lanes.lane(parcel).hold(time.monotonic())
        self._report(parcel, HELD)

    def _refuse(self, parcel: Parcel, code: str) -> None:
        """Take the message at the head of a lane out of it, and write why."""
        if parcel.topic == topics.DEAD_LETTERS.name:
            self._shorten(parcel, code)
            return
        with self._changed:
            self._lanes.drop(parcel)
            self.refused[parcel.topic] += 1
            self._changed.notify_all()
        fields = {"topic": parcel.topic, "partition": parcel.partition, "code": code}
        log.error("message refused", extra={**fields, "bytes": len(parcel.payload)})
        if not is_tick(parcel):
            self._hand([letter_of(parcel, code)])
        if code != AHEAD:
            self._report(parcel, code)

    def _shorten(self, parcel: Parcel, code: str) -> None:
        """A dead letter that is refused itself goes out shorter; one that is short is lost."""
        again = shortened(parcel, hard=True)
        with self._changed:
            self._lanes.drop(parcel)
            if code == AHEAD or len(again.payload) < len(parcel.payload):
                again.handed_ms = now_ms()
                self._lanes.add(again)
            else:
                self.lost[parcel.topic] += 1
                log.error("dead letter lost", extra={"code": code})
            self._changed.notify_all()

    def _report(self, parcel: Parcel, code: str) -> None:
        """Report the message's feed as unknown: what it brought did not get into the log."""
        now_s = time.monotonic()
        if now_s < self._reported_s.get(parcel.topic, 0.0):
            return
        self._reported_s[parcel.topic] = now_s + REPORT_S
        if report := report_of(parcel, code, now_ms(), self._settings):
            self.send((report,))


def _shown(error: BaseException | None) -> str:
    return f"{type(error).__name__} {error}"[:200]
