"""Where an observation's time goes: the worker's steps in one process, without Kafka and Redis.

    python -m bench --only steps

The log of the contest is carried through the stages in runs as a worker under load makes them;
each step's CPU time is shared out over the observations.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from bench.results import Figure
from bench.workload import Workload, made_network, made_works
from streams.contract import topics, wire
from streams.contract.derived import Origin
from streams.contract.settings import Settings
from streams.domain.stage import Effects, RunStage, Stage, State, Sum, Taken, apply, empty_state
from streams.state.gate import delta_of, writes_of
from streams.state.kinds import LETTERS
from streams.topology.stages import stages

T = TypeVar("T")
STEPS = {
    ("link-speeds", "decode"): "link-speeds: decode and check",
    ("link-speeds", "step"): "link-speeds: share out",
    ("link-speeds", "send"): "link-speeds: encode for link-events",
    ("link-events", "decode"): "link-events: decode",
    ("link-events", "step"): "link-events: fold, judge, show",
    ("link-events", "write"): "link-events: pages, rows, delta",
}


class Steps:
    """A worker's steps, with a clock at each."""

    def __init__(self, by_topic: dict[topics.Topic, Stage]) -> None:
        self._stages = {topic.name: stage for topic, stage in by_topic.items()}
        self._states: dict[tuple[str, int], State] = {}
        self._waiting: dict[int, list[bytes]] = defaultdict(list)  # of link-events, by partition
        self._next: dict[tuple[str, int], int] = defaultdict(int)
        self.spent_s: dict[tuple[str, str], float] = defaultdict(float)

    def carry(self, topic: str, partition: int, payloads: Sequence[bytes]) -> None:
        """Carry a run of messages of one partition."""
        stage, place = self._stages[topic], (topic, partition)
        state = self._states.setdefault(place, empty_state(stage))
        first = self._next[place]
        self._next[place] += len(payloads)
        run = self._timed(topic, "decode", lambda: _read(stage, topic, partition, payloads, first))
        total = self._timed(topic, "step", lambda: _stepped(stage, state, run))
        self._timed(topic, "send", lambda: self._send(total))
        self._timed(topic, "write", lambda: _write(stage, partition, total))

    def drain(self) -> None:
        """Carry what was derived."""
        for partition in list(self._waiting):
            self.carry(topics.LINK_EVENTS.name, partition, self._waiting.pop(partition))

    def _send(self, total: Sum) -> None:
        for partition, parts in total.derived.items():
            self._waiting[partition] += wire.encode_parts(parts)

    def _timed(self, topic: str, step: str, act: Callable[[], T]) -> T:
        begin = time.process_time()
        found = act()
        self.spent_s[topic, step] += time.process_time() - begin
        return found


def _read(
    stage: Stage, topic: str, partition: int, payloads: Sequence[bytes], first: int
) -> list[Taken]:
    return [
        Taken(wire.read(payload, stage.takes, topic), Origin(topic, partition, first + number))
        for number, payload in enumerate(payloads)
    ]


def _stepped(stage: Stage, state: State, run: Sequence[Taken]) -> Sum:
    total = Sum()
    for effects in _effects(stage, state, run):
        apply(state, effects.changes)
        total.add(effects)
    return total


def _effects(stage: Stage, state: State, run: Sequence[Taken]) -> Any:
    step_run: Callable[[State, Sequence[Taken]], Effects] | None
    step_run = getattr(stage, RunStage.step_run.__name__, None)
    if step_run is not None:
        yield step_run(state, run)
        return
    for message, origin in run:
        yield stage.step(state, message, origin)


def _write(stage: Stage, partition: int, total: Sum) -> None:
    writes_of(stage.tables, partition, total)
    delta_of(LETTERS, total, at_ms=1)


def measure(links: int, size: int, count: int) -> list[Figure]:
    """CPU nanoseconds an observation by step; the first fifth warms up."""
    network = made_network(links)
    workload = Workload(network, made_works(network, 200))
    log = workload.log(workload.observations(count), size)
    steps = Steps(stages(Settings(), network))
    for (topic, partition), payloads in workload.permits().items():
        steps.carry(topic, partition, payloads)
    rounds = 50
    for number in range(rounds):
        if number == rounds // 5:
            steps.spent_s.clear()
        for (topic, partition), payloads in log.items():
            begin, end = (len(payloads) * (number + at) // rounds for at in (0, 1))
            if payloads[begin:end]:
                steps.carry(topic, partition, payloads[begin:end])
        steps.drain()
    counted = count * (rounds - rounds // 5) // rounds
    what = f"{size:,} a message"
    found = [
        Figure(f"{what}: {name}", steps.spent_s[step] / counted * 1e9, "ns")
        for step, name in STEPS.items()
    ]
    other_s = sum(spent for step, spent in steps.spent_s.items() if step not in STEPS)
    all_s = sum(steps.spent_s.values())
    return [
        *found,
        Figure(f"{what}: ticks of works, buses, feeds and calls", other_s / counted * 1e9, "ns"),
        Figure(f"{what}: all steps together", all_s / counted * 1e9, "ns"),
    ]
