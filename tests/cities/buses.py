"""A little town and what its buses do, as positions.

A main street of ten stops, 400 m apart, and the next street 300 m north of it, both straight.
R1 and R2 drive the main street east, R3 and R6 west; R4 and R5 the next street east.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TypedDict, Unpack

from streams.contract.derived import Declaration, Sighting
from streams.contract.enums import Cause, Closure
from streams.contract.records import BusPosition
from streams.domain.observed.courses import BusCourse
from streams.domain.observed.track import Track
from streams.domain.observed.tracks import follow
from streams.geo.network import Network, Overlay, Stop
from tests.cities.builder import both_ways, city, link, metres, route
from tests.cities.fakes import at

SPACING_M = 400
STOPS = 10
END_M = SPACING_M * (STOPS - 1)
NEXT_M = 300  # how far north the next street lies
WESTWARD = ("R3", "R6")
ON_NEXT = ("R4", "R5")


def street(letter: str, west_m: float, north_m: float) -> tuple[Stop, ...]:
    return tuple(
        Stop(f"{letter}{n}", f"{letter}{n}", *metres(SPACING_M * n - west_m, north_m))
        for n in range(STOPS)
    )


def town(*, length_source: str = "geometry", west_m: float = 0) -> Network:
    """The two streets, their first stops so far west; every section is a road of its own."""
    main, near = street("M", west_m, 0), street("N", west_m, NEXT_M)
    back = tuple(reversed(main))
    return city(
        *both_ways(main, length_source=length_source),
        *both_ways(near, length_source=length_source),
        stops=(*main, *near),
        routes=(
            *(route(name, name[1:], main) for name in ("R1", "R2")),
            *(route(name, name[1:], back) for name in WESTWARD),
            *(route(name, name[1:], near) for name in ON_NEXT),
        ),
    )


def with_standards(network: Network) -> Network:
    """The town with standard links T1 .. T8 east on the main street: each lies 200 m to both sides
    of a stop, so that half of it is under each of two sections.
    """
    under = [
        link(
            f"T{n}",
            metres(SPACING_M * n - 200, 0),
            metres(SPACING_M * n + 200, 0),
            kind="standard",
        )
        for n in range(1, STOPS - 1)
    ]
    overlay = [
        Overlay(f"T{n}", f"M{a}>M{b}", 0.5) for n in range(1, STOPS - 1) for a, b in _beside(n)
    ]
    return replace(network, links=(*network.links, *under), overlay=tuple(overlay))


def _beside(n: int) -> Iterable[tuple[int, int]]:
    return pairwise((n - 1, n, n + 1))


def course(network: Network, name: str = "R1") -> BusCourse:
    return BusCourse.of(network.route_by_id[name], network)


def seen(
    vehicle: str,
    second: float,
    along_m: float,
    *,
    route_id: str = "R1",
    order: int | None = None,
    aside_m: float = 0.0,
    flags: tuple[str, ...] = (),
) -> BusPosition:
    """A bus so many metres along its route, `aside_m` south of it."""
    east_m = END_M - along_m if route_id in WESTWARD else along_m
    north_m = NEXT_M if route_id in ON_NEXT else 0
    passed = min(STOPS, int(along_m // SPACING_M) + 1) if order is None else order
    lon, lat = metres(east_m, north_m - aside_m)
    return BusPosition(
        vehicle, route_id, route_id[1:], f"stop {passed}", passed, at(second), lon, lat, flags
    )


class Way(TypedDict, total=False):
    """How buses drive; see `drive`."""

    kmh: float
    every_s: int
    aside: tuple[float, float]
    aside_m: float
    from_m: float
    until_m: float


class Service(Way, total=False):
    """How buses of some routes drive; see `every`."""

    routes: Sequence[str]


def drive(
    vehicle: str,
    begins_s: float = 0,
    *,
    route_id: str = "R1",
    kmh: float = 30,
    every_s: int = 20,
    aside: tuple[float, float] = (0, 0),
    aside_m: float = 150,
    from_m: float = 0,
    until_m: float = END_M - 1,
) -> list[BusPosition]:
    """A bus from `from_m` to `until_m`; in the stretch `aside` it is beside its line, and reported
    at no stop.
    """
    rows: list[BusPosition] = []
    step_m = every_s * kmh / 3.6
    for step in range(1 + int((until_m - from_m) // step_m)):
        along_m = from_m + step * step_m
        is_aside = aside[0] < along_m < aside[1]
        row = seen(
            vehicle,
            begins_s + step * every_s,
            along_m,
            route_id=route_id,
            order=(rows[-1].stop_order if rows else 1) if is_aside else None,
            aside_m=aside_m if is_aside else 0,
        )
        rows.append(row)
    return rows


def every(
    interval_s: float,
    times: int,
    *,
    first_s: float = 0,
    routes: Sequence[str] = ("R1",),
    **way: Unpack[Way],
) -> list[BusPosition]:
    """So many buses, one each `interval_s`, of these routes in turn."""
    rows: list[BusPosition] = []
    for n in range(times):
        route_id = routes[n % len(routes)]
        name = f"{route_id} {first_s:.0f} {n}"
        rows += drive(name, first_s + n * interval_s, route_id=route_id, **way)
    return rows


def works(
    *links: str,
    closure: Closure = Closure.FULL,
    subject: str = "work:P1",
    is_in_force: bool = True,
    is_over: bool = False,
) -> Declaration:
    return Declaration(
        subject, Cause.WORK, closure, links, is_in_force, is_work=True, is_over=is_over
    )


def reported(
    *links: str,
    closure: Closure = Closure.FULL,
    subject: str = "incident:I1",
    is_work: bool = True,
    is_over: bool = False,
) -> Declaration:
    """What a traffic centre says."""
    return Declaration(
        subject, Cause.INCIDENT, closure, links, not is_over, is_work=is_work, is_over=is_over
    )


class Feed(TypedDict, total=False):
    """What a feed's points are worth; see `follow`."""

    is_snapped: bool
    is_line_known: bool


def followed(
    on: BusCourse, rows: Iterable[BusPosition], **feed: Unpack[Feed]
) -> tuple[Track | None, list[Sighting]]:
    """The track of one bus after its positions, and what it did."""
    track: Track | None = None
    made: list[Sighting] = []
    for row in rows:
        track, sightings = follow(track, row, on, on.place(row), **feed)
        made += sightings
    return track, made
