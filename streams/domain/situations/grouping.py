"""Which facts that stand are one story. The same facts give the same stories in any order."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from streams.contract.enums import IncidentKind, RuleName
from streams.domain.situations.fact import TRAFFIC, Fact, Order
from streams.domain.situations.kinship import (
    apart,
    is_loose,
    is_placed,
    is_same_event,
    near,
    portal_of,
)
from streams.domain.situations.traffic import pairs
from streams.geo.network import Network

Story = tuple[Fact, ...]
"""Its facts, the oldest first."""
STANDARD = "standard"
"""The kind of link of which streets are made; sections lie over them."""


class _Sets:
    """Facts joined to sets; each is known by its oldest."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        self._facts = {fact.id: fact for fact in facts}
        self._above = {name: name for name in self._facts}

    def of(self, fact: Fact) -> str:
        name = fact.id
        while self._above[name] != name:
            self._above[name] = self._above[self._above[name]]
            name = self._above[name]
        return name

    def join(self, one: Fact, other: Fact) -> None:
        first, second = self.of(one), self.of(other)
        if self._facts[second].order < self._facts[first].order:
            first, second = second, first
        self._above[second] = first

    def order(self, fact: Fact) -> Order:
        """That of the oldest fact of its set."""
        return self._facts[self.of(fact)].order

    def all(self) -> list[Story]:
        found: dict[str, list[Fact]] = defaultdict(list)
        for fact in sorted(self._facts.values(), key=lambda each: each.order):
            found[self.of(fact)].append(fact)
        return [tuple(facts) for facts in found.values()]


def stories(facts: Iterable[Fact], network: Network) -> list[Story]:
    """The stories of facts that stand, the oldest first.

    Roots first: permits, events and feeds, with what names them. Then what only lies there: it goes
    to the oldest root in its place, and joins no two of them. Traffic comes last.
    """
    sets = _Sets(facts := list(facts))
    _join_roots(sets, facts)
    _join_neighbours(sets, facts, network)
    loose = [fact for fact in facts if is_loose(fact)]
    rooted = [fact for fact in facts if fact.rule not in TRAFFIC and not is_loose(fact)]
    left = _attach(sets, loose, _places(rooted))
    _join_in_place(sets, left)
    _attach_traffic(sets, facts, [*rooted, *loose], network)
    return sets.all()


def _join_roots(sets: _Sets, facts: Sequence[Fact]) -> None:
    by_key: dict[str, Fact] = {}
    in_force = {key for fact in facts if fact.rule is not RuleName.CLASH for key in fact.keys}
    for fact in facts:
        if fact.rule is RuleName.JAM:
            continue
        for key in _root_keys(fact, in_force):
            sets.join(by_key.setdefault(key, fact), fact)
    closures = [fact for fact in facts if fact.rule is RuleName.CLOSURE]
    _join_events(sets, [fact for fact in closures if fact.is_incident or fact.is_by_hand])
    for one, other in near(facts_of_works(facts)):
        if _teller(one) != _teller(other) and set(one.links) & set(other.links):
            sets.join(one, other)


def _join_events(sets: _Sets, facts: Sequence[Fact]) -> None:
    """Join what several tell of one event, the nearest first. What one tells as two events is two,
    though another's lies between them.
    """
    tellers: dict[str, set[str]] = defaultdict(set)
    for fact in facts:
        tellers[sets.of(fact)].add(fact.source.feed or portal_of(fact))
    same = {(x.id, y.id): (x, y) for x, y in near(facts) if is_same_event(x, y)}
    for one, other in sorted(same.values(), key=lambda pair: apart(*pair)):
        first, second = sets.of(one), sets.of(other)
        if first != second and tellers[first].isdisjoint(tellers[second]):
            sets.join(one, other)
            tellers[sets.of(one)] = tellers[first] | tellers[second]


def _join_neighbours(sets: _Sets, facts: Sequence[Fact], network: Network) -> None:
    """Permits whose works lie on one link or side by side on one street, either direction: what one
    does to the street is not to be told from what the other does.
    """
    by_end: dict[tuple[str, str], Fact] = {}
    for fact in facts:
        for end in street_ends(fact, network):
            sets.join(by_end.setdefault(end, fact), fact)


def street_ends(fact: Fact, network: Network) -> Iterator[tuple[str, str]]:
    """The ends of the streets on which a permit's works lie: the road's name, and the junction."""
    if not is_placed(fact) or not fact.permits or fact.is_incident:
        return
    for link in filter(None, map(network.link, dict.fromkeys(fact.links))):
        if link.kind == STANDARD and link.road_name:
            yield link.road_name, link.from_id
            yield link.road_name, link.to_id


def facts_of_works(facts: Iterable[Fact]) -> list[Fact]:
    """The closures of permits, and those that a traffic centre or an operator tells of works."""
    closures = (fact for fact in facts if fact.rule is RuleName.CLOSURE)
    return [x for x in closures if x.permits or x.source.kind is IncidentKind.WORK]


def _teller(fact: Fact) -> str:
    """A permit, a traffic centre or a person, by the kind of its subject."""
    return fact.subject.partition(":")[0]


def _root_keys(fact: Fact, in_force: set[str]) -> Iterable[str]:
    """Of a clash those of its permits of which something else stands: it joins neighbours that both
    are there, and no two of which only one is.
    """
    keys = fact.keys
    if fact.rule is RuleName.CLASH:
        return (keys & in_force) or keys
    return keys


def _places(facts: Iterable[Fact]) -> Mapping[str, list[Fact]]:
    """The facts that say where something is, by link."""
    found: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        if is_placed(fact):
            for link in dict.fromkeys(fact.links):
                found[link].append(fact)
    return found


def _attach(sets: _Sets, facts: Sequence[Fact], places: Mapping[str, list[Fact]]) -> list[Fact]:
    """Join each fact to the oldest story in its place; answers those that have none."""
    chosen: list[tuple[Fact, Fact]] = []
    left = []
    for fact in facts:
        here = [other for link in fact.links for other in places.get(link, ())]
        if here:
            chosen.append((min(here, key=lambda x: (sets.order(x), x.order)), fact))
        else:
            left.append(fact)
    for one, other in chosen:
        sets.join(one, other)
    return left


def _join_in_place(sets: _Sets, facts: Sequence[Fact]) -> None:
    by_link: dict[str, Fact] = {}
    for fact in facts:
        for link in fact.links:
            sets.join(by_link.setdefault(link, fact), fact)


def _attach_traffic(
    sets: _Sets, facts: Sequence[Fact], others: Sequence[Fact], network: Network
) -> None:
    """A slowdown is its permit's. A jam where something is belongs to that. What is left are
    queues, and a queue that reaches such a jam belongs where the jam does.
    """
    traffic = [fact for fact in facts if fact.rule in TRAFFIC]
    jams = [fact for fact in traffic if fact.rule is RuleName.JAM]
    slow = [fact for fact in traffic if fact.rule is RuleName.SLOWDOWN]
    places = {**_places(others)}
    for fact in slow:
        for link in fact.links:
            places[link] = [*places.get(link, ()), fact]
    left = {fact.id for fact in _attach(sets, jams, places)}
    touching = pairs(traffic, network)
    for one, other in touching:
        if one.id in left and other.id in left:
            sets.join(one, other)
    reached: dict[str, list[tuple[Fact, Fact]]] = defaultdict(list)
    for one, other in touching:
        if (one.id in left) is not (other.id in left):
            queue, story = (one, other) if one.id in left else (other, one)
            reached[sets.of(queue)].append((story, queue))
    chosen = [
        min(found, key=lambda pair: (sets.order(pair[0]), pair[0].order))
        for found in reached.values()
    ]
    for story, queue in chosen:
        sets.join(story, queue)
