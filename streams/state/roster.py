"""Who works on this state, and with which settings: one fold has one set of them.

Workers whose settings differ would judge their partitions differently, and the colour of a road
would depend on its partition. So a worker states what it folds by; while another works by something
else, it is refused. Once nobody works a change is legitimate, and is noted: what was folded before
stays as it was.
"""

import json
import os
import socket
from collections.abc import Iterable, Mapping
from typing import Any

from streams.contract.errors import SettingsError
from streams.state.keys import (
    CHANGED,
    FOLDED_BY,
    LIVE_MS,
    META,
    POSITIONS,
    STRANGERS,
    WORKERS,
    key,
)
from streams.state.redis_login import script


def worker_name() -> str:
    """What this process is called in the roster: host and process id."""
    return f"{socket.gethostname()}-{os.getpid()}"


def client_id(name: str) -> str:
    """What a worker is called in its Kafka group."""
    return f"bomnae-{name}"


class Roster:
    """The place of one worker among those that work on the state."""

    def __init__(
        self,
        client: Any,
        facts: Mapping[str, str],
        folded_by: Mapping[str, str],
        partitions: int = 1,
    ) -> None:
        """`facts` are of the city and its network, `folded_by` is setting -> value or digest."""
        self._client = client
        self._positions = [key(POSITIONS, partition) for partition in range(partitions)]
        self._join = script(client, "roster_join")
        self._facts = [part for pair in facts.items() for part in pair]
        self._folded_by = json.dumps(dict(sorted(folded_by.items())))
        self.name = worker_name()

    async def join(self, *, stands: bool = False) -> list[str]:
        """Note that this worker lives; where Redis was emptied, write the facts anew.

        `stands`: messages wait, and it does not get on. Returns the settings that are not those the
        state was folded by before. SettingsError where another worker works by others.
        """
        is_state = bool(await self._client.exists(*self._positions))
        says = [" stands" if stands else "", int(is_state)]
        args = [self.name, LIVE_MS, self._folded_by, *says, *self._facts]
        found = await self._join(keys=[META, WORKERS], args=args)
        other, *names = [each.decode() for each in found]
        if other:
            pairs = sorted(zip(names[::2], names[1::2], strict=True))
            differing = "; ".join(f"{name} {values}" for name, values in pairs)
            raise SettingsError(
                f"the running worker {other} folds by other settings ({differing}): "
                "stop all workers, then start them with the new ones"
            )
        return sorted(names)

    async def strangers(self, members: Iterable[str]) -> list[str]:
        """Members of the Kafka group that are not in this roster: they fold into another Redis."""
        known = {client_id(name.decode()) for name in await self._client.hkeys(WORKERS)}
        found = sorted({*members} - known)
        if found:
            await self._client.hset(META, STRANGERS, json.dumps(found))
        else:
            await self._client.hdel(META, STRANGERS)
        return found

    async def leave(self) -> None:
        """Note that this worker ends."""
        await self._client.hdel(WORKERS, self.name)


def changed(meta: Mapping[bytes, bytes]) -> dict[str, Any]:
    """`names` of the settings that changed under the state, and since when; {} when none did."""
    found = meta.get(CHANGED.encode())
    return dict(json.loads(found)) if found else {}


def strangers(meta: Mapping[bytes, bytes]) -> list[str]:
    """Who works for the same Kafka group on another Redis, as a worker last saw."""
    found = meta.get(STRANGERS.encode())
    return list(json.loads(found)) if found else []


def is_told(meta: Mapping[bytes, bytes]) -> bool:
    """Whether a worker that keeps a roster has folded here."""
    return FOLDED_BY.encode() in meta
