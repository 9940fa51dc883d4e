"""The fold of detours: which bus's going round begins, changes or ends one of its route."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from streams.contract.derived import Sighting
from streams.contract.enums import Closure, DiscrepancyKind
from streams.domain.observed import detours
from streams.domain.observed.belief import Belief, ErrorRates
from streams.domain.observed.detours import GoingRound
from streams.domain.observed.tables import ObservedRows
from streams.geo.homes import Homes
from streams.geo.network import Network


@dataclass(frozen=True)
class DetourFold:
    """Folds who goes round; every partition that sees a bus knows, the home of the first link
    avoided shows it.
    """

    network: Network
    homes: Homes
    rates: ErrorRates

    @cached_property
    def _ends(self) -> dict[str, frozenset[str]]:
        """By route the links of its first and of its last section, where buses begin and end."""
        found = {}
        for route in self.network.routes:
            pairs = (route.stops[:2], route.stops[-2:])
            ends = [">".join(pair) for pair in pairs if len(pair) > 1]
            under = (p.standard_id for x in ends for p in self.network.standards_of.get(x, ()))
            found[route.id] = frozenset((*ends, *under))
        return found

    def on(self, rows: ObservedRows, seen: Sighting) -> GoingRound | None:
        """What is known of the route of a bus on links that it went round or drove."""
        links = set(seen.links)
        known = rows.rounds.get(seen.route_id) or ()
        return next((each for each in known if not links.isdisjoint(each.links)), None)

    def round(self, rows: ObservedRows, seen: Sighting, links: Sequence[str]) -> None:
        """A bus went round; `links` may have been why."""
        if not links or not detours.is_round(seen):
            return
        known = self.on(rows, seen)
        is_shut = any(self._is_shut(rows, link_id) for link_id in links)
        if not (seen.is_sure or known or is_shut):
            return
        after = detours.with_round(known, seen, tuple(links))
        is_at_end = set(after.links) <= self._ends.get(seen.route_id, frozenset())
        is_begun = bool(after.begun_ms) or detours.begins(
            after, is_explained=is_shut, is_at_end=is_at_end
        )
        after = after._replace(
            begun_ms=(after.begun_ms or seen.at_ms) if is_begun else 0,
            cause=self._cause(rows, links, seen.at_ms) or after.cause,
        )
        self._put(rows, after)

    def through(self, rows: ObservedRows, seen: Sighting, before: Belief) -> None:
        """A bus drove a link: its route's buses do not avoid it. The detour is over where none of
        the links that are left is shut.
        """
        known = self.on(rows, seen)
        if known is None or seen.from_ms < known.left_ms or not detours.is_clean(seen, before):
            return
        after = detours.without_link(known, seen.links[0])
        is_left = any(self._is_shut(rows, link_id) for link_id in after.links)
        self._put(rows, after if is_left else after._replace(links=()))

    def look(self, rows: ObservedRows, now_ms: int) -> None:
        """What time alone does, and what has been declared since."""
        for known in [each for rounds in rows.rounds.all().values() for each in rounds]:
            why = self._cause(rows, known.links, now_ms)
            if detours.is_quiet(known, now_ms):
                self._put(rows, known._replace(links=()))
            elif why and why != known.cause:
                self._put(rows, known._replace(cause=why))

    def _is_shut(self, rows: ObservedRows, link_id: str) -> bool:
        """Whether buses have reason to avoid a link now: they show it, or it is declared."""
        is_closed = (rows.beliefs.get(link_id) or Belief()).is_closed
        return is_closed or bool(rows.causes_on(link_id, self.rates))

    def _cause(self, rows: ObservedRows, links: Sequence[str], at_ms: int) -> str:
        """What explains that buses go round links: what closes them in force, works first; else
        what has just ended; else a work that was found here instead of where its permit says; else
        one that takes lanes; "" nothing.
        """
        in_force = {name for link_id in links for name in rows.causes_on(link_id, self.rates)}
        cases = rows.cases_on(links)
        subjects = (
            *sorted(in_force, key=lambda name: (not name.startswith("work:"), name)),
            *(name for name, case in cases if case.is_full and case.has_just_ended(at_ms)),
            *_found_elsewhere(rows, links),
            *(name for name, case in cases if case.is_in_force and case.closure is Closure.PARTIAL),
        )
        return next(iter(subjects), "")

    def _put(self, rows: ObservedRows, known: GoingRound) -> None:
        """Set one; it is gone without links."""
        before = rows.rounds.get(known.route_id) or ()
        after = detours.put_among(before, known)
        rows.rounds.put(known.route_id, after or None)
        views = {each.first: detours.shown(each) for each in after if each.begun_ms}
        for first in dict.fromkeys(each.first for each in (*before, known)):
            key = f"{known.route_id}|{first}"
            is_home = self.homes.home(first) == rows.partition
            if is_home and views.get(first) != rows.detours.get(key):
                rows.detours.put(key, views.get(first))


def _found_elsewhere(rows: ObservedRows, links: Sequence[str]) -> list[str]:
    """The works, as subjects, that are on one of these links instead of where their permits say."""
    return [
        f"work:{row.work}"
        for _, row in sorted(rows.discrepancies.all().items())
        if row.kind is DiscrepancyKind.ELSEWHERE
        and not row.until_ms
        and not set(links).isdisjoint(row.links)
    ]
