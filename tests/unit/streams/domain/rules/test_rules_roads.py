"""Jams and slowdowns of a link that a traffic centre measures; inputs are two partitions."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from streams.contract.derived import LinkEvents, Obstruction, Origin, SpeedColumns, SpeedShare
from streams.contract.enums import AlertEvent, Cause, Closure, Phase
from streams.domain.alerts import Alert
from streams.domain.links.estimate import USUAL_WEIGHTS
from streams.domain.links.fold import as_of
from streams.domain.rules import AlertRules, roads
from streams.domain.stages.roadstate import FoldSettings, LinkFold, RoadsStage
from streams.geo.network import Network
from tests.cities.fakes import LAT, LON, RULES, STANDARD, STEP, Folded, at, passage, street

LINK = "S1>S2"  # free flow 40 km/h: a jam below 15, slow below 16, well again from 22
SPEEDS, WORKS = "link-speeds/0", "permits/0"
BEGIN, UPDATE, END = AlertEvent.BEGIN, AlertEvent.UPDATE, AlertEvent.END
WORK = Obstruction(LINK, "work:P1", Cause.WORK, Phase.ACTIVE, Closure.PARTIAL)

Said = tuple[str, float, SpeedShare | Obstruction | None]
"""Who says what in which minute; None: only the time."""


def kmh(minute: float, speed_kmh: float) -> Said:
    return SPEEDS, minute, SpeedShare(LINK, LINK, speed_kmh, at(minute * 60), 1.0)


def work(minute: float, block: Obstruction = WORK) -> Said:
    return WORKS, minute, block


def time(minute: float) -> list[Said]:
    return [(SPEEDS, minute, None), (WORKS, minute, None)]


def told(
    said: Iterable[Said], rules: AlertRules | None = None, network: Network | None = None
) -> list[Alert]:
    """The alerts of what is said, each message at the time its source had reached before it."""
    fold = Folded(RoadsStage(network or street(), RULES, (SPEEDS, WORKS), rules or AlertRules()))
    found: list[Alert] = []
    for offset, (source, minute, row) in enumerate(said):
        origin = Origin(source.removesuffix("/0"), 0, offset)
        message = LinkEvents(origin, at(minute * 60) if row is None else 0)
        if isinstance(row, SpeedShare):
            message = replace(message, speeds=SpeedColumns.of([row]))
        elif row is not None:
            message = replace(message, obstructions=(row,))
        found += fold.take(message).alerts
    return found


def minutes(speeds_kmh: Iterable[float | None], *more: Said) -> list[Said]:
    """A speed a minute (None: none is told) from minute 0 on, and time after each."""
    log: list[Said] = [*time(-1), *more]
    for minute, speed_kmh in enumerate(speeds_kmh):
        log += [kmh(minute - 0.5, speed_kmh)] if speed_kmh is not None else []
        log += time(minute)
    return log


def words(alerts: Iterable[Alert], rule: str) -> list[tuple[AlertEvent, float]]:
    """The words of a rule and their minutes."""
    return [(a.word, (a.at_ms - at(0)) / 60_000) for a in alerts if a.rule == rule]


@pytest.mark.parametrize(
    ("speeds_kmh", "due"),
    [
        ([9] * 20, []),
        ([9] * 21, [(BEGIN, 20)]),
        ([9] * 19 + [15] + [9] * 20, []),  # 서행 for a minute: it begins again
        ([9] * 21 + [15] * 5, [(BEGIN, 20)]),
        ([9] * 21 + [15] * 6, [(BEGIN, 20), (END, 26)]),
        ([9] * 21 + [15] * 4 + [9] + [15] * 5, [(BEGIN, 20)]),  # five minutes on end
        ([9] * 21 + [None] * 14, [(BEGIN, 20)]),  # a report counts for ten minutes
        ([9] * 21 + [None] * 15, [(BEGIN, 20), (END, 35)]),
    ],
)
def test_a_jam_is_told_after_twenty_minutes_and_ends_after_five_better_ones(
    speeds_kmh: list[float | None], due: list[tuple[AlertEvent, float]]
) -> None:
    assert words(told(minutes(speeds_kmh)), "jam") == due


def test_a_jam_that_the_screens_show_is_told_though_the_one_bus_seen_was_faster() -> None:
    quick = AlertRules()
    quick = replace(quick, jam=replace(quick.jam, begin_ms=0, end_ms=0))
    rules = replace(RULES, weights=USUAL_WEIGHTS)
    fold = Folded(RoadsStage(street(), rules, (SPEEDS,), quick))
    found: list[Alert] = []
    crawl = dict.fromkeys(range(60), 360)  # 5 km/h; then one of 20, leant on these: below 10
    for minute, travel_s in {**crawl, 75: 0, 80: 90, 83: 0}.items():
        buses = (passage(LINK, minute * 60 - 30, travel_s=travel_s),) if travel_s else ()
        origin = Origin("link-speeds", 0, minute)
        found += fold.take(LinkEvents(origin, at(minute * 60), buses)).alerts
    shown = fold.state["links"][LINK]
    assert (shown.level, shown.samples) == ("jam", 1)
    assert [a.word for a in found if a.rule == "jam"] == [BEGIN, END, BEGIN]


def test_what_a_jam_says_of_its_place() -> None:
    [alert] = told(minutes([9] * 21))
    assert (alert.subject, alert.began_ms) == (f"link:{LINK}", at(0))
    assert alert.facts == {
        "title": "stop 1 - stop 2",
        "links": [LINK],
        "road": "중앙로",
        "lon": round(LON + STEP / 2, 6),
        "lat": LAT,
        "closure": "none",
        "judged_by": "level",
        "level": "jam",
    }


def laid() -> Network:
    """The street with its first section drawn as its standard link, which has its road's name."""
    network = street()
    links = tuple(
        replace(x, is_drawn=False) if x.id == LINK else replace(x, name=x.road_name)
        for x in network.links
    )
    return replace(network, links=links)


def test_a_section_that_is_not_drawn_speaks_through_its_standard_link() -> None:
    both = [
        replace(row, link_id=link_id)
        for _, _, row in minutes([9] * 21)
        if isinstance(row, SpeedShare)
        for link_id in (LINK, STANDARD)
    ]
    log: list[Said] = [(SPEEDS, (row.observed_ms - at(0)) / 60_000, row) for row in both]
    alerts = told([*time(-1), *log, *time(21)], network=laid())
    assert {alert.subject for alert in alerts} == {f"link:{STANDARD}"}


def test_a_standard_link_is_named_by_its_road_and_the_stops_it_lies_between() -> None:
    log: list[Said] = [
        (SPEEDS, minute, SpeedShare(STANDARD, STANDARD, 9, at(minute * 60), 1.0))
        for minute in range(21)
    ]
    titles = {x.facts["title"] for x in told([*time(-1), *log, *time(21)], network=laid())}
    assert titles == {"국도5호선 stop 1 - stop 2"}


def test_a_gap_in_the_log_tells_what_its_minutes_would_have_told() -> None:
    """Ticks that nobody wrote, an hour or ten years of them, change no word."""
    slow = minutes([9] * 21)
    by_minute = told([*slow, *(each for m in range(21, 60) for each in time(m))])
    for later in (60, 5_000_000):
        assert told([*slow, *time(later)]) == by_minute
    assert words(by_minute, "jam") == [(BEGIN, 20), (END, 35)]


def test_years_between_two_observations_are_not_judged_minute_by_minute(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A clock that stood at 1970 before the first tick, and the slow minutes of today."""
    left = iter(range(100))

    def counted(fold: LinkFold, at_ms: int, rules: FoldSettings) -> LinkFold:
        assert next(left, None) is not None, "judged more than 100 times"
        return as_of(fold, at_ms, rules)

    monkeypatch.setattr(roads, "as_of", counted)
    year = 366 * 24 * 60
    of_old = [(SPEEDS, -56 * year, SpeedShare(LINK, "?", 9.0, at(-56 * year * 60), 1.0))]
    slow = [kmh(minute - 0.5, 9) for minute in range(21)]
    assert words(told([*of_old, *slow, *time(60)]), "jam") == [(BEGIN, 20), (END, 35)]


def test_a_source_that_runs_ahead_is_judged_only_as_far_as_the_slowest_has_come() -> None:
    ahead = [each for each in minutes([9] * 21 + [45] * 9) if each[0] == SPEEDS]
    behind = [each for each in minutes([None] * 30) if each[0] == WORKS]
    due = [(BEGIN, 20), (END, 26)]
    assert words(told([*ahead, *behind[:21]]), "jam") == []
    assert words(told([*ahead, *behind[:22]]), "jam") == due[:1]
    assert words(told([*ahead, *behind]), "jam") == words(told([*behind, *ahead]), "jam") == due


def test_passages_count_once_their_window_takes_no_more() -> None:
    fold = Folded(RoadsStage(street(), RULES, ("in/0",), _at_once()))
    for n, second in enumerate((0, 30, 60)):
        slow = (passage(LINK, second, travel_s=300),)  # 6 km/h
        fold.take(LinkEvents(Origin("in", 0, n), at(second), slow if n == 1 else ()))
    found = [
        (alert.word, second)
        for n, second in enumerate(range(90, 241, 30), start=3)
        for alert in fold.take(LinkEvents(Origin("in", 0, n), at(second))).alerts
    ]
    assert found == [(BEGIN, 180)]  # the window of 0..60 s, and two minutes for what is late


def _at_once() -> AlertRules:
    known = AlertRules()
    return replace(known, jam=replace(known.jam, begin_ms=0, end_ms=0))


@pytest.mark.parametrize(
    ("speeds_kmh", "due"),
    [
        ([15.9] * 5, []),
        ([15.9] * 6, [(BEGIN, 5)]),
        ([16.0] * 9, []),
        ([15.9] * 6 + [21.9] * 20, [(BEGIN, 5)]),  # better, but not well
        ([15.9] * 6 + [22.0] * 6, [(BEGIN, 5), (END, 11)]),
    ],
)
def test_a_slowdown_begins_below_two_fifths_of_the_free_flow_and_ends_above_more(
    speeds_kmh: list[float], due: list[tuple[AlertEvent, float]]
) -> None:
    assert words(told(minutes(speeds_kmh, work(-1))), "slowdown") == due


@pytest.mark.parametrize(
    "block",
    [
        replace(WORK, phase=Phase.PLANNED),
        replace(WORK, phase=Phase.PAUSED),
        replace(WORK, kind=Cause.INCIDENT, subject="incident:1"),
        replace(WORK, link_id="S2>S3"),
    ],
)
def test_a_slow_link_without_a_work_in_force_is_no_slowdown(block: Obstruction) -> None:
    assert words(told(minutes([9] * 30, work(-1, block))), "slowdown") == []


def test_a_slowdown_tells_of_another_work_and_ends_with_the_last() -> None:
    log = minutes([9] * 20, work(-1))
    other = replace(WORK, subject="work:P2")
    log.insert(log.index((WORKS, 7, None)), work(7, other))
    for name in (WORK, other):
        log.insert(log.index((WORKS, 10, None)), work(10, replace(name, is_over=True)))
    due = [(BEGIN, 5), (UPDATE, 7), (END, 15)]
    assert words(told(log), "slowdown") == due
