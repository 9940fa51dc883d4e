"""The dispatcher with a real broker, a real Redis and real receivers."""

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from kafka import KafkaConsumer, TopicPartition

from local.services import Process, answers
from local.stack import Stack
from local.waiting import wait_until
from streams.contract import topics, wire
from streams.contract.enums import AlertEvent
from streams.contract.records import Message, Receipt, Tick, Undelivered
from streams.contract.settings import Settings
from streams.delivery.deciding.keys import (
    ATTEMPTS,
    DEAD,
    DISPATCHERS,
    LEASE,
    REPLAYS,
    STATE,
    UNDELIVERED,
    endpoint_key,
)
from streams.delivery.sending.outbox import Outbox
from streams.state.keys import OUTBOX, REBUILDING, key
from streams.state.store import Store
from tests.cities import worlds
from tests.halting import halt
from tests.receivers import ENV, Answer, Receiver, alert, put, subscribe, subscription

HANG_S = 25.0  # what does not wait for one that hangs is done long before


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as started:
        yield started


@pytest.fixture
def sending(city: Stack, receiver: Receiver) -> Stack:
    """A city with an endpoint "ep_a"; nothing is sent yet."""
    city.env |= ENV
    subscribe(worlds.redis_of(city), subscription("ep_a", receiver.url("ep_a")))
    return city


def dispatch(city: Stack, name: str = "dispatch", **env: str) -> Process:
    process = city.python(name, "streams", "dispatch", env=env)
    process.wait_said("dispatcher started")
    return process


def wait_ids(receiver: Receiver, *ids: str, endpoint: str = "ep_a", within_s: float = 120) -> None:
    wait_until(lambda: set(ids) <= set(receiver.ids(endpoint)), f"{ids}", within_s=within_s)


def state(store: Any, endpoint: str = "ep_a") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(store.get(endpoint_key(STATE, endpoint)) or b"{}")
    return found


def test_an_alert_is_posted_signed_and_remembered(sending: Stack, receiver: Receiver) -> None:
    store = worlds.redis_of(sending)
    process = dispatch(sending)
    begin, end = alert("work:W1", 1), alert("work:W1", 2, AlertEvent.END)
    put(store, [begin, end])
    wait_ids(receiver, begin.id, end.id)
    got = receiver.confirmed()
    assert [(each.id, each.body["type"]) for each in got] == [
        (begin.id, "closure.begin"),
        (end.id, "closure.end"),
    ]
    assert all(each.generations == (1,) for each in got)
    wait_until(
        lambda: store.xlen(endpoint_key(ATTEMPTS, "ep_a")), "the attempts", lambda seen: seen == 2
    )
    attempt = store.xrange(endpoint_key(ATTEMPTS, "ep_a"))[0][1]
    assert (attempt[b"id"].decode(), attempt[b"status"], attempt[b"error"]) == (
        begin.id,
        b"200",
        b"",
    )
    process.stop(HANG_S)
    assert process.exit_code == 0, "it was told to stop, and had to be killed"
    assert state(store)["line"] == []


def test_an_emptied_redis_re_sends_nothing(sending: Stack, receiver: Receiver) -> None:
    store = worlds.redis_of(sending)
    dispatch(sending)
    alerts = [alert(f"work:W{i}", 1) for i in range(20)]
    put(store, alerts)
    wait_ids(receiver, *(each.id for each in alerts))
    store.flushall()
    subscribe(store, subscription("ep_a", receiver.url("ep_a")))
    put(store, [*alerts, last := alert("work:new", 1)])
    wait_ids(receiver, last.id)
    assert len(receiver.ids()) == len(set(receiver.ids())) == 21


@pytest.mark.parametrize("point", ["after_post:3", "after_receipt:3", "before_save:1"])
def test_a_killed_dispatcher_repeats_at_most_one_with_the_same_id(
    sending: Stack, receiver: Receiver, point: str
) -> None:
    store = worlds.redis_of(sending)
    process = sending.python("first", "streams", "dispatch", env={"FAIL_AT": point})
    alerts = [alert("work:W1", n, AlertEvent.BEGIN, episode=f"alrt_e{n}") for n in range(1, 7)]
    wait_until(
        lambda: process.output, "its endpoint", lambda seen: "serving" in seen
    )  # it may end at its first save
    for each in alerts:
        put(store, [each])
    assert process.wait_ended() == -signal.SIGKILL, process.output
    dispatch(sending, "second")
    wait_ids(receiver, *(each.id for each in alerts))
    ids = receiver.ids()
    repeats = len(ids) - len(set(ids))
    assert repeats <= 1
    assert list(dict.fromkeys(ids)) == [each.id for each in alerts]


def test_two_dispatchers_share_the_endpoints_and_send_each_alert_once(
    sending: Stack, receiver: Receiver
) -> None:
    store = worlds.redis_of(sending)
    names = [f"ep_{i}" for i in range(20)]
    subscribe(store, *(subscription(name, receiver.url(name)) for name in names))
    first, second = dispatch(sending, "first"), dispatch(sending, "second")
    served = {"first": 0, "second": 0}

    def is_shared() -> bool:
        leases = [store.get(endpoint_key(LEASE, name)) or b"" for name in names]
        by = [lease.split(b"-")[-2] for lease in leases if lease]
        served["first"] = by.count(str(first.pid).encode())
        served["second"] = by.count(str(second.pid).encode())
        return min(served.values()) > 0 and sum(served.values()) == 20

    wait_until(is_shared, "both serving")
    put(store, [alert("work:W1", 1)])
    wait_until(lambda: len(receiver.got), "all posts", lambda seen: seen >= 21)
    every = ("ep_a", *names)
    wait_until(  # what is posted and not yet written down may be posted again, by its right
        lambda: all(store.xlen(endpoint_key(ATTEMPTS, name)) for name in every), "all attempts"
    )
    second.kill()
    put(store, [alert("work:W2", 1)])
    wait_until(
        lambda: len({(g.endpoint, g.id) for g in receiver.got}),
        "all of the second",
        lambda seen: seen == 42,
    )
    assert len(receiver.got) == 42


def test_one_that_hangs_does_not_slow_the_others(sending: Stack, receiver: Receiver) -> None:
    receiver.behaviour = lambda endpoint, _: Answer(
        delay_s=2 * HANG_S if endpoint == "ep_hangs" else 0
    )
    store = worlds.redis_of(sending)
    subscribe(store, subscription("ep_hangs", receiver.url("ep_hangs")))
    process = dispatch(sending)
    alerts = [alert(f"work:W{i}", 1) for i in range(30)]
    put(store, alerts)
    wait_ids(receiver, *(each.id for each in alerts), within_s=HANG_S)
    assert receiver.most_open["ep_hangs"] <= 2
    process.stop(HANG_S)
    assert process.exit_code == 0, "it waited for the one that hangs"


def test_gone_disables_and_a_redirect_is_no_success(sending: Stack, receiver: Receiver) -> None:
    receiver.behaviour = lambda endpoint, _: (
        Answer(410) if endpoint == "ep_gone0000" else Answer(302, headers=(("Location", "/x"),))
    )
    store = worlds.redis_of(sending)
    subscribe(store, subscription("ep_gone0000", receiver.url("ep_gone0000")))
    sending.start_worker()
    dispatch(sending)
    put(store, [alert("work:W1", 1)])

    def is_disabled() -> bool:
        row = json.loads(store.hget(key("subscriptions", 0), "ep_gone0000"))
        return row["is_enabled"] is False

    wait_until(is_disabled, "the disabled endpoint")
    wait_until(lambda: bool(state(store).get("line")), "the redirected one kept")
    assert receiver.confirmed() == []


def test_what_expires_is_kept_and_sent_again_on_demand(sending: Stack, receiver: Receiver) -> None:
    store = worlds.redis_of(sending)
    day_ms = 86_400_000
    old = alert("work:W1", 1, at_ms=time.time_ns() // 1_000_000 - day_ms - 1000)
    dispatch(sending)
    put(store, [old])
    wait_until(
        lambda: store.xlen(endpoint_key(DEAD, "ep_a")), "the dead letter", lambda seen: seen == 1
    )
    assert old.id in sending.run("list", "streams", "undelivered", "ep_a")
    sending.run("replay", "streams", "undelivered", "ep_a", "--replay")
    wait_ids(receiver, old.id)
    wait_until(lambda: store.hlen(REPLAYS), "the replay forgotten", lambda seen: seen == 0)
    assert store.xlen(endpoint_key(DEAD, "ep_a")) == 0
    given_up, receipt = told(sending)  # in this order
    assert isinstance(given_up, Undelivered)
    assert (given_up.endpoint, given_up.alert_id, given_up.attempts) == ("ep_a", old.id, 0)
    assert given_up.took_ms >= day_ms
    assert isinstance(receipt, Receipt)
    assert (receipt.endpoint, receipt.alert_id, receipt.attempts) == ("ep_a", old.id, 1)
    assert receipt.took_ms is not None
    assert receipt.took_ms < day_ms  # since somebody wanted it sent


def told(city: Stack) -> list[Message]:
    """What the log has of the endpoints, the oldest first."""
    place = TopicPartition(topics.RECEIPTS.name, 0)
    with closing(KafkaConsumer(bootstrap_servers=city.env["BOMNAE_KAFKA"])) as consumer:
        consumer.assign([place])
        end = consumer.end_offsets([place])[place]
        consumer.seek_to_beginning(place)
        found: list[Message] = []

        def read_to() -> int:
            for run in consumer.poll(timeout_ms=500).values():
                found.extend(wire.decode(each.value) for each in run)
            return int(consumer.position(place))

        wait_until(read_to, "all receipts", lambda seen: seen >= end)
    return [each for each in found if not isinstance(each, Tick)]


@pytest.mark.skipif(
    os.environ.get("TEST_KAFKA", "embedded") != "embedded", reason="stops the broker of all cities"
)
def test_redis_and_the_broker_may_go_and_come(sending: Stack, receiver: Receiver) -> None:
    store = worlds.redis_of(sending)
    process = dispatch(sending)
    put(store, [first := alert("work:W1", 1)])
    wait_ids(receiver, first.id)
    redis, broker = sending.processes["redis"], sending.processes["broker"]
    redis.kill()
    process.wait_said("waiting for Redis")
    redis.stop()
    redis.start()
    port = int(sending.env["BOMNAE_REDIS"].rsplit(":", 1)[1].split("/")[0])
    wait_until(lambda: answers(port), "Redis")
    put(store, [second := alert("work:W2", 1)])
    wait_ids(receiver, second.id)
    wait_until(
        lambda: store.xlen(endpoint_key(ATTEMPTS, "ep_a")), "its receipt", lambda seen: seen == 2
    )
    halt(broker.pid)
    try:
        put(store, [third := alert("work:W3", 1)])
        wait_ids(receiver, third.id)
        assert store.xlen(endpoint_key(ATTEMPTS, "ep_a")) == 2  # its receipt is not written
    finally:
        os.killpg(broker.pid, signal.SIGCONT)
    wait_until(
        lambda: store.xlen(endpoint_key(ATTEMPTS, "ep_a")),
        "the third receipt",
        lambda seen: seen == 3,
    )
    assert receiver.ids() == [first.id, second.id, third.id]


def test_nothing_is_sent_while_the_state_is_made_again(sending: Stack, receiver: Receiver) -> None:
    store = worlds.redis_of(sending)
    store.hset(REBUILDING, "permits/0", 9)
    put(store, [first := alert("work:W1", 1)])
    dispatch(sending)
    wait_until(lambda: bool(store.exists(endpoint_key(LEASE, "ep_a"))), "its lease")
    assert receiver.got == []
    store.delete(REBUILDING)
    wait_ids(receiver, first.id)


def test_a_critical_alert_that_does_not_arrive_is_shown_until_it_does(
    sending: Stack, receiver: Receiver
) -> None:
    status = [500]
    receiver.behaviour = lambda *_: Answer(status[0])
    store = worlds.redis_of(sending)
    dispatch(sending)
    late = alert("work:W1", 1, at_ms=time.time_ns() // 1_000_000 - 115_000)
    put(store, [late])
    wait_until(lambda: store.hlen(UNDELIVERED), "the sign", lambda seen: seen == 1)
    sign = json.loads(store.hget(UNDELIVERED, "ep_a"))
    assert sign == {"since_ms": late.at_ms, "alert_id": late.id, "title": "제목 work:W1"}
    status[0] = 200
    wait_until(lambda: store.hlen(UNDELIVERED), "its end", lambda seen: seen == 0)
    assert receiver.ids() == [late.id]


async def test_the_outbox_is_trimmed_behind_the_last_endpoint_and_when_old(sending: Stack) -> None:
    store = worlds.redis_of(sending)
    now_ms = time.time_ns() // 1_000_000
    ids = [f"{now_ms - 8 * 86_400_000 + n}-0" for n in range(400)]
    for each in (*ids, f"{now_ms}-0"):
        store.xadd(key(OUTBOX, 0), {"a": "{}"}, id=each)
    own = Store.connect(Settings(redis=sending.env["BOMNAE_REDIS"]))
    try:
        assert await Outbox(own).trim(["0-0"], now_ms) == 0
        assert await Outbox(own).trim([ids[200]], now_ms) in range(100, 201)
        assert await Outbox(own).trim([f"{now_ms}-0"], now_ms) > 0
        assert store.xrevrange(key(OUTBOX, 0), count=1)[0][0].decode() == f"{now_ms}-0"
    finally:
        await own.close()


def test_without_a_master_key_it_says_so(city: Stack) -> None:
    process = city.python("dispatch", "streams", "dispatch")
    assert process.wait_ended() == 2, process.output
    assert "BOMNAE_SECRET is not set" in process.log.read_text(encoding="utf-8")


def test_its_health_is_that_it_takes_turns(sending: Stack) -> None:
    process = dispatch(sending)
    wait_until(
        lambda: worlds.redis_of(sending).zcard(DISPATCHERS),
        "its first turn",
        lambda seen: seen == 1,
    )
    sending.run("health", "streams.delivery.health")
    process.stop()
    with pytest.raises(RuntimeError, match="has taken a turn"):
        sending.run("health-after", "streams.delivery.health")
