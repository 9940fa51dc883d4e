"""What a story is called: after its first fact, for as long as it goes on.

A story is what something does to a place: a closure, an event, a feed, what citizens report. Jams,
detours and clashes go with such a story, and have a name of their own while they go with none. A
fact that begins where another of its kind stands is of the other's line, and stays so; a story is
called after the oldest line of what makes it. So it keeps its name when its first fact ends, the
older name stays where two become one, and where one becomes two each has its own again.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from streams.contract.identity import named_of
from streams.contract.times import MINUTE_MS
from streams.domain.situations.fact import TRAFFIC, Fact
from streams.domain.situations.grouping import Story
from streams.domain.situations.kinship import is_loose, is_root, is_same_event, places_of
from streams.domain.situations.traffic import is_connected, link_of
from streams.geo.network import Network

RULE_VERSION = 1
"""Part of every id: raise it when the rule of what is one story changes its meaning."""
PAUSE_MS = 5 * MINUTE_MS
"""What begins so soon after an end goes on with it."""


def situation_id(fact: str) -> str:
    """`sit_` and 26 letters and digits, 130 bits of the SHA-256 of the first fact's id."""
    text = f"situation\n{RULE_VERSION}\n{fact}"
    return named_of("sit", text)


def lines(facts: Iterable[Fact], network: Network) -> dict[str, Fact]:
    """The first fact of the line of each, by id; `facts` are all that stand or have ended."""
    first: dict[str, Fact] = {}
    by_token: dict[str, list[Fact]] = defaultdict(list)
    for fact in sorted(facts, key=lambda each: each.order):
        if fact.id in first:
            continue
        found = fact
        tokens = _tokens(fact, network)
        for other in (other for token in tokens for other in by_token[token]):
            root = first[other.id]
            if root.order < found.order and _goes_on(other, fact, network):
                found = root
        first[fact.id] = found
        for token in tokens:
            by_token[token].append(fact)
    return first


def _goes_on(before: Fact, fact: Fact, network: Network) -> bool:
    """Whether a fact is of the line of one before it that has something in common with it."""
    if not before.stood_at(fact.told_ms, PAUSE_MS):
        return False
    if before.rule in TRAFFIC:
        return is_connected(before, fact, network)
    is_other = fact.is_incident and before.subject != fact.subject
    return is_same_event(before, fact) if is_other else True


def _tokens(fact: Fact, network: Network) -> list[str]:
    """What a fact has in common with others of its kind; one of a junction's two ways suffices."""
    if (link := link_of(fact, network)) is not None:
        return [f"on {link.id}", f"node {link.from_id}", f"node {link.to_id}"]
    if fact.is_incident:
        return [f"event {place}" for place in places_of(fact)]
    if is_loose(fact):
        return [f"at {each}" for each in fact.links]
    return sorted(fact.keys) if is_root(fact) else [f"{fact.rule} {fact.subject}"]


def named(found: Sequence[Story], first: Mapping[str, Fact]) -> list[tuple[str, Story]]:
    """Each story with its id, the oldest first; no two have one id."""
    taken: set[str] = set()
    result = []
    for story in sorted(found, key=lambda facts: makers(facts)[0].order):
        roots_of = makers(story)
        roots = sorted({first[fact.id].order for fact in roots_of} | {roots_of[0].order})
        name = next(root for _, root in roots if root not in taken)
        taken.add(name)
        result.append((situation_id(name), story))
    return result


def makers(story: Story) -> Story:
    """What makes it a story; all of it where nothing but effects is known."""
    return tuple(filter(is_root, story)) or story
