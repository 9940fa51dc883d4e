"""The ways a portal goes wrong, each with the status and the body that were seen in the field.

`silence`, `slow` and `frozen` are a matter of time: the server does them. The others turn the good
answer into a bad one here.
"""

import json
from collections.abc import Callable
from typing import Any

from producers.simulator.answers import HTML, JSON, TEXT, XML, PortalAnswer, as_json, gateway_body
from producers.simulator.xml import element

HUGE_BYTES = 8 << 20
QUOTA = "LIMITED_NUMBER_OF_SERVICE_REQUESTS_EXCEEDS_ERROR"
BAD_KEY = "SERVICE_KEY_IS_NOT_REGISTERED_ERROR"
TIMED = {
    "silence": "never answers",
    "slow": "the good answer, after a long wait",
    "frozen": "the same body again and again",
}
_PAGE = (
    "<html><head><title>서비스 점검 안내</title></head><body>잠시 후 이용해 주십시오.</body></html>"
)


def _gateway(status: int, body: dict[str, Any], *, is_xml: bool) -> PortalAnswer:
    if is_xml:
        return PortalAnswer(status, XML, element("OpenAPI_ServiceResponse", body))
    return as_json({"OpenAPI_ServiceResponse": body}, status)


def _swapped() -> dict[str, Any]:
    return {
        "cmmMsgHeader": {
            "errMsg": BAD_KEY,
            "returnAuthMsg": "SERVICE ERROR",
            "returnReasonCode": "30",
        }
    }


def _service(code: str, message: str) -> PortalAnswer:
    body = {"items": "", "numOfRows": 0, "pageNo": 1, "totalCount": 0}
    header = {"resultCode": code, "resultMsg": message}
    return as_json({"response": {"header": header, "body": body}})


def _its(status: int, code: int, message: str) -> PortalAnswer:
    return as_json({"header": {"resultCode": code, "resultMsg": message}, "body": ""}, status)


GATEWAY: dict[str, PortalAnswer] = {
    "gateway-xml-30": _gateway(200, gateway_body(BAD_KEY, "30"), is_xml=True),
    "gateway-xml-30-403": _gateway(403, gateway_body(BAD_KEY, "30"), is_xml=True),
    "gateway-xml-22": _gateway(200, gateway_body(QUOTA, "22"), is_xml=True),
    "gateway-json-22": _gateway(200, gateway_body(QUOTA, "22"), is_xml=False),
    "gateway-json-30": _gateway(403, gateway_body(BAD_KEY, "30"), is_xml=False),
    "gateway-json-12": _gateway(400, gateway_body("NO_OPENAPI_SERVICE_ERROR", "12"), is_xml=False),
    "gateway-name": _gateway(200, gateway_body(BAD_KEY, BAD_KEY), is_xml=False),
    "gateway-swapped": _gateway(200, _swapped(), is_xml=False),
    "service-01": _service("01", "APPLICATION_ERROR"),
    "service-03": _service("03", "NODATA_ERROR"),
    "service-22": _service("22", QUOTA),
    "service-99": _service("99", "UNKNOWN ERROR."),
}
ITS: dict[str, PortalAnswer] = {
    "its-4005": _its(401, 4005, "유효하지 않은 인증키입니다."),
    "its-4001": _its(200, 4001, "개인 제한량 초과"),
}
PLAIN: dict[str, PortalAnswer] = {
    "plain-401": PortalAnswer(401, TEXT, "Unauthorized"),
    "plain-403": PortalAnswer(403, TEXT, "Forbidden"),
    "plain-500": PortalAnswer(500, TEXT, "Unexpected errors"),
    "rate-429": PortalAnswer(429, TEXT, "API token quota exceeded"),
    "blank": PortalAnswer(200, JSON, ""),
    "html": PortalAnswer(200, HTML, _PAGE),
    "html-503": PortalAnswer(503, HTML, _PAGE),
}


def half(good: PortalAnswer) -> PortalAnswer:
    """The first half of the body, as a broken connection leaves it."""
    return PortalAnswer(good.status, good.media, good.body[: len(good.body) // 2])


def short(good: PortalAnswer) -> PortalAnswer:
    """Half the rows under the full totalCount."""
    return _with_rows(good, lambda rows: rows[: len(rows) // 2], keeps_total=True)


def empty(good: PortalAnswer) -> PortalAnswer:
    """A success without rows."""
    if good.media == XML and "<result" in good.body:
        return PortalAnswer(200, XML, '<?xml version="1.0" encoding="UTF-8"?>\n<result/>')
    return _with_rows(good, lambda _: [], keeps_total=False)


def huge(good: PortalAnswer) -> PortalAnswer:
    """The good body with a tail of blanks, over 8 MiB in all."""
    return PortalAnswer(good.status, good.media, good.body + " " * HUGE_BYTES)


def many(good: PortalAnswer) -> PortalAnswer:
    """The rows again and again until the body passes 8 MiB."""
    times = HUGE_BYTES // max(1, len(good.body)) + 1
    return _with_rows(good, lambda rows: rows * times, keeps_total=False)


def flat(good: PortalAnswer) -> PortalAnswer:
    """The flat envelope of the old ITS; codes and counts are text."""
    rows = _rows_of(json.loads(good.body))
    head = {"resultCode": "0", "resultMsg": "SUCCESS", "totalCount": str(len(rows))}
    return as_json({**head, "data": rows})


def wrapped(good: PortalAnswer) -> PortalAnswer:
    """The envelope of an answer converted from XML."""
    tree = json.loads(good.body)
    body = {**tree["body"], "items": {"item": _rows_of(tree)}}
    return as_json({"response": {"header": tree["header"], "body": body}})


def single(good: PortalAnswer) -> PortalAnswer:
    """One row, given as an object instead of a list; totalCount as text."""
    tree = json.loads(good.body)
    row = (_rows_of(tree) or [{}])[0]
    return as_json({**tree, "body": {"totalCount": "1", "items": row}})


def null(good: PortalAnswer) -> PortalAnswer:
    """items: null."""
    return as_json({**json.loads(good.body), "body": {"totalCount": 0, "items": None}})


CHANGES: dict[str, Callable[[PortalAnswer], PortalAnswer]] = {
    "half": half,
    "short": short,
    "empty": empty,
    "huge": huge,
    "many": many,
}
ITS_CHANGES: dict[str, Callable[[PortalAnswer], PortalAnswer]] = {
    "its-flat": flat,
    "its-wrapped": wrapped,
    "its-single": single,
    "its-null": null,
}
_UTIC_CHANGES = ("half", "empty", "huge")


def modes_of(feed: str) -> list[str]:
    """Every mode a feed can be set to, `ok` first."""
    every = ["ok", *TIMED, *PLAIN]
    if feed == "utic.incidents":
        return [*every, *_UTIC_CHANGES]
    if feed.startswith("its."):
        return [*every, *CHANGES, *ITS, *ITS_CHANGES]
    return [*every, *CHANGES, *GATEWAY]


def spoilt(mode: str, good: PortalAnswer) -> PortalAnswer:
    """The answer in a mode; `ok` and the modes of time leave it as it is."""
    fixed = {**PLAIN, **GATEWAY, **ITS}.get(mode)
    if fixed is not None:
        return fixed
    change = {**CHANGES, **ITS_CHANGES}.get(mode)
    return good if change is None else change(good)


def _with_rows(
    good: PortalAnswer, change: Callable[[list[Any]], list[Any]], *, keeps_total: bool
) -> PortalAnswer:
    """The JSON answer with other rows, in the shape it had."""
    tree = json.loads(good.body)
    body = tree.get("response", tree)["body"]
    rows = change(_rows_of(tree))
    is_tago = isinstance(body["items"], dict)
    none_shape: Any = "" if is_tago or body["items"] == "" else []
    some_shape: Any = {"item": rows} if is_tago else rows
    body["items"] = some_shape if rows else none_shape
    if not keeps_total:
        body["totalCount"] = len(rows)
    return as_json(tree)


def _rows_of(tree: dict[str, Any]) -> list[Any]:
    items = tree.get("response", tree)["body"]["items"]
    if isinstance(items, dict):
        items = items.get("item", [])
    if isinstance(items, dict):
        return [items]
    return list(items) if items else []
