"""A sweep over all routes of TAGO: a few requests at a time, at an even pace, within its period."""

import asyncio
from collections import deque
from dataclasses import dataclass
from pathlib import Path

from producers.feeds.feed import Asker, PollUnderWay
from producers.feeds.request import Request, request_to
from producers.feeds.tago.positions import NAME
from producers.network.importing import read_network
from producers.reading.answers import Exchange
from streams.contract.errors import SettingsError
from streams.contract.settings import Settings
from streams.contract.times import now_ms

MAX_ROWS = 100  # a larger page may be refused with an empty body
MAX_PER_S = 8.0  # nine requests a second on one key drew refusals
SWEEP_PERIODS = 1.5  # a sweep ends after so many periods, asked or not


class HopelessError(Exception):
    """Asking the portal on is pointless in this sweep."""


class Pacer:
    """Lets one caller through per `interval_s`."""

    def __init__(self, interval_s: float) -> None:
        self._interval_s = interval_s
        self._next_s = 0.0

    async def turn(self) -> None:
        loop = asyncio.get_running_loop()
        at_s = max(loop.time(), self._next_s)
        self._next_s = at_s + self._interval_s
        await asyncio.sleep(at_s - loop.time())

    def hold(self, seconds: float) -> None:
        """Let nobody through for that long."""
        until_s = asyncio.get_running_loop().time() + seconds
        self._next_s = max(self._next_s, until_s)


def route_request(route_id: str, settings: Settings) -> Request:
    """The request for the buses of one route."""
    return request_to(
        NAME,
        f"{settings.tago_url}/BusLcInfoInqireService/getRouteAcctoBusLcList",
        {
            "cityCode": settings.tago_city,
            "routeId": route_id,
            "_type": "json",
            "numOfRows": MAX_ROWS,
            "pageNo": 1,
        },
        key_name="serviceKey",
        key=settings.tago_key,
    )


@dataclass(slots=True)
class Sweeper(Asker):
    """Asks for every route, a few at a time. A sweep that ran out of time is taken up where it
    ended; the routes it did not come to count as unanswered.
    """

    routes: list[str]
    settings: Settings
    start: int = 0

    @classmethod
    def over_network(cls, settings: Settings) -> "Sweeper":
        """Over the routes of the settings' network; raises SettingsError where there is none."""
        if not settings.network:
            raise SettingsError("BOMNAE_NETWORK must name the folder of network.json to poll TAGO")
        network = read_network(Path(settings.network))
        return cls([route.id for route in network.routes], settings)

    def first_request(self) -> Request | None:
        return route_request(self.routes[0], self.settings) if self.routes else None

    async def ask(self, poll: PollUnderWay) -> None:
        poll_s = self.settings.tago_poll_s
        pacer = Pacer(min(1 / MAX_PER_S, 0.8 * poll_s / max(1, len(self.routes))))
        left = deque(self.routes[self.start :] + self.routes[: self.start])
        flying: list[str] = []
        try:
            async with asyncio.timeout(SWEEP_PERIODS * poll_s), asyncio.TaskGroup() as group:
                for _ in range(self.settings.tago_parallel):
                    group.create_task(self._work(poll, left, flying, pacer))
        except TimeoutError:
            pass
        except ExceptionGroup as failed:
            _, others = failed.split(HopelessError)
            if others is not None:
                raise others.exceptions[0] from None
        unasked = [*flying, *left]
        self.start = self.routes.index(unasked[0]) if unasked else 0
        if not poll.is_stopped:
            for route_id in unasked:
                shown = route_request(route_id, self.settings).shown
                await poll.take(Exchange(NAME, now_ms(), shown, 0, b""))

    async def _work(
        self, poll: PollUnderWay, left: deque[str], flying: list[str], pacer: Pacer
    ) -> None:
        """Ask until no route is left; raises HopelessError."""
        while left and not poll.is_stopped:
            if poll.retry_after_s:
                pacer.hold(poll.retry_after_s)
                poll.retry_after_s = 0.0
            await pacer.turn()
            if not left:
                return
            route_id = left.popleft()
            flying.append(route_id)
            await poll.ask(route_request(route_id, self.settings))
            flying.remove(route_id)
            if self._is_hopeless(poll):
                raise HopelessError

    def _is_hopeless(self, poll: PollUnderWay) -> bool:
        """Whether as many silences came in a row as requests are in flight, or three times as many
        refusals.
        """
        parallel = self.settings.tago_parallel
        tail = poll.exchanges[-parallel:]
        is_silent = len(tail) == parallel and all(exchange.status == 0 for exchange in tail)
        return is_silent or poll.in_a_row >= 3 * parallel
