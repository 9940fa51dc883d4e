"""Before every handler: who it is, whether they may, and the record of what needs one."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from urllib.parse import quote

from aiohttp import web

from maps.access.guard import GUARD, WHO, address_of
from maps.access.refused import record_refused
from maps.access.roles import Permission
from maps.access.who import Who, nobody
from maps.api.admin_key import by_admin_key
from maps.api.operation import ADMIN_KEY, Operation
from maps.api.posted import check_origin
from maps.api.recorded import SAFE, begin, recorded
from maps.http.refusals import NOT_YOURS, RequestRefusedError, not_yours
from maps.picture.catch_up import LOSSES

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
        raise not_yours()
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
    await begin(request, operation)
    response = await _answered(request, handler, operation)
    await recorded(request)  # nothing has left yet: what is recorded is answered whole
    return response


async def _answered(
    request: web.Request, handler: Handler, operation: Operation
) -> web.StreamResponse:
    """What a handler answers; what it finds not to be theirs is recorded before it is refused."""
    try:
        return await handler(request)
    except RequestRefusedError as refusal:
        if refusal.code == NOT_YOURS:
            await record_refused(request, operation.does, f"{request.method} {request.path}")
        raise


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
        await record_refused(request, "login.token", refusal.code)
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
        await record_refused(request, operation.does, f"{operation.method} {operation.path}")
        raise not_yours()
    if operation.is_page:
        raise web.HTTPSeeOther(f"/login?next={quote(request.path_qs, safe='/')}")
    if not who.account:
        await record_refused(request, "login.none")
    if who.must_change:
        raise RequestRefusedError(403, "refused.must_change")
    if who.lacks_factor:
        raise RequestRefusedError(403, "refused.no_factor")
    raise RequestRefusedError(401, "refused.idle" if who.is_idle else "refused.no_login")
