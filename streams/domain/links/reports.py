"""Reports of many links at once: `links/reported.py` and its part of `links/fold.py`, in columns.

The same bounds, the same formulas in the same order, so that every number is the same to the last
bit; `tests/unit/laws/test_columns.py` holds them against each other. Pure.
"""

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple, Self

import numpy as np

from streams.domain.links.columns import NONE, REPORT, Array, Places
from streams.domain.links.estimate import FASTEST_MS_KM, Z80
from streams.domain.links.reported import (
    FIRST_DEVIATION,
    MIN_SHARE,
    MOST_PART_S,
    OWN_DEVIATION,
    SPREAD_PART,
    STANDING_KMH,
    parts_of,
)

SHORT = 1 << 16  # numpy sorts numbers below in one pass


class NewReports(NamedTuple):
    """What links report of themselves and whole, a row a report, in the order they came; with the
    time of their inputs then.
    """

    kmh: Array
    at_ms: Array
    watermark_ms: Array

    def at(self, rows: Places) -> "NewReports":
        return NewReports(self.kmh[rows], self.at_ms[rows], self.watermark_ms[rows])


@dataclass(frozen=True, slots=True)
class ReportColumns:
    """What is known of links, a row a link (see `columns.REPORT`). `take` writes to it."""

    at_ms: Array
    kmh: Array
    share: Array
    mean_kmh: Array
    spread: Array

    @classmethod
    def of(cls, records: Array) -> Self:
        return cls(*(np.ascontiguousarray(records[name]) for name in REPORT.names or ()))

    def records(self) -> Array:
        found = np.empty(len(self.at_ms), REPORT)
        for name in REPORT.names or ():
            found[name] = getattr(self, name)
        return found

    def first(self, count: int) -> "ReportColumns":
        """The first so many links; what is written to them is written to all."""
        return ReportColumns(*(getattr(self, name)[:count] for name in REPORT.names or ()))

    def goes(self, new: NewReports) -> Array:
        """Of which links a report is news: no older one, and not the same once more."""
        is_same = (self.at_ms == new.at_ms) & (self.kmh == new.kmh) & (self.share == 1.0)
        found: Array = (self.at_ms <= new.at_ms) & ~is_same
        return found

    def take(self, new: NewReports, goes: Array, *, fresh_ms: int, half_ms: int) -> None:
        """Take one report of each link, where it is news: `reported.report_after`."""
        kmh, at_ms = new.kmh, new.at_ms
        begins = (self.at_ms <= new.watermark_ms - fresh_ms) | (self.at_ms >= at_ms)
        begins |= self.mean_kmh < STANDING_KMH
        passed_s = np.minimum(-((self.at_ms - at_ms) // 1000), MOST_PART_S)
        passed_s[begins] = 0
        part = _parts(half_ms)[np.maximum(passed_s, 0)]
        away = kmh - self.mean_kmh
        mean_kmh = _thousandths(self.mean_kmh + part * away)
        spread = _thousandths((1 - part) * (self.spread + part * away * away))
        if begins.any():
            first = FIRST_DEVIATION * kmh[begins]
            mean_kmh[begins], spread[begins] = kmh[begins], first * first
        is_none = kmh < STANDING_KMH
        if is_none.any():
            mean_kmh[is_none] = spread[is_none] = 0.0
        where = goes if not goes.all() else True
        for known, now in (
            (self.at_ms, at_ms),
            (self.kmh, kmh),
            (self.share, 1.0),
            (self.mean_kmh, mean_kmh),
            (self.spread, spread),
        ):
            np.copyto(known, now, where=where)


class Turns(NamedTuple):
    """Rows in turns: the first of each place, then the second of those that have one ...

    `places` are in an order in which each turn's are the first so many.
    """

    places: Places
    rows: tuple[Places, ...]


def turns_of(places: Places) -> Turns:
    """Turns in which no two rows are of one place, and those of a place keep their order."""
    order = _order(places)
    begins = np.flatnonzero(np.diff(places[order], prepend=NONE))
    counts = np.diff(begins, append=len(order))
    most_first = np.argsort(-counts, kind="stable")
    begins, counts = begins[most_first], counts[most_first]
    sizes = np.searchsorted(-counts, -np.arange(int(counts[0])), side="left")
    rows = tuple(order[begins[:size] + turn] for turn, size in enumerate(sizes.tolist()))
    return Turns(places[order[begins]], rows)


def _order(places: Places) -> Places:
    """The rows by place, those of one place in their order."""
    order = np.argsort((places % SHORT).astype(np.uint16), kind="stable")
    high = places // SHORT
    if high.any():
        order = order[np.argsort(high[order].astype(np.uint16), kind="stable")]
    return order


@cache
def _parts(half_ms: int) -> Array:
    return np.array(parts_of(half_ms))


def _thousandths(values: Array) -> Array:
    rounded: Array = np.rint(values * 1000)
    return rounded / 1000


class ReportedPaces(NamedTuple):
    """Speeds of reports, and the ends of their 80 % interval; nothing where not `is_any`."""

    is_any: Array
    kmh: Array
    low_kmh: Array
    high_kmh: Array


def paces_of(records: Array) -> ReportedPaces:
    """`reported.reported_pace` of one report each, and `PaceEstimate.kmh` of that."""
    share, mean_kmh = records["share"], records["mean_kmh"]
    is_any = (mean_kmh >= STANDING_KMH) & (share >= MIN_SHARE)
    if not is_any.all():
        share, mean_kmh = np.where(is_any, share, 1.0), np.where(is_any, mean_kmh, 1.0)
    own = OWN_DEVIATION * mean_kmh
    deviation = share * np.sqrt(SPREAD_PART * records["spread"] + own * own) / mean_kmh
    ms_km = share * 3_600_000 / mean_kmh / share
    room = Z80 * (ms_km * deviation / share)
    least_ms_km = np.maximum(np.minimum(ms_km, FASTEST_MS_KM), ms_km - room)
    return ReportedPaces(
        is_any, 3_600_000 / ms_km, 3_600_000 / (ms_km + room), 3_600_000 / least_ms_km
    )
