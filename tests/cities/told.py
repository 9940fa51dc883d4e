"""Alerts as facts of situations, in a few words; times are minutes after NOW_MS."""

from typing import Any

from streams.contract.enums import IncidentKind, RuleName, Severity
from streams.contract.times import MINUTE_MS
from streams.domain.alerts import episode_id
from streams.domain.situations.fact import Fact, Source

NOW_MS = 1_795_392_000_000


def fact(
    name: str, *links: str, at: float = 0, over: float = 0, grave: str = "warning", **more: Any
) -> Fact:
    """The fact of an alert by its name "rule subject"; `feed`, `kind` and `starts` are its row's,
    the rest its facts.
    """
    rule, _, subject = name.partition(" ")
    since_ms = NOW_MS + round(at * MINUTE_MS)
    kind, starts = more.pop("kind_of", None), more.pop("starts", None)
    source = Source(
        more.pop("feed", ""),
        IncidentKind(kind) if kind else None,
        None if starts is None else NOW_MS + round(starts * MINUTE_MS),
    )
    return Fact(
        id=episode_id(rule, subject, since_ms),
        rule=RuleName(rule),
        subject=subject,
        since_ms=since_ms,
        told_ms=since_ms,
        severity=Severity(grave),
        facts={"title": subject, "links": list(links), **more},
        over_ms=NOW_MS + round(over * MINUTE_MS) if over else 0,
        source=source,
    )


def crash(number: str, link: str, feed: str, at: float = 0, **more: Any) -> Fact:
    """A crash that a feed tells when it happens."""
    own: dict[str, Any] = {"kind_of": "accident", "starts": at, "feed": feed, "at": at, **more}
    return fact(f"closure incident:{number}", link, **own)


def jam(link: str, at: float = 0, over: float = 0, **more: Any) -> Fact:
    return fact(f"jam link:{link}", link, at=at, over=over, grave="notice", **more)
