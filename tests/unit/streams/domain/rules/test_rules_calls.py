"""Reports of citizens, and feeds that are not well."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from streams.contract.enums import AlertEvent, PollOutcome
from streams.contract.records import Call, FeedReport, Message, Tick
from streams.domain.alerts import Alert
from streams.domain.rules import AlertRules
from streams.domain.stage import Stage
from streams.domain.stages.calls import CallsStage
from streams.domain.stages.feeds import FeedsStage
from tests.cities.fakes import LAT, LON, Folded, at

BEGIN, UPDATE, END = AlertEvent.BEGIN, AlertEvent.UPDATE, AlertEvent.END
HALF_HOUR = 30


def told(stage: Stage, messages: Iterable[Message]) -> list[Alert]:
    fold = Folded(stage)
    return [alert for message in messages for alert in fold.take(message).alerts]


def words(alerts: Iterable[Alert]) -> list[tuple[str, AlertEvent, float]]:
    """Subject without its kind, word, minute."""
    return [(a.subject.partition(":")[2], a.word, (a.at_ms - at(0)) / 60_000) for a in alerts]


def calls(minutes: Iterable[int], until: int, *links: str) -> list[Message]:
    """A call in each of these minutes, named after it, and a tick at the end of every minute."""
    log: list[Message] = [Tick(at(-60))]
    for minute in range(until):
        if minute in minutes:
            log.append(Call(f"c{minute}", at(minute * 60), "정류장 3", links or ("S1>S2",)))
        log.append(Tick(at(minute * 60)))
    return log


@pytest.mark.parametrize(
    ("minutes", "due"),
    [
        ([0, 1], []),
        ([0, 1, 31], []),  # the first is no longer of the last half hour
        ([0, 1, 29], [("c0", BEGIN, 28), ("c0", END, 59)]),
        ([0, 1, 2], [("c0", BEGIN, 1), ("c0", END, 32)]),
    ],
)
def test_three_calls_of_half_an_hour_about_one_place_are_told_until_the_last_is_old(
    minutes: list[int], due: list[tuple[str, AlertEvent, float]]
) -> None:
    assert words(told(CallsStage(partitions=1), calls(minutes, 70))) == due


def test_a_trouble_that_lasts_is_one_episode_whichever_call_its_report_is_named_after() -> None:
    alerts = told(CallsStage(partitions=1), calls(range(0, 100, 10), 140))
    assert [each for each in words(alerts) if each[1] is not UPDATE] == [
        ("c0", BEGIN, 19),
        ("c0", END, 120),
    ]
    assert {a.facts["count"] for a in alerts} == {3, 4}


def test_calls_grow_old_one_by_one_without_a_word() -> None:
    alerts = told(CallsStage(partitions=1), calls(range(5), 60))
    assert [(word, minute) for _, word, minute in words(alerts)] == [
        (BEGIN, 1),
        (UPDATE, 2),
        (UPDATE, 3),
        (END, 34),
    ]
    assert [a.facts["count"] for a in alerts] == [3, 4, 5, 5]


def test_calls_about_a_closure_that_is_shown_are_no_unconfirmed_report() -> None:
    log = calls(range(4), 5)
    known = [replace(m, closed=("S1>S2",)) if isinstance(m, Call) else m for m in log]
    assert told(CallsStage(partitions=1), known) == []
    assert words(told(CallsStage(partitions=1), [*known[:4], *log[4:]])) == []  # two, two
    assert words(told(CallsStage(partitions=1), [*known[:2], *log[2:]])) == [("c0", BEGIN, 2)]


def test_two_places_are_two_episodes() -> None:
    log = calls(range(3), 3) + calls([], 0)
    there = [Call(f"d{n}", at(180 + n), "다리", ("S4>S5",), LON + 1, LAT) for n in range(3)]
    alerts = told(CallsStage(partitions=1), [*log, *there, Tick(at(240))])
    assert [(a.subject, a.word) for a in alerts] == [("report:c0", BEGIN), ("report:d0", BEGIN)]
    assert alerts[1].facts == {
        "title": "다리",
        "links": ["S4>S5"],
        "count": 3,
        "lon": LON + 1,
        "lat": LAT,
    }


def test_an_episode_that_waits_for_its_end_takes_no_report_that_has_one() -> None:
    known = AlertRules()
    slow = replace(known, reports=replace(known.reports, end_ms=at(1800) - at(0)))
    log = calls(range(3), 48)
    there = [Call(f"d{n}", at(1200 + n), "다리", ("S4>S5",)) for n in range(3)]
    both = Call("d3", at(2400), "다리", ("S1>S2", "S4>S5"))
    log += [*there, both]
    log.sort(key=lambda m: m.tick_ms if isinstance(m, Tick) else m.received_ms)  # type: ignore[union-attr]
    assert words(told(CallsStage(partitions=1, rules=slow), log)) == [
        ("c0", BEGIN, 1),
        ("d0", BEGIN, 20),
        ("d0", UPDATE, 40),
    ]


# ---- feeds -----------------------------------------------------------------------------------

REPORT = FeedReport("its.speeds", PollOutcome.DATA, at(0), 60_000, digest="a")


def feed(*reports: FeedReport, until: int) -> list[tuple[AlertEvent, float, str]]:
    """Words, minutes and what is said of the feed, with a tick every 5 s."""
    log: list[tuple[int, Message]] = [(each.received_ms, each) for each in reports]
    log += [(at(second), Tick(at(second))) for second in range(0, until * 60 + 1, 5)]
    log.sort(key=lambda row: row[0])
    alerts = told(FeedsStage(), [message for _, message in log])
    return [(a.word, (a.at_ms - at(0)) / 60_000, a.facts["status"]) for a in alerts]


def test_a_feed_that_falls_silent_is_told_by_the_clock_alone() -> None:
    """Two polls and 5 s make it stale, a minute of that an alert: nobody has to report anything."""
    assert feed(REPORT, until=3) == []
    assert feed(REPORT, until=4) == [(BEGIN, 3 + 10 / 60, "stale")]


def test_a_feed_is_well_again_after_a_minute_of_answers() -> None:
    broken = replace(REPORT, outcome=PollOutcome.UNKNOWN, received_ms=at(60), code="G002")
    well = [replace(REPORT, received_ms=at(60 * n), digest=str(n)) for n in range(3, 9)]
    assert feed(REPORT, broken, *well, until=8) == [
        (BEGIN, 2, "unknown"),
        (END, 4, "unknown"),
    ]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"is_stopped": True, "outcome": PollOutcome.UNKNOWN}, "stopped"),
        ({"outcome": PollOutcome.UNKNOWN}, "unknown"),
        ({"change_within_ms": 60_000, "received_ms": at(60)}, "frozen"),
        ({"row_count": 0, "outcome": PollOutcome.EMPTY, "usual": 9}, "dropped"),
        ({"is_partial": True}, ""),
        ({"outcome": PollOutcome.EMPTY}, ""),
    ],
)
def test_what_lets_the_city_be_unknown_is_told_and_a_part_or_nothing_is_not(
    change: dict[str, object], status: str
) -> None:
    usual = replace(REPORT, row_count=change.pop("usual", 0))  # type: ignore[arg-type]
    other = replace(REPORT, **{"received_ms": at(1), **change})  # type: ignore[arg-type]
    assert [said for *_, said in feed(usual, other, until=3)][:1] == ([status] if status else [])
