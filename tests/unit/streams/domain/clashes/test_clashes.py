from dataclasses import replace
from typing import Any

import pytest

from streams.contract.enums import Closure, Phase
from streams.contract.times import DAY_MS
from streams.domain.clashes.finder import AHEAD_MS, ClashFinder
from streams.geo.network import Overlay
from tests.cities.builder import city, section, standard, stop, town
from tests.cities.sites import (
    EAST,
    EAST_2,
    FAR,
    HOUR_MS,
    LATER,
    NORTH,
    NOW_MS,
    ROUTE,
    WEST,
    Site,
    by_id,
    clashes,
)


@pytest.mark.parametrize(
    ("links", "severity"),
    [(EAST, "high"), (EAST_2, "low"), (NORTH, "low"), (WEST, None), (FAR, None), (("?",), None)],
)
def test_works_clash_on_the_same_road_and_less_on_the_adjoining_one(
    links: tuple[str, ...], severity: str | None
) -> None:
    found = clashes(Site("B", EAST), Site("A", links))
    assert [(x.kind, x.severity, x.works) for x in found] == (
        [("works", severity, ("A", "B"))] if severity else []
    )


@pytest.mark.parametrize(
    ("change", "severity"),
    [
        ({"starts_ms": NOW_MS + 10 * DAY_MS, "ends_ms": NOW_MS + 11 * DAY_MS}, None),
        ({"starts_ms": NOW_MS + 9 * DAY_MS, "ends_ms": NOW_MS + 11 * DAY_MS}, "high"),
        ({"hours": "22:00-05:00"}, None),
        ({"hours": "16:00-20:00"}, "high"),
        ({"organisation": "상하수도사업본부"}, "low"),
        ({"organisation": "한국전력공사"}, "high"),
        ({"dig_starts_ms": LATER, "dig_ends_ms": LATER + DAY_MS}, "high"),
        ({"closure": Closure.SIDEWALK}, "high"),
        ({"phase": "finished"}, None),
        ({"phase": "cancelled"}, None),
        ({"phase": "paused"}, "high"),
        ({"phase": "planned"}, "high"),
        ({"links": ()}, None),
    ],
)
def test_works_on_one_road_clash_while_they_are_there_together(
    change: dict[str, Any], severity: str | None
) -> None:
    one = Site("A", EAST, hours="09:00-18:00", organisation="상하수도사업본부")
    assert [x.severity for x in clashes(one, replace(Site("B", EAST), **change))] == (
        [severity] if severity else []
    )


def test_works_that_dig_one_after_the_other_only_share_the_place() -> None:
    first = Site("A", EAST, dig_ends_ms=LATER)
    second = Site("B", EAST, dig_starts_ms=LATER)
    [clash] = clashes(first, second)
    assert clash.severity == "low"
    assert (clash.from_ms, clash.until_ms) == (first.starts_ms, first.ends_ms)


def test_a_clash_lasts_as_long_as_both_dig() -> None:
    dug = Site("B", EAST, dig_starts_ms=LATER, dig_ends_ms=LATER + DAY_MS)
    [clash] = clashes(Site("A", EAST), dug)
    assert (clash.from_ms, clash.until_ms) == (LATER, LATER + DAY_MS)


def test_rows_of_one_permit_do_not_clash() -> None:
    assert clashes(Site("2026-1", EAST), Site("2026-1#a1b2c3", EAST)) == []
    assert clashes(Site("2026-1", EAST), Site("2026-12", EAST)) != []


def test_footway_works_on_adjoining_roads_do_not_clash() -> None:
    assert clashes(Site("A", EAST), Site("B", EAST_2, closure=Closure.SIDEWALK)) == []


def test_an_overdue_work_clashes_until_it_is_ended() -> None:
    late = Site("A", EAST, phase=Phase.OVERDUE, ends_ms=NOW_MS - HOUR_MS)
    [clash] = clashes(late, Site("B", EAST, starts_ms=NOW_MS + DAY_MS))
    assert (clash.from_ms, clash.until_ms) == (NOW_MS + DAY_MS, NOW_MS + 10 * DAY_MS)
    [both] = clashes(late, replace(late, permit_id="B"))
    assert both.until_ms == NOW_MS - HOUR_MS  # as stated


def test_works_are_looked_at_30_days_ahead() -> None:
    for begins_ms, count in ((NOW_MS + AHEAD_MS - 1, 1), (NOW_MS + AHEAD_MS, 0)):
        one = Site("A", EAST, phase=Phase.PLANNED, starts_ms=begins_ms, ends_ms=begins_ms + DAY_MS)
        assert len(clashes(one, replace(one, permit_id="B"))) == count


def test_a_clash_is_over_when_its_time_is() -> None:
    sites = Site("A", EAST, dig_ends_ms=NOW_MS), Site("B", EAST, dig_ends_ms=NOW_MS + 1)
    kept = ClashFinder(town(4, 2))
    assert len(kept.of(by_id(*sites), NOW_MS - 1)) == 1
    assert kept.of(by_id(*sites), NOW_MS) == {}


def test_works_on_two_layers_of_one_road_are_on_the_same_road() -> None:
    network = town(4, 2, carried=frozenset(EAST))
    [clash] = clashes(Site("A", EAST), Site("B", (f"T{EAST[0]}",)), network=network)
    assert clash.severity == "high"
    assert clash.links == (EAST[0], f"T{EAST[0]}")


def test_works_that_vanish_or_move_take_their_clashes_along() -> None:
    kept = ClashFinder(town(4, 2))
    pair = [Site("A", EAST), Site("B", EAST)]
    assert len(kept.of(by_id(*pair), NOW_MS)) == 1
    assert kept.of(by_id(pair[0]), NOW_MS) == {}
    assert len(kept.of(by_id(*pair), NOW_MS)) == 1
    assert kept.of(by_id(pair[0], Site("B", FAR)), NOW_MS) == {}
    assert kept.of({}, NOW_MS) == {}


def test_a_dig_further_ahead_than_30_days_is_not_looked_at_yet() -> None:
    dug = Site("A", EAST_2, closure=Closure.FULL, ends_ms=NOW_MS + 60 * DAY_MS)
    dug = replace(dug, dig_starts_ms=NOW_MS + AHEAD_MS)
    kept = ClashFinder(town(4, 2, routes=(ROUTE,)))
    assert kept.of(by_id(dug), NOW_MS) == {}
    assert len(kept.of(by_id(dug), NOW_MS + 1)) == 1


def test_an_id_says_the_same_clash_whatever_else_is_there() -> None:
    pair = (Site("A", EAST), Site("B", EAST))
    [alone] = clashes(*pair)
    [again] = clashes(*reversed(pair), Site("C", FAR))
    assert alone == again
    assert alone.id.startswith("works-")


def test_standard_links_alone_make_a_city() -> None:
    pairs = [(stop(x, y), stop(x + 1, y)) for x in range(2) for y in range(2)]
    links = [standard(section(a, b)) for a, b in pairs]
    network = city(*links, overlay=(Overlay(links[0].id, "?", 1.0),))
    assert len(clashes(Site("A", (links[0].id,)), Site("B", (links[0].id,)), network=network)) == 1
