"""The state that the last release left in Redis, as `make` wrote it down."""

import base64
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

RELEASED = Path(__file__).parent / "state-0.1.0.jsonl.gz"


def rows() -> Iterator[tuple[str, str, list[Any]]]:
    """Key, type and values of the release's state."""
    with gzip.open(RELEASED) as file:
        for line in file:
            name, kind, values = json.loads(line)
            yield name, kind, values


async def fill(client: Any) -> None:
    """Leave a Redis as the release left it."""
    for name, kind, values in rows():
        if kind == "hash":
            await client.hset(name, mapping={_raw(k): _raw(v) for k, v in values})
        elif kind == "zset":
            await client.zadd(name, {_raw(k): at for k, at in values})
        elif kind == "stream":
            for entry, fields in values:
                await client.xadd(name, {_raw(k): _raw(v) for k, v in fields}, id=_raw(entry))
        else:
            await client.set(name, _raw(values[0]))


def _raw(text: str) -> bytes:
    return base64.b64decode(text)
