"""The history of links: packed by the gate, read by the store, from a real Redis."""

from collections.abc import Sequence
from typing import Any

import pytest
import redis.asyncio as aioredis

from streams.contract.enums import Certainty, Closure, Level
from streams.contract.times import HOUR_MS
from streams.domain.links.fold import LinkView
from streams.domain.links.history import LinksEntry, Obstructed, packed, record
from streams.domain.stage import HistoryRow, Sum
from streams.state.gate import Gate
from streams.state.keys import PAST_GONE, key, past_key
from streams.state.store import Store
from tests.agents.ledger import TOPIC, LedgerStage
from tests.agents.test_history import remember

STAGE = LedgerStage()
T0 = 1_795_392_000_000  # a whole hour
CONFIRMED, STALE = Certainty.CONFIRMED, Certainty.STALE
FREE = LinkView(level=Level.FREE, certainty=CONFIRMED)
JAM = LinkView(level=Level.JAM, certainty=CONFIRMED)
SLOW = LinkView(level=Level.SLOW, certainty=CONFIRMED)
SHUT = Obstructed(Closure.FULL, ("work:P1",))


def shut(level: Level) -> LinkView:
    return LinkView(level=level, certainty=CONFIRMED, closure=SHUT.closure, subjects=SHUT.subjects)


def news(*levels: tuple[int, str]) -> LinksEntry:
    """Links by place of which the level is another."""
    return LinksEntry([record(p, Level(x), CONFIRMED, is_kept=True) for p, x in levels])


def whole(*levels: str, certainty: Certainty = CONFIRMED, **names: int) -> LinksEntry:
    """All links, a, b, c ...; those of `names` are shut."""
    rows = [record(p, Level(x), certainty, is_kept=False) for p, x in enumerate(levels)]
    closed = dict.fromkeys(names.values(), SHUT)
    return LinksEntry(rows, 0, tuple("abcdefgh"[: len(levels)]), closed)


async def tell(
    gate: Gate, *entries: tuple[int, LinksEntry | bytes], partition: int = 0, begin: int = 0
) -> None:
    """Pass entries through the gate, a message each."""
    for offset, (known_ms, entry) in enumerate(entries, begin):
        row = entry if isinstance(entry, bytes) else packed(entry)
        effects = Sum(remembered=[HistoryRow(f"links/{partition}", T0 + known_ms, row)])
        await gate.apply((TOPIC, partition), offset, offset, stage=STAGE, effects=effects)


HOUR = (
    (0, whole("free", "jam")),
    (5_000, news((0, "slow"))),
    (10_000, news((0, "jam"), (1, "free"))),
    (HOUR_MS - 5_000, whole("jam", "free", certainty=STALE)),
    (HOUR_MS, news((1, "slow"))),
)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (-1, {}),
        (0, {"link:a": (0, FREE), "link:b": (0, JAM)}),
        (9_999, {"link:a": (5_000, SLOW), "link:b": (0, JAM)}),
        (10_000, {"link:a": (10_000, JAM), "link:b": (10_000, FREE)}),
    ],
)
async def test_a_moment_is_read_from_the_last_whole_entry_on(
    gate: Gate, client: aioredis.Redis, at: int, expected: dict[str, tuple[int, LinkView]]
) -> None:
    await tell(gate, *HOUR)
    store, due = Store(client, 1), {x: (T0 + ms, view) for x, (ms, view) in expected.items()}
    assert await store.past(["link:a", "link:b", "link:c"], T0 + at) == due
    assert await store.links_past(T0 + at, 0) == due


async def test_since_when_a_link_was_so_is_known_as_far_back_as_is_asked(
    gate: Gate, client: aioredis.Redis
) -> None:
    await tell(gate, *HOUR)
    store, at_ms = Store(client, 1), T0 + HOUR_MS + 1_000
    near, far = await store.links_past(at_ms, 0), await store.links_past(at_ms, HOUR_MS)
    assert near["link:a"][0] == T0 + HOUR_MS - 5_000
    assert far["link:a"] == (T0 + 10_000, LinkView(level=Level.JAM, certainty=STALE))
    assert near["link:b"] == far["link:b"] == (T0 + HOUR_MS, SLOW)


async def test_what_closes_a_link_stands_until_it_is_told_otherwise(
    gate: Gate, client: aioredis.Redis
) -> None:
    free = record(0, Level.JAM, CONFIRMED, is_kept=False)
    run = ((0, whole("free", a=0)), (5_000, news((0, "jam"))), (10_000, LinksEntry([free])))
    await tell(gate, *run)
    found = await Store(client, 1).past_since("link:a", T0 - 1)
    assert found == [(T0, shut(Level.FREE)), (T0 + 5_000, shut(Level.JAM)), (T0 + 10_000, JAM)]


async def test_a_links_own_time_line_tells_each_change_once(
    gate: Gate, client: aioredis.Redis
) -> None:
    await tell(gate, *HOUR)
    store = Store(client, 1)
    said = {"link:a": [(T0 + 5_000, SLOW), (T0 + 10_000, JAM)]}
    said["link:b"] = [(T0 + 10_000, FREE), (T0 + HOUR_MS, SLOW)]
    assert await store.pasts_since(["link:a", "link:b"], T0) == said
    assert await store.past_since("link:b", T0 + 10_000) == said["link:b"][1:]
    assert await store.past_since("link:none", T0) == []
    assert await store.changed_since(0) == []  # of links, those of before alone


async def test_links_are_looked_for_in_the_history_of_their_partition(
    gate: Gate, client: aioredis.Redis
) -> None:
    await tell(gate, (0, whole("free")), partition=1)
    await tell(gate, (0, LinksEntry([record(0, Level.JAM, CONFIRMED, is_kept=False)], 0, ("c",))))
    store = Store(client, 2)  # a is of partition 1, c of 1 as well
    assert await store.links_past(T0, 0) == {"link:a": (T0, FREE), "link:c": (T0, JAM)}
    assert set(await store.past(["link:a", "link:c"], T0)) == {"link:a"}


BROKEN = (b"", b"{}", b"\x01abc", b"\x02oops", b"\x07later")


@pytest.mark.parametrize("bad", BROKEN)
async def test_an_entry_that_cannot_be_read_is_left_out_in_one_line(
    gate: Gate, client: aioredis.Redis, bad: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    await tell(gate, HOUR[0], (1_000, bad), HOUR[1], (6_000, bad), HOUR[2])
    found = await Store(client, 1).past(["link:a", "link:b"], T0 + 20_000)
    assert found == {"link:a": (T0 + 10_000, JAM), "link:b": (T0 + 10_000, FREE)}
    [line] = [each for each in caplog.records if each.message == "rows left out"]
    facts = [getattr(line, name) for name in ("kind", "count", "first")]
    assert facts == [past_key("links/0", 0), 2, f"{T0 + 1_000}-0"]


async def test_without_a_whole_entry_the_one_before_it_is_read(
    gate: Gate, client: aioredis.Redis
) -> None:
    await tell(gate, *HOUR[:3], (HOUR[3][0], b"\x02oops"), HOUR[4])
    found = await Store(client, 1).past(["link:a", "link:b"], T0 + 2 * HOUR_MS)
    assert found == {"link:a": (T0 + 10_000, JAM), "link:b": (T0 + HOUR_MS, SLOW)}


async def test_a_code_of_a_later_version_takes_its_link_alone(
    gate: Gate, client: aioredis.Redis
) -> None:
    await tell(gate, HOUR[0], (5_000, LinksEntry([0b111])))
    assert await Store(client, 1).past(["link:a", "link:b"], T0 + 5_000) == {"link:b": (T0, JAM)}


async def test_a_link_that_no_entry_names_is_left_out_until_one_does(
    gate: Gate, client: aioredis.Redis
) -> None:
    await tell(gate, (0, news((1, "jam"))))
    store = Store(client, 1)
    assert await store.links_past(T0, 0) == {}
    await tell(gate, (5_000, whole("free", "jam")), begin=1)
    assert await store.past_since("link:b", T0 - 1) == [(T0, JAM)]


async def test_the_history_forgets_up_to_a_whole_entry_that_what_is_kept_begins_with(
    client: aioredis.Redis,
) -> None:
    gate, store = Gate(client, history_ms=2 * HOUR_MS), Store(client, 1)
    levels = ("free", "jam", "slow")
    run: list[tuple[int, LinksEntry]] = []
    for hour in range(6):
        begin_ms = hour * HOUR_MS
        run += [(begin_ms + n * 60_000, news((0, levels[n % 3]))) for n in range(1, 59)]
        run.append((begin_ms + 3_595_000, whole(levels[hour % 3])))
    await tell(gate, (0, whole("free")), *run)
    entries: Any = await client.xrange(past_key("links/0", 0))
    now_ms = T0 + run[-1][0]
    oldest_ms = int(entries[0][0].partition(b"-")[0])
    assert now_ms - 4 * HOUR_MS < oldest_ms < now_ms - 2 * HOUR_MS
    for at_ms in range(now_ms - 2 * HOUR_MS, now_ms, 600_000):
        [(since_ms, _)] = (await store.links_past(at_ms, 0)).values()
        assert at_ms - 120_000 <= since_ms <= at_ms


def before(*changes: tuple[int, str]) -> Sequence[tuple[str, int, object]]:
    """What a version of before kept of link a."""
    return [("link:a", ms, {"level": level, "certainty": "confirmed"}) for ms, level in changes]


async def test_what_a_version_of_before_kept_is_read_until_it_is_too_old(
    client: aioredis.Redis,
) -> None:
    await remember(client, *before((0, "slow"), (60_000, "free")), ("work:1", 70_000, None))
    gate, store = Gate(client, history_ms=HOUR_MS), Store(client, 1)
    await gate.let_links_age()
    await tell(gate, (80_000, whole("free")), (90_000, news((0, "jam"))))
    assert [await store.past(["link:a"], T0 + ms) for ms in (5_000, 79_999, 89_999, 90_000)] == [
        {"link:a": (T0, SLOW)},
        {"link:a": (T0 + 60_000, FREE)},
        {"link:a": (T0 + 80_000, FREE)},
        {"link:a": (T0 + 90_000, JAM)},
    ]
    assert await store.links_past(T0 + 70_000, 0) == {"link:a": (T0 + 60_000, FREE)}
    assert await store.past_since("link:a", T0) == [
        (T0 + 60_000, FREE),
        (T0 + 80_000, FREE),
        (T0 + 90_000, JAM),
    ]
    await tell(gate, (70_000 + HOUR_MS - 1, whole("jam")), begin=2)
    await gate.let_links_age()  # another worker starts: it does not postpone it
    assert await store.changed_since(0) == ["link:a", "work:1"]
    await tell(gate, (70_000 + HOUR_MS, whole("jam")), begin=3)
    assert await store.changed_since(0) == ["work:1"]
    assert await client.exists(past_key("link:a", 0), key(PAST_GONE, 0)) == 0
