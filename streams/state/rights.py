"""What a worker's Redis user must be able to do, asked before anything is folded."""

import json
from typing import Any

from streams.contract.errors import SettingsError
from streams.state.redis_login import script_text
from streams.state.store import (
    BEGUN,
    COUNTS,
    DELTAS,
    LOST,
    META,
    OUTBOX,
    PAST,
    PAST_GONE,
    POSITIONS,
    REBUILDING,
    ROADS_FROM,
    TOPIC_IDS,
    WORKERS,
    key,
)

_ROW = key("links", 0)
_STREAM = f"{PAST}:link:0"
NEEDED: tuple[tuple[str, ...], ...] = (
    ("HGET", POSITIONS, "0"),
    ("HGETALL", _ROW),
    ("HEXISTS", BEGUN, "0"),
    ("HSET", BEGUN, "0", "0"),
    ("HSET", _ROW, "0", "0"),
    ("HSET", META, "0", "0"),
    ("HGETALL", ROADS_FROM),
    ("HSET", LOST, "0", "0"),
    ("HSET", REBUILDING, "0", "0"),
    ("HSET", WORKERS, "0", "0"),
    ("HSETNX", TOPIC_IDS, "0", "0"),
    ("HDEL", _ROW, "0"),
    ("HINCRBY", COUNTS, "0", "1"),
    ("EXISTS", BEGUN),
    ("XADD", DELTAS, "*", "d", "0"),
    ("XADD", OUTBOX, "*", "a", "0"),
    ("XADD", _STREAM, "*", "v", "0"),
    ("XREVRANGE", _STREAM, "+", "-"),
    ("XTRIM", _STREAM, "MINID", "0"),
    ("ZMSCORE", PAST, "0"),
    ("ZRANGE", PAST, "0", "-1"),
    ("ZADD", PAST_GONE, "0", "0"),
    ("ZREM", PAST_GONE, "0"),
    ("ZRANGEBYSCORE", PAST_GONE, "0", "0"),
    ("UNLINK", _STREAM),
    ("SCAN", "0"),
    ("TIME",),
    ("MULTI",),
    ("EXEC",),
    ("EVALSHA", "0", "0"),
    ("SCRIPT", "LOAD", "0"),
)
"""Commands as the worker and its scripts send them, each on a key of its kind."""


async def check_rights(client: Any) -> None:
    """SettingsError that names every command of `NEEDED` the Redis user may not run."""
    refused = await client.eval(script_text("rights"), 0, json.dumps(NEEDED))
    if refused:
        named = ", ".join(each.decode() for each in refused)
        raise SettingsError(
            f"the Redis user may not run {named}; docs/operating.md has those a worker needs"
        )
