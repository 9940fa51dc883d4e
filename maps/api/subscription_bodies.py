"""What the subscriptions' handlers take and show."""

from typing import Any

import msgspec

from streams.contract.subscription import Subscription

_UNSET = msgspec.UNSET
Texts = tuple[str, ...]


class ChangeBody(msgspec.Struct, forbid_unknown_fields=True):
    """What is said of a subscription; what is not said stays, or is empty in a new one."""

    url: str | msgspec.UnsetType = _UNSET
    title: str | msgspec.UnsetType = _UNSET
    rules: Texts | msgspec.UnsetType = _UNSET
    severities: Texts | msgspec.UnsetType = _UNSET
    area: tuple[tuple[float, float], ...] | msgspec.UnsetType = _UNSET
    links: Texts | msgspec.UnsetType = _UNSET
    organisations: Texts | msgspec.UnsetType = _UNSET
    routes: Texts | msgspec.UnsetType = _UNSET
    weekdays: tuple[int, ...] | msgspec.UnsetType = _UNSET
    hours: str | msgspec.UnsetType = _UNSET
    quiet_hours: str | msgspec.UnsetType = _UNSET
    coalesce: bool | msgspec.UnsetType = _UNSET
    is_enabled: bool | msgspec.UnsetType = _UNSET


class NewBody(ChangeBody, forbid_unknown_fields=True, kw_only=True):
    """A new subscription."""

    url: str
    title: str


class RotateBody(msgspec.Struct, forbid_unknown_fields=True):
    """Whether the secret before must stop signing at once."""

    is_leaked: bool = False


def row_of(subscription: Subscription) -> dict[str, Any]:
    """A subscription as the API shows it."""
    row: dict[str, Any] = msgspec.to_builtins(subscription)
    del row["is_removed"]
    return row


def said_of(body: ChangeBody) -> dict[str, Any]:
    """The fields that a body names."""
    given = {name: getattr(body, name) for name in body.__struct_fields__}
    return {name: value for name, value in given.items() if value is not _UNSET}
