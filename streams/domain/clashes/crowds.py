"""Too many works in one place to compare with each other: one fact for all of them, and no pairs.

Pairs grow with the square of the works on a link. A link with more than 20 works is crowded, and
where a city has more works than its clashes may take, one with fewer.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Protocol

from streams.contract.enums import ClashKind, ClashSeverity
from streams.contract.times import EVER_MS
from streams.domain.clashes.clash import OPEN, Clash, SiteWork, clash_id, occupation_of
from streams.domain.clashes.pairs import Site, stated_end
from streams.domain.doubtful_points import HasPoint, at_doubtful_points
from streams.geo.network import Network

MOST_ON_LINK = 20
MOST_SQUARES = 10_000  # of the works on each link, together: about as many pairs
MOST_NAMED = 20


def crowded_links(sites: Iterable[Site]) -> frozenset[int]:
    """The links whose works are not compared with others."""
    on_link = Counter(place for site in sites for place in site.own)
    how_often = Counter(on_link.values())
    most, squares = 0, 0
    for works in range(1, MOST_ON_LINK + 1):
        squares += works * works * how_often[works]
        if squares > MOST_SQUARES:
            break
        most = works
    return frozenset(place for place, works in on_link.items() if works > max(most, 1))


def link_crowds(
    sites: Collection[Site], crowded: Collection[int], network: Network
) -> Iterator[Clash]:
    """One clash for the works of a crowded link; links that hold the same works are one."""
    on_link: dict[int, list[Site]] = defaultdict(list)
    for site in sites:
        for place in site.own:
            if place in crowded:
                on_link[place].append(site)
    links: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, there in on_link.items():
        links[tuple(sorted(site.id for site in there))].append(place)
    for ids, places in links.items():
        names = tuple(sorted(network.links[place].id for place in places))
        works = [site.work for site in on_link[places[0]]]
        yield _crowd(ClashKind.CROWD, names, ids, works, links=names)


class PermitWork(SiteWork, HasPoint, Protocol):
    """A work with the flags of its permit."""


def point_crowds(works: Iterable[PermitWork]) -> dict[str, Clash]:
    """One clash by its id for the open works of each point that is not believed."""
    found = at_doubtful_points(work for work in works if work.phase in OPEN)
    clashes = (_point_crowd(point, there) for point, there in found.items())
    return {clash.id: clash for clash in clashes}


def _point_crowd(point: tuple[float, float], works: Sequence[SiteWork]) -> Clash:
    ids = tuple(sorted(work.permit_id for work in works))
    return _crowd(ClashKind.POINT, map(str, point), ids, works)


def _crowd(
    kind: ClashKind,
    subjects: Iterable[str],
    ids: Sequence[str],
    works: Sequence[SiteWork],
    *,
    links: tuple[str, ...] = (),
) -> Clash:
    periods = [occupation_of(work) for work in works]
    ends_ms = max(period.ends_ms for period in periods)
    return Clash(
        clash_id(kind, subjects),
        kind,
        ClashSeverity.LOW,
        tuple(ids[:MOST_NAMED]),
        links=links,
        from_ms=min(period.starts_ms for period in periods),
        until_ms=stated_end(*works, ends_ms=min(ends_ms, EVER_MS)),
        count=len(ids),
    )
