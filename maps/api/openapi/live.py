"""The part of the API's document about the pages, the live state, its exports and health. Pure."""

from maps.api.openapi.parts import (
    FLAG,
    JSON,
    MAYBE_NUMBER,
    MAYBE_WHOLE,
    NUMBER,
    OBJECT,
    STORE,
    TEXT,
    TEXTS,
    TROUBLE,
    WHOLE,
    Json,
    body,
    errors,
    file,
    in_path,
    listed,
    operation,
    query,
    reference,
    shape,
)
from streams.domain.works import PHASES

_BBOX = query("bbox", "west,south,east,north in degrees, WGS84")
_LEVEL = query("level", "free, slow, jam, unknown; several with commas")
_PHASE = query("phase", f"{', '.join(PHASES)}; several with commas")
_SAME = {"304": {"description": "the client has it"}}


def paths() -> dict[str, Json]:
    """Path -> method -> operation."""
    found = {
        **_page_operations(),
        **_live_operations(),
        **_export_operations(),
        **_own_operations(),
    }
    return {path: {"get": operation} for path, operation in found.items()}


def _page_operations() -> dict[str, Json]:
    work = in_path("work_id", "permit number")
    path = in_path("path", "file below static")
    return {
        "/": operation("The operator map", {"200": file("text/html")}),
        "/desk": operation("The complaint desk", {"200": file("text/html")}),
        "/w/{work_id}": operation(
            "One work, to read on a phone; with a crew's token, to tap its words on",
            {"200": file("text/html"), "404": file("text/html")},
            work,
            query("t", "token of the link a message carries; it leaves the address at once"),
        ),
        "/static/{path}": operation(
            "A file of the pages; immutable when the path names its content",
            {"200": file("*/*"), **errors("404")},
            path,
        ),
    }


def _live_operations() -> dict[str, Json]:
    version = in_path("version", "network version")
    link = in_path("id", "link id")
    since = query("since", "delta id the reader stands at; the Last-Event-ID header wins")
    return {
        "/api/v1/network/{version}.json": operation(
            "The roads, immutable", {"200": body("Network"), **errors("404")}, version
        ),
        "/api/v1/snapshot": operation("The whole picture now", {"200": body("Snapshot")}),
        "/api/v1/stream": operation(
            "Deltas as server-sent events: d (Delta), resync (start over from a snapshot)",
            {"200": file("text/event-stream"), **errors("503")},
            since,
        ),
        "/api/v1/links/{id}": operation("One link", {"200": body("Link"), **errors("404")}, link),
        "/api/v1/search": operation(
            "Stretches, stops, routes, places, addresses, works; initials and slips too",
            {"200": body("SearchResults")},
            query("q", "what to find"),
        ),
        "/api/v1/feeds": operation("How each feed is doing", {"200": body("Feeds")}),
    }


def _export_operations() -> dict[str, Json]:
    geo = {"200": file("application/geo+json"), **_SAME, **errors("400")}
    table = {"200": file("text/csv"), **_SAME, **errors("400")}
    return {
        "/api/v1/links.geojson": operation("Links with their state", geo, _BBOX, _LEVEL),
        "/api/v1/works.geojson": operation("Works", geo, _BBOX, _PHASE),
        "/api/v1/works.csv": operation("Works for a spreadsheet", table, _BBOX, _PHASE),
    }


def _own_operations() -> dict[str, Json]:
    health = {"200": body("Health"), "503": body("Health")}
    return {
        "/api/v1/openapi.json": operation("This document", {"200": file(JSON)}),
        "/livez": operation("Whether the process works", health),
        "/readyz": operation("Whether it shows the state now", health),
        "/metrics": operation("Figures for Prometheus", {"200": file("text/plain")}),
    }


def schemas() -> dict[str, Json]:
    """What those paths answer."""
    return {**_row_schemas(), **_body_schemas()}


def _row_schemas() -> dict[str, Json]:
    place = {"lon": MAYBE_NUMBER, "lat": MAYBE_NUMBER, "links": listed(WHOLE), "placed_by": TEXT}
    period = {"starts_ms": MAYBE_WHOLE, "ends_ms": MAYBE_WHOLE}
    return {
        "Error": shape("error", error=shape("code message", code=TEXT, message=TEXT)),
        "Health": shape("ok reasons warnings", ok=FLAG, reasons=TEXTS, warnings=TEXTS),
        "Work": shape(
            "id title phase closure links",
            id=TEXT,
            title=TEXT,
            phase=TEXT,
            closure=TEXT,
            hours=TEXT,
            flags=TEXTS,
            doubts=listed({"enum": ["place", "direction"]}),
            **place,
            **period,
        ),
        "Incident": shape(
            "id kind title closure links",
            id=TEXT,
            kind=TEXT,
            title=TEXT,
            closure=TEXT,
            **place,
            **period,
        ),
        "Feed": shape(
            "feed status received_ms poll_ms",
            feed=TEXT,
            status={
                "enum": [
                    "live",
                    "empty",
                    "partial",
                    "frozen",
                    "dropped",
                    "unknown",
                    "stale",
                    "stopped",
                    "never",
                    "ahead",
                    "held",
                ]
            },
            last_success_ms=WHOLE,
            last_change_ms=WHOLE,
            received_ms=WHOLE,
            poll_ms=WHOLE,
            code=TEXT,
            detail=TEXT,
            row_count=WHOLE,
            usual_rows=WHOLE,
            refused=WHOLE,
            repaired=WHOLE,
            simulated=FLAG,
            is_partial=FLAG,
        ),
    }


def _body_schemas() -> dict[str, Json]:
    rows = {"works": listed(reference("Work")), "incidents": listed(reference("Incident"))}
    result = shape(
        "kind title id links",
        kind=TEXT,
        title=TEXT,
        subtitle=TEXT,
        id=TEXT,
        links=listed(WHOLE),
        lon=MAYBE_NUMBER,
        lat=MAYBE_NUMBER,
        radius_m=WHOLE,
        score=WHOLE,
        is_certain=FLAG,
    )
    return {
        "Network": shape(
            "version ids geometry",
            version=TEXT,
            city=TEXT,
            bbox=listed(NUMBER),
            ids=TEXTS,
            geometry=listed(listed(WHOLE)),
        ),
        "Snapshot": shape(
            "net id t speeds certainty closures buses works incidents feeds store",
            net=TEXT,
            id=TEXT,
            t=WHOLE,
            clock_ms=MAYBE_WHOLE,
            simulated=FLAG,
            store=STORE,
            speeds=listed(WHOLE),
            certainty=TEXT,
            closures=listed(listed()),
            closure_certainty=listed(listed()),
            buses=listed(listed()),
            feeds=listed(reference("Feed")),
            alerts=listed(reference("Alert")),
            acks=listed(reference("Acknowledgement")),
            undelivered=listed(),
            trouble=TROUBLE,
            **rows,
        ),
        "Link": shape(
            "id index level certainty",
            id=TEXT,
            index=WHOLE,
            speed_kmh=MAYBE_NUMBER,
            level=TEXT,
            samples=WHOLE,
            observed_ms=MAYBE_WHOLE,
            certainty=TEXT,
            closure=TEXT,
            closure_certainty={"enum": ["confirmed", "reported", "contradicted", None]},
            buses_through=WHOLE,
            **rows,
        ),
        "SearchResults": shape("q results", q=TEXT, results=listed(result)),
        "Feeds": shape(
            "now_ms feeds dead_letters",
            now_ms=WHOLE,
            clock_ms=MAYBE_WHOLE,
            feeds=listed(reference("Feed")),
            dead_letters=OBJECT,
            store=TEXT,
            trouble=TROUBLE,
        ),
    }
