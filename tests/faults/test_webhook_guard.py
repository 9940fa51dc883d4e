"""Row F34: an endpoint that leads elsewhere. Real sockets listen where nothing may arrive."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack
from itertools import cycle

import aiohttp
import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from local.waiting import until
from streams.contract.endpoint_url import check_url
from streams.contract.grammars import networks as networks_of
from streams.delivery.sending import guard
from tests.faults.figures import Figures, scaled

TRIES = scaled(25)
BODY = b'{"type":"test"}'
METADATA = "169.254.169.254"
DISGUISES = (  # every one of them is this machine, or was meant to be
    "127.0.0.1",
    "127.0.0.2",
    "127.1",
    "0.0.0.0",  # noqa: S104 - a place to connect to
    "0",
    "0x7f000001",
    "0x7f.1",
    "2130706433",
    "0177.0.0.1",
    "localhost",
    "LOCALHOST.",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::7f00:1]",
    "[0:0:0:0:0:0:0:1]",
)


class Trap:
    """A TCP port of this machine, on every address it has, that counts who connects."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._listening = socket.create_server(
            ("::", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=64
        )
        self._listening.settimeout(0)

    def connects(self) -> int:
        """How many have connected since it was asked last."""
        count = 0
        while True:
            try:
                self._listening.accept()[0].close()
            except BlockingIOError:
                return count
            count += 1

    def close(self) -> None:
        self._listening.close()


@pytest.fixture
def trap() -> Iterator[Trap]:
    """A trap on a port that is allowed in the open, so that the address alone decides."""
    with ExitStack() as stack:
        for port in (8443, 443):
            try:
                made = Trap(port)
            except OSError:
                continue
            stack.callback(made.close)
            yield made
            return
        pytest.fail("neither port 8443 nor 443 of this machine is free", pytrace=False)


class Rebinding(AbstractResolver):
    """A name server whose answer is another each time."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self._addresses = cycle(addresses)
        self.asked = 0

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        del family
        self.asked += 1
        address = next(self._addresses)
        kind = socket.AF_INET6 if ":" in address else socket.AF_INET
        return [
            ResolveResult(hostname=host, host=address, port=port, family=kind, proto=0, flags=0)
        ]

    async def close(self) -> None: ...


async def outcome(client: aiohttp.ClientSession, url: str) -> str:
    """What became of a post: a status, "forbidden", or another failure's name."""
    try:
        return str((await guard.post(client, url, {}, BODY)).status)
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        return "forbidden" if guard.is_forbidden(error) else type(error).__name__


@pytest.mark.row("F34", "endpoint name rebinds to this machine")
async def test_f34_a_name_that_rebinds_connects_to_nothing(figures: Figures, trap: Trap) -> None:
    resolver = Rebinding(["127.0.0.1", "::1", "::ffff:127.0.0.1", METADATA, "10.0.0.1", "0.0.0.0"])  # noqa: S104
    url = f"https://crew.example:{trap.port}/hook"
    check_url(url, ())  # nothing is wrong with the name
    async with guard.session((), resolver=resolver) as client:
        ended = [await outcome(client, url) for _ in range(TRIES)]
    figures.exactly("posts blocked", ended.count("forbidden"), TRIES)
    figures.exactly("names asked anew", resolver.asked, TRIES)
    figures.exactly("connects", trap.connects(), 0)


@pytest.mark.row("F34", "this machine's address in disguise")
async def test_f34_no_disguise_of_this_machine_is_connected_to(
    figures: Figures, trap: Trap
) -> None:
    async with guard.session(()) as client:
        for scheme in ("https", "http"):
            for host in DISGUISES:
                ended = await outcome(client, f"{scheme}://{host}:{trap.port}/")
                assert not ended.isdigit(), host
    figures.exactly("connects", trap.connects(), 0)


@pytest.mark.row("F34", "the trap itself")
async def test_f34_the_trap_sees_who_is_let_through(figures: Figures, trap: Trap) -> None:
    """Without this the rows above would also pass with a trap that sees nothing."""
    allowed = networks_of("127.0.0.0/8,::1/128")
    async with guard.session(allowed, resolver=Rebinding(["127.0.0.1", "::1"])) as client:
        posts = [
            asyncio.create_task(outcome(client, f"https://crew.example:{trap.port}/"))
            for _ in range(2)
        ]
        seen = 0

        def connects() -> int:
            nonlocal seen
            seen += trap.connects()
            return seen

        await until(connects, "two connects", lambda count: count >= 2)
        await asyncio.gather(*posts)
    figures.exactly("connects", seen, 2)


@pytest.fixture
async def redirecting(trap: Trap) -> AsyncIterator[str]:
    """An endpoint on a listed network that sends everyone on to the trap."""

    async def send_on(request: web.Request) -> web.Response:
        await request.read()
        target = {
            "trap": f"http://127.0.0.2:{trap.port}/",
            "metadata": f"http://{METADATA}/latest/",
        }
        where = target.get(request.match_info["where"], f"https://localhost:{trap.port}/")
        return web.Response(status=int(request.query["status"]), headers={"Location": where})

    app = web.Application()
    app.router.add_post("/{where}", send_on)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@pytest.mark.row("F34", "endpoint redirects to this machine or to a metadata address")
@pytest.mark.parametrize("networks", ["127.0.0.1/32", "127.0.0.0/8,169.254.0.0/16"])
async def test_f34_a_redirect_is_an_answer_and_is_not_followed(
    figures: Figures, trap: Trap, redirecting: str, networks: str
) -> None:
    allowed = networks_of(networks)
    statuses = ("301", "302", "303", "307", "308")
    async with guard.session(allowed) as client:
        ended = [
            await outcome(client, f"{redirecting}/{where}?status={status}")
            for where in ("trap", "metadata", "name")
            for status in statuses
        ]
    figures.exactly("answers that are the redirect itself", ended == list(statuses) * 3, gate=True)
    figures.exactly("connects", trap.connects(), 0)
