"""What a worker's Redis user must be able to do, asked before anything is folded."""

import json
from typing import Any

from streams.contract.errors import SettingsError
from streams.state.keys import (
    BEGUN,
    COUNTS,
    DELTAS,
    GENERATION,
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
    past_key,
)
from streams.state.redis_login import of_each_node, script_text

_ROW = key("links", 0)
_STREAM = past_key("link:0", 0)
NEEDED: tuple[tuple[str, ...], ...] = (
    ("HGET", key(POSITIONS, 0), "0"),
    ("HGETALL", _ROW),
    ("HEXISTS", key(BEGUN, 0), "0"),
    ("HSET", key(BEGUN, 0), "0", "0"),
    ("HSET", _ROW, "0", "0"),
    ("HSET", META, "0", "0"),
    ("HGETALL", ROADS_FROM),
    ("HSET", LOST, "0", "0"),
    ("HSET", REBUILDING, "0", "0"),
    ("HSET", WORKERS, "0", "0"),
    ("HSETNX", TOPIC_IDS, "0", "0"),
    ("HDEL", _ROW, "0"),
    ("HINCRBY", key(COUNTS, 0), "0", "1"),
    ("EXISTS", key(BEGUN, 0)),
    ("XADD", key(DELTAS, 0), "*", "d", "0"),
    ("XADD", key(OUTBOX, 0), "*", "a", "0"),
    ("XDEL", key(OUTBOX, 0), "0"),
    ("XADD", _STREAM, "*", "v", "0"),
    ("XREVRANGE", _STREAM, "+", "-"),
    ("XTRIM", _STREAM, "MINID", "0"),
    ("ZMSCORE", key(PAST, 0), "0"),
    ("ZRANGE", key(PAST, 0), "0", "-1"),
    ("ZADD", key(PAST_GONE, 0), "0", "0"),
    ("ZREM", key(PAST_GONE, 0), "0"),
    ("ZRANGEBYSCORE", key(PAST_GONE, 0), "0", "0"),
    ("UNLINK", _STREAM),
    ("XRANGE", _STREAM, "-", "+"),
    ("GET", key(GENERATION, 0)),
    ("SET", key(GENERATION, 0), "0"),
    ("TIME",),
    ("EVALSHA", "0", "0"),
    ("SCRIPT", "LOAD", "0"),
)
"""Commands as the worker and its scripts send them, each on a key of its kind."""


async def check_rights(client: Any) -> None:
    """SettingsError that names every command of `NEEDED` the Redis user may not run."""
    answers = await of_each_node(client, "EVAL", script_text("rights"), 0, json.dumps(NEEDED))
    if refused := dict.fromkeys(each for answer in answers for each in answer):
        named = ", ".join(each.decode() for each in refused)
        raise SettingsError(
            f"the Redis user may not run {named}; docs/operating.md has those a worker needs"
        )
