"""How a subscription comes to be and becomes another; each is written to the log whole. Pure."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from streams.contract.endpoint_url import check_url
from streams.contract.errors import SubscriptionError
from streams.contract.grammars import Networks
from streams.contract.subscription import Subscription
from streams.contract.subscription_checks import check_subscription, tidied
from streams.contract.times import DAY_MS
from streams.geo.network import Network

PREVIOUS_MS = DAY_MS  # how long the secret before a rotation signs too
OWN = (
    "endpoint",
    "secret_generation",
    "previous_until_ms",
    "changed_ms",
    "created_ms",
    "is_removed",
)
"""The fields nobody sets by hand."""
SETTABLE = tuple(row.name for row in fields(Subscription) if row.name not in OWN)


def checked(subscription: Subscription, network: Network, allowed: Networks) -> Subscription:
    """The subscription in its one form; raises SubscriptionError for what cannot be here."""
    tidy = tidied(subscription)
    check_subscription(tidy)
    check_known(tidy, network)
    check_url(tidy.url, allowed)
    return tidy


def added(endpoint: str, given: Mapping[str, Any], now_ms: int) -> Subscription:
    """A new subscription with the given fields."""
    empty = Subscription(endpoint=endpoint, url="", title="")
    return replace(empty, **given, changed_ms=now_ms)


def changed(subscription: Subscription, given: Mapping[str, Any], now_ms: int) -> Subscription:
    """The subscription with the given fields changed; the others stay."""
    return replace(subscription, **given, changed_ms=now_ms)


def rotated(subscription: Subscription, now_ms: int, *, is_leaked: bool = False) -> Subscription:
    """It with the next secret. The one before signs for 24 h more, unless it has leaked."""
    return replace(
        subscription,
        secret_generation=subscription.secret_generation + 1,
        previous_until_ms=0 if is_leaked else now_ms + PREVIOUS_MS,
        changed_ms=now_ms,
    )


def removed(subscription: Subscription, now_ms: int) -> Subscription:
    """The message that removes it."""
    return replace(subscription, is_removed=True, changed_ms=now_ms)


def check_known(subscription: Subscription, network: Network) -> None:
    """Raise SubscriptionError for a link or a bus route that the network does not have."""
    for link_id in subscription.links:
        if link_id not in network.index:
            raise SubscriptionError("links", link_id, "a link of the network")
    names = {name for route in network.routes for name in (route.id, route.no)}
    for route in subscription.routes:
        if route not in names:
            raise SubscriptionError("routes", route, "a number or id of a route of the network")
