"""Where the time between two polls went: over the roads driven and the stops passed.

A bus is seen twice, and in between it stood and drove. Each part has a usual time and a spread
(variance) of it; what the parts' usual times leave over or lack is shared out by the spreads, which
is the mean of independent normal parts given their sum (Bishop, Pattern Recognition and Machine
Learning, 2006, eq. 2.81). The moment a part ends is then known to within `v (1 - v / all)`, with v
the spread before it: certain at both polls, least in the middle. Pure; times in ms.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

AT_STOP_M = 20.0
"""A bus reported no further than this beyond a stop stands at it or pulls away: GPS scatters by
8 m, and the first 20 m take 6 s."""
CRUISE = 0.85  # a bus on a free road, times the free flow of cars
METRE_MS2 = 300_000.0  # variance per metre: lights and queues, 17 s in 1 km
FASTEST = 1.2  # times free flow: no piece is driven faster


class Share(NamedTuple):
    """A part of a stop's dwell: what it usually is, and its standard deviation, times the dwell."""

    mean: float
    deviation: float


WHOLE = Share(1.0, 0.7)  # of the dwell at a stop passed between two polls
STILL = Share(0.25, 0.6)  # left of it where a poll saw the bus at the stop
ALREADY = Share(0.4, 0.65)  # gone of it, the same
BRAKING = Share(0.5, 0.4)  # lost by braking for a stop, and by gathering speed after it


class WayPart(NamedTuple):
    """A part of the way: the stop stood at, or the section driven in, by its order."""

    order: int
    usual_ms: float
    spread_ms2: float
    least_ms: float = 0.0
    is_stand: bool = False


class StopTime(NamedTuple):
    """When a bus was at a stop, and the variances of both; None: not within these polls."""

    order: int
    arrived_ms: float
    arrived_ms2: float
    left_ms: float | None
    left_ms2: float


class Sight(NamedTuple):
    """Where a bus was seen: the order of the stop behind it, metres along its route, when."""

    order: int
    along_m: float
    at_ms: int


class TimedWay(NamedTuple):
    """What is known of a route: where its stops lie (m), free flow of the section after each stop
    order (km/h), and how long a bus stands at a stop (ms), by the stop's order.
    """

    ends_m: Sequence[float]
    free_flow_kmh: Callable[[int], float]
    dwell_ms: Callable[[int], int]

    def is_at_stop(self, sight: Sight) -> bool:
        return sight.along_m - self.ends_m[sight.order - 1] <= AT_STOP_M


def stop_times(before: Sight, now: Sight, way: TimedWay) -> list[StopTime]:
    """The stops left, passed or reached between two sights of one bus, in order.

    The stop it stood at comes first, with an arrival that means nothing; the stop it stands at now
    comes last and is not left.
    """
    stays = before.order == now.order
    if stays and (way.is_at_stop(now) or not way.is_at_stop(before)):
        return []
    parts = list(_parts(before, now, way))
    times = shared_out(now.at_ms - before.at_ms, parts)
    all_ms2 = sum(part.spread_ms2 for part in parts) or 1.0
    found: list[StopTime] = []
    at_ms, done_ms2 = float(before.at_ms), 0.0
    for part, spent_ms in zip(parts, times, strict=True):
        came = (at_ms, done_ms2 * (1 - done_ms2 / all_ms2))
        at_ms, done_ms2 = at_ms + spent_ms, done_ms2 + part.spread_ms2
        if part.is_stand:
            is_there = part.order == now.order and part is parts[-1]
            left_ms = None if is_there else at_ms
            found.append(
                StopTime(part.order, *came, left_ms, max(0.0, done_ms2 * (1 - done_ms2 / all_ms2)))
            )
    return found


def _parts(before: Sight, now: Sight, way: TimedWay) -> Iterator[WayPart]:
    """The stands and drives between two sights, in order."""
    stood, stands = way.is_at_stop(before), way.is_at_stop(now)
    if stood and stands and before.order == now.order:
        return
    if stood:
        yield _stand(before.order, way, STILL)
    here_m = before.along_m
    for order in range(before.order, now.order):
        to_m = max(here_m, way.ends_m[order])
        begins = [order] if order > before.order or stood else []
        yield _drive(order, to_m - here_m, [*begins, order + 1], way)
        yield _stand(order + 1, way, ALREADY if stands and order + 1 == now.order else WHOLE)
        here_m = to_m
    if not stands:
        begins = [now.order] if now.order > before.order or stood else []
        yield _drive(now.order, max(0.0, now.along_m - here_m), begins, way)


def _stand(order: int, way: TimedWay, share: Share) -> WayPart:
    dwell_ms = way.dwell_ms(order)
    spread_ms2 = (share.deviation * dwell_ms) ** 2
    return WayPart(order, share.mean * dwell_ms, spread_ms2, is_stand=True)


def _drive(order: int, metres: float, stops: Sequence[int], way: TimedWay) -> WayPart:
    """A drive over metres of a section, and the time that braking for its stops takes."""
    if metres <= 0:
        return WayPart(order, 0.0, 0.0)
    free_ms = metres * 3600 / way.free_flow_kmh(order)
    dwells = [way.dwell_ms(stop) for stop in stops]
    lost_ms = BRAKING.mean * sum(dwells)
    lost_ms2 = sum((BRAKING.deviation * dwell) ** 2 for dwell in dwells)
    usual_ms, spread_ms2 = free_ms / CRUISE + lost_ms, metres * METRE_MS2 + lost_ms2
    return WayPart(order, usual_ms, spread_ms2, free_ms / FASTEST)


def shared_out(span_ms: float, parts: Sequence[WayPart]) -> list[float]:
    """The time of each part: their sum is the span, and none is below its least where all can be.

    Parts that would be below their least get it, and the others share what is left; where nothing
    is uncertain the last gets it. A span shorter than all leasts together is shared out by them.
    """
    times = {place: part.least_ms for place, part in enumerate(parts)}
    free = list(times)
    while free:
        left_ms = span_ms - sum(times[place] for place in times if place not in free)
        slack_ms = left_ms - sum(parts[place].usual_ms for place in free)
        spread_ms2 = sum(parts[place].spread_ms2 for place in free)
        for place in free:
            part = parts[place]
            is_last = float(place == free[-1])
            share = part.spread_ms2 / spread_ms2 if spread_ms2 else is_last
            times[place] = part.usual_ms + slack_ms * share
        short = [place for place in free if times[place] < parts[place].least_ms]
        if not short:
            return list(times.values())
        times.update((place, parts[place].least_ms) for place in short)
        free = [place for place in free if place not in short]
    least_ms = sum(times.values())
    scale = span_ms / least_ms if least_ms else 0.0
    return [each * scale for each in times.values()]
