"""A clash: works that get in each other's way, in a bus's, or together cut a city's places off."""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Protocol

from streams.contract.enums import ClashKind, ClashSeverity, Closure, Phase
from streams.domain.overlaps import HoursSpan, span

CARRIAGEWAY = frozenset({Closure.FULL, Closure.PARTIAL, Closure.UNKNOWN})
OPEN = frozenset({Phase.PLANNED, Phase.ACTIVE, Phase.PAUSED, Phase.OVERDUE})
IN_FORCE = frozenset({Phase.ACTIVE, Phase.OVERDUE})


class SiteWork(Protocol):
    """What of a work's row its clashes depend on."""

    @property
    def permit_id(self) -> str: ...
    @property
    def organisation(self) -> str: ...
    @property
    def phase(self) -> Phase: ...
    @property
    def closure(self) -> Closure: ...
    @property
    def also_closed(self) -> tuple[Closure, ...]: ...
    @property
    def links(self) -> tuple[str, ...]: ...
    @property
    def begins_ms(self) -> int | None: ...
    @property
    def ends_ms(self) -> int | None: ...
    @property
    def dig_starts_ms(self) -> int | None: ...
    @property
    def dig_ends_ms(self) -> int | None: ...
    @property
    def hours(self) -> str: ...
    @property
    def lon(self) -> float | None: ...
    @property
    def lat(self) -> float | None: ...


@dataclass(frozen=True, slots=True)
class Clash:
    """One clash. `works` are permit ids, sorted; of a CROWD or a POINT the first twenty, and
    `count` is how many there are. `stops` are skipped (ROUTE) or closed (STOP), `places` are what
    a CUT parts; for a DETOUR, `links` are those of the work on the way round.

    `from_ms..until_ms` is when, by the stated times: an overdue work's end counts as stated, so it
    may be past. `until_ms` is None where no end is known.
    """

    id: str
    kind: ClashKind
    severity: ClashSeverity
    works: tuple[str, ...]
    links: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    from_ms: int = 0
    until_ms: int | None = 0
    count: int = 0


def clash_id(kind: ClashKind, subjects: Iterable[str]) -> str:
    """The kind and 12 hex digits of the SHA-256 of the subjects: the same clash, the same id."""
    digest = hashlib.sha256("\0".join(subjects).encode()).hexdigest()
    return f"{kind}-{digest[:12]}"


def closures_of(work: SiteWork) -> Collection[Closure]:
    return {work.closure, *work.also_closed}


def occupation_of(work: SiteWork) -> HoursSpan:
    """When a work takes its place; an overdue one until further notice."""
    ends_ms = None if work.phase is Phase.OVERDUE else work.ends_ms
    return span(work.begins_ms, ends_ms, work.hours)


def digging_of(work: SiteWork) -> HoursSpan:
    """When a work digs: the stated digging, else the occupation."""
    starts_ms = work.dig_starts_ms or work.begins_ms
    ends_ms = None if work.phase is Phase.OVERDUE else work.dig_ends_ms or work.ends_ms
    return span(starts_ms, ends_ms, work.hours)
