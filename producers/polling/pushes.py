"""Answers that their source sends unasked: `POST /ingest/{feed}`, keyed and bounded.

A push is one poll of its feed. The response states the outcome, in our own words.
"""

import asyncio
import hmac
import logging
import re
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import quote, unquote

from aiohttp import web

from producers.feeds import FEEDS
from producers.feeds.feed import Feed
from producers.polling.loops import PollContext
from producers.publishing.poll import Poll
from producers.reading.answers import Exchange
from producers.reading.fields import text
from producers.reading.privacy import may_take_plates
from streams.contract.errors import SettingsError
from streams.contract.grammars import Address
from streams.contract.odd_requests import quiet_odd_requests
from streams.contract.records import FeedReport
from streams.contract.times import now_ms
from streams.contract.tls import Tls
from streams.people import without_people

log = logging.getLogger(__name__)
AT_ONCE = 2
READ_S = 30.0  # a body that takes longer is given up
PART = re.compile(r"[A-Za-z0-9_.:-]{1,40}")


class RefusedError(Exception):
    """A push that is not taken: the status, and why."""

    def __init__(self, status: HTTPStatus, why: str) -> None:
        super().__init__(why)
        self.status = status


async def serve(place: Address, context: PollContext, tls: Tls | None = None) -> None:
    """Take pushes until cancelled, with TLS where there is one."""
    quiet_odd_requests()
    runner = web.AppRunner(application(context), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, *place, ssl_context=tls.context if tls else None).start()
        said = {"host": place.host, "port": place.port, "tls": tls is not None}
        log.info("pushes are taken", extra=said)
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


def application(context: PollContext) -> web.Application:
    app = web.Application()
    app.router.add_post("/ingest/{feed}", Ingest(context).answer)
    return app


@dataclass(slots=True)
class Ingest:
    """The pushes of one process: two are received at once, and published one after the other."""

    context: PollContext
    inside: int = 0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def answer(self, request: web.Request) -> web.Response:
        """202 with the outcome of the push, or why it is not taken."""
        try:
            report = await self._taken(request)
        except RefusedError as refused:
            return _refusal(refused.status, str(refused))
        body = {
            "feed": report.feed,
            "outcome": report.outcome.value,
            "rows": report.row_count,
            "refused": report.refused,
            "code": report.code,
        }
        return web.json_response(body, status=HTTPStatus.ACCEPTED)

    async def _taken(self, request: web.Request) -> FeedReport:
        """The report of a push; raises RefusedError."""
        self._admit(request)
        if self.inside >= AT_ONCE:
            raise RefusedError(HTTPStatus.TOO_MANY_REQUESTS, f"{AT_ONCE} pushes at once are taken")
        self.inside += 1
        try:
            if not await asyncio.to_thread(self.context.publisher.wait_for_room, 0.0):
                raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "the log takes nothing now")
            feed = FEEDS[request.match_info["feed"]]
            url = self._shown(feed, request)
            body = await _body(request, feed.max_bytes)
            async with self.turn:
                return await self._poll(Exchange(feed.name, now_ms(), url, 200, body))
        finally:
            self.inside -= 1

    def _admit(self, request: web.Request) -> None:
        """Raise RefusedError for a stranger, an unknown feed and a packed body."""
        given = request.headers.get("Authorization", "")
        wanted = f"Bearer {self.context.settings.ingest_key}"
        if not hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode()):
            raise RefusedError(HTTPStatus.UNAUTHORIZED, "Authorization: Bearer KEY is needed")
        feed, settings = FEEDS.get(request.match_info["feed"]), self.context.settings
        if feed is None:
            raise RefusedError(HTTPStatus.NOT_FOUND, f"no such feed; known: {', '.join(FEEDS)}")
        if feed.is_list and feed.is_polled(settings):
            why = f"{feed.name} are polled (BOMNAE_{feed.switch.upper()}), not pushed"
            raise RefusedError(HTTPStatus.NOT_FOUND, why)
        if feed.names_vehicles and not may_take_plates(settings):
            why = "no vehicles are read without a BOMNAE_PSEUDONYM_KEY of 32 characters"
            raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, why)
        if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
            raise RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "a packed body is not taken")
        try:
            feed.check(settings)
        except SettingsError as error:
            raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, str(error)) from None

    def _shown(self, feed: Feed, request: web.Request) -> str:
        """The URL that reports and recordings show."""
        url = f"push:{feed.name}"
        if feed.part and feed.part in request.query:
            part = request.query[feed.part]
            if not PART.fullmatch(part):
                raise RefusedError(HTTPStatus.BAD_REQUEST, f"{feed.part} is none")
            return f"{url}?{feed.part}={quote(part)}"
        if feed.is_list:
            given = unquote(request.headers.get("X-Bomnae-List", ""))
            name = without_people(text(given, 100)).replace("/", "-") or "push"
            url = f"{url}/{quote(name)}"
            if not self.context.pushed.has_room(url):
                raise RefusedError(HTTPStatus.TOO_MANY_REQUESTS, "too many lists of other names")
        return url

    async def _poll(self, exchange: Exchange) -> FeedReport:
        context = self.context
        await context.record(exchange)
        read = await context.read(lambda: Poll(exchange.feed, context.settings).read(exchange))
        poll = context.pushed.poll(read, context.settings)
        context.publisher.publish(read.output)
        report = await context.finish(poll)
        extra = {"feed": report.feed, "outcome": report.outcome.value, "rows": report.row_count}
        log.info("push", extra={**extra, "code": report.code})
        return report


async def _body(request: web.Request, most: int) -> bytes:
    """The body; raises RefusedError for one that is larger than `most` bytes, or too slow."""
    too_large = RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"at most {most} bytes")
    if (request.content_length or 0) > most:
        raise too_large
    body = bytearray()
    try:
        async with asyncio.timeout(READ_S):
            async for piece in request.content.iter_chunked(1 << 16):
                body += piece
                if len(body) > most:
                    raise too_large
    except TimeoutError:
        why = f"the body took longer than {READ_S:.0f} s"
        raise RefusedError(HTTPStatus.REQUEST_TIMEOUT, why) from None
    return bytes(body)


def _refusal(status: HTTPStatus, why: str) -> web.Response:
    """The answer to a push that is not taken; the rest of its body is not read."""
    response = web.json_response({"error": why}, status=status)
    response.force_close()
    if status is HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        response.headers["Retry-After"] = "5"
    return response
