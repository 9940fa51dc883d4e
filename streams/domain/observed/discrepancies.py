"""Where what happens is not what was declared: begun, changed and ended as buses show it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from streams.contract.derived import Sighting
from streams.contract.enums import Cause, Certainty, DiscrepancyKind
from streams.contract.times import DAY_MS, MINUTE_MS
from streams.domain.observed.belief import Belief, ErrorRates
from streams.domain.observed.cases import OVER_MS, SETTLE_MS, Case, contradicted
from streams.domain.observed.neighbours import Neighbours
from streams.domain.observed.rows import MAX_EVENTS, Discrepancy, SeenBus
from streams.domain.observed.tables import ObservedRows
from streams.geo.homes import Homes

MOVED_MS = 60 * MINUTE_MS
LATE_MS = 5 * MINUTE_MS
LONG_MS = 5 * OVER_MS
LATE_ROUNDS = 2  # buses that went round after the end of a work, before it is an overrun
_IN_FORCE = (
    DiscrepancyKind.LATE_START,
    DiscrepancyKind.NO_EFFECT,
    DiscrepancyKind.OVERDECLARED,
    DiscrepancyKind.EARLY_END,
)
_CLOSED = (DiscrepancyKind.UNDECLARED, DiscrepancyKind.ELSEWHERE)


class Judge:
    """Looks at cases and closed links at one time."""

    def __init__(
        self,
        rows: ObservedRows,
        neighbours: Neighbours,
        homes: Homes,
        rates: ErrorRates,
        now_ms: int,
    ) -> None:
        self._rows, self._neighbours, self._homes = rows, neighbours, homes
        self._rates, self.now_ms = rates, now_ms

    def look(self, subject: str) -> None:
        """Hold a case against its buses."""
        case = self._rows.cases.get(subject)
        if case is None:
            return
        if case.kind is Cause.WORK:
            kind = contradicted(case, self.now_ms, self._rates)
            if kind is not None or not self._is_quiet(subject, case):
                self._work(subject, case, kind)
        elif case.kind is Cause.INCIDENT and case.is_work:
            self._reported(subject, case)

    def _is_quiet(self, subject: str, case: Case) -> bool:
        """Whether nothing was ever told of a work, and buses have shown nothing since its end: what
        they do not contradict now changes nothing then.
        """
        is_late = not case.is_in_force and (case.late_rounds or case.late_slow)
        return not is_late and subject not in self._told

    def _work(self, subject: str, case: Case, kind: DiscrepancyKind | None) -> None:
        if kind is DiscrepancyKind.NO_EFFECT and case.is_full and not self._was_late(subject, case):
            kind = DiscrepancyKind.LATE_START
        if kind is not None:
            self._elsewhere(subject, case)
        if not case.links or self._homes.home(case.lead) != self._rows.partition:
            return
        for each in _IN_FORCE:
            open_id = self._open(each, subject)
            if open_id and (kind is not each):
                self._end(open_id)
        if kind is not None:
            self._tell(kind, subject, case, since_ms=case.since_ms)
        if case.ended_ms and not case.is_in_force:
            self._after_end(subject, case)
        else:
            self._end(self._open(DiscrepancyKind.OVERRUN, subject))

    def _was_late(self, subject: str, case: Case) -> bool:
        """Whether it has been said for a while that it has not begun yet."""
        known = self._rows.discrepancies.get(
            f"{DiscrepancyKind.LATE_START}:{subject}:{case.since_ms}"
        )
        return known is not None and self.now_ms - known.told_ms >= LATE_MS

    def _reported(self, subject: str, case: Case) -> None:
        """Works that a traffic centre reports, on links of which no permit is known."""
        name = f"{DiscrepancyKind.UNDECLARED}:{subject}:{case.since_ms}"
        links = self._neighbours.whole(case.links)
        if not links or self._homes.home(case.lead) != self._rows.partition:
            return
        if not case.is_in_force:
            self._end(name)
            return
        if self.now_ms - case.since_ms < OVER_MS or self._is_known(links, case.lead):
            return
        is_permitted = any(
            each.kind is Cause.WORK and not links.isdisjoint(each.links)
            for each in self._rows.cases.all().values()
        )
        if is_permitted:
            return
        self._rows.discrepancies.put(
            name,
            Discrepancy(
                DiscrepancyKind.UNDECLARED,
                "",
                tuple(sorted(links, key=lambda x: (x != case.lead, x))),
                case.since_ms,
                self.now_ms,
                certainty=Certainty.REPORTED,
                declared_ms=case.since_ms,
            ),
        )

    def _is_known(self, links: frozenset[str], lead: str) -> bool:
        """Whether a closure or works of which no permit is known were told of any of these, in the
        cell of the first: what is told in another may be another partition's to know.
        """
        return any(
            row.kind in _CLOSED
            and not links.isdisjoint(row.links)
            and self._homes.is_one_cell(row.links[0], lead)
            for row in self._rows.discrepancies.all().values()
        )

    def closed(self, link_id: str, seen: Sighting) -> None:
        """A link is impassable: who declared it, who should have opened it, or nobody."""
        rows = self._rows
        if self._homes.home(link_id) != rows.partition:
            return
        on_it = [case for case in rows.cases.all().values() if link_id in case.links]
        has_ended = any(case.has_just_ended(self.now_ms) and case.is_full for case in on_it)
        if has_ended or any(_explains(case) for case in on_it):
            return  # `_after_end` decides of what has ended
        if self._open_on(link_id, (DiscrepancyKind.OVERRUN,)):
            return
        belief = rows.beliefs.get(link_id) or Belief()
        event = SeenBus(seen.at_ms, seen.kind, seen.route_id)
        near = moved_to(rows, self._neighbours, self._rates, link_id, self.now_ms)
        kind = DiscrepancyKind.ELSEWHERE if near else DiscrepancyKind.UNDECLARED
        name = (
            self._open_on(link_id, _CLOSED)
            or self._near_open(kind, link_id)
            or f"{kind}:{near or link_id}:{belief.closed_ms}"
        )
        known = rows.discrepancies.get(name)
        certainty = Certainty.CONFIRMED if belief.is_surely_closed else Certainty.INFERRED
        if known is None:
            known = Discrepancy(
                kind, _permit(near), (), belief.closed_ms, self.now_ms, certainty=certainty
            )
        links = (*known.links, *(() if link_id in known.links else (link_id,)))
        events = known.events if event in known.events else (*known.events, event)[-MAX_EVENTS:]
        rows.discrepancies.put(
            name,
            replace(
                known,
                links=links,
                round=max(known.round, belief.rounds),
                certainty=certainty if certainty is Certainty.CONFIRMED else known.certainty,
                events=events,
                until_ms=0,
            ),
        )

    def reopened(self, link_id: str) -> None:
        """A link is open again: what said otherwise ends once all its links are."""
        for name, row in sorted(self._rows.discrepancies.all().items()):
            if row.until_ms or link_id not in row.links or row.kind in _IN_FORCE:
                continue
            beliefs = (self._rows.beliefs.get(x) or Belief() for x in row.links)
            if not any(belief.is_closed for belief in beliefs):
                self._end(name)

    def forget(self) -> None:
        for name, row in self._rows.discrepancies.all().items():
            if row.until_ms and self.now_ms - row.until_ms > DAY_MS:
                self._rows.discrepancies.put(name, None)

    def _after_end(self, subject: str, case: Case) -> None:
        """Whether a full closure goes on after its declared end; for an hour and a half, and longer
        where buses still show the road closed.
        """
        name = self._open(DiscrepancyKind.OVERRUN, subject)
        links = self._neighbours.whole(case.links)
        is_shut = any((self._rows.beliefs.get(x) or Belief()).is_closed for x in links)
        is_long = self.now_ms > case.ended_ms + LONG_MS
        enough = 1 if is_shut and is_long else LATE_ROUNDS
        is_slow = case.late_slow >= LATE_ROUNDS
        if not (is_shut or case.has_just_ended(self.now_ms)):
            self._end(name)
        elif (case.late_rounds >= enough and case.is_full) or is_slow:
            self._tell(DiscrepancyKind.OVERRUN, subject, case, since_ms=case.ended_ms)
        elif name and not case.late_rounds and not case.late_slow:
            self._end(name)

    def _elsewhere(self, subject: str, case: Case) -> None:
        """A closure near that nobody declared is this work's, where its own road is open."""
        for name, row in sorted(self._rows.discrepancies.all().items()):
            is_free = row.kind is DiscrepancyKind.UNDECLARED and not row.until_ms
            if not is_free or not is_moved(self._neighbours, case, row.links[0], row.since_ms):
                continue
            self._end(name)
            moved = f"{DiscrepancyKind.ELSEWHERE}:{subject}:{case.since_ms}"
            if self._rows.discrepancies.get(moved) is None:
                kind, work = DiscrepancyKind.ELSEWHERE, _permit(subject)
                links = tuple(dict.fromkeys((*row.links, *case.links)))
                self._rows.discrepancies.put(
                    moved,
                    replace(row, kind=kind, work=work, links=links, told_ms=self.now_ms),
                )

    def _open_on(self, link_id: str, kinds: Sequence[DiscrepancyKind]) -> str:
        """The discrepancy of these kinds that goes on, on a link; "" without one."""
        for name, row in sorted(self._rows.discrepancies.all().items()):
            if link_id in row.links and not row.until_ms and row.kind in kinds:
                return name
        return ""

    def _near_open(self, kind: DiscrepancyKind, link_id: str) -> str:
        """The discrepancy of a kind that goes on near a link; "" without one."""
        for name, row in sorted(self._rows.discrepancies.all().items()):
            is_near = link_id in row.links or self._neighbours.is_near(row.links, (link_id,))
            if row.kind is kind and not row.until_ms and is_near:
                return name
        return ""

    def _open(self, kind: DiscrepancyKind, subject: str) -> str:
        """The discrepancy of a kind about a subject that goes on; "" without one."""
        about = f"{kind}:{subject}"
        for name in self._told.get(subject, ()):
            row = self._rows.discrepancies.get(name)
            if row is not None and not row.until_ms and name.rpartition(":")[0] == about:
                return name
        return ""

    @cached_property
    def _told(self) -> dict[str, list[str]]:
        """The names of all there are, told or ended, by subject."""
        found: dict[str, list[str]] = defaultdict(list)
        for name in self._rows.discrepancies.all():
            found[_subject_of(name)].append(name)
        return found

    def _tell(self, kind: DiscrepancyKind, subject: str, case: Case, *, since_ms: int) -> None:
        name = f"{kind}:{subject}:{since_ms}"
        known = self._rows.discrepancies.get(name)
        buses = case.round + case.late_rounds if kind is DiscrepancyKind.OVERRUN else case.through
        row = Discrepancy(
            kind,
            _permit(subject),
            case.links,
            since_ms,
            known.told_ms if known else self.now_ms,
            certainty=Certainty.CONFIRMED if buses > 1 else Certainty.INFERRED,
            through=case.through,
            round=case.round + case.late_rounds,
            speed_ratio=case.speed_ratio,
            declared_ms=case.since_ms,
            declared_until_ms=case.ended_ms,
            is_tapped=case.is_seen,
            events=case.events,
        )
        if known is None:
            self._told[subject].append(name)
        if row != known:
            self._rows.discrepancies.put(name, row)

    def _end(self, name: str) -> None:
        row = self._rows.discrepancies.get(name)
        if row is not None and not row.until_ms:
            self._rows.discrepancies.put(name, replace(row, until_ms=self.now_ms))


def _explains(case: Case) -> bool:
    """Whether a declaration in force says why a road is closed: work needs a permit."""
    is_allowed = case.kind is Cause.WORK or not case.is_work
    return case.is_in_force and case.is_full and is_allowed


def is_moved(neighbours: Neighbours, case: Case, link_id: str, since_ms: int) -> bool:
    """Whether a closure may be a work's in another place: near, begun within its first hour, while
    its own road has never been closed.
    """
    is_then = -SETTLE_MS <= since_ms - case.since_ms <= MOVED_MS
    is_other = link_id not in case.links and not case.closed_ms
    return case.is_full and is_then and is_other and neighbours.is_near(case.links, (link_id,))


def moved_to(
    rows: ObservedRows, neighbours: Neighbours, rates: ErrorRates, link_id: str, now_ms: int
) -> str:
    """The full closure near a link whose own road is open: it may be here; "" without one."""
    open_ones = [
        item
        for item in rows.cases.all().items()
        if item[1].is_in_force and item[1].is_contradicted(rates)
    ]
    for subject, case in sorted(open_ones):
        if is_moved(neighbours, case, link_id, now_ms):
            return subject
    return ""


def _subject_of(name: str) -> str:
    """The subject in a discrepancy's name: "kind:subject:since"."""
    return name.partition(":")[2].rpartition(":")[0]


def _permit(subject: str) -> str:
    return subject.removeprefix("work:") if subject.startswith("work:") else ""
