"""What the desk says of buses that go round, as they are seen."""

from typing import Any

import pytest

from maps.desk.facts.scene import AskedPlace
from maps.desk.facts.ways import DetourFinder
from tests.cities.desks import BUSES, MIN_MS, NETWORK, NOW, Street, card, kst, place, spoken

A, B = "S1>S2", "S2>S1"
ROUTE = place("route", "S0>S1", A, "S2>S3", name="R300", title="300")
STOP = place("stop", "S0>S1", A, name="S1", title="명동입구")
OTHER_STOP = place("stop", "S2>S3", name="S3", title="팔호광장")
ROAD = place("section", A)
NO_RECORD = "우회하는 이유는 허가나 돌발 자료에 없습니다."
WAY = "300번 버스는 지금 도청로로 우회하며 명동입구 정류장에 서지 않습니다."


def told(street: Street, here: AskedPlace) -> str:
    return spoken(card(here, street.scene())["clauses"], "buses")


@pytest.mark.parametrize("here", [ROUTE, STOP, ROAD], ids=["route", "stop", "road"])
def test_a_route_a_stop_and_a_road_say_which_way_buses_take(here: AskedPlace) -> None:
    assert told(Street().gone_round(A), here).startswith(f"{WAY} {NO_RECORD}")


@pytest.mark.parametrize("here", [ROUTE, STOP], ids=["route", "stop"])
def test_who_asks_for_buses_hears_it_in_the_sentence(here: AskedPlace) -> None:
    body = card(here, Street().gone_round(A).scene())
    assert WAY in body["sentence_ko"]
    assert NO_RECORD not in body["sentence_ko"]
    assert "Bus 300 goes by 도청로 now and does not serve 명동입구." in body["sentence_en"]


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({"way": []}, "300번 버스는 지금 우회하며 명동입구 정류장에 서지 않습니다."),
        ({"stops": []}, "300번 버스는 지금 도청로로 우회하고 있습니다."),
        ({"way": [], "stops": []}, "300번 버스는 지금 우회하고 있습니다."),
    ],
)
def test_what_is_not_known_is_not_said(more: dict[str, Any], text: str) -> None:
    assert told(Street().gone_round(A, **more), ROUTE).startswith(text)


def test_the_permit_or_the_incident_that_explains_it_is_named() -> None:
    works = Street().dug(A, closure="full").gone_round(A, cause="work:2026-굴착-0412")
    assert "하수관 정비 공사 때문으로 보입니다." in told(works, STOP)
    crash = Street().struck(A).gone_round(A, cause="incident:I1")
    assert "사고 때문으로 보입니다." in told(crash, STOP)
    gone = Street().gone_round(A, cause="work:2026-굴착-0999")
    assert "2026-굴착-0999 때문으로 보입니다." in told(gone, STOP)


def test_routes_that_go_round_alike_are_told_together() -> None:
    street = Street().gone_round(A).gone_round(A, route_id="7")
    assert "7번, 300번 버스는 지금 도청로로 우회하며" in told(street, STOP)


def test_another_stop_another_direction_and_another_road_say_nothing() -> None:
    street = Street().gone_round(A)
    for here in (OTHER_STOP, place("section", B), place("section", "S2>S3")):
        assert "우회" not in told(street, here)


def test_while_the_feed_of_buses_is_silent_nothing_is_known_of_now() -> None:
    street = Street(silent_ms={BUSES: NOW - 30 * MIN_MS}).gone_round(A)
    assert "우회" not in told(street, STOP)


def test_what_is_seen_stands_in_place_of_what_a_closure_may_do() -> None:
    street = Street().dug(A, closure="full").gone_round(A, cause="work:2026-굴착-0412")
    body = card(STOP, street.scene(), DetourFinder(NETWORK))
    assert "300" not in [row["route_no"] for row in body["buses"]]
    assert [row["route_no"] for row in body["rounds"]] == ["300"]
    assert "수 있습니다" not in body["sentence_ko"].partition("버스는")[2]


def test_it_rests_on_the_buses_that_were_seen() -> None:
    body = card(ROUTE, Street().gone_round(A).scene())
    source = next(row for row in body["sources"] if "우회" in row["ko"])
    assert source["kind"] == "bus"
    assert source["at_ms"] == kst("2026-11-23 13:56")
    assert "2대" in source["ko"]
