"""The agents: one loop for every stage. Decode, step, send on, pass the gate; decide nothing.

Messages that wait together go together: a run of one partition's is one step, where the stage can,
and one call of the gate.

A message that breaks a rule goes to the dead letters. A store or a broker that is away is tried
again until it is back, and the stream waits. Anything else is a bug: it ends the worker, and the
gate sees to it that the next one goes on at the same message.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from itertools import starmap, takewhile
from typing import Any, NamedTuple, Protocol

from faust.exceptions import FaustError

from streams.contract import wire
from streams.contract.arrival import appended_ms
from streams.contract.derived import LinkEvents, Origin
from streams.contract.errors import HalfAppliedError, RecordRefusedError
from streams.contract.failpoints import FailAt
from streams.contract.retrying import attempts
from streams.domain.stage import Effects, Stage, State, Sum, Taken, apply
from streams.kafka.away import AWAY, reason_of
from streams.state.gate import Gate, GateResult
from streams.worker.metrics import FOLDED, GATE_SECONDS, REBUILDS, REFUSED, REWINDS, RUN_LENGTH

log = logging.getLogger(__name__)
RESEEK_S = 1.0
PAUSES_S = (0.25, 5.0)
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


class _Refusal(NamedTuple):
    """A message that broke a rule; of a burst only the first is buried, in the dead letters."""

    message: Delivered
    code: str
    is_buried: bool


@dataclass(slots=True)
class _Read:
    """The first messages of a run as they are read, and the bug that the next one met."""

    first: Origin
    is_ahead: bool  # whether the newest message had a clock ahead
    taken: list[Taken] = field(default_factory=list)
    refused: list[_Refusal] = field(default_factory=list)
    bug: Exception | None = None

    @property
    def count(self) -> int:
        return len(self.taken) + len(self.refused)

    def cut(self, stepped: int, bug: Exception) -> None:
        """End before the message that a bug was met at, after so many were stepped through."""
        at = self.taken[stepped].origin.offset
        del self.taken[stepped:]
        self.refused = [each for each in self.refused if each.message.origin.offset < at]
        self.bug = bug


_StepRun = Callable[[State, Sequence[Taken]], Effects]


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
        self._step_run: _StepRun | None = getattr(stage, "step_run", None)
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
        """`_take`; where a step was stopped midway, its partition is taken away and made again."""
        try:
            return await self._take(run)
        except HalfAppliedError as half:
            log.error("a partition is made again from the log", extra={"error": str(half)})  # noqa: TRY400 - no bug
            REBUILDS.inc()
            self._partitions.pop(run[0].origin.partition, None)
            await self._gate.begin_anew(run[0].origin.partition)
            return []

    async def _take(self, run: Sequence[Delivered]) -> list[GateResult]:
        """Carry the first of some messages, and all that follow it without a gap."""
        first = run[0].origin
        known = await self._known(first)
        due = known.position + 1
        if first.offset < due:
            return [GateResult.DUPLICATE] * _leading(run, lambda offset: offset < due)
        if first.offset > due:  # what its state would derive, the next stage keeps
            await self._seek_once(first, due)
            return [GateResult.HOLE] * _leading(run, lambda offset: offset > due)
        del self._partitions[first.partition]  # its rows run ahead of the gate from here on
        read = self._read(run)
        total = self._step(known.state, read)
        if read.count:
            verdicts = await self._pass_on(known, read, total)
        if read.bug is not None:
            raise read.bug
        return verdicts

    def _read(self, run: Sequence[Delivered]) -> _Read:
        """The messages up to a gap, or to one that a bug stops at."""
        first, takes = run[0].origin, self._stage.takes
        read = _Read(first, is_ahead=first.partition in self._ahead)
        for expected, each in enumerate(run, start=first.offset):
            payload, origin, appended = each
            if origin.offset != expected:
                break
            try:
                message = wire.read(payload, takes, first.topic, appended)
                self._pass("after_decode")
            except RecordRefusedError as refusal:
                is_ahead = refusal.code == AHEAD
                is_buried = not (is_ahead and read.is_ahead)
                read.refused.append(_Refusal(each, refusal.code, is_buried))
                read.is_ahead = read.is_ahead or is_ahead
            except Exception as bug:  # noqa: BLE001 - raised again when what came before is kept
                read.bug = bug
                break
            else:
                read.taken.append(Taken(message, origin))
                read.is_ahead = False
        return read

    def _step(self, state: State, read: _Read) -> Sum:
        """What was read comes to; cuts it off at a message that a bug stops at."""
        total, stepped = Sum(), 0
        try:
            for count, effects in self._steps(state, read.taken):
                for _ in range(count if self._fail is not None else 0):
                    self._pass("after_step")
                apply(state, effects.changes)
                total.add(effects)
                stepped += count
        except Exception as bug:  # noqa: BLE001 - raised again when what came before is kept
            read.cut(stepped, bug)
        for refusal in read.refused:
            total.add(Effects(refused={f"{read.first.topic} {refusal.code}": 1}))
        return total

    def _steps(self, state: State, taken: list[Taken]) -> Iterator[tuple[int, Effects]]:
        """How many messages were stepped through, and their effects: all at once where it goes."""
        step_run = self._step_run
        if step_run is None:
            for message, origin in taken:
                yield 1, self._stage.step(state, message, origin)
            return
        if len(taken) > 1:
            try:
                effects = step_run(state, taken)
            except Exception as error:  # noqa: BLE001 - met again at its message, and raised there
                said = {**asdict(taken[0].origin), "error": repr(error)}
                log.warning("a run fails: its messages go one by one", extra=said)
            else:
                yield len(taken), effects
                return
        for each in taken:
            yield 1, step_run(state, [each])

    async def _pass_on(self, known: _Partition, read: _Read, total: Sum) -> list[GateResult]:
        """Send on what a run comes to, then pass the gate with it."""
        first = read.first
        sends = starmap(self._outlet.send_derived, total.derived.items())
        await asyncio.gather(*self._letters(read), *sends)  # their order does not matter
        self._pass("after_send")
        last = first.offset + read.count - 1
        with GATE_SECONDS.time():
            answer = await self._gate.apply(
                (first.topic, first.partition),
                first.offset,
                last,
                stage=self._stage,
                effects=total,
            )
        self._pass("after_gate")
        if answer.verdict is GateResult.APPLIED:
            RUN_LENGTH.observe(read.count)
            FOLDED.labels(first.topic).inc(read.count)
            (self._ahead.add if read.is_ahead else self._ahead.discard)(first.partition)
            known.position = last
            self._partitions[first.partition] = known
            self._sought_at.pop(first.partition, None)
            return [answer.verdict] * read.count
        if answer.verdict is GateResult.HOLE:
            await self._seek_once(first, answer.position + 1)
            return [answer.verdict] * read.count
        return [answer.verdict] * min(read.count, answer.position - first.offset + 1)

    def _letters(self, read: _Read) -> Iterator[Awaitable[None]]:
        """The dead letters of a run; every refusal is counted."""
        for (payload, origin, _), code, is_buried in read.refused:
            REFUSED.labels(origin.topic, code).inc()
            if is_buried:
                log.warning("message refused", extra={**asdict(origin), "code": code})
                yield self._outlet.send_dead(payload or b"", code=code, origin=origin)

    def keep(self, partitions: Collection[int]) -> None:
        """Forget the rows of all partitions but these: the others are another worker's now."""
        for gone in self._partitions.keys() - set(partitions):
            del self._partitions[gone]

    def _pass(self, point: str) -> None:
        if self._fail is not None:
            self._fail(point)

    async def _known(self, origin: Origin) -> _Partition:
        """The rows of a partition. Those of the epoch just before are still right where the state
        stands where they do: a large partition takes its time to load.
        """
        known, epoch = self._partitions.get(origin.partition), self._gate.epoch
        if known is not None and known.epoch == epoch - 1:
            stored = await self._gate.position(origin.topic, origin.partition)
            if stored == known.position:
                known.epoch = epoch
                self._partitions[origin.partition] = known  # given up meanwhile, it was taken out
        if known is None or known.epoch != epoch:
            position, state = await self._gate.load_at(self._stage, origin.topic, origin.partition)
            known = self._partitions[origin.partition] = _Partition(state, position, epoch)
            self._pass("after_load")
        return known

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


def delivered(record: Any) -> Delivered:
    """A record of Kafka as a message and where it stands in the log."""
    origin = Origin(record.topic, record.partition, record.offset)
    at = appended_ms(record.timestamp or 0, record.timestamp_type, record.headers)
    return Delivered(record.value, origin, at)


def _leading(run: Sequence[Delivered], is_so: Callable[[int], bool]) -> int:
    """How many messages at the head of a run have such an offset."""
    return sum(1 for _ in takewhile(lambda each: is_so(each.origin.offset), run))
