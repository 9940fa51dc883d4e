"""Whether the topics are kept as the table says: what Kafka deletes, nobody else has to. Pure."""

from collections.abc import Iterator, Mapping

from streams.contract.times import DAY_MS
from streams.retention.table import KeptTable

TIME, POLICY = "retention.ms", "cleanup.policy"


def faults_of(table: KeptTable, configs: Mapping[str, Mapping[str, str]]) -> list[str]:
    """A line for each setting of a topic that is not the table's; one that is not told is none."""
    return [
        line
        for row in table.rows
        if row.kind == "topic"
        for line in _faults(row.names[0], row.days, configs.get(row.names[0], {}))
    ]


def _faults(topic: str, days: int, config: Mapping[str, str]) -> Iterator[str]:
    kept_ms, policy = config.get(TIME), config.get(POLICY)
    if kept_ms is not None and kept_ms != str(days * DAY_MS):
        yield f"topic {topic}: {TIME} is {kept_ms}, the table says {days * DAY_MS} ({days} days)"
    if policy is not None and policy != "delete":
        yield f"topic {topic}: {POLICY} is {policy}, the table says delete"
