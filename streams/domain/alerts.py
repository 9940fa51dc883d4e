"""Alerts as episodes: something begins to hold, holds on, and ends; each word of it is told once.

An episode's id is made of its rule, its subject and its start, and a word's id of the episode and
its number: the same log gives the same ids, however often it is folded.
"""

import hashlib
from base64 import b32encode
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from streams.contract.enums import AlertEvent, RuleName, Severity

RULES_VERSION = 1
"""Part of every id: raise it when a rule changes its meaning, and old ids are not met again."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One message of the outbox; `facts` are plain JSON values, as they were then."""

    id: str
    episode: str
    rule: RuleName
    subject: str  # "work:ID", "incident:ID", "link:ID", "feed:NAME" ...
    word: AlertEvent
    severity: Severity
    began_ms: int
    at_ms: int
    facts: dict[str, Any] = field(default_factory=dict)


class Patience(NamedTuple):
    """How long a thing must hold before it is told, and be over before its end is; both in ms."""

    begin_ms: int = 0
    end_ms: int = 0


@dataclass(frozen=True, slots=True)
class Episode:
    """What is known of one rule and subject. `told` counts its words; 0: it waits to be told.

    `over_ms` is since when it no longer holds; 0: it holds. `id` is the episode's, which its words
    begin with.
    """

    since_ms: int
    severity: Severity
    facts: dict[str, Any] = field(default_factory=dict)
    told: int = 0
    over_ms: int = 0
    id: str = ""


class Condition(NamedTuple):
    """That something holds now, how grave it is, and what is to be said of it."""

    severity: Severity
    facts: Mapping[str, Any]


class Move(NamedTuple):
    """An episode after a look (None: there is none) and the word to tell, if any."""

    episode: Episode | None
    word: AlertEvent | None = None


def look(episode: Episode | None, sight: Condition | None, now_ms: int, patience: Patience) -> Move:
    """The episode after a look at `now_ms`; `sight` None: it does not hold.

    Time that goes back changes nothing that was told.
    """
    if episode is None:
        if sight is None:
            return Move(None)
        episode = Episode(now_ms, sight.severity, dict(sight.facts))
    if sight is None:
        return _over(episode, now_ms, patience)
    return _holds(replace(episode, over_ms=0), sight, now_ms, patience)


def _holds(episode: Episode, sight: Condition, now_ms: int, patience: Patience) -> Move:
    seen = replace(episode, severity=sight.severity, facts=dict(sight.facts))
    if not episode.told:
        waits = now_ms - episode.since_ms < patience.begin_ms
        return Move(seen) if waits else Move(replace(seen, told=1), AlertEvent.BEGIN)
    is_new = (seen.severity, seen.facts) != (episode.severity, episode.facts)
    return Move(replace(seen, told=episode.told + 1), AlertEvent.UPDATE) if is_new else Move(seen)


def _over(episode: Episode, now_ms: int, patience: Patience) -> Move:
    if not episode.told:
        return Move(None)
    over_ms = episode.over_ms or now_ms
    if now_ms - over_ms < patience.end_ms:
        return Move(replace(episode, over_ms=over_ms))
    return Move(None, AlertEvent.END)


def told(rule: RuleName, subject: str, before: Episode | None, move: Move, now_ms: int) -> Alert:
    """The message of a move that has a word; `before` is the episode as it was."""
    episode = move.episode or before
    if episode is None or move.word is None:
        raise ValueError(f"nothing to tell of {rule} {subject}")
    name = episode_id(rule, subject, episode.since_ms)
    number = episode.told + (move.word is AlertEvent.END)
    return Alert(
        id=f"{name}.{number}",
        episode=name,
        rule=rule,
        subject=subject,
        word=move.word,
        severity=episode.severity,
        began_ms=episode.since_ms,
        at_ms=now_ms,
        facts=episode.facts,
    )


def episode_id(rule: str, subject: str, since_ms: int) -> str:
    """`alrt_` and 26 letters and digits, 130 bits of the SHA-256 of what makes it this one."""
    text = "\n".join((rule, str(RULES_VERSION), subject, str(since_ms)))
    return "alrt_" + b32encode(hashlib.sha256(text.encode()).digest()).decode()[:26].lower()
