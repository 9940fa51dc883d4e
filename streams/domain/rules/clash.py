"""The rule `clash`: works that get in each other's way are found, change, are over."""

from typing import Any

from streams.contract.enums import ClashSeverity, RuleName, Severity
from streams.domain.alerts import Condition, Episode
from streams.domain.clashes.clash import Clash
from streams.domain.rules.book import AlertRules
from streams.domain.rules.watching import Look, point_of
from streams.domain.stage import Rows
from streams.domain.works.rows import Work
from streams.geo.network import Network


def watch_clashes(
    look: Look, rules: AlertRules, network: Network, clashes: Rows[Clash], works: Rows[Work]
) -> None:
    """Look at the clashes; `works` are the rows that their titles are of."""

    def condition(clash: Clash, _episode: Episode | None) -> Condition:
        severity = Severity.WARNING if clash.severity is ClashSeverity.HIGH else Severity.NOTICE
        return Condition(severity, _facts(clash, works, network))

    look.at_rows(RuleName.CLASH, rules.clash, "clash", clashes, condition)


def _facts(clash: Clash, works: Rows[Work], network: Network) -> dict[str, Any]:
    """The facts of a clash; its title is those of its works, or their permit numbers."""
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
