"""The fold: all that is known of a link, and the one state the screens show of it.

The fold is a function of the log alone. Each input partition brings its own time in order (ticks);
a passage is late by the time of the partition it came from, and a window closes when the slowest
partition has passed it. So the order in which partitions interleave leaves no trace in the state.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from streams.contract.records import (
    LinkBatch,
    LinkEvents,
    Message,
    Obstruction,
    Origin,
    Passage,
    SpeedShare,
)
from streams.domain.alerts import Episode
from streams.domain.links.fold import (
    LinkFold,
    LinkView,
    ReportMoment,
    Rules,
    age,
    judged,
    stamped,
    take_obstruction,
    take_passage,
    take_speed,
    view,
)
from streams.domain.links.settled import Judged
from streams.domain.rules import AlertRules
from streams.domain.rules.roads import RoadWatch
from streams.domain.stage import Effects, Episodes, Rows, StageTable
from streams.geo.network import Network

__all__ = ["InputPosition", "LinkFold", "LinkView", "RoadsStage", "Rules"]
EPISODES = "link-episodes"


class InputPosition(NamedTuple):
    """One input partition as the fold has seen it: the last origin applied, and its time."""

    offset: int = -1
    watermark_ms: int = 0


class RoadsStage:
    """link-events -> road states: the one place a road changes."""

    takes = (LinkBatch,)
    tables = (
        StageTable("folds", LinkFold),
        StageTable("links", LinkView),
        StageTable("sources", InputPosition),
        StageTable("clock", int, is_global=True),
        StageTable(EPISODES, Episode),
    )

    def __init__(
        self,
        network: Network,
        rules: Rules,
        inputs: tuple[str, ...],
        alerts: AlertRules = AlertRules(),  # noqa: B008 - frozen
    ) -> None:
        """`inputs`: all input partitions, "topic/partition"; time stands until all have spoken."""
        self._rules = rules
        self._inputs = inputs
        self._watch = RoadWatch(network, rules, alerts)
        self._classes = {link.id: link.road_class for link in network.links}

    def step(self, state: Mapping[str, Rows], message: Message, origin: Origin) -> Effects:
        effects = Effects()
        if isinstance(message, LinkBatch):
            for part in message.parts:
                self._step(_Rows(state, effects), part, origin.partition)
        return effects

    def _step(self, rows: "_Rows", part: LinkEvents, partition: int) -> None:
        came_from = f"{part.origin.topic}/{part.origin.partition}"
        source = rows.get("sources", came_from, InputPosition())
        if part.origin.offset <= source.offset:
            rows.effects.count("link-events repeated")
            return
        watermark_ms = max(source.watermark_ms, part.watermark_ms)
        rows.effects.put("sources", came_from, InputPosition(part.origin.offset, watermark_ms))
        done = self._judged(rows.get("clock", str(partition), 0))
        changed = self._take(rows, part, ReportMoment(watermark_ms, done))
        if watermark_ms > source.watermark_ms:
            changed |= self._advance(rows, partition)
        self._show(rows, changed, rows.get("clock", str(partition), 0))

    def _take(self, rows: "_Rows", part: LinkEvents, moment: ReportMoment) -> set[str]:
        """Fold the part's records into their links; which links changed."""
        changed: set[str] = set()
        grid, watermark_ms = self._rules.grid, moment.heard_ms
        records: tuple[Passage | SpeedShare | Obstruction, ...] = (
            *part.passages,
            *part.speeds,
            *part.obstructions,
        )
        for row in records:
            if row.link_id not in self._classes:
                rows.effects.count("link-events unknown_link")
                continue
            link = rows.get("folds", row.link_id, _NOTHING)
            if isinstance(row, Passage):
                if grid.is_closed(grid.start_of(row.exited_ms), watermark_ms):
                    rows.effects.count("passages late")
                    continue
                link = take_passage(link, row, grid)
            elif isinstance(row, SpeedShare):
                if row.observed_ms <= watermark_ms - self._rules.fresh_ms:
                    rows.effects.count("speeds late")  # time would take it away, or already has
                    continue
                link = take_speed(link, row, moment)
            else:
                link = take_obstruction(link, row, moment)
            rows.effects.put("folds", row.link_id, stamped(link))
            changed.add(row.link_id)
        return changed

    def _advance(self, rows: "_Rows", partition: int) -> set[str]:
        """Move the partition's clock to the slowest input's time; which links aged by it."""
        times = (rows.get("sources", name, InputPosition()).watermark_ms for name in self._inputs)
        now_ms = min(times)
        before_ms = rows.get("clock", str(partition), 0)
        if now_ms <= before_ms:
            return set()
        rows.effects.put("clock", str(partition), now_ms)
        self._judge(rows, before_ms, now_ms)
        fresh_ms = self._rules.fresh_ms
        aged = {
            link_id: link
            for link_id, link in rows.all("folds")
            if 0 < link.oldest_ms <= now_ms - fresh_ms
        }
        for link_id, link in aged.items():
            rows.effects.put("folds", link_id, stamped(age(link, now_ms, fresh_ms)))
        return set(aged)

    def _judged(self, clock_ms: int) -> Judged:
        return Judged(clock_ms, self._rules.grid.size_ms)

    def _judge(self, rows: "_Rows", before_ms: int, now_ms: int) -> None:
        """Judge the links at every end of a window that the clock has passed."""
        done = self._judged(before_ms)
        if done.next_after(0) > now_ms:
            return
        episodes = Episodes(EPISODES, dict(rows.all(EPISODES)))
        folds = list(rows.all("folds"))
        self._watch.judge(rows.effects, episodes, folds, done=done, now_ms=now_ms)
        for link_id, link in folds:
            if (after := judged(link, self._judged(now_ms))) is not link:
                rows.effects.put("folds", link_id, stamped(after))

    def _show(self, rows: "_Rows", changed: set[str], now_ms: int) -> None:
        for link_id in sorted(changed):
            shown = view(rows.get("folds", link_id, _NOTHING), self._classes[link_id], self._rules)
            before = rows.get("links", link_id, None)
            if shown == before:
                continue
            rows.effects.put("links", link_id, shown)
            if before is None or any(getattr(shown, n) != getattr(before, n) for n in _TOLD):
                rows.effects.remember(f"link:{link_id}", now_ms, _said(shown))


_NOTHING = LinkFold()
_TOLD = ("level", "closure", "subjects")


def _said(shown: LinkView) -> dict[str, Any]:
    """What the history keeps of a link: what a person would remember, not each km/h."""
    return {name: getattr(shown, name) for name in (*_TOLD, "certainty")}


class _Rows:
    """The rows as they stand in the midst of a message: its effects over the state."""

    def __init__(self, state: Mapping[str, Rows], effects: Effects) -> None:
        self._state = state
        self.effects = effects

    def get(self, table: str, row_id: str, absent: Any) -> Any:
        now = self.effects.changes.get(table, {})
        found = now[row_id] if row_id in now else self._state[table].get(row_id)
        return absent if found is None else found

    def all(self, table: str) -> Iterator[tuple[str, Any]]:
        now = self.effects.changes.get(table, {})
        yield from ((name, row) for name, row in self._state[table].items() if name not in now)
        yield from ((name, row) for name, row in now.items() if row is not None)
