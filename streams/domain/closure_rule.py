"""The rule `closure`: a work or an incident takes something from the road, changes, ends."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from streams.domain.alerts import Patience, Severity, Sight
from streams.domain.records import Closure
from streams.domain.stage import Effects, Episodes

RULE = "closure"
AT_ONCE = Patience()
_SEVERITIES = {Closure.FULL: Severity.CRITICAL, Closure.PARTIAL: Severity.WARNING}


class Closing(Protocol):
    """What the rule reads of a work or an incident."""

    @property
    def title(self) -> str: ...
    @property
    def phase(self) -> str: ...
    @property
    def is_in_force(self) -> bool: ...
    @property
    def closure(self) -> Closure: ...
    @property
    def links(self) -> tuple[str, ...]: ...
    @property
    def ends_ms(self) -> int | None: ...


def sight_of(row: Closing | None) -> Sight | None:
    """What is seen of a work or an incident: None when it takes nothing from any road now."""
    if row is None or not row.is_in_force or row.closure is Closure.NONE or not row.links:
        return None
    facts = {
        "title": row.title,
        "closure": row.closure.value,
        "phase": row.phase,
        "links": list(row.links),
        "ends_ms": row.ends_ms,
    }
    return Sight(_SEVERITIES.get(row.closure, Severity.NOTICE), facts)


def watch_closures(
    effects: Effects, episodes: Episodes, kind: str, rows: Mapping[str, Any], now_ms: int
) -> None:
    """Look at the works or incidents (`kind`) that a message changed; a row of None is gone."""
    seen: Iterable[tuple[str, Closing | None]] = rows.items()
    for row_id, row in seen:
        subject = f"{kind}:{row_id}"
        sight = sight_of(row)
        if sight is not None or f"{RULE} {subject}" in episodes.rows:
            effects.watch(episodes, RULE, subject, sight=sight, now_ms=now_ms, patience=AT_ONCE)
