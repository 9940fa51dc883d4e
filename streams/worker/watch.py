"""What a worker keeps an eye on beside its work: whether it moves, and whether all is still there.

Once a second it looks at its partitions: a partition with messages waiting and no progress for too
long ends the worker, unless the process catches up elsewhere or the broker does not deliver; a log
that went backwards or a topic made anew ends it too; a stored state that went backwards is marked
as rebuilding until it has caught up. While Redis or the broker is away there is nothing to judge:
waiting is right.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import AsyncExitStack
from typing import Any, NamedTuple, Never

from streams.contract import topics
from streams.contract.errors import LogError, StalledError, TopicsError
from streams.contract.settings import Settings
from streams.kafka.away import AWAY, reason_of
from streams.kafka.cluster import LogReader, Place, TopicFacts, facts_of_topics
from streams.state.gate import Gate
from streams.worker.app import Worker
from streams.worker.metrics import BEHIND, REBUILDS
from streams.worker.strangers import meet

log = logging.getLogger(__name__)
LOOK_S = 1.0
TOPICS_EVERY = 5  # looks between two questions for the topics' ids
MEMBERS_EVERY = 15
STANDS_S = 10.0  # so long without progress is shown on the screens
ANSWER_S = 5.0
MAX_PASSED_S = 3 * LOOK_S
PATIENCE = 0.1
UNTICKED = frozenset(topic.name for topic in topics.TOLD)
BACKLOG = 50  # messages: one that moves and has more waiting is catching up, not at its end


class PartitionPosition(NamedTuple):
    """A partition at one look: the last offset the state contains, the last in the log; -1 none."""

    position: int
    last: int


class PartitionProgress(NamedTuple):
    """A partition as it was last seen, and how long it has stood with messages waiting."""

    sight: PartitionPosition
    still_s: float = 0.0
    looks: int = 0


def remember(
    known: PartitionProgress | None,
    now: PartitionPosition,
    passed_s: float,
    *,
    pace: float = 1.0,
    is_busy: bool = False,
) -> PartitionProgress:
    """The memory after a look, so long after the last; time counts while messages wait.

    At most `MAX_PASSED_S` of it: a process that was stopped itself did not see anything stand. A
    look counts for a way back only where the process is not busy catching up: sent back then, a
    consumer throws away what it has fetched and is slower for it.
    """
    if known is None or now.position != known.sight.position or now.last <= now.position:
        return PartitionProgress(now)
    still_s = known.still_s + min(passed_s, MAX_PASSED_S) * pace
    return PartitionProgress(now, still_s, known.looks + (not is_busy))


def moving(
    memory: Mapping[Place, PartitionProgress], now: Mapping[Place, PartitionPosition]
) -> list[Place]:
    """The partitions that moved since the last look."""
    return [
        place
        for place, sight in now.items()
        if place in memory and memory[place].sight.position != sight.position
    ]


def is_catching_up(
    memory: Mapping[Place, PartitionProgress], now: Mapping[Place, PartitionPosition]
) -> bool:
    """Whether some partition moves and has many messages yet to come."""
    return any(now[p].last - now[p].position > BACKLOG for p in moving(memory, now))


def pace(
    memory: Mapping[Place, PartitionProgress], now: Mapping[Place, PartitionPosition]
) -> dict[Place, float]:
    """How much a second of standing counts for each partition.

    One agent carries a topic, and one process all of them: a partition that waits for its turn
    behind others is not stuck.
    """
    if is_catching_up(memory, now):
        return dict.fromkeys(now, PATIENCE)
    topics_moving = {topic for topic, _ in moving(memory, now)}
    return {place: PATIENCE if place[0] in topics_moving else 1.0 for place in now}


def to_send_back(memory: Mapping[Place, PartitionProgress]) -> list[Place]:
    """The partitions whose consumer is sent back: after 8, 16, 32 ... looks at which they stood.

    A way back may get lost on its way, and a quiet log brings no message that would ask again.
    """
    return [p for p, known in memory.items() if known.looks >= 8 and known.looks.bit_count() == 1]


def standing(memory: Mapping[Place, PartitionProgress], limit_s: float) -> list[Place]:
    """The partitions that stand for so long."""
    return sorted(place for place, known in memory.items() if known.still_s >= limit_s)


def stalled(memory: Mapping[Place, PartitionProgress], limit_s: float) -> str:
    """Which partition stands for too long and how, "" when none does."""
    for place in standing(memory, limit_s):
        known = memory[place]
        return (
            f"{place[0]}/{place[1]} stands at offset {known.sight.position} "
            f"for {known.still_s:.0f} s "
            f"and the log goes on to {known.sight.last} (at most {limit_s:.0f} s)"
        )
    return ""


def went_back(known: PartitionProgress | None, now: PartitionPosition) -> bool:
    """Whether the log ends before where it was, or before what the state contains."""
    return now.last < (now.position if known is None else known.sight.last)


def rebuild_target(known: PartitionProgress | None, now: PartitionPosition) -> int | None:
    """Up to which offset the state is to be made again; None when it did not go backwards."""
    if known is None or now.position >= known.sight.position:
        return None
    return max(known.sight.position, now.last)


def caught_up(
    marks: Mapping[Place, int],
    known: Mapping[Place, PartitionProgress],
    now: Mapping[Place, PartitionPosition],
) -> list[Place]:
    """The marked partitions that contain what the log had a look ago.

    The roads' own have not caught up before every input has: what those send anew comes after.
    """
    done = [
        place
        for place, target in marks.items()
        if place in now and place in known
        if now[place].position >= max(target, known[place].sight.last)
    ]
    is_input_left = any(p[0] != topics.LINK_EVENTS.name for p in marks if p not in done)
    return [p for p in done if p[0] != topics.LINK_EVENTS.name or not is_input_left]


def misfit(facts: Mapping[str, TopicFacts], wide: int) -> str:
    """What is wrong with the topics of the cluster, "" when nothing is."""
    for topic in topics.ALL:
        due = topic.partitions(wide)
        if topic.name not in facts:
            return f"topic {topic.name} is missing: python -m producers topics makes it"
        if facts[topic.name].partitions != due:
            return (
                f"topic {topic.name} has {facts[topic.name].partitions} partitions, "
                f"BOMNAE_PARTITIONS={wide} means {due}"
            )
    return ""


def made_anew(facts: Mapping[str, TopicFacts], known: Mapping[str, str]) -> str:
    """Which topic is not the one the state was folded from, "" when all are."""
    for name, fact in sorted(facts.items()):
        if fact.topic_id and known.get(name, fact.topic_id) != fact.topic_id:
            return f"topic {name} was made anew: its id is {fact.topic_id}, not {known[name]}"
    return ""


async def check_topics(settings: Settings, gate: Gate) -> None:
    """TopicsError when a topic is missing or too wide, LogError when one was made anew."""
    facts = await asyncio.wait_for(facts_of_topics(settings), 6 * ANSWER_S)
    if wrong := misfit(facts, settings.partitions):
        raise TopicsError(wrong)
    await check_ids(facts, gate)


async def check_ids(facts: Mapping[str, TopicFacts], gate: Gate) -> None:
    """LogError when a topic was made anew; ids that are not known yet are kept with the state."""
    folded = {t.name: facts[t.name] for t in topics.FOLDED if t.name in facts}
    ids = {name: fact.topic_id for name, fact in folded.items() if fact.topic_id}
    if anew := made_anew(folded, await gate.topic_ids(ids)):
        raise LogError(anew)


def _named(place: Place) -> dict[str, Any]:
    return {"topic": place[0], "partition": place[1]}


class PartitionWatch:
    """Looks at the assigned partitions of one worker until it must end."""

    def __init__(self, worker: Worker, assigned: Callable[[], Iterable[Place]]) -> None:
        self._worker = worker
        self._settings = worker.settings
        self._gate = worker.gate
        self._assigned = assigned
        self._memory: dict[Place, PartitionProgress] = {}
        self._reader: LogReader | None = None
        self._open = AsyncExitStack()
        self._looks = 0
        self._strangers: list[str] = []
        self._looked_s = 0.0
        self._shown: set[Place] = set()
        self._answered_s = time.monotonic()  # when all that it looks at last answered

    async def run(self) -> Never:
        """Look for ever; raises StalledError or LogError when the worker must end."""
        try:
            while True:
                await asyncio.sleep(LOOK_S)
                try:
                    await self._look()
                    self._answered_s = time.monotonic()
                except AWAY as error:
                    log.warning("nothing to judge", extra={"error": reason_of(error)})
                    self._memory.clear()
                    await self._close()
        finally:
            await self._close()

    async def tell(self) -> Never:
        """Note once a second that this worker lives, and whether it gets on, however long a look
        waits for a broker that is away. Raises SettingsError where another works by other settings.
        """
        while True:
            with contextlib.suppress(*AWAY):  # one that takes no writes is away for the gate alone
                await self._worker.roster.join(stands=self._stands())
            await asyncio.sleep(LOOK_S)

    async def _look(self) -> None:
        self._looks += 1
        if self._looks % TOPICS_EVERY == 0:
            await check_ids(await asyncio.wait_for(facts_of_topics(self._settings), 30), self._gate)
        if self._looks % MEMBERS_EVERY == 0:
            self._strangers = await meet(self._settings, self._worker.roster, self._strangers)
        now = await self._see(set(self._assigned()))
        for place, sight in now.items():
            if went_back(self._memory.get(place), sight):
                await self._confirm(place, sight)
        await self._mark(now)
        looked_s = time.monotonic()
        passed_s = looked_s - self._looked_s
        self._looked_s = looked_s
        paces, is_busy = pace(self._memory, now), is_catching_up(self._memory, now)
        self._memory = {
            place: remember(
                self._memory.get(place), sight, passed_s, pace=paces[place], is_busy=is_busy
            )
            for place, sight in now.items()
        }
        for place in to_send_back(self._memory):
            log.warning("partition stands: going back", extra=_named(place))
            await asyncio.wait_for(self._worker.rewind(*place, now[place].position + 1), ANSWER_S)
        for place in standing(self._memory, self._settings.watchdog_s):
            if await self._is_delivered(place, now[place].position + 1):
                only = {place: self._memory[place]}
                raise StalledError(stalled(only, self._settings.watchdog_s))
            log.warning("partition stands: the broker delivers nothing of it", extra=_named(place))
            del self._memory[place]

    def _stands(self) -> bool:
        """Whether it does not get on: messages wait for it, or the broker is away, for so long."""
        is_away = time.monotonic() - self._answered_s >= STANDS_S
        return is_away or bool(standing(self._memory, STANDS_S))

    async def _see(self, places: set[Place]) -> dict[Place, PartitionPosition]:
        if self._reader is None:
            self._reader = await self._open.enter_async_context(LogReader(self._settings))
        ends = await asyncio.wait_for(self._reader.ends(places), ANSWER_S)
        positions = await self._gate.positions(places)
        now = {place: PartitionPosition(positions[place], ends[place] - 1) for place in places}
        self._show(now)
        return now

    def _show(self, now: Mapping[Place, PartitionPosition]) -> None:
        """How far behind each partition is, and nothing of those that are another worker's now."""
        for place in self._shown - now.keys():
            BEHIND.remove(*place)
        self._shown = set(now)
        for place, sight in now.items():
            BEHIND.labels(*place).set(max(0, sight.last - sight.position))

    async def _is_delivered(self, place: Place, offset: int) -> bool:
        """Whether the broker gives a message from there to a reader of its own."""
        async with LogReader(self._settings) as reader:
            return await reader.gives(place, offset)

    async def _confirm(self, place: Place, sight: PartitionPosition) -> None:
        """The embedded broker understates ends: only a log without the message went backwards."""
        if sight.position < 0:
            return
        async with LogReader(self._settings) as reader:
            if await reader.holds(place, sight.position):
                return
        raise LogError(
            f"{place[0]}/{place[1]} ends at offset {sight.last + 1}, the state contains "
            f"{sight.position}: the topic was truncated or made anew"
        )

    async def _mark(self, now: Mapping[Place, PartitionPosition]) -> None:
        """Keep the marks of what is being made again. Where the state went backwards, what the
        worker kept of it is of no use; and what has no ticks is sent back, as no message may come.
        """
        marks, gone = await self._gate.rebuilding(), list[Place]()
        for place, sight in now.items():
            target = rebuild_target(self._memory.get(place), sight)
            if target is not None and place not in marks:
                marks[place] = target
                await self._gate.rebuild(place, target)
                REBUILDS.inc()
                gone.append(place)
        if gone:
            self._gate.forget()
        for place in gone:
            if place[0] in UNTICKED:
                await asyncio.wait_for(
                    self._worker.rewind(*place, now[place].position + 1), ANSWER_S
                )
        if done := caught_up(marks, self._memory, now):
            log.info("caught up", extra={"partitions": len(done)})
            await self._gate.rebuilt(done)

    async def _close(self) -> None:
        self._reader = None
        await self._open.aclose()
