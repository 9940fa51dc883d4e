"""The part of the API's document about crews: their words, and their photos. Pure."""

from typing import Any

Json = dict[str, Any]
_JSON = "application/json"
_TEXT: Json = {"type": "string"}
_WHOLE: Json = {"type": "integer"}
_FLAG: Json = {"type": "boolean"}
_UUID: Json = {"type": "string", "format": "uuid"}
_WORDS = ["start", "end", "extend", "not_yet"]


def paths() -> dict[str, Json]:
    """Path -> method -> operation."""
    work = _parameter("work", "permit number", place="path")
    photo = _parameter("photo", "photo id", place="path", schema=_UUID)
    refused = _errors("403 404")
    return {
        "/api/v1/works/{work}/reports": {
            "get": {
                **_operation(
                    "How a work stands for its crew and what became of a tap; the token of the "
                    "crew's link as bearer",
                    {"200": _body("CrewState"), **refused},
                    work,
                    _parameter("report", "id of the tap asked about", schema=_UUID),
                ),
            },
            "post": {
                **_operation(
                    "A crew's word; the same report_id again is no new word. 409: the fold refused "
                    "it, with its W code",
                    {
                        "200": _body("CrewState"),
                        "202": _body("CrewState"),
                        **_errors("400 403 404 409 413 415 429 503"),
                    },
                    work,
                ),
                "requestBody": {"required": True, "content": _content("NewReport")},
            },
        },
        "/api/v1/works/{work}/photos": {
            "get": _operation(
                "A work's photos, newest first; the token of the crew's link as bearer",
                {"200": _body("Photos"), **refused},
                work,
            ),
            "post": {
                **_operation(
                    "A photo of at most 5 MB: JPEG, PNG or WebP, made anew without its EXIF; the "
                    "token of the crew's link as bearer",
                    {"201": _body("PhotoTaken"), **_errors("400 403 404 408 413 415 429 507")},
                    work,
                ),
                "requestBody": {"required": True, "content": _form()},
            },
        },
        "/api/v1/works/{work}/photos/{photo}.jpg": {
            "get": _operation(
                "One photo; the token of the crew's link as bearer",
                {"200": _jpeg(), **refused},
                work,
                photo,
            )
        },
        "/api/v1/desk/photos/{work}": {
            "get": _operation(
                "A work's photos for the office's own pages; not to be let in from outside",
                {"200": _body("Photos"), **_errors("403")},
                work,
            )
        },
        "/api/v1/desk/photos/{work}/{photo}.jpg": {
            "get": _operation(
                "One photo for the office's own pages", {"200": _jpeg(), **refused}, work, photo
            )
        },
    }


def schemas() -> dict[str, Json]:
    """What those paths answer and take."""
    return {
        "NewReport": _object(
            "word token report_id",
            word={"enum": _WORDS},
            token=_TEXT,
            report_id=_UUID,
            until_ms={"type": ["integer", "null"]},
        ),
        "CrewState": _object(
            "site report takes_photos",
            site={"type": ["object", "null"]},
            report={"oneOf": [{"$ref": "#/components/schemas/CrewReport"}, {"type": "null"}]},
            takes_photos=_FLAG,
        ),
        "CrewReport": _object(
            "id outcome code ko en",
            id=_TEXT,
            outcome={"enum": ["taken", "waiting", "refused", "unknown"]},
            code=_TEXT,
            ko=_TEXT,
            en=_TEXT,
        ),
        "Photos": _object(
            "photos", photos={"type": "array", "items": _object("id at_ms", id=_UUID, at_ms=_WHOLE)}
        ),
        "PhotoTaken": _object("photo", photo=_UUID),
    }


def _operation(summary: str, responses: Json, *parameters: Json) -> Json:
    return {"summary": summary, "responses": responses, "parameters": list(parameters)}


def _parameter(name: str, text: str, *, place: str = "query", schema: Json | None = None) -> Json:
    return {
        "name": name,
        "in": place,
        "required": place == "path",
        "description": text,
        "schema": schema or _TEXT,
    }


def _errors(statuses: str) -> dict[str, Json]:
    return {status: _body("Error") for status in statuses.split()}


def _body(schema: str) -> Json:
    return {"description": schema, "content": _content(schema)}


def _content(schema: str) -> Json:
    return {_JSON: {"schema": {"$ref": f"#/components/schemas/{schema}"}}}


def _form() -> Json:
    photo = {"type": "string", "contentMediaType": "image/jpeg"}
    return {
        "multipart/form-data": {"schema": _object("report_id photo", report_id=_UUID, photo=photo)}
    }


def _jpeg() -> Json:
    return {"description": "JPEG", "content": {"image/jpeg": {}}}


def _object(required: str, **properties: Json) -> Json:
    return {"type": "object", "required": required.split(), "properties": properties}
