from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.contract.enums import Reporter
from streams.contract.records import Permit, PermitBatch, Tick
from streams.domain.overlaps import within_hours
from streams.domain.works import ReportedTime, phase_at
from streams.domain.works.rows import of_permit
from tests.cities.fakes import Folded, at
from tests.cities.works import PERMIT, blocks, kst, listed, the_work, works


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
    assert phase_at(of_permit(PERMIT), now_ms) == phase


@pytest.mark.parametrize(
    ("day", "phase"), [(1, "paused"), (2, "active"), (3, "active"), (4, "paused"), (10, "finished")]
)
def test_a_permit_is_paused_outside_the_days_it_digs(day: int, phase: str) -> None:
    digging = replace(PERMIT, dig_starts_ms=kst("00:00", day=2), dig_ends_ms=kst("00:00", day=4))
    assert phase_at(of_permit(digging), kst("00:00", day=day)) == phase


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
    assert [phase_at(of_permit(night), kst(c, day=1)) for c in clocks] == [
        "active",
        "paused",
        "paused",
        "active",
    ]


@given(st.text(max_size=20), st.integers(0, 2**45))
def test_any_text_may_stand_for_hours(hours: str, now_ms: int) -> None:
    assert within_hours(hours, now_ms) in {True, False}


def test_a_permit_is_placed_and_told_to_its_links_in_both_directions() -> None:
    folded = works()
    folded.take(listed(PERMIT))
    work = folded.state["works"]["P1"]
    assert (work.placed_by, work.phase, work.feed) == ("point", "active", "permits")
    assert set(work.links) == {"S1>S2", "S2>S1", "2250000100"}
    assert sorted(blocks(folded)) == [(link, "active", False) for link in sorted(work.links)]


def test_a_permit_that_stays_the_same_is_only_seen_again() -> None:
    folded = works()
    folded.take(listed(PERMIT))
    folded.take(listed(PERMIT, received_ms=kst("13:00", day=1)))
    work = folded.state["works"]["P1"]
    assert (work.seen_ms, work.updated_ms) == (kst("13:00", day=1), kst("12:00", day=1))
    assert len(blocks(folded)) == 3


def test_a_permit_that_moves_leaves_its_old_links() -> None:
    folded = works()
    folded.take_all([listed(PERMIT), listed(replace(PERMIT, link_ids=("S4>S5",)))])
    assert folded.state["works"]["P1"].links == ("S4>S5",)
    assert sorted(blocks(folded)[3:]) == [
        ("2250000100", "active", True),
        ("S1>S2", "active", True),
        ("S2>S1", "active", True),
        ("S4>S5", "active", False),
    ]


def test_a_permit_listed_twice_in_one_answer_counts_as_it_stands_last() -> None:
    folded = works()
    folded.take(listed(PERMIT, replace(PERMIT, link_ids=("S4>S5",))))
    assert folded.state["works"]["P1"].links == ("S4>S5",)
    assert blocks(folded) == [("S4>S5", "active", False)]


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
    assert [row for row in blocks(folded) if row[0] == "S1>S2"] == [
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


# What a feed says of a permit as time goes by.

NOON = kst("12:00", day=1)


def restated(*permits: Permit, hours: int = 1) -> Folded:
    """The permits one after the other, so many hours apart, from noon of the second day."""
    folded = works()
    for number, permit in enumerate(permits):
        folded.take(listed(permit, received_ms=NOON + number * hours * 3_600_000))
    return folded


@pytest.mark.parametrize(("day", "is_extended"), [(15, True), (5, False)])
def test_another_end_keeps_the_first_one(day: int, is_extended: bool) -> None:  # noqa: FBT001
    row = the_work(restated(PERMIT, replace(PERMIT, ends_ms=kst("00:00", day))))
    assert (row.first_ends_ms, row.revision) == (PERMIT.ends_ms, 1)
    assert (row.until_ms > PERMIT.until_ms) is is_extended
    assert (row.ends_ms, row.phase) == (kst("00:00", day), "active")


def test_a_withdrawn_permit_frees_its_links_at_once_and_stays_as_a_tombstone() -> None:
    folded = restated(PERMIT, replace(PERMIT, is_withdrawn=True))
    row = the_work(folded)
    assert (row.phase, row.cancelled) == (
        "cancelled",
        ReportedTime(NOON + 3_600_000, Reporter.FEED),
    )
    assert {(phase, is_over) for _, phase, is_over in blocks(folded)[3:]} == {("cancelled", True)}
    folded.take(Tick(kst("00:00", day=17)))
    assert "P1" in folded.state["works"]
    folded.take(Tick(kst("00:00", day=17) + 1))
    assert folded.state["works"] == {}


def test_a_withdrawn_permit_that_only_changes_stays_withdrawn() -> None:
    withdrawn = replace(PERMIT, is_withdrawn=True)
    row = the_work(restated(PERMIT, withdrawn, replace(withdrawn, title="취하된 공사")))
    assert (row.phase, row.revision, row.title) == ("cancelled", 1, "취하된 공사")


def test_a_withdrawn_permit_listed_again_is_a_new_issue() -> None:
    folded = restated(PERMIT, replace(PERMIT, is_withdrawn=True), PERMIT)
    row = the_work(folded)
    assert (row.phase, row.revision, row.cancelled) == ("active", 2, None)


def test_a_finished_permit_with_a_new_period_is_a_new_issue_without_the_old_words() -> None:
    done = replace(PERMIT, status_text="완료")
    again = replace(PERMIT, starts_ms=kst("00:00", 12), ends_ms=kst("00:00", 20))
    row = the_work(restated(done, again))
    assert (row.phase, row.revision, row.started, row.ended) == ("planned", 2, None, None)
    assert row.first_ends_ms == again.ends_ms


def test_a_finished_permit_whose_new_period_has_passed_is_only_corrected() -> None:
    folded = works().take_all([listed(PERMIT), Tick(kst("00:00", 10))])
    folded.take(listed(replace(PERMIT, ends_ms=kst("00:00", 9)), received_ms=kst("01:00", 10)))
    assert (the_work(folded).revision, the_work(folded).phase) == (1, "finished")


@pytest.mark.parametrize(
    ("status", "phase"),
    [
        ("진행중", "overdue"),
        ("공사 중", "overdue"),
        ("executing", "overdue"),
        ("", "finished"),
        ("허가완료", "finished"),
        ("완료", "finished"),
        ("예정", "finished"),
    ],
)
def test_a_feed_that_goes_on_saying_so_makes_a_work_overdue(status: str, phase: str) -> None:
    folded = restated(replace(PERMIT, status_text=status))
    folded.take(Tick(kst("00:00", 10)))
    assert the_work(folded).phase == phase


def test_an_overdue_work_goes_on_closing_its_links() -> None:
    folded = restated(replace(PERMIT, began_ms=kst("09:00")))
    folded.take(Tick(kst("00:00", 10)))
    assert (the_work(folded).phase, the_work(folded).is_in_force) == ("overdue", True)
    assert {(phase, is_over) for _, phase, is_over in blocks(folded)} == {("active", False)}
    folded.take(Tick(kst("00:00", 60)))
    assert folded.state["works"] == {}  # nobody tidied the list, nobody vouched for it


def test_overdue_night_work_opens_the_road_by_day() -> None:
    folded = restated(replace(PERMIT, hours="22:00-05:00", began_ms=kst("22:00")))
    for clock in ("23:00", "05:00"):
        folded.take(Tick(kst(clock, 11 if clock == "23:00" else 12)))
    assert [phase for _, phase, _ in blocks(folded)[3::3]] == ["active", "paused"]


def test_what_the_feed_observed_is_kept_apart_from_what_it_proposed() -> None:
    row = the_work(restated(replace(PERMIT, began_ms=kst("09:00"), done_ms=kst("10:00", 1))))
    assert (row.started, row.ended) == (
        ReportedTime(kst("09:00"), Reporter.FEED),
        ReportedTime(kst("10:00", 1), Reporter.FEED),
    )
    assert (row.starts_ms, row.ends_ms, row.phase) == (PERMIT.starts_ms, PERMIT.ends_ms, "finished")


def test_a_status_counts_from_when_it_changed() -> None:
    planned, running = (replace(PERMIT, status_text=text) for text in ("예정", "진행중"))
    folded = restated(planned, running, running)
    assert the_work(folded).started == ReportedTime(NOON + 3_600_000, Reporter.FEED)
    folded.take(listed(replace(PERMIT, status_text="완료"), received_ms=NOON + 10_800_000))
    assert the_work(folded).started == ReportedTime(NOON + 3_600_000, Reporter.FEED)
    assert the_work(folded).ended == ReportedTime(NOON + 10_800_000, Reporter.FEED)


def test_a_status_of_running_before_the_period_begins_says_nothing_yet() -> None:
    folded = works()
    running = replace(PERMIT, status_text="진행중")
    folded.take(listed(running, received_ms=kst("00:00") - 1))
    assert the_work(folded).started is None
    folded.take(listed(running, received_ms=kst("00:00")))
    assert the_work(folded).started == ReportedTime(kst("00:00"), Reporter.FEED)


def test_an_older_answer_changes_nothing() -> None:
    folded = restated(PERMIT, replace(PERMIT, title="관로"))
    effects = folded.take(listed(PERMIT, received_ms=NOON))
    assert (effects.changes, effects.counts) == ({}, {"permits late": 1})


def test_an_answer_that_overtakes_a_tick_does_not_turn_the_clock_back() -> None:
    folded = restated(PERMIT).take_all([Tick(kst("00:00", 10))])
    folded.take(listed(replace(PERMIT, title="관로"), received_ms=kst("23:59", 9)))
    assert (the_work(folded).phase, the_work(folded).title) == ("finished", "관로")


# Permits a feed no longer lists.


def empty(minute: int, *, feed: str = "permits", is_complete: bool = True) -> PermitBatch:
    return PermitBatch(feed, NOON + minute * 60_000, is_complete, ())


def test_three_complete_answers_in_a_row_make_a_work_unlisted_since_the_first() -> None:
    folded = restated(PERMIT).take_all([empty(3), empty(6)])
    assert the_work(folded).unlisted_ms == 0
    folded.take(empty(9))
    row = the_work(folded)
    assert (row.unlisted_ms, row.phase) == (NOON + 180_000, "active")
    assert "works" not in folded.take(empty(11)).changes
    folded.take(listed(PERMIT, received_ms=NOON + 720_000))
    assert (the_work(folded).unlisted_ms, the_work(folded).misses) == (0, 0)


@pytest.mark.parametrize(
    "answers",
    [
        [empty(3), empty(3), empty(3), empty(3)],  # one answer, again and again
        [empty(n, is_complete=False) for n in range(3, 12)],
        [empty(n, feed="other") for n in range(3, 12)],
        [empty(-n) for n in range(1, 9)],  # older than its listing
        [empty(3), empty(6), listed(PERMIT, received_ms=NOON + 420_000), empty(9), empty(12)],
    ],
)
def test_what_does_not_make_a_work_unlisted(answers: list[PermitBatch]) -> None:
    folded = restated(PERMIT).take_all(answers)
    assert the_work(folded).unlisted_ms == 0


def test_a_feeds_own_word_ends_when_it_stops_listing_an_overdue_work() -> None:
    folded = restated(replace(PERMIT, status_text="진행중"))
    folded.take(Tick(kst("00:00", 10)))
    folded.take_all(empty(14_400 + minute) for minute in (0, 3, 6))
    assert the_work(folded).phase == "finished"
    assert folded.derived[0][-1].obstructions[0].is_over


# The history.


def test_every_change_that_matters_to_people_is_remembered_once() -> None:
    folded = works()
    kept = []
    for message in (
        listed(PERMIT, received_ms=kst("23:00", -1)),
        listed(PERMIT, received_ms=kst("23:30", -1)),  # only seen again
        Tick(kst("00:00") - 1),
        Tick(kst("00:00")),
        Tick(kst("00:01")),
        empty(0),
        empty(3),
        empty(6),
        Tick(kst("00:00", 10)),
        Tick(kst("00:00", 17) + 1),
    ):
        kept += folded.take(message).remembered
    told = [(subject, row and (row.phase, row.unlisted_ms > 0)) for subject, _, row in kept]
    assert told == [
        ("work:P1", ("planned", False)),
        ("work:P1", ("active", False)),
        ("work:P1", ("active", True)),
        ("work:P1", ("finished", True)),
        ("work:P1", None),
    ]
    assert [ms for _, ms, _ in kept][:2] == [kst("23:00", -1), kst("00:00")]


def test_a_direction_takes_only_its_links() -> None:
    row = the_work(restated(replace(PERMIT, direction="stop 2 방면")))
    assert set(row.links) == {"S1>S2", "2250000100"}
    again = the_work(restated(PERMIT, replace(PERMIT, direction="stop 1 방면")))
    assert again.links == ("S2>S1",)


def test_a_tick_writes_only_what_it_moved() -> None:
    folded = restated(PERMIT)
    assert folded.take(Tick(NOON + 1)).changes == {}


# Clashes, computed in the same step.


FAR = replace(PERMIT, permit_id="P3", link_ids=("S5>S6",))


def test_two_works_on_one_road_clash_until_one_of_them_is_over() -> None:
    other = replace(PERMIT, permit_id="P2", organisation="가스공사")
    folded = works().take_all([listed(PERMIT, other)])
    assert {clash.works for clash in folded.state["clashes"].values()} == {("P1", "P2")}
    again = listed(PERMIT, other, received_ms=NOON + 180_000)
    assert "clashes" not in folded.take(again).changes
    moved = folded.take(listed(PERMIT, other, FAR, received_ms=NOON + 240_000)).changes
    assert (set(moved["works"]), "clashes" in moved) == ({"P3"}, False)
    folded.take(listed(PERMIT, replace(other, is_withdrawn=True), received_ms=NOON + 360_000))
    assert folded.state["clashes"] == {}


def test_clashes_that_time_brings_near_are_found_without_a_change_of_a_work() -> None:
    far = {"starts_ms": kst("12:05", 31), "ends_ms": kst("12:00", 60)}
    pair = [replace(PERMIT, permit_id=name, **far) for name in ("P1", "P2")]  # type: ignore[arg-type]
    folded = works().take_all([listed(*pair)])
    assert folded.state["clashes"] == {}
    folded.take(Tick(NOON + 300_000 + 1))
    assert folded.state["clashes"] == {}  # not computed at every tick
    folded.take(Tick(NOON + 600_000))
    assert len(folded.state["clashes"]) == 1
