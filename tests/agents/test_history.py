"""The history as the store reads it, from a real Redis."""

from collections.abc import Iterable
from typing import Any

import msgspec
import pytest
import redis.asyncio as aioredis

from streams.contract.enums import AlertEvent, Level, RuleName, Severity
from streams.domain.alerts import Alert
from streams.domain.links.fold import LinkView
from streams.domain.stage import HistoryRow, Sum
from streams.domain.works.rows import Work
from streams.state.gate import Gate
from streams.state.keys import DELTAS, OUTBOX, PAST, key, past_key
from streams.state.store import PAST_CHUNK, Store
from tests.agents.ledger import LedgerStage

T0 = 1_795_392_000_000


def work(revision: int) -> Work:
    return Work(permit_id="1", title="", starts_ms=None, ends_ms=None, revision=revision)


async def remember(client: aioredis.Redis, *entries: tuple[str, int, object]) -> None:
    """What the gate writes: an entry of the subject's stream, and the time in the index."""
    async with client.pipeline(transaction=False) as together:
        for number, (subject, known_ms, row) in enumerate(entries):
            value = {"v": msgspec.json.encode(row)}
            together.xadd(past_key(subject, 0), value, id=f"{T0 + known_ms}-{number + 1}")  # type: ignore[arg-type]
            together.zadd(key(PAST, 0), {subject: T0 + known_ms})
        await together.execute()


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (99, None),
        (100, (100, work(1))),
        (199, (100, work(1))),
        (200, (200, work(3))),  # two in one millisecond: the later one
        (300, (300, None)),
        (9999, (300, None)),
    ],
)
async def test_the_past_is_the_last_that_was_known_then(
    client: aioredis.Redis, at: int, expected: tuple[int, Work | None] | None
) -> None:
    entries = [(100, work(1)), (200, work(2)), (200, work(3)), (300, None)]
    await remember(client, *(("work:1", known_ms, row) for known_ms, row in entries))
    found = await Store(client, 1).past(["work:1", "work:none"], T0 + at)
    assert found == ({} if expected is None else {"work:1": (T0 + expected[0], expected[1])})


async def test_each_subject_may_be_asked_for_a_time_of_its_own(client: aioredis.Redis) -> None:
    await remember(client, *((s, n, work(n)) for n in (1, 5) for s in ("work:a", "work:b")))
    found = await Store(client, 1).past_each({"work:a": T0 + 4, "work:b": T0 + 5})
    assert found == {"work:a": (T0 + 1, work(1)), "work:b": (T0 + 5, work(5))}


async def test_what_changed_after_a_time_is_named_and_told_in_order(client: aioredis.Redis) -> None:
    await remember(client, ("work:a", 1, work(1)), ("work:b", 2, work(2)), ("work:b", 3, None))
    store = Store(client, 1)
    assert await store.changed_since(T0 + 1) == ["work:b"]
    assert await store.changed_since(T0) == ["work:a", "work:b"]
    assert await store.past_since("work:b", T0 + 1) == [(T0 + 2, work(2)), (T0 + 3, None)]
    assert await store.past_since("work:b", T0 + 2) == [(T0 + 3, None)]
    assert await store.past_since("work:none", T0) == []


async def test_a_row_of_another_version_is_read_as_far_as_it_goes(client: aioredis.Redis) -> None:
    rows = {"link:old": {"level": "jam", "hue": 3}, "link:odd": {"level": 7}, "tram:1": {}}
    await remember(client, *((subject, 1, row) for subject, row in rows.items()))
    found = await Store(client, 1).past(rows, T0 + 1)
    assert found == {"link:old": (T0 + 1, LinkView(level=Level.JAM))}
    assert await Store(client, 1).past_since("link:odd", T0) == []


def city(subjects: int, times: int) -> Iterable[tuple[str, int, object]]:
    row = {"level": "free", "closure": "none", "subjects": [], "certainty": "confirmed"}
    for known_ms in range(times):
        for number in range(subjects):
            yield f"link:{number}", known_ms, row


async def test_five_thousand_subjects_are_read_in_a_few_calls(
    client: aioredis.Redis,
) -> None:
    await remember(client, *city(5000, 4))
    store = Store(client, 1)
    names = await store.changed_since(0)
    await store.past(names[:1], T0)  # the script is known now
    await client.config_resetstat()
    found = await store.past(names, T0 + 2)
    calls = await client.info("commandstats")
    assert {known_ms for known_ms, _ in found.values()} == {T0 + 2}
    assert len(found) == 5000
    assert calls["cmdstat_evalsha"]["calls"] == -(-5000 // PAST_CHUNK)


async def test_what_is_forgotten_leaves_history_alerts_and_deltas_and_nothing_else_does(
    gate: Gate, client: aioredis.Redis
) -> None:
    stage = LedgerStage()
    mine, other = alert(RuleName.CLOSURE, "work:1"), alert(RuleName.FEED, "feed:1")
    crash = alert(RuleName.CLASH, "clash:2", works=["1", "2"])
    seen = alert(RuleName.DISCREPANCY, "discrepancy:1", works=["1"])
    rows = [HistoryRow(name, T0, work(1)) for name in ("work:1", "work:2")]
    told = Sum(remembered=rows, alerts=[mine, other, crash, seen], changes={"seen": {"a": 1}})
    await gate.apply(("permits", 0), 0, 0, stage=stage, effects=told)
    end = alert(RuleName.CLOSURE, "work:1", word=AlertEvent.END)
    gone = Sum(forgotten=["work:1"], alerts=[end], changes={"seen": {"a": None}})
    await gate.apply(("permits", 0), 1, 1, stage=stage, effects=gone)
    assert not await client.exists(past_key("work:1", 0))
    assert await client.zrange(key(PAST, 0), 0, -1) == [b"work:2"]
    left = [entry[b"a"] for _, entry in await entries(client, OUTBOX)]
    assert left == [msgspec.json.encode(each) for each in (other, seen, end)]
    deltas = [list(entry) for _, entry in await entries(client, DELTAS)]
    assert deltas == [[b"anew"], [b"d"]]


async def entries(client: Any, name: str) -> list[Any]:
    return list(await client.xrange(key(name, 0)))


def alert(
    rule: RuleName, subject: str, word: AlertEvent = AlertEvent.BEGIN, **facts: object
) -> Alert:
    return Alert(f"{subject}.1", subject, rule, subject, word, Severity.NOTICE, T0, T0, facts)
