"""A call from the desk through Kafka, the worker and Redis back to the desk and the map."""

import time
from pathlib import Path

import msgspec
import pytest

from local import held
from local.services import Process
from local.stack import Stack
from streams.contract.times import DAY_MS
from streams.domain.stages.calls import CALLS
from streams.state.keys import DEAD_LETTERS, PAST, key, past_key
from tests.cities import worlds
from tests.services.asking import Json, ask, seen

HERE = {"title": "정류장3 → 정류장4", "link_ids": ["S3>S4"], "reference": "2026-17"}


def test_a_call_is_logged_shown_as_a_report_and_ticked_off(city: Stack) -> None:
    city.start_worker()
    city.python("clock", "producers", "clock")
    base = city.start_map()
    status, taken = ask(base, "/api/v1/calls", {**HERE, "closed": ["S3>S4"], "call_id": "desk-1"})
    assert (status, taken) == (202, {"call_id": "desk-1"})
    ask(base, "/api/v1/calls", {**HERE, "closed": ["S3>S4"], "call_id": "desk-1"})  # sent again
    assert ask(base, "/api/v1/calls", {**HERE, "title": "정류장4 010-1234-5678"})[0] == 202
    shot = seen(base, lambda body: bool(body["reports"]), "/api/v1/snapshot")
    seen(base, lambda body: len(body["calls"]) == 2)
    shot = ask(base, "/api/v1/snapshot")[1]
    assert [(report["id"], report["count"]) for report in shot["reports"]] == [("desk-1", 2)]
    listed = seen(base, lambda body: body["due"] == 1)["calls"]  # its link is open
    assert [(row["id"] == "desk-1", row["due"]) for row in listed] == [(False, False), (True, True)]
    assert ask(base, "/api/v1/calls/desk-1/done", {})[0] == 202
    left = seen(base, lambda body: len(body["calls"]) == 1)
    assert left["calls"][0]["title"] == "정류장4 [phone]"
    assert ask(base, "/api/v1/calls/desk-1/done", {})[0] == 202  # done already
    assert ask(base, "/api/v1/calls/nobody/done", {})[0] == 404
    assert held.rows(worlds.redis_of(city), DEAD_LETTERS, worlds.PARTITIONS) == {}


def test_a_call_is_of_the_dong_that_the_gazetteer_knows(city: Stack, tmp_path: Path) -> None:
    addresses = tmp_path / "addresses.csv"
    addresses.write_text("주소,위도,경도\n효자동 622-4,37.8706,127.7319\n", encoding="utf-8")
    city.start_worker()
    base = city.start_map(BOMNAE_GAZETTEER=str(addresses))
    there = {"lon": 127.732, "lat": 37.8705}
    for call_id, where in (("near", there), ("far", {"lon": 129.1, "lat": 35.1}), ("none", {})):
        assert ask(base, "/api/v1/calls", {**HERE, **where, "call_id": call_id})[0] == 202
    seen(base, lambda body: len(body["calls"]) == 3)
    rows = held.rows(worlds.redis_of(city), CALLS.name, worlds.PARTITIONS)
    dongs = {name.decode(): msgspec.json.decode(row)["dong"] for name, row in rows.items()}
    assert dongs == {"near": "효자동", "far": "", "none": ""}
    asked = ask(base, "/api/v1/calls", {**HERE, "dong": "홍길동"})  # nobody says one
    assert asked[0] == 400


def test_what_is_no_call_is_refused_and_nothing_of_it_is_kept(city: Stack) -> None:
    base = city.start_map()
    refusals: list[tuple[Json, dict[str, str], int, str]] = [
        ({**HERE, "reference": "010-1234-5678"}, {}, 400, "bad_reference"),
        ({**HERE, "title": " \u202e"}, {}, 400, "bad_title"),
        ({**HERE, "title": 7}, {}, 400, "bad_body"),
        ({**HERE, "caller": "홍길동"}, {}, 400, "bad_body"),
        ({**HERE, "link_ids": ["S3>S4", "nowhere"]}, {}, 400, "bad_parameter"),
        ({**HERE, "link_ids": ["S3>S4"] * 201}, {}, 400, "bad_body"),
        ({**HERE, "lon": 500}, {}, 400, "bad_body"),
        ({**HERE, "title": "가" * 4_000}, {}, 413, "too_large"),
        (HERE, {"Content_Type": "text/plain"}, 415, "not_json"),
        (HERE, {"Origin": "https://evil.example"}, 403, "other_origin"),
        (HERE, {"Sec_Fetch_Site": "cross-site"}, 403, "other_origin"),
    ]
    for body, headers, status, code in refusals:
        found = ask(base, "/api/v1/calls", body, **headers)
        assert (found[0], found[1]["error"]["code"]) == (status, code), found
        assert "010-1234" not in found[1]["error"]["message"]
    assert "010-1234" not in city.processes["maps"].log.read_text(encoding="utf-8")


def test_a_broker_that_is_away_is_said_and_the_server_goes_on(
    city: Stack, own_broker: Process
) -> None:
    base = city.start_map()
    assert ask(base, "/api/v1/calls", HERE)[0] == 202
    own_broker.stop()
    status, body = ask(base, "/api/v1/calls", HERE)
    assert (status, body["error"]["code"]) == (503, "log_away")
    assert ask(base, "/livez")[0] == 200


@pytest.fixture
def remembering(city: Stack) -> str:
    """A map whose Redis remembers a work that began and was extended, and a feed."""
    now_ms = time.time_ns() // 1_000_000
    hour_ms = 3_600_000
    work = {
        "permit_id": "W/1",
        "title": "하수관",
        "starts_ms": now_ms - 3 * hour_ms,
        "ends_ms": now_ms - hour_ms,
        "closure": "full",
        "links": ["S3>S4"],
        "phase": "active",
        "is_in_force": True,
    }
    extended = {**work, "ends_ms": now_ms + hour_ms}
    store = worlds.redis_of(city)
    for known_ms, row in ((now_ms - 3 * hour_ms, work), (now_ms - 2 * hour_ms, extended)):
        store.xadd(past_key("work:W/1", 0), {"v": msgspec.json.encode(row)}, id=f"{known_ms}-1")
        store.zadd(key(PAST, 0), {"work:W/1": known_ms})
    base = city.start_map()
    seen(base, lambda body: bool(body["ok"]), "/readyz")
    return base


def test_the_past_answers_for_one_time_as_known_at_another(remembering: str) -> None:
    now_ms = time.time_ns() // 1_000_000
    hour_ms = 3_600_000
    then = now_ms - hour_ms // 2

    def closed(known_ms: int) -> list[str]:
        status, body = ask(remembering, f"/api/v1/at?valid={then}&known={known_ms}")
        assert status == 200
        return [row["id"] for row in body["closed"]]

    assert closed(now_ms) == ["S3>S4"]
    assert closed(now_ms - 5 * hour_ms // 2) == []  # the extension was not known yet
    one = ask(remembering, f"/api/v1/at?valid={then}&id=work:W/1")[1]
    assert (one["work"]["phase"], one["work"]["id"]) == ("active", "W/1")
    link = ask(remembering, f"/api/v1/at?valid={then}&links=S3%3ES4")[1]["links"][0]
    assert (link["closure"], link["works"][0]["id"]) == ("full", "W/1")
    stop = ask(remembering, f"/api/v1/at?valid={then}&id=stop:S3")[1]
    assert (stop["place"]["title"], "S3>S4" in [row["id"] for row in stop["links"]]) == (
        "정류장3",
        True,
    )
    assert ask(remembering, f"/api/v1/at?valid={then}&id=link:nowhere")[0] == 404
    for query in (
        "",
        f"valid={now_ms - 8 * DAY_MS}",
        "valid=abc",
        "vaild=1",
        f"known={now_ms * 2}",
    ):
        status, body = ask(remembering, f"/api/v1/at?{query}")
        assert (status, " / " in body["error"]["message"]) == (400, True)


def test_the_changes_since_a_time_are_told_in_order(remembering: str) -> None:
    now_ms = time.time_ns() // 1_000_000
    status, body = ask(remembering, f"/api/v1/changes?since={now_ms - DAY_MS}")
    assert (status, body["next_since_ms"]) == (200, None)
    assert [row["kinds"] for row in body["changes"]] == [
        ["work_new", "work_active", "closure_began"],
        ["work_extended"],
    ]
    assert body["changes"][0]["ko"] == "하수관 공사: 새 공사, 진행 중, 전면 통제 시작"
    later = ask(remembering, f"/api/v1/changes?since={body['changes'][0]['at_ms']}")[1]
    assert later["total"] == 1
    assert ask(remembering, "/api/v1/changes")[0] == 400
