"""Throughput: the whole job, two idiomatic ones and the floor of this machine, in turns.

Every contestant reads a log of its own of the same observations from Kafka and keeps a state a link
in Redis. Its log is written while it stands still; the clock begins when it goes on, after a
warm-up, and ends when Redis has the last of it. Then every link in Redis is compared with the
oracle: a run with one wrong link raises.
"""

import json
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any, Protocol

import numpy as np

from bench.results import Figure
from bench.rig import (
    Broker,
    Record,
    Rig,
    Timed,
    WrongResultError,
    held,
    peak_mb,
    publish,
    running_broker,
)
from bench.views import link_views
from bench.workload import (
    LEVELS_KMH,
    PARTITIONS,
    PER_EVENT_S,
    Columns,
    Workload,
    made_network,
    made_works,
)
from local.services import Process
from local.stack import ROOT
from producers.network.importing import write_network
from streams.contract.enums import Closure
from streams.geo.network import Network

QUIX_PYTHON = ROOT / ".cache" / "quix" / "bin" / "python"
BY_THE_CLOCK = "whole job, {}: by the clock, broker and Redis beside"
TENTH = 0.1001  # a view is rounded to a tenth; the last digit of a sum of floats may tip it
WITHIN_S = 300.0


@dataclass(frozen=True, slots=True)
class Run:
    """One measured run: observations, time, processors, the contestant's memory."""

    contestant: str
    asked: int
    observations: int  # with the round that closes the windows
    timed: Timed
    peak_mb: float
    process: str

    @property
    def per_s(self) -> float:
        return self.observations / self.timed.seconds

    @property
    def per_core_s(self) -> float:
        """Observations a second of one core that the contestant's own process used."""
        return self.observations / self.timed.cpu_s[self.process]

    def line(self) -> str:
        cpu = ", ".join(f"{name} {s:.1f}" for name, s in sorted(self.timed.cpu_s.items()))
        return (
            f"{self.contestant:<12}{self.observations:>10,} in {self.timed.seconds:5.1f} s: "
            f"{self.per_s:>10,.0f}/s, {self.per_core_s:>10,.0f}/s a core; CPU s: {cpu}"
        )


class Contestant(Protocol):
    """One way to do the job; a new one each run."""

    name: str
    process: str

    def start(self, rig: Rig, workload: Workload) -> Process: ...

    def columns(self, workload: Workload, count: int) -> Columns: ...

    def write(self, rig: Rig, workload: Workload, columns: Columns) -> None: ...

    def wait(self, rig: Rig, workload: Workload) -> None: ...

    def check(self, rig: Rig, workload: Workload) -> None: ...


class Bomnae:
    """The product's worker, with all its rules, `size` observations a message."""

    process = "worker"

    def __init__(self, size: int) -> None:
        self.size = size
        self.name = f"bomnae {size}"

    def start(self, rig: Rig, workload: Workload) -> Process:
        rig.make_topics()
        rig.write(workload.permits())
        return rig.start_worker()

    def columns(self, workload: Workload, count: int) -> Columns:
        return workload.observations(count)

    def write(self, rig: Rig, workload: Workload, columns: Columns) -> None:
        rig.write(workload.log(columns, self.size))

    def wait(self, rig: Rig, workload: Workload) -> None:
        rig.wait_folded(workload.end_ms, WITHIN_S)

    def check(self, rig: Rig, workload: Workload) -> None:
        check_views(rig, workload)


def check_views(rig: Rig, workload: Workload) -> None:
    """Every link's speed and closure in Redis against the oracle."""
    views = link_views(rig.env["BOMNAE_REDIS"], workload.partitions)
    due, closed = workload.view_speeds(), workload.closures()
    found = np.array(
        [
            np.nan if view is None or view.speed_kmh is None else view.speed_kmh
            for view in (views.get(name) for name in workload.ids)
        ],
        dtype=float,
    )
    wrong = (np.isnan(found) != np.isnan(due)) | (np.abs(found - due) > TENTH)
    if wrong.any():
        at = int(np.flatnonzero(wrong)[0])
        first = f"{workload.ids[at]} shows {found[at]}, {due[at]} is right"
        raise WrongResultError(f"{int(wrong.sum())} of {len(wrong)} links are wrong: {first}")
    for name, view in views.items():
        if view.closure is not closed.get(name, Closure.NONE):
            raise WrongResultError(f"{name} shows {view.closure}, not {closed.get(name)}")
    if lost := closed.keys() - views.keys():
        raise WrongResultError(f"{len(lost)} links with works have no view")


class Singles:
    """What the idiomatic ones share: one JSON message an observation, a state a link-minute."""

    process = name = ""

    def start(self, rig: Rig, workload: Workload) -> Process:
        self.topic = f"speeds-{uuid.uuid4().hex[:8]}"
        make_topic(rig, self.topic)
        self._facts = rig.folder / "facts.json"
        self._facts.write_text(json.dumps(facts_of(workload)), encoding="utf-8")
        return self._job(rig)

    def _job(self, rig: Rig) -> Process:
        raise NotImplementedError

    def columns(self, workload: Workload, count: int) -> Columns:
        """With a round over all links two minutes later, which closes every window before it."""
        parts = workload.observations(count), workload.closing_round()
        return Columns(*(np.concatenate(pair) for pair in zip(*parts, strict=True)))

    def _python(self, rig: Rig, python: str, file: str) -> Process:
        command = [python, str(ROOT / "bench" / "contestants" / file), "--kafka", rig.kafka]
        command += ["--redis", rig.env["BOMNAE_REDIS"], "--facts", str(self._facts)]
        command += ["--folder", str(rig.folder), "--topic", self.topic]
        rig.processes[self.process] = process = Process(self.process, command, rig.folder)
        rig._open.callback(process.stop)  # noqa: SLF001 - a stack's own kind of process
        return process.start()

    def write(self, rig: Rig, workload: Workload, columns: Columns) -> None:
        write_singles(rig, workload, columns, self.topic)

    def wait(self, rig: Rig, workload: Workload) -> None:
        """The last links of each partition are the last to be written."""
        due = workload.minutes()
        last = [
            int(np.flatnonzero(workload.partition == p)[-1 - back])
            for p in range(PARTITIONS)
            for back in (0, 1, 2)
        ]

        def is_there() -> bool:
            rows = rows_of(rig, [workload.ids[at] for at in last])
            pairs = zip(rows, last, strict=True)
            return all(row is not None and row["minute"] >= due.start_ms[at] for row, at in pairs)

        rig.processes[self.process].wait_until(is_there, "the last minute", within_s=WITHIN_S)

    def check(self, rig: Rig, workload: Workload) -> None:
        check_minutes(rig, workload)


class Faust(Singles):
    """Faust as its manual writes it: a Record, a windowed table, the state of a minute to Redis."""

    process = name = "faust"

    def _job(self, rig: Rig) -> Process:
        return self._python(rig, sys.executable, "faust_job.py")


class Quix(Singles):
    """Quix Streams as its manual writes it: a tumbling window, its mean, its own Redis sink."""

    process = name = "quix"

    def _job(self, rig: Rig) -> Process:
        return self._python(rig, str(QUIX_PYTHON), "quix_job.py")


class Floor(Singles):
    """No job at all: fetch, decode, one numpy join and window a fetched chunk."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.name = f"floor {size}"
        self.process = "floor"
        self._due = 0

    def _job(self, rig: Rig) -> Process:
        return self._python(rig, sys.executable, "floor_job.py")

    def write(self, rig: Rig, workload: Workload, columns: Columns) -> None:
        self._due += len(columns)
        if self.size == 1:
            write_singles(rig, workload, columns, self.topic)
        else:
            workload.taken.append(columns)
            publish(rig.kafka, columns_of(workload, columns, self.size, self.topic))

    def wait(self, rig: Rig, workload: Workload) -> None:  # noqa: ARG002 - as all contestants
        def is_there() -> bool:
            return int(rig.redis.get("floor:done") or 0) >= self._due

        rig.processes[self.process].wait_until(is_there, "the last observation", within_s=WITHIN_S)

    def check(self, rig: Rig, workload: Workload) -> None:
        due = workload.minutes()
        found = np.frombuffer(rig.redis.get("floor:samples"), dtype=np.int64)
        sums = np.frombuffer(rig.redis.get("floor:sums"))
        if not (
            np.array_equal(found, due.samples) and np.allclose(sums, due.mean_kmh * due.samples)
        ):
            raise WrongResultError("the floor's windows are not the oracle's")


def facts_of(workload: Workload) -> dict[str, Any]:
    """What the jobs join with: of each link its length and levels, and the works."""
    return {
        "links": {
            link.id: [link.length_m, *LEVELS_KMH[link.road_class]]
            for link in workload.network.links
        },
        "works": [[each.link_id, each.starts_ms, each.closure] for each in workload.works],
    }


def write_singles(rig: Rig, workload: Workload, columns: Columns, topic: str) -> None:
    places: dict[tuple[str, int], list[Record]] = {(topic, p): [] for p in range(PARTITIONS)}
    for partition, key, value in workload.singles(columns):
        places[topic, partition].append((key, value))
    publish(rig.kafka, places)


def columns_of(
    workload: Workload, columns: Columns, size: int, topic: str
) -> dict[tuple[str, int], Iterable[Record]]:
    """The observations as columns of JSON, `size` in a message."""

    def messages(partition: int) -> Iterable[Record]:
        rows = np.flatnonzero(workload.partition[columns.links] == partition)
        for begin in range(0, len(rows), size):
            part = rows[begin : begin + size]
            body = {
                "links": [workload.ids[link] for link in columns.links[part].tolist()],
                "speeds_kmh": columns.speeds_kmh[part].tolist(),
                "observed_ms": columns.observed_ms[part].tolist(),
            }
            yield None, json.dumps(body, separators=(",", ":")).encode()

    return {(topic, partition): messages(partition) for partition in range(PARTITIONS)}


def make_topic(rig: Rig, name: str) -> None:
    from kafka import KafkaAdminClient  # noqa: PLC0415 - the rest needs no client

    admin = KafkaAdminClient(bootstrap_servers=rig.kafka)
    try:
        admin.create_topics({name: {"num_partitions": PARTITIONS, "replication_factor": 1}})
        admin.wait_for_topics([name])
    finally:
        admin.close()


def rows_of(rig: Rig, ids: list[str]) -> list[dict[str, Any] | None]:
    """The states that a job keeps of links in Redis, JSON under `link:ID`; None: none yet."""
    found = rig.redis.mget([f"link:{name}" for name in ids])
    return [None if row is None else json.loads(row) for row in found]


def check_minutes(rig: Rig, workload: Workload) -> None:
    """The last minute of every link against the oracle: mean, count, level and closure."""
    due = workload.minutes()
    works = {each.link_id: each for each in workload.works}
    rows = rows_of(rig, workload.ids)
    for at, (link, row) in enumerate(zip(workload.network.links, rows, strict=True)):
        jam, slow = LEVELS_KMH[link.road_class]
        mean, start_ms = float(due.mean_kmh[at]), int(due.start_ms[at])
        work = works.get(link.id)
        is_closed = work is not None and work.starts_ms <= start_ms
        right = {
            "minute": start_ms,
            "samples": int(due.samples[at]),
            "level": "jam" if mean < jam else "slow" if mean < slow else "free",
            "closure": str(work.closure) if work and is_closed else "none",
            "travel_s": round(link.length_m / mean * 3.6, 1),
        }
        if row is None or any(row[name] != value for name, value in right.items()):
            raise WrongResultError(f"link {link.id} is {row}, {right} is right")
        if abs(row["speed_kmh"] - mean) > 1e-6:
            raise WrongResultError(f"link {link.id} has the mean {row['speed_kmh']}, not {mean}")


@dataclass(frozen=True, slots=True)
class Plan:
    """How much a run is given: `seconds` is what the measured stretch is to last, about."""

    warm: int
    probe: int
    seconds: float
    most: int = 2_000_000
    works: int = 200
    per_event_s: float = PER_EVENT_S


def run_once(  # noqa: PLR0917
    contestant: Contestant,
    folder: Path,
    broker: Broker,
    network: Network,
    plan: Plan,
    count: int = 0,
) -> Run:
    """One run on a Redis and topics of its own; WrongResultError when a link is wrong.

    Without a `count` a first stretch of `plan.probe` tells how many last `plan.seconds`.
    """
    works = made_works(network, plan.works)
    workload = Workload(network, works, per_event_s=plan.per_event_s)
    with Rig(fresh(folder), broker=broker, network=folder / "city") as rig:
        process = contestant.start(rig, workload)
        contestant.write(rig, workload, contestant.columns(workload, plan.warm))
        contestant.wait(rig, workload)
        if not count:
            probe = _stretch(contestant, rig, process, workload, plan.probe)
            count = int(np.clip(plan.probe / probe.seconds * plan.seconds, plan.probe, plan.most))
        timed = _stretch(contestant, rig, process, workload, count)
        most_mb = peak_mb(process.pid)
        contestant.check(rig, workload)
    taken = len(workload.taken[-1])
    return Run(contestant.name, count, taken, timed, most_mb, contestant.process)


def _stretch(
    contestant: Contestant, rig: Rig, process: Process, workload: Workload, count: int
) -> Timed:
    """The time from when a contestant sees so many observations until Redis has the last."""
    with held(process):
        contestant.write(rig, workload, contestant.columns(workload, count))
    with rig.timed() as found:
        contestant.wait(rig, workload)
    return found[0]


def fresh(folder: Path) -> Path:
    """A folder of a run's own."""
    return Path(tempfile.mkdtemp(prefix="run-", dir=folder))


def lay_city(folder: Path, links: int) -> Network:
    """A made network, and its file in `folder`/city."""
    network = made_network(links)
    write_network(network, folder / "city")
    return network


def contestants(kafka: str) -> list[Callable[[], Contestant]]:
    """All in the order of a round. The idiomatic ones need a broker that compacts their topics, and
    Quix Streams an environment of its own, which `make bench` sets up.
    """
    is_real = kafka == "apache"
    quix: list[Callable[[], Contestant]] = [Quix] if is_real and QUIX_PYTHON.exists() else []
    faust: list[Callable[[], Contestant]] = [Faust] if is_real else []
    return [
        lambda: Bomnae(250),
        *quix,
        lambda: Bomnae(1),
        *faust,
        lambda: Bomnae(2000),
        lambda: Floor(1),
        lambda: Floor(250),
        lambda: Floor(2000),
    ]


def rounds(
    folder: Path, broker: Broker, plan: Plan, count: int, links: int
) -> dict[str, list[Run]]:
    """So many rounds of all contestants in turns: A B C A B C."""
    network = lay_city(folder, links)
    runs: dict[str, list[Run]] = {}
    for _ in range(count):
        for make in contestants(broker.kind):
            contestant = make()
            before = runs.setdefault(contestant.name, [])
            own = plan if contestant.process != "floor" else _tenfold(plan)
            known = before[0].asked if before else 0
            run = run_once(contestant, folder, broker, network, own, known)
            before.append(run)
            print(f"  {run.line()}", flush=True)
    return runs


def _tenfold(plan: Plan) -> Plan:
    """The floor is so much faster."""
    return replace(plan, probe=10 * plan.probe, most=10 * plan.most)


def figures_of(runs: dict[str, list[Run]]) -> list[Figure]:
    """Medians of the rounds, and how they stand to each other."""
    core = {name: median(run.per_core_s for run in each) for name, each in runs.items()}
    per_s = {name: median(run.per_s for run in each) for name, each in runs.items()}
    goals = {1: (100_000, None), 250: (600_000, 10), 2000: (1_000_000, 10)}
    found = []
    for size, (goal, share) in goals.items():
        name, what = f"bomnae {size}", "one a message" if size == 1 else f"{size:,} a message"
        found += [
            Figure(
                f"whole job, {what}: a core of the worker", core[name], "obs/s", goal, is_least=True
            ),
            Figure(BY_THE_CLOCK.format(what), per_s[name], "obs/s"),
            Figure(f"whole job, {what}: worker's CPU an observation", 1e6 / core[name], "us"),
            Figure(f"floor of this machine, {what}: a core", core[f"floor {size}"], "obs/s"),
            Figure(
                f"whole job, {what}: share of the floor",
                100 * core[name] / core[f"floor {size}"],
                "%",
                share,
                is_least=True,
            ),
        ]
    for name, title, goal in (("quix", "Quix Streams", 20), ("faust", "Faust", 200)):
        if name not in core:
            continue
        found += [
            Figure(f"idiomatic {title}, one a message: a core", core[name], "obs/s"),
            Figure(f"idiomatic {title}: by the clock", per_s[name], "obs/s"),
            Figure(
                f"whole job at 250 a message over {title}, a core each",
                core["bomnae 250"] / core[name],
                "x",
                goal,
                is_least=True,
            ),
            Figure(
                f"whole job at one a message over {title}, a core each",
                core["bomnae 1"] / core[name],
                "x",
            ),
        ]
    memory = max(run.peak_mb for run in runs["bomnae 250"])
    return [*found, Figure("worker's memory, 5,000 links, most", memory, "MB")]


def measure(folder: Path, kafka: str, plan: Plan, count: int, links: int) -> list[Figure]:
    """All contestants on one broker."""
    with running_broker(folder / "broker", kafka) as broker:
        return figures_of(rounds(folder, broker, plan, count, links))


def measure_alone(folder: Path, kafka: str, plan: Plan, links: int) -> list[Figure]:
    """The whole job alone on another broker."""
    network = lay_city(folder, links)
    with running_broker(folder / "broker", kafka) as broker:
        run = run_once(Bomnae(250), folder, broker, network, plan)
    what = f"whole job, 250 a message, {kafka} broker"
    return [
        Figure(f"{what}: a core of the worker", run.per_core_s, "obs/s"),
        Figure(f"{what}: by the clock", run.per_s, "obs/s"),
    ]
