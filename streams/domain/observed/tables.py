"""The tables of the fold of what traffic says, one partition each."""

from collections.abc import Iterable
from typing import NamedTuple

from streams.contract.derived import Declaration, Sighting
from streams.contract.enums import Cause
from streams.domain.observed.belief import Belief, ErrorRates
from streams.domain.observed.cases import Case
from streams.domain.observed.detours import BusDetour, GoingRound
from streams.domain.observed.rows import Discrepancy, ObservedView
from streams.domain.observed.score import SCORES, WAITS, Scorer
from streams.domain.stage import Effects, Rows, StageTable, State


class Queued(NamedTuple):
    """What one message of an input brought, in order."""

    sightings: tuple[Sighting, ...] = ()
    declarations: tuple[Declaration, ...] = ()


class Progress(NamedTuple):
    """How far the queue is taken: the last minute that was looked at, and the first event."""

    minute_ms: int = 0
    begun_ms: int = 0
    last_ms: int = 0


QUEUE = StageTable("observed_queue", Queued)  # by "time topic/partition offset"
PROGRESS = StageTable("observed_progress", Progress)  # as "now"
BELIEFS = StageTable("beliefs", Belief)  # by link
CASES = StageTable("cases", Case)  # by subject
CASE_LINKS = StageTable("case_links", tuple[str, ...])  # by link, the subjects on it
OBSERVED = StageTable("observed", ObservedView)  # by link
DISCREPANCIES = StageTable("discrepancies", Discrepancy)  # by id
ROUNDS = StageTable("rounds", tuple[GoingRound, ...])  # by route
DETOURS = StageTable("bus-detours", BusDetour)  # by "route|first link avoided"
TABLES = (
    *(QUEUE, PROGRESS, BELIEFS, CASES, CASE_LINKS, OBSERVED, DISCREPANCIES),
    *(WAITS, SCORES, ROUNDS, DETOURS),
)


class ObservedRows:
    """The rows of one partition in the midst of a message."""

    def __init__(self, state: State, effects: Effects, partition: int) -> None:
        self.effects = effects
        self.partition = partition
        self.queue = Rows(QUEUE, state, effects)
        self.progress = Rows(PROGRESS, state, effects)
        self.beliefs = Rows(BELIEFS, state, effects)
        self.cases = Rows(CASES, state, effects)
        self._case_links = Rows(CASE_LINKS, state, effects)
        self.observed = Rows(OBSERVED, state, effects)
        self.discrepancies = Rows(DISCREPANCIES, state, effects)
        waits, scores = Rows(WAITS, state, effects), Rows(SCORES, state, effects)
        self.scorer = Scorer(waits, scores, self.beliefs)
        self.rounds = Rows(ROUNDS, state, effects)
        self.detours = Rows(DETOURS, state, effects)

    def cases_on(self, links: Iterable[str]) -> list[tuple[str, Case]]:
        """What is declared of any of these links, by subject."""
        subjects = {x for link_id in links for x in self._case_links.get(link_id) or ()}
        found = ((subject, self.cases.get(subject)) for subject in sorted(subjects))
        return [(subject, case) for subject, case in found if case is not None]

    def causes_on(self, link_id: str, rates: ErrorRates) -> list[str]:
        """What points to a closure of a link: a full one in force, an incident or calls."""
        return [
            subject
            for subject, case in self.cases_on((link_id,))
            if case.is_in_force
            and (case.is_full or case.kind is not Cause.WORK)
            and not case.is_contradicted(rates)
        ]

    def put_case(
        self, subject: str, case: Case | None, before: Iterable[str], links: Iterable[str]
    ) -> None:
        """Set a case, which was on the links `before`; None takes it away."""
        old, now = frozenset(before), frozenset(links) if case else frozenset()
        for link_id in sorted(old ^ now):
            known = set(self._case_links.get(link_id) or ()) - {subject}
            row = tuple(sorted(known | {subject} if link_id in now else known))
            self._case_links.put(link_id, row or None)
        self.cases.put(subject, case)
