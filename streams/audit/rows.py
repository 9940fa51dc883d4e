"""The roads as the audit folds them: link by link, in plain Python, a row each.

What the worker does for thousands of links at once (`streams/domain/links/column_table.py`) is held
against this: the same bounds and formulas, one link after another, and nothing to read but loops.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from streams.contract.derived import SpeedColumns
from streams.contract.enums import Level
from streams.domain.links.columns import NOTHING
from streams.domain.links.fold import (
    FoldSettings,
    LinkFold,
    LinkView,
    ReportMoment,
    age,
    judged,
    learned,
    observed_ms,
    stamped,
    view,
)
from streams.domain.links.history import FREE, LinksEntry, Obstructed, record
from streams.domain.links.quarters import QUARTER_MS
from streams.domain.links.settled import Judged
from streams.domain.links.table import (
    FOLDS,
    LinkLook,
    LinkTable,
    QuarterSpeeds,
    SpeedTaking,
    UsualOf,
    teach,
    with_usual,
)
from streams.domain.stage import Effects, Rows, StageTable, State
from streams.domain.stages.roadstate import RoadsStage
from streams.geo.network import Link

LINKS = StageTable("links", LinkView)


class Told(NamedTuple):
    """The level that the history has of a link, and whether it is due to be told again."""

    level: Level | None = None
    is_due: bool = False


TOLD = StageTable("told", Told)  # by link


class PlainRoads(RoadsStage):
    """The stage of the roads over rows."""

    tables = (
        *(LINKS if table.name == LINKS.name else table for table in RoadsStage.tables),
        TOLD,
    )

    def _table(self, state: State, effects: Effects) -> LinkTable:
        return RowTable(state, effects, self._roads, self._rules)


class RowTable:
    """The links of a partition in the midst of a run, a row each; see `ColumnTable`."""

    def __init__(
        self, state: State, effects: Effects, roads: Mapping[str, Link], rules: FoldSettings
    ) -> None:
        self._folds = Rows(FOLDS, state, effects)
        self._links = Rows(LINKS, state, effects)
        self._told = Rows(TOLD, state, effects)
        self._effects, self._roads, self._rules = effects, roads, rules
        self._changed: set[str] = set()

    def fold(self, link_id: str) -> LinkFold:
        return self._folds.get(link_id) or NOTHING

    def put(self, link_id: str, fold: LinkFold) -> None:
        self._folds.put(link_id, fold)
        self._changed.add(link_id)

    def is_news(self, link_id: str) -> None:
        known = self._told.get(link_id) or Told()
        self._told.put(link_id, known._replace(is_due=True))

    def take_speeds(self, speeds: SpeedColumns, moment: ReportMoment) -> None:
        SpeedTaking(self, self._effects, self._roads, self._rules).take(speeds, moment)

    def settle(self, before_ms: int, now_ms: int) -> None:
        fresh_ms, stale_ms = self._rules.fresh_ms, self._rules.stale_ms
        for link_id, link in self._folds.all().items():
            if 0 < link.oldest_ms <= now_ms - fresh_ms:
                self.put(link_id, stamped(age(link, now_ms, fresh_ms)))
            elif any(before_ms < at + stale_ms <= now_ms for at in (link.bus_ms, link.its_ms)):
                self._changed.add(link_id)

    def judged(self, done: Judged, at_ms: int) -> None:
        for link_id, link in self._folds.all().items():
            after = learned(judged(link, done), at_ms, self._rules.grid)
            if after is not link:
                self.put(link_id, stamped(after))

    def driven(self) -> dict[str, LinkFold]:
        return {link_id: link for link_id, link in self._folds.all().items() if link.bus_ms}

    def quarters(self) -> set[int]:
        folds = self._folds.all().values()
        return {ms // QUARTER_MS for fold in folds for ms in observed_ms(fold)}

    def suspects(
        self,
        is_well: Callable[[str, LinkFold], bool],
        below: float,  # noqa: ARG002 - `is_well` says it all
        usual_of: UsualOf | None,  # noqa: ARG002
    ) -> Iterator[str]:
        for link_id, link in self._folds.all().items():
            if self._roads[link_id].is_drawn and not is_well(link_id, link):
                yield link_id

    def jammed(self, links: Collection[str], times_ms: Sequence[int]) -> set[str]:  # noqa: ARG002
        """None for sure: each is looked at."""
        return set()

    def lesson(self, at_ms: int, factor_of: Callable[[Link], float]) -> QuarterSpeeds:
        lesson, look = QuarterSpeeds({}, set(), {}), LinkLook(self._roads, self._rules, factor_of)
        for link_id, link in self._folds.all().items():
            teach(lesson, link_id, link, at_ms, look)
        return lesson

    def show(self, now_ms: int, factor_of: Callable[[Link], float], usual_of: UsualOf) -> None:
        for link_id in sorted(self._changed):
            road = self._roads[link_id]
            shown = view(self.fold(link_id), road, self._rules, now_ms, factor_of(road))
            shown = with_usual(shown, usual_of(link_id))
            if shown != self._links.get(link_id):
                self._links.put(link_id, shown)
        self._changed = set()

    def show_links(self, links: Iterable[str]) -> None:
        self._changed |= set(links)

    def show_usual(self, usual_of: UsualOf) -> None:
        for link_id, shown in self._links.all().items():
            if (now := with_usual(shown, usual_of(link_id))) is not shown:
                self._links.put(link_id, now)

    def told(self, *, is_whole: bool) -> LinksEntry | None:
        records: list[int] = []
        obstructed: dict[int, Obstructed] = {}
        names: list[str] = []
        for place, link_id in enumerate(links := self._folds.all()):
            shown, told = self._links.get(link_id) or LinkView(), self._told.get(link_id) or Told()
            if is_whole or names or told.level is None:
                names.append(link_id)
            is_news = shown.level is not told.level or told.is_due
            if not is_whole and not is_news:
                continue
            is_said = is_whole or told.level is None or told.is_due
            records.append(record(place, shown.level, shown.certainty, is_kept=not is_said))
            row = Obstructed(shown.closure, shown.subjects)
            if is_said and row != FREE:
                obstructed[place] = row
            if is_news:
                self._told.put(link_id, Told(shown.level))
        named_from = len(links) - len(names) if names else 0
        return LinksEntry(records, named_from, tuple(names), obstructed) if records else None

    def places(self) -> dict[str, int]:
        return {link_id: place for place, link_id in enumerate(self._folds.all())}

    def finish(self) -> None:
        """Nothing: every row is in the effects already."""
