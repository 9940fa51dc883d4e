"""Which endpoints this dispatcher serves: taken, loaded, given back, lost."""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

import msgspec
from redis.exceptions import RedisError

from streams.contract.subscription import Subscription
from streams.delivery.deciding.endpoint import EndpointState
from streams.delivery.deciding.keys import (
    ATTEMPTS,
    DEAD,
    LEASE_MS,
    REPLAYS,
    STATE,
    SUBSCRIPTIONS,
    UNDELIVERED,
    endpoint_key,
)
from streams.delivery.sending.leases import Leases, chosen
from streams.delivery.sending.outbox import KEPT_MS
from streams.delivery.sending.saving import Saver, message_of
from streams.delivery.sending.serving import Serving, Tools
from streams.delivery.sending.tasks import Tasks

log = logging.getLogger(__name__)
FINISH_S = 12.0  # a POST that hangs, and its receipt
MARGIN_S = 1.0  # a lease is not used in its last moment
_DECODER = msgspec.json.Decoder(Subscription)


class Duties:
    """The endpoints of one dispatcher by id; a turn a second keeps them right."""

    def __init__(
        self,
        client: Any,
        leases: Leases,
        saver: Saver,
        crashed: Callable[[BaseException], None],
    ) -> None:
        self.servings: dict[str, Serving] = {}
        self.subscriptions: dict[str, Subscription] = {}
        self._client = client
        self._leases = leases
        self._saver = saver
        self._raw: dict[bytes, bytes] = {}
        self._until_s = 0.0
        self._tasks = Tasks(crashed)
        self._left: dict[str, Serving] = {}  # over, and waiting for what is on its way
        self._coming: set[str] = set()  # taken, their receipts and states not read yet

    def may_send(self) -> bool:
        """Whether the leases hold: they were renewed not long ago."""
        return time.monotonic() < self._until_s

    async def turn(self, tools: Tools) -> None:
        """Renew the leases, read the subscriptions, take and give up endpoints."""
        start_s = time.monotonic()
        mine = [*self.servings, *self._left, *self._coming]
        could_send = self.may_send()
        alive, held = await self._leases.turn(mine)
        self._until_s = start_s + LEASE_MS / 1000 - MARGIN_S
        await self._read_subscriptions()
        self._coming &= held
        for endpoint in [each for each in self.servings if each not in held]:
            self._lose(endpoint)
        wanted = {e for e in self.subscriptions if chosen(e, alive) == self._leases.name}
        for endpoint in [each for each in self.servings if each not in wanted]:
            self._start(endpoint, self._finish(endpoint, is_ours=True))
        for endpoint, serving in self.servings.items():
            serving.subscribe(self.subscriptions[endpoint])
            if not could_send:
                serving.wake()
        await self._take(sorted(wanted.difference(mine)), tools)
        await self._replay()

    async def _read_subscriptions(self) -> None:
        raw = await self._client.hgetall(SUBSCRIPTIONS)
        if raw == self._raw:
            return
        known: Mapping[str, Subscription] = self.subscriptions
        self.subscriptions = {}
        for name, value in raw.items():
            endpoint = name.decode()
            if self._raw.get(name) == value and endpoint in known:
                self.subscriptions[endpoint] = known[endpoint]
                continue
            try:
                self.subscriptions[endpoint] = _DECODER.decode(value)
            except msgspec.DecodeError:
                log.warning("subscription skipped", extra={"endpoint": endpoint})
        self._raw = raw

    async def _take(self, endpoints: list[str], tools: Tools) -> None:
        """Take what is free; the turns go on while receipts and states are read."""
        if endpoints and (taken := await self._leases.take(endpoints)):
            self._coming |= set(taken)
            self._tasks.start(self._begin(taken, tools))

    async def _begin(self, taken: list[str], tools: Tools) -> None:
        """Serve them, once all that was confirmed to any dispatcher before is known."""
        try:
            await tools.receipts.barrier()
            states = await self._saver.load(taken)
        except (RedisError, OSError) as error:
            log.warning("endpoints not taken", extra={"error": type(error).__name__})
            self._coming.difference_update(taken)
            return
        for endpoint, state in zip(taken, states, strict=True):
            subscription = self.subscriptions.get(endpoint)
            if endpoint in self._coming and subscription is not None:
                self.servings[endpoint] = Serving(subscription, state or EndpointState(), tools)
            self._coming.discard(endpoint)
        log.info("serving", extra={"taken": len(taken), "endpoints": len(self.servings)})

    async def _replay(self) -> None:
        """Hand dead letters that somebody wants sent to the endpoints they are of."""
        found = await self._client.hgetall(REPLAYS)
        for name, value in found.items():
            field = name.decode()
            message = message_of(value)
            serving = self.servings.get(field.partition(" ")[0])
            if serving is not None and message is not None:
                serving.replay([field], [message])

    def _lose(self, endpoint: str) -> None:
        """The lease is gone: nothing more is sent or stored, what is on its way ends."""
        log.warning("lease lost", extra={"endpoint": endpoint})
        self._start(endpoint, self._finish(endpoint, is_ours=False))

    def _start(self, endpoint: str, work: Coroutine[Any, Any, None]) -> None:
        self._left[endpoint] = self.servings.pop(endpoint)
        self._tasks.start(work)

    async def _finish(self, endpoint: str, *, is_ours: bool) -> None:
        serving = self._left[endpoint]
        try:
            await serving.finish(FINISH_S)
            if is_ours:
                await self.save([serving])
                if endpoint not in self.subscriptions:
                    await self._forget(endpoint)
                await self._leases.release([endpoint])
        except (RedisError, OSError) as error:  # the lease ends by itself
            log.warning("endpoint not given back", extra={"error": type(error).__name__})
        finally:
            del self._left[endpoint]

    async def _forget(self, endpoint: str) -> None:
        """A removed endpoint shows no more; what it left can be looked at for a week."""
        async with self._client.pipeline(transaction=False) as together:
            together.hdel(UNDELIVERED, endpoint)
            for kind in (STATE, ATTEMPTS, DEAD):
                together.pexpire(endpoint_key(kind, endpoint), KEPT_MS)
            await together.execute()

    async def save(self, servings: list[Serving]) -> None:
        """Store these endpoints; one that is another's by now is let go."""
        pages = [serving.page() for serving in servings]
        written = await self._saver.save(pages) if pages else []
        for serving, page, is_written in zip(servings, pages, written, strict=True):
            if is_written:
                serving.stored(page)
            elif self.servings.get(page.endpoint) is serving:
                self._lose(page.endpoint)

    async def end(self, within_s: float) -> None:
        """Finish all, store all, give all back."""
        servings = list(self.servings.values())
        await asyncio.gather(*(serving.finish(within_s) for serving in servings))
        await self.save(servings)
        await self._leases.release(list(self.servings))
        await self._leases.leave()
