"""The history on disk as the map asks it: which days there are, and those that were read lately."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

from maps.http.refusals import RequestRefusedError
from maps.past.archived import archived_picture
from maps.picture.picture import Picture
from streams.contract.times import MINUTE_MS, day_of, midnight_ms
from streams.domain.works.rows import Work
from streams.geo.network import Network
from streams.history.files import DayFiles, days_of
from streams.history.past import PastDay
from streams.history.past_links import LinkMinutes, minutes_of

if TYPE_CHECKING:
    from streams.history.past_reading import PastReader

MOST_DAYS = 8
MOST_BYTES = 256_000_000
"""Of days in memory, whichever is less; the one that was asked for last always stays."""
SHARED_MS = MINUTE_MS
ONE_DAY = timedelta(days=1)
READY, NO_FOLDER, NO_EXTRA, EMPTY = "ready", "no_folder", "no_extra", "empty"
NO_RECORD, DAMAGED = "no_record", "damaged"
LINKS = "link_minutes"
T = TypeVar("T")


class Desk(Protocol):
    """What runs a question to the history in a thread of its own, few at a time."""

    def run(self, act: Callable[[], T]) -> Awaitable[T]: ...


class ArchivedMoment(NamedTuple):
    """A picture of the history. `reason`: why nothing is known of the time, "" where something is;
    `lacks`: tables of which some rows cannot be read.
    """

    picture: Picture
    reason: str = ""
    lacks: tuple[str, ...] = ()


class LinkPast(NamedTuple):
    """What the history has of one link over a time: by the minute, and when buses drove it."""

    minutes: LinkMinutes
    passages_ms: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Kept:
    """A day in memory, and of which files it was read."""

    stand: object
    day: PastDay


class DayArchive:
    """The history in the folder of BOMNAE_HISTORY; without one it has no day."""

    def __init__(
        self, desk: Desk, folder: str, network: Network, now_ms: Callable[[], int]
    ) -> None:
        self._desk, self._folder, self._now_ms = desk, folder, now_ms
        self._network = network
        self._links = tuple(link.id for link in network.links)
        self._days: tuple[int, Mapping[str, DayFiles]] | None = None
        self._looking: asyncio.Future[Mapping[str, DayFiles]] | None = None
        self._kept: OrderedDict[date, _Kept] = OrderedDict()
        self._reading: dict[date, asyncio.Future[PastDay]] = {}
        self._reader: PastReader | None = None
        self._warming: asyncio.Future[None] | None = None

    async def days(self) -> Mapping[str, DayFiles]:
        """The days on disk with their files; looked for once a minute, whoever asks at once."""
        if not self._folder:
            return {}
        if self._days is not None and 0 <= self._now_ms() - self._days[0] < SHARED_MS:
            return self._days[1]
        if self._looking is None or self._looking.done():
            self._looking = asyncio.ensure_future(self._look())
        return await asyncio.shield(self._looking)

    async def _look(self) -> Mapping[str, DayFiles]:
        try:
            found = await asyncio.to_thread(days_of, Path(self._folder))
        except OSError:
            found = {}
        self._days = (self._now_ms(), found)
        return found

    async def state(self) -> str:
        """Whether it can be asked."""
        if not self._folder:
            return NO_FOLDER
        if find_spec("duckdb") is None:
            return NO_EXTRA
        return READY if await self.days() else EMPTY

    async def first_ms(self) -> int | None:
        """When the first day on disk begins."""
        days = await self.days()
        return midnight_ms(date.fromisoformat(min(days))) if days else None

    async def moment(self, at_ms: int, permits: Mapping[str, Work]) -> ArchivedMoment:
        """What was shown at a moment; `permits` are the works of now."""
        day = await self._day(day_of(at_ms))
        lacks = tuple(sorted(day.lacks))
        reason = "" if day.is_recorded(at_ms) else DAMAGED if LINKS in day.lacks else NO_RECORD
        picture = await asyncio.to_thread(archived_picture, day, self._network, at_ms, permits)
        return ArchivedMoment(picture, reason, lacks)

    async def link(self, place: int, from_ms: int, until_ms: int) -> LinkPast:
        """What is kept of a link from one time to another, a day of each other at most."""
        wanted = sorted({day_of(from_ms), day_of(until_ms - 1)})
        days = [await self._day(each) for each in wanted]
        minutes = minutes_of(days, place, from_ms - MINUTE_MS, until_ms)  # what stood at first too
        files, link_id = await self.days(), self._links[place]
        passages = await self._desk.run(
            lambda: self._opened().passages(files, wanted, link_id, from_ms, until_ms)
        )
        return LinkPast(minutes, passages)

    def warm(self) -> None:
        """Read what stands for long, once, before a day is asked for."""
        if self._warming is None and self._folder:
            self._warming = asyncio.ensure_future(self._warm())

    async def _warm(self) -> None:
        days = await self.days()
        if not days:
            return
        last = date.fromisoformat(max(days))
        with suppress(RequestRefusedError):  # whoever asks for a day is told
            await self._desk.run(lambda: self._opened().standing(days, last, set()))

    def close(self) -> None:
        """Let go of the memory."""
        if self._warming is not None:
            self._warming.cancel()
        if self._reader is not None:
            self._reader.close()

    async def _day(self, day: date) -> PastDay:
        """A day as its files have it now; all who ask for it at once share the reading."""
        files = await self.days()
        stand = [files.get(str(each)) for each in (day, day - ONE_DAY)]
        kept = self._kept.get(day)
        if kept is not None and kept.stand == stand:
            self._kept.move_to_end(day)
            return kept.day
        running = self._reading.get(day)
        if running is None:
            running = asyncio.ensure_future(self._read(day, files, stand))
            self._reading[day] = running
            running.add_done_callback(lambda _: self._reading.pop(day, None))
        return await asyncio.shield(running)

    async def _read(self, day: date, files: Mapping[str, DayFiles], stand: object) -> PastDay:
        """Read a day, and keep it as what these files have, whoever still waits for it."""
        found = await self._desk.run(lambda: self._opened().read(files, day, self._links))
        self._keep(day, _Kept(stand, found))
        return found

    def _keep(self, day: date, kept: _Kept) -> None:
        self._kept[day] = kept
        self._kept.move_to_end(day)
        while len(self._kept) > 1 and (
            len(self._kept) > MOST_DAYS
            or sum(each.day.bytes for each in self._kept.values()) > MOST_BYTES
        ):
            self._kept.popitem(last=False)

    def _opened(self) -> "PastReader":
        if self._reader is None:
            from streams.history.past_reading import PastReader  # noqa: PLC0415 - an extra

            self._reader = PastReader(Path(self._folder))
        return self._reader
