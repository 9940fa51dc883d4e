"""The body of `/api/v1/discrepancies`, to the letter."""

from maps.picture.discrepancies import body_of, discrepancies_of
from maps.picture.picture import picture_of
from streams.contract.enums import Certainty, DiscrepancyKind, SightingKind
from streams.domain.observed.rows import Discrepancy, SeenBus
from streams.state.kinds import StoredPicture
from tests.cities.buses import town
from tests.cities.rows import json_of

TOWN = town()
KNOWN = Discrepancy(
    DiscrepancyKind.NO_EFFECT,
    "P1",
    ("M3>M4", "M4>M5"),
    since_ms=1000,
    told_ms=2000,
    until_ms=3000,
    certainty=Certainty.CONFIRMED,
    through=4,
    round=1,
    speed_ratio=980,
    declared_ms=900,
    declared_until_ms=2900,
    events=(
        SeenBus(1500, SightingKind.THROUGH, "R3"),
        SeenBus(1600, SightingKind.ASTRAY, "no such route"),
    ),
)
BARE = Discrepancy(DiscrepancyKind.UNDECLARED, "", ("no such link",), since_ms=1, told_ms=2000)


def test_everything_that_is_known() -> None:
    assert json_of(body_of("no_effect:work:P1:1000", KNOWN, TOWN)) == {
        "id": "no_effect:work:P1:1000",
        "kind": "no_effect",
        "work": "P1",
        "links": ["M3>M4", "M4>M5"],
        "direction": 90,
        "since_ms": 1000,
        "told_ms": 2000,
        "until_ms": 3000,
        "certainty": "confirmed",
        "evidence": {
            "through": 4,
            "round": 1,
            "speed_ratio": 980,
            "declared_from_ms": 900,
            "declared_until_ms": 2900,
            "buses": [
                {"at_ms": 1500, "did": "through", "route": "3"},
                {"at_ms": 1600, "did": "astray", "route": "no such route"},
            ],
        },
    }


def test_what_is_not_known_is_null() -> None:
    assert json_of(body_of("x", BARE, TOWN)) == {
        "id": "x",
        "kind": "undeclared",
        "work": None,
        "links": ["no such link"],
        "direction": None,
        "since_ms": 1,
        "told_ms": 2000,
        "until_ms": None,
        "certainty": "inferred",
        "evidence": {
            "through": 0,
            "round": 0,
            "speed_ratio": None,
            "declared_from_ms": None,
            "declared_until_ms": None,
            "buses": [],
        },
    }


def test_the_newest_first_and_of_one_time_by_id() -> None:
    rows = {"b": BARE, "a": BARE, "old": KNOWN, "new": KNOWN}
    rows["old"], rows["new"] = _told(KNOWN, 1), _told(KNOWN, 9999)
    body = json_of(discrepancies_of(picture_of(StoredPicture(discrepancies=rows), TOWN), TOWN))
    assert list(body) == ["discrepancies"]
    assert [row["id"] for row in body["discrepancies"]] == ["new", "a", "b", "old"]


def test_where_all_is_as_declared_the_list_is_empty() -> None:
    assert json_of(discrepancies_of(picture_of(StoredPicture(), TOWN), TOWN)) == {
        "discrepancies": []
    }


def _told(row: Discrepancy, told_ms: int) -> Discrepancy:
    return Discrepancy(row.kind, row.work, row.links, row.since_ms, told_ms)
