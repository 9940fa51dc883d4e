"""The access records for the auditor: a page, and the records from the log itself."""

import asyncio
from collections.abc import Mapping
from typing import Annotated

from aiohttp import web
from msgspec import Meta

from maps.access.roles import Permission
from maps.api.context import CONTEXT
from maps.api.numbers import WholeNumber
from maps.api.operation import HTML as HTML_PAGE
from maps.api.operation import Operation, Parameter, packed_answer
from maps.api.recorded import counted
from maps.http.answers import NO_CACHE, NO_STORE, answer, body_of
from maps.http.refusals import RequestRefusedError, bad_parameter
from maps.past.moments import only_known, time_of
from maps.picture.exports import CSV
from maps.picture.fields import Ms, Row, filled
from maps.records.looking import FEW, Asked, Found, find
from maps.records.report_page import records_table
from streams.contract.enums import AccessAction
from streams.contract.errors import LogAwayError
from streams.contract.times import EVER_MS

MOST_ROWS, MOST_CSV_ROWS = 1_000, 50_000
LOOKING = web.AppKey("records_lock", asyncio.Lock)
_NAMES = ("from_ms", "to_ms", "account", "action", "does", "before", "limit")


class RecordRow(Row, kw_only=True):
    """One access record; its offset on the log names it."""

    offset: int
    at_ms: Ms
    account: Annotated[str, Meta(description='"": nobody, "?": what cannot be an account')]
    address: str
    action: AccessAction
    subject_kind: str = ""
    subject: str = ""
    count: int
    reason: str = ""
    writer: str
    number: int


class Records(Row, kw_only=True):
    """Access records, newest first."""

    now_ms: Ms
    records: list[RecordRow]
    before: Annotated[int | None, Meta(description="to go on, ask with it; null: no more")]


_BEFORE = WholeNumber("before", "those before this offset: what an answer gave", 1, EVER_MS)
_ROWS = WholeNumber("limit", "at most so many", 1, MOST_ROWS, FEW)
_CSV_ROWS = WholeNumber("limit", "at most so many", 1, MOST_CSV_ROWS, MOST_CSV_ROWS)
_FILTERS = (
    Parameter("from_ms", "not before, Unix ms", int),
    Parameter("to_ms", "before, Unix ms", int),
    Parameter("account", "of this account alone"),
    Parameter("action", ", ".join(AccessAction)),
    Parameter("does", "what was done: a verb of the records, account.lock"),
    _BEFORE.parameter,
)


def add_records(app: web.Application) -> None:
    """The log is read for one question at a time."""
    app[LOOKING] = asyncio.Lock()


@Operation(
    "GET",
    "/records",
    "Who looked at what, for the auditor",
    {200: HTML_PAGE},
    may=Permission.RECORDS,
)
async def get_records_page(request: web.Request) -> web.StreamResponse:
    context = request.app[CONTEXT]
    response = answer(request, context.pages.records, cache=NO_CACHE)
    response.headers["Content-Security-Policy"] = context.pages.policy
    return response


@Operation(
    "GET",
    "/api/v1/records",
    "Access records, newest first, read from the log",
    {200: Records},
    refusals=(400, 503),
    parameters=(*_FILTERS, _ROWS.parameter),
    may=Permission.RECORDS,
    records=AccessAction.LOOK,
    does="record.list",
)
async def get_records(request: web.Request) -> web.StreamResponse:
    found = await _found(request, asked_for(request.query, _ROWS))
    rows = [filled(RecordRow, record, offset=offset) for offset, record in found.rows]
    counted(request, len(rows))
    now_ms = request.app[CONTEXT].live.now_ms()
    return packed_answer(request, Records(now_ms=now_ms, records=rows, before=found.before))


@Operation(
    "GET",
    "/api/v1/records.csv",
    "The same for a spreadsheet; 50,000 at most",
    {200: CSV},
    refusals=(400, 503),
    parameters=(*_FILTERS, _CSV_ROWS.parameter),
    may=Permission.RECORDS,
    records=AccessAction.DOWNLOAD,
    does="record.export",
    asks_why=True,
)
async def get_records_csv(request: web.Request) -> web.StreamResponse:
    found = await _found(request, asked_for(request.query, _CSV_ROWS))
    counted(request, len(found.rows))
    table = await asyncio.to_thread(lambda: body_of(records_table(found.rows), CSV))
    response = answer(request, table, cache=NO_STORE)
    response.headers["Content-Disposition"] = 'attachment; filename="access-records.csv"'
    return response


def asked_for(query: Mapping[str, str], limit: WholeNumber) -> Asked:
    """The records of a query; RequestRefusedError (400) for a parameter it cannot read."""
    only_known(query, _NAMES)
    action = query.get("action", "")
    if action and action not in set(AccessAction):
        raise bad_parameter("action", action, "must.be_one_of", names=", ".join(AccessAction))
    return Asked(
        from_ms=time_of(query, "from_ms", 0),
        to_ms=time_of(query, "to_ms", EVER_MS),
        account=query.get("account", ""),
        action=AccessAction(action) if action else None,
        does=query.get("does", ""),
        before=_BEFORE.of(query),
        limit=limit.given(query),
    )


async def _found(request: web.Request, asked: Asked) -> Found:
    async with request.app[LOOKING]:
        try:
            return await find(request.app[CONTEXT].settings, asked)
        except LogAwayError:
            raise RequestRefusedError(503, "refused.records_away") from None
