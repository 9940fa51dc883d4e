"""Lists that are kept between two polls: the last scan of a folder, and what was pushed. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from producers.feeds import FEEDS
from producers.publishing.poll import Poll, ReadExchange
from producers.reading.answers import Exchange
from streams.contract.enums import PollOutcome
from streams.contract.settings import Settings

MOST_LISTS = 50
OPEN_POLLS = 2  # so many periods after the first push every office has had its turn


@dataclass(slots=True)
class PushedLists:
    """The last good list of each URL, oldest first; together they are what a feed of lists has.

    Until two periods after the first push (of a process that has just begun) there may be lists
    that are not known yet: what is published then ends nothing.
    """

    lists: dict[str, ReadExchange] = field(default_factory=dict)
    since_ms: int | None = None

    def has_room(self, url: str) -> bool:
        return url in self.lists or len(self.lists) < MOST_LISTS

    def poll(self, read: ReadExchange, settings: Settings) -> Poll:
        """The poll that a push makes; of a list, together with every other one. A push that cannot
        be read leaves the list before it for the next one.
        """
        exchange = read.exchange
        feed = FEEDS[exchange.feed]
        if not feed.is_list:
            poll = Poll(feed.name, settings)
            poll.keep(read)
            return poll
        self.since_ms = exchange.at_ms if self.since_ms is None else self.since_ms
        open_ms = OPEN_POLLS * feed.poll_ms(settings)
        poll = Poll(feed.name, settings, is_open=exchange.at_ms < self.since_ms + open_ms)
        together = {name: old for name, old in self.lists.items() if name != exchange.url}
        together[exchange.url] = read
        for each in together.values():
            poll.keep(each)
        if read.answer.outcome is not PollOutcome.UNKNOWN:
            self.lists = together
        return poll


@dataclass(slots=True)
class FolderScan:
    """The files of a folder as they were last recorded; live polls read them once a period."""

    files: tuple[Exchange, ...]
    due_ms: int

    @classmethod
    def of(cls, files: Sequence[Exchange], settings: Settings) -> "FolderScan":
        first = files[0]
        return cls(tuple(files), first.at_ms + FEEDS[first.feed].poll_ms(settings))

    def polls(
        self, until_ms: int, settings: Settings
    ) -> Iterator[tuple[int, Poll, list[ReadExchange]]]:
        """The last poll that is due by then, with its time and what its files mean."""
        if self.due_ms > until_ms:
            return
        feed = FEEDS[self.files[0].feed]
        period_ms = feed.poll_ms(settings)
        at_ms = self.due_ms + (until_ms - self.due_ms) // period_ms * period_ms
        self.due_ms = at_ms + period_ms
        poll = Poll(feed.name, settings)
        reads = [poll.read(replace(file, at_ms=at_ms)) for file in self.files]
        for read in reads:
            poll.keep(read)
        yield at_ms, poll, reads
