"""The live picture of one process: one reading loop on Redis, one picture, one broadcast.

Redis away: the last picture stays, says that the store is lost, and the loop comes back with a
growing pause. A delta chain that broke (Redis emptied, restored or trimmed past us) means a new
picture and a `resync` to every reader.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import replace

from redis.exceptions import RedisError

from maps.picture import bodies, deliveries
from maps.picture.board import Board
from maps.picture.broadcast import (
    PING_S,
    Block,
    Broadcast,
    StreamClient,
    Watched,
    event,
    ping,
    preamble,
)
from maps.picture.catch_up import LOSSES, head_after, missed, without_own
from maps.picture.picture import Picture, PictureChanges, StoreState, advance, picture_of, translate
from maps.picture.tiled import TiledEvent, TileShelf, states_event, tiled_event
from maps.picture.tiling import Tile, Tiling
from maps.picture.work_shelf import WorkShelf
from streams.contract.retrying import attempts
from streams.domain.stages.feeds import status
from streams.geo.network import Network
from streams.state.kinds import BEGINNING, StoredDelta
from streams.state.side_by_side import BEFORE, beginning, id_of
from streams.state.store import BATCH, MARGIN_MS, DeltaRun, Store
from streams.state.store_health import StoreHealth, store_health

log = logging.getLogger(__name__)

OK, LOST, REBUILDING = StoreState.OK, StoreState.LOST, StoreState.REBUILDING
READ_BLOCK_MS = 1000  # how soon an emptied Redis shows
COALESCE_S = 0.2
JUDGE_S = 1.0
BACKOFF_S = (0.1, 5.0)
AHEAD_WAIT_S = 1.0
KEPT_MS = 2 * MARGIN_MS
KEPT_EVENTS = 64  # a reader of tiles who comes back within them costs no read of Redis


class LiveUpdates:
    """What every request reads (`picture`, `store_state`) and the two loops that keep it."""

    def __init__(
        self,
        store: Store,
        network: Network,
        partitions: int,
        now_ms: Callable[[], int],
        tiling: Tiling,
        *,
        board: Board | None = None,
    ) -> None:
        self.store = store
        self.network = network
        self.tiling = tiling
        self.board = board or Board(network)
        self.shelf = TileShelf(tiling)
        self.works = WorkShelf(network)
        self._recent: deque[TiledEvent] = deque(maxlen=KEPT_EVENTS)
        self.partitions = partitions
        self.now_ms = now_ms
        self.broadcast = Broadcast()
        self.picture = Picture()
        self.places = beginning(partitions)  # of the streams of deltas, where the picture stands
        self.store_state: StoreState = LOST
        self.is_loaded = False
        self.delta_count = 0
        self.reload_count = 0
        self._deltas: deque[StoredDelta] = deque()  # those of the last `KEPT_MS`
        self._loaded_ms = 0  # before the deltas there were then, none is in `_deltas`
        self._is_broken = False
        self._told: dict[str, str] = {}
        self.undelivered: list[deliveries.UndeliveredRow] = []
        self.health = StoreHealth()

    async def follow(self) -> None:
        """Read on for ever; every loss of Redis is survived."""
        while True:
            async for attempt in attempts(self._is_lost, BACKOFF_S):
                with attempt:
                    await self._reload_if_broken()
            try:
                await self._read_on()
            except LOSSES as error:
                self._is_lost(error)
                await asyncio.sleep(BACKOFF_S[0])

    async def _reload_if_broken(self) -> None:
        """Take a new picture unless the stream still leads on from ours."""
        if self._is_broken or not self.is_loaded or not await self._leads_on():
            stored = await self.store.picture(self.partitions)
            self.places = stored.places
            await self.board.load(self.store)
            picture = picture_of(stored, self.network)
            self._replace(replace(picture, situations=self.board.of(picture)))
            self._is_broken = False
        await self._find()

    async def _leads_on(self) -> bool:
        return self.picture.delta_id != BEGINNING and await self.store.holds(self.places)

    async def _read_on(self) -> None:
        """Flush runs of deltas until the chain breaks: at once when quiet, else every 200 ms."""
        while True:
            run = await self._next_run()
            await self._find()
            is_kept = self.picture.delta_id == BEGINNING or await self._leads_on()
            if run.is_broken or not is_kept:
                log.warning("delta chain broken", extra={"delta_id": self.picture.delta_id})
                self._is_broken = True
                return
            self.places = run.places
            if any(delta.alerts for delta in run.deltas):
                await self.board.read_on(self.store)
            if run.deltas:
                self._flush(run.deltas)
                await asyncio.sleep(COALESCE_S)  # what comes meanwhile waits in Redis

    async def _next_run(self) -> DeltaRun:
        run = await self.store.deltas_after(self.places, block_ms=READ_BLOCK_MS)
        while run.is_full and len(run.deltas) < 10 * BATCH:
            more = await self.store.deltas_after(run.places, block_ms=0)
            is_broken = run.is_broken or more.is_broken
            run = more._replace(deltas=run.deltas + more.deltas, is_broken=is_broken)
        return run

    def _flush(self, run: list[StoredDelta]) -> None:
        """Move the picture on and tell every reader what changed on its screen."""
        before = self.picture
        facts = translate(run, self.network)
        facts = replace(facts, delta_id=head_after(before.delta_id, run))
        picture, news = advance(before, facts)
        self.picture, news = self.board.advance(before, picture, news)
        self.delta_count += len(run)
        self._keep(run)
        now_ms = self.now_ms()
        for feed in news.feeds.keys() & self.picture.feeds.keys():  # one may be gone
            self._told[feed] = status(self.picture.feeds[feed], now_ms)
        self.shelf.forget(self.tiling.tile_of[place] for place in news.links)
        self.shelf.forget(self.tiling.tile_of[place] for place in news.observed)
        self._tell(news, before, now_ms)

    def _keep(self, run: list[StoredDelta]) -> None:
        """Keep the deltas that another server may not have read when it told later ones."""
        self._deltas.extend(run)
        oldest_ms = _ms_of(self.picture.delta_id) - KEPT_MS
        while self._deltas and _ms_of(self._deltas[0].delta_id) < oldest_ms:
            self._deltas.popleft()

    def _tell(self, news: PictureChanges, before: Picture, now_ms: int) -> None:
        """Send what changed: whole to those who want all links, else the tiles they watch."""
        prev, head = before.delta_id, self.picture.delta_id
        watched = self.broadcast.watched
        if watched is not None or self.tiling.is_large:
            self._recent.append(
                tiled_event(
                    news,
                    before,
                    self.network,
                    self.tiling,
                    watched or frozenset(),
                    prev=prev,
                    delta_id=head,
                    now_ms=now_ms,
                )
            )
        else:
            self._recent.clear()

        def block_for(tiles: Watched) -> Block:
            if tiles is not None:
                return self._recent[-1].seen_by(tiles)
            body = bodies.delta_event(news, before, self.network, prev=prev, now_ms=now_ms)
            return event("d", body, head)

        self.broadcast.send_each(block_for)

    def _replace(self, picture: Picture) -> None:
        """A new picture the readers cannot reach by deltas."""
        was_loaded, self.is_loaded = self.is_loaded, True
        self.picture = picture
        self._told = self._statuses()
        self._recent.clear()
        self._deltas.clear()
        self._loaded_ms = _ms_of(picture.delta_id)
        self.shelf.clear()
        self.works.rows(picture.works)  # before somebody waits for them
        self.reload_count += 1
        log.info("picture loaded", extra={"delta_id": picture.delta_id})
        if was_loaded or self.broadcast.readers:
            self.broadcast.resync(self._resync_block())

    async def _find(self) -> None:
        """Say that the store answers, and whether it is being made again from the log."""
        state = REBUILDING if await self.store.is_rebuilding() else OK
        if self.store_state != state:
            self.store_state = state
            log.info("store %s", state)
            self._send_state(PictureChanges(at_ms=self.now_ms()))

    def _is_lost(self, error: Exception) -> bool:
        """Whether a read failed because Redis is away, or by a value in it that is not ours."""
        if not isinstance(error, LOSSES):
            return False
        # A delta that cannot be read stays where it is: step over it by a new picture.
        self._is_broken = not isinstance(error, RedisError | OSError)
        if self.store_state != LOST:
            self.store_state = LOST
            log.warning("store lost", extra={"error": type(error).__name__})
            self._send_state(PictureChanges(at_ms=self.now_ms()))
        return True

    async def judge(self) -> None:
        """Once a second: tell what silence has made of the feeds; every 15 s: a ping."""
        passed_s = 0.0
        while True:
            await asyncio.sleep(JUDGE_S)
            self.judge_feeds()
            await self.judge_deliveries()
            await self.judge_store()
            passed_s += JUDGE_S
            if passed_s >= PING_S:
                passed_s = 0.0
                self.broadcast.send(ping())

    def judge_feeds(self) -> None:
        """Send the feeds whose status is another than the one last told."""
        found = self._statuses()
        changed = {
            feed: self.picture.feeds[feed]
            for feed, word in found.items()
            if self._told.get(feed) != word
        }
        self._told = found
        if changed:
            self._send_state(PictureChanges(at_ms=self.now_ms(), feeds=changed))

    async def judge_deliveries(self) -> None:
        """Tell which endpoints a critical alert has not reached, when that is news."""
        if self.store_state == LOST:
            return
        try:
            found = await deliveries.undelivered(self.store, self.now_ms())
        except LOSSES:
            return  # what was told last stands; that the store is lost the reading loop says
        if found != self.undelivered:
            self.undelivered = found
            self._send_state(PictureChanges(at_ms=self.now_ms()))

    async def judge_store(self) -> None:
        """Look at the store itself; tell why the picture must stand still, when that is news."""
        before = self.health.trouble
        try:
            self.health = await store_health(self.store.client)
        except LOSSES:
            self.health = StoreHealth()  # that the store is lost the reading loop says
        if self.health.trouble != before:
            log.warning("store: %s", self.health.trouble or "takes writes, and a worker works")
            self._send_state(PictureChanges(at_ms=self.now_ms()))

    async def other_network(self) -> str:
        """The version of the network the worker folds where it is not ours, else ""."""
        try:
            version = await self.store.network_version() if self.store_state != LOST else None
        except LOSSES:
            return ""
        return "" if version in (None, self.network.version) else str(version)

    def _statuses(self) -> dict[str, str]:
        now_ms = self.now_ms()
        return {feed: status(state, now_ms) for feed, state in self.picture.feeds.items()}

    def _send_state(self, facts: PictureChanges) -> None:
        self.broadcast.send(self._state_block(facts, self.picture.delta_id))

    def _state_block(self, facts: PictureChanges, head: str) -> Block:
        """An event that moves no one on (id and prev are the head) but says how things are."""
        body = bodies.delta_event(facts, None, self.network, prev=head, now_ms=self.now_ms())
        body.store, body.undelivered = self.store_state, self.undelivered
        body.trouble = self.health.trouble
        return event("d", body, head)

    def _resync_block(self) -> Block:
        head = self.picture.delta_id
        return event("resync", {"net": self.network.version, "id": head}, head)

    async def open(
        self, since: str, drop: Callable[[], None], tiles: Watched = None
    ) -> tuple[StreamClient, list[Block]]:
        """A reader joined at the head, and the blocks that lead there from `since` ("": now)."""
        await self._wait_for(since)
        reader = self.broadcast.join(self.picture.delta_id, drop, tiles)
        again = await self._told_before(since, reader)
        blocks = [preamble(), *await self._way_from(since, reader, again)]
        facts = translate(again if tiles is None and again else (), self.network)
        facts = replace(facts, delta_id=self.picture.delta_id, at_ms=self.picture.at_ms)
        facts = replace(facts, feeds=self.picture.feeds)
        if since:
            facts = replace(facts, situations=self.board.facts(self.picture))
        return reader, [*blocks, self._state_block(facts, reader.head)]

    async def _wait_for(self, since: str) -> None:
        """Another server may have shown the reader a delta we read in the next moment."""
        wanted = id_of(since)
        deadline = asyncio.get_running_loop().time() + AHEAD_WAIT_S
        while wanted is not None and wanted > (id_of(self.picture.delta_id) or BEFORE):
            if asyncio.get_running_loop().time() > deadline:
                return
            await asyncio.sleep(COALESCE_S / 4)

    async def _way_from(
        self, since: str, reader: StreamClient, again: list[StoredDelta] | None
    ) -> list[Block]:
        """Nothing, the events that are still kept, one with all facts after `since`, or a resync
        when they are gone. `again`: what comes again to a reader who was told `since`, None where
        that is in all that comes.
        """
        head, tiles = reader.head, reader.tiles
        if not since:
            return []
        if again is not None:
            if tiles is None:
                return []
            kept = self._kept_way(self._kept_after(since), tiles, head) if since != head else []
            return [*([self._facts_block(again, since, since, tiles)] if again else []), *kept]
        run = await missed(self.store, since, head, self.places)
        if run is None:
            self.broadcast.tallies.resyncs += 1
            return [self._resync_block()]
        return [self._facts_block(run, since, head, tiles)]

    async def _told_before(self, since: str, reader: StreamClient) -> list[StoredDelta] | None:
        """What another server may have told after `since`, though we told it before: the deltas of
        the margin before it, but for the one of that id. None where all after it is read anyhow.
        """
        head = self.picture.delta_id
        is_kept = reader.tiles is not None and bool(self._kept_after(since))
        if head == BEGINNING and since == head:
            return []
        if not since or not (since == head or is_kept):
            return None
        until = id_of(since) or BEFORE
        begin_ms = until[0] - MARGIN_MS
        if begin_ms > max(self._loaded_ms, _ms_of(head) - KEPT_MS):
            known = ((id_of(each.delta_id) or BEFORE, each) for each in self._deltas)
            run = [delta for place, delta in known if (begin_ms, 0) <= place <= until]
            return without_own(run, since)
        return await missed(self.store, since, head, self.places) or [] if since == head else None

    def _facts_block(self, run: list[StoredDelta], prev: str, head: str, tiles: Watched) -> Block:
        """One event with all that some deltas say."""
        facts, now_ms = translate(run, self.network), self.now_ms()
        facts = replace(facts, situations=self.board.facts(self.picture))
        if tiles is None:
            body = bodies.delta_event(facts, None, self.network, prev=prev, now_ms=now_ms)
            return event("d", body, head)
        found = tiled_event(
            facts,
            None,
            self.network,
            self.tiling,
            tiles,
            prev=prev,
            delta_id=head,
            now_ms=now_ms,
        )
        return found.seen_by(tiles)

    def _kept_after(self, since: str) -> list[TiledEvent]:
        """The kept events that lead on from a delta to the head; none where it is too old."""
        kept = list(self._recent)
        begin = next((k for k, each in enumerate(kept) if each.prev == since), len(kept))
        return kept[begin:]

    def _kept_way(self, kept: list[TiledEvent], tiles: frozenset[Tile], head: str) -> list[Block]:
        """Kept events for a reader, and the states of those of its tiles that nobody watched."""
        blocks = [each.seen_by(tiles) for each in kept]
        missing = tiles & frozenset[Tile]().union(*(each.unmade for each in kept))
        if missing:
            body = bodies.Delta(net=self.network.version, prev=head, t=self.now_ms(), at=0)
            states = self.shelf.states(missing, self.picture)
            blocks.append(states_event(body, head, states))
        return blocks


def _ms_of(delta_id: str) -> int:
    return (id_of(delta_id) or BEFORE)[0]
