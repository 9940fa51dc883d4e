"""Whether buses and a traffic centre agree, and that the score of it keeps no order."""

from itertools import permutations

from streams.contract.derived import SpeedShare
from streams.domain.links.estimate import PaceEstimate
from streams.domain.links.overlap import Agreement
from streams.domain.scores import day_of
from tests.cities.fakes import STANDARD, Folded, at, passage, roads
from tests.unit.streams.domain.stages.test_roadstate import events

SURE, VAGUE = 2_000.0, 40_000.0  # ms/km


def test_each_lies_in_the_interval_of_the_other_or_not() -> None:
    thirty, forty = 120_000.0, 90_000.0  # km/h as ms/km
    both = Agreement().with_pair(PaceEstimate(thirty, VAGUE), PaceEstimate(forty, VAGUE))
    assert both == (1, 1, 1)
    assert both.with_pair(PaceEstimate(thirty, SURE), PaceEstimate(forty, SURE)) == (2, 1, 1)
    assert Agreement().with_pair(PaceEstimate(thirty, VAGUE), PaceEstimate(forty, SURE)) == (
        1,
        1,
        0,
    )
    assert Agreement().with_pair(PaceEstimate(thirty, SURE), PaceEstimate(forty, VAGUE)) == (
        1,
        0,
        1,
    )


def test_both_measured_on_a_standard_link_are_held_against_each_other() -> None:
    """Each quarter hour for as long as both are fresh, whatever the order of the inputs."""
    drive = (passage(STANDARD, 500, travel_s=60), passage(STANDARD, 530, travel_s=62))
    report = SpeedShare(STANDARD, STANDARD, 31.0, at(525), 1.0)
    bus = [events(0, tick_s=490, of="in/0", passages=drive), events(1, tick_s=1080, of="in/0")]
    its = [events(0, tick_s=490, of="in/1", speeds=(report,)), events(1, tick_s=1080, of="in/1")]
    ends = []
    for order in permutations(range(4)):
        messages = [(*bus, *its)[place] for place in order]
        if messages.index(bus[0]) > messages.index(bus[1]):
            continue
        if messages.index(its[0]) > messages.index(its[1]):
            continue
        folded = Folded(roads("in/0", "in/1"), topic="link-events").take_all(messages)
        ends.append(folded.state["speed_agreements"])
    assert ends.count(ends[0]) == len(ends) == 6
    (row,) = ends[0].values()
    assert set(ends[0]) == {day_of(at(1020))}
    assert row.pairs == 1
