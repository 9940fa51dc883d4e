"""The Content-Security-Policy of each page: own files, inline blocks by their hash only. Pure."""

import base64
import hashlib
import re
from urllib.parse import urlsplit

_BLOCK = {
    name: re.compile(rf"<{name}(?:\s[^>]*)?>(.*?)</{name}>", re.DOTALL | re.IGNORECASE)
    for name in ("script", "style")
}
API_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
WORKER_POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'"


def hashes(html: str, name: str) -> list[str]:
    """CSP sources of the inline `script` or `style` blocks of a page, in order, each once."""
    texts = [text for text in _BLOCK[name].findall(html) if text]
    digests = (hashlib.sha256(text.encode()).digest() for text in texts)
    return list(
        dict.fromkeys(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
    )


def policy(html: str, tiles: str = "") -> str:
    """The policy of a page. `html` must hold nothing that a feed wrote: its blocks are trusted."""
    sources = {
        "default-src": ["'none'"],
        "script-src": ["'self'", *hashes(html, "script")],
        "style-src": ["'self'", *hashes(html, "style")],
        "img-src": ["'self'", "data:", *tile_source(tiles)],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "media-src": ["'self'"],
        "worker-src": ["'self'"],
        "manifest-src": ["'self'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
    return "; ".join(f"{name} {' '.join(values)}" for name, values in sources.items())


def tile_source(tiles: str) -> list[str]:
    """The origin of a tile template: `https://{s}.tile.example/{z}` gives `https://*.tile.example`."""
    parts = urlsplit(tiles)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return []
    host = re.sub(r"^\{[a-z]+\}", "*", parts.netloc)
    return [] if re.search(r"[^A-Za-z0-9.*:\-]", host) else [f"{parts.scheme}://{host}"]
