"""A day that Redis remembers of a city's links, and what is usual of them, as the gate does."""

from collections.abc import Callable, Collection

import msgspec
import redis

from streams.contract.enums import Certainty, Closure, Level
from streams.contract.times import DAY_MS, HOUR_MS
from streams.contract.topics import partition_of
from streams.domain.links.history import LinksEntry, Obstructed, history_of, packed, record
from streams.domain.links.quarters import QUARTER_MS, QUARTERS_A_DAY, DayKind
from streams.domain.links.quarters_told import entry_of, packed_quarter, quarters_of
from streams.domain.links.usual import PLACES, USUAL, WEIGHT, UsualColumn
from streams.geo.network import Network
from streams.state.keys import PAST, key, past_key
from streams.state.kinds import hash_of
from tests.cities.seed import PARTITIONS

_CELL = msgspec.json.encode
KmhAt = Callable[[str, int], float | None]
"""The speed of a link in a quarter hour, by its number."""
CLOSED_FROM, CLOSED_UNTIL = 5 * HOUR_MS, 3 * HOUR_MS  # before now


def usual_kmh(_link: str, number: int) -> float:
    """Slow by day, free by night."""
    hour = (number // 4 + 9) % 24
    return 22.0 if hour in (8, 18) else 30.0 if 7 <= hour < 21 else 45.0


def remember_day(
    client: redis.Redis,
    network: Network,
    now_ms: int,
    kmh_at: KmhAt,
    *,
    closed: Collection[str] = (),
) -> None:
    """A day up to now: a quarter hour of all links each, three passages in every second one; these
    links closed for two hours.
    """
    for partition in range(PARTITIONS):
        names = [
            link.id for link in network.links if partition_of(link.id, PARTITIONS) == partition
        ]
        if names:
            _remember_links(client, partition, names, now_ms, closed)
            _remember_quarters(client, partition, names, now_ms, kmh_at)


def _remember_links(
    client: redis.Redis, partition: int, names: list[str], now_ms: int, closed: Collection[str]
) -> None:
    subject = history_of(partition)
    for back_ms in (DAY_MS + HOUR_MS, CLOSED_FROM, CLOSED_UNTIL, HOUR_MS):
        is_shut = back_ms == CLOSED_FROM
        records = [
            record(place, Level.FREE, Certainty.CONFIRMED, is_kept=False)
            for place in range(len(names))
        ]
        shut = {
            place: Obstructed(Closure.FULL, ("work:W-1",))
            for place, name in enumerate(names)
            if is_shut and name in closed
        }
        entry = packed(LinksEntry(records, names=tuple(names), obstructed=shut))
        client.xadd(past_key(subject, partition), {"v": entry}, id=f"{now_ms - back_ms}-1")
        client.zadd(key(PAST, partition), {subject: now_ms - back_ms})


def _remember_quarters(
    client: redis.Redis, partition: int, names: list[str], now_ms: int, kmh_at: KmhAt
) -> None:
    subject, last = quarters_of(partition), now_ms // QUARTER_MS - 1
    places = {name: place for place, name in enumerate(names)}
    for number in range(last - QUARTERS_A_DAY + 1, last + 1):
        speeds = {name: kmh_at(name, number) for name in names}
        known = {name: round(kmh * 10) for name, kmh in speeds.items() if kmh is not None}
        passages = dict.fromkeys(known, 3 if number % 2 else 0)
        if entry := entry_of(number, known, passages, places):
            told_ms = min(entry.ends_ms + 120_000, now_ms)
            client.xadd(
                past_key(subject, partition), {"v": packed_quarter(entry)}, id=f"{told_ms}-*"
            )
            client.zadd(key(PAST, partition), {subject: told_ms})


def teach(
    client: redis.Redis, network: Network, now_ms: int, *, without: Collection[str] = ()
) -> None:
    """What is usual of every link, learned on twelve days, with a spread of 4 km/h."""
    day = (now_ms + 9 * HOUR_MS) // DAY_MS
    for partition in range(PARTITIONS):
        names = [
            link.id
            for link in network.links
            if partition_of(link.id, PARTITIONS) == partition and link.id not in without
        ]
        pipe = client.pipeline()
        for place, name in enumerate(names):
            pipe.hset(hash_of(PLACES, partition), name, str(place))
        for kind in DayKind:
            for of_day in range(QUARTERS_A_DAY):
                cells = b"".join(_cell(usual_kmh(x, of_day - 36)) for x in names)
                column = UsualColumn(day, 12 * WEIGHT, cells)
                pipe.hset(hash_of(USUAL, partition), f"{kind.value}|{of_day}", _CELL(column))
        pipe.execute()


def _cell(kmh: float) -> bytes:
    weight, dkmh, spread = 12 * WEIGHT, round(kmh * 10), 40
    total, squares = weight * dkmh, weight * (dkmh * dkmh + spread * spread)
    return (
        weight.to_bytes(2, "little") + total.to_bytes(4, "little") + squares.to_bytes(8, "little")
    )
