"""Feeds into Kafka: knows the sources, knows nothing of Redis, Faust or maps."""
