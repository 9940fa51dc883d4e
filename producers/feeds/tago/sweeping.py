"""A sweep over all routes of TAGO: a few requests at a time, at an even pace, within its period."""

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from producers.feeds.tago import positions as tago
from producers.polling import sources as asks
from producers.polling.fetching import Fetched, now_ms
from producers.polling.pacing import MAX_PER_S, Pacer
from producers.reading.answers import Exchange
from streams.contract.settings import Settings

if TYPE_CHECKING:
    from producers.polling.loops import Round

SWEEP_PERIODS = 1.5  # a sweep ends after so many periods, asked or not


class HopelessError(Exception):
    """Asking the portal on is pointless in this sweep."""


@dataclass(slots=True)
class Sweeper:
    """Asks for every route, a few at a time. A sweep that ran out of time is taken up where it
    ended; the routes it did not come to count as unanswered.
    """

    routes: list[str]
    settings: Settings
    start: int = 0

    async def sweep(self, this: "Round") -> None:
        poll_s = self.settings.tago_poll_s
        pacer = Pacer(min(1 / MAX_PER_S, 0.8 * poll_s / max(1, len(self.routes))))
        left = deque(self.routes[self.start :] + self.routes[: self.start])
        flying: list[str] = []
        tasks = [
            asyncio.create_task(self._work(this, left, flying, pacer))
            for _ in range(self.settings.tago_parallel)
        ]
        try:
            done, _ = await asyncio.wait(
                tasks, timeout=SWEEP_PERIODS * poll_s, return_when=asyncio.FIRST_EXCEPTION
            )
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for task in done:
            if not isinstance(task.exception(), HopelessError):
                task.result()
        unasked = [*flying, *left]
        self.start = self.routes.index(unasked[0]) if unasked else 0
        if not this.is_stopped:
            await self._count_unasked(this, unasked)

    async def _work(self, this: "Round", left: deque[str], flying: list[str], pacer: Pacer) -> None:
        """Ask until no route is left; raises HopelessError."""
        while left and not this.is_stopped:
            if this.retry_after_s:
                pacer.hold(this.retry_after_s)
                this.retry_after_s = 0.0
            await pacer.turn()
            if not left:
                return
            route_id = left.popleft()
            flying.append(route_id)
            await this.ask(asks.route_request(route_id, self.settings))
            flying.remove(route_id)
            if self._is_hopeless(this):
                raise HopelessError

    async def _count_unasked(self, this: "Round", routes: list[str]) -> None:
        for route_id in routes:
            request = asks.route_request(route_id, self.settings)
            await this.take(Fetched(Exchange(tago.FEED, now_ms(), request.shown, 0, b"")))

    def _is_hopeless(self, this: "Round") -> bool:
        """Whether as many silences came in a row as requests are in flight, or three times as many
        refusals.
        """
        parallel = self.settings.tago_parallel
        tail = this.poll.exchanges[-parallel:]
        is_silent = len(tail) == parallel and all(exchange.status == 0 for exchange in tail)
        return is_silent or this.in_a_row >= 3 * parallel
