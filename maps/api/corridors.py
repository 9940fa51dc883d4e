"""Corridors: how long the ways take that a city watches, against what is usual at this hour."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated

from aiohttp import web
from msgspec import Meta

from maps.access.roles import Permission
from maps.api.context import CONTEXT, Context
from maps.api.desk import DESK
from maps.api.operation import Operation, Parameter, packed_answer
from maps.api.past import lost
from maps.corridors.file import Corridor, read_corridors
from maps.corridors.times import (
    KNOWN_FROM,
    delays,
    measured_now,
    past_times,
    travel_time,
    usual_time,
)
from maps.corridors.ways import (
    CorridorError,
    CorridorWay,
    NoWayError,
    PlaceAmbiguousError,
    PlaceNotFoundError,
    place_of,
    way_between,
)
from maps.http.refusals import RequestRefusedError, bad_parameter
from maps.past.days import DayWindow, window_of
from maps.past.moments import only_known
from maps.picture.catch_up import LOSSES
from maps.picture.fields import Metres, Ms, Row
from maps.picture.loop import LOST
from maps.search.wording import MAX_QUERY_CHARS
from streams.contract.times import MINUTE_MS
from streams.domain.links.quarters import QUARTER_MS
from streams.domain.links.quarters import place_of as quarter_place_of
from streams.domain.links.quarters_told import LinkQuarter
from streams.domain.links.usual import UsualSpeed
from streams.topology.holidays import korean_holidays

Seconds = Annotated[float | None, Meta(description="s; null: too little of the way is known")]
Share = Annotated[float, Meta(description="of the way's length, 0 to 1")]
Ends = tuple[str, str]
"""Both places of a corridor, as typed."""
KEPT_WAYS = 200


class DelayRow(Row):
    """A link on which time is lost against the usual."""

    link: int
    name: str
    delay_s: float


class CorridorRow(Row, kw_only=True):
    """A corridor now, and its last day."""

    typed: Annotated[tuple[str, str], Meta(description="both places as they were typed")]
    name: str
    name_en: str
    start: Annotated[str, Meta(description="the place found; empty: not")] = ""
    goal: str = ""
    fault: Annotated[str, Meta(description="place_not_found, place_ambiguous, no_way or empty")] = (
        ""
    )
    fault_of: Annotated[str, Meta(description="the text that is at fault")] = ""
    choices: Annotated[tuple[str, ...], Meta(description="what it may mean")] = ()
    length_m: Metres = 0.0
    links: Annotated[tuple[int, ...], Meta(description="the way, link indexes in order")] = ()
    time_s: Seconds = None
    measured_share: Share = 0.0
    usual_s: Annotated[Seconds, Meta(description="of this quarter hour on such days")] = None
    usual_low_s: Annotated[Seconds, Meta(description="8 of 10 lie between low and high")] = None
    usual_high_s: Seconds = None
    usual_share: Share = 0.0
    usual_days: Annotated[int, Meta(description="days behind it; of 4 weeks ago half count")] = 0
    delay_s: Annotated[Seconds, Meta(description="time now less the usual one")] = None
    delays: Annotated[tuple[DelayRow, ...], Meta(description="where it is, worst first")] = ()
    day_s: Annotated[
        tuple[float | None, ...], Meta(description="by quarter hour, as `times_ms`")
    ] = ()


class Corridors(Row):
    """Every corridor; a time is said from `known_from` of the length measured on."""

    now_ms: Ms
    known_from: Share
    times_ms: Annotated[list[int], Meta(description="when each quarter hour ends, Unix ms")]
    corridors: list[CorridorRow]


@dataclass(slots=True)
class CorridorServices:
    """The corridors that are watched, and what was found of ways and of quarter hours."""

    given: tuple[Corridor, ...]
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    ways: dict[Ends, CorridorWay | CorridorError] = field(default_factory=dict)
    of_minute: int = 0
    known: "dict[Ends, _KnownWay]" = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _KnownWay:
    """What Redis says of a way's links, by their places."""

    usual: Mapping[int, UsualSpeed]
    told: Mapping[int, Mapping[int, LinkQuarter]]


CORRIDORS = web.AppKey("corridors", CorridorServices)


def add_corridors(app: web.Application) -> None:
    """The corridors of the city's file; SettingsError where it cannot be read."""
    app[CORRIDORS] = CorridorServices(read_corridors(app[CONTEXT].settings.corridors))


@Operation(
    "GET",
    "/api/v1/corridors",
    "Travel times of the corridors now, usual ones at this hour, where the delay is; of any two "
    "places with `from` and `to`",
    {200: Corridors},
    refusals=(400, 503),
    parameters=(
        Parameter("from", "a place as typed into the search, with `to`: that way alone"),
        Parameter("to", "a place as typed into the search"),
    ),
    may=Permission.SEE,
)
async def get_corridors(request: web.Request) -> web.StreamResponse:
    context, kept = request.app[CONTEXT], request.app[CORRIDORS]
    only_known(request.query, ("from", "to"))
    asked = _asked(request.query)
    if context.live.store_state == LOST:
        raise lost()
    if (warming := request.app[DESK].warming) is not None:
        await warming
    window = window_of(context.live.now_ms())
    async with kept.lock:
        given = kept.given if asked is None else (asked,)
        ways = [await _way(request.app, (each.start, each.goal)) for each in given]
        if asked is not None and isinstance(ways[0], CorridorError):
            raise _refusal(ways[0], asked)
        try:
            found = [
                await _row(each, way, context, kept, window)
                for each, way in zip(given, ways, strict=True)
            ]
        except LOSSES:
            raise lost() from None
    return packed_answer(request, Corridors(window.at_ms, KNOWN_FROM, window.times_ms, found))


def _asked(query: Mapping[str, str]) -> Corridor | None:
    if "from" not in query and "to" not in query:
        return None
    for name in ("from", "to"):
        text = query.get(name, "")
        if not text.strip() or len(text) > MAX_QUERY_CHARS:
            raise bad_parameter(name, text, "must.place", most=MAX_QUERY_CHARS)
    return Corridor(query["from"], query["to"])


def _refusal(error: CorridorError, asked: Corridor) -> RequestRefusedError:
    """400 at the field that is wrong, with what it may mean."""
    if isinstance(error, NoWayError):
        return RequestRefusedError(400, "refused.no_way", start=error.start, goal=error.goal)
    typed = error.typed if isinstance(error, PlaceNotFoundError | PlaceAmbiguousError) else ""
    name = "from" if typed == asked.start else "to"
    if isinstance(error, PlaceAmbiguousError):
        return bad_parameter(name, typed, "must.one_place", choices=", ".join(error.choices))
    return bad_parameter(name, typed, "must.place_of_city")


async def _way(app: web.Application, ends: Ends) -> CorridorWay | CorridorError:
    """The way between two places, found once."""
    context, kept = app[CONTEXT], app[CORRIDORS]
    if ends not in kept.ways:
        if len(kept.ways) >= KEPT_WAYS:
            kept.ways.clear()
        graph, finder = app[DESK].ways.graph(), context.searched()
        try:
            one, other = (place_of(typed, finder) for typed in ends)
            kept.ways[ends] = await asyncio.to_thread(way_between, one, other, graph)
        except CorridorError as error:
            kept.ways[ends] = error
    return kept.ways[ends]


async def _row(
    given: Corridor,
    way: CorridorWay | CorridorError,
    context: Context,
    kept: CorridorServices,
    window: DayWindow,
) -> CorridorRow:
    row = CorridorRow(typed=(given.start, given.goal), name=given.name, name_en=given.name_en)
    if isinstance(way, CorridorError):
        return _with_fault(row, way)
    known = await _known(way, (given.start, given.goal), context, kept, window)
    legs, views = way.legs, context.live.picture.links
    kmh_of = measured_now(views)
    now = travel_time(legs, kmh_of, lambda x: known.usual[x].kmh if x in known.usual else None)
    usual = usual_time(legs, known.usual)
    row.start, row.goal, row.length_m = way.start, way.goal, round(way.length_m)
    row.links = tuple(dict.fromkeys(leg.link for leg in legs))
    row.time_s, row.measured_share = _whole(now.seconds), round(now.share, 3)
    row.usual_s, row.usual_share = _whole(usual.time.seconds), round(usual.time.share, 3)
    row.usual_low_s, row.usual_high_s = _whole(usual.low_s), _whole(usual.high_s)
    row.usual_days = usual.days
    if row.time_s is not None and row.usual_s is not None:
        row.delay_s = row.time_s - row.usual_s
    row.delays = tuple(
        DelayRow(each.link, context.network.links[each.link].name, round(each.seconds))
        for each in delays(legs, kmh_of, known.usual)
    )
    row.day_s = tuple(map(_whole, past_times(legs, known.told, window.numbers)))
    return row


def _with_fault(row: CorridorRow, error: CorridorError) -> CorridorRow:
    if isinstance(error, PlaceAmbiguousError):
        row.fault, row.fault_of, row.choices = "place_ambiguous", error.typed, error.choices
    elif isinstance(error, PlaceNotFoundError):
        row.fault, row.fault_of = "place_not_found", error.typed
    else:
        row.fault = "no_way"
    return row


def _whole(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds)


async def _known(
    way: CorridorWay, ends: Ends, context: Context, kept: CorridorServices, window: DayWindow
) -> _KnownWay:
    """What Redis says of a way's links, asked for once a minute."""
    minute = window.at_ms // MINUTE_MS
    if kept.of_minute != minute:
        kept.of_minute, kept.known = minute, {}
    if ends not in kept.known:
        kept.known[ends] = await _asked_of_store(way, context, window)
    return kept.known[ends]


async def _asked_of_store(way: CorridorWay, context: Context, window: DayWindow) -> _KnownWay:
    network, store = context.network, context.live.store
    names = {network.links[leg.link].id: leg.link for leg in way.legs}
    at = quarter_place_of(window.at_ms // QUARTER_MS, korean_holidays())
    usual = await store.usual_of(names, [at])
    told = await store.quarters(names, window.from_ms, window.at_ms)
    return _KnownWay(
        {names[x]: each for x, run in usual.items() if (each := _first(run)) is not None},
        {names[x]: run for x, run in told.items()},
    )


def _first(run: Sequence[UsualSpeed | None]) -> UsualSpeed | None:
    return run[0] if run else None
