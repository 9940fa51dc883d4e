"""How a rule looks at works: the spots of one permit are one thing to be told of, with its places.

The episode is that of the spot it began with, and stays so while any spot holds.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from streams.contract.enums import RuleName, Severity
from streams.domain.alerts import Condition, Episode
from streams.domain.permit_ids import permit_of
from streams.domain.rules.book import Rule
from streams.domain.rules.watching import Look, SightOf
from streams.domain.stage import Rows

MOST_PLACES = 20  # named in an alert
_GRAVITY = (Severity.CRITICAL, Severity.WARNING, Severity.NOTICE)


@dataclass(frozen=True)
class Permits:
    """One message's look at the works by permit."""

    look: Look
    known: Rows
    changed: Rows

    def at(self, name: RuleName, rule: Rule, sight_of: SightOf) -> None:
        """Look at the permits of the works that the message changed, and at those that waited."""
        due = self.look.due(f"{name} work:", rule)
        touched = dict.fromkeys(permit_of(work_id) for work_id in (*self.changed, *due))
        if not touched:
            return
        told = self.look.episodes_of(f"{name} work:", lambda work: permit_of(work) in touched)
        by_permit: dict[str, dict[str, Episode]] = {permit: {} for permit in touched}
        for work_id in sorted(told, key=lambda work_id: (told[work_id].since_ms, work_id)):
            by_permit[permit_of(work_id)][work_id] = told[work_id]
        for permit, episodes in by_permit.items():
            spots = {work_id: self._row(work_id) for work_id in sorted(self._ids[permit])}
            there = {work_id: row for work_id, row in spots.items() if row is not None}
            self._at_permit(name, rule, sight_of, spots=there, told=episodes)

    def _row(self, work_id: str) -> Any:
        return self.changed[work_id] if work_id in self.changed else self.known.get(work_id)

    @cached_property
    def _ids(self) -> Mapping[str, set[str]]:
        """The works of each permit."""
        found: dict[str, set[str]] = defaultdict(set)
        for work_id in (*self.known, *self.changed):
            found[permit_of(work_id)].add(work_id)
        return found

    def _at_permit(
        self,
        name: RuleName,
        rule: Rule,
        sight_of: SightOf,
        *,
        spots: Mapping[str, Any],
        told: Mapping[str, Episode],
    ) -> None:
        """Look at the spots of one permit; `told` are their episodes, the oldest first."""
        episode = next(iter(told.values()), None)
        seen = {
            work_id: sight
            for work_id, row in spots.items()
            if (sight := sight_of(row, episode)) is not None
        }
        lead = next(iter(told), None) or next(iter(seen), None)
        if lead is None:
            return
        sights = {lead: _together(lead, seen, spots)}  # others: of a log that told each by itself
        for work_id in (lead, *(other for other in told if other != lead)):
            sight = sights.get(work_id)
            self.look.at(name, rule, f"work:{work_id}", lambda sight, _: sight, sight)


def _together(
    lead: str, seen: Mapping[str, Condition], spots: Mapping[str, Any]
) -> Condition | None:
    """What is seen of all spots: as grave as the gravest, with the links and places of all."""
    if not seen:
        return None
    ids = sorted(seen, key=lambda work_id: (_GRAVITY.index(seen[work_id].severity), work_id))
    first = seen[lead] if lead in seen else seen[ids[0]]
    grave = seen[ids[0]]
    if len(seen) == 1:
        return first
    links = list(dict.fromkeys(x for sight in seen.values() for x in sight.facts["links"]))
    facts = {**first.facts, "links": links, "works": list(seen)[:MOST_PLACES]}
    facts |= {key: grave.facts[key] for key in ("closure", "phase") if key in grave.facts}
    ends = [sight.facts.get("ends_ms") for sight in seen.values()]
    facts.pop("ends_ms", None)
    facts |= _last_end(ends)
    facts["places"] = [_place(spots[work_id], seen[work_id]) for work_id in facts["works"]]
    facts["place_count"] = len(seen)
    return Condition(grave.severity, facts)


def _last_end(ends: Sequence[int | None]) -> dict[str, int]:
    known = [end for end in ends if end is not None]
    return {"ends_ms": max(known)} if known and len(known) == len(ends) else {}


def _place(row: Any, sight: Condition) -> dict[str, Any]:
    """One place of an alert: the work, its text and its point."""
    point = {key: sight.facts[key] for key in ("lon", "lat") if key in sight.facts}
    return {"work": row.permit_id, "place": row.place or row.title, **point}
