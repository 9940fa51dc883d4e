import json
import re
from collections import Counter
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from producers.feeds.its_events import parse_events
from producers.reading.answers import Exchange
from producers.simulator.day import Day
from producers.simulator.portal import SimulatedPortal
from producers.simulator.tago import BAD_BUSES, MASK
from streams.contract.enums import Closure
from streams.contract.records import Incident
from streams.contract.settings import Settings
from streams.geo.measures import distance_m, project
from streams.geo.network import Network
from tests.places import SHARED

OPENS_MS = 1_795_414_000_000
SAMPLES = SHARED / "data"
ROUTE = {"serviceKey": "k", "_type": "json", "cityCode": "32010", "numOfRows": "100"}


@pytest.fixture
def portal(day: Day) -> SimulatedPortal:
    return SimulatedPortal(day)


def _json(portal: SimulatedPortal, feed: str, query: dict[str, str], at_ms: int = OPENS_MS) -> Any:
    answer = portal.answer(feed, query, at_ms)
    assert answer.status == 200
    return json.loads(answer.body)


def _sample(name: str) -> Any:
    return json.loads((SAMPLES / name).read_text(encoding="utf-8-sig"))


def _route(portal: SimulatedPortal, no: str, at_ms: int = OPENS_MS) -> Any:
    query = {**ROUTE, "routeId": portal.day.fleet.runs[no].route_id}
    return _json(portal, "tago.positions", query, at_ms)["response"]


def test_bus_rows_have_the_keys_of_the_sample(portal: SimulatedPortal) -> None:
    sample = _sample("tago/busloc_normal.json")["response"]
    answer = _route(portal, "1")
    assert answer["header"] == sample["header"]
    assert answer["body"].keys() == sample["body"].keys()
    assert answer["body"]["items"]["item"][0].keys() == sample["body"]["items"]["item"][0].keys()
    assert answer["body"]["totalCount"] == len(answer["body"]["items"]["item"])


def test_one_bus_is_an_object_and_no_bus_an_empty_text(portal: SimulatedPortal) -> None:
    assert (
        _route(portal, "신북1(신북101)")["body"]
        == _sample("tago/busloc_empty.json")["response"]["body"]
    )
    alone = [no for no in portal.day.fleet.runs if _route(portal, no)["body"]["totalCount"] == 1]
    assert all(isinstance(_route(portal, no)["body"]["items"]["item"], dict) for no in alone)


def test_one_row_is_an_object(portal: SimulatedPortal) -> None:
    query = {**ROUTE, "routeId": portal.day.fleet.runs["1"].route_id, "numOfRows": "1"}
    item = _json(portal, "tago.positions", query)["response"]["body"]["items"]["item"]
    assert (
        item.keys()
        == _sample("tago/busloc_single_dict.json")["response"]["body"]["items"]["item"].keys()
    )


def test_route_numbers_are_numbers_where_they_can_be_and_some_rows_are_all_text(
    portal: SimulatedPortal,
) -> None:
    assert _route(portal, "100")["body"]["items"]["item"][0]["routenm"] == 100
    assert _route(portal, "13(갈때편도)")["body"]["totalCount"] >= 1
    row = _rows(_route(portal, "서면4(서면403)"))[0]
    assert all(isinstance(value, str) for value in row.values())


def _rows(answer: Any) -> list[dict[str, Any]]:
    item = answer["body"]["items"]["item"] if answer["body"]["items"] else []
    return [item] if isinstance(item, dict) else item


def _all_rows(portal: SimulatedPortal, at_ms: int) -> list[dict[str, Any]]:
    return [row for no in portal.day.fleet.runs for row in _rows(_route(portal, no, at_ms))]


def test_good_positions_lie_on_a_road(portal: SimulatedPortal, city: Network) -> None:
    bad = {portal.day.buses[place].vehicle for place in BAD_BUSES}
    for row in _all_rows(portal, OPENS_MS):
        if row["vehicleno"] in bad:
            continue
        point = (float(row["gpslong"]), float(row["gpslati"]))
        link = city.near(point, 50)[0][1]
        assert project(point, link.geometry)[1] < 2


def test_some_receivers_now_and_then_give_nonsense(portal: SimulatedPortal) -> None:
    minutes = [_all_rows(portal, OPENS_MS + minute * 60_000) for minute in range(3)]
    odd = {(str(row["gpslati"])[:3]) for rows in minutes for row in rows} - {"37."}
    assert odd == {"127", "0.1", ""}


def test_one_bus_jumps_to_another_road_and_back(portal: SimulatedPortal) -> None:
    [place] = [place for place, fault in BAD_BUSES.items() if fault == "jump"]
    plate, places = portal.day.buses[place].vehicle, []
    for minute in range(4):
        rows = _all_rows(portal, OPENS_MS + minute * 60_000)
        places += [(x["gpslong"], x["gpslati"]) for x in rows if x["vehicleno"] == plate][:1]
    steps = [distance_m(a, b) for a, b in pairwise(places)]
    assert max(steps) > 1_500
    assert min(steps) < 1_000


def test_masked_plates_stand_for_several_buses_of_one_route(portal: SimulatedPortal) -> None:
    rows = _rows(_route(portal, "2"))
    assert [row["vehicleno"] for row in rows].count(MASK) == 2


def test_what_events_take_is_said_in_many_words_and_read_from_all_of_them(
    portal: SimulatedPortal,
) -> None:
    day = portal.day
    body = portal.answer("its.events", {"apiKey": "k"}, OPENS_MS).body.encode()
    answer = parse_events(Exchange("its.events", OPENS_MS, "https://x/", 200, body), Settings())
    read = Counter(row.closure for row in answer.rows if isinstance(row, Incident))
    over = {event.key for event in day.events_listed(OPENS_MS) if event.text.endswith("종료")}
    meant = Counter(x.closure for x in day.events_listed(OPENS_MS) if x.key not in over)
    assert read == meant
    assert {Closure.FULL, Closure.PARTIAL, Closure.SHOULDER} <= set(read)


def test_vehicle_stands_on_two_routes_while_it_turns_round(portal: SimulatedPortal) -> None:
    seen: set[int] = set()
    for second in range(0, 2400, 60):
        at_ms = OPENS_MS + second * 1000
        out, back = (
            {row["vehicleno"] for row in _rows(_route(portal, no, at_ms))}
            for no in ("13(갈때편도)", "13(올때편도)")
        )
        seen.add(len(out & back))
    assert max(seen) >= 1


def test_another_citys_code_finds_nothing(portal: SimulatedPortal) -> None:
    query = {**ROUTE, "cityCode": "25", "routeId": portal.day.fleet.runs["1"].route_id}
    assert _json(portal, "tago.positions", query)["response"]["body"]["totalCount"] == 0


def test_xml_is_the_default_form_of_tago(portal: SimulatedPortal) -> None:
    query = {"serviceKey": "k", "cityCode": "32010", "routeId": portal.day.fleet.runs["1"].route_id}
    root = ET.fromstring(portal.answer("tago.positions", query, OPENS_MS).body)  # noqa: S314
    assert root.findtext("header/resultCode") == "00"
    assert len(root.findall("body/items/item")) == int(root.findtext("body/totalCount") or 0)


def test_speed_rows_have_the_keys_of_the_sample(portal: SimulatedPortal) -> None:
    sample, answer = (
        _sample("its/trafficInfo.json"),
        _json(portal, "its.speeds", {"apiKey": "k", "getType": "json"}),
    )
    assert answer["header"] == sample["header"]
    assert answer["body"]["items"][0].keys() == sample["body"]["items"][0].keys()
    assert answer["body"]["totalCount"] == len(answer["body"]["items"]) > 100
    assert all(isinstance(value, str) for row in answer["body"]["items"] for value in row.values())


def test_speed_and_travel_time_agree_or_both_say_unmeasured(
    portal: SimulatedPortal, city: Network
) -> None:
    lengths = {link.id: link.length_m for link in city.links if link.kind == "standard"}
    rows = _json(portal, "its.speeds", {"apiKey": "k"})["body"]["items"]
    unmeasured = [row for row in rows if row["speed"] == "0"]
    assert unmeasured
    assert all(row["travelTime"] == "0" for row in unmeasured)
    for row in (row for row in rows if row["speed"] != "0"):
        expected_s = lengths[row["linkId"]] * 3.6 / float(row["speed"])
        assert float(row["travelTime"]) == pytest.approx(expected_s, rel=0.02)


def test_speeds_stand_still_between_refreshes_and_carry_their_time(portal: SimulatedPortal) -> None:
    texts = [
        portal.answer("its.speeds", {"apiKey": "k"}, OPENS_MS + ms).body
        for ms in (0, 9_999, 10_000)
    ]
    assert texts[0] == texts[1] != texts[2]
    assert json.loads(texts[0])["body"]["items"][0]["createdDate"] == "20261123150640"


def test_speeds_outside_the_bounds_are_left_out(portal: SimulatedPortal) -> None:
    bounds = {"minX": "127.70", "maxX": "127.73", "minY": "37.86", "maxY": "37.88"}
    some = _json(portal, "its.speeds", {"apiKey": "k", **bounds})["body"]["totalCount"]
    assert 0 < some < 120


def test_event_rows_have_the_keys_and_quirks_of_the_samples(portal: SimulatedPortal) -> None:
    rows = _json(portal, "its.events", {"apiKey": "k"})["body"]["items"]
    assert rows[0].keys() == _sample("its/eventInfo_20221220.json")["body"]["items"][0].keys()
    assert {"작업", "공사", "교통사고"} <= {row["eventType"] for row in rows}
    assert any(row["message"].endswith("종료") for row in rows)
    assert any(row["linkId"] == "1" and "::" in row["message"] for row in rows)
    assert any("[집회]" in row["message"] and row["eventType"] == "공사" for row in rows)
    assert {row["endDate"] for row in rows} == {""}


def test_utic_records_have_the_fields_of_the_sample(portal: SimulatedPortal) -> None:
    sample = ET.parse(SAMPLES / "its/utic_imsOpenData_shape.xml").getroot()  # noqa: S314
    root = ET.fromstring(portal.answer("utic.incidents", {"key": "k"}, OPENS_MS).body)  # noqa: S314
    fields = {element.tag for element in sample.findall("record/*")}
    assert all({element.tag for element in record} == fields for record in root)
    assert {(record.findtext("addressJibunCd") or "")[:5] for record in root} == {"51110", "11560"}
    assert all("일  " in (record.findtext("startDate") or "") for record in root)


def test_permit_rows_have_the_keys_of_the_sample_and_more(portal: SimulatedPortal) -> None:
    sample = _sample("permits/anyang_getConstructionList_20260919.json")["response"]
    answer = _json(portal, "permits", {"serviceKey": "k", "type": "json", "numOfRows": "100"})[
        "response"
    ]
    assert answer["body"].keys() == sample["body"].keys()
    rows = answer["body"]["items"]
    assert all(row.keys() > sample["body"]["items"][0].keys() for row in rows)
    assert answer["body"]["totalCount"] == len(rows) >= 14


def test_permits_hold_what_a_desk_gets_wrong(portal: SimulatedPortal) -> None:
    body = _json(portal, "permits", {"serviceKey": "k", "type": "json", "numOfRows": "100"})[
        "response"
    ]["body"]
    rows = body["items"]
    assert any(rows.count(row) == 2 for row in rows)
    assert any(row["CENTER_X"] is None for row in rows)
    assert any("홍천군" in row["JYG_LOC"] for row in rows)
    assert any("PRMISN_NO" not in row for row in rows)
    assert any(day_of(row["CCE_YMD"]) < day_of(row["CCS_YMD"]) for row in rows)
    assert any(day_of(row["CCE_YMD"]) < "20261123" and row["STATUS"] == "진행중" for row in rows)


def day_of(written: str) -> str:
    """YYYYMMDD of a day however its clerk writes it; what is no day is later than all."""
    parts = re.findall(r"\d+", written)
    return f"{parts[0]}{int(parts[1]):02}{int(parts[2]):02}" if len(parts) == 3 else written


def test_every_clerk_writes_days_in_their_own_way_and_keeps_to_it(portal: SimulatedPortal) -> None:
    query = {"serviceKey": "k", "type": "json", "numOfRows": "100"}
    lists = [
        json.loads(portal.answer("permits", query, OPENS_MS + ms).body)["response"]["body"]["items"]
        for ms in (0, 1)
    ]
    assert lists[0] == lists[1]
    shapes = {re.sub(r"\d+", "0", row["CCS_YMD"]) for row in lists[0]}
    assert shapes == {"0-0-0", "0. 0. 0.", "0", "0년 0월 0일"}
    ends = {row["CCE_YMD"] for row in lists[0]}
    assert "미정" in ends


def test_hours_and_closures_are_words_and_some_stand_in_a_title_alone(
    portal: SimulatedPortal,
) -> None:
    query = {"serviceKey": "k", "type": "json", "numOfRows": "100"}
    rows = _json(portal, "permits", query)["response"]["body"]["items"]
    hours = {re.sub(r"\d+", "0", row["HOURS"]) for row in rows if row["HOURS"]}
    assert {"0:0-0:0", "오후 0시 ~ 오전 0시"} <= hours
    assert len({row["CLOSURE"] for row in rows}) > 8
    titled = [row for row in rows if "작업시간" in row["CNT_NAM"]]
    assert titled
    assert not any(row["CLOSURE"] or row["HOURS"] for row in titled)


def test_one_number_is_used_by_two_offices(portal: SimulatedPortal) -> None:
    query = {"serviceKey": "k", "type": "json", "numOfRows": "100"}
    offices: dict[str, set[str]] = {}
    for row in _json(portal, "permits", query)["response"]["body"]["items"]:
        offices.setdefault(row.get("PRMISN_NO", row["CNT_NAM"]), set()).add(row["COM_NAM"])
    assert any(len(names) == 2 for names in offices.values())


def test_permit_pages_hold_every_row_once(portal: SimulatedPortal) -> None:
    query = {"serviceKey": "k", "type": "json", "numOfRows": "5"}
    pages = [
        _json(portal, "permits", {**query, "pageNo": str(page)})["response"]["body"]
        for page in range(1, 14)
    ]
    rows = [row["CNT_NAM"] for page in pages for row in page["items"]]
    assert len(rows) == pages[0]["totalCount"]


@pytest.mark.parametrize(
    ("feed", "query", "status", "sample"),
    [
        ("tago.positions", {"_type": "json"}, 403, "tago/gateway_error_30.json"),
        ("permits", {"type": "json"}, 403, "tago/gateway_error_30.json"),
        ("its.speeds", {}, 401, "its/error_4005_badkey_http401.json"),
    ],
)
def test_empty_key_is_refused_as_the_real_portal_does(
    portal: SimulatedPortal, feed: str, query: dict[str, str], status: int, sample: str
) -> None:
    answer = portal.answer(feed, {**query, "serviceKey": "", "apiKey": " "}, OPENS_MS)
    assert (answer.status, json.loads(answer.body)) == (status, _sample(sample))


def test_empty_key_is_refused_in_xml_where_xml_was_asked(portal: SimulatedPortal) -> None:
    answer = portal.answer("tago.positions", {}, OPENS_MS)
    sample = (SAMPLES / "tago/gateway_error_30.xml").read_text()
    assert answer.body == "".join(line.strip() for line in sample.splitlines())
