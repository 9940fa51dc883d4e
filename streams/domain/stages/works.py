"""The stage of the works: permits, reports and time in; rows, obstructions and history out."""

from bisect import bisect_left
from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import cached_property

from streams.contract.derived import Origin
from streams.contract.records import Forgotten, Message, Permit, PermitBatch, SiteReport, Tick
from streams.contract.times import DAY_MS, HOUR_MS, MINUTE_MS
from streams.contract.topics import PERMITS
from streams.domain.alerts import Episode
from streams.domain.clashes.clash import Clash
from streams.domain.clashes.crowds import point_crowds
from streams.domain.clashes.finder import ClashFinder
from streams.domain.derive import send
from streams.domain.doubtful_points import is_doubtful
from streams.domain.listings import ListTables, whole_list
from streams.domain.permit_ids import permit_of
from streams.domain.rules import AlertRules
from streams.domain.rules.clash import watch_clashes
from streams.domain.rules.watching import Look
from streams.domain.rules.works import watch_works
from streams.domain.stage import Effects, Rows, StageTable, State
from streams.domain.works.directions import Directions
from streams.domain.works.identity import resolved
from streams.domain.works.moves import after_report, listed, says_nothing_new
from streams.domain.works.phases import (
    OVER,
    end_ms,
    is_in_force,
    phase_at,
    settled_ms,
    times_ms,
)
from streams.domain.works.rows import Work
from streams.domain.works.score import STARTS, WORK_SCORES
from streams.domain.works.step import WORKS, WorksStep
from streams.geo.addresses import Gazetteer
from streams.geo.homes import Homes
from streams.geo.network import Network
from streams.geo.placement import place

KEEP_FINISHED_MS = 7 * DAY_MS
SEEN_EVERY_MS = 600_000  # what is only seen again is written so often, or every poll is a delta
MISSES_TO_UNLIST = 3
CLASHES_EVERY_MS = 600_000  # at least: time alone brings works near and ends clashes
CLASHES = StageTable("clashes", Clash)
COMPUTED = StageTable("computed", int)  # when the clashes were last computed, ms, as "clashes"
EPISODES = StageTable("work-episodes", Episode)
LISTS = ListTables.of("permits")
FORGOTTEN = StageTable("works_forgotten", int)  # permit -> when it was forgotten, ms
KEEP_FORGOTTEN_MS = PERMITS.retention_h * HOUR_MS
"""So long its feed cannot bring a permit back: as long as the log still has it."""


class WorksStage:
    """permits and site reports -> works, and what they do to links, as time passes."""

    takes = (PermitBatch, SiteReport, Tick, Forgotten)
    tables = (WORKS, CLASHES, COMPUTED, EPISODES, STARTS, WORK_SCORES, FORGOTTEN, *LISTS)

    def __init__(
        self,
        network: Network,
        *,
        partitions: int,
        gazetteer: Gazetteer | None = None,
        rules: AlertRules = AlertRules(),  # noqa: B008 - frozen
    ) -> None:
        self._rules = rules
        self._network = network
        self._partitions = partitions
        self._homes = Homes(network, partitions)
        self._gazetteer = gazetteer
        self._directions = Directions(network)
        # These only save time; they are of rows as the steps of this stage left them.
        self._odd: dict[str, tuple[Work, tuple[int, ...]]] = {}
        self._odd_in_order: list[tuple[int, str]] | None = None  # None: rows have changed
        self._looked: tuple[Mapping[str, Work], int] = {}, 0
        self._quiet: tuple[Mapping[str, Episode], int] = {}, 0

    @cached_property
    def _clashes(self) -> ClashFinder:
        """Made with the first work: the graph of the roads takes seconds in a large network."""
        return ClashFinder(self._network)

    def step(self, state: State, message: Message, origin: Origin) -> Effects:
        step = WorksStep(state)
        gone = Rows(FORGOTTEN, state, step.effects)
        tick_ms = now_ms = 0
        if isinstance(message, Tick):
            tick_ms = now_ms = message.tick_ms
            self._pass_time(step, tick_ms)
            for permit, at_ms in gone.stored.items():
                if at_ms <= now_ms - KEEP_FORGOTTEN_MS:
                    gone.put(permit, None)
        elif isinstance(message, PermitBatch):
            now_ms = message.received_ms
            self._take_list(step, state, message)
        elif isinstance(message, SiteReport):
            now_ms = message.received_ms
            _take_report(step, message)
        elif isinstance(message, Forgotten):
            now_ms = message.at_ms
            look = Look(step.effects, Rows(EPISODES, state, step.effects), now_ms)
            _forget(step, look, gone, message.subject)
        clashes = Rows(CLASHES, state, step.effects)
        self._clash(step, clashes, Rows(COMPUTED, state, step.effects), now_ms)
        self._watch(step, clashes, Rows(EPISODES, state, step.effects), now_ms)
        send(
            step.effects,
            origin,
            self._partitions,
            obstructions=step.obstructions,
            declarations=step.declarations,
            homes=self._homes,
            tick_ms=tick_ms,
        )
        if step.rows.changed:
            self._odd_in_order = None
        return step.effects

    def _watch(
        self, step: WorksStep, clashes: Rows[Clash], episodes: Rows[Episode], now_ms: int
    ) -> None:
        """Look at what has changed, and at episodes that have waited; most ticks bring neither."""
        known, until_ms = self._quiet
        is_still = not step.rows.changed and not clashes.changed
        if is_still and known is episodes.stored and now_ms < until_ms:
            return
        look = Look(step.effects, episodes, now_ms)
        watch_works(look, self._rules, self._network, step.rows)
        watch_clashes(look, self._rules, self._network, clashes, step.rows)
        is_still = is_still and not episodes.changed
        self._quiet = episodes.stored, look.quiet_until_ms(self._rules) if is_still else 0

    def _pass_time(self, step: WorksStep, now_ms: int) -> None:
        """Works whose phase changes by the clock; those over for a week are forgotten.

        Within a minute only those are looked at that have a time at such a second: daily hours and
        most permits begin and end with a minute.
        """
        for work in self._due(step.known, now_ms):
            phase = phase_at(work, now_ms)
            if phase in OVER and now_ms > settled_ms(work) + KEEP_FINISHED_MS:
                step.forget(work, now_ms)
            elif (phase, is_in_force(work, phase, now_ms)) != (work.phase, work.is_in_force):
                step.put(work, now_ms)

    def _due(self, works: Mapping[str, Work], now_ms: int) -> list[Work]:
        """The works that a tick may change."""
        passed_ms = self._passed_ms(works, now_ms)
        if not passed_ms:
            self._odd.clear()  # those that are gone by now among them
            self._odd_in_order = None
            return list(works.values())
        if self._odd_in_order is None:
            odd = ((x, work.permit_id) for work in works.values() for x in self._odd_times(work))
            self._odd_in_order = sorted(odd)
        first = bisect_left(self._odd_in_order, ((now_ms - passed_ms) % MINUTE_MS,))
        end = bisect_left(self._odd_in_order, (now_ms % MINUTE_MS + 1,))
        due = {permit_id for _, permit_id in self._odd_in_order[first:end]}
        return [work for work in works.values() if work.permit_id in due] if due else []

    def _passed_ms(self, works: Mapping[str, Work], now_ms: int) -> int:
        """How long ago these very works were last looked at, within this minute; 0: all are to be
        looked at. Works that were loaded anew are others.
        """
        known, before_ms = self._looked
        self._looked = works, now_ms
        minute = before_ms // MINUTE_MS
        is_within = minute * MINUTE_MS < before_ms < now_ms < (minute + 1) * MINUTE_MS
        return now_ms - before_ms if known is works and is_within else 0

    def _odd_times(self, work: Work) -> tuple[int, ...]:
        """The times of a work within a minute, ms after its begin; found once a row."""
        known = self._odd.get(work.permit_id)
        if known is None or known[0] is not work:
            odd = tuple(x % MINUTE_MS for x in times_ms(work) if x % MINUTE_MS)
            known = self._odd[work.permit_id] = work, odd
        return known[1]

    def _clash(
        self, step: WorksStep, clashes: Rows[Clash], computed: Rows[int], now_ms: int
    ) -> None:
        """Compute the clashes again once a work has changed, or ten minutes have passed."""
        last_ms = computed.get("clashes") or 0
        if not step.is_changed and now_ms < last_ms + CLASHES_EVERY_MS:
            return
        at_ms = max(now_ms, last_ms)
        computed.put("clashes", at_ms)
        works, known = step.rows.all(), clashes.stored
        clashing = self._clashes.of(works, at_ms) if works else {}
        found = {**clashing, **point_crowds(works.values())}
        for name in sorted(known.keys() | found.keys()):
            if known.get(name) != found.get(name):
                clashes.put(name, found.get(name))

    def _take_list(self, step: WorksStep, state: State, batch: PermitBatch) -> None:
        """Every permit as it stands last in its answer, and what a complete list leaves out."""
        stated = resolved(step.known, {row.permit_id: row for row in batch.rows}.values())
        forgotten = state[FORGOTTEN.name]
        for permit in stated.values():
            if forgotten and permit_of(permit.permit_id) in forgotten:
                step.effects.count("permits forgotten")
            else:
                self._admit(step, batch, permit)
        whole = whole_list(LISTS, state, step.effects, batch, stated)
        if whole is not None:
            for work in _left_out(step.known, batch, whole):
                step.put(_missed(work, batch.received_ms), batch.received_ms)

    def _admit(self, step: WorksStep, batch: PermitBatch, permit: Permit) -> None:
        """Take a permit as its source states it now; what stays the same is placed only once."""
        known = step.known.get(permit.permit_id)
        if known and batch.received_ms < max(known.seen_ms, known.missed_ms):
            step.effects.count("permits late")
            return
        if known and self._is_only_seen(known, batch, permit):
            if batch.received_ms - known.seen_ms >= SEEN_EVERY_MS:
                step.put(replace(known, seen_ms=batch.received_ms), batch.received_ms)
            return
        work = listed(known, permit, batch.received_ms)
        is_over = phase_at(work, batch.received_ms) in OVER
        if known is None and is_over and batch.received_ms > end_ms(work) + KEEP_FINISHED_MS:
            return  # forgotten by the clock, and still listed by its source
        if not (known and known.network == self._network.version and _is_placed_as(known, permit)):
            work = self._placed(work)
        work = replace(work, feed=batch.feed, seen_ms=batch.received_ms)
        work = replace(work, unlisted_ms=0, misses=0, missing_ms=0, missed_ms=0)
        step.put(work, batch.received_ms)

    def _is_only_seen(self, known: Work, batch: PermitBatch, permit: Permit) -> bool:
        return (
            known.network == self._network.version
            and known.feed == batch.feed
            and not known.misses
            and says_nothing_new(known, permit, batch.received_ms)
        )

    def _placed(self, work: Work) -> Work:
        has_point = work.lon is not None and work.lat is not None and not is_doubtful(work)
        links, placed_by = place(
            self._network,
            link_ids=work.link_ids,
            geometry=work.geometry,
            parts=work.geometry_parts,
            point=(work.lon, work.lat) if has_point else None,  # type: ignore[arg-type]
            address=work.place,
            gazetteer=self._gazetteer,
        )
        return replace(
            work,
            links=self._directions.pick(links, work.direction, named=work.link_ids),
            is_direction_unread=not self._directions.is_read(links, work.direction),
            placed_by=placed_by,
            network=self._network.version,
        )


def _take_report(step: WorksStep, report: SiteReport) -> None:
    """One report from the site; a refused one changes nothing and is counted under its code."""
    known = step.known.get(report.permit_id)
    after = after_report(known, report) if known else "W001"
    if isinstance(after, str):
        step.effects.refused[f"permits {after}"] = 1
        step.effects.count("site-reports refused")
    elif after is known:
        step.effects.count("site-reports repeated")
    else:
        step.effects.count("site-reports taken")
        step.put(after, report.received_ms)


def _forget(step: WorksStep, look: Look, gone: Rows[int], subject: str) -> None:
    """Let go of every spot of a permit, and of what its feed will still list of it."""
    kind, _, work_id = subject.partition(":")
    if kind != "work":
        step.effects.count("forgotten unknown")
        return
    permit = permit_of(work_id)
    spots = {name: work for name, work in step.known.items() if permit_of(name) == permit}
    for work in spots.values():
        step.let_go(work)
    for name in sorted({permit, work_id, *spots}):
        look.forget(f"work:{name}")
    gone.put(permit, look.now_ms)


def _is_placed_as(known: Work, permit: Permit) -> bool:
    """Whether a permit says nothing new of where it lies."""
    return is_doubtful(known) == is_doubtful(permit) and all(
        getattr(known, name) == getattr(permit, name)
        for name in ("link_ids", "geometry", "geometry_parts", "lon", "lat", "place", "direction")
    )


def _left_out(works: Mapping[str, Work], batch: PermitBatch, stated: Collection[str]) -> list[Work]:
    """The works of a feed that its complete answer leaves out, once for each answer."""
    return [
        work
        for work in works.values()
        if work.feed == batch.feed
        and work.permit_id not in stated
        and batch.received_ms > max(work.seen_ms, work.missed_ms)
        and not work.unlisted_ms
    ]


def _missed(work: Work, received_ms: int) -> Work:
    """One answer more without it; the third in a row makes it unlisted since the first."""
    since_ms = work.missing_ms or received_ms
    is_unlisted = work.misses + 1 >= MISSES_TO_UNLIST
    return replace(
        work,
        misses=work.misses + 1,
        missing_ms=since_ms,
        missed_ms=received_ms,
        unlisted_ms=since_ms if is_unlisted else 0,
    )
