"""The socket that the map server listens on: who is at its door and has not come in.

A connection that has not finished its TLS handshake is none of the server's yet, and asyncio lets
it stand for a minute, with a buffer of its own: a client that opens some thousand and says nothing
would take all memory. So of one address there are only so many at a time, and of all; where there
are more, the one that has waited longest is cut: a browser that has just come is through in
milliseconds. As many of one address may stand here as may be inside: after a moment in which the
server did nothing else they all come at once.
"""

import asyncio
import errno
import logging
import os
import socket
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from ssl import SSLContext
from typing import Any

from aiohttp import web

from maps.http.clients import counted_as
from maps.http.connections import MOST_OF_ONE
from streams.contract.tally import Tally

log = logging.getLogger(__name__)
MOST_OF_ALL = 2 * MOST_OF_ONE
Peer = tuple[str, int]


@dataclass(slots=True)
class Handshakes:
    """Those at one door, the oldest first. `inside` says which peers have come in."""

    inside: Callable[[], Collection[Peer]]
    most_of_one: int = MOST_OF_ONE
    most_of_all: int = MOST_OF_ALL
    cut: int = 0
    _unsaid: Tally = field(default_factory=Tally)
    _waiting: dict[Peer, socket.socket] = field(default_factory=dict)
    _counts: Counter[str] = field(default_factory=Counter)

    def began(self, connection: socket.socket, peer: Peer) -> None:
        """Somebody is at the door; the oldest go where there are too many."""
        who = counted_as(peer[0])
        if self._counts[who] >= self.most_of_one or len(self._waiting) >= self.most_of_all:
            self._forget_done()
        if self._counts[who] >= self.most_of_one:
            self._cut(next(each for each in self._waiting if counted_as(each[0]) == who))
        elif len(self._waiting) >= self.most_of_all:
            self._cut(next(iter(self._waiting)))
        self._forget(peer)
        self._waiting[peer] = connection
        self._counts[who] += 1

    def _forget_done(self) -> None:
        """Those who came in wait no more, nor do those who left."""
        inside = self.inside()
        for peer, connection in list(self._waiting.items()):
            if peer in inside or connection.fileno() < 0:
                self._forget(peer)

    def _cut(self, peer: Peer) -> None:
        connection = self._waiting[peer]
        self._forget(peer)
        self.cut += 1
        if count := self._unsaid.add():  # whom this keeps out sees a connection that failed
            log.warning("TLS handshakes cut", extra={"count": count})
        transport = _transport_of(connection)
        if transport is not None:
            transport.abort()
            return
        try:
            connection.shutdown(socket.SHUT_RDWR)  # its transport reads the end, and closes
        except OSError:
            return  # it has gone by itself

    def _forget(self, peer: Peer) -> None:
        if self._waiting.pop(peer, None) is not None:
            who = counted_as(peer[0])
            self._counts[who] -= 1
            if not self._counts[who]:
                del self._counts[who]


class Door(socket.socket):
    """A listening socket that says who came."""

    handshakes: Handshakes

    def accept(self) -> tuple[socket.socket, Any]:
        connection, address = super().accept()
        self.handshakes.began(connection, address[:2])
        return connection, address


async def listen(runner: web.AppRunner, host: str, port: int, context: SSLContext) -> Handshakes:
    """Listen with TLS at each address of a host, as long as the runner does; those of a family
    that the kernel does not have (IPv6 may be off) are left out. OSError where that cannot be.
    """
    at_door = Handshakes(lambda: _peers(runner.server))
    found = await asyncio.get_running_loop().getaddrinfo(
        host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )
    for family, kind, protocol, _, address in dict.fromkeys(found):
        try:
            door = Door(family, kind, protocol)
        except OSError:
            continue
        door.handshakes = at_door
        try:
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                door.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            door.bind(address)
            await web.SockSite(runner, door, ssl_context=context).start()
        except OSError:
            door.close()
            raise
    if not runner.sites:
        raise OSError(errno.EADDRNOTAVAIL, os.strerror(errno.EADDRNOTAVAIL))
    return at_door


def _transport_of(connection: socket.socket) -> asyncio.Transport | None:
    """What asyncio, which tells nobody before the handshake, has made of a connection. One that
    reads its end instead keeps its buffers in a circle (of an error and its traceback) until the
    collector comes by: cut by the thousand these take more than all who stand.
    """
    known = getattr(asyncio.get_running_loop(), "_transports", {})
    found: asyncio.Transport | None = known.get(connection.fileno())
    return found


def _peers(server: web.Server | None) -> set[Peer]:
    """Whose connections are the server's."""
    found = [each.transport for each in server.connections] if server else []
    return {each.get_extra_info("peername")[:2] for each in found if each is not None}
