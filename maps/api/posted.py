"""What every POST is asked first: from our own page, JSON, small, and not too often; and the way
of what it tells into the log.
"""

import asyncio
import logging
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec
from aiohttp import web

from maps.http.refusals import RequestRefusedError
from streams.contract.errors import IntakeError
from streams.contract.records import Message
from streams.contract.topics import Topic
from streams.kafka.intake import Intake
from streams.state.folded import looks

log = logging.getLogger(__name__)
INTAKE = web.AppKey("intake", Intake)
OWN_ORIGINS = web.AppKey("own_origins", frozenset[str])
KEPT_PACES = 1000
MAX_BODY_BYTES = 16 << 10
BODY_WITHIN_S = 20
T = TypeVar("T")


class Pace:
    """At most so many in a minute."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken: deque[float] = deque()

    def is_idle(self, now_s: float | None = None) -> bool:
        """Whether none was taken within a minute."""
        now_s = time.monotonic() if now_s is None else now_s
        return not self._taken or self._taken[-1] <= now_s - 60

    def take(self, now_s: float | None = None) -> None:
        """Take one; raises RequestRefusedError (429) when the minute is full."""
        now_s = time.monotonic() if now_s is None else now_s
        while self._taken and self._taken[0] <= now_s - 60:
            self._taken.popleft()
        if len(self._taken) >= self._most:
            full = RequestRefusedError(429, "refused.too_many", count=self._most)
            raise full.after(self._taken[0] + 60 - now_s)
        self._taken.append(now_s)


class Paces:
    """A pace for each of many, a work or whoever asks, kept while a thousand are not busier."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._paces: OrderedDict[str, Pace] = OrderedDict()

    def is_idle(self, name: str) -> bool:
        """Whether a name took none within a minute."""
        pace = self._paces.get(name)
        return pace is None or pace.is_idle()

    def take(self, name: str) -> None:
        """Take one of a name's; raises RequestRefusedError (429) when its minute is full."""
        pace = self._paces.setdefault(name, Pace(self._most))
        self._paces.move_to_end(name)
        while len(self._paces) > KEPT_PACES:
            self._paces.popitem(last=False)
        pace.take()


def is_same_origin(
    site: str | None,
    origin: str | None,
    host: str,
    own_origins: frozenset[str],
    *,
    is_secure: bool = False,
) -> bool:
    """Whether a request comes from our own page, by its Sec-Fetch-Site, Origin and Host headers.

    A browser sends at least Origin; what sends neither is no browser and no one's page. Scheme,
    host and port are those of Host (of either scheme, for a proxy may speak TLS for us, unless we
    do it ourselves: `is_secure`) or one of `own_origins`, for a proxy may have changed Host.
    """
    if site is not None:
        return site == "same-origin"
    if origin is None:
        return True
    schemes = ("https",) if is_secure else ("https", "http")
    is_hosts = bool(host) and origin in [f"{scheme}://{host}" for scheme in schemes]
    return is_hosts or origin in own_origins


def check_origin(request: web.Request) -> None:
    """Refuse (403) what another site's page sends."""
    headers = request.headers
    site, origin = headers.get("Sec-Fetch-Site"), headers.get("Origin")
    host, ours = headers.get("Host", ""), request.app[OWN_ORIGINS]
    if not is_same_origin(site, origin, host, ours, is_secure=request.secure):
        raise RequestRefusedError(403, "refused.other_origin")


async def read_body(request: web.Request, kind: type[T]) -> T:
    """The JSON body as a `kind`; 415, 413 or 400 when it is none, 408 when it does not come."""
    if request.content_type != "application/json":
        raise RequestRefusedError(415, "refused.not_json")
    raw = await raw_body(request, MAX_BODY_BYTES)
    try:
        return msgspec.json.decode(raw or b"{}", type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        reason = str(error)[:120]
        raise RequestRefusedError(400, "refused.bad_body", reason=reason) from None


def check_unpacked(request: web.Request, code: str) -> None:
    """Refuse (415) a packed body: one that unpacks to a thousand times its size would hold
    everybody up.
    """
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise RequestRefusedError(415, code)


async def raw_body(request: web.Request, most_bytes: int) -> bytes:
    """The whole body; 413 when it is larger, 408 when it does not come, 415 where it is packed."""
    check_unpacked(request, "refused.not_json")
    try:
        async with asyncio.timeout(BODY_WITHIN_S):
            raw = await request.read()
    except TimeoutError:
        raise RequestRefusedError(408, "refused.too_slow.body", seconds=BODY_WITHIN_S) from None
    if len(raw) > most_bytes:
        raise RequestRefusedError(413, "refused.too_large.body", count=most_bytes)
    return raw


SHOWN_WITHIN_S = 2.0
LOOK_S = 0.02


async def answered_soon(
    look: Callable[[], Awaitable[web.Response | None]], unseen: web.Response
) -> web.Response:
    """The first answer that a look gives within two seconds of what was told; `unseen` where what
    was told is not to be seen by then.
    """
    async for _ in looks(SHOWN_WITHIN_S, every_s=LOOK_S):
        if (answer := await look()) is not None:
            return answer
    return unseen


async def tell(request: web.Request, topic: Topic, message: Message) -> None:
    """Write what somebody tells into the log; refused (503) when the broker does not take it."""
    try:
        await request.app[INTAKE].send(topic, 0, message)
    except IntakeError as error:
        log.warning("not taken", extra={"topic": topic.name, "error": str(error)})
        raise RequestRefusedError(503, "refused.log_away") from None
