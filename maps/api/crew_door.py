"""Who comes in by a crew's link: its token is asked for, and whether the link still counts."""

from collections import OrderedDict
from collections.abc import Callable

from aiohttp import web

from maps.api.context import CONTEXT
from maps.crew import taps
from maps.http.refusals import RequestRefusedError, not_found
from maps.picture.catch_up import LOSSES
from maps.picture.loop import OK
from streams.contract.key_file import keys_now
from streams.delivery.deciding.crew_links import Check, Keys, check_token, crew_keys
from streams.domain.stages.crew_links import WorkLinks
from streams.state.store import Store

KEPT_WORKS = 1000
TOKEN_WORDS = {Check.EXPIRED: "refused.expired_token", Check.FORGED: "refused.bad_token"}


class CrewDoor:
    """The keys that count at a time, and the links of the works that were lately asked about."""

    def __init__(self, keys_at: Callable[[int], Keys], store: Store) -> None:
        self.keys_at = keys_at
        self._store = store
        self._known: OrderedDict[str, WorkLinks] = OrderedDict()

    async def links_of(self, work: str) -> WorkLinks:
        """The links of a work as the log says now; as they were known last while Redis is away or
        being made again. Refused (503) where nothing is known: an ended link must not count.
        """
        try:
            if not await self._store.is_rebuilding():
                self._keep(work, await self._store.crew_links(work))
        except LOSSES:
            pass
        if work not in self._known:
            raise RequestRefusedError(503, "refused.store_away")
        return self._known[work]

    def _keep(self, work: str, links: WorkLinks) -> None:
        self._known[work] = links
        self._known.move_to_end(work)
        while len(self._known) > KEPT_WORKS:
            self._known.popitem(last=False)


DOOR = web.AppKey("crew_door", CrewDoor)


def add_door(app: web.Application) -> None:
    """What those who ask for a token share."""
    context = app[CONTEXT]
    settings = context.settings
    app[DOOR] = CrewDoor(lambda at_ms: crew_keys(keys_now(settings), at_ms), context.live.store)


def bearer(request: web.Request) -> str:
    """The token in the Authorization header, "" for none: never in an address that is logged."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


async def admit(request: web.Request, work: str, token: str) -> str:
    """The id of the link of this work that somebody holds; refused (403) where it does not count.

    503 of one that is signed and not listed: the fold is behind, or retention took it.
    """
    context, door = request.app[CONTEXT], request.app[DOOR]
    now_ms = context.live.now_ms()
    check, link = check_token(door.keys_at(now_ms), work, token, now_ms=now_ms)
    if check is not Check.VALID:
        raise RequestRefusedError(403, TOKEN_WORDS[check] if token else "refused.no_token")
    listed = (await door.links_of(work)).get(link)
    if listed is None:
        raise RequestRefusedError(503, "refused.link_not_listed")
    if listed.ended_ms:
        raise RequestRefusedError(403, "refused.link_ended")
    row = context.live.picture.works.get(work)
    if row is None and context.live.store_state == OK:
        raise not_found("kind.work", work)
    if row is not None and taps.is_used_up(row, now_ms):
        raise RequestRefusedError(403, "refused.work_over")
    return link
