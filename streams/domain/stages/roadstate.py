"""The fold: all that is known of a link, and the one state the screens show of it.

The fold is a function of the log alone. Each input partition brings its own time in order (ticks);
a passage is late by the time of the partition it came from, and a window closes when the slowest
partition has passed it. So the order in which partitions interleave leaves no trace in the state.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property, partial
from typing import Any, NamedTuple

from streams.contract.derived import (
    LinkBatch,
    LinkEvents,
    Obstruction,
    Origin,
    Passage,
    PassedTick,
)
from streams.contract.records import Message
from streams.domain.alerts import Episode
from streams.domain.links.column_table import ColumnTable, LinkFacts
from streams.domain.links.columns import LINKS
from streams.domain.links.factors import FACTORS, Factors
from streams.domain.links.fold import (
    FoldSettings,
    LinkFold,
    LinkView,
    ReportMoment,
    stamped,
    take_obstruction,
    take_passage,
)
from streams.domain.links.history import WHOLE_MS, history_of, packed
from streams.domain.links.learning import TABLES, Habits, Learning, UsualAt
from streams.domain.links.overlap import AGREEMENTS
from streams.domain.links.quarters import IsHoliday, no_holiday
from streams.domain.links.quarters_told import QuarterEntry, packed_quarter, quarters_of
from streams.domain.links.settled import Judged
from streams.domain.links.table import FOLDS, LinkTable
from streams.domain.observed.belief import ErrorRates
from streams.domain.observed.fold import ObservedFold
from streams.domain.observed.tables import TABLES as OBSERVED_TABLES
from streams.domain.observed.tables import ObservedRows
from streams.domain.rules import AlertRules
from streams.domain.rules.detours import watch_detours
from streams.domain.rules.discrepancies import DiscrepancyWatch
from streams.domain.rules.roads import KnownRoads, RoadWatch
from streams.domain.rules.watching import Look
from streams.domain.stage import Effects, Rows, StageTable, State, Taken
from streams.geo.network import Network

__all__ = ["FoldSettings", "InputPosition", "LinkFold", "LinkView", "RoadsStage"]


class InputPosition(NamedTuple):
    """One input partition as the fold has seen it: the last origin applied, and its time."""

    offset: int = -1
    watermark_ms: int = 0


REMEMBER_MS = 5_000
"""How often the history is told what the links show: of more it would not be read."""
SOURCES = StageTable("sources", InputPosition)  # by "topic/partition"
CLOCK = StageTable("clock", int)  # by partition, ms
EPISODES = StageTable("link-episodes", Episode)


def _watermarks(sources: Mapping[str, InputPosition]) -> dict[str, int]:
    """How far each input partition has come, ms."""
    return {name: source.watermark_ms for name, source in sources.items()}


class RoadRows:
    """The rows of one partition in the midst of a run of messages."""

    def __init__(
        self, state: State, effects: Effects, partition: int, habits: Habits, links: LinkTable
    ) -> None:
        self.links = links
        self.sources = Rows(SOURCES, state, effects)
        self.watermarks_ms = defaultdict(int, _watermarks(self.sources.stored))
        self.episodes = Rows(EPISODES, state, effects)
        self.observed = ObservedRows(state, effects, partition)
        self.factors = Factors(state, effects, habits.links, habits.rules)
        self.effects = effects
        self._clock = Rows(CLOCK, state, effects)
        self._partition = str(partition)
        self._now_ms = self._clock.get(self._partition) or 0
        self._learns_by = (habits, state, effects)

    @cached_property
    def learning(self) -> Learning:
        """What is usual; most messages neither ask nor teach."""
        return Learning(*self._learns_by)

    @property
    def now_ms(self) -> int:
        """The partition's clock, 0 before all inputs have come."""
        return self._now_ms

    @now_ms.setter
    def now_ms(self, now_ms: int) -> None:
        self._now_ms = now_ms
        self._clock.put(self._partition, now_ms)

    def remember(self, *, is_whole: bool) -> None:
        """Tell the history what is shown at the clock's time: of the links of which that is news,
        or of all.
        """
        entry = self.links.told(is_whole=is_whole)
        if entry is not None:
            self.effects.remember(history_of(self._partition), self.now_ms, packed(entry))

    def tell(self, at_ms: int, quarter: QuarterEntry | None) -> None:
        """Tell the history of a quarter hour that was learned at a time."""
        if quarter is not None:
            self.effects.remember(quarters_of(self._partition), at_ms, packed_quarter(quarter))


def _after(
    ticks: Sequence[PassedTick], source: InputPosition, now_ms: int, *, has_rows: bool
) -> Sequence[PassedTick]:
    """The ticks that an input comes to now. Where it is ahead of the slowest and has nothing else
    to tell, only the newest of them says anything.
    """
    if not ticks or ticks[-1].offset <= source.offset:
        return ()
    if source.watermark_ms > now_ms and not has_rows:
        newest_ms = max(tick.at_ms for tick in ticks)
        return (PassedTick(ticks[-1].offset, newest_ms),)
    return [tick for tick in ticks if tick.offset > source.offset]


class RoadsStage:
    """link-events -> road states: the one place a road changes."""

    takes = (LinkBatch,)
    tables: tuple[StageTable[Any], ...] = (
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
        self._facts = LinkFacts(network, rules.thresholds, self._watch.well_from_kmh)

    def step(self, state: State, message: Message, origin: Origin) -> Effects:
        return self.step_run(state, [Taken(message, origin)])

    def step_run(self, state: State, run: Sequence[Taken]) -> Effects:
        effects = Effects()
        partition = run[0].origin.partition
        rows = RoadRows(state, effects, partition, self._habits, self._table(state, effects))
        for message, _ in run:
            if isinstance(message, LinkBatch):
                for part in message.parts:
                    self._step(rows, part)
        self._show(rows)
        rows.links.finish()
        return effects

    def _table(self, state: State, effects: Effects) -> LinkTable:
        """The links in the midst of a run."""
        return ColumnTable(state, effects, self._facts, self._rules)

    def _step(self, rows: RoadRows, part: LinkEvents) -> None:
        came_from = f"{part.origin.topic}/{part.origin.partition}"
        source = rows.sources.get(came_from) or InputPosition()
        if part.origin.offset <= source.offset:
            rows.effects.count("link-events repeated")
            return
        offsets, begin = part.speeds.offsets, bisect_right(part.speeds.offsets, source.offset)
        for tick in _after(part.ticks, source, rows.now_ms, has_rows=bool(offsets)):
            end = bisect_left(offsets, tick.offset, begin)
            self._take_speeds(rows, part, begin, end, source.watermark_ms)
            source, begin = self._pass(rows, came_from, source, tick), end
        own = PassedTick(part.origin.offset, part.watermark_ms)
        end = bisect_left(offsets, own.offset, begin)
        self._take_speeds(rows, part, begin, end, source.watermark_ms)
        watermark_ms = max(source.watermark_ms, own.at_ms)
        self._take(rows, part, ReportMoment(watermark_ms, self._judged(rows.now_ms)))
        self._take_speeds(rows, part, end, len(part.speeds), watermark_ms)
        self._observed.take(rows.observed, part, watermark_ms)
        self._pass(rows, came_from, source, own)

    def _pass(
        self, rows: RoadRows, came_from: str, source: InputPosition, tick: PassedTick
    ) -> InputPosition:
        """An input has come to a tick, or with none to a message: time goes on if all others have
        come so far.
        """
        passed = InputPosition(tick.offset, max(source.watermark_ms, tick.at_ms))
        rows.sources.put(came_from, passed)
        if passed.watermark_ms > source.watermark_ms:
            rows.watermarks_ms[came_from] = passed.watermark_ms
            if source.watermark_ms <= rows.now_ms:  # else it was not the slowest
                self._advance(rows)
        return passed

    def _take(self, rows: RoadRows, part: LinkEvents, moment: ReportMoment) -> None:
        """Fold the part's passages and obstructions into their links."""
        grid = self._rules.grid
        records: tuple[Passage | Obstruction, ...] = (*part.passages, *part.obstructions)
        for row in records:
            if row.link_id not in self._roads:
                rows.effects.count("link-events unknown_link")
                continue
            before = rows.links.fold(row.link_id)
            if isinstance(row, Obstruction):
                link = take_obstruction(before, row, moment)
            elif grid.is_closed(grid.start_of(row.exited_ms), moment.reported_ms):
                rows.effects.count("passages late")
                continue
            else:
                link = take_passage(before, row, grid)
                rows.learning.take(row)
            rows.links.put(row.link_id, stamped(link))
            if link.obstructions != before.obstructions:
                rows.links.is_news(row.link_id)

    def _take_speeds(
        self, rows: RoadRows, part: LinkEvents, begin: int, end: int, reported_ms: int
    ) -> None:
        """Fold these rows of the part's speeds, which came at this time of their input."""
        if begin < end:
            speeds = part.speeds.rows_of(begin, end)
            rows.links.take_speeds(speeds, ReportMoment(reported_ms, self._judged(rows.now_ms)))

    def _advance(self, rows: RoadRows) -> None:
        """Move the partition's clock to the slowest input's time, and do what time alone does."""
        before_ms = rows.now_ms
        now_ms = min(rows.watermarks_ms[name] for name in self._inputs)
        if now_ms <= before_ms:
            return
        if before_ms and before_ms // REMEMBER_MS != now_ms // REMEMBER_MS:
            self._show(rows)
            rows.remember(is_whole=before_ms // WHOLE_MS != now_ms // WHOLE_MS)
        rows.now_ms = now_ms
        self._judge(rows, before_ms, now_ms)
        self._observed.advance(rows.observed, now_ms, partial(self._compare, rows))
        rows.links.settle(before_ms, now_ms)
        if rows.learning.is_another(before_ms, now_ms):
            rows.links.show_usual(UsualAt(rows.learning, now_ms))

    def _compare(self, rows: RoadRows, minute_ms: int) -> None:
        """Emit where what buses do is not what was declared, and where they go round."""
        found = rows.observed.discrepancies
        self._discrepancies.judge(rows.effects, rows.episodes, found, minute_ms)
        look = Look(rows.effects, rows.episodes, minute_ms)
        watch_detours(look, self._alerts, self._network, rows.observed.detours)

    def _judged(self, clock_ms: int) -> Judged:
        return Judged(clock_ms, self._rules.grid.size_ms)

    def _judge(self, rows: RoadRows, before_ms: int, now_ms: int) -> None:
        """Judge the links at every end of a window that the clock has passed, and learn from the
        windows that take nothing more.
        """
        if self._judged(before_ms).next_after(0) > now_ms:
            return
        factors, driven = rows.factors.by_class(), rows.links.driven()
        self._judge_all(rows, driven, before_ms, now_ms)
        rows.links.show_links(rows.factors.shown_anew(driven, factors))
        closed_ms = now_ms - now_ms % self._rules.grid.size_ms
        rows.links.judged(self._judged(now_ms), closed_ms)

    def _judge_all(
        self, rows: RoadRows, driven: Mapping[str, LinkFold], before_ms: int, now_ms: int
    ) -> None:
        """Make the judgements after `before_ms`. What is learned at a time counts from then on: in
        no judgement before it. `driven`: the links on which buses were seen lately.
        """
        links, learning = rows.links, rows.learning
        times = set(rows.factors.times(driven, before_ms, now_ms))
        lessons = tuple(learning.lessons(links, before_ms, now_ms))
        done_ms = before_ms
        for at_ms in sorted({*times, *(lesson.at_ms for lesson in lessons), now_ms + 1}):
            done, until_ms = self._judged(done_ms), at_ms - 1
            is_shown = not learning.is_another(before_ms, until_ms)
            usual_of = None if is_shown else UsualAt(learning, until_ms)
            known = KnownRoads(links, learning.speed_at, rows.factors.of, usual_of)
            self._watch.judge(rows.effects, rows.episodes, known, done=done, now_ms=until_ms)
            if at_ms in times:
                rows.factors.learn(driven, at_ms)
            for lesson in lessons:
                if lesson.at_ms == at_ms:
                    rows.tell(at_ms, learning.learn(links, lesson, rows.factors))
            done_ms = until_ms

    def _show(self, rows: RoadRows) -> None:
        """Make the views of the links that changed, at the clock's time."""
        now_ms = rows.now_ms
        rows.links.show(now_ms, rows.factors.of, UsualAt(rows.learning, now_ms))
