"""What buses do against what was declared: emitted once, ended once, asked of a crew once."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from streams.contract.enums import AlertEvent, Certainty, DiscrepancyKind, RuleName, Severity
from streams.domain.alerts import Alert
from streams.domain.observed.rows import Discrepancy
from streams.domain.observed.tables import DISCREPANCIES
from streams.domain.rules.book import AlertRules, DiscrepancyRule
from streams.domain.rules.discrepancies import DiscrepancyWatch
from streams.domain.rules.reading import read_rules
from streams.domain.stage import Effects, Rows, write
from streams.domain.stages.roadstate import EPISODES
from tests.cities.worlds import road

MINUTE_MS = 60_000
LINK = "S1>S2"
NAME = f"undeclared:{LINK}:1"
ROW = Discrepancy(DiscrepancyKind.UNDECLARED, "", (LINK,), MINUTE_MS, MINUTE_MS, round=2)
OF_WORK = replace(
    ROW, kind=DiscrepancyKind.LATE_START, work="P1", through=2, round=0, is_tapped=True
)


def told(steps: Iterable[Discrepancy | None], rules: AlertRules | None = None) -> list[Alert]:
    """The alerts of a row as it stands at each minute; None: it is not there."""
    network = road()
    watch = DiscrepancyWatch(network, rules or AlertRules(), lambda link: link.name)
    state: dict[str, dict[str, Any]] = {"discrepancies": {}, "link-episodes": {}}
    found: list[Alert] = []
    for minute, row in enumerate(steps, 2):
        effects = Effects()
        rows = Rows(DISCREPANCIES, state, effects)
        rows.put(NAME, row)
        watch.judge(effects, Rows(EPISODES, state, effects), rows, minute * MINUTE_MS)
        for table in (DISCREPANCIES, EPISODES):
            write(state[table.name], effects.changes.get(table.name, {}))
        found += effects.alerts
    return found


def words(alerts: Iterable[Alert]) -> list[tuple[AlertEvent, int]]:
    return [(alert.word, alert.at_ms // MINUTE_MS) for alert in alerts]


def test_it_is_emitted_once_however_many_buses_follow_and_ended_once() -> None:
    more = replace(ROW, round=5, links=(LINK, "S2>S3"), certainty=Certainty.CONFIRMED)
    over = replace(more, until_ms=5 * MINUTE_MS)
    alerts = told([ROW, ROW, more, over, over, None])
    assert words(alerts) == [(AlertEvent.BEGIN, 2), (AlertEvent.END, 5)]
    begin = alerts[0]
    assert (begin.rule, begin.subject) == (RuleName.DISCREPANCY, f"discrepancy:{NAME}")
    assert begin.facts["kind"] == "undeclared"
    assert begin.facts["links"] == [LINK]
    assert begin.facts["title"]
    assert {"lon", "lat"} <= set(begin.facts)
    assert "works" not in begin.facts


def test_one_that_goes_without_an_end_of_its_own_ends_too() -> None:
    assert words(told([ROW, None]))[-1] == (AlertEvent.END, 3)


def test_one_that_was_over_before_it_was_looked_at_is_never_emitted() -> None:
    assert told([replace(ROW, until_ms=9)]) == []


def test_one_that_goes_on_again_is_another_episode() -> None:
    alerts = told([ROW, replace(ROW, until_ms=9), ROW])
    assert [alert.word for alert in alerts] == [AlertEvent.BEGIN, AlertEvent.END, AlertEvent.BEGIN]
    assert alerts[0].episode != alerts[2].episode


@pytest.mark.parametrize(
    ("kind", "severity"),
    [
        (kind, Severity.WARNING if kind in ("undeclared", "overrun", "elsewhere") else "notice")
        for kind in DiscrepancyKind
    ],
)
def test_each_kind_has_its_severity(kind: DiscrepancyKind, severity: str) -> None:
    assert told([replace(ROW, kind=kind)])[0].severity == severity


def test_a_kind_is_off_or_graver_as_the_file_says() -> None:
    rules = read_rules('[discrepancy]\nundeclared = "off"\nlate_start = "critical"\n')
    assert told([ROW], rules) == []
    assert told([OF_WORK], rules)[0].severity is Severity.CRITICAL
    assert told([ROW], AlertRules(discrepancy=DiscrepancyRule(is_on=False))) == []


@pytest.mark.parametrize(
    ("kind", "question"),
    [
        (DiscrepancyKind.LATE_START, "open"),
        (DiscrepancyKind.NO_EFFECT, "open"),
        (DiscrepancyKind.EARLY_END, "open"),
        (DiscrepancyKind.OVERRUN, "closed"),
        (DiscrepancyKind.OVERDECLARED, None),
    ],
)
def test_a_crew_is_asked_only_where_buses_contradict_its_tap(
    kind: DiscrepancyKind, question: str | None
) -> None:
    tapped = told([replace(OF_WORK, kind=kind)])[0].facts
    assert tapped.get("asks") == question
    assert tapped["works"] == ["P1"]
    assert "asks" not in told([replace(OF_WORK, kind=kind, is_tapped=False)])[0].facts


def test_a_tap_after_the_alert_is_asked_about_once() -> None:
    before = replace(OF_WORK, is_tapped=False)
    steps = [before, OF_WORK, replace(OF_WORK, through=9), before, OF_WORK]
    alerts = told(steps)
    assert words(alerts) == [(AlertEvent.BEGIN, 2), (AlertEvent.UPDATE, 3)]
    assert alerts[1].facts["asks"] == "open"
    assert alerts[1].facts["through"] == OF_WORK.through
