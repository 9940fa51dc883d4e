"""Rows F13 to F15, F18 and F42 to F44: what happens to Redis."""

import shutil
import time
from pathlib import Path

import pytest

from local.faults import Mode, Proxy
from local.waiting import wait_until
from streams.contract import topics
from streams.contract.settings import Settings
from streams.state.keys import DELTAS, REBUILDING, key
from tests.faults import load
from tests.faults.figures import Figures, p95, scaled
from tests.faults.processes import resident_mb, wait_exit
from tests.faults.rig import INPUTS, PER_S, Rig

SEED = 13


@pytest.mark.row("F13", "kill -9 of Redis (AOF always), 4 times")
def test_f13_killed_redis(rig: Rig, figures: Figures) -> None:
    rig.crew(2)
    rig.feed(load.day(SEED, scaled(load.LONG)))
    rig.wait_working(least=30)
    resumed = []
    for _ in range(scaled(4)):
        rig.kill_redis()
        marks = rig.ahead()
        rig.restart_redis()
        resumed.append(rig.wait_past(marks))
    rig.enough()
    figures.took("resume p95 after Redis is back", p95(resumed), 5)
    rig.judge(figures)


@pytest.mark.row("F14", "Redis rolled back 3 s under running workers (AOF swapped)")
def test_f14_rolled_back_redis(rig: Rig, figures: Figures) -> None:
    rig.crew(2)
    rig.feed(load.day(SEED, scaled(load.LONG)))
    rig.wait_working(least=100)
    older = rig.folder / "older"
    replays = []
    for _ in range(scaled(2)):
        shutil.rmtree(older, ignore_errors=True)
        shutil.copytree(rig.folder / "appendonlydir", older)
        rig.wait_working(least=int(3 * PER_S))
        rig.kill_redis()
        marks = rig.broker.ends((*INPUTS, topics.LINK_EVENTS))
        replace(rig.folder / "appendonlydir", older)
        rig.restart_redis()
        replays.append(rig.wait_past(marks))
    rig.enough()
    said = [p.log.read_text(encoding="utf-8") for n, p in rig.processes.items() if "worker" in n]
    assert "going back" in "".join(said), "no worker noticed the roll-back"
    figures.took("replay of 3 s", max(replays), 10)
    rig.judge(figures)


def replace(folder: Path, other: Path) -> None:
    shutil.rmtree(folder)
    shutil.copytree(other, folder)


@pytest.mark.row("F15", "FLUSHALL under running workers, an hour of data in the log")
def test_f15_emptied_redis(rig: Rig, figures: Figures) -> None:
    """144 bus positions a minute, speeds, permits, a tick a second, in every partition."""
    city = load.City(SEED, tick_ms=1_000)
    hour = list(city.steps(360))
    rig.crew(2)
    rig.feed(hour, per_s=6000).wait()
    rig.wait_drained(600)
    with rig.store() as store:
        store.flushall()
    begin = time.monotonic()
    rig.feed(load.day(SEED + 1, 3, from_ms=load.event_time_ms(hour[-1])))
    wait_until(lambda: rig.hash_of(REBUILDING), "rebuilding, said", lambda seen: seen != {})
    said_s = time.monotonic() - begin
    rebuilt_s = rig.wait_drained(600)
    wait_until(
        lambda: rig.hash_of(REBUILDING),
        "rebuilding over, said",
        lambda seen: seen == {},
        within_s=180,
    )
    per_s = round(len(hour) / rebuilt_s)
    figures.noted |= {"observations": city.observations, "tick ms": 1_000, "messages/s": per_s}
    figures.took("rebuilding shown", said_s, 10)
    figures.took("rebuilt", rebuilt_s, 60)
    rig.judge(figures)


@pytest.mark.row("F18", "Redis answers 500 ms late for 20 s (proxy)")
def test_f18_slow_redis(rig: Rig, figures: Figures) -> None:
    with Proxy(rig.redis_port) as proxy:
        url = f"redis://127.0.0.1:{proxy.port}/0"
        worker = rig.worker({"BOMNAE_REDIS": url, "BOMNAE_SESSION_S": str(Settings().session_s)})
        feeder = rig.feed(load.day(SEED, scaled(90)))
        rig.wait_working([worker], 150)
        members = rig.broker.members()
        before_mb = resident_mb(worker.pid)
        proxy.set(Mode.DELAY, delay_s=0.5)
        wait_until(lambda: feeder.is_done, "the feeder")
        slow_lag = rig.lag()
        after_mb = resident_mb(worker.pid)
        proxy.set(Mode.PASS)
        drained_s = rig.wait_drained()
        assert rig.broker.members() == members, "a rebalance"
        figures.noted |= {"lag messages": slow_lag, "drained s": round(drained_s, 1)}
        figures.at_most("worker memory growth", after_mb - before_mb, 64, "MiB")
        rig.judge(figures)


USER = {"BOMNAE_REDIS_PASSWORD": "pw"}
RIGHTS = ("reset", "on", ">pw", "~bomnae:*", "+@all", "-@admin", "-@dangerous", "+info")


def allow(rig: Rig, *rules: str) -> dict[str, str]:
    """A worker's settings as a Redis user with these rights."""
    with rig.store() as store:
        store.execute_command("ACL", "SETUSER", "bomnae", *rules)
    url = rig.env["BOMNAE_REDIS"].replace("redis://", "redis://bomnae@")
    return {**USER, "BOMNAE_REDIS": url}


@pytest.mark.row("F42", "a Redis user loses XADD, then sorted sets, under a running worker")
def test_f42_rights_taken_away(rig: Rig, figures: Figures) -> None:
    env = allow(rig, *RIGHTS, "-xadd")
    code, _ = wait_exit(refused := rig.worker(env), 180)
    figures.exactly("exit code of a worker without XADD", code or 0, 2)
    assert f"may not run XADD {key(DELTAS, 0)}" in refused.log.read_text(encoding="utf-8")
    allow(rig, *RIGHTS)
    (worker,) = rig.crew(1, env)
    rig.feed(load.day(SEED, scaled(load.LONG)))
    for rule, command in (("-xadd", "XADD"), ("-zadd", "ZADD")):
        rig.wait_working(least=30)
        allow(rig, rule)
        worker.wait_said(f"may not run {command} on")
        assert not rig.is_half_applied(), "something is half-applied"
        wait_until(rig.stands, "the roster's word that it stands", within_s=180)
        allow(rig, rule.replace("-", "+"))
    rig.enough()
    rig.judge(figures)


@pytest.mark.row("F43", "Redis stops the gate's script midway, twice")
def test_f43_stopped_midway(rig: Rig, figures: Figures) -> None:
    (worker,) = rig.crew(1)
    rig.feed(load.day(SEED, scaled(load.LONG)))
    for _ in range(2):
        rig.wait_working(least=100)
        said = worker.log.read_text(encoding="utf-8").count("was stopped midway")
        with rig.store() as store:  # a key of another type: the script has written before it
            store.delete(key(DELTAS, 0))
            store.set(key(DELTAS, 0), "no stream")
        wait_until(
            lambda: worker.log.read_text(encoding="utf-8").count("was stopped midway"),
            "its word",
            lambda seen: seen > said,  # noqa: B023
        )
    rig.enough()
    rig.judge(figures)
    with rig.store() as store:
        assert not rig.is_half_applied()
    wait_until(
        lambda: rig.hash_of(REBUILDING),
        "rebuilding over, said",
        lambda seen: seen == {},
        within_s=180,
    )


@pytest.mark.row("F44", "Redis reaches maxmemory, is a replica, then neither")
def test_f44_takes_no_writes(rig: Rig, figures: Figures) -> None:
    (worker,) = rig.crew(1)
    rig.feed(load.day(SEED, scaled(load.LONG)))
    faults = (
        (
            "OutOfMemoryError",
            ("CONFIG", "SET", "maxmemory", "1mb"),
            ("CONFIG", "SET", "maxmemory", "0"),
        ),
        ("ReadOnlyError", ("REPLICAOF", "127.0.0.1", "1"), ("REPLICAOF", "NO", "ONE")),
    )
    for word, begin, end in faults:
        rig.wait_working(least=100)
        with rig.store() as store:
            store.execute_command(*begin)
            worker.wait_said(word)
            assert not rig.is_half_applied(), "something is half-applied"
            store.execute_command(*end)
    rig.enough()
    rig.judge(figures)
