"""The worker's table of links, in columns.

What thousands of links have in common is done for all of them at once: taking what they reported of
themselves, ageing it, its views, the looks for what is slow, what is learned of a quarter hour. A
link with buses, works or parts measured apart goes link by link through `fold`, as does everything
in the audit's own table (`streams/audit/rows.py`), which this one is held against.
"""

import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from streams.contract.derived import SpeedColumns
from streams.contract.enums import Certainty, Level
from streams.contract.grammars import Thresholds
from streams.domain.links.columns import (
    CERTAINTIES,
    CLOSURES,
    LEVELS,
    LINKS,
    NO_STOOD,
    NONE,
    NOT_TOLD,
    NOTHING,
    PAGE,
    REST,
    STOOD,
    VIEW,
    Array,
    LinkColumns,
    LinkPatch,
    OwnPart,
    Places,
    are_other,
    copied,
    empty_rows,
    own_part,
    parted,
    picked,
    put_at,
    report_row,
    rest_row,
    view_row,
    whole,
)
from streams.domain.links.fold import (
    FoldSettings,
    LinkFold,
    LinkView,
    ReportMoment,
    age,
    judged,
    learned,
    observed_ms,
    stamped,
    view,
)
from streams.domain.links.history import (
    CERTAINTY_SHIFT,
    FREE,
    KEPT,
    PLACE_SHIFT,
    LinksEntry,
    Obstructed,
)
from streams.domain.links.quarters import QUARTER_MS
from streams.domain.links.reports import NewReports, ReportColumns, paces_of, turns_of
from streams.domain.links.settled import Judged
from streams.domain.links.table import (
    FOLDS,
    LinkLook,
    QuarterSpeeds,
    SpeedTaking,
    UsualOf,
    teach,
    with_usual,
)
from streams.domain.stage import Effects, Rows, State
from streams.geo.network import Link, Links, Network

FEW = 4
"""So many links are shown as fast one by one."""


class LinkFacts:
    """What the network and the rules say of its links, by their index. The last row, which NONE
    finds too, is of links that were known and have left the network.
    """

    def __init__(
        self,
        network: Network,
        thresholds: Mapping[str, Thresholds],
        well_from_kmh: Callable[[str, float], float],
    ) -> None:
        """`well_from_kmh`: from which speed on no rule can see anything on a road of this class and
        free flow; where no work is, that is so from a little above a jam (`free_kmh`).
        """
        links = network.columns
        self.links = network.by_id
        self.ids, self.index = links.ids, network.index
        classes = links.road_classes.words
        number = np.frombuffer(links.road_classes.codes, np.intc)
        jam_kmh = np.array([thresholds[x].jam_kmh for x in classes], float)[number]
        slow_kmh = np.array([thresholds[x].slow_kmh for x in classes], float)[number]
        self.jam_kmh, self.slow_kmh = np.append(jam_kmh, 0.0), np.append(slow_kmh, 0.0)
        self.well_kmh = np.append(_well_kmh(links, well_from_kmh), 0.0)
        self.free_kmh = 1.01 * self.jam_kmh + 0.1
        self.is_drawn = np.append(np.frombuffer(links.drawn, bool), False)


def _well_kmh(links: Links, well_from_kmh: Callable[[str, float], float]) -> Array:
    """`well_from_kmh` of each link, worked out once for all that are alike."""
    free_kmh, which = np.unique(np.frombuffer(links.free_flows_kmh, float), return_inverse=True)
    number = np.frombuffer(links.road_classes.codes, np.intc) * max(1, len(free_kmh)) + which
    alike, which = np.unique(number, return_inverse=True)
    pairs = (divmod(each, len(free_kmh)) for each in alike.tolist())
    classes = links.road_classes.words
    found = [well_from_kmh(classes[code], free_kmh[at].item()) for code, at in pairs]
    well_kmh: Array = np.array(found, float)[which]
    return well_kmh


class Marks:
    """Places of which something is to be done once."""

    __slots__ = ("_parts",)

    def __init__(self) -> None:
        self._parts: list[Any] = []

    def __bool__(self) -> bool:
        return bool(self._parts)

    def add(self, places: Any) -> None:
        """Mark places (of an array or a list)."""
        if len(places):
            self._parts.append(places)

    def take(self, count: int) -> Places:
        """The marked places in order, each once, of `count`; none is marked after it."""
        is_marked = np.zeros(count, bool)
        for places in self._parts:
            is_marked[places] = True
        self._parts = []
        return np.flatnonzero(is_marked)


@dataclass(slots=True)
class Pending:
    """What links report of themselves, to be taken together."""

    places: list[Places] = field(default_factory=list)
    reports: list[NewReports] = field(default_factory=list)
    least_ms: int = sys.maxsize  # of their times
    is_any_nowhere: bool = False  # whether a place is NONE: that report is none of ours

    def add(self, places: Sequence[int], speeds: SpeedColumns, watermark_ms: int) -> None:
        """Let these reports wait, a row each."""
        count = len(places)
        at_ms = np.fromiter(speeds.observed_ms, np.int64, count)
        self.places.append(np.fromiter(places, np.intp, count))
        kmh = np.fromiter(speeds.speeds_kmh, float, count)
        self.reports.append(NewReports(kmh, at_ms, np.full(count, watermark_ms)))
        self.least_ms = min(self.least_ms, int(at_ms.min()))


class _ByPlace(NamedTuple):
    """What stood (`of`) in the order of its places."""

    of: Array
    rows: Array
    places: Array


class ColumnTable:
    """The table of `LinkColumns`, and of the rows of `FOLDS` beside it."""

    def __init__(
        self, state: State, effects: Effects, facts: LinkFacts, rules: FoldSettings
    ) -> None:
        self._base: LinkColumns = state[LINKS.name]
        self._rest_rows = Rows(FOLDS, state, effects)
        self._effects, self._facts, self._rules = effects, facts, rules
        if self._base.rest is None:
            self._base.rest = _rest_of(self._base, self._rest_rows.stored)
        self._rows, self._stood, self._rest = self._base.rows, self._base.stood, self._base.rest
        self._by_place: _ByPlace | None = None
        self._index, self._due_ms = self._indexed(self._base), self._base.due_ms
        self._is_own = False  # whether the arrays are copies, and may be written to
        self._new: dict[str, int] = {}
        self._names: list[str] = []
        self._subjects: dict[int, tuple[str, ...]] = {}
        self._folds: dict[str, LinkFold] = {}  # as they were asked for, while nothing changes
        self._touched: set[int] = set()  # to be shown, link by link
        self._moved, self._paged, self._shown = (Marks() for _ in range(3))
        self._pending = Pending()
        self._judged = Judged(0, rules.grid.size_ms)
        self._soonest_ms = min(rules.fresh_ms, rules.stale_ms)

    # ---- links one by one

    def fold(self, link_id: str) -> LinkFold:
        """All that is known of a link."""
        self.flush()
        return self._fold(link_id)

    def _fold(self, link_id: str) -> LinkFold:
        known = self._folds.get(link_id)
        if known is not None:
            return known
        place = self._place(link_id)
        if place is None:
            return NOTHING
        rest = self._rest_rows.get(link_id) or NOTHING
        found = self._folds[link_id] = whole(link_id, rest, self._own_part(place))
        return found

    def _own_part(self, place: int) -> OwnPart:
        return own_part(self._rows[place], self._stood_at(place))

    def _stood_at(self, place: int) -> Array:
        """What stood at a place, in the order it came: all is put in order by place once."""
        if not len(self._stood):
            return NO_STOOD
        if self._by_place is None or self._by_place.of is not self._stood:
            order = np.argsort(self._stood["place"], kind="stable")
            rows = picked(self._stood, order)
            self._by_place = _ByPlace(self._stood, rows, np.ascontiguousarray(rows["place"]))
        places = self._by_place.places
        begin, end = places.searchsorted(place), places.searchsorted(place, "right")
        return self._by_place.rows[begin:end]

    def put(self, link_id: str, fold: LinkFold) -> None:
        """Keep what is known of a link; it is shown anew."""
        place = self._place(link_id)
        if place is None:
            place = self._add(link_id)
        self._copy()
        known = self._own_part(place)
        rest, own = parted(link_id, fold)
        if own != known:
            self._put_own(place, own)
        if rest != (self._rest_rows.get(link_id) or NOTHING):
            self._rest_rows.put(link_id, rest)
            self._rest[place] = rest_row(rest)
        self._folds.pop(link_id, None)
        self._due_ms = 0
        self._touched.add(place)

    def is_news(self, link_id: str) -> None:
        """The history is to be told of this link (one that was put) also at the same level."""
        place = self._place(link_id)
        self._copy()
        self._rows["is_due"][place] = True

    def _put_own(self, place: int, own: OwnPart) -> None:
        self._rows["report"][place] = report_row(own.report)
        is_other = self._stood["place"] != place
        if own.before or not is_other.all():
            mine = np.array([(place, x.until_ms, report_row(x.row)) for x in own.before], STOOD)
            self._stood = np.concatenate([picked(self._stood, is_other), mine])

    def _place(self, link_id: str) -> int | None:
        place = self._base.place.get(link_id)
        return self._new.get(link_id) if place is None else place

    def _add(self, link_id: str) -> int:
        """A place for a link that was not heard of before; its id is kept as the network has it."""
        index = self._facts.index[link_id]
        link_id = self._facts.ids[index]
        place = len(self._base.ids) + len(self._new)
        self._new[link_id] = place
        self._names.append(link_id)
        self._copy()
        if place >= len(self._rows):  # grow by halves; always before the first that is new
            more = max(PAGE, place // 2)
            self._rows = np.concatenate([self._rows, empty_rows(more)])
            self._rest = np.concatenate([self._rest, np.zeros(more, REST)])
            self._index = np.concatenate([self._index, np.zeros(more, np.intp)])
        self._index[place] = index
        return place

    @property
    def _count(self) -> int:
        return len(self._base.ids) + len(self._new)

    @property
    def _is_here(self) -> Array:
        """Which places are of links that the network has."""
        found: Array = self._index[: self._count] != NONE
        return found

    def _id(self, place: int) -> str:
        ids = self._base.ids
        return ids[place] if place < len(ids) else self._names[place - len(ids)]

    def _copy(self) -> None:
        """Make the arrays ours before they are written to: those of the state stay as they are.

        `_stood` and `_index` are never written to: others take their place.
        """
        if not self._is_own:
            self._is_own = True
            self._rows, self._rest = copied(self._rows), copied(self._rest)

    def _indexed(self, columns: LinkColumns) -> Array:
        """The network's index of each place, NONE where the link has left the network."""
        if len(columns.index) < len(columns.ids):
            more = [self._facts.index.get(x, NONE) for x in columns.ids[len(columns.index) :]]
            columns.index = np.concatenate([columns.index, np.array(more, np.intp)])
        return columns.index

    # ---- what links report of themselves

    def take_speeds(self, speeds: SpeedColumns, moment: ReportMoment) -> None:
        """Take reported speeds: what links report of themselves together and soon (see `flush`)."""
        if speeds.vias:
            taking = SpeedTaking(self, self._effects, self._facts.links, self._rules)
            taking.take(speeds, moment)
            return
        if not speeds.link_ids:
            return
        self._judged = moment.judged
        places: list[Any] = list(map(self._base.place.get, speeds.link_ids))
        if None in places:
            times = zip(speeds.link_ids, speeds.observed_ms, strict=True)
            places = [self._given(link_id, ms, moment) for link_id, ms in times]
            self._pending.is_any_nowhere |= NONE in places
        self._pending.add(places, speeds, moment.reported_ms)

    def _given(self, link_id: str, at_ms: int, moment: ReportMoment) -> int:
        """A link's place; one gets it by a report that counts. NONE: it has none."""
        place = self._place(link_id)
        if place is not None:
            return place
        if link_id not in self._facts.links:
            self._effects.count("link-events unknown_link")
            return NONE
        if at_ms <= moment.reported_ms - self._rules.fresh_ms:
            self._effects.count("speeds late")
            return NONE
        return self._add(link_id)

    def flush(self) -> None:
        """Take the reports that wait. Those of one link are taken in their order."""
        pending = self._pending
        if not pending.places:
            return
        self._pending = Pending()
        places = np.concatenate(pending.places)
        new = NewReports(*map(np.concatenate, zip(*pending.reports, strict=True)))
        counts = new.at_ms > new.watermark_ms - self._rules.fresh_ms
        if not counts.all() or pending.is_any_nowhere:
            is_placed = places != NONE
            if late := int((is_placed & ~counts).sum()):
                self._effects.count("speeds late", late)
            counts &= is_placed
            places, new = places[counts], new.at(np.flatnonzero(counts))
        if len(places):
            self._take(places, new)

    def _take(self, places: Places, new: NewReports) -> None:
        """Take reports that count: `fold.take_speed`, of many at once."""
        self._copy()
        self._folds.clear()
        self._due_ms = min(self._due_ms, int(new.at_ms.min()) + self._soonest_ms)
        by = {"fresh_ms": self._rules.fresh_ms, "half_ms": self._rules.weights.report_half_ms}
        turns = turns_of(places)
        known = ReportColumns.of(picked(self._rows["report"], turns.places))
        for rows in turns.rows:
            link, now = known.first(len(rows)), new.at(rows)
            goes = link.goes(now)
            self._keep(turns.places[: len(rows)], link, now, goes)
            link.take(now, goes, **by)
        put_at(self._rows["report"], turns.places, known.records())
        self._moved.add(turns.places)
        self._paged.add(turns.places)

    def _keep(self, places: Places, known: ReportColumns, new: NewReports, goes: Array) -> None:
        """Keep what is replaced where a judgement will still ask for it: `settled.keep`."""
        until_ms = np.maximum(new.watermark_ms, new.at_ms)
        if int(until_ms.max(initial=0)) < self._judged.next_after(0):
            return
        last_ms = np.zeros(len(self._rows), np.int64)
        if len(self._stood):
            np.maximum.at(last_ms, self._stood["place"], self._stood["until_ms"])
        every_ms = self._judged.every_ms
        after_ms = np.maximum(last_ms[places], self._judged.at_ms)
        is_kept = goes & (after_ms - after_ms % every_ms + every_ms <= until_ms)
        if is_kept.any():
            kept = np.empty(int(is_kept.sum()), STOOD)
            kept["place"], kept["until_ms"] = places[is_kept], until_ms[is_kept]
            kept["report"] = picked(known.records(), is_kept)
            self._stood = np.concatenate([self._stood, kept])

    # ---- time

    def settle(self, before_ms: int, now_ms: int) -> None:
        """What time does as the clock goes from `before_ms` to `now_ms`: what is too old goes, what
        is now stale is shown so.
        """
        if now_ms < min(self._due_ms, self._pending.least_ms + self._soonest_ms):
            return
        self.flush()
        rules, count = self._rules, self._count
        since_ms = now_ms - rules.fresh_ms
        at_ms = self._rows["report"]["at_ms"][:count]
        rest = self._rest[:count]
        is_old = (at_ms != NONE) & (at_ms <= since_ms)
        if is_old.any():
            self._drop(np.flatnonzero(is_old))
        if len(self._stood):
            self._forget_old(since_ms)
        aged = (rest["oldest_ms"] > 0) & (rest["oldest_ms"] <= since_ms)
        for place in _ints(aged):
            link_id = self._id(place)
            self.put(link_id, stamped(age(self._fold(link_id), now_ms, rules.fresh_ms)))
        stale_ms = (before_ms - rules.stale_ms, now_ms - rules.stale_ms)
        at_ms = self._rows["report"]["at_ms"][:count]
        its_ms = np.maximum(at_ms, self._rest["its_ms"][:count])
        is_stale = _lies_in(its_ms, stale_ms) | _lies_in(self._rest["bus_ms"][:count], stale_ms)
        if is_stale.any():
            self._moved.add(np.flatnonzero(is_stale))
        self._due_ms = self._next_due_ms(now_ms)

    def _next_due_ms(self, now_ms: int) -> int:
        """When time next does something."""
        rules, rest = self._rules, self._rest[: self._count]
        at_ms = self._rows["report"]["at_ms"][: self._count]
        times = (
            (at_ms, rules.stale_ms),
            (at_ms, rules.fresh_ms),
            (_known_ms(self._stood), rules.fresh_ms),
            (rest["bus_ms"], rules.stale_ms),
            (rest["its_ms"], rules.stale_ms),
            (rest["oldest_ms"], rules.fresh_ms),
        )
        later = (times_ms[times_ms > now_ms - after_ms] + after_ms for times_ms, after_ms in times)
        return min(int(each.min(initial=sys.maxsize)) for each in later)

    def _drop(self, places: Places) -> None:
        self._copy()
        self._folds.clear()
        self._rows["report"][places] = report_row(None)
        self._moved.add(places)
        self._paged.add(places)

    def _forget_old(self, since_ms: int) -> None:
        at_ms = self._stood["report"]["at_ms"]
        is_old = (at_ms != NONE) & (at_ms <= since_ms)
        if is_old.any():
            self._copy()
            self._paged.add(self._stood["place"][is_old])
            self._folds.clear()
            self._stood = copied(self._stood)
            self._stood["report"][is_old] = report_row(None)

    def judged(self, done: Judged, at_ms: int) -> None:
        """Forget what no later judgement can ask for, and learn the windows that take nothing more
        at `at_ms`.
        """
        self.flush()
        kept = self._stood["until_ms"] >= done.next_after(0)
        if not kept.all():
            self._copy()
            self._paged.add(self._stood["place"][~kept])
            self._folds.clear()
            self._stood = picked(self._stood, kept)
        for link_id, rest in self._rest_rows.all().items():
            if learned(judged(rest, done), at_ms, self._rules.grid) is not rest:
                now = self._fold(link_id)
                self.put(link_id, stamped(learned(judged(now, done), at_ms, self._rules.grid)))

    # ---- looks at all links

    def driven(self) -> dict[str, LinkFold]:
        """The folds of the links on which buses were seen lately."""
        self.flush()
        places = _ints((self._rest["bus_ms"][: self._count] > 0) & self._is_here)
        return {x: self._fold(x) for x in map(self._id, places)}

    def quarters(self) -> set[int]:
        """The quarter hours that anything known is of."""
        self.flush()
        at_ms = self._rows["report"]["at_ms"][: self._count]
        found = np.concatenate([at_ms[at_ms != NONE], _known_ms(self._stood)])
        rest_ms = (ms for rest in self._rest_rows.all().values() for ms in observed_ms(rest))
        return {*np.unique(found // QUARTER_MS).tolist(), *(ms // QUARTER_MS for ms in rest_ms)}

    def suspects(
        self, is_well: Callable[[str, LinkFold], bool], below: float, usual_of: UsualOf | None
    ) -> Iterator[str]:
        """The drawn links on which something may be slow, early or late: all on which it is, and
        few others. `is_well` says of one link that nothing is; below the share `below` of its usual
        speed a link is slow. `usual_of` None: what is shown as usual is.
        """
        self.flush()
        count = self._count
        index, rest = self._index[:count], self._rest[:count]
        usual_dkmh = self._rows["view"]["usual_dkmh"][:count]
        if usual_of is not None:
            usual_dkmh = np.array(usual_of.of_all(self._all_ids()), np.int32)
        usual_kmh = np.where(usual_dkmh > 0, 1.01 * below * usual_dkmh / 10 + 0.1, 0.0)
        own_kmh = np.where(
            rest["is_rich"], self._facts.well_kmh[index], self._facts.free_kmh[index]
        )
        well_kmh = np.maximum(own_kmh, usual_kmh)
        report = self._rows["report"][:count]
        is_slow = (report["at_ms"] != NONE) & (report["mean_kmh"] < well_kmh)
        if len(self._stood):
            place, stood = self._stood["place"], self._stood["report"]
            slow = (stood["at_ms"] != NONE) & (stood["mean_kmh"] < well_kmh[place])
            is_slow[place[slow]] = True
        is_slow &= self._facts.is_drawn[index] & ~rest["is_busy"]
        yield from map(self._id, _ints(is_slow))
        for place in _ints(rest["is_busy"] & self._facts.is_drawn[index]):
            link_id = self._id(place)
            if not is_well(link_id, self._fold(link_id)):
                yield link_id

    def jammed(self, links: Collection[str], times_ms: Sequence[int]) -> set[str]:
        """Which of these links are jammed by their level at each of these judgements, for sure: of
        links with nothing but their own reports, and of which no usual speed is known.
        """
        self.flush()
        places = np.array([self._base.place.get(x, NONE) for x in sorted(links)], np.intp)
        places = places[places != NONE]
        is_known = self._rows["view"]["usual_dkmh"][places] != NONE
        places = places[~(is_known | self._rest["is_rich"][places])]
        for at_ms in times_ms:
            report = picked(self._standing(at_ms), places)
            pace = paces_of(report)
            is_fresh = report["at_ms"] > max(at_ms - self._rules.fresh_ms, NONE)
            is_slow = pace.kmh < self._facts.jam_kmh[self._index[places]]
            places = places[is_fresh & pace.is_any & is_slow]
        return {self._id(place) for place in places.tolist()}

    def _all_ids(self) -> list[str]:
        return [*self._base.ids, *self._new]

    def lesson(self, at_ms: int, factor_of: Callable[[Link], float]) -> QuarterSpeeds:
        """What all links teach as of `at_ms`: the speeds of those that nothing closes, but none
        that is stale.
        """
        self.flush()
        rules, count = self._rules, self._count
        report = self._standing(at_ms)
        is_on = report["at_ms"] > max(at_ms - rules.fresh_ms, at_ms - rules.stale_ms, NONE)
        is_on &= ~self._rest["is_rich"][:count] & self._is_here
        places = np.flatnonzero(is_on)
        pace = paces_of(picked(report, places))
        said = map(self._id, places[pace.is_any].tolist())
        speeds_dkmh = np.rint(pace.kmh * 10)[pace.is_any].astype(int).tolist()
        lesson = QuarterSpeeds(dict(zip(said, speeds_dkmh, strict=True)), set(), {})
        look = LinkLook(self._facts.links, rules, factor_of)
        for link_id in map(self._id, _ints(self._rest["is_rich"][:count] & self._is_here)):
            teach(lesson, link_id, self._fold(link_id), at_ms, look)
        return lesson

    def _standing(self, at_ms: int) -> Array:
        """The reports that stood for a judgement at `at_ms`."""
        report = copied(self._rows["report"][: self._count])
        if len(self._stood):
            later = picked(self._stood, self._stood["until_ms"] >= at_ms)[::-1]
            put_at(report, later["place"], later["report"])  # the earliest of a place comes last
        return report

    # ---- what is shown

    def show(self, now_ms: int, factor_of: Callable[[Link], float], usual_of: UsualOf) -> None:
        """Make the views of the links that changed."""
        self.flush()
        if not self._touched and not self._moved:
            return
        self._copy()
        moved = self._moved.take(self._count)
        is_single = self._rest["is_busy"][moved] | (len(moved) <= FEW)
        singles = self._touched | set(moved[is_single].tolist())
        together = moved[~is_single]
        if self._touched:
            together = together[~np.isin(together, list(self._touched))]
        new = together[np.searchsorted(together, len(self._base.ids)) :]
        if len(new):
            self._rows["view"]["usual_dkmh"][new] = usual_of.of_all([*map(self._id, new.tolist())])
        if len(together):
            self._show_together(together, now_ms)
        for place in sorted(singles):
            link_id = self._id(place)
            shown, road = LinkView(), self._facts.links.get(link_id)
            if road is not None:  # else it has left the network: nothing is shown of it
                shown = view(self._fold(link_id), road, self._rules, now_ms, factor_of(road))
            self._show(place, with_usual(shown, usual_of(link_id)))
        self._paged.add(list(singles))
        self._touched = set()

    def show_links(self, links: Iterable[str]) -> None:
        """These links are to be shown anew."""
        places = (self._place(link_id) for link_id in links)
        self._touched |= {place for place in places if place is not None}

    def _show(self, place: int, shown: LinkView) -> None:
        subjects = self._subjects_at(place)
        row = np.array(view_row(shown), VIEW)
        is_same = row.tobytes() == self._rows["view"][place].tobytes()
        if is_same and shown.subjects == subjects and place < len(self._base.ids):
            return
        self._rows["view"][place] = row
        if shown.subjects != subjects:
            self._subjects[place] = shown.subjects
        self._shown.add([place])

    def _show_together(self, places: Places, now_ms: int) -> None:
        """The views of links whose speed is their own report: `fold.view`, of all at once. What
        closes them is as it was.
        """
        known, report = picked(self._rows["view"], places), picked(self._rows["report"], places)
        shown, index, pace = copied(known), self._index[places], paces_of(report)
        kmh, at_ms = pace.kmh, report["at_ms"]
        is_slow, is_jam = kmh < self._facts.slow_kmh[index], kmh < self._facts.jam_kmh[index]
        shown["observed_ms"] = at_ms
        shown["speed_dkmh"] = np.rint(kmh * 10)
        shown["low_dkmh"] = np.rint(pace.low_kmh * 10)
        shown["high_dkmh"] = np.rint(pace.high_kmh * 10)
        shown["level"] = _BY_SLOWNESS[is_slow.astype(np.intp) + is_jam]
        shown["certainty"] = np.where(at_ms <= now_ms - self._rules.stale_ms, _STALE, _REPORTED)
        shown["its"], shown["samples"], shown["through"] = 1, 0, 0
        if not pace.is_any.all():
            for name in ("observed_ms", "speed_dkmh", "low_dkmh", "high_dkmh"):
                shown[name][~pace.is_any] = NONE
            for name, code in (("level", _UNKNOWN), ("certainty", _LOST), ("its", 0)):
                shown[name][~pace.is_any] = code
        is_other = are_other(shown, known)
        is_other |= places >= len(self._base.ids)
        places = places[is_other]
        put_at(self._rows["view"], places, picked(shown, is_other))
        self._shown.add(places)
        self._paged.add(places)

    def show_usual(self, usual_of: UsualOf) -> None:
        """Another quarter hour runs: what is usual of each link is another."""
        usual = np.array(usual_of.of_all(self._all_ids()), np.int32)
        known = self._rows["view"]["usual_dkmh"][: self._count]
        places = np.flatnonzero(usual != known)
        if len(places):
            self._copy()
            self._rows["view"]["usual_dkmh"][places] = usual[places]
            self._shown.add(places)
            self._paged.add(places)

    def views(self) -> tuple[Sequence[str], Array]:
        """The links by place, and what is shown of each (`VIEW`), until the next step."""
        return self._all_ids(), self._rows["view"][: self._count]

    def told(self, *, is_whole: bool) -> LinksEntry | None:
        """What the history is told of what is shown: the links of which it is news, or all; None
        where there is nothing to tell. It counts as told.
        """
        rows, count = self._rows[: self._count], self._count
        told, level, is_due = rows["told"], rows["view"]["level"], rows["is_due"]
        is_new = told == NOT_TOLD
        is_news = (level != told) | is_due
        places = np.arange(count) if is_whole else np.flatnonzero(is_news)
        if not len(places):
            return None
        is_said = is_new | is_due | is_whole
        named_from = 0 if is_whole else int(np.argmax(is_new)) if is_new.any() else count
        ids = self._all_ids()[named_from:] if named_from < count else ()
        entry = LinksEntry(
            _records(rows["view"], places, ~is_said[places]),
            named_from if ids else 0,
            tuple(ids),
            self._obstructed(places[is_said[places]]),
        )
        if is_news.any():
            self._copy()
            changed = np.flatnonzero(is_news)
            self._rows["told"][changed] = level[changed]
            self._rows["is_due"][changed] = False
            self._paged.add(changed)
        return entry

    def places(self) -> Mapping[str, int]:
        """The links' places, by which the history tells of them."""
        return {**self._base.place, **self._new}

    def _obstructed(self, places: Places) -> dict[int, Obstructed]:
        """What closes links at these places, and works on them, where something does."""
        closure = self._rows["view"]["closure"][places]
        found = {}
        for place, code in zip(places.tolist(), closure.tolist(), strict=True):
            row = Obstructed(CLOSURES[code], self._subjects_at(place))
            if row != FREE:
                found[place] = row
        return found

    def _subjects_at(self, place: int) -> tuple[str, ...]:
        return self._subjects.get(place, self._base.subjects.get(place, ()))

    def finish(self) -> None:
        """Put what changed into the effects."""
        if not self._is_own:
            return
        count = self._count
        if self._base.unpaged:
            self._paged.add(np.arange(count))
        pages = Marks()
        pages.add(self._paged.take(count) // PAGE)
        patch = LinkPatch(
            base=self._base,
            new_ids=tuple(self._names),
            rows=self._rows[:count],
            stood=None if self._stood is self._base.stood else self._stood,
            rest=self._rest[:count],
            subjects=self._subjects,
            pages=pages.take(-(-count // PAGE)).tolist(),
            shown=self._shown.take(count).tolist(),
            due_ms=self._due_ms,
            gone=self._base.unpaged,
        )
        if patch.pages or patch.shown or patch.new_ids:
            self._effects.changes[LINKS.name] = patch


_FREE, _SLOW, _JAM, _UNKNOWN = map(LEVELS.index, (Level.FREE, Level.SLOW, Level.JAM, Level.UNKNOWN))
_BY_SLOWNESS = np.array([_FREE, _SLOW, _JAM], np.uint8)
_STALE, _REPORTED, _LOST = map(
    CERTAINTIES.index, (Certainty.STALE, Certainty.REPORTED, Certainty.LOST)
)


def _rest_of(columns: LinkColumns, folds: Mapping[str, LinkFold]) -> Array:
    """What the columns have to know of the rows of `FOLDS`."""
    rest = np.zeros(len(columns.ids), REST)
    for link_id, fold in folds.items():
        if (place := columns.place.get(link_id)) is not None:
            rest[place] = rest_row(fold)
    return rest


def _records(view: Array, places: Places, is_kept: Array) -> list[int]:
    """`history.record` of all these places."""
    certainty, level = (view[name][places] for name in ("certainty", "level"))
    code = certainty.astype(np.int64) << CERTAINTY_SHIFT | level
    found: list[int] = (places << PLACE_SHIFT | code | np.where(is_kept, KEPT, 0)).tolist()
    return found


def _ints(mask: Array) -> list[int]:
    """The places where a mask holds."""
    found: list[int] = np.flatnonzero(mask).tolist()
    return found


def _lies_in(at_ms: Array, bounds_ms: tuple[int, int]) -> Array:
    """Which times lie after the first bound and not after the second."""
    found: Array = (at_ms > bounds_ms[0]) & (at_ms <= bounds_ms[1]) & (at_ms > 0)
    return found


def _known_ms(stood: Array) -> Array:
    at_ms: Array = stood["report"]["at_ms"]
    known: Array = at_ms[at_ms != NONE]
    return known
