"""Asking the history: in a thread of its own, few at a time, never longer than it may take."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

from maps.http.refusals import RequestRefusedError
from streams.contract.times import MINUTE_MS
from streams.statistics.figure import Figure, Query
from streams.statistics.statistic import Asked, Statistic, compute

if TYPE_CHECKING:
    from streams.history.reading import History

AT_ONCE = 2
MOST_WAITING = 16
MEMORY_MB = 512
KEPT_FIGURES = 64
SHARED_MS = MINUTE_MS
"""So long all who ask share one figure; the history grows by the minute."""
ROWS_WITHIN_S = 10.0
READY, NO_FOLDER, NO_EXTRA, EMPTY, UNREADABLE = (
    "ready",
    "no_folder",
    "no_extra",
    "empty",
    "unreadable",
)
_DAYS = """
SELECT min(first), max(last) FROM (
  SELECT min(day) AS first, max(day) AS last FROM feeds
  UNION ALL SELECT min(day), max(day) FROM link_minutes
)
"""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Stand:
    """Whether there is a history to ask, and of which days."""

    state: str
    first: date | None = None
    last: date | None = None


class HistoryDesk:
    """Asks the history in the folder of BOMNAE_HISTORY."""

    def __init__(self, folder: str, now_ms: Callable[[], int]) -> None:
        self._folder, self._now_ms = folder, now_ms
        self._history: History | None = None
        self._threads = ThreadPoolExecutor(AT_ONCE, "history")
        self._waiting = 0
        self._figures: OrderedDict[object, tuple[int, Figure]] = OrderedDict()
        self._stand: tuple[int, Stand] | None = None
        self._computing: dict[object, asyncio.Future[Figure]] = {}

    async def stand(self) -> Stand:
        """Looked for once a minute."""
        if not self._folder:
            return Stand(NO_FOLDER)
        kept = self._stand
        if kept is None or self._now_ms() - kept[0] >= SHARED_MS:
            try:
                found = await self.run(self._days)
            except RequestRefusedError as refusal:
                found = Stand(NO_EXTRA if refusal.code == "no_history_extra" else UNREADABLE)
            kept = self._stand = (self._now_ms(), found)
        return kept[1]

    async def figure(self, statistic: Statistic, asked: Asked) -> Figure:
        """The figure; all who ask for the same within a minute share it."""
        receivers = tuple(sorted(asked.receivers.items()))
        key = (statistic.id, asked.period, asked.road, asked.vehicles_per_hour, receivers)
        kept = self._figures.get(key)
        if kept is not None and self._now_ms() - kept[0] < SHARED_MS:
            return kept[1]
        running = self._computing.get(key)
        if running is None:
            running = self._computing[key] = asyncio.ensure_future(
                self.run(lambda: compute(self._opened(), statistic, asked))
            )
            running.add_done_callback(lambda _: self._computing.pop(key, None))
        figure = await asyncio.shield(running)
        self._figures[key] = (self._now_ms(), figure)
        while len(self._figures) > KEPT_FIGURES:
            self._figures.popitem(last=False)
        return figure

    async def rows(
        self, query: Query, offset: int, most: int
    ) -> tuple[list[str], tuple[tuple[Any, ...], ...]]:
        """Names of columns and rows of a query from an offset on, and one row more than `most`."""
        sql = f"SELECT * FROM ({query.sql}) LIMIT $most OFFSET $skipped"  # noqa: S608 - our own
        given: Mapping[str, Any] = {**query.parameters, "most": most + 1, "skipped": offset}
        found = await self.run(lambda: self._opened().table(sql, given, ROWS_WITHIN_S))
        return [column.name for column in found.columns], found.rows

    async def close(self) -> None:
        """Let go of the threads and the files."""
        await asyncio.to_thread(self._threads.shutdown)
        if self._history is not None:
            self._history.close()

    async def run(self, act: Callable[[], T]) -> T:
        """RequestRefusedError where too many wait, the query fails, or there is no history."""
        if not self._folder:
            raise RequestRefusedError(503, "refused.no_history")
        if self._waiting >= MOST_WAITING:
            raise RequestRefusedError(503, "refused.history_busy").after(5)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, _named, act)
        finally:
            self._waiting -= 1

    def _opened(self) -> "History":
        """Of several threads that come first at once one is kept; the others' are as good."""
        if self._history is None:
            from streams.history.reading import open_history  # noqa: PLC0415 - an extra

            self._history = open_history(self._folder, MEMORY_MB)
        return self._history

    def _days(self) -> Stand:
        (first, last), *_ = self._opened().table(_DAYS, {}, ROWS_WITHIN_S).rows
        return Stand(READY, first, last) if first is not None else Stand(EMPTY)


def _named(act: Callable[[], T]) -> T:
    """What fails has a name for whoever asked."""
    try:
        from streams.history.reading import QueryError  # noqa: PLC0415 - an extra
    except ImportError:
        raise RequestRefusedError(503, "refused.no_history_extra") from None
    try:
        return act()
    except QueryError as error:
        code = "history_too_long" if error.code == "too_long" else "history_unread"
        raise RequestRefusedError(503, f"refused.{code}", reason=error.code) from error
