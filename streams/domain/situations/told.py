"""Facts from the messages of alerts: which have ended, and when."""

from collections.abc import Iterable

from streams.contract.enums import AlertEvent
from streams.domain.alerts import Alert, Episode
from streams.domain.situations.fact import Begins, Fact, fact_of

KEEP_OVER_MS = 24 * 3_600_000
"""So long an end counts: no story goes on with what is longer over."""


def over_of(alerts: Iterable[Alert], begins: Begins) -> dict[str, Fact]:
    """The facts that have ended, by id."""
    found = {}
    for alert in alerts:
        if alert.word is not AlertEvent.END:
            continue
        episode = Episode(alert.began_ms, alert.severity, alert.facts, id=alert.episode)
        name = f"{alert.rule} {alert.subject}"
        fact = fact_of(name, episode, _no_row, begins, alert.at_ms)
        if fact is not None:
            found[fact.id] = fact
    return found


def kept(over: dict[str, Fact], now_ms: int) -> dict[str, Fact]:
    """Those that are not over for too long."""
    return {name: fact for name, fact in over.items() if fact.over_ms > now_ms - KEEP_OVER_MS}


def _no_row(_subject: str) -> None:
    return None
