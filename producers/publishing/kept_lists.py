"""What stands between two polls of permits: the last scan of a folder, and the lists that were
pushed. Pure.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from producers.feeds.permits import rows as permits
from producers.publishing.meaning import Poll, Read
from producers.publishing.tempo import poll_ms_of
from producers.reading.answers import Exchange
from streams.contract.records import PollOutcome
from streams.contract.settings import Settings

MOST_LISTS = 50
OPEN_POLLS = 2  # so many periods after the first push every office has had its turn


@dataclass(slots=True)
class Pushed:
    """The last good list of each name, oldest first; together they are the city's permits.

    Until two periods after the first push (of a process that has just begun) there may be lists
    that are not known yet: what is told then ends nothing.
    """

    lists: dict[str, Read] = field(default_factory=dict)
    since_ms: int | None = None

    def has_room(self, url: str) -> bool:
        return url in self.lists or len(self.lists) < MOST_LISTS

    def poll(self, read: Read, settings: Settings) -> Poll:
        """The poll that a push makes; of permits its list with every other one. One that says
        nothing leaves the list before it for the next push.
        """
        exchange = read.exchange
        if exchange.feed != permits.FEED:
            poll = Poll(exchange.feed, settings)
            poll.keep(read)
            return poll
        self.since_ms = exchange.at_ms if self.since_ms is None else self.since_ms
        open_ms = OPEN_POLLS * poll_ms_of(permits.FEED, settings)
        poll = Poll(permits.FEED, settings, is_open=exchange.at_ms < self.since_ms + open_ms)
        together = {name: old for name, old in self.lists.items() if name != exchange.url}
        together[exchange.url] = read
        for each in together.values():
            poll.keep(each)
        if read.answer.outcome is not PollOutcome.UNKNOWN:
            self.lists = together
        return poll


@dataclass(slots=True)
class Scan:
    """The files of a folder as they were last recorded; live polls read them once a period."""

    files: tuple[Exchange, ...] = ()
    due_ms: int = 0

    @classmethod
    def of(cls, files: Sequence[Exchange], settings: Settings) -> "Scan":
        return cls(tuple(files), files[0].at_ms + poll_ms_of(permits.FEED, settings))

    def polls(self, until_ms: int, settings: Settings) -> Iterator[tuple[int, Poll, list[Read]]]:
        """The last poll that is due by then, with its time and what its files say."""
        if not self.files or self.due_ms > until_ms:
            return
        period_ms = poll_ms_of(permits.FEED, settings)
        at_ms = self.due_ms + (until_ms - self.due_ms) // period_ms * period_ms
        self.due_ms = at_ms + period_ms
        poll = Poll(permits.FEED, settings)
        reads = [poll.read(replace(file, at_ms=at_ms)) for file in self.files]
        for read in reads:
            poll.keep(read)
        yield at_ms, poll, reads
