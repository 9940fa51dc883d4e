"""A moment of the history on disk: what is shown, what is a gap, and what a feed is said to be."""

from datetime import date

import numpy as np
import pytest

from maps.http.refusals import RequestRefusedError
from maps.past.archived import archived_picture, feed_then, work_then
from maps.past.moments import BitemporalMoment, before_store, moment_of
from maps.picture.shapes import feed_row
from streams.contract.enums import Certainty, Closure, FeedStatus, Level, Phase
from streams.contract.times import DAY_MS, HOUR_MS, MINUTE_MS
from streams.domain.links.columns import CLOSURES, LEVELS
from streams.domain.works.rows import Work
from streams.history.past import CODE_BITS, SPAN_MIN, PastDay, window_of
from streams.history.past_links import minutes_of
from streams.history.tables import CallAct, ClosureActRow, FeedAct, WorkPhase
from tests.cities import worlds

NETWORK = worlds.road(6)
MIDNIGHT_MS = 1_795_273_200_000  # 2026-11-22 00:00 in Korea
FROM_MS, _ = window_of(MIDNIGHT_MS)
A, B = NETWORK.links[0].id, NETWORK.links[1].id


def look(place: int, at_ms: int, level: Level, kmh: float | None, *, sure: bool = True) -> int:
    minute = (at_ms - FROM_MS) // MINUTE_MS
    speed = 0 if kmh is None else round(kmh * 10) + 1
    code = speed << 16 | LEVELS.index(level) << 8 | CLOSURES.index(Closure.NONE) << 1 | sure
    return (place * SPAN_MIN + minute) << CODE_BITS | code


def day_of(*looks: int, **more: object) -> PastDay:
    codes = np.sort(np.array(looks, np.int64))
    return PastDay(FROM_MS, codes, np.unique((codes >> CODE_BITS) % SPAN_MIN), **more)  # type: ignore[arg-type]


def at(hour: int, minute: int = 0) -> int:
    return MIDNIGHT_MS + hour * HOUR_MS + minute * MINUTE_MS


def test_a_row_holds_from_its_minutes_end_until_the_next_or_for_an_hour() -> None:
    day = day_of(
        look(0, at(9, 10), Level.JAM, 7.0),
        look(0, at(9, 20), Level.FREE, 40.0, sure=False),
        look(1, at(9, 15), Level.SLOW, 20.0),
    )

    def seen(at_ms: int) -> dict[int, tuple[Level, float | None, Certainty]]:
        links = archived_picture(day, NETWORK, at_ms, {}).links
        return {x: (view.level, view.speed_kmh, view.certainty) for x, view in links.items()}

    assert seen(at(9, 11) - 1) == {}
    jam = (Level.JAM, 7.0, Certainty.REPORTED)
    assert seen(at(9, 11)) == seen(at(9, 16) - 1) == {0: jam}
    slow = (Level.SLOW, 20.0, Certainty.REPORTED)
    assert seen(at(9, 20)) == {0: jam, 1: slow}
    assert seen(at(9, 21)) == {0: (Level.FREE, 40.0, Certainty.INFERRED), 1: slow}
    assert 1 in seen(at(10, 16))
    assert 1 not in seen(at(10, 17))
    assert seen(at(10, 22)) == {}
    assert not day.is_recorded(at(10, 22))


def test_the_hour_before_a_day_counts_for_its_first() -> None:
    day = day_of(look(0, at(-1, 59), Level.JAM, 7.0))
    assert archived_picture(day, NETWORK, at(0), {}).links[0].level is Level.JAM
    assert archived_picture(day, NETWORK, at(2), {}).links == {}


def test_a_gap_shows_nothing_also_no_work() -> None:
    work = WorkPhase(
        at(-30),
        "W1",
        "active",
        "planned",
        "feed",
        "도로과",
        "",
        "",
        "work",
        "full",
        at(-30),
        None,
        (A,),
    )
    day = day_of(look(0, at(9), Level.FREE, 40.0), works=(work,))
    gap = archived_picture(day, NETWORK, at(12), {})
    assert (gap.links, gap.works, gap.feeds) == ({}, {}, {})
    there = archived_picture(day, NETWORK, at(9, 30), {})
    assert (there.links[0].closure, there.links[0].subjects) == (Closure.FULL, ("work:W1",))


def test_a_work_over_for_a_week_and_an_incident_past_its_end_are_none() -> None:
    def phase(at_ms: int, name: str, now: str) -> WorkPhase:
        return WorkPhase(
            at_ms, name, now, None, "feed", "", "", "", "work", "full", None, None, (A,)
        )

    def act(at_ms: int, act: str, until_ms: int | None, link: str = B) -> ClosureActRow:
        return ClosureActRow(
            at_ms, "incident:I", act, "incident", link, "partial", at_ms, until_ms, None
        )

    day = day_of(
        look(0, at(9), Level.FREE, 40.0),
        works=(phase(at(-24 * 8), "old", "finished"), phase(at(-24), "new", "finished")),
        closures=(act(at(8), "declared", at(9, 20)),),
    )
    early = archived_picture(day, NETWORK, at(9, 10), {})
    assert {name: work.phase for name, work in early.works.items()} == {"new": Phase.FINISHED}
    assert early.incidents["I"].links == (B,)
    assert early.links[1].closure is Closure.PARTIAL
    assert archived_picture(day, NETWORK, at(9, 20), {}).incidents == {}


def test_a_permit_that_is_still_known_gives_its_words_and_nothing_of_now() -> None:
    row = WorkPhase(
        at(0), "W1", "planned", None, "feed", "도로과", "가온건설", "", "work", "full", 5, 9, (A,)
    )
    permit = Work(
        permit_id="W1", title="관 교체", starts_ms=1, ends_ms=2, phone="033-250-3000",
        phase=Phase.FINISHED, links=(B,),
    )  # fmt: skip
    work = work_then(row, at(1), permit)
    assert (work.title, work.phone, work.organisation) == ("관 교체", "033-250-3000", "도로과")
    assert (work.phase, work.links, work.starts_ms, work.ends_ms) == (Phase.PLANNED, (A,), 5, 9)
    assert work_then(row, at(1), None).title == "W1"
    assert (work.contractor, work.client) == ("가온건설", "")
    before = row._replace(contractor=None, client=None)  # as a file of before these columns
    assert (work_then(before, at(1), None).contractor, work_then(before, at(1), None).client) == (
        "",
        "",
    )


@pytest.mark.parametrize("status", FeedStatus)
def test_a_feed_is_said_to_be_what_it_was(status: FeedStatus) -> None:
    row = FeedAct(at(3), "its.speeds", status.value, 90_000)
    assert feed_row(feed_then(row, at(9)), at(9)).status == status


def test_calls_are_places_without_words() -> None:
    day = day_of(
        look(0, at(9), Level.FREE, 40.0),
        calls=(
            CallAct(at(9), "C1", "closure", A, None, "asked", None),
            CallAct(at(9, 5), "C2", "place", A, None, "asked", None),
        ),
    )
    [report] = archived_picture(day, NETWORK, at(9, 10), {}).reports.values()
    assert (report.count, report.confirmed, report.title) == (2, 1, "")


def test_a_links_day_is_by_measured_minutes_and_has_gaps() -> None:
    day = day_of(
        look(0, at(9), Level.FREE, 40.0),
        look(0, at(9, 10), Level.JAM, 10.0),
        look(0, at(9, 15), Level.FREE, 99.0, sure=False),
        look(1, at(9), Level.FREE, 1.0),
    )
    minutes = minutes_of([day], 0, at(0), at(24))
    assert minutes.mean_kmh(at(9), at(9, 15)) == 30.0
    assert minutes.mean_kmh(at(9, 15), at(9, 30)) is None
    assert minutes.mean_kmh(at(3), at(4)) is None
    assert [closure for _, closure in minutes.closed()] == [Closure.NONE] * 3


NOW_MS = MIDNIGHT_MS + 20 * DAY_MS


def test_what_only_the_history_reaches_is_as_known_then() -> None:
    old_ms = NOW_MS - 9 * DAY_MS
    found = moment_of({"valid": str(old_ms)}, NOW_MS, 7, MIDNIGHT_MS)
    assert found == BitemporalMoment(old_ms, old_ms, is_archived=True)
    near_ms = NOW_MS - 7 * DAY_MS
    assert moment_of({"valid": str(near_ms)}, NOW_MS, 7, MIDNIGHT_MS) == BitemporalMoment(
        near_ms, NOW_MS
    )


def test_what_the_store_began_after_is_of_the_history_as_known_then() -> None:
    at_ms, began_ms = NOW_MS - 2 * DAY_MS, NOW_MS - DAY_MS
    near = BitemporalMoment(at_ms, NOW_MS)
    archived = BitemporalMoment(at_ms, at_ms, is_archived=True)
    assert before_store(near, MIDNIGHT_MS, began_ms) == archived
    unchanged: list[tuple[BitemporalMoment, int | None, int | None]] = [
        (near, None, began_ms),  # no history
        (near, at_ms + 1, began_ms),  # a history that begins later
        (near, MIDNIGHT_MS, at_ms),  # a store that remembers it
        (near, MIDNIGHT_MS, None),  # a store that is away
        (BitemporalMoment(at_ms, at_ms - 1), MIDNIGHT_MS, began_ms),  # what was still to come
    ]
    for moment, first_ms, store_ms in unchanged:
        assert before_store(moment, first_ms, store_ms) == moment


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"valid": str(MIDNIGHT_MS - 1)}, "before_history"),
        ({"valid": str(MIDNIGHT_MS + 5), "known": str(MIDNIGHT_MS + 4)}, "bad_parameter"),
        ({"valid": "2026-11-22"}, "bad_parameter"),
        ({"valid": str(NOW_MS + 367 * DAY_MS)}, "bad_parameter"),
    ],
)
def test_a_day_that_there_is_not_is_refused(query: dict[str, str], code: str) -> None:
    with pytest.raises(RequestRefusedError) as refused:
        moment_of(query, NOW_MS, 7, MIDNIGHT_MS)
    assert (refused.value.status, refused.value.code) == (400, code)
    if code == "before_history":
        assert str(date(2026, 11, 22)) in str(refused.value)
