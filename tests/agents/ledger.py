"""A stage small enough to keep in the head, and what stands in Redis."""

import base64
from typing import Any

import redis.asyncio as aioredis

from streams.contract import wire
from streams.contract.derived import Origin, Passage
from streams.contract.records import Message, PositionBatch, Tick
from streams.domain.derive import send
from streams.domain.stage import Effects, Rows, StageTable, State
from tests.cities.fakes import at, bus, parts_of

TOPIC = "bus-positions"
LETTERS = {"seen": "b"}
SEEN = StageTable("seen", int)
TOTAL = StageTable("total", int)


class LedgerStage:
    """Counts a vehicle's positions: only a state of exactly the messages before gives its count.

    Each position is sent on as a passage whose travel time is the count, and a tick takes away
    every vehicle that has been counted three times.
    """

    takes = (PositionBatch, Tick)
    tables = (SEEN, TOTAL)

    def step(self, state: State, message: Message, origin: Origin) -> Effects:
        effects = Effects()
        seen, total = Rows(SEEN, state, effects), Rows(TOTAL, state, effects)
        if isinstance(message, PositionBatch):
            for row in message.rows:
                count = seen.stored.get(row.vehicle, 0) + 1
                seen.put(row.vehicle, count)
                total.put(origin.topic, total.stored.get(origin.topic, 0) + 1)
                effects.count("positions")
                made = Passage("S1>S2", row.observed_ms, count, 500)
                send(effects, origin, 1, passages=(made,))
        elif isinstance(message, Tick):
            for vehicle, count in seen.stored.items():
                if count >= 3:
                    seen.put(vehicle, None)
        return effects


def position(second: int, vehicle: str = "v1") -> bytes:
    return wire.encode(
        PositionBatch("tago.positions", at(second), (bus(second, 0, vehicle=vehicle),))
    )


def here(offset: int, partition: int = 0) -> Origin:
    return Origin(TOPIC, partition, offset)


def travels(payloads: list[tuple[int, bytes]]) -> list[tuple[int, int]]:
    """Offset of origin and count, of the derived messages in order."""
    found = [part for _, payload in payloads for part in parts_of(payload)]
    return [(part.origin.offset, p.travel_ms) for part in found for p in part.passages]


async def everything(client: aioredis.Redis) -> dict[str, Any]:
    """A full dump of Redis, by key; DUMP's bytes hold type, value and every stream id."""
    found = {}
    async for key in client.scan_iter():
        found[key.decode()] = base64.b64encode(await client.dump(key) or b"").decode()
    return found
