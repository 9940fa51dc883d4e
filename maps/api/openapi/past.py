"""The part of the API's document about the past and about calls. Pure."""

from maps.api.openapi.parts import (
    FLAG,
    MAYBE_NUMBER,
    MAYBE_WHOLE,
    OBJECT,
    ROWS,
    TEXT,
    TEXTS,
    WHOLE,
    Json,
    body,
    content,
    errors,
    in_path,
    operation,
    query,
    shape,
)

_REFUSED = "400 403 413 415 429 503"


def paths() -> dict[str, Json]:
    """Path -> method -> operation."""
    return {
        "/api/v1/at": {
            "get": operation(
                "What was true at `valid` as known at `known`: the city, or one thing of it",
                {"200": body("Past"), **errors("400 404 503")},
                query("valid", "Unix ms the answer speaks of; default: `known`", WHOLE),
                query("known", "only what had come in by then counts, Unix ms; default: now"),
                query("id", "work:ID, incident:ID, feed:NAME, link:ID, or a KIND:ID of the search"),
                query("links", "link ids with commas, at most 200"),
            )
        },
        "/api/v1/changes": {
            "get": operation(
                "What changed after `since`: works, closures, incidents, feeds; at most 500",
                {"200": body("Changes"), **errors("400 503")},
                query("since", "Unix ms, needed", WHOLE),
                query("until", "Unix ms, default: now", WHOLE),
            )
        },
        "/api/v1/calls": {
            "get": operation(
                "Open calls, newest first, and who is to be called back", {"200": body("Calls")}
            ),
            "post": operation(
                "Log a call at a place, without anything about the caller",
                {"202": body("CallTaken"), **errors(_REFUSED)},
                takes=content("NewCall"),
            ),
        },
        "/api/v1/calls/{id}/done": {
            "post": operation(
                "The desk has called back; the body is {}",
                {"202": body("CallTaken"), **errors(f"404 {_REFUSED}")},
                in_path("id", "call id"),
            )
        },
    }


def schemas() -> dict[str, Json]:
    """What those paths answer and take."""
    times = {"now_ms": WHOLE, "valid_ms": WHOLE, "known_ms": WHOLE, "from_ms": WHOLE}
    return {
        "Past": shape(
            "now_ms valid_ms known_ms",
            **times,
            is_remembered=FLAG,
            levels=OBJECT,
            closed=ROWS,
            phases=OBJECT,
            works=ROWS,
            incidents=ROWS,
            reports=ROWS,
            feeds=ROWS,
            links=ROWS,
            work=OBJECT,
            incident=OBJECT,
            feed=OBJECT,
            place=OBJECT,
        ),
        "Changes": shape(
            "since_ms until_ms total next_since_ms changes",
            now_ms=WHOLE,
            since_ms=WHOLE,
            until_ms=WHOLE,
            total=WHOLE,
            next_since_ms=MAYBE_WHOLE,
            changes=ROWS,
        ),
        "Calls": shape("calls due", now_ms=WHOLE, store=TEXT, due=WHOLE, calls=ROWS),
        "CallTaken": shape("call_id", call_id=TEXT),
        "NewCall": shape(
            "title",
            title={"type": "string", "minLength": 1, "maxLength": 80},
            link_ids={**TEXTS, "maxItems": 200},
            lon=MAYBE_NUMBER,
            lat=MAYBE_NUMBER,
            reference={"type": "string", "pattern": "^[A-Za-z0-9-]{0,20}$"},
            closed={**TEXTS, "maxItems": 200},
            call_id={"type": "string", "description": "the sender's own: sent twice counts once"},
        ),
    }
