"""The other path: positions of buses to passages, views and what buses show of closures.

A road of 40 stops, thousands of buses on it, a position of each every 10 s, permits, incidents and
calls beside them: the load of the fault rows. The audit folds the log again and compares every row.
"""

from collections import defaultdict
from pathlib import Path

from bench.results import Figure
from bench.rig import Rig, held, running_broker
from bench.workload import Log
from producers.network.importing import write_network
from tests.cities.worlds import T0_MS
from tests.faults import load

WARM_STEPS = 6
WITHIN_S = 180.0


def measure(
    folder: Path, kafka: str, vehicles: int, steps: int, *, is_audited: bool
) -> list[Figure]:
    """Positions a second of one worker."""
    write_network(load.network(), folder / "city")
    city = load.City(3, vehicles=vehicles, tick_ms=1_000)
    with (
        running_broker(folder / "broker", kafka) as broker,
        Rig(folder / "run", broker=broker, network=folder / "city") as rig,
    ):
        rig.make_topics()
        worker = rig.start_worker()
        rig.write(_log(city, WARM_STEPS))
        rig.wait_folded(T0_MS + WARM_STEPS * load.STEP_MS, WITHIN_S)
        with held(worker):
            rig.write(_log(city, steps))
        with rig.timed() as found:
            rig.wait_folded(T0_MS + (WARM_STEPS + steps) * load.STEP_MS, WITHIN_S)
        if is_audited:
            rig.run("audit", "streams", "audit", within_s=WITHIN_S)
    positions, timed = vehicles * steps, found[0]
    what = f"passages path, {vehicles:,} buses each 10 s"
    return [
        Figure(f"{what}: a core of the worker", positions / timed.cpu_s["worker"], "positions/s"),
        Figure(f"{what}: by the clock", positions / timed.seconds, "positions/s"),
    ]


def _log(city: load.City, steps: int) -> Log:
    log: dict[tuple[str, int], list[bytes]] = defaultdict(list)
    for topic, partition, payload in city.steps(steps):
        log[topic.name, partition].append(payload)
    return dict(log)
