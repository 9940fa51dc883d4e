"""The gate in front of a real Redis."""

from typing import Any

import msgspec
import pytest
import redis.asyncio as aioredis

from streams.domain.stage import HistoryRow, Sum
from streams.state.gate import Gate, GateAnswer, GateResult
from streams.state.keys import (
    COUNTS,
    DEAD_LETTERS,
    DELTAS,
    PAST,
    PAST_GONE,
    POSITIONS,
    key,
    past_key,
)
from streams.state.store import Store
from tests.agents.ledger import TOPIC, LedgerStage, everything

STAGE = LedgerStage()
APPLIED, DUPLICATE, HOLE = GateResult.APPLIED, GateResult.DUPLICATE, GateResult.HOLE


async def put(
    gate: Gate,
    offset: int,
    rows: dict[str, int | None] | None = None,
    *,
    partition: int = 0,
    last: int | None = None,
) -> GateAnswer:
    effects = Sum(changes={"seen": dict(rows)} if rows else {}, counts={"positions": 1})
    end = offset if last is None else last
    return await gate.apply((TOPIC, partition), offset, end, stage=STAGE, effects=effects)


@pytest.mark.parametrize(
    ("first", "offsets", "verdicts"),
    [
        (0, [0, 1, 2], [APPLIED, APPLIED, APPLIED]),
        (0, [0, 0, 1, 0, 1], [APPLIED, DUPLICATE, APPLIED, DUPLICATE, DUPLICATE]),
        (0, [1, 0, 1], [HOLE, APPLIED, APPLIED]),
        (0, [0, 2, 3, 1, 2, 3], [APPLIED, HOLE, HOLE, APPLIED, APPLIED, APPLIED]),
        (7, [8, 7, 8, 6], [HOLE, APPLIED, APPLIED, DUPLICATE]),  # the log begins at 7
        (7, [6, 7], [DUPLICATE, APPLIED]),
    ],
)
async def test_only_the_next_message_is_applied(
    gate: Gate, first: int, offsets: list[int], verdicts: list[GateResult]
) -> None:
    gate.first_offsets[TOPIC, 0] = first
    assert [(await put(gate, offset)).verdict for offset in offsets] == verdicts


async def test_the_answer_names_the_last_offset_the_state_contains(gate: Gate) -> None:
    assert await put(gate, 3) == GateAnswer(HOLE, -1)
    assert await put(gate, 0) == GateAnswer(APPLIED, 0)
    assert await put(gate, 3) == GateAnswer(HOLE, 0)
    assert await put(gate, 0) == GateAnswer(DUPLICATE, 0)
    assert await gate.position(TOPIC, 0) == 0
    assert await gate.position(TOPIC, 1) is None


async def test_state_delta_counts_and_position_are_written_together(
    gate: Gate, client: aioredis.Redis
) -> None:
    effects = Sum(
        changes={"seen": {"a": 1, "b": 2, "gone": None}, "total": {"all": 3}},
        counts={"positions": 3},
        refused={"x R001": 1},
    )
    await client.hset(key("seen", 2), "gone", "9")
    await gate.apply((TOPIC, 2), 0, 0, stage=STAGE, effects=effects)
    assert await client.hgetall(key("seen", 2)) == {b"a": b"1", b"b": b"2"}
    assert await client.hgetall(key("total", 2)) == {b"all": b"3"}
    assert await client.hgetall(key(COUNTS, 2)) == {b"positions": b"3"}
    assert await client.hgetall(key(DEAD_LETTERS, 2)) == {b"x R001": b"1"}
    assert await client.hgetall(key(POSITIONS, 2)) == {b"bus-positions/2": b"0"}
    entries: Any = await client.xrange(key(DELTAS, 2))
    ((_, fields),) = entries
    assert msgspec.json.decode(fields[b"d"])["b"] == {"a": 1, "b": 2, "gone": None}
    assert await gate.load(STAGE, 2) == {"seen": {"a": 1, "b": 2}, "total": {"all": 3}}


async def test_what_no_screen_shows_makes_no_delta(gate: Gate, client: aioredis.Redis) -> None:
    await gate.apply((TOPIC, 0), 0, 0, stage=STAGE, effects=Sum(changes={"total": {"all": 1}}))
    await gate.apply((TOPIC, 0), 1, 1, stage=STAGE, effects=Sum())
    assert await client.xlen(key(DELTAS, 0)) == 0
    assert await gate.position(TOPIC, 0) == 1


@pytest.mark.parametrize("offset", [0, 1, 3, 99])
async def test_a_duplicate_and_a_hole_write_nothing_at_all(
    gate: Gate, client: aioredis.Redis, offset: int
) -> None:
    await put(gate, 0, {"a": 1})
    await put(gate, 1, {"a": 2, "b": 1})
    before = await everything(client)
    assert (await put(gate, offset, {"a": 77, "b": None, "c": 1})).verdict in {DUPLICATE, HOLE}
    assert await everything(client) == before


async def test_partitions_do_not_know_each_other(gate: Gate, client: aioredis.Redis) -> None:
    await put(gate, 0, {"a": 1})
    assert (await put(gate, 1, partition=1)).verdict is HOLE
    assert (await put(gate, 0, {"a": 5}, partition=1)).verdict is APPLIED
    assert await client.hget(key("seen", 0), "a") == b"1"


async def test_a_store_set_back_makes_the_next_message_a_hole(
    gate: Gate, client: aioredis.Redis
) -> None:
    for offset in range(3):
        await put(gate, offset, {"a": offset})
    await client.hset(key(POSITIONS, 0), f"{TOPIC}/0", 0)
    assert await put(gate, 3, {"a": 3}) == GateAnswer(HOLE, 0)
    assert (await put(gate, 1, {"a": 1})).verdict is APPLIED


async def test_more_rows_than_one_lua_call_unpacks_are_written(
    gate: Gate, client: aioredis.Redis
) -> None:
    rows: dict[str, int | None] = {f"v{i}": i for i in range(12_345)}
    await put(gate, 0, rows)
    assert await client.hlen(key("seen", 0)) == 12_345
    assert await client.hget(key("seen", 0), "v12344") == b"12344"
    await put(gate, 1, dict.fromkeys(rows))
    assert await client.hlen(key("seen", 0)) == 0


async def test_a_loss_said_twice_or_grown_is_counted_once(
    gate: Gate, client: aioredis.Redis
) -> None:
    await gate.lose(TOPIC, 0, 4, 9)
    await gate.lose(TOPIC, 0, 4, 9)  # the worker died before it went on
    await gate.lose(TOPIC, 0, 4, 14)  # and retention took more
    await gate.lose(TOPIC, 0, 30, 30)
    assert await Store(client, 1).counts() == {f"lost {TOPIC}/0": 12}


async def test_what_is_made_again_is_marked_until_it_is(gate: Gate, client: aioredis.Redis) -> None:
    await gate.rebuild((TOPIC, 3), 77)
    assert await gate.rebuilding() == {(TOPIC, 3): 77}
    assert await Store(client, 1).is_rebuilding()
    await gate.rebuilt([(TOPIC, 3)])
    assert not await Store(client, 1).is_rebuilding()


async def test_a_topic_keeps_the_id_the_state_was_folded_from(gate: Gate) -> None:
    assert await gate.topic_ids({"permits": "a"}) == {"permits": "a"}
    assert await gate.topic_ids({"permits": "b"}) == {"permits": "a"}


async def test_a_script_the_server_forgot_is_sent_again(gate: Gate, client: aioredis.Redis) -> None:
    await put(gate, 0)
    await client.script_flush()
    assert (await put(gate, 1)).verdict is APPLIED


@pytest.mark.parametrize(
    ("first", "last", "answer"),
    [
        (3, 6, GateAnswer(APPLIED, 6)),
        (1, 6, GateAnswer(DUPLICATE, 2)),  # begins with what is in: the caller goes on after 2
        (2, 2, GateAnswer(DUPLICATE, 2)),
        (4, 6, GateAnswer(HOLE, 2)),
    ],
)
async def test_a_run_is_applied_whole_or_not_at_all(
    gate: Gate, client: aioredis.Redis, first: int, last: int, answer: GateAnswer
) -> None:
    await put(gate, 0, {"a": 1}, last=2)
    before = await everything(client)
    assert await put(gate, first, {"a": 9}, last=last) == answer
    assert (await everything(client) == before) == (answer.verdict is not APPLIED)


async def known(client: aioredis.Redis, subject: str) -> list[tuple[str, Any]]:
    entries: Any = await client.xrange(past_key(subject, 0))
    return [(name.decode(), msgspec.json.decode(fields[b"v"])) for name, fields in entries]


async def remember(gate: Gate, offset: int, *memories: HistoryRow) -> None:
    effects = Sum(remembered=list(memories))
    await gate.apply((TOPIC, 0), offset, offset, stage=STAGE, effects=effects)


async def test_the_history_keeps_each_row_in_order_under_the_time_it_was_known(
    gate: Gate, client: aioredis.Redis
) -> None:
    await remember(
        gate, 0, HistoryRow("link:A", 1000, {"level": "free"}), HistoryRow("link:B", 1000, 1)
    )
    await remember(
        gate, 1, HistoryRow("link:A", 1000, {"level": "jam"}), HistoryRow("link:A", 2000, None)
    )
    await remember(
        gate, 2, HistoryRow("link:A", 500, 7)
    )  # a source's clock went back: the log did not
    assert await known(client, "link:A") == [
        ("1000-0", {"level": "free"}),
        ("1000-1", {"level": "jam"}),
        ("2000-0", None),
        ("2000-1", 7),
    ]
    assert await known(client, "link:B") == [("1000-0", 1)]
    assert await client.zrange(key(PAST, 0), 0, -1, withscores=True) == [
        (b"link:B", 1000.0),
        (b"link:A", 2000.0),
    ]


async def test_the_history_forgets_what_is_too_old_but_not_what_held_when_it_begins(
    client: aioredis.Redis,
) -> None:
    gate = Gate(client, history_ms=1000)
    for offset, known_ms in enumerate((100, 200, 900, 1500)):
        await remember(gate, offset, HistoryRow("link:A", known_ms, offset))
    assert await known(client, "link:A") == [("200-0", 1), ("900-0", 2), ("1500-0", 3)]


async def test_a_subject_long_gone_is_forgotten_and_one_that_came_back_is_not(
    client: aioredis.Redis,
) -> None:
    gate = Gate(client, history_ms=1000)
    await remember(gate, 0, HistoryRow("work:A", 100, 1), HistoryRow("work:B", 100, 1))
    await remember(gate, 1, HistoryRow("work:A", 200, None), HistoryRow("work:B", 200, None))
    await remember(gate, 2, HistoryRow("work:B", 300, 2), HistoryRow("link:A", 300, 3))
    await remember(gate, 3, HistoryRow("link:C", 1199, 4))
    assert await known(client, "work:A") == [("100-0", 1), ("200-0", None)]
    await remember(gate, 4, HistoryRow("link:C", 1200, 5))
    assert await known(client, "work:A") == []
    assert await known(client, "work:B") == [("100-0", 1), ("200-0", None), ("300-0", 2)]
    assert sorted(await Store(client, 1).changed_since(0)) == ["link:A", "link:C", "work:B"]
    await remember(gate, 5, HistoryRow("work:A", 150, 6))
    assert await known(client, "work:A") == [("150-0", 6)]


async def test_a_run_of_more_than_one_call_can_take_is_remembered_whole(
    gate: Gate, client: aioredis.Redis
) -> None:
    there = [HistoryRow(f"link:{number}", 1000, number) for number in range(2500)]
    gone = [HistoryRow(f"work:{number}", 1000, None) for number in range(2500)]
    await remember(gate, 0, *there, *gone, *there)
    assert await known(client, "link:2499") == [("1000-0", 2499), ("1000-1", 2499)]
    assert len(await Store(client, 1).changed_since(0)) == 5000
    assert await client.zcard(key(PAST_GONE, 0)) == 2500


async def test_a_repeated_message_is_remembered_once(gate: Gate, client: aioredis.Redis) -> None:
    for _ in range(2):
        await remember(gate, 0, HistoryRow("link:A", 1000, 1))
    assert await known(client, "link:A") == [("1000-0", 1)]
