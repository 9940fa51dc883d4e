"""From the outbox to the endpoints: one reader for all that keep up, pages for the others."""

import asyncio
from collections.abc import Callable, Iterable, Sequence

from streams.delivery.deciding.stories import Stories
from streams.delivery.sending.outbox import Outbox, OutboxEntry, is_behind, order
from streams.delivery.sending.serving import Serving
from streams.domain.alerts import Alert

BLOCK_MS = 1_000
BEHIND_BLOCK_MS = 50
REBUILDING_S = 0.5


class OutboxReader:
    """Offers each entry to each endpoint once, in order, as far as it has room."""

    def __init__(
        self, outbox: Outbox, servings: Callable[[], Iterable[Serving]], stories: Stories
    ) -> None:
        self._outbox = outbox
        self._stories = stories
        self._servings = servings
        self._at = ""
        self.is_rebuilding = True  # until it is known

    def forget(self) -> None:
        """Redis was away: it may have another outbox now."""
        self._at = ""
        self.is_rebuilding = True

    async def turn(self) -> None:
        """Offer what is new, then a page to each endpoint that is behind."""
        was_rebuilding = self.is_rebuilding
        self.is_rebuilding = await self._outbox.is_rebuilding()
        if self.is_rebuilding:
            self._at = ""
            await asyncio.sleep(REBUILDING_S)
            return
        if not self._at:
            self._at = await self._outbox.newest()
            standing = await self._outbox.standing()
            self._stories.begin(standing.alerts, standing.ended, standing.row_of)
        if was_rebuilding:
            for serving in self._servings():
                serving.wake()
        is_late = await self._catch_up()
        block_ms = BEHIND_BLOCK_MS if is_late else BLOCK_MS
        if entries := await self._outbox.after(self._at, block_ms=block_ms):
            self._offer(entries)

    def _offer(self, entries: Sequence[OutboxEntry]) -> None:
        """Offer new entries to those who have had all before; the others read pages."""
        before, self._at = self._at, entries[-1].cursor
        self._stories.take(entry.alert for entry in entries if entry.alert is not None)
        for serving in self._servings():
            if serving.state.cursor == before:
                offer(serving, entries)

    async def _catch_up(self) -> bool:
        """Offer a page to each endpoint that is behind and has room; whether one still is."""
        pages: dict[str, list[OutboxEntry]] = {}
        is_late = False
        head = order(self._at, self._outbox.partitions)
        for serving in list(self._servings()):
            cursor = serving.state.cursor
            if not is_behind(order(cursor, self._outbox.partitions), head):
                serving.move(self._at)
                continue
            is_late = True
            if serving.state.room:
                if cursor not in pages:
                    pages[cursor] = await self._outbox.between(cursor, self._at)
                offer(serving, pages[cursor] or [OutboxEntry(self._at, None)])
                await asyncio.sleep(0)
        return is_late


def offer(serving: Serving, entries: Sequence[OutboxEntry]) -> None:
    """Offer entries until the endpoint has no more room."""
    taken: list[Alert] = []
    cursor = serving.state.cursor
    for entry in entries:
        if len(taken) >= serving.state.room:
            break
        cursor = entry.cursor
        if entry.alert is not None:
            taken.append(entry.alert)
    serving.offer(taken, cursor)
