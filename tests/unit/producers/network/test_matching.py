"""Which link a stop of a run stands at: the one that makes the ways before and behind it short."""

from itertools import pairwise

from producers.network.overlay import laid
from streams.geo.network import Link, Network
from tests.cities import builder
from tests.cities.builder import metres as at
from tests.unit.producers.network.test_ways import STREETS, both

BLOCK = [*STREETS, *both("west", "DA", (0, 400), (0, 0))]
Spots = dict[str, tuple[float, float]]


def laid_run(
    spots: Spots, *runs: str, streets: list[Link] = BLOCK, **own: object
) -> dict[str, list[str]]:
    """The links under each section of runs of one-letter stops."""
    pairs = sorted({pair for run in runs for pair in pairwise(run)})
    sections = [builder.link(f"{a}>{b}", at(*spots[a]), at(*spots[b]), **own) for a, b in pairs]
    found, overlay = laid(sections, streets, [tuple(run) for run in runs])
    network = Network("city", "", (*found, *streets), overlay=tuple(overlay))
    return {
        link.id: [pair.standard_id for pair in network.standards_of.get(link.id, [])]
        for link in found
    }


def test_a_stop_drawn_on_the_wrong_side_takes_no_bus_round_the_block_twice() -> None:
    spots = {"P": (60.0, -8.0), "Q": (200.0, 8.0), "R": (340.0, -8.0)}
    assert laid_run(spots, "PQR") == {"P>Q": ["south"], "Q>R": ["south"]}


def test_a_bus_comes_to_a_stop_on_the_side_on_which_it_leaves_it() -> None:
    # alone, Q would be reached on the near side of its street, against the way it goes on
    spots = {"P": (350.0, -8.0), "Q": (300.0, 408.0), "R": (-8.0, 300.0)}
    assert laid_run(spots, "PQR") == {"P>Q": ["east", "north", "south"], "Q>R": ["north", "west"]}


def test_a_terminus_does_not_move_its_stops_to_the_other_side_to_spare_the_way_round() -> None:
    spots = {"P": (60.0, -8.0), "Q": (200.0, -8.0), "R": (200.0, 8.0), "S": (60.0, 8.0)}
    found = laid_run(spots, "PQRS")
    assert (found["P>Q"], found["R>S"]) == (["south"], ["south-"])


def test_a_stop_no_link_is_near_breaks_the_run_and_nothing_else() -> None:
    spots = {
        "P": (60.0, -8.0),
        "Q": (340.0, -8.0),
        "R": (340.0, -200.0),
        "S": (408.0, 100.0),
        "T": (408.0, 300.0),
    }
    found = laid_run(spots, "PQRST")
    assert (found["P>Q"], found["S>T"]) == (["south"], ["east"])
    assert found["Q>R"] == []


def test_a_street_with_one_direction_is_driven_that_way_alone() -> None:
    one_way = [link for link in BLOCK if not link.id.endswith("-")]
    spots = {"P": (340.0, 8.0), "Q": (60.0, 8.0)}
    assert laid_run(spots, "PQ", streets=one_way) == {"P>Q": []}


def test_most_runs_say_how_a_section_is_driven() -> None:
    spots = {"P": (60.0, -8.0), "Q": (340.0, -8.0), "R": (408.0, 100.0), "S": (700.0, -8.0)}
    found = laid_run(spots, "PQR", "PQS", "PQS")
    assert (found["P>Q"], found["Q>S"]) == (["south"], ["dead-end", "south"])


def test_where_buses_were_seen_the_way_follows_them() -> None:
    streets = [
        *both("in", "ZA", (-200, 0), (0, 0)),
        *both("direct", "AB", (0, 0), (400, 0)),
        *both("up", "AX", (0, 0), (0, 100)),
        *both("over", "XY", (0, 100), (400, 100)),
        *both("down", "YB", (400, 100), (400, 0)),
        *both("out", "BC", (400, 0), (600, 0)),
    ]
    spots = {"P": (-100.0, -8.0), "Q": (500.0, -8.0)}
    assert laid_run(spots, "PQ", streets=streets)["P>Q"] == ["direct", "in", "out"]
    driven = [(-100, -8), (0, 0), (0, 100), (400, 100), (400, 0), (500, -8)]
    seen = builder.link("P>Q", *(at(*spot) for spot in driven), length_source="learned")
    [section], overlay = laid([seen], streets, ["PQ"])
    assert [pair.standard_id for pair in overlay] == ["down", "in", "out", "over", "up"]
    assert (section.length_source, section.length_m) == ("path", 797)
