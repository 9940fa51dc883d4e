"""How every part reaches Redis."""

from pathlib import Path

import redis.asyncio as aioredis

from streams.contract.errors import SettingsError
from streams.contract.settings import Settings


def connect(settings: Settings, *, timeout_s: float) -> aioredis.Redis:
    """A client that connects at its first call; SettingsError for a CA that is not there."""
    tls = {"ssl_ca_certs": settings.redis_ca} if settings.redis_ca else {}
    if tls and not Path(settings.redis_ca).is_file():
        raise SettingsError(f"BOMNAE_REDIS_CA: there is no file {settings.redis_ca}")
    return aioredis.from_url(
        settings.redis,
        password=settings.redis_password or None,
        socket_timeout=timeout_s,
        socket_connect_timeout=5,
        **tls,
    )
