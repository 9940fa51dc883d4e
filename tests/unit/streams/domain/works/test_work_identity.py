"""Which known work a listed permit is."""

from dataclasses import replace
from typing import Any

import pytest

from streams.contract.enums import Reporter, SiteStatus
from streams.contract.records import Permit, PermitBatch, SiteReport
from streams.contract.times import DAY_MS
from streams.domain.stages.works import WorksStage
from streams.domain.works import Work
from streams.domain.works.identity import family_of, identified, resolved, text_key, unnumbered_id
from streams.domain.works.rows import of_permit
from tests.cities.fakes import LAT, LON, Folded, street

BEGIN_MS = 1_795_359_600_000
NEAR, FAR = 0.0002, 0.01  # degrees: 18 m and 900 m


def permit(place: str = "중앙로 1", lon: float = LON, **more: Any) -> Permit:
    made = Permit(
        "S15",
        "관로 매설",
        BEGIN_MS,
        BEGIN_MS + 30 * DAY_MS,
        number="S15",
        place=place,
        lon=lon,
        lat=LAT,
    )
    return replace(made, **more)


A, B, C = permit(), permit("후석로 7", LON + FAR), permit("석사로 9", LON + 2 * FAR)


def listed(*permits: Permit) -> list[Permit]:
    """The permits under the ids that a list of them gives."""
    ids = identified("S15", permits)
    return [replace(each, permit_id=name) for each, name in zip(permits, ids, strict=True)]


def known(*permits: Permit) -> dict[str, Work]:
    return {each.permit_id: of_permit(each) for each in permits}


def ids_of(works: dict[str, Work], *permits: Permit) -> list[str]:
    """The ids of the works that these permits are, in order of their titles and places."""
    found = resolved(works, permits)
    return [name for each in permits for name, now in found.items() if now.place == each.place]


def test_a_spot_that_is_left_alone_keeps_its_id() -> None:
    several = listed(A, B, C)
    works = known(*several)
    for at, spot in enumerate((A, B, C)):
        assert ids_of(works, *listed(spot)) == [several[at].permit_id]


def test_a_lone_spot_keeps_its_id_when_siblings_come() -> None:
    works = known(*listed(B))
    found = resolved(works, listed(A, B, C))
    assert found["S15"].place == B.place
    assert len(found) == 3


def test_a_crews_start_stays_at_the_dig_it_was_said_of() -> None:
    folded = Folded(WorksStage(street(), partitions=1), topic="permits")
    folded.take(PermitBatch("permits", BEGIN_MS, is_complete=True, rows=tuple(listed(A, B, C))))
    [began] = [name for name, work in folded.state["works"].items() if work.place == B.place]
    folded.take(SiteReport("r1", began, SiteStatus.START, Reporter.CREW, BEGIN_MS + 1))
    for day, spots in enumerate([(B, C), (B,), (C, B, A), (A, C)], start=1):
        rows = tuple(listed(*spots))
        folded.take(PermitBatch("permits", BEGIN_MS + day * DAY_MS, is_complete=True, rows=rows))
        works = folded.state["works"]
        assert [work.place for work in works.values() if work.started] == [B.place]
    assert len(folded.state["works"]) == 3


@pytest.mark.parametrize(
    "changed",
    [
        {"title": "관로 매섣"},
        {"title": "전혀 다른 이름"},
        {"place": "중앙로 1, 2층"},
        {"lon": LON + FAR},  # measured again
        {"lon": None, "lat": None},
        {"ends_ms": BEGIN_MS + 90 * DAY_MS},
        {"organisation": "봄내건설"},
        {"place": "중앙로 100", "lon": LON + NEAR},
    ],
)
def test_a_permit_alone_under_its_number_stays_the_same_when_one_thing_changes(
    changed: dict[str, Any],
) -> None:
    assert list(resolved(known(A), [replace(A, **changed)])) == ["S15"]


@pytest.mark.parametrize(
    "other",
    [
        permit("석사로 9", LON + FAR, title="가스관 이설"),
        permit("석사로 9", LON + FAR, title="가스관 이설", organisation="도시가스"),
        permit("석사로 9", LON + FAR),  # another dig of that permit
        permit("석사로 9", lon=None, lat=None, title="가스관 이설"),  # type: ignore[arg-type]
    ],
)
def test_with_only_the_number_in_common_it_is_another_work(other: Permit) -> None:
    [name] = resolved(known(A), [other])
    assert name.startswith("S15") and name != "S15"  # noqa: PT018
    works = known(A, replace(other, permit_id=name))
    assert list(resolved(works, [other])) == [name]  # and stays it
    assert list(resolved(works, [A])) == ["S15"]


def test_a_spot_that_moved_a_little_is_the_same_and_one_far_off_is_new() -> None:
    several = listed(A, B)
    moved = [replace(A, lon=LON + NEAR), B]
    assert set(resolved(known(*several), listed(*moved))) == {x.permit_id for x in several}
    away = [permit("남춘로 3", LON + 3 * FAR), B]
    assert len({*known(*several), *resolved(known(*several), listed(*away))}) == 3


def test_spots_of_one_fallback_point_are_known_by_their_places() -> None:
    spots = [permit(f"중앙로 {at}") for at in (1, 20, 300)]
    several = listed(*spots)
    found = resolved(known(*several), listed(*spots[1:]))
    assert {name: each.place for name, each in found.items()} == {
        each.permit_id: each.place for each in several[1:]
    }


def test_without_a_number_a_point_across_a_border_of_its_rounding_is_the_same() -> None:
    bare = permit(number="", permit_id="")
    name = unnumbered_id(bare)
    ids: set[str] = set()
    works: dict[str, Work] = {}
    for step in range(60):
        digs = [replace(bare, lon=LON + step * 1e-5), replace(bare, lon=LON + FAR + step * 1e-5)]
        rows = [
            replace(dig, permit_id=each)
            for dig, each in zip(digs, identified(name, digs), strict=True)
        ]
        found = resolved(works, rows)
        ids |= set(found)
        works |= {each: of_permit(row) for each, row in found.items()}
    assert len(ids) == 2


def test_a_work_of_an_older_log_without_a_number_is_met_again() -> None:
    old = of_permit(permit(number="", permit_id="permit-0123456789abcdef"))
    bare = permit(number="", permit_id="")
    now = replace(bare, permit_id=unnumbered_id(bare), place="중앙로 1번지")
    assert list(resolved({old.permit_id: old}, [now])) == [old.permit_id]


def test_works_of_an_older_log_have_their_number_in_their_id() -> None:
    old = of_permit(permit(number="", permit_id="S15#ab12cd"))
    assert family_of(old) == "S15"
    assert list(resolved({old.permit_id: old}, [A])) == [old.permit_id]


def test_a_thousand_rows_of_one_number_are_found_by_their_spots() -> None:
    spots = [permit(f"중앙로 {at}", LON + at * 1e-3) for at in range(1000)]
    several = listed(*spots)
    found = resolved(known(*several), listed(*spots[1:]))
    assert set(found) == {each.permit_id for each in several[1:]}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("석사동 12-1", "석사동 12 - 1번지 일원"),
        ("춘천시 석사동 12-1", "석사동 12－1"),
        ("강원특별자치도 춘천시 석사동 3", "강원도 춘천시 석사동 3번지"),
        ("서울특별시 강남구 역삼동 7", "강남구 역삼동 7"),
        ("중앙로 1, 2", "중앙로 1,2"),
        ("중앙로·후석로", "중앙로, 후석로"),
        ("Ａ블록 앞", "a블록  앞"),
    ],
)
def test_a_place_written_two_ways_has_one_key(one: str, other: str) -> None:
    assert text_key(one) == text_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("석사동 12-1", "석사동 121"), ("중앙로 1", "중앙로 11"), ("1공구", "2공구"), ("가", "나")],
)
def test_two_places_have_two_keys(one: str, other: str) -> None:
    assert text_key(one) != text_key(other)


def test_of_spots_with_one_place_text_one_far_off_is_new() -> None:
    spots = [permit(lon=LON + at * FAR) for at in range(3)]
    several = listed(*spots[:2])
    found = resolved(known(*several), listed(*spots[1:]))
    assert several[1].permit_id in found
    assert several[0].permit_id not in found
