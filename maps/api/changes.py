"""What changed since a time: the shift's beginning, or the last look."""

import msgspec
from aiohttp import web

from maps.api.context import CONTEXT, JSON, Context
from maps.api.operation import Operation, Parameter
from maps.api.past import BUSY, lost
from maps.http.answers import NO_STORE, answer, body_of
from maps.past.changes import Change, changes, first_page, subjects_of
from maps.past.moments import check_history, missing, only_known, time_of
from maps.past.pictures import FEED
from maps.picture import bodies, shapes
from maps.picture.catch_up import LOSSES
from maps.picture.fields import filled
from maps.picture.loop import LOST
from streams.state.decoding import Remembered


class ChangeRow(msgspec.Struct):
    """One line: what happened to a subject ("work:ID") when; its links by index."""

    at_ms: int
    subject: str
    kinds: tuple[str, ...]
    ko: str
    en: str
    links: list[int]


class Changes(msgspec.Struct):
    """What changed, the oldest first, `total` in all; `next_since_ms` asks on, null: no more."""

    now_ms: int
    since_ms: int
    until_ms: int
    total: int
    next_since_ms: int | None
    changes: list[ChangeRow]


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
            before, since = await _read_changes(context, since_ms)
        except LOSSES:
            raise lost() from None
    found = changes(before, since, since_ms=since_ms, until_ms=until_ms, now_ms=now_ms)
    page, next_ms = first_page(found)
    rows = [_row(change, context) for change in page]
    body = Changes(now_ms, since_ms, until_ms, len(found), next_ms, rows)
    return answer(request, body_of(bodies.encode(body), JSON), cache=NO_STORE)


async def _read_changes(
    context: Context, since_ms: int
) -> tuple[dict[str, Remembered], dict[str, list[Remembered]]]:
    """What was known of each subject at the beginning, and what came after; of every feed, for a
    feed that fell silent is news without an entry.
    """
    store = context.live.store
    feeds = [name for name in await store.changed_since(0) if name.startswith(FEED)]
    names = [*dict.fromkeys([*subjects_of(await store.changed_since(since_ms)), *feeds])]
    return await store.past(names, since_ms), await store.pasts_since(names, since_ms)


def _row(change: Change, context: Context) -> ChangeRow:
    return filled(ChangeRow, change, links=shapes.known_links(change.links, context.network))


OPERATIONS = (
    Operation(
        method="GET",
        path="/api/v1/changes",
        handler=get_changes,
        summary="What changed after `since`: works, closures, incidents, feeds; at most 500",
        answers={200: Changes},
        refusals=(400, 503),
        parameters=(
            Parameter("since", "Unix ms, needed", int),
            Parameter("until", "Unix ms, default: now", int),
        ),
    ),
)
