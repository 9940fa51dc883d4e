"""Bodies as HTTP answers: gzip once, ETag, caching."""

import gzip
from dataclasses import dataclass

from aiohttp import web

GZIP_FROM_BYTES = 512
IMMUTABLE = "public, max-age=31536000, immutable"
NO_STORE = "no-store"
NO_CACHE = "no-cache"


@dataclass(frozen=True, slots=True)
class CachedBody:
    """A body, its gzip form (empty where that does not pay), what names its content, and of an
    export how many rows it holds.
    """

    raw: bytes
    packed: bytes
    kind: str
    etag: str = ""
    rows: int = 1


def body_of(raw: bytes, kind: str, *, etag: str = "", level: int = 6) -> CachedBody:
    """The body, compressed once; no time goes into the gzip, so equal bodies give equal bytes."""
    packed = gzip.compress(raw, level, mtime=0) if len(raw) >= GZIP_FROM_BYTES else b""
    return CachedBody(raw, packed if len(packed) < len(raw) else b"", kind, etag)


def takes_gzip(request: web.Request) -> bool:
    """Whether the client reads gzip; `gzip;q=0` says no."""
    for offer in request.headers.get("Accept-Encoding", "").lower().split(","):
        name, _, weight = offer.partition(";")
        if name.strip() in ("gzip", "*"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def answer(request: web.Request, body: CachedBody, *, cache: str) -> web.Response:
    """200 with the body, or 304 when the client has it."""
    headers = {"Cache-Control": cache, "Vary": "Accept-Encoding"}
    if body.etag:
        headers["ETag"] = f'W/"{body.etag}"'  # weak: plain and gzip share it
        if f'"{body.etag}"' in request.headers.get("If-None-Match", ""):
            return web.Response(status=304, headers=headers)
    headers["Content-Type"] = body.kind
    if body.packed and takes_gzip(request):
        headers["Content-Encoding"] = "gzip"
        return web.Response(body=body.packed, headers=headers)
    return web.Response(body=body.raw, headers=headers)
