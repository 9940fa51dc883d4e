"""How every part reaches Redis."""

from pathlib import Path
from urllib.parse import urlsplit

import redis.asyncio as aioredis

from streams.contract.errors import SettingsError
from streams.contract.settings import Settings


def connect(settings: Settings, *, timeout_s: float) -> aioredis.Redis:
    """A client that connects at its first call; SettingsError for a URL that is none.

    A password in the URL would be in every error text and process list: it has its own setting.
    """
    url = urlsplit(settings.redis)
    if url.password is not None:
        raise SettingsError(
            "BOMNAE_REDIS has a password in it: put it into BOMNAE_REDIS_PASSWORD "
            "(redis://user@host:6379/0 names the user)"
        )
    if settings.redis_ca and url.scheme != "rediss":
        raise SettingsError("BOMNAE_REDIS_CA is for TLS: BOMNAE_REDIS must begin with rediss://")
    if settings.redis_ca and not Path(settings.redis_ca).is_file():
        raise SettingsError(f"BOMNAE_REDIS_CA: there is no file {settings.redis_ca}")
    tls = {"ssl_ca_certs": settings.redis_ca} if settings.redis_ca else {}
    try:
        return aioredis.from_url(
            settings.redis,
            password=settings.redis_password or None,
            socket_timeout=timeout_s,
            socket_connect_timeout=5,
            **tls,
        )
    except ValueError as error:
        raise SettingsError(f"BOMNAE_REDIS: {error}") from None
