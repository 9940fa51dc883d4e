"""`python -m streams undelivered`: what expired before its endpoint took it, sent after all."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from streams.contract.settings import Settings
from streams.delivery.deciding.keys import DEAD, REPLAYS, endpoint_key
from streams.delivery.deciding.waiting import Waiting
from streams.delivery.sending.saving import message_of
from streams.state.redis_login import script
from streams.state.store import Store


class UndeliveredMessage(NamedTuple):
    """A dead letter and its entry in the stream."""

    entry: str
    message: Waiting


async def letters(settings: Settings, endpoint: str) -> list[UndeliveredMessage]:
    """The dead letters of an endpoint, oldest first."""
    store = Store.connect(settings)
    try:
        return await _letters(store.client, endpoint)
    finally:
        await store.close()


async def replay(settings: Settings, endpoint: str, message_ids: Sequence[str]) -> list[str]:
    """Have dead letters sent again under their ids, all when none is named; those that will be.

    They leave the dead letters, and come back if they expire again.
    """
    store = Store.connect(settings)
    try:
        found = await _letters(store.client, endpoint)
        take_out = script(store.client, "replay")
        chosen = [each for each in found if not message_ids or each.message.id in message_ids]
        for entry, message in chosen:
            named = [f"{endpoint} {message.id}", msgspec.json.encode(message), entry]
            await take_out(keys=[REPLAYS, endpoint_key(DEAD, endpoint)], args=named)
        return [each.message.id for each in chosen]
    finally:
        await store.close()


async def _letters(client: Any, endpoint: str) -> list[UndeliveredMessage]:
    found = [
        (entry.decode(), message_of(fields.get(b"m", b"")))
        for entry, fields in await client.xrange(endpoint_key(DEAD, endpoint))
    ]
    return [UndeliveredMessage(entry, message) for entry, message in found if message is not None]
