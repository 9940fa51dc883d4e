"""Which exchange of a recording ends its poll: a sweep over the routes, the pages of a list, the
files of a folder. Pure.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from producers.feeds import FEEDS
from producers.publishing.poll import page_of
from producers.reading.answers import Exchange
from producers.recording.recorder import exchange_of
from streams.contract.errors import RecordRefusedError

SILENCE_MS = 120_000  # no poll lasts longer


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is no exchange; it is left out and reported."""

    number: int
    code: str
    detail: str


@dataclass(slots=True)
class RecordedExchange:
    """An exchange of a recording; `is_last` when its poll ends with it."""

    exchange: Exchange
    is_last: bool = False


@dataclass(slots=True)
class PollSoFar:
    """The poll of a feed that may still go on: its last exchange and which parts it has."""

    last: RecordedExchange
    parts: set[str] = field(default_factory=set)

    def holds(self, exchange: Exchange) -> bool:
        """Whether the exchange is of this poll: another part, and of files, in one scan."""
        if exchange.url.startswith("file:") and exchange.at_ms != self.last.exchange.at_ms:
            return False
        return part_of(exchange) not in self.parts


def part_of(exchange: Exchange) -> str:
    """Which part of its poll an exchange is: a route, a file or a page."""
    feed = FEEDS[exchange.feed]
    if feed.part:
        return feed.part_of(exchange)
    return exchange.url if exchange.url.startswith("file:") else str(page_of(exchange.url))


@dataclass(slots=True)
class OpenPolls:
    """The polls, by feed, of which the end is not known yet."""

    polls: dict[str, PollSoFar] = field(default_factory=dict)

    def place(self, item: RecordedExchange) -> None:
        """Add the exchange to its feed's poll, ending the open one if it belongs to the next."""
        feed = FEEDS[item.exchange.feed]
        if not (feed.part or feed.is_list) or item.exchange.is_pushed:
            item.is_last = True
            return
        poll = self.polls.get(feed.name)
        if poll is None or not poll.holds(item.exchange):
            if poll is not None:
                poll.last.is_last = True
            poll = self.polls[feed.name] = PollSoFar(item)
        poll.last = item
        poll.parts.add(part_of(item.exchange))

    def end_idle(self, now_ms: int | None) -> None:
        """End the polls silent for longer than a poll lasts, all at the file's end (None)."""
        for feed, poll in list(self.polls.items()):
            if now_ms is None or now_ms - poll.last.exchange.at_ms > SILENCE_MS:
                poll.last.is_last = True
                del self.polls[feed]

    def has(self, item: RecordedExchange | BadLine) -> bool:
        """Whether it is not known yet if the item ends its poll."""
        return any(poll.last is item for poll in self.polls.values())


def with_poll_ends(lines: Iterable[str]) -> Iterator[RecordedExchange | BadLine]:
    """The exchanges in order, each with whether its poll ends there.

    A sweep ends before the first route asked for again; any poll ends after two minutes of silence.
    An exchange waits here until that is known.
    """
    waiting: deque[RecordedExchange | BadLine] = deque()
    polls = OpenPolls()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        item = read_line(number, line)
        waiting.append(item)
        if isinstance(item, RecordedExchange):
            polls.end_idle(item.exchange.at_ms)
            polls.place(item)
        while waiting and not polls.has(waiting[0]):
            yield waiting.popleft()
    polls.end_idle(None)
    yield from waiting


def read_line(number: int, line: str) -> RecordedExchange | BadLine:
    try:
        exchange = exchange_of(line)
    except RecordRefusedError as error:
        return BadLine(number, error.code, error.detail)
    if exchange.feed not in FEEDS:
        return BadLine(number, "R005", f"unknown feed {exchange.feed[:40]!r}")
    return RecordedExchange(exchange)
