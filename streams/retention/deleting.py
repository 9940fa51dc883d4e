"""Deletes what time is due, row by row of the table; each deletion is recorded before it is done.

What a stage keeps goes by the stage's own time, and what Kafka keeps by Kafka's: here goes the
rest. Done twice or stopped midway it leaves nothing behind that the next run does not find.
"""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from streams.contract import topics
from streams.contract.photo_folders import KEEP_MS, folder_of, is_folder
from streams.contract.records import Forgotten
from streams.contract.settings import Settings
from streams.contract.times import DAY_MS, MINUTE_MS
from streams.delivery.deciding.keys import ATTEMPTS, DEAD, endpoint_key
from streams.domain.stages.accounts import GONE, KEEP_GONE_MS
from streams.domain.stages.acknowledgements import ACKNOWLEDGEMENTS
from streams.domain.stages.acknowledgements import KEEP_MS as KEEP_ACKS_MS
from streams.domain.stages.calls import CLOCK
from streams.domain.stages.crew_links import CREW_LINKS
from streams.domain.stages.shifts import KEEP_MS as KEEP_SHIFTS_MS
from streams.domain.stages.shifts import SHIFTS
from streams.domain.stages.situations import KEEP_MS as KEEP_ACTS_MS
from streams.domain.stages.situations import SITUATION_ACTS, last_ms
from streams.domain.works.phases import OVER, over_ms, phase_at
from streams.domain.works.rows import Work
from streams.domain.works.step import WORKS
from streams.kafka.intake import Intake
from streams.kafka.rights import SERVICES
from streams.retention.table import KeptTable
from streams.state.keys import OUTBOX, key
from streams.state.kinds import hash_of
from streams.state.store import Store

LATE_MS = 15 * MINUTE_MS  # a state further behind says nothing of which works there are


@dataclass(frozen=True, slots=True)
class DueDeletion:
    """What is due of one row: how many, and what deletes them; it gives how many it deleted."""

    name: str
    count: int
    delete: Callable[[], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Deleter:
    """Finds what is due at a time. `folders` are those of files of the table, by row."""

    settings: Settings
    store: Store
    intake: Intake
    table: KeptTable
    folders: Mapping[str, Path]

    async def due(self, now_ms: int) -> list[DueDeletion]:
        """Everything that is due now."""
        found = [
            *await self._streams(now_ms),
            *await self._told(now_ms),
            *await self._photos(now_ms),
        ]
        for name, folder in self.folders.items():
            old = await asyncio.to_thread(old_files, folder, now_ms - self._days_ms("file", name))
            found.append(DueDeletion(name, len(old), partial(asyncio.to_thread, _unlink, old)))
        return [each for each in found if each.count]

    def _days_ms(self, kind: str, name: str) -> int:
        """How long a row is kept; KeyError for one that has no days: nothing goes by mistake."""
        row = self.table.row(kind, name)
        if row is None or not row.days:
            raise KeyError(f"{kind} {name} has no days")
        return row.days * DAY_MS

    async def _streams(self, now_ms: int) -> list[DueDeletion]:
        """Streams whose writer bounds their length and not their age."""
        client = self.store.client
        held = {OUTBOX: [key(OUTBOX, p) for p in range(self.store.partitions)]}
        for name in (ATTEMPTS, DEAD):
            pattern = endpoint_key(name, "*").replace("[", "\\[")
            held[name] = [each.decode() async for each in client.scan_iter(match=pattern)]
        found = []
        for name, streams in held.items():
            before = f"{now_ms - self._days_ms('state', name)}-0"
            counts = [len(await client.xrange(each, "-", f"({before}")) for each in streams]
            found.append(DueDeletion(name, sum(counts), _trimming(client, streams, before)))
        return found

    async def _told(self, now_ms: int) -> list[DueDeletion]:
        """What stands on topics without ticks: a message says how late it is."""
        acks = (await self.store.rows(ACKNOWLEDGEMENTS, 1))[0].values()
        names = (await self.store.rows(GONE, 1))[0].values()
        links = (await self.store.rows(CREW_LINKS, 1))[0].values()
        acts = (await self.store.rows(SITUATION_ACTS, 1))[0].values()
        shifts = (await self.store.rows(SHIFTS, 1))[0].values()
        old = {
            topics.ACKNOWLEDGEMENTS: sum(x.at_ms <= now_ms - KEEP_ACKS_MS for x in acks),
            topics.SITUATION_EVENTS: sum(last_ms(x) <= now_ms - KEEP_ACTS_MS for x in acts),
            topics.SHIFT_EVENTS: sum(x.from_ms <= now_ms - KEEP_SHIFTS_MS for x in shifts),
            topics.ACCOUNTS: sum(at_ms <= now_ms - KEEP_GONE_MS for at_ms in names),
            topics.CREW_LINKS: sum(x.expires_ms < now_ms for row in links for x in row.links),
        }
        return [
            DueDeletion(topic.name, count, self._telling(topic, now_ms, count))
            for topic, count in old.items()
            if self._may_tell(topic)
        ]

    def _may_tell(self, topic: topics.Topic) -> bool:
        """Whether this user may write it. The one that runs daily may write no account: names that
        were removed go with the next change of any account.
        """
        has = SERVICES.get(self.settings.kafka_user)
        return has is None or topic in has.writes

    def _telling(
        self, topic: topics.Topic, now_ms: int, count: int
    ) -> Callable[[], Awaitable[int]]:
        async def tell() -> int:
            await self.intake.send(topic, 0, Forgotten("", now_ms))
            return count

        return tell

    async def _photos(self, now_ms: int) -> list[DueDeletion]:
        """Photos of works that are over; none while the state may lack works."""
        clock_ms = (await self.store.rows(CLOCK, 1))[0].get("now", 0)
        is_whole = abs(now_ms - clock_ms) < LATE_MS and not await self.store.is_rebuilding()
        if not self.settings.photos or not is_whole:
            return []
        works = (await self.store.rows(WORKS, 1))[0]
        names = await self.store.client.hkeys(hash_of(WORKS, 0))
        over = overs((name.decode() for name in names), works, now_ms)
        old = await asyncio.to_thread(old_photos, Path(self.settings.photos), over, now_ms)
        return [DueDeletion("photos", len(old), lambda: asyncio.to_thread(remove_folders, old))]


def _trimming(client: Any, streams: list[str], before: str) -> Callable[[], Awaitable[int]]:
    async def trim() -> int:
        return sum([await client.xtrim(each, minid=before, approximate=False) for each in streams])

    return trim


def old_files(folder: Path, before_ms: int) -> list[Path]:
    """The files below a folder that nobody has written to since a time; links are not followed."""
    return sorted(
        path
        for path in folder.rglob("*")
        if not path.is_symlink() and path.is_file() and _changed_ms(path) < before_ms
    )


def overs(names: Iterable[str], works: Mapping[str, Work], now_ms: int) -> dict[str, int | None]:
    """When each work was over, None for one that is not. `names` are those of all works, `works`
    the rows that can be read: one of a newer version counts as not over.
    """
    over = {name: over_ms(work) for name, work in works.items() if phase_at(work, now_ms) in OVER}
    return dict.fromkeys([*names, *works]) | over


def old_photos(root: Path, over: Mapping[str, int | None], now_ms: int) -> list[Path]:
    """The folders of works that have been over for too long, or are known no more and have had no
    photo for as long. `over` has every work that is known, with when it was over, None: it is not.
    """
    known = {folder_of(name): at_ms for name, at_ms in over.items()}
    return [
        folder
        for folder in sorted(root.iterdir() if root.is_dir() else ())
        if is_folder(folder.name) and folder.is_dir() and not folder.is_symlink()
        if _is_over(folder, known, now_ms - KEEP_MS)
    ]


def _is_over(folder: Path, known: Mapping[str, int | None], before_ms: int) -> bool:
    if folder.name in known:
        at_ms = known[folder.name]
        return at_ms is not None and at_ms < before_ms
    return all(_changed_ms(path) < before_ms for path in (folder, *folder.glob("*")))


def _changed_ms(path: Path) -> int:
    return path.stat().st_mtime_ns // 1_000_000


def _unlink(paths: list[Path]) -> int:
    for path in paths:
        path.unlink(missing_ok=True)
    return len(paths)


def remove_folders(folders: list[Path]) -> int:
    """Delete folders with all in them; of how many. OSError for one that stays."""
    for folder in folders:
        if folder.exists():
            shutil.rmtree(folder)
    return len(folders)
