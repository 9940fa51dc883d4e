"""Many works in one place: one fact instead of every pair of them."""

from dataclasses import replace

from streams.contract.enums import Closure
from streams.contract.records import PermitBatch
from streams.domain.clashes.crowds import MOST_NAMED, MOST_ON_LINK
from streams.domain.clashes.finder import ClashFinder
from streams.domain.clashes.words import reason
from streams.domain.doubtful_points import MOST_AT_POINT, POINT_SHARED
from streams.domain.stages.works import WorksStage
from tests.cities.builder import town
from tests.cities.fakes import LON, Folded, street
from tests.cities.sites import Site, by_id, clashes, road
from tests.cities.works import PERMIT, kst
from tests.texts import both

HERE = road((0, 0), (1, 0))
BESIDE = road((1, 0), (2, 0))


def at_one_place(count: int) -> list[Site]:
    return [Site(f"W{at:03}", HERE) for at in range(count)]


def test_as_many_works_as_may_be_compared_are() -> None:
    found = clashes(*at_one_place(MOST_ON_LINK))
    assert {clash.kind for clash in found} == {"works"}
    assert len(found) == MOST_ON_LINK * (MOST_ON_LINK - 1) // 2


def test_one_more_is_a_crowd_and_no_pairs() -> None:
    works = at_one_place(MOST_ON_LINK + 1)
    [crowd] = clashes(*works)
    assert (crowd.kind, crowd.count, crowd.severity) == ("crowd", MOST_ON_LINK + 1, "low")
    assert crowd.works == tuple(sorted(site.permit_id for site in works))[:MOST_NAMED]
    assert set(crowd.links) <= set(HERE)


def test_a_crowd_keeps_its_id_while_works_come_and_go() -> None:
    ids = {clash.id for count in (25, 30, 40) for clash in clashes(*at_one_place(count))}
    assert len(ids) == 1


def test_works_beside_a_crowd_are_compared_with_each_other() -> None:
    beside = [Site("X1", BESIDE), Site("X2", BESIDE)]
    found = clashes(*at_one_place(MOST_ON_LINK + 1), *beside)
    assert {clash.works for clash in found if clash.kind == "works"} == {("X1", "X2")}


def test_a_crowd_that_shrinks_is_compared_again() -> None:
    kept = ClashFinder(town(4, 3))
    works = at_one_place(MOST_ON_LINK + 1)
    kept.of(by_id(*works), kst("12:00"))
    for some in (works[:5], works, works[3:9]):
        again = ClashFinder(town(4, 3)).of(by_id(*some), kst("12:00"))
        assert kept.of(by_id(*some), kst("12:00")) == again


def test_clashes_grow_no_faster_than_the_city() -> None:
    lines = [road((x, y), (x + 1, y)) for x in range(9) for y in range(8)]
    works = [Site(f"W{at:05}", lines[at % len(lines)]) for at in range(20 * len(lines))]
    assert len(clashes(*works, network=town(10, 8))) < 25_000


def test_a_full_closure_in_a_crowd_still_takes_buses_off_the_road() -> None:
    batch = at_one_point(MOST_ON_LINK + 1, flags=())
    rows = [replace(row, link_ids=("S1>S2",), closure=Closure.PARTIAL) for row in batch.rows]
    rows[0] = replace(rows[0], closure=Closure.FULL)
    found = folded(replace(batch, rows=tuple(rows))).state["clashes"].values()
    assert {clash.kind for clash in found} == {"crowd", "route"}


# ---- a point that cannot be right ------------------------------------------------------------


def at_one_point(count: int, *, flags: tuple[str, ...] = (POINT_SHARED,)) -> PermitBatch:
    rows = tuple(
        replace(
            PERMIT, permit_id=f"P{at}", number=f"P{at}", closure=Closure.FULL, flags=flags, lon=LON
        )
        for at in range(count)
    )
    return PermitBatch("permits", kst("12:00", 1), is_complete=True, rows=rows)


def folded(batch: PermitBatch) -> Folded:
    return Folded(WorksStage(street(), partitions=1), topic="permits").take_all([batch])


def test_a_doubtful_point_closes_no_road_and_is_told_once() -> None:
    fold = folded(at_one_point(600))
    assert len(fold.state["works"]) == 600
    assert not any(work.links for work in fold.state["works"].values())
    assert not any(part.obstructions for part in fold.derived[0])
    [clash] = fold.state["clashes"].values()
    assert (clash.kind, clash.count) == ("point", 600)
    korean, english = both(reason(clash, fold.state["works"], street()))
    assert korean == "같은 지점에 허가 600건: 위치 의심"
    assert english.startswith("600 permits at one point")


def test_a_point_that_is_believed_places_its_works() -> None:
    batch = at_one_point(MOST_AT_POINT, flags=())
    assert all(work.links for work in folded(batch).state["works"].values())


def test_a_doubtful_point_gives_way_to_links_of_its_own() -> None:
    batch = at_one_point(1)
    [row] = batch.rows
    placed = replace(row, link_ids=("S1>S2",))
    [work] = folded(replace(batch, rows=(placed,))).state["works"].values()
    assert (work.placed_by, "S1>S2" in work.links) == ("link_id", True)


def test_a_point_that_is_believed_again_places_its_work_again() -> None:
    doubtful = at_one_point(1)
    sound = replace(
        doubtful,
        received_ms=doubtful.received_ms + 1,
        rows=tuple(replace(row, flags=()) for row in doubtful.rows),
    )
    fold = folded(doubtful).take_all([sound])
    [work] = fold.state["works"].values()
    assert work.links
    assert "point" not in {clash.kind for clash in fold.state["clashes"].values()}


def test_a_doubtful_point_is_over_with_its_works() -> None:
    batch = at_one_point(30)
    rows = tuple(replace(row, is_withdrawn=True) for row in batch.rows)
    fold = folded(batch).take_all([replace(batch, received_ms=batch.received_ms + 1, rows=rows)])
    assert fold.state["clashes"] == {}
