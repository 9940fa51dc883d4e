"""The kinds of things on the map, one row each: what Redis, deltas, pictures and API follow; and
how rows and deltas of Redis become the domain's own types.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Generic, Never, TypeVar

import msgspec

from streams.contract.records import Acknowledgement
from streams.domain.alerts import Episode
from streams.domain.clashes.clash import Clash
from streams.domain.links.columns import LINKS as LINK_TABLE
from streams.domain.links.fold import LinkView
from streams.domain.observed.detours import BusDetour
from streams.domain.observed.rows import Discrepancy, ObservedView
from streams.domain.observed.tables import DETOURS, DISCREPANCIES, OBSERVED
from streams.domain.situations.acts import ActLog
from streams.domain.stage import StageTable
from streams.domain.stages import calls as calls_stage
from streams.domain.stages import closures as closures_stage
from streams.domain.stages import feeds as feeds_stage
from streams.domain.stages import incidents as incidents_stage
from streams.domain.stages import roadstate
from streams.domain.stages import works as works_stage
from streams.domain.stages.acknowledgements import ACKNOWLEDGEMENTS
from streams.domain.stages.calls import CALLS, REPORTS, CallReport, CallRow
from streams.domain.stages.closures import CLOSURES, ClosureRow
from streams.domain.stages.feeds import FEEDS, FeedState
from streams.domain.stages.incidents import INCIDENTS, RunningIncident
from streams.domain.stages.passages import BUSES, BusView
from streams.domain.stages.situations import SITUATION_ACTS
from streams.domain.works.rows import Work
from streams.domain.works.step import WORKS
from streams.state.keys import key
from streams.state.side_by_side import Places
from streams.state.tables import STOOD_FIELD, PackedViews, is_page, unpack, views_of

LinkKey = TypeVar("LinkKey")
Gone = TypeVar("Gone")
BEGINNING = "0-0"


EPISODES = [
    stage.EPISODES
    for stage in (works_stage, incidents_stage, calls_stage, closures_stage, feeds_stage, roadstate)
]


def kind(letter: str, *tables: StageTable[Any], subject: str = "") -> Any:
    """A field of `CityRows`: the rows of these tables of the stages.

    `letter` stands for it in every delta: Redis' and the browser's. Its history is in the subjects
    "`subject`:ID"; "" keeps none.
    """
    made = {"letter": letter, "stage_tables": tables, "subject": subject}
    return field(default_factory=dict, metadata=made)


@dataclass(frozen=True, slots=True)
class CityRows(Generic[LinkKey, Gone]):
    """All rows of a city, or those that changed; `Gone` is None where a row may go, else Never.

    `delta_id` is the delta they stand at, `at_ms` when it was made. Links are by id or by index.
    """

    delta_id: str = BEGINNING
    at_ms: int = 0
    links: Mapping[LinkKey, LinkView | Gone] = kind("l", LINK_TABLE, subject="link")
    observed: Mapping[LinkKey, ObservedView | Gone] = kind("v", OBSERVED)
    buses: Mapping[str, BusView | Gone] = kind("b", BUSES)
    works: Mapping[str, Work | Gone] = kind("w", WORKS, subject="work")
    incidents: Mapping[str, RunningIncident | Gone] = kind("n", INCIDENTS, subject="incident")
    hand_closures: Mapping[str, ClosureRow | Gone] = kind("z", CLOSURES, subject="closure")
    calls: Mapping[str, CallRow | Gone] = kind("p", CALLS)
    reports: Mapping[str, CallReport | Gone] = kind("u", REPORTS)
    clashes: Mapping[str, Clash | Gone] = kind("o", works_stage.CLASHES)
    discrepancies: Mapping[str, Discrepancy | Gone] = kind(
        "d", DISCREPANCIES, subject="discrepancy"
    )
    detours: Mapping[str, BusDetour | Gone] = kind("g", DETOURS)
    alerts: Mapping[str, Episode | Gone] = kind("a", *EPISODES)  # by "rule subject"
    acknowledgements: Mapping[str, Acknowledgement | Gone] = kind("y", ACKNOWLEDGEMENTS)
    situation_acts: Mapping[str, ActLog | Gone] = kind("i", SITUATION_ACTS)
    feeds: Mapping[str, FeedState | Gone] = kind("f", FEEDS, subject="feed")
    clocks: Mapping[str, int | Gone] = kind("k", roadstate.CLOCK)


@dataclass(frozen=True, slots=True)
class CityKind:
    """What the table above says of one kind."""

    name: str
    letter: str
    stage_tables: tuple[StageTable[Any], ...]
    subject: str

    @property
    def row_type(self) -> Any:
        return self.stage_tables[0].row_type

    def hashes(self, partitions: int) -> list[str]:
        """The Redis hashes that hold its rows."""
        return [hash_of(table, at) for table in self.stage_tables for at in range(partitions)]


def hash_of(table: StageTable[Any], partition: int) -> str:
    """The Redis hash that holds a table's rows of one partition."""
    return key(table.name, partition)


KINDS = tuple(CityKind(row.name, **row.metadata) for row in fields(CityRows) if row.metadata)
LETTERS = {table.name: row.letter for row in KINDS for table in row.stage_tables}
HistoryValue = LinkView | Work | RunningIncident | ClosureRow | FeedState | Discrepancy
"""What the history keeps of a subject."""


log = logging.getLogger(__name__)

Remembered = tuple[int, HistoryValue | None]
"""An entry of the history: since when it is known, and the row, None: it was gone."""
T = TypeVar("T", bound=str | bytes)
"""Rows by name, and the names of those that were left out."""
LINKS = "links"
"""The one kind whose rows travel packed."""
_ROWS = {kind.name: msgspec.json.Decoder(kind.row_type | None).decode for kind in KINDS}
_HELD_ROWS = {kind.name: msgspec.json.Decoder(kind.row_type).decode for kind in KINDS}
_HISTORY = {kind.subject: _ROWS[kind.name] for kind in KINDS if kind.subject}


@dataclass(frozen=True, slots=True)
class StoredPicture(CityRows[str, Never]):
    """All rows now, and the delta they stand at: the newest of those at `places`."""

    places: Places = ()


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


def _rows_type(kind: CityKind) -> Any:
    if kind.name == LINKS:
        return msgspec.Raw
    return dict[str, kind.row_type | None]  # type: ignore[name-defined]


_DELTA = delta_decoder(_rows_type)
_PACKED = msgspec.json.Decoder(PackedViews)
_VIEWS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_RAW_DELTA = delta_decoder(lambda x: msgspec.Raw if x.name == LINKS else dict[str, msgspec.Raw])


def read_delta(delta_id: str, value: bytes) -> StoredDelta:
    """A delta; without the rows that cannot be read where there are such."""
    try:
        read = _DELTA.decode(value)
    except msgspec.ValidationError:
        raw = _RAW_DELTA.decode(value)
        kept: dict[str, Any] = {}
        kept[LINKS] = _views(raw.links)
        for kind in KINDS:
            if kind.name == LINKS:
                continue
            raw_rows = getattr(raw, kind.name).items()
            kept[kind.name] = readable(kind.name, _ROWS[kind.name], raw_rows)
        return StoredDelta(delta_id, raw.at, **kept)
    rows = {kind.name: getattr(read, kind.name) for kind in KINDS}
    return StoredDelta(delta_id, read.at, **{**rows, LINKS: _views(read.links)})


def _views(raw: Any) -> dict[str, LinkView | None]:
    """The views of a delta, packed or a row each; without those that cannot be read."""
    if not raw:
        return {}
    try:
        packed = _PACKED.decode(raw)
        if packed.ids:
            return {**unpack(packed)}
    except msgspec.MsgspecError as error:
        log.warning("rows left out", extra={"kind": LINKS, "error": type(error).__name__})
        return {}
    return readable(LINKS, _ROWS[LINKS], _VIEWS.decode(raw).items())


def remembered(subject: str, entries: Iterable[tuple[bytes, bytes]]) -> list[Remembered]:
    """Entries (id, row) of a subject's history; without those that cannot be read."""
    decode = _HISTORY.get(subject.partition(":")[0])
    if not decode:
        return []
    rows = readable(subject, decode, entries)
    return [(int(entry_id.partition(b"-")[0]), row) for entry_id, row in rows.items()]


def readable(
    kind: str, decode: Callable[[bytes], Any], rows: Iterable[tuple[T, bytes]]
) -> dict[T, Any]:
    """The rows decoded. One that another version wrote and ours cannot read is left out: it must
    not take the rest with it. The log says once how many of this kind were, and which was first.
    """
    found: dict[T, Any] = {}
    errors: dict[T, str] = {}
    for name, value in rows:
        try:
            found[name] = decode(value)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            errors[name] = type(error).__name__
    if errors:
        first, error_class = next(iter(errors.items()))
        text = first if isinstance(first, str) else first.decode(errors="replace")
        facts = {"kind": kind, "count": len(errors), "first": text, "error": error_class}
        log.warning("rows left out", extra=facts)
    return found


def rows_of(kind: CityKind, rows: Mapping[bytes, bytes]) -> dict[str, Any]:
    """The rows of a kind's hash by id; there is none that is nothing."""
    if kind.name == LINKS:
        return dict(_views_of(rows))
    named = ((name.decode(), row) for name, row in rows.items())
    return readable(kind.name, _HELD_ROWS[kind.name], named)


def _views_of(rows: Mapping[bytes, bytes]) -> dict[str, LinkView]:
    """The views of links in pages; beside them there may be rows of before."""
    pages: dict[str, bytes] = {}
    others: dict[str, bytes] = {}
    for name, row in rows.items():
        if name != STOOD_FIELD:
            kept = pages if is_page(name, row) else others
            kept[name.decode(errors="replace")] = row
    found = readable(LINKS, _HELD_ROWS[LINKS], others.items())
    parts = readable(f"{LINKS} pages", views_of, pages.items())
    return found | {link_id: view for part in parts.values() for link_id, view in part.items()}
