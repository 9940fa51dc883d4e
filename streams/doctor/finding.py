"""What a check found, and the checks there are."""

from dataclasses import dataclass
from enum import StrEnum

RUNBOOK = "docs/runbook.md"


class Outcome(StrEnum):
    """How a check ended; UNKNOWN: it could not be made, and `value` says why."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "not checked"


OK, WARN, FAIL, UNKNOWN = Outcome.OK, Outcome.WARN, Outcome.FAIL, Outcome.UNKNOWN
LOCAL = (
    *("settings", "login", "secrets", "files", "network", "certificate", "disk", "snapshot"),
    *("history", "reports"),
)
OF_REDIS = (
    "redis",
    "redis-version",
    "redis-memory",
    "redis-policy",
    "redis-persistence",
    "redis-role",
    "redis-rights",
    "redis-clock",
    "lag",
)
OF_KAFKA = ("kafka", "topics", "replication", "kafka-disk", "kafka-rights")
OF_LOG = ("ticks", "broker-clock", "tick-clock", "records-head")
CHECKS = (*LOCAL, *OF_REDIS, *OF_KAFKA, *OF_LOG)
"""Each has its section in the runbook and its text in the catalogue, under its own name."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One outcome of a check: what was measured and what it should be, never a secret's content."""

    check: str
    outcome: Outcome
    value: str
    bound: str = ""

    @property
    def runbook(self) -> str:
        return f"{RUNBOOK}#{self.check}"


def unknown(check: str, why: str) -> Finding:
    return Finding(check, UNKNOWN, why)
