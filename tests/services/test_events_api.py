"""What a receiver that slept reads of the outbox."""

import time

import msgspec

from local.stack import Stack
from local.waiting import wait_until
from streams.contract.enums import AlertEvent, RuleName, Severity
from streams.contract.subscription import Subscription
from streams.domain.alerts import Alert
from streams.state.keys import OUTBOX, key
from tests.cities import worlds
from tests.services.asking import ask


def alert(number: int, at_ms: int, rule: RuleName = RuleName.CLOSURE) -> Alert:
    name = f"alrt_{number:026}"
    return Alert(
        id=f"{name}.1",
        episode=name,
        rule=rule,
        subject=f"work:W{number}",
        word=AlertEvent.BEGIN,
        severity=Severity.NOTICE,
        began_ms=at_ms,
        at_ms=at_ms,
        facts={"title": f"공사 {number}", "links": ["S3>S4"]},
    )


def write(stack: Stack, alerts: list[Alert]) -> None:
    store = worlds.redis_of(stack)
    for each in alerts:
        store.xadd(key(OUTBOX, 0), {"a": msgspec.json.encode(each)})


def read_all(base: str, after: str, more: str = "") -> tuple[list[str], str]:
    """Every event after a cursor, page by page, and the last cursor."""
    ids: list[str] = []
    while True:
        status, body = ask(base, f"/api/v1/events?after={after}{more}")
        assert status == 200, body
        ids += [event["id"] for event in body["events"]]
        after = body["next"]
        if not body["more"]:
            return ids, after


def test_a_receiver_that_slept_reads_on_in_order_and_over_a_rebuild(city: Stack) -> None:
    base = city.start_map()
    wait_until(
        lambda: ask(base, "/api/v1/events")[0], "the store is read", lambda seen: seen == 200
    )
    assert ask(base, "/api/v1/events")[1]["events"] == []
    now_ms = time.time_ns() // 1_000_000
    hour_ms = 3_600_000
    alerts = [alert(n, now_ms - 4 * hour_ms + n * 4_000) for n in range(250)]
    write(city, alerts[:230])
    ids, cursor = read_all(base, "")
    assert ids == [each.id for each in alerts[:230]]
    assert read_all(base, cursor) == ([], cursor)
    write(city, alerts[230:])
    assert read_all(base, cursor)[0] == [each.id for each in alerts[230:]]
    store = worlds.redis_of(city)
    ((newest, _),) = store.xrevrange(key(OUTBOX, 0), count=1)
    store.delete(
        key(OUTBOX, 0)
    )  # and made again in another order: another alert stands where it read
    remade = [*alerts[100:], *alerts[:100]]
    store.xadd(key(OUTBOX, 0), {"a": msgspec.json.encode(remade[0])}, id=newest)
    write(city, remade[1:])
    again, last = read_all(base, cursor)
    assert set(again) >= {each.id for each in alerts[230:]}
    assert set(again) == {each.id for each in alerts[229 - 150 :]}  # ten minutes, of 4 s each
    assert len(again) == len(set(again))
    assert read_all(base, last) == ([], last)


def test_a_cursor_that_is_too_old_or_none_is_refused(city: Stack) -> None:
    base = city.start_map()
    wait_until(
        lambda: ask(base, "/api/v1/events")[0], "the store is read", lambda seen: seen == 200
    )
    now_ms = time.time_ns() // 1_000_000
    write(city, [alert(1, now_ms - 5_000), alert(2, now_ms)])
    first = ask(base, "/api/v1/events?after=latest")[1]
    assert first["events"] == []
    assert read_all(base, first["next"]) == ([], first["next"])
    worlds.redis_of(city).delete(key(OUTBOX, 0))
    write(city, [alert(3, now_ms + 5_000)])
    status, body = ask(base, f"/api/v1/events?after={first['next']}")
    assert (status, body["error"]["code"]) == (410, "cursor_gone")
    for wrong in ("x", "1-1", "0-0_0_0_", "9" * 99 + "-0_0_0_a", "0-0_0_0_a%0a"):
        assert ask(base, f"/api/v1/events?after={wrong}")[0] == 400, wrong
    assert ask(base, "/api/v1/events?since=1")[0] == 400
    assert ask(base, "/api/v1/events?endpoint=ep_nobody00")[0] == 404


def test_the_events_of_an_endpoint_are_those_it_hears(city: Stack) -> None:
    base = city.start_map()
    known = Subscription(
        endpoint="ep_0123456789abcdef", url="https://a.example/", title="반", rules=("jam",)
    )
    row = msgspec.json.encode(known)
    worlds.redis_of(city).hset(key("subscriptions", 0), known.endpoint, row)
    now_ms = time.time_ns() // 1_000_000
    write(city, [alert(1, now_ms), alert(2, now_ms, RuleName.JAM), alert(3, now_ms)])
    wait_until(
        lambda: ask(base, "/api/v1/events")[0], "the store is read", lambda seen: seen == 200
    )
    body = ask(base, f"/api/v1/events?endpoint={known.endpoint}")[1]
    assert [event["rule"] for event in body["events"]] == ["jam"]
    assert "work_url" not in body["events"][0]
    assert read_all(base, body["next"], f"&endpoint={known.endpoint}")[0] == []
