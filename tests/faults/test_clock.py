"""Row F41: a clock of the feeds is ahead for a while."""

import time

import pytest

from streams.contract import topics, wire
from streams.contract.records import Call, CallDone
from streams.state.keys import DEAD_LETTERS
from tests.cities.worlds import PARTITIONS, Sent
from tests.faults import load
from tests.faults.feeder import Feeder
from tests.faults.figures import Figures
from tests.faults.processes import wait_exit
from tests.faults.rig import INPUTS, Rig

SEED = 41
AHEAD_MS = 50 * 60_000


@pytest.mark.row("F41", "the clock of the feeds 50 min ahead for 30 s, then right")
def test_f41_clock_ahead(rig: Rig, figures: Figures) -> None:
    now_ms = time.time_ns() // 1_000_000 // 1000 * 1000
    before = load.day(SEED, 12, from_ms=now_ms - 180_000)
    ahead = load.day(SEED + 1, 3, from_ms=now_ms + AHEAD_MS)
    after = load.day(SEED + 2, 3, from_ms=now_ms - 30_000)
    (worker,) = rig.crew(1)
    for log in (before, ahead, after):
        Feeder(rig.broker.address, log, 500, is_replay=False).start().wait()
    rig.wait_drained()
    clocks = set(rig.numbers_of("clock").values())
    refused = sum(n for name, n in rig.numbers_of(DEAD_LETTERS).items() if name.endswith("R023"))
    letters = [each for each in rig.broker.read(topics.DEAD_LETTERS) if each.key == b"R023"]
    figures.exactly("time ahead of the last true tick", max(clocks) - now_ms, 0, "ms")
    figures.exactly("time behind it", now_ms - min(clocks), 0, "ms")
    figures.exactly("refused as ahead", refused, len([*filter(is_machines, ahead)]), "messages")
    figures.at_most("dead letters of them", len(letters), places(), "messages")
    assert worker.said("R023")
    audit = rig.run("audit", "streams", "audit")
    assert "identical" in audit, audit
    figures.noted["verdict"] = "identical"
    figures.exactly("exit code of streams.health", health_of(rig), 0)


def is_machines(sent: Sent) -> bool:
    """Whether a clock or a feed says it; what people tell is taken whatever their clock says."""
    return not isinstance(wire.decode(sent[2]), Call | CallDone)


def places() -> int:
    return sum(topic.partitions(PARTITIONS) for topic in INPUTS)


def health_of(rig: Rig) -> int:
    """0: time passes and is not ahead; more than a minute behind is of this test's own pace."""
    process = rig.python("health", "streams.health")
    wait_exit(process, 180)
    said = process.log.read_text(encoding="utf-8")
    del rig.processes["health"]
    return int("ahead" in said)
