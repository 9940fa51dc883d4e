"""Which tile a link is of, and which tiles a view meets."""

import random
from collections import Counter
from itertools import pairwise

import pytest

from maps.picture.tiling import (
    SLACK,
    STEPS,
    VIEW_LINKS,
    WHOLE_LINKS,
    WORLD,
    Tile,
    Tiling,
    View,
    across,
    box_of,
    down,
    tile_named,
    tiling_of,
)
from streams.geo.network import Network
from tests.cities.builder import city, link
from tests.cities.grid import STEP_LAT, STEP_LON, grid

SCREEN = (1600 / 256, 900 / 256)  # tiles of its own zoom that a screen shows


@pytest.fixture(scope="module")
def wide() -> Network:
    """More links than are sent whole, with roads of three classes."""
    return grid(30_000)


@pytest.fixture(scope="module")
def tiling(wide: Network) -> Tiling:
    return tiling_of(wide)


def screen(lon: float, lat: float, zoom: float) -> View:
    """What a screen of 1600 by 900 pixels shows around a point."""
    wide = SCREEN[0] * 360 / 2**zoom / 2
    high = wide * SCREEN[1] / SCREEN[0] * 0.79
    return View((lon - wide, lat - high, lon + wide, lat + high), zoom)


def test_every_link_is_of_one_tile(wide: Network, tiling: Tiling) -> None:
    places = [place for places in tiling.links_of.values() for place in places]
    assert sorted(places) == list(range(len(wide.links)))
    assert tiling.is_large
    assert not tiling_of(grid(WHOLE_LINKS)).is_large


def test_a_view_from_near_meets_every_link_in_it(wide: Network, tiling: Tiling) -> None:
    chance = random.Random(3)
    for _ in range(20):
        middle = chance.choice(wide.links).geometry[2]
        view = screen(*middle, 15)
        met = {place for tile in tiling.tiles_in(view) for place in tiling.links_of[tile]}
        west, south, east, north = view.bbox
        inside = {
            place
            for place, each in enumerate(wide.links)
            if any(west <= lon <= east and south <= lat <= north for lon, lat in each.geometry)
        }
        assert inside <= met


@pytest.mark.parametrize("zoom", [8, 10, 11, 12, 13, 14, 16])
def test_a_view_is_bounded_whatever_the_network_has(tiling: Tiling, zoom: int) -> None:
    view = screen(127.66 + 40 * STEP_LON, 37.93 - 40 * STEP_LAT, zoom)
    met = sum(len(tiling.links_of[tile]) for tile in tiling.tiles_in(view))
    assert 0 < met <= 2.2 * VIEW_LINKS  # those beside the view with them


def test_from_far_the_great_roads_are_there_and_whole(wide: Network, tiling: Tiling) -> None:
    west, north = wide.links[0].geometry[0]
    far = tiling.tiles_in(View((west - 1, north - 2, west + 2, north + 1), 8))
    met = {place for tile in far for place in tiling.links_of[tile]}
    classes = Counter(wide.links[place].road_class for place in met)
    there = Counter(each.road_class for each in wide.links)
    assert (classes["express"], classes["metropolitan"]) == (
        there["express"],
        there["metropolitan"],
    )
    assert classes["city"] < there["city"] / 10
    roads = {wide.links[place].road_name for place in met}
    assert met == {p for p, each in enumerate(wide.links) if each.road_name in roads}


def test_the_nearer_the_more_and_nothing_goes(tiling: Tiling) -> None:
    box = screen(127.9, 37.7, 14).bbox
    seen = [tiling.tiles_in(View(box, zoom)) for zoom in (0, 11.9, 12, 13.2, 14, 24)]
    assert seen[0] == seen[1]
    for before, after in pairwise(seen):
        assert before <= after
    assert {tile.z for tile in seen[-1]} == {z for _, z in STEPS}


def test_a_link_too_long_for_any_tile_is_in_every_view() -> None:
    network = city(
        link("long", (126.0, 37.0), (128.0, 37.5), road_class="motorway"),
        link("short", (127.7, 37.88), (127.701, 37.88)),
    )
    tiling = tiling_of(network)
    assert tiling.tile_of[0] == WORLD
    assert WORLD in tiling.tiles_in(View((10, 10, 11, 11), 18))


def test_a_link_reaches_out_of_its_tile_by_no_more_than_the_slack(
    wide: Network, tiling: Tiling
) -> None:
    for place, each in enumerate(wide.links):
        box, (z, x, y) = box_of(each.geometry), tiling.tile_of[place]
        assert box is not None
        west, south, east, north = box
        assert x - SLACK <= across(west) * 2**z
        assert across(east) * 2**z <= x + 1 + SLACK
        assert y - SLACK <= down(north) * 2**z
        assert down(south) * 2**z <= y + 1 + SLACK


def test_a_network_without_links_has_no_tiles() -> None:
    tiling = tiling_of(city())
    assert tiling.tiles_in(View((-180, -90, 180, 90), 14)) == frozenset()


def test_rows_are_sorted_by_their_tiles(tiling: Tiling) -> None:
    rows = dict.fromkeys(range(0, 300, 7), "row")
    found = tiling.by_tile(rows)
    assert {place for part in found.values() for place in part} == set(rows)
    assert all(tiling.tile_of[place] == tile for tile, part in found.items() for place in part)


@pytest.mark.parametrize(
    ("name", "tile"),
    [
        ("13/6983/3172", Tile(13, 6983, 3172)),
        ("0/0/0", WORLD),
        *((bad, None) for bad in ("", "13/6983", "13/6983/x", "1/2/3/4", "-1/0/0", "13/²/1")),
        ("13/1234567890123/1", None),
    ],
)
def test_a_tile_is_known_by_its_name(name: str, tile: Tile | None) -> None:
    assert tile_named(name) == tile
    assert tile is None or str(tile) == name
