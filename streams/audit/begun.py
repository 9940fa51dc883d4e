"""The audit's fold begun from a snapshot: its states, the roads, the tally. Pure."""

from collections.abc import Mapping
from typing import Any

import msgspec

from streams.audit.fold import Fold, alerts_by_id
from streams.audit.rows import LINKS, TOLD, Told
from streams.audit.tally import RoadsLog, Tally
from streams.contract import topics
from streams.domain.alerts import Alert
from streams.domain.links.columns import LEVELS, LinkColumns
from streams.domain.links.columns import LINKS as COLUMNS
from streams.domain.links.table import FOLDS
from streams.domain.stage import Stage, State
from streams.snapshot.held import HeldState
from streams.state.keys import COUNTS, DEAD_LETTERS, OUTBOX, PAST
from streams.state.kinds import hash_of
from streams.state.tables import read

_ALERT = msgspec.json.Decoder(Alert)


def begin_with(
    held: HeldState, stages: Mapping[topics.Topic, Stage], fold: Fold, roads: RoadsLog, tally: Tally
) -> None:
    """Put a snapshot's state into a fold that has taken nothing yet."""
    wide = held.head.partitions
    for topic, stage in stages.items():
        for partition in range(topic.partitions(wide)):
            place = (topic.name, partition)
            fold.begin(place, stored_state(stage, held, partition), held.taken.get(place, 0))
            if topic is topics.LINK_EVENTS:
                state = stored_state(stage, held, partition)
                roads.begin(place, state, held.taken.get(place, 0))
    for partition in range(wide):
        for name, total in ((COUNTS, tally.counts), (DEAD_LETTERS, tally.refused)):
            counts = held.rows(partition, name).items()
            total.update({field.decode(): int(count) for field, count in counts})
        for name, entries in held.streams.get(partition, {}).items():
            if name.startswith(f"{PAST}:"):
                rows = ((entry, fields[b"v"]) for entry, fields in entries)
                tally.past.begin(name.removeprefix(f"{PAST}:"), rows)


def alerts_of(held: HeldState, kept: Mapping[str, Any], trimmed_ms: int) -> dict[str, Alert]:
    """The alerts of a snapshot by id; without those that the live state does not have (`kept`) and
    that are so old that they may be gone.
    """
    found: list[Alert] = []
    for partition in range(held.head.partitions):
        for entry, fields in held.entries(partition, OUTBOX):
            alert = _ALERT.decode(fields[b"a"])
            if alert.id in kept or int(entry.partition(b"-")[0]) >= trimmed_ms:
                found.append(alert)
    return alerts_by_id(found)


def stored_state(stage: Stage, held: HeldState, partition: int) -> State:
    """The rows of a stage's tables; of columns those that `PlainRoads` has in their place."""
    state: State = {}
    for table in stage.tables:
        if table.name not in (LINKS.name, FOLDS.name, TOLD.name):
            name = hash_of(table, partition)
            state[table.name] = dict(read(table, held.rows(partition, table.name), name))
    if any(table.name == TOLD.name for table in stage.tables):
        state |= _links(held, partition)
    return state


def _links(held: HeldState, partition: int) -> State:
    hashes = {t.name: hash_of(t, partition) for t in (COLUMNS, FOLDS)}
    columns = read(COLUMNS, held.rows(partition, COLUMNS.name), hashes[COLUMNS.name])
    rest = read(FOLDS, held.rows(partition, FOLDS.name), hashes[FOLDS.name])
    return {
        LINKS.name: dict(columns),
        FOLDS.name: columns.folds(rest),
        TOLD.name: _told(columns),
    }


def _told(columns: LinkColumns) -> dict[str, Told]:
    """What the history has been told of each link."""
    rows = zip(columns.ids, columns.rows["told"], columns.rows["is_due"], strict=True)
    return {
        link_id: Told(LEVELS[told] if told < len(LEVELS) else None, bool(is_due))
        for link_id, told, is_due in rows
    }
