"""What waits for Kafka, in order: one lane a topic, so that a topic in trouble holds up no other.
No I/O here.
"""

from collections import deque
from dataclasses import dataclass, field

from streams.contract.arrival import MAX_AHEAD_MS

HELD_S = 5.0  # a lane whose topic takes nothing is tried again after so long

Headers = tuple[tuple[str, bytes], ...]


@dataclass(slots=True, eq=False)
class Parcel:
    """One message on its way. `handed_ms` is the wall clock when it was made.

    A suspect was under way when the client broke down. It may be the one that did it, so it travels
    alone.
    """

    topic: str
    partition: int
    payload: bytes
    headers: Headers = ()
    handed_ms: int = 0
    number: int = 0
    is_suspect: bool = False

    def is_from_ahead(self, now_ms: int) -> bool:
        """Whether it was made while the clock was ahead of now: its times are wrong."""
        return self.handed_ms - now_ms > MAX_AHEAD_MS


@dataclass(slots=True)
class Lane:
    """The messages of one topic that are not with the client, oldest first, and since when it is
    held back: `until_s` (monotonic), 0 when it is not.
    """

    waiting: deque[Parcel] = field(default_factory=deque)
    until_s: float = 0.0

    def hold(self, now_s: float) -> None:
        self.until_s = now_s + HELD_S

    def is_open(self, now_s: float) -> bool:
        return bool(self.waiting) and now_s >= self.until_s


@dataclass(slots=True)
class Lanes:
    """Every message that is neither acknowledged nor refused.

    `flying` is with the client, by number. The order within a topic is that of `add`, whatever
    breaks down in between.
    """

    lanes: dict[str, Lane] = field(default_factory=dict)
    flying: dict[int, Parcel] = field(default_factory=dict)
    added: int = 0
    size_bytes: int = 0

    def add(self, parcel: Parcel) -> None:
        self.added += 1
        parcel.number = self.added
        self.size_bytes += len(parcel.payload)
        self.lane(parcel).waiting.append(parcel)

    def lane(self, parcel: Parcel) -> Lane:
        return self.lanes.setdefault(parcel.topic, Lane())

    @property
    def count(self) -> int:
        return len(self.flying) + sum(len(lane.waiting) for lane in self.lanes.values())

    @property
    def oldest_ms(self) -> int | None:
        """When the oldest message was handed over; None when there is none."""
        heads = [lane.waiting[0] for lane in self.lanes.values() if lane.waiting]
        return min((each.handed_ms for each in (*heads, *self.flying.values())), default=None)

    def next(self, now_s: float) -> Parcel | None:
        """The message to send now: suspects first, else the oldest of the open lanes."""
        heads = [lane.waiting[0] for lane in self.lanes.values() if lane.is_open(now_s)]
        return min(heads, key=lambda head: (not head.is_suspect, head.number), default=None)

    def take(self, parcel: Parcel) -> None:
        """Move a message to those with the client."""
        self.lane(parcel).waiting.popleft()
        self.flying[parcel.number] = parcel

    def put_back(self, parcel: Parcel) -> None:
        """Move a message back: the client did not take it."""
        if self.flying.pop(parcel.number, None) is not None:
            self.lane(parcel).waiting.appendleft(parcel)

    def drop(self, parcel: Parcel) -> None:
        """Remove a refused message, from the head of its lane or from those with the client."""
        waiting = self.lane(parcel).waiting
        if waiting and waiting[0] is parcel:
            waiting.popleft()
            self.size_bytes -= len(parcel.payload)
        else:
            self.settle(parcel)

    def settle(self, parcel: Parcel) -> None:
        """Remove a message that is acknowledged or given up."""
        if self.flying.pop(parcel.number, None) is not None:
            self.size_bytes -= len(parcel.payload)

    def recall(self) -> None:
        """Move all from the client back to the heads of their lanes, in order, as suspects."""
        for _, parcel in sorted(self.flying.items(), reverse=True):
            parcel.is_suspect = True
            self.lane(parcel).waiting.appendleft(parcel)
        self.flying.clear()

    def wait_s(self, now_s: float) -> float:
        """How long nothing can be sent unless something is added, 0.01..1 s."""
        held = [lane.until_s - now_s for lane in self.lanes.values() if lane.waiting]
        return min(1.0, max(0.01, min(held, default=1.0)))
