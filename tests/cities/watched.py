"""The buses of a little town followed, and what is made of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count

from streams.contract.derived import Declaration, LinkEvents, Origin, Sighting
from streams.contract.enums import DiscrepancyKind, Observed
from streams.contract.records import BusPosition
from streams.domain.derive import send
from streams.domain.observed.belief import Belief, ErrorRates
from streams.domain.observed.fold import ObservedFold
from streams.domain.observed.following import (
    LINE_CHECKS,
    LINE_FITS,
    TRACKS,
    Followed,
    Follower,
    LineFit,
)
from streams.domain.observed.rows import Discrepancy, ObservedView
from streams.domain.observed.tables import TABLES, ObservedRows
from streams.domain.stage import Effects, State, apply
from streams.geo.homes import Homes
from streams.geo.network import Network
from tests.cities.buses import town
from tests.cities.fakes import at

FEED = "gbis"
RATES = ErrorRates()


@dataclass(frozen=True)
class Said:
    """A declaration, and when."""

    second: float
    declaration: Declaration


class Watch:
    """The buses of a town followed, and the links of all partitions folded, as the worker would."""

    def __init__(
        self, network: Network | None = None, *, partitions: int = 1, is_gps: bool = True
    ) -> None:
        self.network = network or town()
        self.partitions = partitions
        self.sightings: list[Sighting] = []
        self._follower = Follower(self.network)
        self._fold = ObservedFold.of(self.network, partitions, RATES)
        self._homes = Homes(self.network, partitions)
        self.buses: State = {table.name: {} for table in (TRACKS, LINE_FITS, LINE_CHECKS)}
        self.buses["line_fits"][FEED] = LineFit(0 if is_gps else 15_000, 15_000)
        self.states: list[State] = [{t.name: {} for t in TABLES} for _ in range(partitions)]
        self._next = count()

    def take(
        self, *rows: BusPosition | Iterable[BusPosition] | Said, until_s: float = 0
    ) -> "Watch":
        """Fold positions and what is said in the order of their times, and time up to `until_s`."""
        events: list[tuple[int, BusPosition | Declaration]] = []
        for row in rows:
            if isinstance(row, Said):
                events.append((at(row.second), row.declaration))
            else:
                alone = (row,) if isinstance(row, BusPosition) else row
                events += [(each.observed_ms, each) for each in alone]
        for at_ms, event in sorted(events, key=lambda each: each[0]):
            if isinstance(event, BusPosition):
                self.send(at_ms, sightings=self.follow(event))
            else:
                self.send(at_ms, declarations=(event,))
        if until_s:
            self.send(at(until_s))
        return self

    def follow(self, row: BusPosition) -> Sequence[Sighting]:
        """What a bus did, by its next position."""
        effects = Effects()
        followed = Followed(self.buses, effects)
        self._follower.see(followed, FEED, row)
        apply(self.buses, effects.changes)
        self.sightings += followed.sightings
        return followed.sightings

    def send(
        self,
        at_ms: int,
        *,
        sightings: Sequence[Sighting] = (),
        declarations: Sequence[Declaration] = (),
    ) -> None:
        """Fold a message whose input is at this time, and everything before it."""
        effects, origin = Effects(), Origin("in", 0, next(self._next))
        send(
            effects,
            origin,
            self.partitions,
            sightings=sightings,
            declarations=declarations,
            homes=self._homes,
            tick_ms=at_ms,
        )
        for partition, parts in effects.derived.items():
            for part in parts:
                self._fold_part(partition, part)

    def _fold_part(self, partition: int, part: LinkEvents) -> None:
        state, effects = self.states[partition], Effects()
        rows = ObservedRows(state, effects, partition)
        self._fold.take(rows, part, part.watermark_ms)
        self._fold.advance(rows, part.watermark_ms)
        apply(state, effects.changes)

    def belief(self, link_id: str) -> Belief:
        state = self.states[self._homes.home(link_id)]
        found: Belief = state["beliefs"].get(link_id, Belief())
        return found

    def view(self, link_id: str) -> ObservedView:
        return self.views.get(link_id, ObservedView())

    @property
    def views(self) -> dict[str, ObservedView]:
        return {name: row for state in self.states for name, row in state["observed"].items()}

    @property
    def impassable(self) -> set[str]:
        return {x for x, view in self.views.items() if view.state is Observed.IMPASSABLE}

    @property
    def discrepancies(self) -> dict[str, Discrepancy]:
        return {name: row for state in self.states for name, row in state["discrepancies"].items()}

    def told(self, *, is_open: bool = True) -> list[DiscrepancyKind]:
        """The kinds of what is told and goes on, or has ended."""
        rows = self.discrepancies.values()
        return sorted(row.kind for row in rows if (not row.until_ms) is is_open)

    def only(self, kind: DiscrepancyKind) -> Discrepancy:
        """The one discrepancy of a kind."""
        (row,) = (row for row in self.discrepancies.values() if row.kind is kind)
        return row
