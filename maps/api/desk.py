"""The complaint desk's addresses: an answer to a question, and the clashes known now."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import msgspec
from aiohttp import web

from maps.access.roles import Permission
from maps.api.context import CONTEXT, JSON, Context
from maps.api.operation import Operation, Parameter
from maps.api.past import picture_of_moment
from maps.api.photo_shelf import SHELF
from maps.desk.asking.card import AnswerCard, PhotoRef
from maps.desk.asking.lookup import AnswerBody, PastMoment, named
from maps.desk.asking.lookup import answer as answer_of
from maps.desk.facts.scene import Scene, subjects_by_link
from maps.desk.facts.ways import DetourFinder
from maps.http.answers import NO_STORE, answer, body_of
from maps.past.moments import BitemporalMoment, moment_of, only_known
from maps.picture import bodies
from maps.picture.fields import filled
from maps.picture.picture import Picture
from maps.search.entry import SearchHit
from streams.contract.enums import ClashKind, ClashSeverity
from streams.domain.clashes.clash import Clash
from streams.domain.clashes.words import reason
from streams.words.catalogue import Translatable
from streams.words.spoken import Spoken


@dataclass(slots=True)
class DeskServices:
    """What look-ups share: ways round, the works on each link, and how many were asked for."""

    ways: DetourFinder
    lookups: Counter[str] = field(default_factory=Counter)  # by outcome, never by what was asked
    warming: asyncio.Task[object] | None = None  # the road graph while it is being made
    _subjects: tuple[tuple[object, ...], dict[int, tuple[str, ...]]] | None = None

    def by_link(self, picture: Picture) -> dict[int, tuple[str, ...]]:
        """Works, incidents and closures by hand by link; made again when one of them changed."""
        seen = (picture.works, picture.incidents, picture.hand_closures)
        known = self._subjects
        if known and all(a is b for a, b in zip(seen, known[0], strict=True)):
            return known[1]
        made = subjects_by_link(picture, self.ways.network)
        self._subjects = (seen, made)
        return made


class ClashRow(msgspec.Struct, kw_only=True, metaclass=Spoken):
    """A clash with its reason; `until_ms` null: no end is known."""

    id: str
    kind: ClashKind
    severity: ClashSeverity
    works: tuple[str, ...]
    links: tuple[str, ...]
    routes: tuple[str, ...]
    stops: tuple[str, ...]
    places: tuple[str, ...]
    from_ms: int
    until_ms: int | None
    count: int
    reason: Translatable


class Clashes(msgspec.Struct):
    """Every clash known now, the gravest and soonest first."""

    clashes: list[ClashRow]


DESK = web.AppKey("desk", DeskServices)


def add_desk(app: web.Application) -> None:
    """What look-ups share; the road graph is made while the server already answers."""
    app[DESK] = DeskServices(DetourFinder(app[CONTEXT].network))
    app.cleanup_ctx.append(_warm)


async def _warm(app: web.Application) -> AsyncIterator[None]:
    desk = app[DESK]
    desk.warming = asyncio.create_task(asyncio.to_thread(desk.ways.graph), name="road-graph")
    yield
    await asyncio.gather(desk.warming, return_exceptions=True)


@Operation(
    "GET",
    "/api/v1/answer",
    "Is it closed, why, until when, how to get round: a card, a choice or not found",
    {200: AnswerBody},
    refusals=(400, 503),
    parameters=(
        Parameter("q", "what the caller asks about"),
        Parameter("id", "KIND:ID of a candidate; wins over q"),
        Parameter("valid", "Unix ms the answer speaks of", int),
        Parameter("known", "only what had come in by then counts, Unix ms", int),
        Parameter("again", "1: the same card kept fresh, not counted as a question"),
    ),
    may=Permission.ANSWER,
)
async def get_answer(request: web.Request) -> web.StreamResponse:
    """The card, the choice or the neighbours of `q`, or of the place that `id` names."""
    desk, context = request.app[DESK], request.app[CONTEXT]
    only_known(request.query, ("q", "id", "valid", "known", "again"))
    question, name = request.query.get("q", ""), request.query.get("id", "")
    now_ms = context.live.now_ms()
    moment = moment_of(request.query, now_ms, context.settings.history_days)
    if moment is None:
        scene = scene_now(context, desk, now_ms)
    else:
        picture = await picture_of_moment(request, moment)
        scene = scene_then(context, picture, moment, now_ms)
    if desk.warming is not None:
        await desk.warming
    found = found_of(context, question, name, scene.picture)
    body = answer_of(question, found, scene, desk.ways, is_named=bool(name))
    body = msgspec.structs.replace(
        body,
        simulated=context.is_simulated,
        past=PastMoment(moment.valid_ms, moment.known_ms) if moment else msgspec.UNSET,
        card=body.card if moment else await _with_photos(request, body.card),
    )
    if not request.query.get("again"):  # a card that keeps itself fresh is no new question
        desk.lookups[body.status] += 1
    return _json(request, body)


async def _with_photos(request: web.Request, card: AnswerCard | None) -> AnswerCard | None:
    """The card with the photos that its works' crews took."""
    shelf = request.app.get(SHELF)
    if card is None or shelf is None:
        return card
    works = []
    for work in card.works:
        found = await asyncio.to_thread(shelf.times_ms, work.id)
        photos = [PhotoRef(name, at_ms) for name, at_ms in found]
        works.append(msgspec.structs.replace(work, photos=photos) if photos else work)
    return msgspec.structs.replace(card, works=works)


def found_of(context: Context, question: str, name: str, picture: Picture) -> list[SearchHit]:
    """The search's results, or the one thing that an id names."""
    finder = context.searched()
    if not name:
        return finder.search(question)
    kind, _, own = name.partition(":")
    found = finder.find(kind, own) or named(kind, own, context.network, picture.works.get(own))
    return [found] if found else []


def scene_now(context: Context, desk: DeskServices, now_ms: int) -> Scene:
    live = context.live
    return Scene(
        network=context.network,
        picture=live.picture,
        by_link=desk.by_link(live.picture),
        now_ms=now_ms,
        store=live.store_state,
        fresh_ms=context.settings.fresh_ms,
    )


def scene_then(context: Context, picture: Picture, moment: BitemporalMoment, now_ms: int) -> Scene:
    """The scene of a moment of the past: its clock is that moment, whatever now is."""
    return Scene(
        network=context.network,
        picture=picture,
        by_link=subjects_by_link(picture, context.network),
        now_ms=moment.valid_ms,
        fresh_ms=context.settings.fresh_ms,
        asked_ms=now_ms,
    )


@Operation(
    "GET",
    "/api/v1/clashes",
    "Works in each other's way, in a bus's, or cutting places off together",
    {200: Clashes},
    may=Permission.SEE,
)
async def get_clashes(request: web.Request) -> web.StreamResponse:
    """Every clash known now with a reason to read, the gravest and soonest first."""
    context = request.app[CONTEXT]
    picture = context.live.picture
    rows = [clash_row(clash, picture, context) for clash in picture.clashes.values()]
    rows.sort(key=lambda row: (row.severity is not ClashSeverity.HIGH, row.from_ms, row.id))
    return _json(request, Clashes(rows))


def clash_row(clash: Clash, picture: Picture, context: Context) -> ClashRow:
    """A clash with its reason in every language."""
    return filled(ClashRow, clash, reason=reason(clash, picture.works, context.network))


def _json(request: web.Request, body: object) -> web.Response:
    return answer(request, body_of(bodies.encode(body), JSON), cache=NO_STORE)
