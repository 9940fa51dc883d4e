"""The part of the API's document about alerts, acknowledgements and deliveries. Pure."""

from maps.api.openapi.parts import (
    FLAG,
    MAYBE_NUMBER,
    MAYBE_WHOLE,
    ROWS,
    SEVERITY,
    STORE,
    TEXT,
    TEXTS,
    WHOLE,
    Json,
    body,
    content,
    errors,
    in_path,
    listed,
    maybe,
    operation,
    reference,
    shape,
)


def paths() -> dict[str, Json]:
    """Path -> method -> operation."""
    return {
        "/api/v1/alerts": {
            "get": operation(
                "Open alerts, the newest first, and who acknowledged them", {"200": body("Alerts")}
            )
        },
        "/api/v1/alerts/{episode}/acknowledge": {
            "post": operation(
                "An operator has seen an alert; every open screen shows who and what they add",
                {"202": body("AcknowledgementTaken"), **errors("400 403 404 413 415 429 503")},
                in_path("episode", "id of the alert"),
                takes=content("NewAcknowledgement"),
            )
        },
        "/api/v1/deliveries": {
            "get": operation(
                "What became of the deliveries to each endpoint; no addresses",
                {"200": body("Deliveries"), **errors("503")},
            )
        },
    }


def schemas() -> dict[str, Json]:
    """What those paths answer and take."""
    return {
        "Alerts": shape(
            "now_ms store alerts",
            now_ms=WHOLE,
            clock_ms=MAYBE_WHOLE,
            store=STORE,
            alerts=listed(reference("Alert")),
        ),
        "Alert": shape(
            "id name rule subject severity since_ms links acknowledged",
            id=TEXT,
            name=TEXT,
            rule=TEXT,
            subject=TEXT,
            severity=SEVERITY,
            since_ms=WHOLE,
            title=TEXT,
            organisation=TEXT,
            closure=TEXT,
            level=TEXT,
            phase=TEXT,
            ends_ms=WHOLE,
            end={"enum": ["unstated", "unreadable"]},
            status=TEXT,
            count=WHOLE,
            places=TEXTS,
            place_count=WHOLE,
            links=TEXTS,
            works=TEXTS,
            lon=MAYBE_NUMBER,
            lat=MAYBE_NUMBER,
            acknowledged=maybe("Acknowledgement"),
        ),
        "Acknowledgement": shape(
            "id by comment at_ms severity",
            id=TEXT,
            by=TEXT,
            comment=TEXT,
            at_ms=WHOLE,
            severity=SEVERITY,
        ),
        "NewAcknowledgement": shape(
            "by",
            by={"type": "string", "minLength": 1, "maxLength": 40},
            comment={"type": "string", "maxLength": 200},
            severity=SEVERITY,
        ),
        "AcknowledgementTaken": shape("episode at_ms", episode=TEXT, at_ms=WHOLE),
        "Deliveries": shape(
            "now_ms undelivered endpoints",
            now_ms=WHOLE,
            undelivered=ROWS,
            endpoints=listed(reference("EndpointDeliveries")),
        ),
        "EndpointDeliveries": shape(
            "endpoint title is_enabled attempts dead_letters",
            endpoint=TEXT,
            title=TEXT,
            is_enabled=FLAG,
            dead_letters=WHOLE,
            attempts=listed(reference("Attempt")),
        ),
        "Attempt": shape(
            "id at_ms status took_ms error",
            id=TEXT,
            at_ms=WHOLE,
            status=WHOLE,
            took_ms=WHOLE,
            error=TEXT,
        ),
    }
