"""One HTTP request into one exchange."""

import asyncio
import logging
import time
from dataclasses import dataclass

import aiohttp

from producers.feeds import FEEDS
from producers.feeds.request import Request
from producers.polling.inflating import ENCODINGS, body_of
from producers.reading.answers import Exchange
from streams.contract.retry_after import asked_ms
from streams.contract.times import now_ms

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
