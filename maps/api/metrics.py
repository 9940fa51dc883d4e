"""The map server's figures for Prometheus, made at each request of what it knows then. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from maps.api.health import CODE, lost_by_topic
from maps.desk.asking.lookup import AnswerStatus
from maps.picture import shapes
from maps.picture.loop import LOST, LiveUpdates
from maps.picture.shapes import word_of
from streams.contract import topics
from streams.contract.loop_watch import BLOCKED
from streams.contract.odd_requests import ODD
from streams.contract.tls import ENDS
from streams.contract.wire import RULES
from streams.domain.stages.feeds import status
from streams.state.store_health import StoreHealth

Rows = Iterable[tuple[tuple[str, ...], float]]
"""The samples of a metric: values of its labels -> value."""


def metrics(
    live: LiveUpdates, counts: Mapping[str, int] | None, now_ms: int, lookups: Mapping[str, int]
) -> bytes:
    """Prometheus text; labels are feeds, topics and codes, never a link, a permit or a person.
    `counts` None: they were never read, and a zero would be no figure of theirs.
    """
    found = chain(
        _of_readers(live),
        _of_feeds(live, now_ms),
        _of_store(live.health),
        () if counts is None else _of_counts(counts),
        _of_desk(live, lookups),
        ENDS.collect(),
        BLOCKED.collect(),
        ODD.collect(),
    )
    registry = CollectorRegistry()
    registry.register(Moment(found))
    return generate_latest(registry)


@dataclass(frozen=True, slots=True)
class Moment(Collector):
    """Metrics as they are at one moment."""

    found: Iterable[Metric]

    def collect(self) -> Iterable[Metric]:
        return self.found


def _gauge(name: str, meaning: str, rows: Rows | float, *labels: str) -> Metric:
    return _filled(GaugeMetricFamily(f"bomnae_{name}", meaning, labels=labels), rows)


def _counter(name: str, meaning: str, rows: Rows | float, *labels: str) -> Metric:
    return _filled(CounterMetricFamily(f"bomnae_{name}", meaning, labels=labels), rows)


def _filled(family: GaugeMetricFamily | CounterMetricFamily, rows: Rows | float) -> Metric:
    for values, value in rows if isinstance(rows, Iterable) else [((), rows)]:
        family.add_metric(values, value)
    return family


def _of_readers(live: LiveUpdates) -> Iterator[Metric]:
    tallies, readers = live.broadcast.tallies, len(live.broadcast.readers)
    yield _gauge("maps_store_up", "Whether Redis answers", live.store_state != LOST)
    yield _gauge("maps_readers", "Screens that follow now", readers)
    yield _counter("maps_readers_total", "Screens that came", tallies.joined)
    yield _counter("maps_readers_dropped_total", "Screens too slow to follow", tallies.dropped)
    yield _counter("maps_resyncs_total", "Screens told to load a new picture", tallies.resyncs)
    yield _counter("maps_events_total", "Events sent to screens", tallies.events)
    yield _counter("maps_deltas_total", "Deltas read from Redis", live.delta_count)
    yield _counter("maps_pictures_loaded_total", "Pictures read from Redis", live.reload_count)
    unknown = unknown_links(live)
    yield _gauge("maps_unknown_links", "Links of the state that the network lacks", unknown)


def _of_feeds(live: LiveUpdates, now_ms: int) -> Iterator[Metric]:
    feeds = sorted(live.picture.feeds.items())
    ages = {
        (feed,): (now_ms - state.last_success_ms) / 1000
        for feed, state in feeds
        if state.last_success_ms
    }
    words = {
        (feed, word_of(status(state, now_ms).value, live.health.trouble)): 1.0
        for feed, state in feeds
    }
    yield _gauge("feed_age_seconds", "Since a feed's last success", ages.items(), "feed")
    yield _gauge("feed_status", "The state of each feed", words.items(), "feed", "status")
    if live.picture.clock_ms is not None:
        lag_s = (now_ms - live.picture.clock_ms) / 1000
        yield _gauge("watermark_lag_seconds", "How far the state's time is behind now", lag_s)


def _of_store(store: StoreHealth) -> Iterator[Metric]:
    """Of the store itself; memory only where its user may ask for it."""
    yield _gauge("store_writable", "Whether Redis takes writes", not store.refusal)
    yield _gauge(
        "clock_ahead_seconds", "How far our clock is ahead of Redis'", store.ahead_ms / 1000
    )
    if store.workers is not None:
        yield _gauge("workers", "Workers that live", store.workers)
    if store.used_bytes:
        yield _gauge("store_used_bytes", "Memory Redis uses", store.used_bytes)
        yield _gauge("store_max_bytes", "Memory Redis may use; 0: no limit", store.max_bytes)


def _of_counts(counts: Mapping[str, int]) -> Iterator[Metric]:
    """What the fold and the dispatchers count in Redis, by the form of its name. Losses and dead
    letters are there from the start, as 0: Prometheus sees no rise in a series born above it.
    """
    letters: dict[tuple[str, ...], float] = {(x.name, y): 0.0 for x in topics.FOLDED for y in RULES}
    late: dict[tuple[str, ...], float] = {}
    posts: dict[tuple[str, ...], float] = {}
    others: dict[tuple[str, ...], float] = {}
    for name, count in sorted(counts.items()):
        head, _, end = name.rpartition(" ")
        if CODE.search(name):
            letters[head, end] = count
        elif name.startswith("webhook "):
            posts[(name.removeprefix("webhook "),)] = count
        elif head and end == "late":
            late[(head,)] = count
        elif not name.startswith("lost "):
            others[(name,)] = count
    lost: dict[tuple[str, ...], float] = {(topic.name,): 0.0 for topic in topics.FOLDED}
    lost |= {(topic,): float(count) for topic, count in lost_by_topic(counts).items()}
    yield _counter(
        "lost_messages_total", "Messages that retention took unread", lost.items(), "topic"
    )
    yield _counter("late_total", "What came after its window had closed", late.items(), "kind")
    yield _counter("counts_total", "All else that the fold counts", others.items(), "name")
    yield _counter(
        "dead_letters_total", "Messages that broke a rule", letters.items(), "topic", "code"
    )
    yield _counter("webhooks_total", "Attempts of the dispatchers", posts.items(), "outcome")


def _of_desk(live: LiveUpdates, lookups: Mapping[str, int]) -> Iterator[Metric]:
    """The desk's look-ups by outcome; what was asked for is not kept anywhere."""
    found = {(outcome,): float(lookups.get(outcome, 0)) for outcome in AnswerStatus}
    overdue = len(live.undelivered)
    yield _gauge("webhooks_overdue", "Endpoints a critical alert has not reached", overdue)
    yield _counter("desk_lookups_total", "Look-ups at the desk", found.items(), "outcome")


def unknown_links(live: LiveUpdates) -> int:
    """Links that came with deltas, works or incidents and are not in the network."""
    picture = live.picture
    named = [row.links for row in picture.works.values()]
    named += [row.links for row in picture.incidents.values()]
    return picture.unknown_links + shapes.unknown_links(named, live.network)
