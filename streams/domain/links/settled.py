"""What stood in a place before: for judgements that must not see who was first.

The inputs of the roads come in their own order each, but nothing fixes how they interleave. So a
thing is judged at fixed times, the ends of windows, once the slowest input has passed one; and it
is judged by what each input had reported before, by the input's own time. What an input that runs
ahead replaces meanwhile is kept here until it is judged. Pure.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Stood(Generic[T]):
    """What stood in a place (None: nothing) for judgements at `until_ms` and before."""

    until_ms: int
    row: T | None


Before = Mapping[str, tuple[Stood[T], ...]]
"""By place, what stood there, oldest first."""


class Judged(NamedTuple):
    """All judgements up to `at_ms` are made; there is one at each multiple of `every_ms`."""

    at_ms: int
    every_ms: int

    def next_after(self, ms: int) -> int:
        """The first judgement still to be made that is later than `ms`."""
        after_ms = max(ms, self.at_ms)
        return after_ms - after_ms % self.every_ms + self.every_ms


def keep(
    before: Before[T], place: str, row: T | None, until_ms: int, judged: Judged
) -> dict[str, tuple[Stood[T], ...]]:
    """`before` with what stood in a place until `until_ms`, if any judgement will see it there."""
    kept = before.get(place, ())
    if judged.next_after(kept[-1].until_ms if kept else 0) > until_ms:
        return dict(before)
    return dict(sorted({**before, place: (*kept, Stood(until_ms, row))}.items()))


def standing(now: Mapping[str, T], before: Before[T], at_ms: int) -> dict[str, T]:
    """What stands in each place for a judgement at `at_ms`, in the order of the places."""
    if not before:
        return dict(now)
    rows = {
        place: next(
            (each.row for each in before.get(place, ()) if at_ms <= each.until_ms), now.get(place)
        )
        for place in {*now, *before}
    }
    return {place: row for place, row in sorted(rows.items()) if row is not None}


def forget(before: Before[T], judged: Judged) -> dict[str, tuple[Stood[T], ...]]:
    """`before` without what no judgement will see any more."""
    next_ms = judged.next_after(0)
    kept = {
        place: tuple(each for each in stood if each.until_ms >= next_ms)
        for place, stood in before.items()
    }
    return {place: stood for place, stood in kept.items() if stood}


def without(before: Before[T], is_old: Callable[[T], bool]) -> dict[str, tuple[Stood[T], ...]]:
    """`before` where nothing stood in the place of what is too old."""
    return {
        place: tuple(
            Stood(each.until_ms, None) if each.row is not None and is_old(each.row) else each
            for each in stood
        )
        for place, stood in before.items()
    }
