"""Calls: the desk logs one, reads the call-back list, and ticks one off."""

import logging
import uuid
from collections.abc import AsyncIterator
from typing import Annotated

import msgspec
from aiohttp import web

from maps.access.guard import client_of
from maps.access.roles import Permission
from maps.api.context import CONTEXT, Context
from maps.api.operation import Operation, Parameter, json_answer
from maps.api.posted import INTAKE, Paces, read_body, tell
from maps.api.recorded import counted, recorded
from maps.desk.asking.callbacks import OpenCall, open_calls
from maps.http.refusals import RequestRefusedError, bad_parameter, not_found
from maps.picture.loop import OK
from maps.picture.picture import StoreState
from maps.picture.text import short
from streams.contract import topics, wire
from streams.contract.arrival import MAX_AHEAD_MS
from streams.contract.enums import AccessAction
from streams.contract.errors import RecordRefusedError
from streams.contract.records import Call, CallDone
from streams.kafka.intake import Intake
from streams.people import without_people

log = logging.getLogger(__name__)
CALLS_A_MINUTE = 60
LATE_MS = 10_000  # a picture further behind says nothing of now
PACE = web.AppKey("call_pace", Paces)

Lon = Annotated[float, msgspec.Meta(ge=-180, le=180)]
Lat = Annotated[float, msgspec.Meta(ge=-90, le=90)]
LinkIds = Annotated[tuple[str, ...], msgspec.Meta(max_length=wire.MAX_CALL_LINKS)]


class CallBody(msgspec.Struct, forbid_unknown_fields=True):
    """What the desk sends. A body sent again bears the same `call_id` and counts once."""

    title: str
    link_ids: LinkIds = ()
    lon: Lon | None = None
    lat: Lat | None = None
    reference: str = ""
    closed: LinkIds = ()
    call_id: str = ""


class CallTaken(msgspec.Struct):
    """The log has the call."""

    call_id: str


class OpenCalls(msgspec.Struct):
    """The call-back list, newest first; `due`: how many are to be called back now."""

    now_ms: int
    clock_ms: int | None
    store: StoreState
    due: int
    calls: list[OpenCall]


class NoBody(msgspec.Struct, forbid_unknown_fields=True):
    """Nothing to say."""


def add_calls(app: web.Application) -> None:
    """What the calls' handlers need; the sender connects at the first call."""
    app[PACE] = Paces(CALLS_A_MINUTE)
    app[INTAKE] = Intake(app[CONTEXT].settings)
    app.cleanup_ctx.append(_intake)


async def _intake(app: web.Application) -> AsyncIterator[None]:
    yield
    await app[INTAKE].close()


@Operation(
    "POST",
    "/api/v1/calls",
    "Log a call at a place, without anything about the caller",
    {202: CallTaken},
    refusals=(400, 403, 413, 415, 429, 503),
    takes=CallBody,
    may=Permission.ANSWER,
    records=AccessAction.ACT,
    does="call.take",
    names_subject=True,
)
async def post_call(request: web.Request) -> web.StreamResponse:
    """202 with the call's id once the log has it."""
    body = await read_body(request, CallBody)
    context = request.app[CONTEXT]
    call = call_of(body, context, call_id=body.call_id or uuid.uuid4().hex)
    request.app[PACE].take(client_of(request))
    counted(request, 1, call.call_id)
    await recorded(request)
    await tell(request, topics.CALLS, call)
    return json_answer(CallTaken(call.call_id), status=202)


def call_of(body: CallBody, context: Context, *, call_id: str) -> Call:
    """The call in a body; raises RequestRefusedError for what the log would refuse.

    A title is a place's own, maybe a feed's text: it is cut, and numbers of persons leave it. The
    동 is what the gazetteer says of the place's point; whoever calls says none.
    """
    _check_links("link_ids", body.link_ids, context)
    _check_links("closed", body.closed, context)
    call = Call(
        call_id=call_id,
        received_ms=context.live.now_ms(),
        title=short(without_people(body.title), wire.MAX_TITLE),
        link_ids=body.link_ids,
        lon=body.lon,
        lat=body.lat,
        reference=body.reference.strip(),
        closed=body.closed,
        dong=_dong(body, context),
    )
    try:
        wire.decode(wire.encode(call))
    except RecordRefusedError as refusal:
        raise _refused(refusal) from None
    return call


def _dong(body: CallBody, context: Context) -> str:
    if body.lon is None or body.lat is None:
        return ""
    return context.finder.addresses.dong_of((body.lon, body.lat))[: wire.MAX_DONG]


def _check_links(name: str, link_ids: tuple[str, ...], context: Context) -> None:
    for link_id in link_ids:
        if link_id not in context.network.index:
            raise bad_parameter(name, link_id, "must.known_link")


def _refused(refusal: RecordRefusedError) -> RequestRefusedError:
    """400 that says what a title and a reference may be, and repeats neither."""
    if refusal.code != "R020":
        return RequestRefusedError(400, "refused.bad_body.value", reason=str(refusal))
    if refusal.detail.startswith("title"):
        return RequestRefusedError(400, "refused.bad_title")
    return RequestRefusedError(400, "refused.bad_reference")


@Operation(
    "GET",
    "/api/v1/calls",
    "Open calls, newest first, and who is to be called back",
    {200: OpenCalls},
    may=Permission.ANSWER,
    records=AccessAction.LOOK,
    does="call.list",
    is_one_look=True,
)
async def get_calls(request: web.Request) -> web.StreamResponse:
    """Open calls, newest first; `due`: all that was closed is open again, call back."""
    context = request.app[CONTEXT]
    live = context.live
    now_ms, picture = live.now_ms(), live.picture
    clock_ms = picture.clock_ms
    is_known = (
        live.store_state == OK
        and clock_ms is not None
        and -MAX_AHEAD_MS <= now_ms - clock_ms <= LATE_MS
    )
    calls = open_calls(picture, context.network, now_ms=now_ms, is_known=is_known)
    counted(request, len(calls))
    due = sum(call.due for call in calls)
    return json_answer(OpenCalls(now_ms, clock_ms, live.store_state, due, calls))


@Operation(
    "POST",
    "/api/v1/calls/{id}/done",
    "The desk has called back",
    {202: CallTaken},
    refusals=(400, 403, 404, 413, 415, 429, 503),
    parameters=(Parameter("id", "call id"),),
    takes=NoBody,
    may=Permission.ANSWER,
    records=AccessAction.ACT,
    does="call.done",
    subject="id",
)
async def post_done(request: web.Request) -> web.StreamResponse:
    """202 once the log has that the desk called back; again for a call that is done already."""
    await read_body(request, NoBody)
    context = request.app[CONTEXT]
    call_id = request.match_info["id"]
    call = context.live.picture.calls.get(call_id)
    if call is None:
        raise not_found("kind.call", call_id)
    if not call.done_ms:
        request.app[PACE].take(client_of(request))
        await tell(request, topics.CALLS, CallDone(call_id, context.live.now_ms()))
    return json_answer(CallTaken(call_id), status=202)
