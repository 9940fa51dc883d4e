"""Crews' photos: taken with the link's token, shown to who holds one and to the desk.

Two addresses on purpose. `/api/v1/works/...` may be let in from outside and asks for the token;
`/api/v1/desk/photos/...` is the office's, as is all of the desk: a proxy that lets crews in lets
through `/w/`, `/static/` and `/api/v1/works/` and nothing else.
"""

import asyncio
import logging
from pathlib import Path
from typing import Annotated

import msgspec
from aiohttp import web

from maps.access.roles import Permission
from maps.api.context import CONTEXT
from maps.api.crew import UUID
from maps.api.crew_door import admit, bearer
from maps.api.operation import CREW_TOKEN, Operation, Parameter, json_answer
from maps.api.photo_form import read_form
from maps.api.photo_image import MAX_BYTES, photo_of, too_large
from maps.api.photo_shelf import SHELF, Shelf
from maps.api.posted import Paces, check_origin, check_unpacked
from maps.api.recorded import also_recorded, by_link, counted, recorded
from maps.http.answers import NO_STORE
from maps.http.refusals import RequestRefusedError, bad_parameter, not_found
from streams.contract.enums import AccessAction

log = logging.getLogger(__name__)
UuidText = Annotated[str, msgspec.Meta(extra_json_schema={"format": "uuid"})]
PHOTOS_A_MINUTE = 20  # by one link
WITHIN_S = 60  # a photo on a bad line; a slower one is tried again
ENVELOPE_BYTES = 4096  # of a multipart body around its photo
PACES = web.AppKey("photo_paces", Paces)
ONE_AT_A_TIME = web.AppKey("photo_turn", asyncio.Semaphore)


class Photo(msgspec.Struct):
    """One photo by its id, and when it was taken in."""

    id: str
    at_ms: int


class Photos(msgspec.Struct):
    """The photos of a work, newest first."""

    photos: list[Photo]


class PhotoTaken(msgspec.Struct):
    """The photo is kept under this id."""

    photo: str


class PhotoForm(msgspec.Struct):
    """A form of two parts, in this order; `report_id` names the photo."""

    report_id: UuidText
    photo: Annotated[str, msgspec.Meta(extra_json_schema={"contentMediaType": "image/jpeg"})]


def add_photos(app: web.Application) -> None:
    """The shelf, where a folder is set; raises SettingsError for a bad one."""
    app[PACES] = Paces(PHOTOS_A_MINUTE)
    app[ONE_AT_A_TIME] = asyncio.Semaphore(1)
    if app[CONTEXT].settings.photos:
        app[SHELF] = Shelf(Path(app[CONTEXT].settings.photos))
        app[SHELF].prepare()


_OURS, _CREWS = "/api/v1/desk/photos/{work:.+}", "/api/v1/works/{work:.+}/photos"
_WORK, _PHOTO = Parameter("work", "permit number"), Parameter("photo", "photo id (UUID)")


@Operation(
    "POST",
    _CREWS,
    "A photo of at most 5 MB: JPEG, PNG or WebP, made anew without its EXIF",
    {201: PhotoTaken},
    refusals=(400, 403, 404, 408, 413, 415, 429, 503, 507),
    takes={"multipart/form-data": PhotoForm},
    parameters=(_WORK,),
    needs=CREW_TOKEN,
    may=Permission.CREW,
    records=AccessAction.ACT,
    does="photo.put",
    subject="work",
)
async def post_photo(request: web.Request) -> web.StreamResponse:
    """201 once the photo is kept. Multipart: `report_id` (a UUID, its name), then `photo`."""
    work = request.match_info["work"]
    link = await admit(request, work, bearer(request))
    await by_link(request, link)
    shelf = _shelf(request)
    request.app[PACES].take(link)
    name, raw, kind = await _received(request)
    async with request.app[ONE_AT_A_TIME]:
        jpeg = await asyncio.to_thread(photo_of, raw, kind)
        await recorded(request)
        if pushed := await asyncio.to_thread(shelf.pushed_out_by, work, name):
            await also_recorded(request, AccessAction.DELETE, "photo.push_out", len(pushed))
        try:
            await asyncio.to_thread(shelf.put, work, name, jpeg)
        except OSError as error:
            log.warning("photo not kept", extra={"error": type(error).__name__})
            raise RequestRefusedError(507, "refused.no_room") from None
    return json_answer(PhotoTaken(name), status=201)


async def _received(request: web.Request) -> tuple[str, bytes, str]:
    """The photo's name, bytes and type; 400, 408, 413 or 415 for what is no such form."""
    if request.content_type != "multipart/form-data":
        raise RequestRefusedError(415, "refused.not_a_form")
    if (request.content_length or 0) > MAX_BYTES + ENVELOPE_BYTES:
        raise too_large()
    check_unpacked(request, "refused.not_a_form")
    try:
        async with asyncio.timeout(WITHIN_S):
            raw = await _body(request)
    except TimeoutError:
        raise RequestRefusedError(408, "refused.too_slow") from None
    sent = read_form(raw, request.headers["Content-Type"])
    if not UUID.fullmatch(sent.report_id):
        raise bad_parameter("report_id", "", "must.uuid")
    if len(sent.photo) > MAX_BYTES:
        raise too_large()
    return sent.report_id, sent.photo, sent.kind


async def _body(request: web.Request) -> bytes:
    """The bytes as they came; a longer body is refused as soon as it is."""
    pieces, size = [], 0
    async for piece in request.content.iter_chunked(64 << 10):
        size += len(piece)
        if size > MAX_BYTES + ENVELOPE_BYTES:
            raise too_large()
        pieces.append(piece)
    return b"".join(pieces)


@Operation(
    "GET",
    _CREWS,
    "A work's photos, newest first",
    {200: Photos},
    refusals=(403, 404, 503),
    parameters=(_WORK,),
    needs=CREW_TOKEN,
    may=Permission.CREW,
    records=AccessAction.LOOK,
    does="photo.list",
    subject="work",
    is_one_look=True,
)
async def get_photos(request: web.Request) -> web.StreamResponse:
    work = request.match_info["work"]
    await by_link(request, await admit(request, work, bearer(request)))
    return await _listed(request, work)


@Operation(
    "GET",
    f"{_CREWS}/{{photo}}.jpg",
    "One photo",
    {200: "image/jpeg"},
    refusals=(403, 404, 503),
    parameters=(_WORK, _PHOTO),
    needs=CREW_TOKEN,
    may=Permission.CREW,
    records=AccessAction.LOOK,
    does="photo.look",
    subject="work",
    asks_why=True,
    is_one_look=True,
)
async def get_photo(request: web.Request) -> web.StreamResponse:
    work = request.match_info["work"]
    await by_link(request, await admit(request, work, bearer(request)))
    return await _shown(request, work)


@Operation(
    "GET",
    f"{_OURS}/{{photo}}.jpg",
    "One photo for the office's own pages",
    {200: "image/jpeg"},
    refusals=(403, 404),
    parameters=(_WORK, _PHOTO),
    may=Permission.ANSWER,
    records=AccessAction.LOOK,
    does="photo.look",
    subject="work",
    asks_why=True,
    is_one_look=True,
)
async def get_desk_photo(request: web.Request) -> web.StreamResponse:
    check_origin(request)
    return await _shown(request, request.match_info["work"])


@Operation(
    "GET",
    _OURS,
    "A work's photos for the office's own pages; not to be let in from outside",
    {200: Photos},
    refusals=(403,),
    parameters=(_WORK,),
    may=Permission.ANSWER,
    records=AccessAction.LOOK,
    does="photo.list",
    subject="work",
    is_one_look=True,
)
async def get_desk_photos(request: web.Request) -> web.StreamResponse:
    check_origin(request)
    return await _listed(request, request.match_info["work"])


@Operation(
    "POST",
    f"{_OURS}/look",
    "Say why a work's photos are looked at; they are open for ten minutes",
    {204: None},
    refusals=(400, 401, 403, 503),
    parameters=(_WORK,),
    may=Permission.ANSWER,
    records=AccessAction.LOOK,
    does="photo.look",
    subject="work",
    asks_why=True,
    is_one_look=True,
)
async def post_look(request: web.Request) -> web.StreamResponse:
    """The reason comes as `Bomnae-Reason`, and is recorded before this answers."""
    del request
    return web.Response(status=204)


async def _listed(request: web.Request, work: str) -> web.Response:
    shelf = request.app.get(SHELF)
    found = await asyncio.to_thread(shelf.times_ms, work) if shelf else []
    counted(request, len(found))
    return json_answer(Photos([Photo(*each) for each in found]))


async def _shown(request: web.Request, work: str) -> web.Response:
    name = request.match_info["photo"]
    raw = None
    if UUID.fullmatch(name):
        raw = await asyncio.to_thread(_shelf(request).read, work, name)
    if raw is None:
        raise not_found("kind.photo", name)
    headers = {"Content-Type": "image/jpeg", "Cache-Control": NO_STORE}
    headers["Content-Disposition"] = 'inline; filename="photo.jpg"'
    return web.Response(body=raw, headers=headers)


def _shelf(request: web.Request) -> Shelf:
    shelf = request.app.get(SHELF)
    if shelf is None:
        raise RequestRefusedError(404, "refused.no_photos")
    return shelf
