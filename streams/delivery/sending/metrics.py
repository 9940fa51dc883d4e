"""What a dispatcher counts for Prometheus; no label names an endpoint."""

from prometheus_client import Counter, Gauge

POSTS = Counter("bomnae_dispatch_posts", "Messages posted to endpoints, by outcome", ["outcome"])
EXPIRED = Counter("bomnae_dispatch_expired", "Messages given up: they became dead letters")
WAITING = Gauge("bomnae_dispatch_waiting_messages", "Messages that wait to be posted")
ENDPOINTS = Gauge("bomnae_dispatch_endpoints", "Endpoints this dispatcher serves")
