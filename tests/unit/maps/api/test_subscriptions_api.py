"""What the API takes, answers and says it does: the three must not part."""

import json

import pytest

from maps.api.openapi import document
from maps.api.subscription_bodies import ChangeBody, NewBody, RotateBody, row_of
from maps.picture.events import START, Cursor, parse_cursor
from streams.contract.records import Severity
from streams.contract.subscription import Subscription
from streams.contract.subscription_checks import RULES
from streams.delivery.deciding.message import body_of
from streams.domain.alerts import Alert, Word
from streams.domain.subscriptions.changes import OWN, SETTABLE

SCHEMAS = document("춘천시")["components"]["schemas"]
ROW = Subscription(endpoint="ep_0123456789abcdef", url="https://crew.example/hook", title="현장반")


def test_a_row_has_what_the_document_says() -> None:
    assert set(row_of(ROW)) == set(SCHEMAS["Subscription"]["properties"])
    assert set(row_of(ROW)) | {"is_removed"} == {*SETTABLE, *OWN}


@pytest.mark.parametrize(
    ("body", "schema"),
    [(ChangeBody, "SubscriptionChange"), (NewBody, "NewSubscription"), (RotateBody, "Rotation")],
)
def test_a_body_takes_what_the_document_says(body: type, schema: str) -> None:
    fields: tuple[str, ...] = body.__struct_fields__  # type: ignore[attr-defined]
    assert set(fields) == set(SCHEMAS[schema]["properties"])
    assert body is RotateBody or set(fields) == set(SETTABLE)


def test_an_event_has_what_the_document_says() -> None:
    alert = Alert("a.1", "a", RULES[0], "work:1", Word.BEGIN, Severity.NOTICE, 1, 1, {"links": []})
    event = json.loads(body_of(alert, expires_ms=2, public_url="https://roads.example"))
    assert set(event) | {"cut"} == set(SCHEMAS["Event"]["properties"])
    assert set(SCHEMAS["Event"]["required"]) <= set(event)


@pytest.mark.parametrize("cursor", [START, Cursor("1795392000000-7", 5, 3, "alrt_a.12")])
def test_a_cursor_is_read_as_it_was_written(cursor: Cursor) -> None:
    assert parse_cursor(str(cursor)) == cursor


@pytest.mark.parametrize("text", ["", "0-0", "0-0_0_0", "0-0_0_0_", "0-0_0_0_a b", "x0-0_0_0_a"])
def test_what_is_no_cursor_is_none(text: str) -> None:
    assert parse_cursor(text) is None
