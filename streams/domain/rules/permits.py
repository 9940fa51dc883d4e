"""How a rule looks at works: the spots of one permit are one alert, with its places.

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
from streams.domain.rules.watching import ConditionOf, Look
from streams.domain.stage import Rows
from streams.domain.works.rows import Work

MOST_PLACES = 20  # named in an alert
_GRAVITY = (Severity.CRITICAL, Severity.WARNING, Severity.NOTICE)


@dataclass(frozen=True)
class Permits:
    """One message's look at the works by permit."""

    look: Look
    works: Rows[Work]

    def at(self, name: RuleName, rule: Rule, condition_of: ConditionOf[Work]) -> None:
        """Look at the permits of the works that the message changed, and at those that waited."""
        prefix = f"{name} work:"
        due = self.look.due(prefix, rule)
        touched = dict.fromkeys(permit_of(work_id) for work_id in (*self.works.changed, *due))
        if not touched:
            return
        known = self.look.episodes_of(prefix)
        by_permit: dict[str, dict[str, Episode]] = {permit: {} for permit in touched}
        for work_id in sorted(known, key=lambda work_id: (known[work_id].since_ms, work_id)):
            if permit_of(work_id) in touched:
                by_permit[permit_of(work_id)][work_id] = known[work_id]
        for permit, episodes in by_permit.items():
            spots = dict(sorted(self._spots[permit].items()))
            self._at_permit(name, rule, condition_of, spots, episodes)

    @cached_property
    def _spots(self) -> Mapping[str, dict[str, Work]]:
        """The works of each permit by id."""
        found: dict[str, dict[str, Work]] = defaultdict(dict)
        for work_id, work in self.works.all().items():
            found[permit_of(work_id)][work_id] = work
        return found

    def _at_permit(
        self,
        name: RuleName,
        rule: Rule,
        condition_of: ConditionOf[Work],
        spots: Mapping[str, Work],
        episodes: Mapping[str, Episode],
    ) -> None:
        """Look at the spots of one permit, with their episodes, the oldest first."""
        episode = next(iter(episodes.values()), None)
        seen = {
            work_id: condition
            for work_id, row in spots.items()
            if (condition := condition_of(row, episode)) is not None
        }
        lead = next(iter(episodes), None) or next(iter(seen), None)
        if lead is None:
            return
        whole = _together(lead, seen, spots)
        for work_id in (lead, *(other for other in episodes if other != lead)):
            held = whole if work_id == lead else None  # others: of a log that had one each
            self.look.at(name, rule, f"work:{work_id}", lambda held, _: held, held)


def _together(
    lead: str, seen: Mapping[str, Condition], spots: Mapping[str, Work]
) -> Condition | None:
    """What holds of all spots: as grave as the gravest, with the links and places of all."""
    if not seen:
        return None
    ids = sorted(seen, key=lambda work_id: (_GRAVITY.index(seen[work_id].severity), work_id))
    first = seen[lead] if lead in seen else seen[ids[0]]
    grave = seen[ids[0]]
    if len(seen) == 1:
        return first
    links = list(dict.fromkeys(x for each in seen.values() for x in each.facts["links"]))
    facts = {**first.facts, "links": links, "works": list(seen)[:MOST_PLACES]}
    facts |= {key: grave.facts[key] for key in ("closure", "phase") if key in grave.facts}
    ends = [each.facts.get("ends_ms") for each in seen.values()]
    facts.pop("ends_ms", None)
    facts |= _last_end(ends)
    facts["places"] = [_place(spots[work_id], seen[work_id]) for work_id in facts["works"]]
    facts["place_count"] = len(seen)
    return Condition(grave.severity, facts)


def _last_end(ends: Sequence[int | None]) -> dict[str, int]:
    known = [end for end in ends if end is not None]
    return {"ends_ms": max(known)} if known and len(known) == len(ends) else {}


def _place(row: Work, held: Condition) -> dict[str, Any]:
    """One place of an alert: the work, its text and its point."""
    point = {key: held.facts[key] for key in ("lon", "lat") if key in held.facts}
    return {"work": row.permit_id, "place": row.place or row.title, **point}
