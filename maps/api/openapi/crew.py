"""The part of the API's document about crews: their words, and their photos. Pure."""

from maps.api.openapi.parts import (
    FLAG,
    MAYBE_OBJECT,
    MAYBE_WHOLE,
    TEXT,
    UUID,
    WHOLE,
    Json,
    body,
    content,
    errors,
    file,
    in_path,
    listed,
    maybe,
    operation,
    query,
    shape,
)

_WORDS = ["start", "end", "extend", "not_yet"]
_PHOTO: Json = {"type": "string", "contentMediaType": "image/jpeg"}
_FORM: Json = {
    "multipart/form-data": {"schema": shape("report_id photo", report_id=UUID, photo=_PHOTO)}
}


def paths() -> dict[str, Json]:
    """Path -> method -> operation."""
    work = in_path("work", "permit number")
    photo = in_path("photo", "photo id", UUID)
    refused = errors("403 404")
    return {
        "/api/v1/works/{work}/reports": {
            "get": operation(
                "How a work stands for its crew and what became of a tap; the token of the "
                "crew's link as bearer",
                {"200": body("CrewState"), **refused},
                work,
                query("report", "id of the tap asked about", UUID),
            ),
            "post": operation(
                "A crew's word; the same report_id again is no new word. 409: the fold refused "
                "it, with its W code",
                {
                    "200": body("CrewState"),
                    "202": body("CrewState"),
                    **errors("400 403 404 409 413 415 429 503"),
                },
                work,
                takes=content("NewReport"),
            ),
        },
        "/api/v1/works/{work}/photos": {
            "get": operation(
                "A work's photos, newest first; the token of the crew's link as bearer",
                {"200": body("Photos"), **refused},
                work,
            ),
            "post": operation(
                "A photo of at most 5 MB: JPEG, PNG or WebP, made anew without its EXIF; the "
                "token of the crew's link as bearer",
                {"201": body("PhotoTaken"), **errors("400 403 404 408 413 415 429 507")},
                work,
                takes=_FORM,
            ),
        },
        "/api/v1/works/{work}/photos/{photo}.jpg": {
            "get": operation(
                "One photo; the token of the crew's link as bearer",
                {"200": file("image/jpeg"), **refused},
                work,
                photo,
            )
        },
        "/api/v1/desk/photos/{work}": {
            "get": operation(
                "A work's photos for the office's own pages; not to be let in from outside",
                {"200": body("Photos"), **errors("403")},
                work,
            )
        },
        "/api/v1/desk/photos/{work}/{photo}.jpg": {
            "get": operation(
                "One photo for the office's own pages",
                {"200": file("image/jpeg"), **refused},
                work,
                photo,
            )
        },
    }


def schemas() -> dict[str, Json]:
    """What those paths answer and take."""
    return {
        "NewReport": shape(
            "word token report_id",
            word={"enum": _WORDS},
            token=TEXT,
            report_id=UUID,
            until_ms=MAYBE_WHOLE,
        ),
        "CrewState": shape(
            "site report takes_photos",
            site=MAYBE_OBJECT,
            report=maybe("CrewReport"),
            takes_photos=FLAG,
        ),
        "CrewReport": shape(
            "id outcome code ko en",
            id=TEXT,
            outcome={"enum": ["taken", "waiting", "refused", "unknown"]},
            code=TEXT,
            ko=TEXT,
            en=TEXT,
        ),
        "Photos": shape("photos", photos=listed(shape("id at_ms", id=UUID, at_ms=WHOLE))),
        "PhotoTaken": shape("photo", photo=UUID),
    }
