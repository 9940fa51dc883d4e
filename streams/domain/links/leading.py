"""Whose speed is shown: of a section the buses', of a standard link all vehicles'. Pure."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from streams.domain.links.cars import DEVIATION
from streams.domain.links.estimate import Habit, PaceEstimate, Weights, driven
from streams.domain.links.reported import Reported, reported_pace
from streams.domain.links.windows import SpeedWindow
from streams.geo.network import Link


class SeenSpeeds(NamedTuple):
    """What was seen of a link lately, and what is usual there."""

    windows: Sequence[SpeedWindow]
    habit: Habit
    reported: Sequence[Reported]


class Led(NamedTuple):
    """What is shown as a link's speed: a pace, when it was last seen, whether a centre gave it."""

    pace: PaceEstimate
    observed_ms: int
    is_reported: bool


def leading(
    seen: SeenSpeeds, road: Link, weights: Weights, *, old_ms: int, car_factor: float
) -> Led | None:
    """The speed that leads, None where neither buses nor a centre say one.

    On a standard link a centre leads, unless it was silent since `old_ms` and buses were not; then
    they do, times `car_factor`. On a section buses lead, and a centre is asked only without them.
    """
    bus = driven(seen.windows, seen.habit.usual(road.free_flow_kmh), weights)
    its = reported_pace(seen.reported)
    bus_ms = max((window.latest_ms for window in seen.windows), default=0)
    its_ms = max((report.observed_ms for report in seen.reported), default=0)
    is_behind = road.kind == "section" or its_ms <= min(old_ms, bus_ms)
    if its is not None and (bus is None or not is_behind):
        return Led(its, its_ms, is_reported=True)
    if bus is None:
        return None
    return Led(
        bus if road.kind == "section" else as_cars(bus, car_factor), bus_ms, is_reported=False
    )


def as_cars(bus: PaceEstimate, factor: float) -> PaceEstimate:
    """The pace of cars where buses drive so; 1: as buses do, for sure."""
    spread = DEVIATION * bus.ms_km if factor != 1.0 else 0.0
    return PaceEstimate(bus.ms_km / factor, math.hypot(bus.deviation, spread) / factor)
