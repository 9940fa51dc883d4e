"""The rules `closure`, `overdue` and `unseen`: what a work or an incident takes from the road.

`unseen` is a permit in its hours of which nobody, neither feed nor crew nor office, has said that
it began.
"""

from typing import Any

from streams.contract.enums import Cause, Closure, Phase, RuleName, Severity
from streams.domain.alerts import Condition, Episode
from streams.domain.rules.book import AlertRules, Graded
from streams.domain.rules.permits import Permits
from streams.domain.rules.watching import Look, SightOf, facts_of
from streams.domain.stage import Rows
from streams.geo.network import Network

_SEVERITIES = {Closure.FULL: Severity.CRITICAL, Closure.PARTIAL: Severity.WARNING}
_AT_WORK = (Phase.ACTIVE, Phase.PAUSED)


def watch_closures(
    look: Look, rules: AlertRules, network: Network, kind: Cause, *, known: Rows, changed: Rows
) -> None:
    """Look at the closures of works or incidents (`kind`); those of one permit are one."""
    sight_of = _closure(network)
    if kind is Cause.WORK:
        Permits(look, known, changed).at(RuleName.CLOSURE, rules.closure, sight_of)
    else:
        look.at_rows(
            RuleName.CLOSURE, rules.closure, kind, known=known, changed=changed, sight_of=sight_of
        )


def _closure(network: Network) -> SightOf:
    def sight(row: Any, _episode: Episode | None) -> Condition | None:
        if not row.is_in_force or row.closure is Closure.NONE or not row.links:
            return None
        return Condition(_SEVERITIES.get(row.closure, Severity.NOTICE), facts_of(row, network))

    return sight


def watch_works(
    look: Look, rules: AlertRules, network: Network, *, known: Rows, changed: Rows
) -> None:
    """Look at the works: those past their end, and those that nobody saw begin."""
    permits = Permits(look, known, changed)
    permits.at(RuleName.OVERDUE, rules.overdue, _overdue(rules.overdue, network))
    permits.at(RuleName.UNSEEN, rules.unseen, _unseen(rules.unseen, network))


def _overdue(rule: Graded, network: Network) -> SightOf:
    def sight(row: Any, _episode: Episode | None) -> Condition | None:
        return (
            Condition(rule.severity, facts_of(row, network)) if row.phase is Phase.OVERDUE else None
        )

    return sight


def _unseen(rule: Graded, network: Network) -> SightOf:
    """Told once, it holds on through the pauses of a day: one permit, one message."""

    def sight(row: Any, episode: Episode | None) -> Condition | None:
        is_told = episode is not None and episode.told > 0
        is_at_work = row.phase in _AT_WORK if is_told else row.phase is Phase.ACTIVE
        if not is_at_work or row.started is not None:
            return None
        facts = facts_of(row, network)
        del facts["phase"]  # it pauses every night, which is no news
        return Condition(rule.severity, facts)

    return sight
