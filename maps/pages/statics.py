"""The vendored and own files under /static, read once at start; a name cannot lead outside them.

An address may begin with the version of all files together, so that the relative imports of a
module and the addresses in a stylesheet name their content as well.
"""

import hashlib
import mimetypes
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from maps.http.answers import CachedBody, body_of
from streams.words.catalogue import languages, texts

FOLDER = Path(__file__).parents[1] / "static"
_KINDS = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
    "": "text/plain; charset=utf-8",
}
CATALOGUE = "catalogue.js"
NOT_ON_SCREENS = (
    "answer.",
    "cause.",
    "changed.",
    "check.",
    "clash.reason.",
    "command.",
    "csv.",
    "detour.",
    "distance.",
    "doctor.",
    "list.more.",
    "message.",
    "must.",
    "page.",
    "records.fault.",
    "records.report.",
    "refusal.",
    "todo.",
    "refused.",
    "reported.",
    "site.",
    "source.",
    "taken.",
    "truth.",
    "when.",
    "work.",
)
"""Codes of words that the server puts into what it sends."""
_IMPORT = re.compile(r'^(?:import|export)\b[^;"]*"(\.[^"]+)";', re.MULTILINE)
_VERSION = re.compile(r"v[0-9a-f]{12}/")


@dataclass(frozen=True, slots=True)
class Statics:
    """Every file by its path, and one version that names the content of them all."""

    files: Mapping[str, CachedBody]
    version: str

    def url(self, path: str) -> str:
        """The address of a file that names its content."""
        return f"/static/{self.version}/{path}"

    def find(self, path: str) -> tuple[CachedBody | None, bool]:
        """The file at a path below /static, and whether the path names its content.

        Another version is that of another server's page: it gets the file as it is here.
        """
        return self.files.get(_VERSION.sub("", path, count=1)), path.startswith(self.version + "/")


def read_statics(folder: Path = FOLDER) -> Statics:
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    files = {
        path.relative_to(folder).as_posix(): _body(path.name, path.read_bytes()) for path in paths
    }
    files[CATALOGUE] = _body(CATALOGUE, _catalogue())
    names = "".join(f"{path} {body.etag}\n" for path, body in files.items())
    return Statics(files, "v" + hashlib.sha256(names.encode()).hexdigest()[:12])


def imports_of(entry: str, folder: Path = FOLDER) -> list[str]:
    """A module and all that it imports, directly or not: what a browser may load at once."""
    found, waiting = [], [entry]
    while waiting:
        path = waiting.pop(0)
        if path not in found:
            found.append(path)
            text = (folder / path).read_text(encoding="utf-8")
            near = posixpath.dirname(path)
            waiting += [
                posixpath.normpath(posixpath.join(near, to)) for to in _IMPORT.findall(text)
            ]
    return found


def _body(name: str, raw: bytes) -> CachedBody:
    guess = mimetypes.guess_type(name)[0] or "application/octet-stream"
    kind = _KINDS.get(posixpath.splitext(name)[1], guess)
    return body_of(raw, kind, etag=hashlib.sha256(raw).hexdigest()[:12])


def _catalogue() -> bytes:
    """The words of every language as a module, without those that no screen shows by itself."""
    words = {
        language: {
            code: text
            for code, text in texts(language).items()
            if not code.startswith(NOT_ON_SCREENS)
        }
        for language in languages()
    }
    return b"export const CATALOGUE = " + msgspec.json.encode(words) + b";\n"
