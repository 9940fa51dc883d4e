"""What polls count for Prometheus; labels are feeds, outcomes and the names of keys."""

from contextlib import suppress

from prometheus_client import Counter, Gauge

from producers.publishing.publisher import Publisher
from streams.contract.dataset import DatasetReport
from streams.contract.enums import PollOutcome
from streams.contract.records import FeedReport

POLLS = Counter("bomnae_producers_polls", "Polls, by outcome", ["feed", "outcome"])
ROWS = Counter("bomnae_producers_rows", "Rows read", ["feed"])
REFUSED = Counter("bomnae_producers_refused", "Rows refused", ["feed"])
QUOTA_LEFT = Gauge("bomnae_producers_quota_left", "Calls left today on a key", ["key"])
LAST_SUCCESS = Gauge(
    "bomnae_producers_last_success_seconds", "Unix time of a feed's last success", ["feed"]
)
WAITING = Gauge(
    "bomnae_producers_waiting_messages", "Messages read that Kafka has not acknowledged"
)
WAITING_BYTES = Gauge("bomnae_producers_waiting_bytes", "What they hold of the room for them")

DATASET_POLLS = Counter(
    "bomnae_producers_dataset_polls", "Polls of datasets, by outcome", ["dataset", "outcome"]
)
DATASET_ROWS = Gauge("bomnae_producers_dataset_rows", "Rows of the last whole reading", ["dataset"])
DATASET_REFUSED = Gauge(
    "bomnae_producers_dataset_refused", "Rows refused in the last reading", ["dataset"]
)
DATASET_LAST_WHOLE = Gauge(
    "bomnae_producers_dataset_last_whole_seconds",
    "Unix time of the last whole reading",
    ["dataset"],
)


def count_dataset(report: DatasetReport) -> None:
    """Count one poll of a dataset; one that has nowhere to come from is none."""
    if not report.has_source:
        return
    DATASET_POLLS.labels(report.dataset, report.outcome.value).inc()
    DATASET_REFUSED.labels(report.dataset).set(report.refused_count)
    if report.figures is not None:
        DATASET_ROWS.labels(report.dataset).set(report.figures.rows)
        DATASET_LAST_WHOLE.labels(report.dataset).set(report.received_ms / 1000)


def forget_dataset(dataset: str) -> None:
    """Show no figure of a dataset that is no more."""
    for gauge in (DATASET_ROWS, DATASET_REFUSED, DATASET_LAST_WHOLE):
        with suppress(KeyError):
            gauge.remove(dataset)


def watch(publisher: Publisher) -> None:
    """Show what waits in a publisher, as it is when somebody asks."""
    WAITING.set_function(lambda: publisher.waiting)
    WAITING_BYTES.set_function(lambda: publisher.waiting_bytes)


def count(report: FeedReport) -> None:
    """Count one poll."""
    POLLS.labels(report.feed, report.outcome.value).inc()
    ROWS.labels(report.feed).inc(report.row_count)
    REFUSED.labels(report.feed).inc(report.refused)
    if report.outcome is not PollOutcome.UNKNOWN:
        LAST_SUCCESS.labels(report.feed).set(report.received_ms / 1000)
