"""The rule `reports`: several citizens call about one place where no closure is shown.

A report bears the id of its oldest call of the last 30 minutes, so a long trouble changes its
report's id: an episode whose report is gone goes on with the one that stands in its place.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from streams.contract.enums import RuleName
from streams.domain.alerts import Condition, Episode
from streams.domain.rules.book import AlertRules, Reports
from streams.domain.rules.watching import Look, SightOf
from streams.domain.stage import Rows
from streams.geo.network import distance_m

_PREFIX = "reports report:"


class Report(Protocol):
    """What the rule reads of calls about one place."""

    @property
    def title(self) -> str: ...
    @property
    def link_ids(self) -> tuple[str, ...]: ...
    @property
    def lon(self) -> float | None: ...
    @property
    def lat(self) -> float | None: ...
    @property
    def count(self) -> int: ...
    @property
    def confirmed(self) -> int: ...


def watch_reports(
    look: Look, rules: AlertRules, *, known: Rows, changed: Rows, near_m: float
) -> None:
    """Look at the reports once one of them changed, or an episode waits for time."""
    episodes: Mapping[str, Episode] = look.episodes.rows
    if not changed and all(e.told and not e.over_ms for e in episodes.values()):
        return
    rows: dict[str, Report] = {k: v for k, v in {**known, **changed}.items() if v is not None}
    sight_of = _sight_of(rules.reports)
    for key, episode in sorted(episodes.items()):
        name = key.removeprefix(_PREFIX)
        if name not in rows:
            name = _heir(episode, rows, episodes, near_m)
        look.at(
            RuleName.REPORTS,
            rules.reports,
            key.removeprefix("reports "),
            sight_of,
            rows.pop(name, None),
        )
    for name, report in rows.items():
        look.at(RuleName.REPORTS, rules.reports, f"report:{name}", sight_of, report)


def _heir(
    episode: Episode, rows: Mapping[str, Report], episodes: Mapping[str, Episode], near_m: float
) -> str:
    """The first report in the episode's place that has no episode of its own; "" without one."""
    free = (n for n in sorted(rows) if f"{_PREFIX}{n}" not in episodes)
    return next((n for n in free if _is_there(episode, rows[n], near_m)), "")


def _is_there(episode: Episode, report: Report, near_m: float) -> bool:
    facts = episode.facts
    if not set(facts["links"]).isdisjoint(report.link_ids):
        return True
    if "lon" not in facts or report.lon is None or report.lat is None:
        return False
    return distance_m((facts["lon"], facts["lat"]), (report.lon, report.lat)) <= near_m


def _sight_of(rule: Reports) -> SightOf:
    """The most calls there were are told: that they grow old one by one is no news."""

    def sight(row: Any, episode: Episode | None) -> Condition | None:
        is_told = episode is not None and episode.told > 0
        count = row.count - row.confirmed
        if count < (rule.until if is_told else rule.calls):
            return None
        before = episode.facts if episode else {}
        facts = {
            "title": before.get("title", row.title),
            "links": sorted({*before.get("links", ()), *row.link_ids}),
            "count": max(count, before.get("count", 0)),
        }
        point = {"lon": row.lon, "lat": row.lat} if row.lon is not None else {}
        return Condition(rule.severity, {**point, **_point(before), **facts})

    return sight


def _point(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: facts[name] for name in ("lon", "lat") if name in facts}
