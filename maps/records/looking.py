"""Access records as the auditor asks for them, newest first, read from the log when asked for."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field

from maps.records.chain import SETTLED_MS
from streams.contract import wire
from streams.contract.access import AccessRecord
from streams.contract.enums import AccessAction
from streams.contract.errors import RecordRefusedError
from streams.contract.settings import Settings
from streams.contract.times import EVER_MS
from streams.kafka.access_log import Entry, RecordLog, opened

FEW = 200  # records of an answer where nobody says how many
STEP = 2_000  # messages that are read at once, from the end back
MOST_LOOKED = 100_000  # messages one question may read; what is before them is asked for anew
WITHIN_S = 20.0


@dataclass(frozen=True, slots=True)
class Asked:
    """Which records: of a time, an account, an action, a verb; those before an offset; so many."""

    from_ms: int = 0
    to_ms: int = EVER_MS
    account: str = ""
    action: AccessAction | None = None
    does: str = ""
    before: int | None = None
    limit: int = FEW

    def takes(self, record: AccessRecord) -> bool:
        return (
            self.from_ms <= record.at_ms < self.to_ms
            and self.account in {"", record.account}
            and self.action in {None, record.action}
            and self.does in {"", record.subject_kind}
        )


@dataclass(slots=True)
class Found:
    """The records with their offsets, newest first. To go on, ask for those before `before`; None:
    there are no more.
    """

    rows: list[tuple[int, AccessRecord]] = field(default_factory=list)
    before: int | None = None


async def find(settings: Settings, asked: Asked) -> Found:
    """What was asked for, read and decoded beside the event loop.

    LogAwayError where the log does not answer, or not all of it within 20 s.
    """

    async def look() -> Found:
        async with opened(settings) as log, asyncio.timeout(WITHIN_S):
            return await look_back(log, asked)

    return await asyncio.to_thread(lambda: asyncio.run(look()))


async def look_back(log: RecordLog, asked: Asked, most_looked: int = MOST_LOOKED) -> Found:
    """The same on an open log: from the newest that may be asked for back to the oldest."""
    first, end = await log.ends()
    end = min(end, asked.before if asked.before is not None else end)
    if asked.to_ms < EVER_MS:
        end = await _after(log, asked.to_ms + SETTLED_MS, first, end)
    found, last = Found(), max(first, end - most_looked)
    while end > last:
        begin = max(last, end - STEP)
        messages = [each async for some in log.read(begin, end) for each in some]
        if not _take(found, messages, asked):
            return found
        end = begin
    found.before = end if end > first else None
    return found


async def _after(log: RecordLog, time_ms: int, first: int, end: int) -> int:
    """An offset behind all records of before a time, at most `STEP` behind: searched by halves, for
    the log's own times are another's once it was restored.
    """
    while end - first > STEP:
        middle = (first + end) // 2
        at_ms = await _time_from(log, middle, end)
        if at_ms is not None and at_ms < time_ms:
            first = middle
        else:
            end = middle
    return end


async def _time_from(log: RecordLog, first: int, end: int) -> int | None:
    """The time of the first record from an offset on, None where there is none."""
    async for messages in log.read(first, end):
        for each in messages:
            record = _record_in(each)
            if record is not None:
                return record.at_ms
    return None


def _take(found: Found, messages: Iterable[Entry], asked: Asked) -> bool:
    """Take what fits, the newest first; False once there is nothing to look for further back."""
    is_over = True
    for each in reversed(list(messages)):
        record = _record_in(each)
        if record is None:
            continue
        if len(found.rows) == asked.limit:
            found.before = each.offset + 1
            return False
        is_over = is_over and record.at_ms < asked.from_ms - SETTLED_MS
        if asked.takes(record):
            found.rows.append((each.offset, record))
    return not is_over


def _record_in(message: Entry) -> AccessRecord | None:
    try:
        decoded = wire.decode(message.payload)
    except RecordRefusedError:
        return None
    return decoded if isinstance(decoded, AccessRecord) else None
