"""Alerts as episodes: something begins to hold, holds on, and ends; each event is emitted once.

An episode's id is made of its rule, its subject and its start, and an alert's id of the episode
and its number: the same log gives the same ids, however often it is folded.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from streams.contract.enums import AlertEvent, RuleName, Severity
from streams.contract.identity import named_of

RULES_VERSION = 1
"""Part of every id: raise it when a rule changes its meaning, and old ids are not met again."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One message of the outbox; `word` is its event, `facts` are JSON values as they were then."""

    id: str
    episode: str
    rule: RuleName
    subject: str  # "work:ID", "incident:ID", "link:ID", "feed:NAME" ...
    word: AlertEvent
    severity: Severity
    began_ms: int
    at_ms: int
    facts: dict[str, Any] = field(default_factory=dict)


OF_WORKS = frozenset({RuleName.CLOSURE, RuleName.OVERDUE, RuleName.UNSEEN, RuleName.CLASH})
"""The rules whose alerts say what permits say; `works` are the ids of all they are of."""


def is_about(rule: RuleName, about: str, facts: Mapping[str, Any], subject: str) -> bool:
    """Whether an alert of a rule, about something, tells of a subject. `state/gate.lua` has the
    same rule.
    """
    if about == subject:
        return True
    kind, _, name = subject.partition(":")
    return rule in OF_WORKS and kind == "work" and name in facts.get("works", ())


class Patience(NamedTuple):
    """How long a thing must hold before its begin is emitted, and be over before its end is."""

    begin_ms: int = 0
    end_ms: int = 0


@dataclass(frozen=True, slots=True)
class Episode:
    """What is known of one rule and subject. `told` counts its alerts; 0: it waits for its begin.

    `over_ms` is since when it no longer holds; 0: it holds. `id` is what its alerts' ids begin
    with.
    """

    since_ms: int
    severity: Severity
    facts: dict[str, Any] = field(default_factory=dict)
    told: int = 0
    over_ms: int = 0
    id: str = ""


class Condition(NamedTuple):
    """That something holds now, how grave it is, and the facts of it."""

    severity: Severity
    facts: Mapping[str, Any]


class Move(NamedTuple):
    """What becomes of an episode (None: there is none), and the event to emit, if any."""

    episode: Episode | None
    event: AlertEvent | None = None


def moved(
    episode: Episode | None, condition: Condition | None, now_ms: int, patience: Patience
) -> Move:
    """The episode at `now_ms`; `condition` None: it does not hold.

    Time that goes back changes nothing that was emitted.
    """
    if condition is None:
        return _over(episode, now_ms, patience) if episode else Move(None)
    before = episode or Episode(now_ms, condition.severity, dict(condition.facts))
    now = replace(before, severity=condition.severity, facts=dict(condition.facts), over_ms=0)
    if not before.told:
        waits = now_ms - before.since_ms < patience.begin_ms
        return Move(now) if waits else Move(replace(now, told=1), AlertEvent.BEGIN)
    if (now.severity, now.facts) == (before.severity, before.facts):
        return Move(now)
    return Move(replace(now, told=before.told + 1), AlertEvent.UPDATE)


def _over(episode: Episode, now_ms: int, patience: Patience) -> Move:
    if not episode.told:
        return Move(None)
    over_ms = episode.over_ms or now_ms
    if now_ms - over_ms < patience.end_ms:
        return Move(replace(episode, over_ms=over_ms))
    return Move(None, AlertEvent.END)


def alert_of(
    rule: RuleName, subject: str, episode: Episode, event: AlertEvent, now_ms: int
) -> Alert:
    """The message of an event; the episode is as it stands, or, at its END, as it last stood."""
    name = episode_id(rule, subject, episode.since_ms)
    return Alert(
        id=f"{name}.{episode.told + (event is AlertEvent.END)}",
        episode=name,
        rule=rule,
        subject=subject,
        word=event,
        severity=episode.severity,
        began_ms=episode.since_ms,
        at_ms=now_ms,
        facts=episode.facts,
    )


def episode_id(rule: str, subject: str, since_ms: int) -> str:
    """`alrt_` and 26 letters and digits, 130 bits of the SHA-256 of what makes it this one."""
    text = "\n".join((rule, str(RULES_VERSION), subject, str(since_ms)))
    return named_of("alrt", text)
