"""One HTTP request into one exchange, its body read no further than its feed may send.

aiohttp unpacks each piece whole, and a piece of 64 kB may hold 64 MB: so it is done here, bounded.
"""

import asyncio
import logging
import time
import zlib
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from producers.feeds import FEEDS
from producers.feeds.feed import Request
from producers.reading.answers import Exchange
from streams.contract.retrying import asked_ms
from streams.contract.times import now_ms

ENCODINGS = "gzip, deflate"
_PIECE = 1 << 16
_ANY = zlib.MAX_WBITS | 32  # gzip or zlib, whichever the head says
_RAW = -zlib.MAX_WBITS


@dataclass(slots=True)
class BoundedBody:
    """The bytes so far, at most one more than `most`: that one shows that it is too large."""

    most: int
    is_packed: bool = False
    content: bytearray = field(default_factory=bytearray)
    _unpack: Any = None

    @property
    def is_full(self) -> bool:
        return len(self.content) > self.most

    def add(self, piece: bytes) -> None:
        """Add a piece as it came; raises zlib.error where it is not packed as the header says."""
        room = self.most + 1 - len(self.content)
        self.content += self._unpacked(piece, room) if self.is_packed else piece[:room]

    def _unpacked(self, piece: bytes, room: int) -> bytes:
        if self._unpack is not None:
            return bytes(self._unpack.decompress(piece, room))
        self._unpack = zlib.decompressobj(wbits=_ANY)
        try:
            return bytes(self._unpack.decompress(piece, room))
        except zlib.error:  # "deflate" without its head, as some servers send it
            self._unpack = zlib.decompressobj(wbits=_RAW)
            return bytes(self._unpack.decompress(piece, room))


async def body_of(response: aiohttp.ClientResponse, most: int) -> tuple[bytes, bool]:
    """The body, cut just above `most` bytes, and whether it came whole."""
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    body = BoundedBody(most, is_packed=encoding in ("gzip", "x-gzip", "deflate"))
    try:
        async for piece in response.content.iter_chunked(_PIECE):
            body.add(piece)
            if body.is_full:
                break
    except (aiohttp.ClientPayloadError, zlib.error):
        return bytes(body.content), False
    return bytes(body.content), True


log = logging.getLogger(__name__)
_NO_TIMEOUT = aiohttp.ClientTimeout(total=None)
HEADERS = {
    "User-Agent": "bomnae-producers",
    "Accept": "application/json, application/xml;q=0.9, */*;q=0.5",
    "Accept-Encoding": ENCODINGS,
}


@dataclass(frozen=True, slots=True)
class Fetched:
    """The exchange, and how long the portal wants to be left alone (s)."""

    exchange: Exchange
    retry_after_s: float = 0.0


async def fetch(session: aiohttp.ClientSession, request: Request, timeout_s: float) -> Fetched:
    """The exchange of a request; status 0 when no response came. Raises nothing about the network.
    Of a body that is larger than its feed's may be, one byte more is kept: enough to be refused.

    Redirects are not followed: they would carry the key to another host.
    """
    begin_s = time.monotonic()
    status, body, pause_s = 0, b"", 0.0
    try:
        # asyncio's own time-out: aiohttp's swallows a cancellation that comes as its time runs out
        async with (
            asyncio.timeout(timeout_s),
            session.get(
                request.real_url(),
                timeout=_NO_TIMEOUT,
                allow_redirects=False,
                headers={**HEADERS, **dict(request.headers)},
                auto_decompress=False,
            ) as response,
        ):
            body, is_whole = await body_of(response, FEEDS[request.feed].max_bytes)
            status = response.status
            pause_s = asked_ms(response.headers.get("Retry-After"), now_ms()) / 1000
            if not is_whole:
                log.info("answer breaks off", extra={"feed": request.feed, "bytes": len(body)})
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        # the error's text holds the URL, and with it the key
        log.info("no answer", extra={"feed": request.feed, "error": type(error).__name__})
    latency_ms = round((time.monotonic() - begin_s) * 1000)
    exchange = Exchange(request.feed, now_ms(), request.shown, status, body, latency_ms)
    return Fetched(exchange, pause_s)
