"""The links of a partition in the midst of a run: what stages ask, what is done one by one.

The worker's table is in columns (`links/column_table.py`), the audit's in rows
(`streams/audit/rows.py`), and each is held against the other. Pure.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

from streams.contract.derived import SpeedColumns
from streams.contract.enums import Certainty, Closure
from streams.domain.links.columns import kmh_of
from streams.domain.links.fold import (
    FoldSettings,
    LinkFold,
    LinkView,
    ReportMoment,
    as_of,
    stamped,
    take_speed,
    view,
)
from streams.domain.links.history import LinksEntry
from streams.domain.links.settled import Judged
from streams.domain.stage import Effects, StageTable
from streams.geo.network import Link

FOLDS = StageTable("folds", LinkFold)
"""What is known of each link; beside columns what they do not hold, and no row where that is
nothing.
"""


class UsualOf(Protocol):
    """What is usual of links at a time, in tenths of km/h; NONE where nothing is."""

    def __call__(self, link_id: str) -> int: ...

    def of_all(self, links: Sequence[str]) -> Sequence[int]: ...


"""The usual speed of a link, in tenths of km/h; NONE where there is none."""


class QuarterSpeeds(NamedTuple):
    """What a quarter hour teaches: the speeds in tenths of km/h, by link; the closed links. What
    links showed that something was taken from teaches nothing, but was so: `hindered_dkmh`.
    """

    speeds_dkmh: dict[str, int]
    closed: set[str]
    hindered_dkmh: dict[str, int]


class LinkTable(Protocol):
    """The links of a partition in the midst of a run of messages; what each call does stands at
    `ColumnTable`.
    """

    def fold(self, link_id: str) -> LinkFold: ...

    def put(self, link_id: str, fold: LinkFold) -> None: ...

    def is_news(self, link_id: str) -> None: ...

    def take_speeds(self, speeds: SpeedColumns, moment: ReportMoment) -> None: ...

    def settle(self, before_ms: int, now_ms: int) -> None: ...

    def judged(self, done: Judged, at_ms: int) -> None: ...

    def driven(self) -> Mapping[str, LinkFold]: ...

    def quarters(self) -> set[int]: ...

    def suspects(
        self, is_well: Callable[[str, LinkFold], bool], below: float, usual_of: UsualOf | None
    ) -> Iterable[str]: ...

    def jammed(self, links: Collection[str], times_ms: Sequence[int]) -> set[str]: ...

    def lesson(self, at_ms: int, factor_of: Callable[[Link], float]) -> QuarterSpeeds: ...

    def show(self, now_ms: int, factor_of: Callable[[Link], float], usual_of: UsualOf) -> None: ...

    def show_links(self, links: Iterable[str]) -> None: ...

    def show_usual(self, usual_of: UsualOf) -> None: ...

    def told(self, *, is_whole: bool) -> LinksEntry | None: ...

    def places(self) -> Mapping[str, int]: ...

    def finish(self) -> None: ...


@dataclass(frozen=True, slots=True)
class LinkLook:
    """What a look at one link needs."""

    roads: Mapping[str, Link]
    rules: FoldSettings
    factor_of: Callable[[Link], float]


class SpeedTaking:
    """Takes speeds one by one, each into the fold of its link; counts those that are none of ours
    or late.
    """

    def __init__(
        self, table: LinkTable, effects: Effects, roads: Mapping[str, Link], rules: FoldSettings
    ) -> None:
        self._table, self._effects, self._roads, self._rules = table, effects, roads, rules

    def take(self, speeds: SpeedColumns, moment: ReportMoment) -> None:
        late_ms = moment.reported_ms - self._rules.fresh_ms
        for speed in speeds.rows:
            if speed.link_id not in self._roads:
                self._effects.count("link-events unknown_link")
            elif speed.observed_ms <= late_ms:  # time would take it away, or already has
                self._effects.count("speeds late")
            else:
                known = self._table.fold(speed.link_id)
                self._table.put(
                    speed.link_id, stamped(take_speed(known, speed, moment, self._rules))
                )


def with_usual(shown: LinkView, dkmh: int) -> LinkView:
    """A view with what is usual, in tenths of km/h; the same one where it has that already."""
    usual_kmh = kmh_of(dkmh)
    return shown if shown.usual_kmh == usual_kmh else replace(shown, usual_kmh=usual_kmh)


def teach(lesson: QuarterSpeeds, link_id: str, fold: LinkFold, at_ms: int, by: LinkLook) -> None:
    """Add what one link teaches as of `at_ms` to a lesson."""
    road = by.roads[link_id]
    then = view(as_of(fold, at_ms, by.rules), road, by.rules, at_ms, by.factor_of(road))
    if then.closure is Closure.FULL:
        lesson.closed.add(link_id)
    if then.speed_kmh is None or then.certainty is Certainty.STALE:
        return
    speeds = lesson.speeds_dkmh if then.closure is Closure.NONE else lesson.hindered_dkmh
    speeds[link_id] = round(then.speed_kmh * 10)
