"""The rows of a city as the worker writes them to Redis, and how they get there."""

from typing import Any

import msgspec
import redis

from streams.contract.enums import PollOutcome
from streams.contract.records import FeedReport
from streams.contract.times import DAY_MS, now_ms
from streams.contract.topics import partition_of
from streams.domain.stages.feeds import FeedState
from streams.state.keys import DELTAS, MAX_DELTAS, PAST, home_of, key, past_key
from streams.state.kinds import KINDS

Json = dict[str, Any]
PARTITIONS = 4
FEEDS = {
    "tago.positions": 60_000,
    "its.speeds": 300_000,
    "its.events": 300_000,
    "utic.incidents": 300_000,
    "permits": 600_000,
}
SMALL = {  # letter -> table of the rows that lie in one partition
    row.letter: row.stage_tables[0].name
    for row in KINDS
    if row.name not in {"links", "buses", "feeds", "clocks"}
}


def link_view(speed_kmh: float | None, **more: Any) -> Json:
    """A link's value as the worker writes it; `more` overrides."""
    level = "unknown" if speed_kmh is None else _level(speed_kmh)
    view: Json = {
        "speed_kmh": speed_kmh,
        "level": level,
        "samples": 0 if speed_kmh is None else 3,
        "observed_ms": None if speed_kmh is None else now_ms(),
        "certainty": "lost" if speed_kmh is None else "confirmed",
        "sources": {} if speed_kmh is None else {"bus": 3},
        "closure": "none",
        "subjects": [],
    }
    return {**view, **more}


def work(permit_id: str, **more: Any) -> Json:
    """A work's value as the worker writes it; `more` overrides."""
    starts_ms = more.get("starts_ms", now_ms() - DAY_MS)
    links = more.get("links", [])
    row: Json = {
        "permit_id": permit_id,
        "title": "하수관 정비 공사",
        "starts_ms": starts_ms,
        "ends_ms": starts_ms + 20 * DAY_MS,
        "purpose": "하수관 정비",
        "place": "가람대로 12 앞",
        "organisation": "가온시 상하수도사업소",
        "phone": "033-250-0000",
        "hours": "09:00-18:00",
        "closure": "partial",
        "lanes_closed": 1,
        "lon": None,
        "lat": None,
        "link_ids": [],
        "geometry": [],
        "flags": [],
        "status_text": "",
        "phase": "active",
        "placed_by": "link_id" if links else "nowhere",
        "first_ends_ms": starts_ms + 20 * DAY_MS,
        "feed": "permits",
        "seen_ms": now_ms(),
        "updated_ms": now_ms(),
    }
    row |= dict.fromkeys(("dig_starts_ms", "dig_ends_ms", "restore_ends_ms"), None)
    row |= dict.fromkeys(("length_m", "width_m", "depth_m", "area_m2"), None)
    phase = more.get("phase", row["phase"])
    return {**row, "is_in_force": phase in ("active", "overdue"), **more}


def feed(name: str, now: int, **more: Any) -> Json:
    """A feed's value; `more` overrides fields of its last report."""
    given: Json = {"outcome": PollOutcome.DATA, "row_count": 96, "is_simulated": True}
    given["poll_ms"] = FEEDS.get(name, 60_000)
    report = FeedReport(name, received_ms=now, **(given | more))
    state = FeedState(name, report, last_success_ms=now, last_change_ms=now)
    plain: Json = msgspec.to_builtins(state)
    return plain


def _level(speed_kmh: float) -> str:
    return "jam" if speed_kmh < 15 else "slow" if speed_kmh < 25 else "free"


def emit(client: redis.Redis, delta: Json, *, partition: int = 0) -> str:
    """Writes a delta and the state it leads to in one transaction; answers its id. `partition` is
    of the stream alone: rows stand where they belong.
    """
    pipe = client.pipeline()
    for letter, kind in (("l", "links"), ("b", "buses")):
        put(pipe, kind, delta.get(letter, {}))
    for letter, kind in SMALL.items():
        put(pipe, kind, delta.get(letter, {}), partitions=1)
    for name, state in delta.get("f", {}).items():
        pipe.hset(key("feeds", 0), name, msgspec.json.encode(state))
    for name, watermark_ms in delta.get("k", {}).items():
        pipe.hset(key("clock", int(name)), name, str(watermark_ms))
    pipe.xadd(key(DELTAS, partition), {"d": msgspec.json.encode(delta)}, maxlen=MAX_DELTAS)
    delta_id: bytes = pipe.execute()[-1]
    return delta_id.decode()


def put(pipe: Any, kind: str, rows: Json, partitions: int = PARTITIONS) -> None:
    """Sets the rows of a kind; a row that is None goes."""
    for name, row in rows.items():
        where = key(kind, partition_of(name, partitions))
        if row is None:
            pipe.hdel(where, name)
        else:
            pipe.hset(where, name, msgspec.json.encode(row))


def remember(client: redis.Redis, subject: str, known_ms: int, row: Json | None) -> None:
    """Writes what became known of a subject ("work:ID"), as the gate does; None: it is gone."""
    client.xadd(
        past_key(subject, home_of(subject, PARTITIONS)),
        {"v": msgspec.json.encode(row)},
        id=f"{known_ms}-0",
    )
    client.zadd(key(PAST, home_of(subject, PARTITIONS)), {subject: known_ms})
