"""What changed since a time: the shift's beginning, or the last look."""

from typing import Annotated, NamedTuple

from aiohttp import web
from msgspec import Meta

from maps.access.roles import Permission
from maps.api.context import CONTEXT
from maps.api.operation import Operation, Parameter, packed_answer
from maps.api.past import BUSY, lost
from maps.http.refusals import not_found
from maps.past.changes import changes, feed_statuses, first_page, subjects_of
from maps.past.moments import check_history, missing, only_known, time_of
from maps.past.pictures import FEED
from maps.picture import shapes
from maps.picture.catch_up import LOSSES
from maps.picture.fields import LinkIndexes, Ms, Row, filled
from maps.picture.loop import LOST
from streams.contract.enums import FeedStatus
from streams.contract.times import DAY_MS
from streams.domain.stages.feeds import FeedState
from streams.state.kinds import Remembered
from streams.state.store import Store
from streams.words.spoken import OwnText, Spoken


class ChangeRow(Row, kw_only=True, metaclass=Spoken):
    """One line: what happened to a subject when."""

    at_ms: Ms
    subject: Annotated[str, Meta(description="work:ID, incident:ID, closure:ID, feed:NAME")]
    kinds: Annotated[tuple[str, ...], Meta(description="what happened, as codes")]
    text: OwnText
    links: LinkIndexes


class Changes(Row):
    """What changed, the oldest first; `next_since_ms` asks on where there is more."""

    now_ms: Ms
    since_ms: Ms
    until_ms: Ms
    total: int
    next_since_ms: Ms | None
    changes: list[ChangeRow]


@Operation(
    "GET",
    "/api/v1/changes",
    "What changed after `since`: works, closures, incidents, feeds; at most 500",
    {200: Changes},
    refusals=(400, 503),
    parameters=(
        Parameter("since", "Unix ms, needed", int),
        Parameter("until", "Unix ms, default: now", int),
    ),
    may=Permission.SEE,
)
async def get_changes(request: web.Request) -> web.StreamResponse:
    """What changed after `since`, the oldest first; `next_since_ms` asks on where there is more."""
    context = request.app[CONTEXT]
    only_known(request.query, ("since", "until"))
    if "since" not in request.query:
        raise missing("since")
    now_ms = context.live.now_ms()
    since_ms = time_of(request.query, "since", now_ms)
    until_ms = min(time_of(request.query, "until", now_ms), now_ms)
    check_history("since", since_ms, now_ms, context.settings.history_days)
    if context.live.store_state == LOST:
        raise lost()
    async with request.app[BUSY]:
        try:
            before, since = await read_changes(context.live.store, since_ms)
        except LOSSES:
            raise lost() from None
    found = changes(before, since, since_ms=since_ms, until_ms=until_ms, now_ms=now_ms)
    page, next_ms = first_page(found)
    rows = [
        filled(
            ChangeRow,
            change,
            text=change.text,
            links=shapes.known_links(change.links, context.network),
        )
        for change in page
    ]
    return packed_answer(request, Changes(now_ms, since_ms, until_ms, len(found), next_ms, rows))


class FeedSpan(NamedTuple):
    """Since when, and how."""

    since_ms: int
    status: FeedStatus


class FeedDay(Row):
    """How a feed was over the last 24 hours, the oldest first; before the first nothing is known.
    A silence shows two periods and a minute after it began.
    """

    feed: str
    since_ms: Ms
    until_ms: Ms
    spans: list[FeedSpan]


@Operation(
    "GET",
    "/api/v1/feeds/{feed}/day",
    "How a feed was over the last 24 hours",
    {200: FeedDay},
    refusals=(404, 503),
    may=Permission.SEE,
)
async def get_feed_day(request: web.Request) -> web.StreamResponse:
    context, feed = request.app[CONTEXT], request.match_info["feed"]
    if context.live.store_state == LOST:
        raise lost()
    if feed not in context.live.picture.feeds:
        raise not_found("kind.feed", feed)
    until_ms, subject = context.live.now_ms(), f"{FEED}{feed}"
    since_ms = until_ms - DAY_MS
    try:
        before = (await context.live.store.past([subject], since_ms)).get(subject, (0, None))
        entries = await context.live.store.past_since(subject, since_ms)
    except LOSSES:
        raise lost() from None
    run = [(at_ms, row if isinstance(row, FeedState) else None) for at_ms, row in entries]
    first = before[1] if isinstance(before[1], FeedState) else None
    found = feed_statuses([(before[0], first), *run], until_ms)
    spans = [FeedSpan(max(since_ms, from_ms), now) for from_ms, now in found]
    return packed_answer(request, FeedDay(feed, since_ms, until_ms, spans))


async def read_changes(
    store: Store, since_ms: int
) -> tuple[dict[str, Remembered], dict[str, list[Remembered]]]:
    """What was known of each subject at the beginning, and what came after; of every feed, for a
    feed that fell silent is news without an entry.
    """
    feeds = [name for name in await store.changed_since(0) if name.startswith(FEED)]
    names = [*dict.fromkeys([*subjects_of(await store.changed_since(since_ms)), *feeds])]
    return await store.past(names, since_ms), await store.pasts_since(names, since_ms)
