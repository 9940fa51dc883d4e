"""Row F17: disks are full, of Redis, of a snapshot and of Kafka."""

import asyncio
from pathlib import Path

import pytest
from redis import asyncio as aioredis

from local.services import start_redis
from local.waiting import wait_until
from streams.contract.ed25519 import make_key
from streams.state.store_health import Trouble, store_health
from tests.faults import load
from tests.faults.disks import small_disk
from tests.faults.figures import ARE_TIMES_JUDGED, Figures, scaled
from tests.faults.node import Broker
from tests.faults.processes import wait_exit
from tests.faults.published import judged, published
from tests.faults.rig import Rig

SEED = 17


def trouble(rig: Rig) -> Trouble:
    """What the map server's health would name."""

    async def ask() -> Trouble:
        async with aioredis.Redis.from_url(rig.env["BOMNAE_REDIS"]) as client:
            return (await store_health(client)).trouble

    return asyncio.run(ask())


@pytest.mark.row("F17", "the disk of Redis and of snapshots is full (everysec, then always)")
def test_f17_full_disk_of_redis(rig: Rig, figures: Figures) -> None:
    with small_disk(rig.folder / "disk", 24) as disk:
        redis, url = start_redis(disk.folder, appendfsync="everysec")
        rig.lead_to(url)
        try:
            (worker,) = rig.crew(1)
            rig.feed(load.day(SEED, scaled(load.LONG)))
            rig.wait_working(least=100)
            disk.fill()
            wait_until(
                lambda: trouble(rig), "its word on the disk", lambda seen: seen is Trouble.DISK
            )
            worker.wait_said("MISCONF")
            assert not rig.is_half_applied(), "something is half-applied"
            figures.exactly("exit code of a snapshot", snapshot(rig, disk.folder), 2)
            assert [x.name for x in disk.folder.iterdir() if "city" in x.name] == []
            disk.free()
            eased_s = rig.wait_past(rig.ahead())
            with rig.store() as store:
                store.config_set("appendfsync", "always")
            disk.fill()
            code, _ = wait_exit(redis, 180)
            figures.exactly("exit code of Redis (always)", code or 0, 1)
            disk.free()
            redis.stop()
            redis.start()
            resumed_s = rig.wait_past(rig.ahead())
            rig.enough()
            assert worker.exit_code is None
            figures.took("resume after the disk has room (everysec)", eased_s, 15)
            figures.took("resume after Redis is back (always)", resumed_s, 15)
            rig.judge(figures)
        finally:
            redis.stop()


def snapshot(rig: Rig, folder: Path) -> int:
    """The exit code of a snapshot onto this disk."""
    key = rig.folder / "snapshot.key"
    make_key(key)
    arguments = ("streams", "snapshot", "--to", str(folder / "city.snapshot"), "--why", "a trial")
    process = rig.python("snapshot", *arguments, env={"BOMNAE_SNAPSHOT_KEY": str(key)})
    code, _ = wait_exit(process, 180)
    assert "cannot be written: No space left on device" in process.output, process.output
    return code or 0


@pytest.mark.skipif(not ARE_TIMES_JUDGED, reason="a broker of its own: in a soak")
@pytest.mark.row("F17b", "the disk of Kafka is full under the producers' client")
def test_f17_full_disk_of_kafka(tmp_path: Path, figures: Figures) -> None:
    with small_disk(tmp_path / "disk", 96) as disk:
        broker = Broker(disk.folder)
        try:
            with Rig(tmp_path / "rig", broker) as rig, published(rig) as running:
                running.more(scaled(300))
                figures.noted["disk used MiB"] = round(disk.used_mb)
                disk.fill()
                code, _ = wait_exit(broker.process, 180)
                figures.exactly("exit code of the broker", code or 0, 1)
                running.more(scaled(100))
                disk.free()
                broker.process.stop()
                broker.start()
                broker.wait_up()
                running.more(scaled(100))
                running.end()
                judged(rig, running, figures, 0)
        finally:
            broker.close()
