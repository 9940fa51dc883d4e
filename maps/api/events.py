"""Events: what a receiver missed while it slept, in the order it was decided."""

from dataclasses import replace

import msgspec
from aiohttp import web

from maps.access.roles import Permission
from maps.api.context import CONTEXT, JSON, Context
from maps.api.operation import Operation, Parameter
from maps.http.answers import NO_STORE, answer, body_of
from maps.http.refusals import RequestRefusedError, bad_parameter, not_found
from maps.past.moments import only_known
from maps.picture import bodies
from maps.picture.catch_up import LOSSES
from maps.picture.events import AlertPage, Cursor, Wanted, newest, page_after, parse_cursor
from maps.picture.loop import OK
from streams.contract.enums import AlertEvent, RuleName
from streams.contract.subscription import Subscription
from streams.delivery.deciding.matching import matches
from streams.delivery.deciding.message import AlertMessage, message_of
from streams.domain.alerts import Alert

LATEST = "latest"


class Events(msgspec.Struct):
    """Up to 100 alerts; `next` is the cursor to ask on with, `more` whether there are more now."""

    now_ms: int
    events: list[AlertMessage]
    next: str
    more: bool


@Operation(
    "GET",
    "/api/v1/events",
    "Alerts after a cursor, in the order they were decided",
    {200: Events},
    refusals=(400, 404, 410, 503),
    parameters=(
        Parameter("after", "`next` of an answer; `latest`: from now on; none: the oldest kept"),
        Parameter("endpoint", "only what this endpoint receives"),
    ),
    may=Permission.SEE,
)
async def get_events(request: web.Request) -> web.StreamResponse:
    """Up to 100 alerts after the cursor `after` (none: the oldest kept; `latest`: none yet).

    The bodies are those of the messages, without a crew's link. `next` is the cursor to ask on
    with. 410 when what followed the cursor is not kept any more.
    """
    context = request.app[CONTEXT]
    only_known(request.query, ("after", "endpoint"))
    if context.live.store_state != OK:
        raise _away()
    try:
        page = await _page(request, context)
    except LOSSES:
        raise _away() from None
    body = Events(
        now_ms=context.live.now_ms(),
        events=[_event(alert, context) for alert in page.alerts],
        next=str(page.cursor),
        more=page.is_more,
    )
    return answer(request, body_of(bodies.encode(body), JSON), cache=NO_STORE)


async def _page(request: web.Request, context: Context) -> AlertPage:
    store = context.live.store
    after = request.query.get("after", "")
    if after == LATEST:
        return AlertPage([], await newest(store), is_more=False)
    wanted = await _wanted(request.query.get("endpoint", ""), context)
    page = await page_after(store, _cursor(after, store.partitions), wanted)
    if page is None:
        raise RequestRefusedError(410, "refused.cursor_gone")
    return page


def _cursor(text: str, partitions: int) -> Cursor:
    cursor = parse_cursor(text, partitions)
    if cursor is None:
        raise bad_parameter("after", text, "must.cursor")
    return cursor


async def _wanted(endpoint: str, context: Context) -> Wanted:
    """What an endpoint hears; every alert without one. Published reports are listed elsewhere."""
    if not endpoint:
        return lambda alert: alert.rule is not RuleName.REPORT
    known = (await context.live.store.subscriptions()).get(endpoint)
    if known is None:
        raise not_found("kind.endpoint", endpoint)
    return lambda alert: alert.rule is not RuleName.REPORT and is_heard(known, alert, context)


def is_heard(known: Subscription, alert: Alert, context: Context) -> bool:
    """Whether it matches; an end does whatever its gravity, for an earlier word may have been
    graver.
    """
    asked = replace(known, severities=()) if alert.word is AlertEvent.END else known
    return matches(asked, alert, context.network)


def _event(alert: Alert, context: Context) -> AlertMessage:
    return message_of(
        alert,
        expires_ms=alert.at_ms + context.settings.alert_expiry_s * 1000,
        public_url=context.settings.public_url.rstrip("/"),
        is_simulated=context.is_simulated,
    )


def _away() -> RequestRefusedError:
    return RequestRefusedError(503, "refused.store_away.events")
