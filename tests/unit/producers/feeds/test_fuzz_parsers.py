"""Hostile answers of every feed, recordings and network files: nothing but the designed refusals.

`FUZZ_S=600 FUZZ_SEED=7 pytest ...` goes on for longer, or again.
"""

import csv
import io
import json
import random
from collections.abc import Callable
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape

from producers.feeds import its_events, tago, utic
from producers.feeds import its_speeds as its
from producers.feeds.permits import rows as permits
from producers.network.route_stops import read_pole_numbers, read_route_stops, sections
from producers.publishing.messages import batches_of
from producers.publishing.poll import Poll, answer_of
from producers.reading.answers import Exchange
from producers.recording import replay
from streams.contract import wire
from streams.contract.errors import NetworkError
from streams.contract.settings import Settings
from tests import fuzz

SETTINGS = Settings(pseudonym_key="k" * 32, city="춘천시")
AT_MS = 1_795_414_390_000

BUS = {
    "routenm": 12,
    "routetp": "일반",
    "routeid": "CCB250000012",
    "vehicleno": "강원70자1234",
    "nodeid": "CCB250000101",
    "nodenm": "시청앞",
    "nodeord": 7,
    "gpslati": 37.8813,
    "gpslong": 127.7298,
}
SPEED = {
    "roadName": "중앙로",
    "roadDrcType": "1",
    "linkNo": "3",
    "linkId": "2190001200",
    "startNodeId": "1",
    "endNodeId": "2",
    "speed": "31.0",
    "travelTime": "24.5",
    "createdDate": "20261123151200",
}
EVENT = {
    "type": "국도",
    "eventType": "공사",
    "eventDetailType": "작업",
    "startDate": "20261123090000",
    "endDate": "20261124180000",
    "coordX": "127.72",
    "coordY": "37.87",
    "linkId": "2190001200",
    "roadName": "중앙로",
    "roadDrcType": "양방향",
    "lanesBlockType": "부분차단",
    "lanesBlocked": "1차로",
    "message": "[중앙로] 시청 → 운교사거리 1차로 차단, 상수도 공사",
}
INCIDENT = {
    "incidentId": "U7",
    "incidentTitle": "[사고] 중앙로 추돌 2차로 통제",
    "incidenteTypeCd": "1",
    "startDate": "2026년 11월 23일 14시 10분",
    "endDate": "2026년 11월 23일 18시 00분",
    "linkId": "2190001200",
    "locationDataX": "127.73",
    "locationDataY": "37.88",
    "roadName": "중앙로",
    "lane": "2차로",
    "addressJibun": "강원 춘천시 중앙로1가",
    "controlType": "부분",
}
PERMIT = {
    "관리번호": "2026-굴착-0007",
    "공사명": "상수관 매설",
    "위치": "춘천시 퇴계동 77",
    "착공일": "2026-11-20",
    "준공일": "2026-12-05",
    "작업시간": "09:00~17:00",
    "시공사": "(주)한강건설",
    "전화번호": "033-250-0000",
    "경도": "127.73",
    "위도": "37.87",
    "통제": "1차로 부분통제",
    "연장": "120m",
    "폭": "0.8m",
    "굴착시작": "2026-11-21",
    "굴착종료": "2026-11-30",
    "방향": "서→동",
    "진행상태": "진행",
    "공간정보": "LINESTRING (127.73 37.87, 127.731 37.871)",
}
SEOUL = {
    "CNT_NAM": "하수관 정비",
    "CCS_YMD": "2026-11-01",
    "CCE_YMD": "2026-11-30",
    "LOC_NAM": "퇴계동 12",
    "X_CRD": "210000.5",
    "Y_CRD": "585000.1",
    "PMS_NUM": "77",
}
STOP = {
    "노선번호": "12",
    "노선": "250000012",
    "정류장순서": "3",
    "정류장": "250000101",
    "정류장명": "시청앞",
    "경도": "127.7298",
    "위도": "37.8813",
    "데이터기준일": "2026-03-26",
    "관리번호": "250000101",
    "정류장 번호": "1101",
}


def _json(rows: list[Any], dice: random.Random) -> bytes:
    body: Any = {"items": {"item": rows}, "totalCount": len(rows), "pageNo": 1}
    tree: Any = {"response": {"header": {"resultCode": "00", "resultMsg": "OK"}, "body": body}}
    shapes = (tree, {"header": {"resultCode": 0}, "body": {"items": rows}}, {"data": rows}, rows)
    whole = dice.choice((shapes[0], shapes[0], *shapes[1:]))
    if dice.random() < 0.5:
        whole = fuzz.changed(whole, dice)
    return json.dumps(whole, ensure_ascii=dice.random() < 0.5).encode("utf-8", "surrogatepass")


def _xml(rows: list[Any], dice: random.Random) -> bytes:
    def element(name: str, value: Any) -> str:
        if isinstance(value, dict):
            return f"<{name}>{''.join(element(str(k), v) for k, v in value.items())}</{name}>"
        if isinstance(value, list):
            return "".join(element(name, each) for each in value)
        return f"<{name}>{escape(str(value))}</{name}>"

    root = dice.choice(("result", "response", "OpenAPI_ServiceResponse"))
    inner = {"record": rows, "cmmMsgHeader": {"returnReasonCode": dice.choice(fuzz.WORDS)}}
    return element(root, inner).encode("utf-8", "replace")


def _csv(rows: list[Any], dice: random.Random) -> bytes:
    rows = [row for row in rows if isinstance(row, dict)]
    stream = io.StringIO()
    names = list(dict.fromkeys(name for row in rows for name in row))
    delimiter = dice.choice(",,,\t;")
    writer = csv.writer(stream, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerow(names)
    for row in rows:
        writer.writerow([row.get(name, "") for name in names][: dice.choice((None, None, 3))])
    return stream.getvalue().encode(dice.choice(("utf-8", "cp949", "utf-16")), "replace")


Write = Callable[[list[Any], random.Random], bytes]
FEEDS: tuple[tuple[str, dict[str, Any], tuple[Write, ...], str], ...] = (
    (tago.NAME, BUS, (_json, _json, _xml), "https://x/getList?routeId=CCB250000012"),
    (its.NAME, SPEED, (_json, _json, _xml), "https://x/trafficInfo"),
    (its_events.NAME, EVENT, (_json, _json, _xml), "https://x/eventInfo"),
    (utic.NAME, INCIDENT, (_xml, _xml, _json), "https://x/ims"),
    (permits.NAME, PERMIT, (_json, _xml), "https://x/list?pageNo=1"),
    (permits.NAME, PERMIT, (_csv, _csv, _json), f"file:{quote('굴착.csv')}"),
    (permits.NAME, SEOUL, (_csv, _json), "file:seoul.csv"),
)


def exchange_of(dice: random.Random) -> Exchange:
    """A hostile answer of some feed."""
    feed, row, writers, url = dice.choice(FEEDS)
    rows = [fuzz.changed(row, dice) for _ in range(dice.choice((1, 2, 2, 5)))]
    body = fuzz.garbled(dice.choice(writers)(rows, dice), dice)
    return Exchange(feed, AT_MS, url, dice.choice((200, 200, 200, 200, 401, 500, 0)), body)


def read_answer(dice: random.Random) -> None:
    """An answer through its parser, into messages that the folds' reader takes as they are."""
    exchange = exchange_of(dice)
    answer = answer_of(exchange.feed, exchange, SETTINGS)
    for _, _, payload in batches_of(exchange.feed, exchange.at_ms, answer, SETTINGS):
        wire.decode(payload)
    poll = Poll(exchange.feed, SETTINGS)
    poll.add(exchange)
    for _, _, payload in poll._end().messages:
        wire.decode(payload)


def read_recording(dice: random.Random) -> None:
    """Lines with anything in them: each is replayed or told as a bad one."""
    lines = []
    for number in range(3):
        exchange = exchange_of(dice)
        line = {
            "feed": exchange.feed,
            "at": f"2026-11-23T15:0{number}:00+09:00",
            "url": exchange.url,
            "status": exchange.status,
            "body": exchange.body.decode("utf-8", "surrogateescape"),
        }
        if dice.random() < 0.7:
            line = fuzz.changed(line, dice, times=1)
        words = json.dumps(line)
        lines.append(words if dice.random() < 0.9 else words[: dice.randrange(len(words))])
    settings = Settings(pseudonym_key="k" * 32, tick_ms=60_000)
    for _ in replay.steps(lines, settings):
        pass


def read_network(dice: random.Random) -> None:
    """A route-stop file and a stop file: a network, or the reason why not."""
    rows = [{**STOP, "정류장순서": str(n), "정류장": f"25000010{n}"} for n in range(1, 5)]
    body = fuzz.garbled(_csv([fuzz.changed(row, dice) for row in rows], dice), dice)
    try:
        runs = read_route_stops(body, "routes.csv", "CCB", SETTINGS.bbox)
        sections(runs, SETTINGS.road_factor)
        read_pole_numbers(body, "stops.csv", "CCB")
    except NetworkError:
        pass


READERS = (read_answer, read_answer, read_answer, read_answer, read_recording, read_network)


def test_whatever_comes_in_is_read_or_refused() -> None:
    done = 0
    for number, dice in fuzz.rounds():
        try:
            dice.choice(READERS)(dice)
        except Exception as error:
            raise AssertionError(f"FUZZ_SEED={fuzz.SEED}, round {number}") from error
        done += 1
    print(f"{done} inputs, FUZZ_SEED={fuzz.SEED}")  # noqa: T201
    assert done > 100
