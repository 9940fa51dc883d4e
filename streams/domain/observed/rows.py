"""What the screens show of what traffic says: of a link, and where it is not as declared."""

from dataclasses import dataclass

from streams.contract.enums import Certainty, DiscrepancyKind, Observed, SightingKind

MAX_EVENTS = 16


@dataclass(frozen=True, slots=True)
class ObservedView:
    """What traffic says of a link, whatever was declared.

    `since_ms`: since when it is so. `certainty` of an impassable link is CONFIRMED where two routes
    went round or somebody declared it, else INFERRED; of a passable one CONFIRMED. `cause` is the
    subject that explains it, "" none. `promise_s`: within so many seconds nine of ten full closures
    would be seen here by the buses that are due; None: too few buses to promise anything.
    """

    state: Observed = Observed.UNKNOWN
    since_ms: int = 0
    certainty: Certainty = Certainty.LOST
    cause: str = ""
    promise_s: int | None = None


@dataclass(frozen=True, slots=True)
class SeenBus:
    """One bus of the evidence: when, what it did, and on which route."""

    at_ms: int
    kind: SightingKind
    route_id: str


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """Where what happens is not what was declared; `work` is the permit's, "" none.

    It is so since `since_ms`, was emitted at `told_ms`, and ended at `until_ms` (0: it goes on).
    `events` are the last buses behind it, oldest first; `through` and `round` count all of them.
    `declared_ms` and `declared_until_ms` are the permit's hours that were in force, 0: unknown.
    `is_tapped`: a crew or an office had reported in these hours that it began.
    """

    kind: DiscrepancyKind
    work: str
    links: tuple[str, ...]
    since_ms: int
    told_ms: int
    until_ms: int = 0
    certainty: Certainty = Certainty.INFERRED
    through: int = 0
    round: int = 0
    speed_ratio: int | None = None  # thousandths of the usual speed
    declared_ms: int = 0
    declared_until_ms: int = 0
    is_tapped: bool = False
    events: tuple[SeenBus, ...] = ()
