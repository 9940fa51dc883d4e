"""The stage of the roads, and besides what the history on disk has of it: views by the minute, and
passages. Beside that it is the same stage: what the worker's Redis has is what is folded here.
"""

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from streams.contract.derived import LinkEvents
from streams.contract.enums import Certainty, Closure, Level
from streams.contract.times import HOUR_MS, MINUTE_MS
from streams.domain.links.column_table import ColumnTable
from streams.domain.links.columns import CERTAINTIES, CLOSURES, LEVELS
from streams.domain.links.fold import ReportMoment
from streams.domain.stages.roadstate import RoadRows, RoadsStage

Codes = npt.NDArray[np.int64]
LOOK, PASSED = "look", "passed"
"""Subjects of what is remembered besides: a `MinuteLook`, a `Passage`."""
_MEASURED = [CERTAINTIES.index(x) for x in (Certainty.CONFIRMED, Certainty.REPORTED)]
NOTHING = LEVELS.index(Level.UNKNOWN) << 8 | CLOSURES.index(Closure.NONE) << 1
"""The code of a link of which nothing is known."""
NO_CODE = -1


@dataclass(frozen=True, slots=True)
class MinuteLook:
    """What was shown of all links of a partition at the end of a minute, a code each."""

    minute_ms: int
    is_whole: bool
    links: tuple[str, ...]
    codes: Codes


class WatchedRoads(RoadsStage):
    """The stage of the roads that tells of minutes and passages as well."""

    def _advance(self, rows: RoadRows) -> None:
        before_ms = rows.now_ms
        now_ms = min(rows.watermarks_ms[name] for name in self._inputs)
        if before_ms and before_ms // MINUTE_MS < now_ms // MINUTE_MS:
            self._show(rows)  # as the stage is about to do: a minute ends with a look
            minute_ms = before_ms - before_ms % MINUTE_MS
            is_whole = before_ms // HOUR_MS < now_ms // HOUR_MS
            rows.effects.remember(
                LOOK, minute_ms, look(cast(ColumnTable, rows.links), minute_ms, is_whole=is_whole)
            )
        super()._advance(rows)

    def _take(self, rows: RoadRows, part: LinkEvents, moment: ReportMoment) -> None:
        super()._take(rows, part, moment)
        for passage in part.passages:
            if passage.link_id in self._roads:
                rows.effects.remember(PASSED, passage.exited_ms, passage)


def look(links: ColumnTable, minute_ms: int, *, is_whole: bool) -> MinuteLook:
    """What a partition's table of links shows."""
    names, views = links.views()
    return MinuteLook(minute_ms, is_whole, tuple(names), codes_of(views))


def codes_of(views: Any) -> Codes:
    """What the history has of views, a number each."""
    speed = views["speed_dkmh"].astype(np.int64) + 1  # NONE is -1
    level, closure = views["level"].astype(np.int64), views["closure"].astype(np.int64)
    is_measured = np.isin(views["certainty"], _MEASURED).astype(np.int64)
    codes: Codes = speed << 16 | level << 8 | closure << 1 | is_measured
    return codes


@dataclass(frozen=True, slots=True)
class Views:
    """Codes in columns again; speeds in km/h, NaN for none."""

    speed_kmh: npt.NDArray[np.float32]
    level: npt.NDArray[np.int64]
    closure: npt.NDArray[np.int64]
    is_measured: npt.NDArray[np.bool_]


def views_of(codes: Codes) -> Views:
    """What codes stand for."""
    dkmh = (codes >> 16) - 1
    speed = np.where(dkmh < 0, np.nan, dkmh / 10).astype(np.float32)
    return Views(speed, codes >> 8 & 0xFF, codes >> 1 & 0x7F, (codes & 1).astype(bool))


class LinkMemory:
    """The last row of each link of a partition, and the passages since, by place."""

    def __init__(self, codes: Codes | None = None, passages: Codes | None = None) -> None:
        self.codes = np.empty(0, np.int64) if codes is None else codes
        self.passages = np.zeros(len(self.codes), np.int64) if passages is None else passages
        self._waiting: dict[str, int] = {}
        self._place: dict[str, int] = {}

    def pass_by(self, link_id: str) -> None:
        """A bus has driven a link."""
        self._waiting[link_id] = self._waiting.get(link_id, 0) + 1

    def take(self, seen: MinuteLook) -> tuple[npt.NDArray[np.intp], Codes]:
        """The places that have a row now, and their passages since the row before."""
        self.settle(seen.links)
        is_other = seen.codes != self.codes
        is_other &= ~((self.codes == NO_CODE) & (seen.codes == NOTHING))
        if seen.is_whole:
            is_other |= (seen.codes != NOTHING) | (self.passages > 0)
        places = np.flatnonzero(is_other)
        passages = self.passages[places]
        self.codes[places] = seen.codes[places]
        self.passages[places] = 0
        return places, passages

    def settle(self, links: tuple[str, ...]) -> None:
        """Have every link, and count what has passed by."""
        if (new := len(links) - len(self.codes)) > 0:
            self.codes = np.append(self.codes, np.full(new, NO_CODE, np.int64))
            self.passages = np.append(self.passages, np.zeros(new, np.int64))
        for at in range(len(self._place), len(links)):
            self._place[links[at]] = at
        for link_id, count in self._waiting.items():
            if (at := self._place.get(link_id, -1)) >= 0:
                self.passages[at] += count
        self._waiting = {x: n for x, n in self._waiting.items() if x not in self._place}

    @property
    def waiting(self) -> dict[str, int]:
        """Passages of links that no look has shown yet, or since the last."""
        return self._waiting

    def begin(self, waiting: dict[str, int]) -> None:
        self._waiting = dict(waiting)
