"""What was fetched of a topic and is not carried yet: bounded, and in order within a partition."""

import asyncio
from collections import deque
from collections.abc import Collection, Iterable, Sequence

from streams.worker.agents import Delivered

MAX_RUN_BYTES = 1 << 20
MAX_RUN_MESSAGES = 4096
FULL_BYTES = 8 << 20  # of one topic; what one fetch brings may stand over it
MESSAGE_BYTES = 500  # what a message takes in memory beside its payload


class Waiting:
    """The messages of one topic that wait for their stage."""

    def __init__(self) -> None:
        self._partitions: dict[int, deque[Delivered]] = {}  # none is empty; the first is the next
        self._busy: set[int] = set()  # partitions of which a run is carried
        self._size_bytes = 0
        self._some = asyncio.Event()

    @property
    def is_full(self) -> bool:
        """Whether no more of the topic is to be fetched now."""
        return self._size_bytes >= FULL_BYTES

    def put(self, partition: int, messages: Sequence[Delivered]) -> None:
        """Add what was fetched of one partition, in the order of its log; it is always taken in."""
        if not messages:
            return
        self._partitions.setdefault(partition, deque()).extend(messages)
        self._size_bytes += _size_bytes(messages)
        self._some.set()

    async def run(self) -> list[Delivered]:
        """The next messages of one partition; waits for one, never for more than there are.

        Partitions take turns; one has no second run before its first is `done`. A run has at most
        `MAX_RUN_MESSAGES` and, but for a single message, `MAX_RUN_BYTES` of payload: under load
        runs grow, and each costs one call of the gate.
        """
        while (partition := self._next()) is None:
            self._some.clear()
            await self._some.wait()
        self._busy.add(partition)
        waiting = self._partitions.pop(partition)
        run: list[Delivered] = []
        run_bytes = 0
        while waiting and len(run) < MAX_RUN_MESSAGES:
            size_bytes = len(waiting[0].payload or b"")
            if run and run_bytes + size_bytes > MAX_RUN_BYTES:
                break
            run_bytes += size_bytes
            run.append(waiting.popleft())
        if waiting:
            self._partitions[partition] = waiting
        self._size_bytes -= run_bytes + len(run) * MESSAGE_BYTES
        return run

    def done(self, partition: int) -> None:
        """The run of a partition is carried, or has failed."""
        self._busy.discard(partition)
        self._some.set()

    def drop(self, partitions: Iterable[int]) -> None:
        """Forget what waits of some partitions: others carry it, or it will be fetched again."""
        for partition in partitions:
            self._size_bytes -= _size_bytes(self._partitions.pop(partition, ()))

    def _next(self) -> int | None:
        return next((each for each in self._partitions if each not in self._busy), None)


def _size_bytes(messages: Collection[Delivered]) -> int:
    payloads = sum(len(each.payload) for each in messages if each.payload is not None)
    return payloads + len(messages) * MESSAGE_BYTES
