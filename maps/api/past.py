"""The past: what was true at one time, as it was known at another."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from aiohttp import web

from maps.api.context import CONTEXT, JSON, Context
from maps.api.operation import Operation, Parameter
from maps.http.answers import NO_STORE, answer, body_of
from maps.http.refusals import RequestRefusedError, not_found
from maps.past.moments import BitemporalMoment, missing, moment_of, only_known
from maps.past.pictures import past_picture
from maps.picture import bodies, shapes
from maps.picture.catch_up import LOSSES
from maps.picture.loop import LOST
from maps.picture.picture import Picture
from streams.contract.times import DAY_MS
from streams.domain.closures import closure_name
from streams.words.catalogue import both

Json = dict[str, Any]
MAX_LINKS = 200
BUSY = web.AppKey("past_lock", asyncio.Lock)


def add_time(app: web.Application) -> None:
    """What the handlers of the past share: they read the whole history one at a time."""
    app[BUSY] = asyncio.Lock()


async def get_at(request: web.Request) -> web.StreamResponse:
    """The city, or one thing of it, at `valid` as known at `known`."""
    context = request.app[CONTEXT]
    only_known(request.query, ("valid", "known", "id", "links"))
    now_ms = context.live.now_ms()
    moment = moment_of(request.query, now_ms, context.settings.history_days)
    if moment is None:
        raise missing("valid")
    picture = await picture_of_moment(request, moment)
    body = {
        "now_ms": now_ms,
        "valid_ms": moment.valid_ms,
        "known_ms": moment.known_ms,
        "from_ms": now_ms - context.settings.history_days * DAY_MS,
        "is_remembered": bool(picture.feeds or picture.links or picture.works),
        "simulated": context.is_simulated,
    }
    if "id" in request.query or "links" in request.query:
        body |= one_body(request.query, picture, context)
    else:
        body |= city_body(picture, context)
    return _json(request, body)


async def picture_of_moment(request: web.Request, moment: BitemporalMoment) -> Picture:
    """The picture of the past; 503 while the store is away."""
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
            )
        except LOSSES:
            raise lost() from None


def city_body(picture: Picture, context: Context) -> Json:
    """The whole city in short: levels, closed links, works in force, incidents, feeds."""
    network = context.network
    levels = Counter(str(view["level"]) for view in picture.links.values())
    levels["unknown"] += len(network.links) - sum(levels.values())
    phases = Counter(row["phase"] for row in picture.works.values())
    in_force = {name: row for name, row in picture.works.items() if row["is_in_force"]}
    return {
        "levels": dict(levels),
        "closed": [_closed(place, picture, context) for place in _closed_links(picture)],
        "phases": dict(phases),
        "works": bodies.work_rows(in_force, network),
        "incidents": bodies.incident_rows(picture.incidents, network),
        "reports": bodies.report_rows(picture.reports, network),
        "feeds": bodies.feed_rows(picture, picture.at_ms),
    }


def _closed_links(picture: Picture) -> list[int]:
    return sorted(place for place, view in picture.links.items() if view["closure"] != "none")


def _closed(place: int, picture: Picture, context: Context) -> Json:
    link, view = context.network.links[place], picture.links[place]
    korean, english = both(closure_name(view["closure"]))
    own = {"id": link.id, "index": place, "name": link.name, "closure": view["closure"]}
    return {**own, "word_ko": korean, "word_en": english, "subjects": view["subjects"]}


def one_body(query: Mapping[str, str], picture: Picture, context: Context) -> Json:
    """One thing of the city in full: `id=KIND:ID` or `links=ID,ID`."""
    if "links" in query:
        return {"links": _links(query["links"].split(","), picture, context)}
    kind, _, name = query["id"].partition(":")
    if kind == "link":
        return {"links": _links([name], picture, context)}
    if kind in _ROWS:
        return {kind: _ROWS[kind](name, picture, context)}
    return _place(kind, name, picture, context)


def _work(name: str, picture: Picture, context: Context) -> Json:
    if name not in picture.works:
        raise not_found("kind.work", name)
    return shapes.work_row(name, picture.works[name], context.network)


def _incident(name: str, picture: Picture, context: Context) -> Json:
    if name not in picture.incidents:
        raise not_found("kind.incident", name)
    return shapes.incident_row(name, picture.incidents[name], context.network)


def _feed(name: str, picture: Picture, _context: Context) -> Json:
    if name not in picture.feeds:
        raise not_found("kind.feed", name)
    return shapes.feed_row(picture.feeds[name], picture.at_ms)


_ROWS = {"work": _work, "incident": _incident, "feed": _feed}


def _links(names: Iterable[str], picture: Picture, context: Context) -> list[Json]:
    index = context.network.index
    wanted = list(names)[:MAX_LINKS]
    for name in wanted:
        if name not in index:
            raise not_found("kind.link", name)
    return [bodies.link_body(index[name], picture, context.network) for name in wanted]


def _place(kind: str, name: str, picture: Picture, context: Context) -> Json:
    """The links of something the search knows: a section, a stop, a place, a route."""
    found = context.searched().find(kind, name)
    if found is None:
        raise not_found("kind.place", f"{kind}:{name}")
    own = {part: found[part] for part in ("kind", "id", "title")}
    links = found["links"][:MAX_LINKS]
    rows = [bodies.link_body(place, picture, context.network) for place in links]
    return {"place": own, "links": rows}


def lost() -> RequestRefusedError:
    return RequestRefusedError(503, "refused.storelost")


def _json(request: web.Request, body: Json) -> web.Response:
    return answer(request, body_of(bodies.encode(body), JSON), cache=NO_STORE)


OPERATIONS = (
    Operation(
        method="GET",
        path="/api/v1/at",
        handler=get_at,
        summary="What was true at `valid` as known at `known`: the city, or one thing of it",
        answers={200: dict},
        refusals=(400, 404, 503),
        parameters=(
            Parameter("valid", "Unix ms the answer speaks of; default: `known`", int),
            Parameter("known", "only what had come in by then counts, Unix ms; default: now", int),
            Parameter("id", "work:ID, incident:ID, feed:NAME, link:ID, or a KIND:ID of the search"),
            Parameter("links", "link ids with commas, at most 200"),
        ),
    ),
)
