"""What the desk says where buses go round, or drive where a permit says they cannot."""

from typing import Any

import pytest

from tests.cities.desks import BUSES, MIN_MS, NOW, Street, card, place

A, B, C = "S1>S2", "S2>S3", "S0>S1"
HERE = place("section", A)
NAME = "명동입구에서 중앙로입구 방향"
Json = dict[str, Any]


def asked(street: Street, here: Any = HERE) -> Json:
    return card(here, street.scene())


def verdict(body: Json) -> tuple[str, str, str]:
    found = body["verdict"]
    return found["closure"], found["certainty"], found["word_ko"]


def test_a_road_that_buses_go_round_without_a_record_is_said_to_be_so() -> None:
    body = asked(Street().fenced(A).differs("undeclared", A, round=2))
    assert verdict(body) == ("full", "confirmed", "기록 없는 통행 불가")
    assert body["sentence_ko"].startswith(
        f"{NAME}은 허가 기록은 없지만 버스 2대가 우회했습니다. 오늘 오후 1시 51분부터 버스가"
    )


def test_one_route_alone_is_an_inference() -> None:
    body = asked(Street().fenced(A, certainty="inferred").driven(A, buses=3))
    assert verdict(body)[1] == "inferred"
    assert "허가 기록은 없지만 버스가 우회하고 있습니다." in body["sentence_ko"]
    assert "한 노선의 버스가 우회하여 추정한 것입니다." in body["sentence_ko"]


def test_only_the_part_that_buses_go_round_is_closed() -> None:
    route = place("route", A, B, C, name="R300", title="300")
    body = asked(Street().fenced(B).differs("undeclared", B, round=4), route)
    assert verdict(body)[2] == "일부 구간 기록 없는 통행 불가"
    assert "중앙로입구에서 팔호광장 방향은 허가 기록은 없지만 버스 4대" in body["sentence_ko"]


def test_a_work_past_its_end_is_not_called_a_road_without_a_record() -> None:
    body = asked(Street().fenced(A).differs("overrun", A, work="P", round=3))
    assert "허가 시간이 끝났지만 버스 3대가 우회했습니다." in body["sentence_ko"]


def test_a_silent_feed_of_buses_says_nothing_of_rounds() -> None:
    street = Street(silent_ms={BUSES: NOW - 30 * MIN_MS}).fenced(A)
    body = asked(street.differs("undeclared", A, round=2))
    assert body["verdict"]["closure"] == "none"
    assert "돌아" not in body["sentence_ko"]


def test_buses_that_go_round_confirm_a_full_closure_and_no_other() -> None:
    full = asked(Street().dug(A, closure="full").fenced(A))
    assert verdict(full)[:2] == ("full", "confirmed")
    assert "버스가 우회하는 것으로 확인했습니다." in full["sentence_ko"]
    partial = asked(Street().dug(A).fenced(A).driven(A, buses=6))
    assert verdict(partial)[:2] == ("partial", "reported")
    assert "확인했습니다" not in partial["sentence_ko"]


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("no_effect", f"다만 허가 시간인데도 {NAME}을 버스 4대가 평소처럼 지나갔습니다."),
        ("late_start", f"다만 허가 시간이 시작된 뒤에도 {NAME}을 버스 4대가 지나갔습니다."),
        ("early_end", f"다만 허가 시간 안인데도 {NAME}을 버스 4대가 다시 지나갔습니다."),
        ("overdeclared", f"다만 전면 통제로 통보된 {NAME}을 버스 4대가 느리게 지나갔습니다."),
    ],
)
def test_what_buses_do_against_a_permit_is_said(kind: str, said: str) -> None:
    street = Street().dug(A, name="P").differs(kind, A, work="P", through=4)
    body = asked(street)
    assert said in body["sentence_ko"]
    assert body["verdict"]["certainty"] == "reported"
    [clause] = [each for each in body["clauses"] if each["name"] == "observed"]
    assert clause["sources"]
    over = street.differs(kind, A, work="P", through=4, until_ms=NOW)
    assert said not in asked(over)["sentence_ko"]


def test_each_closed_link_has_its_own_cause() -> None:
    route = place("route", A, B, C, name="R300", title="300")
    street = Street().dug(A, name="P1", title="하수관 정비", closure="full")
    street.dug(B, name="P2", title="가스관 매설", closure="full")
    body = asked(street, route)
    told = body["sentence_ko"]
    assert "하수관 정비 공사로 전면 통제" not in told
    assert f"{NAME}은 하수관 정비 공사 때문입니다." in told
    assert "중앙로입구에서 팔호광장 방향은 가스관 매설 공사 때문입니다." in told
    assert "까지 통제할 예정" not in told  # they end at times of their own


def test_buses_on_one_closed_link_do_not_deny_the_closure_of_another() -> None:
    route = place("route", A, B, name="R300", title="300")
    street = Street().dug(A, name="P1", closure="full").dug(B, name="P2", closure="full")
    assert verdict(asked(street.driven(A, buses=3), route))[2] != "통보된 전면 통제"
    assert verdict(asked(street.driven(A, B, buses=3), route))[2] == "통보된 전면 통제"
