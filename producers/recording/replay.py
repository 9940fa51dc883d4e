"""A recording played back: what the exchanges meant, in order, with the ticks between them.

What is published, and in what order in each partition, does not depend on the speed.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from producers.feeds import FEEDS
from producers.publishing.kept_lists import FolderScan, PushedLists
from producers.publishing.messages import DeadLetter, Published, ticks
from producers.publishing.poll import Poll, ReadExchange, page_of
from producers.reading.answers import Exchange
from producers.recording.recorder import exchange_of
from streams.contract.errors import RecordRefusedError
from streams.contract.settings import Settings
from streams.contract.times import DAY_MS

SILENCE_MS = 120_000  # no poll lasts longer
MAX_GAP_MS = DAY_MS  # a night, or a day off, is replayed second by second
GAP_TICKS = 1000


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is no exchange; it is left out and reported."""

    number: int
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class ReplayStep:
    """What belongs to one moment of the recording; `gap_ms` of nothing begin here."""

    at_ms: int
    messages: tuple[Published, ...] = ()
    letters: tuple[DeadLetter, ...] = ()
    bad: tuple[BadLine, ...] = ()
    gap_ms: int = 0


def events(lines: Iterable[str], settings: Settings) -> Iterator[tuple[int, list[Published]]]:
    """(event time, messages) of a recording's lines: data and ticks, ending with a tick."""
    for step in steps(lines, settings):
        if step.messages:
            yield step.at_ms, list(step.messages)


def steps(lines: Iterable[str], settings: Settings) -> Iterator[ReplayStep]:
    """As `events`, with the dead letters and the lines that could not be read.

    A tick of the grid stands before every exchange of its time or later; the first is the first
    `at` rounded down, the last lies after the last record. Time never goes back: a line older than
    its predecessor is published where it stands. Over a gap of more than a day the grid is coarser
    (`after_gap`), and the gap is reported.
    """
    grid_ms = settings.tick_ms
    next_ms: int | None = None
    playing = _Playing(settings)
    for item in with_poll_ends(lines):
        if isinstance(item, BadLine):
            yield ReplayStep(next_ms or 0, bad=(item,))
            continue
        at_ms = item.exchange.at_ms
        next_ms = at_ms // grid_ms * grid_ms if next_ms is None else next_ms
        if at_ms - next_ms > MAX_GAP_MS:
            yield ReplayStep(next_ms, gap_ms=at_ms - next_ms)
        while next_ms <= at_ms:
            yield from playing.until(next_ms)
            next_ms = after_gap(next_ms, at_ms, grid_ms)
        yield playing.step(item)
    if next_ms is not None:
        yield ReplayStep(next_ms, ticks(next_ms, settings))


@dataclass(slots=True)
class _Playing:
    """A replay so far: the polls under way, the last scan of each folder, the lists that were
    pushed.
    """

    settings: Settings
    polls: dict[str, Poll] = field(default_factory=dict)
    files: dict[str, list[Exchange]] = field(default_factory=dict)
    scans: dict[str, FolderScan] = field(default_factory=dict)
    pushed: PushedLists = field(default_factory=PushedLists)

    def until(self, tick_ms: int) -> Iterator[ReplayStep]:
        """The polls of an unchanged folder that are due by a tick (it is recorded when it changes
        alone), and the tick.
        """
        for scan in self.scans.values():
            for at_ms, poll, reads in scan.polls(tick_ms, self.settings):
                letters = tuple(letter for read in reads for letter in read.output.letters)
                yield ReplayStep(at_ms, poll.end().messages, letters)
        yield ReplayStep(tick_ms, ticks(tick_ms, self.settings))

    def step(self, item: "Item") -> ReplayStep:
        """What an exchange means, and its poll where it ends with it; a push is a poll itself."""
        exchange, feed = item.exchange, item.exchange.feed
        poll = self.polls.get(feed) or Poll(feed, self.settings)
        read = poll.read(exchange)
        if exchange.is_pushed:
            return _step(read, self.pushed.poll(read, self.settings))
        poll.keep(read)
        if FEEDS[feed].is_list:
            self.files.setdefault(feed, []).append(exchange)
        if not item.is_last:
            self.polls[feed] = poll
            return _step(read, None)
        self.polls.pop(feed, None)
        if files := self.files.pop(feed, None):
            self.scans.pop(feed, None)
            if exchange.is_file:
                self.scans[feed] = FolderScan.of(files, self.settings)
        return _step(read, poll)


def _step(read: ReadExchange, poll: Poll | None) -> ReplayStep:
    """The step of an exchange; `poll` where it ends one."""
    end = () if poll is None else poll.end().messages
    output = read.output
    return ReplayStep(read.exchange.at_ms, (*output.messages, *end), letters=output.letters)


def after_gap(tick_ms: int, until_ms: int, grid_ms: int) -> int:
    """The tick after this one; with more than a day to go, a thousandth of it later, on the grid.
    A recording with twenty years in its middle (a clock that was wrong) has a hundred thousand
    ticks there, not 600 million.
    """
    left_ms = until_ms - tick_ms
    if left_ms <= MAX_GAP_MS:
        return tick_ms + grid_ms
    return tick_ms + max(1, left_ms // GAP_TICKS // grid_ms) * grid_ms


@dataclass(slots=True)
class Item:
    """An exchange of a recording; `is_last` when its poll ends with it."""

    exchange: Exchange
    is_last: bool = False


@dataclass(slots=True)
class _Running:
    """The poll of a feed that may still go on: its last exchange and what it has asked for."""

    last: Item
    asked: set[str] = field(default_factory=set)

    def holds(self, exchange: Exchange) -> bool:
        """Whether the exchange is of this poll: it asks for something new, and of files, in one
        scan.
        """
        if exchange.url.startswith("file:") and exchange.at_ms != self.last.exchange.at_ms:
            return False
        return _asked_for(exchange) not in self.asked


def with_poll_ends(lines: Iterable[str]) -> Iterator[Item | BadLine]:
    """The exchanges in order, each with whether its poll ends there.

    A sweep ends before the first route asked for again; any poll ends after two minutes of silence.
    An item waits here until that is known.
    """
    waiting: deque[Item | BadLine] = deque()
    polls: dict[str, _Running] = {}
    for number, line in enumerate(lines, start=1):
        item = _item(number, line)
        if item is None:
            continue
        waiting.append(item)
        if isinstance(item, Item):
            _end_idle(item.exchange.at_ms, polls)
            _place(item, polls)
        while waiting and not _is_open(waiting[0], polls):
            yield waiting.popleft()
    _end_idle(None, polls)
    yield from waiting


def _asked_for(exchange: Exchange) -> str:
    """What an exchange asked for within its poll: a route, a file or a page."""
    feed = FEEDS[exchange.feed]
    if feed.part:
        return feed.part_of(exchange)
    return exchange.url if exchange.url.startswith("file:") else str(page_of(exchange.url))


def _place(item: Item, polls: dict[str, _Running]) -> None:
    """Add the item to its feed's poll, ending the running one if it belongs to the next."""
    feed = item.exchange.feed
    if not (FEEDS[feed].part or FEEDS[feed].is_list) or item.exchange.is_pushed:
        item.is_last = True
        return
    running = polls.get(feed)
    if running is None or not running.holds(item.exchange):
        if running is not None:
            running.last.is_last = True
        running = polls[feed] = _Running(item)
    running.last = item
    running.asked.add(_asked_for(item.exchange))


def _end_idle(now_ms: int | None, polls: dict[str, _Running]) -> None:
    """End the polls silent for longer than a poll can be, all of them at the file's end (None)."""
    for feed, running in list(polls.items()):
        if now_ms is None or now_ms - running.last.exchange.at_ms > SILENCE_MS:
            running.last.is_last = True
            del polls[feed]


def _is_open(item: Item | BadLine, polls: dict[str, _Running]) -> bool:
    """Whether it is not yet known if the item ends its poll."""
    if isinstance(item, BadLine):
        return False
    running = polls.get(item.exchange.feed)
    return running is not None and running.last is item


def _item(number: int, line: str) -> Item | BadLine | None:
    """The exchange of a line, None for a blank one."""
    if not line.strip():
        return None
    try:
        exchange = exchange_of(line)
    except RecordRefusedError as error:
        return BadLine(number, error.code, error.detail)
    if exchange.feed not in FEEDS:
        return BadLine(number, "R005", f"unknown feed {exchange.feed[:40]!r}")
    return Item(exchange)
