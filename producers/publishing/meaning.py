"""What exchanges mean on the log: the one way from answers to messages, for live polls and for
replays.
"""

import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from statistics import median
from urllib.parse import parse_qs, urlsplit

import msgspec

from producers.feeds import gtfs_rt, its_events, utic
from producers.feeds import its_speeds as its
from producers.feeds.permits import rows as permits
from producers.feeds.permits.identity import as_one, list_name
from producers.feeds.tago import positions as tago
from producers.publishing.batches import TOPICS, Published, batches_of, key_of
from producers.publishing.faults import BUG, place_of
from producers.publishing.tempo import change_within_ms, poll_ms_of
from producers.reading import limits
from producers.reading.anonymous import Record
from producers.reading.answers import (
    NO_ANSWER,
    Answer,
    Exchange,
    Refusal,
    UnknownAnswerError,
    is_many,
)
from producers.reading.privacy import refused_body, secrets_of
from streams.contract import topics, wire
from streams.contract.errors import SettingsError
from streams.contract.records import BusPosition, FeedReport, Permit, PollOutcome, Tick
from streams.contract.settings import Settings

log = logging.getLogger(__name__)
MAX_LETTERS = 100  # of one answer: a list of a wrong kind must not flood the topic
WAKE = "tried again in minutes; at once: docker compose kill -s HUP producers"
PAGE_NAMES = ("pageNo", "page", "pageIndex", "pIndex")
PARSERS: dict[str, Callable[[Exchange, Settings], Answer]] = {
    tago.FEED: tago.parse_positions,
    gtfs_rt.FEED: gtfs_rt.parse_positions,
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


@dataclass(frozen=True, slots=True)
class Read:
    """An exchange without its body (`seal` is the hash of it), what it said, what to publish."""

    exchange: Exchange
    answer: Answer
    meaning: Meaning
    seal: bytes = b""


@dataclass(slots=True)
class Poll:
    """One poll of one feed: a sweep over the routes, the pages of a list, the files of a folder.

    `is_open`: lists that are not known yet may be part of it, so that it is not complete.
    """

    feed: str
    settings: Settings
    exchanges: list[Exchange] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    reported: FeedReport | None = None
    is_open: bool = False
    _seals: list[bytes] = field(default_factory=list)
    _whole: tuple[int, Answer] | None = None

    def add(self, exchange: Exchange) -> Meaning:
        """What may be published at once: all but permits, whose pages and files make one list."""
        return self.keep(self.read(exchange))

    def read(self, exchange: Exchange) -> Read:
        """What an exchange means; changes nothing, so that it may be done beside the loop.

        An answer that Bomnae itself cannot cope with is an *unknown* one with the code `BUG`, a
        dead letter and a line in the log; the other answers of the poll stand.
        """
        answer, meaning = self.said(exchange)
        # neither bodies nor refused rows are needed again, and a sweep has hundreds of them
        counted = replace(answer, refused=_counted(answer.refused))
        bare = replace(exchange, body=b"", said=None)
        return Read(bare, counted, meaning, _seal(exchange))

    def said(self, exchange: Exchange) -> tuple[Answer, Meaning]:
        """As `read`, with all that was refused."""
        try:
            answer = answer_of(self.feed, exchange, self.settings)
            return answer, self._meaning(exchange, answer)
        except SettingsError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever one answer does, the others go on
            answer = self._bug(exchange, error)
            return answer, self._meaning(exchange, answer)

    def keep(self, read: Read) -> Meaning:
        """Count an exchange into the poll."""
        self.exchanges.append(read.exchange)
        self.answers.append(read.answer)
        self._seals.append(read.seal)
        return read.meaning

    def _meaning(self, exchange: Exchange, answer: Answer) -> Meaning:
        letters = _letters(self.feed, exchange, answer, self.settings)
        if self.feed == permits.FEED:
            return Meaning(letters=letters)
        return Meaning(batches_of(self.feed, exchange.at_ms, answer, self.settings), letters)

    def _bug(self, exchange: Exchange, error: Exception) -> Answer:
        """The answer to what nobody foresaw. The error's text may hold a value: it is left out."""
        place = place_of(error)
        log.error("answer not read", extra={"feed": self.feed, "code": BUG, "place": place})
        refused = refused_body(exchange.body, BUG, place, secrets_of(self.settings))
        return Answer(PollOutcome.UNKNOWN, BUG, place, refused=(refused,), is_retryable=True)

    def end(self) -> Meaning:
        """What follows the last exchange: the list of permits, and the report. A list that cannot
        be put together is an *unknown* answer, as one that cannot be read is.
        """
        try:
            return self._end()
        except SettingsError:
            raise
        except Exception as error:  # noqa: BLE001 - a poll always ends with a report
            return self._end_of_bug(error)

    def _end_of_bug(self, error: Exception) -> Meaning:
        place = place_of(error)
        log.error("poll not told", extra={"feed": self.feed, "code": BUG, "place": place})
        self.answers, self._whole = (
            [Answer(PollOutcome.UNKNOWN, BUG, place, is_retryable=True)],
            None,
        )
        return self._end()

    def _end(self) -> Meaning:
        report = self.reported = self.report()
        published = (topics.FEED_REPORTS.name, 0, wire.encode(report))
        if self.feed != permits.FEED or not self.answers:
            return Meaning((published,))
        whole = self.whole()
        batches = batches_of(self.feed, report.received_ms, whole, self.settings)
        return Meaning((*batches, published))

    def whole(self) -> Answer:
        """The answers as one: rows of all (the later file wins), complete only if every part is."""
        if self._whole is None or self._whole[0] != len(self.answers):
            self._whole = (len(self.answers), self._together())
        return self._whole[1]

    def _together(self) -> Answer:
        answers = self.answers
        good = [a for a in answers if a.outcome is not PollOutcome.UNKNOWN]
        rows = self._rows()
        listed = sum(answer.listed for answer in good)
        is_paged = self.feed == permits.FEED and not self.exchanges[0].is_file
        total = max((a.total for a in good if a.total is not None), default=None)
        is_short = total is not None and (listed < total or self._is_page_repeated())
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
            is_complete=not (is_partial or self.is_open) and not is_many(len(refused), listed),
            is_fatal=any(answer.is_fatal for answer in answers),
            is_quota=any(answer.is_quota for answer in answers),
        )

    def _is_page_repeated(self) -> bool:
        """Whether the portal gave one page twice: then the rows of another never came."""
        # after a bug one answer is left of all
        answers = zip(self._seals, self.answers, strict=False)
        seals = [seal for seal, answer in answers if answer.listed]
        return len(set(seals)) < len(seals)

    def _rows(self) -> dict[str, Record]:
        """Each row once, by its key. Permits of several pages are one list, of several files as
        many as there are names.
        """
        said = [
            (exchange, answer.rows)
            for exchange, answer in zip(self.exchanges, self.answers, strict=True)
            if answer.outcome is not PollOutcome.UNKNOWN
        ]
        if self.feed != permits.FEED:
            return {key_of(row): row for _, rows in said for row in rows}
        lists = [
            (list_name(exchange.url), [row for row in rows if isinstance(row, Permit)])
            for exchange, rows in said
        ]
        return {permit.permit_id: permit for permit in as_one(lists)}

    def report(self) -> FeedReport:
        """What the poll came to. *Unknown* when more than half of it failed."""
        whole = self.whole()
        failed = [answer for answer in self.answers if answer.outcome is PollOutcome.UNKNOWN]
        worst = next((a for a in failed if a.is_fatal or a.is_quota), None)
        code, detail = _reason(failed, worst)
        if failed and len(self.answers) > 1:
            detail = f"{len(failed)} of {len(self.answers)} requests failed; {detail}".strip("; ")
        if worst is not None and worst.is_fatal:
            detail = f"{detail[:110].rstrip()}; {WAKE}"
        return FeedReport(
            feed=self.feed,
            outcome=whole.outcome,
            received_ms=max(exchange.at_ms for exchange in self.exchanges),
            poll_ms=poll_ms_of(self.feed, self.settings),
            change_within_ms=change_within_ms(self.feed, len(whole.rows), self.settings),
            code=code,
            detail=detail[:200],
            row_count=len(whole.rows),
            refused=len(whole.refused),
            repaired=whole.repaired,
            is_partial=whole.is_partial and whole.outcome is not PollOutcome.UNKNOWN,
            is_stopped=worst is not None,
            is_simulated=bool(self.settings.simulated),
            digest="" if whole.outcome is PollOutcome.UNKNOWN else _digest(whole.rows),
            latency_ms=round(median(exchange.latency_ms for exchange in self.exchanges)),
        )


def _seal(exchange: Exchange) -> bytes:
    return hashlib.sha256(exchange.body or repr(exchange.said).encode()).digest()


def answer_of(feed: str, exchange: Exchange, settings: Settings) -> Answer:
    """What one exchange says. Raises what a parser did not foresee; `Poll.add` does not."""
    if exchange.said is not None:
        return exchange.said
    try:
        limits.check(exchange)
    except UnknownAnswerError as error:
        return error.answer
    return PARSERS[feed](exchange, settings)


def page_of(url: str) -> int:
    """The page a URL asks for, by any of the names that portals give it; 1 without a sound one."""
    asked = parse_qs(urlsplit(url).query)
    page = next((asked[name][0] for name in PAGE_NAMES if name in asked), "1")
    return int(page) if page.isdecimal() and len(page) < 10 else 1


def ticks(tick_ms: int, settings: Settings) -> tuple[Published, ...]:
    """The tick, once for every partition of every ticked topic."""
    payload = wire.encode(Tick(tick_ms))
    return tuple(
        (topic.name, partition, payload)
        for topic in topics.TICKED
        for partition in range(topic.partitions(settings.partitions))
    )


def _outcome(answers: Sequence[Answer], *, has_rows: bool) -> PollOutcome:
    failed = sum(answer.outcome is PollOutcome.UNKNOWN for answer in answers)
    if failed * 2 > len(answers):
        return PollOutcome.UNKNOWN
    return PollOutcome.DATA if has_rows else PollOutcome.EMPTY


def _reason(failed: Sequence[Answer], worst: Answer | None) -> tuple[str, str]:
    """Code and detail of the gravest failure, else of the most frequent one."""
    if worst is None and failed:
        # a sweep given up counts the routes left as unanswered: what stopped it says more
        codes = [answer.code for answer in failed]
        said = [code for code in codes if code != NO_ANSWER]
        common = Counter(said or codes).most_common(1)[0][0]
        worst = next(answer for answer in failed if answer.code == common)
    return ("", "") if worst is None else (worst.code, worst.detail)


def _digest(rows: Iterable[Record]) -> str:
    """16 hex digits over what the rows say; a bus's time is ours, so it does not count."""
    said = [replace(row, observed_ms=0) if isinstance(row, BusPosition) else row for row in rows]
    ordered = sorted(msgspec.json.encode(row) for row in said)
    return hashlib.sha256(b"\n".join(ordered)).hexdigest()[:16]


def _letters(
    feed: str, exchange: Exchange, answer: Answer, settings: Settings
) -> tuple[Letter, ...]:
    refused = [*answer.refused, *answer.left_out]
    if answer.outcome is PollOutcome.UNKNOWN and not refused and exchange.status:
        secrets = secrets_of(settings)
        refused = [refused_body(exchange.body, answer.code, answer.detail, secrets)]
    if len(refused) > MAX_LETTERS:
        last = refused[MAX_LETTERS - 1]
        more = f"and {len(refused) - MAX_LETTERS} more of this answer; {last.detail}"
        refused = [*refused[: MAX_LETTERS - 1], replace(last, detail=more[:200])]
    return tuple(Letter(feed, refusal) for refusal in refused)


def _counted(refused: tuple[Refusal, ...]) -> tuple[Refusal, ...]:
    """As many refusals, without what they refused."""
    return (replace(refused[0], payload=b""),) * len(refused) if refused else ()
