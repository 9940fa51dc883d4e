"""A recording played back: what the exchanges meant, in order, with the ticks between them.

What is published, and in what order in each partition, does not depend on the speed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from producers.feeds import FEEDS
from producers.publishing.kept_lists import FolderScan, PushedLists
from producers.publishing.messages import DeadLetter, Published, ticks
from producers.publishing.poll import Poll, ReadExchange
from producers.reading.answers import Exchange
from producers.recording.poll_ends import BadLine, RecordedExchange, with_poll_ends
from streams.contract.settings import Settings
from streams.contract.times import DAY_MS

MAX_GAP_MS = DAY_MS  # a night, or a day off, is replayed second by second
GAP_TICKS = 1000


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
    playing = Playing(settings)
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
class Playing:
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

    def step(self, item: RecordedExchange) -> ReplayStep:
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
