"""What the API takes, answers and says it does: the three must not part."""

import json
from dataclasses import replace

import msgspec
import pytest

from maps.api.document import document
from maps.api.routes import OPERATIONS
from maps.api.subscription_bodies import ChangeBody, NewBody, body_of
from maps.picture.events import Cursor, parse_cursor
from streams.contract.enums import AlertEvent, RuleName, Severity
from streams.contract.subscription import Subscription
from streams.contract.subscription_checks import RULES
from streams.delivery.deciding.message import message_of
from streams.domain.alerts import Alert
from streams.domain.subscriptions.changes import OWN, SETTABLE

SCHEMAS = document("춘천시", OPERATIONS)["components"]["schemas"]
ROW = Subscription(endpoint="ep_0123456789abcdef", url="https://crew.example/hook", title="현장반")


def test_a_row_has_every_field_of_a_subscription() -> None:
    sent = json.loads(msgspec.json.encode(body_of(ROW)))
    assert set(sent) | {"secret"} == set(SCHEMAS["SubscriptionBody"]["properties"])
    assert set(sent) | {"is_removed"} == {*SETTABLE, *OWN}
    row = json.loads(msgspec.json.encode(ROW))
    assert sent == {name: row[name] for name in sent}


def test_a_word_of_another_version_takes_no_subscription_with_it() -> None:
    row = replace(ROW, rules=("flood", "jam"), severities=("mild",))
    body = body_of(row)
    assert (body.rules, body.severities) == (("flood", "jam"), ("mild",))
    told = SCHEMAS["SubscriptionBody"]["properties"]
    assert set(told["rules"]["items"]["enum"]) == set(RULES)
    assert set(told["severities"]["items"]["enum"]) == set(Severity)
    assert told["rules"]["items"]["type"] == "string"


@pytest.mark.parametrize("body", [ChangeBody, NewBody])
def test_every_field_that_may_be_set_can_be_given(body: type) -> None:
    fields: tuple[str, ...] = body.__struct_fields__  # type: ignore[attr-defined]
    assert set(fields) == set(SETTABLE) == set(SCHEMAS[body.__name__]["properties"])
    assert SCHEMAS[body.__name__]["additionalProperties"] is False


def test_an_event_has_what_the_document_says() -> None:
    alert = Alert(
        "a.1",
        "a",
        RuleName.CLOSURE,
        "work:1",
        AlertEvent.BEGIN,
        Severity.NOTICE,
        1,
        1,
        {"links": []},
    )
    message = message_of(alert, expires_ms=2, public_url="https://roads.example")
    sent = json.loads(msgspec.json.encode(message))
    left_out = {"cut", "question", "work_url", "situation"}
    assert set(sent) | left_out == set(SCHEMAS["AlertMessage"]["properties"])
    assert set(SCHEMAS["AlertMessage"]["required"]) <= set(sent)


@pytest.mark.parametrize(
    "cursor",
    [
        Cursor(((0, 0),) * 3),
        Cursor(((1795392000000, 7), (0, 0), (1795391000000, 0)), 5, 3, "alrt_a.12"),
    ],
)
def test_a_cursor_is_read_as_it_was_written(cursor: Cursor) -> None:
    assert parse_cursor(str(cursor), 3) == cursor


def test_a_cursor_of_a_version_of_before_is_one_of_the_first_partition() -> None:
    found = Cursor(((1795392000000, 7), (0, 0)), 5, 3, "alrt_a.12")
    assert parse_cursor("1795392000000-7_5_3_alrt_a.12", 2) == found


@pytest.mark.parametrize(
    "text", ["0~0_0_0_a", "0-0", "0-0_0_0", "0-0_0_0_", "0-0_0_0_a b", "x0-0_0_0_a"]
)
def test_what_is_no_cursor_is_none(text: str) -> None:
    assert parse_cursor(text, 3) is None
