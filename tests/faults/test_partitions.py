"""Rows F16 and F19: the network between workers and stores falls apart."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from redis import Redis

from local import held
from local.faults import Mode, Proxy
from local.services import start_redis
from local.waiting import wait_until
from streams.state.keys import META, OUTBOX, STRANGERS
from tests.cities.worlds import PARTITIONS
from tests.faults import load
from tests.faults.figures import ARE_TIMES_JUDGED, Figures, scaled
from tests.faults.processes import resident_mb
from tests.faults.rig import SESSION_S, Rig, port_of

SEED = 16


@pytest.mark.row("F19", "a worker cut off from the broker (proxy: black hole), then the only one")
def test_f19_cut_off_from_the_broker(rig: Rig, figures: Figures) -> None:
    with Proxy(rig.broker.proxied_port, port=rig.broker.proxy_port) as proxy:
        near, far = rig.crew_of([{}, {"BOMNAE_KAFKA": f"127.0.0.1:{proxy.port}"}])
        rig.feed(load.day(SEED, scaled(load.LONG)))
        rig.wait_working(least=100)
        before_mb = resident_mb(far.pid)
        begin = time.monotonic()
        proxy.set(Mode.BLACKHOLE)
        taken_s = rig.wait_past(rig.ahead())
        rig.leave_crew(near)
        wait_until(rig.stands, "the roster's word that it stands")
        stands_s = time.monotonic() - begin
        far.wait_said("nothing to judge")
        grown_mb = resident_mb(far.pid) - before_mb
        marks = rig.ahead()
        proxy.set(Mode.PASS)
        resumed_s = rig.wait_past(marks)
        wait_until(lambda: not rig.stands(), "the roster's word that it gets on")
        rig.enough()
        figures.took("taken over by the other", taken_s, SESSION_S + 5)
        figures.took("said that it stands", stands_s, 15)
        figures.took("resume after the network is back", resumed_s, 15)
        figures.at_most("worker memory growth", grown_mb, 64, "MiB")
        rig.judge(figures)
        far.stop()


@contextmanager
def replica(rig: Rig, of_port: int) -> Iterator[str]:
    """A Redis that follows the one behind a port; its URL once it has all of it."""
    folder = rig.folder / "replica"
    folder.mkdir()
    process, url = start_redis(folder)
    try:
        with Redis.from_url(url) as client:
            client.replicaof("127.0.0.1", of_port)
            wait_until(
                lambda: client.info("replication")["master_link_status"],
                "a copy",
                lambda seen: seen == "up",
            )
        yield url
    finally:
        process.stop()


def alert_ids(client: Any) -> set[bytes]:
    """The alerts of an outbox, whole: an alert that is another is another."""
    return {fields[b"a"] for _, fields in held.entries(client, OUTBOX, PARTITIONS)}


@pytest.mark.row("F16", "a replica 2 s behind is promoted, the old primary still takes writes")
def test_f16_promoted_replica(rig: Rig, figures: Figures) -> None:
    old_port = rig.redis_port
    with ExitStack() as stack:
        link, way, other_way = (stack.enter_context(Proxy(old_port)) for _ in range(3))
        promoted = stack.enter_context(replica(rig, link.port))
        old = stack.enter_context(Redis.from_url(f"redis://127.0.0.1:{old_port}/0"))
        new = stack.enter_context(Redis.from_url(promoted))
        urls = [f"redis://127.0.0.1:{each.port}/0" for each in (way, other_way)]
        stays, _ = rig.crew_of([{"BOMNAE_REDIS": url} for url in urls])
        rig.feed(load.day(SEED, scaled(load.LONG)))
        rig.wait_working(least=100)
        link.set(Mode.BLACKHOLE)
        rig.wait_working(least=200)  # what the replica never gets
        new.replicaof("NO", "ONE")
        marks = rig.broker.ends(load.FEEDS.values())
        other_way.aim(port_of(promoted))
        rig.wait_working([stays], 50)  # the old primary takes writes, of the one that stays with it
        if ARE_TIMES_JUDGED:
            wait_until(
                lambda: new.hget(META, STRANGERS), "a stranger", lambda seen: seen is not None
            )
        only_old = alert_ids(old)
        rig.lead_to(promoted)
        behind = sum(mark - rig.positions().get(name, 0) for name, mark in marks.items())
        way.aim(port_of(promoted))
        resumed_s = rig.wait_past(rig.ahead())
        rig.enough()
        said = "".join(p.output for name, p in rig.processes.items() if "worker" in name)
        assert "going back" in said, "no worker noticed that the state went back"
        figures.noted["messages the replica lacked"] = behind
        figures.took("resume on the replica", resumed_s, 15)
        rig.judge(figures)
        figures.exactly("alerts of the old primary alone", len(only_old - alert_ids(new)), 0)
