"""The fold of detours: which bus's going round begins, changes or ends one of its route."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from streams.contract.derived import Sighting
from streams.domain.observed import detours
from streams.domain.observed.belief import Belief
from streams.domain.observed.detours import GoingRound
from streams.domain.observed.tables import ObservedRows
from streams.geo.homes import Homes
from streams.geo.network import Network


@dataclass(frozen=True)
class Explanation:
    """What explains that buses go round links: a subject or "", and whether it closes them now."""

    subject: str = ""
    is_closing: bool = False


@dataclass(frozen=True)
class DetourFold:
    """Folds who goes round; every partition that sees a bus knows, the home of the first link
    avoided shows it.
    """

    network: Network
    homes: Homes

    @cached_property
    def _ends(self) -> dict[str, frozenset[str]]:
        """By route the links of its first and of its last section, where buses begin and end."""
        found = {}
        for route in self.network.routes:
            ends = [f"{a}>{b}" for a, b in (route.stops[:2], route.stops[-2:]) if a != b]
            under = (p.standard_id for x in ends for p in self.network.standards_of.get(x, ()))
            found[route.id] = frozenset((*ends, *under))
        return found

    def on(self, rows: ObservedRows, seen: Sighting) -> tuple[str, GoingRound | None]:
        """What is known of the route of a bus on links that it went round, by its key."""
        for key, known in sorted(rows.rounds.all().items()):
            if known.route_id == seen.route_id and not set(known.links).isdisjoint(seen.links):
                return key, known
        return "", None

    def round(
        self, rows: ObservedRows, seen: Sighting, links: Sequence[str], why: Explanation
    ) -> None:
        """A bus went round; `links` may have been why, and something or nothing explains it."""
        if not links or not detours.is_round(seen):
            return
        key, known = self.on(rows, seen)
        if not (seen.is_sure or known or why.is_closing):
            return
        after = detours.with_round(known, seen, tuple(links))
        is_at_end = set(after.links) <= self._ends.get(seen.route_id, frozenset())
        is_begun = bool(after.begun_ms) or detours.begins(
            after, is_explained=why.is_closing, is_at_end=is_at_end
        )
        after = after._replace(
            begun_ms=(after.begun_ms or seen.at_ms) if is_begun else 0,
            cause=why.subject or after.cause,
        )
        self._put(rows, key or f"{seen.route_id}|{after.links[0]}", after)

    def through(
        self, rows: ObservedRows, seen: Sighting, before: Belief, is_shut: Callable[[str], bool]
    ) -> None:
        """A bus drove a link: its route's buses do not avoid it. The detour is over where none of
        the links that are left is shut.
        """
        key, known = self.on(rows, seen)
        if known is None or seen.from_ms < known.left_ms or not detours.is_clean(seen, before):
            return
        after = detours.without_link(known, seen.links[0])
        self._put(rows, key, after if any(map(is_shut, after.links)) else None)

    def look(self, rows: ObservedRows, key: str, known: GoingRound, why: str, now_ms: int) -> None:
        """What time alone does to one of them, and what has been declared since."""
        if detours.is_quiet(known, now_ms):
            self._put(rows, key, None)
        elif why and why != known.cause:
            self._put(rows, key, known._replace(cause=why))

    def _put(self, rows: ObservedRows, key: str, known: GoingRound | None) -> None:
        rows.rounds.put(key, known)
        if self.homes.home(key.partition("|")[2]) != rows.partition:
            return
        view = detours.shown(known) if known is not None and known.begun_ms else None
        if view != rows.detours.get(key):
            rows.detours.put(key, view)
