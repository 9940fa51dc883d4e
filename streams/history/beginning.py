"""Where a fold of the history begins: where it was kept, the log's beginning, or a snapshot."""

import asyncio
import logging
from collections.abc import Mapping
from pathlib import Path

import msgspec

from streams.contract.errors import BomnaeError, SnapshotError
from streams.contract.settings import Settings
from streams.contract.times import now_ms
from streams.domain.alerts import Alert, Episode
from streams.domain.stages.roadstate import CLOCK
from streams.history.fold import HistoryFold, PlaceState, name_of
from streams.history.health import FILE
from streams.history.keeping import (
    AnotherLogError,
    KeptState,
    KeptStateError,
    begin_from,
    kept_in,
)
from streams.history.rows import known_of
from streams.history.shelf import Shelf
from streams.history.situations import KeptSituations, Situations, told_of
from streams.kafka.cluster import LogReader, Place, facts_of_topics
from streams.snapshot.file import checked
from streams.snapshot.held import HeldState, check_fits, held, shifts_for
from streams.snapshot.keys import keys_to_check
from streams.snapshot.shelf import made_until, snapshots_in
from streams.state.keys import OUTBOX
from streams.state.kinds import EPISODES
from streams.state.tables import read
from streams.topology.stages import folded_by

log = logging.getLogger(__name__)
_ALERT = msgspec.json.Decoder(Alert)


class Log:
    """What is known of the log: how far it reaches, and which it is."""

    def __init__(
        self,
        starts: Mapping[Place, int],
        ends: Mapping[Place, int],
        topic_ids: Mapping[str, str],
    ) -> None:
        self.starts, self.ends, self.topic_ids = starts, ends, topic_ids

    @property
    def is_whole(self) -> bool:
        """Whether it reaches back to its beginning."""
        return not any(self.starts.values())

    def is_same(self, topic_ids: Mapping[str, str]) -> bool:
        """Whether these are the ids of its topics, as far as both are known."""
        return all(not x or self.topic_ids.get(name) in ("", x) for name, x in topic_ids.items())


async def log_of(settings: Settings, reader: LogReader, fold: HistoryFold) -> Log:
    """The log as it stands."""
    facts = await facts_of_topics(settings)
    ids = {topic: facts[topic].topic_id for topic, _ in fold.places if topic in facts}
    places = fold.places
    return Log(await reader.starts(places), await reader.ends(places), ids)


def go_on(fold: HistoryFold, shelf: Shelf, of: Log, settings: Settings) -> bool:
    """Have the fold go on from where it was kept; whether it could. What was kept and is of no use
    is set aside, and named; of another log so is what the days have of places that lie beyond its
    end: as of these, the shelf would take no row.
    """
    folder = shelf.folder
    try:
        kept = kept_in(folder)
        if kept is None:
            return False
        _check(kept, of, folded_by(settings, fold.network))
        begin_from(fold, kept)
    except KeptStateError as error:
        log.warning("history begins elsewhere", extra={"reason": f"{FILE}: {error}"})
        if isinstance(error, AnotherLogError):
            shelf.uncover({name_of(place): end for place, end in of.ends.items()})
        (folder / FILE).rename(folder / f"{FILE}.unused")
        return False
    return True


def _check(kept: KeptState, of: Log, by: Mapping[str, str]) -> None:
    if not of.is_same(kept.topic_ids):  # first: no other reason takes back what days have of it
        raise AnotherLogError("it is of another log")
    if others := sorted(x for x in by if kept.folded_by.get(x) != by[x]):
        raise KeptStateError(f"{', '.join(others)}: another now")
    gone = [x for x, start in of.starts.items() if kept.positions.get(name_of(x), 0) < start]
    if gone:
        raise KeptStateError(f"the log has lost what is next of {', '.join(map(name_of, gone))}")


async def begin_anew(
    fold: HistoryFold, of: Log, settings: Settings, before_ms: int | None = None
) -> str:
    """Have the fold begin at the log's beginning, else at a snapshot (of before a time: the newest
    such), else at what the log still has; says which.
    """
    if of.is_whole:
        fold.positions = dict.fromkeys(fold.places, 0)
        return "log"
    try:
        until_ms = now_ms() if before_ms is None else before_ms
        state = await asyncio.to_thread(_snapshot, fold, of, settings, until_ms)
        lay(fold, state, of.starts)
    except BomnaeError as error:
        fold.positions = dict(of.starts)
        log.warning("history begins in the midst of the log", extra={"reason": str(error)})
        return "midst"
    return "snapshot"


def _snapshot(fold: HistoryFold, of: Log, settings: Settings, until_ms: int) -> HeldState:
    """The state of the newest snapshot that is whole, ours, and goes on in the log."""
    if not settings.snapshots:
        raise SnapshotError("the log no longer reaches back, and BOMNAE_SNAPSHOTS is not set")
    keys = keys_to_check(settings, None)
    faults = ["the log no longer reaches back, and no snapshot does"]
    for path in reversed(made_until(snapshots_in(Path(settings.snapshots)), until_ms)):
        try:
            file = checked(path, keys)
            check_fits(file.head, settings, fold.network.version)
            state = held(file, shifts_for(file.head, {}, of.topic_ids))
        except BomnaeError as error:
            faults.append(str(error))
            continue
        if all(state.taken.get(x, 0) >= of.starts[x] for x in fold.states):
            return state
        faults.append(f"{path.name}: the log has lost what comes after it")
    raise SnapshotError("; ".join(faults))


def lay(fold: HistoryFold, state: HeldState, starts: Mapping[Place, int]) -> None:
    """Put a snapshot's state into a fold that has taken nothing yet."""
    kept = KeptSituations()
    for place in fold.states:
        tables = fold.stages[place[0]].tables
        rows = {x.name: read(x, state.rows(place[1], x.name)) for x in tables}
        clock_ms = rows[CLOCK.name].get(str(place[1]), 0) if CLOCK.name in rows else 0
        fold.states[place] = PlaceState(rows, known_of(rows), clock_ms=clock_ms)
        kept.told |= told_of(rows)
        for table in EPISODES:
            found: dict[str, Episode] = rows.get(table.name, {})
            kept.episodes |= found
    for partition in range(state.head.partitions):
        for _, fields in state.entries(partition, OUTBOX):
            alert = _ALERT.decode(fields[b"a"])
            if alert.word == "end":
                kept.over[alert.episode] = alert
    fold.positions = {x: max(state.taken.get(x, 0), starts.get(x, 0)) for x in fold.places}
    fold.situations = Situations(fold.network, map(name_of, fold.states), kept)
    fold.situations.settle()
