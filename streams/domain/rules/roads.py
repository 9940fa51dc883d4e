"""The rules `jam` and `slowdown`, judged on what the inputs had reported by the end of a window.

A view of a link changes as its inputs arrive, and how they interleave is not fixed; a judgement is
made once the slowest of them has passed its time (see `settled`). So the same log gives the same
episodes in any order of its partitions.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import NamedTuple

from streams.contract.enums import Cause, Closure, Level, Phase, RuleName
from streams.domain.alerts import Condition, Episode
from streams.domain.links.fold import (
    FoldSettings,
    LinkFold,
    LinkView,
    as_of,
    observed_ms,
    view,
)
from streams.domain.links.levels import times_slower
from streams.domain.links.settled import Judged
from streams.domain.links.table import LinkTable, UsualOf
from streams.domain.links.usual import UsualSpeed
from streams.domain.rules.book import AlertRules
from streams.domain.rules.watching import Look, point_of
from streams.domain.stage import Effects, Rows
from streams.geo.network import Link, Network

_TOLD_BY = ("judged_by", "level", "usual_kmh", "times_slower")
_PREFIXES = tuple(f"{name} link:" for name in (RuleName.JAM, RuleName.SLOWDOWN))


class KnownRoads(NamedTuple):
    """What a judgement asks: the links, the usual speed of a link at a time, how much faster cars
    are than buses on a link, and the usual speeds at its time where not those that are shown.
    """

    links: LinkTable
    usual_at: Callable[[str, int], UsualSpeed | None]
    factor_of: Callable[[Link], float]
    usual_of: UsualOf | None = None


class Settled(NamedTuple):
    """A link as a judgement finds it, what is usual there, and the permits whose works are in
    force on it.
    """

    link: Link
    view: LinkView
    usual: UsualSpeed | None
    works: tuple[str, ...]


class RoadWatch:
    """Looks at links; `rules` are the fold's, `alerts` those of the alerts."""

    def __init__(self, network: Network, rules: FoldSettings, alerts: AlertRules) -> None:
        self._network = network
        self._rules = rules
        self._alerts = alerts
        self._facts_of: dict[str, dict[str, object]] = {}  # by link; it only saves time

    def well_from_kmh(self, road_class: str, free_flow_kmh: float) -> float:
        """From which speed on no rule can see anything on such a road, with room for what floats
        round off.
        """
        jam_kmh = self._rules.thresholds[road_class].jam_kmh
        return 1.01 * max(jam_kmh, free_flow_kmh * self._alerts.slowdown.below) + 0.1

    def judge(
        self,
        effects: Effects,
        episodes: Rows[Episode],
        known: KnownRoads,
        *,
        done: Judged,
        now_ms: int,
    ) -> None:
        """Make every judgement after `done` and up to `now_ms`, of links that are known at all.

        A section is judged by the standard links that are drawn in its place, so that one jam is
        one alert.
        """
        if done.next_after(0) > now_ms:
            return

        def is_well(link_id: str, fold: LinkFold) -> bool:
            link = self._network.link(link_id)
            return link is None or self._is_well(link, fold, known.usual_at(link_id, now_ms))

        suspects = known.links.suspects(is_well, self._alerts.jam.below, known.usual_of)
        is_open = {key.partition("link:")[2] for key in episodes.all()}
        goes_on = self._go_on(episodes, known, done, now_ms)
        for link_id in sorted({*suspects, *is_open} - goes_on):
            link = self._network.link(link_id)
            if link is not None:
                self._judge(effects, episodes, link, known, done=done, now_ms=now_ms)
        effects.alerts.sort(key=lambda alert: (alert.at_ms, alert.subject))

    def _go_on(
        self, episodes: Rows[Episode], known: KnownRoads, done: Judged, now_ms: int
    ) -> set[str]:
        """The links of which all judgements say what the last one said: jammed as told, or not for
        long enough yet, no work on them. These are most that are open.
        """
        if known.usual_of is not None:
            return set()
        rows = {key.partition("link:"): episode for key, episode in episodes.all().items()}
        links = Counter(link_id for _, _, link_id in rows)
        told = {
            link_id
            for (rule, _, link_id), episode in rows.items()
            if links[link_id] == 1 and rule.strip() == RuleName.JAM
            if _stands(episode) or self._waits(episode, now_ms)
        }
        times_ms = range(done.next_after(0), now_ms + 1, done.every_ms)
        return known.links.jammed(told, times_ms) if told else told

    def _waits(self, episode: Episode, now_ms: int) -> bool:
        """Whether a jam by its level is too young to be told at `now_ms`."""
        is_young = now_ms - episode.since_ms < self._alerts.jam.patience.begin_ms
        return is_young and not episode.told and _is_plain(episode)

    def _is_well(self, link: Link, fold: LinkFold, usual: UsualSpeed | None) -> bool:
        """Whether nothing is slow in all that is known of a link, early or late: most links, most
        of the time. A mean is never below its lowest part: of passages and the habit they lean on,
        or of means of reports. Cars are no slower than buses.
        """
        well_kmh = self.well_from_kmh(link.road_class, link.free_flow_kmh)
        if usual is not None:
            well_kmh = max(well_kmh, 1.01 * usual.kmh * self._alerts.jam.below + 0.1)
        return (
            not fold.reported_before
            and all(w.samples * 3_600_000 >= w.pace * well_kmh for w in fold.windows)
            and all(report.mean_kmh >= well_kmh for report in fold.reported.values())
            and (not fold.windows or self._is_well_as_ever(link, fold, well_kmh))
        )

    def _is_well_as_ever(self, link: Link, fold: LinkFold, well_kmh: float) -> bool:
        """Whether what its buses lean on is no slower; nothing does where the usual has no say."""
        usual = fold.habit.usual(link.free_flow_kmh)
        return self._rules.weights.usual == 0 or usual.ms_km * well_kmh <= 3_600_000

    def _judge(
        self,
        effects: Effects,
        episodes: Rows[Episode],
        link: Link,
        known: KnownRoads,
        *,
        done: Judged,
        now_ms: int,
    ) -> None:
        """All judgements of one link in which anything counts, or an episode is open. Years without
        an observation cost nothing, so neither a clock that stood at 1970 nor a gap does.
        """
        fold = known.links.fold(link.id)
        times_ms = observed_ms(fold)
        at_ms = done.next_after(0)
        while at_ms <= now_ms:
            if not any(episodes.get(prefix + link.id) for prefix in _PREFIXES):
                fresh = (time_ms for time_ms in times_ms if time_ms > at_ms - self._rules.fresh_ms)
                first_ms = next(fresh, None)
                from_ms = None if first_ms is None else done.next_after(first_ms)
                if from_ms is None or from_ms > now_ms:
                    return
                at_ms = max(at_ms, from_ms)
            then = as_of(fold, at_ms, self._rules)
            self._look(Look(effects, episodes, at_ms), link, then, known)
            at_ms += done.every_ms

    def _look(self, look: Look, link: Link, fold: LinkFold, known: KnownRoads) -> None:
        """Look at one link once."""
        seen = view(fold, link, self._rules, look.now_ms, known.factor_of(link))
        settled = Settled(link, seen, known.usual_at(link.id, look.now_ms), _works_on(fold))
        subject = f"link:{link.id}"
        look.at(RuleName.JAM, self._alerts.jam, subject, self._jam, settled)
        look.at(RuleName.SLOWDOWN, self._alerts.slowdown, subject, self._slowdown, settled)

    def _jam(self, settled: Settled, episode: Episode | None) -> Condition | None:
        """Slower than a share of the usual, and to the end slower than a higher one; at the legal
        level 정체 where no usual is known. What it was told by stays, or each minute would be news.
        """
        rule, speed_kmh, usual = self._alerts.jam, settled.view.speed_kmh, settled.usual
        is_told = episode is not None and episode.told > 0
        if speed_kmh is None:
            return None
        if usual is None:
            is_slow = settled.view.level is Level.JAM
            told_by: Mapping[str, object] = {"judged_by": "level", "level": Level.JAM.value}
        else:
            share = rule.until if is_told else rule.below
            is_slow = speed_kmh < min(usual.kmh * share, (usual.dkmh - usual.spread_dkmh) / 10)
            told_by = {
                "judged_by": "usual",
                "level": settled.view.level.value,
                "usual_kmh": usual.kmh,
                "times_slower": times_slower(speed_kmh, usual.kmh),
            }
        if not is_slow:
            return None
        if episode is not None and is_told:
            told_by = {name: episode.facts[name] for name in _TOLD_BY if name in episode.facts}
        return Condition(rule.severity, {**self._facts(settled), **told_by})

    def _slowdown(self, settled: Settled, episode: Episode | None) -> Condition | None:
        """Slower than a share of the free flow, and to the end slower than a higher one."""
        rule = self._alerts.slowdown
        speed_kmh = settled.view.speed_kmh
        if speed_kmh is None or not settled.works:
            return None
        is_told = episode is not None and episode.told > 0
        bound_kmh = settled.link.free_flow_kmh * (rule.until if is_told else rule.below)
        if speed_kmh >= bound_kmh:
            return None
        return Condition(rule.severity, {**self._facts(settled), "works": list(settled.works)})

    def _facts(self, settled: Settled) -> dict[str, object]:
        """The facts of a link; its speed is left out, or each minute would be news."""
        link = settled.link
        known = self._facts_of.get(link.id)
        if known is None:
            known = {"title": self.title(link), "links": [link.id], "road": link.road_name}
            known |= point_of((link.id,), self._network)
            self._facts_of[link.id] = known
        return {**known, "closure": settled.view.closure.value}

    def title(self, link: Link) -> str:
        """The name of a link; a standard link has only its road's, so where on it comes from the
        section that has most of its way there.
        """
        over = [self._network.link(x) for x in self._network.layers_of.get(link.id, ())]
        names = {x.id: x.name for x in over if x and x.kind == "section"}
        pairs = [x for x in self._network.sections_of.get(link.id, ()) if x.section_id in names]
        if not pairs:
            return link.name
        best = max(pairs, key=lambda pair: (pair.share, pair.section_id))
        return f"{link.road_name} {names[best.section_id]}".strip()


def _stands(episode: Episode) -> bool:
    """Whether a jam was told by its level, goes on and closes nothing."""
    return _is_plain(episode) and episode.told > 0 and not episode.over_ms


def _is_plain(episode: Episode) -> bool:
    facts = episode.facts
    return facts.get("judged_by") == "level" and facts.get("closure") == Closure.NONE.value


def _works_on(fold: LinkFold) -> tuple[str, ...]:
    return tuple(
        subject.removeprefix("work:")
        for subject, each in fold.obstructions.items()
        if each.kind is Cause.WORK and each.phase is Phase.ACTIVE
    )
