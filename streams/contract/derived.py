"""The records on `link-events`, which the stages of the feeds derive for the stage of the roads."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain, groupby
from typing import Annotated, NamedTuple, Self

from msgspec import Meta

from streams.contract.bounds import BoundedKmh, BoundedMs
from streams.contract.enums import Cause, Closure, Phase, SightingKind

Signed64 = Annotated[int, Meta(ge=-(1 << 63), le=(1 << 63) - 1)]
"""What a column of 64-bit integers holds."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a derived record comes from; the next stage applies each origin once."""

    topic: str
    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class Passage:
    """One bus drove one whole section, from leaving its first stop to reaching its last.

    `length_m` is as the network has it; `unsure_ms` is the standard deviation of `travel_ms` that
    comes of the time between polls. `route_id` "": it is not known of which route, as in a log of
    before there was one.
    """

    link_id: str
    exited_ms: BoundedMs
    travel_ms: int
    length_m: int
    unsure_ms: int = 0
    route_id: str = ""


@dataclass(frozen=True, slots=True)
class SpeedShare:
    """A measured speed that counts for `share` (0..1) of a link; `via` is the measured link."""

    link_id: str
    via: str
    speed_kmh: BoundedKmh
    observed_ms: BoundedMs
    share: float


@dataclass(frozen=True, slots=True)
class SpeedColumns:
    """Measured speeds of links, a column a field of `SpeedShare`, in the order they came.

    All columns are of one length, or empty: without `vias` and `shares` each link was measured
    itself and whole; without `offsets` every row is of its part's `origin.offset`, else of the
    input message at its own offset. Offsets never fall; the last is `origin.offset`, or before it
    where that is a tick's.
    """

    link_ids: tuple[str, ...] = ()
    speeds_kmh: tuple[BoundedKmh, ...] = ()
    observed_ms: tuple[BoundedMs, ...] = ()
    vias: tuple[str, ...] = ()
    shares: tuple[float, ...] = ()
    offsets: tuple[Signed64, ...] = ()

    def __len__(self) -> int:
        return len(self.link_ids)

    @classmethod
    def of(cls, rows: Sequence[SpeedShare], offsets: Sequence[int] = ()) -> Self:
        """Rows as columns; what every row has by default is left out."""
        is_own = all(row.via == row.link_id and row.share == 1 for row in rows)
        return cls(
            tuple(row.link_id for row in rows),
            tuple(row.speed_kmh for row in rows),
            tuple(row.observed_ms for row in rows),
            () if is_own else tuple(row.via for row in rows),
            () if is_own else tuple(row.share for row in rows),
            tuple(offsets),
        )

    def rows_of(self, first: int, end: int) -> Self:
        """The columns of the rows from `first` to before `end`."""
        return type(self)(
            self.link_ids[first:end],
            self.speeds_kmh[first:end],
            self.observed_ms[first:end],
            self.vias[first:end],
            self.shares[first:end],
            self.offsets[first:end],
        )

    @property
    def rows(self) -> tuple[SpeedShare, ...]:
        """The same row by row."""
        return tuple(
            map(
                SpeedShare,
                self.link_ids,
                self.vias or self.link_ids,
                self.speeds_kmh,
                self.observed_ms,
                self.shares or (1.0,) * len(self),
            )
        )


@dataclass(frozen=True, slots=True)
class Obstruction:
    """What a work or an incident does to one link now; `is_over` takes it off the link.

    `is_seen`: a crew or an office has reported that it began, and nobody that it ended.
    """

    link_id: str
    subject: str
    kind: Cause
    phase: Phase
    closure: Closure
    is_over: bool = False
    is_seen: bool = False


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one bus did about links of its route; see `SightingKind`.

    THROUGH names one link, driven from `from_ms` to `at_ms` over `length_m`. The others name the
    links that the bus may have avoided: last seen on its line at `from_ms`, there again at `at_ms`,
    in between at most `off_m` off it, by its `path` (lon, lat). `is_snapped`: the feed reports
    points on the route's line only, so a bus beside its line looks as if it were on it; then
    `served` counts the stops on the link at which it was reported, and `is_sure` False says that a
    stop was left out between two reports that may have lain too far apart to show it.
    """

    kind: SightingKind
    links: tuple[str, ...]
    vehicle: str
    route_id: str
    from_ms: int
    at_ms: int
    length_m: int = 0
    off_m: int = 0
    is_snapped: bool = False
    is_sure: bool = True
    served: int = 0
    skipped: tuple[str, ...] = ()  # stop ids that it left out
    path: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Declaration:
    """What somebody declares of links: a permit, an incident, calls. `is_over` takes it back.

    `is_work`: somebody digs or closes a road for work, for which a permit is needed. `is_seen`: a
    crew or an office has reported that it began, and nobody that it ended.
    """

    subject: str
    kind: Cause
    closure: Closure
    links: tuple[str, ...]
    is_in_force: bool
    is_work: bool = False
    is_over: bool = False
    is_seen: bool = False


class PassedTick(NamedTuple):
    """A tick of an input, at its own offset."""

    offset: Signed64
    at_ms: Signed64


@dataclass(frozen=True, slots=True)
class LinkEvents:
    """The effects on the links of one partition, in order, of one input message, or of a run of
    messages that are ticks or have measured speeds: `origin` is then the last of them.

    `watermark_ms` is the time of the tick at `origin`, 0 where that is none. `ticks` are those of
    the run before it: the speeds of messages before a tick came before it.
    """

    origin: Origin
    watermark_ms: BoundedMs
    passages: tuple[Passage, ...] = ()
    speeds: SpeedColumns = SpeedColumns()
    obstructions: tuple[Obstruction, ...] = ()
    sightings: tuple[Sighting, ...] = ()
    declarations: tuple[Declaration, ...] = ()
    ticks: tuple[PassedTick, ...] = ()


def in_runs(parts: Iterable[LinkEvents]) -> list[LinkEvents]:
    """The same parts, with ticks of one input that follow each other as one."""
    found: list[LinkEvents] = []
    for place, group in groupby(parts, _ticks_of):
        run = list(group)
        if place is None or len(run) == 1:
            found += run
            continue
        own = (PassedTick(each.origin.offset, each.watermark_ms) for each in run[:-1])
        before = chain.from_iterable(
            (*each.ticks, tick) for each, tick in zip(run[:-1], own, strict=True)
        )
        found.append(replace(run[-1], ticks=(*before, *run[-1].ticks)))
    return found


def _ticks_of(part: LinkEvents) -> tuple[str, int] | None:
    """The input of a part that brings nothing but time, else None."""
    is_more = part.passages or part.obstructions or part.sightings or part.declarations
    if is_more or part.speeds.link_ids or not part.watermark_ms:
        return None
    return part.origin.topic, part.origin.partition


@dataclass(frozen=True, slots=True)
class LinkBatch:
    """Several of them, in the order of their origins: one message for a run of messages."""

    parts: tuple[LinkEvents, ...]
