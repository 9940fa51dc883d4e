"""The row of a work: its permit, where it lies, what was reported of it and by whom."""

from dataclasses import dataclass, fields, replace

from streams.contract.enums import Phase, PlacedBy, Reporter
from streams.contract.records import Permit, shown
from streams.domain.unknown_times import END_UNREADABLE, START_UNREADABLE

KEEP_REPORTS = 8
_PERMIT_FIELDS = tuple(field.name for field in fields(Permit))


@dataclass(frozen=True, slots=True)
class ReportedTime:
    """When something happened, and who reported it."""

    at_ms: int
    by: Reporter


@dataclass(frozen=True, slots=True, kw_only=True)
class Work(Permit):
    """A permit as a work. The permit's times are what was proposed; what was observed is in
    `started` and `ended`, each with who reported it.

    `ends_ms` is the end in force: the feed's (`listed_ends_ms`) or a later one that a crew or an
    office gave (`extended_to_ms`, 0: none). `first_ends_ms` is the first end that its feed gave: a
    later `ends_ms` is an extension. None: no end is known. `revision` is 1 and one more at each
    issue after the work was over.
    """

    phase: Phase = Phase.PLANNED
    is_in_force: bool = False  # takes its closure from its links now
    started: ReportedTime | None = shown(None, "when it really began")
    ended: ReportedTime | None = shown(None, "when it really ended")
    cancelled: ReportedTime | None = shown(None, "when it was called off")
    not_begun_ms: int = 0  # when a crew or an office last reported that it has not begun; 0: never
    not_ended_ms: int = 0  # when a crew or an office last reported that it goes on; 0: never
    first_ends_ms: int | None = shown(None, "the end first stated, where another counts, Unix ms")
    listed_ends_ms: int | None = None
    extended_to_ms: int = 0
    revision: int = 1
    said_ms: int = 0  # when the last report of a crew or an office came
    reports: tuple[str, ...] = ()  # the ids of the last reports, oldest first
    unlisted_ms: int = shown(0, "since when its feed leaves it out, Unix ms")  # 0: listed
    misses: int = 0  # complete answers in a row without it, counted to three
    missing_ms: int = 0  # the first of them
    missed_ms: int = 0  # the last of them
    links: tuple[str, ...] = ()
    placed_by: PlacedBy = PlacedBy.NOWHERE
    is_direction_unread: bool = False  # it states one, and both are taken for want of knowing
    feed: str = ""
    seen_ms: int = 0
    updated_ms: int = 0
    network: str = ""  # the version its links are of

    @property
    def begins_ms(self) -> int | None:
        """Its proposed beginning, else that of its digging, else the observed one; None: nobody
        knows of any.
        """
        proposed_ms = self.dig_starts_ms if self.starts_ms is None else self.starts_ms
        observed_ms = self.started.at_ms if self.started else None
        return observed_ms if proposed_ms is None else proposed_ms


def permit_of(work: Work) -> Permit:
    """The permit as its feed last stated it."""
    own = {name: getattr(work, name) for name in _PERMIT_FIELDS}
    return Permit(**{**own, "ends_ms": work.listed_ends_ms})


def of_permit(permit: Permit) -> Work:
    """A work of which nothing is known but its permit."""
    own = {name: getattr(permit, name) for name in _PERMIT_FIELDS}
    return Work(**own, first_ends_ms=permit.ends_ms, listed_ends_ms=permit.ends_ms)


def restated(known: Work, permit: Permit) -> Work:
    """The work with what its feed now states; an extension outlives the feed's end."""
    own = {name: getattr(permit, name) for name in _PERMIT_FIELDS}
    own["ends_ms"] = max(permit.ends_ms or 0, known.extended_to_ms) or None
    first_ms = permit.ends_ms if known.first_ends_ms is None else known.first_ends_ms
    return replace(known, **own, listed_ends_ms=permit.ends_ms, first_ends_ms=first_ms)


def understood(known: Work, permit: Permit) -> Permit:
    """The permit with the time that its feed stated last where it can no longer be read: an
    unreadable cell takes nothing back that is known.
    """
    flags = set(permit.flags)
    if permit.starts_ms is None and not flags.isdisjoint(START_UNREADABLE):
        permit = replace(permit, starts_ms=known.starts_ms)
    if permit.ends_ms is None and not flags.isdisjoint(END_UNREADABLE):
        permit = replace(permit, ends_ms=known.listed_ends_ms)
    return permit


def as_shown(work: Work) -> Work:
    """The work as the screens show it: without what only keeps that its feed still lists it."""
    return replace(
        work, seen_ms=0, updated_ms=0, misses=0, missing_ms=0, missed_ms=0, reports=(), said_ms=0
    )
