"""A crash told by two feeds is one situation; what an operator does with it is on the log."""

from typing import Any

from local.stack import Stack
from local.waiting import wait_until
from streams.contract import topics, wire
from streams.contract.enums import Closure, IncidentKind
from streams.contract.records import Incident, IncidentBatch
from streams.contract.times import now_ms
from tests.cities import worlds
from tests.services.asking import ask, seen

Json = dict[str, Any]
PATH = "/api/v1/situations"
ACTS = f"{PATH}/acts"
BY = {"by": "김상황"}


def told(city: Stack, feed: str, incident_id: str, link: str, **more: Any) -> None:
    row = Incident(
        incident_id,
        IncidentKind.ACCIDENT,
        f"{feed} 추돌",
        now_ms() - 60_000,
        closure=more.get("closure", Closure.PARTIAL),
        link_id=link,
    )
    batch = IncidentBatch(feed, now_ms(), is_complete=True, rows=(row,))
    worlds.publish(city, [(topics.INCIDENTS, 0, wire.encode(batch))])


def is_seen(body: Json) -> list[bool]:
    return [row["acknowledged"] is not None for row in body["situations"]]


def shown(base: str, show: str = "all") -> list[Json]:
    rows: list[Json] = ask(base, f"{PATH}?show={show}")[1]["situations"]
    return rows


def test_a_crash_of_two_feeds_is_one_row_and_acts_on_it_last(city: Stack) -> None:
    worker = city.start_worker()
    city.python("clock", "producers", "clock")
    base = city.start_map()
    told(city, "its.events", "its-1", "S3>S4")
    told(city, "utic.incidents", "utic-1", "S3>S4")
    body = seen(base, lambda x: [len(r["facts"]) for r in x["situations"]] == [2], PATH)
    [row] = body["situations"]
    assert row["sources"] == ["its.events", "utic.incidents"]
    assert (row["severity"], row["alert"], row["links"]) == ("warning", True, ["S3>S4"])
    assert (row["acknowledged"], row["new"]) == (None, True)
    assert [ask(base, f"{PATH}?q={q}")[1]["situations"] != [] for q in ("utic", "zz")] == [
        True,
        False,
    ]

    def acted(**body: Any) -> Json:
        status, answer = ask(base, ACTS, {**BY, "situations": [row["id"]], **body})
        assert status == 202, answer
        return answer

    # acknowledged: the situation and each of its alerts
    acted(act="acknowledge", note="순찰차 출동")
    body = seen(base, lambda x: is_seen(x) == [True], PATH)
    assert body["situations"][0]["acknowledged"]["by"] == "김상황"
    alerts = seen(base, lambda x: all(a["acknowledged"] for a in x["alerts"]), "/api/v1/alerts")
    assert [a["acknowledged"]["comment"] for a in alerts["alerts"]] == ["순찰차 출동"] * 2
    assert [len(shown(base, show)) for show in ("open", "acknowledged")] == [0, 1]

    # undone: neither is; the acts on the alerts may be told before the act on the situation, which
    # is what an undo asks for
    undo = {**BY, "situations": [row["id"]], "act": "undo"}
    wait_until(lambda: ask(base, ACTS, undo)[0], "an act to undo", lambda seen: seen == 202)
    seen(base, lambda x: is_seen(x) == [False], PATH)
    seen(base, lambda x: not any(a["acknowledged"] for a in x["alerts"]), "/api/v1/alerts")
    wait_until(lambda: ask(base, ACTS, undo)[0], "nothing left to undo", lambda seen: seen == 409)

    # snoozed, assigned, noted
    until_ms = now_ms() + 600_000
    acted(act="snooze", until_ms=until_ms)
    acted(act="assign", to="lee")
    acted(act="note", note="견인 요청")
    body = seen(base, lambda x: [bool(r.get("notes")) for r in x["situations"]] == [True], PATH)
    row = body["situations"][0]
    assert (row["snoozed_until_ms"], row["assigned"]) == (until_ms, "lee")
    assert [(n["note"], n["by"]) for n in row["notes"]] == [("견인 요청", "김상황")]
    assert [x["id"] for x in shown(base, "snoozed")] == [row["id"]]

    # all of it is there again after a rebuild
    worker.stop()
    worlds.redis_of(city).flushdb()
    seen(base, lambda x: x["situations"] == [], PATH)  # what is there later is of the log
    city.start_worker("worker-after")
    body = seen(
        base, lambda x: x["situations"] and x["situations"][0].get("assigned") == "lee", PATH
    )
    assert body["situations"][0]["id"] == row["id"]

    # acknowledging each alert alone acknowledges it too
    found = seen(base, lambda x: len(x["alerts"]) == 2, "/api/v1/alerts")["alerts"]
    for alert in found:
        assert ask(base, f"/api/v1/alerts/{alert['id']}/acknowledge", BY)[0] == 202
    seen(base, lambda x: is_seen(x) == [True], PATH)

    # graver than what was acknowledged: it asks anew
    told(city, "its.events", "its-1", "S3>S4", closure=Closure.FULL)
    body = seen(base, lambda x: [r["severity"] for r in x["situations"]] == ["critical"], PATH)
    assert body["situations"][0]["acknowledged"] is None
    snapshot = ask(base, "/api/v1/snapshot")[1]["situations"]
    assert [x["id"] for x in snapshot] == [row["id"]]


def test_what_cannot_be_done_is_refused(city: Stack) -> None:
    base = city.start_map()
    for body, status in (
        ({"act": "acknowledge", "situations": ["sit_x"], **BY}, 404),
        ({"act": "dance", "situations": ["sit_x"]}, 400),
        ({"act": "note", "situations": []}, 400),
        ({"act": "note", "situations": ["sit_x"], "who": "x"}, 400),
    ):
        assert ask(base, ACTS, body)[0] == status, body
    assert ask(base, f"{PATH}?show=everything")[0] == 400
    assert ask(base, f"{PATH}?lvl=1")[0] == 400
