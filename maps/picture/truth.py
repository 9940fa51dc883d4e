"""The scoreboard as the API states it: what the stages counted by day, added up. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Annotated, Protocol, Self, TypeVar

import msgspec
from msgspec import Meta

from maps.picture.fields import Ms
from streams.contract.enums import FeedStatus
from streams.domain.links.overlap import Agreement
from streams.domain.observed.score import PROMISED_S, DayScore
from streams.domain.scores import WITHIN_S, Delays, day_of
from streams.domain.stages.acknowledgements import Verdicts
from streams.domain.works.score import WorkDay

DAYS, MONTHS = 31, 13
_FRESH = (FeedStatus.LIVE, FeedStatus.EMPTY)


class Summed(Protocol):
    """Counts that add up."""

    def plus(self, other: Self) -> Self: ...


S = TypeVar("S", bound=Summed)


@dataclass(frozen=True, slots=True)
class TruthScores:
    """What the stages counted: by day, or by "day name"."""

    closures: Mapping[str, DayScore] = field(default_factory=dict)
    works: Mapping[str, WorkDay] = field(default_factory=dict)
    speeds: Mapping[str, Agreement] = field(default_factory=dict)
    verdicts: Mapping[str, Verdicts] = field(default_factory=dict)
    feeds: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


class DelayClass(msgspec.Struct):
    """How many delays were no longer than this, and longer than the class before."""

    until_s: Annotated[int | None, Meta(description="null: longer than all others")]
    count: int


class DelayFigures(msgspec.Struct):
    """Delays: how many, their mean, and in which class the middle one lies."""

    count: int
    mean_s: Annotated[float | None, Meta(description="null without any")]
    median_until_s: Annotated[
        int | None,
        Meta(description="end of the class of the median; null without any, or over an hour"),
    ]
    classes: list[DelayClass]


class TruthShare(msgspec.Struct):
    """So many of so many."""

    count: int
    of: int


class PromiseClass(msgspec.Struct):
    """Closures shown where so much was promised, and for how many that was enough."""

    until_s: Annotated[int, Meta(description="end of the class of promises")]
    promised: int
    kept: Annotated[int, Meta(description="counted from the first bus that went round")]
    kept_surely: Annotated[int, Meta(description="counted from the last bus that drove through")]


class VerdictFigures(msgspec.Struct):
    """What operators found the alerts of one rule to be."""

    rule: str
    false: int
    judged: int


class FeedFigures(msgspec.Struct):
    """The minutes of one feed; those that were neither live nor empty are stale."""

    feed: str
    stale: int
    minutes: int
    by_status: dict[str, int]


class Figures(msgspec.Struct, kw_only=True):
    """What the log of a period shows. Closures are counted by link."""

    name: Annotated[str, Meta(description="a period's name, or the day or month itself")]
    first: Annotated[str, Meta(description="first day in Korea")]
    last: str
    shown: Annotated[DelayFigures, Meta(description="from the first bus round until shown closed")]
    shown_most: Annotated[
        DelayFigures, Meta(description="from the last bus through until shown closed")
    ]
    cleared: Annotated[
        DelayFigures, Meta(description="from the first clean passage until shown open")
    ]
    dropped: Annotated[TruthShare, Meta(description="suspicions that the next bus through refuted")]
    faded: Annotated[int, Meta(description="closures given up because no bus came any more")]
    hours_begin: Annotated[DelayFigures, Meta(description="from a declared hour until shown")]
    hours_end: Annotated[DelayFigures, Meta(description="from a declared end until not shown")]
    kept: TruthShare
    kept_surely: TruthShare
    promises: list[PromiseClass]
    unpromised: Annotated[int, Meta(description="closures shown where nothing was promised")]
    verified: Annotated[
        TruthShare, Meta(description="begun works whose begin crew or office reported")
    ]
    its_within: Annotated[TruthShare, Meta(description="ITS speeds in the buses' interval")]
    bus_within: Annotated[TruthShare, Meta(description="bus speeds, as cars', in the ITS interval")]
    verdicts: list[VerdictFigures]
    feeds: list[FeedFigures]


class Truth(msgspec.Struct):
    """How true the screens were, from the log alone."""

    now_ms: Ms
    simulated: bool
    periods: Annotated[list[Figures], Meta(description="today, yesterday, days_7, days_30, month")]
    days: Annotated[list[Figures], Meta(description="the last 31 days of which anything is known")]
    months: Annotated[list[Figures], Meta(description="the last 13 months, likewise")]


def added_up(parts: Iterable[Mapping[str, S]]) -> dict[str, S]:
    """The rows of all partitions, those of one id added up."""
    found: dict[str, S] = {}
    for rows in parts:
        for row_id, row in rows.items():
            found[row_id] = found[row_id].plus(row) if row_id in found else row
    return found


def truth_of(scores: TruthScores, now_ms: int, *, is_simulated: bool) -> Truth:
    """The body of `/api/v1/truth`."""
    today = date.fromisoformat(day_of(now_ms))
    known = sorted({name[:10] for rows in _all(scores) for name in rows}, reverse=True)
    months = sorted({day[:7] for day in known}, reverse=True)[:MONTHS]
    oldest = (today - timedelta(days=DAYS - 1)).isoformat()
    return Truth(
        now_ms=now_ms,
        simulated=is_simulated,
        periods=[_figures(scores, *each) for each in _periods(today)],
        days=[_figures(scores, day, day, day) for day in known if day >= oldest],
        months=[_figures(scores, month, f"{month}-01", f"{month}-31") for month in months],
    )


def _periods(today: date) -> list[tuple[str, str, str]]:
    """Each period's name and its first and last day."""
    back = {"today": 0, "yesterday": 1, "days_7": 6, "days_30": 29, "month": today.day - 1}
    last = {"yesterday": 1}
    return [
        (
            name,
            (today - timedelta(days=days)).isoformat(),
            (today - timedelta(days=last.get(name, 0))).isoformat(),
        )
        for name, days in back.items()
    ]


def _all(scores: TruthScores) -> list[Mapping[str, object]]:
    return [scores.closures, scores.works, scores.speeds, scores.verdicts, scores.feeds]


def _figures(scores: TruthScores, name: str, first: str, last: str) -> Figures:
    def within(row_id: str) -> bool:
        return first <= row_id[:10] <= last

    closures = _total(scores.closures, within, DayScore())
    works = _total(scores.works, within, WorkDay())
    speeds = _total(scores.speeds, within, Agreement())
    shown, promised = closures.shown.number, sum(closures.promised)
    return Figures(
        name=name,
        first=first,
        last=last,
        shown=_delays(closures.shown),
        shown_most=_delays(closures.shown_most),
        cleared=_delays(closures.cleared),
        dropped=TruthShare(closures.dropped, closures.dropped + shown),
        faded=closures.faded,
        hours_begin=_delays(works.opened),
        hours_end=_delays(works.closed),
        kept=TruthShare(sum(closures.kept), promised),
        kept_surely=TruthShare(sum(closures.kept_surely), promised),
        promises=[
            PromiseClass(*row)
            for row in zip(
                PROMISED_S, closures.promised, closures.kept, closures.kept_surely, strict=True
            )
        ],
        unpromised=closures.unpromised,
        verified=TruthShare(works.verified, works.begun),
        its_within=TruthShare(speeds.its_within, speeds.pairs),
        bus_within=TruthShare(speeds.bus_within, speeds.pairs),
        verdicts=_verdicts(scores.verdicts, within),
        feeds=_feeds(scores.feeds, within),
    )


def _total(rows: Mapping[str, S], within: Callable[[str], bool], none: S) -> S:
    total = none
    for row_id, row in rows.items():
        total = total.plus(row) if within(row_id) else total
    return total


def _delays(delays: Delays) -> DelayFigures:
    ends: tuple[int | None, ...] = (*WITHIN_S, None)
    half = (delays.number + 1) // 2
    passed, median = 0, None
    for end_s, number in zip(ends, delays.classes, strict=True):
        if passed < half <= passed + number:
            median = end_s
        passed += number
    mean_s = round(delays.total_s / delays.number, 1) if delays.number else None
    rows = zip(ends, delays.classes, strict=True)
    return DelayFigures(delays.number, mean_s, median, [DelayClass(*row) for row in rows])


def _verdicts(rows: Mapping[str, Verdicts], within: Callable[[str], bool]) -> list[VerdictFigures]:
    by_rule: dict[str, Verdicts] = {}
    for row_id, row in rows.items():
        if within(row_id):
            rule = row_id[11:]
            by_rule[rule] = by_rule.get(rule, Verdicts()).plus(row)
    return [
        VerdictFigures(rule, row.false, row.false + row.true)
        for rule, row in sorted(by_rule.items())
        if row.false + row.true
    ]


def _feeds(
    rows: Mapping[str, Mapping[str, int]], within: Callable[[str], bool]
) -> list[FeedFigures]:
    by_feed: dict[str, dict[str, int]] = {}
    for row_id, row in sorted(rows.items()):
        if within(row_id):
            minutes = by_feed.setdefault(row_id[11:], {})
            for status, number in row.items():
                minutes[status] = minutes.get(status, 0) + number
    return [
        FeedFigures(
            feed,
            sum(number for status, number in minutes.items() if status not in _FRESH),
            sum(minutes.values()),
            minutes,
        )
        for feed, minutes in sorted(by_feed.items())
    ]
