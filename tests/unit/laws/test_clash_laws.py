from collections.abc import Sequence
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from streams.contract.enums import Closure, Phase
from streams.contract.times import DAY_MS, EVER_MS
from streams.domain.clashes.cuts import Cuts, smallest
from streams.domain.clashes.finder import Clash, ClashFinder
from streams.domain.clashes.on_detours import WaysRound
from streams.domain.clashes.pairs import site_of
from streams.domain.overlaps import HoursSpan, span
from streams.domain.roads.graph import RoadGraph
from streams.geo.network import Landmark, Network, Route
from tests.cities.builder import node, stop, town
from tests.cities.sites import HOUR_MS, NOW_MS, Site
from tests.unit.laws.profile import tried

WIDTH, HEIGHT = 4, 3


def city() -> Network:
    """A grid with two layers on one street, a bus line and three key places."""
    corners = (("소방서", 0, 0), ("병원", WIDTH - 1, HEIGHT - 1), ("역", WIDTH - 1, 0))
    return town(
        WIDTH,
        HEIGHT,
        carried=frozenset(f"{node(x, 1)}>{node(x + 1, 1)}" for x in range(WIDTH - 1)),
        routes=(Route("R7", "7", tuple(node(x, 0) for x in range(WIDTH))),),
        places=tuple(
            Landmark(kind, kind, stop(x, y).lon, stop(x, y).lat) for kind, x, y in corners
        ),
    )


CITY = city()
LINKS = st.lists(st.sampled_from([link.id for link in CITY.links]), max_size=4, unique=True)
PERIODS = st.builds(  # from 9 o'clock or midnight; the begin or the end may be unknown
    lambda at_ms, begin, days, gap: (
        None if gap == "begin" else at_ms + begin * DAY_MS,
        None if gap == "end" else at_ms + (begin + days) * DAY_MS,
    ),
    st.sampled_from([NOW_MS, NOW_MS - 9 * HOUR_MS]),
    st.integers(-5, 35),
    st.integers(1, 20),
    st.sampled_from(["", "", "", "begin", "end", "end"]),
)
SITES = st.builds(
    lambda number, links, phase, closure, period, hours, organisation: Site(
        f"P{number}",
        tuple(links),
        phase=phase,
        closure=closure,
        starts_ms=period[0],
        ends_ms=period[1],
        hours=hours,
        organisation=organisation,
    ),
    st.integers(0, 7),
    LINKS,
    st.sampled_from(
        [Phase.PLANNED, Phase.ACTIVE, Phase.ACTIVE, Phase.PAUSED, Phase.OVERDUE, Phase.FINISHED]
    ),
    st.sampled_from([Closure.FULL, Closure.FULL, Closure.PARTIAL, Closure.SIDEWALK]),
    PERIODS,
    st.sampled_from(["", "22:00-05:00", "09:00-18:00", "08:00-12:00,21:00-02:00"]),
    st.sampled_from(["", "KT"]),
)
WORLDS = st.lists(st.lists(SITES, max_size=7), min_size=1, max_size=5)

GRAPH = RoadGraph(CITY)
RUNS = [GRAPH.runs_of([link.id])[0] for link in CITY.links]
SHUT = st.frozensets(st.integers(0, len(CITY.links) - 1), max_size=12)
EACH = st.lists(st.frozensets(st.integers(0, 11), max_size=9), min_size=2, max_size=6)


def now(sites: list[Site], at_ms: int = NOW_MS) -> dict[str, Clash]:
    return ClashFinder(CITY).of({site.permit_id: site for site in sites}, at_ms)


@tried(60)
@given(WORLDS, st.lists(st.integers(-2, 30), min_size=5, max_size=5))
def test_what_was_known_before_leaves_no_trace(worlds: list[list[Site]], days: list[int]) -> None:
    kept = ClashFinder(CITY)
    for sites, day in zip(worlds, days, strict=False):
        at_ms = NOW_MS + day * DAY_MS
        found = kept.of({site.permit_id: site for site in sites}, at_ms)
        assert found == now(sites, at_ms)


@tried(60)
@given(st.lists(SITES, max_size=7), st.randoms(use_true_random=False))
def test_the_order_of_works_leaves_no_trace(sites: list[Site], random) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001
    by_id = {site.permit_id: site for site in sites}
    shuffled = random.sample(list(by_id.values()), len(by_id))
    assert now(list(by_id.values())) == now(shuffled)


@tried(60)
@given(st.lists(SITES, max_size=7))
def test_every_clash_is_between_open_works_that_are_there_together(sites: list[Site]) -> None:
    by_id = {site.permit_id: site for site in sites}
    for clash_id, clash in now(sites).items():
        works = [by_id[work_id] for work_id in clash.works]
        assert clash.id == clash_id
        assert list(clash.works) == sorted(set(clash.works))
        assert all(work.phase != "finished" and work.links for work in works)
        assert clash.from_ms == max(_occupied(work).starts_ms for work in works)
        ends = [_occupied(work).ends_ms for work in works]
        dated = [end for end, work in zip(ends, works, strict=True) if work.phase != "overdue"]
        until_ms = min([end for end in dated if end < EVER_MS], default=max(ends))
        assert clash.until_ms == (None if until_ms == EVER_MS else until_ms)


def _occupied(work: Site) -> HoursSpan:
    return span(work.starts_ms, work.ends_ms, work.hours)


@tried(60)
@given(st.lists(SITES, max_size=7))
def test_a_work_more_never_hides_a_clash_of_two(sites: list[Site]) -> None:
    by_id = {site.permit_id: site for site in sites}
    kinds = {"works", "route", "stop"}
    for some, more in pairwise(range(len(by_id) + 1)):
        before = now(list(by_id.values())[:some])
        after = now(list(by_id.values())[:more])
        assert {k for k, x in before.items() if x.kind in kinds} <= set(after)


@tried(100)
@given(st.lists(st.frozensets(st.integers(0, 9), min_size=1, max_size=3), min_size=1, max_size=4))
def test_the_smallest_cause_is_enough_and_nothing_of_it_can_be_left_out(
    causes: list[frozenset[int]],
) -> None:
    sites = list(range(10))

    def is_enough(some: Sequence[int]) -> bool:
        return any(cause <= set(some) for cause in causes)

    found = smallest(sites, is_enough)
    assert is_enough(found)
    assert not any(is_enough([x for x in found if x != left]) for left in found)


@tried(60)
@given(st.lists(SHUT, min_size=2, max_size=8))
def test_a_way_round_that_is_kept_is_the_one_found_anew(shuts: list[frozenset[int]]) -> None:
    kept = WaysRound(GRAPH)
    for shut in shuts:
        assert kept.of(RUNS, shut) == WaysRound(GRAPH).of(RUNS, shut)


STREETS = [f"{node(x, y)}>{node(x + 1, y)}" for x in range(WIDTH - 1) for y in range(HEIGHT)]
AVENUES = [f"{node(x, 0)}>{node(x, 1)}" for x in range(3)]
CLOSINGS = [
    site_of(GRAPH, Site(f"P{at:02}", (link_id,), closure=Closure.FULL))
    for at, link_id in enumerate([*STREETS, *AVENUES])
]


@tried(60)
@given(EACH)
def test_a_cut_that_is_kept_is_the_one_found_anew(each: list[frozenset[int]]) -> None:
    kept = Cuts(GRAPH)
    for some in each:
        sites = [CLOSINGS[at] for at in sorted(some)]
        assert kept.clashes(sites) == Cuts(GRAPH).clashes(sites)
