"""The past: what was true at one time, as it was known at another."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal

from aiohttp import web
from msgspec import UNSET, Meta, Struct, UnsetType, defstruct
from msgspec.structs import asdict, fields

from maps.access.roles import Permission
from maps.api.context import CONTEXT, Context
from maps.api.operation import Operation, Parameter, packed_answer
from maps.api.statistics import HISTORY
from maps.http.refusals import RequestRefusedError, not_found
from maps.past.archive import ArchivedMoment, DayArchive
from maps.past.moments import (
    BitemporalMoment,
    before_store,
    missing,
    moment_of,
    only_known,
)
from maps.past.pictures import past_picture
from maps.picture import bodies, shapes
from maps.picture.catch_up import LOSSES
from maps.picture.fields import Ms, Row, filled
from maps.picture.loop import LOST
from maps.picture.picture import Picture
from maps.picture.text import kst
from streams.contract.enums import Certainty, Closure, Level, Phase
from streams.contract.times import DAY_MS
from streams.domain.closures import closure_name
from streams.domain.links.fold import LinkView
from streams.domain.links.levels import level
from streams.domain.stages.feeds import FeedState
from streams.geo.network import Network
from streams.state.kinds import KINDS
from streams.topology.holidays import korean_holidays
from streams.words.catalogue import Translatable, phrase
from streams.words.spoken import Spoken

MAX_LINKS = 200
MOMENT = (
    Parameter("valid", "Unix ms the answer speaks of; default: `known`", int),
    Parameter("known", "only what had come in by then counts, Unix ms; default: now", int),
)
BUSY = web.AppKey("past_lock", asyncio.Lock)
ARCHIVE = web.AppKey("archive", DayArchive)
PastSource = Literal["redis", "history"]
PastReason = Literal["", "no_record", "damaged"]


class ClosedLink(Row, kw_only=True, metaclass=Spoken):
    """A link that something is taken from."""

    id: str
    index: int
    name: str
    closure: Closure
    word: Translatable
    subjects: Annotated[tuple[str, ...], Meta(description="work:ID, incident:ID, closure:ID on it")]


class FoundPlace(Row):
    """A place of the search."""

    kind: str
    id: str
    title: str


class PastHead(Row, kw_only=True):
    """Which moment an answer speaks of."""

    now_ms: Ms
    valid_ms: Annotated[int, Meta(description="the moment it speaks of, Unix ms")]
    known_ms: Annotated[int, Meta(description="as it was known then, Unix ms")]
    from_ms: Annotated[int, Meta(description="since when the past is remembered, Unix ms")]
    is_remembered: Annotated[bool, Meta(description="whether anything is known of it")]
    source: Annotated[PastSource, Meta(description="what it is read from")]
    reason: Annotated[
        PastReason, Meta(description="why nothing is known of it: no record, or a damaged file")
    ]
    lacks: Annotated[
        tuple[str, ...], Meta(description="tables of the history of which rows cannot be read")
    ]
    simulated: bool


class PastParts(PastHead, kw_only=True):
    """The past: of the city, or of one thing of it."""

    levels: dict[Level, int] | UnsetType = UNSET
    closed: list[ClosedLink] | UnsetType = UNSET
    phases: dict[Phase, int] | UnsetType = UNSET
    place: FoundPlace | UnsetType = UNSET
    links: list[bodies.LinkBody] | UnsetType = UNSET
    work: shapes.WorkRow | UnsetType = UNSET
    incident: shapes.IncidentRow | UnsetType = UNSET
    feed: shapes.FeedRow | UnsetType = UNSET


Parts = dict[str, Any]
"""Fields of a body."""
_CITY = [(each.name, each.type | UnsetType, UNSET) for each in fields(bodies.CityBody)]
PastBody = defstruct("PastBody", _CITY, bases=(PastParts,), kw_only=True)
"""Of the city, also its rows."""


class MomentMap(PastHead, kw_only=True):
    """The roads of a moment: letters by link index, as the network has them."""

    net: Annotated[str, Meta(description="version of the network")]
    is_usual: Annotated[bool, Meta(description="levels are those usual at such a time")]
    levels: Annotated[str, Meta(description="a letter a link: f s j u")]
    certainty: Annotated[str, Meta(description="a letter a link: c r i l s")]
    closures: Annotated[list[tuple[int, Closure]], Meta(description="[index, closure]")]


_ROWS = [(each.name, each.type) for each in fields(bodies.CityBody)]
MomentBody = defstruct("MomentBody", _ROWS, bases=(MomentMap,), kw_only=True)
"""Also the rows of the city."""


def add_time(app: web.Application) -> None:
    """What the handlers of the past share: they read the whole history one at a time."""
    app[BUSY] = asyncio.Lock()
    context = app[CONTEXT]
    folder, now_ms = context.settings.history, context.live.now_ms
    app[ARCHIVE] = DayArchive(app[HISTORY], folder, context.network, now_ms)
    app.on_cleanup.append(_closed)


async def _closed(app: web.Application) -> None:
    app[ARCHIVE].close()


@Operation(
    "GET",
    "/api/v1/moment",
    "The map at `valid` as known at `known`; of a time ahead the works and what is usual",
    {200: MomentBody},
    refusals=(400, 503),
    parameters=MOMENT,
    may=Permission.SEE,
)
async def get_moment(request: web.Request) -> web.StreamResponse:
    """Buses and alerts are not in it: nobody keeps where each bus was."""
    context = request.app[CONTEXT]
    moment = await asked_of(request, ())
    then = await then_of(request, moment)
    body = await asyncio.to_thread(moment_body, then, moment, context)
    return packed_answer(request, body)


async def asked_of(request: web.Request, more: Iterable[str]) -> BitemporalMoment:
    """The moment asked for; refused (400) where there is none, or a parameter besides `more`."""
    context = request.app[CONTEXT]
    only_known(request.query, ("valid", "known", *more))
    first_ms = await request.app[ARCHIVE].first_ms()
    now_ms, days = context.live.now_ms(), context.settings.history_days
    moment = moment_of(request.query, now_ms, days, first_ms)
    if moment is None:
        raise missing("valid")
    if first_ms is None or moment.is_archived:
        return moment
    return before_store(moment, first_ms, await remembered_ms(context))


async def remembered_ms(context: Context) -> int | None:
    """Since when the store remembers anything of roads; None where it does not, or is away."""
    if context.live.store_state == LOST:
        return None
    try:
        return await context.live.store.links_from_ms()
    except LOSSES:
        return None


def head_of(then: ArchivedMoment, moment: BitemporalMoment, context: Context) -> Parts:
    """The fields of `PastHead`."""
    now_ms, picture = context.live.now_ms(), then.picture
    return {
        "now_ms": now_ms,
        "valid_ms": moment.valid_ms,
        "known_ms": moment.known_ms,
        "from_ms": now_ms - context.settings.history_days * DAY_MS,
        "is_remembered": bool(picture.feeds or picture.links or picture.works),
        "source": "history" if moment.is_archived else "redis",
        "reason": then.reason,
        "lacks": then.lacks,
        "simulated": context.is_simulated,
    }


def moment_body(then: ArchivedMoment, moment: BitemporalMoment, context: Context) -> Struct:
    """The map of a picture of the past."""
    picture = then.picture
    network, is_usual = context.network, moment.is_ahead(context.settings.fresh_ms)
    count = len(network.links)
    levels, certainty = [Level.UNKNOWN[0]] * count, [Certainty.LOST[0]] * count
    for place, view in picture.links.items():
        if is_usual:
            limits = context.thresholds[network.links[place].road_class]
            levels[place] = level(view.usual_kmh, limits)[0]
        else:
            levels[place] = view.level[0]
        certainty[place] = view.certainty[0]
    return MomentBody(
        **head_of(then, moment, context),
        net=network.version,
        is_usual=is_usual,
        levels="".join(levels),
        certainty="".join(certainty),
        closures=[
            (place, view.closure)
            for place, view in sorted(picture.links.items())
            if view.closure is not Closure.NONE
        ],
        **asdict(bodies.city_body(picture, network, picture.at_ms)),
    )


@Operation(
    "GET",
    "/api/v1/at",
    "What was true at `valid` as known at `known`: the city, or one thing of it",
    {200: PastBody},
    refusals=(400, 404, 503),
    parameters=(
        *MOMENT,
        Parameter("id", "work:ID, incident:ID, feed:NAME, link:ID, or a KIND:ID of the search"),
        Parameter("links", "link ids with commas, at most 200"),
    ),
    may=Permission.SEE,
)
async def get_at(request: web.Request) -> web.StreamResponse:
    context = request.app[CONTEXT]
    moment = await asked_of(request, ("id", "links"))
    then = await then_of(request, moment)
    is_one = "id" in request.query or "links" in request.query
    picture = recorded(then, moment) if is_one else then.picture
    body = PastBody(
        **head_of(then, moment, context),
        **(one_of(request.query, picture, context) if is_one else city_of(picture, context)),
    )
    return packed_answer(request, body)


async def then_of(request: web.Request, moment: BitemporalMoment) -> ArchivedMoment:
    """The picture of the past, from the store or the history; 503 while that is away."""
    permits = request.app[CONTEXT].live.picture.works
    if moment.is_archived:
        return await request.app[ARCHIVE].moment(moment.valid_ms, permits)
    return ArchivedMoment(await picture_of_moment(request, moment))


def recorded(then: ArchivedMoment, moment: BitemporalMoment) -> Picture:
    """The picture; refused (404) where nothing is known of the time, which is not that all is
    well.
    """
    if then.reason:
        why, at = phrase(f"past.reason.{then.reason}"), kst(moment.valid_ms)
        raise RequestRefusedError(404, "refused.no_record", at=at, why=why)
    return then.picture


async def picture_of_moment(request: web.Request, moment: BitemporalMoment) -> Picture:
    """The picture of the past from the store; 503 while that is away."""
    context = request.app[CONTEXT]
    live = context.live
    if live.store_state == LOST:
        raise lost()
    async with request.app[BUSY]:
        try:
            return await past_picture(
                live.store,
                context.network,
                moment,
                calls=live.picture.calls,
                fresh_ms=context.settings.fresh_ms,
                is_holiday=korean_holidays(),
            )
        except LOSSES:
            raise lost() from None


def city_of(picture: Picture, context: Context) -> Parts:
    """The whole city in short: levels, closed links, works in force, incidents, feeds."""
    network = context.network
    levels = Counter(view.level for view in picture.links.values())
    levels[Level.UNKNOWN] += len(network.links) - sum(levels.values())
    in_force = {name: row for name, row in picture.works.items() if row.is_in_force}
    return {
        "levels": dict(levels),
        "closed": [
            closed_link(place, view, network)
            for place, view in sorted(picture.links.items())
            if view.closure is not Closure.NONE
        ],
        "phases": dict(Counter(row.phase for row in picture.works.values())),
        **asdict(bodies.city_body(replace(picture, works=in_force), network, picture.at_ms)),
    }


def closed_link(place: int, view: LinkView, network: Network) -> ClosedLink:
    link = network.links[place]
    return filled(ClosedLink, view, link, index=place, word=closure_name(view.closure))


def one_of(query: Mapping[str, str], picture: Picture, context: Context) -> Parts:
    """One thing of the city in full: `id=KIND:ID` or `links=ID,ID`."""
    if "links" in query:
        return {"links": links_of(query["links"].split(","), picture, context)}
    subject, _, name = query["id"].partition(":")
    if subject == "link":
        return {"links": links_of([name], picture, context)}
    for kind in KINDS:
        if subject and kind.subject == subject:
            row = getattr(picture, kind.name).get(name)
            if row is None:
                raise not_found(f"kind.{subject}", name)
            if isinstance(row, FeedState):
                return {subject: shapes.feed_row(row, picture.at_ms)}
            return {subject: bodies.ROWS[kind.name](name, row, context.network)}
    return place_of(subject, name, picture, context)


def links_of(names: Iterable[str], picture: Picture, context: Context) -> list[bodies.LinkBody]:
    index = context.network.index
    wanted = list(names)[:MAX_LINKS]
    for name in wanted:
        if name not in index:
            raise not_found("kind.link", name)
    return [bodies.link_body(index[name], picture, context.network) for name in wanted]


def place_of(kind: str, name: str, picture: Picture, context: Context) -> Parts:
    """The links of something the search knows: a section, a stop, a place, a route."""
    found = context.searched().find(kind, name)
    if found is None:
        raise not_found("kind.place", f"{kind}:{name}")
    links = found.links[:MAX_LINKS]
    return {
        "place": FoundPlace(found.kind, found.id, found.title),
        "links": [bodies.link_body(place, picture, context.network) for place in links],
    }


def lost() -> RequestRefusedError:
    return RequestRefusedError(503, "refused.storelost")
