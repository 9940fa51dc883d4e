"""The rules `closure`, `overdue` and `unseen`: what a work or an incident takes from the road.

`unseen` is a permit in its hours of which nobody, neither feed nor crew nor office, has reported
that it began.
"""

from typing import Any

from streams.contract.enums import Closure, Phase, RuleName, Severity
from streams.domain.alerts import Condition, Episode
from streams.domain.rules.book import AlertRules
from streams.domain.rules.permits import Permits
from streams.domain.rules.watching import ConditionOf, Look, facts_of
from streams.domain.stage import Rows
from streams.domain.works.rows import Work
from streams.geo.network import Network

_SEVERITIES = {Closure.FULL: Severity.CRITICAL, Closure.PARTIAL: Severity.WARNING}
_AT_WORK = (Phase.ACTIVE, Phase.PAUSED)


def closure_of(network: Network) -> ConditionOf[Any]:
    """What a work or an incident closes now."""

    def condition(row: Any, _episode: Episode | None) -> Condition | None:
        if not row.is_in_force or row.closure is Closure.NONE or not row.links:
            return None
        return Condition(_SEVERITIES.get(row.closure, Severity.NOTICE), facts_of(row, network))

    return condition


def watch_works(look: Look, rules: AlertRules, network: Network, works: Rows[Work]) -> None:
    """Look at the works: their closures, those past their end, those that nobody saw begin."""

    def overdue(row: Work, _episode: Episode | None) -> Condition | None:
        is_overdue = row.phase is Phase.OVERDUE
        return Condition(rules.overdue.severity, facts_of(row, network)) if is_overdue else None

    def unseen(row: Work, episode: Episode | None) -> Condition | None:
        """Once its begin is out it holds on through the pauses of a day: one permit, one alert."""
        is_told = episode is not None and episode.told > 0
        if row.phase not in (_AT_WORK if is_told else (Phase.ACTIVE,)) or row.started is not None:
            return None
        facts = facts_of(row, network)
        del facts["phase"]  # it pauses every night, which is no news
        return Condition(rules.unseen.severity, facts)

    permits = Permits(look, works)
    permits.at(RuleName.CLOSURE, rules.closure, closure_of(network))
    permits.at(RuleName.OVERDUE, rules.overdue, overdue)
    permits.at(RuleName.UNSEEN, rules.unseen, unseen)
