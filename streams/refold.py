"""`python -m streams refold`: the state is taken away, and the workers fold the log again."""

import redis.exceptions

from streams.audit import hashes
from streams.domain.network import Network
from streams.errors import SettingsError
from streams.gate import Gate
from streams.redis_login import connect
from streams.settings import Settings
from streams.stages import stages


async def refold(settings: Settings, network: Network) -> None:
    """Take the state away, marked as being made again; what the dispatchers keep stays."""
    gate = Gate(connect(settings, timeout_s=60))
    gate.hashes = hashes(stages(settings, network), settings.partitions)
    try:
        await gate.begin_anew(is_asked=True)
    except redis.exceptions.RedisError as error:
        raise SettingsError(f"Redis: {error}") from None
    finally:
        await gate.close()
