"""How the server itself is doing: reasons against it, and figures for Prometheus. Pure."""

import asyncio
import re
from collections.abc import Iterable, Mapping

from maps.desk.asking.lookup import AnswerStatus
from maps.picture import shapes
from maps.picture.loop import LOST, REBUILDING, LiveUpdates
from maps.picture.shapes import word_of
from streams.contract.arrival import MAX_AHEAD_MS
from streams.domain.stages.feeds import status
from streams.state.store_health import DISK, FULL, NEARLY, NO_WORKER, READ_ONLY, STANDS, StoreHealth

_CODE = re.compile(r"R[0-9]{3}$")


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
    FULL: "Redis is full (maxmemory) and takes no state: the picture stands still",
    READ_ONLY: "Redis is a replica and takes no state: the picture stands still",
    DISK: "Redis cannot write to its disk and takes no state: the picture stands still",
    NO_WORKER: "no worker works: the picture stands still",
    STANDS: "a worker does not get on (its log says why): the picture stands still",
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
    return {name: count for name, count in sorted(counts.items()) if _CODE.search(name)}


def metrics(
    live: LiveUpdates,
    counts: Mapping[str, int],
    now_ms: int,
    lookups: Mapping[str, int] | None = None,
) -> str:
    """Prometheus text; labels are feeds, topics and codes, never a link, a permit or a person."""
    tallies, picture = live.broadcast.tallies, live.picture
    lines = [
        *_metric("bomnae_maps_store_up", "gauge", {"": int(live.store_state != LOST)}),
        *_metric("bomnae_maps_readers", "gauge", {"": len(live.broadcast.readers)}),
        *_metric("bomnae_maps_readers_total", "counter", {"": tallies.joined}),
        *_metric("bomnae_maps_readers_dropped_total", "counter", {"": tallies.dropped}),
        *_metric("bomnae_maps_resyncs_total", "counter", {"": tallies.resyncs}),
        *_metric("bomnae_maps_events_total", "counter", {"": tallies.events}),
        *_metric("bomnae_maps_deltas_total", "counter", {"": live.delta_count}),
        *_metric("bomnae_maps_pictures_loaded_total", "counter", {"": live.reload_count}),
        *_metric("bomnae_maps_unknown_links", "gauge", {"": unknown_links(live)}),
        *_metric("bomnae_feed_age_seconds", "gauge", feed_ages(live, now_ms)),
        *_metric("bomnae_feed_status", "gauge", _feed_words(live, now_ms)),
        *_metric("bomnae_lost_messages_total", "counter", _by("topic", lost_by_topic(counts))),
        *_metric("bomnae_late_total", "counter", _by("kind", _ending(counts, "late"))),
        *_metric("bomnae_counts_total", "counter", _by("name", _others(counts))),
        *_store_metrics(live.health),
        *_metric("bomnae_dead_letters_total", "counter", _dead_letter_labels(counts)),
        *_metric("bomnae_webhooks_total", "counter", _webhook_labels(counts)),
        *_metric("bomnae_webhooks_overdue", "gauge", {"": len(live.undelivered)}),
        *_metric("bomnae_desk_lookups_total", "counter", _lookup_labels(lookups or {})),
    ]
    if picture.clock_ms is not None:
        lag = {"": (now_ms - picture.clock_ms) / 1000}
        lines += _metric("bomnae_watermark_lag_seconds", "gauge", lag)
    return "\n".join(lines) + "\n"


def unknown_links(live: LiveUpdates) -> int:
    """Links that came with deltas, works or incidents and are not in the network."""
    picture = live.picture
    named = [row.links for row in picture.works.values()]
    named += [row.links for row in picture.incidents.values()]
    return picture.unknown_links + shapes.unknown_links(named, live.network)


def feed_ages(live: LiveUpdates, now_ms: int) -> dict[str, float]:
    """Seconds since each feed's last success; feeds that never had one are left out."""
    return {
        _labels(feed=feed): (now_ms - state.last_success_ms) / 1000
        for feed, state in sorted(live.picture.feeds.items())
        if state.last_success_ms
    }


def _feed_words(live: LiveUpdates, now_ms: int) -> dict[str, float]:
    return {
        _labels(feed=feed, status=word_of(status(state, now_ms).value, live.health.trouble)): 1
        for feed, state in sorted(live.picture.feeds.items())
    }


def _ending(counts: Mapping[str, int], word: str) -> dict[str, int]:
    """The counts named like "passages late", without the word."""
    rows = ((name.rpartition(" "), count) for name, count in sorted(counts.items()))
    return {kind: count for (kind, _, end), count in rows if kind and end == word}


def _others(counts: Mapping[str, int]) -> dict[str, int]:
    """All else that the fold counts, by name: what it did not know, had already, left out."""
    return {
        name: count
        for name, count in sorted(counts.items())
        if not _CODE.search(name) and not name.startswith(("lost ", "webhook "))
        if not name.endswith(" late")
    }


def _by(label: str, values: Mapping[str, int]) -> dict[str, float]:
    return {_labels(**{label: name}): count for name, count in sorted(values.items())}


def _store_metrics(store: StoreHealth) -> list[str]:
    """Of the store itself; memory only where its user may ask for it."""
    lines = _metric("bomnae_store_writable", "gauge", {"": int(not store.refusal)})
    if store.workers is not None:
        lines += _metric("bomnae_workers", "gauge", {"": store.workers})
    if store.used_bytes:
        lines += _metric("bomnae_store_used_bytes", "gauge", {"": store.used_bytes})
        lines += _metric("bomnae_store_max_bytes", "gauge", {"": store.max_bytes})
    return lines


def _dead_letter_labels(counts: Mapping[str, int]) -> dict[str, float]:
    rows = ((name.rpartition(" "), count) for name, count in dead_letters(counts).items())
    return {_labels(topic=topic, code=code): count for (topic, _, code), count in rows}


def _webhook_labels(counts: Mapping[str, int]) -> dict[str, float]:
    """Attempts of the dispatchers by outcome, and what expired undelivered."""
    rows = ((name.partition(" "), count) for name, count in sorted(counts.items()))
    return {_labels(outcome=word): count for (kind, _, word), count in rows if kind == "webhook"}


def _lookup_labels(lookups: Mapping[str, int]) -> dict[str, float]:
    """The desk's look-ups by outcome; what was asked for is not kept anywhere."""
    return {_labels(outcome=outcome): lookups.get(outcome, 0) for outcome in AnswerStatus}


def _metric(name: str, kind: str, values: Mapping[str, float]) -> list[str]:
    return [
        f"# TYPE {name} {kind}",
        *(f"{name}{labels} {value}" for labels, value in values.items()),
    ]


def _labels(**values: str) -> str:
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in values.items()) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
