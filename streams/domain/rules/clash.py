"""The rule `clash`: works that get in each other's way are found, change, are over."""

from collections.abc import Mapping
from typing import Any

from streams.contract.enums import ClashSeverity, RuleName, Severity
from streams.domain.alerts import Condition, Episode
from streams.domain.clashes.clash import Clash
from streams.domain.rules.book import AlertRules
from streams.domain.rules.watching import Look, point_of
from streams.domain.stage import Rows
from streams.geo.network import Network


def watch_clashes(
    look: Look,
    rules: AlertRules,
    network: Network,
    *,
    known: Rows,
    changed: Rows,
    works: Mapping[str, Any],
) -> None:
    """Look at the clashes; `works` are the rows their titles are of."""

    def sight(clash: Clash, _episode: Episode | None) -> Condition:
        severity = Severity.WARNING if clash.severity is ClashSeverity.HIGH else Severity.NOTICE
        return Condition(severity, _facts(clash, works, network))

    look.at_rows(RuleName.CLASH, rules.clash, "clash", known=known, changed=changed, sight_of=sight)


def _facts(clash: Clash, works: Mapping[str, Any], network: Network) -> dict[str, Any]:
    """What is said of a clash; its title is those of its works, or their permit numbers."""
    rows = [works.get(work_id) for work_id in clash.works]
    titles = [row.title if row else name for name, row in zip(clash.works, rows, strict=True)]
    offices = sorted({row.organisation for row in rows if row and row.organisation})
    facts = {
        "title": " × ".join(titles),
        "links": list(clash.links),
        "kind": clash.kind,
        "works": list(clash.works),
        "starts_ms": clash.from_ms,
        **({} if clash.until_ms is None else {"ends_ms": clash.until_ms}),
        **point_of(clash.links, network),
    }
    return {**facts, "organisation": " · ".join(offices)} if offices else facts
