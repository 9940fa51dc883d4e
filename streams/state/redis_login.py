"""How every part reaches Redis or a Redis Cluster, and the Lua scripts beside this file: what Redis
does in one step, or not at all.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import redis.asyncio as aioredis
from redis.asyncio.cluster import ClusterNode, ClusterPipeline, RedisCluster
from redis.exceptions import ConnectionError as RedisAwayError
from redis.exceptions import RedisClusterException

from streams.contract.errors import SettingsError
from streams.contract.grammars import CLUSTER, redis_nodes
from streams.contract.settings import Settings

CONNECTIONS = 100
ANSWER_S = 8.0  # for an answer: a machine that stood for 5 s is not taken for a Redis that is away
WAIT_S = 8  # for one of them: nor is a burst


def connect(settings: Settings, *, timeout_s: float) -> Any:
    """A client that connects at its first call; SettingsError for a CA that is not there.

    redis-py's hints are unions over its decoding modes, so it is Any; it returns bytes.
    """
    tls = {"ssl_ca_certs": settings.redis_ca} if settings.redis_ca else {}
    if tls and not Path(settings.redis_ca).is_file():
        raise SettingsError(f"BOMNAE_REDIS_CA: there is no file {settings.redis_ca}")
    given: dict[str, Any] = {
        "password": settings.redis_password or None,
        "socket_timeout": timeout_s,
        "socket_connect_timeout": ANSWER_S,
        **tls,
    }
    scheme, _, place = settings.redis.partition(CLUSTER)
    if not place:
        pool = aioredis.BlockingConnectionPool.from_url(
            settings.redis, max_connections=CONNECTIONS, timeout=WAIT_S, **given
        )
        return aioredis.Redis.from_pool(pool)
    user, nodes = redis_nodes(place)
    starts = [ClusterNode(host, port) for host, port in nodes]
    is_tls = scheme == "rediss"
    return _Cluster(startup_nodes=starts, username=user or None, ssl=is_tls, **given)


class _Cluster(RedisCluster):
    """A cluster that is away is away as a Redis is: what redis-py raises of it is no RedisError."""

    async def initialize(self, *args: Any, **kwargs: Any) -> RedisCluster:
        try:
            return await super().initialize(*args, **kwargs)
        except RedisClusterException as error:
            raise RedisAwayError(str(error)) from error

    async def execute_command(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return await super().execute_command(*args, **kwargs)
        except RedisClusterException as error:
            raise RedisAwayError(str(error)) from error

    def pipeline(self, transaction: Any = None, shard_hint: Any = None) -> ClusterPipeline:
        _ = transaction, shard_hint
        return _ClusterPipeline(self)  # type: ignore[abstract]  # redis-py's own is no better


class _ClusterPipeline(ClusterPipeline):
    async def execute(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return await super().execute(*args, **kwargs)
        except RedisClusterException as error:
            raise RedisAwayError(str(error)) from error


def is_cluster(client: Any) -> bool:
    return isinstance(client, RedisCluster)


async def of_each_node(client: Any, *command: Any) -> list[Any]:
    """What each node that takes writes answers to a command without a key."""
    if not is_cluster(client):
        return [await client.execute_command(*command)]
    await client.initialize()
    found = await client.execute_command(*command, target_nodes=client.get_primaries())
    return list(found.values()) if isinstance(found, dict) else [found]


async def time_ms(client: Any, name: str) -> int:
    """Redis' clock, ms; of a cluster the clock of the node that has a key."""
    if is_cluster(client):
        await client.initialize()
        node = client.get_node_from_key(name)
        seconds, micros = await client.execute_command("TIME", target_nodes=node)
    else:
        seconds, micros = await client.time()
    return int(seconds) * 1000 + int(micros) // 1000


def script_text(name: str) -> str:
    return (Path(__file__).parent / f"{name}.lua").read_text("utf-8")


def script(client: Any, name: str) -> Any:
    """A script of this folder, to be called with `keys` and `args`; Redis keeps it by its hash.

    All its keys are of one slot, and one of them is named.
    """
    return client.register_script(script_text(name))


async def moment(client: Any, hashes: Sequence[str], stream: str = "") -> tuple[Any, Any]:
    """The rows of several hashes of a slot, and the entries of a stream (none: ""), all as they are
    in one moment.
    """
    streams = [stream] if stream else []
    found = await script(client, "moment")(keys=[*hashes, *streams], args=[len(hashes)])
    rows = [dict(zip(flat[::2], flat[1::2], strict=True)) for flat in found[: len(hashes)]]
    entries = found[len(hashes)] if stream else []
    return rows, [(name, dict(zip(kv[::2], kv[1::2], strict=True))) for name, kv in entries]
