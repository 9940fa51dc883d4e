"""Messages of every topic that the reader accepts, with extreme times, ids and geometry, through
every stage: no stage may fail on what it was given.

`FUZZ_S=600 FUZZ_SEED=7 pytest ...` goes on for longer, or again.
"""

import random
from collections import Counter
from dataclasses import replace
from typing import Any

import msgspec

from streams.audit.fold import Fold
from streams.contract import topics, wire
from streams.contract.crew_link import CrewLink
from streams.contract.enums import (
    Closure,
    ClosureAct,
    IncidentKind,
    PollOutcome,
    Reporter,
    Severity,
    SiteStatus,
)
from streams.contract.errors import RecordRefusedError
from streams.contract.hand_closure import HandClosure
from streams.contract.records import (
    Acknowledgement,
    Call,
    CallDone,
    FeedReport,
    Forgotten,
    Incident,
    IncidentBatch,
    IncidentReport,
    LinkSpeed,
    Message,
    Permit,
    PermitBatch,
    SiteReport,
    SpeedBatch,
    Tick,
)
from streams.contract.settings import Settings
from streams.contract.shift import (
    Sheet,
    SheetNote,
    ShiftAct,
    ShiftActKind,
    digest_of,
    shift_id,
)
from streams.contract.subscription import Subscription
from streams.topology.stages import stages
from tests import fuzz
from tests.cities.worlds import T0_MS, at_stop, positions, road

HOUR_MS = 3_600_000
ROAD = road(12)
PERMIT = Permit(
    "P1", "상수관 매설", T0_MS - HOUR_MS, T0_MS + 30 * HOUR_MS, "2026-7", place="중앙로 1",
    hours="22:00-05:00", closure=Closure.PARTIAL, lanes_closed=1, lon=127.702, lat=37.88,
    link_ids=("S1>S2",), geometry=((127.70, 37.88), (127.704, 37.88)), direction="서→동",
)  # fmt: skip
INCIDENT = Incident(
    "its-1", IncidentKind.ACCIDENT, "추돌", T0_MS, T0_MS + HOUR_MS, "중앙로", closure=Closure.FULL,
    lon=127.706, lat=37.88, link_id="S2>S3",
)  # fmt: skip
LINK = "S1>S2"
CLOSED = HandClosure(
    closure_id="c-1", act_id="c-1", version=1, act=ClosureAct.MAKE, by="kim", at_ms=T0_MS,
    title="중앙로", cause=IncidentKind.ACCIDENT, closure=Closure.FULL, starts_ms=T0_MS,
    ends_ms=T0_MS + HOUR_MS, lanes="1차로", direction="시청 방향", reason="추돌", link_ids=(LINK,),
)  # fmt: skip
LINKED = CrewLink(
    link="a" * 22, work="P1", holder="하수 시공사", made_ms=T0_MS, expires_ms=T0_MS + 30 * HOUR_MS
)


NOTED = ShiftAct(
    shift=shift_id(T0_MS), act=ShiftActKind.NOTE, act_id="n-1", by="kim", at_ms=T0_MS + 5,
    note_id="n-1", version=1, note="견인 22시",
)  # fmt: skip
SHEET = Sheet(
    T0_MS, T0_MS + 9, T0_MS + HOUR_MS, {"calls_taken": 1}, (),
    (SheetNote("n-1", "kim", T0_MS + 5, "견인 22시"),),
)  # fmt: skip
SIGNED = ShiftAct(
    shift=NOTED.shift, act=ShiftActKind.HAND_OVER, act_id="h-1", by="kim", at_ms=T0_MS + 10,
    digest=digest_of(SHEET), sheet=SHEET,
)  # fmt: skip


def log() -> list[tuple[topics.Topic, Message]]:
    """An ordinary few minutes of a city: what the changed messages are made from."""
    found: list[tuple[topics.Topic, Message]] = []
    for order in (1, 2, 3, 4):
        for topic, _, payload in positions(at_stop("v1", order, T0_MS + 40_000 * order)):
            found.append((topic, wire.decode(payload)))
    speed = LinkSpeed(LINK, 9.5, T0_MS + 5_000)
    found += [
        (topics.LINK_SPEEDS, SpeedBatch.of("its.speeds", T0_MS + 6_000, [speed])),
        (topics.PERMITS, PermitBatch("permits", T0_MS, is_complete=True, rows=(PERMIT,))),
        (topics.PERMITS, SiteReport("r1", "P1", SiteStatus.START, Reporter.CREW, T0_MS + 9_000)),
        (
            topics.PERMITS,
            SiteReport("r2", "P1", SiteStatus.EXTEND, Reporter.OFFICE, T0_MS, T0_MS + HOUR_MS),
        ),
        (topics.INCIDENTS, IncidentBatch("its.events", T0_MS, is_complete=True, rows=(INCIDENT,))),
        (topics.INCIDENTS, IncidentBatch("its.events", T0_MS + 9_000, is_complete=True, rows=())),
        (topics.CALLS, Call("c1", T0_MS, "정류장1", (LINK,), 127.7, 37.88, "A-1", (LINK,))),
        (topics.CLOSURES, CLOSED),
        (topics.CLOSURES, replace(CLOSED, act_id="a-2", version=2, act=ClosureAct.END)),
        (topics.CLOSURES, Forgotten("account:kim", T0_MS, "gone-0123456789ab")),
        (topics.INCIDENTS, IncidentReport("r3", "its-1", SiteStatus.END, T0_MS + 5_000)),
        (topics.CALLS, CallDone("c1", T0_MS + 60_000)),
        (topics.CALLS, Forgotten("call:c1", T0_MS + 70_000)),
        (topics.PERMITS, Forgotten("work:P1", T0_MS + 70_000)),
        (topics.ACCOUNTS, Forgotten("account:kim", T0_MS, "gone-0123456789ab")),
        (topics.ACKNOWLEDGEMENTS, Forgotten("", T0_MS)),
        (
            topics.FEED_REPORTS,
            FeedReport("its.speeds", PollOutcome.DATA, T0_MS, 10_000, digest="a"),
        ),
        (
            topics.FEED_REPORTS,
            FeedReport("permits", PollOutcome.UNKNOWN, T0_MS, 10_000, code="BUG"),
        ),
        (
            topics.ACKNOWLEDGEMENTS,
            Acknowledgement(f"alrt_{'a' * 26}", "관제", "", T0_MS, Severity.CRITICAL),
        ),
        (
            topics.SUBSCRIPTIONS,
            Subscription(endpoint="ep_a1b2c3d4", url="https://example.org/x", title="현장"),
        ),
        (topics.SHIFT_EVENTS, NOTED),
        (topics.SHIFT_EVENTS, SIGNED),
        (
            topics.SHIFT_EVENTS,
            replace(SIGNED, act=ShiftActKind.TAKE_OVER, act_id="t-1", by="lee", sheet=None),
        ),
        (topics.SHIFT_EVENTS, Forgotten("account:kim", T0_MS, "gone-0123456789ab")),
        (topics.CREW_LINKS, LINKED),
        (topics.CREW_LINKS, replace(LINKED, ended_ms=T0_MS + 9_000)),
    ]
    return found


def ticks(dice: random.Random) -> list[tuple[topics.Topic, Message]]:
    """The time passes, mostly by minutes."""
    at_ms = T0_MS + dice.choice((0, 60_000, 300_000, 86_400_000, -HOUR_MS, dice.randrange(10**9)))
    return [(topic, Tick(at_ms)) for topic in topics.TICKED]


class World:
    """Every stage of a small city, and what its logs have had so far."""

    def __init__(self) -> None:
        self._fold = Fold(stages(Settings(partitions=1), ROAD))
        self.accepted: Counter[str] = Counter()

    def take(self, topic: topics.Topic, message: Message, dice: random.Random | None) -> None:
        """Fold a message as it is or, by the dice, with something of it changed."""
        payload = wire.encode(message)
        if dice is not None and dice.random() < 0.7:
            tree = fuzz.changed(msgspec.json.decode(payload), dice, times=2)
            payload = encoded(tree)
        try:
            read = wire.decode(payload)
        except RecordRefusedError:
            self.accepted["refused"] += 1
        else:
            self.accepted[type(read).__name__] += 1
        self._fold.take(topic.name, 0, self._fold.taken.get((topic.name, 0), 0), payload)

    def show(self) -> None:
        """The state as Redis would hold it."""
        self._fold.tables()


def encoded(tree: Any) -> bytes:
    """The bytes of a changed message; what JSON cannot hold is no message."""
    try:
        return msgspec.json.encode(tree)
    except (msgspec.MsgspecError, ValueError, TypeError, OverflowError, RecursionError):
        return b"{}"


def fold_a_while(dice: random.Random) -> World:
    world = World()
    for _ in range(dice.choice((1, 2, 4))):
        day = log()
        dice.shuffle(day)
        for topic, message in day[: dice.randrange(1, len(day))]:
            world.take(topic, message, dice)
        for topic, tick in ticks(dice):
            world.take(topic, tick, dice if dice.random() < 0.2 else None)
    world.show()
    return world


def test_no_stage_fails_on_what_its_reader_accepts() -> None:
    accepted: Counter[str] = Counter()
    for number, dice in fuzz.rounds():
        try:
            accepted += fold_a_while(dice).accepted
        except Exception as error:
            raise AssertionError(f"FUZZ_SEED={fuzz.SEED}, round {number}") from error
    print(f"{dict(accepted)}, FUZZ_SEED={fuzz.SEED}")  # noqa: T201
    kinds = {type(message).__name__ for _, message in log()} | {"Tick"}
    assert all(accepted[kind] > 10 for kind in kinds)
