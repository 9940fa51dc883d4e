"""What an observation costs as the network grows, and as more works lie on it."""

import time
from pathlib import Path

from bench.contest import Bomnae, Plan, Run, fresh, lay_city, run_once
from bench.results import Figure
from bench.rig import Broker, Rig, running_broker
from bench.workload import PER_EVENT_S, Workload
from local.services import Process
from streams.geo.network import Network

SIZE = 2_000  # observations a message
ROUNDS = 4  # how often each link is observed in a run with works, after once to warm up
START_WITHIN_S = 240.0
FIRST = 20_000


class Starting(Bomnae):
    """The whole job, with the time its worker took to begin."""

    def start(self, rig: Rig, workload: Workload) -> Process:
        rig.make_topics()
        rig.write(workload.permits())
        begin = time.monotonic()
        worker = rig.start_worker()
        worker.wait_said("worker started", within_s=START_WITHIN_S)
        self.start_s = time.monotonic() - begin
        return worker


def per_event_s(links: int) -> float:
    """Every link once a minute, and no less than in the other rows."""
    return max(PER_EVENT_S, links / 60)


def one(
    folder: Path,
    broker: Broker,
    network: Network,
    works: int,
    *,
    seconds: float = 0,
    rounds: int = 0,
) -> tuple[Run, float]:
    """A run on this network, and how long its worker took to start, s. It lasts so many seconds,
    or so many `rounds` of all links after one that warms up.
    """
    job = Starting(SIZE)
    links = len(network.links)
    plan = Plan(
        warm=links if rounds else min(links, FIRST),
        probe=FIRST,
        seconds=seconds,
        most=max(links, 500_000),
        works=works,
        per_event_s=per_event_s(links),
    )
    return run_once(job, folder, broker, network, plan, rounds * links), job.start_s


def by_links(folder: Path, kafka: str, sizes: tuple[int, ...], seconds: float) -> list[Figure]:
    """Cost, memory and start on each size of network with 200 works."""
    found: list[Figure] = []
    costs: list[float] = []
    with running_broker(folder / "broker", kafka) as broker:
        for links in sizes:
            own = fresh(folder)
            network = lay_city(own, links)
            run, start_s = one(own, broker, network, 200, seconds=seconds)
            print(f"  {links:>9,} links, start {start_s:.1f} s; {run.line()}", flush=True)
            costs.append(1e6 / run.per_core_s)
            found += [
                Figure(f"{links:,} links: worker's CPU an observation", costs[-1], "us"),
                Figure(f"{links:,} links: start of the worker", start_s, "s"),
                Figure(f"{links:,} links: worker's memory, most", run.peak_mb, "MB"),
            ]
    goal = 2 if sizes[-1] >= 1_500_000 else None
    ratio = costs[-1] / costs[0]
    return [*found, Figure(f"cost at {sizes[-1]:,} links over {sizes[0]:,}", ratio, "x", goal)]


def by_works(folder: Path, kafka: str, links: int, counts: tuple[int, ...]) -> list[Figure]:
    """Cost on one network with more and more works, each on a link of its own."""
    found: list[Figure] = []
    network = lay_city(folder, links)
    with running_broker(folder / "broker", kafka) as broker:
        for works in counts:
            what = f"{links:,} links, {works:,} works: worker's CPU an observation"
            try:
                run, _ = one(folder, broker, network, works, rounds=ROUNDS)
            except TimeoutError as error:
                found.append(Figure(what, None, "us", note=str(error)))
                continue
            print(f"  {works:>9,} works; {run.line()}", flush=True)
            found.append(Figure(what, 1e6 / run.per_core_s, "us"))
    return found
