from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from streams.domain.roads.detours import LONGEST_EXTRA_M, bus_effects, detour, detour_words
from streams.domain.roads.graph import RoadGraph
from streams.geo.network import Network, Route
from tests.cities.builder import node, town
from tests.texts import both
from tests.unit.laws.grids import Grid, grids
from tests.unit.laws.profile import tried


def bare(link_id: str) -> str:
    """The piece of road under a link, whichever layer it is of."""
    return link_id.removeprefix("T")


def reaches(network: Network, start: str, end: str, closed: set[str]) -> bool:
    """Breadth first over nodes, without any layer of a closed link."""
    shut = {bare(link_id) for link_id in closed}
    seen, rest = {start}, [start]
    while rest:
        here = rest.pop()
        for link in network.links:
            if link.from_id == here and bare(link.id) not in shut and link.to_id not in seen:
                seen.add(link.to_id)
                rest.append(link.to_id)
    return end in seen


@tried(80)
@given(grids())
def test_a_detour_is_found_whenever_there_is_a_way(grid: Grid) -> None:
    around = grid.network.links[grid.network.index[grid.around]]
    found = detour(RoadGraph(grid.network), grid.closed, [around.id])
    assert (found is not None) == reaches(
        grid.network, around.from_id, around.to_id, set(grid.closed)
    )


@tried(80)
@given(grids())
def test_a_detour_starts_and_ends_with_the_closure_and_hangs_together(grid: Grid) -> None:
    found = detour(RoadGraph(grid.network), [*grid.closed, grid.around], [grid.around])
    if found is None:
        return
    links = [grid.network.links[grid.network.index[link_id]] for link_id in found.links]
    around = grid.network.links[grid.network.index[grid.around]]
    assert (links[0].from_id, links[-1].to_id) == (around.from_id, around.to_id)
    assert all(a.to_id == b.from_id for a, b in pairwise(links))
    assert all(b.to_id != a.from_id for a, b in pairwise(links))  # nobody turns on the spot


@tried(80)
@given(grids())
def test_a_detour_uses_no_layer_of_a_closed_link(grid: Grid) -> None:
    found = detour(RoadGraph(grid.network), grid.closed, [grid.around])
    if found is not None:
        assert {bare(x) for x in found.links}.isdisjoint(bare(x) for x in grid.closed)


@tried(80)
@given(grids())
def test_a_detour_is_as_long_as_its_links_and_never_shorter_than_the_closed_one(grid: Grid) -> None:
    found = detour(RoadGraph(grid.network), [*grid.closed, grid.around], [grid.around])
    if found is None:
        return
    links = [grid.network.links[grid.network.index[link_id]] for link_id in found.links]
    assert found.length_m == sum(link.length_m for link in links)
    own_m = grid.network.links[grid.network.index[grid.around]].length_m
    assert 0 <= found.extra_m == found.length_m - own_m <= LONGEST_EXTRA_M


@tried(80)
@given(grids(), st.data())
def test_closing_a_link_off_the_detour_changes_nothing(grid: Grid, data: st.DataObject) -> None:
    graph = RoadGraph(grid.network)
    found = detour(graph, grid.closed, [grid.around])
    if found is None:
        return
    used = {bare(link_id) for link_id in found.links}
    off = [link.id for link in grid.network.links if bare(link.id) not in used]
    more = data.draw(st.lists(st.sampled_from(off), max_size=4)) if off else []
    assert detour(graph, [*grid.closed, *more], [grid.around]) == found


@tried(80)
@given(grids())
def test_every_detour_has_words_with_two_to_four_names(grid: Grid) -> None:
    found = detour(RoadGraph(grid.network), [*grid.closed, grid.around], [grid.around])
    if found is None:
        return
    korean, english = both(detour_words(found, grid.network))
    assert korean.endswith("다시 나오시면 됩니다")
    assert "(으)로" not in korean
    names = {stop.name for stop in grid.network.stops} | {x.road_name for x in grid.network.links}
    assert 2 <= sum(name in korean for name in names) <= 4
    assert all((name in korean) == (name in english) for name in names)


@tried(80)
@given(st.lists(st.tuples(st.integers(0, 7), st.booleans()), min_size=1, max_size=8))
def test_a_bus_skips_exactly_the_stops_inside_closed_runs(cuts: list[tuple[int, bool]]) -> None:
    shut = {at for at, is_shut in cuts if is_shut}
    route = Route("R", "1", tuple(node(x, 0) for x in range(9)))
    network = town(9, 1, routes=(route,))
    closed = [f"{node(at, 0)}>{node(at + 1, 0)}" for at in shut]
    effects = bus_effects(network, closed)
    assert len(effects) == bool(shut)
    for effect in effects:
        inside = [x for x in range(1, 8) if x - 1 in shut and x in shut]
        assert effect.skipped == tuple(node(x, 0) for x in inside)
        assert effect.is_rerouted
        assert all(effect.served[x] not in effect.skipped for x in effect.skipped)
