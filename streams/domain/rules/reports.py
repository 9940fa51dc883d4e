"""The rule `reports`: several citizens call about one place where no closure is shown.

A report bears the id of its oldest call of the last 30 minutes, so a long trouble changes its
report's id: an episode whose report is gone goes on with the one that stands in its place.
"""

from typing import Protocol, TypeVar

from streams.contract.enums import RuleName
from streams.domain.alerts import Condition, Episode
from streams.domain.rules.book import AlertRules, Reports
from streams.domain.rules.watching import ConditionOf, Look
from streams.domain.stage import Rows
from streams.geo.measures import distance_m

_PREFIX = "reports report:"


class CallsReport(Protocol):
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


R = TypeVar("R", bound=CallsReport)


def watch_reports(look: Look, rules: AlertRules, reports: Rows[R], near_m: float) -> None:
    """Look at the reports once one of them changed, or an episode waits for time."""
    episodes = look.episodes.all()  # without those that this message forgot
    if not reports.changed and all(e.told and not e.over_ms for e in episodes.values()):
        return
    rows = dict(reports.all())
    condition_of = _condition_of(rules.reports)
    for key, episode in sorted(episodes.items()):
        name = key.removeprefix(_PREFIX)
        if name not in rows:
            free = (n for n in sorted(rows) if f"{_PREFIX}{n}" not in episodes)
            name = next((n for n in free if _is_there(episode, rows[n], near_m)), "")
        row, subject = rows.pop(name, None), key.removeprefix("reports ")
        look.at(RuleName.REPORTS, rules.reports, subject, condition_of, row)
    for name, report in rows.items():
        look.at(RuleName.REPORTS, rules.reports, f"report:{name}", condition_of, report)


def _is_there(episode: Episode, report: CallsReport, near_m: float) -> bool:
    facts = episode.facts
    if not set(facts["links"]).isdisjoint(report.link_ids):
        return True
    if "lon" not in facts or report.lon is None or report.lat is None:
        return False
    return distance_m((facts["lon"], facts["lat"]), (report.lon, report.lat)) <= near_m


def _condition_of(rule: Reports) -> ConditionOf[CallsReport]:
    """The most calls there were are stated: that they grow old one by one is no news."""

    def condition(row: CallsReport, episode: Episode | None) -> Condition | None:
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
        point = {} if row.lon is None else {"lon": row.lon, "lat": row.lat}
        point |= {name: before[name] for name in ("lon", "lat") if name in before}
        return Condition(rule.severity, {**point, **facts})

    return condition
