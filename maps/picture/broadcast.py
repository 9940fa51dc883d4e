"""The readers of the live stream: a queue each, the same bytes for all; a slow one is let go.

An event is compressed once for all readers. A gzip stream is its header and then deflate blocks. A
block that ends with a full flush stands on a byte boundary and refers to nothing before it, so the
same bytes fit into every reader's stream.
"""

import asyncio
import itertools
import logging
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

import msgspec

from maps.picture.tiling import Tile

PING_S = 15
_LEVEL = 6
_RAW_DEFLATE = -15
GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"  # deflate, no name, no time, OS unknown


@dataclass(frozen=True, slots=True)
class Block:
    """One event as it goes over the wire: plain, and compressed for a gzip stream."""

    plain: bytes
    deflated: bytes


def block(text: bytes) -> Block:
    """The bytes and their self-contained deflate block."""
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _RAW_DEFLATE)
    return Block(text, packer.compress(text) + packer.flush(zlib.Z_FULL_FLUSH))


def event(name: str, body: object, event_id: str) -> Block:
    """An event; JSON has no line break in it, so one data line is enough."""
    data = msgspec.json.encode(body)
    return block(b"id: %b\nevent: %b\ndata: %b\n\n" % (event_id.encode(), name.encode(), data))


def preamble(retry_ms: int = 2000) -> Block:
    """What opens a stream: how long to wait before coming back."""
    return block(b"retry: %d\n\n" % retry_ms)


def ping() -> Block:
    """A comment: keeps proxies from closing a quiet stream."""
    return block(b": ping\n\n")


log = logging.getLogger(__name__)

MAX_WAITING = 30  # events a reader may lag; its browser then starts over from a snapshot
MAX_READERS = 1000


Watched = frozenset[Tile] | None
"""The tiles whose links a reader wants; None: the links of the whole network."""


@dataclass(eq=False, slots=True)
class StreamClient:
    """One open stream. `drop` cuts its connection; `head` is the delta it joined at."""

    number: int
    head: str
    drop: Callable[[], None]
    tiles: Watched = None
    waiting: asyncio.Queue[Block | None] = field(default_factory=lambda: asyncio.Queue(MAX_WAITING))

    def offer(self, block: Block | None) -> bool:
        """Queue a block (None: the stream ends); False when the reader is too far behind."""
        try:
            self.waiting.put_nowait(block)
        except asyncio.QueueFull:
            return False
        return True


@dataclass(slots=True)
class Tallies:
    """What has been done since the start."""

    events: int = 0
    resyncs: int = 0
    dropped: int = 0
    joined: int = 0


class Broadcast:
    """Who listens, and the way to tell all of them something."""

    def __init__(self) -> None:
        self.readers: set[StreamClient] = set()
        self.tallies = Tallies()
        self._numbers = itertools.count(1)

    @property
    def is_full(self) -> bool:
        return len(self.readers) >= MAX_READERS

    @property
    def watched(self) -> Watched:
        """The tiles that any reader wants; None where no reader wants tiles."""
        sets = [reader.tiles for reader in self.readers if reader.tiles is not None]
        return frozenset[Tile]().union(*sets) if sets else None

    def join(self, head: str, drop: Callable[[], None], tiles: Watched = None) -> StreamClient:
        """A new reader; everything sent from now on waits in its queue."""
        reader = StreamClient(next(self._numbers), head, drop, tiles)
        self.readers.add(reader)
        self.tallies.joined += 1
        return reader

    def leave(self, reader: StreamClient) -> None:
        self.readers.discard(reader)

    def send(self, block: Block) -> None:
        """Queue a block for every reader."""
        self.send_each(lambda _: block)

    def send_each(self, block_for: Callable[[Watched], Block]) -> None:
        """Queue a block for every reader, made once for those who want the same; close those whose
        queue is full.
        """
        self.tallies.events += 1
        made = cache(block_for)
        for reader in [each for each in self.readers if not each.offer(made(each.tiles))]:
            self.tallies.dropped += 1
            log.warning("reader too slow, closed", extra={"reader": reader.number})
            self.leave(reader)
            reader.drop()

    def resync(self, block: Block) -> None:
        """Tell every reader to start over from a snapshot."""
        self.tallies.resyncs += len(self.readers)
        self.send(block)

    def close(self) -> None:
        """End every stream; browsers come back by themselves."""
        for reader in list(self.readers):
            if not reader.offer(None):
                reader.drop()
        self.readers.clear()
