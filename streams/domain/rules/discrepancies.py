"""The rule `discrepancy`: what buses do is not what was declared.

Looked at each whole minute of the fold's own time, so that it is the same in any order of the
inputs. Each is emitted once as it stood then; more buses are no news, but the question to a crew
whose tap they contradict is.
"""

from collections.abc import Callable
from typing import Any

from streams.contract.enums import RuleName
from streams.domain.alerts import Condition, Episode
from streams.domain.observed.questions import QUESTIONS
from streams.domain.observed.rows import Discrepancy
from streams.domain.rules.book import AlertRules
from streams.domain.rules.watching import Look, point_of
from streams.domain.stage import Effects, Rows
from streams.geo.network import Link, Network

PREFIX = f"{RuleName.DISCREPANCY} discrepancy:"


class DiscrepancyWatch:
    """Looks at discrepancies; `title_of` is what people call a link."""

    def __init__(
        self, network: Network, alerts: AlertRules, title_of: Callable[[Link], str]
    ) -> None:
        self._network, self._rule, self._title_of = network, alerts.discrepancy, title_of

    def judge(
        self,
        effects: Effects,
        episodes: Rows[Episode],
        rows: Rows[Discrepancy],
        now_ms: int,
    ) -> None:
        """Look at those that go on, and at those that were emitted and are over or gone."""
        look = Look(effects, episodes, now_ms)
        known = {key.removeprefix(PREFIX) for key in episodes.all() if key.startswith(PREFIX)}
        going = {name for name, row in rows.all().items() if not row.until_ms}
        for name in sorted(known | going):
            row = rows.get(name) if name in going else None
            subject = f"discrepancy:{name}"
            look.at(RuleName.DISCREPANCY, self._rule, subject, self._condition, row)

    def _condition(self, row: Discrepancy, episode: Episode | None) -> Condition | None:
        severity = self._rule.severity_of(row.kind)
        if severity is None:
            return None
        is_told = episode is not None and episode.told > 0
        facts = dict(episode.facts) if episode is not None and is_told else self._facts(row)
        question = question_of(row)
        if question and "asks" not in facts:
            facts |= {"asks": question, "through": row.through, "round": row.round}
        return Condition(severity, facts)

    def _facts(self, row: Discrepancy) -> dict[str, Any]:
        """The facts of a discrepancy; its title is what its first link is called."""
        links = [link for x in row.links if (link := self._network.link(x)) is not None]
        facts: dict[str, Any] = {
            "title": self._title_of(links[0]) if links else "",
            "links": list(row.links),
            "kind": row.kind.value,
            "through": row.through,
            "round": row.round,
            **point_of(row.links, self._network),
        }
        return facts | ({"works": [row.work]} if row.work else {})


def question_of(row: Discrepancy) -> str:
    """What to ask the crew whose tap buses contradict; "" nothing, or it has tapped nothing."""
    question = QUESTIONS.get(row.kind) if row.work and row.is_tapped else None
    return question.name if question else ""
