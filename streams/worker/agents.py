"""The agents: one loop for every stage. Decode, step, send on, pass the gate; decide nothing.

Messages that wait together go together: a run of one partition's is one call of the gate.

A message that breaks a rule goes to the dead letters. A store or a broker that is away is tried
again until it is back, and the stream waits. Anything else is a bug: it ends the worker, and the
gate sees to it that the next one goes on at the same message.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from itertools import starmap
from typing import Any, NamedTuple, Protocol

from faust.exceptions import FaustError

from streams.contract import wire
from streams.contract.arrival import appended_ms
from streams.contract.derived import LinkEvents, Origin
from streams.contract.errors import HalfAppliedError, RecordRefusedError
from streams.contract.failpoints import FailAt
from streams.contract.retrying import attempts
from streams.domain.stage import Effects, Stage, State, Sum, apply
from streams.kafka.away import AWAY, reason_of
from streams.state.gate import Gate, GateResult
from streams.worker.metrics import FOLDED, GATE_SECONDS, REBUILDS, REFUSED, REWINDS, RUN_LENGTH

log = logging.getLogger(__name__)
RESEEK_S = 1.0
PAUSES_S = (0.25, 5.0)
MAX_RUN_BYTES = 1 << 20
AHEAD = "R023"  # twelve a second while a clock is ahead: one dead letter a partition is enough


class Delivered(NamedTuple):
    """A message as the consumer delivered it."""

    payload: bytes | None
    origin: Origin
    appended_ms: int | None = None


class Outlet(Protocol):
    """Where derived records go; returns when the broker has them."""

    async def send_derived(self, partition: int, parts: Sequence[LinkEvents]) -> None: ...

    async def send_dead(self, payload: bytes, *, code: str, origin: Origin) -> None: ...


@dataclass(slots=True)
class _Partition:
    """A partition in work: its rows, the last offset they contain, the epoch they are of."""

    state: State
    position: int
    epoch: int


class _Dead(NamedTuple):
    payload: bytes
    code: str
    origin: Origin


@dataclass(slots=True)
class _Folded:
    """What the first `taken` messages of a run come to, and the bug that the next one met."""

    sum: Sum = field(default_factory=Sum)
    dead: list[_Dead] = field(default_factory=list)
    taken: int = 0
    bug: Exception | None = None


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
        self._waits: dict[int, str] = {}  # partition -> why it waits, as the log has it
        self._ahead: set[int] = set()  # partitions whose newest message had a clock ahead

    async def take(self, run: Sequence[Delivered]) -> list[GateResult]:
        """Carry a run of messages of one partition through; the gate's answer to each."""
        verdicts: list[GateResult] = []
        while len(verdicts) < len(run):
            rest = run[len(verdicts) :]
            first = rest[0].origin
            async for attempt in attempts(partial(self._is_away, first), PAUSES_S):
                with attempt:  # each may send on again
                    verdicts += await self._take_or_heal(rest)
            self._waits.pop(first.partition, None)
        return verdicts

    def _is_away(self, first: Origin, error: Exception) -> bool:
        """Whether to wait for a store; the log says why a partition waits, once a reason."""
        if not isinstance(error, (*AWAY, FaustError)):
            return False
        self._partitions.pop(first.partition, None)
        reason = reason_of(error)
        if self._waits.get(first.partition) != reason:
            self._waits[first.partition] = reason
            log.warning("partition waits", extra={**asdict(first), "error": reason})
        return True

    async def _take_or_heal(self, run: Sequence[Delivered]) -> list[GateResult]:
        """`_take`; where a step was stopped midway, the state is taken away and made again."""
        try:
            return await self._take(run)
        except HalfAppliedError as half:
            log.error("the state is made again from the log", extra={"error": str(half)})  # noqa: TRY400 - no bug
            REBUILDS.inc()
            self._partitions.pop(run[0].origin.partition, None)
            await self._gate.begin_anew()
            return []

    async def _take(self, run: Sequence[Delivered]) -> list[GateResult]:
        """Carry the first of some messages, and all that follow it without a gap."""
        first = run[0].origin
        known = await self._known(first)
        if first.offset <= known.position:
            return [GateResult.DUPLICATE]
        if first.offset > known.position + 1:  # what its state would derive, the next stage keeps
            await self._seek_once(first, known.position + 1)
            return [GateResult.HOLE]
        del self._partitions[first.partition]  # its rows run ahead of the gate from here on
        folded = self._fold(known.state, run)
        if folded.taken:
            verdicts = await self._pass_on(first, known, folded)
        if folded.bug is not None:
            raise folded.bug
        return verdicts

    def _fold(self, state: State, run: Sequence[Delivered]) -> _Folded:
        """Step through the messages up to a gap, or to one that a bug stops at."""
        folded = _Folded()
        for expected, each in enumerate(run, start=run[0].origin.offset):
            if each.origin.offset != expected:
                break
            try:
                effects = self._effects(state, each, folded.dead)
                self._pass("after_step")
                apply(state, effects.changes)
                folded.sum.add(effects)
            except Exception as bug:  # noqa: BLE001 - raised again when what came before is kept
                folded.bug = bug
                break
            folded.taken += 1
        return folded

    async def _pass_on(self, first: Origin, known: _Partition, folded: _Folded) -> list[GateResult]:
        """Send on what a run comes to, then pass the gate with it."""
        letters = (
            self._outlet.send_dead(dead.payload, code=dead.code, origin=dead.origin)
            for dead in folded.dead
        )
        sends = starmap(self._outlet.send_derived, folded.sum.derived.items())
        await asyncio.gather(*letters, *sends)  # one a partition: their order does not matter
        self._pass("after_send")
        last = first.offset + folded.taken - 1
        with GATE_SECONDS.time():
            answer = await self._gate.apply(
                (first.topic, first.partition),
                first.offset,
                last,
                stage=self._stage,
                effects=folded.sum,
            )
        self._pass("after_gate")
        if answer.verdict is GateResult.APPLIED:
            RUN_LENGTH.observe(folded.taken)
            FOLDED.labels(first.topic).inc(folded.taken)
            known.position = last
            self._partitions[first.partition] = known
            self._sought_at.pop(first.partition, None)
            return [answer.verdict] * folded.taken
        if answer.verdict is GateResult.HOLE:
            await self._seek_once(first, answer.position + 1)
            return [answer.verdict] * folded.taken
        return [answer.verdict] * min(folded.taken, answer.position - first.offset + 1)

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

    def _effects(self, state: State, each: Delivered, dead: list[_Dead]) -> Effects:
        """The stage's effects; for a refused message a count and a dead letter (once a burst)."""
        origin = each.origin
        try:
            message = wire.read(each.payload, self._stage.takes, origin.topic, each.appended_ms)
            self._pass("after_decode")
            effects = self._stage.step(state, message, origin)
        except RecordRefusedError as refusal:
            if not (refusal.code == AHEAD and origin.partition in self._ahead):
                log.warning("message refused", extra={**asdict(origin), "code": refusal.code})
                dead.append(_Dead(each.payload or b"", refusal.code, origin))
            REFUSED.labels(origin.topic, refusal.code).inc()
            if refusal.code == AHEAD:
                self._ahead.add(origin.partition)
            return Effects(refused={f"{origin.topic} {refusal.code}": 1})
        self._ahead.discard(origin.partition)
        return effects

    async def _seek_once(self, origin: Origin, offset: int) -> None:
        """Go back to the missing message; prefetched later ones must not make it go back again."""
        now = time.monotonic()
        if now - self._sought_at.get(origin.partition, -RESEEK_S) < RESEEK_S:
            return
        self._sought_at[origin.partition] = now
        self._partitions.pop(origin.partition, None)
        log.info("going back", extra=asdict(replace(origin, offset=offset)))
        REWINDS.labels(origin.topic).inc()
        await self._rewind(origin.topic, origin.partition, offset)


def delivery_of(event: Any) -> Delivered:
    """A Faust event as a message and where it stands in the log."""
    message = event.message
    origin = Origin(message.topic, message.partition, message.offset)
    headers = message.headers.items() if isinstance(message.headers, dict) else message.headers
    at = appended_ms((message.timestamp or 0) * 1000, message.timestamp_type, headers or ())
    return Delivered(event.value, origin, at)


def runs_of(delivered: Iterable[Delivered]) -> Iterator[list[Delivered]]:
    """The messages of each partition in their order, in runs of at most `MAX_RUN_BYTES`."""
    by_partition: dict[int, list[Delivered]] = {}
    for each in delivered:
        by_partition.setdefault(each.origin.partition, []).append(each)
    for waiting in by_partition.values():
        run: list[Delivered] = []
        size = 0
        for each in waiting:
            if run and size + len(each.payload or b"") > MAX_RUN_BYTES:
                yield run
                run, size = [], 0
            run.append(each)
            size += len(each.payload or b"")
        yield run
