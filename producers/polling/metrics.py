"""What polls count for Prometheus; labels are feeds, outcomes and the names of keys."""

from prometheus_client import Counter, Gauge

from streams.contract.enums import PollOutcome
from streams.contract.records import FeedReport

POLLS = Counter("bomnae_producers_polls", "Polls, by outcome", ["feed", "outcome"])
ROWS = Counter("bomnae_producers_rows", "Rows read", ["feed"])
REFUSED = Counter("bomnae_producers_refused", "Rows refused", ["feed"])
QUOTA_LEFT = Gauge("bomnae_producers_quota_left", "Calls left today on a key", ["key"])
LAST_SUCCESS = Gauge(
    "bomnae_producers_last_success_seconds", "Unix time of a feed's last success", ["feed"]
)


def count(report: FeedReport) -> None:
    """Count one poll."""
    POLLS.labels(report.feed, report.outcome.value).inc()
    ROWS.labels(report.feed).inc(report.row_count)
    REFUSED.labels(report.feed).inc(report.refused)
    if report.outcome is not PollOutcome.UNKNOWN:
        LAST_SUCCESS.labels(report.feed).set(report.received_ms / 1000)
