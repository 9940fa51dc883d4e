"""What was true at one time as known at another; times are minutes after eight."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maps.http.refusals import RequestRefusedError
from maps.past.moments import BitemporalMoment, moment_of
from maps.past.pictures import past_picture
from maps.picture.picture import Picture
from streams.contract.enums import (
    Certainty,
    Closure,
    ClosureAct,
    FeedStatus,
    IncidentKind,
    Level,
    Phase,
    PollOutcome,
    Reporter,
)
from streams.contract.records import FeedReport, Permit
from streams.domain.links.fold import LinkView
from streams.domain.links.quarters import DayKind, QuarterPlace, no_holiday
from streams.domain.stages.calls import CallRow
from streams.domain.stages.closures import ClosureRow
from streams.domain.stages.feeds import FeedState, status
from streams.domain.stages.incidents import RunningIncident
from streams.domain.works.rows import ReportedTime, Work, of_permit
from streams.geo.network import Network
from streams.state.kinds import Remembered, remembered

EIGHT_MS = 1_795_388_400_000
MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
FRESH_MS = 600_000
GATHERING = IncidentKind.GATHERING


def t(minute: float) -> int:
    return EIGHT_MS + round(minute * MINUTE_MS)


class Kept:
    """A history in memory, with the rules of the store's."""

    def __init__(self, *entries: tuple[str, float, Any]) -> None:
        self.usual: dict[DayKind, dict[str, float]] = {}
        self.entries: dict[str, list[Remembered]] = {}
        for subject, minute, row in entries:
            self.entries.setdefault(subject, []).append((t(minute), row))

    async def changed_since(self, since_ms: int) -> list[str]:
        return [name for name, run in self.entries.items() if run[-1][0] > since_ms]

    async def links_past(self, known_ms: int, back_ms: int) -> dict[str, Remembered]:  # noqa: ARG002
        links = (name for name in self.entries if name.startswith("link:"))
        return await self.past_each(dict.fromkeys(links, known_ms))

    async def past_each(self, known: Mapping[str, int]) -> dict[str, Remembered]:
        found = {
            name: [entry for entry in self.entries.get(name, []) if entry[0] <= known_ms]
            for name, known_ms in known.items()
        }
        return {name: run[-1] for name, run in found.items() if run}

    async def usual_kmh(self, at: QuarterPlace) -> dict[str, float]:
        return self.usual.get(at.kind, {})

    async def at(self, network: Network, valid: float, known: float, *calls: CallRow) -> Picture:
        rows = {row.call_id: row for row in calls}
        moment = BitemporalMoment(t(valid), t(known))
        return await past_picture(
            self, network, moment, calls=rows, fresh_ms=FRESH_MS, is_holiday=no_holiday
        )


def work(starts: float, ends: float, closure: Closure = Closure.FULL) -> Work:
    permit = Permit("W", "하수관", t(starts), t(ends), closure=closure)
    return replace(of_permit(permit), links=("S0>S1",))


def incident(
    starts: float, ends: float | None = None, closure: Closure = Closure.FULL
) -> RunningIncident:
    return RunningIncident(
        incident_id="I",
        kind=IncidentKind.ACCIDENT,
        title="추돌",
        links=("S0>S1",),
        closure=closure,
        starts_ms=t(starts),
        ends_ms=None if ends is None else t(ends),
    )


def by_hand(starts: float) -> ClosureRow:
    return ClosureRow(
        closure_id="C",
        act_id="a",
        version=1,
        act=ClosureAct.MAKE,
        by="",
        at_ms=t(starts),
        title="명동",
        cause=IncidentKind.DISASTER,
        closure=Closure.FULL,
        starts_ms=t(starts),
        ends_ms=t(starts + 60),
        link_ids=("S0>S1",),
        phase=Phase.ACTIVE,
    )


def closure(picture: Picture) -> str:
    view = picture.links.get(0)
    return view.closure if view else "unheard"


ISSUED = ("work:W", -600, work(0, 120))
EXTENDED = ("work:W", 30, work(0, 240))
ENDED = ("work:W", 60, replace(work(0, 120), ended=ReportedTime(t(50), Reporter.CREW)))
CANCELLED = ("work:W", 60, replace(work(0, 120), cancelled=ReportedTime(t(60), Reporter.OFFICE)))


@pytest.mark.parametrize(
    ("entries", "valid", "known", "expected"),
    [
        ([ISSUED], 10, 10, "active"),
        ([ISSUED], 10, -601, None),  # nobody knew of it
        ([ISSUED], -1, 10, "planned"),
        ([ISSUED], 120, 10, "finished"),  # expected then
        ([ISSUED, EXTENDED], 180, 29, "finished"),
        ([ISSUED, EXTENDED], 180, 30, "active"),
        ([("work:W", 20, work(0, 120))], 10, 15, None),
        ([("work:W", 20, work(0, 120))], 10, 20, "active"),  # a permit that came in late
        ([ISSUED, ENDED], 55, 59, "active"),
        ([ISSUED, ENDED], 55, 60, "finished"),  # it really ended at 50
        ([ISSUED, ENDED], 49, 60, "active"),
        ([ISSUED, CANCELLED], 59, 90, "active"),
        ([ISSUED, CANCELLED], 60, 90, "cancelled"),
        ([ISSUED, ("work:W", 60, None)], 59, 90, "active"),  # forgotten since
        ([ISSUED, ("work:W", 60, None)], 61, 90, None),
    ],
)
async def test_a_work_has_the_phase_of_one_time_as_known_at_another(
    network: Network, entries: list[Any], valid: float, known: float, expected: str | None
) -> None:
    picture = await Kept(*entries).at(network, valid, known)
    assert (picture.works["W"].phase if "W" in picture.works else None) == expected
    is_closed = expected == "active"
    assert (closure(picture) == "full") is is_closed
    on_it = picture.links[0].subjects if 0 in picture.links else ()
    assert (on_it == ("work:W",)) is (expected in ("planned", "active"))


@pytest.mark.parametrize(
    ("entries", "valid", "known", "expected"),
    [
        ([("incident:I", 12, incident(0))], 10, 11, "unheard"),
        ([("incident:I", 12, incident(0))], 10, 12, "full"),  # told late, and was there
        ([("incident:I", 12, incident(20))], 15, 15, "none"),  # announced
        ([("incident:I", 22, incident(20))], 15, 90, "unheard"),  # hindsight makes no crash earlier
        ([("incident:I", 22, replace(incident(20), kind=GATHERING))], 15, 90, "none"),  # it was due
        ([("incident:I", 2, incident(0))], 179, 5, "full"),
        ([("incident:I", 2, incident(0))], 24 * 60, 5, "unheard"),  # who knows for how long
        ([("incident:I", 2, incident(0, 30 * 60))], 24 * 60, 5, "full"),
        ([("incident:I", 2, replace(incident(0), kind=GATHERING))], 24 * 60, 5, "full"),
        ([("incident:I", 12, incident(0, 30))], 29, 15, "full"),
        ([("incident:I", 12, incident(0, 30))], 30, 15, "unheard"),
        ([("incident:I", 2, incident(0)), ("incident:I", 40, None)], 39, 90, "full"),
        ([("incident:I", 2, incident(0)), ("incident:I", 40, None)], 40, 90, "unheard"),
        ([("incident:I", 12, incident(0)), ("incident:I", 40, None)], 10, 90, "full"),
        ([("incident:I", 2, incident(0)), ("incident:I", 9, incident(0, closure=Closure.PARTIAL))],
         20, 8, "full"),
        ([("incident:I", 2, incident(0)), ("incident:I", 9, incident(0, closure=Closure.PARTIAL))],
         20, 9, "partial"),
    ],
)  # fmt: skip
async def test_an_incident_closes_its_link_from_its_beginning_to_its_end(
    network: Network, entries: list[Any], valid: float, known: float, expected: str
) -> None:
    assert closure(await Kept(*entries).at(network, valid, known)) == expected


@pytest.mark.parametrize(
    ("valid", "known", "expected"),
    [(5, 90, "unheard"), (15, 15, "full"), (15, 90, "full"), (39, 90, "full"), (40, 90, "unheard")],
)
async def test_a_closure_by_hand_stood_until_the_person_ended_it(
    network: Network, valid: float, known: float, expected: str
) -> None:
    made = by_hand(10)
    ended = replace(made, version=2, act=ClosureAct.END, at_ms=t(40), is_over=True, over_ms=t(40))
    kept = Kept(("closure:C", 10, made), ("closure:C", 40, ended))
    assert closure(await kept.at(network, valid, known)) == expected


async def test_the_gravest_closure_in_force_counts_and_a_paused_one_does_not(
    network: Network,
) -> None:
    night = replace(work(-600, 600), hours="22:00-05:00")
    kept = Kept((*ISSUED[:2], work(0, 120, Closure.SIDEWALK)))
    kept.entries["work:N"] = [(t(-600), replace(night, permit_id="N"))]
    kept.entries["incident:I"] = [(t(5), incident(5, closure=Closure.PARTIAL))]
    assert closure(await kept.at(network, 1, 1)) == "sidewalk"
    picture = await kept.at(network, 10, 10)
    assert closure(picture) == "partial"
    assert picture.links[0].subjects == ("incident:I", "work:N", "work:W")


LINK = LinkView(level=Level.JAM, certainty=Certainty.CONFIRMED)


@pytest.mark.parametrize(
    ("valid", "known", "level"),
    [
        (4, 90, "unheard"),
        (5, 90, "jam"),
        (19, 90, "jam"),
        (20, 90, "free"),
        (30, 10, "unheard"),  # nobody knows the traffic of later
        (20, 10, "jam"),  # within the ten minutes a speed counts as now
    ],
)
async def test_the_traffic_is_what_was_seen_last_by_the_earlier_of_the_two(
    network: Network, valid: float, known: float, level: str
) -> None:
    kept = Kept(("link:S0>S1", 5, LINK), ("link:S0>S1", 20, replace(LINK, level=Level.FREE)))
    picture = await kept.at(network, valid, known)
    assert (picture.links[0].level if 0 in picture.links else "unheard") == level


async def test_a_confirmed_level_was_seen_by_two_buses_not_too_long_ago(network: Network) -> None:
    kept = Kept(("link:S0>S1", 5, LINK), ("link:gone", 5, LINK))
    view = (await kept.at(network, 60, 60)).links[0]
    assert (view.samples, view.sources, view.certainty) == (2, {"bus": 2}, "confirmed")
    assert t(60) - FRESH_MS < (view.observed_ms or 0) <= t(60)


def feed_state(minute: float, *, poll_s: int = 60) -> FeedState:
    report = FeedReport("permits", PollOutcome.DATA, t(minute), poll_s * 1000)
    return FeedState("permits", report, t(minute), t(minute))


@pytest.mark.parametrize(
    ("valid", "known", "poll_s", "expected"),
    [
        (10, 10, 60, FeedStatus.LIVE),
        (10.9, 90, 5, FeedStatus.LIVE),  # a quick feed is remembered once a minute
        (11, 90, 5, FeedStatus.LIVE),
        (12, 90, 5, FeedStatus.STALE),
        (13, 90, 60, FeedStatus.LIVE),
        (13.2, 90, 60, FeedStatus.STALE),
        (500, 10, 60, FeedStatus.LIVE),  # expected to go on
        (500, 20, 60, FeedStatus.STALE),
    ],
)
async def test_a_feed_is_as_it_was_and_its_silence_shows_a_minute_late(
    network: Network, valid: float, known: float, poll_s: int, expected: FeedStatus
) -> None:
    picture = await Kept(("feed:permits", 10, feed_state(10, poll_s=poll_s))).at(
        network, valid, known
    )
    assert status(picture.feeds["permits"], t(valid)) is expected
    assert picture.clock_ms == t(valid)


async def test_calls_are_those_that_had_come_and_were_not_called_back_yet(network: Network) -> None:
    early = CallRow(call_id="a", received_ms=t(0), title="가", link_ids=("S0>S1",), done_ms=t(20))
    late = replace(early, call_id="b", received_ms=t(40), done_ms=0)
    picture = await Kept().at(network, 10, 10, early, late)
    assert {name: row.done_ms for name, row in picture.calls.items()} == {"a": 0}
    assert [row.count for row in picture.reports.values()] == [1]
    assert (await Kept().at(network, 29, 90, early, late)).calls["a"].done_ms == t(20)
    assert (await Kept().at(network, 30, 30, early, late)).reports == {}
    assert (await Kept().at(network, 30, 10, early)).reports == {}


@pytest.mark.parametrize(
    ("valid", "known", "usual"),
    [(15, 10, None), (25, 10, 31.0), (25, 25, None), (25 + 5 * 24 * 60, 10, None)],
)
async def test_of_a_time_that_was_ahead_what_is_usual_on_such_a_day_stands_for_the_traffic(
    network: Network, valid: float, known: float, usual: float | None
) -> None:
    city = Kept(ISSUED, ("link:S0>S1", 5, LINK))
    city.usual[DayKind.WEEKDAY] = {"S0>S1": 31.0, "elsewhere": 9.0}
    view = (await city.at(network, valid, known)).links.get(0, LinkView())
    assert view.usual_kmh == usual
    assert (view.level is Level.UNKNOWN) == (valid - known > 10)


@given(st.integers(0, 120), st.integers(0, 120), st.integers(0, 240), st.integers(0, 240))
async def test_hindsight_of_a_time_that_nothing_was_learnt_of_later_is_what_was_known_then(
    starts: int, length: int, valid: int, later: int
) -> None:
    network = Network("춘천시", "2026-11-01", ())
    kept = Kept(("work:W", -10, work(starts, starts + length + 1)), ("incident:I", -5, incident(3)))
    then = await kept.at(network, valid, valid)
    assert await kept.at(network, valid, valid + later) == then


async def test_a_row_that_cannot_be_read_takes_nothing_else_with_it(network: Network) -> None:
    assert remembered("work:X", [(b"1-0", b'{"closure":"?"}')]) == []
    kept = Kept(ISSUED, ("work:X", 0, incident(0)), ("feed:x", 0, LINK))
    picture = await kept.at(network, 10, 10)
    assert (set(picture.works), picture.feeds) == ({"W"}, {})


NOW_MS = t(60)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, None),
        ({"valid": str(t(10))}, BitemporalMoment(t(10), NOW_MS)),
        ({"known": str(t(10))}, BitemporalMoment(t(10), t(10))),
        ({"valid": str(t(90)), "known": str(t(10))}, BitemporalMoment(t(90), t(10))),
        ({"known": str(NOW_MS + 5000)}, BitemporalMoment(NOW_MS + 5000, NOW_MS)),
        ({"valid": str(NOW_MS - 7 * DAY_MS)}, BitemporalMoment(NOW_MS - 7 * DAY_MS, NOW_MS)),
    ],
)
def test_a_moment_is_valid_when_it_is_known_and_known_now_unless_said(
    query: dict[str, str], expected: BitemporalMoment | None
) -> None:
    assert moment_of(query, NOW_MS, 7) == expected


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"valid": "어제"}, "bad_parameter"),
        ({"valid": ""}, "bad_parameter"),
        ({"valid": "-1"}, "bad_parameter"),
        ({"valid": str(EIGHT_MS // 1000)}, "bad_parameter"),  # seconds
        ({"valid": "１" * 13}, "bad_parameter"),
        ({"known": str(NOW_MS + 5001)}, "bad_parameter"),
        ({"valid": str(NOW_MS + 367 * DAY_MS)}, "bad_parameter"),
        ({"valid": str(NOW_MS - 7 * DAY_MS - 1)}, "out_of_history"),
        ({"valid": str(NOW_MS), "known": str(NOW_MS - 8 * DAY_MS)}, "out_of_history"),
    ],
)
def test_a_moment_outside_the_history_is_refused(query: dict[str, str], code: str) -> None:
    with pytest.raises(RequestRefusedError) as refused:
        moment_of(query, NOW_MS, 7)
    assert (refused.value.status, refused.value.code) == (400, code)
