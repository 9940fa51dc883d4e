"""The map as a file that opens without a server: of now, or of another time."""

import asyncio

from aiohttp import web

from maps.access.roles import Permission
from maps.api.context import CONTEXT, Context
from maps.api.operation import HTML, Operation, Parameter
from maps.api.past import MOMENT, asked_of, recorded, then_of
from maps.api.recorded import counted
from maps.export.map_file import map_file, sheet_of
from maps.http.answers import NO_STORE, answer, body_of
from maps.http.refusals import bad_parameter
from maps.past.moments import BitemporalMoment, only_known
from maps.picture.picture import Picture
from maps.picture.text import kst
from streams.contract.enums import AccessAction
from streams.words.catalogue import FIRST, languages


@Operation(
    "GET",
    "/api/v1/map.html",
    "The map as one file, of now or of `valid` as known at `known`",
    {200: (HTML, None)},
    refusals=(400, 404, 503),
    parameters=(*MOMENT, Parameter("language", "of the page: ko (default) or en")),
    may=Permission.EXPORT,
    records=AccessAction.DOWNLOAD,
    does="export.map",
    asks_why=True,
)
async def get_map_file(request: web.Request) -> web.StreamResponse:
    context = request.app[CONTEXT]
    language = request.query.get("language", FIRST)
    if language not in languages():
        raise bad_parameter("language", language, "must.be_one_of", names=", ".join(languages()))
    if "valid" in request.query or "known" in request.query:
        moment = await asked_of(request, ("language",))
        picture = recorded(await then_of(request, moment), moment)
    else:
        only_known(request.query, ("valid", "known", "language"))
        picture = context.live.picture
        at_ms = picture.clock_ms or context.live.now_ms()
        moment = BitemporalMoment(at_ms, at_ms)
    counted(request, len(picture.works) + len(picture.incidents))
    text = await asyncio.to_thread(_page, picture, moment, language, context)
    response = answer(request, body_of(text.encode(), f"{HTML}; charset=utf-8"), cache=NO_STORE)
    stamp = kst(moment.valid_ms).translate(str.maketrans(" ", "-", ":"))
    response.headers["Content-Disposition"] = f'attachment; filename="map-{stamp}.html"'
    return response


def _page(picture: Picture, moment: BitemporalMoment, language: str, context: Context) -> str:
    made_ms = context.live.now_ms()
    sheet = sheet_of(moment, context.settings, context.network, language, made_ms)
    return map_file(sheet, picture, context.network, language)
