"""A store that answers and takes no state, and a clock that is ahead: said as what they are."""

import json
from typing import Any

import aiohttp
import msgspec
import pytest
from aiohttp import web

from local.waiting import until
from maps.api.context import CONTEXT
from streams.contract.enums import PollOutcome
from streams.contract.records import FeedReport
from streams.contract.times import now_ms
from streams.domain.stages.feeds import FeedState
from streams.state.keys import COUNTS, DELTAS, LOST, META, WORKERS, key
from tests.redis_server import RedisServer
from tests.services.site import Url, get_json, stream


def state_of(app: web.Application) -> Any:
    return app[CONTEXT].live


def with_worker(server: RedisServer, age_ms: int = -600_000) -> None:
    """A worker that keeps a roster, last seen so long ago; seen ahead it lives as long as a test,
    however long the machine stands.
    """
    with server.client as client:
        client.hset(META, "folded_by", "{}")
        client.hset(WORKERS, "w1", now_ms() - age_ms)


async def silent_feed(server: RedisServer, app: web.Application) -> None:
    """Permits that have not reported for an hour, as the next delta says."""
    report = FeedReport("permits", PollOutcome.DATA, now_ms() - 3_600_000, 10_000, row_count=3)
    delta = {"at": now_ms(), "f": {"permits": FeedState("permits", report)}}
    with server.client as client:
        client.xadd(key(DELTAS, 0), {"d": msgspec.json.encode(delta)})
    await until(
        lambda: state_of(app).picture.feeds["permits"].last,
        "its report",
        lambda seen: seen == report,
    )


async def metrics_of(http: aiohttp.ClientSession, url: Url) -> dict[str, float]:
    async with http.get(f"{url}/metrics") as answer:
        lines = (await answer.text()).splitlines()
    rows = (line.rpartition(" ") for line in lines if not line.startswith("#"))
    return {name: float(value) for name, _, value in rows}


async def not_ready(http: aiohttp.ClientSession, url: Url) -> str:
    async with http.get(f"{url}/readyz") as answer:
        assert answer.status == 503
        return "; ".join((await answer.json())["reasons"])


@pytest.mark.parametrize(
    ("command", "trouble", "reason"),
    [
        (("CONFIG", "SET", "maxmemory", "100kb"), "full", "Redis is full"),
        (("REPLICAOF", "127.0.0.1", "1"), "read_only", "Redis is a replica"),
    ],
)
async def test_a_redis_that_takes_no_state_is_named_and_no_feed_is_called_late(  # noqa: PLR0917
    site: tuple[Url, web.Application],
    server: RedisServer,
    http: aiohttp.ClientSession,
    command: tuple[str, ...],
    trouble: str,
    reason: str,
) -> None:
    url, app = site
    with_worker(server)
    await silent_feed(server, app)
    with server.client as client:
        async with stream(http, url) as events:
            await events.next()
            client.execute_command(*command)
            assert (await events.next_with("trouble"))[2]["trouble"] == trouble
    assert reason in await not_ready(http, url)
    assert (await metrics_of(http, url))["bomnae_store_writable"] == 0
    assert (await get_json(http, f"{url}/api/v1/snapshot"))["trouble"] == trouble
    feeds = await get_json(http, f"{url}/api/v1/feeds")
    assert feeds["trouble"] == trouble
    assert {row["status"] for row in feeds["feeds"]} <= {"held", "never"}
    with server.client as client:
        client.execute_command("CONFIG", "SET", "maxmemory", "0")
        client.execute_command("REPLICAOF", "NO", "ONE")
    with_worker(server)
    await until(lambda: state_of(app).health.trouble, "no trouble", lambda seen: seen == "")


async def test_a_state_that_nobody_works_on_is_named_and_no_feed_is_called_late(
    site: tuple[Url, web.Application], server: RedisServer, http: aiohttp.ClientSession
) -> None:
    url, app = site
    await silent_feed(server, app)
    with_worker(server, age_ms=60_000)
    await until(
        lambda: state_of(app).health.trouble, "no worker, said", lambda seen: seen == "no_worker"
    )
    assert "no worker works" in await not_ready(http, url)
    assert (await metrics_of(http, url))["bomnae_workers"] == 0
    rows = (await get_json(http, f"{url}/api/v1/feeds"))["feeds"]
    assert "stale" not in {row["status"] for row in rows}
    with_worker(server)
    await until(lambda: state_of(app).health.trouble, "no trouble", lambda seen: seen == "")


async def test_a_redis_that_is_nearly_full_is_a_warning_and_no_reason(
    site: tuple[Url, web.Application], server: RedisServer, http: aiohttp.ClientSession
) -> None:
    url, app = site
    with_worker(server)
    with server.client as client:
        used: Any = client.info("memory")
        client.config_set("maxmemory", int(used["used_memory"] / 0.85))
    await until(lambda: state_of(app).health.fill, "a full store", lambda seen: seen >= 0.8)
    body = await get_json(http, f"{url}/readyz")
    assert (body["ok"], body["reasons"]) == (True, [])
    assert "docs/sizing.md" in body["warnings"][0]
    found = await metrics_of(http, url)
    assert 0 < found["bomnae_store_used_bytes"] < found["bomnae_store_max_bytes"]
    assert found["bomnae_store_writable"] == 1


async def test_a_clock_that_is_ahead_is_a_reason_not_to_be_ready(
    site: tuple[Url, web.Application], server: RedisServer, http: aiohttp.ClientSession
) -> None:
    url, app = site
    ahead_ms = now_ms() + 48 * 60_000 + 30_000
    report = FeedReport("permits", PollOutcome.DATA, ahead_ms, 10_000, row_count=3)
    seen = FeedState("permits", report, ahead_ms, ahead_ms)
    with server.client as client:
        client.hset(key("clock", 0), "0", ahead_ms)
        client.hset(key("feeds", 0), "permits", msgspec.json.encode(seen))
        client.delete(key(DELTAS, 0))  # a new picture
    await until(
        lambda: max(state_of(app).picture.clocks.values(), default=0),
        "a clock ahead",
        lambda seen: seen >= ahead_ms,
    )
    assert "the state is 48 min ahead" in await not_ready(http, url)
    rows = (await get_json(http, f"{url}/api/v1/feeds"))["feeds"]
    assert {row["feed"]: row["status"] for row in rows}["permits"] == "ahead"


async def test_what_was_lost_late_or_left_out_is_a_figure(
    site: tuple[Url, web.Application], server: RedisServer, http: aiohttp.ClientSession
) -> None:
    url, _ = site
    with_worker(server)
    found = await metrics_of(http, url)
    assert found['bomnae_lost_messages_total{topic="bus-positions"}'] == 0, "born at 0"
    assert found['bomnae_dead_letters_total{code="R023",topic="bus-positions"}'] == 0, "born at 0"
    with server.client as client:
        client.hset(LOST, mapping={"bus-positions/0 4": 13, "bus-positions/1 9": 9})
        client.hset(
            key(COUNTS, 0), mapping={"speeds late": 40, "passages late": 2, "positions teleport": 3}
        )
    found = await metrics_of(http, url)
    assert found['bomnae_lost_messages_total{topic="bus-positions"}'] == 11
    assert found['bomnae_late_total{kind="speeds"}'] == 40
    assert found['bomnae_late_total{kind="passages"}'] == 2
    assert found['bomnae_counts_total{name="positions teleport"}'] == 3
    warnings = (await get_json(http, f"{url}/readyz"))["warnings"]
    assert warnings == ["retention took 11 messages before they were read"]


async def test_settings_that_changed_under_the_state_are_told_with_the_way_out(
    site: tuple[Url, web.Application], server: RedisServer, http: aiohttp.ClientSession
) -> None:
    url, app = site
    with_worker(server)
    with server.client as client:
        client.hset(META, "changed", json.dumps({"at_ms": 7, "names": ["BOMNAE_DWELL_S"]}))
    await until(lambda: state_of(app).health.changed, "what changed", lambda seen: seen != ())
    body = await get_json(http, f"{url}/readyz")
    assert body["ok"]
    assert "BOMNAE_DWELL_S" in body["warnings"][0]
    assert "docs/operating.md" in body["warnings"][0]
