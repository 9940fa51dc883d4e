"""Rows of buses and speeds: repaired with a flag, refused with a code, or counted."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.feeds import its_speeds as its
from producers.feeds import tago
from producers.reading.answers import Answer, Exchange
from producers.reading.fields import text
from producers.reading.privacy import pseudonym
from streams.contract.enums import PollOutcome
from streams.contract.records import BusPosition, LinkSpeed
from streams.contract.settings import Settings
from streams.domain.links.runs import MASKED, SHARED

SETTINGS = Settings(pseudonym_key="secret")
AT_MS = 1_795_414_391_934  # 2026-11-23 15:13:11 KST
BUS = {
    "gpslati": "37.88",
    "gpslong": "127.73",
    "nodeid": "CCB250001192",
    "nodeord": "12",
    "routenm": 301,
    "vehicleno": "강원70자1234",
}
SPEED = {
    "linkId": "2500100100",
    "speed": "42.5",
    "travelTime": "120.25",
    "createdDate": "20261123151000",
}


def buses(*rows: Any) -> Answer:
    body = {"response": {"header": {"resultCode": "00"}, "body": {"items": {"item": list(rows)}}}}
    exchange = Exchange(tago.NAME, AT_MS, "https://x?routeId=CCB1", 200, json.dumps(body).encode())
    return tago.parse_positions(exchange, SETTINGS)


def speeds(*rows: Any) -> Answer:
    body = {"header": {"resultCode": 0}, "body": {"totalCount": len(rows), "items": list(rows)}}
    exchange = Exchange(its.NAME, AT_MS, "https://x", 200, json.dumps(body).encode())
    return its.parse_speeds(exchange, SETTINGS)


def bus(**changed: Any) -> BusPosition:
    [row] = buses({**BUS, **changed}).rows
    assert isinstance(row, BusPosition)
    return row


def refusal(answer: Answer) -> tuple[str, int]:
    """The code of the only refused row, and how many rows were kept."""
    [refused] = answer.refused
    return refused.code, len(answer.rows)


def test_a_bus_has_the_time_of_the_response_and_texts_become_numbers() -> None:
    expected = BusPosition(
        pseudonym("강원70자1234", SETTINGS, AT_MS),
        "CCB1",
        "301",
        "CCB250001192",
        12,
        AT_MS,
        127.73,
        37.88,
    )
    assert bus() == expected


def test_a_plate_never_leaves_but_its_pseudonym_stays_the_same() -> None:
    assert "1234" not in repr(bus())
    assert bus().vehicle == bus(vehicleno="강원70자 1234").vehicle
    assert len(bus().vehicle) == 16
    assert bus().vehicle != bus(vehicleno="강원70자1235").vehicle
    assert pseudonym("강원70자1234", Settings(pseudonym_key="other"), AT_MS) != bus().vehicle


def test_swapped_coordinates_are_put_right_only_inside_the_bounds() -> None:
    swapped = bus(gpslati="127.73", gpslong="37.88")
    assert (swapped.lon, swapped.lat, swapped.flags) == (127.73, 37.88, ("coord_swapped",))
    jeju = bus(gpslati="126.415368", gpslong="33.265967")
    assert (jeju.lon, jeju.lat, jeju.flags) == (None, None, ("coord_null",))


@pytest.mark.parametrize(
    "lat", ["0.14806354", "", None, "NaN", float("nan"), "1e999", [37.8], True]
)
def test_an_unusable_coordinate_becomes_none_and_the_bus_stays(lat: Any) -> None:
    assert (bus(gpslati=lat).lat, bus(gpslati=lat).flags) == (None, ("coord_null",))


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"vehicleno": ""}, "R012"),
        ({"nodeord": None}, "R005"),
        ({"nodeord": "x"}, "R005"),
        ({"nodeord": 7.5}, "R005"),
        ({"nodeord": -1}, "R008"),
        ({"nodeord": 10**17}, "R008"),
    ],
)
def test_a_bus_without_identity_or_place_is_refused_and_its_neighbour_kept(
    changed: dict[str, Any], code: str
) -> None:
    answer = buses({**BUS, **changed}, {**BUS, "vehicleno": "강원70자9999"})
    assert refusal(answer) == (code, 1)


def test_a_row_that_is_no_object_is_refused() -> None:
    assert refusal(buses("row", BUS)) == ("R005", 1)


def test_when_every_row_is_refused_the_answer_is_unknown() -> None:
    answer = buses({**BUS, "nodeord": "x"})
    assert (answer.outcome, answer.code) == (PollOutcome.UNKNOWN, "R005")


def test_a_vehicle_listed_twice_counts_once_furthest_along() -> None:
    answer = buses(BUS, {**BUS, "nodeord": 14}, {**BUS, "nodeord": 13})
    assert [row.stop_order for row in answer.rows if isinstance(row, BusPosition)] == [14]
    assert answer.repaired == 2


@pytest.mark.parametrize(
    "plate", ["서울70사****", "강원70바1***", "강원 71자＊＊＊＊", "○○70사○○○○", "강원70자XXXX"]
)
def test_a_plate_with_signs_for_digits_is_flagged_and_two_rows_of_it_are_several_buses(
    plate: str,
) -> None:
    [alone] = buses({**BUS, "vehicleno": plate}).rows
    [both] = buses({**BUS, "vehicleno": plate}, {**BUS, "vehicleno": plate, "nodeord": 14}).rows
    assert isinstance(alone, BusPosition)
    assert isinstance(both, BusPosition)
    assert (MASKED in alone.flags, SHARED in alone.flags) == (True, False)
    assert (SHARED in both.flags, both.stop_order) == (True, 14)


@pytest.mark.parametrize(("north_deg", "is_shared"), [(0.0005, False), (0.002, True)])
def test_a_whole_plate_in_two_places_at_once_is_flagged(
    north_deg: float,
    *,
    is_shared: bool,
) -> None:
    apart = {**BUS, "gpslati": float(str(BUS["gpslati"])) + north_deg}
    for rows in ((BUS, apart), (apart, BUS), (BUS, BUS, apart)):
        [row] = buses(*rows).rows
        assert isinstance(row, BusPosition)
        assert (SHARED in row.flags) == is_shared
        assert MASKED not in row.flags


def test_a_refused_row_is_buried_without_its_plate() -> None:
    [refused] = buses({**BUS, "nodeord": "x"}, {**BUS, "vehicleno": "강원70자9999"}).refused
    assert "70자" not in refused.payload.decode()
    assert json.loads(refused.payload)["nodeord"] == "x"


def test_speed_and_time_of_a_link_are_read_in_kst() -> None:
    # 15:10:00 KST is 06:10:00 UTC, 191.934 s before the answer
    assert speeds(SPEED).rows == (LinkSpeed("2500100100", 42.5, AT_MS - 191_934),)


@pytest.mark.parametrize("travel", ["0", 0, "", None])
def test_speed_zero_in_no_time_is_no_measurement(travel: Any) -> None:
    answer = speeds({**SPEED, "speed": "0", "travelTime": travel}, {**SPEED, "linkId": "7"})
    assert (len(answer.rows), answer.unmeasured, answer.refused) == (1, 1, ())


def test_links_without_any_measurement_are_a_known_empty() -> None:
    assert speeds({**SPEED, "speed": 0, "travelTime": 0}).outcome is PollOutcome.EMPTY


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"createdDate": "20261124001000"}, "R007"),  # nine hours ahead
        ({"createdDate": "20261123151600"}, "R007"),  # 168 s ahead
        ({"createdDate": "20261323150000"}, "R011"),
        ({"createdDate": ""}, "R011"),
        ({"speed": "-3"}, "R008"),
        ({"speed": "251"}, "R008"),
        ({"speed": "fast"}, "R005"),
        ({"speed": float("nan")}, "R005"),
        ({"linkId": "1"}, "R012"),
        ({"linkId": " "}, "R012"),
    ],
)
def test_a_bad_speed_is_refused_and_its_neighbour_kept(changed: dict[str, Any], code: str) -> None:
    assert refusal(speeds({**SPEED, **changed}, {**SPEED, "linkId": "77"})) == (code, 1)


def test_120_s_ahead_is_still_accepted() -> None:
    assert len(speeds({**SPEED, "createdDate": "20261123151511"}).rows) == 1


def test_a_link_id_with_blanks_is_trimmed_with_a_flag() -> None:
    [row] = speeds({**SPEED, "linkId": " 2500100100 "}).rows
    assert isinstance(row, LinkSpeed)
    assert (row.link_id, row.flags) == ("2500100100", ("id_trimmed",))


@pytest.mark.parametrize("written", ["2500100100.0", "2.5001001E9", "2.5001001e+09", 2500100100.0])
def test_a_link_id_that_a_table_of_floats_has_written_is_the_link(written: Any) -> None:
    [row] = speeds({**SPEED, "linkId": written}).rows
    assert isinstance(row, LinkSpeed)
    assert (row.link_id, row.flags) == ("2500100100", ("id_trimmed",))


@pytest.mark.parametrize(
    "written",
    ["20261123151000.0", "2026-11-23 15:10:00.0", "2026-11-23T06:10:00Z", "2026.11.23 오후 3:10"],
)
def test_the_time_of_a_speed_is_read_in_any_way_it_is_written(written: str) -> None:
    [row] = speeds({**SPEED, "createdDate": written}).rows
    [plain] = speeds(SPEED).rows
    assert row == plain


def test_of_two_rows_of_a_link_the_newer_counts() -> None:
    older = {**SPEED, "createdDate": "20261123150500", "speed": "9"}
    for answer in (speeds(older, SPEED), speeds(SPEED, older)):
        assert [row.speed_kmh for row in answer.rows if isinstance(row, LinkSpeed)] == [42.5]
        assert answer.repaired == 1


def test_controls_and_bidi_marks_are_stripped_and_length_is_capped() -> None:
    hostile = "A\u202eB\u2066C\x00D\x1bE\ud800F\u2069 \r\n G"
    assert text(hostile) == "ABCDEF G"
    assert text("\u1112\u1161\u11ab") == "한"  # decomposed Hangul becomes one syllable
    assert len(text("가" * 9999)) == 500


@given(st.text())
def test_clean_text_is_one_line_that_can_be_encoded(raw: str) -> None:
    clean = text(raw)
    assert "\n" not in clean
    assert clean == text(clean)
    clean.encode()


@given(st.binary(max_size=300), st.sampled_from([200, 403, 500]))
def test_no_bytes_raise_anything(body: bytes, status: int) -> None:
    exchange = Exchange(tago.NAME, AT_MS, "https://x?routeId=1", status, body)
    assert tago.parse_positions(exchange, SETTINGS).outcome is PollOutcome.UNKNOWN


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted({**BUS, **SPEED})), JSON))
def test_any_values_in_a_row_are_kept_refused_or_counted(row: dict[str, Any]) -> None:
    for answer in (buses(row), speeds(row)):
        assert len(answer.rows) + len(answer.refused) + answer.unmeasured == 1
