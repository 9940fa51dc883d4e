"""Server-sent events as bytes, plain and gzip. An event is compressed once for all readers. Pure.

A gzip stream is its header and then deflate blocks. A block that ends with a full flush stands on
a byte boundary and refers to nothing before it, so the same bytes fit into every reader's stream.
"""

import zlib
from dataclasses import dataclass

import msgspec

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
