"""Before every handler: who it is, whether they may, and the record of what needs one."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from urllib.parse import quote, unquote

from aiohttp import web

from maps.access.guard import GUARD, WHO, address_of
from maps.access.recording import record
from maps.access.refused import record_refused
from maps.access.roles import Permission
from maps.access.who import Who, nobody
from maps.api.admin_key import by_admin_key
from maps.api.operation import ADMIN_KEY, Operation
from maps.api.posted import check_origin
from maps.http.refusals import RequestRefusedError
from maps.picture.catch_up import LOSSES
from streams.contract.text import clean

REASON = "Bomnae-Reason"  # UTF-8, percent-encoded: why somebody takes or looks at something
SAFE = ("GET", "HEAD")
FROM_ELSEWHERE = ("/login/oidc/logout",)  # what another server posts, by its own signature
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
OPERATION_OF: web.AppKey[Mapping[Handler, Operation]] = web.AppKey("operation_of")


def by_handler(operations: Iterable[Operation]) -> dict[Handler, Operation]:
    """The operation of each handler."""
    return {each.handler: each for each in operations}


@web.middleware
async def admit_people(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let a request through to its handler, with `WHO` it is of. Deny what no operation stands for.

    A page that needs a login leads there; else 401 for nobody, 403 for somebody who may not.
    """
    if request.match_info.http_exception is not None:  # no such address, and that is all to say
        return await handler(request)
    operation = request.app[OPERATION_OF].get(request.match_info.handler)
    if operation is None:
        raise RequestRefusedError(403, "refused.not_yours")
    guard = request.app[GUARD]
    if request.method not in SAFE and operation.path not in FROM_ELSEWHERE:
        check_origin(request)
    if operation.may is Permission.ANYBODY:
        request[WHO] = await who_if_known(request)
        return await handler(request)
    request[WHO] = who = await _who(request)
    if not who.may(operation.may):
        if operation.needs != ADMIN_KEY or who.account:
            return await _turned_away(request, operation, who)
        request[WHO] = await by_admin_key(request, who)
    if who.session and not who.is_idle and _is_act(operation):
        await guard.sessions.act_of(who.session)
    await _record(request, operation)
    return await handler(request)


def _is_act(operation: Operation) -> bool:
    """Whether it shows that somebody is there; a page that is open asks for much by itself."""
    return operation.method not in SAFE or operation.is_page


async def _who(request: web.Request) -> Who:
    """Who it is; what claims to be somebody and is not is recorded before it is refused."""
    guard = request.app[GUARD]
    try:
        return await guard.who(request)
    except RequestRefusedError as refusal:
        address = address_of(request, guard.settings.trusted_proxies)
        request[WHO] = nobody(address, guard.settings.login)
        await record_refused(request, "token", refusal.code)
        raise


async def who_if_known(request: web.Request) -> Who:
    """Who it is where anybody may come in; nobody where that cannot be read now."""
    guard = request.app[GUARD]
    try:
        return await guard.who(request)
    except (RequestRefusedError, *LOSSES):
        address = address_of(request, guard.settings.trusted_proxies)
        return nobody(address, guard.settings.login)


async def _turned_away(request: web.Request, operation: Operation, who: Who) -> web.StreamResponse:
    if who.account and not (who.is_idle or who.is_held):
        await record_refused(request, operation.tag, f"{operation.method} {operation.path}")
        raise RequestRefusedError(403, "refused.not_yours")
    if operation.is_page:
        raise web.HTTPSeeOther(f"/login?next={quote(request.path_qs, safe='/')}")
    if not who.account:
        await record_refused(request, "no login")
    if who.must_change:
        raise RequestRefusedError(403, "refused.must_change")
    if who.lacks_factor:
        raise RequestRefusedError(403, "refused.no_factor")
    raise RequestRefusedError(401, "refused.idle" if who.is_idle else "refused.no_login")


def says_something(reason: str) -> bool:
    """Whether it has two letters or digits that are seen: fillers are letters too, and are not."""
    return sum(letter.isalnum() and letter not in _FILLERS for letter in reason) > 1


_FILLERS = "\u115f\u1160\u3164\uffa0"
MOST_REASON = 400


async def _record(request: web.Request, operation: Operation) -> None:
    who = request[WHO]
    if operation.records is None or not who.account:
        return
    looks, subject = request.app[GUARD].looks, request.match_info.get(operation.subject, "")
    look = (who.account, operation.tag, subject or request.path)
    if operation.is_one_look and await looks.goes_on(*look):
        return
    reason = clean(unquote(request.headers.get(REASON, "")), MOST_REASON)
    if operation.asks_why and not says_something(reason) and not who.is_program:
        raise RequestRefusedError(400, "refused.no_reason")
    await record(request, operation.records, *look[1:], reason=reason)
    if operation.is_one_look:
        await looks.begin(*look)
