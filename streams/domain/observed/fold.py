"""The fold of what traffic says: sightings and declarations in the order of their time.

The inputs of the roads run ahead of each other. So what comes is put into a queue under its own
time, or under its input's where that is later, and taken out in that order once the slowest input
has passed it: how the inputs interleave leaves no trace.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from streams.contract.derived import Declaration, LinkEvents, Sighting
from streams.contract.enums import Certainty, Observed, SightingKind
from streams.contract.times import DAY_MS, MINUTE_MS
from streams.domain.observed import belief as beliefs
from streams.domain.observed import cases
from streams.domain.observed.belief import Belief, ErrorRates
from streams.domain.observed.detouring import DetourFold
from streams.domain.observed.discrepancies import Judge, moved_to
from streams.domain.observed.neighbours import Neighbours
from streams.domain.observed.promise import promise_s
from streams.domain.observed.rows import ObservedView
from streams.domain.observed.score import ScoreChange
from streams.domain.observed.tables import ObservedRows, Progress, Queued
from streams.geo.homes import Homes
from streams.geo.network import Network

KEEP_CASE_MS = DAY_MS
CLEARLY = 500  # thousandths of a nat: how much better one link must explain it than another
HOUR_MS = 60 * MINUTE_MS
QUIET_MS = 2 * HOUR_MS
_NO_BUSES = Belief()
FEW = 3  # links: a work that is not where its permit says may be on any of them


@dataclass(frozen=True)
class ObservedFold:
    """Folds what is seen and declared of the links of a network."""

    network: Network
    homes: Homes
    neighbours: Neighbours
    rates: ErrorRates
    detours: DetourFold

    @classmethod
    def of(cls, network: Network, partitions: int, rates: ErrorRates) -> "ObservedFold":
        homes = Homes(network, partitions)
        return cls(network, homes, Neighbours(network), rates, DetourFold(network, homes, rates))

    def take(self, rows: ObservedRows, part: LinkEvents, watermark_ms: int) -> None:
        """Put what a message brings into the queue, at its time or its input's if that is later."""
        if not part.sightings and not part.declarations:
            return
        by_ms: dict[int, tuple[list[Sighting], list[Declaration]]] = {}
        for sighting in part.sightings:
            by_ms.setdefault(max(sighting.at_ms, watermark_ms), ([], []))[0].append(sighting)
        if part.declarations:
            by_ms.setdefault(watermark_ms, ([], []))[1].extend(part.declarations)
        origin = part.origin
        for at_ms, (sightings, declarations) in by_ms.items():
            key = f"{at_ms:015d} {origin.topic}/{origin.partition} {origin.offset:012d}"
            rows.queue.put(key, Queued(tuple(sightings), tuple(declarations)))

    def advance(
        self, rows: ObservedRows, now_ms: int, each_minute: Callable[[int], None] = lambda _: None
    ) -> None:
        """Take from the queue what is of before `now_ms`, and look at all things each minute;
        `each_minute` is called with its time after that.
        """
        queue = rows.queue.all()
        progress = rows.progress.get("now") or Progress()
        before = progress
        for key in sorted(key for key in queue if int(key[:15]) < now_ms):
            at_ms = int(key[:15])
            progress = self._minutes(rows, progress, at_ms, each_minute)
            progress = progress._replace(
                begun_ms=progress.begun_ms or at_ms,
                minute_ms=max(progress.minute_ms, at_ms - at_ms % MINUTE_MS),
                last_ms=max(progress.last_ms, at_ms),
            )
            self._fold(rows, queue[key], at_ms, progress)
            rows.queue.put(key, None)
        progress = self._minutes(rows, progress, now_ms, each_minute)
        if progress != before:
            rows.progress.put("now", progress)

    def _minutes(
        self,
        rows: ObservedRows,
        progress: Progress,
        until_ms: int,
        each_minute: Callable[[int], None],
    ) -> Progress:
        """Every minute up to a time, and every hour once nothing has come for two; two days after
        the last event nothing is left to happen.
        """
        if not progress.begun_ms:
            return progress
        until_ms = min(until_ms, progress.last_ms + 2 * DAY_MS)
        while (minute_ms := _next_look_ms(progress)) <= until_ms:
            self._look(rows, minute_ms, progress)
            each_minute(minute_ms)
            progress = progress._replace(minute_ms=minute_ms)
        return progress

    def _fold(self, rows: ObservedRows, queued: Queued, at_ms: int, progress: Progress) -> None:
        judge = Judge(rows, self.neighbours, self.homes, self.rates, at_ms)
        for declaration in queued.declarations:
            self._declare(rows, declaration, at_ms)
            judge.look(declaration.subject)
        for sighting in queued.sightings:
            if sighting.kind is SightingKind.THROUGH:
                self._through(rows, sighting, judge)
            else:
                self._round(rows, sighting, judge)
            self._show(rows, sighting.links, at_ms, progress)

    def _declare(self, rows: ObservedRows, declaration: Declaration, at_ms: int) -> None:
        """Take a declaration; one that is over takes away what is not in force and not just over,
        one of links that its subject has left changes nothing.
        """
        known = rows.cases.get(declaration.subject)
        if declaration.is_over and known and set(known.links).isdisjoint(declaration.links):
            return
        before = self.neighbours.whole(known.links) if known else frozenset()
        if declaration.is_over and (known is None or not known.is_in_force):
            if known is None or not known.has_just_ended(at_ms):
                rows.put_case(declaration.subject, None, before, ())
            return
        case = cases.declared(known, declaration, at_ms)
        rows.put_case(declaration.subject, case, before, self.neighbours.whole(case.links))

    def _through(self, rows: ObservedRows, seen: Sighting, judge: "Judge") -> None:
        link_id = seen.links[0]
        before = rows.beliefs.get(link_id) or Belief()
        has_cause = bool(rows.causes_on(link_id, self.rates))
        on_it = rows.cases_on((link_id,))
        is_worked = any(case.is_work and case.is_in_force for _, case in on_it)
        after = beliefs.after_through(
            before, seen, self.rates, has_cause=has_cause, is_worked=is_worked
        )
        rows.beliefs.put(link_id, after)
        if self.homes.home(link_id) == rows.partition:
            rows.scorer.drove_through(ScoreChange(link_id, before, after, judge.now_ms), seen)
        for subject, case in on_it:
            rows.cases.put(subject, cases.with_through(case, seen, before, self.rates))
            judge.look(subject)
        if before.is_closed and not after.is_closed:
            judge.reopened(link_id)
        self.detours.through(rows, seen, before)

    def _round(self, rows: ObservedRows, seen: Sighting, judge: "Judge") -> None:
        """A bus went round: what another bus drove meanwhile was not why, and where some of the
        links are declared closed it was those.
        """
        known = {link_id: rows.beliefs.get(link_id) or Belief() for link_id in seen.links}
        links = self._blamed(rows, seen, known)
        after = {x: self._after_round(rows, seen, links, x, known[x]) for x in links}
        best = max((belief.ratio for belief in after.values()), default=0)
        for link_id, belief in after.items():
            is_new = belief.is_closed and not known[link_id].is_closed
            is_less = is_new and belief.ratio < best - CLEARLY
            now = beliefs.not_yet_closed(belief, self.rates) if is_less else belief
            rows.beliefs.put(link_id, now)
            if self.homes.home(link_id) == rows.partition:
                promised_s = (rows.observed.get(link_id) or ObservedView()).promise_s
                change = ScoreChange(link_id, known[link_id], now, judge.now_ms)
                rows.scorer.went_round(change, seen, promised_s)
        for subject, case in rows.cases_on(links):
            own = self.neighbours.whole(case.links)
            is_closed = any((rows.beliefs.get(x) or Belief()).is_closed for x in own)
            rows.cases.put(subject, cases.with_round(case, seen, is_closed=is_closed))
            judge.look(subject)
        for link_id in links:
            if (rows.beliefs.get(link_id) or Belief()).is_closed:
                judge.closed(link_id, seen)
        self.detours.round(rows, seen, links)

    def _after_round(
        self, rows: ObservedRows, seen: Sighting, links: list[str], link_id: str, known: Belief
    ) -> Belief:
        """The belief of one of the links that are blamed."""
        is_few = len(links) <= FEW
        at_ms = seen.at_ms
        moved = is_few and moved_to(rows, self.neighbours, self.rates, link_id, at_ms)
        just_ended = self._just_ended(rows, link_id, at_ms)
        return beliefs.after_round(
            known,
            seen,
            self.rates,
            place=links.index(link_id) if is_few else len(links),
            has_cause=bool(rows.causes_on(link_id, self.rates) or moved),
            floor=beliefs.FLOOR_REOPENED if just_ended else None,
        )

    def _blamed(self, rows: ObservedRows, seen: Sighting, known: dict[str, Belief]) -> list[str]:
        """Which of the links that a bus went round may have been why, the likeliest kind alone:
        those closed by all that is known, those declared closed, those that were until lately,
        else all that no bus has driven since.
        """
        links = [x for x, belief in known.items() if belief.through_ms <= seen.from_ms]
        return (
            [x for x in links if known[x].is_closed]
            or [x for x in links if self._is_shut(rows, x)]
            or [x for x in links if self._just_ended(rows, x, seen.at_ms)]
            or links[: 1 if seen.kind is SightingKind.LEFT else None]
        )

    def _just_ended(self, rows: ObservedRows, link_id: str, at_ms: int) -> bool:
        """Whether a declared closure of a link has lately ended: buses go round a while longer."""
        return any(
            case.is_full and not case.is_in_force and case.has_just_ended(at_ms)
            for _, case in rows.cases_on((link_id,))
        )

    def _is_shut(self, rows: ObservedRows, link_id: str) -> bool:
        return any(
            case.is_in_force and case.is_full and not case.is_contradicted(self.rates)
            for _, case in rows.cases_on((link_id,))
        )

    def _show(
        self, rows: ObservedRows, links: Iterable[str], now_ms: int, progress: Progress
    ) -> None:
        """The views of links and of the other layers of their roads."""
        touched = {each for link_id in links for each in self.neighbours.layers(link_id)}
        for link_id in sorted(touched):
            if self.homes.home(link_id) == rows.partition:
                self._view(rows, link_id, now_ms, progress)

    def _view(self, rows: ObservedRows, link_id: str, now_ms: int, progress: Progress) -> None:
        own = rows.beliefs.get(link_id) or Belief()
        under = [rows.beliefs.get(x) or Belief() for x in self.neighbours.roads(link_id)]
        closed = [each for each in (own, *under) if each.is_closed]
        known = rows.observed.get(link_id)
        promise = promise_s(own, now_ms, progress.begun_ms)
        promise = promise if known is None else _kept(known.promise_s, promise)
        if closed:
            causes = rows.causes_on(link_id, self.rates)
            is_sure = bool(causes) or any(each.is_surely_closed for each in closed)
            view = ObservedView(
                Observed.IMPASSABLE,
                min(each.closed_ms for each in closed),
                Certainty.CONFIRMED if is_sure else Certainty.INFERRED,
                causes[0] if causes else "",
                promise,
            )
        else:
            state = own.observed(now_ms)
            is_same = known is not None and known.state is state
            certainty = Certainty.CONFIRMED if state is Observed.PASSABLE else Certainty.LOST
            since_ms = known.since_ms if known and is_same else now_ms
            view = ObservedView(state, since_ms, certainty, "", promise)
        if view != known:
            rows.observed.put(link_id, view)

    def _look(self, rows: ObservedRows, now_ms: int, progress: Progress) -> None:
        """What time alone does, once a minute."""
        judge = Judge(rows, self.neighbours, self.homes, self.rates, now_ms)
        for subject, case in sorted(rows.cases.all().items()):
            if not case.is_in_force and now_ms - case.ended_ms > KEEP_CASE_MS and case.ended_ms:
                rows.put_case(subject, None, self.neighbours.whole(case.links), ())
            else:
                judge.look(subject)
        for link_id, belief in rows.beliefs.all().items():
            if not belief.is_closed:
                continue
            on_it = [case for _, case in rows.cases_on((link_id,)) if case.is_full]
            is_on = any(case.is_in_force for case in on_it)
            ended_ms = 0 if is_on else max((case.ended_ms for case in on_it), default=0)
            after = beliefs.aged(belief, now_ms, ended_ms)
            if after is not belief:
                rows.beliefs.put(link_id, after)
                judge.reopened(link_id)
                if self.homes.home(link_id) == rows.partition:
                    rows.scorer.faded(link_id, now_ms)
        for link_id in self._stale(rows, now_ms, progress):
            self._view(rows, link_id, now_ms, progress)
        self.detours.look(rows, now_ms)
        judge.forget()
        rows.scorer.forget(now_ms)

    def _stale(self, rows: ObservedRows, now_ms: int, progress: Progress) -> list[str]:
        """The links whose views time alone may change: those that are shown or known to be closed,
        on any layer of their roads, and of all others those with another state or promise.
        """
        beliefs = rows.beliefs.all()
        closed = [link_id for link_id, belief in beliefs.items() if belief.is_closed]
        touched = {each for link_id in closed for each in self.neighbours.layers(link_id)}
        alike: dict[tuple[int, tuple[int, ...], int | None], bool] = {}  # many links are
        found: list[str] = []
        for link_id, known in rows.observed.all().items():
            own = beliefs.get(link_id, _NO_BUSES)
            promise = (own.quarter, own.quarters, known.promise_s)
            is_kept = alike.get(promise)
            if is_kept is None:
                now_s = promise_s(own, now_ms, progress.begun_ms)
                is_kept = alike[promise] = _kept(known.promise_s, now_s) == known.promise_s
            is_same = own.observed(now_ms) is known.state is not Observed.IMPASSABLE
            if not (is_kept and is_same) or link_id in touched:
                found.append(link_id)
        return found


def _kept(known_s: int | None, promised_s: int | None) -> int | None:
    """A promise that is near what was promised before changes nothing."""
    if known_s is None or promised_s is None:
        return promised_s
    return known_s if abs(promised_s - known_s) * 5 <= known_s else promised_s


def _next_look_ms(progress: Progress) -> int:
    """When all things are looked at again."""
    every_ms = HOUR_MS if progress.minute_ms >= progress.last_ms + QUIET_MS else MINUTE_MS
    return progress.minute_ms - progress.minute_ms % every_ms + every_ms
