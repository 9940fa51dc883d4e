"""What is to be published: messages, dead letters, ticks."""

from dataclasses import dataclass, replace

from producers.feeds import FEEDS
from producers.reading.answers import Answer, Exchange, Refusal
from producers.reading.privacy import refused_body
from streams.contract import topics, wire
from streams.contract.enums import PollOutcome
from streams.contract.records import FeedReport, Tick
from streams.contract.settings import Settings

MAX_LETTERS = 100  # of one answer: a list of a wrong kind must not flood the topic

Published = tuple[str, int, bytes]
"""Topic, partition and payload of one message."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """What was refused, in `refusal.payload`, and why."""

    feed: str
    refusal: Refusal

    def headers(self) -> list[tuple[str, bytes]]:
        refusal = self.refusal
        pairs = (
            ("code", refusal.code),
            ("topic", FEEDS[self.feed].topic.name),
            ("feed", self.feed),
            ("detail", refusal.detail),
        )
        return [(name, value.encode("utf-8", "replace")) for name, value in pairs]


@dataclass(frozen=True, slots=True)
class Output:
    """What to publish: messages in order, and dead letters."""

    messages: tuple[Published, ...] = ()
    letters: tuple[DeadLetter, ...] = ()


def letters_of(
    feed: str, exchange: Exchange, answer: Answer, settings: Settings
) -> tuple[DeadLetter, ...]:
    """The dead letters of one answer, at most a hundred; of an unreadable one its beginning."""
    refused = [*answer.refused, *answer.left_out]
    if answer.outcome is PollOutcome.UNKNOWN and not refused and exchange.status:
        secrets = settings.secrets()
        refused = [refused_body(exchange.body, answer.code, answer.detail, secrets)]
    if len(refused) > MAX_LETTERS:
        last = refused[MAX_LETTERS - 1]
        more = f"and {len(refused) - MAX_LETTERS} more of this answer; {last.detail}"
        refused = [*refused[: MAX_LETTERS - 1], replace(last, detail=more[:200])]
    return tuple(DeadLetter(feed, refusal) for refusal in refused)


def ticks(tick_ms: int, settings: Settings) -> tuple[Published, ...]:
    """The tick, once for every partition of every ticked topic."""
    payload = wire.encode(Tick(tick_ms))
    return tuple(
        (topic.name, partition, payload)
        for topic in topics.TICKED
        for partition in range(topic.partitions(settings.partitions))
    )


def report_message(report: FeedReport) -> Published:
    return topics.FEED_REPORTS.name, 0, wire.encode(report)


def unknown_report(
    feed: str,
    code: str,
    detail: str,
    settings: Settings,
    received_ms: int,
    *,
    is_stopped: bool = False,
) -> Published:
    """The report of a feed of which nothing is known, and why."""
    return report_message(
        FeedReport(
            feed=feed,
            outcome=PollOutcome.UNKNOWN,
            received_ms=received_ms,
            poll_ms=FEEDS[feed].poll_ms(settings),
            code=code,
            detail=detail[:200],
            is_stopped=is_stopped,
            is_simulated=settings.simulated,
        )
    )
