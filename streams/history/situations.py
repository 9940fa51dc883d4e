"""The situations of a city minute by minute, as they follow from its alerts. Pure but for what it
remembers. A minute is judged once all partitions have passed it: how they interleave leaves no
trace.
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import msgspec

from streams.contract.enums import AlertEvent, IncidentKind
from streams.contract.times import MINUTE_MS
from streams.domain.alerts import Alert, Episode
from streams.domain.rules.book import AlertRules, begins_of
from streams.domain.situations.fact import Fact, fact_of
from streams.domain.situations.parts import Parts
from streams.domain.situations.situation import KnownFacts, Situation
from streams.domain.situations.told import kept, over_of
from streams.domain.stage import Effects, State
from streams.domain.stages.incidents import INCIDENTS
from streams.domain.works.step import WORKS
from streams.geo.network import Network
from streams.history import tables
from streams.history.rows import Row
from streams.state.kinds import EPISODES

_EPISODES = tuple(table.name for table in EPISODES)
_ROWS = {WORKS.name: "work", INCIDENTS.name: "incident"}


class ToldBy(msgspec.Struct, frozen=True):
    """What situations read of a work or an incident."""

    title: str = ""
    feed: str = ""
    starts_ms: int | None = None
    kind: IncidentKind | None = None


class Change(msgspec.Struct, frozen=True):
    """What a minute brought: an episode ("rule subject"), a row ("work:ID"), or an alert's end."""

    minute: int
    name: str
    episode: Episode | None = None
    told: ToldBy | None = None
    alert: Alert | None = None


class Summary(msgspec.Struct, frozen=True):
    """What the history says of a situation."""

    kind: str
    severity: str
    since_ms: int
    links: tuple[str, ...]
    facts: int
    sources: tuple[str, ...]


class KeptSituations(msgspec.Struct):
    """All that is remembered: what waits, and the city as the last judged minute left it."""

    passed: dict[str, int] = {}
    waiting: list[Change] = []
    episodes: dict[str, Episode] = {}
    told: dict[str, ToldBy] = {}
    over: dict[str, Alert] = {}
    known: dict[str, Summary] = {}
    done: int = 0  # minutes before this one are judged
    early: dict[str, list[Change]] = {}  # by place, of before its first tick


class MinuteRow(NamedTuple):
    """A row, and the minute (from 1970) whose judgement it is."""

    minute: int
    row: Row


class Situations:
    """The situations of a city."""

    def __init__(
        self, network: Network, places: Iterable[str], state: KeptSituations | None = None
    ) -> None:
        """`places`: every partition that brings time, "topic/partition"."""
        self._network = network
        self._places = tuple(places)
        self._begins = begins_of(AlertRules())
        self.state = state or KeptSituations()
        self._parts = Parts(network)
        self._facts: dict[str, Fact] = {}
        self._ended: dict[str, Fact] = {}
        for alert in self.state.over.values():
            self._ended |= over_of([alert], self._begins)
        for name in self.state.episodes:
            self._set_fact(name)

    def take(self, place: str, clock_ms: int, before: State, effects: Effects) -> None:
        """Take what a message did to a place's state, whose clock is there after it."""
        minute = clock_ms // MINUTE_MS
        changes = list(_changes(minute, before, effects))
        if not minute:  # it has no time yet
            self.state.early.setdefault(place, []).extend(changes)
            return
        early = self.state.early.pop(place, ())
        self.state.waiting += [msgspec.structs.replace(x, minute=minute) for x in early]
        self.state.waiting += changes
        if minute > self.state.passed.get(place, 0):
            self.state.passed[place] = minute

    def ready(self) -> Iterator[MinuteRow]:
        """The rows of the minutes that all places have passed since."""
        until = min((self.state.passed.get(place, 0) for place in self._places), default=0)
        if until <= self.state.done:
            return
        due = [change for change in self.state.waiting if change.minute < until]
        self.state.waiting = [x for x in self.state.waiting if x.minute >= until]
        for minute in sorted({change.minute for change in due}):
            for change in due:
                if change.minute == minute:
                    self._apply(change)
            yield from self._judge(minute)
        self.state.done = until

    def settle(self) -> None:
        """Know the situations as they stand, without a row."""
        newest_ms = max((alert.at_ms for alert in self.state.over.values()), default=0)
        for _ in self._judge(newest_ms // MINUTE_MS):
            pass

    def _apply(self, change: Change) -> None:
        if change.alert is not None:
            self.state.over[change.alert.episode] = change.alert
            self._ended |= over_of([change.alert], self._begins)
            return
        if ":" in change.name and " " not in change.name:
            _put(self.state.told, change.name, change.told)
            for name in [x for x in self.state.episodes if x.partition(" ")[2] == change.name]:
                self._set_fact(name)
            return
        _put(self.state.episodes, change.name, change.episode)
        self._set_fact(change.name)

    def _set_fact(self, name: str) -> None:
        episode = self.state.episodes.get(name)
        told = self.state.told.get(name.partition(" ")[2])
        fact = None
        if episode is not None and episode.told:
            fact = fact_of(name, episode, lambda _: told, self._begins)
        _put(self._facts, name, fact)

    def _judge(self, minute: int) -> Iterator[MinuteRow]:
        at_ms = minute * MINUTE_MS
        self._ended = kept(self._ended, at_ms)
        self.state.over = {x: y for x, y in self.state.over.items() if x in self._ended}
        facts = sorted(self._facts.values(), key=lambda fact: fact.order)
        ended = list(self._ended.values())
        found = self._parts.situations(KnownFacts(self._network, at_ms, facts, ended))
        now = {name: _summary(row) for name, row in found.items()}
        before, self.state.known = self.state.known, now
        for name in sorted(before.keys() | now.keys()):
            if act := _act(before.get(name), now.get(name)):
                row = now.get(name) or before[name]
                yield MinuteRow(minute, _row(at_ms, name, act, row))


def _act(before: Summary | None, now: Summary | None) -> str:
    if before == now:
        return ""
    return "ended" if now is None else "changed" if before else "begun"


def _row(at_ms: int, name: str, act: str, row: Summary) -> Row:
    found = tables.SituationActRow(
        at_ms=at_ms,
        situation_id=name,
        act=act,
        kind=row.kind,
        severity=row.severity,
        since_ms=row.since_ms,
        links=row.links,
        facts=row.facts,
        sources=row.sources,
    )
    return Row("situations", at_ms, found)


def _summary(row: Situation) -> Summary:
    return Summary(
        kind=row.lead.rule.value,
        severity=row.severity.value,
        since_ms=row.since_ms,
        links=row.links,
        facts=len(row.facts),
        sources=row.sources,
    )


def _changes(minute: int, before: State, effects: Effects) -> Iterator[Change]:
    for table in _EPISODES:
        for name, episode in effects.changes.get(table, {}).items():
            yield Change(minute, name, episode=episode)
    for table, kind in _ROWS.items():
        for name, row in effects.changes.get(table, {}).items():
            if (told := _told(row)) != _told(before[table].get(name)):
                yield Change(minute, f"{kind}:{name}", told=told)
    for alert in effects.alerts:
        if alert.word is AlertEvent.END:
            yield Change(minute, alert.episode, alert=alert)


def told_of(state: State) -> dict[str, ToldBy]:
    """What situations read of the works or incidents in a stage's state."""
    return {
        f"{kind}:{name}": ToldBy(row.title, row.feed, row.starts_ms, getattr(row, "kind", None))
        for table, kind in _ROWS.items()
        for name, row in state.get(table, {}).items()
    }


def _told(row: Any) -> ToldBy | None:
    if row is None:
        return None
    kind = getattr(row, "kind", None)
    own = kind if isinstance(kind, IncidentKind) else None
    return ToldBy(row.title, row.feed, row.starts_ms, own)


def _put(rows: dict[str, Any], name: str, row: Any) -> None:
    if row is None:
        rows.pop(name, None)
    else:
        rows[name] = row
