"""Row F38: hours of the city run fast, something broken now and then; nothing may grow. Only
`make soak-city` runs it: SOAK_HOURS of city time in steps of SOAK_STEP_S.
"""

import os
import random
from collections import defaultdict
from pathlib import Path
from statistics import linear_regression

import pytest

from local.services import Process
from local.waiting import wait_until
from tests.faults import load
from tests.faults.figures import Figures
from tests.faults.processes import resident_mb
from tests.faults.rig import Rig

SEED = 38
HOURS = float(os.environ.get("SOAK_HOURS", "0"))
STEP_S = int(os.environ.get("SOAK_STEP_S", "180"))
SAMPLE_S = 1_800  # of city time between two looks
BROKEN_EACH = 4  # looks
AUDITED_EACH = 12  # looks: each 6 hours
FAST = 500.0
MOST_AN_HOUR = {"keys": 1, "handles": 0.5, "worker MiB": 1, "map MiB": 1, "Redis MiB": 0.5}
"""The slope of each, once what is kept for hours has filled: a run shorter than 12 h only tells."""
FILLED_H, LEAST_H = 6, 6


def handles(process: Process) -> int:
    return len(list(Path(f"/proc/{process.pid}/fd").iterdir()))


class Looks:
    """What a run holds, look by look."""

    def __init__(self, rig: Rig, worker: Process) -> None:
        self._rig, self._worker = rig, worker
        self._maps = rig.processes["maps"]
        self.hours: list[float] = []
        self.found: dict[str, list[float]] = defaultdict(list)

    def look(self, hour: float) -> None:
        with self._rig.store() as store:
            keys, used = store.dbsize(), store.info("memory")["used_memory"]
        self.hours.append(hour)
        self.found["keys"].append(keys)
        self.found["handles"].append(handles(self._worker) + handles(self._maps))
        self.found["worker MiB"].append(resident_mb(self._worker.pid))
        self.found["map MiB"].append(resident_mb(self._maps.pid))
        self.found["Redis MiB"].append(used / (1 << 20))

    def judge(self, figures: Figures) -> None:
        skipped = sum(hour < FILLED_H for hour in self.hours)
        if HOURS < FILLED_H + LEAST_H:
            skipped = 0
        for name, most in MOST_AN_HOUR.items():
            values = self.found[name][skipped:]
            figures.noted[name] = f"{values[0]:.1f} to {values[-1]:.1f}"
            slope = linear_regression(self.hours[skipped:], values).slope
            print(f"{name}: {slope:.2f} an hour, {figures.noted[name]}")  # noqa: T201
            if skipped:
                figures.at_most(f"{name}, more each hour", slope, most, "")

    def write(self, path: Path) -> None:
        rows = [("hour", *self.found), *zip(self.hours, *self.found.values(), strict=True)]
        path.write_text("\n".join("\t".join(map(str, row)) for row in rows), encoding="utf-8")


def break_something(rig: Rig, chance: random.Random, second: Process) -> str:
    """One of what the rows do one by one; the worker that is looked at lives on."""
    what = chance.choice(["worker", "redis", "broker"])
    if what == "worker":
        second.kill()
    elif what == "redis":
        rig.kill_redis()
        rig.restart_redis()
    else:
        rig.broker.kill()
        rig.broker.start()
        rig.broker.wait_up()
    return what


@pytest.mark.skipif(not HOURS, reason="hours of the city: `make soak-city` runs them")
@pytest.mark.row("F38", f"{HOURS:g} h of the city run fast, something broken each 2 h")
def test_f38_hours(rig: Rig, figures: Figures) -> None:
    print(f"seed {SEED}")  # noqa: T201
    chance = random.Random(SEED)
    city = load.City(SEED, tick_ms=STEP_S * 1000, step_ms=STEP_S * 1000)
    rig.start_map()
    worker, second = rig.crew(2)
    looks = Looks(rig, worker)
    broken = []
    try:
        for number in range(1, round(HOURS * 3600 / SAMPLE_S) + 1):
            feeder = rig.feed(list(city.steps(SAMPLE_S // STEP_S)), per_s=FAST)
            if number % BROKEN_EACH == 0:
                wait_until(lambda each=feeder: each.sent, "the load", lambda seen: seen > 0)  # type: ignore[misc]
                broken.append(break_something(rig, chance, second))
            feeder.wait()
            rig.wait_drained()
            looks.look(number * SAMPLE_S / 3600)
            if number % AUDITED_EACH == 0:
                assert "identical" in rig.run(f"audit-{number}", "streams", "audit")
    finally:
        looks.write(rig.folder / "looks.txt")
    figures.noted["broken"] = len(broken)
    rig.judge(figures)
    looks.judge(figures)
