"""What a Redis user must be able to do: a worker's, asked before anything is folded, and that of
each service inside the walls, which the doctor asks.
"""

import json
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from streams.contract.errors import SettingsError
from streams.state.keys import (
    BEGUN,
    COUNTS,
    DELIVERIES,
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
    SESSION,
    TOPIC_IDS,
    WORKERS,
    key,
    login_key,
    past_key,
)
from streams.state.redis_login import of_each_node, script_text
from streams.state.users import SERVICES, Access

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


_SAMPLES = (_ROW, META, DELIVERIES, login_key(SESSION, "0"))
"""A key of each slot that a service writes or not."""
_READS = tuple(("HGETALL", name) for name in _SAMPLES)
_WRITES = tuple((command, name, "0", "0") for name in _SAMPLES for command in ("HSET", "HDEL"))
_NOBODYS = (("FLUSHALL",), ("CONFIG", "GET", "*"))


class RightsFound(NamedTuple):
    """What a service's Redis user may not run and needs, and may and needs not."""

    lacks: list[str]
    more: list[str]


async def rights_of(client: Any, service: str) -> RightsFound:
    """What a Redis user may do, held against its service in the table of users. One that may do all
    has no walls around it, and nothing besides is named.
    """
    access = SERVICES[service]
    due = {*_READS, *(x for x in _WRITES if _may_write(access, x[1]))}
    due |= {*NEEDED} if service == "worker" else {("TIME",), ("EVALSHA", "0", "0")}
    others = [x for x in (*_WRITES, *_NOBODYS) if x not in due]
    refused = await _refused(client, [*due, *others])
    more = [x for x in map(_named, others) if x not in refused]
    return RightsFound(
        [x for x in dict.fromkeys(map(_named, sorted(due))) if x in refused],
        more if refused else [],
    )


def _may_write(access: Access, name: str) -> bool:
    """Redis' patterns, as far as the table has them: braces are plain."""
    return any(fnmatchcase(name, pattern.replace("[^", "[!")) for pattern in access.writes)


def _named(command: tuple[str, ...]) -> str:
    return " ".join(command[:2])


async def _refused(client: Any, commands: Sequence[tuple[str, ...]]) -> list[str]:
    """Those of some commands that the Redis user may not run, on any node."""
    answers = await of_each_node(client, "EVAL", script_text("rights"), 0, json.dumps(commands))
    return [*dict.fromkeys(each.decode() for answer in answers for each in answer)]


async def check_rights(client: Any) -> None:
    """SettingsError that names every command of `NEEDED` the Redis user may not run."""
    if refused := await _refused(client, NEEDED):
        named = ", ".join(refused)
        raise SettingsError(
            f"the Redis user may not run {named}; docs/operating.md has those a worker needs"
        )
