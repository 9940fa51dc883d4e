from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.domain.records import Closure, Obstruction, Permit, PermitBatch, Tick
from streams.domain.works import WorksStage, phase_at, within_hours
from tests.fakes import LAT, LON, STEP, Folded, at, street

HOUR, DAY = 3600, 86_400
MIDNIGHT_MS = 1_795_359_600_000  # 2026-11-23 00:00 KST


def kst(clock: str, day: int = 0) -> int:
    """A time of 2026-11-23 (or so many days later) in Korea, ms."""
    hour, minute = clock.split(":")
    return MIDNIGHT_MS + ((day * 24 + int(hour)) * 60 + int(minute)) * 60_000


PERMIT = Permit(
    permit_id="P1",
    title="상수도관 교체",
    starts_ms=kst("00:00"),
    ends_ms=kst("00:00", day=10),
    closure=Closure.PARTIAL,
    lon=LON + STEP / 2,
    lat=LAT,
)


@pytest.mark.parametrize(
    ("now_ms", "phase"),
    [
        (kst("00:00") - 1, "planned"),
        (kst("00:00"), "active"),
        (kst("00:00", day=10) - 1, "active"),
        (kst("00:00", day=10), "finished"),  # the end is exclusive
    ],
)
def test_a_permit_runs_from_its_start_until_just_before_its_end(now_ms: int, phase: str) -> None:
    assert phase_at(PERMIT, now_ms) == phase


@pytest.mark.parametrize(
    ("day", "phase"), [(1, "paused"), (2, "active"), (3, "active"), (4, "paused"), (10, "finished")]
)
def test_a_permit_is_paused_outside_the_days_it_digs(day: int, phase: str) -> None:
    digging = replace(PERMIT, dig_starts_ms=kst("00:00", day=2), dig_ends_ms=kst("00:00", day=4))
    assert phase_at(digging, kst("00:00", day=day)) == phase


@pytest.mark.parametrize(
    ("hours", "clock", "is_within"),
    [
        ("09:00-18:00", "08:59", False),
        ("09:00-18:00", "09:00", True),
        ("09:00-18:00", "17:59", True),
        ("09:00-18:00", "18:00", False),
        ("22:00-05:00", "21:59", False),
        ("22:00-05:00", "22:00", True),
        ("22:00-05:00", "00:00", True),
        ("22:00-05:00", "04:59", True),
        ("22:00-05:00", "05:00", False),
        ("09:00-24:00", "23:59", True),
        ("00:00-24:00", "12:00", True),
        ("00:00-00:00", "12:00", True),
        ("9:00 - 18:00", "09:00", True),
        # what cannot be read bounds nothing
        ("", "03:00", True),
        ("야간", "03:00", True),
        ("09:00", "03:00", True),
        ("09:00-18:00-20:00", "03:00", True),
        ("25:00-26:00", "03:00", True),
        ("09:00-18:75", "20:00", True),
        ("9-18", "03:00", True),
    ],
)
def test_daily_hours_are_korean_time_and_may_cross_midnight(
    hours: str,
    clock: str,
    is_within: bool,  # noqa: FBT001
) -> None:
    assert within_hours(hours, kst(clock)) is is_within


def test_night_work_is_active_at_night_and_paused_by_day() -> None:
    night = replace(PERMIT, hours="22:00-05:00")
    clocks = ("04:59", "05:00", "21:59", "22:00")
    assert [phase_at(night, kst(c, day=1)) for c in clocks] == [
        "active",
        "paused",
        "paused",
        "active",
    ]


@given(st.text(max_size=20), st.integers(0, 2**45))
def test_any_text_may_stand_for_hours(hours: str, now_ms: int) -> None:
    assert within_hours(hours, now_ms) in {True, False}


# Bytes of the stage: one partition, permits that list one another's links.


def works() -> Folded:
    return Folded(WorksStage(street(), partitions=1), topic="permits")


def listed(*permits: Permit, received_ms: int = kst("12:00", day=1)) -> PermitBatch:
    return PermitBatch("permits", received_ms, True, permits)  # noqa: FBT003


def _blocks(folded: Folded) -> list[tuple[str, str, bool]]:
    sent: list[Obstruction] = [b for e in folded.derived[0] for b in e.obstructions]
    return [(b.link_id, b.phase, b.is_over) for b in sent]


def test_a_permit_is_placed_and_told_to_its_links_in_both_directions() -> None:
    folded = works()
    folded.take(listed(PERMIT))
    work = folded.state["works"]["P1"]
    assert (work.placed_by, work.phase, work.feed) == ("point", "active", "permits")
    assert set(work.links) == {"S1>S2", "S2>S1", "2250000100"}
    assert sorted(_blocks(folded)) == [(link, "active", False) for link in sorted(work.links)]


def test_a_permit_that_stays_the_same_is_only_seen_again() -> None:
    folded = works()
    folded.take(listed(PERMIT))
    folded.take(listed(PERMIT, received_ms=kst("13:00", day=1)))
    work = folded.state["works"]["P1"]
    assert (work.seen_ms, work.updated_ms) == (kst("13:00", day=1), kst("12:00", day=1))
    assert len(_blocks(folded)) == 3


def test_a_permit_that_moves_leaves_its_old_links() -> None:
    folded = works()
    folded.take_all([listed(PERMIT), listed(replace(PERMIT, link_ids=("S4>S5",)))])
    assert folded.state["works"]["P1"].links == ("S4>S5",)
    assert sorted(_blocks(folded)[3:]) == [
        ("2250000100", "active", True),
        ("S1>S2", "active", True),
        ("S2>S1", "active", True),
        ("S4>S5", "active", False),
    ]


def test_a_permit_listed_twice_in_one_answer_counts_as_it_stands_last() -> None:
    folded = works()
    folded.take(listed(PERMIT, replace(PERMIT, link_ids=("S4>S5",))))
    over = {link for link, _, is_over in _blocks(folded) if is_over}
    assert over == {"2250000100", "S1>S2", "S2>S1"}


def test_a_permit_without_a_place_is_kept() -> None:
    folded = works()
    folded.take(listed(replace(PERMIT, lon=None, lat=None, place="춘천시 효자동 1")))
    work = folded.state["works"]["P1"]
    assert (work.links, work.placed_by) == ((), "nowhere")


def test_the_clock_moves_a_work_through_its_phases() -> None:
    folded = works()
    folded.take(listed(PERMIT, received_ms=kst("00:00", day=-1)))
    phases = []
    for tick_ms in (kst("00:00") - 1, kst("00:00"), kst("00:00", day=10)):
        folded.take(Tick(tick_ms))
        phases.append(folded.state["works"]["P1"].phase)
    assert phases == ["planned", "active", "finished"]
    assert [row for row in _blocks(folded) if row[0] == "S1>S2"] == [
        ("S1>S2", "planned", False),
        ("S1>S2", "active", False),
        ("S1>S2", "finished", True),
    ]


def test_a_finished_work_is_forgotten_after_a_week() -> None:
    folded = works()
    folded.take(listed(PERMIT))
    folded.take(Tick(kst("00:00", day=17)))
    assert "P1" in folded.state["works"]
    folded.take(Tick(kst("00:00", day=17) + 1))
    assert folded.state["works"] == {}


def test_a_permit_over_for_more_than_a_week_does_not_come_back_with_every_answer() -> None:
    folded = works()
    effects = folded.take(listed(PERMIT, received_ms=kst("00:00", day=17) + 1))
    assert effects.changes.get("works", {}) == {}


def test_an_answer_without_a_permit_takes_no_work_away() -> None:
    folded = works()
    folded.take_all([listed(PERMIT), listed(), Tick(at(0))])
    assert "P1" in folded.state["works"]


def test_a_permit_that_is_only_seen_again_is_written_every_ten_minutes() -> None:
    folded = works()
    noon_ms = kst("12:00", day=1)
    for minute, is_written in ((0, True), (5, False), (10, True), (15, False)):
        effects = folded.take(listed(PERMIT, received_ms=noon_ms + minute * 60_000))
        assert bool(effects.changes.get("works")) is is_written, minute
