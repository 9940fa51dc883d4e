"""Statistics: what the history on disk says in figures, with queries, rows and tables to take."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from aiohttp import web

from maps.access.guard import who_of
from maps.access.roles import Permission
from maps.api.context import CONTEXT, Context
from maps.api.numbers import WholeNumber
from maps.api.operation import HTML as HTML_PAGE
from maps.api.operation import Operation, Parameter, packed_answer
from maps.http.answers import NO_CACHE, NO_STORE, answer, body_of
from maps.http.refusals import bad_parameter, not_found
from maps.past.moments import only_known
from maps.picture.catch_up import LOSSES
from maps.picture.exports import CSV
from maps.picture.loop import LOST
from maps.statistics.asking import HistoryDesk
from maps.statistics.bodies import (
    StatisticFigure,
    StatisticRows,
    Statistics,
    csv_of,
    figure_body,
    head_of,
    rows_body,
)
from streams.contract.times import day_of
from streams.people import without_people
from streams.statistics.book import STATISTICS
from streams.statistics.figure import Figure
from streams.statistics.period import MAX_DAYS, Period, PeriodName, named
from streams.statistics.statistic import VEHICLES_PER_HOUR, Asked, Statistic

HISTORY = web.AppKey("history", HistoryDesk)
MOST_ROWS = 500
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_ID = Parameter("id", "of the statistic, as the list has it")
_VEHICLES = WholeNumber(
    "vehicles",
    "vehicles an hour on a link, assumed where there is no volume",
    0,
    10_000,
    VEHICLES_PER_HOUR,
)
_OFFSET = WholeNumber("offset", "rows to leave out", 0, 10_000_000, 0)
_ASKED = (
    Parameter("from", "first day in Korea, 2026-11-01; without both: since the first of the month"),
    Parameter("until", "last day, which counts whole"),
    Parameter("period", "today, week, month or quarter instead of both"),
    Parameter("road", "of that road alone, where the statistic takes one"),
    _VEHICLES.parameter,
)
_NAMES = tuple(each.name for each in _ASKED)


def add_statistics(app: web.Application) -> None:
    """What asks the history; it ends with the application."""
    context = app[CONTEXT]
    app[HISTORY] = HistoryDesk(context.settings.history, context.live.now_ms)
    app.on_cleanup.append(_closed)


async def _closed(app: web.Application) -> None:
    await app[HISTORY].close()


@Operation("GET", "/stats", "The page of statistics", {200: HTML_PAGE}, may=Permission.SEE)
async def get_stats_page(request: web.Request) -> web.StreamResponse:
    context = request.app[CONTEXT]
    response = answer(request, context.pages.stats, cache=NO_CACHE)
    response.headers["Content-Security-Policy"] = context.pages.policy
    return response


@Operation(
    "GET",
    "/api/v1/statistics",
    "Which statistics there are, and of which days there is a history",
    {200: Statistics},
    may=Permission.SEE,
)
async def get_statistics(request: web.Request) -> web.StreamResponse:
    context = request.app[CONTEXT]
    stand = await request.app[HISTORY].stand()
    body = Statistics(
        now_ms=context.live.now_ms(),
        simulated=context.is_simulated,
        history=stand.state,
        first=None if stand.first is None else str(stand.first),
        last=None if stand.last is None else str(stand.last),
        roads=sorted({*roads_of(context).values()}),
        statistics=[head_of(each) for each in STATISTICS.values()],
    )
    return packed_answer(request, body)


@Operation(
    "GET",
    "/api/v1/statistics/{id}.csv",
    "A statistic of a period for a spreadsheet",
    {200: CSV},
    refusals=(400, 404, 503),
    parameters=(_ID, *_ASKED),
    may=Permission.SEE,
)
async def get_statistic_csv(request: web.Request) -> web.StreamResponse:
    figure = await _figure(request, _NAMES)
    response = answer(request, body_of(csv_of(figure), CSV), cache=NO_STORE)
    first, last = day_of(figure.from_ms), day_of(figure.until_ms - 1)
    name = f"{figure.id}_{first}_{last}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@Operation(
    "GET",
    "/api/v1/statistics/{id}/rows",
    "The rows of the history that a statistic of a period was made of",
    {200: StatisticRows},
    refusals=(400, 404, 503),
    parameters=(_ID, *_ASKED, _OFFSET.parameter),
    may=Permission.SEE,
)
async def get_statistic_rows(request: web.Request) -> web.StreamResponse:
    offset = _OFFSET.given(request.query)
    figure = await _figure(request, (*_NAMES, "offset"))
    columns, rows = await request.app[HISTORY].rows(figure.rows, offset, MOST_ROWS)
    return packed_answer(request, rows_body(figure.id, offset, MOST_ROWS, columns, rows))


@Operation(
    "GET",
    "/api/v1/statistics/{id}",
    "A statistic of a period: its table, how it is drawn, its query and what it assumes",
    {200: StatisticFigure},
    refusals=(400, 404, 503),
    parameters=(_ID, *_ASKED),
    may=Permission.SEE,
)
async def get_statistic(request: web.Request) -> web.StreamResponse:
    figure = await _figure(request, _NAMES)
    is_simulated = request.app[CONTEXT].is_simulated
    return packed_answer(request, figure_body(figure, is_simulated=is_simulated))


async def _figure(request: web.Request, known: tuple[str, ...]) -> Figure:
    only_known(request.query, known)
    context, name = request.app[CONTEXT], request.match_info["id"]
    if name not in STATISTICS:
        raise not_found("kind.statistic", name)
    asked = _asked(request.query, context, STATISTICS[name])
    asked = replace(asked, receivers=await _receivers(request, STATISTICS[name]))
    return await request.app[HISTORY].figure(STATISTICS[name], asked)


async def _receivers(request: web.Request, statistic: Statistic) -> Mapping[str, str]:
    """Endpoint -> its name, for an account that may see subscriptions; nobody in person."""
    context, who = request.app[CONTEXT], who_of(request)
    is_known = who.account and who.may(Permission.SUBSCRIBE)
    if not statistic.names_receivers or not is_known or context.live.store_state == LOST:
        return {}
    try:
        rows = await context.live.store.subscriptions()
    except LOSSES:
        return {}  # they have numbers meanwhile
    return {endpoint: without_people(row.title) for endpoint, row in rows.items()}


def _asked(query: Mapping[str, str], context: Context, statistic: Statistic) -> Asked:
    roads, road = roads_of(context), query.get("road", "")
    if road and road not in roads.values():
        raise bad_parameter("road", road, "must.road_of_city")
    return Asked(
        _period(query, context.live.now_ms()),
        road if "road" in statistic.takes else "",
        _VEHICLES.given(query),
        roads,
    )


def roads_of(context: Context) -> Mapping[str, str]:
    """Link -> the road's name, of links that have one."""
    links = context.network.links
    return {link.id: link.road_name for link in links if link.road_name}


def _period(query: Mapping[str, str], now_ms: int) -> Period:
    if "from" not in query and "until" not in query:
        name = query.get("period", PeriodName.MONTH)
        if name not in [*PeriodName]:
            raise bad_parameter("period", name, "must.be_one_of", names=", ".join(PeriodName))
        return named(PeriodName(name), now_ms)
    first, last = (_day(query, name) for name in ("from", "until"))
    if last < first:
        raise bad_parameter("until", str(last), "must.not_be_before", day=str(first))
    period = Period(first, last)
    if period.days > MAX_DAYS:
        raise bad_parameter("until", str(last), "must.within_so_many_days", days=MAX_DAYS)
    return period


def _day(query: Mapping[str, str], name: str) -> date:
    text = query.get(name, "")
    try:
        if _DAY.fullmatch(text):
            day = date.fromisoformat(text)
            if 2000 <= day.year < 2200:
                return day
    except ValueError:
        pass
    raise bad_parameter(name, text, "must.day")
