"""Closures, overdue works, works nobody saw begin, and their clashes."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from streams.contract.enums import AlertEvent, Closure, Severity, SiteStatus
from streams.contract.records import Message, Permit, Tick
from streams.domain.alerts import Alert
from streams.domain.rules import AlertRules
from streams.domain.stages.works import WorksStage
from tests.cities.fakes import LAT, LON, STEP, Folded, street
from tests.cities.works import PERMIT, kst, listed, report

BEGIN, UPDATE, END = AlertEvent.BEGIN, AlertEvent.UPDATE, AlertEvent.END
HOUR_MS = 3_600_000
OPEN_MS = kst("00:00")


def told(messages: Iterable[Message], rules: AlertRules | None = None) -> list[Alert]:
    fold = Folded(WorksStage(street(), partitions=1, rules=rules or AlertRules()), topic="permits")
    return [alert for message in messages for alert in fold.take(message).alerts]


def words(alerts: Iterable[Alert], rule: str) -> list[tuple[AlertEvent, float]]:
    """The words of a rule and the hours after the permit's start."""
    return [(a.word, (a.at_ms - OPEN_MS) / HOUR_MS) for a in alerts if a.rule == rule]


def hours(since: float, until: float) -> list[Tick]:
    """A tick each half hour, from hour `since` to hour `until` after the permit's start."""
    return [Tick(OPEN_MS + n * HOUR_MS // 2) for n in range(int(since * 2), int(until * 2) + 1)]


def first(permit: Permit = PERMIT) -> Message:
    return listed(permit, received_ms=OPEN_MS - 1)


def start(hour: float) -> Message:
    return report(SiteStatus.START, round(OPEN_MS + hour * HOUR_MS))


# ---- unseen ----------------------------------------------------------------------------------


def test_a_work_that_nobody_saw_begin_is_told_after_two_hours_and_over_when_somebody_did() -> None:
    log = [first(), *hours(0, 3), start(3), *hours(3.5, 9)]
    assert words(told(log), "unseen") == [(BEGIN, 2), (END, 3)]


@pytest.mark.parametrize(
    "known",
    [
        replace(PERMIT, status_text="공사중"),
        replace(PERMIT, began_ms=OPEN_MS - 1),
        replace(PERMIT, dig_starts_ms=OPEN_MS + 9 * HOUR_MS),  # it is not in its hours
    ],
)
def test_a_work_that_its_feed_saw_begin_or_that_is_not_on_is_not_missed(known: Permit) -> None:
    again = listed(known, received_ms=OPEN_MS + 1)
    assert words(told([first(known), *hours(0, 0), again, *hours(0.5, 8)]), "unseen") == []


def test_a_crews_word_within_two_hours_leaves_nothing_to_tell() -> None:
    assert words(told([first(), *hours(0, 1.5), start(1.9), *hours(2, 9)]), "unseen") == []


def test_not_yet_is_an_answer_for_a_day() -> None:
    not_yet = report(SiteStatus.NOT_YET, OPEN_MS + HOUR_MS)
    log = [first(), *hours(0, 1), not_yet, *hours(1.5, 30)]
    assert words(told(log), "unseen") == [(BEGIN, 27)]  # a day later the permit's dates count again


def test_a_night_between_two_days_is_one_episode() -> None:
    by_day = replace(PERMIT, hours="09:00-18:00")
    assert words(told([first(by_day), *hours(0, 60)]), "unseen") == [(BEGIN, 11)]


# ---- overdue ---------------------------------------------------------------------------------


def test_a_work_is_overdue_from_its_end_until_it_is_longer_or_done() -> None:
    short = replace(PERMIT, ends_ms=OPEN_MS + 4 * HOUR_MS)
    end_ms = OPEN_MS + 5 * HOUR_MS
    longer = report(SiteStatus.EXTEND, end_ms, until_ms=OPEN_MS + 6 * HOUR_MS)
    done = report(SiteStatus.END, OPEN_MS + 7 * HOUR_MS)
    log = [first(short), *hours(0, 1), start(1), *hours(1.5, 4.5), longer, *hours(5.5, 6.5), done]
    alerts = told([*log, *hours(7.5, 9)])
    assert words(alerts, "overdue") == [(BEGIN, 4), (END, 5), (BEGIN, 6), (END, 7)]
    assert {a.severity for a in alerts if a.rule == "overdue"} == {Severity.WARNING}
    assert len({a.episode for a in alerts if a.rule == "overdue"}) == 2


def test_patience_waits_for_time_alone() -> None:
    """The work's row changes once; its episode begins and ends with the ticks after that."""
    known = AlertRules()
    slow = replace(known, overdue=replace(known.overdue, begin_ms=HOUR_MS, end_ms=2 * HOUR_MS))
    short = replace(PERMIT, ends_ms=OPEN_MS + 4 * HOUR_MS)
    done = report(SiteStatus.END, OPEN_MS + 7 * HOUR_MS)
    log = [first(short), *hours(0, 1), start(1), *hours(1.5, 6.5), done, *hours(7.5, 12)]
    alerts = told(log, slow)
    assert words(alerts, "overdue") == [(BEGIN, 5), (END, 9)]
    assert {a.began_ms for a in alerts if a.rule == "overdue"} == {short.ends_ms}


# ---- closure ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("closure", "severity"),
    [
        (Closure.FULL, Severity.CRITICAL),
        (Closure.PARTIAL, Severity.WARNING),
        (Closure.UNKNOWN, Severity.NOTICE),
        (Closure.SIDEWALK, Severity.NOTICE),
        (Closure.NONE, None),
    ],
)
def test_a_closure_is_as_grave_as_what_it_takes(
    closure: Closure, severity: Severity | None
) -> None:
    alerts = told([first(replace(PERMIT, closure=closure)), *hours(0, 1)])
    assert [a.severity for a in alerts if a.rule == "closure"] == ([severity] if severity else [])


def test_a_work_that_lies_nowhere_closes_nothing() -> None:
    nowhere = replace(PERMIT, lon=None, lat=None)
    assert words(told([first(nowhere), *hours(0, 1)]), "closure") == []


def test_what_a_closure_says() -> None:
    permit = replace(
        PERMIT, organisation="상하수도사업본부", lon=None, lat=None, link_ids=("S1>S2",)
    )
    [alert] = told([first(permit), *hours(0, 1)])
    assert (alert.rule, alert.subject, alert.at_ms) == ("closure", "work:P1", OPEN_MS)
    assert alert.facts == {
        "title": "상수도관 교체",
        "links": ["S1>S2"],
        "organisation": "상하수도사업본부",
        "lon": round(LON + STEP / 2, 6),  # the middle of its first link
        "lat": LAT,
        "ends_ms": kst("00:00", day=10),
        "phase": "active",
        "closure": "partial",
    }


# ---- clash -----------------------------------------------------------------------------------


def test_a_clash_is_told_when_it_is_found_and_over_with_one_of_its_works() -> None:
    one = replace(PERMIT, organisation="가스공사")
    other = replace(one, permit_id="P2", title="가스관", organisation="수도과")
    found = listed(one, other, received_ms=OPEN_MS - 1)
    withdrawn = replace(other, is_withdrawn=True)
    over = listed(one, withdrawn, received_ms=OPEN_MS + HOUR_MS)
    alerts = [a for a in told([found, found, *hours(0, 0.5), over]) if a.rule == "clash"]
    assert [(a.word, a.severity) for a in alerts] == [
        (BEGIN, Severity.WARNING),
        (END, Severity.WARNING),
    ]
    facts = alerts[0].facts
    assert (facts["title"], facts["works"]) == ("상수도관 교체 × 가스관", ["P1", "P2"])
    assert facts["organisation"] == "가스공사 · 수도과"
    assert alerts[0].subject.startswith("clash:works-")


# ---- ends ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("permit", "facts"),
    [
        (PERMIT, {"ends_ms": PERMIT.ends_ms}),
        (replace(PERMIT, ends_ms=None, flags=("no_end",)), {"end": "unstated"}),
        (replace(PERMIT, ends_ms=None, flags=("end_unreadable",)), {"end": "unreadable"}),
        (replace(PERMIT, hours="22:00-06:00"), {"ends_ms": kst("06:00", 10)}),
    ],
)
def test_an_alert_says_when_the_last_hours_end_or_why_that_is_not_known(
    permit: Permit, facts: dict[str, object]
) -> None:
    [alert] = [a for a in told([first(permit), *hours(0, 24)]) if a.rule == "closure"][:1]
    assert {name: alert.facts[name] for name in ("ends_ms", "end") if name in alert.facts} == facts


def test_a_work_without_an_end_is_never_overdue() -> None:
    open_ended = replace(PERMIT, ends_ms=None)
    log = [first(open_ended), *hours(0, 1), start(1), *(Tick(kst("00:00", d)) for d in (9, 99))]
    assert words(told(log), "overdue") == []
