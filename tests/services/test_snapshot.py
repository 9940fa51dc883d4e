"""A snapshot of a running city, and every way back from it: real Redis, real log."""

import logging
import os
import re
import ssl
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition

from local import held
from local.services import free_port, start_redis
from local.stack import Stack
from local.waiting import wait_until
from producers.publishing.topic_setup import ensure_topics
from streams.__main__ import main
from streams.contract import topics, wire
from streams.contract.access_chain import Chain
from streams.contract.account import Account
from streams.contract.ed25519 import make_key
from streams.contract.enums import AccessAction, ReportFormat, ReportKind, Role, Severity
from streams.contract.publication import Publication, ReportFile
from streams.contract.records import Acknowledgement, Call, Forgotten, Receipt
from streams.contract.subscription import Subscription
from streams.contract.tls import CA
from streams.domain.links.columns import ROW
from streams.kafka.cluster import topic_complaints
from streams.snapshot.shelf import made_ms
from streams.state.keys import BEGUN, COUNTS, POSITIONS, REBUILDING, key
from tests.cities import worlds
from tests.cities.worlds import Sent

STOP = 4 + len(list(worlds.tick(0)))  # messages of a stop: 4 buses, and a tick in each partition
SPLIT = 6 * STOP
LOG = worlds.drive(4, worlds.STOPS)
AT_MS = worlds.T0_MS + 60_000
FORGOTTEN = "잊어야 할 자리"


def told() -> list[Sent]:
    """What people told before the snapshot."""
    account = Account(account="hong", roles=(Role.DESK,), changed_ms=AT_MS)
    endpoint = Subscription(
        endpoint="ep_0000000000000001", url="https://example.org/", title="상황실", created_ms=AT_MS
    )
    seen = Acknowledgement("alrt_" + "a" * 26, "hong", "확인", AT_MS, Severity.WARNING)
    call = Call("c1", AT_MS, "정류장2 앞 통제", ("S2>S3",))
    asked = Call("c2", AT_MS, FORGOTTEN, ("S2>S3",))
    receipt = Receipt("ep_0000000000000001", "a1", AT_MS)
    chain = Chain("w-1")
    records: list[Sent] = []
    for number in range(3):
        record = chain.record(
            at_ms=AT_MS + number, account="hong", address="10.0.0.1", action=AccessAction.LOGIN
        )
        chain = chain.after(record)
        records.append((topics.ACCESS_RECORDS, 0, wire.encode(record)))
    files = (ReportFile(ReportFormat.PDF, 9, "a" * 64),)
    day = "2026-11-27"
    report = Publication(f"daily-{day}", ReportKind.DAILY, day, day, AT_MS, files)
    return [
        (topics.PUBLICATIONS, 0, wire.encode(report)),
        (topics.ACCOUNTS, 0, wire.encode(account)),
        (topics.SUBSCRIPTIONS, 0, wire.encode(endpoint)),
        (topics.ACKNOWLEDGEMENTS, 0, wire.encode(seen)),
        (topics.CALLS, 0, wire.encode(call)),
        (topics.CALLS, 0, wire.encode(asked)),
        (topics.CALLS, 0, wire.encode(Forgotten("call:c2", AT_MS))),
        (topics.RECEIPTS, 0, wire.encode(receipt)),
        *records,
    ]


FIRST, REST = [*told(), *LOG[:SPLIT]], LOG[SPLIT:]
MIDDLE = 3 * STOP
SPEED_AT = 40 + 8  # in a row: the report, then when it was observed


class Commands:
    """`python -m streams ...` in this process, with a city's settings."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys

    def run(self, city: Stack, *arguments: str | Path, **env: str) -> tuple[int, str]:
        """Exit code, and what was said."""
        for name in [x for x in os.environ if x.startswith("BOMNAE_")]:
            self._monkeypatch.delenv(name)
        for name, value in {**city.env, **env}.items():
            if name.startswith("BOMNAE_"):
                self._monkeypatch.setenv(name, value)
        self._capsys.readouterr()
        code = main([str(each) for each in arguments])
        out, err = self._capsys.readouterr()
        return code, out + err

    def done(self, city: Stack, *arguments: str | Path, **env: str) -> str:
        code, said = self.run(city, *arguments, **env)
        assert code == 0, said
        return said

    def snapshot(self, city: Stack) -> Path:
        path = city.folder / "city.snapshot"
        self.done(city, "snapshot", "--to", path, "--why", "moves")
        return path


@pytest.fixture
def commands(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Commands]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield Commands(monkeypatch, capsys)
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def signed(city: Stack) -> Stack:
    """The city with a key and a folder for its snapshots."""
    folder = city.folder / "snapshots"
    folder.mkdir()
    make_key(city.folder / "snapshot.pem")
    city.env["BOMNAE_SNAPSHOTS"] = str(folder)
    city.env["BOMNAE_SNAPSHOT_KEY"] = str(city.folder / "snapshot.pem")
    return city


def fold(city: Stack, log: list[Sent], name: str) -> None:
    """Have a worker fold these messages to their end, and stop it."""
    worker = city.start_worker(name)
    worlds.publish(city, log)
    worlds.wait_drained(city, worlds.last_tick_ms(log))
    store = worlds.redis_of(city)
    worker.wait_until(lambda: not store.exists(REBUILDING), "a state that has caught up")
    worker.stop()
    del city.processes[name]


def empty_redis(city: Stack, name: str) -> None:
    """Redis lost with its disk: another one in its place."""
    city.processes.pop("redis").kill()
    folder = city.folder / name
    folder.mkdir()
    process, city.env["BOMNAE_REDIS"] = start_redis(folder)
    city._keep(process)


@pytest.fixture
def moved(signed: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Another machine: its own empty log and Redis, the same network and settings."""
    with Stack(tmp_path_factory.mktemp("moved")) as other:
        kept = ("BOMNAE_NETWORK", "BOMNAE_SNAPSHOTS", "BOMNAE_SNAPSHOT_KEY")
        other.env |= {name: signed.env[name] for name in kept}
        ensure_topics(worlds.settings_of(other))
        yield other


def values(city: Stack, topic: topics.Topic, count: int) -> list[tuple[bytes, int]]:
    """The first messages of partition 0 of a topic, and their times in the log."""
    place = TopicPartition(topic.name, 0)
    consumer = KafkaConsumer(
        bootstrap_servers=city.env["BOMNAE_KAFKA"], auto_offset_reset="earliest"
    )
    found: list[tuple[bytes, int]] = []
    try:
        consumer.assign([place])
        consumer.seek_to_beginning(place)

        def are_there() -> bool:
            for records in consumer.poll(200).values():
                found.extend((record.value, record.timestamp) for record in records)
            return len(found) >= count

        wait_until(are_there, f"{count} messages of {topic.name}")
    finally:
        consumer.close()
    return found


def test_redis_lost_with_its_disk_comes_back_and_goes_on(signed: Stack, commands: Commands) -> None:
    fold(signed, FIRST, "worker-a")
    path = commands.snapshot(signed)
    code, said = commands.run(signed, "snapshot", "--verify", path)
    assert (code, "whole and signed" in said, "강원특별자치도 춘천시" in said) == (0, True, True)
    fold(signed, REST[:MIDDLE], "worker-b")
    empty_redis(signed, "redis-b")
    code, said = commands.run(signed, "restore", path)
    assert (code, "the log is not empty" in said) == (2, True)
    nowhere = f"127.0.0.1:{free_port()}"
    code, said = commands.run(signed, "restore", "--redis-only", path, BOMNAE_KAFKA=nowhere)
    assert (code, "Nothing was written" in said) == (8, True), said
    store = worlds.redis_of(signed)
    store.acl_setuser("weak", enabled=True, nopass=True, keys="*", commands=["+@all", "-xadd"])
    url = signed.env["BOMNAE_REDIS"].replace("://", "://weak@")
    weak = {"BOMNAE_REDIS": url, "BOMNAE_REDIS_PASSWORD": "none"}
    code, said = commands.run(signed, "restore", "--redis-only", path, **weak)
    left = "Redis: NoPermissionError. The state in Redis is half written, and no worker takes it up"
    assert (code, f"{left}. Restore again, with --replace" in said) == (2, True), said
    assert all(store.exists(key(BEGUN, partition)) for partition in range(worlds.PARTITIONS))
    laid = commands.done(signed, "restore", "--redis-only", "--replace", path)
    assert "wait for the workers" in laid
    assert store.exists(REBUILDING)  # the screens say so
    fold(signed, REST[MIDDLE:], "worker-c")
    assert commands.done(signed, "audit").startswith("identical\n")  # from the log's beginning
    assert commands.done(signed, "audit", "--from", path).startswith("identical\n")
    code, said = commands.run(signed, "restore", "--redis-only", path)
    assert (code, "Redis is not empty" in said, "--replace" in said) == (2, True, True)
    partition = topics.partition_of("S3>S4", worlds.PARTITIONS)
    page = store.hget(key("links", partition), "0")
    at = len(page) - ROW.itemsize + SPEED_AT  # of the last link
    store.hset(key("links", partition), "0", page[:at] + bytes([page[at] ^ 1]) + page[at + 1 :])
    code, said = commands.run(signed, "audit", "--from", path)
    assert (code, "1 differences" in said) == (4, True)


def daily_snapshot(city: Stack) -> Path:
    """The one that the daily process makes, in the place of an old one; its figures are right."""
    folder, port = Path(city.env["BOMNAE_SNAPSHOTS"]), free_port()
    (folder / "bomnae-20200101T000000Z.snapshot").touch()
    daily = ["streams", "snapshot", "--daily", "--keep", "1"]
    tls = folder.with_name("daily-tls")
    env = {"BOMNAE_METRICS": f"127.0.0.1:{port}", "BOMNAE_TLS": str(tls)}
    process = city.python("daily", *daily, env=env)
    process.wait_said("snapshot made")
    trusting = ssl.create_default_context(cafile=str(tls / CA))
    url = f"https://127.0.0.1:{port}/metrics"
    figures = urllib.request.urlopen(url, context=trusting).read().decode()
    process.stop()
    (path,) = folder.iterdir()
    made_s = re.search(r"^bomnae_snapshot_last_seconds (\S+)$", figures, re.MULTILINE)
    assert made_s is not None
    assert abs(float(made_s[1]) * 1000 - made_ms(path)) < 1000
    return path


def test_both_stores_destroyed_come_back_on_another_machine(
    signed: Stack, moved: Stack, commands: Commands
) -> None:
    code, said = commands.run(signed, "snapshot")
    assert (code, "there is no state" in said) == (2, True)
    fold(signed, FIRST, "worker-a")
    worlds.publish(signed, REST[:MIDDLE])  # not folded yet: it is in the snapshot as it is
    path = daily_snapshot(signed)
    fold(signed, REST[MIDDLE:], "worker-b")
    due, links = worlds.redis_of(signed), worlds.links_in(signed)
    assert "messages laid into the log" in moved.run("restore", "streams", "restore", str(path))
    *laid, (restored, _) = values(moved, topics.ACCESS_RECORDS, 5)  # behind what was laid
    assert laid == values(signed, topics.ACCESS_RECORDS, 4)[:4]
    assert b"service:snapshot" in laid[-1][0]
    assert b"state.restore" in restored
    for topic, count in ((topics.ACCOUNTS, 1), (topics.RECEIPTS, 1), (topics.PUBLICATIONS, 1)):
        assert values(moved, topic, count) == values(signed, topic, count)
    assert FORGOTTEN in "".join(value.decode() for value, _ in values(signed, topics.CALLS, 3))
    calls = values(moved, topics.CALLS, 3)
    assert FORGOTTEN not in "".join(value.decode() for value, _ in calls)
    assert topic_complaints(worlds.settings_of(moved)) == []  # the broker stamps again
    fold(moved, REST[MIDDLE:], "worker-c")
    store = worlds.redis_of(moved)
    for name in ("accounts", "subscriptions", "acknowledgements", "reports", "published_reports"):
        rows = store.hgetall(key(name, 0))
        assert rows == due.hgetall(key(name, 0))
        assert rows
    assert worlds.links_in(moved) == links
    assert commands.done(moved, "audit").startswith("identical\n")  # by itself from the snapshot
    code, said = commands.run(moved, "audit", BOMNAE_SNAPSHOTS="")
    assert (code, "a restore laid this log from a snapshot" in said) == (3, True)
    store.hdel(key("accounts", 0), "hong")
    code, said = commands.run(moved, "audit", "--from", path)
    assert (code, "accounts} hong" in said or "accounts hong" in said) == (4, True)


def test_the_audit_goes_on_from_a_snapshot_after_retention(
    signed: Stack, commands: Commands
) -> None:
    """Retention is done by the broker's own DeleteRecords, which the embedded one does not have."""
    if os.environ.get("TEST_KAFKA", "embedded") == "embedded":
        pytest.skip("the embedded broker deletes no records")
    fold(signed, FIRST, "worker-a")
    commands.done(signed, "snapshot")
    taken = held.rows(worlds.redis_of(signed), POSITIONS, worlds.PARTITIONS)
    admin = KafkaAdminClient(bootstrap_servers=signed.env["BOMNAE_KAFKA"])
    cut = (name.decode().rpartition("/") for name in taken)
    places = {TopicPartition(topic, int(p)): -1 for topic, _, p in cut}
    try:
        admin.delete_records(places)
    finally:
        admin.close()
    fold(signed, REST, "worker-b")
    assert commands.done(signed, "audit").startswith("identical\n")
    code, said = commands.run(signed, "audit", BOMNAE_SNAPSHOTS="")
    assert (code, "no longer reaches back" in said, "--from FILE" in said) == (3, True, True)
    store = worlds.redis_of(signed)
    store.hincrby(key(COUNTS, 1), "passages late", 1)
    code, said = commands.run(signed, "audit")
    assert (code, "passages late" in said) == (4, True)
    empty_redis(signed, "redis-b")
    (path,) = Path(signed.env["BOMNAE_SNAPSHOTS"]).iterdir()
    commands.done(signed, "restore", "--redis-only", path)
    worker = signed.start_worker("worker-c")
    store = worlds.redis_of(signed)
    worker.wait_until(lambda: not store.exists(REBUILDING), "a state that has caught up")
    worker.stop()
    assert commands.done(signed, "audit").startswith("identical\n")
