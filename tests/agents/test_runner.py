"""A runner with a stand-in for Kafka and the real gate."""

import asyncio
import random
from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any

import pytest
import redis.asyncio as aioredis
from aiokafka.errors import KafkaConnectionError
from faust.exceptions import ProducerSendError

from local.waiting import until
from streams.contract import wire
from streams.contract.derived import LinkBatch, LinkEvents, Origin, Passage
from streams.contract.failpoints import POINTS, from_env
from streams.contract.records import Message, PositionBatch, Tick
from streams.contract.topics import ACKNOWLEDGEMENTS
from streams.domain.derive import send
from streams.domain.stage import Effects, Stage, State, Sum, Taken, apply
from streams.domain.stages.passages import PositionsStage
from streams.domain.stages.roadstate import RoadsStage
from streams.state.gate import Gate, GateResult
from streams.state.keys import COUNTS, DEAD_LETTERS, DELTAS, key
from streams.worker.agents import Delivered, StageRunner
from streams.worker.watch import PartitionPosition, PartitionProgress, PartitionWatch
from tests.agents.ledger import LETTERS, TOPIC, LedgerStage, everything, here, position, travels
from tests.cities.fakes import RULES, FakeOutlet, Folded, Rewinds, at, bus, parts_of, street
from tests.redis_server import RedisServer

APPLIED, DUPLICATE, HOLE = GateResult.APPLIED, GateResult.DUPLICATE, GateResult.HOLE


class Bench:
    """A runner and what it sent and asked for."""

    def __init__(self, gate: Gate, stage: Stage | None = None) -> None:
        self.outlet, self.rewinds, self.gate = FakeOutlet(), Rewinds(), gate
        self.runner = StageRunner(stage or LedgerStage(), gate, self.outlet, self.rewinds)

    async def take(self, *offsets: int) -> list[GateResult]:
        return [await self.one(position(o), here(o)) for o in offsets]

    async def run(self, *offsets: int) -> list[GateResult]:
        return await self.runner.take([Delivered(position(o), here(o)) for o in offsets])

    async def one(self, payload: bytes | None, origin: Origin) -> GateResult:
        (verdict,) = await self.runner.take([Delivered(payload, origin)])
        return verdict

    async def counted(self) -> dict[str, int]:
        seen: dict[str, int] = (await self.gate.load(LedgerStage(), 0))["seen"]
        return seen


@pytest.fixture
def bench(gate: Gate) -> Bench:
    return Bench(gate)


async def test_messages_in_order_are_applied_and_sent_on_with_their_origin(bench: Bench) -> None:
    assert await bench.take(0, 1, 2) == [APPLIED] * 3
    assert await bench.counted() == {"v1": 3}
    assert travels(bench.outlet.derived) == [(0, 1), (1, 2), (2, 3)]


async def test_a_repeated_message_changes_nothing(bench: Bench, client: aioredis.Redis) -> None:
    await bench.take(0, 1)
    before = await everything(client)
    assert await bench.take(0, 1) == [DUPLICATE, DUPLICATE]
    assert await everything(client) == before
    assert await bench.take(2) == [APPLIED]
    assert await bench.counted() == {"v1": 3}


async def test_a_state_that_is_gone_is_made_again_though_no_message_comes(
    bench: Bench, client: aioredis.Redis
) -> None:
    await bench.take(0, 1)
    place, told = (TOPIC, 0), (ACKNOWLEDGEMENTS.name, 0)
    worker: Any = SimpleNamespace(settings=None, gate=bench.gate, rewind=bench.rewinds)
    watch = PartitionWatch(worker, list)
    watch._memory = dict.fromkeys((place, told), PartitionProgress(PartitionPosition(1, 1)))
    await client.flushall()
    await watch._mark(dict.fromkeys((place, told), PartitionPosition(-1, 1)))
    assert bench.rewinds.calls == [(*told, 0)], "ticks bring the others back"
    assert await bench.take(0, 1) == [APPLIED, APPLIED]


async def test_a_refused_message_becomes_a_dead_letter_and_the_stream_goes_on(
    bench: Bench, client: aioredis.Redis
) -> None:
    await bench.take(0)
    assert await bench.one(b'{"kind":', here(1)) is APPLIED
    assert await bench.one(None, here(2)) is APPLIED
    assert await bench.take(3) == [APPLIED]
    assert bench.outlet.dead == [(b'{"kind":', "R001", here(1)), (b"", "R004", here(2))]
    assert await client.hgetall(key(DEAD_LETTERS, 0)) == {
        b"bus-positions R001": b"1",
        b"bus-positions R004": b"1",
    }
    assert await bench.counted() == {"v1": 2}


async def test_a_hole_rewinds_once_for_many_prefetched_messages(bench: Bench) -> None:
    await bench.take(0, 1)
    assert await bench.take(*range(3, 203)) == [HOLE] * 200
    assert bench.rewinds.calls == [(TOPIC, 0, 2)]
    assert await bench.take(*range(2, 6)) == [APPLIED] * 4
    assert await bench.take(9, 10) == [HOLE] * 2  # another hole is another way back
    assert bench.rewinds.calls == [(TOPIC, 0, 2), (TOPIC, 0, 6)]


async def test_nothing_is_sent_on_for_a_message_after_a_hole(bench: Bench) -> None:
    """It would be made without the missing message, and the next stage would keep it."""
    await bench.take(0)
    await bench.take(2, 3)
    assert bench.outlet.origins() == [0]
    await bench.take(1, 2, 3)
    assert travels(bench.outlet.derived) == [(0, 1), (1, 2), (2, 3), (3, 4)]


async def test_no_dead_letter_is_written_for_a_message_that_is_not_the_next(bench: Bench) -> None:
    await bench.take(0)
    for offset in (2, 3, 0):
        await bench.one(b"?", here(offset))
    assert bench.outlet.dead == []


async def test_a_retained_log_that_begins_after_the_position_is_accepted(bench: Bench) -> None:
    await bench.take(0, 1)
    bench.gate.first_offsets[TOPIC, 0] = 10
    bench.gate.forget()
    assert await bench.take(10, 11) == [APPLIED, APPLIED]
    assert bench.rewinds.calls == []
    assert await bench.counted() == {"v1": 4}


async def test_a_new_epoch_loads_what_another_worker_wrote(bench: Bench) -> None:
    other = Bench(bench.gate)
    await bench.take(0, 1)
    bench.gate.forget()
    await other.take(2, 3)
    bench.gate.forget()
    assert await bench.take(4) == [APPLIED]
    assert await bench.counted() == {"v1": 5}


async def test_rows_are_kept_into_the_next_epoch_where_the_state_stands_where_they_do(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads = []
    load_at = bench.gate.load_at

    async def counted(stage: Any, topic: str, partition: int) -> Any:
        loads.append(partition)
        return await load_at(stage, topic, partition)

    monkeypatch.setattr(bench.gate, "load_at", counted)
    await bench.take(0, 1)
    bench.gate.forget(is_next=True)
    await bench.take(2, 3)
    assert loads == [0]
    bench.gate.forget()  # somebody may have had it
    await bench.take(4)
    assert loads == [0, 0]
    bench.gate.forget(is_next=True)
    await Bench(bench.gate).take(5)  # loads it too
    assert await bench.take(6) == [APPLIED]
    assert len(loads) == 4
    assert await bench.counted() == {"v1": 7}


async def test_a_partition_given_up_is_loaded_anew(bench: Bench) -> None:
    other = Bench(bench.gate)
    await bench.take(0, 1)
    bench.runner.keep([1])
    await other.take(2, 3)
    assert await bench.take(4) == [APPLIED]
    assert await bench.counted() == {"v1": 5}


@pytest.mark.parametrize("point", [point for point in POINTS if point != "before_seek"])
async def test_a_runner_that_fails_at_a_point_is_exact_after_it(gate: Gate, point: str) -> None:
    fail = from_env({"FAIL_AT": point, "FAIL_KIND": "raise"})
    broken = StageRunner(LedgerStage(), gate, FakeOutlet(), Rewinds(), fail)
    with pytest.raises(RuntimeError, match=point):
        await broken.take([Delivered(position(0), here(0))])
    bench = Bench(gate)
    verdicts = await bench.take(0, 1)
    assert verdicts == [DUPLICATE if point == "after_gate" else APPLIED, APPLIED]
    assert await bench.counted() == {"v1": 2}


@pytest.mark.parametrize("seed", range(6))
async def test_a_zombie_and_the_owner_of_one_partition_end_exact(
    client: aioredis.Redis, seed: int
) -> None:
    """Two workers that both believe to own the partition; each goes back when it is told to."""
    chance = random.Random(seed)
    benches = [Bench(Gate(client)), Bench(Gate(client))]
    log = [position(i, vehicle=f"v{i % 3}") for i in range(60)]
    at_offset = [0, 0]
    while min(at_offset) < len(log):
        who = chance.randrange(2)
        for _ in range(chance.randrange(1, 6)):
            if at_offset[who] < len(log):
                await benches[who].one(log[at_offset[who]], here(at_offset[who]))
                at_offset[who] += 1
        if chance.random() < 0.2:  # a rebalance: the worker begins where the state ends
            benches[who].gate.forget()
            at_offset[who] = (await benches[who].gate.position(TOPIC, 0) or 0) + 1
    expected = Folded(LedgerStage(), topic=TOPIC).take_all([wire.decode(m) for m in log])
    assert await benches[0].gate.load(LedgerStage(), 0) == expected.state
    assert not [b.rewinds.calls for b in benches if b.rewinds.calls]
    made = sorted({pair for b in benches for pair in travels(b.outlet.derived)})
    sent = [(e.origin.offset, p.travel_ms) for e in expected.derived[0] for p in e.passages]
    assert [pair for pair in sent if pair not in made] == []


@pytest.mark.parametrize(
    "failure",
    [
        TimeoutError(),
        ConnectionError("broker"),
        KafkaConnectionError("broker"),
        ProducerSendError("Error while sending"),
    ],
    ids=lambda failure: type(failure).__name__,
)
async def test_a_broker_that_is_away_is_tried_again(bench: Bench, failure: Exception) -> None:
    bench.outlet.failures = [failure]
    assert await bench.take(0, 1) == [APPLIED, APPLIED]
    assert travels(bench.outlet.derived) == [(0, 1), (1, 2)]


async def test_a_killed_redis_loses_nothing_and_doubles_nothing(own_redis: RedisServer) -> None:
    client = aioredis.from_url(own_redis.url, socket_timeout=30, socket_connect_timeout=30)
    bench = Bench(Gate(client))
    log = [position(i, vehicle=f"v{i % 7}") for i in range(400)] + [wire.encode(Tick(at(500)))]

    async def stream() -> list[GateResult]:
        return [await bench.one(payload, here(i)) for i, payload in enumerate(log)]

    try:
        running = asyncio.create_task(stream())
        for stop in (50, 200):
            await until(
                lambda: len(bench.outlet.derived),
                "a stream that goes on",
                lambda seen: seen > stop,  # noqa: B023
                every_s=0,
            )
            own_redis.kill()
            await asyncio.to_thread(own_redis.start)
        verdicts = await asyncio.wait_for(running, 120)
        expected = Folded(LedgerStage(), topic=TOPIC).take_all([wire.decode(m) for m in log])
        assert await bench.gate.load(LedgerStage(), 0) == expected.state
        assert await bench.gate.position(TOPIC, 0) == len(log) - 1
        assert await client.hgetall(key(COUNTS, 0)) == {b"positions": b"400"}
        assert HOLE not in verdicts
        first = dict(reversed(travels(bench.outlet.derived)))  # the first of an origin is kept
        assert first == {
            e.origin.offset: p.travel_ms for e in expected.derived[0] for p in e.passages
        }
    finally:
        await client.aclose()


async def _carry(bench: Bench, topic: str, log: list[bytes], start: int = 0) -> None:
    for offset in range(start, len(log)):
        await bench.one(log[offset], Origin(topic, 0, offset))


def _day() -> list[Message]:
    messages: list[Message] = []
    for second in range(0, 300, 10):
        rows = tuple(bus(second, second * 8.0, vehicle=f"v{n}") for n in range(3))
        messages += [PositionBatch("tago.positions", at(second), rows), Tick(at(second + 5))]
    return messages


async def test_a_chain_of_stages_is_exact_whatever_is_delivered_again(
    client: aioredis.Redis,
) -> None:
    gate = Gate(client)
    positions = Bench(gate, PositionsStage(street(), partitions=1, dwell_ms=0))
    roads = RoadsStage(street(), RULES, (f"{TOPIC}/0",))
    log = [wire.encode(message) for message in _day()]
    await _carry(positions, TOPIC, log[:41])
    sent = len(positions.outlet.derived)
    gate.forget()  # a crash between sending on and the gate: the next ones were sent on already
    zombie = Bench(Gate(client), PositionsStage(street(), partitions=1, dwell_ms=0))
    state = await gate.load(PositionsStage(street(), partitions=1, dwell_ms=0), 0)
    effects = PositionsStage(street(), partitions=1, dwell_ms=0).step(
        state, wire.decode(log[41]), here(41)
    )
    await zombie.outlet.send_derived(0, effects.derived[0])
    await _carry(positions, TOPIC, log, start=35)
    derived = [payload for _, payload in positions.outlet.derived[:sent] + zombie.outlet.derived]
    derived += [payload for _, payload in positions.outlet.derived[sent:]]
    await _carry(Bench(gate, roads), "link-events", derived)

    expected = Folded(PositionsStage(street(), partitions=1, dwell_ms=0), topic=TOPIC)
    expected.take_all(_day())
    last = Folded(roads).take_all(expected.derived[0])
    found = await gate.load(roads, 0)
    assert found == last.state
    assert last.state["links"]["S2>S3"].samples == 3


async def test_a_chain_of_stages_is_exact_after_holes(client: aioredis.Redis) -> None:
    """Prefetched messages after a missing one must not reach the roads before it."""
    gate = Gate(client)
    positions = Bench(gate, PositionsStage(street(), partitions=1, dwell_ms=0))
    roads = RoadsStage(street(), RULES, (f"{TOPIC}/0",))
    log = [wire.encode(message) for message in _day()]
    for missing in (26, 38):  # these complete a passage
        await _carry(positions, TOPIC, log[:missing])
        await _carry(positions, TOPIC, log[: missing + 8], start=missing + 1)
    await _carry(positions, TOPIC, log)
    await _carry(Bench(gate, roads), "link-events", [p for _, p in positions.outlet.derived])
    expected = Folded(PositionsStage(street(), partitions=1, dwell_ms=0), topic=TOPIC)
    expected.take_all(_day())
    assert await gate.load(roads, 0) == Folded(roads).take_all(expected.derived[0]).state


async def test_a_repeated_derived_message_changes_nothing(client: aioredis.Redis) -> None:
    roads = Bench(Gate(client), RoadsStage(street(), RULES, (f"{TOPIC}/0",)))
    batch = wire.encode(LinkBatch((LinkEvents(here(5), at(60)),)))
    await roads.one(batch, Origin("link-events", 0, 0))
    before = await roads.gate.load(RoadsStage(street(), RULES, ("x/0",)), 0)
    again = await roads.one(batch, Origin("link-events", 0, 1))
    assert again is APPLIED  # it stands in the log, so the position moves
    assert await roads.gate.load(RoadsStage(street(), RULES, ("x/0",)), 0) == before
    assert await client.hget(key(COUNTS, 0), "link-events repeated") == b"1"


async def test_messages_that_wait_together_pass_the_gate_together(
    bench: Bench, client: aioredis.Redis
) -> None:
    assert await bench.run(*range(50)) == [APPLIED] * 50
    assert await client.xlen(key(DELTAS, 0)) == 1
    assert len(bench.outlet.derived) == 1
    assert travels(bench.outlet.derived) == [(o, o + 1) for o in range(50)]
    assert await bench.counted() == {"v1": 50}


async def test_a_run_goes_on_after_repeats_and_stops_at_a_gap(bench: Bench) -> None:
    await bench.take(0, 1, 2)
    verdicts = await bench.run(1, 2, 3, 4, 7, 8)
    assert verdicts == [DUPLICATE] * 2 + [APPLIED] * 2 + [HOLE] * 2
    assert bench.rewinds.calls == [(TOPIC, 0, 5)]
    assert travels(bench.outlet.derived) == [(o, o + 1) for o in range(5)]
    assert await bench.run(5, 6, 7, 8) == [APPLIED] * 4
    assert await bench.counted() == {"v1": 9}


async def test_a_run_another_worker_was_faster_with_goes_on_after_it(bench: Bench) -> None:
    other = Bench(bench.gate)
    await bench.take(0)
    await other.run(0, 1, 2)
    assert await bench.run(1, 2, 3, 4) == [DUPLICATE] * 2 + [APPLIED] * 2
    assert await bench.counted() == {"v1": 5}


async def test_what_came_before_a_bug_is_kept(gate: Gate) -> None:
    class Buggy(LedgerStage):
        def step(self, state: Any, message: Message, origin: Origin) -> Effects:
            if origin.offset == 3:
                raise ZeroDivisionError
            return super().step(state, message, origin)

    bench = Bench(gate, Buggy())
    with pytest.raises(ZeroDivisionError):
        await bench.run(*range(6))
    assert await gate.position(TOPIC, 0) == 2
    with pytest.raises(ZeroDivisionError):
        await bench.run(3, 4, 5)
    assert await bench.counted() == {"v1": 3}
    assert await Bench(gate).run(3, 4, 5) == [APPLIED] * 3


class RunLedger(LedgerStage):
    """A ledger that steps through a run at once; a vehicle of the name "bug" stops it."""

    def __init__(self) -> None:
        self.runs: list[int] = []

    def step_run(self, state: State, run: Sequence[Taken]) -> Effects:
        self.runs.append(len(run))
        own, total = {name: dict(rows) for name, rows in state.items()}, Sum()
        for message, origin in run:
            if isinstance(message, PositionBatch) and message.rows[0].vehicle == "bug":
                raise ZeroDivisionError
            effects = self.step(own, message, origin)
            apply(own, effects.changes)
            total.add(effects)
        made = [
            passage for parts in total.derived.values() for e in parts for passage in e.passages
        ]
        effects = Effects(changes=total.changes, counts=total.counts)
        send(effects, run[-1].origin, 1, passages=tuple(made))
        return effects


def _runs_of(log: list[bytes], chance: random.Random) -> Iterator[list[Delivered]]:
    """A log cut into runs of 1 to 40 messages."""
    begin = 0
    while begin < len(log):
        end = begin + chance.randrange(1, 41)
        yield [Delivered(log[o], here(o)) for o in range(begin, min(end, len(log)))]
        begin = end


@pytest.mark.parametrize("seed", range(4))
async def test_how_a_log_is_cut_into_runs_leaves_no_trace(
    client: aioredis.Redis, seed: int
) -> None:
    chance = random.Random(seed)
    log = [position(i, vehicle=f"v{chance.randrange(5)}") for i in range(300)]
    for _ in range(20):
        log[chance.randrange(300)] = wire.encode(Tick(at(1)))
        log[chance.randrange(300)] = b"?"
    found = []
    for stage in (LedgerStage(), RunLedger()):
        await client.flushall()
        bench = Bench(Gate(client, letters=LETTERS), stage)
        for run in _runs_of(log, chance):
            assert await bench.runner.take(run) == [APPLIED] * len(run)
        found.append(
            {
                "state": await bench.gate.load(stage, 0),
                "position": await bench.gate.position(TOPIC, 0),
                "counts": await client.hgetall(key(COUNTS, 0)),
                "refused": await client.hgetall(key(DEAD_LETTERS, 0)),
                "dead": bench.outlet.dead,
                "sent": [made for _, made in travels(bench.outlet.derived)],
            }
        )
    assert found[0] == found[1]
    assert found[0]["position"] == 299
    assert found[0]["dead"]


async def test_a_run_is_one_step_and_its_refused_messages_move_the_position(gate: Gate) -> None:
    stage = RunLedger()
    bench = Bench(gate, stage)
    bodies = [b"?", position(1), b"?", position(3), None]
    run = [Delivered(body, here(offset)) for offset, body in enumerate(bodies)]
    assert await bench.runner.take(run) == [APPLIED] * 5
    assert stage.runs == [2]
    assert await gate.position(TOPIC, 0) == 4
    assert [(code, origin.offset) for _, code, origin in bench.outlet.dead] == [
        ("R001", 0),
        ("R001", 2),
        ("R004", 4),
    ]
    assert await bench.runner.take([Delivered(b"?", here(5))]) == [APPLIED]  # and nothing to step
    assert (stage.runs, await gate.position(TOPIC, 0)) == ([2], 5)


async def test_what_came_before_a_bug_in_a_run_is_kept(gate: Gate, client: aioredis.Redis) -> None:
    stage = RunLedger()
    bench = Bench(gate, stage)
    bodies = [position(0), b"?", position(2), b"?", position(4, vehicle="bug"), b"?", position(6)]
    run = [Delivered(body, here(offset)) for offset, body in enumerate(bodies)]
    with pytest.raises(ZeroDivisionError):
        await bench.runner.take(run)
    assert stage.runs == [4, 1, 1, 1]
    assert await gate.position(TOPIC, 0) == 3
    assert await bench.counted() == {"v1": 2}
    assert [origin.offset for _, _, origin in bench.outlet.dead] == [1, 3]
    assert await client.hgetall(key(DEAD_LETTERS, 0)) == {b"bus-positions R001": b"2"}


@pytest.mark.parametrize("point", ["after_decode", "after_step"])
async def test_a_failpoint_is_passed_by_every_message_of_a_run(gate: Gate, point: str) -> None:
    fail = from_env({"FAIL_AT": f"{point}:30", "FAIL_KIND": "raise"})
    broken = StageRunner(RunLedger(), gate, FakeOutlet(), Rewinds(), fail)
    log = [Delivered(position(o), here(o)) for o in range(40)]
    with pytest.raises(RuntimeError, match=point):
        await broken.take(log)
    bench = Bench(gate, RunLedger())
    assert (await bench.runner.take(log))[-1] is APPLIED
    assert await bench.counted() == {"v1": 40}


async def test_a_dead_letter_that_was_not_sent_is_sent_when_the_broker_is_back(
    bench: Bench,
) -> None:
    bench.outlet.failures = [ConnectionError("broker")]
    ahead = [Delivered(position(300), here(0), at(0)), Delivered(position(0), here(1), at(0))]
    assert await bench.runner.take(ahead) == [APPLIED] * 2
    assert [code for _, code, _ in bench.outlet.dead][-1] == "R023"


async def test_a_refused_message_in_a_run_becomes_a_dead_letter(bench: Bench) -> None:
    bodies = [position(0), b"?", position(2)]
    run = [Delivered(body, here(offset)) for offset, body in enumerate(bodies)]
    assert await bench.runner.take(run) == [APPLIED] * 3
    assert bench.outlet.dead == [(b"?", "R001", here(1))]
    assert await bench.counted() == {"v1": 2}


async def test_a_clock_ahead_is_counted_each_time_and_buried_once_a_burst(
    bench: Bench, client: aioredis.Redis
) -> None:
    ahead = [Delivered(position(300), here(offset), at(0)) for offset in range(3)]
    well = Delivered(position(0), here(3), at(0))
    again = [Delivered(position(300), here(offset), at(0)) for offset in (4, 5)]
    assert await bench.runner.take([*ahead, well, *again]) == [APPLIED] * 6
    assert [(code, origin.offset) for _, code, origin in bench.outlet.dead] == [
        ("R023", 0),
        ("R023", 4),
    ]
    assert await bench.gate.position(TOPIC, 0) == 5
    assert await bench.counted() == {"v1": 1}
    assert await client.hgetall(key(DEAD_LETTERS, 0)) == {b"bus-positions R023": b"5"}


def test_derived_records_of_a_long_run_are_split_to_messages_that_are_read() -> None:
    part = LinkEvents(here(0), at(1), tuple(Passage("S1>S2", at(1), n, 500) for n in range(4000)))
    payloads = wire.encode_parts([part] * 9)
    assert len(payloads) > 1
    assert max(map(len, payloads)) <= wire.MAX_BYTES
    assert [part for payload in payloads for part in parts_of(payload)] == [part] * 9
