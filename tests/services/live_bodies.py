"""Every body that a running map server sends, held against its own OpenAPI document."""

import json
import re
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator

Json = dict[str, Any]
JSON_KINDS = ("application/json", "application/geo+json")
DELTAS = 20


class Document:
    """The document of a server, closed: a field that it does not name is a fault."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.body = closed(json.loads(read(f"{url}/api/v1/openapi.json")))

    def faults(self, schema: Json, body: object) -> list[str]:
        """Where a body is not what the schema says."""
        validator = Draft202012Validator({**schema, "components": self.body["components"]})
        return [f"{each.json_path}: {each.message[:200]}" for each in validator.iter_errors(body)]

    def schema(self, path: str) -> Json:
        """The schema of what a GET of a path of the document answers with 200."""
        content = self.body["paths"][path]["get"]["responses"]["200"]["content"]
        [schema] = [content[kind]["schema"] for kind in JSON_KINDS if kind in content]
        return dict(schema)

    def paths(self) -> list[str]:
        """The paths whose GET answers with JSON."""
        return [
            path
            for path, methods in self.body["paths"].items()
            if any(
                kind
                in methods.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
                for kind in JSON_KINDS
            )
        ]


def closed(node: Any) -> Any:
    """The document with no more fields than it names."""
    if isinstance(node, list):
        return [closed(each) for each in node]
    if not isinstance(node, dict):
        return node
    made = {name: closed(value) for name, value in node.items()}
    if isinstance(made.get("properties"), dict) and made.get("type") == "object":
        made.setdefault("additionalProperties", False)
    return made


def read(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310 - our own server
        return bytes(answer.read())


def deltas(url: str, since: str) -> Iterator[Json]:
    """The first deltas of the stream."""
    address = f"{url}/api/v1/stream?since={since}"
    count, name = 0, ""
    with urllib.request.urlopen(address, timeout=60) as lines:  # noqa: S310
        for line in lines:
            field, _, value = line.decode().rstrip("\n").partition(": ")
            if field == "event":
                name = value
            elif field == "data" and name == "d":
                yield json.loads(value)
                count += 1
                if count == DELTAS:
                    return


def tile_of(url: str, link: str) -> str:
    """The tile that a link's road is in."""
    return str(json.loads(read(f"{url}/api/v1/links/{link}"))["tile"])


def questions(url: str, paths: list[str]) -> Iterator[tuple[str, str]]:
    """(path of the document, address to ask) for all of `paths`, with things that are there."""
    snapshot = json.loads(read(f"{url}/api/v1/snapshot"))
    network = json.loads(read(f"{url}/api/v1/network/{snapshot['net']}.json"))
    at_ms, link = snapshot["t"], urllib.parse.quote(network["ids"][0])
    work = urllib.parse.quote(snapshot["works"][0]["id"])
    places = ["북부시장", *network["names"][:8], snapshot["works"][0]["title"]]
    roads, tile = f"/api/v1/network/{snapshot['net']}", tile_of(url, link)
    asked = {
        "/api/v1/network/{version}.json": [f"{roads}.json"],
        "/api/v1/network/{version}/index.json": [f"{roads}/index.json"],
        "/api/v1/network/{version}/tiles/{tile}.json": [f"{roads}/tiles/{tile}.json"],
        "/api/v1/tiles": [f"/api/v1/tiles?tiles={tile}"],
        "/api/v1/links/{id}": [f"/api/v1/links/{link}"],
        "/api/v1/links/{id}/day": [f"/api/v1/links/{link}/day"],
        "/api/v1/search": [f"/api/v1/search?q={urllib.parse.quote(name)}" for name in places],
        "/api/v1/answer": [
            *(f"/api/v1/answer?q={urllib.parse.quote(name)}" for name in places),
            *(
                f"/api/v1/answer?id=work:{urllib.parse.quote(row['id'])}"
                for row in snapshot["works"][:12]
            ),
            *(
                f"/api/v1/answer?id=section:{urllib.parse.quote(each)}"
                for each in network["ids"][:9]
            ),
            f"/api/v1/answer?id=work:{work}&valid={at_ms}",
            f"/api/v1/answer?q={urllib.parse.quote('ㄱ')}",
        ],
        "/api/v1/at": [
            f"/api/v1/at?valid={at_ms}",
            f"/api/v1/at?valid={at_ms}&id=work:{work}",
            f"/api/v1/at?valid={at_ms}&id=link:{link}",
            f"/api/v1/at?valid={at_ms}&links={link}",
        ],
        "/api/v1/moment": [f"/api/v1/moment?valid={at_ms}", f"/api/v1/moment?valid={at_ms + 9**8}"],
        "/api/v1/feeds/{feed}/day": ["/api/v1/feeds/permits/day"],
        "/api/v1/changes": [f"/api/v1/changes?since={at_ms - 600_000}"],
        "/api/v1/events": ["/api/v1/events", "/api/v1/events?after=latest"],
        "/api/v1/shifts/{id}": ["/api/v1/shifts/current"],
        "/api/v1/desk/photos/{work}": [f"/api/v1/desk/photos/{work}"],
    }
    # These need a key, a crew's token, somebody who is logged in, a dataset, a history, a
    # published report, or a closure by hand.
    keyed = re.compile(
        r"/subscriptions|/datasets/|/statistics/|/reports/|/works/\{work\}/|/closures/"
        r"|/api/v1/(records|accounts?(/|$))"
    )
    for path in paths:
        if not keyed.search(path) and path != "/api/v1/openapi.json":
            for address in asked.get(path, [path]):
                yield path, url + address
