"""Rows F8 and F10 to F12: what happens to Kafka and its log."""

import time

import pytest

from local.faults import Mode, Proxy
from local.waiting import wait_until
from streams.contract import topics
from streams.state.keys import LOST, POSITIONS, key
from tests.cities.worlds import settings_of
from tests.faults import load
from tests.faults.figures import Figures, scaled
from tests.faults.oracle import Oracle, differences, live
from tests.faults.processes import wait_exit
from tests.faults.rig import INPUTS, Rig

SEED = 8


@pytest.mark.row("F8", "kill -9 of the broker and a restart on its log, 2 times")
def test_f08_killed_broker(rig: Rig, figures: Figures) -> None:
    rig.crew(2)
    rig.feed(load.day(SEED, scaled(load.LONG)))
    rig.wait_working(least=100)
    resumed = []
    for _ in range(scaled(2)):
        rig.broker.kill()
        rig.broker.start()
        rig.broker.wait_up()
        begin = time.monotonic()
        rig.wait_working(least=20)
        resumed.append(time.monotonic() - begin)
    rig.enough()
    figures.took("resume after the broker is back", max(resumed), 15)
    rig.judge(figures)


@pytest.mark.row("F10", "the answer to a Produce is lost after the append (proxy), 5 times")
def test_f10_lost_answer(rig: Rig, figures: Figures) -> None:
    rig.crew(2)
    with Proxy(rig.broker.proxied_port, port=rig.broker.proxy_port) as proxy:
        log = load.day(SEED, scaled(load.LONG))
        feeder = rig.feed(log, address=f"127.0.0.1:{proxy.port}")
        for _ in range(scaled(5)):
            sent, swallowed = feeder.sent, proxy.swallowed_bytes
            wait_until(lambda: feeder.sent, "messages", lambda seen: seen > sent + 100)  # noqa: B023
            proxy.set(Mode.DEAF)
            due = swallowed + 200
            wait_until(lambda: proxy.swallowed_bytes, "lost answers", lambda seen: seen > due)  # noqa: B023
            proxy.set(Mode.PASS)
            proxy.cut()
        rig.enough()
        feeder.wait()
        assert proxy.swallowed_bytes > 0
    figures.noted["bytes of answers lost"] = proxy.swallowed_bytes
    rig.judge(figures)
    ends = sum(rig.broker.ends(INPUTS).values())
    figures.exactly("duplicates in the log", ends - len(rig.sent), 0)


@pytest.mark.row("F11", "a topic deleted and made anew under running workers")
def test_f11_topic_made_anew(rig: Rig, figures: Figures) -> None:
    worker = rig.worker()
    rig.feed(load.day(SEED, scaled(20)), per_s=500).wait()
    rig.wait_drained()
    with rig.store() as store:
        before = store.hgetall(key(POSITIONS, 0))
    rig.broker.remake(topics.BUS_POSITIONS)
    code, detected_s = wait_exit(worker, 180)
    figures.took("detected", detected_s, 10)
    figures.exactly("exit code", code or 0, 3)
    late = rig.worker()
    code, _ = wait_exit(late, 180)
    figures.exactly("exit code of a worker started after", code or 0, 3)
    with rig.store() as store:
        figures.exactly("positions moved", int(store.hgetall(key(POSITIONS, 0)) != before), 0)
    print(worker.log.read_text(encoding="utf-8")[-300:])  # noqa: T201


@pytest.mark.row("F12", "retention passed the position while no worker ran")
def test_f12_retention(rig: Rig, figures: Figures) -> None:
    worker = rig.worker()
    first = load.day(SEED, scaled(20))
    rig.feed(first, per_s=500).wait()
    rig.wait_drained()
    worker.stop()
    at = rig.positions()
    rest = load.day(SEED + 1, scaled(30), from_ms=load.event_time_ms(first[-1]))
    rig.feed(rest, per_s=1000).wait()
    cut = {f"bus-positions/{n}": at[f"bus-positions/{n}"] + 10 * (n + 1) for n in range(3)}
    rig.broker.delete_records(cut)
    rig.crew(1)
    rig.wait_drained()
    lost = {name: (at[name], end - 1) for name, end in cut.items()}
    due = sum(last - begin + 1 for begin, last in lost.values())
    assert lost_ranges(rig) == lost
    counted = {name: last - first + 1 for name, (first, last) in lost_ranges(rig).items()}
    figures.exactly("counted as lost to retention", sum(counted.values()), due, "messages")
    oracle = Oracle(load.network(), settings_of(rig)).without(lost).fold(rig.sent)
    with rig.store() as store:
        found = differences(oracle.hashes(), live(store, oracle.hashes()))
    figures.exactly("differences from the log without them", len(found), 0)


def lost_ranges(rig: Rig) -> dict[str, tuple[int, int]]:
    """What the state says it never got: topic/partition -> first and last offset."""
    with rig.store() as store:
        found = store.hgetall(LOST)
    rows = ((*name.decode().split(" "), int(last)) for name, last in found.items())
    return {place: (int(first), last) for place, first, last in rows}
