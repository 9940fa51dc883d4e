"""`python -m streams refold`: the state is taken away, and the next workers fold the log again.

What the inputs derive depends on the settings, so the roads' own log is left behind: it is derived
anew from the inputs, and the roads are folded from there on.
"""

from redis.exceptions import RedisError

from streams.audit.fold import table_names
from streams.contract import topics
from streams.contract.errors import LogError, SettingsError
from streams.contract.settings import Settings
from streams.geo.network import Network
from streams.kafka.cluster import LogReader, Place
from streams.state.gate import Gate
from streams.state.redis_login import connect
from streams.state.store_health import store_health
from streams.topology.stages import stages

QUIET_S = 2.0  # a log that gives nothing for so long has ended; the embedded broker understates it


async def refold(settings: Settings, network: Network) -> None:
    """Take the state away, marked as being made again; what the dispatchers keep stays.

    SettingsError while a worker works: what it still derives would pass for what comes anew.
    """
    client = connect(settings, timeout_s=60)
    gate = Gate(client)
    gate.partitions = settings.partitions
    gate.tables = table_names(stages(settings, network))
    try:
        if workers := (await store_health(client)).workers:
            raise SettingsError(
                f"{workers} workers work: stop them first (one that was killed counts for 10 s)"
            )
        await gate.take_over()
        await gate.begin_generation(await _ends(settings))
    except RedisError as error:
        raise SettingsError(f"Redis: {error}") from None
    finally:
        await gate.close()


async def _ends(settings: Settings) -> dict[Place, int]:
    """The offset after the last message of each partition of link-events."""
    places = [(topics.LINK_EVENTS.name, p) for p in range(settings.partitions)]
    async with LogReader(settings) as reader:
        ends = await reader.ends(places)
        return {place: await _end(reader, place, ends[place]) for place in places}


async def _end(reader: LogReader, place: Place, offset: int) -> int:
    reader.begin({place: offset})
    while True:
        try:
            offset = (await reader.next_of(place, within_s=QUIET_S))[-1].offset + 1
        except LogError:
            return offset
