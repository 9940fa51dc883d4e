"""What is really so in the simulated city, in rows that a test compares with what is told of it."""

from collections.abc import Iterable
from dataclasses import dataclass

from producers.simulator.acts import Effect, RealWork, Span, real_links
from producers.simulator.clock import DayClock
from producers.simulator.day import Day
from producers.simulator.works import AuthoredPermit, link_named, links_of, periods
from streams.contract.enums import Closure
from streams.geo.network import Network

HONEST = "honest"
Period = tuple[int, int]
_EFFECTS = {Closure.FULL: Effect.FULL, Closure.PARTIAL: Effect.LANE}


@dataclass(frozen=True, slots=True)
class TruthRow:
    """One work. Links are ids of streets and of the sections over them, one direction each.

    `kind`: a kind of discrepancy, or `honest`. `permit`: its number, "" without one; then nothing
    is declared. `declared_ms`, `actual_ms`: hours, ms since the epoch, the end exclusive; None:
    never. `so_ms`: when what is declared and what happens differ; None for honest ones.
    """

    kind: str
    permit: str
    declared: str
    declared_ms: Period | None
    declared_links: tuple[str, ...]
    effect: str
    actual_ms: Period | None
    actual_links: tuple[str, ...]
    so_ms: Period | None

    def is_so(self, at_ms: int) -> bool:
        return self.so_ms is not None and self.so_ms[0] <= at_ms < self.so_ms[1]

    def is_there(self, at_ms: int) -> bool:
        return self.actual_ms is not None and self.actual_ms[0] <= at_ms < self.actual_ms[1]


def truth(day: Day, from_ms: int, until_ms: int) -> list[TruthRow]:
    """Every work that is declared or there in these hours, and every road closed by an event."""
    over = _Sections(day.network)
    rows = [_played(work, day, over) for work in day.real_works]
    acted = {work.number for work in day.real_works if work.number}
    for permit in day.works:
        if permit.number not in acted:
            rows += _honest(permit, day, over)
    rows += _events(day, over)
    return [row for row in rows if _touches(row, from_ms, until_ms)]


class _Sections:
    """The sections over a street: both say the same direction."""

    def __init__(self, network: Network) -> None:
        self._of: dict[str, list[str]] = {}
        for pair in network.overlay:
            self._of.setdefault(pair.standard_id, []).append(pair.section_id)

    def with_streets(self, streets: Iterable[str]) -> tuple[str, ...]:
        ids = list(streets)
        return (*ids, *sorted({name for street in ids for name in self._of.get(street, [])}))


def _played(work: RealWork, day: Day, over: _Sections) -> TruthRow:
    declared = _span(work.hours_min, day.clock) if work.declared else None
    actual = _span(work.really_min, day.clock) if work.effect is not Effect.NONE else None
    where = [link_named(day.streets, place).id for place in work.where] if work.declared else []
    really = [link.id for link in real_links(work, day.streets)] if actual else []
    return TruthRow(
        work.kind,
        work.number,
        str(work.declared or ""),
        declared,
        over.with_streets(where),
        str(work.effect),
        actual,
        over.with_streets(really),
        _so(work.kind, declared, actual),
    )


def _so(kind: str, declared: Period | None, actual: Period | None) -> Period | None:
    """From when to when a kind of discrepancy is there to be seen."""
    if kind == HONEST:
        return None
    if declared and actual:
        edges = {
            "late_start": (declared[0], actual[0]),
            "early_end": (actual[1], declared[1]),
            "overrun": (declared[1], actual[1]),
            "elsewhere": actual,
        }
        return edges.get(kind, declared)
    return declared or actual


def _span(minutes: Span, clock: DayClock) -> Period:
    return clock.minute_ms(minutes[0]), clock.minute_ms(minutes[1])


def _honest(permit: AuthoredPermit, day: Day, over: _Sections) -> list[TruthRow]:
    """An authored permit: it does what it says when it says so, one row a period."""
    links = over.with_streets(link.id for link in links_of(permit, day.streets))
    effect = str(_EFFECTS.get(permit.closure, Effect.NONE))
    return [
        TruthRow(HONEST, permit.number, str(permit.closure), span, links, effect, span, links, None)
        for span in periods(permit, day.clock)
        if links
    ]


def _events(day: Day, over: _Sections) -> list[TruthRow]:
    """Roads closed by what the centre and the police report."""
    rows = []
    for event in day.events:
        if event.closure is Closure.FULL:
            span = _span(event.span_min, day.clock)
            links = over.with_streets(link_named(day.streets, x).id for x in event.sides())
            rows.append(
                TruthRow(HONEST, "", str(Closure.FULL), span, links, "full", span, links, None)
            )
    return rows


def _touches(row: TruthRow, from_ms: int, until_ms: int) -> bool:
    spans = [span for span in (row.declared_ms, row.actual_ms) if span]
    return any(first < until_ms and last > from_ms for first, last in spans)
