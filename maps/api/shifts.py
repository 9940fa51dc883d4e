"""The shift book: the summary of a shift, notes, and a hand-over that both sign."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from aiohttp import web

from maps.access.guard import client_of, who_of
from maps.access.roles import Permission
from maps.api.away import store_needed
from maps.api.context import CONTEXT, Context
from maps.api.operation import HTML as HTML_PAGE
from maps.api.operation import ErrorDetail, Operation, Parameter, json_answer, packed_answer
from maps.api.posted import Paces, answered_soon, read_body, tell
from maps.api.recorded import counted
from maps.api.shift_bodies import (
    NoteGiven,
    ShiftBody,
    ShiftConflict,
    ShiftHead,
    Shifts,
    ShiftState,
    ShiftTaken,
    ShiftTheirs,
    ShiftYours,
    SignGiven,
    WithdrawGiven,
)
from maps.http.answers import NO_CACHE, answer
from maps.http.refusals import RequestRefusedError, not_found
from maps.past.pictures import FEED
from maps.picture.picture import StoreState
from maps.picture.text import shown
from maps.shifts.summary import Run, ShiftFacts, sheet_of, situations_of
from streams.contract import topics, wire
from streams.contract.enums import AccessAction
from streams.contract.errors import RecordRefusedError, ShiftError
from streams.contract.shift import (
    MAX_BY,
    MAX_NOTE,
    MAX_NOTES,
    Sheet,
    ShiftAct,
    ShiftActKind,
    check_shift_act,
    digest_of,
    shift_id,
)
from streams.contract.times import MINUTE_MS
from streams.domain.shifts.book import ShiftRow, new_row, notes_of, why_not
from streams.domain.shifts.times import current_begin, end_after
from streams.domain.stages.feeds import FeedState
from streams.domain.stages.shifts import SHEETS, SHIFTS
from streams.people.text import without_persons_numbers
from streams.state.store import Store
from streams.words.catalogue import phrase
from streams.words.spoken import in_each

ACTS_A_MINUTE = 60
SHARED_MS = 1_000
"""So long all who ask share one sheet."""
SIGNED_WITHIN_MS = 15 * MINUTE_MS
"""So old a sheet may be that somebody signs."""
KEPT_SHEETS = 1_000
CURRENT = "current"
PACE = web.AppKey("shifts_pace", Paces)
_ID = (Parameter("id", "of the shift; `current`: the one that goes on now"),)
_ACTED: Mapping[int, object] = {202: ShiftTaken, 409: ShiftConflict}
_REFUSED = (400, 403, 404, 413, 415, 429, 503)


class Shared(NamedTuple):
    """The sheet that all who ask within a second share, and of which row it was made."""

    row: ShiftRow
    sheet: Sheet
    digest: str


class Read:
    """The sheets that people read of late: what somebody signs is what they read."""

    def __init__(self) -> None:
        self._sheets: OrderedDict[str, Sheet] = OrderedDict()
        self._last: Shared | None = None
        self.making = asyncio.Lock()

    def keep(self, row: ShiftRow, sheet: Sheet) -> Shared:
        self._last = Shared(row, sheet, digest_of(sheet))
        self._sheets[self._last.digest] = sheet
        while len(self._sheets) > KEPT_SHEETS:
            self._sheets.popitem(last=False)
        return self._last

    def shared(self, row: ShiftRow, now_ms: int) -> Shared | None:
        last = self._last
        is_fresh = last is not None and last.row == row
        return last if is_fresh and last and now_ms - last.sheet.until_ms < SHARED_MS else None

    def find(self, digest: str, now_ms: int) -> Sheet | None:
        sheet = self._sheets.get(digest)
        is_new = sheet is not None and now_ms - sheet.until_ms <= SIGNED_WITHIN_MS
        return sheet if is_new else None


READ = web.AppKey("shifts_read", Read)


def add_shifts(app: web.Application) -> None:
    """What the handlers need beside the sender."""
    app[PACE], app[READ] = Paces(ACTS_A_MINUTE), Read()


@Operation("GET", "/shift", "The shift book", {200: HTML_PAGE}, may=Permission.SHIFT)
async def get_shift_page(request: web.Request) -> web.StreamResponse:
    context = request.app[CONTEXT]
    response = answer(request, context.pages.shift, cache=NO_CACHE)
    response.headers["Content-Security-Policy"] = context.pages.policy
    return response


@Operation(
    "GET",
    "/api/v1/shifts",
    "The shifts of the last 90 days that somebody wrote in, and the one that goes on now",
    {200: Shifts},
    refusals=(503,),
    may=Permission.SHIFT,
    records=AccessAction.LOOK,
    does="shift.list",
    is_one_look=True,
)
async def get_shifts(request: web.Request) -> web.StreamResponse:
    context = request.app[CONTEXT]
    book = await _book(context)
    rows = {book.current.shift: book.current, **book.rows}
    heads = [_head(each) for each in sorted(rows.values(), key=lambda x: -x.from_ms)]
    counted(request, len(heads))
    body = Shifts(now_ms=context.live.now_ms(), current=book.current.shift, shifts=heads)
    return packed_answer(request, body)


@Operation(
    "GET",
    "/api/v1/shifts/{id}",
    "A shift: its summary, notes, and who signed it",
    {200: ShiftBody},
    refusals=(404, 503),
    parameters=_ID,
    may=Permission.SHIFT,
    records=AccessAction.LOOK,
    does="shift.look",
    subject="id",
    is_one_look=True,
)
async def get_shift(request: web.Request) -> web.StreamResponse:
    """A signed one has the sheet that was signed, whatever became of what it tells of."""
    context = request.app[CONTEXT]
    book = await _book(context)
    row = _named(book, request.match_info["id"])
    if row.handed is not None:
        sheet, digest = await _signed(context.live.store, row), row.handed.digest
    else:
        _, sheet, digest = await _read(request, row)
    return packed_answer(request, _body(context, book, row, sheet, digest))


@Operation(
    "POST",
    "/api/v1/shifts/{id}/notes",
    "A note in a shift, or another version of one; 409 with both where somebody was first",
    _ACTED,
    refusals=_REFUSED,
    parameters=_ID,
    takes=NoteGiven,
    may=Permission.ACT,
    records=AccessAction.ACT,
    does="shift.note",
    subject="id",
)
async def post_note(request: web.Request) -> web.StreamResponse:
    """A person's number in a note is covered before the log has it."""
    body = await read_body(request, NoteGiven)
    text = shown(without_persons_numbers(shown(body.text)))
    act = _act_of(request, ShiftActKind.NOTE, body)
    noted = replace(act, note_id=body.note_id, version=body.version, note=text)
    return await _act(request, noted)


@Operation(
    "POST",
    "/api/v1/shifts/{id}/hand-over",
    "Who hands over signs the sheet that they read, by its digest; it is frozen",
    _ACTED,
    refusals=_REFUSED,
    parameters=_ID,
    takes=SignGiven,
    may=Permission.ACT,
    records=AccessAction.ACT,
    does="shift.hand_over",
    subject="id",
)
async def post_hand_over(request: web.Request) -> web.StreamResponse:
    """409 too where the sheet was read too long ago, or from another server: it is read anew."""
    return await _sign(request, ShiftActKind.HAND_OVER)


@Operation(
    "POST",
    "/api/v1/shifts/{id}/withdraw",
    "Who handed over takes their signature back, while nobody has taken over",
    _ACTED,
    refusals=_REFUSED,
    parameters=_ID,
    takes=WithdrawGiven,
    may=Permission.ACT,
    records=AccessAction.ACT,
    does="shift.withdraw",
    subject="id",
)
async def post_withdrawal(request: web.Request) -> web.StreamResponse:
    body = await read_body(request, WithdrawGiven)
    return await _act(request, _act_of(request, ShiftActKind.WITHDRAW, body))


@Operation(
    "POST",
    "/api/v1/shifts/{id}/take-over",
    "Who takes over signs the same sheet, by an account of their own; the next shift begins",
    _ACTED,
    refusals=_REFUSED,
    parameters=_ID,
    takes=SignGiven,
    may=Permission.ACT,
    records=AccessAction.ACT,
    does="shift.take_over",
    subject="id",
)
async def post_take_over(request: web.Request) -> web.StreamResponse:
    """409 where it is the one who handed over, or another sheet was signed."""
    return await _sign(request, ShiftActKind.TAKE_OVER)


async def _sign(request: web.Request, kind: ShiftActKind) -> web.StreamResponse:
    """A signature under the sheet whose digest was sent."""
    body = await read_body(request, SignGiven)
    return await _act(request, replace(_act_of(request, kind, body), digest=body.digest))


class Book(NamedTuple):
    """The shifts somebody wrote in, and the one that goes on now."""

    rows: Mapping[str, ShiftRow]
    current: ShiftRow


async def _book(context: Context) -> Book:
    """Refused (503) while the state is made again: what is missing then is not gone."""
    if context.live.store_state is not StoreState.OK:
        raise RequestRefusedError(503, "refused.store_away.events")
    with store_needed():
        rows = (await context.live.store.rows(SHIFTS, 1))[0]
    now_ms, times = context.live.now_ms(), context.settings.shifts
    name = shift_id(current_begin(rows.values(), times, now_ms))
    return Book(rows, rows.get(name) or new_row(name))


def _named(book: Book, name: str) -> ShiftRow:
    if name in (CURRENT, book.current.shift):
        return book.current
    if name not in book.rows:
        raise not_found("kind.shift", name)
    return book.rows[name]


def _head(row: ShiftRow) -> ShiftHead:
    return ShiftHead(
        id=row.shift,
        from_ms=row.from_ms,
        until_ms=row.until_ms,
        state=_state(row),
        notes=len(row.notes),
        handed=row.handed,
        taken=row.taken,
    )


def _state(row: ShiftRow) -> ShiftState:
    if row.taken is not None:
        return ShiftState.TAKEN
    return ShiftState.HANDED if row.handed is not None else ShiftState.OPEN


def _body(context: Context, book: Book, row: ShiftRow, sheet: Sheet, digest: str) -> ShiftBody:
    return ShiftBody(
        now_ms=context.live.now_ms(),
        id=row.shift,
        from_ms=row.from_ms,
        until_ms=row.until_ms,
        state=_state(row),
        is_current=row.shift == book.current.shift,
        sheet=sheet,
        digest=digest,
        notes=row.notes,
        handed=row.handed,
        taken=row.taken,
        withdrawn=row.withdrawn,
        is_renamed=row.is_renamed,
    )


async def _signed(store: Store, row: ShiftRow) -> Sheet:
    """The sheet that was signed; one of which only the signature can be read is empty."""
    with store_needed():
        sheet = await store.row(SHEETS, row.shift)
    return sheet or Sheet(row.from_ms, row.until_ms, row.until_ms, notes=notes_of(row))


async def _read(request: web.Request, row: ShiftRow) -> Shared:
    """The sheet of a shift as it is now, for somebody to read and to sign."""
    context, read = request.app[CONTEXT], request.app[READ]
    async with read.making:
        now_ms = context.live.now_ms()
        known = read.shared(row, now_ms)
        if known is not None:
            return known
        feeds = await _feeds(context, row.from_ms)
        facts = _facts(context, row, max(now_ms, row.from_ms), feeds)
        return read.keep(row, await asyncio.to_thread(sheet_of, facts))


def _facts(context: Context, row: ShiftRow, now_ms: int, feeds: Mapping[str, Run]) -> ShiftFacts:
    live, picture = context.live, context.live.picture
    since = live.board.since(picture, row.from_ms)
    return ShiftFacts(
        row.from_ms,
        now_ms,
        end_after(now_ms, context.settings.shifts),
        situations_of(picture.situations, since.items()),
        picture.hand_closures,
        picture.calls,
        picture.works,
        feeds,
        notes_of(row),
        context.is_simulated,
    )


async def _feeds(context: Context, from_ms: int) -> dict[str, Run]:
    """How each feed was when a shift began, and since."""
    store, names = context.live.store, [f"{FEED}{x}" for x in context.live.picture.feeds]
    with store_needed():
        before, since = await store.past(names, from_ms), await store.pasts_since(names, from_ms)
    found: dict[str, Run] = {}
    for name in names:
        entries = [before.get(name, (0, None)), *since[name]]
        run = [(at_ms, each if isinstance(each, FeedState) else None) for at_ms, each in entries]
        found[name.removeprefix(FEED)] = run
    return found


def _act_of(
    request: web.Request, kind: ShiftActKind, body: NoteGiven | SignGiven | WithdrawGiven
) -> ShiftAct:
    account = who_of(request).account
    if account and body.by not in ("", account):  # a page of whoever sat here before
        raise RequestRefusedError(409, "refused.shift_other", name=account)
    return ShiftAct(
        shift="",
        act=kind,
        act_id=body.act_id,
        by=account or shown(body.by),
        at_ms=request.app[CONTEXT].live.now_ms(),
        is_typed=not account,
    )


async def _act(request: web.Request, act: ShiftAct) -> web.StreamResponse:
    """Write an act into the log where it can be done with the shift as it stands; then wait for a
    moment until the book has it, or another that was first.
    """
    context = request.app[CONTEXT]
    row = _named(await _book(context), request.match_info["id"])
    act = replace(act, shift=row.shift)
    if act.act_id in row.acts:
        return _taken(act, is_shown=True)
    if row.handed is None and act.act is ShiftActKind.HAND_OVER:
        act = replace(act, sheet=_sheet(request, act.digest))
    _check(act)
    if why := why_not(row, act):
        return _conflict(act, row, why)
    request.app[PACE].take(client_of(request))
    await tell(request, topics.SHIFT_EVENTS, act)

    async def look() -> web.Response | None:
        with store_needed():
            now = await context.live.store.row(SHIFTS, act.shift) or row
        if act.act_id in now.acts:
            return _taken(act, is_shown=True)
        if now != row and (why := why_not(now, act)):
            return _conflict(act, now, why)
        return None

    return await answered_soon(look, _taken(act, is_shown=False))


def _sheet(request: web.Request, digest: str) -> Sheet:
    sheet = request.app[READ].find(digest, request.app[CONTEXT].live.now_ms())
    if sheet is None:
        raise RequestRefusedError(409, "refused.shift_unread")
    return sheet


def _check(act: ShiftAct) -> None:
    """Refuse (400) what the log would not take, with what it may be."""
    try:
        if act.act is not ShiftActKind.HAND_OVER or act.sheet is not None:
            check_shift_act(act)
            wire.decode(wire.encode(act))
    except (ShiftError, RecordRefusedError) as error:
        field = error.field if isinstance(error, ShiftError) else act.act.value
        if field == "by":
            raise RequestRefusedError(400, "refused.bad_name", count=MAX_BY) from None
        if field == "note":
            raise RequestRefusedError(400, "refused.bad_note", count=MAX_NOTE) from None
        raise RequestRefusedError(400, "refused.bad_act", reason=field) from None


def _taken(act: ShiftAct, *, is_shown: bool) -> web.Response:
    body = ShiftTaken(id=act.shift, act_id=act.act_id, is_shown=is_shown)
    return json_answer(body, status=202)


def _conflict(act: ShiftAct, row: ShiftRow, why: str) -> web.Response:
    """409: what was sent, and what stands."""
    code = f"shift_{why}"
    text = in_each(phrase(f"refused.{code}", count=MAX_NOTES))
    head = _head(row)
    body = ShiftConflict(
        error=ErrorDetail(code, " / ".join(text.values())),
        yours=ShiftYours(act=act.act, by=act.by, at_ms=act.at_ms, note=act.note),
        theirs=ShiftTheirs(
            **{name: getattr(head, name) for name in head.__struct_fields__}, book=row.notes
        ),
    )
    return json_answer(body, status=409)
