"""The stage of the subscriptions: what was said of an endpoint last holds."""

from collections.abc import Mapping
from dataclasses import replace

from streams.contract.records import Message, Origin
from streams.contract.subscription import Subscription
from streams.contract.subscription_checks import MAX_ENDPOINTS
from streams.domain.stage import Effects, Rows, StageTable


class SubscriptionsStage:
    """subscriptions -> the endpoints there are. Whatever is removed stays removed."""

    takes = (Subscription,)
    tables = (StageTable("subscriptions", Subscription), StageTable("subscriptions_gone", int))

    def step(self, state: Mapping[str, Rows], message: Message, origin: Origin) -> Effects:
        """Take a subscription as it is said now.

        One of an endpoint that was removed, with an older secret than the endpoint's (it was
        written by somebody who had not heard of the rotation), or above `MAX_ENDPOINTS` is counted
        and changes nothing.
        """
        del origin
        effects = Effects()
        if not isinstance(message, Subscription):
            return effects
        rows, endpoint = state["subscriptions"], message.endpoint
        known: Subscription | None = rows.get(endpoint)
        if endpoint in state["subscriptions_gone"]:
            effects.count("subscriptions gone")
        elif message.is_removed:
            effects.put("subscriptions", endpoint, None)
            effects.put("subscriptions_gone", endpoint, message.changed_ms)
        elif known is not None and message.secret_generation < known.secret_generation:
            effects.count("subscriptions stale")
        elif known is None and len(rows) >= MAX_ENDPOINTS:
            effects.count("subscriptions too many")
        else:
            created_ms = message.changed_ms if known is None else known.created_ms
            effects.put("subscriptions", endpoint, replace(message, created_ms=created_ms))
        return effects
