"""The part of the API's document about endpoints and the events they hear. Pure."""

from typing import Any

Json = dict[str, Any]
_JSON = "application/json"
_TEXT: Json = {"type": "string"}
_WHOLE: Json = {"type": "integer"}
_FLAG: Json = {"type": "boolean"}
_TEXTS: Json = {"type": "array", "items": _TEXT}
_HOURS: Json = {"type": "string", "description": "HH:MM-HH:MM, Korean time, or empty"}
_POINT: Json = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
_FILTER: Json = {
    "url": {"type": "string", "maxLength": 2000},
    "title": {"type": "string", "maxLength": 80},
    "rules": _TEXTS,
    "severities": {"type": "array", "items": {"enum": ["critical", "warning", "notice"]}},
    "area": {"type": "array", "items": _POINT, "maxItems": 200},
    "links": _TEXTS,
    "organisations": _TEXTS,
    "routes": _TEXTS,
    "weekdays": {"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": 6}},
    "hours": _HOURS,
    "quiet_hours": _HOURS,
    "coalesce": _FLAG,
    "is_enabled": _FLAG,
}
_ONE = "/api/v1/subscriptions/{endpoint}"
_SECURITY: list[Json] = [{"adminKey": []}]


def paths() -> dict[str, Json]:
    """Path -> method -> operation."""
    endpoint = {**_parameter("endpoint", "ep_...", "path"), "required": True}
    errors = {code: _answer("Error") for code in ("401", "403", "429", "503")}
    unknown = {"404": _answer("Error")}
    refused = {"400": _answer("Error")}
    written = {"200": _answer("Subscription"), "202": _answer("Subscription")}
    made = {"201": _answer("SubscriptionWithSecret"), "202": _answer("SubscriptionWithSecret")}
    rotated = {"200": _answer("SubscriptionWithSecret"), "202": _answer("SubscriptionWithSecret")}
    listed = {"200": _answer("Subscriptions")}
    one = {"200": _answer("Subscription")}
    gone = {"200": _answer("EndpointName"), "202": _answer("EndpointName")}
    return {
        "/api/v1/events": {"get": _events()},
        "/api/v1/subscriptions": {
            "get": _operation("Every endpoint and what it hears", {**listed, **errors}),
            "post": _operation(
                "A new endpoint; its secret is shown here and never again",
                {**made, **refused, **errors},
                body="NewSubscription",
            ),
        },
        _ONE: {
            "get": _operation("One endpoint", {**one, **unknown, **errors}, endpoint),
            "patch": _operation(
                "Change what is named, leave the rest",
                {**written, **refused, **unknown, **errors},
                endpoint,
                body="SubscriptionChange",
            ),
            "delete": _operation("No more messages", {**gone, **unknown, **errors}, endpoint),
        },
        f"{_ONE}/rotate": {
            "post": _operation(
                "The next secret, shown here and never again; the one before signs for 24 h more",
                {**rotated, **unknown, **errors},
                endpoint,
                body="Rotation",
            )
        },
    }


def _events() -> Json:
    codes = ("400", "404", "410", "503")
    return {
        "summary": "Alerts after a cursor, in the order they were decided",
        "parameters": [
            _parameter(
                "after", "`next` of an answer; `latest`: from now on; none: the oldest kept"
            ),
            _parameter("endpoint", "only what this endpoint hears"),
        ],
        "responses": {"200": _answer("Events"), **{code: _answer("Error") for code in codes}},
    }


def security_schemes() -> dict[str, Json]:
    """Who may manage subscriptions."""
    text = "BOMNAE_ADMIN_KEY"
    return {"adminKey": {"type": "http", "scheme": "bearer", "description": text}}


def schemas() -> dict[str, Json]:
    """What those paths take and answer."""
    own: Json = {
        "endpoint": _TEXT,
        "secret_generation": _WHOLE,
        "previous_until_ms": _WHOLE,
        "changed_ms": _WHOLE,
        "created_ms": _WHOLE,
    }
    row = {**own, **_FILTER}
    return {
        "Subscription": _object(list(row), row),
        "SubscriptionWithSecret": _object([*row, "secret"], {**row, "secret": _TEXT}),
        "Subscriptions": _object(
            ["subscriptions"],
            {"subscriptions": {"type": "array", "items": _reference("Subscription")}},
        ),
        "NewSubscription": _closed(["url", "title"], _FILTER),
        "SubscriptionChange": _closed([], _FILTER),
        "Rotation": _closed([], {"is_leaked": _FLAG}),
        "EndpointName": _object(["endpoint"], {"endpoint": _TEXT}),
        "Events": _object(
            ["now_ms", "events", "next", "more"],
            {
                "now_ms": _WHOLE,
                "events": {"type": "array", "items": _reference("Event")},
                "next": _TEXT,
                "more": _FLAG,
            },
        ),
        "Event": _event(),
    }


def _event() -> Json:
    texts = ["id", "type", "episode", "rule", "subject", "title", "text_ko", "text_en", "map_url"]
    times = ("began_ms", "at_ms", "expires_ms")
    properties: Json = {
        **dict.fromkeys(texts, _TEXT),
        **dict.fromkeys(times, _WHOLE),
        "word": {"enum": ["begin", "update", "end"]},
        "severity": {"enum": ["critical", "warning", "notice"]},
        "facts": {"type": "object"},
        "simulated": _FLAG,
        "cut": _TEXTS,
    }
    return _object([name for name in properties if name not in ("map_url", "cut")], properties)


def _operation(summary: str, responses: Json, *parameters: Json, body: str = "") -> Json:
    operation: Json = {
        "summary": summary,
        "security": _SECURITY,
        "responses": responses,
        "parameters": list(parameters),
    }
    if body:
        content = {_JSON: {"schema": _reference(body)}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _parameter(name: str, text: str, place: str = "query") -> Json:
    return {"name": name, "in": place, "description": text, "schema": _TEXT}


def _answer(schema: str) -> Json:
    return {"description": schema, "content": {_JSON: {"schema": _reference(schema)}}}


def _reference(schema: str) -> Json:
    return {"$ref": f"#/components/schemas/{schema}"}


def _object(required: list[str], properties: Json) -> Json:
    return {"type": "object", "required": required, "properties": properties}


def _closed(required: list[str], properties: Json) -> Json:
    return {**_object(required, properties), "additionalProperties": False}
