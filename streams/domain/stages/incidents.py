"""Incidents of traffic centres: where they are and when they are over.

A feed lists what runs now. An incident is over when its end has passed, or when three complete
answers in a row no longer list it; an error, a broken answer or one that is suddenly short ends
nothing. The office may say sooner that it is over: then it closes nothing any more, and stays
beside that word for as long as its feed lists it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

from streams.contract.derived import Declaration, Obstruction, Origin
from streams.contract.enums import (
    Cause,
    Closure,
    IncidentKind,
    Phase,
    PlacedBy,
    Reporter,
    RuleName,
    SiteStatus,
)
from streams.contract.records import (
    DIGS,
    Incident,
    IncidentBatch,
    IncidentReport,
    Message,
    Tick,
)
from streams.domain.alerts import Episode
from streams.domain.derive import send
from streams.domain.listings import ListTables, whole_list
from streams.domain.rules import AlertRules
from streams.domain.rules.watching import Look
from streams.domain.rules.works import closure_of
from streams.domain.stage import Effects, Rows, StageTable, State
from streams.domain.works.direction_words import stated
from streams.domain.works.directions import Directions
from streams.domain.works.rows import ReportedTime
from streams.geo.homes import Homes
from streams.geo.network import Network
from streams.geo.placement import Placed, place

MISSES_TO_END = 3
FIRST_SEEN = frozenset({"no_start", "start_unreadable"})
"""Flags of an incident whose begin is not known: it is when it was first seen."""
_OF_LINK = "진행"  # a traffic centre's link id is of one direction: it says which


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningIncident(Incident):
    """An incident with its place; `misses` counts complete answers in a row that left it out.

    `ended`: the office says that it is over, whatever its feed says; its phase is then FINISHED.
    `report`: the id of the office's last word.
    """

    phase: Phase = Phase.ACTIVE
    links: tuple[str, ...] = ()
    placed_by: PlacedBy = PlacedBy.NOWHERE
    feed: str = ""
    seen_ms: int = 0
    updated_ms: int = 0
    misses: int = 0
    missed_ms: int = 0  # the answer the last miss was counted of
    ended: ReportedTime | None = None
    report: str = ""

    @property
    def is_in_force(self) -> bool:
        """Whether it takes its closure from its links now."""
        return self.phase is Phase.ACTIVE


INCIDENTS = StageTable("incidents", RunningIncident)
EPISODES = StageTable("incident-episodes", Episode)
LISTS = ListTables.of("incidents")


class IncidentsStep:
    """The incidents in the midst of a message, and what it does to them and to their links."""

    def __init__(self, state: State) -> None:
        self.effects = Effects()
        self.rows = Rows(INCIDENTS, state, self.effects)
        self.obstructions: list[Obstruction] = []
        self.declarations: list[Declaration] = []

    def put(self, running: RunningIncident, known_ms: int, left: Sequence[str] = ()) -> None:
        """Set an incident, and take it off the links that it left."""
        self.rows.put(running.incident_id, running)
        self.effects.remember(f"incident:{running.incident_id}", known_ms, running)
        self._obstruct(running, running.links)
        self._obstruct(running, left, is_over=True)

    def end(self, known: RunningIncident, known_ms: int) -> None:
        self.rows.put(known.incident_id, None)
        self.effects.remember(f"incident:{known.incident_id}", known_ms, None)
        self._obstruct(known, known.links, is_over=True)

    def _obstruct(
        self, running: RunningIncident, links: Sequence[str], *, is_over: bool = False
    ) -> None:
        subject, phase, closure = f"incident:{running.incident_id}", running.phase, running.closure
        self.obstructions += [
            Obstruction(link_id, subject, Cause.INCIDENT, phase, closure, is_over=is_over)
            for link_id in links
        ]
        if links:
            in_force = running.is_in_force and not is_over
            self.declarations.append(
                Declaration(
                    subject,
                    Cause.INCIDENT,
                    closure,
                    tuple(links),
                    in_force,
                    is_work=_needs_permit(running),
                    is_over=is_over,
                )
            )


class IncidentsStage:
    """incidents -> running incidents, and what they do to links."""

    takes = (IncidentBatch, IncidentReport, Tick)
    tables = (INCIDENTS, EPISODES, *LISTS)

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
        self._homes = Homes(network, partitions)

    def step(self, state: State, message: Message, origin: Origin) -> Effects:
        step = IncidentsStep(state)
        effects, tick_ms = step.effects, 0
        if isinstance(message, Tick):
            now_ms = tick_ms = message.tick_ms
            _pass_time(step, now_ms)
        elif isinstance(message, IncidentBatch):
            now_ms = message.received_ms
            for row in message.rows:
                self._admit(step, message, row)
            ids = {row.incident_id: None for row in message.rows}
            _miss(step, message, whole_list(LISTS, state, effects, message, ids))
        elif isinstance(message, IncidentReport):
            now_ms = message.received_ms
            _take_report(step, message)
        else:
            return effects
        send(
            effects,
            origin,
            self._partitions,
            obstructions=step.obstructions,
            declarations=step.declarations,
            homes=self._homes,
            tick_ms=tick_ms,
        )
        look = Look(effects, Rows(EPISODES, state, effects), now_ms)
        held = closure_of(self._network)
        look.at_rows(RuleName.CLOSURE, self._rules.closure, "incident", step.rows, held)
        return effects

    def _admit(self, step: IncidentsStep, batch: IncidentBatch, row: Incident) -> None:
        """Take an incident as its source states it now; one that is over ends."""
        known = step.rows.get(row.incident_id)
        if known and FIRST_SEEN & set(row.flags):
            row = replace(row, starts_ms=min(known.starts_ms, row.starts_ms))
        if row.ends_ms is not None and row.ends_ms <= batch.received_ms:
            if known:
                step.end(known, batch.received_ms)
            return
        links, placed_by = self._placed(row)
        ended, report, updated_ms = (
            (known.ended, known.report, known.updated_ms) if known else (None, "", 0)
        )
        running = RunningIncident(
            **{part.name: getattr(row, part.name) for part in fields(Incident)},
            phase=_phase_at(row, max(batch.received_ms, updated_ms), ended),
            links=links,
            placed_by=placed_by,
            feed=batch.feed,
            seen_ms=batch.received_ms,
            updated_ms=updated_ms or batch.received_ms,
            ended=ended,
            report=report,
        )
        if known and replace(known, seen_ms=running.seen_ms, misses=0, missed_ms=0) == running:
            step.rows.put(row.incident_id, running)
            return
        left = [link_id for link_id in (known.links if known else ()) if link_id not in links]
        step.put(replace(running, updated_ms=batch.received_ms), batch.received_ms, left)

    def _placed(self, row: Incident) -> Placed:
        """The links of an incident in its direction, and by what evidence."""
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
        return self._directions.pick(links, direction, named=(row.link_id,)), placed_by


def _miss(step: IncidentsStep, batch: IncidentBatch, listed: frozenset[str] | None) -> None:
    """Count what a complete answer of the same feed leaves out; the third time it is over."""
    if listed is None:
        return
    for incident_id, known in step.rows.stored.items():
        if known.feed != batch.feed or incident_id in listed:
            continue
        if batch.received_ms <= max(known.seen_ms, known.missed_ms):
            continue  # the same answer once more, or an older one
        if known.misses + 1 >= MISSES_TO_END:
            step.end(known, batch.received_ms)
        else:
            missed = replace(known, misses=known.misses + 1, missed_ms=batch.received_ms)
            step.rows.put(incident_id, missed)


def _take_report(step: IncidentsStep, report: IncidentReport) -> None:
    """What the office says of an incident; of one that nobody lists (any more) it is counted."""
    known = step.rows.get(report.incident_id)
    if known is None or known.report == report.report_id:
        step.effects.count("incident-reports repeated" if known else "incident-reports unknown")
        return
    is_over = report.word is SiteStatus.END
    ended = ReportedTime(report.received_ms, Reporter.OFFICE) if is_over else None
    at_ms = max(report.received_ms, known.updated_ms)
    phase = _phase_at(known, at_ms, ended)
    said = replace(known, ended=ended, phase=phase, report=report.report_id, updated_ms=at_ms)
    step.put(said, at_ms)


def _pass_time(step: IncidentsStep, now_ms: int) -> None:
    for known in step.rows.stored.values():
        if known.ends_ms is not None and now_ms >= known.ends_ms:
            step.end(known, now_ms)
        elif (phase := _phase_at(known, max(now_ms, known.updated_ms), known.ended)) != known.phase:
            step.put(replace(known, phase=phase, updated_ms=now_ms), now_ms)


# A tick may be written a moment after an answer that is a moment younger: what has begun stays so.
def _phase_at(incident: Incident, now_ms: int, ended: ReportedTime | None) -> Phase:
    if ended is not None:
        return Phase.FINISHED
    return Phase.ACTIVE if now_ms >= incident.starts_ms else Phase.PLANNED


def _needs_permit(running: RunningIncident) -> bool:
    """Whether it is work that somebody must have been allowed."""
    is_closing = running.kind is IncidentKind.WORK and running.closure is Closure.FULL
    return is_closing or DIGS in running.flags
