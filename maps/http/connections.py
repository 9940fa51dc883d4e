"""Connections that ask nothing: one that sends no whole request in time is cut, and of one address
there are only so many.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from maps.http.clients import counted_as

IDLE_S = 30.0  # to send a request's head, or to ask again
LOOK_S = 5.0
MOST_OF_ONE = 600  # of one address or IPv6 network: an office behind a proxy, each screen with two
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True)
class Connections:
    """Those of one server; whatever asks at the moment is left alone."""

    idle_s: float = IDLE_S
    most_of_one: int = MOST_OF_ONE
    cut: int = 0
    _asking: set[int] = field(default_factory=set)
    _idle_since: dict[int, float] = field(default_factory=dict)

    @contextmanager
    def asking(self, request: web.Request) -> Iterator[None]:
        """While a request is answered its connection is busy, a stream as long as it flows."""
        name = id(request.transport)
        self._asking.add(name)
        try:
            yield
        finally:
            self._asking.discard(name)
            self._idle_since.pop(name, None)

    def look(self, server: web.Server, now_s: float) -> None:
        """Cut what has been idle for too long, and of an address with too many those that have
        been idle the longest: who holds connections open to keep others out loses them first, and
        a browser that has just come stays.
        """
        idle: dict[str, list[Any]] = defaultdict(list)
        counts: dict[str, int] = defaultdict(int)
        names = set()
        for handler in server.connections:
            transport = handler.transport
            if transport is None or transport.is_closing():
                continue
            name, at = id(transport), _address(transport)
            names.add(name)
            counts[at] += 1
            if name in self._asking:
                continue
            since_s = self._idle_since.setdefault(name, now_s)
            if now_s - since_s >= self.idle_s:
                self._cut(transport)
                counts[at] -= 1
            else:
                idle[at].append((since_s, name, transport))
        for at, waiting in idle.items():
            for _, _, transport in sorted(waiting)[: max(0, counts[at] - self.most_of_one)]:
                self._cut(transport)
        for name in self._idle_since.keys() - names:
            del self._idle_since[name]

    async def watch(self, server: web.Server) -> None:
        """Look every few seconds until cancelled."""
        while True:
            await asyncio.sleep(min(LOOK_S, self.idle_s))
            self.look(server, time.monotonic())

    def _cut(self, transport: Any) -> None:
        self.cut += 1
        transport.abort()


CONNECTIONS = web.AppKey("connections", Connections)


@web.middleware
async def count_asking(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Know which connections ask."""
    with request.app[CONNECTIONS].asking(request):
        return await handler(request)


def _address(transport: Any) -> str:
    peer = transport.get_extra_info("peername")
    return counted_as(str(peer[0])) if peer else ""
