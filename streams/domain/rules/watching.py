"""How a rule looks at rows: at those a message changed, and at those whose episode waits."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar

from streams.contract.enums import AlertEvent, RuleName
from streams.contract.records import Permit
from streams.contract.times import EVER_MS
from streams.domain.alerts import Condition, Episode, alert_of, episode_id, is_about, moved
from streams.domain.overlaps import last_ms
from streams.domain.rules.book import AlertRules, Rule
from streams.domain.stage import Effects, Rows
from streams.domain.unknown_times import is_unreadable
from streams.geo.measures import Point
from streams.geo.network import Network

T = TypeVar("T")
ConditionOf = Callable[[T, Episode | None], Condition | None]
"""What holds of a row, knowing its episode (None: there is none), which is for hysteresis."""

_KNOWN = ("organisation", "lon", "lat", "ends_ms", "phase", "closure", "reason")


@dataclass(frozen=True)
class Look:
    """One message's look at its rows: where alerts go, the episodes, and when it is."""

    effects: Effects
    episodes: Rows[Episode]
    now_ms: int

    def at(
        self, name: RuleName, rule: Rule, subject: str, condition_of: ConditionOf[T], row: T | None
    ) -> None:
        """Look at one subject: keep what becomes of its episode, emit its alert if one is due.

        A row of None is gone. For a rule that is off nothing holds.
        """
        key = f"{name} {subject}"
        known = self.episodes.get(key)
        condition = condition_of(row, known) if row is not None and rule.is_on else None
        if condition is None and known is None:
            return
        episode, event = moved(known, condition, self.now_ms, rule.patience)
        if episode is not None and not episode.id:
            episode = replace(episode, id=episode_id(name, subject, episode.since_ms))
        if episode != known:
            self.episodes.put(key, episode)
        if event is not None and (about := episode or known) is not None:
            self.effects.alerts.append(alert_of(name, subject, about, event, self.now_ms))

    def forget(self, subject: str) -> None:
        """End every episode that tells of a subject, with no word of it but its id; what still
        holds of others begins anew. Its past and its alerts go.
        """
        self.effects.forgotten.append(subject)
        for key, episode in self.episodes.all().items():
            name, _, about = key.partition(" ")
            rule = RuleName(name)
            if not is_about(rule, about, episode.facts, subject):
                continue
            self.episodes.put(key, None)
            if episode.told:
                bare = replace(episode, facts={})
                self.effects.alerts.append(alert_of(rule, about, bare, AlertEvent.END, self.now_ms))

    def at_rows(
        self, name: RuleName, rule: Rule, kind: str, rows: Rows[T], condition_of: ConditionOf[T]
    ) -> None:
        """Look at the rows of a kind that a message changed, and at those whose episode has waited
        for nothing but time.
        """
        for row_id in dict.fromkeys([*rows.changed, *self.due(f"{name} {kind}:", rule)]):
            self.at(name, rule, f"{kind}:{row_id}", condition_of, rows.get(row_id))

    def episodes_of(self, prefix: str) -> dict[str, Episode]:
        """The episodes as they stand now whose key begins so, by the rest of it."""
        return {
            key.removeprefix(prefix): episode
            for key, episode in self.episodes.all().items()
            if key.startswith(prefix)
        }

    def due(self, prefix: str, rule: Rule) -> list[str]:
        """The rows whose episode has waited for long enough; before that nothing can become of it
        while its row stays as it is.
        """
        return [
            key.removeprefix(prefix)
            for key, episode in self._waiting
            if key.startswith(prefix) and self.now_ms >= _waits_until_ms(episode, rule)
        ]

    def quiet_until_ms(self, rules: AlertRules) -> int:
        """Until when nothing is due of any rule, while all rows stay as they are."""
        by_rule = ((key.partition(" ")[0], episode) for key, episode in self._waiting)
        times_ms = (_waits_until_ms(episode, getattr(rules, name)) for name, episode in by_rule)
        return min(times_ms, default=EVER_MS)

    @cached_property
    def _waiting(self) -> list[tuple[str, Episode]]:
        rows = self.episodes.stored.items()
        return [(key, episode) for key, episode in rows if not episode.told or episode.over_ms]


def _waits_until_ms(episode: Episode, rule: Rule) -> int:
    """When the begin or the end of an episode may be emitted."""
    return episode.over_ms + rule.end_ms if episode.over_ms else episode.since_ms + rule.begin_ms


def facts_of(row: Any, network: Network) -> dict[str, Any]:
    """The facts of every alert of a work or an incident: title, links, and the rest where known.

    `ends_ms` of a work is when the last of its hours ends; without one, `end` is why: "unstated" or
    "unreadable".
    """
    facts = {name: getattr(row, name, None) for name in _KNOWN} | _end_of(row)
    if facts["lon"] is None or facts["lat"] is None:
        facts |= point_of(row.links, network)
    known = {name: value for name, value in facts.items() if value not in (None, "")}
    return {"title": row.title, "links": list(row.links), **known}


def _end_of(row: Any) -> dict[str, Any]:
    if not isinstance(row, Permit):
        return {}
    if row.ends_ms is not None:
        return {"ends_ms": last_ms(row.ends_ms, row.hours)}
    return {"end": "unreadable" if is_unreadable("ends_ms", row.flags) else "unstated"}


def point_of(links: Any, network: Network) -> dict[str, float]:
    """The middle of the first link that the network knows as `lon` and `lat`; {} without one."""
    link = next((x for link_id in links if (x := network.link(link_id)) is not None), None)
    if link is None:
        return {}
    lon, lat = _middle(link.geometry)
    return {"lon": lon, "lat": lat}


def _middle(geometry: tuple[Point, ...]) -> Point:
    """The middle of the piece in the middle of a line, to about 0.1 m."""
    at = (len(geometry) - 1) // 2
    one, other = geometry[at], geometry[min(at + 1, len(geometry) - 1)]
    return round((one[0] + other[0]) / 2, 6), round((one[1] + other[1]) / 2, 6)
