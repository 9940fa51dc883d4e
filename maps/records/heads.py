"""The days of the access records are signed here, each once it is over: by a task of the map server
or by `python -m maps records sign`. Two that sign at once write the same.
"""

import asyncio
import logging
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from maps.records.chain import SETTLED_MS, Heads, end_of_ms, head_in, signed
from streams.contract import wire
from streams.contract.access import AccessHead
from streams.contract.ed25519 import private_key
from streams.contract.errors import BomnaeError, SettingsError
from streams.contract.settings import Settings
from streams.contract.times import kst_day, now_ms
from streams.contract.topics import ACCESS_RECORDS
from streams.kafka.access_log import RecordLog, opened
from streams.kafka.intake import Intake

log = logging.getLogger(__name__)
RETRY_S = 60.0
BACK = 2_000  # messages the search for the last head looks at first; ten times more each time


def signing_key(settings: Settings) -> Ed25519PrivateKey:
    """The key of BOMNAE_RECORDS_KEY; SettingsError where there is none, without a word of it."""
    how = "`python -m maps records key`"
    return private_key(settings.records_key, "BOMNAE_RECORDS_KEY", how)


async def sign_days(settings: Settings, clock: Callable[[], int] = now_ms) -> None:
    """Sign each day once it is over, for good; a log that is away is waited for.

    Without BOMNAE_RECORDS_KEY nothing is signed, and the log says so once.
    """
    try:
        signing_key(settings)
    except SettingsError as error:
        log.warning("days of the access records are not signed", extra={"reason": str(error)})
        await asyncio.Event().wait()
    intake = Intake(settings)
    try:
        while True:
            wait_s = await _sign_once(settings, intake, clock)
            await asyncio.sleep(wait_s)
    finally:
        await intake.close()


async def _sign_once(settings: Settings, intake: Intake, clock: Callable[[], int]) -> float:
    """Sign what is due; in how many seconds there is more to do."""
    try:
        heads = await sign_due(settings, intake, clock())
    except BomnaeError as error:
        log.warning("days of the access records wait", extra={"reason": str(error)})
        return RETRY_S
    for head in heads:
        log.info("day signed", extra={"day": head.day, "count": head.count})
    wait_ms = end_of_ms(kst_day(clock() - SETTLED_MS)) + SETTLED_MS - clock()
    return max(wait_ms / 1000, 1.0)


async def sign_due(settings: Settings, intake: Intake, at_ms: int) -> list[AccessHead]:
    """Sign every full day that has no head yet; the heads that were written.

    Raises SettingsError without a key, LogAwayError and IntakeError where the log is away.
    """
    key = signing_key(settings)
    async with opened(settings) as access_log:
        heads = await read_heads(access_log, at_ms)
    written = []
    while (due := heads.due(at_ms)) is not None:
        head = signed(due, key)
        await intake.send(ACCESS_RECORDS, 0, head)
        heads.take(head, wire.encode(head))
        written.append(head)
    return written


async def read_heads(access_log: RecordLog, at_ms: int) -> Heads:
    """How far the log is signed: read from the last head that holds records, found from the end."""
    first, end = await access_log.ends()
    back, begin = BACK, None
    while begin is None and back < end - first:
        begin = await _after_last_held(access_log, end - back, end)
        back *= 10
    heads = Heads()
    async for messages in access_log.read(max(begin or 0, first), end):
        for each in messages:
            heads.read(each.offset, each.payload, at_ms)
    return heads


async def _after_last_held(access_log: RecordLog, first: int, end: int) -> int | None:
    """The offset behind the records of the last head that stands between two offsets and holds
    any; None where none does.
    """
    found = None
    async for messages in access_log.read(first, end):
        for each in messages:
            head = head_in(each.payload)
            if head is not None and head.count:
                found = head.last_offset + 1
    return found
