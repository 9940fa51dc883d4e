"""The fold: all that is known of a link, and the one state the screens show of it.

The fold is a function of the log alone. Each input partition brings its own time in order (ticks);
a passage is late by the time of the partition it came from, and a window closes when the slowest
partition has passed it. So the order in which partitions interleave leaves no trace in the state.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property, partial
from typing import NamedTuple

from streams.contract.derived import LinkBatch, LinkEvents, Obstruction, Origin, Passage, SpeedShare
from streams.contract.records import Message
from streams.domain.alerts import Episode
from streams.domain.links.factors import FACTORS, Factors
from streams.domain.links.fold import (
    FoldSettings,
    LinkFold,
    LinkView,
    ReportMoment,
    age,
    judged,
    learned,
    stamped,
    take_obstruction,
    take_passage,
    take_speed,
    view,
)
from streams.domain.links.learning import TABLES, Habits, Learning
from streams.domain.links.overlap import AGREEMENTS
from streams.domain.links.quarters import IsHoliday, no_holiday
from streams.domain.links.settled import Judged
from streams.domain.observed.belief import ErrorRates
from streams.domain.observed.fold import ObservedFold
from streams.domain.observed.tables import TABLES as OBSERVED_TABLES
from streams.domain.observed.tables import ObservedRows
from streams.domain.rules import AlertRules
from streams.domain.rules.detours import watch_detours
from streams.domain.rules.discrepancies import DiscrepancyWatch
from streams.domain.rules.roads import KnownRoads, RoadWatch
from streams.domain.rules.watching import Look
from streams.domain.stage import Effects, Rows, StageTable, State
from streams.geo.network import Network

__all__ = ["FoldSettings", "InputPosition", "LinkFold", "LinkView", "RoadsStage"]


class InputPosition(NamedTuple):
    """One input partition as the fold has seen it: the last origin applied, and its time."""

    offset: int = -1
    watermark_ms: int = 0


FOLDS = StageTable("folds", LinkFold)
LINKS = StageTable("links", LinkView)
SOURCES = StageTable("sources", InputPosition)  # by "topic/partition"
CLOCK = StageTable("clock", int, is_global=True)  # by partition, ms
EPISODES = StageTable("link-episodes", Episode)


class RoadRows:
    """The rows of one partition in the midst of a message."""

    def __init__(self, state: State, effects: Effects, partition: int, habits: Habits) -> None:
        self.folds = Rows(FOLDS, state, effects)
        self.links = Rows(LINKS, state, effects)
        self.sources = Rows(SOURCES, state, effects)
        self.episodes = Rows(EPISODES, state, effects)
        self.observed = ObservedRows(state, effects, partition)
        self.factors = Factors(state, effects, habits.links, habits.rules)
        self.effects = effects
        self._clock = Rows(CLOCK, state, effects)
        self._partition = str(partition)
        self._learns_by = (habits, state, effects)

    @cached_property
    def learning(self) -> Learning:
        """What is usual; most messages neither ask nor teach."""
        return Learning(*self._learns_by)

    @property
    def now_ms(self) -> int:
        """The partition's clock, 0 before all inputs have come."""
        return self._clock.get(self._partition) or 0

    @now_ms.setter
    def now_ms(self, now_ms: int) -> None:
        self._clock.put(self._partition, now_ms)


class RoadsStage:
    """link-events -> road states: the one place a road changes."""

    takes = (LinkBatch,)
    tables = (
        *(FOLDS, LINKS, SOURCES, CLOCK, EPISODES, FACTORS, AGREEMENTS),
        *TABLES,
        *OBSERVED_TABLES,
    )

    def __init__(
        self,
        network: Network,
        rules: FoldSettings,
        inputs: tuple[str, ...],
        alerts: AlertRules = AlertRules(),  # noqa: B008 - frozen
        is_holiday: IsHoliday = no_holiday,
        *,
        partitions: int = 1,
        rates: ErrorRates = ErrorRates(),  # noqa: B008 - frozen
    ) -> None:
        """`inputs`: all input partitions, "topic/partition"; time stands until each has sent."""
        self._rules = rules
        self._inputs = inputs
        self._network, self._alerts = network, alerts
        self._watch = RoadWatch(network, rules, alerts)
        self._discrepancies = DiscrepancyWatch(network, alerts, self._watch.title)
        self._habits = Habits(network, rules, is_holiday)
        self._observed = ObservedFold.of(network, partitions, rates)
        self._roads = self._habits.links

    def step(self, state: State, message: Message, origin: Origin) -> Effects:
        effects = Effects()
        if isinstance(message, LinkBatch):
            rows = RoadRows(state, effects, origin.partition, self._habits)
            for part in message.parts:
                self._step_run(rows, part)
        return effects

    def _step_run(self, rows: RoadRows, part: LinkEvents) -> None:
        """A part of several inputs, input by input: what is here already is left out of it."""
        origin, offsets = part.origin, part.speeds.offsets
        source = rows.sources.get(f"{origin.topic}/{origin.partition}") or InputPosition()
        first = bisect_right(offsets, source.offset)
        if not offsets or first == len(offsets):
            self._step(rows, part)
            return
        while first < len(offsets):
            end = bisect_right(offsets, offsets[first])
            of_one = replace(part.speeds.rows_of(first, end), offsets=())
            self._step(rows, LinkEvents(replace(origin, offset=offsets[first]), 0, speeds=of_one))
            first = end

    def _step(self, rows: RoadRows, part: LinkEvents) -> None:
        came_from = f"{part.origin.topic}/{part.origin.partition}"
        source = rows.sources.get(came_from) or InputPosition()
        if part.origin.offset <= source.offset:
            rows.effects.count("link-events repeated")
            return
        watermark_ms = max(source.watermark_ms, part.watermark_ms)
        rows.sources.put(came_from, InputPosition(part.origin.offset, watermark_ms))
        changed = self._take(rows, part, ReportMoment(watermark_ms, self._judged(rows.now_ms)))
        self._observed.take(rows.observed, part, watermark_ms)
        if watermark_ms > source.watermark_ms:
            changed |= self._advance(rows)
        self._show(rows, changed)

    def _take(self, rows: RoadRows, part: LinkEvents, moment: ReportMoment) -> set[str]:
        """Fold the part's records into their links; which links changed."""
        changed: set[str] = set()
        grid, watermark_ms = self._rules.grid, moment.reported_ms
        records: tuple[Passage | SpeedShare | Obstruction, ...] = (
            *part.passages,
            *part.speeds.rows,
            *part.obstructions,
        )
        for row in records:
            if row.link_id not in self._roads:
                rows.effects.count("link-events unknown_link")
                continue
            link = rows.folds.get(row.link_id) or _NOTHING
            if isinstance(row, Passage):
                if grid.is_closed(grid.start_of(row.exited_ms), watermark_ms):
                    rows.effects.count("passages late")
                    continue
                link = take_passage(link, row, grid)
                rows.learning.take(row)
            elif isinstance(row, SpeedShare):
                if row.observed_ms <= watermark_ms - self._rules.fresh_ms:
                    rows.effects.count("speeds late")  # time would take it away, or already has
                    continue
                link = take_speed(link, row, moment, self._rules)
            else:
                link = take_obstruction(link, row, moment)
            rows.folds.put(row.link_id, stamped(link))
            changed.add(row.link_id)
        return changed

    def _advance(self, rows: RoadRows) -> set[str]:
        """Move the partition's clock to the slowest input's time; which links aged by it."""
        sources = (rows.sources.get(name) or InputPosition() for name in self._inputs)
        before_ms, now_ms = rows.now_ms, min(source.watermark_ms for source in sources)
        if now_ms <= before_ms:
            return set()
        rows.now_ms = now_ms
        changed = self._judge(rows, before_ms, now_ms)
        self._observed.advance(rows.observed, now_ms, partial(self._compare, rows))
        fresh_ms, stale_ms = self._rules.fresh_ms, self._rules.stale_ms
        for link_id, link in rows.folds.all().items():
            if 0 < link.oldest_ms <= now_ms - fresh_ms:
                rows.folds.put(link_id, stamped(age(link, now_ms, fresh_ms)))
                changed.add(link_id)
            elif any(before_ms < at + stale_ms <= now_ms for at in (link.bus_ms, link.its_ms)):
                changed.add(link_id)
        if rows.learning.is_another(before_ms, now_ms):
            for link_id, shown in rows.links.all().items():
                if (now := rows.learning.with_usual(shown, link_id, now_ms)) is not shown:
                    rows.links.put(link_id, now)
        return changed

    def _compare(self, rows: RoadRows, minute_ms: int) -> None:
        """Emit where what buses do is not what was declared, and where they go round."""
        found = rows.observed.discrepancies
        self._discrepancies.judge(rows.effects, rows.episodes, found, minute_ms)
        look = Look(rows.effects, rows.episodes, minute_ms)
        watch_detours(look, self._alerts, self._network, rows.observed.detours)

    def _judged(self, clock_ms: int) -> Judged:
        return Judged(clock_ms, self._rules.grid.size_ms)

    def _judge(self, rows: RoadRows, before_ms: int, now_ms: int) -> set[str]:
        """Judge the links at every end of a window that the clock has passed, and learn from the
        windows that take nothing more; which links this changed.
        """
        if self._judged(before_ms).next_after(0) > now_ms:
            return set()
        folds, size_ms = rows.folds.all(), self._rules.grid.size_ms
        factors = rows.factors.by_class()
        self._judge_all(rows, folds, before_ms, now_ms)
        changed = rows.factors.shown_anew(folds, factors)
        for link_id, link in folds.items():
            after = learned(
                judged(link, self._judged(now_ms)), now_ms - now_ms % size_ms, self._rules.grid
            )
            if after is not link:
                rows.folds.put(link_id, stamped(after))
            if after.habit != link.habit:
                changed.add(link_id)
        return changed

    def _judge_all(
        self, rows: RoadRows, folds: Mapping[str, LinkFold], before_ms: int, now_ms: int
    ) -> None:
        """Make the judgements after `before_ms`. What is learned at a time counts from then on: in
        no judgement before it.
        """
        times = set(rows.factors.times(folds, before_ms, now_ms))
        lessons = tuple(rows.learning.lessons(folds, before_ms, now_ms))
        done_ms = before_ms
        for at_ms in sorted({*times, *(lesson.at_ms for lesson in lessons), now_ms + 1}):
            known = KnownRoads(folds, rows.learning.speed_at, rows.factors.of)
            done, until_ms = self._judged(done_ms), at_ms - 1
            self._watch.judge(rows.effects, rows.episodes, known, done=done, now_ms=until_ms)
            if at_ms in times:
                rows.factors.learn(folds, at_ms)
            for lesson in lessons:
                if lesson.at_ms == at_ms:
                    rows.learning.learn(folds, lesson, rows.factors)
            done_ms = until_ms

    def _show(self, rows: RoadRows, changed: set[str]) -> None:
        for link_id in sorted(changed):
            link = rows.folds.get(link_id) or _NOTHING
            road, before = self._roads[link_id], rows.links.get(link_id)
            shown = view(link, road, self._rules, rows.now_ms, rows.factors.of(road))
            shown = rows.learning.with_usual(shown, link_id, rows.now_ms)
            if shown == before:
                continue
            rows.links.put(link_id, shown)
            if before is None or any(getattr(shown, n) != getattr(before, n) for n in _REMEMBERED):
                kept = {name: getattr(shown, name) for name in (*_REMEMBERED, "certainty")}
                rows.effects.remember(f"link:{link_id}", rows.now_ms, kept)


_NOTHING = LinkFold()
_REMEMBERED = ("level", "closure", "subjects")  # what a person would, not each km/h
