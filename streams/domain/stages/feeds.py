"""How a feed is doing: what its last reports came to, and its status now."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from streams.contract.arrival import MAX_AHEAD_MS
from streams.contract.derived import Origin
from streams.contract.enums import FeedStatus, PollOutcome
from streams.contract.records import FeedReport, Message, Tick
from streams.contract.times import MINUTE_MS
from streams.domain.alerts import Episode
from streams.domain.listings import Usual, judged
from streams.domain.rules import AlertRules
from streams.domain.rules.feed import watch_feeds
from streams.domain.rules.watching import Look
from streams.domain.scores import minutes_by_day, put_day
from streams.domain.stage import Effects, Rows, StageTable, State

REMEMBER_MS = MINUTE_MS


@dataclass(frozen=True, slots=True)
class FeedState:
    """A feed's memory: the last report and when it last succeeded and last changed (0: never)."""

    feed: str
    last: FeedReport
    last_success_ms: int = 0
    last_change_ms: int = 0
    usual: Usual = field(default_factory=Usual)  # the number of its rows


def observe(state: FeedState | None, report: FeedReport) -> FeedState:
    """The state after a report; a report older than the last changes nothing."""
    if state is None:
        state = FeedState(report.feed, report)
    elif report.received_ms < state.last.received_ms:
        return state
    is_success = report.outcome is not PollOutcome.UNKNOWN
    is_change = is_success and (report.digest != state.last.digest or state.last_change_ms == 0)
    digest = report.digest if is_success else state.last.digest
    return replace(
        state,
        last=replace(report, digest=digest),
        last_success_ms=report.received_ms if is_success else state.last_success_ms,
        last_change_ms=report.received_ms if is_change else state.last_change_ms,
        usual=_judged(state.usual, report),
    )


def _judged(usual: Usual, report: FeedReport) -> Usual:
    """The usual number of rows after a report; only a whole answer counts."""
    is_broken = report.refused * 5 > report.row_count + report.refused
    if report.outcome is PollOutcome.UNKNOWN or report.is_partial or is_broken:
        return usual
    return judged(usual, report.row_count, report.received_ms)


def status(state: FeedState, now_ms: int) -> FeedStatus:
    """The status of the feed at `now_ms`. No report for two poll periods (and 5 s) is STALE."""
    last = state.last
    if last.is_stopped:
        return FeedStatus.STOPPED
    if (by_time := _by_time(now_ms - last.received_ms, last.poll_ms)) is not None:
        return by_time
    return FeedStatus.UNKNOWN if last.outcome is PollOutcome.UNKNOWN else _content(state)


def _content(state: FeedState) -> FeedStatus:
    """The status by the rows of the last answer."""
    last = state.last
    if state.usual.is_dropped and not last.is_partial:
        return FeedStatus.DROPPED
    unchanged_ms = last.received_ms - state.last_change_ms
    if last.outcome is PollOutcome.DATA and 0 < last.change_within_ms <= unchanged_ms:
        return FeedStatus.FROZEN
    if last.is_partial:
        return FeedStatus.PARTIAL
    return FeedStatus.EMPTY if last.outcome is PollOutcome.EMPTY else FeedStatus.LIVE


def _by_time(age_ms: int, poll_ms: int) -> FeedStatus | None:
    """The status by the time of the last report alone; None when it is of now."""
    if age_ms < -MAX_AHEAD_MS:
        return FeedStatus.AHEAD
    return FeedStatus.STALE if age_ms > 2 * poll_ms + 5_000 else None


def is_news(known: FeedState | None, seen: FeedState) -> bool:
    """Whether the history keeps this state: another outcome, or the first report of a minute."""
    if known is None or _outcome_of(known) != _outcome_of(seen):
        return True
    return known.last.received_ms // REMEMBER_MS != seen.last.received_ms // REMEMBER_MS


def _outcome_of(state: FeedState) -> tuple[PollOutcome, str, bool, bool, bool]:
    last = state.last
    return last.outcome, last.code, last.is_partial, last.is_stopped, state.usual.is_dropped


FEEDS = StageTable("feeds", FeedState)
EPISODES = StageTable("feed-episodes", Episode)
FEED_SCORES = StageTable("feed_scores", dict[str, int])  # by "day feed": minutes by status
COUNTED = StageTable("feed_minutes", int)  # the last minute counted (from 1970), as "now"


class FeedsStage:
    """feed-reports -> how each feed is doing; time -> which of them need an alert."""

    takes = (FeedReport, Tick)
    tables = (FEEDS, EPISODES, FEED_SCORES, COUNTED)

    def __init__(self, rules: AlertRules = AlertRules()) -> None:  # noqa: B008 - frozen
        self._rules = rules

    def step(self, state: State, message: Message, _origin: Origin) -> Effects:
        effects = Effects()
        feeds = Rows(FEEDS, state, effects)
        if isinstance(message, FeedReport):
            _take(feeds, message, effects)
        elif isinstance(message, Tick):
            now_ms = message.tick_ms
            look = Look(effects, Rows(EPISODES, state, effects), now_ms)
            statuses = {name: (status(x, now_ms), x.last.code) for name, x in feeds.all().items()}
            watch_feeds(look, self._rules, statuses)
            _count_minutes(state, effects, statuses, now_ms)
        return effects


def _take(feeds: Rows[FeedState], report: FeedReport, effects: Effects) -> None:
    """Take a report: the state, what the history keeps, and the rows it refused."""
    known = feeds.get(report.feed)
    seen = observe(known, report)
    feeds.put(report.feed, seen)
    if is_news(known, seen):
        effects.remember(f"feed:{report.feed}", report.received_ms, seen)
    if report.refused:
        effects.refused[f"{report.feed} {report.code or 'rows'}"] = report.refused


def _count_minutes(
    state: State, effects: Effects, statuses: Mapping[str, tuple[FeedStatus, str]], now_ms: int
) -> None:
    """Count the minutes that have passed since the last tick of another minute: each feed was then
    as it is now. Where nothing ticked for long, its feeds were silent for as long.
    """
    counted, scores = Rows(COUNTED, state, effects), Rows(FEED_SCORES, state, effects)
    minute = now_ms // MINUTE_MS
    last = counted.get("now")
    if last is not None and minute <= last:
        return
    counted.put("now", minute)
    if last is None:
        return
    for day, minutes in minutes_by_day(last, minute):
        for name, (now, _) in sorted(statuses.items()):
            known = scores.get(f"{day} {name}") or {}
            row = {**known, now.value: known.get(now.value, 0) + minutes}
            put_day(scores, f"{day} {name}", dict(sorted(row.items())))
