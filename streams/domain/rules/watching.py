"""How a rule looks at rows: at those a message changed, and at those whose episode waits."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from streams.contract.enums import RuleName
from streams.contract.records import Permit
from streams.domain.alerts import Condition, Episode
from streams.domain.overlaps import last_ms
from streams.domain.rules.book import Rule
from streams.domain.stage import Effects, Episodes, Rows
from streams.domain.unknown_times import is_unreadable
from streams.geo.network import Network, Point

SightOf = Callable[[Any, Episode | None], Condition | None]
"""What is seen of a row, knowing its episode (None: there is none), which is for hysteresis."""

_KNOWN = ("organisation", "lon", "lat", "ends_ms", "phase", "closure")


@dataclass(frozen=True)
class Look:
    """One message's look at its rows: where words go, what is known, and when it is."""

    effects: Effects
    episodes: Episodes
    now_ms: int

    def at(self, name: RuleName, rule: Rule, subject: str, sight_of: SightOf, row: Any) -> None:
        """Look at one subject; a row of None is gone. A rule that is off sees nothing."""
        episode = self._episode(f"{name} {subject}")
        sight = sight_of(row, episode) if row is not None and rule.is_on else None
        if sight is None and episode is None:
            return
        self.effects.watch(
            self.episodes,
            name,
            subject,
            sight=sight,
            now_ms=self.now_ms,
            patience=rule.patience,
        )

    def _episode(self, key: str) -> Episode | None:
        """An episode as it stands in the midst of a message."""
        changed = self.effects.changes.get(self.episodes.table, {})
        found: Episode | None = changed[key] if key in changed else self.episodes.rows.get(key)
        return found

    def at_rows(
        self,
        name: RuleName,
        rule: Rule,
        kind: str,
        *,
        known: Rows,
        changed: Rows,
        sight_of: SightOf,
    ) -> None:
        """Look at the rows of a kind that a message changed, and at those whose episode has waited
        for nothing but time.
        """
        due = self.due(f"{name} {kind}:", rule)
        for row_id in dict.fromkeys([*changed, *due]):
            row = changed[row_id] if row_id in changed else known.get(row_id)
            self.at(name, rule, f"{kind}:{row_id}", sight_of, row)

    def episodes_of(self, prefix: str, is_wanted: Callable[[str], bool]) -> dict[str, Episode]:
        """The wanted episodes whose key begins so, by the rest of it, in the midst of a message."""
        keys = (*self.episodes.rows, *self.effects.changes.get(self.episodes.table, {}))
        rests = dict.fromkeys(key.removeprefix(prefix) for key in keys if key.startswith(prefix))
        found = {rest: self._episode(prefix + rest) for rest in rests if is_wanted(rest)}
        return {rest: episode for rest, episode in found.items() if episode is not None}

    def due(self, prefix: str, rule: Rule) -> list[str]:
        """The rows whose episode has waited for long enough; before that nothing can become of it
        while its row stays as it is.
        """
        return [
            key.removeprefix(prefix)
            for key, episode in self._waiting
            if key.startswith(prefix) and self.now_ms >= _waits_until_ms(episode, rule)
        ]

    @cached_property
    def _waiting(self) -> list[tuple[str, Episode]]:
        rows = self.episodes.rows.items()
        return [(key, episode) for key, episode in rows if not episode.told or episode.over_ms]


def _waits_until_ms(episode: Episode, rule: Rule) -> int:
    """When an episode may be told, or have its end told."""
    return episode.over_ms + rule.end_ms if episode.over_ms else episode.since_ms + rule.begin_ms


def facts_of(row: Any, network: Network) -> dict[str, Any]:
    """What every alert says of a work or an incident: title, links, and the rest where known.

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
