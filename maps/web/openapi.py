"""The OpenAPI 3.1 document of the API. Pure; a test compares its paths with the router's."""

from typing import Any

from maps.web import openapi_alerts, openapi_crew, openapi_delivery, openapi_desk, openapi_time
from streams.domain.works import PHASES

Json = dict[str, Any]

_JSON = "application/json"


def _parameter(name: str, text: str, *, place: str = "query", schema: Json | None = None) -> Json:
    return {
        "name": name,
        "in": place,
        "required": place == "path",
        "description": text,
        "schema": schema or {"type": "string"},
    }


BBOX = _parameter("bbox", "west,south,east,north in degrees, WGS84")
LEVEL = _parameter("level", "free, slow, jam, unknown; several with commas")
PHASE = _parameter("phase", f"{', '.join(PHASES)}; several with commas")


def document(city: str) -> Json:
    """The whole document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Bomnae",
            "version": "1",
            "description": f"Live road states of {city}. Times are Unix ms (UTC).",
        },
        "paths": {
            **{path: {"get": operation} for path, operation in _operations().items()},
            **openapi_time.paths(),
            **openapi_desk.paths(),
            **openapi_alerts.paths(),
            **openapi_delivery.paths(),
            **openapi_crew.paths(),
        },
        "components": {
            "schemas": _every_schema(),
            "securitySchemes": openapi_delivery.security_schemes(),
        },
    }


def _every_schema() -> dict[str, Json]:
    return {
        **_schemas(),
        **openapi_time.schemas(),
        **openapi_desk.schemas(),
        **openapi_alerts.schemas(),
        **openapi_delivery.schemas(),
        **openapi_crew.schemas(),
    }


def _operations() -> dict[str, Json]:
    return {**_page_operations(), **_live_operations(), **_export_operations(), **_own_operations()}


def _page_operations() -> dict[str, Json]:
    work = _parameter("work_id", "permit number", place="path")
    path = _parameter("path", "file below static", place="path")
    return {
        "/": _operation("The operator map", {"200": _content("text/html")}),
        "/desk": _operation("The complaint desk", {"200": _content("text/html")}),
        "/w/{work_id}": _operation(
            "One work, to read on a phone; with a crew's token, to tap its words on",
            {"200": _content("text/html"), "404": _content("text/html")},
            work,
            _parameter("t", "token of the link a message carries; it leaves the address at once"),
        ),
        "/static/{path}": _operation(
            "A file of the pages; immutable when ?v= names its content",
            {"200": _content("*/*"), "404": _error()},
            path,
            _parameter("v", "content hash"),
        ),
    }


def _live_operations() -> dict[str, Json]:
    version = _parameter("version", "network version", place="path")
    link = _parameter("id", "link id", place="path")
    since = _parameter("since", "delta id the reader stands at; the Last-Event-ID header wins")
    return {
        "/api/v1/network/{version}.json": _operation(
            "The roads, immutable", {"200": _content(_JSON, "Network"), "404": _error()}, version
        ),
        "/api/v1/snapshot": _operation(
            "The whole picture now", {"200": _content(_JSON, "Snapshot")}
        ),
        "/api/v1/stream": _operation(
            "Deltas as server-sent events: d (Delta), resync (start over from a snapshot)",
            {"200": _content("text/event-stream"), "503": _error()},
            since,
        ),
        "/api/v1/links/{id}": _operation(
            "One link", {"200": _content(_JSON, "Link"), "404": _error()}, link
        ),
        "/api/v1/search": _operation(
            "Stretches, stops, routes, places, addresses, works; 초성 and slips too",
            {"200": _content(_JSON, "SearchResults")},
            _parameter("q", "what to find"),
        ),
        "/api/v1/feeds": _operation("How each feed is doing", {"200": _content(_JSON, "Feeds")}),
    }


def _export_operations() -> dict[str, Json]:
    geo = {"200": _content("application/geo+json"), "304": _no_content(), "400": _error()}
    table = {"200": _content("text/csv"), "304": _no_content(), "400": _error()}
    return {
        "/api/v1/links.geojson": _operation("Links with their state", geo, BBOX, LEVEL),
        "/api/v1/works.geojson": _operation("Works", geo, BBOX, PHASE),
        "/api/v1/works.csv": _operation("Works for a spreadsheet", table, BBOX, PHASE),
    }


def _own_operations() -> dict[str, Json]:
    health = {"200": _content(_JSON, "Health"), "503": _content(_JSON, "Health")}
    return {
        "/api/v1/openapi.json": _operation("This document", {"200": _content(_JSON)}),
        "/livez": _operation("Whether the process works", health),
        "/readyz": _operation("Whether it shows the state now", health),
        "/metrics": _operation("Figures for Prometheus", {"200": _content("text/plain")}),
    }


def _operation(summary: str, responses: dict[str, Json], *parameters: Json) -> Json:
    operation: Json = {"summary": summary, "responses": responses}
    if parameters:
        operation["parameters"] = list(parameters)
    return operation


def _content(kind: str, schema: str = "") -> Json:
    body = {"schema": {"$ref": f"#/components/schemas/{schema}"}} if schema else {}
    return {"description": schema or kind, "content": {kind: body}}


def _no_content() -> Json:
    return {"description": "the client has it"}


def _error() -> Json:
    return _content(_JSON, "Error")


def _object(required: str, **properties: Json) -> Json:
    return {"type": "object", "required": required.split(), "properties": properties}


_TEXT: Json = {"type": "string"}
_WHOLE: Json = {"type": "integer"}
_NUMBER: Json = {"type": "number"}
_MAYBE_WHOLE: Json = {"type": ["integer", "null"]}
_MAYBE_NUMBER: Json = {"type": ["number", "null"]}
_FLAG: Json = {"type": "boolean"}


def _list(items: Json | None = None) -> Json:
    return {"type": "array", "items": items or {}}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _schemas() -> dict[str, Json]:
    return {**_row_schemas(), **_body_schemas()}


def _row_schemas() -> dict[str, Json]:
    place = {"lon": _MAYBE_NUMBER, "lat": _MAYBE_NUMBER, "links": _list(_WHOLE), "placed_by": _TEXT}
    period = {"starts_ms": _WHOLE, "ends_ms": _MAYBE_WHOLE}
    return {
        "Error": _object("error", error=_object("code message", code=_TEXT, message=_TEXT)),
        "Health": _object("ok reasons", ok=_FLAG, reasons=_list(_TEXT)),
        "Work": _object(
            "id title phase closure links",
            id=_TEXT,
            title=_TEXT,
            phase=_TEXT,
            closure=_TEXT,
            **place,
            **period,
        ),
        "Incident": _object(
            "id kind title closure links",
            id=_TEXT,
            kind=_TEXT,
            title=_TEXT,
            closure=_TEXT,
            **place,
            **period,
        ),
        "Feed": _object(
            "feed status received_ms poll_ms",
            feed=_TEXT,
            status={"enum": ["live", "empty", "partial", "frozen", "unknown", "stale", "stopped"]},
            last_success_ms=_WHOLE,
            last_change_ms=_WHOLE,
            received_ms=_WHOLE,
            poll_ms=_WHOLE,
            code=_TEXT,
            detail=_TEXT,
            row_count=_WHOLE,
            refused=_WHOLE,
            repaired=_WHOLE,
            simulated=_FLAG,
            is_partial=_FLAG,
        ),
    }


def _body_schemas() -> dict[str, Json]:
    rows = {"works": _list(_ref("Work")), "incidents": _list(_ref("Incident"))}
    result = _object(
        "kind title id links",
        kind=_TEXT,
        title=_TEXT,
        subtitle=_TEXT,
        id=_TEXT,
        links=_list(_WHOLE),
        lon=_MAYBE_NUMBER,
        lat=_MAYBE_NUMBER,
        radius_m=_WHOLE,
        score=_WHOLE,
        is_certain=_FLAG,
    )
    return {
        "Network": _object(
            "version ids geometry",
            version=_TEXT,
            city=_TEXT,
            bbox=_list(_NUMBER),
            ids=_list(_TEXT),
            geometry=_list(_list(_WHOLE)),
        ),
        "Snapshot": _object(
            "net id t speeds certainty closures buses works incidents feeds store",
            net=_TEXT,
            id=_TEXT,
            t=_WHOLE,
            clock_ms=_MAYBE_WHOLE,
            simulated=_FLAG,
            store={"enum": ["ok", "rebuilding", "lost"]},
            speeds=_list(_WHOLE),
            certainty=_TEXT,
            closures=_list(_list()),
            buses=_list(_list()),
            feeds=_list(_ref("Feed")),
            alerts=_list(_ref("Alert")),
            acks=_list(_ref("Acknowledgement")),
            undelivered=_list(),
            **rows,
        ),
        "Link": _object(
            "id index level certainty",
            id=_TEXT,
            index=_WHOLE,
            speed_kmh=_MAYBE_NUMBER,
            level=_TEXT,
            samples=_WHOLE,
            observed_ms=_MAYBE_WHOLE,
            certainty=_TEXT,
            closure=_TEXT,
            **rows,
        ),
        "SearchResults": _object("q results", q=_TEXT, results=_list(result)),
        "Feeds": _object(
            "now_ms feeds dead_letters",
            now_ms=_WHOLE,
            clock_ms=_MAYBE_WHOLE,
            feeds=_list(_ref("Feed")),
            dead_letters={"type": "object"},
            store=_TEXT,
        ),
    }
