"""Requests that were refused, counted: the first of a kind is recorded at once, its repeats a
minute later as one record with their number.

So whoever asks all day cannot fill the log: at most two records a minute and kind, of at most
`MOST` kinds at a time and one more for all the others together.
"""

import asyncio
import time
from dataclasses import dataclass, field
from typing import NamedTuple

from aiohttp import web

from maps.access.guard import who_of
from maps.access.recording import RECORDER
from streams.contract.enums import AccessAction
from streams.contract.errors import IntakeError
from streams.contract.grammars import LoginMode
from streams.kafka.access_writing import AccessLog

WINDOW_S = 60.0
LOOK_S = 5.0
MOST = 256
OTHERS = "*"  # the address of what is counted together because there are too many kinds


class Refused(NamedTuple):
    """A kind of refusal: who was refused what, where from."""

    account: str
    address: str
    action: AccessAction
    subject_kind: str
    subject: str


@dataclass(slots=True)
class RefusedTally:
    """How often each kind was refused since it was last recorded; times are of any clock, s."""

    _begun: dict[Refused, float] = field(default_factory=dict)
    _more: dict[Refused, int] = field(default_factory=dict)

    def add(self, kind: Refused, now_s: float) -> Refused | None:
        """Count one; the kind it is to be recorded as now, None where it is a repeat."""
        if kind not in self._begun and len(self._begun) >= MOST:
            kind = Refused("", OTHERS, AccessAction.REFUSED, "", "")
        if kind in self._begun:
            self._more[kind] = self._more.get(kind, 0) + 1
            return None
        self._begun[kind] = now_s
        return kind

    def due(self, now_s: float) -> list[tuple[Refused, int]]:
        """The repeats of what began a minute ago; counted from here on anew."""
        over = [kind for kind, at_s in self._begun.items() if now_s - at_s >= WINDOW_S]
        found = []
        for kind in over:
            count = self._more.pop(kind, 0)
            if count:
                self._begun[kind] = now_s
                found.append((kind, count))
            else:
                del self._begun[kind]
        return found

    def again(self, kind: Refused, count: int, now_s: float) -> None:
        """The log did not take these: they are still to be recorded."""
        self._begun.setdefault(kind, now_s)
        self._more[kind] = self._more.get(kind, 0) + count


TALLY: web.AppKey[RefusedTally] = web.AppKey("tally")


async def record_refused(
    request: web.Request,
    subject_kind: str,
    subject: str = "",
    *,
    action: AccessAction = AccessAction.REFUSED,
) -> None:
    """Record that this request is refused. It is refused whether the log takes that or not: then
    it is recorded as soon as the log is back.
    """
    who = who_of(request)
    if who.door is LoginMode.OPEN:
        return
    tally, now_s = request.app[TALLY], time.monotonic()
    kind = tally.add(Refused(who.account, who.address, action, subject_kind, subject), now_s)
    if kind is not None:
        await _write(request.app[RECORDER], tally, kind, 1, now_s)


async def write_repeats(recorder: AccessLog, tally: RefusedTally) -> None:
    """Write what is due, as long as the server runs."""
    while True:
        await asyncio.sleep(LOOK_S)
        await _write_due(recorder, tally, time.monotonic())


async def write_rest(recorder: AccessLog, tally: RefusedTally) -> None:
    """Write all that was counted, as far as the log takes it: the server ends."""
    await _write_due(recorder, tally, time.monotonic() + WINDOW_S)


async def _write_due(recorder: AccessLog, tally: RefusedTally, now_s: float) -> None:
    is_taken = True
    for kind, count in tally.due(now_s):
        if is_taken:
            is_taken = await _write(recorder, tally, kind, count, now_s)
        else:  # the log is away: the others wait as well
            tally.again(kind, count, now_s)


async def _write(
    recorder: AccessLog, tally: RefusedTally, kind: Refused, count: int, now_s: float
) -> bool:
    try:
        await recorder.write(
            kind.account,
            kind.address,
            kind.action,
            subject_kind=kind.subject_kind,
            subject=kind.subject,
            count=count,
        )
    except IntakeError:
        tally.again(kind, count, now_s)
        return False
    return True
