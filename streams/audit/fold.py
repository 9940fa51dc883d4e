"""The oracle: the log folded again, in order and in plain Python, and held against the live state.

The same pure stages run without Kafka, Faust, Redis and gate: what differs from the live state was
lost, doubled or spoilt on the way. Messages of one partition must come in order; how partitions
interleave leaves no trace. Pure.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, TypeVar

import msgspec

from streams.audit.rows import TOLD
from streams.contract import topics, wire
from streams.contract.derived import LinkBatch, LinkEvents, Origin
from streams.contract.errors import LogError, RecordRefusedError
from streams.contract.records import Message, Tick
from streams.domain.alerts import Alert
from streams.domain.links.columns import LINKS, LinkColumns
from streams.domain.links.table import FOLDS
from streams.domain.stage import Effects, Stage, StageTable, State, apply, empty_state, without
from streams.domain.stages.roadstate import SOURCES
from streams.state.keys import OUTBOX, parts_of
from streams.state.kinds import hash_of
from streams.state.tables import read

MAX_SHOWN = 50
T = TypeVar("T")

Tables = dict[str, dict[str, Any]]
"""Redis hash -> row id -> row as plain JSON; what is of all partitions together by its name."""


class Difference(NamedTuple):
    """One field that is not as the log has it; a missing row or field is None."""

    table: str
    row_id: str
    field: str
    live: Any
    oracle: Any

    def __str__(self) -> str:
        where = " ".join(part for part in (self.table, self.row_id, self.field) if part)
        return f"{where}: live {_brief(self.live)}, oracle {_brief(self.oracle)}"


class Fold:
    """The states of all stages after the messages taken so far."""

    def __init__(
        self,
        stages: Mapping[topics.Topic, Stage],
        on_effects: Callable[[Effects], None] | None = None,
    ) -> None:
        """`on_effects` gets the effects of each message of an input, what was refused too."""
        self._on_effects = on_effects or (lambda _: None)
        self._stages = {topic.name: stage for topic, stage in stages.items()}
        self._states: dict[tuple[str, int], State] = {}
        self._alerts: dict[str, Alert] = {}
        self.taken: dict[tuple[str, int], int] = {}  # messages taken, which is the next offset
        self.ticks_ms: dict[tuple[str, int], int] = {}  # the last tick of each input partition

    def begin(self, place: tuple[str, int], state: State, taken: int) -> None:
        """Go on from a partition's state, at the message of this offset."""
        self._states[place] = state
        self.taken[place] = taken

    @property
    def alerts(self) -> Mapping[str, Alert]:
        """Every alert that was told, by id."""
        return self._alerts

    def begin_alerts(self, alerts: Mapping[str, Alert]) -> None:
        """Have these alerts, by id, before any message."""
        self._alerts = {**alerts, **self._alerts}

    def take_derived(self, partition: int, offset: int, payload: bytes | None) -> None:
        """Fold a message of link-events that the inputs derived before this fold began. What it
        derives itself is folded at once, without that log.
        """
        place = (topics.LINK_EVENTS.name, partition)
        try:
            message = wire.read(payload, self._stages[place[0]].takes, place[0])
        except RecordRefusedError:
            return
        self._step(place, message, offset)

    def take(
        self,
        topic: str,
        partition: int,
        offset: int,
        payload: bytes | None,
        appended_ms: int | None = None,
    ) -> None:
        """Fold one message of an input topic; LogError when one before it is missing."""
        place = (topic, partition)
        if offset != self.taken.get(place, 0):
            raise LogError(
                f"{topic}/{partition} goes on at offset {offset}, "
                f"the next one is {self.taken.get(place, 0)}"
            )
        self.taken[place] = offset + 1
        try:
            message = wire.read(payload, self._stages[topic].takes, topic, appended_ms)
        except RecordRefusedError as refusal:  # a dead letter is no state
            self._on_effects(Effects(refused={f"{topic} {refusal.code}": 1}))
            return
        if isinstance(message, Tick):
            self.ticks_ms[place] = message.tick_ms
        for target, parts in self._step(place, message, offset).items():
            self._step((topics.LINK_EVENTS.name, target), LinkBatch(tuple(parts)), offset)

    def _step(
        self, place: tuple[str, int], message: Message, offset: int
    ) -> Mapping[int, list[LinkEvents]]:
        stage = self._stages[place[0]]
        state = self._states.setdefault(place, empty_state(stage))
        effects = stage.step(state, message, Origin(*place, offset))
        apply(state, effects.changes)
        if place[0] != topics.LINK_EVENTS.name:
            self._on_effects(effects)
        for subject in effects.forgotten:
            kept = {alert.id for alert in without(self._alerts.values(), subject)}
            self._alerts = {name: x for name, x in self._alerts.items() if x.id in kept}
        self._alerts |= alerts_by_id(effects.alerts)
        return effects.derived

    def rows_of(self, table: StageTable[T]) -> dict[str, T]:
        """The rows of one table as they stand, of all partitions."""
        return {
            row_id: row
            for state in self._states.values()
            for row_id, row in state.get(table.name, {}).items()
        }

    def tables(self) -> Tables:
        """Every row as the live state would show it; hashes without a row are left out."""
        found: Tables = {OUTBOX: plain(self._alerts)} if self._alerts else {}
        for (topic, partition), state in self._states.items():
            rows_of = plain_state(state)
            for table in self._stages[topic].tables:
                if rows := rows_of.get(table.name):
                    found.setdefault(hash_of(table, partition), {}).update(plain(rows))
        return found


def fold_log(
    stages: Mapping[topics.Topic, Stage], log: Iterable[tuple[str, int, int, bytes | None]]
) -> Tables:
    """The tables after a log of (topic, partition, offset, payload) from its very beginning."""
    fold = Fold(stages)
    for record in log:
        fold.take(*record)
    return fold.tables()


def alerts_by_id(alerts: Iterable[Alert]) -> dict[str, Alert]:
    """Alerts by id; one that stands there again has "again" in its name and is a difference."""
    found: dict[str, Alert] = {}
    for alert in alerts:
        found[f"{alert.id} again" if alert.id in found else alert.id] = alert
    return found


def plain(rows: Mapping[str, Any]) -> dict[str, Any]:
    """Rows as the JSON values that Redis holds."""
    values: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(dict(rows)))
    return values


def stored(rows: Mapping[str, Mapping[bytes, bytes]]) -> Tables:
    """The hashes of the live state as tables of rows; the links' pages and what else is known of
    links together as `PlainRoads` has them.
    """
    found: Tables = {}
    for name, values in rows.items():
        kind, partition = parts_of(name)
        if kind == FOLDS.name:
            continue
        if kind != LINKS.name:
            found[name] = {
                row.decode(): msgspec.json.decode(value) for row, value in values.items()
            }
            continue
        columns = read(LINKS, values, name)
        folds = hash_of(FOLDS, int(partition))
        found[name] = plain(columns)
        found[folds] = plain(columns.folds(read(FOLDS, rows.get(folds, {}), folds)))
    return found


def plain_state(state: State) -> dict[str, dict[str, Any]]:
    """The rows of a stage's state, by table; of columns those that they stand for. What the history
    has been told is left out: of the live state it stands in the pages.
    """
    rows = {name: dict(table) for name, table in state.items() if name != TOLD.name}
    if isinstance(columns := state.get(LINKS.name), LinkColumns):
        rows[FOLDS.name] = columns.folds(state[FOLDS.name])
    return rows


def table_names(stages: Mapping[topics.Topic, Stage]) -> list[str]:
    """Every table's name."""
    return sorted({table.name for stage in stages.values() for table in stage.tables})


def unsettled(live: Tables, oracle: Tables) -> str:
    """Which input partition's last messages the roads have not folded yet, "" when none.

    The positions say how far the feeds' stages are; `sources` say how far the roads followed.
    """
    for table in sorted(live.keys() | oracle.keys()):
        if parts_of(table)[0] != SOURCES.name:
            continue
        here, there = live.get(table, {}), oracle.get(table, {})
        for name in sorted(here.keys() | there.keys()):
            at, due = (rows.get(name, [None])[0] for rows in (here, there))
            if at != due:
                return f"{table} contains {name} up to offset {at}, its position means {due}"
    return ""


def nothing_folded(positions: Mapping[tuple[str, int], int], ends: Iterable[int]) -> str:
    """Why a state without a position cannot be compared, "" for one that has any, or where the
    inputs never had a message. `ends`: the offset after the last message of each input.
    """
    if positions or not (waiting := sum(ends)):
        return ""
    return f"Redis holds no state, and the log has {waiting} messages: it is empty or half laid"


def differences(live: Tables, oracle: Tables) -> list[Difference]:
    """Every field that differs, in the order of tables and rows."""
    return [
        Difference(table, row_id, field, *values)
        for table in sorted(live.keys() | oracle.keys())
        for row_id, a, b in _pairs(live.get(table, {}), oracle.get(table, {}))
        for field, *values in _fields(a, b)
    ]


def _pairs(a: Mapping[str, Any], b: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    return ((name, a.get(name), b.get(name)) for name in sorted(a.keys() | b.keys()))


def _fields(live: Any, oracle: Any) -> Iterator[tuple[str, Any, Any]]:
    """What differs between two rows, as (field path, live, oracle); the path of a row is ""."""
    if isinstance(live, dict) and isinstance(oracle, dict):
        for name, a, b in _pairs(live, oracle):
            for rest, *values in _fields(a, b):
                yield ".".join(filter(None, (name, rest))), values[0], values[1]
    elif live != oracle:
        yield "", live, oracle


def report(found: list[Difference]) -> list[str]:
    """The lines that name the differences: at most fifty, then how many there are."""
    lines = [str(difference) for difference in found[:MAX_SHOWN]]
    return [*lines, f"{len(found)} differences"] if found else ["identical"]


def _brief(value: Any) -> str:
    text: str = "nothing" if value is None else msgspec.json.encode(value).decode()
    return text if len(text) <= 120 else f"{text[:117]}..."
