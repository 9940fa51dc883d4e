"""An afternoon in which each rule tells a begin, an update and an end: by the packaged rules."""

from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import Any

from streams.audit.fold import Fold
from streams.contract import topics, wire
from streams.contract.enums import AlertEvent, Closure, PollOutcome, Reporter, SiteStatus
from streams.contract.records import (
    BusPosition,
    Call,
    FeedReport,
    LinkSpeed,
    Message,
    Permit,
    PermitBatch,
    PositionBatch,
    SiteReport,
    SpeedBatch,
)
from streams.contract.settings import Settings
from streams.domain.rules import AlertRules
from streams.state.keys import OUTBOX
from streams.topology.stages import stages
from tests.cities.worlds import PARTITIONS, STEP_DEG, T0_MS, Sent, numbered, road, tick

LINK, ELSEWHERE = "S0>S1", "S5>S6"
MINUTES = 145


def at(minute: float) -> int:
    return T0_MS + round(minute * 60_000)


def permit(name: str, from_min: int, to_min: int, link_id: str = LINK, **more: str) -> Permit:
    return Permit(
        name,
        more.get("title", f"굴착 {name}"),
        at(from_min),
        at(to_min),
        organisation=more.get("organisation", ""),
        closure=Closure.PARTIAL,
        link_ids=(link_id,),
    )


P1 = permit("P1", 30, 90)  # a crew begins it and is late to end it
P2 = permit("P2", 0, 300, ELSEWHERE)  # nobody says that it began
P3 = permit("P3", 45, 70)  # on the road of P1
P3_LONGER = permit("P3", 45, 75)
P1_OF = permit("P1", 30, 90, organisation="도로과")
P2_NAMED = permit("P2", 0, 300, ELSEWHERE, title="하수관")

LISTED = {
    0: (P1, P2, P3),
    50: (P1, P2, P3_LONGER),
    95: (P1_OF, P2, P3_LONGER),
    125: (P1_OF, P2_NAMED, P3_LONGER),
}
CREWS = {
    31: ("P1", SiteStatus.START),
    46: ("P3", SiteStatus.START),
    75: ("P3", SiteStatus.END),
    100: ("P1", SiteStatus.END),
    130: ("P2", SiteStatus.START),
    140: ("P2", SiteStatus.END),
}
ROUND = {100: 13, 105: 12, 110: 12}  # buses leave the road at S9 and are back at this stop's place
BACK_ON_IT = 115
SLOW_UNTIL, BROKEN_AT, SILENT_UNTIL = 60, 20, 40
CALLED = range(10, 14)


def bus(name: str, order: int, stops: float, at_ms: int, off_deg: float = 0) -> BusPosition:
    """A bus of R1, so many stops behind S0 and so far north of the road."""
    lon, lat = 127.70 + STEP_DEG * stops, 37.88 + off_deg
    return BusPosition(name, "R1", "1", f"S{order - 1}", order, at_ms, lon, lat)


def driven(minute: int) -> Iterator[BusPosition]:
    """At first enough buses to know that the feed shows where they are; then who goes round, over
    two points 220 m beside the road; then one that drives on.
    """
    end_ms = at(minute)
    if minute == 1:
        for number in range(50):
            for step in range(4):
                yield bus(
                    f"g{number}", 16, 15.2 + 0.1 * step, end_ms - 40_000 + step * 10_000, 9e-5
                )
    if minute in ROUND:
        name, back = f"b{minute}", ROUND[minute]
        yield bus(name, 10, 9, end_ms - 110_000)
        yield bus(name, 10, 9.5, end_ms - 80_000, 0.002)
        yield bus(name, 10, 10.5, end_ms - 50_000, 0.002)
        yield bus(name, back, back - 1, end_ms - 10_000)
    if minute == BACK_ON_IT:
        for order in range(9, 14):
            yield bus("t", order, order - 1, end_ms - (14 - order) * 30_000)


def said(minute: int) -> Iterator[tuple[topics.Topic, Message]]:
    """What is told in one minute, before its tick."""
    now_ms = at(minute)
    if minute in LISTED:
        rows = LISTED[minute]
        yield topics.PERMITS, PermitBatch("permits", now_ms, is_complete=True, rows=rows)
    if minute in CREWS:
        name, word = CREWS[minute]
        yield topics.PERMITS, SiteReport(f"r{minute}", name, word, Reporter.CREW, now_ms)
    if buses := tuple(driven(minute)):
        yield topics.BUS_POSITIONS, PositionBatch("tago.positions", now_ms, buses)
    if minute in CALLED:
        yield topics.CALLS, Call(f"c{minute}", now_ms, "정류장 7", ("S7>S8",))
    if minute % 5 == 0:
        speed = LinkSpeed(LINK, 5.0 if minute < SLOW_UNTIL else 45.0, now_ms)
        yield topics.LINK_SPEEDS, SpeedBatch.of("its.speeds", now_ms, [speed])
    if minute % 5 == 0 and not BROKEN_AT < minute < SILENT_UNTIL:
        outcome = PollOutcome.UNKNOWN if minute == BROKEN_AT else PollOutcome.DATA
        yield topics.FEED_REPORTS, FeedReport("its.speeds", outcome, now_ms, poll_ms=300_000)


def partition_of(topic: topics.Topic) -> int:
    return topics.partition_of(LINK, PARTITIONS) if topic is topics.LINK_SPEEDS else 0


def log(minutes: Iterable[int]) -> Iterator[Sent]:
    for minute in minutes:
        for topic, message in said(minute):
            yield topic, partition_of(topic), wire.encode(message)
        yield from tick(at(minute))


TOLD = """
closure  work:P2         begin    0
clash    P1,P3           begin    0
reports  report:c10      begin   11  the third call, in the minute after the tick of 11
reports  report:c10      update  12
feed     feed:its.speeds begin   21  a minute after its error
jam      link:S0>S1      begin   21  twenty minutes after the first judgement of it
closure  work:P1         begin   30
feed     feed:its.speeds update  31  silent for two polls: unknown becomes stale
jam      link:S0>S1      update  31  a work takes lanes of it
slowdown link:S0>S1      begin   36  five minutes with a work
feed     feed:its.speeds end     41
reports  report:c10      end     43  half an hour after the last call
closure  work:P3         begin   45
slowdown link:S0>S1      update  46  a second work
clash    P1,P3           update  50  it lasts longer
closure  work:P3         update  50
jam      link:S0>S1      end     66  five minutes better
slowdown link:S0>S1      end     66
clash    P1,P3           end     75
closure  work:P3         end     75
closure  work:P1         update  90  overdue, and still there
overdue  work:P1         begin   90
closure  work:P1         update  95
overdue  work:P1         update  95
closure  work:P1         end    100
detour   R1|S9>S10       begin  105  the second bus
discrepancy S9>S10       begin  105  and nobody has said why
detour   R1|S9>S10       update 110  one of three left S11 out
detour   R1|S9>S10       end    115
discrepancy S9>S10       end    115
overdue  work:P1         end    100
unseen   work:P2         begin  120  two hours
closure  work:P2         update 125
unseen   work:P2         update 125
unseen   work:P2         end    130  a crew has begun it
closure  work:P2         end    140
"""


def test_each_rule_tells_a_begin_an_update_and_an_end_once() -> None:
    fold = Fold(stages(Settings(), road()))
    for sent in numbered(log(range(MINUTES))):
        fold.take(*sent)
    alerts = fold.tables()[OUTBOX].values()
    due = [tuple(line.split()[:4]) for line in TOLD.strip().splitlines()]
    assert sorted(map(line_of, alerts)) == sorted(due)
    told = {(alert["rule"], alert["word"]) for alert in alerts}
    every = {(row.name, word.value) for row in fields(AlertRules) for word in AlertEvent}
    assert told == every - {("discrepancy", "update")}  # how many buses there are is no news


def line_of(alert: dict[str, Any]) -> tuple[str, ...]:
    subject = alert["subject"] if alert["rule"] != "clash" else ",".join(alert["facts"]["works"])
    subject = subject.removeprefix("detour:")
    if alert["rule"] == "discrepancy":
        subject = subject.split(":")[2]
    minute = (alert["at_ms"] - T0_MS) // 60_000
    return alert["rule"], subject, alert["word"], str(minute)


def test_an_alert_says_what_its_receivers_go_by() -> None:
    fold = Fold(stages(Settings(), road()))
    for sent in numbered(log(range(60))):
        fold.take(*sent)
    for alert in fold.tables()[OUTBOX].values():
        facts = alert["facts"]
        assert facts["title"]
        assert isinstance(facts["links"], list)
        if alert["rule"] in {"closure", "clash", "jam", "slowdown"}:
            assert (facts["lon"], facts["lat"]) == point_of(facts["links"][0])


def point_of(link_id: str) -> tuple[float, float]:
    """The middle between its two stops."""
    number = int(link_id[1 : link_id.index(">")])
    return round(127.70 + STEP_DEG * (number + 0.5), 6), 37.88
