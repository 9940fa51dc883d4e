"""What stops the gate: before its first write nothing happened, after it nothing is believed."""

import re
from typing import Any

import pytest
import redis.asyncio as aioredis
from redis.exceptions import NoPermissionError, OutOfMemoryError, ResponseError

from streams.contract.enums import AlertEvent, RuleName, Severity
from streams.contract.errors import HalfAppliedError, SettingsError
from streams.contract.logs import LogLines
from streams.domain.alerts import Alert
from streams.domain.stage import HistoryRow, Sum
from streams.state.gate import MOST_ANEW, Gate, GateResult
from streams.state.rights import NEEDED, check_rights
from streams.state.store import BEGUN, DELTAS, META, OUTBOX, PAST, POSITIONS, REBUILDING
from streams.worker.agents import Delivered
from tests.agents.ledger import TOPIC, LedgerStage, everything, here, position
from tests.agents.test_runner import Bench
from tests.places import ROOT

STAGE = LedgerStage()
HASHES = ("bomnae:seen:0", "bomnae:total")
FULL = Sum(
    changes={"seen": {"a": 1, "b": None}},
    counts={"positions": 1},
    remembered=[HistoryRow("link:A", 1000, {"level": "jam"})],
    alerts=[
        Alert(
            "alrt_x.1", "alrt_x", RuleName.JAM, "link:A", AlertEvent.BEGIN, Severity.WARNING, 0, 0
        )
    ],
)


def user(url: str, name: str) -> Any:
    return aioredis.from_url(url.replace("redis://", f"redis://{name}@"), password="pw")  # noqa: S106


async def allowed(client: Any, *rules: str) -> Gate:
    """A gate of a user with these rights more or less than all of its own keys."""
    await client.execute_command(
        "ACL", "SETUSER", "some", "reset", "on", ">pw", "~bomnae:*", "+@all", "-@admin", *rules
    )
    kwargs = client.connection_pool.connection_kwargs
    return Gate(user(f"redis://{kwargs['host']}:{kwargs['port']}/0", "some"))


WRITES = (
    "HSET",
    "HDEL",
    "HINCRBY",
    "XADD",
    "XREVRANGE",
    "XTRIM",
    "ZMSCORE",
    "ZADD",
    "ZREM",
    "UNLINK",
)


@pytest.mark.parametrize("command", [*WRITES, "ZRANGEBYSCORE"])
async def test_a_right_that_is_missing_stops_a_step_before_its_first_write(
    client: aioredis.Redis, command: str
) -> None:
    gate = await allowed(client, f"-{command.lower()}")
    before = await everything(client)
    with pytest.raises(NoPermissionError, match=f"may not run {command} on bomnae:"):
        await gate.apply((TOPIC, 0), 0, 0, stage=STAGE, effects=FULL)
    assert await everything(client) == before
    await gate.close()


async def test_a_redis_that_is_full_stops_a_step_before_its_first_write(
    gate: Gate, client: aioredis.Redis
) -> None:
    only_less = Sum(changes={"seen": {"a": None}}, counts={"positions": 1})
    await gate.apply((TOPIC, 0), 0, 0, stage=STAGE, effects=FULL)
    before = await everything(client)
    await client.config_set("maxmemory", "1")
    try:
        with pytest.raises(OutOfMemoryError):  # though its first rows would make room
            await gate.apply((TOPIC, 0), 1, 1, stage=STAGE, effects=only_less)
        assert await everything(client) == before
    finally:
        await client.config_set("maxmemory", "0")


async def everyone_of(client: Any) -> list[bytes]:
    return list(await client.keys())


async def spoil(client: aioredis.Redis) -> None:
    """A key of another type stops the script at its alerts, after it has set its rows."""
    await client.set(OUTBOX, "not a stream")


async def test_a_step_that_was_stopped_midway_is_never_believed(
    gate: Gate, client: aioredis.Redis
) -> None:
    await gate.apply((TOPIC, 0), 0, 0, stage=STAGE, effects=Sum(changes={"seen": {"a": 1}}))
    await spoil(client)
    with pytest.raises(ResponseError, match="WRONGTYPE"):
        await gate.apply((TOPIC, 0), 1, 1, stage=STAGE, effects=FULL)
    assert await client.hgetall(BEGUN) == {b"bus-positions/0": b"1"}
    for _ in range(2):
        with pytest.raises(HalfAppliedError, match="bus-positions/0 was stopped midway"):
            await gate.load_at(STAGE, TOPIC, 0)
        with pytest.raises(HalfAppliedError):
            await gate.apply((TOPIC, 0), 1, 1, stage=STAGE, effects=Sum())
    assert await gate.load(STAGE, 1) == {"seen": {}, "total": {}}  # others are not concerned


async def test_a_half_applied_state_is_taken_away_once_and_marked(
    gate: Gate, client: aioredis.Redis
) -> None:
    gate.hashes = HASHES
    await gate.apply((TOPIC, 0), 0, 4, stage=STAGE, effects=FULL)
    await client.hset(META, "network", "n")
    await client.set("bomnae:delivery:ep_1", "{}")
    assert not await gate.begin_anew()  # nothing is half-applied
    await client.hset(BEGUN, f"{TOPIC}/0", 5)
    assert await gate.begin_anew()
    assert not await gate.begin_anew()
    assert {name.decode() for name in await everyone_of(client)} == {
        META,
        REBUILDING,
        "bomnae:delivery:ep_1",  # the dispatchers' own, which the log does not have
    }
    assert await gate.rebuilding() == {(TOPIC, 0): 4}
    assert gate.epoch > 0  # rows in memory are of before


async def test_a_worker_makes_a_half_applied_state_again_from_the_log(
    gate: Gate, client: aioredis.Redis
) -> None:
    gate.hashes = HASHES
    bench = Bench(gate)
    await bench.run(0, 1, 2)
    whole = await everything(client)
    await client.hset("bomnae:seen:0", "v1", 77)
    await client.hset(BEGUN, f"{TOPIC}/0", 3)
    bench = Bench(gate)  # the next worker
    assert await bench.take(3) == [GateResult.HOLE]
    assert bench.rewinds.calls == [(TOPIC, 0, 0)]
    assert await bench.run(0, 1, 2) == [GateResult.APPLIED] * 3
    again = await everything(client)
    for name in (*HASHES, POSITIONS, "bomnae:counts"):
        assert again[name] == whole[name], name


async def test_a_worker_that_is_stopped_midway_again_and_again_ends(
    gate: Gate, client: aioredis.Redis
) -> None:
    for _ in range(MOST_ANEW):
        await client.hset(BEGUN, f"{TOPIC}/0", 5)
        await gate.begin_anew()
    await client.hset(BEGUN, f"{TOPIC}/0", 5)
    with pytest.raises(HalfAppliedError, match="4 times"):
        await gate.begin_anew()


async def test_why_a_partition_waits_is_logged_once_for_each_reason(
    client: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streams.worker.agents.PAUSES_S", (0.01, 0.01))
    gate = await allowed(client, "-hincrby")
    bench, tries = Bench(gate), 0
    wait = gate.apply

    async def mended_at_the_fifth_try(*args: Any, **kwargs: Any) -> Any:
        nonlocal tries
        tries += 1
        if tries == 5:
            await client.execute_command("ACL", "SETUSER", "some", "+hincrby")
        return await wait(*args, **kwargs)

    monkeypatch.setattr(gate, "apply", mended_at_the_fifth_try)
    assert await bench.runner.take([Delivered(position(0), here(0))]) == [GateResult.APPLIED]
    records = [record for record in caplog.records if record.getMessage() == "partition waits"]
    lines = [LogLines().format(record) for record in records]
    assert len(lines) == 1, lines
    assert "may not run HINCRBY on bomnae:counts" in lines[0]
    await gate.close()


def used_by_scripts() -> set[str]:
    found: set[str] = set()
    for name in ("gate", "anew", "roster_join"):  # the worker's; others are the dispatcher's
        text = (ROOT / "streams" / "state" / f"{name}.lua").read_text(encoding="utf-8")
        found |= set(re.findall(r"redis.call\('([A-Z]+)'", text))
    return found


def test_every_command_of_the_scripts_is_asked_for_at_the_start() -> None:
    assert "HSET" in used_by_scripts()
    assert used_by_scripts() <= {command[0] for command in NEEDED}


@pytest.mark.parametrize("command", sorted({command[0] for command in NEEDED} - {"MULTI", "EXEC"}))
async def test_a_right_that_is_missing_is_named_at_the_start(
    client: aioredis.Redis, command: str
) -> None:
    gate = await allowed(client, f"-{command.lower()}")
    with pytest.raises(SettingsError, match=f"may not run .*{command}"):
        await gate.check_rights()
    await gate.close()


async def test_a_user_with_the_rights_of_the_readme_may_work(client: aioredis.Redis) -> None:
    gate = await allowed(client, "-@dangerous", "+info")
    await gate.check_rights()
    gate.hashes = HASHES
    await gate.apply((TOPIC, 0), 0, 0, stage=STAGE, effects=FULL)
    assert await gate.begin_anew(is_asked=True)
    await gate.close()


async def test_the_keys_of_another_are_named_at_the_start(client: aioredis.Redis) -> None:
    gate = await allowed(client, "resetkeys", "~bomnae:links*")
    with pytest.raises(SettingsError, match=f"HGET {POSITIONS}.*XADD {DELTAS}.*{PAST}"):
        await gate.check_rights()
    await gate.close()


async def test_a_redis_without_a_password_has_every_right(client: aioredis.Redis) -> None:
    await check_rights(client)
