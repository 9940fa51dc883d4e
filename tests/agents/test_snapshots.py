"""What Redis has of a state goes into a snapshot and comes back as it was, on many nodes too."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from streams.contract.ed25519 import key_id, make_key
from streams.contract.errors import SnapshotError
from streams.contract.settings import Settings
from streams.delivery.deciding.keys import DISPATCHERS, LEASE, STATE, endpoint_key
from streams.snapshot.daily import FAILED, every_day
from streams.snapshot.file import Checked, checked, writing
from streams.snapshot.laying import Laid
from streams.snapshot.moving import place_of
from streams.snapshot.progress import quiet
from streams.snapshot.restoring import clear, lay_state
from streams.snapshot.taking import head_of_state, put_state
from streams.state.folded import is_folded
from streams.state.keys import BEGUN, POSITIONS, REBUILDING, SESSION, key, login_key
from streams.state.redis_login import connect
from tests import redis_cluster
from tests.agents import released

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SETTINGS = Settings()
ENDPOINT = endpoint_key(STATE, "ep_1")


async def snapshot(client: Any, path: Path) -> Checked:
    """All of Redis, without the log."""
    head, city = await head_of_state(client, SETTINGS)
    with writing(path, KEY) as file:
        for frame in (head, *city):
            file.add(frame)
        await put_state(client, SETTINGS.partitions, file, quiet)
    return checked(path, {key_id(KEY.public_key()): KEY.public_key()})


async def stored(client: Any) -> dict[bytes, Any]:
    """Every key of the state, but for what screens were told and where the log was."""
    found: dict[bytes, Any] = {}
    async for name in client.scan_iter("bomnae:*", count=1000):
        if name.rpartition(b":")[2] in (b"changes", b"topic-ids", b"meta"):
            continue
        kind = await client.type(name)
        if kind == b"hash":
            found[name] = await client.hgetall(name)
        elif kind == b"zset":
            found[name] = await client.zrange(name, 0, -1, withscores=True)
        elif kind == b"stream":
            found[name] = await client.xrange(name)
        else:
            found[name] = await client.get(name)
    return found


async def where_it_was(client: Any) -> Laid:
    """The positions as they stand."""
    laid = Laid()
    for partition in range(SETTINGS.partitions):
        rows = await client.hgetall(key(POSITIONS, partition))
        laid.positions |= {place_of(name.decode()): int(at) for name, at in rows.items()}
    return laid


async def comes_back(client: Any, path: Path) -> None:
    await released.fill(client)
    await client.unlink(REBUILDING)
    await client.set(ENDPOINT, b"{}")
    before = await stored(client)
    await client.zadd(DISPATCHERS, {"d": 1})
    await client.set(endpoint_key(LEASE, "ep_1"), b"d")
    await client.set(login_key(SESSION, "s"), b"{}")
    laid = await where_it_was(client)
    file = await snapshot(client, path)
    await client.hset(key("works", 0), "made up", b"{}")
    await clear(client, SETTINGS.partitions)
    await lay_state(client, file, laid, quiet, redis_only=True)
    for partition in range(SETTINGS.partitions):
        assert await client.hlen(key(BEGUN, partition))  # not to be believed before the very end
        await client.unlink(key(BEGUN, partition))
    assert await client.unlink(login_key(SESSION, "s")) == 1  # who is logged in stays so
    assert await stored(client) == before
    assert len(before) > 100


async def test_one_redis_is_as_it_was(client: Any, tmp_path: Path) -> None:
    await comes_back(client, tmp_path / "a")


@pytest.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[Any]:
    with redis_cluster.running(tmp_path / "cluster") as url:
        client = connect(Settings(redis=url), timeout_s=60)
        yield client
        await client.aclose()


async def test_a_cluster_is_as_it_was(cluster: Any, tmp_path: Path) -> None:
    await comes_back(cluster, tmp_path / "a")


async def test_a_state_that_is_made_again_or_half_applied_is_no_snapshot(
    client: Any, tmp_path: Path
) -> None:
    with pytest.raises(SnapshotError, match="there is no state"):
        await snapshot(client, tmp_path / "a")
    await released.fill(client)
    await client.hset(REBUILDING, "calls/0", 5)
    with pytest.raises(SnapshotError, match="is being made again"):
        await snapshot(client, tmp_path / "a")
    await client.unlink(REBUILDING)
    await client.hset(key(BEGUN, 1), "link-events/1", 5)
    with pytest.raises(SnapshotError, match="partition 1 is half-applied"):
        await snapshot(client, tmp_path / "a")
    assert not list(tmp_path.iterdir())  # noqa: ASYNC240 - a moment


async def test_a_city_that_has_just_begun_waits_and_is_no_fault(
    client: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    at = client.connection_pool.connection_kwargs
    make_key(tmp_path / "key.pem")
    url = f"redis://{at['host']}:{at['port']}"
    given = Settings(redis=url, snapshot_key=str(tmp_path / "key.pem"))
    caplog.set_level(logging.INFO, "streams.snapshot.daily")
    failed = FAILED._value.get()
    days = asyncio.create_task(every_day(given, tmp_path, 7, with_records=True))

    async def is_said() -> bool:
        return bool(caplog.records)

    assert await is_folded(is_said, within_s=120)
    days.cancel()
    [said] = [(each.levelname, each.getMessage()) for each in caplog.records]
    assert (said, FAILED._value.get()) == (("INFO", "snapshot waits"), failed)
