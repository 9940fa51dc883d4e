"""Works for tests of clashes, with only what clashes depend on, on a small grid of streets."""

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from streams.contract.enums import Closure, Phase
from streams.contract.times import DAY_MS
from streams.domain.clashes.finder import Clash, ClashFinder
from streams.geo.network import Landmark, Network, Route
from tests.cities.builder import node, stop, town

NOW_MS = 1_795_305_600_000  # 2026-11-22 09:00 in Korea
HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Site:
    """A work on some links from yesterday to in ten days, unless said otherwise."""

    permit_id: str
    links: tuple[str, ...]
    title: str = "하수관 공사"
    organisation: str = ""
    phase: Phase = Phase.ACTIVE
    closure: Closure = Closure.PARTIAL
    also_closed: tuple[Closure, ...] = ()
    starts_ms: int | None = NOW_MS - DAY_MS
    ends_ms: int | None = NOW_MS + 10 * DAY_MS
    dig_starts_ms: int | None = None
    dig_ends_ms: int | None = None
    hours: str = ""
    lon: float | None = None
    lat: float | None = None

    @property
    def begins_ms(self) -> int | None:
        return self.starts_ms


def by_id(*sites: Site) -> dict[str, Site]:
    return {site.permit_id: site for site in sites}


def road(*nodes: tuple[int, int]) -> tuple[str, ...]:
    """The links through these nodes, one way."""
    return tuple(f"{node(*a)}>{node(*b)}" for a, b in pairwise(nodes))


EAST = road((0, 0), (1, 0))
EAST_2 = road((1, 0), (2, 0))
WEST = road((1, 0), (0, 0))
NORTH = road((1, 0), (1, 1))
FAR = road((3, 1), (2, 1))
LATER = NOW_MS + 3 * DAY_MS
ROUTE = Route("R7", "7", tuple(node(x, 0) for x in range(4)))


def clashes(*sites: Site, network: Network | None = None, now_ms: int = NOW_MS) -> list[Clash]:
    return list(ClashFinder(network or town(4, 2)).of(by_id(*sites), now_ms).values())


def full(name: str, links: tuple[str, ...], **change: Any) -> Site:
    return replace(Site(name, links, closure=Closure.FULL), **change)


HOSPITAL, STATION = ("강원대병원", "병원"), ("춘천소방서", "소방서")
LOWER, UPPER = road((1, 0), (2, 0)), road((1, 1), (2, 1))


def parted(width: int = 4, height: int = 2) -> Network:
    """A fire station at the west end and a hospital at the east end of two streets."""
    ends = ((*STATION, stop(0, 0)), (*HOSPITAL, stop(width - 1, height - 1)))
    places = tuple(Landmark(name, kind, at.lon, at.lat) for name, kind, at in ends)
    return town(width, height, places=places)


def cuts(*sites: Site, network: Network | None = None) -> list[Clash]:
    found = clashes(*sites, network=network or parted())
    return [clash for clash in found if clash.kind == "cut"]
