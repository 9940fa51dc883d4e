"""What a test asks a running map server over HTTP."""

import http.client
import json
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from local.waiting import wait_until

Json = dict[str, Any]


def send(
    base: str, method: str, path: str, body: bytes | str | None = None, **headers: str
) -> tuple[int, http.client.HTTPMessage, bytes]:
    """Status, headers and body; of the names of headers `_` stands for a hyphen."""
    parts = urlsplit(base)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, named)
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()


def ask(
    base: str, path: str, body: Json | None = None, method: str = "", **headers: str
) -> tuple[int, Json]:
    """Status and JSON of a GET, or of a POST where there is a body."""
    raw = None if body is None else json.dumps(body)
    method = method or ("GET" if body is None else "POST")
    headers = {"Content_Type": "application/json", **headers}
    status, _, answer = send(base, method, path, raw, **headers)
    return status, json.loads(answer)


def get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=60) as found:  # noqa: S310
        return json.load(found)


def seen(base: str, is_there: Callable[[Json], bool], path: str = "/api/v1/calls") -> Json:
    """The body of a GET once something is in it."""
    return wait_until(lambda: ask(base, path)[1], f"what is waited for in {path}", is_there)
