"""The situations of facts that change bit by bit: only what a change can reach is made anew. Pure
but for what it remembers, and the same as all made from nothing.

Facts that may have to do with each other have something in common; a part is all that is reached
from one fact by that. No rule looks from one part into another.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from streams.contract.situation import SituationAct
from streams.domain.situations.fact import TRAFFIC, Fact
from streams.domain.situations.grouping import Story, street_ends
from streams.domain.situations.kinship import places_of
from streams.domain.situations.situation import (
    KnownFacts,
    Situation,
    acts_of,
    named_stories,
    rows_of,
)
from streams.domain.situations.traffic import GROWTH_MS, link_of
from streams.geo.network import Network

Key = tuple[bool, str]
"""Of a fact: whether it is over, and its id."""


@dataclass(slots=True)
class _Part:
    """Facts that may have to do with each other, what became of them, and at which minute."""

    keys: list[Key]
    facts: list[Fact]
    over: list[Fact]
    found: list[tuple[str, Story]]
    rows: dict[str, Situation] = field(default_factory=dict)
    turns_ms: tuple[int, ...] = ()  # the growth of its queues is another after these


class Parts:
    """Situations as they stood last, in parts."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._known: KnownFacts = KnownFacts(network, 0, ())
        self._facts: dict[Key, Fact] = {}
        self._sharing: dict[object, set[Key]] = defaultdict(set)
        self._part_of: dict[Key, _Part] = {}
        self._acts: Mapping[str, tuple[SituationAct, ...]] = {}
        self._named: dict[str, _Part] = {}

    def situations(self, known: KnownFacts) -> dict[str, Situation]:
        """What `situation.situations` makes of the same facts."""
        before, self._known = self._known, known
        made = self._remake(known)
        self._write(made, known, self._stale(before, known))
        rows = [part.rows[name] for name, part in self._named.items()]
        return {row.id: row for row in sorted(rows, key=lambda each: each.order)}

    def _remake(self, known: KnownFacts) -> list[_Part]:
        """The parts that are others now."""
        facts = {(False, fact.id): fact for fact in known.facts}
        facts |= {(True, fact.id): fact for fact in known.over}
        news = {key for key, fact in facts.items() if self._facts.get(key) is not fact}
        left = [key for key in self._facts if key in news or key not in facts]
        touched = [self._part_of[key] for key in left]
        for key in left:
            for token in _tokens(self._facts[key], self._network):
                self._sharing[token].discard(key)
            del self._part_of[key]
        self._facts = facts
        for key in news:
            for token in _tokens(facts[key], self._network):
                sharing = self._sharing[token]
                touched += [self._part_of[other] for other in sharing if other in self._part_of]
                sharing.add(key)
        loose = news | {key for part in touched for key in part.keys if key in self._part_of}
        for name in {name for part in touched for name, _ in part.found}:
            del self._named[name]
        return [self._part(keys) for keys in self._connected(loose)]

    def _connected(self, loose: set[Key]) -> Iterator[list[Key]]:
        """Facts by what they reach among themselves."""
        left = set(loose)
        while left:
            keys, edge = [], [left.pop()]
            while edge:
                keys.append(key := edge.pop())
                for token in _tokens(self._facts[key], self._network):
                    reached = self._sharing[token] & left
                    left -= reached
                    edge += reached
            yield keys

    def _part(self, keys: list[Key]) -> _Part:
        facts = [self._facts[key] for key in keys if not key[0]]
        over = [self._facts[key] for key in keys if key[0]]
        found = named_stories(self._network, facts, over)
        part = _Part(keys, facts, over, found)
        if any(fact.rule in TRAFFIC for fact in facts):
            traffic = [fact for fact in (*facts, *over) if fact.rule in TRAFFIC]
            part.turns_ms = tuple(x for f in traffic for x in (f.since_ms, f.told_ms, f.over_ms))
        for key in keys:
            self._part_of[key] = part
        for name, _ in found:
            self._named[name] = part
        return part

    def _stale(self, before: KnownFacts, known: KnownFacts) -> list[_Part]:
        """Parts of which time or people have made something else."""
        began_ms, until_ms = sorted((before.now_ms - GROWTH_MS, known.now_ms - GROWTH_MS))
        found = []
        if before.now_ms != known.now_ms:
            found = [
                part
                for part in self._named.values()
                if any(began_ms <= turn_ms <= until_ms for turn_ms in part.turns_ms)
            ]
        seen, now = before.acknowledgements, known.acknowledgements
        if seen is not now:
            others = {x for x in seen.keys() | now.keys() if seen.get(x) is not now.get(x)}
            found += [self._part_of[key] for x in others if (key := (False, x)) in self._part_of]
        return found

    def _write(self, made: Iterable[_Part], known: KnownFacts, stale: Iterable[_Part]) -> None:
        """The rows of parts that are others, and of those on which there are other acts."""
        found = [pair for part in _once(self._named.values()) for pair in part.found]
        acts = acts_of(found, known.acts) if known.acts else {}
        others = [x for x in acts.keys() | self._acts.keys() if acts.get(x) != self._acts.get(x)]
        self._acts = acts
        acted = [self._named[name] for name in others if name in self._named]
        for part in _once((*made, *stale, *acted)):
            own = known._replace(facts=part.facts, over=part.over)
            part.rows = rows_of(part.found, own, acts)


def _once(parts: Iterable[_Part]) -> Iterable[_Part]:
    return {id(part): part for part in parts}.values()


def _tokens(fact: Fact, network: Network) -> set[object]:
    """What a fact has in common with all that a rule may join it with."""
    found: set[object] = {fact.subject, *fact.keys, *fact.links, *street_ends(fact, network)}
    if fact.is_incident or fact.is_by_hand:
        found.update(places_of(fact))
    if (link := link_of(fact, network)) is not None:
        found.update((link.id, ("node", link.from_id), ("node", link.to_id)))
    return found
