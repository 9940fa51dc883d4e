"""The oracles of the bench against the product's own fold and against a plain count."""

from collections import defaultdict

import numpy as np
import pytest

from bench.workload import PARTITIONS, Columns, Workload, last_minutes, made_network, made_works
from streams.audit.fold import Fold
from streams.contract.settings import Settings
from streams.domain.links.columns import LINKS
from streams.topology.stages import stages

COUNT = 900


@pytest.mark.parametrize(("size", "per_event_s"), [(1, 200.0), (50, 200.0), (7, 0.5)])
def test_the_oracle_shows_what_the_stages_show(size: int, per_event_s: float) -> None:
    """At 0.5/s it lasts half an hour: reports age on the way, and some links are silent again."""
    network = made_network(40)
    workload = Workload(network, made_works(network, 6), per_event_s=per_event_s)
    fold = Fold(stages(Settings(), network))
    log = workload.log(workload.observations(COUNT), size)
    for place, made in workload.permits().items():
        log[place] = [*made, *log[place]]
    for (topic, partition), payloads in log.items():
        for offset, payload in enumerate(payloads):
            fold.take(topic, partition, offset, payload)
    views = fold.rows_of(LINKS)
    found = [views[name].speed_kmh if name in views else None for name in workload.ids]
    due = [None if np.isnan(kmh) else float(kmh) for kmh in workload.view_speeds()]
    assert found == pytest.approx(due, abs=1e-9)
    closed = {name: view.closure for name, view in views.items() if view.closure != "none"}
    assert closed == workload.closures()


def test_the_same_seed_gives_the_same_bytes() -> None:
    network = made_network(30)
    one, two = (Workload(network, seed=3) for _ in range(2))
    assert one.log(one.observations(200), 20) == two.log(two.observations(200), 20)


def test_times_are_out_of_order_by_five_seconds_and_every_link_comes_once_a_round() -> None:
    workload = Workload(made_network(50))
    columns = workload.observations(100)
    off = columns.observed_ms - columns.arrived_ms
    assert off.min() < -3_000 < 3_000 < off.max()
    assert abs(off).max() <= 5_000
    assert sorted(columns.links[:50].tolist()) == sorted(columns.links[50:].tolist())


def test_the_last_closed_minute_is_the_one_before_the_newest() -> None:
    workload = Workload(made_network(20), per_event_s=5)
    parts = workload.observations(1_000), workload.closing_round()
    columns = Columns(*(np.concatenate(pair) for pair in zip(*parts, strict=True)))
    by_minute: dict[int, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    rows = zip(columns.links, columns.speeds_kmh, columns.observed_ms, strict=True)
    for link, kmh, at_ms in rows:
        by_minute[int(link)][int(at_ms) // 60_000 * 60_000].append(float(kmh))
    found = last_minutes(columns, 20)
    for link, minutes in by_minute.items():
        start_ms = sorted(minutes)[-2]
        speeds = minutes[start_ms]
        assert found.start_ms[link] == start_ms
        assert found.samples[link] == len(speeds)
        assert found.mean_kmh[link] == pytest.approx(sum(speeds) / len(speeds))
    assert set(workload.partition.tolist()) <= set(range(PARTITIONS))
