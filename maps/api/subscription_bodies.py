"""What the subscriptions' handlers take and show."""

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from streams.contract.endpoint_url import MAX_URL
from streams.contract.enums import Severity
from streams.contract.subscription import Subscription
from streams.contract.subscription_checks import MAX_LISTED, MAX_TITLE, RULES, VERTICES

# The bounds are told, not checked here: `check_subscription` refuses with the field's name.
Texts = Annotated[tuple[str, ...], Meta(extra_json_schema={"maxItems": MAX_LISTED})]
Url = Annotated[str, Meta(extra_json_schema={"maxLength": MAX_URL})]
Title = Annotated[str, Meta(extra_json_schema={"maxLength": MAX_TITLE})]
Area = Annotated[tuple[tuple[float, float], ...], Meta(extra_json_schema={"maxItems": VERTICES[1]})]
Weekdays = Annotated[tuple[int, ...], Meta(description="0 (Monday) to 6 (Sunday)")]
Hours = Annotated[str, Meta(description="HH:MM-HH:MM, Korean time, or empty")]

# A word that another version stored must not take the other rows with it.
RuleWord = Annotated[str, Meta(extra_json_schema={"enum": sorted(RULES)})]
SeverityWord = Annotated[str, Meta(extra_json_schema={"enum": sorted(Severity)})]


class ChangeBody(msgspec.Struct, forbid_unknown_fields=True):
    """The fields of a subscription to set; the others stay, or are empty in a new one."""

    url: Url | UnsetType = UNSET
    title: Title | UnsetType = UNSET
    rules: Texts | UnsetType = UNSET
    severities: Texts | UnsetType = UNSET
    area: Area | UnsetType = UNSET
    links: Texts | UnsetType = UNSET
    organisations: Texts | UnsetType = UNSET
    routes: Texts | UnsetType = UNSET
    weekdays: Weekdays | UnsetType = UNSET
    hours: Hours | UnsetType = UNSET
    quiet_hours: Hours | UnsetType = UNSET
    coalesce: bool | UnsetType = UNSET
    is_enabled: bool | UnsetType = UNSET


class NewBody(ChangeBody, forbid_unknown_fields=True, kw_only=True):
    """A new subscription."""

    url: Url
    title: Title


class RotateBody(msgspec.Struct, forbid_unknown_fields=True):
    """Whether the secret before must stop signing at once."""

    is_leaked: bool = False


class EndpointBody(msgspec.Struct):
    """An endpoint that is no more."""

    endpoint: str


class SubscriptionBody(msgspec.Struct, kw_only=True):
    """A subscription; `secret` once, in the answer that makes it."""

    endpoint: str
    secret_generation: int
    previous_until_ms: int
    changed_ms: int
    created_ms: int
    url: Url
    title: Title
    rules: tuple[RuleWord, ...]
    severities: tuple[SeverityWord, ...]
    area: Area
    links: Texts
    organisations: Texts
    routes: Texts
    weekdays: Weekdays
    hours: Hours
    quiet_hours: Hours
    coalesce: bool
    is_enabled: bool
    secret: str | UnsetType = UNSET


class SubscriptionsBody(msgspec.Struct):
    """Every subscription, by title."""

    subscriptions: list[SubscriptionBody]


def body_of(subscription: Subscription, secret: str | UnsetType = UNSET) -> SubscriptionBody:
    """A subscription as the API shows it."""
    body = msgspec.convert(subscription, SubscriptionBody, from_attributes=True)
    body.secret = secret
    return body


def given_of(body: ChangeBody) -> dict[str, Any]:
    """The fields that a body sets."""
    given = {name: getattr(body, name) for name in body.__struct_fields__}
    return {name: value for name, value in given.items() if value is not UNSET}
