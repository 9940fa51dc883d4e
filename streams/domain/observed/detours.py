"""Where the buses of a route go round: suspected with one bus, begun, changed and over. Pure.

One bus off its line may have had its own reason, so a detour begins with the second of its route,
or with the first where something explains it. It is over with the first that drives there again.
What ends or begins a service, a bus that turns back or stands, is no detour: the tracks never say
of those that they went round and came back, and at the ends of a route one bus is not enough.
"""

from dataclasses import dataclass
from typing import NamedTuple
from zlib import crc32

from streams.contract.derived import Sighting
from streams.contract.enums import SightingKind
from streams.contract.times import MINUTE_MS
from streams.domain.observed.belief import Belief, DriveProof, proof_of
from streams.domain.observed.ways import BusWay, most_driven, with_path
from streams.geo.measures import Point

QUIET_MS = 40 * MINUTE_MS  # without a bus for so long it is not known that buses still go round
ENOUGH_BUSES = 2
MAX_LINKS = 8
MAX_STOPS = 8
MAX_BUSES = 999
KEEP_VEHICLES = 4
MAX_ROUNDS = 8  # of one route
OFTEN = 0.5  # a stop that this part of the buses left out is left out


class StopLeft(NamedTuple):
    """How many buses left a stop out."""

    stop_id: str
    buses: int


class GoingRound(NamedTuple):
    """What is known of a route whose buses go round links: a suspicion until `begun_ms`.

    `first` is the first link that the first of them avoided: with the route it names the row.
    `links` were avoided by every bus so far and driven by none since, in driving order. The
    last bus left its line at `left_ms` and was back at `last_ms`. `vehicles` are the last buses
    (hashed). `cause` is the subject that explains it, "" none.
    """

    route_id: str
    first: str
    links: tuple[str, ...]
    since_ms: int
    left_ms: int = 0
    last_ms: int = 0
    begun_ms: int = 0
    buses: int = 0
    vehicles: tuple[int, ...] = ()
    stops: tuple[StopLeft, ...] = ()
    ways: tuple[BusWay, ...] = ()
    cause: str = ""


@dataclass(frozen=True, slots=True)
class BusDetour:
    """The buses of a route go round `links`, in the direction of the route.

    `way` are points of the way that most of them take, () where the feed shows none. `stops` are
    left out, by id. `cause` is the subject ("work:ID" ...) that explains it, "" where no record
    does. `since_ms` is when the first of them left its line, `last_ms` when the last was back.
    """

    route_id: str
    links: tuple[str, ...]
    way: tuple[Point, ...]
    stops: tuple[str, ...]
    cause: str
    since_ms: int
    last_ms: int
    buses: int


def is_round(seen: Sighting) -> bool:
    """Whether a bus went round and came back: it was seen off its line, or left stops out."""
    return seen.kind in (SightingKind.ASTRAY, SightingKind.SKIPPED)


def with_round(known: GoingRound | None, seen: Sighting, blamed: tuple[str, ...]) -> GoingRound:
    """What is known after a bus went round; `blamed`: the links that may have been why.

    A bus that is counted already adds nothing but that buses still go round.
    """
    links = blamed[:MAX_LINKS]
    before = known or GoingRound(seen.route_id, links[0], links, seen.from_ms)
    same = tuple(x for x in before.links if x in blamed)
    same = same or tuple(x for x in before.links if x in seen.links)
    after = before._replace(
        links=same or before.links,
        left_ms=max(before.left_ms, seen.from_ms),
        last_ms=max(before.last_ms, seen.at_ms),
    )
    vehicle = crc32(seen.vehicle.encode())
    if vehicle in before.vehicles:
        return after
    return after._replace(
        buses=min(before.buses + 1, MAX_BUSES),
        vehicles=(*before.vehicles, vehicle)[-KEEP_VEHICLES:],
        stops=_counted(before.stops, seen.skipped),
        ways=with_path(before.ways, seen.path),
    )


def _counted(stops: tuple[StopLeft, ...], skipped: tuple[str, ...]) -> tuple[StopLeft, ...]:
    counts = dict(stops)
    for stop_id in skipped:
        if stop_id in counts or len(counts) < MAX_STOPS:
            counts[stop_id] = counts.get(stop_id, 0) + 1
    return tuple(StopLeft(*pair) for pair in counts.items())


def begins(known: GoingRound, *, is_explained: bool, is_at_end: bool) -> bool:
    """Whether a suspicion is a detour: `is_explained` by a full closure or an incident in force, or
    by links that are impassable; `is_at_end` of the route, where buses come from depots and go.
    """
    return is_explained or (known.buses >= ENOUGH_BUSES and not is_at_end)


def is_clean(seen: Sighting, belief: Belief) -> bool:
    """Whether a bus surely drove a link."""
    return proof_of(belief, seen) in (DriveProof.BY_GPS, DriveProof.AT_STOP, DriveProof.QUICK)


def without_link(known: GoingRound, link_id: str) -> GoingRound:
    """What is known after a bus of the route drove one of the links: it is none that they avoid."""
    return known._replace(links=tuple(x for x in known.links if x != link_id))


def is_quiet(known: GoingRound, now_ms: int) -> bool:
    return now_ms - known.last_ms > QUIET_MS


def put_among(rounds: tuple[GoingRound, ...], after: GoingRound) -> tuple[GoingRound, ...]:
    """The ones of a route with one as it is now; without links it is gone. Too many at once: those
    seen last are kept.
    """
    rest = [known for known in rounds if known.first != after.first]
    kept = sorted([*rest, after] if after.links else rest, key=lambda known: known.last_ms)
    return tuple(kept[-MAX_ROUNDS:])


def shown(known: GoingRound) -> BusDetour:
    """A detour that has begun, as the screens show it."""
    return BusDetour(
        known.route_id,
        known.links,
        most_driven(known.ways),
        tuple(stop for stop, buses in known.stops if buses >= OFTEN * known.buses),
        known.cause,
        known.since_ms,
        known.last_ms,
        known.buses,
    )
