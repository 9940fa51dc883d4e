"""A closure becomes an alert; an operator's word goes through Kafka and worker to every screen."""

import json
from typing import Any

from local.services import Process
from local.stack import Stack
from local.waiting import wait_until
from streams.contract import topics, wire
from streams.contract.enums import Closure, IncidentKind
from streams.contract.records import Incident, IncidentBatch
from streams.contract.times import now_ms
from streams.delivery.deciding.keys import ATTEMPTS, DEAD, DISPATCHERS, UNDELIVERED, endpoint_key
from streams.state.keys import DELTAS, key
from tests.cities import worlds
from tests.services.asking import ask, seen

Json = dict[str, Any]
NAME = {"by": "김상황", "comment": "현장에 연락함"}


def report(city: Stack, *rows: Incident) -> None:
    batch = IncidentBatch("utic.incidents", now_ms(), is_complete=True, rows=rows)
    worlds.publish(city, [(topics.INCIDENTS, 0, wire.encode(batch))])


def accident(number: int = 1, closure: Closure = Closure.FULL) -> Incident:
    return Incident(
        f"acc-{number}",
        IncidentKind.ACCIDENT,
        "3중 추돌",
        now_ms() - 60_000,
        ends_ms=now_ms() + 3_600_000,
        closure=closure,
        link_id="S3>S4",
    )


def is_judged(body: Json) -> bool:
    return bool(body["periods"][2]["verdicts"])


def test_an_alert_is_acknowledged_and_kept_through_a_rebuild(city: Stack) -> None:
    worker = city.start_worker()
    city.python("clock", "producers", "clock")
    base = city.start_map()
    report(city, accident())
    [alert] = seen(base, lambda body: bool(body["alerts"]), "/api/v1/alerts")["alerts"]
    facts = ("rule", "subject", "severity", "title", "closure", "links", "acknowledged")
    assert [alert[name] for name in facts] == [
        "closure", "incident:acc-1", "critical", "3중 추돌", "full", ["S3>S4"], None
    ]  # fmt: skip
    address = f"/api/v1/alerts/{alert['id']}/acknowledge"
    status, taken = ask(base, address, NAME)
    assert (status, taken["episode"]) == (202, alert["id"])

    def is_seen(body: Json) -> bool:
        return bool(body["alerts"] and body["alerts"][0]["acknowledged"])

    ack = seen(base, is_seen, "/api/v1/alerts")["alerts"][0]["acknowledged"]
    assert (ack["by"], ack["comment"], ack["severity"]) == (*NAME.values(), "critical")
    shot = ask(base, "/api/v1/snapshot")[1]
    assert [row["id"] for row in shot["acks"]] == [alert["id"]]
    assert ask(base, address, {**NAME, "verdict": "false"})[0] == 202
    counted = seen(base, is_judged, "/api/v1/truth")["periods"][2]["verdicts"]
    assert counted == [{"rule": "closure", "false": 1, "judged": 1}]

    def is_false(body: Json) -> bool:
        return bool(body["alerts"] and body["alerts"][0]["acknowledged"].get("verdict") == "false")

    ack = seen(base, is_false, "/api/v1/alerts")["alerts"][0]["acknowledged"]

    worker.stop()
    store = worlds.redis_of(city)
    store.flushdb()
    seen(base, lambda body: body["alerts"] == [], "/api/v1/alerts")  # what comes is of the log
    city.start_worker("worker-after")
    again = seen(base, is_seen, "/api/v1/alerts")["alerts"][0]
    assert (again["id"], again["acknowledged"]) == (alert["id"], ack)
    assert seen(base, is_judged, "/api/v1/truth")["periods"][2]["verdicts"] == counted
    assert worlds.audited(city)


def test_what_is_no_acknowledgement_is_refused_and_nothing_of_it_is_kept(
    city: Stack, own_broker: Process
) -> None:
    base = city.start_map()
    open_one = "alrt_" + "a" * 26
    episode = {
        "id": open_one, "since_ms": now_ms(), "severity": "warning", "facts": {}, "told": 1
    }  # fmt: skip
    delta = {"at": now_ms(), "a": {"jam link:S3>S4": episode}}
    worlds.redis_of(city).xadd(key(DELTAS, 0), {"d": json.dumps(delta)})
    seen(base, lambda body: bool(body["alerts"]), "/api/v1/alerts")
    address = f"/api/v1/alerts/{open_one}/acknowledge"
    refusals: list[tuple[str, Json, dict[str, str], int, str]] = [
        (address, {"by": ""}, {}, 400, "bad_name"),
        (address, {"by": " \u202e"}, {}, 400, "bad_name"),
        (address, {"by": "010-1234-5678"}, {}, 400, "bad_name"),
        (address, {"by": "김", "comment": "010-1234-5678"}, {}, 400, "bad_comment"),
        (address, {"by": "김", "comment": "가" * 201}, {}, 400, "bad_comment"),
        (address, {"by": "김", "comment": "가" * 401}, {}, 400, "bad_body"),
        (address, {"by": "김", "severity": "mild"}, {}, 400, "bad_body"),
        (address, {"by": "김", "at_ms": 1}, {}, 400, "bad_body"),
        (address, {"by": "김", "verdict": "maybe"}, {}, 400, "bad_body"),
        (address, {}, {}, 400, "bad_name"),
        (address, {"by": "가" * 8000}, {}, 413, "too_large"),
        (address, NAME, {"Content_Type": "text/plain"}, 415, "not_json"),
        (address, NAME, {"Origin": "https://evil.example"}, 403, "other_origin"),
        (address.replace("aaa", "bbb"), NAME, {}, 404, "not_found"),
        ("/api/v1/alerts/%0d%0a<b>/acknowledge", NAME, {}, 400, "odd_path"),
    ]
    for path, body, headers, status, code in refusals:
        found = ask(base, path, body, **headers)
        assert (found[0], found[1]["error"]["code"]) == (status, code), (path, body, found)
        assert "010-1234" not in found[1]["error"]["message"]
    assert ask(base, address, NAME)[0] == 202
    own_broker.stop()
    assert ask(base, address, NAME)[1]["error"]["code"] == "log_away"
    assert "010-1234" not in city.processes["maps"].log.read_text(encoding="utf-8")


def test_deliveries_are_listed_by_endpoint_without_an_address(city: Stack) -> None:
    base = city.start_map()
    assert ask(base, "/api/v1/deliveries")[1]["endpoints"] == []
    store = worlds.redis_of(city)
    subscription = {"endpoint": "ep_1", "title": "현장팀", "url": "https://x.example/?key=geheim"}
    store.hset(key("subscriptions", 0), "ep_1", json.dumps(subscription))
    store.hset(key("subscriptions", 0), "ep_2", b"{broken")
    for status, error in ((0, "timeout"), (200, "")):
        attempt = {"id": "alrt_x.1", "at_ms": 5, "status": status, "took_ms": 9, "error": error}
        store.xadd(endpoint_key(ATTEMPTS, "ep_1"), attempt)
    store.xadd(endpoint_key(DEAD, "ep_1"), {"a": "{}"})
    store.zadd(DISPATCHERS, {"host-1": now_ms()})
    waits = {"since_ms": 7, "alert_id": "alrt_x.1", "title": "중앙로"}
    store.hset(UNDELIVERED, "ep_1", json.dumps(waits))
    store.hset(UNDELIVERED, "ep_9", b"nothing of ours")
    wait_until(lambda: bool(ask(base, "/api/v1/snapshot")[1]["undelivered"]), "the sign")
    status, body = ask(base, "/api/v1/deliveries")
    [row] = body["endpoints"]
    assert (row["title"], row["dead_letters"], row["is_enabled"]) == ("현장팀", 1, True)
    assert [(each["status"], each["error"]) for each in row["attempts"]] == [
        (200, ""), (0, "timeout")
    ]  # fmt: skip
    assert body["undelivered"] == [
        {"endpoint": "ep_1", "endpoint_title": "현장팀", "since_ms": 7, "title": "중앙로"}
    ]
    assert "geheim" not in json.dumps(body)
    store.delete(UNDELIVERED)
    wait_until(lambda: not ask(base, "/api/v1/snapshot")[1]["undelivered"], "its end")
