"""Sessions and failed logins on a real Redis: what ends them, what outlives Redis, what is kept."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis.asyncio as aioredis

from maps.access.challenges import LOGIN, Challenges, adding
from maps.access.failures import FOR_S, MOST, Failures
from maps.access.passkeys import PasskeyError
from maps.access.sessions import MOST_OF_ONE, Sessions
from streams.contract.account import is_name
from streams.contract.enums import Role
from streams.contract.grammars import LoginMode
from streams.contract.settings import Settings
from streams.state.keys import SESSION, SESSIONS_OF, login_key
from streams.state.redis_login import CONNECTIONS, connect
from tests.devices import Device, b64
from tests.redis_server import RedisServer, running

IDLE_S, HARD_S = 600, 3600
LOCAL = LoginMode.LOCAL


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.ms = 1_795_392_000_000

    def __call__(self) -> int:
        return self.ms

    def on(self, seconds: float) -> None:
        self.ms += int(seconds * 1000)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with running(tmp_path_factory.mktemp("redis")) as found:
        yield found


def sessions(server: RedisServer, clock: Clock) -> Sessions:
    return Sessions(aioredis.from_url(server.url, socket_timeout=30), IDLE_S, HARD_S, clock)


async def test_a_token_opens_its_session_and_redis_does_not_have_it(server: RedisServer) -> None:
    clock = Clock()
    ours = sessions(server, clock)
    token, made = await ours.begin("kim", LOCAL, "10.0.0.1", roles=(Role.DESK,))
    assert await ours.of(token) == made
    assert await ours.of(token[:-1] + "_") is None
    assert await ours.of("") is None
    raw = b"".join(
        [await ours.client.get(key) async for key in ours.client.scan_iter(login_key(SESSION, "*"))]
    )
    assert token.encode() not in raw
    await ours.client.aclose()


async def test_another_server_sees_a_session_and_its_end(server: RedisServer) -> None:
    clock = Clock()
    one, two = sessions(server, clock), sessions(server, clock)
    token, made = await one.begin("lee", LOCAL, "10.0.0.1")
    assert await two.of(token) == made
    await one.end([made.name], "lee")
    assert await one.of(token) is None
    clock.on(5)  # as late as it is noticed
    assert await two.of(token) is None
    assert await one.all_of("lee") == []
    for each in (one, two):
        await each.client.aclose()


async def test_whoever_does_nothing_is_idle_and_the_hard_limit_ends_it(server: RedisServer) -> None:
    clock = Clock()
    ours = sessions(server, clock)
    token, made = await ours.begin("han", LOCAL, "10.0.0.1")
    clock.on(IDLE_S - 1)
    assert not ours.is_idle(made)
    await ours.act_of(made.name)
    clock.on(IDLE_S - 1)
    found = await ours.of(token)
    assert found is not None
    assert not ours.is_idle(found)
    clock.on(1)
    assert ours.is_idle(found)
    clock.on(HARD_S - 2 * IDLE_S + 1)
    assert await ours.of(token) is None
    await ours.client.aclose()


async def test_what_was_done_here_is_not_lost_to_what_redis_had(server: RedisServer) -> None:
    """An act within the seconds in which nothing is written still counts when it is read anew."""
    clock = Clock()
    ours = sessions(server, clock)
    token, made = await ours.begin("seo", LOCAL, "10.0.0.1")
    clock.on(8)
    await ours.act_of(made.name)
    clock.on(8)
    found = await ours.of(token)
    assert found is not None
    assert found.acted_ms == made.acted_ms + 8_000
    await ours.client.aclose()


async def test_redis_away_old_sessions_go_on_and_new_ones_do_not_begin(tmp_path: Path) -> None:
    clock = Clock()
    with running(tmp_path) as server:
        ours = sessions(server, clock)
        token, made = await ours.begin("kim", LOCAL, "10.0.0.1")
        server.kill()
        clock.on(60)
        assert await ours.of(token) == made
        with pytest.raises((OSError, aioredis.RedisError)):
            await ours.begin("kim", LOCAL, "10.0.0.1")
        clock.on(IDLE_S)
        assert await ours.of(token) is None
        await ours.client.aclose()


async def test_the_oldest_sessions_of_an_account_end_for_the_newest(server: RedisServer) -> None:
    clock = Clock()
    ours = sessions(server, clock)
    first, _ = await ours.begin("kim", LOCAL, "10.0.0.1")
    other, _ = await ours.begin("lee", LOCAL, "10.0.0.1")
    for _ in range(MOST_OF_ONE):
        clock.on(1)
        await ours.begin("kim", LOCAL, "10.0.0.1")
    assert len(await ours.all_of("kim")) == MOST_OF_ONE
    clock.on(6)
    assert await ours.of(first) is None
    assert await ours.of(other) is not None
    await ours.client.aclose()


async def test_five_failures_lock_account_and_address(server: RedisServer) -> None:
    client = aioredis.from_url(server.url)
    ours = Failures(client)
    told = [await ours.add("kim", "10.0.0.9") for _ in range(MOST)]
    assert told == [False] * (MOST - 1) + [True]
    assert 0 < await ours.wait_s("kim", "10.9.9.9") <= FOR_S
    assert await ours.wait_s("lee", "10.0.0.9")
    assert not await ours.wait_s("lee", "10.9.9.9")
    await ours.clear("kim", "10.0.0.9")
    assert not await ours.wait_s("kim", "10.0.0.9")
    await client.aclose()


async def test_failures_of_one_ipv6_network_are_one_clients(server: RedisServer) -> None:
    client = aioredis.from_url(server.url)
    ours = Failures(client)
    for number in range(MOST):
        assert await ours.wait_s(f"six{number}", f"2001:db8:6::{number}") == 0
        await ours.add(f"six{number}", f"2001:db8:6::{number}")
    assert await ours.wait_s("seven", "2001:db8:6::ffff") > 0
    assert await ours.wait_s("seven", "2001:db8:6:1::1") == 0
    await client.aclose()


async def test_what_a_login_was_asked_makes_no_key_for_an_account_of_that_name(
    server: RedisServer,
) -> None:
    """Anybody may ask a login's challenge; an account may be called `login`."""
    client = aioredis.from_url(server.url)
    ours, device = Challenges(client), Device("bomnae.example", "https://bomnae.example")
    assert is_name(LOGIN)
    for purpose in (LOGIN, adding("kim")):
        challenge = await ours.asked(purpose)
        with pytest.raises(PasskeyError):
            await ours.taken(device.made(b64(challenge)), adding(LOGIN))
        with pytest.raises(PasskeyError):  # it was answered
            await ours.taken(device.made(b64(challenge)), purpose)
    challenge = await ours.asked(adding(LOGIN))
    assert await ours.taken(device.made(b64(challenge)), adding(LOGIN)) == challenge
    await client.aclose()


async def test_ones_own_right_login_does_not_clear_guesses_at_others(server: RedisServer) -> None:
    client = aioredis.from_url(server.url)
    ours = Failures(client)
    for number in range(MOST - 1):
        await ours.add(f"victim{number}", "10.0.0.7")
    for address in ("10.0.0.8", "10.0.0.8", "10.0.0.6"):
        await ours.add("insider", address)
    await ours.clear("insider", "10.0.0.7")
    assert await ours.add("victim9", "10.0.0.7"), "the fifth from there"
    for number in range(MOST - 2):
        await ours.add(f"victim{number}", "10.0.0.5")
    await ours.add("insider", "10.0.0.5")
    await ours.clear("insider", "10.0.0.5")
    assert not await ours.add("victim8", "10.0.0.5"), "one's own failure is taken away, no other"
    assert await ours.add("victim9", "10.0.0.5")
    assert await ours.wait_s("anybody", "10.0.0.7")
    assert not await client.keys("*victim*")
    assert not await client.keys("*insider*")
    await client.aclose()


async def test_a_burst_waits_for_a_connection_and_is_not_a_redis_that_is_away(
    server: RedisServer,
) -> None:
    client = connect(Settings.from_env({"BOMNAE_REDIS": server.url}), timeout_s=60)
    answers = await asyncio.gather(*(client.ping() for _ in range(5 * CONNECTIONS)))
    assert all(answers)
    await client.aclose()


async def test_a_providers_logout_ends_its_session_or_else_those_of_its_subject_without_one(
    server: RedisServer,
) -> None:
    ours = sessions(server, Clock())

    async def begun(*names: str) -> str:
        return (await ours.begin("choi", LoginMode.OIDC, "10.0.0.1", provider_names=names))[0]

    async def ended(session: str, subject: str) -> int:
        found = await ours.of_provider(session, subject)
        await ours.end([each.name for each in found], "choi")
        return len(found)

    of_one, of_other, bare = [await begun(each, "u-1") for each in ("s-1", "s-2", "")]
    assert await ended("s-1", "u-1") == 1
    assert [await ours.of(each) is None for each in (of_one, of_other, bare)] == [
        True,
        False,
        False,
    ]
    assert await ended("s-2", "u-9") == 0, "a session of somebody else"
    assert await ended("s-3", "u-1") == 1
    assert [await ours.of(each) is None for each in (of_other, bare)] == [False, True]
    assert await ended("", "u-1") == 1
    assert await ours.of(of_other) is None
    assert await ended("", "") == 0
    await ours.client.aclose()


async def test_a_login_counts_from_when_its_accounts_sessions_do(server: RedisServer) -> None:
    clock = Clock()
    ours = sessions(server, clock)
    _, made = await ours.begin("oh", LOCAL, "10.0.0.1", valid_from_ms=clock.ms + 300_000)
    assert (made.begun_ms, made.counts_from_ms) == (clock.ms, clock.ms + 300_000)
    await ours.client.aclose()


async def test_the_names_of_sessions_that_ran_out_go(server: RedisServer) -> None:
    ours = sessions(server, Clock())
    _, gone = await ours.begin("yun", LOCAL, "10.0.0.1")
    await ours.client.delete(login_key(SESSION, gone.name))
    _, made = await ours.begin("yun", LOCAL, "10.0.0.1")
    assert await ours.client.smembers(login_key(SESSIONS_OF, "yun")) == {made.name.encode()}
    await ours.client.aclose()
