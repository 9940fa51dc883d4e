"""`python -m streams dispatch`: from the outbox to the endpoints, as many of it as needed."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Never

from streams.contract import topics
from streams.contract.errors import TopicsError
from streams.contract.failpoints import FailAt
from streams.contract.retrying import attempts
from streams.contract.running import BARE_S, run_until
from streams.contract.settings import Settings
from streams.contract.times import now_ms
from streams.delivery.deciding.keys import STATE, endpoint_key
from streams.delivery.deciding.stories import Stories
from streams.delivery.sending.duties import Duties
from streams.delivery.sending.leases import Leases, new_name
from streams.delivery.sending.links import CrewLinks
from streams.delivery.sending.metrics import ENDPOINTS, WAITING
from streams.delivery.sending.outbox import Outbox
from streams.delivery.sending.posting import Poster
from streams.delivery.sending.reading import OutboxReader
from streams.delivery.sending.receipt_log import ReceiptLog
from streams.delivery.sending.saving import Saver, decoded
from streams.delivery.sending.serving import Tools
from streams.delivery.sending.tasks import Tasks
from streams.geo.network import Network
from streams.kafka.away import AWAY, reason_of, refused_for_good, waiting
from streams.kafka.cluster import facts_of_topics
from streams.state.store import Store

log = logging.getLogger(__name__)
TURN_S = 1.0
WAKE_S = 0.1
GATHER_S = 0.05  # states that change together are stored together
CURSORS_S = 10.0
TRIM_S = 600.0
PAUSES_S = (0.5, 5.0)
FINISH_S = 4.0  # of the 10 s in which the process ends
CLOSE_S = 3.0


class Dispatcher:
    """One process. `run` works until it is stopped, whatever is away meanwhile."""

    def __init__(self, settings: Settings, network: Network, fail: FailAt = None) -> None:
        self._settings = settings
        self._store = Store.connect(settings)
        client: Any = self._store.client
        self._client = client
        self._fail = fail
        self._receipts = ReceiptLog(settings, now_ms)
        links = CrewLinks.of(settings, self._store, self._receipts.write)
        self._poster = Poster(settings, links)
        self._leases = Leases(client, new_name())
        self._outbox = Outbox(self._store)
        self._duties = Duties(client, self._leases, Saver(client, self._leases.name), self._crashed)
        stories = Stories(network)
        self._reader = OutboxReader(
            self._outbox, lambda: list(self._duties.servings.values()), stories
        )
        self._is_changed = asyncio.Event()
        self._crash: asyncio.Future[Never] = asyncio.get_running_loop().create_future()
        self._is_ending = False
        self._tools = Tools(
            poster=self._poster,
            receipts=self._receipts,
            network=network,
            stories=stories,
            expiry_ms=settings.alert_expiry_s * 1000,
            may_send=self._may_send,
            changed=self._is_changed.set,
            crashed=self._crashed,
            fail=fail,
        )

    def _may_send(self) -> bool:
        return self._duties.may_send() and not self._reader.is_rebuilding

    def _crashed(self, error: BaseException) -> None:
        if self._is_ending or self._crash.done():
            log.error("crashed too late to end it", exc_info=error)
        else:
            self._crash.set_exception(error)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until the event is set; raises what ended it before."""
        try:
            await run_until(stop, self._wait_for_stores(), grace_s=BARE_S)
            if not stop.is_set():
                log.info("dispatcher started", extra={"dispatcher": self._leases.name})
                await self._work(stop)
        finally:
            with suppress(*AWAY):
                await asyncio.wait_for(self._close(), CLOSE_S)

    async def _work(self, stop: asyncio.Event) -> None:
        """All of it side by side; receipts are followed until what is on its way has ended."""
        duties = (
            self._for_ever("turn", self._turn, TURN_S),
            self._for_ever("read", self._reader.turn, 0.0),
            self._for_ever("save", self._save, GATHER_S),
            self._for_ever("cursors", self._save_cursors, CURSORS_S),
            self._for_ever("trim", self._trim, TRIM_S),
            self._for_ever("wake", self._wake, WAKE_S),
        )
        following = Tasks(self._crashed)
        following.start(self._receipts.follow())
        try:
            await run_until(stop, self._first_crash(), *duties, grace_s=BARE_S)
            if self._crash.done():  # at the moment it was stopped
                await self._crash
        finally:
            self._is_ending = True
            try:
                async with asyncio.timeout(FINISH_S + 2.0):
                    await self._duties.end(FINISH_S)
            except AWAY as error:
                log.warning("ended without storing", extra={"error": reason_of(error)})
            await following.finish(0.0)

    async def _first_crash(self) -> Never:
        await asyncio.shield(self._crash)  # a task that is cancelled takes no future with it

    async def _close(self) -> None:
        await self._receipts.close()
        await self._poster.close()
        await self._store.close()

    async def _for_ever(self, name: str, act: Callable[[], Awaitable[None]], s: float) -> Never:
        """Do it again and again; what is away is waited for."""
        waits = waiting(log, name)

        def is_away(error: Exception) -> bool:
            self._reader.forget()
            return waits(error)

        while True:
            async for attempt in attempts(is_away, PAUSES_S):
                with attempt:
                    await act()
            await asyncio.sleep(s)

    async def _turn(self) -> None:
        await self._duties.turn(self._tools)
        servings = self._duties.servings.values()
        ENDPOINTS.set(len(servings))
        WAITING.set(sum(len(each.state.line) for each in servings))

    async def _save(self) -> None:
        """Store what has changed, once something has."""
        await self._is_changed.wait()
        self._is_changed.clear()
        changed = [each for each in self._duties.servings.values() if each.is_dirty]
        if self._fail is not None and changed:
            self._fail("before_save")
        try:
            await self._duties.save(changed)
        except AWAY:
            self._is_changed.set()
            raise

    async def _save_cursors(self) -> None:
        """Store how far endpoints are for which there was nothing: so little is read again."""
        await self._duties.save([s for s in self._duties.servings.values() if s.has_moved])

    async def _trim(self) -> None:
        """Trim the outbox behind the last endpoint; forget old receipts."""
        self._receipts.forget()
        names = [name for name, each in self._duties.subscriptions.items() if each.is_enabled]
        if self._reader.is_rebuilding:
            return
        keys = [endpoint_key(STATE, name) for name in names]
        found = await self._client.mget(keys) if keys else []
        states = [decoded(value) for value in found]
        cursors = [state.cursor if state else "0-0" for state in states]
        if count := await self._outbox.trim(cursors, now_ms()):
            log.info("outbox trimmed", extra={"entries": count})

    async def _wake(self) -> None:
        now = now_ms()
        for serving in list(self._duties.servings.values()):
            if 0 < serving.wake_ms <= now:
                serving.wake()

    async def _wait_for_stores(self) -> None:
        """Return when Redis answers and the topics are there; what is away is tried again."""
        async for attempt in attempts(waiting(log, "start"), PAUSES_S):
            with attempt, refused_for_good():
                await self._client.ping()
                facts = await facts_of_topics(self._settings)
        for topic in (topics.RECEIPTS, topics.SUBSCRIPTIONS, topics.CREW_LINKS):
            if topic.name not in facts:
                raise TopicsError(f"topic {topic.name} is missing: python -m producers topics")
