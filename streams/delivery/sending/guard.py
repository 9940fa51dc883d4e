"""The way out: connections to endpoints, and to nothing that is not one.

The address of the socket itself is judged, just before it connects. A name that leads to another
address each time it is asked, a number in disguise and a redirect all end here.
"""

import asyncio
import errno
import socket
from typing import NamedTuple

import aiohttp
from aiohttp.abc import AbstractResolver

from streams.contract.endpoint_url import is_allowed
from streams.contract.grammars import Networks

MAX_ANSWER_BYTES = 4096
ANSWER_S = 2.0  # for an answer's body: its status is enough
TIMEOUT = aiohttp.ClientTimeout(total=15, sock_connect=5)


class Reply(NamedTuple):
    """What an endpoint answered; `retry_after` is the header as it came, "" without one."""

    status: int
    retry_after: str = ""


def connector(
    allowed: Networks, *, resolver: AbstractResolver | None = None
) -> aiohttp.TCPConnector:
    """A connector that connects to public addresses on 443 and 8443, and to `allowed`.

    Names are asked for at every new connection. How many there may be at once is the caller's
    business: one that hangs must not hold up another.
    """

    def make_socket(
        address: tuple[int, int, int, str, tuple[object, ...]],
    ) -> socket.socket:
        family, kind, protocol, _, name = address
        if family not in _FAMILIES or not is_allowed(str(name[0]), int(str(name[1])), allowed):
            raise OSError(errno.EACCES, "address not allowed for endpoints")
        return socket.socket(family, kind, protocol)

    return aiohttp.TCPConnector(
        socket_factory=make_socket,
        resolver=resolver,
        use_dns_cache=False,
        limit=0,
    )


_FAMILIES = (socket.AF_INET, socket.AF_INET6)


def session(
    allowed: Networks, *, resolver: AbstractResolver | None = None
) -> aiohttp.ClientSession:
    """A session to post with: guarded, without proxies, cookies or decompression."""
    return aiohttp.ClientSession(
        connector=connector(allowed, resolver=resolver),
        timeout=TIMEOUT,
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
        auto_decompress=False,
        headers={"User-Agent": "Bomnae-Webhooks/1", "Content-Type": "application/json"},
    )


async def post(
    client: aiohttp.ClientSession, url: str, headers: dict[str, str], body: bytes
) -> Reply:
    """Post a body once; a redirect is an answer like any other and is not followed.

    At most 4 KiB of the answer are read, for at most 2 s, and thrown away; an endpoint that sends
    more loses its connection. Raises aiohttp.ClientError, OSError or TimeoutError when there is no
    answer within 15 s, and SubscriptionError for a URL that is none.
    """
    async with client.post(url, data=body, headers=headers, allow_redirects=False) as answer:
        try:
            async with asyncio.timeout(ANSWER_S):
                await answer.content.readexactly(MAX_ANSWER_BYTES)
        except (asyncio.IncompleteReadError, aiohttp.ClientError, OSError, TimeoutError):
            pass
        return Reply(answer.status, answer.headers.get("Retry-After", ""))


def is_forbidden(error: BaseException) -> bool:
    """Whether a connection failed because the guard does not allow the address."""
    return isinstance(error, aiohttp.ClientConnectorError) and error.errno == errno.EACCES
