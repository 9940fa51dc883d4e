"""From search results to an answer, a choice or what comes nearest; and the ways round."""

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from maps.desk.asking.lookup import named, place_of
from maps.desk.facts.gather import gather
from maps.desk.facts.ways import DetourFinder, around, closed_links
from maps.search.entry import SearchHit
from tests.cities.desks import (
    BUSES,
    EVENTS,
    MIN_MS,
    NETWORK,
    NOW,
    PERMITS,
    Street,
    answer,
    kst,
    place,
    spoken,
    work_of,
)

Json = dict[str, Any]
A, B = "S1>S2", "S2>S1"


def found(*links: str, score: int = 100, certain: bool = False, **more: Any) -> SearchHit:
    """A result of the search over these links."""
    own = NETWORK.links[NETWORK.index[links[0]]] if links else None
    row: Json = {
        "kind": "section",
        "id": links[0] if links else "x",
        "title": own.name if own else "x",
        "subtitle": "",
        "lon": None,
        "lat": None,
        "links": [NETWORK.index[link] for link in links],
        "score": score,
        "is_certain": certain,
    }
    return msgspec.convert(row | more, SearchHit)


def ask(rows: list[SearchHit], street: Street | None = None, **more: Any) -> Json:
    return answer("물음", rows, (street or Street()).scene(), None, **more)


def test_one_sure_result_is_answered() -> None:
    body = ask([found(A, certain=True), found(B, score=80)])
    assert body["status"] == "answer"
    assert body["card"]["place"]["links"] == [A]


def test_several_readings_are_a_choice_with_the_closed_first() -> None:
    street = Street().dug(A, closure="full").dug(B, name="2026-굴착-0500")
    body = ask([found("S0>S1"), found(B), found(A)], street)
    assert (body["status"], body["card"]) == ("choose", None)
    assert [row["id"] for row in body["candidates"]] == [A, B, "S0>S1"]
    assert [row["verdict"]["word_ko"] for row in body["candidates"]] == [
        "전면 통제",
        "부분 통제",
        "통제 정보 없음",
    ]
    assert body["sentence_ko"] == "3곳이 있습니다. 어디인지 골라 주십시오."


def test_a_better_match_stays_before_a_closed_one() -> None:
    body = ask([found(B), found(A, score=80)], Street().dug(A, closure="full"))
    assert [row["id"] for row in body["candidates"]] == [B, A]


def test_what_only_comes_near_is_never_an_answer() -> None:
    body = ask([found(A, score=55)])
    assert (body["status"], body["card"]) == ("not_found", None)
    assert body["sentence_ko"] == (
        "찾지 못했습니다. 비슷한 곳으로는 명동입구 → 중앙로입구 등이 있습니다."
    )


def test_nothing_at_all_says_how_to_ask() -> None:
    assert ask([])["sentence_ko"].startswith("찾지 못했습니다. ")
    assert answer(" ", [], Street().scene(), None)["sentence_ko"] == "찾을 곳을 말씀해 주십시오."
    assert ask([], is_named=True)["sentence_ko"].startswith("찾지 못했습니다. ")


def test_a_long_question_comes_back_short_and_clean() -> None:
    body = answer("가\u202e" * 900, [], Street().scene(), None)
    assert len(body["q"]) <= 500
    assert "\u202e" not in body["q"]


def test_a_landmark_without_links_stands_at_the_nearest_road() -> None:
    row = found(kind="place", lon=127.736, lat=37.8801)  # between the second stop and the third
    assert {NETWORK.links[index].id for index in place_of(row, NETWORK).links} == {A, B}


def test_a_landmark_far_from_any_road_has_none() -> None:
    assert place_of(found(kind="place", lon=127.736, lat=37.95), NETWORK).links == ()


def test_a_section_and_a_work_are_known_by_their_ids() -> None:
    work_row = work_of(Street().dug().works["2026-굴착-0412"])
    section = named("section", A, NETWORK, None)
    work = named("work", "2026-굴착-0412", NETWORK, work_row)
    assert section is not None
    assert section.links == (NETWORK.index[A],)
    assert work is not None
    assert (work.links, work.title) == ((), "하수관 정비")
    assert named("work", "none", NETWORK, None) is None
    assert named("stop", A, NETWORK, None) is None


def test_a_permit_placed_nowhere_is_answered_as_such() -> None:
    street = Street().dug()
    row = named("work", "2026-굴착-0412", NETWORK, work_of(street.works["2026-굴착-0412"]))
    assert row is not None
    body = ask([row], street, is_named=True)
    assert "하수관 정비 공사의 위치를 확인하지 못했습니다." in body["card"]["sentence_ko"]


def test_of_a_closed_lane_buses_confirm_nothing_whatever_their_feed_does() -> None:
    row = [found(A, certain=True)]
    words = [
        ask(row, street)["card"]["verdict"]["certainty"]
        for street in (
            Street().dug(A),
            Street().dug(A).driven(A, buses=2),
            Street(silent_ms={BUSES: NOW - 5 * MIN_MS}).dug(A).driven(A, buses=2),
            Street(silent_ms={PERMITS: NOW - 60 * MIN_MS}).dug(A).driven(A, buses=2),
        )
    ]
    assert words == ["reported", "reported", "reported", "lost"]


def test_a_bus_that_passed_before_the_closure_began_speaks_not_against_it() -> None:
    before = Street().dug(A, closure="full", starts_ms=NOW - 2 * MIN_MS).driven(A, buses=5)
    body = ask([found(A, certain=True)], before)
    assert body["card"]["verdict"]["word_ko"] == "전면 통제"


def test_only_the_buses_since_the_closure_began_are_counted() -> None:
    begun = [(2, 3, 0), (4, 3, 1), (60, 3, 5)]  # minutes since it began, since the last bus; count
    for began_min, bus_min, count in begun:
        street = Street().dug(A, starts_ms=NOW - began_min * MIN_MS)
        facts = gather(place("section", A), street.driven(A, buses=5, ago_min=bus_min).scene())
        assert facts.seen.count == count


def test_a_work_that_ended_by_the_date_of_a_silent_list_lets_nothing_be_inferred() -> None:
    street = Street().dug(A, phase="finished", ends_ms=NOW - 60 * MIN_MS)
    row = [found(A, certain=True)]
    assert ask(row, street)["card"]["verdict"]["certainty"] == "inferred"
    street.silent_ms = {PERMITS: NOW - 60 * MIN_MS}
    assert ask(row, street)["card"]["verdict"]["certainty"] == "lost"


def test_a_work_that_rests_closes_nothing() -> None:
    rows: list[Json] = [{"phase": "paused"}, {"is_in_force": False}, {"phase": "finished"}]
    for row in rows:
        street = Street().dug(A, **{"closure": "full", **row})
        assert not closed_links(street.scene().picture, NETWORK)


def test_calls_of_the_last_half_hour_are_counted() -> None:
    street = Street()
    for number, minutes in enumerate((1, 29, 31)):
        at_ms = NOW - minutes * MIN_MS
        street.calls[f"c{number}"] = {"received_ms": at_ms, "link_ids": [A]}
    card = ask([found(A, certain=True)], street)["card"]
    assert card["calls"] == {"count_30min": 2, "is_reported": False}


def test_another_time_is_said_with_the_answer() -> None:
    street = Street(now_ms=kst("2026-11-22 08:10")).dug(A, starts_ms=kst("2026-11-21 09:00"))
    scene = street.scene()
    then = type(scene)(**{**_fields(scene), "asked_ms": NOW})
    card = answer("x", [found(A, certain=True)], then, None)["card"]
    assert card["sentence_ko"].startswith("어제 오전 8시 10분 기준입니다. ")
    assert "오늘 오후 6시까지 통제할 예정" in card["sentence_ko"]  # the day of the one who reads it


def _fields(scene: Any) -> Json:
    names = ("network", "picture", "by_link", "now_ms", "store", "fresh_ms")
    return {name: getattr(scene, name) for name in names}


def test_a_closure_is_got_round_as_a_whole() -> None:
    street = Street().dug("S0>S1", A, B, closure="full")
    facts = gather(place("section", A), street.scene())
    assert around(facts, NETWORK) == ("S0>S1", A)


def test_a_road_without_another_way_says_so() -> None:
    scene = Street().dug(A, closure="full").scene()
    card = answer("x", [found(A, certain=True)], scene, DetourFinder(NETWORK))["card"]
    assert card["detour"] is None
    assert spoken(card["clauses"], "detour") == "우회로를 찾지 못했습니다."


def test_a_partial_closure_needs_no_way_round() -> None:
    scene = Street().dug(A).scene()
    card = answer("x", [found(A, certain=True)], scene, DetourFinder(NETWORK))["card"]
    assert "detour" not in {clause["name"] for clause in card["clauses"]}


def test_a_stop_between_closed_sections_is_skipped_and_the_nearest_named() -> None:
    scene = Street().dug("S0>S1", A, closure="full").scene()
    row = found("S0>S1", A, certain=True, kind="stop", id="S1", title="명동입구")
    card = answer("x", [row], scene, DetourFinder(NETWORK))["card"]
    [bus] = card["buses"]
    assert [stop["name"] for stop in bus["skipped"]] == ["명동입구"]
    assert bus["nearest"]["name"] in ("시청앞", "중앙로입구")
    assert "300번 버스는 명동입구 정류장에 서지 못할 수 있습니다." in card["sentence_ko"]


def test_a_stop_skipped_elsewhere_is_not_told_here() -> None:
    scene = Street().dug(A, "S2>S3", closure="full").scene()
    row = found("S0>S1", certain=True, kind="stop", id="S0", title="시청앞")
    assert answer("x", [row], scene, DetourFinder(NETWORK))["card"]["buses"] == []
    route = found("S0>S1", A, "S2>S3", certain=True, kind="route", id="R300", title="300")
    card = answer("x", [route], scene, DetourFinder(NETWORK))["card"]
    assert [stop["name"] for stop in card["buses"][0]["skipped"]] == ["중앙로입구"]
    assert [row["id"] for row in card["route"]["closed"]] == [A, "S2>S3"]


closures = st.dictionaries(
    st.sampled_from([link.id for link in NETWORK.links]),
    st.sampled_from(["full", "partial", "sidewalk"]),
)


@settings(max_examples=60, deadline=None)
@given(closures, st.sampled_from(["work", "view"]))
def test_every_full_closure_is_known_whoever_says_so(closed: dict[str, str], by: str) -> None:
    street = Street(feeds=(PERMITS, BUSES, EVENTS))
    for number, (link, closure) in enumerate(closed.items()):
        if by == "work":
            street.dug(link, name=f"W{number}", closure=closure)
        else:
            street.views[link] = {"closure": closure}
    full = {link for link, closure in closed.items() if closure == "full"}
    assert closed_links(street.scene().picture, NETWORK) == full
