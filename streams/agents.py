"""The agents: one loop for every stage. Decode, step, send on, pass the gate; decide nothing.

A message that breaks a rule goes to the dead letters. A store or a broker that is away is tried
again until it is back, and the stream waits. Anything else is a bug: it ends the worker, and the
gate sees to it that the next one goes on at the same message.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from itertools import starmap
from typing import Any, Protocol

from aiokafka.errors import KafkaError
from faust.exceptions import FaustError
from redis.exceptions import RedisError

from streams import wire
from streams.domain.records import LinkEvents, Origin
from streams.domain.stage import Effects, Stage, State, apply
from streams.errors import RecordRefusedError
from streams.failpoints import FailAt
from streams.gate import Gate, Verdict

log = logging.getLogger(__name__)
RESEEK_S = 1.0
PAUSES_S = (0.25, 5.0)


class Outlet(Protocol):
    """Where derived records go; returns when the broker has them."""

    async def send_derived(self, partition: int, message: LinkEvents) -> None: ...

    async def send_dead(self, payload: bytes, *, code: str, origin: Origin) -> None: ...


@dataclass(slots=True)
class _Partition:
    """A partition in work: its rows, the last offset they contain, the epoch they are of."""

    state: State
    position: int
    epoch: int


class StageRunner:
    """Carries the messages of one topic through one stage."""

    def __init__(
        self,
        stage: Stage,
        gate: Gate,
        outlet: Outlet,
        rewind: Callable[[str, int, int], Awaitable[None]],
        fail: FailAt = None,
    ) -> None:
        """`rewind(topic, partition, offset)` makes the consumer deliver from that offset again."""
        self._fail = fail
        self._stage = stage
        self._gate = gate
        self._outlet = outlet
        self._rewind = rewind
        self._partitions: dict[int, _Partition] = {}
        self._sought_at: dict[int, float] = {}

    async def take(self, payload: bytes | None, origin: Origin) -> Verdict:
        """Carry one message through; returns what the gate said of it."""
        pause_s = PAUSES_S[0]
        while True:
            try:
                return await self._take(payload, origin)
            except (RedisError, KafkaError, FaustError, OSError, TimeoutError) as error:
                log.warning("%s waits: %s", origin.topic, type(error).__name__)
                self._partitions.pop(origin.partition, None)
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, PAUSES_S[1])  # each try may send on again

    async def _take(self, payload: bytes | None, origin: Origin) -> Verdict:
        known = await self._known(origin)
        if origin.offset <= known.position:
            return Verdict.DUPLICATE
        if origin.offset > known.position + 1:  # what its state would derive, the next stage keeps
            await self._seek_once(origin, known.position + 1)
            return Verdict.HOLE
        effects = await self._effects(known.state, payload, origin)
        self._pass("after_step")
        sends = starmap(self._outlet.send_derived, effects.derived.items())
        await asyncio.gather(*sends)  # one message a partition: their order does not matter
        self._pass("after_send")
        answer = await self._gate.apply(
            origin.topic, origin.partition, origin.offset, stage=self._stage, effects=effects
        )
        self._pass("after_gate")
        if answer.verdict is Verdict.APPLIED:
            apply(known.state, effects.changes)
            known.position = origin.offset
            self._sought_at.pop(origin.partition, None)
            return answer.verdict
        self._partitions.pop(origin.partition, None)
        if answer.verdict is Verdict.HOLE:
            await self._seek_once(origin, answer.position + 1)
        return answer.verdict

    def drop(self, partitions: Iterable[int]) -> None:
        """Forget the rows of partitions that are another worker's now."""
        for partition in partitions:
            self._partitions.pop(partition, None)

    def _pass(self, point: str) -> None:
        if self._fail is not None:
            self._fail(point)

    async def _known(self, origin: Origin) -> _Partition:
        known = self._partitions.get(origin.partition)
        if known is None or known.epoch != self._gate.epoch:
            epoch = self._gate.epoch
            position, state = await self._gate.load_at(self._stage, origin.topic, origin.partition)
            known = self._partitions[origin.partition] = _Partition(state, position, epoch)
            self._pass("after_load")
        return known

    async def _effects(self, state: State, payload: bytes | None, origin: Origin) -> Effects:
        """The stage's effects, or for a refused message its dead letter and a count."""
        try:
            message = wire.read(payload, self._stage.takes, origin.topic)
            self._pass("after_decode")
            return self._stage.step(state, message, origin)
        except RecordRefusedError as refusal:
            log.warning(
                "message refused",
                extra={"code": refusal.code, "topic": origin.topic, "offset": origin.offset},
            )
            await self._outlet.send_dead(payload or b"", code=refusal.code, origin=origin)
            return Effects(refused={f"{origin.topic} {refusal.code}": 1})

    async def _seek_once(self, origin: Origin, offset: int) -> None:
        """Go back to the missing message; prefetched later ones must not make it go back again."""
        now = time.monotonic()
        if now - self._sought_at.get(origin.partition, -RESEEK_S) < RESEEK_S:
            return
        self._sought_at[origin.partition] = now
        self._partitions.pop(origin.partition, None)
        log.info("going back", extra={"topic": origin.topic, "offset": offset})
        await self._rewind(origin.topic, origin.partition, offset)


def origin_of(event: Any) -> Origin:
    """Where a Faust event stands in the log."""
    message = event.message
    return Origin(message.topic, message.partition, message.offset)
