"""What a stage of the stream is: tables of rows, and a pure step from a message to its effects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Protocol

from streams.contract.enums import RuleName
from streams.contract.records import LinkEvents, Message, Origin
from streams.domain.alerts import Alert, Condition, Move, Patience, episode_id, look, told

Rows = dict[str, Any]
State = dict[str, Rows]
"""The rows a stage knows of one partition: table name -> row id -> immutable row."""


@dataclass(frozen=True, slots=True)
class StageTable:
    """A table of a stage, kept in the Redis hash `bomnae:{name}:{partition}`.

    Global tables, of the whole city, are in `bomnae:{name}`.
    """

    name: str
    row_type: Any
    is_global: bool = False


class Episodes(NamedTuple):
    """A stage's table of episodes, "rule subject" -> Episode, and its rows."""

    table: str
    rows: Rows


class HistoryRow(NamedTuple):
    """What was known of a subject ("link:ID", "work:ID" ...) from an event time on."""

    subject: str
    known_ms: int
    row: Any


@dataclass(slots=True)
class Effects:
    """What a message does: rows to set (None deletes), records for the next stage, counts."""

    changes: dict[str, Rows] = field(default_factory=dict)
    derived: dict[int, LinkEvents] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)  # "topic code" or "feed code"
    remembered: list[HistoryRow] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)

    def put(self, table: str, row_id: str, row: Any) -> None:
        self.changes.setdefault(table, {})[row_id] = row

    def count(self, name: str, by: int = 1) -> None:
        self.counts[name] = self.counts.get(name, 0) + by

    def remember(self, subject: str, known_ms: int, row: Any) -> None:
        """Keep for the history that `row` (None: gone) is known of a subject since `known_ms`."""
        self.remembered.append(HistoryRow(subject, known_ms, row))

    def watch(
        self,
        episodes: "Episodes",
        rule: RuleName,
        subject: str,
        *,
        sight: Condition | None,
        now_ms: int,
        patience: Patience,
    ) -> None:
        """Look at one rule and subject: keep what becomes of its episode, tell what is to be."""
        row_id = f"{rule} {subject}"
        table, rows = episodes
        changed = self.changes.get(table, {})
        known = changed[row_id] if row_id in changed else rows.get(row_id)
        move = _named(look(known, sight, now_ms, patience), rule, subject)
        if move.episode != known:
            self.put(table, row_id, move.episode)
        if move.word is not None:
            self.alerts.append(told(rule, subject, known, move, now_ms))


def _named(move: Move, rule: RuleName, subject: str) -> Move:
    """The move with the id of its episode."""
    episode = move.episode
    if episode is None or episode.id:
        return move
    name = episode_id(rule, subject, episode.since_ms)
    return move._replace(episode=replace(episode, id=name))


class Stage(Protocol):
    """A stage: `step` reads the state of one partition and changes nothing itself."""

    @property
    def tables(self) -> Sequence[StageTable]: ...

    @property
    def takes(self) -> tuple[type[Message], ...]:
        """The kinds of message its topic carries; any other is refused."""
        ...

    def step(self, state: Mapping[str, Rows], message: Message, origin: Origin) -> Effects: ...


def empty_state(stage: Stage) -> State:
    return {table.name: {} for table in stage.tables}


def apply(state: State, changes: Mapping[str, Rows]) -> None:
    """Write changes into a state, in place; a row of None goes away."""
    for table, rows in changes.items():
        kept = state[table]
        for row_id, row in rows.items():
            if row is None:
                kept.pop(row_id, None)
            else:
                kept[row_id] = row


@dataclass(slots=True)
class Sum:
    """The effects of a run of messages as one: rows as they stand at its end, all the rest."""

    changes: dict[str, Rows] = field(default_factory=dict)
    derived: dict[int, list[LinkEvents]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    remembered: list[HistoryRow] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)

    def add(self, effects: Effects) -> None:
        """Add the next message's effects."""
        for table, rows in effects.changes.items():
            self.changes.setdefault(table, {}).update(rows)
        for partition, part in effects.derived.items():
            self.derived.setdefault(partition, []).append(part)
        for total, counts in ((self.counts, effects.counts), (self.refused, effects.refused)):
            for name, by in counts.items():
                total[name] = total.get(name, 0) + by
        self.remembered += effects.remembered
        self.alerts += effects.alerts
