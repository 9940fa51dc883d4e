"""One poll of one feed: from its answers to messages and a report, for live polls and replays."""

import hashlib
import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from statistics import median
from urllib.parse import parse_qs, urlsplit

import msgspec

from producers.feeds import FEEDS
from producers.publishing.faults import place_of
from producers.publishing.messages import (
    Output,
    Published,
    batches_of,
    key_of,
    letters_of,
    report_message,
)
from producers.reading.answers import (
    BUG,
    NO_ANSWER,
    Answer,
    Exchange,
    Record,
    UnknownAnswerError,
    is_many,
)
from producers.reading.bodies import check_size
from producers.reading.privacy import refused_body
from streams.contract.enums import PollOutcome
from streams.contract.errors import SettingsError
from streams.contract.records import BusPosition, FeedReport
from streams.contract.settings import Settings

log = logging.getLogger(__name__)
WAKE = "tried again in minutes; at once: docker compose kill -s HUP producers"
PAGE_NAMES = ("pageNo", "page", "pageIndex", "pIndex")


@dataclass(frozen=True, slots=True)
class ReadExchange:
    """An exchange without its body (`seal` is the hash of it), its answer, what to publish."""

    exchange: Exchange
    answer: Answer
    output: Output
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
    seals: list[bytes] = field(default_factory=list)

    def add(self, exchange: Exchange) -> Output:
        """What may be published at once: all but lists, whose pages and files are put together."""
        return self.keep(self.read(exchange))

    def read(self, exchange: Exchange) -> ReadExchange:
        """What an exchange means; changes nothing, so that it may run in another thread.

        An answer that Bomnae itself cannot cope with is an *unknown* one with the code `BUG`, a
        dead letter and a line in the log; the other answers of the poll stand.
        """
        answer, output = self.interpret(exchange)
        # neither bodies nor refused rows are needed again, and a sweep has hundreds of them
        first = [replace(refusal, payload=b"") for refusal in answer.refused[:1]]
        counted = replace(answer, refused=tuple(first * len(answer.refused)))
        seal = hashlib.sha256(exchange.body or repr(exchange.answer).encode()).digest()
        return ReadExchange(replace(exchange, body=b"", answer=None), counted, output, seal)

    def interpret(self, exchange: Exchange) -> tuple[Answer, Output]:
        """As `read`, with all that was refused."""
        try:
            answer = answer_of(self.feed, exchange, self.settings)
            return answer, self._output(exchange, answer)
        except SettingsError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever one answer does, the others go on
            # the error's text may hold a value: it is left out
            place = place_of(error)
            log.error(  # noqa: TRY400
                "answer not read", extra={"feed": self.feed, "code": BUG, "place": place}
            )
            refused = refused_body(exchange.body, BUG, place, self.settings.secrets())
            answer = Answer(PollOutcome.UNKNOWN, BUG, place, refused=(refused,), is_retryable=True)
            return answer, self._output(exchange, answer)

    def keep(self, read: ReadExchange) -> Output:
        """Count an exchange into the poll."""
        self.exchanges.append(read.exchange)
        self.answers.append(read.answer)
        self.seals.append(read.seal)
        return read.output

    def _output(self, exchange: Exchange, answer: Answer) -> Output:
        letters = letters_of(self.feed, exchange, answer, self.settings)
        is_list = FEEDS[self.feed].is_list
        batches = () if is_list else batches_of(self.feed, exchange.at_ms, answer, self.settings)
        return Output(batches, letters)

    def end(self) -> Output:
        """What follows the last exchange: of a list its rows, and the report. A list that cannot
        be put together is an *unknown* answer, as one that cannot be read is.
        """
        try:
            return self._end()
        except SettingsError:
            raise
        except Exception as error:  # noqa: BLE001 - a poll always ends with a report
            place = place_of(error)
            log.error(  # noqa: TRY400
                "poll not reported", extra={"feed": self.feed, "code": BUG, "place": place}
            )
            self.answers = [Answer(PollOutcome.UNKNOWN, BUG, place, is_retryable=True)]
            return self._end()

    def _end(self) -> Output:
        whole = self.whole()
        report = self.reported = self.report(whole)
        batches: tuple[Published, ...] = ()
        if FEEDS[self.feed].is_list and self.answers:
            batches = batches_of(self.feed, report.received_ms, whole, self.settings)
        return Output((*batches, report_message(report)))

    def whole(self) -> Answer:
        """The answers as one: rows of all (the later file wins), complete only if every part is."""
        answers = self.answers
        good = [a for a in answers if a.outcome is not PollOutcome.UNKNOWN]
        rows = self._rows()
        listed = sum(answer.listed for answer in good)
        is_paged = FEEDS[self.feed].is_list and not self.exchanges[0].is_file
        total = max((a.total for a in good if a.total is not None), default=None)
        is_short = total is not None and (listed < total or self._is_page_repeated())
        is_partial = len(good) < len(answers) or (
            is_short if is_paged and total is not None else any(a.is_partial for a in answers)
        )
        refused = tuple(refusal for answer in answers for refusal in answer.refused)
        outcome = PollOutcome.DATA if rows else PollOutcome.EMPTY
        return Answer(
            PollOutcome.UNKNOWN if (len(answers) - len(good)) * 2 > len(answers) else outcome,
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
        answers = zip(self.seals, self.answers, strict=False)
        seals = [seal for seal, answer in answers if answer.listed]
        return len(set(seals)) < len(seals)

    def _rows(self) -> dict[str, Record]:
        """Each row once, by its key; a list's as its feed puts them together."""
        good = [
            (exchange.url, answer.rows)
            for exchange, answer in zip(self.exchanges, self.answers, strict=True)
            if answer.outcome is not PollOutcome.UNKNOWN
        ]
        joined = FEEDS[self.feed].joined
        rows = joined(good) if joined else [row for _, rows in good for row in rows]
        return {key_of(row): row for row in rows}

    def report(self, whole: Answer | None = None) -> FeedReport:
        """What the poll came to. *Unknown* when more than half of it failed."""
        whole = whole or self.whole()
        feed = FEEDS[self.feed]
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
            poll_ms=feed.poll_ms(self.settings),
            change_within_ms=feed.change_within_ms(len(whole.rows), self.settings),
            code=code,
            detail=detail[:200],
            row_count=len(whole.rows),
            refused=len(whole.refused),
            repaired=whole.repaired,
            is_partial=whole.is_partial and whole.outcome is not PollOutcome.UNKNOWN,
            is_stopped=worst is not None,
            is_simulated=self.settings.simulated,
            digest="" if whole.outcome is PollOutcome.UNKNOWN else _digest(whole.rows),
            latency_ms=round(median(exchange.latency_ms for exchange in self.exchanges)),
        )


def answer_of(feed: str, exchange: Exchange, settings: Settings) -> Answer:
    """The answer of one exchange. Raises what a parser did not foresee; `Poll.read` does not."""
    if exchange.answer is not None:
        return exchange.answer
    kind = FEEDS[feed]
    try:
        check_size(exchange, kind.max_bytes, kind.marks(exchange))
    except UnknownAnswerError as error:
        return error.answer
    return kind.parse(exchange, settings)


def page_of(url: str) -> int:
    """The page a URL asks for, by any of the names that portals give it; 1 without a sound one."""
    asked = parse_qs(urlsplit(url).query)
    page = next((asked[name][0] for name in PAGE_NAMES if name in asked), "1")
    return int(page) if page.isdecimal() and len(page) < 10 else 1


def _reason(failed: Sequence[Answer], worst: Answer | None) -> tuple[str, str]:
    """Code and detail of the gravest failure, else of the most frequent one."""
    if worst is None and failed:
        # a sweep given up counts the routes left as unanswered: what stopped it says more
        codes = [answer.code for answer in failed]
        answered = [code for code in codes if code != NO_ANSWER]
        common = Counter(answered or codes).most_common(1)[0][0]
        worst = next(answer for answer in failed if answer.code == common)
    return ("", "") if worst is None else (worst.code, worst.detail)


def _digest(rows: Iterable[Record]) -> str:
    """16 hex digits over the content of rows; a bus's time is ours, so it does not count."""
    bare = [replace(row, observed_ms=0) if isinstance(row, BusPosition) else row for row in rows]
    ordered = sorted(msgspec.json.encode(row) for row in bare)
    return hashlib.sha256(b"\n".join(ordered)).hexdigest()[:16]
