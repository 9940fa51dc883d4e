"""How a feed is doing: what its last reports came to, and what may be said of it now."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from streams.domain.records import FeedReport, Message, Origin, Outcome
from streams.domain.stage import Effects, Rows, Table

REMEMBER_MS = 60_000


class FeedStatus(StrEnum):
    """The one word on a feed's chip. Only LIVE and EMPTY let the feed's facts count as now."""

    LIVE = "live"
    EMPTY = "empty"  # answered, and there is nothing
    PARTIAL = "partial"  # answered with a part of it
    FROZEN = "frozen"  # answers, but nothing changes where something must
    UNKNOWN = "unknown"  # error, refusal, broken answer
    STALE = "stale"  # no report in time
    STOPPED = "stopped"  # a key or quota error: polls again only when told, or at midnight KST


@dataclass(frozen=True, slots=True)
class FeedState:
    """A feed's memory: the last report and when it last succeeded and last changed (0: never)."""

    feed: str
    last: FeedReport
    last_success_ms: int = 0
    last_change_ms: int = 0


def observe(state: FeedState | None, report: FeedReport) -> FeedState:
    """The state after a report; a report older than the last changes nothing."""
    if state is None:
        state = FeedState(report.feed, report)
    elif report.received_ms < state.last.received_ms:
        return state
    is_success = report.outcome is not Outcome.UNKNOWN
    is_change = is_success and (report.digest != state.last.digest or state.last_change_ms == 0)
    digest = report.digest if is_success else state.last.digest
    return replace(
        state,
        last=replace(report, digest=digest),
        last_success_ms=report.received_ms if is_success else state.last_success_ms,
        last_change_ms=report.received_ms if is_change else state.last_change_ms,
    )


def status(state: FeedState, now_ms: int) -> FeedStatus:
    """What may be said of the feed at `now_ms`. Silence for two poll periods (and 5 s) is STALE."""
    last = state.last
    if last.is_stopped:
        return FeedStatus.STOPPED
    if now_ms - last.received_ms > 2 * last.poll_ms + 5_000:
        return FeedStatus.STALE
    if last.outcome is Outcome.UNKNOWN:
        return FeedStatus.UNKNOWN
    unchanged_ms = last.received_ms - state.last_change_ms
    if last.outcome is Outcome.DATA and 0 < last.change_within_ms <= unchanged_ms:
        return FeedStatus.FROZEN
    if last.is_partial:
        return FeedStatus.PARTIAL
    return FeedStatus.EMPTY if last.outcome is Outcome.EMPTY else FeedStatus.LIVE


def is_news(known: FeedState | None, seen: FeedState) -> bool:
    """Whether the history keeps this state: another outcome, or the first report of a minute."""
    if known is None or _outcome_of(known) != _outcome_of(seen):
        return True
    return known.last.received_ms // REMEMBER_MS != seen.last.received_ms // REMEMBER_MS


def _outcome_of(state: FeedState) -> tuple[Outcome, str, bool, bool]:
    last = state.last
    return last.outcome, last.code, last.is_partial, last.is_stopped


class FeedsStage:
    """feed-reports -> how each feed is doing."""

    takes = (FeedReport,)
    tables = (Table("feeds", FeedState, letter="f", is_global=True),)

    def step(self, state: Mapping[str, Rows], message: Message, _origin: Origin) -> Effects:
        effects = Effects()
        if isinstance(message, FeedReport):
            known: FeedState | None = state["feeds"].get(message.feed)
            seen = observe(known, message)
            effects.put("feeds", message.feed, seen)
            if is_news(known, seen):
                effects.remember(f"feed:{message.feed}", message.received_ms, seen)
            if message.refused:
                effects.refused[f"{message.feed} {message.code or 'rows'}"] = message.refused
        return effects
