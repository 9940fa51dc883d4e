"""The part of the API's document about endpoints and the events they hear. Pure."""

from maps.api.openapi.parts import (
    FLAG,
    NUMBER,
    OBJECT,
    SEVERITY,
    TEXT,
    TEXTS,
    WHOLE,
    Json,
    body,
    closed,
    content,
    errors,
    in_path,
    listed,
    operation,
    query,
    reference,
    shape,
)

_HOURS: Json = {"type": "string", "description": "HH:MM-HH:MM, Korean time, or empty"}
_POINT: Json = {**listed(NUMBER), "minItems": 2, "maxItems": 2}
_FILTER: Json = {
    "url": {"type": "string", "maxLength": 2000},
    "title": {"type": "string", "maxLength": 80},
    "rules": TEXTS,
    "severities": listed(SEVERITY),
    "area": {**listed(_POINT), "maxItems": 200},
    "links": TEXTS,
    "organisations": TEXTS,
    "routes": TEXTS,
    "weekdays": listed({"type": "integer", "minimum": 0, "maximum": 6}),
    "hours": _HOURS,
    "quiet_hours": _HOURS,
    "coalesce": FLAG,
    "is_enabled": FLAG,
}
_ONE = "/api/v1/subscriptions/{endpoint}"


def paths() -> dict[str, Json]:
    """Path -> method -> operation."""
    endpoint = in_path("endpoint", "ep_...")
    own = errors("401 403 429 503")
    written = {"200": body("Subscription"), "202": body("Subscription")}
    rotated = {"200": body("SubscriptionWithSecret"), "202": body("SubscriptionWithSecret")}
    made = {"201": body("SubscriptionWithSecret"), "202": body("SubscriptionWithSecret")}
    gone = {"200": body("EndpointName"), "202": body("EndpointName")}
    return {
        "/api/v1/events": {"get": _events()},
        "/api/v1/subscriptions": {
            "get": _managed(
                "Every endpoint and what it hears", {"200": body("Subscriptions"), **own}
            ),
            "post": _managed(
                "A new endpoint; its secret is shown here and never again",
                {**made, **errors("400"), **own},
                takes=content("NewSubscription"),
            ),
        },
        _ONE: {
            "get": _managed(
                "One endpoint", {"200": body("Subscription"), **errors("404"), **own}, endpoint
            ),
            "patch": _managed(
                "Change what is named, leave the rest",
                {**written, **errors("400 404"), **own},
                endpoint,
                takes=content("SubscriptionChange"),
            ),
            "delete": _managed("No more messages", {**gone, **errors("404"), **own}, endpoint),
        },
        f"{_ONE}/rotate": {
            "post": _managed(
                "The next secret, shown here and never again; the one before signs for 24 h more",
                {**rotated, **errors("404"), **own},
                endpoint,
                takes=content("Rotation"),
            )
        },
    }


def _managed(
    summary: str, responses: dict[str, Json], *parameters: Json, takes: Json | None = None
) -> Json:
    """An operation for who has the admin key."""
    return operation(summary, responses, *parameters, takes=takes) | {
        "security": [{"adminKey": []}]
    }


def _events() -> Json:
    return operation(
        "Alerts after a cursor, in the order they were decided",
        {"200": body("Events"), **errors("400 404 410 503")},
        query("after", "`next` of an answer; `latest`: from now on; none: the oldest kept"),
        query("endpoint", "only what this endpoint hears"),
    )


def security_schemes() -> dict[str, Json]:
    """Who may manage subscriptions."""
    text = "BOMNAE_ADMIN_KEY"
    return {"adminKey": {"type": "http", "scheme": "bearer", "description": text}}


def schemas() -> dict[str, Json]:
    """What those paths take and answer."""
    own: Json = {
        "endpoint": TEXT,
        "secret_generation": WHOLE,
        "previous_until_ms": WHOLE,
        "changed_ms": WHOLE,
        "created_ms": WHOLE,
    }
    row = {**own, **_FILTER}
    names = " ".join(row)
    return {
        "Subscription": shape(names, **row),
        "SubscriptionWithSecret": shape(f"{names} secret", **row, secret=TEXT),
        "Subscriptions": shape("subscriptions", subscriptions=listed(reference("Subscription"))),
        "NewSubscription": closed("url title", **_FILTER),
        "SubscriptionChange": closed("", **_FILTER),
        "Rotation": closed("", is_leaked=FLAG),
        "EndpointName": shape("endpoint", endpoint=TEXT),
        "Events": shape(
            "now_ms events next more",
            now_ms=WHOLE,
            events=listed(reference("Event")),
            next=TEXT,
            more=FLAG,
        ),
        "Event": _event(),
    }


def _event() -> Json:
    texts = ["id", "type", "episode", "rule", "subject", "title", "text_ko", "text_en", "map_url"]
    times = ("began_ms", "at_ms", "expires_ms")
    properties: Json = {
        **dict.fromkeys(texts, TEXT),
        **dict.fromkeys(times, WHOLE),
        "word": {"enum": ["begin", "update", "end"]},
        "severity": SEVERITY,
        "facts": OBJECT,
        "simulated": FLAG,
        "cut": TEXTS,
    }
    required = " ".join(name for name in properties if name not in ("map_url", "cut"))
    return shape(required, **properties)
