"""The stage of the subscriptions: the last one of an endpoint holds."""

from dataclasses import replace

from streams.contract.derived import Origin
from streams.contract.records import Message
from streams.contract.subscription import Subscription
from streams.contract.subscription_checks import MAX_ENDPOINTS
from streams.domain.stage import Effects, Rows, StageTable, State

SUBSCRIPTIONS = StageTable("subscriptions", Subscription)  # by endpoint
GONE = StageTable("subscriptions_gone", int)  # by endpoint, when it was removed, ms


class SubscriptionsStage:
    """subscriptions -> the endpoints there are. Whatever is removed stays removed."""

    takes = (Subscription,)
    tables = (SUBSCRIPTIONS, GONE)

    def step(self, state: State, message: Message, origin: Origin) -> Effects:
        """Take a subscription as it stands now.

        One of an endpoint that was removed, with an older secret than the endpoint's (its writer
        did not know of the rotation), or above `MAX_ENDPOINTS` is counted
        and changes nothing.
        """
        del origin
        effects = Effects()
        if not isinstance(message, Subscription):
            return effects
        rows, gone = Rows(SUBSCRIPTIONS, state, effects), Rows(GONE, state, effects)
        endpoint = message.endpoint
        known = rows.get(endpoint)
        if endpoint in gone.stored:
            effects.count("subscriptions gone")
        elif message.is_removed:
            rows.put(endpoint, None)
            gone.put(endpoint, message.changed_ms)
        elif known is not None and message.secret_generation < known.secret_generation:
            effects.count("subscriptions stale")
        elif known is None and len(rows.stored) >= MAX_ENDPOINTS:
            effects.count("subscriptions too many")
        else:
            created_ms = message.changed_ms if known is None else known.created_ms
            rows.put(endpoint, replace(message, created_ms=created_ms))
        return effects
