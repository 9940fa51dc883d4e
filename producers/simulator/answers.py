"""One HTTP answer, and the refusals of the portals word for word."""

import json
from dataclasses import dataclass
from typing import Any

from producers.simulator import xml

JSON = "application/json"
XML = "application/xml"
HTML = "text/html"
TEXT = "text/plain"


@dataclass(frozen=True, slots=True)
class PortalAnswer:
    """What goes back: status, media type and body text."""

    status: int
    media: str
    body: str


def as_json(body: Any, status: int = 200) -> PortalAnswer:
    return PortalAnswer(status, JSON, json.dumps(body, ensure_ascii=False, separators=(",", ":")))


def enveloped(
    header: dict[str, Any], body: dict[str, Any], *, wants_xml: bool, wrapper: str = "response"
) -> PortalAnswer:
    """A success of data.go.kr in the form that was asked for."""
    content = {"header": header, "body": body}
    if wants_xml:
        return PortalAnswer(200, XML, xml.document(wrapper, content))
    return as_json({wrapper: content})


def gateway_body(message: str, code: str) -> dict[str, Any]:
    return {
        "cmmMsgHeader": {
            "errMsg": "SERVICE ERROR",
            "returnAuthMsg": message,
            "returnReasonCode": code,
        }
    }


def gateway_refusal(message: str, code: str, *, wants_xml: bool, status: int) -> PortalAnswer:
    """The gateway's refusal, before any service is reached."""
    body = gateway_body(message, code)
    if wants_xml:
        return PortalAnswer(status, XML, xml.element("OpenAPI_ServiceResponse", body))
    return as_json({"OpenAPI_ServiceResponse": body}, status)


def unknown_key(*, wants_xml: bool) -> PortalAnswer:
    """Code 30: HTTP 403, as measured on the gateway in 2026."""
    return gateway_refusal(
        "SERVICE_KEY_IS_NOT_REGISTERED_ERROR", "30", wants_xml=wants_xml, status=403
    )


def its_unknown_key() -> PortalAnswer:
    header = {"resultCode": 4005, "resultMsg": "유효하지 않은 인증키입니다."}
    return as_json({"header": header, "body": ""}, 401)


def too_many() -> PortalAnswer:
    return PortalAnswer(429, TEXT, "API token quota exceeded")
