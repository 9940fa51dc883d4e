"""A situation: one story, how grave it is, where, who tells it, and what was done with it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from streams.contract.enums import RuleName, Severity
from streams.contract.records import Acknowledgement
from streams.contract.situation import SituationAct
from streams.domain.situations.acts import ActLog, standing
from streams.domain.situations.fact import GRAVITY, TRAFFIC, Fact, Order, gravest
from streams.domain.situations.grouping import Story, stories
from streams.domain.situations.identity import lines, makers, named
from streams.domain.situations.kinship import is_placed, is_root
from streams.domain.situations.traffic import EndedTraffic, Queue, queue_of
from streams.domain.situations.weight import asks
from streams.geo.network import Network

NEW_MS = 600_000
"""What asks for somebody is new for so long."""


class Acknowledged(NamedTuple):
    """Who acknowledged a situation last, when, what they said, and how grave it was then."""

    by: str
    at_ms: int
    comment: str
    severity: Severity


@dataclass(frozen=True, slots=True)
class Situation:
    """`facts` are the oldest first, `asking` those that somebody must look at: without any it is
    information. `lead` is what it is called by. `newest_ms` is when the last of them was told.
    """

    id: str
    facts: Story
    asking: Story
    lead: Fact
    severity: Severity
    since_ms: int
    newest_ms: int
    links: tuple[str, ...]
    sources: tuple[str, ...]
    queue: Queue | None = None
    acknowledged: Acknowledged | None = None
    snoozed: SituationAct | None = None
    assigned: SituationAct | None = None
    notes: tuple[SituationAct, ...] = ()
    acts: tuple[SituationAct, ...] = ()

    @property
    def is_alert(self) -> bool:
        return bool(self.asking)

    @property
    def order(self) -> Order:
        """That of the first fact that makes it a story."""
        return makers(self.facts)[0].order

    def is_new(self, now_ms: int) -> bool:
        """Whether something that asks for somebody was told in the last minutes."""
        return self.is_alert and now_ms - self.newest_ms < NEW_MS

    def is_open(self, now_ms: int) -> bool:
        """Whether it waits for somebody now."""
        is_asleep = self.snoozed is not None and now_ms < self.snoozed.until_ms
        return self.is_alert and self.acknowledged is None and not is_asleep


class KnownFacts(NamedTuple):
    """What situations are made of: the roads, the facts that stand, those that have ended, and what
    was done. `now_ms` is for what grows.
    """

    network: Network
    now_ms: int
    facts: Sequence[Fact]
    over: Sequence[Fact] = ()
    acknowledgements: Mapping[str, Acknowledgement] = {}  # by episode
    acts: Mapping[str, ActLog] = {}  # by situation


def situations(known: KnownFacts) -> dict[str, Situation]:
    """All situations by id, the oldest first. What has ended does not stand, and tells whose story
    goes on.
    """
    found = named_stories(known.network, known.facts, known.over)
    return rows_of(found, known, acts_of(found, known.acts))


def named_stories(
    network: Network, facts: Sequence[Fact], over: Sequence[Fact]
) -> list[tuple[str, Story]]:
    """The stories of facts that stand, each with its id, the oldest first."""
    return named(stories(facts, network), lines([*facts, *over], network))


def rows_of(
    found: Sequence[tuple[str, Story]],
    known: KnownFacts,
    acts: Mapping[str, tuple[SituationAct, ...]],
) -> dict[str, Situation]:
    """The situations of stories."""
    ended = EndedTraffic(known.over, known.network)
    return {
        name: _situation(name, story, known, ended, acts.get(name, ())) for name, story in found
    }


def _situation(
    name: str,
    story: Story,
    known: KnownFacts,
    ended: EndedTraffic,
    acts: tuple[SituationAct, ...],
) -> Situation:
    asking = tuple(filter(asks, story))
    severity = gravest(fact.severity for fact in asking)
    done = standing(acts, severity)
    feeds = {fact.source.feed for fact in story if fact.source.feed} | _feeds(story)
    return Situation(
        id=name,
        facts=story,
        asking=asking,
        lead=min(asking or story, key=_first),
        severity=severity,
        since_ms=min(fact.since_ms for fact in asking or story),
        newest_ms=max(fact.told_ms for fact in asking or story),
        links=_links(story),
        sources=tuple(sorted(feeds)),
        queue=_queue(story, known, ended),
        acknowledged=_seen(asking or story, known.acknowledgements, done.acknowledged),
        snoozed=done.snoozed,
        assigned=done.assigned if done.assigned and done.assigned.to else None,
        notes=done.notes,
        acts=acts,
    )


def _first(fact: Fact) -> tuple[object, ...]:
    """What comes first as its name: what makes a story, then the gravest, then the oldest."""
    is_closure = fact.rule is RuleName.CLOSURE
    return not is_root(fact), GRAVITY.index(fact.severity), not is_closure, fact.order


def _links(story: Story) -> tuple[str, ...]:
    """Where it is: without what only suffers from it, where that is known."""
    placed = [fact for fact in story if is_placed(fact) or fact.rule in TRAFFIC] or story
    return tuple(dict.fromkeys(link for fact in placed for link in fact.links))


def _feeds(story: Story) -> set[str]:
    return {fact.name for fact in story if fact.rule is RuleName.FEED}


def _queue(story: Story, known: KnownFacts, ended: EndedTraffic) -> Queue | None:
    """Its jams, held against those that have ended on their links or beside them."""
    traffic = [fact for fact in story if fact.rule in TRAFFIC]
    if not traffic:
        return None
    return queue_of(traffic, ended.beside(traffic), known.network, known.now_ms)


def _seen(
    facts: Story, acks: Mapping[str, Acknowledgement], act: SituationAct | None
) -> Acknowledged | None:
    """Who acknowledged it: an act on all of it, or whoever acknowledged the last of its alerts."""
    known = [_of_alert(fact, acks.get(fact.id)) for fact in facts]
    all_seen = [each for each in known if each is not None]
    if len(all_seen) == len(known):
        return max(all_seen, key=lambda seen: (seen.at_ms, seen.by))
    return None if act is None else Acknowledged(act.by, act.at_ms, act.note, act.severity)


def _of_alert(fact: Fact, ack: Acknowledgement | None) -> Acknowledged | None:
    if ack is None or GRAVITY.index(ack.severity) > GRAVITY.index(fact.severity):
        return None
    return Acknowledged(ack.by, ack.at_ms, ack.comment, ack.severity)


def acts_of(
    found: Sequence[tuple[str, Story]], logs: Mapping[str, ActLog]
) -> Mapping[str, tuple[SituationAct, ...]]:
    """The acts on each: those under its id, and those on what has no such name any more but alerts
    of it.
    """
    names = {name for name, _ in found}
    owner = {fact.id: name for name, story in found for fact in story}
    moved: dict[str, list[SituationAct]] = {}
    for name, log in logs.items():
        for target, act in _targets(name, log, names, owner):
            moved.setdefault(target, []).append(act)
    return {
        name: tuple(sorted(acts, key=lambda x: (x.at_ms, x.act))) for name, acts in moved.items()
    }


def _targets(
    name: str, log: ActLog, names: set[str], owner: Mapping[str, str]
) -> Iterator[tuple[str, SituationAct]]:
    for act in log.acts:
        if name in names:
            yield name, act
            continue
        there = [owner[each] for each in act.episodes if each in owner]
        if there:
            yield max(sorted(set(there)), key=there.count), act
