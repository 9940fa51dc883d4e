"""Rows F20 to F27: what happens to the messages, and to the worker's clock."""

import random
import time
from collections.abc import Iterator, Sequence
from itertools import repeat
from statistics import median
from typing import Any

import pytest

from local import held
from local.waiting import wait_until
from streams.contract import topics, wire
from streams.contract.records import PositionBatch, Tick
from streams.state.keys import COUNTS, DEAD_LETTERS, key, parts_of
from tests.cities.worlds import PARTITIONS, Sent, at_stop, settings_of, tick
from tests.faults import load
from tests.faults.figures import Figures, p95, scaled
from tests.faults.node import Partitions
from tests.faults.oracle import Oracle, live
from tests.faults.processes import resident_mb
from tests.faults.rig import INPUTS, PER_S, Rig

SEED = 20
FAST = 500.0
FAST_ENOUGH_S = 0.25  # twice of next to nothing is no bound
SLOWER = 3.0  # the good of a turn wait behind its 25 bad ones, some of 1 MB
SHOWN = ("links", "buses", "works", "incidents")


def shown(rig: Rig) -> dict[str, Any]:
    """All that a screen shows, without offsets and times of arrival."""
    names = [key(kind, partition) for kind in SHOWN for partition in range(PARTITIONS)]
    with rig.store() as store:
        tables = live(store, names)
    return {
        f"{parts_of(name)[0]} {row}": value
        for name, rows in tables.items()
        if name in names
        for row, value in rows.items()
    }


def shown_of(rig: Rig, log: Sequence[Sent]) -> dict[str, Any]:
    """What a screen would show of a log, folded offline."""
    hashes = Oracle(load.network(), settings_of(rig)).fold(log).hashes()
    return {
        f"{parts_of(name)[0]} {row}": value
        for name, rows in hashes.items()
        if parts_of(name)[0] in SHOWN
        for row, value in rows.items()
    }


def count(rig: Rig, name: str) -> dict[str, int]:
    with rig.store() as store:
        return held.numbers(store, name, PARTITIONS)


@pytest.mark.row("F20", "every message three times, then every bus and speed topic whole again")
def test_f20_duplicates(rig: Rig, figures: Figures) -> None:
    log = load.day(SEED, scaled(60))
    thrice = [sent for sent in log for _ in range(3)]
    again = [sent for sent in log if sent[0] in (topics.BUS_POSITIONS, topics.LINK_SPEEDS)]
    rig.crew(2)
    rig.feed([*thrice, *again], per_s=FAST)
    rig.judge(figures)
    once = shown_of(rig, log)
    differing = [name for name in once if shown(rig).get(name) != once[name]]
    figures.exactly("views that differ from one delivery", len(differing), 0)


ESTIMATED = ("speed_kmh", "speed_low_kmh", "speed_high_kmh", "level", "observed_ms")
MOMENT_MS = 2_000  # so exactly a bus is known to have passed a stop between two polls
"""What leans on what was learned before: how long buses stand, what a centre reported last."""


def is_as_good(view: Any, other: Any) -> bool:
    """Whether two views are the same but for the speed, one of which lies in the other's range."""
    if view == other or view is None or "speed_kmh" not in other:
        return bool(view == other)
    rest = [{k: v for k, v in each.items() if k not in ESTIMATED} for each in (view, other)]
    is_then = abs((view["observed_ms"] or 0) - (other["observed_ms"] or 0)) <= MOMENT_MS
    if rest[0] != rest[1] or not is_then or None in (view["speed_kmh"], other["speed_kmh"]):
        return False
    return any(
        one["speed_low_kmh"] <= two["speed_kmh"] <= one["speed_high_kmh"]
        for one, two in ((view, other), (other, view))
    )


@pytest.mark.row("F21", "out of order by up to 110 s, the grace being 120 s")
def test_f21_out_of_order(rig: Rig, figures: Figures) -> None:
    log = load.passing(SEED, scaled(40))
    mixed = load.passing(SEED, scaled(40), most_late_ms=110_000)
    assert mixed != log
    assert sorted(log, key=repr) == sorted(mixed, key=repr)
    rig.crew(2)
    rig.feed(mixed, per_s=FAST)
    rig.judge(figures)
    in_order, now = shown_of(rig, log), shown(rig)
    differing = [name for name, view in in_order.items() if not is_as_good(now.get(name), view)]
    figures.exactly("views that differ from the log in order", len(differing), 0)


@pytest.mark.row("F22", "buses and speeds that arrive after the grace")
def test_f22_late(rig: Rig, figures: Figures) -> None:
    log = load.passing(SEED, scaled(40))
    end_ms = load.event_time_ms(log[-1])
    rig.crew(2)
    rig.feed(log, per_s=FAST).wait()
    rig.wait_drained()
    before, counted = shown(rig), count(rig, COUNTS)
    late = list(load.late(scaled(100), end_ms - 1_300_000))
    rig.feed(late, per_s=FAST)
    rig.judge(figures)
    names = ("passages late", "speeds late")
    grown = sum(count(rig, COUNTS).get(n, 0) - counted.get(n, 0) for n in names)
    figures.exactly("late and counted", grown, load.LATE_EACH * scaled(100))
    after = shown(rig)
    changed = [n for n in {*before, *after} if before.get(n) != after.get(n) and "late" not in n]
    figures.exactly("views changed", len(changed), 0)


@pytest.mark.row("F23", "event times 9 h ahead (KST taken for UTC)")
def test_f23_future(rig: Rig, figures: Figures) -> None:
    log = load.day(SEED, scaled(40))
    end_ms = load.event_time_ms(log[-1])
    future = [
        (topics.BUS_POSITIONS, n % PARTITIONS, wire.encode(batch))
        for n in range(scaled(100))
        for batch in [
            PositionBatch("tago.positions", end_ms, (at_stop(f"f{n}", 1, end_ms + 9 * 3_600_000),))
        ]
    ]
    rig.crew(1)
    rig.feed([*log, *future, *load.day(SEED + 1, 6, from_ms=end_ms)], per_s=FAST)
    rig.judge(figures)
    with rig.store() as store:
        clocks = list(held.numbers(store, "clock", PARTITIONS).values())
    refused = count(rig, DEAD_LETTERS)
    figures.exactly("refused R007", refused.get("bus-positions R007", 0), len(future))
    figures.exactly("watermark moved by", max(clocks) - (end_ms + 60_000), 0, "ms")


@pytest.mark.row("F24", "the worker's wall clock 5 min behind, then 1 h ahead")
def test_f24_clock_jump(rig: Rig, figures: Figures) -> None:
    folder = rig.folder / "skew"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(SKEW, encoding="utf-8")
    path = f"{folder}:{rig.env['PYTHONPATH']}"
    rig.feed(load.day(SEED, scaled(80)))
    for skew_s in (-300, 3600):
        worker = rig.worker({"PYTHONPATH": path, "SKEW_S": str(skew_s)})
        rig.wait_working([worker], 100)
        worker.stop()
        assert f"skewed {skew_s}" in worker.log.read_text(encoding="utf-8")
    rig.crew(1)
    rig.judge(figures)
    figures.exactly("event-time results that differ", len(rig.verdict(rig.oracle())), 0)


SKEW = """import os, sys, time
_real, _skew = time.time, float(os.environ.get("SKEW_S", "0"))
time.time = lambda: _real() + _skew
sys.stderr.write(f"skewed {_skew:.0f}\\n")
"""


def poison(chance: random.Random) -> bytes:
    """Bytes that no message may be: one of nine kinds."""
    kind = chance.choices(range(9), weights=[4, 4, 4, 4, 4, 1, 4, 4, 4])[0]
    good = wire.encode(Tick(1))
    return (
        b"{broken" + bytes(chance.randrange(1, 255) for _ in range(20)),
        b"[" * 100_000,
        b'{"kind":"tick","tick_ms":' + b"9" * 5000 + b"}",
        b'{"kind":"tick","tick_ms":NaN}',
        b'{"kind":"\\ud800","tick_ms":1}',
        b'{"kind":"tick","x":"' + b"x" * (1 << 20) + b'","tick_ms":1}',
        "춘천 시내".encode("cp949"),
        good[: chance.randrange(1, len(good) - 1)],
        b'{"kind":"report","feed":1}',
    )[kind]


class Probe:
    """Sends a tick to every input partition at a pace and times it until the fold contains it."""

    def __init__(self, rig: Rig, from_ms: int) -> None:
        self._rig = rig
        self._now_ms = from_ms

    def latencies_s(self, count: int, among: Iterator[list[Sent]]) -> list[float]:
        """One latency a tick, each sent after the next messages of `among`."""
        from kafka import KafkaProducer  # noqa: PLC0415

        producer = KafkaProducer(
            bootstrap_servers=self._rig.broker.address, acks="all", max_request_size=3 << 20
        )
        found = []
        store = self._rig.store()
        try:
            for _ in range(count):
                self._now_ms += 1000
                batch = [*next(among), *tick(self._now_ms)]
                self._rig.sent += batch
                begin = time.monotonic()
                for topic, partition, payload in batch:
                    producer.send(topic.name, value=payload, partition=partition)
                found.append(self._seen(store, begin))
        finally:
            producer.flush(30)
            producer.close(5)
            store.close()
        return found

    def _seen(self, store: Any, begin: float) -> float:
        wait_until(
            lambda: list(held.numbers(store, "clock", PARTITIONS).values()),
            f"tick {self._now_ms} folded",
            lambda clocks: len(clocks) == PARTITIONS and min(clocks) >= self._now_ms,
            every_s=0.002,
        )
        return time.monotonic() - begin


@pytest.mark.row("F25", "a burst of 1,000 poison messages of nine kinds")
def test_f25_poison(rig: Rig, figures: Figures) -> None:
    print(f"seed {SEED}")  # noqa: T201
    chance = random.Random(SEED)
    log = load.day(SEED, 20)
    rig.crew(1)
    rig.feed(log, per_s=FAST).wait()
    rig.wait_drained()
    probe = Probe(rig, load.event_time_ms(log[-1]))
    probe.latencies_s(10, repeat([]))
    bad = [(topics.BUS_POSITIONS, n % PARTITIONS, poison(chance)) for n in range(scaled(1000))]
    each = len(bad) // scaled(40)
    chunks = ([*good_ones(), *bad[n : n + each]] for n in range(0, len(bad), each))
    turns = (turn for chunk in chunks for turn in (good_ones(), chunk))
    found_s = probe.latencies_s(2 * scaled(40), turns)
    baseline, among = found_s[::2], found_s[1::2]  # in turn: what else the machine does hits both
    rig.judge(figures)
    refused = count(rig, DEAD_LETTERS)
    figures.noted["codes"] = dict(sorted(refused.items()))
    figures.exactly("dead letters", sum(refused.values()), len(bad))
    figures.exactly("in the topic", sum(rig.broker.ends((topics.DEAD_LETTERS,)).values()), len(bad))
    figures.noted["baseline p95 ms"] = round(p95(baseline) * 1000)
    slower = median(among) / median(baseline)
    figures.at_most("good among them, times as slow as alone", slower, SLOWER, "")
    figures.took("good p95 among them", p95(among), max(2 * p95(baseline), FAST_ENOUGH_S))


def good_ones() -> list[Sent]:
    """Twenty-five good messages that change nothing of the time."""
    return [
        (topics.BUS_POSITIONS, n % PARTITIONS, wire.encode(PositionBatch("tago.positions", 1, ())))
        for n in range(25)
    ]


HOT = 10  # rows of the one link in a message


@pytest.mark.row("F26", "a link with nine tenths of what is measured, in the log before the rest")
def test_f26_hot_key(rig: Rig, figures: Figures) -> None:
    hot, rest = load.hot(SEED, scaled(9_000), HOT), load.day(SEED, 30)
    rig.feed(hot, per_s=10 * FAST).wait()
    rig.feed(rest, per_s=10 * FAST).wait()
    ends = {name: end for name, end in rig.broker.ends(INPUTS).items() if end}
    place = f"{topics.LINK_SPEEDS.name}/{hot[0][1]}"
    process = rig.worker()
    begin_s, others_s, others = 0.0, 0.0, len(ends)

    def positions() -> Partitions:
        nonlocal begin_s, others_s, others
        process.check_running()
        at = rig.positions()
        others = sum(at.get(name, 0) < end for name, end in ends.items() if name != place)
        begin_s = begin_s or (time.monotonic() if at else 0.0)
        others_s = others_s or (0.0 if others else time.monotonic() - begin_s)
        return at

    wait_until(
        positions, "the hot partition", lambda at: at.get(place, 0) >= ends[place], every_s=0.01
    )
    figures.exactly("other partitions that waited for its end", others, 0)
    figures.took("all others in, from the first", others_s, 5)
    rig.judge(figures)


@pytest.mark.row("F27", "10 times the load (2,000 messages/s) for 6 s")
def test_f27_ten_times_the_load(rig: Rig, figures: Figures) -> None:
    worker, other = rig.crew(2)
    log = load.day(SEED, scaled(600))
    rig.feed(log, per_s=20 * PER_S).wait()
    peak = rig.lag()
    drained_s = rig.wait_drained(240)
    figures.noted |= {"lag at the end": peak}
    figures.took("drained", drained_s, 120)
    memory_mb = max(resident_mb(worker.pid), resident_mb(other.pid))
    figures.at_most("worker memory", memory_mb, 512, "MiB")
    rig.judge(figures)
