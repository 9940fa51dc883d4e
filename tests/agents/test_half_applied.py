"""What stops the gate: before its first write nothing happened, after it nothing is believed."""

import re
from contextlib import suppress
from typing import Any

import pytest
import redis.asyncio as aioredis
from redis.exceptions import NoPermissionError, OutOfMemoryError, ResponseError

from streams.contract.enums import AlertEvent, RuleName, Severity
from streams.contract.errors import HalfAppliedError, SettingsError
from streams.contract.logs import LogLines
from streams.delivery.deciding.keys import STATE, endpoint_key
from streams.domain.alerts import Alert
from streams.domain.stage import HistoryRow, State, Sum
from streams.state.gate import MOST_ANEW, Gate, GateResult
from streams.state.keys import (
    BEGUN,
    COUNTS,
    DELTAS,
    META,
    OUTBOX,
    PAST,
    POSITIONS,
    REBUILDING,
    ROADS_FROM,
    key,
    past_key,
)
from streams.state.rights import NEEDED, check_rights
from streams.worker.agents import Delivered
from tests.agents.ledger import TOPIC, LedgerStage, everything, here, position
from tests.agents.test_runner import Bench
from tests.places import ROOT

STAGE = LedgerStage()
TABLES = ("seen", "total")
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


HISTORY = Sum(remembered=[HistoryRow("link:A", 1000, 1), HistoryRow("link:B", 1000, 1)])


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


async def test_a_right_to_forget_that_is_missing_stops_a_step_before_its_first_write(
    client: aioredis.Redis,
) -> None:
    gate = await allowed(client, "-xdel")
    before = await everything(client)
    effects = Sum(changes={"seen": {"a": 1}}, forgotten=["work:1"])
    with pytest.raises(NoPermissionError, match="may not run XDEL on bomnae:"):
        await gate.apply((TOPIC, 0), 0, 0, stage=STAGE, effects=effects)
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
    await client.set(key(OUTBOX, 0), "not a stream")


async def spoil_past(client: aioredis.Redis) -> None:
    """The same in the midst of the history: the second subject's stream is none."""
    await client.set(past_key("link:B", 0), "not a stream")


async def test_a_step_that_was_stopped_midway_is_never_believed(
    gate: Gate, client: aioredis.Redis
) -> None:
    await gate.apply((TOPIC, 0), 0, 0, stage=STAGE, effects=Sum(changes={"seen": {"a": 1}}))
    await spoil(client)
    with pytest.raises(ResponseError, match="WRONGTYPE"):
        await gate.apply((TOPIC, 0), 1, 1, stage=STAGE, effects=FULL)
    assert await client.hgetall(key(BEGUN, 0)) == {b"bus-positions/0": b"1"}
    for _ in range(2):
        with pytest.raises(HalfAppliedError, match="bus-positions/0 was stopped midway"):
            await gate.load_at(STAGE, TOPIC, 0)
        with pytest.raises(HalfAppliedError):
            await gate.apply((TOPIC, 0), 1, 1, stage=STAGE, effects=Sum())
    assert await gate.load(STAGE, 1) == {"seen": {}, "total": {}}  # others are not concerned


async def test_a_half_applied_state_is_taken_away_once_and_marked(
    gate: Gate, client: aioredis.Redis
) -> None:
    gate.tables = TABLES
    await gate.apply((TOPIC, 0), 0, 4, stage=STAGE, effects=FULL)
    await client.hset(META, "network", "n")
    await client.set(endpoint_key(STATE, "ep_1"), "{}")
    assert not await gate.begin_anew(0)  # nothing is half-applied
    await client.hset(key(BEGUN, 0), f"{TOPIC}/0", 5)
    assert await gate.begin_anew(0)
    assert not await gate.begin_anew(0)
    assert {name.decode() for name in await everyone_of(client)} == {
        META,
        REBUILDING,
        key(DELTAS, 0),  # it says that the deltas lead on from nothing
        endpoint_key(STATE, "ep_1"),  # the dispatchers' own, which the log does not have
    }
    assert await gate.rebuilding() == {(TOPIC, 0): 4}
    assert gate.epoch > 0  # rows in memory are of before


async def test_a_partition_that_is_half_applied_takes_no_other_with_it(
    gate: Gate, client: aioredis.Redis
) -> None:
    gate.tables = TABLES
    for partition in (0, 1):
        effects = Sum(changes={"seen": {"a": 1}}, counts={"positions": 1})
        await gate.apply((TOPIC, partition), 0, 4, stage=STAGE, effects=effects)
    await client.hset(key(BEGUN, 1), f"{TOPIC}/1", 5)
    assert not await gate.begin_anew(0)
    assert await gate.begin_anew(1)
    assert await gate.load_at(STAGE, TOPIC, 0) == (4, {"seen": {"a": 1}, "total": {}})
    assert await gate.load_at(STAGE, TOPIC, 1) == (-1, {"seen": {}, "total": {}})
    assert await gate.rebuilding() == {(TOPIC, 1): 4}


async def test_a_stream_of_the_history_that_a_stopped_step_began_goes_as_well(
    gate: Gate, client: aioredis.Redis
) -> None:
    gate.tables = TABLES
    await spoil_past(client)
    with pytest.raises(ResponseError, match="WRONGTYPE"):
        await gate.apply((TOPIC, 0), 0, 0, stage=STAGE, effects=HISTORY)
    assert await client.exists(past_key("link:A", 0))
    assert await gate.begin_anew(0)
    assert not await client.exists(past_key("link:A", 0), past_key("link:B", 0))


class FallsError(Exception):
    """The command that folds all again was killed."""


@pytest.mark.parametrize("falls_at", range(3))
async def test_of_an_older_generation_nothing_is_believed_however_far_it_was_taken_away(
    gate: Gate, client: aioredis.Redis, monkeypatch: pytest.MonkeyPatch, falls_at: int
) -> None:
    gate.tables, gate.partitions = TABLES, 2
    for partition in (0, 1):
        effects = Sum(changes={"seen": {"a": 1}}, counts={"positions": 1})
        await gate.apply((TOPIC, partition), 0, 4, stage=STAGE, effects=effects)
    take_away = gate._take_away
    taken: list[int] = []

    async def falls(partition: int, due: str) -> bool:
        if len(taken) == falls_at:
            raise FallsError
        taken.append(partition)
        return await take_away(partition, due)

    monkeypatch.setattr(gate, "_take_away", falls)
    with suppress(FallsError):
        await gate.begin_generation({("link-events", 0): 7})
    other = Gate(client)  # a worker that starts
    other.tables = TABLES
    await other.load_starts()
    assert other.first_offsets.least == {("link-events", 0): 7}
    for partition in (0, 1):
        empty: State = {"seen": {}, "total": {}}
        assert await other.load_at(STAGE, TOPIC, partition) == (-1, empty)
        assert await other.position(TOPIC, partition) is None
    await other.apply((TOPIC, 1), 0, 0, stage=STAGE, effects=Sum(changes={"seen": {"a": 2}}))
    assert await other.load_at(STAGE, TOPIC, 1) == (0, {"seen": {"a": 2}, "total": {}})


async def test_before_a_generation_begins_all_is_as_it_was(
    gate: Gate, client: aioredis.Redis
) -> None:
    gate.tables = TABLES
    await gate.apply((TOPIC, 0), 0, 4, stage=STAGE, effects=Sum(changes={"seen": {"a": 1}}))
    await client.set(ROADS_FROM, "no hash")  # what begins it is refused
    with pytest.raises(ResponseError, match="WRONGTYPE"):
        await gate.begin_generation({})
    await client.delete(ROADS_FROM)
    assert await gate.load_at(STAGE, TOPIC, 0) == (4, {"seen": {"a": 1}, "total": {}})


async def test_a_worker_makes_a_half_applied_state_again_from_the_log(
    gate: Gate, client: aioredis.Redis
) -> None:
    gate.tables = TABLES
    bench = Bench(gate)
    await bench.run(0, 1, 2)
    whole = await everything(client)
    await client.hset(key("seen", 0), "v1", 77)
    await client.hset(key(BEGUN, 0), f"{TOPIC}/0", 3)
    bench = Bench(gate)  # the next worker
    assert await bench.take(3) == [GateResult.HOLE]
    assert bench.rewinds.calls == [(TOPIC, 0, 0)]
    assert await bench.run(0, 1, 2) == [GateResult.APPLIED] * 3
    again = await everything(client)
    for name in (*TABLES, POSITIONS, COUNTS):
        assert again[key(name, 0)] == whole[key(name, 0)], name


async def test_a_worker_that_is_stopped_midway_again_and_again_ends(
    gate: Gate, client: aioredis.Redis
) -> None:
    for _ in range(MOST_ANEW):
        await client.hset(key(BEGUN, 0), f"{TOPIC}/0", 5)
        await gate.begin_anew(0)
    await client.hset(key(BEGUN, 0), f"{TOPIC}/0", 5)
    with pytest.raises(HalfAppliedError, match="4 times"):
        await gate.begin_anew(0)


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
    assert f"may not run HINCRBY on {key(COUNTS, 0)}" in lines[0]
    await gate.close()


def used_by_scripts() -> set[str]:
    found: set[str] = set()
    for name in (
        "gate",
        "anew",
        "moment",
        "roster_join",
    ):  # the worker's; others are the dispatcher's
        text = (ROOT / "streams" / "state" / f"{name}.lua").read_text(encoding="utf-8")
        found |= set(re.findall(r"redis.call\('([A-Z]+)'", text))
    return found


def test_every_command_of_the_scripts_is_asked_for_at_the_start() -> None:
    assert "HSET" in used_by_scripts()
    assert used_by_scripts() <= {command[0] for command in NEEDED}


@pytest.mark.parametrize("command", sorted({command[0] for command in NEEDED} - set[str]()))
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
    gate.tables = TABLES
    await gate.apply((TOPIC, 0), 0, 0, stage=STAGE, effects=FULL)
    await gate.begin_generation({})
    assert await gate.position(TOPIC, 0) is None
    await gate.close()


async def test_the_keys_of_another_are_named_at_the_start(client: aioredis.Redis) -> None:
    gate = await allowed(client, "resetkeys", "~bomnae:{0}:links*")
    with pytest.raises(
        SettingsError, match=re.escape(f"HGET {key(POSITIONS, 0)}") + f".*{DELTAS}.*{PAST}"
    ):
        await gate.check_rights()
    await gate.close()


async def test_a_redis_without_a_password_has_every_right(client: aioredis.Redis) -> None:
    await check_rights(client)
