"""The body of an answer, unpacked, and read no further than its feed may send.

aiohttp unpacks each piece whole, and a piece of 64 kB may hold 64 MB: so it is done here, bounded.
"""

import zlib
from dataclasses import dataclass, field
from typing import Any

import aiohttp

ENCODINGS = "gzip, deflate"
_PIECE = 1 << 16
_ANY = zlib.MAX_WBITS | 32  # gzip or zlib, whichever the head says
_RAW = -zlib.MAX_WBITS


@dataclass(slots=True)
class BoundedBody:
    """The bytes so far, at most one more than `most`: that one shows that it is too large."""

    most: int
    is_packed: bool = False
    content: bytearray = field(default_factory=bytearray)
    _unpack: Any = None

    @property
    def is_full(self) -> bool:
        return len(self.content) > self.most

    def add(self, piece: bytes) -> None:
        """Add a piece as it came; raises zlib.error where it is not packed as the header says."""
        room = self.most + 1 - len(self.content)
        self.content += self._unpacked(piece, room) if self.is_packed else piece[:room]

    def _unpacked(self, piece: bytes, room: int) -> bytes:
        if self._unpack is not None:
            return bytes(self._unpack.decompress(piece, room))
        self._unpack = zlib.decompressobj(wbits=_ANY)
        try:
            return bytes(self._unpack.decompress(piece, room))
        except zlib.error:  # "deflate" without its head, as some servers send it
            self._unpack = zlib.decompressobj(wbits=_RAW)
            return bytes(self._unpack.decompress(piece, room))


async def body_of(response: aiohttp.ClientResponse, most: int) -> tuple[bytes, bool]:
    """The body, cut just above `most` bytes, and whether it came whole."""
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    body = BoundedBody(most, is_packed=encoding in ("gzip", "x-gzip", "deflate"))
    try:
        async for piece in response.content.iter_chunked(_PIECE):
            body.add(piece)
            if body.is_full:
                break
    except (aiohttp.ClientPayloadError, zlib.error):
        return bytes(body.content), False
    return bytes(body.content), True
