"""The key of BOMNAE_ADMIN_KEY: a program's way to the endpoints, without an account."""

import hmac

from aiohttp import web

from maps.access.refused import record_refused
from maps.access.who import Who
from maps.api.context import CONTEXT
from maps.api.posted import Paces
from maps.http.refusals import RequestRefusedError

NAME = "BOMNAE_ADMIN_KEY"  # whom access records name: no account is called so
WRONG_A_MINUTE = 20
WRONG_KEYS = web.AppKey("wrong_keys", Paces)


def add_admin_key(app: web.Application) -> None:
    """What looking at keys needs."""
    app[WRONG_KEYS] = Paces(WRONG_A_MINUTE)


async def by_admin_key(request: web.Request, who: Who) -> Who:
    """Who brings the key. Whoever brings another, or none, is recorded and refused: 401, 429 where
    an address tries many, 403 where no key is set.
    """
    due = request.app[CONTEXT].settings.admin_key
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    said = given.strip().encode(errors="surrogateescape")
    is_right = hmac.compare_digest(said, due.encode())
    if due and scheme.lower() == "bearer" and is_right:
        return Who(NAME, (), who.address, who.door, is_program=True)
    await record_refused(request, "login.admin_key")
    if not due:
        raise RequestRefusedError(403, "refused.no_admin_key")
    request.app[WRONG_KEYS].take(who.counted_at)
    raise RequestRefusedError(401, "refused.wrong_key")
