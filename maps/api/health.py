"""How the server itself is doing: reasons against it, and what to see to. Pure."""

import asyncio
import re
from collections.abc import Iterable, Mapping

from maps.picture.loop import LOST, REBUILDING, LiveUpdates
from streams.contract.arrival import MAX_AHEAD_MS
from streams.state.store_health import NEARLY, StoreHealth, Trouble

CODE = re.compile(r"R[0-9]{3}$")


def reasons_not_live(tasks: Iterable[asyncio.Task[None]]) -> list[str]:
    """Why the process should be started anew: one of its loops has ended."""
    return [f"task {task.get_name()} has ended" for task in tasks if task.done()]


def reasons_not_ready(live: LiveUpdates, other_network: str) -> list[str]:
    """Why it does not show the state now. `other_network` is the worker's, "" if it is ours."""
    reasons = [] if live.is_loaded else ["no picture yet: Redis has not answered since the start"]
    if live.is_loaded and live.store_state == LOST:
        reasons.append("Redis does not answer: the last picture is shown")
    if live.store_state == REBUILDING:
        reasons.append("the state is being made again from the log (rebuilding)")
    if (ahead_ms := clock_ahead_ms(live)) > 0:
        reasons.append(
            f"the clock of the state is {ahead_ms // 60_000} min ahead of this server's: "
            "see docs/operating.md"
        )
    if live.health.trouble:
        reasons.append(_TROUBLES[live.health.trouble])
    if other_network:
        ours = live.network.version
        reasons.append(f"the worker folds network {other_network}, this server shows {ours}")
    return reasons


_TROUBLES = {
    Trouble.FULL: "Redis is full (maxmemory) and takes no state: the picture stands still",
    Trouble.READ_ONLY: "Redis is a replica and takes no state: the picture stands still",
    Trouble.DISK: "Redis cannot write to its disk and takes no state: the picture stands still",
    Trouble.NO_WORKER: "no worker works: the picture stands still",
    Trouble.STANDS: "a worker does not get on (its log says why): the picture stands still",
}


def clock_ahead_ms(live: LiveUpdates) -> int:
    """How far the picture's time is ahead of now, where that is a fault; else 0."""
    clocks = live.picture.clocks.values()
    ahead_ms = max(clocks, default=0) - live.now_ms()
    return ahead_ms if ahead_ms > MAX_AHEAD_MS else 0


def warnings(store: StoreHealth, counts: Mapping[str, int]) -> list[str]:
    """What somebody should see to though the state of now is shown."""
    found = []
    if store.fill >= NEARLY:
        used, limit = store.used_bytes >> 20, store.max_bytes >> 20
        found.append(f"Redis uses {used} of {limit} MiB ({store.fill:.0%}): see docs/sizing.md")
    if store.evicts:
        found.append(f"Redis throws state away when full: maxmemory-policy {store.evicts}")
    if lost := sum(lost_by_topic(counts).values()):
        found.append(f"retention took {lost} messages before they were read")
    if store.strangers:
        named = ", ".join(store.strangers)
        found.append(f"{named} takes partitions of this Kafka group into another Redis")
    if store.changed:
        found.append(
            f"what was folded before {store.changed_ms} ms is by other settings "
            f"({', '.join(store.changed)}): docs/operating.md says how to make it again"
        )
    return found


def lost_by_topic(counts: Mapping[str, int]) -> dict[str, int]:
    """Messages that retention took unread: topic -> count."""
    found: dict[str, int] = {}
    for name, count in counts.items():
        if name.startswith("lost "):
            topic = name.removeprefix("lost ").rpartition("/")[0]
            found[topic] = found.get(topic, 0) + count
    return found


def dead_letters(counts: Mapping[str, int]) -> dict[str, int]:
    """The counts whose name ends with a rule's code."""
    return {name: count for name, count in sorted(counts.items()) if CODE.search(name)}
