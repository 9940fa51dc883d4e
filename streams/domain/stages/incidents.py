"""Incidents of traffic centres: where they are and when they are over.

A feed lists what runs now. An incident is over when its end has passed, or when three complete
answers in a row no longer list it; an error, a broken answer or one that is suddenly short ends
nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from streams.contract.enums import Cause, Phase, PlacedBy
from streams.contract.records import Incident, IncidentBatch, Message, Obstruction, Origin, Tick
from streams.domain.alerts import Episode
from streams.domain.derive import send
from streams.domain.listings import tables_of, whole_list
from streams.domain.rules import AlertRules
from streams.domain.rules.watching import Look
from streams.domain.rules.works import watch_closures
from streams.domain.stage import Effects, Episodes, Rows, StageTable
from streams.domain.works.direction_words import stated
from streams.domain.works.directions import Directions
from streams.geo.network import Network
from streams.geo.placement import place

MISSES_TO_END = 3
FIRST_SEEN = frozenset({"no_start", "start_unreadable"})
"""Flags of an incident whose begin is not told: it is when it was first seen."""
_OF_LINK = "진행"  # a traffic centre's link id is of one direction: it says which
EPISODES = "incident-episodes"
LISTS = "incidents"  # of which the tables of their lists are named


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningIncident(Incident):
    """An incident with its place; `misses` counts complete answers in a row that left it out."""

    phase: Phase = Phase.ACTIVE
    links: tuple[str, ...] = ()
    placed_by: PlacedBy = PlacedBy.NOWHERE
    feed: str = ""
    seen_ms: int = 0
    updated_ms: int = 0
    misses: int = 0
    missed_ms: int = 0  # the answer the last miss was counted of

    @property
    def is_in_force(self) -> bool:
        """Whether it takes its closure from its links now."""
        return self.phase is Phase.ACTIVE


class IncidentsStage:
    """incidents -> running incidents, and what they do to links."""

    takes = (IncidentBatch, Tick)
    tables = (
        StageTable("incidents", RunningIncident),
        StageTable(EPISODES, Episode),
        *tables_of(LISTS),
    )

    def __init__(
        self,
        network: Network,
        *,
        partitions: int,
        rules: AlertRules = AlertRules(),  # noqa: B008 - frozen
    ) -> None:
        self._rules = rules
        self._network = network
        self._directions = Directions(network)
        self._partitions = partitions

    def step(self, state: Mapping[str, Rows], message: Message, origin: Origin) -> Effects:
        effects = Effects()
        if isinstance(message, Tick):
            blocks = self._pass_time(state, message.tick_ms, effects)
            send(effects, origin, self._partitions, obstructions=blocks, tick_ms=message.tick_ms)
        elif isinstance(message, IncidentBatch):
            blocks = [b for row in message.rows for b in self._admit(state, message, row, effects)]
            blocks += self._miss(state, message, effects)
            send(effects, origin, self._partitions, obstructions=blocks)
        if isinstance(message, Tick | IncidentBatch):
            now_ms = message.tick_ms if isinstance(message, Tick) else message.received_ms
            look = Look(effects, Episodes(EPISODES, state[EPISODES]), now_ms)
            known, changed = state["incidents"], effects.changes.get("incidents", {})
            watch_closures(
                look, self._rules, self._network, Cause.INCIDENT, known=known, changed=changed
            )
        return effects

    def _admit(
        self, state: Mapping[str, Rows], batch: IncidentBatch, row: Incident, effects: Effects
    ) -> list[Obstruction]:
        known: RunningIncident | None = effects.changes.get("incidents", {}).get(
            row.incident_id, state["incidents"].get(row.incident_id)
        )
        if known and FIRST_SEEN & set(row.flags):
            row = replace(row, starts_ms=min(known.starts_ms, row.starts_ms))
        if row.ends_ms is not None and row.ends_ms <= batch.received_ms:
            return _end(known, batch.received_ms, effects) if known else []
        has_point = row.lon is not None and row.lat is not None
        links, placed_by = place(
            self._network,
            link_ids=(row.link_id,) if row.link_id else (),
            point=(row.lon, row.lat) if has_point else None,  # type: ignore[arg-type]
            road_name=row.road_name,
        )
        direction = row.direction
        if placed_by is PlacedBy.LINK_ID and not (direction.strip() and stated(direction).is_both):
            direction = _OF_LINK
        links = self._directions.pick(links, direction, named=(row.link_id,))
        running = RunningIncident(
            **{part.name: getattr(row, part.name) for part in fields(Incident)},
            phase=_phase_at(row, max(batch.received_ms, known.updated_ms if known else 0)),
            links=links,
            placed_by=placed_by,
            feed=batch.feed,
            seen_ms=batch.received_ms,
            updated_ms=known.updated_ms if known else batch.received_ms,
        )
        if known and replace(known, seen_ms=running.seen_ms, misses=0, missed_ms=0) == running:
            effects.put("incidents", row.incident_id, running)
            return []
        running = replace(running, updated_ms=batch.received_ms)
        _put(running, batch.received_ms, effects)
        left = tuple(x for x in (known.links if known else ()) if x not in links)
        return _obstructions(running) + _obstructions(replace(running, links=left), is_over=True)

    @staticmethod
    def _miss(
        state: Mapping[str, Rows], batch: IncidentBatch, effects: Effects
    ) -> list[Obstruction]:
        """Count what a complete answer of the same feed leaves out; the third time it is over."""
        ids = {row.incident_id: None for row in batch.rows}
        listed = whole_list(LISTS, state, effects, batch, ids)
        if listed is None:
            return []
        blocks: list[Obstruction] = []
        for incident_id, known in state["incidents"].items():
            if known.feed != batch.feed or incident_id in listed:
                continue
            if batch.received_ms <= max(known.seen_ms, known.missed_ms):
                continue  # the same answer once more, or an older one
            if known.misses + 1 >= MISSES_TO_END:
                blocks += _end(known, batch.received_ms, effects)
            else:
                missed = replace(known, misses=known.misses + 1, missed_ms=batch.received_ms)
                effects.put("incidents", incident_id, missed)
        return blocks

    @staticmethod
    def _pass_time(state: Mapping[str, Rows], now_ms: int, effects: Effects) -> list[Obstruction]:
        blocks: list[Obstruction] = []
        for known in state["incidents"].values():
            if known.ends_ms is not None and now_ms >= known.ends_ms:
                blocks += _end(known, now_ms, effects)
            elif (phase := _phase_at(known, max(now_ms, known.updated_ms))) != known.phase:
                moved = replace(known, phase=phase, updated_ms=now_ms)
                _put(moved, now_ms, effects)
                blocks += _obstructions(moved)
        return blocks


def _put(running: RunningIncident, known_ms: int, effects: Effects) -> None:
    effects.put("incidents", running.incident_id, running)
    effects.remember(f"incident:{running.incident_id}", known_ms, running)


def _end(known: RunningIncident, known_ms: int, effects: Effects) -> list[Obstruction]:
    effects.put("incidents", known.incident_id, None)
    effects.remember(f"incident:{known.incident_id}", known_ms, None)
    return _obstructions(known, is_over=True)


# A tick may be written a moment after an answer that is a moment younger: what has begun stays so.
def _phase_at(incident: Incident, now_ms: int) -> Phase:
    return Phase.ACTIVE if now_ms >= incident.starts_ms else Phase.PLANNED


def _obstructions(running: RunningIncident, *, is_over: bool = False) -> list[Obstruction]:
    subject = f"incident:{running.incident_id}"
    return [
        Obstruction(
            link_id, subject, Cause.INCIDENT, running.phase, running.closure, is_over=is_over
        )
        for link_id in running.links
    ]
