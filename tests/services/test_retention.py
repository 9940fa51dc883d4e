"""On a real city: what is forgotten is gone and stays so, what time is due goes, both recorded."""

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from local.stack import Stack
from local.waiting import wait_until
from maps.records.chain import Verifier
from producers.publishing.topic_setup import Topics
from streams.contract import topics, wire
from streams.contract.account import Account, Passkey
from streams.contract.enums import Closure, Role, Severity
from streams.contract.photo_folders import folder_of
from streams.contract.records import Acknowledgement, Call, Message, Permit, PermitBatch
from streams.contract.terminal import user_here
from streams.contract.times import DAY_MS, HOUR_MS, now_ms
from streams.contract.topic_rules import Complaint
from streams.delivery.deciding.keys import DEAD, endpoint_key
from streams.kafka.access_log import opened
from streams.kafka.topic_facts import configs
from streams.retention.forgetting import plan_of
from streams.retention.table import kept
from streams.state.keys import (
    COUNTS,
    FAILED,
    PASSKEY_USES,
    SESSION,
    SESSIONS_OF,
    failed_of,
    key,
    login_key,
    parts_of,
    used_of,
)
from streams.state.store import Store
from tests import warm
from tests.cities import worlds
from tests.services.asking import ask, send

DIG, NOTE, OFFICE = "비밀관로굴착", "비밀통화장소", "비밀부서"
WORK, CALLS = "2026-굴착-0412", [f"c{n}" for n in range(6)]
EPISODE = f"alrt_{'a' * 26}"


@cache
def begun_ms() -> int:
    """When the first test asked: the file may be read a quarter of an hour before it is run."""
    return now_ms()


def ack(episode: str = EPISODE, at_ms: int = 0) -> Acknowledgement:
    return Acknowledgement(episode, "kim", "봤음", at_ms or begun_ms(), Severity.CRITICAL)


def permits(received_ms: int) -> PermitBatch:
    permit = Permit(
        WORK,
        DIG,
        begun_ms() - HOUR_MS,
        begun_ms() + DAY_MS,
        purpose=DIG,
        place=DIG,
        closure=Closure.FULL,
        lon=127.702,
        lat=37.88,
    )
    other = replace(permit, permit_id="P-2", title="다른 공사", purpose="", place="")
    return PermitBatch("permits", received_ms, is_complete=True, rows=(permit, other))


def call(name: str) -> Call:
    return Call(name, begun_ms(), f"{NOTE} {name}", (), 127.71, 37.88, f"REF-{name}")


def account(name: str, by: str) -> Account:
    roles = (Role.VIEWER,)
    passkeys = (Passkey("k" * 20 + name, "p"),)
    return Account(
        account=name,
        roles=roles,
        office=OFFICE,
        passkeys=passkeys,
        changed_by=by,
        changed_ms=begun_ms(),
    )


LOGIN_COUNTS = (
    login_key(FAILED, failed_of("kim")),
    login_key(PASSKEY_USES, used_of("k" * 20 + "kim")),
)


def told(topic: topics.Topic, *messages: Message) -> Iterator[worlds.Sent]:
    for message in messages:
        yield topic, 0, wire.encode(message)


class City:
    """A small city with a worker and a map, and what one can ask of it."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.redis = worlds.redis_of(stack)
        self.clock_ms = begun_ms()
        self.base = stack.start_map()

    def publish(self, *log: Iterable[worlds.Sent]) -> None:
        """Publish, let ten seconds pass, and wait until all is folded."""
        self.clock_ms += 10_000
        ticks = worlds.tick(self.clock_ms)
        worlds.publish(self.stack, [each for part in (*log, ticks) for each in part])
        worlds.wait_drained(self.stack, self.clock_ms)

    def run(self, *words: str) -> tuple[int, str]:
        """Exit code and output of `python -m streams`."""
        code, out, error = warm.run("streams", words, self.stack.env)
        lines = (out + error).splitlines(keepends=True)
        return code, "".join(x for x in lines if not x.startswith("{"))  # without logs

    def forget(self, kind: str, name: str, *more: str) -> tuple[int, str]:
        return self.run("forget", f"--{kind}", name, "--reason", "본인 요청", *more)

    def held(self) -> dict[str, str]:
        """All of Redis by key, as text."""
        return {name.decode(): repr(self._value(name)) for name in self.redis.scan_iter("*")}

    def _value(self, name: bytes) -> Any:
        kind = self.redis.type(name).decode()
        if kind == "hash":
            return _plain(self.redis.hgetall(name))
        if kind == "stream":
            return [_plain(fields) for _, fields in self.redis.xrange(name)]
        if kind == "zset":
            return [each.decode() for each in self.redis.zrange(name, 0, -1)]
        if kind == "set":
            return [each.decode() for each in self.redis.smembers(name)]
        return (self.redis.get(name) or b"").decode(errors="replace")  # it may be over by now

    def holding(self, text: str) -> list[str]:
        """The families of keys whose name or value has a text."""
        found = {parts_of(name)[0] for name, value in self.held().items() if text in name + value}
        return sorted(found)

    def status(self, path: str) -> int:
        return send(self.base, "GET", path)[0]

    def calls(self) -> list[str]:
        return [each["id"] for each in ask(self.base, "/api/v1/calls")[1]["calls"]]


def _plain(rows: dict[bytes, bytes]) -> dict[str, str]:
    return {name.decode(): value.decode(errors="replace") for name, value in rows.items()}


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory, kafka_kind: str) -> Iterator[City]:
    folder = tmp_path_factory.mktemp("retention")
    env = {"BOMNAE_PHOTOS": str(folder / "photos")}
    with Stack(folder, kafka=kafka_kind, env=env) as stack:
        worlds.lay(stack)
        stack.start_worker()
        yield City(stack)


def photo_of(city: City, work: str = WORK) -> Path:
    folder = Path(city.stack.env["BOMNAE_PHOTOS"]) / folder_of(work)
    folder.mkdir(parents=True, exist_ok=True)
    photo = folder / "one.jpg"
    photo.write_bytes(b"a photo")
    return photo


async def records(city: City) -> list[dict[str, Any]]:
    """The access records; the chain has no fault."""
    found: list[tuple[int, bytes]] = []
    async with opened(worlds.settings_of(city.stack)) as log:
        async for run in log.read(*await log.ends()):
            found += [(each.offset, each.payload or b"") for each in run]
    verifier = Verifier({})
    assert [fault for each in found for fault in verifier.take(*each)] == []
    return [json.loads(payload) for _, payload in found]


async def test_what_is_forgotten_is_gone_and_no_fold_brings_it_back(city: City) -> None:
    accounts = told(topics.ACCOUNTS, account("kim", "boss"), account("lee", "kim"))
    city.publish(
        told(topics.PERMITS, permits(begun_ms())),
        told(topics.CALLS, *map(call, CALLS)),
        accounts,
        told(topics.ACKNOWLEDGEMENTS, ack()),
    )
    city.redis.set(login_key(SESSION, "h1"), "{}")
    for counted in LOGIN_COUNTS:
        city.redis.set(counted, 1)
    city.redis.sadd(login_key(SESSIONS_OF, "kim"), "h1")
    photo = photo_of(city)
    page = f"/w/{quote(WORK)}"
    wait_until(lambda: city.status(page), "the work's page", lambda seen: seen == 200)
    wait_until(lambda: set(CALLS) <= set(city.calls()), "the calls")
    assert set(city.holding(DIG)) >= {"works", f"past:work:{WORK}", "changes", "outbox"}
    assert set(city.holding(f"{NOTE} c0")) >= {"calls", "reports", "changes", "outbox"}
    assert [name for name in city.held() if kept().of_key(name) is None] == []

    code, said = city.forget("account", "no-such", "--yes")
    assert (code, "there is no account 'no-such'" in said) == (1, True)
    what_the_state_has_no_more(city)
    store = Store.connect(settings := worlds.settings_of(city.stack))
    for kind in ("work", "call", "account"):
        assert (await plan_of(store, settings, kind, "no-such", begun_ms())).count == 0
    await store.close()
    code, said = city.forget("work", WORK)
    assert (code, "--yes does it" in said, "works: 1" in said) == (2, True, True)
    assert city.run("forget", "--work", WORK, "--reason", "010-1234-5678", "--yes")[0] == 2
    assert photo.exists()

    for kind, name in (("work", WORK), ("call", "c0"), ("account", "kim")):
        code, said = city.forget(kind, name, "--yes")
        assert code == 0, said
        assert "still on the log" in said
        assert ("still in the history" in said) == (kind != "account")
    assert not photo.exists()
    wait_until(lambda: city.status(page), "the end of the page", lambda seen: seen == 404)
    wait_until(city.calls, "the end of the call", lambda seen: "c0" not in seen)
    gone(city)

    city.publish(told(topics.PERMITS, permits(begun_ms() + HOUR_MS)))
    assert city.redis.hget(key(COUNTS, 0), "permits forgotten") == b"1"
    gone(city)
    code, said = city.run("audit")
    assert code == 0, said

    city.stack.processes["worker"].stop()
    del city.stack.processes["worker"]
    assert city.run("refold")[0] == 0
    city.stack.start_worker()
    city.publish()
    gone(city)

    found = [each for each in await records(city) if each["action"] == "delete"]
    assert {(each["account"], each["address"]) for each in found} == {(user_here(), user_here())}
    assert [(each["subject_kind"], each["subject"]) for each in found] == [
        ("call.forget", "of-long-ago"),
        ("work.forget", WORK),
        ("call.forget", "c0"),
        ("account.forget", "kim"),
    ]
    [refolded] = [x for x in await records(city) if x["subject_kind"] == "state.refold"]
    assert (refolded["action"], refolded["account"]) == ("act", user_here())
    assert {each["reason"] for each in found} == {"본인 요청"}
    assert not any(text in json.dumps(found, ensure_ascii=False) for text in (DIG, NOTE, OFFICE))


def what_the_state_has_no_more(city: City) -> None:
    """It is refused, and done where it is asked for: the log may have it."""
    before = len(city_log(city, topics.CALLS))
    code, said = city.forget("call", "of-long-ago", "--yes")
    assert (code, "--anyway" in said, len(city_log(city, topics.CALLS))) == (1, True, before)
    code, said = city.forget("call", "of-long-ago", "--yes", "--anyway")
    assert (code, "call is forgotten" in said) == (0, True), said
    assert b"call:of-long-ago" in city_log(city, topics.CALLS)[-1]


def city_log(city: City, topic: topics.Topic) -> list[bytes]:
    """The messages of a topic's first partition, the oldest first."""
    place = TopicPartition(topic.name, 0)
    with closing(KafkaConsumer(bootstrap_servers=city.stack.env["BOMNAE_KAFKA"])) as consumer:
        consumer.assign([place])
        end = consumer.end_offsets([place])[place]
        consumer.seek_to_beginning(place)
        found: list[bytes] = []
        while consumer.position(place) < end:
            for run in consumer.poll(timeout_ms=500).values():
                found += [each.value for each in run]
        return found


def gone(city: City) -> None:
    assert city.holding(DIG) == []
    assert city.holding(f"{NOTE} c0") == []
    assert city.holding("REF-c0") == []
    assert city.holding("'kim'") == ["accounts_gone"]
    assert city.holding('"kim"') == []
    assert not city.redis.exists(login_key(SESSION, "h1"), *LOGIN_COUNTS)
    assert "gone-" in city.redis.hget(key("acknowledgements", 0), EPISODE).decode()
    assert set(city.held()) >= {key("works", 0), key("calls", 0), key("accounts", 0)}


async def test_what_time_is_due_goes_once_and_is_recorded(city: City, tmp_path: Path) -> None:
    city.clock_ms = now_ms()  # a state of before the last quarter of an hour tells of no photos
    city.publish()
    before = len(await records(city))
    old_ms = begun_ms() - 40 * DAY_MS
    old = ack(f"alrt_{'b' * 26}", old_ms)
    worker = city.stack.processes["worker"]
    city.redis.xadd(endpoint_key(DEAD, "ep_1"), {"m": "{}"}, id=f"{old_ms}-1")
    city.redis.xadd(endpoint_key(DEAD, "ep_1"), {"m": "{}"})
    city.redis.delete(key("acknowledgements", 0))
    city.redis.hset(key("acknowledgements", 0), old.episode, json.dumps(_of(old)))
    worker.stop()
    del city.stack.processes["worker"]
    city.stack.start_worker()
    recording, young = tmp_path / "old.jsonl.gz", tmp_path / "young.jsonl.gz"
    for each in (recording, young):
        each.write_bytes(b"answers")
    os.utime(recording, (old_ms / 1000, old_ms / 1000))
    unlisted, listed = photo_of(city, "listed no more"), photo_of(city, "P-2")
    for each in (unlisted, unlisted.parent, listed, listed.parent):
        os.utime(each, (old_ms / 1000, old_ms / 1000))
    folder = ("--folder", f"recordings={tmp_path}")
    dry = ("retention", "run", "--dry-run", *folder)
    wait_until(
        lambda: city.run(*dry)[1],
        "a state that has caught up",
        lambda seen: "photos" in seen,
        within_s=180,
    )
    code, said = city.run(*dry)
    assert (code, sorted(said.splitlines())) == (
        0,
        [
            "acknowledgements: 1 due",
            "nothing was deleted",
            "photos: 1 due",
            "recordings: 1 due",
            "undelivered: 1 due",
        ],
    )
    assert recording.exists()
    assert len(await records(city)) == before
    code, said = city.run("retention", "run", "--once", *folder)
    assert (code, "recordings: 1 deleted" in said) == (0, True), said
    assert (recording.exists(), young.exists()) == (False, True)
    assert (unlisted.parent.exists(), listed.exists()) == (False, True)
    city.redis.hdel(key("works", 0), "of a newer version")
    assert city.redis.xlen(endpoint_key(DEAD, "ep_1")) == 1
    wait_until(lambda: not city.redis.exists(key("acknowledgements", 0)), "the stage to let go")
    code, said = city.run("retention", "run", "--once", *folder)
    assert (code, said) == (0, "nothing is due\n")
    new = (await records(city))[before:]
    assert {(each["account"], each["address"]) for each in new} == {(user_here(), user_here())}
    rows = [(x["action"], x.get("subject") or x["subject_kind"], x["count"]) for x in new]
    assert rows == [
        ("act", "retention.run", 4),
        ("delete", "undelivered", 1),
        ("delete", "acknowledgements", 1),
        ("delete", "photos", 1),
        ("delete", "recordings", 1),
        ("act", "retention.run", 0),
    ]
    assert city.run("retention", "run", "--folder", "recordings=/no/such")[0] == 2


def _of(ack: Acknowledgement) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(wire.encode(ack))
    del found["kind"]
    return found


async def test_a_topic_that_is_kept_otherwise_is_named(city: City) -> None:
    settings = worlds.settings_of(city.stack)
    with closing(Topics(settings)) as there:
        try:
            configs(there.admin)
        except KafkaError:
            pytest.skip("the broker tells no settings")
        there.mend([Complaint("incidents", "retention.ms", "", "-1", "")])
        there.mend([Complaint("calls", "retention.ms", "", "1000000", "")])
        try:  # the broker tells changes a little later
            named = "topic calls: retention.ms is 1000000, at least"
            wait_until(
                lambda: city.run("retention", "run", "--dry-run")[1],
                named,
                lambda seen: named in seen,
            )
            assert city.run("retention", "run", "--dry-run")[0] == 1
        finally:
            there.mend([Complaint("calls", "retention.ms", "", str(30 * DAY_MS), "")])
    wait_until(
        lambda: city.run("retention", "run", "--dry-run")[0],
        "the topic put right",
        lambda seen: seen == 0,
    )
