"""The vendored and own files under /static, read once at start; a name cannot lead outside them."""

import hashlib
import mimetypes
from collections.abc import Mapping
from pathlib import Path

from maps.http.answers import CachedBody, body_of

FOLDER = Path(__file__).parents[1] / "static"
_KINDS = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
    "": "text/plain; charset=utf-8",
}


def read_statics(folder: Path = FOLDER) -> dict[str, CachedBody]:
    """Every file by its path below `folder`, named by its content."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): _static(path) for path in files}


def _static(path: Path) -> CachedBody:
    raw = path.read_bytes()
    guess = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return body_of(raw, _KINDS.get(path.suffix, guess), etag=hashlib.sha256(raw).hexdigest()[:12])


def asset_url(statics: Mapping[str, CachedBody], path: str) -> str:
    """The address of a static file that names its content; a bare one for an unknown file."""
    body = statics.get(path)
    return f"/static/{path}" if body is None else f"/static/{path}?v={body.etag}"
