"""Open episodes in a real Redis: what a screen reads at its start, and what it hears after."""

import redis.asyncio as aioredis

from streams.contract.enums import Closure, PollOutcome
from streams.contract.records import FeedReport, Message, Permit, PermitBatch, Tick
from streams.contract.settings import Settings
from streams.domain.alerts import episode_id
from streams.domain.stage import Stage, Sum
from streams.domain.stages.feeds import FeedsStage
from streams.domain.stages.works import WorksStage
from streams.state.gate import Gate
from streams.state.kinds import KINDS, LETTERS
from streams.state.side_by_side import beginning
from streams.state.store import Store
from streams.topology.stages import stages
from tests.cities.fakes import Folded, at, street

PERMIT = Permit("P1", "굴착", at(0), at(60), closure=Closure.PARTIAL, link_ids=("S1>S2",))
LISTED = PermitBatch("permits", at(0), is_complete=True, rows=(PERMIT,))
REPORT = FeedReport("its.speeds", PollOutcome.UNKNOWN, at(0), 60_000)


async def carry(gate: Gate, topic: str, stage: Stage, *messages: Message) -> None:
    fold = Folded(stage, topic)
    for offset, message in enumerate(messages):
        effects = Sum()
        effects.add(fold.take(message))
        await gate.apply((topic, 0), offset, offset, stage=stage, effects=effects)


async def test_a_screen_reads_the_open_episodes_and_hears_of_their_ends(
    gate: Gate, client: aioredis.Redis
) -> None:
    works = WorksStage(street(), partitions=1)
    await carry(gate, "feed-reports", FeedsStage(), REPORT, Tick(at(1)), Tick(at(61)))
    await carry(gate, "permits", works, LISTED, Tick(at(30)))
    store = Store(client, 1)
    alerts = (await store.picture(1)).alerts
    assert set(alerts) == {"closure work:P1", "unseen work:P1", "feed feed:its.speeds"}
    assert alerts["closure work:P1"].id == episode_id("closure", "work:P1", at(0))
    assert alerts["unseen work:P1"].told == 0  # it waits: no alert yet
    assert alerts["feed feed:its.speeds"].facts["status"] == "unknown"
    deltas = (await store.deltas_after(beginning(1), block_ms=0)).deltas
    assert {name for delta in deltas for name in delta.alerts} == set(alerts)


async def test_an_end_takes_the_episode_off_the_screens(gate: Gate, client: aioredis.Redis) -> None:
    works = WorksStage(street(), partitions=1)
    await carry(gate, "permits", works, LISTED, Tick(at(60)))
    store = Store(client, 1)
    assert (await store.picture(1)).alerts == {}
    last = (await store.deltas_after(beginning(1), block_ms=0)).deltas[-1]
    assert last.alerts == {"closure work:P1": None, "unseen work:P1": None}


def test_the_kinds_on_the_map_are_tables_of_the_stages_with_their_rows() -> None:
    tables = [table for stage in stages(Settings(), street()).values() for table in stage.tables]
    for kind in KINDS:
        assert set(kind.stage_tables) <= set(tables)
        assert {table.row_type for table in kind.stage_tables} == {kind.row_type}
    assert {row.name for row in tables if row.name.endswith("-episodes")} <= set(LETTERS)


def test_a_letter_stands_for_one_kind_in_every_delta() -> None:
    of_links = ["q", "c", "e"]  # what the browser's delta says of links beside their speed
    letters = [kind.letter for kind in KINDS] + of_links
    assert len(letters) == len(set(letters))
    assert not {"x", "t"} & set(letters)  # "bx": buses that are gone; "t": now
