"""How a client reaches the Kafka cluster, in the names kafka-python and aiokafka share."""

import ssl
from typing import Any

from streams.contract.settings import Settings


def kafka_login(settings: Settings) -> dict[str, Any]:
    """Plain, or SCRAM over TLS where the settings name a user."""
    servers: dict[str, Any] = {"bootstrap_servers": list(settings.kafka)}
    if not settings.kafka_user:
        return servers
    return {
        **servers,
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": settings.kafka_user,
        "sasl_plain_password": settings.kafka_password,
        "ssl_context": ssl.create_default_context(cafile=settings.kafka_ca or None),
    }
