"""A little town whose buses are watched: what they do as positions, and what is made of it.

A main street of ten stops, 400 m apart, and the next street 300 m north of it, both straight.
R1 and R2 drive the main street east, R3 and R6 west; R4 and R5 the next street east.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import count, pairwise

from streams.contract.derived import Declaration, LinkEvents, Origin, Sighting
from streams.contract.enums import Cause, Closure, DiscrepancyKind, Observed
from streams.contract.records import BusPosition
from streams.domain.derive import send
from streams.domain.observed.belief import Belief, ErrorRates
from streams.domain.observed.courses import Course
from streams.domain.observed.fold import ObservedFold
from streams.domain.observed.following import (
    LINE_CHECKS,
    LINE_FITS,
    TRACKS,
    Followed,
    Follower,
    LineFit,
)
from streams.domain.observed.rows import Discrepancy, ObservedView
from streams.domain.observed.tables import TABLES, ObservedRows
from streams.domain.stage import Effects, State, apply
from streams.geo.homes import Homes
from streams.geo.network import Link, Network, Overlay, Stop
from tests.cities.builder import both_ways, city, link, metres, route
from tests.cities.fakes import at

SPACING_M = 400
STOPS = 10
END_M = SPACING_M * (STOPS - 1)
NEXT_M = 300  # how far north the next street lies
WESTWARD = ("R3", "R6")
ON_NEXT = ("R4", "R5")
FEED = "gbis"
RATES = ErrorRates()


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


def course(network: Network, name: str = "R1") -> Course:
    return Course.of(network.route_by_id[name], network)


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
    for step in count():
        along_m = from_m + step * every_s * kmh / 3.6
        if along_m > until_m:
            return rows
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


def every(
    interval_s: float,
    times: int,
    *,
    first_s: float = 0,
    routes: Sequence[str] = ("R1",),
    **how: float,
) -> list[BusPosition]:
    """So many buses, one each `interval_s`, of these routes in turn."""
    rows: list[BusPosition] = []
    for n in range(times):
        name = f"{routes[n % len(routes)]} {first_s:.0f} {n}"
        rows += drive(
            name,
            first_s + n * interval_s,
            route_id=routes[n % len(routes)],
            **how,  # type: ignore[arg-type]
        )
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


@dataclass(frozen=True)
class Said:
    """A declaration, and when."""

    second: float
    declaration: Declaration


class Watch:
    """The buses of a town followed, and the links of all partitions folded, as the worker would."""

    def __init__(
        self, network: Network | None = None, *, partitions: int = 1, is_gps: bool = True
    ) -> None:
        self.network = network or town()
        self.partitions = partitions
        self.sightings: list[Sighting] = []
        self._follower = Follower(self.network)
        self._fold = ObservedFold.of(self.network, partitions, RATES)
        self._homes = Homes(self.network, partitions)
        self.buses: State = {table.name: {} for table in (TRACKS, LINE_FITS, LINE_CHECKS)}
        self.buses["line_fits"][FEED] = LineFit(0 if is_gps else 1000, 1000)
        self.states: list[State] = [{t.name: {} for t in TABLES} for _ in range(partitions)]
        self._next = count()

    def take(
        self, *rows: BusPosition | Iterable[BusPosition] | Said, until_s: float = 0
    ) -> "Watch":
        """Fold positions and what is said in the order of their times, and time up to `until_s`."""
        events: list[tuple[int, BusPosition | Declaration]] = []
        for row in rows:
            if isinstance(row, Said):
                events.append((at(row.second), row.declaration))
            else:
                alone = (row,) if isinstance(row, BusPosition) else row
                events += [(each.observed_ms, each) for each in alone]
        for at_ms, event in sorted(events, key=lambda each: each[0]):
            if isinstance(event, BusPosition):
                self.send(at_ms, sightings=self.follow(event))
            else:
                self.send(at_ms, declarations=(event,))
        if until_s:
            self.send(at(until_s))
        return self

    def follow(self, row: BusPosition) -> Sequence[Sighting]:
        """What a bus did, by its next position."""
        effects = Effects()
        followed = Followed(self.buses, effects)
        self._follower.see(followed, FEED, row)
        apply(self.buses, effects.changes)
        self.sightings += followed.sightings
        return followed.sightings

    def send(
        self,
        at_ms: int,
        *,
        sightings: Sequence[Sighting] = (),
        declarations: Sequence[Declaration] = (),
    ) -> None:
        """Fold a message whose input is at this time, and everything before it."""
        effects, origin = Effects(), Origin("in", 0, next(self._next))
        send(
            effects,
            origin,
            self.partitions,
            sightings=sightings,
            declarations=declarations,
            homes=self._homes,
            tick_ms=at_ms,
        )
        for partition, part in effects.derived.items():
            self._fold_part(partition, part)

    def _fold_part(self, partition: int, part: LinkEvents) -> None:
        state, effects = self.states[partition], Effects()
        rows = ObservedRows(state, effects, partition)
        self._fold.take(rows, part, part.watermark_ms)
        self._fold.advance(rows, part.watermark_ms)
        apply(state, effects.changes)

    def belief(self, link_id: str) -> Belief:
        state = self.states[self._homes.home(link_id)]
        found: Belief = state["beliefs"].get(link_id, Belief())
        return found

    def view(self, link_id: str) -> ObservedView:
        return self.views.get(link_id, ObservedView())

    @property
    def views(self) -> dict[str, ObservedView]:
        return {name: row for state in self.states for name, row in state["observed"].items()}

    @property
    def impassable(self) -> set[str]:
        return {x for x, view in self.views.items() if view.state is Observed.IMPASSABLE}

    @property
    def discrepancies(self) -> dict[str, Discrepancy]:
        return {name: row for state in self.states for name, row in state["discrepancies"].items()}

    def told(self, *, is_open: bool = True) -> list[DiscrepancyKind]:
        """The kinds of what is told and goes on, or has ended."""
        rows = self.discrepancies.values()
        return sorted(row.kind for row in rows if (not row.until_ms) is is_open)
