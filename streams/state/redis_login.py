"""How every part reaches Redis, and the Lua scripts beside this file: what Redis does in one step,
or not at all.
"""

from pathlib import Path
from typing import Any

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


def script_text(name: str) -> str:
    return (Path(__file__).parent / f"{name}.lua").read_text("utf-8")


def script(client: Any, name: str) -> Any:
    """A script of this folder, to be called with `keys` and `args`; Redis keeps it by its hash."""
    return client.register_script(script_text(name))
