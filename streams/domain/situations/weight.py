"""Whether a fact asks for somebody: what is planned and comes in time is information.

What was so long before it was told is information too: nothing has happened. So is a jam that only
its level tells, for nobody knows yet whether that road is ever faster at this hour.
"""

from collections.abc import Callable, Mapping

from streams.contract.enums import ClashKind, IncidentKind, RuleName, Severity
from streams.contract.times import MINUTE_MS
from streams.domain.situations.fact import Fact
from streams.domain.works.urgent import is_urgent

STOOD_MS = 30 * MINUTE_MS
"""What began so long before it was told stood already."""
PLANNED = frozenset({IncidentKind.WORK, IncidentKind.GATHERING})


def asks(fact: Fact) -> bool:
    """Whether somebody must look at a fact."""
    return _ASKS.get(fact.rule, _never)(fact)


def _is_urgent(fact: Fact) -> bool:
    """Whether its own words say that nobody planned it."""
    texts = (fact.facts.get("title"), fact.facts.get("reason"), fact.source.title)
    return any(isinstance(text, str) and is_urgent(text) for text in texts)


def _closure(fact: Fact) -> bool:
    if fact.severity is Severity.NOTICE:
        return False
    if not (
        fact.is_incident or fact.is_by_hand
    ):  # who closes lanes with a permit has taken charge of them
        return fact.severity is Severity.CRITICAL and _is_urgent(fact)
    kind, starts_ms = fact.source.kind, fact.source.starts_ms
    if kind in PLANNED and not _is_urgent(fact):
        return False
    return starts_ms is None or fact.since_ms - starts_ms <= STOOD_MS


def _overdue(fact: Fact) -> bool:
    ends_ms = fact.facts.get("ends_ms")
    return not isinstance(ends_ms, int) or fact.since_ms - ends_ms <= STOOD_MS


def _grave(fact: Fact) -> bool:
    return fact.severity is not Severity.NOTICE


def _cuts(fact: Fact) -> bool:
    return _grave(fact) and fact.facts.get("kind") == ClashKind.CUT


def _unusual(fact: Fact) -> bool:
    return fact.facts.get("judged_by") == "usual"


def _always(_fact: Fact) -> bool:
    return True


def _never(_fact: Fact) -> bool:
    return False


_ASKS: Mapping[RuleName, Callable[[Fact], bool]] = {
    RuleName.CLOSURE: _closure,
    RuleName.OVERDUE: _overdue,
    RuleName.JAM: _unusual,
    RuleName.CLASH: _cuts,
    RuleName.DISCREPANCY: _grave,
    RuleName.FEED: _always,
    RuleName.REPORTS: _always,
}
