"""What a worker counts for Prometheus; labels are topics, partitions and codes."""

from prometheus_client import Counter, Gauge, Histogram

FOLDED = Counter("bomnae_worker_messages", "Messages carried through the gate, by topic", ["topic"])
REFUSED = Counter(
    "bomnae_worker_refused", "Messages that broke a rule, by topic and code", ["topic", "code"]
)
RUN_LENGTH = Histogram(
    "bomnae_worker_run_messages",
    "Messages that passed the gate together",
    buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 4096),
)
GATE_SECONDS = Histogram(
    "bomnae_worker_gate_seconds",
    "Time of one call of the gate",
    buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5),
)
BEHIND = Gauge(
    "bomnae_worker_behind_messages",
    "Messages of a partition of this worker that wait in the log",
    ["topic", "partition"],
)
REBUILDS = Counter("bomnae_worker_rebuilds", "Partitions whose state is made again from the log")
REWINDS = Counter("bomnae_worker_rewinds", "Times a consumer was sent back", ["topic"])
