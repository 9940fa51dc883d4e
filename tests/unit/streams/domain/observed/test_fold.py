"""What traffic says of the links of a little town, by what its buses do."""

from collections.abc import Sequence

import pytest

from streams.contract.derived import Declaration
from streams.contract.enums import Certainty, Closure, Observed
from streams.contract.times import DAY_MS
from streams.domain.observed.belief import Belief
from tests.cities.buses import drive, every, reported, town, with_standards, works
from tests.cities.fakes import at
from tests.cities.watched import Said, Watch

ROUND = (1210, 1590)  # past M3>M4
LINK = "M3>M4"
MINUTE_S = 60


def diverted(times: int = 2, *, routes: Sequence[str] = ("R1",)) -> Watch:
    """Buses of R1 that go round M3>M4, one each ten minutes."""
    return Watch().take(every(600, times, aside=ROUND, routes=routes), until_s=600 * times)


def test_a_link_that_a_bus_drove_is_passable_for_a_while() -> None:
    watch = Watch().take(drive("a"), until_s=500)
    view = watch.view(LINK)
    assert (view.state, view.certainty, view.cause) == (
        Observed.PASSABLE,
        Certainty.CONFIRMED,
        "",
    )
    assert at(190) <= view.since_ms <= at(210)
    watch.take(until_s=200 + 11 * MINUTE_S)
    assert watch.view(LINK).state is Observed.UNKNOWN


def test_two_buses_seen_off_their_line_close_that_link_and_no_other() -> None:
    watch = diverted()
    view = watch.view(LINK)
    assert watch.impassable == {LINK}
    assert (view.certainty, view.cause) == (Certainty.INFERRED, "")
    assert at(600) < view.since_ms < at(900)


def test_one_bus_seen_off_its_line_closes_nothing() -> None:
    assert diverted(1).impassable == set()


def test_the_other_direction_stays_open() -> None:
    back = every(600, 3, first_s=10, routes=("R3",))
    watch = Watch().take(every(600, 3, aside=ROUND), back, until_s=1800)
    assert watch.impassable == {LINK}
    assert watch.view("M4>M3").state is Observed.PASSABLE


def test_a_link_that_others_drive_meanwhile_was_not_why() -> None:
    """Two links were gone round, and another route drives the first of them."""
    both = every(600, 3, aside=(1210, 1990))
    assert Watch().take(both, until_s=1800).impassable == {LINK}  # the first
    short = every(600, 6, first_s=40, routes=("R2",), from_m=1100, until_m=1700)
    watch = Watch().take(both, short, until_s=1800)
    assert watch.impassable == {"M4>M5"}


def test_two_routes_make_a_closure_sure() -> None:
    assert diverted(2, routes=("R1", "R2")).view(LINK).certainty is Certainty.CONFIRMED


def test_a_declared_cause_makes_it_sure_and_one_bus_enough() -> None:
    watch = Watch().take(Said(0, works(LINK)), drive("a", 60, aside=ROUND), until_s=600)
    view = watch.view(LINK)
    assert watch.impassable == {LINK}
    assert (view.certainty, view.cause) == (Certainty.CONFIRMED, "work:P1")


@pytest.mark.parametrize(
    ("said", "is_closed"),
    [
        (works(LINK, closure=Closure.PARTIAL), False),
        (works(LINK, is_in_force=False), False),
        (works("M7>M8"), False),
        (reported(LINK, closure=Closure.NONE, is_work=False), True),
    ],
    ids=["partial", "not in force", "elsewhere", "an incident"],
)
def test_what_points_to_a_closure(said: Declaration, *, is_closed: bool) -> None:
    watch = Watch().take(Said(0, said), drive("a", 60, aside=ROUND), until_s=600)
    assert (watch.impassable == {LINK}) is is_closed


def test_where_one_of_the_links_gone_round_is_declared_closed_it_was_that_one() -> None:
    watch = Watch().take(
        Said(0, works("M4>M5")), every(600, 3, first_s=60, aside=(1210, 1990)), until_s=1900
    )
    assert watch.impassable == {"M4>M5"}


def test_it_opens_at_the_first_clean_passage() -> None:
    watch = diverted(4).take(drive("z", 2500, until_m=1500), until_s=2690)
    assert watch.impassable == {LINK}  # it is not through yet
    watch.take(drive("z", 2700, from_m=1666), until_s=2720)
    assert watch.impassable == set()
    assert watch.view(LINK).state is Observed.PASSABLE


def test_a_bus_that_only_begins_inside_the_stretch_does_not_open_the_whole_link() -> None:
    watch = diverted().take(drive("z", 1300, from_m=1300), until_s=1600)
    assert watch.impassable == {LINK}


def test_after_an_hour_and_a_half_without_any_bus_a_closure_is_not_known_any_more() -> None:
    watch = diverted()
    since_s = (watch.view(LINK).since_ms - at(0)) / 1000
    watch.take(until_s=since_s + 89 * MINUTE_S)
    assert watch.impassable == {LINK}
    watch.take(until_s=since_s + 92 * MINUTE_S)
    assert watch.view(LINK).state is Observed.UNKNOWN


def test_a_closure_declared_over_ends_without_a_bus() -> None:
    over = works(LINK, is_in_force=False, is_over=True)
    watch = Watch().take(
        Said(0, works(LINK)), every(600, 2, first_s=60, aside=ROUND), Said(1000, over)
    )
    watch.take(until_s=1560)
    assert watch.impassable == {LINK}
    watch.take(until_s=1000 + 12 * MINUTE_S)
    assert watch.impassable == set()


# ---- layers of one road


def test_a_standard_link_that_is_closed_closes_the_sections_over_it() -> None:
    """Only sections of which it is a large part; views of a road agree."""
    watch = Watch(with_standards(town()))
    watch.take(every(600, 2, aside=(1390, 1810)), until_s=1200)
    assert watch.impassable == {"T4", LINK, "M4>M5"}
    watch.take(drive("z", 1300), until_s=1700)
    assert watch.impassable == set()


# ---- time


def test_time_passes_minute_by_minute_whether_it_is_told_often_or_seldom() -> None:
    seldom, often = diverted(), diverted()
    for second in range(1210, 12_000, 10):
        often.take(until_s=second)
    seldom.take(until_s=11_990)
    assert seldom.states == often.states
    assert seldom.view(LINK).state is Observed.UNKNOWN


def test_after_days_of_silence_the_next_event_is_of_its_own_time() -> None:
    watch = Watch().take(drive("a"), until_s=600)
    days_s = 5 * DAY_MS / 1000
    watch.take(Said(days_s, works(LINK)), drive("b", days_s + 60, aside=ROUND))
    watch.take(until_s=days_s + 1200)
    assert watch.impassable == {LINK}
    progress = watch.states[0]["observed_progress"]["now"]
    assert progress.minute_ms == at(days_s + 1200)
    times = [row.since_ms for row in watch.views.values() if row.state is not Observed.UNKNOWN]
    assert min(times) >= at(days_s)


def test_events_are_folded_in_the_order_of_their_times() -> None:
    """A message that comes early, of an input ahead of the others, waits for them."""
    watch = Watch()
    ahead = watch.follow
    rows = drive("a", aside=ROUND)
    sightings = [each for row in rows for each in ahead(row)]
    watch.send(at(0), sightings=sightings)
    assert watch.belief(LINK) == Belief()
    assert len(watch.states[0]["observed_queue"]) == len({x.at_ms for x in sightings})
    watch.take(until_s=1000)
    assert watch.belief(LINK).rounds == 1
    assert not watch.states[0]["observed_queue"]
