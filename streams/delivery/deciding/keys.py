"""The dispatchers' keys in Redis. Every value is JSON but for leases, and one writer holds each."""

STATE = "bomnae:delivery:{}"  # of an endpoint: its EndpointState
LEASE = "bomnae:delivery-lease:{}"  # of an endpoint: the dispatcher that serves it, while it lives
ATTEMPTS = (
    "bomnae:attempts:{}"  # stream of an endpoint's attempts: id, at_ms, status, took_ms, error
)
DEAD = "bomnae:undelivered:{}"  # stream of an endpoint's dead letters; field "m" is a Waiting
UNDELIVERED = "bomnae:undelivered"  # endpoint -> {since_ms, alert_id, title}: critical, > 2 min
REPLAYS = "bomnae:replays"  # "endpoint message id" -> Waiting, to be sent once more
DISPATCHERS = "bomnae:dispatchers"  # sorted set; dispatcher -> when it last took its turn, ms
SUBSCRIPTIONS = "bomnae:subscriptions:0"  # endpoint -> Subscription; the worker's
LEASE_MS = 8_000
