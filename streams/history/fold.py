"""The log folded for the history: the same stages as the worker's, place by place.

A place is a partition of a topic. What its messages bring hangs on that partition alone, so the
same log gives the same rows wherever a fold begins and however its reads are cut. What is of the
whole city (situations) hangs on minutes that all places have passed: their place is `CITY`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from streams.contract import topics, wire
from streams.contract.derived import Origin
from streams.contract.errors import LogError, RecordRefusedError
from streams.contract.records import Message, Receipt, Tick, Undelivered
from streams.contract.settings import Settings
from streams.contract.situation import SituationAct
from streams.domain.stage import Effects, HistoryRow, Stage, State, apply, empty_state
from streams.domain.stages.roadstate import CLOCK
from streams.geo.network import Network
from streams.history.roads import (
    LOOK,
    PASSED,
    LinkMemory,
    MinuteLook,
    Views,
    WatchedRoads,
    views_of,
)
from streams.history.rows import Row, RowMemory, rows_of, rows_of_told
from streams.history.situations import Situations
from streams.kafka.cluster import Place, Record
from streams.topology.stages import stages

CITY = "city"
FOLDED = (
    topics.PERMITS,
    topics.INCIDENTS,
    topics.CALLS,
    topics.CLOSURES,
    topics.FEED_REPORTS,
    topics.LINK_EVENTS,
)
TOLD = {
    topics.SITUATION_EVENTS.name: (SituationAct,),
    topics.RECEIPTS.name: (Receipt, Undelivered, Tick),
}
"""What is read as it stands in the log."""
TAKEN = (*FOLDED, topics.SITUATION_EVENTS, topics.RECEIPTS)
"""The topics that the archive reads."""


class LinkRows(NamedTuple):
    """Rows of `link_minutes` of one minute, in columns."""

    minute_ms: int
    links: Sequence[str]
    views: Views
    passages: Any


class Mark(NamedTuple):
    """Where a row comes from: a message's place and offset, or CITY and a minute."""

    place: str
    at: int


class Sink(Protocol):
    """What takes the rows."""

    def add(self, row: Row, mark: Mark) -> None: ...
    def add_links(self, rows: LinkRows, mark: Mark) -> None: ...


@dataclass(slots=True)
class PlaceState:
    """All that is known of a place."""

    state: State
    rows: RowMemory = field(default_factory=RowMemory)
    links: LinkMemory = field(default_factory=LinkMemory)
    clock_ms: int = 0


def places_of(wide: int) -> list[Place]:
    """Every partition that the archive reads."""
    return [(topic.name, p) for topic in TAKEN for p in range(topic.partitions(wide))]


def name_of(place: Place) -> str:
    """A place as it is written down."""
    return f"{place[0]}/{place[1]}"


class HistoryFold:
    """The fold of all places, and its rows."""

    def __init__(self, settings: Settings, network: Network, sink: Sink) -> None:
        self.network = network
        by_topic = stages(settings, network, WatchedRoads)
        self.stages: Mapping[str, Stage] = {topic.name: by_topic[topic] for topic in FOLDED}
        self.places = places_of(settings.partitions)
        self.states: dict[Place, PlaceState] = {
            place: PlaceState(empty_state(self.stages[place[0]]))
            for place in self.places
            if place[0] in self.stages
        }
        self.positions: dict[Place, int] = {}  # the next offset of each place
        self.situations = Situations(network, map(name_of, self.states))
        self._sink = sink

    @property
    def covered(self) -> dict[str, int]:
        """How far the rows reach: of each place the first message that is not in them."""
        found = {name_of(place): offset for place, offset in sorted(self.positions.items())}
        return {**found, CITY: self.situations.state.done}

    @property
    def clock_ms(self) -> int:
        """The time that all places have passed; 0 before all have come."""
        return min((state.clock_ms for state in self.states.values()), default=0)

    def take(self, record: Record) -> None:
        """Fold one message; LogError when one before it is missing."""
        place = (record.topic, record.partition)
        due = self.positions.get(place, 0)
        if record.offset < due:
            return
        if record.offset > due:
            raise LogError(f"{name_of(place)} goes on at offset {record.offset}, {due} is next")
        self.positions[place] = record.offset + 1
        mark = Mark(name_of(place), record.offset)
        stage = self.stages.get(place[0])
        takes = TOLD[place[0]] if stage is None else stage.takes
        appended_ms = None if place[0] == topics.LINK_EVENTS.name else record.appended_ms
        try:
            message = wire.read(record.payload, takes, record.topic, appended_ms)
        except RecordRefusedError:
            return
        if stage is None:
            for row in rows_of_told(message):
                self._sink.add(row, mark)
        else:
            self._step(place, stage, message, mark)

    def _step(self, place: Place, stage: Stage, message: Message, mark: Mark) -> None:
        known = self.states[place]
        effects = stage.step(known.state, message, Origin(*place, mark.at))
        for row in rows_of(message, known.state, effects, known.rows):
            self._sink.add(row, mark)
        self._links(known, effects.remembered, mark)
        known.clock_ms = max(known.clock_ms, _clock_of(message, effects, str(place[1])))
        self.situations.take(mark.place, known.clock_ms, known.state, effects)
        apply(known.state, effects.changes)
        for minute, row in self.situations.ready():
            self._sink.add(row, Mark(CITY, minute))

    def _links(self, known: PlaceState, remembered: Sequence[HistoryRow], mark: Mark) -> None:
        for subject, _, row in remembered:
            if subject == PASSED:
                known.links.pass_by(row.link_id)
            elif subject == LOOK:
                self._look(known.links, row, mark)

    def _look(self, memory: LinkMemory, look: MinuteLook, mark: Mark) -> None:
        places, passages = memory.take(look)
        if len(places):
            links = [look.links[at] for at in places.tolist()]
            rows = LinkRows(look.minute_ms, links, views_of(look.codes[places]), passages)
            self._sink.add_links(rows, mark)


def _clock_of(message: Message, effects: Effects, partition: str) -> int:
    """The time that a message brings its place to, 0 for none."""
    if isinstance(message, Tick):
        return message.tick_ms
    clock: int = effects.changes.get(CLOCK.name, {}).get(partition) or 0
    return clock
