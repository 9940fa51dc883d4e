import pytest

from streams.geo.network import Landmark
from tests.cities.builder import node, stop, town
from tests.cities.sites import (
    EAST,
    FAR,
    LATER,
    LOWER,
    UPPER,
    WEST,
    Site,
    cuts,
    full,
    parted,
    road,
)


def test_closures_that_only_together_part_two_key_places_are_a_cut() -> None:
    [clash] = cuts(full("A", LOWER), full("B", UPPER))
    assert (clash.severity, clash.works) == ("high", ("A", "B"))
    assert clash.places == ("춘천소방서", "강원대병원")
    assert clash.links == tuple(sorted(LOWER + UPPER))


@pytest.mark.parametrize(
    "others",
    [
        [full("A", LOWER)],
        [full("A", LOWER), full("B", LOWER)],
        [full("A", LOWER + UPPER), full("B", UPPER)],  # one of them is enough
        [full("A", LOWER), Site("B", UPPER)],  # a lane is left
        [full("A", LOWER, ends_ms=LATER), full("B", UPPER, starts_ms=LATER)],
        [full("A", LOWER, hours="09:00-18:00"), full("B", UPPER, hours="22:00-05:00")],
    ],
)
def test_what_one_work_does_alone_or_never_together_is_no_cut(others: list[Site]) -> None:
    assert cuts(*others) == []


def test_closures_that_meet_only_at_night_later_on_are_a_cut() -> None:
    early = full("A", LOWER, hours="22:00-05:00")
    late = full("B", UPPER, hours="20:00-23:00", starts_ms=LATER, phase="planned")
    [clash] = cuts(early, late)
    assert clash.from_ms == LATER


def test_the_smallest_set_of_works_is_blamed() -> None:
    bystanders = [full("C", road((0, 0), (0, 1))), full("D", WEST), full("E", FAR)]
    [clash] = cuts(full("A", LOWER), full("B", UPPER), *bystanders)
    assert clash.works == ("A", "B")


def test_three_streets_need_three_closures() -> None:
    network = parted(height=3)
    three = [full(name, road((1, y), (2, y))) for y, name in enumerate("ABC")]
    assert cuts(*three[:2], network=network) == []
    [clash] = cuts(*three, network=network)
    assert clash.works == ("A", "B", "C")


@pytest.mark.parametrize(("height", "count"), [(5, 0), (6, 1)])
def test_a_way_of_twice_the_time_and_five_minutes_more_is_a_cut_too(
    height: int, count: int
) -> None:
    # a ladder with rungs at 0, 1 and the top: 9 blocks of 28.8 s and two turns take 279 s, 11 take
    # 337 s, and one block and five minutes 329 s
    gone = {f"{node(0, y)}>{node(1, y)}" for y in range(2, height - 1)}
    places = (
        Landmark("역", "역", stop(0, 0).lon, stop(0, 0).lat),
        Landmark("병원", "병원", stop(1, 0).lon, stop(1, 0).lat),
    )
    network = town(2, height, missing=frozenset(gone), places=places)
    found = cuts(full("A", EAST), full("B", road((0, 1), (1, 1))), network=network)
    assert [set(clash.places) for clash in found] == [{"역", "병원"}] * count


def test_five_minutes_more_on_a_long_way_are_no_cut() -> None:
    # 15 blocks take 432 s; six up, one along and six down in place of the first make 798 s
    kept = {f"N{x}.{y}" for x in (0, 1) for y in range(7)}
    gone = {
        link.id
        for link in town(16, 7).links
        if not link.from_id.endswith(".0") or not link.to_id.endswith(".0")
        if {link.from_id, link.to_id} - kept
        or (link.from_id[3] == link.to_id[3] and link.to_id[3] in "2345")
    }
    places = (
        Landmark("역", "역", stop(0, 0).lon, stop(0, 0).lat),
        Landmark("병원", "병원", stop(15, 0).lon, stop(15, 0).lat),
    )
    network = town(16, 7, missing=frozenset(gone), places=places)
    both = full("A", EAST), full("B", road((0, 1), (1, 1)))
    assert cuts(*both, network=network) == []
    assert len(cuts(*both, full("C", road((0, 6), (1, 6))), network=network)) == 1
