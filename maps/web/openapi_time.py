"""The part of the API's document about the past and about calls. Pure."""

from typing import Any

Json = dict[str, Any]
_JSON = "application/json"
_WHOLE: Json = {"type": "integer"}
_MAYBE_WHOLE: Json = {"type": ["integer", "null"]}
_MAYBE_NUMBER: Json = {"type": ["number", "null"]}
_TEXT: Json = {"type": "string"}
_FLAG: Json = {"type": "boolean"}
_TEXTS: Json = {"type": "array", "items": {"type": "string"}}
_ROWS: Json = {"type": "array", "items": {"type": "object"}}


def paths() -> dict[str, Json]:
    """Path -> method -> operation."""
    return {
        "/api/v1/at": {
            "get": _operation(
                "What was true at `valid` as known at `known`: the city, or one thing of it",
                {"200": _body("Past"), "400": _error(), "404": _error(), "503": _error()},
                _query("valid", "Unix ms the answer speaks of; default: `known`", _WHOLE),
                _query("known", "only what had come in by then counts, Unix ms; default: now"),
                _query(
                    "id", "work:ID, incident:ID, feed:NAME, link:ID, or a KIND:ID of the search"
                ),
                _query("links", "link ids with commas, at most 200"),
            )
        },
        "/api/v1/changes": {
            "get": _operation(
                "What changed after `since`: works, closures, incidents, feeds; at most 500",
                {"200": _body("Changes"), "400": _error(), "503": _error()},
                _query("since", "Unix ms, needed", _WHOLE),
                _query("until", "Unix ms, default: now", _WHOLE),
            )
        },
        "/api/v1/calls": {
            "get": _operation(
                "Open calls, newest first, and who is to be called back", {"200": _body("Calls")}
            ),
            "post": _operation(
                "Log a call at a place, without anything about the caller",
                {"202": _body("CallTaken"), **_refusals()},
                body="NewCall",
            ),
        },
        "/api/v1/calls/{id}/done": {
            "post": _operation(
                "The desk has called back; the body is {}",
                {"202": _body("CallTaken"), "404": _error(), **_refusals()},
                {**_query("id", "call id"), "in": "path", "required": True},
            )
        },
    }


def schemas() -> dict[str, Json]:
    """What those paths answer and take."""
    times = {"now_ms": _WHOLE, "valid_ms": _WHOLE, "known_ms": _WHOLE, "from_ms": _WHOLE}
    return {
        "Past": _object(
            "now_ms valid_ms known_ms",
            **times,
            is_remembered=_FLAG,
            levels={"type": "object"},
            closed=_ROWS,
            phases={"type": "object"},
            works=_ROWS,
            incidents=_ROWS,
            reports=_ROWS,
            feeds=_ROWS,
            links=_ROWS,
            work={"type": "object"},
            incident={"type": "object"},
            feed={"type": "object"},
            place={"type": "object"},
        ),
        "Changes": _object(
            "since_ms until_ms total next_since_ms changes",
            now_ms=_WHOLE,
            since_ms=_WHOLE,
            until_ms=_WHOLE,
            total=_WHOLE,
            next_since_ms=_MAYBE_WHOLE,
            changes=_ROWS,
        ),
        "Calls": _object("calls due", now_ms=_WHOLE, store=_TEXT, due=_WHOLE, calls=_ROWS),
        "CallTaken": _object("call_id", call_id=_TEXT),
        "NewCall": _object(
            "title",
            title={"type": "string", "minLength": 1, "maxLength": 80},
            link_ids={**_TEXTS, "maxItems": 200},
            lon=_MAYBE_NUMBER,
            lat=_MAYBE_NUMBER,
            reference={"type": "string", "pattern": "^[A-Za-z0-9-]{0,20}$"},
            closed={**_TEXTS, "maxItems": 200},
            call_id={"type": "string", "description": "the sender's own: sent twice counts once"},
        ),
    }


def _refusals() -> dict[str, Json]:
    return {code: _error() for code in ("400", "403", "413", "415", "429", "503")}


def _operation(summary: str, responses: dict[str, Json], *parameters: Json, body: str = "") -> Json:
    operation: Json = {"summary": summary, "responses": responses}
    if parameters:
        operation["parameters"] = list(parameters)
    if body:
        operation["requestBody"] = {"required": True, "content": _content(body)}
    return operation


def _query(name: str, text: str, schema: Json | None = None) -> Json:
    shape = schema or _TEXT
    return {"name": name, "in": "query", "required": False, "description": text, "schema": shape}


def _content(schema: str) -> Json:
    return {_JSON: {"schema": {"$ref": f"#/components/schemas/{schema}"}}}


def _body(schema: str) -> Json:
    return {"description": schema, "content": _content(schema)}


def _error() -> Json:
    return _body("Error")


def _object(required: str, **properties: Json) -> Json:
    return {"type": "object", "required": required.split(), "properties": properties}
