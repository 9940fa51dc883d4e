"""Which points of a recording's buses count for which section."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from producers.network.driven import drives_of
from streams.contract.records import BusPosition
from streams.geo.network import Route

ROUTES = [Route("R1", "1", ("A", "B", "C", "")), Route("R2", "2", ("A", "B"))]
START_MS = 1_795_414_390_000


def seen(*orders: int, vehicle: str = "v", route_id: str = "R1") -> list[BusPosition]:
    """One bus every 30 s, each time a step further east, at these stop orders."""
    return [
        BusPosition(vehicle, route_id, "1", "", order, START_MS + i * 30_000, 127.0 + i, 37.0)
        for i, order in enumerate(orders)
    ]


def test_the_points_since_a_stop_count_once_the_next_is_reached() -> None:
    assert drives_of(seen(1, 1, 2, 2), ROUTES) == {"A>B": [((127.0, 37.0), (128.0, 37.0))]}
    assert drives_of(seen(1, 1), ROUTES) == {}


def test_every_bus_of_every_route_over_a_section_counts() -> None:
    other = seen(1, 2, vehicle="w", route_id="R2")
    assert len(drives_of([*seen(1, 2), *other], ROUTES)["A>B"]) == 2


@pytest.mark.parametrize("orders", [(1, 3), (2, 1), (3, 3), (4, 4)])
def test_a_bus_that_skips_a_stop_or_turns_back_says_nothing(orders: Sequence[int]) -> None:
    assert drives_of(seen(*orders), ROUTES) == {}


def late(rows: list[BusPosition], by_ms: int) -> list[BusPosition]:
    return [rows[0], replace(rows[1], observed_ms=rows[1].observed_ms + by_ms)]


@pytest.mark.parametrize(
    "rows",
    [
        late(seen(1, 2), 300_000),
        late(seen(1, 2), -30_000),
        [replace(row, flags=("plate_shared",)) for row in seen(1, 2)],
        [replace(row, lon=None) for row in seen(1, 2)],
        seen(1, 2, route_id="R9"),
        seen(0, 1),
        seen(4, 5),
    ],
    ids=["unseen", "repeated", "flagged", "no point", "no route", "no order", "beyond"],
)
def test_a_position_that_cannot_be_placed_is_passed_over(rows: list[BusPosition]) -> None:
    assert drives_of(rows, ROUTES) == {}


def test_an_older_recording_may_come_second() -> None:
    older = [replace(row, observed_ms=row.observed_ms - 86_400_000) for row in seen(1, 2)]
    assert len(drives_of([*seen(1, 2), *older], ROUTES)["A>B"]) == 2


def test_two_hundred_drives_of_a_section_are_enough() -> None:
    rows = [row for i in range(250) for row in seen(1, 2, vehicle=f"v{i}")]
    assert len(drives_of(rows, ROUTES)["A>B"]) == 200
