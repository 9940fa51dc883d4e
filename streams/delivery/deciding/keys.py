"""The dispatchers' keys in Redis, all of one slot. Every value is JSON but for leases, and each has
one writer.
"""

from streams.state.keys import DELIVERY, key

STATE = "state"  # of an endpoint: its EndpointState
LEASE = "lease"  # of an endpoint: the dispatcher that serves it, while it lives
ATTEMPTS = "attempts"  # stream of an endpoint's attempts: id, at_ms, status, took_ms, error
DEAD = "undelivered"  # stream of an endpoint's dead letters; field "m" is a Waiting
UNDELIVERED = key("undelivered", DELIVERY)  # endpoint -> {since_ms, alert_id, title}: > 2 min
REPLAYS = key("replays", DELIVERY)  # "endpoint message id" -> Waiting, to be sent once more
DISPATCHERS = key("dispatchers", DELIVERY)  # sorted set; dispatcher -> its last turn, ms
SUBSCRIPTIONS = key("subscriptions", 0)  # endpoint -> Subscription; the worker's
LEASE_MS = 8_000


def endpoint_key(kind: str, endpoint: str) -> str:
    """A key of one endpoint: `STATE`, `LEASE`, `ATTEMPTS` or `DEAD`."""
    return key(f"{kind}:{endpoint}", DELIVERY)
