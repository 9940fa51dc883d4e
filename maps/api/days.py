"""A day of one link: its speed by quarter hour beside what is usual, its closures, its passages."""

from collections import Counter
from typing import Annotated, NamedTuple

from aiohttp import web
from msgspec import Meta

from maps.access.roles import Permission
from maps.api.context import CONTEXT
from maps.api.operation import Operation, Parameter, packed_answer
from maps.api.past import ARCHIVE, BUSY, PastSource, lost
from maps.http.refusals import bad_parameter, not_found
from maps.past.days import (
    TOLD_WITHIN_MS,
    Band,
    ClosedTime,
    DayWindow,
    band,
    closed_times,
    measured,
    planned_times,
    window_of,
)
from maps.past.moments import is_archived, only_known, time_of
from maps.picture.catch_up import LOSSES
from maps.picture.fields import Kmh, Ms, Row, filled
from maps.picture.loop import LOST
from streams.contract.enums import Closure
from streams.contract.times import DAY_MS
from streams.domain.links.fold import LinkView
from streams.domain.links.quarters import QUARTER_MS, place_of
from streams.geo.network import Link
from streams.topology.holidays import korean_holidays

AHEAD_DAYS = 14
NeverNought = Meta(description="by quarter hour; null: not known, which is not 0")


class ClosedRow(Row):
    """When something was taken from the link."""

    from_ms: Ms
    until_ms: Annotated[Ms | None, Meta(description="null: goes on at the end of the day")]
    closure: Closure
    subjects: Annotated[tuple[str, ...], Meta(description="work:ID, incident:ID on it")] = ()
    is_planned: Annotated[bool, Meta(description="ahead of now, by the works' own times")] = False


class LinkDay(Row, kw_only=True):
    """A day of a link up to a moment, by quarter hours."""

    id: str
    now_ms: Ms
    at_ms: Annotated[Ms, Meta(description="the moment the day ends with")]
    from_ms: Ms
    step_ms: int
    free_flow_kmh: Kmh
    times_ms: Annotated[list[int], Meta(description="when each quarter hour ends, Unix ms")]
    speed_kmh: Annotated[list[Kmh | None], NeverNought]
    passages: Annotated[list[int], Meta(description="buses that drove all of it")]
    usual_kmh: Annotated[list[Kmh | None], NeverNought]
    usual_low_kmh: Annotated[list[Kmh | None], Meta(description="8 of 10 lie between low and high")]
    usual_high_kmh: list[Kmh | None]
    closures: list[ClosedRow]
    is_measured: Annotated[bool, Meta(description="whether any speed of the day is known")]
    is_known: Annotated[bool, Meta(description="whether any, or any usual one, is known")]
    source: Annotated[PastSource, Meta(description="what it is read from")]
    simulated: bool


@Operation(
    "GET",
    "/api/v1/links/{id:.+}/day",
    "A day of one link up to `at`: speed by quarter hour, what is usual, closures, passages",
    {200: LinkDay},
    refusals=(400, 404, 503),
    parameters=(
        Parameter("id", "link id"),
        Parameter("at", "Unix ms the day ends with, up to 14 days ahead; default: now", int),
    ),
    may=Permission.SEE,
)
async def get_link_day(request: web.Request) -> web.StreamResponse:
    """What is ahead of now has its usual speeds and the closures that are planned; what only the
    history on disk has, no usual ones.
    """
    context, link_id = request.app[CONTEXT], request.match_info["id"]
    link = context.network.link(link_id)
    if link is None:
        raise not_found("kind.link", link_id)
    now_ms = context.live.now_ms()
    at_ms = time_asked(request, now_ms)
    first_ms, window = await request.app[ARCHIVE].first_ms(), window_of(at_ms)
    if is_archived("at", at_ms, now_ms, context.settings.history_days, first_ms):
        found = await _archived(request, link, window)
    else:
        found = await _told(request, link_id, window, now_ms)
    is_simulated = context.is_simulated
    body = _day_of(link, window, found, now_ms=now_ms, is_simulated=is_simulated)
    return packed_answer(request, body)


class _Found(NamedTuple):
    """What is known of a link's day, and from what."""

    speeds: list[float | None]
    passages: list[int]
    usual: Band
    closed: list[ClosedTime]
    source: PastSource


def _day_of(
    link: Link, window: DayWindow, found: _Found, *, now_ms: int, is_simulated: bool
) -> LinkDay:
    usual = found.usual
    return LinkDay(
        id=link.id,
        now_ms=now_ms,
        at_ms=window.at_ms,
        from_ms=window.from_ms,
        step_ms=QUARTER_MS,
        free_flow_kmh=link.free_flow_kmh,
        times_ms=window.times_ms,
        speed_kmh=found.speeds,
        passages=found.passages,
        usual_kmh=[*usual.usual_kmh],
        usual_low_kmh=[*usual.low_kmh],
        usual_high_kmh=[*usual.high_kmh],
        closures=[filled(ClosedRow, each) for each in found.closed],
        is_measured=any(each is not None for each in found.speeds),
        is_known=any(each is not None for each in (*found.speeds, *usual.usual_kmh)),
        source=found.source,
        simulated=is_simulated,
    )


async def _told(request: web.Request, link_id: str, window: DayWindow, now_ms: int) -> _Found:
    """A day that the store has, and of what is ahead what is usual and planned."""
    context, at_ms = request.app[CONTEXT], window.at_ms
    if context.live.store_state == LOST:
        raise lost()
    store, seen_ms = context.live.store, min(at_ms, now_ms)
    is_holiday = korean_holidays()
    places = [place_of(number, is_holiday) for number in window.numbers]
    async with request.app[BUSY]:
        try:
            told_ms = min(now_ms, at_ms + TOLD_WITHIN_MS)
            told = await store.quarters([link_id], window.from_ms, told_ms)
            usual = band((await store.usual_of([link_id], places))[link_id])
            then = await store.link_over(link_id, window.from_ms, seen_ms)
        except LOSSES:
            raise lost() from None
    speeds, passages = measured(window, told.get(link_id, {}))
    closed = closed_times(then, window.from_ms)
    if at_ms > now_ms:
        closed = _until(closed, now_ms)
        closed += planned_times(context.live.picture.works, link_id, now_ms, at_ms)
    return _Found(speeds, passages, usual, closed, "redis")


async def _archived(request: web.Request, link: Link, window: DayWindow) -> _Found:
    """A day that only the history has: its measured minutes, and no usual speed of then."""
    times_ms = window.times_ms
    place = request.app[CONTEXT].network.index[link.id]
    past = await request.app[ARCHIVE].link(place, window.from_ms, times_ms[-1])
    speeds = [past.minutes.mean_kmh(ms - QUARTER_MS, ms) for ms in times_ms]
    driven = Counter((ms - window.from_ms) // QUARTER_MS for ms in past.passages_ms)
    closed = past.minutes.closed()
    views = [(ms, LinkView(closure=closure)) for ms, closure in closed if ms < window.at_ms]
    unknown = (None,) * len(times_ms)
    return _Found(
        speeds,
        [driven[number] for number in range(len(times_ms))],
        Band(unknown, unknown, unknown),
        closed_times(views, window.from_ms),
        "history",
    )


def time_asked(request: web.Request, now_ms: int) -> int:
    """The time of `at`; 400 for what is no time, or lies too far ahead."""
    only_known(request.query, ("at",))
    at_ms = time_of(request.query, "at", now_ms)
    if at_ms > now_ms + AHEAD_DAYS * DAY_MS:
        raise bad_parameter("at", str(at_ms), "must.within_days", days=AHEAD_DAYS)
    return at_ms


def _until(closed: list[ClosedTime], now_ms: int) -> list[ClosedTime]:
    """What goes on is known up to now; what is planned says the rest."""
    return [
        ClosedTime(x.from_ms, x.until_ms or now_ms, x.closure, x.subjects, x.is_planned)
        for x in closed
    ]
