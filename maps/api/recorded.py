"""The access record of an operation: who, what was done, to what, how much of it; and that the log
has it before anything leaves the house or is done.

An act is recorded before its handler, an answer after it is made and before it is sent: then how
many rows it holds is known. `by_link` records whoever comes by the link of a crew.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from aiohttp import web

from maps.access.guard import GUARD, who_of
from maps.access.recording import record
from maps.access.roles import Permission
from maps.api.operation import Operation
from maps.api.posted import Paces
from maps.http.refusals import RequestRefusedError, not_yours
from streams.contract.enums import AccessAction
from streams.contract.text import clean

REASON = "Bomnae-Reason"  # UTF-8, percent-encoded: why somebody takes or looks at something
SAFE = ("GET", "HEAD")
A_MINUTE = 300  # records of one account or link: what asks for more waits, and others do not
PACE: web.AppKey[Paces] = web.AppKey("records_pace", Paces)
MOST_REASON = 400
_FILLERS = "\u115f\u1160\u3164\uffa0"
_NARROW_NOTHING = {"limit"}


@dataclass(slots=True)
class DueRecord:
    """A record that is to be written; `is_needed` no more once it stands."""

    operation: Operation
    account: str = ""
    subject: str = ""
    reason: str = ""
    count: int = 1
    is_needed: bool = False


DUE = web.RequestKey("due", DueRecord)


async def begin(request: web.Request, operation: Operation) -> None:
    """What an operation's record needs, before its handler; of an act the record itself."""
    request[DUE] = DueRecord(operation)
    who = who_of(request)
    is_later = operation.may is Permission.CREW or operation.records_some
    if operation.records is None or is_later or not who.account:
        return
    await _prepare(request, who.account)
    if operation.method not in SAFE and not operation.names_subject:
        await recorded(request)


async def by_link(request: web.Request, link: str) -> None:
    """The same for whoever holds a crew's link, once it is known to count. Somebody who is logged
    in is recorded as themselves, and needs what the desk's way to photos needs.
    """
    who = who_of(request)
    if who.account and not who.may(Permission.ANSWER):
        raise not_yours()
    await _prepare(request, who.account or f"link:{link}")


async def needs_record(request: web.Request, count: int) -> None:
    """What is answered needs a record, as its handler has found; `count` rows of it may be seen.
    Behind the open door there is nobody to record.
    """
    account = who_of(request).account
    if request[DUE].operation.records_some and account:
        await _prepare(request, account)
        counted(request, count)


async def _prepare(request: web.Request, account: str) -> None:
    due, who = request[DUE], who_of(request)
    due.account, due.subject = account, _subject(request, due.operation)
    if due.operation.is_one_look and await request.app[GUARD].looks.goes_on(*_look(request)):
        return
    due.reason = clean(unquote(request.headers.get(REASON, "")), MOST_REASON)
    is_asked = due.operation.asks_why and bool(who.account) and not who.is_program
    if is_asked and not says_something(due.reason):
        raise RequestRefusedError(400, "refused.no_reason")
    request.app[PACE].take(account)
    due.is_needed = True


def _look(request: web.Request) -> tuple[str, str, str, str]:
    due = request[DUE]
    return due.account, who_of(request).address, due.operation.does, due.subject


def counted(request: web.Request, count: int, subject: str | None = None) -> None:
    """How many rows the answer holds; `subject`: whose they are, where the address does not say."""
    due = request[DUE]
    due.count = count
    if subject is not None:
        due.subject = subject


async def recorded(request: web.Request) -> None:
    """Write the record that is due; refused (503) when the log does not take it."""
    due = request[DUE]
    action = due.operation.records
    if not due.is_needed or action is None:
        return
    await record(
        request,
        action,
        due.operation.does,
        due.subject,
        count=due.count,
        reason=due.reason,
        account=due.account,
    )
    due.is_needed = False
    if due.operation.is_one_look:
        await request.app[GUARD].looks.begin(*_look(request))


async def also_recorded(request: web.Request, action: AccessAction, does: str, count: int) -> None:
    """Write what an act does besides, of the same account and subject."""
    due = request[DUE]
    await record(request, action, does, due.subject, count=count, account=due.account)


def says_something(reason: str) -> bool:
    """Whether it has two letters or digits that are seen: fillers are letters too, and are not."""
    return sum(letter.isalnum() and letter not in _FILLERS for letter in reason) > 1


def _subject(request: web.Request, operation: Operation) -> str:
    """What the path names, else what the query narrows the answer to; "" is all there is."""
    return request.match_info.get(operation.subject) or narrowed(request.query)


def narrowed(query: Mapping[str, str]) -> str:
    """The filters of a query, in one order: `account=kim&from_ms=1`."""
    said = [f"{name}={query[name]}" for name in sorted(query) if name not in _NARROW_NOTHING]
    return "&".join(said)
