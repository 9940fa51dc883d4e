"""What exchanges mean on the log: the one way from answers to messages, for live polls and for
replays.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from statistics import median
from urllib.parse import parse_qs, urlsplit

import msgspec

from producers.batches import TOPICS, Published, batches_of, key_of
from producers.formats import its, its_events, permits, tago, utic
from producers.formats.answers import NO_ANSWER, Answer, Exchange, Record, Refusal, is_many
from producers.formats.privacy import refused_body
from streams import topics, wire
from streams.domain.records import (
    BusPosition,
    FeedReport,
    Outcome,
    Tick,
)
from streams.settings import Settings

MAX_LETTERS = 100  # of one answer: a list of a wrong kind must not flood the topic
MIN_BUSES_TO_FREEZE = 8  # fewer may well stand still
PARSERS: dict[str, Callable[[Exchange, Settings], Answer]] = {
    tago.FEED: tago.parse_positions,
    its.FEED: its.parse_speeds,
    its_events.FEED: its_events.parse_events,
    utic.FEED: utic.parse_incidents,
    permits.FEED: permits.parse_permits,
}


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter: what was refused, in `payload`, and why."""

    feed: str
    refusal: Refusal

    def headers(self) -> list[tuple[str, bytes]]:
        refusal = self.refusal
        pairs = (
            ("code", refusal.code),
            ("topic", TOPICS[self.feed].name),
            ("feed", self.feed),
            ("detail", refusal.detail),
        )
        return [(name, value.encode("utf-8", "replace")) for name, value in pairs]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What to publish: messages in order, and dead letters."""

    messages: tuple[Published, ...] = ()
    letters: tuple[Letter, ...] = ()


def messages_of(feed: str, exchange: Exchange, settings: Settings) -> list[Published]:
    """The messages of one exchange by itself: its batches and, save for TAGO, its report."""
    poll = Poll(feed, settings)
    batches = poll.add(exchange).messages
    return [*batches, *(() if feed == tago.FEED else poll.end().messages)]


@dataclass(slots=True)
class Poll:
    """One poll of one feed: a sweep over the routes, the pages of a list, the files of a folder."""

    feed: str
    settings: Settings
    exchanges: list[Exchange] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    reported: FeedReport | None = None

    def add(self, exchange: Exchange) -> Meaning:
        """What may be published at once: all but permits, whose pages and files make one list."""
        answer = PARSERS[self.feed](exchange, self.settings)
        self.exchanges.append(exchange)
        self.answers.append(answer)
        letters = _letters(self.feed, exchange, answer, self.settings)
        if self.feed == permits.FEED:
            return Meaning(letters=letters)
        return Meaning(batches_of(self.feed, exchange.at_ms, answer, self.settings), letters)

    def end(self) -> Meaning:
        """What follows the last exchange: the list of permits, and the report."""
        report = self.reported = self.report()
        published = (topics.FEED_REPORTS.name, 0, wire.encode(report))
        if self.feed != permits.FEED or not self.answers:
            return Meaning((published,))
        whole = self.whole()
        batches = batches_of(self.feed, report.received_ms, whole, self.settings)
        return Meaning((*batches, published))

    def whole(self) -> Answer:
        """The answers as one: rows of all (the later file wins), complete only if every part is."""
        answers = self.answers
        good = [a for a in answers if a.outcome is not Outcome.UNKNOWN]
        rows = {key_of(row): row for answer in good for row in answer.rows}
        listed = sum(answer.listed for answer in good)
        is_paged = self.feed == permits.FEED and not self.exchanges[0].url.startswith("file:")
        total = max((a.total for a in good if a.total is not None), default=None)
        is_short = total is not None and listed < total
        is_partial = len(good) < len(answers) or (
            is_short if is_paged and total is not None else any(a.is_partial for a in answers)
        )
        refused = tuple(refusal for answer in answers for refusal in answer.refused)
        return Answer(
            _outcome(answers, has_rows=bool(rows)),
            rows=tuple(rows[key] for key in sorted(rows)),
            refused=refused,
            repaired=sum(answer.repaired for answer in answers),
            is_partial=is_partial,
            is_complete=not is_partial and not is_many(len(refused), listed),
            is_fatal=any(answer.is_fatal for answer in answers),
            is_quota=any(answer.is_quota for answer in answers),
        )

    def report(self) -> FeedReport:
        """What the poll came to. *Unknown* when more than half of it failed."""
        whole = self.whole()
        failed = [answer for answer in self.answers if answer.outcome is Outcome.UNKNOWN]
        worst = next((a for a in failed if a.is_fatal or a.is_quota), None)
        code, detail = _reason(failed, worst)
        if failed and len(self.answers) > 1:
            detail = f"{len(failed)} of {len(self.answers)} requests failed; {detail}".strip("; ")
        return FeedReport(
            feed=self.feed,
            outcome=whole.outcome,
            received_ms=max(exchange.at_ms for exchange in self.exchanges),
            poll_ms=poll_ms_of(self.feed, self.settings),
            change_within_ms=_change_within_ms(self.feed, whole, self.settings),
            code=code,
            detail=detail[:200],
            row_count=len(whole.rows),
            refused=len(whole.refused),
            repaired=whole.repaired,
            is_partial=whole.is_partial and whole.outcome is not Outcome.UNKNOWN,
            is_stopped=worst is not None,
            is_simulated=bool(self.settings.simulated),
            digest="" if whole.outcome is Outcome.UNKNOWN else _digest(whole.rows),
            latency_ms=round(median(exchange.latency_ms for exchange in self.exchanges)),
        )


def page_of(url: str) -> int:
    """The pageNo a URL asks for, 1 without one."""
    page = parse_qs(urlsplit(url).query).get("pageNo", ["1"])[0]
    return int(page) if page.isdecimal() else 1


def poll_ms_of(feed: str, settings: Settings) -> int:
    """The period of the feed's polls, ms."""
    seconds = {
        tago.FEED: settings.tago_poll_s,
        its.FEED: settings.its_poll_s,
        its_events.FEED: settings.its_poll_s,
        utic.FEED: settings.utic_poll_s,
        permits.FEED: settings.permits_poll_s,
    }
    return seconds[feed] * 1000


def ticks(tick_ms: int, settings: Settings) -> tuple[Published, ...]:
    """The tick, once for every partition of every ticked topic."""
    payload = wire.encode(Tick(tick_ms))
    return tuple(
        (topic.name, partition, payload)
        for topic in topics.TICKED
        for partition in range(topic.partitions(settings.partitions))
    )


def _outcome(answers: Sequence[Answer], *, has_rows: bool) -> Outcome:
    failed = sum(answer.outcome is Outcome.UNKNOWN for answer in answers)
    if failed * 2 > len(answers):
        return Outcome.UNKNOWN
    return Outcome.DATA if has_rows else Outcome.EMPTY


def _reason(failed: Sequence[Answer], worst: Answer | None) -> tuple[str, str]:
    """Code and detail of the gravest failure, else of the most frequent one."""
    if worst is None and failed:
        # a sweep given up counts the routes left as unanswered: what stopped it says more
        codes = [answer.code for answer in failed]
        said = [code for code in codes if code != NO_ANSWER]
        common = Counter(said or codes).most_common(1)[0][0]
        worst = next(answer for answer in failed if answer.code == common)
    return ("", "") if worst is None else (worst.code, worst.detail)


def _change_within_ms(feed: str, whole: Answer, settings: Settings) -> int:
    """Within what time the feed's content must change, 0 where it may stay the same for ever."""
    if feed == tago.FEED and len(whole.rows) >= MIN_BUSES_TO_FREEZE:
        periods = settings.freeze_factor - 0.5  # polls do not come to the millisecond
        return round(periods * settings.tago_poll_s * 1000)
    return settings.feed_change_s * 1000 if feed == its.FEED and whole.rows else 0


def _digest(rows: Iterable[Record]) -> str:
    """16 hex digits over what the rows say; a bus's time is ours, so it does not count."""
    said = [replace(row, observed_ms=0) if isinstance(row, BusPosition) else row for row in rows]
    ordered = sorted(msgspec.json.encode(row) for row in said)
    return hashlib.sha256(b"\n".join(ordered)).hexdigest()[:16]


def _letters(
    feed: str, exchange: Exchange, answer: Answer, settings: Settings
) -> tuple[Letter, ...]:
    refused = [*answer.refused, *answer.left_out]
    if answer.outcome is Outcome.UNKNOWN and not refused and exchange.status:
        secrets = (settings.tago_key, settings.its_key, settings.utic_key, settings.permits_key)
        refused = [refused_body(exchange.body, answer.code, answer.detail, secrets)]
    if len(refused) > MAX_LETTERS:
        last = refused[MAX_LETTERS - 1]
        more = f"and {len(refused) - MAX_LETTERS} more of this answer; {last.detail}"
        refused = [*refused[: MAX_LETTERS - 1], replace(last, detail=more[:200])]
    return tuple(Letter(feed, refusal) for refusal in refused)
