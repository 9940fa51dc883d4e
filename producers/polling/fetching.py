"""One HTTP request into one exchange. Keys travel beside the shown URL and appear nowhere else."""

import asyncio
import logging
import time
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import aiohttp
from yarl import URL

from producers.polling.inflating import ENCODINGS, body_of
from producers.reading.answers import Exchange
from producers.reading.limits import MAX_BYTES
from producers.recording.recorder import SECRET_PARAMETERS
from streams.contract.retry_after import asked_ms

log = logging.getLogger(__name__)
_NO_TIMEOUT = aiohttp.ClientTimeout(total=None)
HEADERS = {
    "User-Agent": "bomnae-producers",
    "Accept": "application/json, application/xml;q=0.9, */*;q=0.5",
    "Accept-Encoding": ENCODINGS,
}


@dataclass(frozen=True, slots=True)
class Request:
    """A GET. `shown` is the URL without keys; `secret` holds the parameters that are one, `headers`
    what a key travels in elsewhere.
    """

    feed: str
    shown: str
    secret: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    path_key: str = field(default="", repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    def real_url(self) -> URL:
        """The URL to ask; never to be logged, recorded or put into an error."""
        shown = self.shown.replace("{key}", quote(self.path_key, safe=""))
        parts = urlsplit(shown)
        query = "&".join(filter(None, (urlencode(self.secret), parts.query)))
        return URL(urlunsplit(parts._replace(query=query)), encoded=True)


def request_to(
    feed: str, base: str, parameters: dict[str, str | int], *, key_name: str = "", key: str = ""
) -> Request:
    """A request to `base`. A key someone wrote into the base URL itself is taken out of sight, and
    `{key}` in its path stands for the key.
    """
    parts = urlsplit(base)
    given = parse_qsl(parts.query, keep_blank_values=True)
    hidden = tuple(pair for pair in given if pair[0].lower() in SECRET_PARAMETERS)
    open_pairs = [pair for pair in given if pair not in hidden]
    query = urlencode([*open_pairs, *((name, str(value)) for name, value in parameters.items())])
    in_path = "{key}" in parts.path
    secret = hidden if in_path or not key_name or hidden else ((key_name, key),)
    host = parts.netloc.rpartition("@")[2]
    shown = urlunsplit(parts._replace(netloc=host, query=query, fragment=""))
    return Request(feed, shown, secret, key if in_path else "")


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
            body, is_whole = await body_of(response, MAX_BYTES[request.feed])
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


def now_ms() -> int:
    """The wall clock, UTC ms."""
    return time.time_ns() // 1_000_000
