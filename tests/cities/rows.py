"""Rows, deltas and bodies of the JSON that a test reads and writes."""

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from streams.state.kinds import Remembered, StoredDelta, read_delta, remembered

R = TypeVar("R")
BUS: dict[str, Any] = {
    "route_id": "R300",
    "route_no": "300",
    "lon": 127.73,
    "lat": 37.88,
    "stop_id": "",
    "observed_ms": 5,
}
INCIDENT: dict[str, Any] = {
    "incident_id": "I",
    "kind": "accident",
    "title": "사고",
    "starts_ms": 0,
    "links": ["S0>S1"],
}


def typed(kind: type[R], rows: Mapping[str, Mapping[str, Any]]) -> dict[str, R]:
    """Rows by id; what a row does not say has its default."""
    return {name: row_of(kind, row) for name, row in rows.items()}


def row_of(kind: type[R], row: Mapping[str, Any]) -> R:
    return msgspec.convert(row, kind)


def run(*deltas: Mapping[str, Any]) -> list[StoredDelta]:
    """Deltas by letter, numbered from "1-0" on, as they are read from Redis."""
    return [
        read_delta(f"{number}-0", msgspec.json.encode({"at": number, **delta}))
        for number, delta in enumerate(deltas, 1)
    ]


def remembered_row(subject: str, known_ms: int, row: object) -> list[Remembered]:
    """An entry of the history as the store reads it; none where it cannot."""
    return remembered(subject, [(b"%d-0" % known_ms, msgspec.json.encode(row))])


def json_of(body: object) -> Any:
    """A body as a client reads it."""
    return msgspec.json.decode(msgspec.json.encode(body))
