"""A recording holds no people, and means what the exchanges meant."""

import csv
import io
import json
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from producers.feeds import FEEDS
from producers.feeds.permits import folder as folders
from producers.publishing.messages import Output
from producers.publishing.poll import Poll
from producers.reading.answers import Exchange
from producers.recording.recorder import Recorder, exchange_of, line_of, recorded
from producers.recording.replay import ReplayStep, steps
from streams.contract import wire
from streams.contract.errors import RecordRefusedError
from streams.contract.records import FeedReport, PermitBatch
from streams.contract.settings import Settings
from tests.unit.producers import people
from tests.unit.producers.reading.test_permit_formats import sheet_of, workbook

SETTINGS = Settings(pseudonym_key="a key of thirty-two characters or more", its_key="canary-key")
AT_MS = 1_795_414_390_000
FIELDS = {"허가번호": "PRMISN_NO", "공사명": "CNT_NAM", "위치": "JYG_LOC", "시공자": "COM_NAM"}
FIELDS |= {"연락처": "TEL_NUM", "착공일": "CCS_YMD", "준공일": "CCE_YMD", "통제내용": "CLOSURE"}


def csv_of(grid: list[list[str]], delimiter: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(grid)
    return out.getvalue()


def html_of(grid: list[list[str]]) -> str:
    lines = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in line)}</tr>" for line in grid
    )
    return f"<html><table>{lines}</table></html>"


def page_of(rows: list[dict[str, Any]]) -> dict[str, Any]:
    items = [{FIELDS.get(name, name): value for name, value in row.items()} for row in rows]
    body = {"items": items, "totalCount": len(items), "numOfRows": 100, "pageNo": 1}
    return {"response": {"header": {"resultCode": "00", "resultMsg": "고은채"}, "body": body}}


def xml_of(rows: list[dict[str, Any]]) -> str:
    items = "".join(
        f"<item>{''.join(f'<{k}>{escape(str(v))}</{k}>' for k, v in row.items())}</item>"
        for row in page_of(rows)["response"]["body"]["items"]
    )
    head = "<header><resultCode>00</resultCode></header>"
    return f"<response>{head}<body><items>{items}</items></body></response>"


def its(rows: list[dict[str, Any]]) -> bytes:
    return json.dumps({"resultCode": 0, "data": rows}).encode()


def bodies() -> dict[str, tuple[str, str, bytes]]:
    """Feed, URL and body by name."""
    rows, grid = people.rows(), people.grid()
    page = json.dumps(page_of(rows), ensure_ascii=False)
    features = [
        {
            "type": "Feature",
            "properties": row,
            "geometry": {"type": "LineString", "coordinates": [[127.73, 37.87], [127.74, 37.87]]},
        }
        for row in rows
    ]
    geojson = json.dumps({"type": "FeatureCollection", "features": features})
    files = {
        "a.csv": csv_of(grid).encode(),
        "cp949.csv": csv_of(grid).replace("–", "-").encode("cp949"),
        "utf16.txt": csv_of(grid, "\t").encode("utf-16"),
        "semi.csv": csv_of(grid, ";").encode("utf-8-sig"),
        "bad.csv": csv_of(grid).encode() + b"\xff\xfe,\xff",
        "cut.csv": csv_of(grid).encode()[:-40],
        "a.xlsx": workbook(sheet_of(grid[1:])),
        "two.xlsx": workbook(sheet_of(grid[1:20]), sheet_of([grid[1], *grid[20:]])),
        "a.xls": html_of(grid[1:]).encode(),
        "a.jsonl": "\n".join(json.dumps(row) for row in rows).encode(),
        "cut.jsonl": "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()[:-9],
        "a.json": json.dumps(rows, ensure_ascii=False).encode(),
        "a.geojson": geojson.encode(),
        "a.xml": xml_of(rows).encode(),
        "a.pdf": b"%PDF-1.7 " + "고은채".encode(),
        "lines.json": json.dumps([list(people.HEADER), *grid[2:]]).encode(),
    }
    portal = {
        "page": page,
        "xml": xml_of(rows),
        "broken": page[:-30],
        "js": page.replace('"items"', "items"),
        "html": f"<html>고은채 {SETTINGS.its_key}</html>",
        "says no": page.replace('"00"', '"30"', 1),
        "nonsense": "고은채 010-5555-6613",
    }
    events = [
        {
            "type": "국도", "eventType": "교통사고", "startDate": "20261123151000", "endDate": "",
            "coordX": 127.73, "coordY": 37.87 + n / 1000, "linkId": "1", "roadName": road,
            "roadDrcType": "", "lanesBlockType": "", "lanesBlocked": lanes, "message": message,
            "driver": "고은채", "birth": 851102,
        }
        for n, (road, lanes, message) in enumerate(
            [
                ("국도5호선", "", "고은채 차량 24가6613 사고"),
                ("국도5호선 010-5555-6613", "", "사고"),
                ("국도46호선", "1차로 010-5555-6614", "사고 전면통제"),
            ]
        )
    ]  # fmt: skip
    buses = [
        {"vehicleno": f"강원24가66{n}", "nodeord": n, "gpslati": 37.88, "gpslong": 127.73,
         "routenm": "300", "driver": "고은채"}
        for n in range(13, 19)
    ]  # fmt: skip
    utic = (
        "<result><record><incidentId>7</incidentId><incidentTitle>사고 고은채 010-5555-6613"
        "</incidentTitle><locationDataX>127.73</locationDataX><locationDataY>37.87</locationDataY>"
        "<startDate>20261123151000</startDate><who>고은채</who></record></result>"
    )
    speeds = [{"linkId": "2500000001", "speed": "31", "travelTime": "9", "driver": "고은채",
               "createdDate": "20261123151200"}]  # fmt: skip
    return {
        **{name: ("permits", f"file:{name}", body) for name, body in files.items()},
        **{name: ("permits", "https://x?pageNo=1", body.encode()) for name, body in portal.items()},
        "push": ("permits", "push:permits/water", files["cp949.csv"]),
        "events": ("its.events", "https://x", its(events)),
        "speeds": ("its.speeds", "https://x", its(speeds)),
        "utic": ("utic.incidents", "https://x", utic.encode()),
        "buses": ("tago.positions", "https://x?routeId=CCB1", json.dumps(
            {"response": {"header": {"resultCode": "00"}, "body": {"items": {"item": buses}}}}
        ).encode()),
    }  # fmt: skip


BODIES = bodies()


def meant(exchange: Exchange) -> tuple[Output, Output]:
    poll = Poll(exchange.feed, SETTINGS)
    return poll.add(exchange), poll.end()


def through(exchange: Exchange) -> tuple[str, Exchange]:
    """The line that is recorded, and what a replay reads of it."""
    line = line_of(recorded(exchange, SETTINGS))
    return line, exchange_of(line)


@pytest.mark.parametrize("name", BODIES)
def test_a_recording_means_what_the_exchange_meant_and_names_nobody(name: str) -> None:
    feed, url, body = BODIES[name]
    exchange = Exchange(feed, AT_MS, url, 200, body)
    line, back = through(exchange)
    (parts, end), (parts_again, end_again) = meant(exchange), meant(back)
    assert parts_again.messages == parts.messages
    assert end_again == end
    assert len(parts_again.letters) == len(parts.letters)
    told = [payload for _, _, payload in (*parts.messages, *end.messages)]
    told += [part for each in (*parts.letters, *parts_again.letters)
             for part in (each.refusal.payload, each.refusal.detail.encode())]  # fmt: skip
    assert people.found_in(line) == []
    assert people.found_in(json.dumps(json.loads(line), ensure_ascii=False)) == []
    assert people.found_in(b"\n".join(told).decode("utf-8", "replace")) == []


IN_PLACE = (
    "a.csv",
    "a.xlsx",
    "a.xls",
    "a.json",
    "xml",
    "page",
    "buses",
    "speeds",
    "utic",
    "cp949.csv",
)


@pytest.mark.parametrize("name", IN_PLACE)
def test_a_body_that_can_be_freed_of_people_in_place_stays(name: str) -> None:
    feed, url, body = BODIES[name]
    if feed == "permits":
        kept = [row for row in people.rows() if row["허가번호"] == "2026-하수-9000"]
        grid = [list(people.HEADER), [str(kept[0][key]) for key in people.HEADER]]
        body = {
            "a.csv": lambda: csv_of(grid).encode(),
            "cp949.csv": lambda: csv_of(grid).encode("cp949"),
            "a.xlsx": lambda: workbook(sheet_of(grid)),
            "a.xls": lambda: html_of(grid).encode(),
            "a.json": lambda: json.dumps(kept).encode(),
            "xml": lambda: xml_of(kept).encode(),
            "page": lambda: json.dumps(page_of(kept)).encode(),
        }[name]()
    line = json.loads(line_of(recorded(Exchange(feed, AT_MS, url, 200, body), SETTINGS)))
    assert list(line) == ["feed", "at", "url", "status", "body"]
    assert line["body"]


_CELLS = """
|고은채|010-5555-6613|2026-12-01|2026-12-01 고은채|전면통제|(주)푸른|합계|3|춘천시 퇴계동 1120
|22:00~06:00|901231-1234563|127.73|37.87|가-1|NaN|\ufffd|고은채-1|부분통제 010-5555-6613|두 줄의\t칸
"""
_NAMES = """
허가번호 공사명 위치 시공자 연락처 착공일 준공일 공사기간 통제내용 신청인 경도 위도 작업시간 비고
담당자연락처 순번 허가일 굴착기간
"""
CELLS = st.sampled_from(_CELLS.split("|"))
NAMES = st.sampled_from(_NAMES.split())


def as_body(form: str, names: list[str], lines: list[list[str]]) -> bytes:
    rows = [dict(zip(names, line, strict=False)) for line in lines]
    return {
        "csv": lambda: csv_of([names, *lines]).encode(),
        "cp949": lambda: csv_of([names, *lines]).encode("cp949", "replace"),
        "utf16": lambda: csv_of([names, *lines], "\t").encode("utf-16"),
        "html": lambda: html_of([names, *lines]).encode(),
        "xlsx": lambda: workbook(sheet_of([names, *lines])),
        "json": lambda: json.dumps(rows).encode(),
        "jsonl": lambda: "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode(),
    }[form]()


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["csv", "cp949", "utf16", "html", "xlsx", "json", "jsonl"]),
    st.lists(NAMES, min_size=2, max_size=7),
    st.lists(st.lists(CELLS, min_size=1, max_size=7), max_size=5),
    st.integers(0, 40),
)
def test_any_list_means_the_same_once_it_is_recorded(
    form: str, names: list[str], lines: list[list[str]], cut: int
) -> None:
    body = as_body(form, names, lines)
    body = body[: len(body) - cut] if cut < 20 else body
    exchange = Exchange("permits", AT_MS, "file:a.csv", 200, body)
    _, back = through(exchange)
    assert meant(back)[1] == meant(exchange)[1]


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(FEEDS)), st.binary(max_size=60), st.sampled_from([200, 403, 500]))
def test_any_answer_of_any_feed_means_the_same_once_it_is_recorded(
    feed: str, body: bytes, status: int
) -> None:
    exchange = Exchange(feed, AT_MS, "https://x?routeId=R1", status, body)
    _, back = through(exchange)
    (parts, end), (parts_again, end_again) = meant(exchange), meant(back)
    assert (parts_again.messages, end_again) == (parts.messages, end)


def test_a_recorder_without_a_key_takes_one_that_nobody_knows(tmp_path: Path) -> None:
    feed, url, body = BODIES["buses"]
    for name in ("a", "b"):
        with Recorder(tmp_path / name) as recorder:
            recorder.write(Exchange(feed, AT_MS, url, 200, body))
    lines = [(tmp_path / name).read_text() for name in ("a", "b")]
    assert lines[0] != lines[1]
    assert not [line for line in lines if "강원" in line or "고은채" in line]


def test_a_key_in_a_url_is_not_recorded() -> None:
    exchange = Exchange("permits", AT_MS, "https://x?serviceKey=sesame&pageNo=1", 200, b"[]")
    assert recorded(exchange, SETTINGS).url == "https://x?serviceKey=&pageNo=1"


@pytest.mark.parametrize(
    "said", [[], {"outcome": "data"}, {"rows": []}, {"outcome": "data", "rows": [{"x": 1}]}]
)
def test_what_a_recording_says_and_is_no_answer_is_refused(said: Any) -> None:
    line = json.loads(line_of(Exchange("permits", AT_MS, "https://x", 200, b"")))
    with pytest.raises(RecordRefusedError):
        exchange_of(json.dumps({**line, "said": said}))


def test_rows_that_a_recording_says_leave_without_people_too() -> None:
    line, _ = through(Exchange("permits", AT_MS, "file:cut.csv", 200, BODIES["js"][2]))
    forged = json.loads(line)
    forged["said"]["rows"][0]["title"] = "급수공사 010-5555-6613"
    [first, *_] = Poll("permits", SETTINGS).interpret(exchange_of(json.dumps(forged)))[0].rows
    assert "6613" not in repr(first)


def folder_poll(folder: Path, at_ms: int) -> list[Exchange]:
    return list(folders.exchanges_of(folder, folders.signature(folder), at_ms))


def test_the_name_of_a_file_names_nobody_and_each_file_stays_one(tmp_path: Path) -> None:
    for name in ("굴착_신청인 고은채.csv", "굴착_신청인 허윤슬.csv"):
        (tmp_path / name).write_text("공사명,위치\n관로,퇴계동 1120\n")
    urls = [unquote(exchange.url) for exchange in folder_poll(tmp_path, AT_MS)]
    assert len(set(urls)) == 2
    assert people.found_in(" ".join(urls)) == []


def messages_at(steps_: list[ReplayStep], topic: str) -> list[tuple[int, bytes]]:
    return [(s.at_ms, payload) for s in steps_ for name, _, payload in s.messages
            if name == topic and b'"kind":"tick"' not in payload]  # fmt: skip


def test_a_folder_recorded_once_is_polled_in_a_replay_as_it_was_live(tmp_path: Path) -> None:
    period_ms = SETTINGS.permits_poll_s * 1000
    (tmp_path / "a.csv").write_bytes(BODIES["cp949.csv"][2])
    first = folder_poll(tmp_path, AT_MS)
    (tmp_path / "b.csv").write_text(
        "공사명,위치,착공일,준공일\n관로,우두동 7,2026-11-20,2026-12-20\n"
    )
    changed = folder_poll(tmp_path, AT_MS + 2 * period_ms + 500)
    end_ms = AT_MS + 4 * period_ms
    end = Exchange("its.events", end_ms, "https://x", 200, b'{"resultCode":0,"data":[]}')
    lines = [line_of(recorded(each, SETTINGS)) for each in (*first, *changed, end)]
    live: list[tuple[int, bytes]] = []
    times = [(AT_MS, first), (AT_MS + period_ms, first), (AT_MS + 2 * period_ms, first)]
    for at_ms, files in [
        *times,
        (changed[0].at_ms, changed),
        (changed[0].at_ms + period_ms, changed),
    ]:
        poll = Poll("permits", SETTINGS)
        for file in files:
            poll.add(replace(file, at_ms=at_ms))
        live += [(at_ms, payload) for name, _, payload in poll.end().messages if name == "permits"]
    replayed = list(steps(iter(lines), SETTINGS))
    assert messages_at(replayed, "permits") == live
    reports = [wire.decode(payload) for _, payload in messages_at(replayed, "feed-reports")]
    permit_reports = [r for r in reports if isinstance(r, FeedReport) and r.feed == "permits"]
    assert [r.received_ms for r in permit_reports] == [at_ms for at_ms, _ in live]


def test_a_folder_in_a_recording_of_years_is_not_polled_for_years(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "공사명,위치,착공일,준공일\n관로,우두동 7,2026-11-20,2026-12-20\n"
    )
    end = Exchange("its.events", AT_MS + 365 * 86_400_000, "https://x", 200, b"[]")
    lines = [line_of(each) for each in (*folder_poll(tmp_path, AT_MS), end)]
    assert len(messages_at(list(steps(lines, SETTINGS)), "permits")) < 10_000


def push(name: str, at_ms: int, *titles: str) -> Exchange:
    rows = "".join(f"{title},우두동 {n},2026-11-20,2026-12-20\n" for n, title in enumerate(titles))
    body = f"공사명,위치,착공일,준공일\n{rows}".encode()
    return Exchange("permits", at_ms, f"push:permits/{name}", 200, body)


def test_pushed_lists_are_one_list_and_the_later_of_a_name_counts() -> None:
    pushes = [
        push("water", AT_MS, "관로"),
        push("roads", AT_MS + 10_000, "포장"),
        push("water", AT_MS + 20_000, "전선"),
        push("roads", AT_MS + 2_000_000, "포장", "보도"),
    ]
    found = messages_at(list(steps(map(line_of, pushes), SETTINGS)), "permits")
    batches = [wire.decode(payload) for _, payload in found]
    titles = [sorted(row.title for row in b.rows) for b in batches if isinstance(b, PermitBatch)]
    assert titles == [["관로"], ["관로", "포장"], ["전선", "포장"], ["보도", "전선", "포장"]]
    assert [b.is_complete for b in batches if isinstance(b, PermitBatch)] == [
        False,
        False,
        False,
        True,
    ]
