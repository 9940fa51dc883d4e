"""Closures by hand: read, made, corrected, ended, undone; and the office's word on a feed's."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from aiohttp import web

from maps.access.guard import client_of, who_of
from maps.access.roles import Permission
from maps.api.closure_bodies import (
    ClosureActBody,
    ClosureConflict,
    ClosureDetail,
    ClosureReading,
    ClosuresBody,
    ClosureTaken,
    ClosureTroubles,
    CorrectBody,
    FieldTrouble,
    LeftOut,
    MakeBody,
    TermsGiven,
    WayRound,
    WordBody,
    WordTaken,
)
from maps.api.closure_terms import Terms, read_terms
from maps.api.context import CONTEXT, Context
from maps.api.desk import DESK
from maps.api.operation import ErrorDetail, Operation, Parameter, json_answer, packed_answer
from maps.api.posted import Paces, answered_soon, read_body, tell
from maps.api.recorded import counted, recorded
from maps.closing.effects import StopLeftOut, left_out, round_of
from maps.crew import taps
from maps.desk.facts.ways import DetourFinder, closed_links
from maps.http.refusals import RequestRefusedError, not_found
from maps.picture.fields import filled
from maps.picture.shapes import ClosureTerms, HandClosureRow, hand_closure_row, known_links
from maps.picture.text import shown
from streams.contract import topics, wire
from streams.contract.enums import (
    AccessAction,
    Closure,
    ClosureAct,
    Phase,
    Reporter,
    SiteStatus,
)
from streams.contract.errors import RecordRefusedError
from streams.contract.hand_closure import HandClosure
from streams.contract.records import IncidentReport, SiteReport
from streams.domain.stages.closures import ClosureRow, has_act, version_of
from streams.domain.works.moves import after_report
from streams.geo.network import Network
from streams.words.catalogue import phrase
from streams.words.spoken import in_each

ACTS_A_MINUTE = 60
PACE = web.AppKey("closure_pace", Paces)
_ID = (Parameter("id", "id of the closure"),)
_ACTED: Mapping[int, object] = {202: ClosureTaken, 409: ClosureConflict}
_SENT = {**_ACTED, 422: ClosureTroubles}


def add_closures(app: web.Application) -> None:
    """What the handlers need beside the calls' sender and the desk's road graph."""
    app[PACE] = Paces(ACTS_A_MINUTE)


@Operation(
    "GET",
    "/api/v1/closures",
    "Closures by hand: standing, later, ended in the last day; each with its versions",
    {200: ClosuresBody},
    may=Permission.SEE,
)
async def get_closures(request: web.Request) -> web.StreamResponse:
    context = request.app[CONTEXT]
    rows: dict[Phase, list[HandClosureRow]] = {each: [] for each in Phase}
    for name, row in sorted(context.live.picture.hand_closures.items()):
        rows[row.phase].append(hand_closure_row(name, row, context.network))
    body = ClosuresBody(
        now_ms=context.live.now_ms(),
        standing=sorted(rows[Phase.ACTIVE], key=lambda row: (-row.starts_ms, row.id)),
        later=sorted(rows[Phase.PLANNED], key=lambda row: (row.starts_ms, row.id)),
        ended=sorted(rows[Phase.FINISHED], key=lambda row: (-row.over_ms, row.id)),
    )
    return packed_answer(request, body)


@Operation(
    "GET",
    "/api/v1/closures/{id}",
    "One closure by hand, the way round it, and the bus stops it leaves out",
    {200: ClosureDetail},
    refusals=(404,),
    parameters=_ID,
    may=Permission.SEE,
)
async def get_closure(request: web.Request) -> web.StreamResponse:
    context = request.app[CONTEXT]
    row = _known(request)
    way, stops = await _effects(request, row.closure, row.links)
    shape = hand_closure_row(row.closure_id, row, context.network)
    return packed_answer(request, ClosureDetail(closure=shape, round=way, stops=stops))


@Operation(
    "POST",
    "/api/v1/closures/read",
    "What a closure in words and fields means; nothing is recorded",
    {200: ClosureReading},
    refusals=(400, 403, 413, 415),
    takes=TermsGiven,
    may=Permission.CLOSE,
)
async def post_read(request: web.Request) -> web.StreamResponse:
    body = await read_body(request, TermsGiven)
    context = request.app[CONTEXT]
    terms = await _terms(request, body)
    way, stops = await _effects(request, terms.closure, terms.link_ids)
    reading = filled(
        ClosureReading,
        terms,
        now_ms=context.live.now_ms(),
        links=known_links(terms.link_ids, context.network),
        troubles=_troubles(terms),
        round=way,
        stops=tuple(stops),
    )
    return packed_answer(request, reading)


@Operation(
    "POST",
    "/api/v1/closures",
    "A new closure, in words or in fields; the same closure_id again counts once",
    _SENT,
    refusals=(400, 403, 413, 415, 429, 503),
    takes=MakeBody,
    may=Permission.CLOSE,
    records=AccessAction.ACT,
    does="closure.make",
    names_subject=True,
)
async def post_closure(request: web.Request) -> web.StreamResponse:
    """202 once the log has it; 409 where another closure has the id; 422 names each field."""
    body = await read_body(request, MakeBody)
    counted(request, 1, body.closure_id)
    await recorded(request)
    known = request.app[CONTEXT].live.picture.hand_closures.get(body.closure_id)
    if known is not None and has_act(known, body.closure_id):
        return _taken(known.closure_id, 1, body.closure_id, is_shown=True)
    terms = await _terms(request, body)
    if terms.troubles:
        return _unread(terms)
    version = _version(request, terms, _Act(ClosureAct.MAKE, body.closure_id, body.by))
    return await _act(request, replace(version, closure_id=body.closure_id))


@Operation(
    "PATCH",
    "/api/v1/closures/{id}",
    "Another word on a closure; 409 with both versions where somebody was first",
    _SENT,
    refusals=(400, 403, 404, 413, 415, 429, 503),
    parameters=_ID,
    takes=CorrectBody,
    may=Permission.ACT,
    records=AccessAction.ACT,
    does="closure.change",
    subject="id",
)
async def patch_closure(request: web.Request) -> web.StreamResponse:
    body = await read_body(request, CorrectBody)
    known = _known(request)
    if has_act(known, body.act_id):
        return _taken(known.closure_id, body.version + 1, body.act_id, is_shown=True)
    terms = await _terms(request, body, known)
    if terms.troubles:
        return _unread(terms)
    version = _version(request, terms, _Act(ClosureAct.CORRECT, body.act_id, body.by, body.version))
    return await _act(request, replace(version, closure_id=known.closure_id))


@Operation(
    "POST",
    "/api/v1/closures/{id}/end",
    "A closure is over; 409 with both versions where somebody was first",
    _ACTED,
    refusals=(400, 403, 404, 413, 415, 429, 503),
    parameters=_ID,
    takes=ClosureActBody,
    may=Permission.ACT,
    records=AccessAction.ACT,
    does="closure.end",
    subject="id",
)
async def post_end(request: web.Request) -> web.StreamResponse:
    return await _changed(request, ClosureAct.END)


@Operation(
    "POST",
    "/api/v1/closures/{id}/undo",
    "Back to the version before, as a version of its own; the first one undone is taken back",
    _ACTED,
    refusals=(400, 403, 404, 413, 415, 429, 503),
    parameters=_ID,
    takes=ClosureActBody,
    may=Permission.ACT,
    records=AccessAction.ACT,
    does="closure.undo",
    subject="id",
)
async def post_undo(request: web.Request) -> web.StreamResponse:
    return await _changed(request, ClosureAct.UNDO)


@Operation(
    "POST",
    "/api/v1/incidents/{id:.+}/ended",
    "The office says that a feed's incident is over, or takes that back; its feed's word stays",
    {202: WordTaken},
    refusals=(400, 403, 404, 413, 415, 429, 503),
    parameters=(Parameter("id", "id of the incident"),),
    takes=WordBody,
    may=Permission.ACT,
    records=AccessAction.ACT,
    does="incident.end",
    subject="id",
)
async def post_incident_ended(request: web.Request) -> web.StreamResponse:
    body = await read_body(request, WordBody)
    live, name = request.app[CONTEXT].live, request.match_info["id"]
    known = live.picture.incidents.get(name)
    if known is None:
        raise not_found("kind.incident", name)
    if known.report != body.report_id:
        word = SiteStatus.END if body.is_over else SiteStatus.NOT_YET
        request.app[PACE].take(client_of(request))
        report = IncidentReport(body.report_id, name, word, live.now_ms())
        await tell(request, topics.INCIDENTS, report)
    return json_answer(WordTaken(name, body.report_id), status=202)


@Operation(
    "POST",
    "/api/v1/works/{work:.+}/ended",
    "The office says that a work is over, or takes that back; its permit's word stays",
    {202: WordTaken},
    refusals=(400, 403, 404, 409, 413, 415, 429, 503),
    parameters=(Parameter("work", "permit number"),),
    takes=WordBody,
    may=Permission.ACT,
    records=AccessAction.ACT,
    does="work.end",
    subject="work",
)
async def post_work_ended(request: web.Request) -> web.StreamResponse:
    """409 says why a work cannot end now: it has not begun, or is over."""
    body = await read_body(request, WordBody)
    live, name = request.app[CONTEXT].live, request.match_info["work"]
    known = live.picture.works.get(name)
    if known is None:
        raise not_found("kind.work", name)
    word = SiteStatus.END if body.is_over else SiteStatus.NOT_YET
    report = SiteReport(body.report_id, name, word, Reporter.OFFICE, live.now_ms())
    after = after_report(known, report)
    if isinstance(after, str):
        raise RequestRefusedError(409, taps.reason(after))
    if after is not known:
        request.app[PACE].take(client_of(request))
        await tell(request, topics.PERMITS, report)
    return json_answer(WordTaken(name, body.report_id), status=202)


def _known(request: web.Request) -> ClosureRow:
    name = request.match_info["id"]
    row = request.app[CONTEXT].live.picture.hand_closures.get(name)
    if row is None:
        raise not_found("kind.hand_closure", name)
    return row


async def _terms(request: web.Request, body: TermsGiven, known: HandClosure | None = None) -> Terms:
    """What a body means now, beside the loop: a search and a way take a moment."""
    context, desk = request.app[CONTEXT], request.app[DESK]
    if desk.warming is not None:
        await desk.warming
    finder, now_ms = context.searched(), context.live.now_ms()
    return await asyncio.to_thread(read_terms, body, known, finder, desk.ways.graph(), now_ms)


def _troubles(terms: Terms) -> list[FieldTrouble]:
    return [
        FieldTrouble(
            field=each.field,
            code=each.code,
            text=phrase(f"closing.{each.code}"),
            choices=list(each.choices),
        )
        for each in terms.troubles
    ]


def _error(code: str) -> ErrorDetail:
    """What a program reads, and what a person does."""
    text = phrase(f"refused.{code}")
    return ErrorDetail(code, " / ".join(in_each(text).values()))


def _unread(terms: Terms) -> web.Response:
    troubles = ClosureTroubles(error=_error("closure_unread"), troubles=_troubles(terms))
    return json_answer(troubles, status=422)


class _Act(NamedTuple):
    """An act as it was sent: whose, and which version it was made of."""

    act: ClosureAct
    act_id: str
    by: str
    made_of: int = 0


def _version(request: web.Request, terms: Terms, given: _Act) -> HandClosure:
    """The version that an act makes of the one it names."""
    return HandClosure(
        closure_id="",
        act_id=given.act_id,
        version=given.made_of + 1,
        act=given.act,
        by=who_of(request).account or shown(given.by).strip(),
        at_ms=request.app[CONTEXT].live.now_ms(),
        title=terms.title,
        cause=terms.cause,
        closure=terms.closure,
        starts_ms=terms.starts_ms,
        ends_ms=terms.ends_ms,
        lanes=terms.lanes,
        direction=terms.direction,
        reason=terms.reason,
        link_ids=terms.link_ids,
    )


async def _changed(request: web.Request, act: ClosureAct) -> web.StreamResponse:
    """The end of a closure, or the version before it."""
    body = await read_body(request, ClosureActBody)
    known = _known(request)
    if has_act(known, body.act_id):
        return _taken(known.closure_id, body.version + 1, body.act_id, is_shown=True)
    terms, is_over = version_of(known), True
    if act is ClosureAct.UNDO and known.versions:
        terms = known.versions[-1]
        is_over = terms.is_over
    made = replace(
        terms,
        act_id=body.act_id,
        version=body.version + 1,
        act=act,
        by=who_of(request).account or shown(body.by).strip(),
        at_ms=request.app[CONTEXT].live.now_ms(),
        is_over=is_over,
    )
    return await _act(request, made)


async def _act(request: web.Request, made: HandClosure) -> web.StreamResponse:
    """Write a version into the log, unless the one it was made of stands no more; then wait for a
    moment until the map has it, or another that was first.
    """
    context = request.app[CONTEXT]
    known = context.live.picture.hand_closures.get(made.closure_id)
    if known is not None and known.version != made.version - 1:
        return _conflict(context, made, known)
    try:
        wire.decode(wire.encode(made))
    except RecordRefusedError as refusal:
        reason = str(refusal)
        raise RequestRefusedError(400, "refused.bad_body.value", reason=reason) from None
    request.app[PACE].take(client_of(request))
    await tell(request, topics.CLOSURES, made)

    async def look() -> web.Response | None:
        row = context.live.picture.hand_closures.get(made.closure_id)
        if row is not None and has_act(row, made.act_id):
            return _taken(made.closure_id, made.version, made.act_id, is_shown=True)
        if row is not None and row.version >= made.version:
            return _conflict(context, made, row)
        return None

    unseen = _taken(made.closure_id, made.version, made.act_id, is_shown=False)
    return await answered_soon(look, unseen)


def _taken(closure_id: str, version: int, act_id: str, *, is_shown: bool) -> web.Response:
    taken = ClosureTaken(id=closure_id, version=version, act_id=act_id, is_shown=is_shown)
    return json_answer(taken, status=202)


def _conflict(context: Context, made: HandClosure, known: ClosureRow) -> web.Response:
    """409: what was sent, and what stands."""
    links = known_links(made.link_ids, context.network)
    body = ClosureConflict(
        error=_error("closure_changed"),
        yours=filled(ClosureTerms, made, links=links),
        theirs=hand_closure_row(known.closure_id, known, context.network),
    )
    return json_answer(body, status=409)


async def _effects(
    request: web.Request, closure: Closure, link_ids: tuple[str, ...]
) -> tuple[WayRound | None, list[LeftOut]]:
    """The way round a full closure and the stops it leaves out; of any other neither."""
    desk = request.app[DESK]
    if closure is not Closure.FULL or not link_ids:
        return None, []
    if desk.warming is not None:
        await desk.warming
    return await asyncio.to_thread(_effects_of, request.app[CONTEXT], desk.ways, link_ids)


def _effects_of(
    context: Context, ways: DetourFinder, link_ids: tuple[str, ...]
) -> tuple[WayRound | None, list[LeftOut]]:
    graph, network = ways.graph(), context.network
    found = round_of(graph, link_ids, closed_links(context.live.picture, network))
    way = None
    if found is not None:
        detour, text = found
        links = known_links(detour.links, network)
        way = filled(WayRound, detour, text=text, links=links)
    stops = [_stop(each, network) for each in left_out(graph, link_ids)]
    return way, stops


def _stop(each: StopLeftOut, network: Network) -> LeftOut:
    stop = network.stop_by_id.get(each.stop_id)
    return LeftOut(
        id=each.stop_id,
        name=shown(stop.name if stop else each.stop_id),
        lon=stop.lon if stop else None,
        lat=stop.lat if stop else None,
        routes=[shown(number) for number in each.routes],
    )
