"""Rows and deltas of Redis as the domain's own types."""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Never, TypeVar

import msgspec

from streams.state.kinds import KINDS, CityKind, CityRows, HistoryValue

log = logging.getLogger(__name__)

Remembered = tuple[int, HistoryValue | None]
"""An entry of the history: since when it is known, and the row, None: it was gone."""
T = TypeVar("T", bound=str | bytes)
Readable = tuple[dict[T, Any], frozenset[T]]
"""Rows by name, and the names of those that were left out."""
_ROWS = {kind.name: msgspec.json.Decoder(kind.row_type | None) for kind in KINDS}
_HELD_ROWS = {kind.name: msgspec.json.Decoder(kind.row_type) for kind in KINDS}
_HISTORY = {kind.subject: _ROWS[kind.name] for kind in KINDS if kind.subject}


@dataclass(frozen=True, slots=True)
class StoredPicture(CityRows[str, Never]):
    """All rows now, and the delta they stand at."""


@dataclass(frozen=True, slots=True)
class StoredDelta(CityRows[str, None]):
    """The rows that one step of the gate changed."""


def delta_decoder(rows_type_of: Callable[[CityKind], Any]) -> msgspec.json.Decoder[Any]:
    """The decoder of a delta's letters into fields of the kinds' names."""
    rows: list[Any] = [
        (kind.name, rows_type_of(kind), msgspec.field(default_factory=dict)) for kind in KINDS
    ]
    letters = {kind.name: kind.letter for kind in KINDS}
    return msgspec.json.Decoder(
        msgspec.defstruct("DeltaLetters", [*rows, ("at", int, 0)], rename=letters)
    )


_DELTA = delta_decoder(lambda kind: dict[str, kind.row_type | None])  # type: ignore[name-defined]
_RAW_DELTA = delta_decoder(lambda _: dict[str, msgspec.Raw])


def read_delta(delta_id: str, value: bytes) -> StoredDelta:
    """A delta; without the rows that cannot be read where there are such."""
    try:
        read = _DELTA.decode(value)
    except msgspec.ValidationError:
        raw = _RAW_DELTA.decode(value)
        kept: dict[str, Any] = {}
        for kind in KINDS:
            raw_rows = getattr(raw, kind.name).items()
            kept[kind.name], left_out = readable(kind.name, _ROWS[kind.name], raw_rows)
            if kind.name == "works":
                kept["unread_works"] = left_out
        return StoredDelta(delta_id, raw.at, **kept)
    return StoredDelta(delta_id, read.at, **{kind.name: getattr(read, kind.name) for kind in KINDS})


def remembered(subject: str, entries: Iterable[tuple[bytes, bytes]]) -> list[Remembered]:
    """Entries (id, row) of a subject's history; without those that cannot be read."""
    decoder = _HISTORY.get(subject.partition(":")[0])
    if not decoder:
        return []
    rows, _ = readable(subject, decoder, entries)
    return [(int(entry_id.partition(b"-")[0]), row) for entry_id, row in rows.items()]


def readable(
    kind: str, decoder: msgspec.json.Decoder[Any], rows: Iterable[tuple[T, bytes]]
) -> Readable[T]:
    """The rows decoded. One that another version wrote and ours cannot read is left out: it must
    not take the rest with it. The log says once how many of this kind were, and which was first.
    """
    found: dict[T, Any] = {}
    errors: dict[T, str] = {}
    for name, value in rows:
        try:
            found[name] = decoder.decode(value)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            errors[name] = type(error).__name__
    if errors:
        first, error_class = next(iter(errors.items()))
        text = first if isinstance(first, str) else first.decode(errors="replace")
        facts = {"kind": kind, "count": len(errors), "first": text, "error": error_class}
        log.warning("rows left out", extra=facts)
    return found, frozenset(errors)


def rows_of(kind: CityKind, rows: Mapping[bytes, bytes]) -> Readable[str]:
    """The rows of a kind's hash by id; there is none that is nothing."""
    named = ((name.decode(), row) for name, row in rows.items())
    return readable(kind.name, _HELD_ROWS[kind.name], named)
