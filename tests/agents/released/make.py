"""Writes down the state that a release leaves in Redis, for `test_schema.py`.

It runs in a checkout of the release, by that release's own code: a simulated city, a minute of it.

    cd RELEASE && .venv/bin/python PATH/TO/make.py OUT.jsonl.gz
"""

import base64
import gzip
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path.cwd()))

import redis

from local.stack import Stack

CITY_S = 60.0
ENTRIES, ROWS = 3, 40  # of a stream the newest, of a hash: more of the same kind shows nothing
WHOLE = ("links", "sources", "positions", "meta")
LEFT_OUT = ("changes", "workers")


def main(out: Path) -> None:
    with tempfile.TemporaryDirectory() as folder, Stack(Path(folder)) as stack:
        stack.start_city()
        stack.run("topics", "producers", "topics")
        stack.start_worker()
        stack.run("replay", "producers", "replay", str(stack.past), "--speed", "max")
        stack.start_feeds()
        time.sleep(CITY_S)
        client = redis.Redis.from_url(stack.env["BOMNAE_REDIS"])
        stack.processes["worker"].stop()
        with gzip.GzipFile(str(out), "wb", mtime=0) as file:
            for row in rows(client):
                file.write(json.dumps(row, separators=(",", ":")).encode() + b"\n")


def rows(client: Any) -> Iterator[list[Any]]:
    """Key, type and values of everything that is state."""
    for name in sorted(client.scan_iter("bomnae:*", count=1000)):
        kind = client.type(name).decode()
        if name.decode().rpartition(":")[2] not in LEFT_OUT:
            yield [name.decode(), kind, _values(client, name, kind)]


def _values(client: Any, name: bytes, kind: str) -> list[Any]:
    if kind == "hash":
        found = sorted(client.hgetall(name).items())
        kept = found if name.decode().rpartition(":")[2] in WHOLE else found[:ROWS]
        return [[_text(k), _text(v)] for k, v in kept]
    if kind == "zset":
        return [[_text(k), at] for k, at in client.zrange(name, 0, -1, withscores=True)]
    if kind == "stream":
        entries = client.xrevrange(name, count=ENTRIES)[::-1]
        return [[_text(x), [[_text(k), _text(v)] for k, v in row.items()]] for x, row in entries]
    return [_text(client.get(name))]


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
