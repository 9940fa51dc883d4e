"""What is known of a link, and the one view of it that the screens show.

What was replaced is kept for as long as a judgement may still ask for it (see `settled`): the
inputs of the roads run ahead of each other, and what is judged must not depend on which was first.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from streams.contract.derived import Obstruction, Passage, SpeedShare
from streams.contract.enums import Certainty, Closure, Level, Phase
from streams.contract.grammars import Thresholds
from streams.domain.closures import GRAVITY
from streams.domain.links.estimate import NO_HABIT, USUAL_WEIGHTS, Habit, Weights
from streams.domain.links.leading import Led, SeenSpeeds, leading
from streams.domain.links.levels import level, times_slower
from streams.domain.links.reported import Reported, report_after, reported_pace
from streams.domain.links.settled import Judged, Stood, forget, keep, standing, without
from streams.domain.links.windows import SpeedWindow, WindowGrid, add_passage
from streams.geo.network import Link

DRIVE_OUT_MS = 120_000  # a bus on the link as it closes leaves it within
ENOUGH_BUSES = 2  # that confirm a speed or contradict a closure; one may be an exception


@dataclass(frozen=True, slots=True)
class LinkFold:
    """Everything the fold keeps of one link.

    `shut_ms` is by subject since when a full closure is in force, by its source's time.
    `reported_before` and `obstructions_before` are what stood in their places and may still be
    asked for: almost always nothing. `habit` is of the windows that take nothing more.
    """

    windows: tuple[SpeedWindow, ...] = ()
    reported: dict[str, Reported] = field(default_factory=dict)  # by measured link
    obstructions: dict[str, Obstruction] = field(default_factory=dict)  # by subject
    oldest_ms: int = 0  # of the observations; 0: none
    bus_ms: int = 0  # the newest passage; 0: none
    its_ms: int = 0  # the newest report
    habit: Habit = NO_HABIT
    shut_ms: dict[str, int] = field(default_factory=dict)
    reported_before: dict[str, tuple[Stood[Reported], ...]] = field(default_factory=dict)
    obstructions_before: dict[str, tuple[Stood[Obstruction], ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LinkView:
    """What the screens show of a link; without anything, one that nothing is known of.

    `certainty` is that of the speed, `closure_certainty` that of the closure, None without one:
    CONTRADICTED where `buses_through` of the last minutes drove what is reported closed. The true
    speed lies between `speed_low_kmh` and `speed_high_kmh` in 8 of 10 cases. `usual_kmh` is the
    usual speed of this quarter hour on such a day, None before it is learned.
    """

    speed_kmh: float | None = None
    level: Level = Level.UNKNOWN
    samples: int = 0
    observed_ms: int | None = None
    certainty: Certainty = Certainty.LOST
    sources: dict[str, int] = field(default_factory=dict)
    closure: Closure = Closure.NONE
    subjects: tuple[str, ...] = ()
    closure_certainty: Certainty | None = None
    buses_through: int = 0
    speed_low_kmh: float | None = None
    speed_high_kmh: float | None = None
    usual_kmh: float | None = None

    @property
    def times_slower(self) -> float | None:
        """How it is now against the usual, below 1 where faster; None: not known."""
        return times_slower(self.speed_kmh, self.usual_kmh)


@dataclass(frozen=True, slots=True)
class FoldSettings:
    """What the fold decides by; a speed counts for `fresh_ms`, and as now for `stale_ms`."""

    grid: WindowGrid
    fresh_ms: int
    thresholds: Mapping[str, Thresholds]
    stale_ms: int = 300_000
    weights: Weights = USUAL_WEIGHTS


class ReportMoment(NamedTuple):
    """When a source reported something, by its own time, and how far judgement has come."""

    reported_ms: int
    judged: Judged


def take_passage(link: LinkFold, passage: Passage, grid: WindowGrid) -> LinkFold:
    return replace(link, windows=add_passage(link.windows, passage, grid))


def take_speed(
    link: LinkFold, speed: SpeedShare, moment: ReportMoment, rules: FoldSettings
) -> LinkFold:
    """The link with a reported speed; an older report than the one known changes nothing.

    What its source's time has made old takes no part in the mean, taken away or not yet. It counts
    in judgements from when both its arrival and its own time have passed. Reports keep the order of
    their names: sums of floats depend on the order of their parts.
    """
    known = link.reported.get(speed.via)
    if known is not None and known.observed_ms > speed.observed_ms:
        return link
    if known is not None and known[:3] == (speed.speed_kmh, speed.observed_ms, speed.share):
        return link
    is_old = known is None or known.observed_ms <= moment.reported_ms - rules.fresh_ms
    latest = report_after(None if is_old else known, speed, rules.weights.report_half_ms)
    from_ms = max(moment.reported_ms, speed.observed_ms)
    return replace(
        link,
        reported=dict(sorted({**link.reported, speed.via: latest}.items())),
        reported_before=keep(link.reported_before, speed.via, known, from_ms, moment.judged),
    )


def take_obstruction(link: LinkFold, obstruction: Obstruction, moment: ReportMoment) -> LinkFold:
    """The link with, or after its end without, a work or an incident."""
    subject = obstruction.subject
    known = link.obstructions.get(subject)
    if obstruction == known or (known is None and obstruction.is_over):
        return link
    others = {k: v for k, v in link.obstructions.items() if k != subject}
    if not obstruction.is_over:
        others[subject] = obstruction
    before = keep(link.obstructions_before, subject, known, moment.reported_ms, moment.judged)
    shut_ms = {k: v for k, v in link.shut_ms.items() if k != subject}
    if not obstruction.is_over and _shuts(obstruction):
        shut_ms[subject] = link.shut_ms.get(subject, moment.reported_ms)
    return replace(
        link,
        obstructions=dict(sorted(others.items())),
        obstructions_before=before,
        shut_ms=dict(sorted(shut_ms.items())),
    )


def _shuts(obstruction: Obstruction) -> bool:
    return obstruction.phase is Phase.ACTIVE and obstruction.closure is Closure.FULL


def age(link: LinkFold, now_ms: int, fresh_ms: int) -> LinkFold:
    """The link without what is too old to count as now."""
    since_ms = now_ms - fresh_ms

    def is_old(report: Reported) -> bool:
        return report.observed_ms <= since_ms

    return replace(
        link,
        windows=tuple(w for w in link.windows if w.latest_ms > since_ms),
        reported={via: r for via, r in link.reported.items() if not is_old(r)},
        reported_before=without(link.reported_before, is_old),
    )


def judged(link: LinkFold, done: Judged) -> LinkFold:
    """The link without what no later judgement can ask for."""
    if not link.reported_before and not link.obstructions_before:
        return link
    return replace(
        link,
        reported_before=forget(link.reported_before, done),
        obstructions_before=forget(link.obstructions_before, done),
    )


def as_of(link: LinkFold, at_ms: int, rules: FoldSettings) -> LinkFold:
    """The link as all its inputs had reported it by the judgement at `at_ms`: windows that take
    nothing more, the reports and obstructions that stood then.
    """
    since_ms = at_ms - rules.fresh_ms
    return LinkFold(
        windows=tuple(
            window
            for window in link.windows
            if window.latest_ms > since_ms and rules.grid.is_closed(window.start_ms, at_ms)
        ),
        reported={
            via: report
            for via, report in standing(link.reported, link.reported_before, at_ms).items()
            if report.observed_ms > since_ms
        },
        obstructions=standing(link.obstructions, link.obstructions_before, at_ms),
        habit=learned(link, at_ms, rules.grid).habit,
    )


def learned(link: LinkFold, at_ms: int, grid: WindowGrid) -> LinkFold:
    """The link with the windows in its habit that take nothing more at `at_ms`."""
    new = [w for w in link.windows if not w.is_learned and grid.is_closed(w.start_ms, at_ms)]
    if not new:
        return link
    windows = tuple(w._replace(is_learned=True) if w in new else w for w in link.windows)
    return replace(link, windows=windows, habit=link.habit.add(new))


def stamped(link: LinkFold) -> LinkFold:
    """The link with the times of its oldest and newest observations, so that a tick finds fast
    which have aged.
    """
    buses_ms = [window.latest_ms for window in link.windows]
    reports_ms = [report.observed_ms for report in link.reported.values()]
    oldest_ms = min([*buses_ms, *reports_ms, *_replaced_ms(link)], default=0)
    bus_ms, its_ms = max(buses_ms, default=0), max(reports_ms, default=0)
    if (oldest_ms, bus_ms, its_ms) == (link.oldest_ms, link.bus_ms, link.its_ms):
        return link
    return replace(link, oldest_ms=oldest_ms, bus_ms=bus_ms, its_ms=its_ms)


def observed_ms(link: LinkFold) -> list[int]:
    """The times of all that was observed on the link, oldest first."""
    windows = (window.latest_ms for window in link.windows)
    reports = (report.observed_ms for report in link.reported.values())
    return sorted([*windows, *reports, *_replaced_ms(link)])


def _replaced_ms(link: LinkFold) -> list[int]:
    before = link.reported_before.values()
    return [each.row.observed_ms for row in before for each in row if each.row is not None]


def view(
    link: LinkFold, road: Link, rules: FoldSettings, now_ms: int, car_factor: float = 1.0
) -> LinkView:
    """What is shown of a link at `now_ms`, which only says what is stale.

    A section's speed is that of buses alone. A standard link's is that of all vehicles: what a
    centre reports, unless that is stale and buses were seen later; else that of buses times
    `car_factor`.
    """
    samples = sum(window.samples for window in link.windows)
    old_ms = now_ms - rules.stale_ms
    seen = SeenSpeeds(link.windows, link.habit, tuple(link.reported.values()))
    led = leading(seen, road, rules.weights, old_ms=old_ms, car_factor=car_factor)
    is_stale = led is not None and led.observed_ms <= old_ms
    speed, low, high = led.pace.kmh() if led else (None, None, None)
    sources = {"bus": samples} if samples else {}
    if reported_pace(link.reported.values()) is not None:
        sources["its"] = len(link.reported)
    closure, through = _closure(link), _buses_through(link)
    return LinkView(
        speed_kmh=_tenths(speed),
        level=level(speed, rules.thresholds[road.road_class]),
        samples=samples,
        observed_ms=led.observed_ms if led else None,
        certainty=Certainty.STALE if is_stale else _certainty(samples, led),
        sources=sources,
        closure=closure,
        subjects=tuple(link.obstructions),
        closure_certainty=_closure_certainty(link, closure, through),
        buses_through=through,
        speed_low_kmh=_tenths(low),
        speed_high_kmh=_tenths(high),
    )


def _tenths(value: float | None) -> float | None:
    """A number to a tenth, as columns of them are rounded."""
    return None if value is None else round(value * 10) / 10


def _certainty(samples: int, led: Led | None) -> Certainty:
    """Two buses confirm; a traffic centre reports; one bus lets infer; nothing fresh is lost."""
    if led is None:
        return Certainty.LOST
    if samples >= ENOUGH_BUSES:
        return Certainty.CONFIRMED
    return Certainty.REPORTED if led.is_reported else Certainty.INFERRED


def _closure(link: LinkFold) -> Closure:
    """The gravest closure in force on the link."""
    active = [o.closure for o in link.obstructions.values() if o.phase is Phase.ACTIVE]
    return min(active, key=GRAVITY.index, default=Closure.NONE)


def _buses_through(link: LinkFold) -> int:
    """The passages of the last minutes that a full closure in force should have kept away."""
    if not link.shut_ms:
        return 0
    since_ms = min(link.shut_ms.values()) + DRIVE_OUT_MS
    return sum(window.samples for window in link.windows if window.start_ms >= since_ms)


def _closure_certainty(link: LinkFold, closure: Closure, through: int) -> Certainty | None:
    """Buses contradict a full closure; a crew or an office confirms; a paper alone reports."""
    if closure is Closure.NONE:
        return None
    if through >= ENOUGH_BUSES:
        return Certainty.CONTRADICTED
    causes = [
        o for o in link.obstructions.values() if o.phase is Phase.ACTIVE and o.closure is closure
    ]
    return Certainty.CONFIRMED if any(cause.is_seen for cause in causes) else Certainty.REPORTED
