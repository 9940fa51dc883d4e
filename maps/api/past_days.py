"""Which days of the past can be looked at, and from what."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated

from aiohttp import web
from msgspec import Meta

from maps.access.roles import Permission
from maps.api.context import CONTEXT
from maps.api.operation import Operation, packed_answer
from maps.api.past import ARCHIVE, PastReason, PastSource, remembered_ms
from maps.past.archive import LINKS
from maps.past.moments import only_known
from maps.picture.fields import Ms, Row
from streams.contract.times import DAY_MS, day_of
from streams.history.files import DayFiles

Day = Annotated[str, Meta(description="a day in Korea, 2026-11-28")]


class PastDayRow(Row, kw_only=True):
    """A day, or a gap: `source` is then empty, and `reason` says why."""

    day: Day
    source: Annotated[tuple[PastSource, ...], Meta(description="what has it: none in a gap")]
    reason: PastReason = ""
    lacks: Annotated[
        tuple[str, ...], Meta(description="tables of the history that are damaged")
    ] = ()


class PastDays(Row, kw_only=True):
    """The days of the past from the first that is kept to today, the oldest first."""

    now_ms: Ms
    today: Day
    history: Annotated[
        str, Meta(description="ready, no_folder (BOMNAE_HISTORY), no_extra (history), empty")
    ]
    redis_from_ms: Annotated[int, Meta(description="since when the store answers, Unix ms")]
    days: list[PastDayRow]
    simulated: bool


@Operation(
    "GET",
    "/api/v1/past/days",
    "Which days of the past can be looked at, from what, and the gaps between them",
    {200: PastDays},
    refusals=(400,),
    may=Permission.SEE,
)
async def get_past_days(request: web.Request) -> web.StreamResponse:
    """A day of the store begins with what it remembers first, or as far back as it keeps."""
    only_known(request.query, ())
    context, archive = request.app[CONTEXT], request.app[ARCHIVE]
    now_ms = context.live.now_ms()
    store_ms = await remembered_ms(context)
    archive.warm()
    kept_ms = now_ms - context.settings.history_days * DAY_MS
    from_ms = max(kept_ms, now_ms if store_ms is None else store_ms)
    body = PastDays(
        now_ms=now_ms,
        today=str(day_of(now_ms)),
        history=await archive.state(),
        redis_from_ms=from_ms,
        days=rows_of(await archive.days(), day_of(from_ms), day_of(now_ms)),
        simulated=context.is_simulated,
    )
    return packed_answer(request, body)


def rows_of(files: Mapping[str, DayFiles], store_from: date, today: date) -> list[PastDayRow]:
    """Each day from the first that anything has to today."""
    first = min([store_from, *map(date.fromisoformat, files)])
    days = (first + timedelta(days=n) for n in range((today - first).days + 1))
    return [_row(day, files.get(str(day)), is_in_store=store_from <= day) for day in days]


def _row(day: date, files: DayFiles | None, *, is_in_store: bool) -> PastDayRow:
    damaged = files.damaged if files else frozenset[str]()
    source: list[PastSource] = ["redis"] if is_in_store else []
    if files and files.files.get(LINKS):
        source.append("history")
    reason: PastReason = "" if source else "damaged" if LINKS in damaged else "no_record"
    return PastDayRow(
        day=str(day), source=tuple(source), reason=reason, lacks=tuple(sorted(damaged))
    )
