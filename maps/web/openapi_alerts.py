"""The part of the API's document about alerts, acknowledgements and deliveries. Pure."""

from typing import Any

Json = dict[str, Any]
_JSON = "application/json"
_TEXT: Json = {"type": "string"}
_WHOLE: Json = {"type": "integer"}
_FLAG: Json = {"type": "boolean"}
_MAYBE_WHOLE: Json = {"type": ["integer", "null"]}
_MAYBE_NUMBER: Json = {"type": ["number", "null"]}
_SEVERITY: Json = {"enum": ["critical", "warning", "notice"]}
_TEXTS: Json = {"type": "array", "items": _TEXT}


def paths() -> dict[str, Json]:
    """Path -> method -> operation."""
    refusals = {status: _body("Error") for status in ("400", "403", "404", "413", "415", "429")}
    return {
        "/api/v1/alerts": {
            "get": _operation(
                "Open alerts, the newest first, and who acknowledged them", {"200": _body("Alerts")}
            )
        },
        "/api/v1/alerts/{episode}/acknowledge": {
            "post": _operation(
                "An operator has seen an alert; every open screen shows who and what they add",
                {"202": _body("AcknowledgementTaken"), **refusals, "503": _body("Error")},
                {"name": "episode", "in": "path", "required": True, "schema": _TEXT},
                body="NewAcknowledgement",
            )
        },
        "/api/v1/deliveries": {
            "get": _operation(
                "What became of the deliveries to each endpoint; no addresses",
                {"200": _body("Deliveries"), "503": _body("Error")},
            )
        },
    }


def schemas() -> dict[str, Json]:
    """What those paths answer and take."""
    return {
        "Alerts": _object(
            "now_ms store alerts",
            now_ms=_WHOLE,
            clock_ms=_MAYBE_WHOLE,
            store={"enum": ["ok", "lost", "rebuilding"]},
            alerts=_list("Alert"),
        ),
        "Alert": _object(
            "id name rule subject severity since_ms links acknowledged",
            id=_TEXT,
            name=_TEXT,
            rule=_TEXT,
            subject=_TEXT,
            severity=_SEVERITY,
            since_ms=_WHOLE,
            title=_TEXT,
            organisation=_TEXT,
            closure=_TEXT,
            level=_TEXT,
            phase=_TEXT,
            ends_ms=_WHOLE,
            status=_TEXT,
            count=_WHOLE,
            links=_TEXTS,
            works=_TEXTS,
            lon=_MAYBE_NUMBER,
            lat=_MAYBE_NUMBER,
            acknowledged={
                "oneOf": [{"$ref": "#/components/schemas/Acknowledgement"}, {"type": "null"}]
            },
        ),
        "Acknowledgement": _object(
            "id by comment at_ms severity",
            id=_TEXT,
            by=_TEXT,
            comment=_TEXT,
            at_ms=_WHOLE,
            severity=_SEVERITY,
        ),
        "NewAcknowledgement": _object(
            "by",
            by={"type": "string", "minLength": 1, "maxLength": 40},
            comment={"type": "string", "maxLength": 200},
            severity=_SEVERITY,
        ),
        "AcknowledgementTaken": _object("episode at_ms", episode=_TEXT, at_ms=_WHOLE),
        "Deliveries": _object(
            "now_ms undelivered endpoints",
            now_ms=_WHOLE,
            undelivered={"type": "array", "items": {"type": "object"}},
            endpoints=_list("EndpointDeliveries"),
        ),
        "EndpointDeliveries": _object(
            "endpoint title is_enabled attempts dead_letters",
            endpoint=_TEXT,
            title=_TEXT,
            is_enabled=_FLAG,
            dead_letters=_WHOLE,
            attempts=_list("Attempt"),
        ),
        "Attempt": _object(
            "id at_ms status took_ms error",
            id=_TEXT,
            at_ms=_WHOLE,
            status=_WHOLE,
            took_ms=_WHOLE,
            error=_TEXT,
        ),
    }


def _operation(summary: str, responses: Json, *parameters: Json, body: str = "") -> Json:
    operation: Json = {
        "summary": summary,
        "responses": responses,
        "parameters": list(parameters),
    }
    if body:
        operation["requestBody"] = {"required": True, **_body(body)}
    return operation


def _body(schema: str) -> Json:
    return {
        "description": schema,
        "content": {_JSON: {"schema": {"$ref": f"#/components/schemas/{schema}"}}},
    }


def _list(schema: str) -> Json:
    return {"type": "array", "items": {"$ref": f"#/components/schemas/{schema}"}}


def _object(required: str, **properties: Json) -> Json:
    return {"type": "object", "required": required.split(), "properties": properties}
