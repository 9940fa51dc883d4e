"""How sure a closure is, which is another question than how sure the speed is."""

from dataclasses import replace
from itertools import permutations

import pytest

from streams.contract.derived import LinkEvents, Obstruction, Origin, Passage
from streams.contract.enums import Cause, Closure, Phase
from streams.domain.links.fold import DRIVE_OUT_MS
from streams.domain.stages.roadstate import LinkView
from tests.cities.fakes import Folded, at, passage, roads

LINK = "S2>S3"
SHUT = Obstruction(LINK, "work:P1", Cause.WORK, Phase.ACTIVE, Closure.FULL)
OUT_S = DRIVE_OUT_MS / 1000


def told(offset: int, second: float, *rows: Obstruction | Passage, of: str = "in/0") -> LinkEvents:
    topic, partition = of.split("/")
    return LinkEvents(
        Origin(topic, int(partition), offset),
        at(second),
        passages=tuple(row for row in rows if isinstance(row, Passage)),
        obstructions=tuple(row for row in rows if isinstance(row, Obstruction)),
    )


def view(*messages: LinkEvents, inputs: tuple[str, ...] = ("in/0",)) -> LinkView:
    shown = Folded(roads(*inputs), topic="link-events").take_all(messages).state["links"][LINK]
    assert isinstance(shown, LinkView)
    return shown


def drives(*seconds: float) -> tuple[Passage, ...]:
    return tuple(passage(LINK, second) for second in seconds)


def test_a_closure_on_paper_is_reported_whatever_is_known_of_the_speed() -> None:
    shown = view(told(0, 0, SHUT, *drives(10, 20)))
    assert (shown.certainty, shown.closure_certainty, shown.buses_through) == (
        "confirmed",
        "reported",
        0,
    )


def test_a_road_without_a_closure_has_no_certainty_of_one() -> None:
    assert view(told(0, 0, *drives(10))).closure_certainty is None


def test_a_closure_that_a_crew_has_seen_begin_is_confirmed() -> None:
    assert view(told(0, 0, replace(SHUT, is_seen=True))).closure_certainty == "confirmed"
    other = replace(SHUT, subject="work:P2", closure=Closure.PARTIAL, is_seen=True)
    assert view(told(0, 0, SHUT, other)).closure_certainty == "reported"


@pytest.mark.parametrize(
    ("count", "word"), [(1, "reported"), (2, "contradicted"), (5, "contradicted")]
)
def test_two_buses_that_drove_a_closed_road_contradict_it(count: int, word: str) -> None:
    later = drives(*(OUT_S + 60 + 10 * n for n in range(count)))
    for closed in (SHUT, replace(SHUT, is_seen=True)):
        shown = view(told(0, 0, closed), told(1, OUT_S + 120, *later))
        assert shown.buses_through == count
        if word == "contradicted":
            assert shown.closure_certainty == word


def test_buses_that_drive_out_as_the_road_closes_contradict_nothing() -> None:
    shown = view(told(0, 0, SHUT), told(1, OUT_S, *drives(30, 60, OUT_S - 1)))
    assert (shown.buses_through, shown.closure_certainty) == (0, "reported")


def test_buses_contradict_no_closure_of_a_lane() -> None:
    lane = replace(SHUT, closure=Closure.PARTIAL)
    shown = view(told(0, 0, lane), told(1, OUT_S + 120, *drives(OUT_S + 60, OUT_S + 70)))
    assert (shown.buses_through, shown.closure_certainty) == (0, "reported")


def test_a_closure_counts_from_when_it_is_in_force() -> None:
    planned = replace(SHUT, phase=Phase.PLANNED)
    driven = drives(300, 310)
    shown = view(told(0, 0, planned), told(1, 240, *driven), told(2, 320, SHUT))
    assert (shown.buses_through, shown.closure_certainty) == (0, "reported")
    again = view(told(0, 0, SHUT), told(1, 100, planned), told(2, 200, *driven), told(3, 320, SHUT))
    assert again.buses_through == 0


def test_what_contradicts_grows_old_with_the_passages() -> None:
    through = told(1, OUT_S + 120, *drives(OUT_S + 60, OUT_S + 70))
    shown = view(told(0, 0, SHUT), through, told(2, OUT_S + 700))
    assert (shown.buses_through, shown.closure_certainty) == (0, "reported")


def test_it_does_not_matter_which_input_is_first() -> None:
    works = told(0, 0, SHUT, of="works/0")
    buses = told(0, OUT_S + 90, *drives(OUT_S + 60, OUT_S + 70), of="buses/0")
    crew = told(1, OUT_S + 90, replace(SHUT, is_seen=True), of="works/0")
    orders = [
        order
        for order in permutations((works, buses, crew))
        if order.index(works) < order.index(crew)
    ]
    seen = {repr(view(*order, inputs=("works/0", "buses/0"))) for order in orders}
    assert len(orders) == 3
    assert len(seen) == 1
    assert "contradicted" in seen.pop()
