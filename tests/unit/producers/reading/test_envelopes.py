"""Every way a portal says yes, nothing or no; each shape with its stated outcome."""

import json
from typing import Any

import pytest

from producers.feeds import its_speeds as its
from producers.feeds import tago
from producers.reading.answers import Answer, Exchange
from producers.reading.fields import KOREA
from streams.contract.enums import PollOutcome
from streams.contract.settings import Settings
from tests.places import SHARED

DATA = SHARED / "data"
AT_MS = 1_790_000_000_000
SETTINGS = Settings(bbox=KOREA)
BUS = {
    "gpslati": 37.88,
    "gpslong": 127.73,
    "nodeid": "CCB250001192",
    "nodeord": 12,
    "routenm": "1",
    "vehicleno": "강원70자1234",
}


def bus(body: bytes, status: int = 200) -> Answer:
    url = "https://x/getRouteAcctoBusLcList?routeId=CCB1"
    return tago.parse_positions(Exchange(tago.NAME, AT_MS, url, status, body), SETTINGS)


def speeds(body: Any, status: int = 200) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return its.parse_speeds(
        Exchange(its.NAME, AT_MS, "https://x/trafficInfo", status, raw), SETTINGS
    )


def body_of(items: Any, code: Any = "00", **body: Any) -> bytes:
    whole = {"header": {"resultCode": code, "resultMsg": "M"}, "body": {"items": items, **body}}
    return json.dumps({"response": whole}).encode()


@pytest.mark.parametrize(
    ("name", "status", "outcome", "code"),
    [
        ("busloc_normal.json", 200, PollOutcome.DATA, ""),
        ("busloc_single_dict.json", 200, PollOutcome.DATA, ""),
        ("busloc_empty.json", 200, PollOutcome.EMPTY, ""),
        ("busloc_error_99.json", 200, PollOutcome.UNKNOWN, "TAGO-99"),
        ("gateway_error_30.xml", 200, PollOutcome.UNKNOWN, "TAGO-30"),
        ("gateway_error_30.json", 403, PollOutcome.UNKNOWN, "TAGO-30"),
        ("gateway_error_22.xml", 200, PollOutcome.UNKNOWN, "TAGO-22"),
        ("gateway_plain_401.txt", 401, PollOutcome.UNKNOWN, "HTTP-401"),
        ("gateway_plain_403.txt", 403, PollOutcome.UNKNOWN, "HTTP-403"),
        ("gateway_plain_500.txt", 500, PollOutcome.UNKNOWN, "HTTP-500"),
    ],
)
def test_every_known_tago_body_has_its_outcome(
    name: str, status: int, outcome: PollOutcome, code: str
) -> None:
    answer = bus((DATA / "tago" / name).read_bytes(), status)
    assert (answer.outcome, answer.code) == (outcome, code)


@pytest.mark.parametrize("items", ["", None, {}, [], {"item": ""}, {"item": None}])
def test_no_rows_in_any_spelling_is_a_known_empty(items: Any) -> None:
    assert bus(body_of(items, totalCount=0)).outcome is PollOutcome.EMPTY


def test_missing_items_are_a_known_empty() -> None:
    body = {"header": {"resultCode": "00"}, "body": {"totalCount": 0}}
    assert bus(json.dumps({"response": body}).encode()).outcome is PollOutcome.EMPTY


@pytest.mark.parametrize("items", [{"item": [BUS]}, {"item": BUS}, [BUS], BUS])
def test_rows_in_any_wrapping_are_data(items: Any) -> None:
    assert len(bus(body_of(items, totalCount=1)).rows) == 1


@pytest.mark.parametrize("code", ["00", "000", "0", 0])
def test_success_in_any_spelling_is_success(code: Any) -> None:
    assert bus(body_of([BUS], code)).outcome is PollOutcome.DATA


@pytest.mark.parametrize("code", ["03", "3", 3])
def test_no_data_code_in_any_spelling_is_a_known_empty(code: Any) -> None:
    assert bus(body_of("", code)).outcome is PollOutcome.EMPTY


def test_xml_rows_are_read_like_json_rows() -> None:
    row = "".join(f"<{k}>{v}</{k}>" for k, v in BUS.items())
    body = (
        "<response><header><resultCode>00</resultCode></header>"
        f"<body><items><item>{row}</item></items><totalCount>1</totalCount></body></response>"
    )
    assert bus(body.encode()).rows == bus(body_of([BUS])).rows


@pytest.mark.parametrize("code", ["10", "11", "12", "20", "30", "31", "32", "33"])
def test_key_errors_stop_the_feed_until_told(code: str) -> None:
    answer = bus(body_of("", code))
    assert (answer.is_fatal, answer.is_quota, answer.is_retryable) == (True, False, False)


def test_a_spent_quota_stops_the_feed_until_midnight() -> None:
    answer = bus(body_of("", "22"))
    assert (answer.is_fatal, answer.is_quota, answer.is_retryable) == (False, True, False)


@pytest.mark.parametrize("code", ["01", "02", "04", "05", "21", "23", "99", "77", "SOMETHING"])
def test_other_codes_are_tried_again(code: str) -> None:
    answer = bus(body_of("", code))
    assert (answer.outcome, answer.is_retryable) == (PollOutcome.UNKNOWN, True)


@pytest.mark.parametrize(
    "header",
    [
        {"returnReasonCode": "SERVICE_KEY_IS_NOT_REGISTERED_ERROR", "errMsg": "SERVICE ERROR"},
        {"errMsg": "SERVICE_KEY_IS_NOT_REGISTERED_ERROR", "returnAuthMsg": "SERVICE ERROR"},
        {"returnAuthMsg": "SERVICE_KEY_IS_NOT_REGISTERED_ERROR", "returnReasonCode": 30},
    ],
)
def test_a_gateway_error_is_known_by_name_or_number_in_any_field(header: dict[str, Any]) -> None:
    answer = bus(json.dumps({"OpenAPI_ServiceResponse": {"cmmMsgHeader": header}}).encode(), 403)
    assert (answer.code, answer.is_fatal) == ("TAGO-30", True)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 200, "EMPTY-BODY"),
        (b"", 0, "NO-ANSWER"),
        (b"slow down", 429, "HTTP-429"),
        (b"", 503, "HTTP-503"),
        (b"<html><body>login</body></html>", 200, "HTML"),
        (b"<!DOCTYPE html><html></html>", 502, "HTTP-502"),
        (b'{"response":{"header":{"resultCo', 200, "R013"),
        (b'{"response": oops}', 200, "R001"),
        (b"[" * 40 + b"]" * 40, 200, "R003"),
        (b"[" * 100_000, 200, "R003"),
        (b"\xff\xfe{\x00", 200, "R009"),
        (b" " * (1 << 20) + b"{}", 200, "R002"),
        (b'{"a":' + b"9" * 5000 + b"}", 200, "R008"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><response>&a;</response>', 200, "R001"),
        (b"{}", 200, "R005"),
        (b'"text"', 200, "R001"),
        (b'{"response":{"header":{"resultCode":"00"}}}', 200, "R005"),
    ],
)
def test_a_broken_answer_is_unknown_with_its_code(body: bytes, status: int, code: str) -> None:
    answer = bus(body, status)
    assert (answer.outcome, answer.code, answer.rows) == (PollOutcome.UNKNOWN, code, ())
    assert answer.is_retryable


def test_a_success_inside_an_http_error_is_unknown() -> None:
    assert bus(body_of([BUS]), 500).code == "HTTP-500"


def test_no_rows_where_some_are_counted_is_unknown() -> None:
    assert bus(body_of("", totalCount=5)).code == "R013"


def test_fewer_rows_than_counted_is_partial_and_not_complete() -> None:
    answer = bus(body_of([BUS], totalCount="2"))
    assert (answer.outcome, answer.is_partial, answer.is_complete) == (
        PollOutcome.DATA,
        True,
        False,
    )


def test_cp949_bytes_are_read_and_leave_no_trace_in_the_rows() -> None:
    body = body_of([BUS]).decode().encode().decode("unicode_escape").encode("cp949")
    assert bus(body) == bus(body.decode("cp949").encode())
    assert bus(body).rows


ROW = {"linkId": "2500100100", "speed": "42.5", "travelTime": "12", "createdDate": "20260921220000"}


@pytest.mark.parametrize(
    "body",
    [
        {"header": {"resultCode": 0}, "body": {"totalCount": 1, "items": [ROW]}},
        {"header": {"resultCode": "0"}, "body": {"totalCount": "1", "items": ROW}},
        {"response": {"header": {"resultCode": "00"}, "body": {"items": {"item": [ROW]}}}},
        {"resultCode": "0", "resultMsg": "OK", "totalCount": "1", "data": [ROW]},
        {"resultCode": "0", "data": ROW},
    ],
)
def test_its_envelopes_are_all_read(body: Any) -> None:
    assert len(speeds(body).rows) == 1


def test_its_null_items_are_a_known_empty() -> None:
    body = {"header": {"resultCode": 0}, "body": {"totalCount": 0, "items": None}}
    assert speeds(body).outcome is PollOutcome.EMPTY


def test_its_quota_and_bad_key_are_told_apart() -> None:
    quota = speeds((DATA / "its/error_4001_quota.json").read_bytes())
    key = speeds((DATA / "its/error_4005_badkey_http401.json").read_bytes(), 401)
    assert (quota.code, quota.is_quota, quota.is_fatal) == ("ITS-4001", True, False)
    assert (key.code, key.is_quota, key.is_fatal) == ("ITS-4005", False, True)


def test_an_empty_text_as_body_of_a_success_is_unknown() -> None:
    assert speeds({"header": {"resultCode": 0}, "body": ""}).code == "R005"
