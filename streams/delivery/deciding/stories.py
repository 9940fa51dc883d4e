"""Which messages a situation needs: its begin, that it is clearly graver, its end. Pure.

Alerts that tell of one place and story (see `domain.situations`) are one situation. Who was sent
its begin is not sent that of each further alert that is no graver, and hears of its end once
nothing as grave is left of it. What an endpoint never was sent is no reason to keep anything from
it: each is told the first that its filter lets through.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from streams.contract.enums import AlertEvent, Severity
from streams.contract.times import HOUR_MS
from streams.domain.alerts import Alert, Episode
from streams.domain.rules.book import AlertRules, begins_of
from streams.domain.situations.fact import GRAVITY, Fact, RowOf, fact_of
from streams.domain.situations.grouping import Story, stories
from streams.domain.situations.identity import lines, named, situation_id
from streams.domain.situations.weight import asks
from streams.geo.network import Network

MAX_ENDED = 2_000
HELD_MS = 6 * HOUR_MS
"""So long an end that waited is kept for endpoints that are behind, once nothing holds it."""


class Hearing(NamedTuple):
    """What is to be known of an endpoint: whether it was sent an episode, or will be; whether an
    end is still to be sent to it; whether its filter lets an alert through.
    """

    is_sent: Callable[[str], bool]
    is_due: Callable[[Alert], bool]
    is_wanted: Callable[[Alert], bool]


@dataclass(frozen=True, slots=True)
class _Told:
    """A fact, and the newest message of it."""

    fact: Fact
    alert: Alert


class _Moment:
    """What stands and what has ended at one moment of the outbox, and which belongs together."""

    def __init__(
        self, standing: Mapping[str, _Told], ended: Mapping[str, _Told], network: Network
    ) -> None:
        self._standing, self._ended, self._network = standing, ended, network
        self._mates: dict[str, list[_Told]] = {}

    @cached_property
    def groups(self) -> list[Story]:
        return stories((told.fact for told in self._standing.values()), self._network)

    @cached_property
    def names(self) -> dict[str, str]:
        """The situation of each fact; of what has ended, that which its line began."""
        found = {name: situation_id(self._first[name].id) for name in self._ended}
        for name, story in named(self.groups, self._first):
            found |= {fact.id: name for fact in story}
        return found

    @cached_property
    def _first(self) -> Mapping[str, Fact]:
        known = (*self._standing.values(), *self._ended.values())
        return lines((told.fact for told in known), self._network)

    @cached_property
    def _lines(self) -> dict[str, list[_Told]]:
        found: dict[str, list[_Told]] = {}
        for name, told in self._ended.items():
            found.setdefault(self._first[name].id, []).append(told)
        return found

    def of_line(self, episode: str) -> list[_Told]:
        """What has ended of the line of an episode."""
        root = self._first.get(episode)
        return [] if root is None else self._lines.get(root.id, [])

    def mates(self, episode: str) -> list[_Told]:
        """What else stands of the situation of an episode, or stood with it when it ended."""
        if episode not in self._mates:
            self._mates[episode] = list(self._found_mates(episode))
        return self._mates[episode]

    def _found_mates(self, episode: str) -> Iterator[_Told]:
        groups = self.groups
        if episode in self._ended:
            standing = (told.fact for told in self._standing.values())
            groups = stories((*standing, self._ended[episode].fact), self._network)
        story = next((x for x in groups if any(each.id == episode for each in x)), ())
        for fact in story:
            if fact.id in self._standing and fact.id != episode:
                yield self._standing[fact.id]


class Stories:
    """What stands, as the outbox tells it; the same for all endpoints of a dispatcher."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._begins = begins_of(AlertRules())
        self._row_of: RowOf = _no_row
        self._standing: dict[str, _Told] = {}
        self._ended: dict[str, _Told] = {}
        self._open: dict[tuple[str, str], str] = {}  # the episode of a rule and subject
        self._joined: set[str] = set()  # what stands, and ever stood with others
        self._held: dict[str, _Told] = {}  # ends for which something stood in their way
        self._now = _Moment({}, {}, network)

    def begin(self, standing: Mapping[str, Episode], ended: Iterable[Alert], row_of: RowOf) -> None:
        """From what stands by name ("rule subject"), and what has ended lately."""
        self._standing, self._ended, self._joined, self._held = {}, {}, set(), {}
        self._open = {}
        self._row_of = row_of
        for name, episode in standing.items():
            fact = fact_of(name, episode, row_of, self._begins)
            if episode.told and fact is not None:
                self._stand(_Told(fact, _begun(fact, episode.told)))
        ends = (each for each in ended if each.word is AlertEvent.END)
        self.take(each for each in ends if each.episode not in self._standing)

    def take(self, alerts: Iterable[Alert]) -> None:
        """Take in the next alerts, before any endpoint is offered them."""
        over: list[_Told] = []
        for alert in alerts:
            fact = self._fact(alert)
            if fact is None:
                continue
            if fact.over_ms:
                self._standing.pop(fact.id, None)
                self._open.pop((fact.rule, fact.subject), None)
                self._ended[fact.id] = _Told(fact, alert)
                over.append(self._ended[fact.id])
            else:
                self._stand(_Told(fact, alert))
        for name in list(self._ended)[: max(0, len(self._ended) - MAX_ENDED)]:
            del self._ended[name]
        self._now = _Moment(dict(self._standing), dict(self._ended), self._network)
        self._hold(over)

    def _stand(self, told: _Told) -> None:
        """One rule has one episode of a subject at a time: one that was left standing is gone."""
        fact = told.fact
        former = self._open.get((fact.rule, fact.subject), fact.id)
        if former != fact.id:
            self._standing.pop(former, None)
        self._open[fact.rule, fact.subject] = fact.id
        self._standing[fact.id] = told

    def _fact(self, alert: Alert) -> Fact | None:
        episode = Episode(alert.began_ms, alert.severity, alert.facts, id=alert.episode)
        over_ms = alert.at_ms if alert.word is AlertEvent.END else 0
        name = f"{alert.rule} {alert.subject}"
        return fact_of(name, episode, self._row_of, self._begins, over_ms)

    def _hold(self, over: Iterable[_Told]) -> None:
        """Note which stand together, and the ends that something stands in the way of."""
        for story in self._now.groups:
            if len(story) > 1:
                self._joined |= {fact.id for fact in story}
        self._joined &= self._standing.keys() | self._ended.keys()
        for told in over:
            if told.fact.id in self._ended and self._now.mates(told.fact.id):
                self._held[told.fact.id] = told
                self._joined.add(told.fact.id)
        newest_ms = max((told.fact.over_ms for told in self._ended.values()), default=0)
        self._held = {
            name: told
            for name, told in self._held.items()
            if name in self._ended
            if told.fact.over_ms > newest_ms - HELD_MS or self._now.mates(name)
        }

    def situation(self, alert: Alert) -> str:
        """The id of the situation that an alert is of, or was; "" where nobody knows any more."""
        return self._now.names.get(alert.episode, "")

    def needed(self, alerts: Iterable[Alert], hearing: Hearing) -> Iterator[Alert]:
        """Those of the next alerts that an endpoint needs, then the ends that waited for the end of
        a situation.
        """
        for alert in alerts:
            if self._is_needed(alert, hearing):
                yield alert
        for told in self._held.values():
            if hearing.is_due(told.alert) and not self._is_going_on(told, hearing):
                yield told.alert

    def _is_needed(self, alert: Alert, hearing: Hearing) -> bool:
        if alert.facts.get("asks"):  # a crew is to answer it
            return True
        if not hearing.is_sent(alert.episode):
            return self._is_first(alert) and not self._is_told(alert, hearing)
        if alert.word is not AlertEvent.END:
            return True
        told = self._held.get(alert.episode)
        return told is None or not self._is_going_on(told, hearing)

    def _is_first(self, alert: Alert) -> bool:
        """Whether an alert may be the first of its episode that an endpoint is sent: of one that
        was left out before, what is clearly graver alone.
        """
        if alert.word is AlertEvent.BEGIN or alert.episode not in self._joined:
            return True
        return alert.word is AlertEvent.UPDATE and alert.severity is not Severity.NOTICE

    def _is_told(self, alert: Alert, hearing: Hearing) -> bool:
        """Whether an endpoint was sent something as grave of the alert's situation, which stands
        or whose end it was not told yet.
        """
        others = [x for x in self._now.mates(alert.episode) if hearing.is_sent(x.fact.id)]
        others += [x for x in self._now.of_line(alert.episode) if hearing.is_due(x.alert)]
        return any(_is_as_grave(each.fact, alert) for each in others)

    def _is_going_on(self, end: _Told, hearing: Hearing) -> bool:
        """Whether something as grave is left of the situation of an end, of the endpoint's concern;
        where it asked for somebody, something that does too.
        """
        return any(
            (asks(each.fact) or not asks(end.fact))
            and _is_as_grave(each.fact, end.alert)
            and hearing.is_wanted(each.alert)
            for each in self._now.mates(end.fact.id)
        )


def _is_as_grave(fact: Fact, alert: Alert) -> bool:
    return GRAVITY.index(fact.severity) <= GRAVITY.index(alert.severity)


def _begun(fact: Fact, told: int) -> Alert:
    """The message of a fact that stands, as far as filters ask it."""
    return Alert(
        id=f"{fact.id}.{told}",
        episode=fact.id,
        rule=fact.rule,
        subject=fact.subject,
        word=AlertEvent.BEGIN,
        severity=fact.severity,
        began_ms=fact.since_ms,
        at_ms=fact.told_ms,
        facts=dict(fact.facts),
    )


def _no_row(_subject: str) -> None:
    return None
