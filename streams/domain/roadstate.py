"""The fold: all that is known of a link, and the one state the screens show of it.

The fold is a function of the log alone. Each input partition brings its own time in order (ticks);
a passage is late by the time of the partition it came from, and a window closes when the slowest
partition has passed it. So the order in which partitions interleave leaves no trace in the state.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from streams.domain.levels import Thresholds, level
from streams.domain.network import Network
from streams.domain.records import (
    Closure,
    LinkBatch,
    LinkEvents,
    Message,
    Obstruction,
    Origin,
    Passage,
    SpeedShare,
)
from streams.domain.stage import Effects, Rows, Table
from streams.domain.windows import SpeedWindow, WindowGrid, add_passage, space_mean_kmh

WEIGHT_REPORTED = 3.0  # a traffic centre's speed counts like three passages
MIN_SHARE = 0.5  # measured parts that cover less of a link say nothing about it
_GRAVITY = (
    Closure.FULL,
    Closure.PARTIAL,
    Closure.UNKNOWN,
    Closure.SHOULDER,
    Closure.BUS_STOP,
    Closure.BICYCLE,
    Closure.SIDEWALK,
    Closure.NONE,
)


class Source(NamedTuple):
    """One input partition as the fold has seen it: the last origin applied, and its time."""

    offset: int = -1
    watermark_ms: int = 0


class Reported(NamedTuple):
    """The latest speed a traffic centre gave for (a part of) a link."""

    speed_kmh: float
    observed_ms: int
    share: float


@dataclass(frozen=True, slots=True)
class LinkFold:
    """Everything the fold keeps of one link."""

    windows: tuple[SpeedWindow, ...] = ()
    reported: dict[str, Reported] = field(default_factory=dict)  # by measured link
    obstructions: dict[str, Obstruction] = field(default_factory=dict)  # by subject
    oldest_ms: int = 0  # of the observations; 0: none


@dataclass(frozen=True, slots=True)
class LinkView:
    """What the screens show of a link."""

    speed_kmh: float | None
    level: str
    samples: int
    observed_ms: int | None
    certainty: str
    sources: dict[str, int]
    closure: Closure
    subjects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """What the fold decides by; a speed counts as now for `fresh_ms`."""

    grid: WindowGrid
    fresh_ms: int
    thresholds: Mapping[str, Thresholds]


def take_passage(link: LinkFold, passage: Passage, grid: WindowGrid) -> LinkFold:
    return replace(link, windows=add_passage(link.windows, passage, grid))


def take_speed(link: LinkFold, speed: SpeedShare) -> LinkFold:
    """The link with a reported speed; an older report than the one known changes nothing.

    Reports keep the order of their names: sums of floats depend on the order of their parts.
    """
    known = link.reported.get(speed.via)
    if known is not None and known.observed_ms > speed.observed_ms:
        return link
    latest = Reported(speed.speed_kmh, speed.observed_ms, speed.share)
    return replace(link, reported=dict(sorted({**link.reported, speed.via: latest}.items())))


def take_obstruction(link: LinkFold, obstruction: Obstruction) -> LinkFold:
    """The link with, or after its end without, a work or an incident."""
    others = {k: v for k, v in link.obstructions.items() if k != obstruction.subject}
    if not obstruction.is_over:
        others[obstruction.subject] = obstruction
    return replace(link, obstructions=dict(sorted(others.items())))


def age(link: LinkFold, now_ms: int, fresh_ms: int) -> LinkFold:
    """The link without what is too old to count as now."""
    since_ms = now_ms - fresh_ms
    return replace(
        link,
        windows=tuple(w for w in link.windows if w.latest_ms > since_ms),
        reported={via: r for via, r in link.reported.items() if r.observed_ms > since_ms},
    )


def stamped(link: LinkFold) -> LinkFold:
    """The link with the time of its oldest observation, so that a tick finds the aged ones fast."""
    return replace(link, oldest_ms=min(_times_ms(link), default=0))


def _times_ms(link: LinkFold) -> list[int]:
    return [w.latest_ms for w in link.windows] + [r.observed_ms for r in link.reported.values()]


def view(link: LinkFold, road_class: str, rules: Rules) -> LinkView:
    """What is shown of a link.

    Fusion rule: the space-mean speed of the passages and the reported speed, weighted harmonically
    by passages and by `WEIGHT_REPORTED`; travel times add, so speeds meet as slowness.
    """
    samples = sum(window.samples for window in link.windows)
    driven_kmh = space_mean_kmh(link.windows)
    reported_kmh = _reported_kmh(link)
    speed_kmh = _fused_kmh(driven_kmh, samples, reported_kmh)
    sources = {"bus": samples} if samples else {}
    if reported_kmh is not None:
        sources["its"] = len(link.reported)
    return LinkView(
        speed_kmh=None if speed_kmh is None else round(speed_kmh, 1),
        level=level(speed_kmh, rules.thresholds[road_class]),
        samples=samples,
        observed_ms=max(_times_ms(link)) if speed_kmh is not None else None,
        certainty=_certainty(samples, reported_kmh),
        sources=sources,
        closure=_closure(link),
        subjects=tuple(link.obstructions),
    )


def _reported_kmh(link: LinkFold) -> float | None:
    """The length-weighted harmonic mean of the reported parts, once they cover half of the link."""
    parts = [report for report in link.reported.values() if report.speed_kmh > 0]
    covered = sum(part.share for part in parts)
    if covered < MIN_SHARE:
        return None
    return covered / sum(part.share / part.speed_kmh for part in parts)


def _fused_kmh(driven_kmh: float | None, samples: int, reported_kmh: float | None) -> float | None:
    if driven_kmh is None or reported_kmh is None:
        return driven_kmh if reported_kmh is None else reported_kmh
    weight = samples + WEIGHT_REPORTED
    return weight / (samples / driven_kmh + WEIGHT_REPORTED / reported_kmh)


def _certainty(samples: int, reported_kmh: float | None) -> str:
    """Two buses confirm; a traffic centre reports; one bus lets infer; nothing fresh is lost."""
    if samples >= 2:
        return "confirmed"
    if reported_kmh is not None:
        return "reported"
    return "inferred" if samples else "lost"


def _closure(link: LinkFold) -> Closure:
    """The gravest closure in force on the link."""
    active = [o.closure for o in link.obstructions.values() if o.phase == "active"]
    return min(active, key=_GRAVITY.index, default=Closure.NONE)


class RoadsStage:
    """link-events -> road states: the one place a road changes."""

    takes = (LinkBatch,)
    tables = (
        Table("folds", LinkFold),
        Table("links", LinkView, letter="l"),
        Table("sources", Source),
        Table("clock", int, letter="c", is_global=True),
    )

    def __init__(self, network: Network, rules: Rules, inputs: tuple[str, ...]) -> None:
        """`inputs`: all input partitions, "topic/partition"; time stands until all have spoken."""
        self._rules = rules
        self._inputs = inputs
        self._classes = {link.id: link.road_class for link in network.links}

    def step(self, state: Mapping[str, Rows], message: Message, origin: Origin) -> Effects:
        effects = Effects()
        if isinstance(message, LinkBatch):
            for part in message.parts:
                self._step(_Rows(state, effects), part, origin.partition)
        return effects

    def _step(self, rows: "_Rows", part: LinkEvents, partition: int) -> None:
        came_from = f"{part.origin.topic}/{part.origin.partition}"
        source = rows.get("sources", came_from, Source())
        if part.origin.offset <= source.offset:
            rows.effects.count("link-events repeated")
            return
        watermark_ms = max(source.watermark_ms, part.watermark_ms)
        rows.effects.put("sources", came_from, Source(part.origin.offset, watermark_ms))
        changed = self._take(rows, part, watermark_ms)
        if watermark_ms > source.watermark_ms:
            changed |= self._advance(rows, partition)
        self._show(rows, changed, rows.get("clock", str(partition), 0))

    def _take(self, rows: "_Rows", part: LinkEvents, watermark_ms: int) -> set[str]:
        """Fold the part's records into their links; which links changed."""
        changed: set[str] = set()
        grid = self._rules.grid
        records: tuple[Passage | SpeedShare | Obstruction, ...] = (
            *part.passages,
            *part.speeds,
            *part.obstructions,
        )
        for row in records:
            if row.link_id not in self._classes:
                rows.effects.count("link-events unknown_link")
                continue
            link = rows.get("folds", row.link_id, _NOTHING)
            if isinstance(row, Passage):
                if grid.is_closed(grid.start_of(row.exited_ms), watermark_ms):
                    rows.effects.count("passages late")
                    continue
                link = take_passage(link, row, grid)
            elif isinstance(row, SpeedShare):
                if row.observed_ms <= watermark_ms - self._rules.fresh_ms:
                    rows.effects.count("speeds late")  # time would take it away, or already has
                    continue
                link = take_speed(link, row)
            else:
                link = take_obstruction(link, row)
            rows.effects.put("folds", row.link_id, stamped(link))
            changed.add(row.link_id)
        return changed

    def _advance(self, rows: "_Rows", partition: int) -> set[str]:
        """Move the partition's clock to the slowest input's time; which links aged by it."""
        times = (rows.get("sources", name, Source()).watermark_ms for name in self._inputs)
        now_ms = min(times)
        if now_ms <= rows.get("clock", str(partition), 0):
            return set()
        rows.effects.put("clock", str(partition), now_ms)
        fresh_ms = self._rules.fresh_ms
        aged = {
            link_id: link
            for link_id, link in rows.all("folds")
            if 0 < link.oldest_ms <= now_ms - fresh_ms
        }
        for link_id, link in aged.items():
            rows.effects.put("folds", link_id, stamped(age(link, now_ms, fresh_ms)))
        return set(aged)

    def _show(self, rows: "_Rows", changed: set[str], now_ms: int) -> None:
        for link_id in sorted(changed):
            shown = view(rows.get("folds", link_id, _NOTHING), self._classes[link_id], self._rules)
            before = rows.get("links", link_id, None)
            if shown == before:
                continue
            rows.effects.put("links", link_id, shown)
            if before is None or any(getattr(shown, n) != getattr(before, n) for n in _TOLD):
                rows.effects.remember(f"link:{link_id}", now_ms, _said(shown))


_NOTHING = LinkFold()
_TOLD = ("level", "closure", "subjects")


def _said(shown: LinkView) -> dict[str, Any]:
    """What the history keeps of a link: what a person would remember, not each km/h."""
    return {name: getattr(shown, name) for name in (*_TOLD, "certainty")}


class _Rows:
    """The rows as they stand in the midst of a message: its effects over the state."""

    def __init__(self, state: Mapping[str, Rows], effects: Effects) -> None:
        self._state = state
        self.effects = effects

    def get(self, table: str, row_id: str, absent: Any) -> Any:
        now = self.effects.changes.get(table, {})
        found = now[row_id] if row_id in now else self._state[table].get(row_id)
        return absent if found is None else found

    def all(self, table: str) -> Iterator[tuple[str, Any]]:
        now = self.effects.changes.get(table, {})
        yield from ((name, row) for name, row in self._state[table].items() if name not in now)
        yield from ((name, row) for name, row in now.items() if row is not None)
