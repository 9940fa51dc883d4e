"""What the rules are set to: names, units, bounds and the values of a city without a rules file.

`streams/rules.toml` has the same values with the reasons for them.
"""

from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple

from streams.contract.enums import OF_ROADS, DiscrepancyKind, RuleName, Severity
from streams.contract.times import DAY_MS, HOUR_MS, MINUTE_MS
from streams.domain.alerts import Patience


class ParameterRange(NamedTuple):
    """How a value is written: its name in the file, its kind, and from where to where it goes.

    `kind` is "time" (ms here; "90 s", "15 min" or "2 h" there), "share" (0.4 here, "40 %" there),
    "count", "switch", "severity" or "grade" (a severity, or "off" there and None here).
    """

    name: str
    kind: str
    low: float = 0
    high: float = 0


def _row(default: Any, name: str, kind: str, low: float = 0, high: float = 0) -> Any:
    return field(default=default, metadata={"bounds": ParameterRange(name, kind, low, high)})


_SEVERITY = {"bounds": ParameterRange("severity", "severity")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule that is on or off, how long a thing must hold to begin, and be over to end."""

    is_on: bool = _row(default=True, name="enabled", kind="switch")
    begin_ms: int = _row(0, "begin", "time", 0, DAY_MS)
    end_ms: int = _row(0, "end", "time", 0, DAY_MS)

    @property
    def patience(self) -> Patience:
        return Patience(self.begin_ms, self.end_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded(Rule):
    """A rule whose alerts are all as grave as the file says."""

    severity: Severity = field(default=Severity.WARNING, metadata=_SEVERITY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slowdown(Graded):
    """Slow: below a share of the free flow; well again: not below another, higher one."""

    below: float = _row(0.4, "below", "share", 0.05, 1)
    until: float = _row(0.55, "until", "share", 0.05, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Jam(Graded):
    """Slower than usual: below a share of the usual speed; well again: not below a higher one."""

    below: float = _row(0.5, "below", "share", 0.05, 1)
    until: float = _row(0.65, "until", "share", 0.05, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reports(Graded):
    """So many calls of 30 minutes about one place; over when fewer than `until` are left."""

    calls: int = _row(3, "calls", "count", 2, 100)
    until: int = _row(1, "until", "count", 1, 100)


def _grade(name: str) -> dict[str, ParameterRange]:
    return {"bounds": ParameterRange(name, "grade")}


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscrepancyRule(Rule):
    """How grave each kind of discrepancy is; None: it is not emitted."""

    undeclared: Severity | None = field(default=Severity.WARNING, metadata=_grade("undeclared"))
    overrun: Severity | None = field(default=Severity.WARNING, metadata=_grade("overrun"))
    elsewhere: Severity | None = field(default=Severity.WARNING, metadata=_grade("elsewhere"))
    overdeclared: Severity | None = field(default=Severity.NOTICE, metadata=_grade("overdeclared"))
    no_effect: Severity | None = field(default=Severity.NOTICE, metadata=_grade("no_effect"))
    late_start: Severity | None = field(default=Severity.NOTICE, metadata=_grade("late_start"))
    early_end: Severity | None = field(default=Severity.NOTICE, metadata=_grade("early_end"))

    def severity_of(self, kind: DiscrepancyKind) -> Severity | None:
        severity: Severity | None = getattr(self, kind.value)
        return severity


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRules:
    """Every rule by its name, which is also the name its alerts bear."""

    closure: Rule = field(default_factory=Rule)
    overdue: Graded = field(default_factory=Graded)
    unseen: Graded = field(
        default_factory=lambda: Graded(begin_ms=2 * HOUR_MS, severity=Severity.NOTICE)
    )
    slowdown: Slowdown = field(
        default_factory=lambda: Slowdown(begin_ms=5 * MINUTE_MS, end_ms=5 * MINUTE_MS)
    )
    jam: Jam = field(
        default_factory=lambda: Jam(
            begin_ms=20 * MINUTE_MS, end_ms=5 * MINUTE_MS, severity=Severity.NOTICE
        )
    )
    clash: Rule = field(default_factory=Rule)
    feed: Graded = field(default_factory=lambda: Graded(begin_ms=MINUTE_MS, end_ms=MINUTE_MS))
    reports: Reports = field(default_factory=lambda: Reports(severity=Severity.NOTICE))
    discrepancy: DiscrepancyRule = field(default_factory=DiscrepancyRule)
    detour: Graded = field(default_factory=lambda: Graded(severity=Severity.NOTICE))


def bounds_of(rule: Rule) -> dict[str, tuple[str, ParameterRange]]:
    """What the file may say of a rule: name there -> (field, bounds)."""
    rows = [(row.name, row.metadata["bounds"]) for row in fields(rule)]
    return {bounds.name: (name, bounds) for name, bounds in rows}


def begins_of(rules: AlertRules) -> dict[RuleName, int]:
    """For how long a thing must hold before each rule tells it, ms."""
    return {name: getattr(rules, name).begin_ms for name in OF_ROADS}
