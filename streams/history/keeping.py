"""The fold of the history in a file, so that it goes on where it was; beside the rows, not of them.

The file is written whole or not at all, and says its own SHA-256. One that cannot be read, or is of
another network, rules or log, is none: the fold then begins elsewhere, and gives the same rows.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from streams.contract.whole_files import write_whole
from streams.domain.links.columns import ROW, STOOD, LinkColumns
from streams.domain.stage import Stage, StageTable, State
from streams.history.fold import HistoryFold, PlaceState, name_of
from streams.history.health import FILE
from streams.history.roads import LinkMemory
from streams.history.rows import InForce, RowMemory
from streams.history.situations import KeptSituations, Situations
from streams.kafka.cluster import Place

VERSION = 1
MAGIC = b"bomnae history state 1\n"
_SUM = 32


class KeptStateError(Exception):
    """What was kept cannot be gone on from; it says why."""


class AnotherLogError(KeptStateError):
    """What was kept is of another log, whose offsets say nothing of this one."""


class KeptColumns(msgspec.Struct):
    """Columns of links, as their arrays' bytes; `form` is how these lie."""

    ids: list[str]
    subjects: dict[int, tuple[str, ...]]
    rows: bytes
    stood: bytes
    form: str


class KeptPlace(msgspec.Struct):
    """A place: its stage's tables as JSON, and what the history remembers besides."""

    tables: dict[str, bytes]
    columns: dict[str, KeptColumns]
    clock_ms: int
    in_force: dict[str, dict[str, InForce]]
    feeds: dict[str, str]
    codes: bytes
    passages: bytes
    waiting: dict[str, int]


class KeptState(msgspec.Struct):
    """The whole fold, and what it is a function of besides the log."""

    version: int
    folded_by: dict[str, str]
    topic_ids: dict[str, str]
    positions: dict[str, int]
    places: dict[str, KeptPlace]
    situations: KeptSituations


_STATE = msgspec.msgpack.Decoder(KeptState)
_FORM = f"{ROW!r}{STOOD!r}"


def keep(
    folder: Path, fold: HistoryFold, folded_by: Mapping[str, str], topic_ids: Mapping[str, str]
) -> None:
    """Write the fold as it stands; raises OSError."""
    places = {name_of(place): _kept_place(fold, place) for place in fold.states}
    state = KeptState(
        VERSION,
        dict(folded_by),
        dict(topic_ids),
        {name_of(place): at for place, at in fold.positions.items()},
        places,
        fold.situations.state,
    )
    put_kept(folder, state)


def put_kept(folder: Path, state: KeptState) -> None:
    """Write what is kept; raises OSError."""
    plain = msgspec.msgpack.encode(state)
    body = len(plain).to_bytes(8, "big") + pa.compress(plain, codec="zstd", asbytes=True)
    raw = MAGIC + hashlib.sha256(body).digest() + body
    write_whole(folder / FILE, raw, mode=0o640)


def kept_in(folder: Path) -> KeptState | None:
    """What is kept in a folder; None where nothing is."""
    try:
        raw = (folder / FILE).read_bytes()
    except FileNotFoundError:
        return None
    body = raw[len(MAGIC) + _SUM :]
    told = raw[len(MAGIC) : len(MAGIC) + _SUM]
    if not raw.startswith(MAGIC) or hashlib.sha256(body).digest() != told:
        raise KeptStateError("it is damaged")
    try:
        plain = pa.decompress(body[8:], int.from_bytes(body[:8], "big"), "zstd", asbytes=True)
        return _STATE.decode(plain)
    except (msgspec.MsgspecError, pa.ArrowException, ValueError) as error:
        raise KeptStateError(f"{type(error).__name__}: {error}") from None


def begin_from(fold: HistoryFold, kept: KeptState) -> None:
    """Have the fold go on from what was kept; KeptStateError where it cannot be read."""
    try:
        for place in fold.states:
            fold.states[place] = _place(fold.stages[place[0]], kept.places[name_of(place)])
        fold.positions = {_place_of(name): at for name, at in kept.positions.items()}
    except (KeyError, ValueError, msgspec.MsgspecError) as error:
        raise KeptStateError(f"{type(error).__name__}: {error}") from None
    fold.situations = Situations(fold.network, map(name_of, fold.states), kept.situations)


def _place_of(name: str) -> Place:
    topic, _, partition = name.rpartition("/")
    return topic, int(partition)


def _kept_place(fold: HistoryFold, place: Place) -> KeptPlace:
    known = fold.states[place]
    rows = {name: table for name, table in known.state.items() if isinstance(table, dict)}
    columns = {name: _columns(x) for name, x in known.state.items() if isinstance(x, LinkColumns)}
    return KeptPlace(
        {name: msgspec.json.encode(table) for name, table in rows.items()},
        columns,
        known.clock_ms,
        known.rows.in_force,
        known.rows.feeds,
        known.links.codes.tobytes(),
        known.links.passages.tobytes(),
        known.links.waiting,
    )


def _columns(columns: LinkColumns) -> KeptColumns:
    return KeptColumns(
        columns.ids, columns.subjects, columns.rows.tobytes(), columns.stood.tobytes(), _FORM
    )


def _place(stage: Stage, kept: KeptPlace) -> PlaceState:
    state: State = {table.name: _table(table, kept) for table in stage.tables}
    memory = LinkMemory(_numbers(kept.codes), _numbers(kept.passages))
    memory.begin(kept.waiting)
    return PlaceState(state, RowMemory(kept.in_force, kept.feeds), memory, kept.clock_ms)


def _table(table: StageTable[Any], kept: KeptPlace) -> Any:
    if table.columns is not LinkColumns:
        rows = msgspec.json.Decoder(dict[str, table.row_type])  # type: ignore[name-defined]
        return rows.decode(kept.tables[table.name])
    found = kept.columns[table.name]
    if found.form != _FORM:
        raise KeptStateError("its columns lie otherwise")
    rows_of = np.frombuffer(found.rows, ROW).copy()
    stood = np.frombuffer(found.stood, STOOD).copy()
    return LinkColumns(found.ids, rows_of, found.subjects, stood)


def _numbers(raw: bytes) -> Any:
    return np.frombuffer(raw, np.int64).copy()
