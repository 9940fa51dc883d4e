"""The topic of the access records, read from its ends: a few messages, or all of them in order."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import NamedTuple

from streams.contract.errors import LogAwayError, LogError
from streams.contract.settings import Settings
from streams.contract.topics import ACCESS_RECORDS
from streams.kafka.clients import KAFKA_AWAY, answer_within
from streams.kafka.cluster import LogReader, Place

PLACE: Place = (ACCESS_RECORDS.name, 0)
ANSWER_S = 10.0


class Ends(NamedTuple):
    """The first offset that is there, and the one after the last."""

    first: int
    end: int


class Entry(NamedTuple):
    """A message of the log."""

    offset: int
    payload: bytes | None


class RecordLog:
    """The log of the access records, read as long as it is open. See `opened`."""

    def __init__(self, reader: LogReader) -> None:
        self._reader = reader

    async def ends(self) -> Ends:
        first = (await self._reader.starts([PLACE]))[PLACE]
        return Ends(first, (await self._reader.ends([PLACE]))[PLACE])

    async def read(self, first: int, end: int) -> AsyncIterator[list[Entry]]:
        """The messages from an offset to the one before another, some at a time."""
        if first < end:
            self._reader.begin({PLACE: first})
        while first < end:
            messages = await self._reader.next_of(PLACE)
            yield [Entry(each.offset, each.payload) for each in messages if each.offset < end]
            first = messages[-1].offset + 1

    async def last(self) -> bytes | None:
        """The last message, None where there is none. One that the log has beyond the end it names
        counts as well.
        """
        first, end = await self.ends()
        if first >= end:
            return None
        self._reader.begin({PLACE: end - 1})
        return (await self._reader.next_of(PLACE))[-1].payload


@asynccontextmanager
async def opened(settings: Settings, within_s: float = ANSWER_S) -> AsyncIterator[RecordLog]:
    """The log; LogAwayError when it does not answer within so long, or goes away while it is read.

    How long it may be read is the caller's to bound.
    """
    with _away():
        reader = LogReader(settings)
        try:
            async with asyncio.timeout(within_s):
                await reader.__aenter__()
                log = RecordLog(reader)
                await log.ends()
            yield log
        finally:
            await reader.__aexit__(None, None, None)


async def last_of(settings: Settings, within_s: float) -> bytes | None:
    """The last message on the log, None where there is none; LogAwayError as of `opened`."""

    async def last() -> bytes | None:
        async with opened(settings) as log:
            return await log.last()

    with _away():
        return await answer_within(last(), within_s)


@contextmanager
def _away() -> Iterator[None]:
    """LogAwayError for whatever keeps the log from answering."""
    try:
        yield
    except (*KAFKA_AWAY, LogError, AssertionError) as error:
        # AssertionError: the client's word for a topic or partition the cluster does not have
        kind = type(error).__name__
        raise LogAwayError(f"the log of the access records does not answer: {kind}") from None
