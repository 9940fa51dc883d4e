"""Jams that are connected are a queue: where its head is, how long it is, how fast it grows."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from streams.contract.times import MINUTE_MS
from streams.domain.situations.fact import TRAFFIC, Fact
from streams.geo.links import Link
from streams.geo.network import Network

GROWTH_MS = 15 * MINUTE_MS


class Queue(NamedTuple):
    """Connected slow links: `head` is the link that traffic leaves it by, `growth_m` how much
    longer it is than a quarter of an hour before `now_ms` of who asks; less than 0: shorter.
    """

    head: str
    length_m: int
    growth_m: int
    links: tuple[str, ...]


def joins(one: Link, other: Link) -> bool:
    """Whether traffic leaves a link into the other and does not turn back."""
    is_next = bool(one.to_id) and one.to_id == other.from_id
    return is_next and not (one.from_id and one.from_id == other.to_id)


def pairs(facts: Iterable[Fact], network: Network) -> list[tuple[Fact, Fact]]:
    """The facts of traffic on one link, or on links of which one leads into the other."""
    placed = [(fact, link) for fact in facts if (link := link_of(fact, network)) is not None]
    by_link: dict[str, list[Fact]] = defaultdict(list)
    by_start: dict[str, list[tuple[Fact, Link]]] = defaultdict(list)
    for fact, link in placed:
        by_link[link.id].append(fact)
        by_start[link.from_id].append((fact, link))
    found = [(here[0], other) for here in by_link.values() for other in here[1:]]
    for fact, link in placed:
        found += [
            (fact, other) for other, next_link in by_start[link.to_id] if joins(link, next_link)
        ]
    return found


def is_connected(one: Fact, other: Fact, network: Network) -> bool:
    """Whether two facts of traffic are of one link, or one's link leads into the other's."""
    here, there = link_of(one, network), link_of(other, network)
    if here is None or there is None:
        return one.name == other.name
    return here.id == there.id or joins(here, there) or joins(there, here)


def link_of(fact: Fact, network: Network) -> Link | None:
    """The link that a fact of traffic is of."""
    return network.link(fact.name) if fact.rule in TRAFFIC else None


class EndedTraffic:
    """Facts of traffic that have ended, by what a fact that stands has in common with them."""

    def __init__(self, over: Iterable[Fact], network: Network) -> None:
        self._network = network
        self._at: dict[object, list[tuple[int, Fact]]] = defaultdict(list)
        for number, fact in enumerate(each for each in over if each.rule in TRAFFIC):
            for place in self._places(fact):
                self._at[place].append((number, fact))

    def beside(self, facts: Iterable[Fact]) -> list[Fact]:
        """Those on a link of one of these, or connected with it, in the order they were given."""
        found = {
            number: other
            for fact in facts
            for place in self._places(fact)
            for number, other in self._at.get(place, ())
            if is_connected(other, fact, self._network)
        }
        return [found[number] for number in sorted(found)]

    def _places(self, fact: Fact) -> list[object]:
        """Two that are connected have one of these in common."""
        if (link := link_of(fact, self._network)) is None:
            return [fact.name]
        return [("on", link.id), *(("at", node) for node in {link.from_id, link.to_id})]


def queue_of(
    facts: Sequence[Fact], over: Sequence[Fact], network: Network, now_ms: int
) -> Queue | None:
    """The queue among the facts of a story; `over` are its facts that have ended. None: no jam."""
    first_ms: dict[str, int] = {}
    links: dict[str, Link] = {}
    for fact in facts:
        if (link := link_of(fact, network)) is not None:
            links[link.id] = link
            first_ms[link.id] = min(first_ms.get(link.id, fact.since_ms), fact.since_ms)
    if not links:
        return None
    then_ms = now_ms - GROWTH_MS
    grown_m = sum(links[x].length_m for x, since_ms in first_ms.items() if since_ms > then_ms)
    gone = {
        link.id: link.length_m
        for fact in over
        if (link := link_of(fact, network)) is not None
        if fact.stood_at(then_ms) and link.id not in links
    }
    return Queue(
        head=_head(links, first_ms),
        length_m=sum(link.length_m for link in links.values()),
        growth_m=grown_m - sum(gone.values()),
        links=tuple(links),
    )


def _head(links: dict[str, Link], first_ms: dict[str, int]) -> str:
    """The link that leads into no other of them; of several, or in a ring, the first jammed."""
    starts = defaultdict(list)
    for link in links.values():
        starts[link.from_id].append(link)
    ends = [x.id for x in links.values() if not any(joins(x, y) for y in starts[x.to_id])]
    return min(ends or links, key=lambda link_id: (first_ms[link_id], link_id))
