"""What the desk says of a work whose place may be wrong, and of what its list could not tell."""

from typing import Any

import pytest

from tests.cities.desks import BUSES, MIN_MS, NOW, PERMITS, Street, card, place

Json = dict[str, Any]
SAID = "다만 위치가 정확하지 않을 수 있습니다."
FAR: Json = {"flags": ["point_far_from_address"]}
FULL: Json = {"closure": "full"}
WORK = "2026-굴착-0412"


def asked(street: Street, kind: str = "section", name: str = "S0>S1") -> Json:
    where = place(kind, "S0>S1", name=name)
    return card(where, street.scene())


@pytest.mark.parametrize(
    ("more", "is_said"),
    [
        ({}, False),
        (FAR, True),
        ({"placed_by": "address_near"}, True),
        ({"flags": ["point_shared", "dup"]}, True),
        ({"flags": ["coord_swapped"]}, False),
        ({"is_direction_unread": True}, False),
    ],
)
@pytest.mark.parametrize(("kind", "name"), [("section", "S0>S1"), ("work", WORK)])
def test_a_doubtful_place_is_said_once_behind_what_holds(
    kind: str, name: str, more: Json, *, is_said: bool
) -> None:
    body = asked(Street().dug("S0>S1", **FULL, **more), kind, name)
    assert body["sentence_ko"].count(SAID) == is_said
    verdict = body["clauses"][0]
    assert (verdict["name"], verdict["ko"].endswith(SAID)) == ("verdict", is_said)


def test_another_work_whose_place_is_sure_takes_the_doubt_away() -> None:
    street = Street().dug("S0>S1", **FULL, **FAR)
    assert SAID in asked(street)["sentence_ko"]
    assert SAID in asked(street.dug("S0>S1", name="B", closure="partial"))["sentence_ko"]
    assert SAID not in asked(street.dug("S0>S1", name="C", **FULL))["sentence_ko"]


def test_what_was_heard_last_is_as_doubtful() -> None:
    street = Street().dug("S0>S1", **FULL, **FAR)
    street.silent_ms |= {PERMITS: NOW - 90 * MIN_MS, BUSES: NOW - 90 * MIN_MS}
    assert SAID in asked(street)["sentence_ko"]


def test_works_and_incidents_carry_their_flags_to_the_screen() -> None:
    street = Street().dug("S0>S1", flags=["hours_unreadable"])
    street.struck("S0>S1", flags=["end_from_words"])
    body = asked(street)
    assert [row["flags"] for row in body["works"]] == [["hours_unreadable"]]
    assert [row["flags"] for row in body["incidents"]] == [["end_from_words"]]
