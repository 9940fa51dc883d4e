"""Rows as the domain has them, of the JSON that a test writes."""

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from streams.state.decoding import StoredDelta, read_delta
from streams.state.kinds import KINDS

R = TypeVar("R")
_LETTERS = {kind.name: kind.letter for kind in KINDS}


def typed(kind: type[R], rows: Mapping[str, Mapping[str, Any]]) -> dict[str, R]:
    """Rows by id; what a row does not say has its default."""
    return {name: msgspec.convert(row, kind) for name, row in rows.items()}


def delta(delta_id: str, at: int = 0, **rows: Any) -> StoredDelta:
    """A delta of rows by kind, as it is read from Redis."""
    letters = {_LETTERS[kind]: changed for kind, changed in rows.items()}
    return read_delta(delta_id, msgspec.json.encode({"at": at, **letters}))
