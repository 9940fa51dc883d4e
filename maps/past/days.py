"""A day of one link up to a moment: how fast it was by quarter hour, what is usual, what closed it.

Measured is what the history was told; what is usual is held beside it at the same grain. A quarter
hour of which nothing is known is a gap, never a nought. What lies ahead of now has its usual speeds
and the closures that are planned. Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from streams.contract.enums import Closure, Phase
from streams.contract.times import DAY_MS
from streams.domain.closures import GRAVITY
from streams.domain.links.fold import LinkView
from streams.domain.links.quarters import QUARTER_MS
from streams.domain.links.quarters_told import LinkQuarter
from streams.domain.links.usual import UsualSpeed
from streams.domain.works.phases import OVER, is_in_force, phase_at
from streams.domain.works.rows import Work

EIGHT_OF_TEN = 1.28
"""Standard deviations to either side of a mean: eight of ten lie between."""
TOLD_WITHIN_MS = 2 * QUARTER_MS
"""So long after its end a quarter hour has been told of, on a clock that runs."""


@dataclass(frozen=True, slots=True)
class ClosedTime:
    """A time in which something was, or is to be, taken from a link; without an end it goes on."""

    from_ms: int
    until_ms: int | None
    closure: Closure
    subjects: tuple[str, ...] = ()
    is_planned: bool = False


@dataclass(frozen=True, slots=True)
class Band:
    """What is usual in each quarter hour, km/h: eight of ten samples lie between low and high."""

    low_kmh: tuple[float | None, ...]
    usual_kmh: tuple[float | None, ...]
    high_kmh: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class DayWindow:
    """A day up to a moment, in whole quarter hours: their numbers, each told by when it ends."""

    at_ms: int
    first: int
    last: int

    @property
    def numbers(self) -> range:
        return range(self.first, self.last + 1)

    @property
    def times_ms(self) -> list[int]:
        return [(number + 1) * QUARTER_MS for number in self.numbers]

    @property
    def from_ms(self) -> int:
        return self.first * QUARTER_MS


def window_of(at_ms: int) -> DayWindow:
    """The quarter hour that a moment lies in or ends, and the 96 before it."""
    last = (at_ms - 1) // QUARTER_MS
    return DayWindow(at_ms, last - DAY_MS // QUARTER_MS, last)


def measured(
    window: DayWindow, told: Mapping[int, LinkQuarter]
) -> tuple[list[float | None], list[int]]:
    """The speeds and the passages of a window's quarter hours."""
    found = [told.get(number, LinkQuarter(None, 0)) for number in window.numbers]
    return [each.kmh for each in found], [each.passages for each in found]


def band(usual: Sequence[UsualSpeed | None]) -> Band:
    """What is usual as it is drawn."""
    return Band(
        tuple(_apart(each, -EIGHT_OF_TEN) for each in usual),
        tuple(_apart(each, 0.0) for each in usual),
        tuple(_apart(each, EIGHT_OF_TEN) for each in usual),
    )


def _apart(usual: UsualSpeed | None, deviations: float) -> float | None:
    """The speed so many standard deviations from the usual one, to a tenth; none below nought."""
    if usual is None:
        return None
    return max(0, round(usual.dkmh + deviations * usual.spread_dkmh)) / 10


def closed_times(then: Iterable[tuple[int, LinkView]], from_ms: int) -> list[ClosedTime]:
    """When something was taken from a link, of how it was from each time on."""
    found: list[ClosedTime] = []
    for ms, view in then:
        since_ms = max(ms, from_ms)
        last = found[-1] if found and found[-1].until_ms is None else None
        now = ClosedTime(since_ms, None, view.closure, view.subjects)
        if last is not None and (last.closure, last.subjects) == (now.closure, now.subjects):
            continue
        if last is not None:
            found[-1] = replace(last, until_ms=since_ms)
        if view.closure is not Closure.NONE:
            found.append(now)
    return [each for each in found if each.until_ms is None or each.until_ms > each.from_ms]


def planned_times(
    works: Mapping[str, Work], link_id: str, now_ms: int, at_ms: int
) -> list[ClosedTime]:
    """When works are to take something from a link, from now up to a moment ahead, by the quarter
    hour.
    """
    here = {name: work for name, work in works.items() if link_id in work.links}
    first = -(-now_ms // QUARTER_MS)
    steps = ((n * QUARTER_MS, _closing(here, n * QUARTER_MS)) for n in range(first, _end(at_ms)))
    views = ((ms, LinkView(closure=closure, subjects=names)) for ms, (closure, names) in steps)
    ahead = closed_times(views, now_ms) if here else []
    return [replace(each, is_planned=True) for each in ahead]


def _end(at_ms: int) -> int:
    return at_ms // QUARTER_MS + 1


def _closing(works: Mapping[str, Work], at_ms: int) -> tuple[Closure, tuple[str, ...]]:
    """The gravest closure that works make at a time, and which."""
    found: dict[str, Closure] = {}
    for name, work in works.items():
        phase: Phase = phase_at(work, at_ms)
        if phase not in OVER and is_in_force(work, phase, at_ms):
            found[f"work:{name}"] = work.closure
    gravest = min(found.values(), key=GRAVITY.index, default=Closure.NONE)
    return gravest, tuple(sorted(found)) if gravest is not Closure.NONE else ()
