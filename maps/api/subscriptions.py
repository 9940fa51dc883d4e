"""Subscriptions over HTTP: what `python -m streams subscriptions` does, with the admin's key."""

import logging
import secrets as random
from collections.abc import Mapping

from aiohttp import web
from msgspec import UNSET

from maps.access.roles import Permission
from maps.api.away import store_needed
from maps.api.context import CONTEXT, Context
from maps.api.operation import ADMIN_KEY, Operation, Parameter, json_answer
from maps.api.posted import read_body, tell
from maps.api.recorded import counted, recorded
from maps.api.subscription_bodies import (
    ChangeBody,
    EndpointBody,
    NewBody,
    RotateBody,
    SubscriptionBody,
    SubscriptionsBody,
    body_of,
    given_of,
)
from maps.http.refusals import RequestRefusedError, not_found
from maps.picture.catch_up import LOSSES
from streams.contract import topics
from streams.contract.enums import AccessAction
from streams.contract.errors import RecordRefusedError, SettingsError, SubscriptionError
from streams.contract.key_file import keys_now
from streams.contract.keys import Key, Purpose
from streams.contract.subscription import Subscription
from streams.contract.subscription_checks import check_room
from streams.delivery.deciding.secrets import endpoint_secret
from streams.domain.subscriptions.changes import added, changed, checked, removed, rotated
from streams.state.folded import is_folded
from streams.state.store import Store

log = logging.getLogger(__name__)
SETTLED_WITHIN_S = 3.0


_ALL, _ONE = "/api/v1/subscriptions", "/api/v1/subscriptions/{endpoint}"
_ENDPOINT = (Parameter("endpoint", "ep_..."),)


@Operation(
    "GET",
    _ALL,
    "Every endpoint and what it receives",
    {200: SubscriptionsBody},
    refusals=(401, 403, 429, 503),
    needs=ADMIN_KEY,
    may=Permission.SUBSCRIBE,
    records=AccessAction.LOOK,
    does="endpoint.list",
    is_one_look=True,
)
async def get_subscriptions(request: web.Request) -> web.StreamResponse:
    """Every subscription, by title; no secret."""
    rows = await _rows(request)
    counted(request, len(rows))
    listed = sorted(rows.values(), key=lambda each: (each.title, each.endpoint))
    return json_answer(SubscriptionsBody([body_of(each) for each in listed]))


@Operation(
    "GET",
    _ONE,
    "One endpoint",
    {200: SubscriptionBody},
    refusals=(401, 403, 404, 429, 503),
    parameters=_ENDPOINT,
    needs=ADMIN_KEY,
    may=Permission.SUBSCRIBE,
    records=AccessAction.LOOK,
    does="endpoint.look",
    subject="endpoint",
    is_one_look=True,
)
async def get_subscription(request: web.Request) -> web.StreamResponse:
    return json_answer(body_of(await _known(request)))


@Operation(
    "POST",
    _ALL,
    "A new endpoint; its secret is shown here and never again",
    {201: SubscriptionBody, 202: SubscriptionBody},
    refusals=(400, 401, 403, 413, 415, 429, 503),
    takes=NewBody,
    needs=ADMIN_KEY,
    may=Permission.SUBSCRIBE,
    records=AccessAction.ACT,
    does="endpoint.add",
    names_subject=True,
)
async def post_subscription(request: web.Request) -> web.StreamResponse:
    body = await read_body(request, NewBody)
    context = request.app[CONTEXT]
    key = _key(context)
    rows = await _rows(request)
    made = added(f"ep_{random.token_hex(8)}", given_of(body), context.live.now_ms())
    with _Refusing():
        check_room(len(rows))
        made = checked(made, context.network, context.settings.webhook_networks)
    counted(request, 1, made.endpoint)
    await recorded(request)
    return await _written(request, made, key=key, status=201)


@Operation(
    "PATCH",
    _ONE,
    "Change what is named, leave the rest",
    {200: SubscriptionBody, 202: SubscriptionBody},
    refusals=(400, 401, 403, 404, 413, 415, 429, 503),
    takes=ChangeBody,
    parameters=_ENDPOINT,
    needs=ADMIN_KEY,
    may=Permission.SUBSCRIBE,
    records=AccessAction.ACT,
    does="endpoint.change",
    subject="endpoint",
)
async def patch_subscription(request: web.Request) -> web.StreamResponse:
    body = await read_body(request, ChangeBody)
    context = request.app[CONTEXT]
    made = changed(await _known(request), given_of(body), context.live.now_ms())
    with _Refusing():
        made = checked(made, context.network, context.settings.webhook_networks)
    return await _written(request, made)


@Operation(
    "POST",
    f"{_ONE}/rotate",
    "The next secret, shown here and never again; the one before signs 24 h more",
    {200: SubscriptionBody, 202: SubscriptionBody},
    refusals=(400, 401, 403, 404, 413, 415, 429, 503),
    takes=RotateBody,
    parameters=_ENDPOINT,
    needs=ADMIN_KEY,
    may=Permission.SUBSCRIBE,
    records=AccessAction.KEY,
    does="endpoint.rotate",
    subject="endpoint",
)
async def post_rotation(request: web.Request) -> web.StreamResponse:
    body = await read_body(request, RotateBody)
    context = request.app[CONTEXT]
    key = _key(context)
    known = await _known(request)
    made = rotated(known, context.live.now_ms(), is_leaked=body.is_leaked)
    return await _written(request, made, key=key)


@Operation(
    "DELETE",
    _ONE,
    "No more messages",
    {200: EndpointBody, 202: EndpointBody},
    refusals=(401, 403, 404, 429, 503),
    parameters=_ENDPOINT,
    needs=ADMIN_KEY,
    may=Permission.SUBSCRIBE,
    records=AccessAction.DELETE,
    does="endpoint.remove",
    subject="endpoint",
)
async def delete_subscription(request: web.Request) -> web.StreamResponse:
    now_ms = request.app[CONTEXT].live.now_ms()
    return await _written(request, removed(await _known(request), now_ms))


class _Refusing:
    """Makes what the rules refuse a 400 that says the field and its bound."""

    def __enter__(self) -> None: ...

    def __exit__(self, _type: object, error: BaseException | None, _traceback: object) -> None:
        if isinstance(error, SubscriptionError | RecordRefusedError):
            raise RequestRefusedError(400, "refused.bad_subscription", reason=str(error)) from None


def _key(context: Context) -> Key:
    try:
        return keys_now(context.settings).current(Purpose.WEBHOOKS)
    except SettingsError:
        raise RequestRefusedError(503, "refused.no_secret", purpose=Purpose.WEBHOOKS) from None


async def _rows(request: web.Request) -> Mapping[str, Subscription]:
    with store_needed():
        return await request.app[CONTEXT].live.store.subscriptions()


async def _known(request: web.Request) -> Subscription:
    endpoint = request.match_info["endpoint"]
    rows = await _rows(request)
    if endpoint not in rows:
        raise not_found("kind.endpoint", endpoint)
    return rows[endpoint]


async def _written(
    request: web.Request, made: Subscription, *, key: Key | None = None, status: int = 200
) -> web.StreamResponse:
    """Write it to the log; `status` once it holds, 202 when no worker has folded it within 3 s."""
    with _Refusing():
        await tell(request, topics.SUBSCRIPTIONS, made)
    secret = endpoint_secret(key.secret, made.endpoint, made.secret_generation) if key else UNSET
    body = EndpointBody(made.endpoint) if made.is_removed else body_of(made, secret)
    is_settled = await _is_settled(request.app[CONTEXT].live.store, made)
    return json_answer(body, status=status if is_settled else 202)


async def _is_settled(store: Store, made: Subscription) -> bool:
    try:
        return await is_folded(lambda: store.shows(made), within_s=SETTLED_WITHIN_S)
    except LOSSES:
        return False
