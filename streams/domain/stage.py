"""What a stage of the stream is: tables of rows, and a pure step from a message to its effects."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from streams.contract.derived import LinkEvents, Origin
from streams.contract.records import Message
from streams.domain.alerts import Alert, is_about

T = TypeVar("T")
State = dict[str, Any]
"""The rows a stage knows of one partition: table name -> row id -> immutable row (or `Columns`)."""


class Columns(ABC):
    """The rows of a table whose stage keeps them in columns: a mapping by row id as well."""

    __slots__ = ()

    @abstractmethod
    def write(self, patch: Any) -> None:
        """Take in, in place, what the stage's step gave as the table's changes."""


@dataclass(frozen=True, slots=True)
class StageTable(Generic[T]):
    """A table of a stage, kept in a Redis hash a partition. `columns`: what holds its rows, None
    for a row each.
    """

    name: str
    row_type: type[T]
    columns: type[Columns] | None = None

    def empty(self) -> Any:
        """What holds no row."""
        return {} if self.columns is None else self.columns()


class HistoryRow(NamedTuple):
    """What was known of a subject ("work:ID", "links/3" ...) from an event time on; a row of bytes
    is packed, and kept as it is.
    """

    subject: str
    known_ms: int
    row: Any


@dataclass(slots=True)
class Effects:
    """What a message does: rows to set (None deletes), records for the next stage, counts."""

    changes: dict[str, Any] = field(default_factory=dict)  # by table: rows by id, or a patch
    derived: dict[int, list[LinkEvents]] = field(default_factory=dict)  # a partition's in order
    counts: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)  # "topic code" or "feed code"
    remembered: list[HistoryRow] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)  # subjects whose past and alerts go

    def derive(self, partition: int, part: LinkEvents) -> None:
        """Send a part on to a partition, after what goes there already."""
        self.derived.setdefault(partition, []).append(part)

    def count(self, name: str, by: int = 1) -> None:
        self.counts[name] = self.counts.get(name, 0) + by

    def remember(self, subject: str, known_ms: int, row: Any) -> None:
        """Keep for the history that `row` (None: gone) is known of a subject since `known_ms`."""
        self.remembered.append(HistoryRow(subject, known_ms, row))


class Rows(Generic[T]):
    """A table in the midst of a message: the stored rows, and the message's changes over them."""

    __slots__ = ("_changes", "_name", "stored")

    def __init__(self, table: StageTable[T], state: Mapping[str, Any], effects: Effects) -> None:
        self.stored: Mapping[str, T] = state[table.name]
        self._name, self._changes = table.name, effects.changes

    @property
    def changed(self) -> Mapping[str, T | None]:
        """The rows that the message has changed so far; None: deleted."""
        rows: Mapping[str, T | None] = self._changes.get(self._name, {})
        return rows

    def get(self, row_id: str) -> T | None:
        changed: Mapping[str, T | None] | None = self._changes.get(self._name)
        if changed is not None and row_id in changed:
            return changed[row_id]
        return self.stored.get(row_id)

    def put(self, row_id: str, row: T | None) -> None:
        """Set a row; None deletes it."""
        self._changes.setdefault(self._name, {})[row_id] = row

    def all(self) -> Mapping[str, T]:
        """Every row as it stands now; later changes do not show in it."""
        if not self.changed:
            return self.stored
        rows = dict(self.stored)
        write(rows, self.changed)
        return rows


class Stage(Protocol):
    """A stage: `step` reads the state of one partition and changes nothing itself."""

    @property
    def tables(self) -> Sequence[StageTable[Any]]: ...

    @property
    def takes(self) -> tuple[type[Message], ...]:
        """The kinds of message its topic carries; any other is refused."""
        ...

    def step(self, state: State, message: Message, origin: Origin) -> Effects: ...


class Taken(NamedTuple):
    """A message, and where it stands in the log."""

    message: Message
    origin: Origin


class RunStage(Stage, Protocol):
    """A stage that steps through a run at once: messages of one partition, in their order.

    How a log is cut into runs leaves no trace in rows, counts, alerts or history.
    """

    def step_run(self, state: State, run: Sequence[Taken]) -> Effects: ...


def empty_state(stage: Stage) -> State:
    return {table.name: table.empty() for table in stage.tables}


def apply(state: State, changes: Mapping[str, Any]) -> None:
    """Write changes into a state, in place."""
    for table, rows in changes.items():
        if isinstance(known := state[table], Columns):
            known.write(rows)
        else:
            write(known, rows)


def write(rows: dict[str, T], changed: Mapping[str, T | None]) -> None:
    """Write changed rows over others, in place; a row of None goes away."""
    for row_id, row in changed.items():
        if row is None:
            rows.pop(row_id, None)
        else:
            rows[row_id] = row


@dataclass(slots=True)
class Sum:
    """The effects of a run of messages as one: rows as they stand at its end, all the rest."""

    changes: dict[str, Any] = field(default_factory=dict)
    derived: dict[int, list[LinkEvents]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    remembered: list[HistoryRow] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)

    def add(self, effects: Effects) -> None:
        """Add the next message's effects."""
        for subject in effects.forgotten:
            self._forget(subject)
        for table, rows in effects.changes.items():
            if isinstance(rows, dict):
                self.changes.setdefault(table, {}).update(rows)
            else:
                self.changes[table] = rows.after(self.changes.get(table))
        for partition, parts in effects.derived.items():
            self.derived.setdefault(partition, []).extend(parts)
        for total, counts in ((self.counts, effects.counts), (self.refused, effects.refused)):
            for name, by in counts.items():
                total[name] = total.get(name, 0) + by
        self.remembered += effects.remembered
        self.alerts += effects.alerts

    def _forget(self, subject: str) -> None:
        """Leave out what messages before it told of a subject."""
        self.forgotten.append(subject)
        self.remembered = [row for row in self.remembered if row.subject != subject]
        self.alerts = without(self.alerts, subject)


def without(alerts: Iterable[Alert], subject: str) -> list[Alert]:
    """The alerts that do not tell of a subject."""
    return [x for x in alerts if not is_about(x.rule, x.subject, x.facts, subject)]
